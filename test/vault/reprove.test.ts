import { describe, expect, it, vi } from 'vitest';
import type { PacketOf } from '../../src/ceremony/kinds.ts';
import type { FileSystem } from '../../src/media/file-system.ts';
import { amend } from '../../src/vault/amend.ts';
import type { Ceremonies, Held } from '../../src/vault/ceremonies.ts';
import { registerCopy } from '../../src/vault/copies.ts';
import { release } from '../../src/vault/release.ts';
import { reprove } from '../../src/vault/reprove.ts';
import type { Moment } from '../../src/vault/say.ts';
import type { KeysetRecord } from '../../src/vault/state.ts';
import { comeBack, founded, type Machine, type Stick, slotsOf, usableEpochs, walk } from './machine.ts';
import { code } from './support.ts';

/* A member vanishes after it accepted: the others prove the new committee without it (rules 3, 4, 7). */

vi.setConfig({ testTimeout: 60_000 });

const names = ['alice', 'bob', 'carol'] as const;
const { of, stick: first } = founded('reproves', ...names, 'dave');
const { alice, bob, carol, dave } = of;
const all = [alice, bob, carol, dave];
const there = [alice, bob, carol];
const start = comeBack(all, first);
const moment: Moment = { now: 1_800_000_000, tool: { version: 'test', digest: null } };

const view = (machine: Machine, ceremony: string) => machine.run((ceremonies) => ceremonies.get(ceremony).view);
const shares = (machine: Machine) => slotsOf(machine).map(({ epoch, state }) => `${epoch} ${state}`);
const closing = (machine: Machine, ceremony: string) =>
  view(machine, ceremony).packets.find(
    (packet): packet is PacketOf<'closing'> & { kind: 'closing' } =>
      packet.kind === 'closing' && packet.identity === identityOf(machine, ceremony),
  )?.body.oldShare;
const identityOf = (machine: Machine, ceremony: string) =>
  view(machine, ceremony).plan.participants.find(({ name }) => name === machine.name)?.identity;

/** Everybody has accepted, and the last of them is never seen again. */
function stranded(members: readonly Machine[], threshold = 2): { stick: Stick; ceremony: string; rest: Machine[] } {
  const stick = start();
  const ceremony = alice.propose(stick, { kind: 'reshare', members: members.map(({ name }) => name), threshold });
  const [rest, lost] = [members.slice(0, -1), members.at(-1) as Machine];
  // the last one accepts before the others have, and so never sees the certificate
  for (const machine of [bob, lost, ...rest, ...rest]) machine.visit(stick);
  return { stick, ceremony, rest };
}

function call(machine: Machine, stick: Stick, ceremony: string, signers: readonly string[]): void {
  machine.visit(stick);
  machine.run((ceremonies) => reprove(ceremonies, ceremonies.get(ceremony), moment, signers, 'never seen again'));
  machine.visit(stick);
}

describe('a later turn', () => {
  it('ends the ceremony without the lost member, and the old shares of the others go', () => {
    const { stick, ceremony } = stranded(all);
    expect(view(alice, ceremony).phase).toBe('activating');
    call(alice, stick, ceremony, ['alice', 'bob', 'carol']);
    walk(there, stick);
    for (const machine of there) {
      expect(view(machine, ceremony)).toMatchObject({ phase: 'complete', faults: [], contradictions: [], waiting: [] });
      expect(shares(machine)).toEqual(['1 active']);
      expect(machine.state.nonces).toEqual([]);
    }
    expect(usableEpochs(there)).toEqual([1]);
  });

  it('is answered beside another one that was called for elsewhere, both in one visit', () => {
    const { stick, ceremony } = stranded(all);
    const elsewhere = new Map(stick);
    call(alice, stick, ceremony, ['alice', 'bob', 'carol']);
    call(bob, elsewhere, ceremony, ['alice', 'bob', 'carol']);
    const both = new Map([...stick, ...elsewhere]);
    expect(carol.visit(both)).toMatchObject({ did: ['reprove', 'reprove'], holds: [] });
    walk(there, both);
    for (const machine of there)
      expect(view(machine, ceremony)).toMatchObject({ phase: 'complete', faults: [], contradictions: [] });
  });

  it('makes the new share of whom it leaves out the only active one, whatever that member signed before', () => {
    const stick = start();
    const members = ['alice', 'bob', 'carol'];
    const wish = { kind: 'reshare', members, threshold: 2, dealers: ['alice', 'bob'] } as const;
    const ceremony = alice.propose(stick, wish);
    for (const machine of [bob, carol, alice]) machine.visit(stick); // alice accepts last, and signs
    for (const machine of [bob, carol])
      machine.run((ceremonies) => release(ceremonies, ceremonies.get(ceremony), moment, false, 'not like this'));
    for (const machine of [bob, carol, alice]) machine.visit(stick);
    alice.run((ceremonies) => amend(ceremonies, ceremonies.get(ceremony), moment, ['bob'], 'once more'));
    for (const machine of [alice, carol, alice]) machine.visit(stick);
    call(bob, stick, ceremony, ['bob', 'carol']);
    walk([carol, bob], stick);
    expect(view(bob, ceremony).current.proof).not.toBeNull();
    expect(shares(alice)).toEqual(['0 retired', '1 active', '1 pending']);
    alice.visit(stick);
    expect(shares(alice)).toEqual(['0 retired', '1 retired', '1 active']);
    expect(usableEpochs([alice, bob])).toContain(1);
  });

  it('of no more signers than the threshold leaves the old share where there is no backup of the new one, and says so', () => {
    const { stick, ceremony } = stranded([alice, bob, carol]);
    call(alice, stick, ceremony, ['alice', 'bob']);
    walk([alice, bob], stick);
    expect(view(alice, ceremony).phase).toBe('complete');
    for (const machine of [alice, bob]) {
      expect(closing(machine, ceremony)).toEqual({ state: 'kept', why: 'few-signers' });
      expect(shares(machine)).toEqual(['0 retired', '1 active']);
    }
    // with the next committee both go
    alice.propose(stick, { kind: 'reshare', members: names, threshold: 2 });
    walk([alice, bob, carol], stick);
    expect(shares(alice)).toEqual(['2 active']);
  });

  it('of no more signers than the threshold lets it go for a recorded backup, and that is a deviation on record', () => {
    const { stick, ceremony } = stranded([alice, bob, carol]);
    alice.run(({ vault }) => {
      const [record] = vault.state.keysets as [KeysetRecord];
      registerCopy(vault, record, { label: 'safe 7', kind: 'external', epoch: 1, at: 1 });
    });
    call(alice, stick, ceremony, ['alice', 'bob']);
    walk([alice, bob], stick);
    expect(closing(alice, ceremony)).toEqual({ state: 'wrapping-key-deleted', why: 'proven' });
    expect(closing(bob, ceremony)).toEqual({ state: 'kept', why: 'few-signers' });
    const { notes } = view(bob, ceremony);
    expect(notes.map(({ body }) => [body.kind, body.number])).toEqual([['deviation', 0]]);
    expect(notes[0]?.body.text).toContain('only 2 new members signed');
  });

  it('without me is closed on when I come back: then my share becomes the active one', () => {
    const { stick, ceremony } = stranded(all);
    call(alice, stick, ceremony, ['alice', 'bob', 'carol']);
    walk(there, stick);
    expect(shares(dave)).toEqual(['1 pending']);
    expect(dave.visit(stick)).toMatchObject({ did: ['close'], holds: [] });
    expect(shares(dave)).toEqual(['1 active']);
    expect(dave.state.nonces).toEqual([]); // those of turn 0 sign nothing any more
    expect(usableEpochs([carol, dave])).toEqual([1]);
    const next = dave.propose(stick, { kind: 'refresh', members: all.map(({ name }) => name), threshold: 2 });
    walk(all, stick);
    expect(view(dave, next)).toMatchObject({ phase: 'complete', faults: [] });
  });

  it('without me is closed on also where I had let go of the attempt', () => {
    const { stick, ceremony } = stranded([alice, bob, carol]);
    const carols = new Map(stick);
    carol.run((ceremonies) => release(ceremonies, ceremonies.get(ceremony), moment, false, 'nobody came'));
    expect(shares(carol)).toEqual(['0 active', '1 pending']);
    call(alice, stick, ceremony, ['alice', 'bob']);
    walk([alice, bob], stick);
    expect(carols.size).toBeGreaterThan(0);
    expect(carol.visit(stick)).toMatchObject({ did: ['close'], holds: [] });
    expect(shares(carol)).toEqual(['0 retired', '1 active']);
  });

  it('is not followed by whoever gave the attempt up by an override: that is for its operator to sort out', () => {
    const { stick, ceremony } = stranded([alice, bob, carol]);
    carol.run((ceremonies) => release(ceremonies, ceremonies.get(ceremony), moment, true, 'gone for ever'));
    call(alice, stick, ceremony, ['alice', 'bob']);
    walk([alice, bob], stick);
    expect(carol.visit(stick)).toMatchObject({ did: [], holds: ['SALVAGED'] });
    expect(shares(carol)).toEqual(['0 active', '1 pending']);
  });

  it('is signed once, whatever comes back: a restored old vault neither commits nor signs', () => {
    const { stick, ceremony } = stranded(all);
    const old = bob.copy();
    call(alice, stick, ceremony, ['alice', 'bob', 'carol']);
    bob.visit(stick);
    bob.restore(old);
    const back = bob.visit(stick);
    expect(back.did).toEqual([]);
    expect(back.holds).toContain('VAULT_ROLLED_BACK');
    expect(view(bob, ceremony).contradictions).toEqual([]);
  });

  it('holds with the power cut at every operation of a signer, and ends as without', () => {
    const { stick, ceremony } = stranded([alice, bob, carol]);
    call(alice, stick, ceremony, ['alice', 'bob']);
    const called = comeBack(all, stick);
    const operations = bob.operations(called()); // commits and signs
    expect(operations).toBeGreaterThan(4);
    for (let at = 1; at <= operations; at++) {
      const again = called();
      bob.cut(again, { at, fault: at % 2 === 0 ? 'kill' : 'torn' }, at % 3 === 0 ? 'names' : 'nothing');
      for (const machine of [bob, alice, bob, alice]) machine.visit(again);
      expect([at, view(alice, ceremony).phase]).toEqual([at, 'complete']);
      expect(view(alice, ceremony).contradictions).toEqual([]);
      expect(shares(bob)).toEqual(['0 retired', '1 active']);
    }
  });

  it('holds with the power cut at every operation of the call: what was called for is answered in the next visit', () => {
    const { stick, ceremony } = stranded([alice, bob, carol]);
    alice.visit(stick);
    const certified = comeBack(all, stick);
    const work = (...[c, held, at]: [Ceremonies, Held, Moment]): void => {
      reprove(c, held, at, ['alice', 'bob'], 'never seen again');
    };
    const calling = (on: Stick) => (fs: FileSystem) => alice.command(on, ceremony, work, fs);
    const once = certified();
    const operations = alice.operations(once, calling(once));
    expect(operations).toBeGreaterThan(4);
    for (let at = 1; at <= operations; at++) {
      const again = certified();
      alice.cut(
        again,
        { at, fault: at % 2 === 0 ? 'kill' : 'torn' },
        at % 3 === 0 ? 'names' : 'nothing',
        calling(again),
      );
      // an operator whose machine went off looks, and calls only where nothing was called
      alice.visit(again);
      if (view(alice, ceremony).current.reproves.length === 0) calling(again)({ ...alice.memory });
      for (const machine of [bob, alice, bob]) machine.visit(again);
      const { phase, current, contradictions } = view(bob, ceremony);
      expect([at, phase, current.reproves.length, contradictions]).toEqual([at, 'complete', 1, []]);
    }
  });

  it('holds with the power cut at every operation of a closing that records a deviation: one note, one closing', () => {
    const { stick, ceremony } = stranded([alice, bob, carol]);
    alice.run(({ vault }) => {
      const [record] = vault.state.keysets as [KeysetRecord];
      registerCopy(vault, record, { label: 'safe 7', kind: 'external', epoch: 1, at: 1 });
    });
    call(alice, stick, ceremony, ['alice', 'bob']);
    bob.visit(stick);
    const proven = comeBack(all, stick);
    const operations = alice.operations(proven());
    for (let at = 1; at <= operations; at++) {
      const again = proven();
      alice.cut(again, { at, fault: at % 2 === 0 ? 'kill' : 'torn' }, at % 3 === 0 ? 'names' : 'nothing');
      for (const machine of [alice, bob, alice]) machine.visit(again);
      const { notes, contradictions, phase } = view(bob, ceremony);
      expect([at, phase, notes.length, contradictions.length]).toEqual([at, 'complete', 1, 0]);
      expect(shares(alice)).toEqual(['1 active']);
    }
  });
});

describe('a call', () => {
  it('is refused where it can come to nothing', () => {
    const { stick, ceremony } = stranded(all);
    const calling = (machine: Machine, signers: readonly string[]) =>
      machine.run((ceremonies) =>
        code(() => reprove(ceremonies, ceremonies.get(ceremony), moment, signers, 'because')),
      );
    expect(calling(alice, ['alice'])).toBe('REPROVE_REFUSED');
    expect(calling(alice, ['bob', 'carol'])).toBe('REPROVE_REFUSED');
    expect(calling(alice, ['alice', 'zed'])).toBe('USAGE');
    bob.run((ceremonies) => release(ceremonies, ceremonies.get(ceremony), moment, true, 'gone'));
    expect(calling(bob, ['alice', 'bob'])).toBe('REPROVE_REFUSED');
    bob.visit(stick);
    alice.hear(stick);
    expect(calling(alice, ['alice', 'bob'])).toBe('REPROVE_REFUSED');
    expect(calling(dave, ['alice', 'dave'])).toBe('REPROVE_REFUSED'); // has not seen the certificate
    const early = start();
    const other = alice.propose(early, { kind: 'reshare', members: names, threshold: 2 });
    alice.run((ceremonies) => {
      expect(code(() => reprove(ceremonies, ceremonies.get(other), moment, ['alice', 'bob'], 'x'))).toBe(
        'REPROVE_REFUSED',
      );
    });
  });

  it('is answered under no contradiction that its operator has not decided about', () => {
    const { stick, ceremony } = stranded(all);
    call(alice, stick, ceremony, ['alice', 'bob', 'carol']);
    const said = view(alice, ceremony).packets.find(({ kind }) => kind === 'reprove') as PacketOf<'reprove'>;
    alice.lie(stick, ceremony, 'reprove', { ...said.body, signers: [1, 2] });
    expect(bob.visit(stick)).toMatchObject({ did: [], holds: ['CONTRADICTION'] });
  });
});
