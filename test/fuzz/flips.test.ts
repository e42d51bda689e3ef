import { describe, expect, test } from 'vitest';
import { toHex } from '../../src/bytes/hex.ts';
import { admit, readProposal } from '../../src/ceremony/admission.ts';
import { readCard } from '../../src/ceremony/card.ts';
import { ceremonyOf, nameOf, openPacket, sealPacket } from '../../src/ceremony/envelope.ts';
import type { Memo } from '../../src/ceremony/evaluation.ts';
import { writeExport } from '../../src/ceremony/export.ts';
import { type KindName, kinds } from '../../src/ceremony/kinds.ts';
import { verifyExport } from '../../src/ceremony/verify.ts';
import { Problem } from '../../src/problem.ts';
import { createHeader, readHeader } from '../../src/vault/sealed-file.ts';
import { Ceremony, type Person, people } from '../ceremony/committee.ts';
import { drawn } from '../crypto/drawn.ts';
import { founded } from '../vault/machine.ts';
import { hashing } from '../vault/support.ts';
import { everybody, specimen } from './specimens.ts';

/* One byte of a file is not what it was: a bad medium, or somebody who tries. Each byte of each kind, one bit and all. */

/** Every day one of the two for each byte; both, and every byte of what is dear, with npm run fuzz. */
const thorough = process.env.CONCLAVE_FUZZ !== undefined;
const masks = [0x01, 0xff];

/** What got through although a byte was changed, by the place of the byte. Whatever is no refusal in words is thrown. */
function letThrough(bytes: Uint8Array, read: (changed: Uint8Array) => unknown, apart = 1): string[] {
  const through: string[] = [];
  for (let at = 0; at < bytes.length; at += thorough ? 1 : apart) {
    for (const mask of thorough ? masks : [masks[at % 2] as number]) {
      const changed = new Uint8Array(bytes);
      changed[at] = (changed[at] as number) ^ mask;
      try {
        read(changed);
        through.push(`byte ${at} ^ ${mask}`);
      } catch (error) {
        if (!(error instanceof Problem)) throw new Error(`byte ${at} ^ ${mask}: ${error}`, { cause: error });
      }
    }
  }
  return through;
}

const names = Object.keys(kinds) as KindName[];

describe('a file of which one byte was changed', () => {
  test.each(names)('is refused where it is a packet of the kind %s', { timeout: 300_000 }, (kind) => {
    const { ceremony, packet } = specimen(kind);
    const read = (bytes: Uint8Array) => admit(ceremony.plan, bytes);
    expect(read(packet.bytes).digest).toBe(packet.digest);
    expect(letThrough(packet.bytes, read)).toEqual([]);
  });

  test('is refused where it is the first that is heard of a ceremony', { timeout: 600_000 }, () => {
    const { packet } = specimen('proposal');
    expect(readProposal(packet.bytes).packet.digest).toBe(packet.digest);
    expect(letThrough(packet.bytes, readProposal, 17)).toEqual([]);
  });

  test.each(names)('is refused where it is a sealed packet of the kind %s', (kind) => {
    const { ceremony, packet } = specimen(kind);
    const key = new Uint8Array(32).fill(9);
    const sealed = sealPacket(ceremony.plan.id, key, packet.bytes, drawn(kind));
    expect(toHex(openPacket(ceremony.plan.id, key, sealed))).toBe(toHex(packet.bytes));
    expect(letThrough(sealed, (bytes) => openPacket(ceremony.plan.id, key, bytes))).toEqual([]);
  });

  test('is refused where it is a card or the header of a vault', () => {
    const [alice] = everybody;
    expect(letThrough(alice?.card.file as Uint8Array, readCard)).toEqual([]);
    const header = createHeader('correct horse battery', new Uint8Array(32), true, drawn('header'), hashing);
    expect(letThrough(header, readHeader)).toEqual([]);
  });

  test('is refused where it is an export, whichever byte it was', { timeout: 3_600_000 }, () => {
    const [alice, bob, carol] = Object.values(people('flips', 'alice', 'bob', 'carol')) as [Person, Person, Person];
    const cast = [alice, bob, carol];
    const genesis = new Ceremony({ cast, members: [alice, bob], threshold: 2 }).run();
    const wish = { cast, parent: genesis.link, members: [bob, carol], threshold: 2, dealers: [1, 2] };
    const handover = new Ceremony(wish).run();
    const file = writeExport([genesis.view, handover.view], [genesis.link, handover.link]);
    const memo: Memo = new Map();
    const read = (bytes: Uint8Array): void => {
      const { valid, checks } = verifyExport(bytes, {}, memo);
      if (!valid) throw new Problem('EXPORT_INVALID', checks.find(({ ok, open }) => !ok && !open)?.check ?? '');
    };
    read(file);
    expect(letThrough(file, read, 499)).toEqual([]);
  });

  test('leaves the vault that meets it on a stick as it was, byte for byte', () => {
    const { of, stick } = founded('flips', 'alice', 'bob', 'carol');
    const { alice, bob } = of;
    const ceremony = alice.propose(stick, { kind: 'refresh', members: ['alice', 'bob', 'carol'], threshold: 2 });
    const said = [...stick].filter(([, bytes]) => ceremonyOf(bytes) === ceremony);
    bob.hear(new Map([...stick].filter(([, bytes]) => ceremonyOf(bytes) !== ceremony)));
    expect(said.length).toBeGreaterThan(0);
    const disk = bob.copy();
    bob.run((ceremonies) => {
      const { state } = ceremonies.vault;
      for (const [, bytes] of said)
        expect(letThrough(bytes, (changed) => ceremonies.merge(ceremony, changed))).toEqual([]);
      expect(ceremonies.vault.state).toBe(state);
    });
    expect([...bob.copy()].map(([path, bytes]) => `${path} ${nameOf(bytes)}`)).toEqual(
      [...disk].map(([path, bytes]) => `${path} ${nameOf(bytes)}`),
    );
  });
});
