import { describe, expect, it } from 'vitest';
import { type Cbor, decodeCbor, encodeCbor } from '../../src/bytes/cbor.ts';
import { exportBytes, isExport, misordered, readExport, writeExport } from '../../src/ceremony/export.ts';
import { digestOf } from '../../src/ceremony/packet.ts';
import { afterMagic, withMagic } from '../../src/ceremony/signed.ts';
import { Ceremony, people } from './committee.ts';

/* One file, in one form: of the same packets everybody writes the same bytes, and nothing else is read. */

const magic = 'conclave export v1';
const { alice, bob, carol } = people('export', 'alice', 'bob', 'carol');
const cast = [alice, bob, carol];
const genesis = new Ceremony({ cast, members: [alice, bob], threshold: 2 }).run();
const handover = new Ceremony({
  cast,
  parent: genesis.link,
  members: [bob, carol],
  threshold: 2,
  dealers: [1, 2],
}).run();
const links = [genesis.link, handover.link];
const file = writeExport([handover.view, genesis.view], links);

type Said = Record<string, Cbor> & {
  succession: Cbor[];
  ceremonies: { proposal: Uint8Array; packets: Uint8Array[] }[];
};
const said = (): Said =>
  decodeCbor(afterMagic(magic, file) as Uint8Array, { bytes: exportBytes, depth: 12 }) as unknown as Said;
const written = (body: unknown): Uint8Array => withMagic(magic, encodeCbor(body as Cbor));
const refusal = (bytes: Uint8Array): string => {
  try {
    return misordered(readExport(bytes)) ?? 'read';
  } catch (error) {
    return (error as { code: string }).code;
  }
};

describe('an export', () => {
  it('holds the bytes of every packet as they were signed, and the links', () => {
    const { succession, ceremonies } = readExport(file);
    expect(succession.map(({ descriptor }) => descriptor)).toEqual(links.map(({ descriptor }) => descriptor));
    for (const one of [genesis, handover]) {
      const found = ceremonies.find(({ proposal }) => digestOf(proposal) === one.proposal.digest);
      const bytes = one.view.packets.filter(({ kind }) => kind !== 'proposal').map((packet) => packet.bytes);
      expect(found?.packets).toEqual(bytes);
    }
  });

  it('is the same file whoever writes it, and whatever came first', () => {
    expect(writeExport([genesis.view, handover.view], links)).toEqual(file);
    expect(writeExport([genesis.view])).toEqual(writeExport([genesis.without()]));
  });

  it('is known by its first bytes', () => {
    expect(isExport(file)).toBe(true);
    expect(isExport(withMagic('conclave evidence v1', new Uint8Array(9)))).toBe(false);
    expect(refusal(withMagic('conclave evidence v1', new Uint8Array(9)))).toBe('EXPORT_INVALID');
  });

  it('is refused where it is cut short, goes on behind its end, or says more', () => {
    for (const length of [0, magic.length, magic.length + 1, 300, file.length - 1])
      expect(refusal(file.slice(0, length))).not.toBe('read');
    expect(refusal(new Uint8Array([...file, 0]))).toBe('CBOR_MALFORMED');
    expect(refusal(written({ ...said(), more: 1 }))).toBe('SCHEMA');
    expect(refusal(written({ ...said(), v: 2 }))).toBe('SCHEMA');
  });

  it('holds something', () => {
    expect(refusal(written({ v: 1, succession: [], ceremonies: [] }))).toBe('EXPORT_INVALID');
    expect(refusal(written({ ...said(), ceremonies: [] }))).toBe('read');
    expect(refusal(written({ ...said(), succession: [] }))).toBe('read');
  });

  it('is refused where packets are in another order, or one stands twice', () => {
    const changed = (change: (packets: Uint8Array[], proposal: Uint8Array) => Uint8Array[]): string => {
      const body = said();
      const ceremonies = body.ceremonies.map(({ proposal, packets }) => ({
        proposal,
        packets: change(packets, proposal),
      }));
      return refusal(written({ ...body, ceremonies }));
    };
    expect(changed((packets) => [...packets].reverse())).toContain('not in order');
    expect(changed(([first, ...rest]) => [first as Uint8Array, first as Uint8Array, ...rest])).toContain(
      'stands twice',
    );
    const sorted = (packets: Uint8Array[]) => packets.sort((a, b) => (digestOf(a) < digestOf(b) ? -1 : 1));
    expect(changed((packets, proposal) => sorted([...packets, proposal]))).toBe('a proposal stands twice');
    expect(changed((packets) => sorted([...packets]))).toBe('read');
  });

  it('is deeper than nothing that is written, and no deeper', () => {
    let deep: Cbor = 0;
    for (let depth = 0; depth < 40; depth++) deep = [deep];
    expect(refusal(written({ ...said(), succession: deep }))).toBe('CBOR_MALFORMED');
  });

  it('of a ceremony without its proposal is not written', () => {
    const { proposal } = genesis;
    expect(() => writeExport([genesis.without(proposal)])).toThrow('without its proposal');
  });
});
