import { describe, expect, it, vi } from 'vitest';
import { Problem } from '../../src/problem.ts';
import { amend } from '../../src/vault/amend.ts';
import type { Held } from '../../src/vault/ceremonies.ts';
import { abort } from '../../src/vault/refuse.ts';
import { release } from '../../src/vault/release.ts';
import type { Moment } from '../../src/vault/say.ts';
import { cheat } from './liar.ts';
import { comeBack, founded, type Machine, type Stick, slotsOf, usableEpochs, walk } from './machine.ts';
import { code } from './support.ts';

/* What goes wrong in the room, and the way on from there: rules 3 to 6, and section 6. */

vi.setConfig({ testTimeout: 60_000 });

const names = ['alice', 'bob', 'carol'] as const;
const { of, stick: first } = founded('repair', ...names);
const { alice, bob, carol } = of;
const all = [alice, bob, carol];
const start = comeBack(all, first);
const moment: Moment = { now: 1_800_000_000, tool: { version: 'test', digest: null } };

const refresh = (stick: Stick, dealers: string[] | null = null) =>
  alice.propose(stick, { kind: 'refresh', members: names, threshold: 2, dealers });
const view = (machine: Machine, ceremony: string) => machine.run((ceremonies) => ceremonies.get(ceremony).view);
const epochs = (machine: Machine) =>
  Object.fromEntries(slotsOf(machine).map(({ epoch, state }) => [epoch, state])) as Record<number, string>;

/** Does something in a ceremony with the vault open, as a command would, and lays it all on the stick. */
function act(
  machine: Machine,
  stick: Stick,
  ceremony: string,
  work: (c: Parameters<Parameters<Machine['run']>[0]>[0], held: Held) => void,
) {
  machine.visit(stick);
  machine.run((ceremonies) => work(ceremonies, ceremonies.get(ceremony)));
  machine.visit(stick);
}

describe('a box that holds something else', () => {
  it('is opened to everybody, names its dealer everywhere, and the plan goes on without that dealer', () => {
    const stick = start();
    const id = refresh(stick, ['alice', 'bob']);
    cheat(bob, stick, id);
    expect(carol.visit(stick)).toMatchObject({ did: ['complain'], blame: ['bob'] });
    const seen = alice.visit(stick);
    expect(seen).toMatchObject({ holds: ['AMENDMENT_DUE'] });
    for (const machine of [alice, carol]) {
      const { faults, current, phase } = view(machine, id);
      expect(phase).toBe('aborted');
      expect(faults.map(({ member, fault }) => [member, fault])).toEqual([['bob', 'BAD_SUBSHARE']]);
      expect(current.death).toMatchObject({ why: 'complaint', by: ['carol'] });
    }
    act(alice, stick, id, (ceremonies, held) => amend(ceremonies, held, moment, [], 'bob cheated'));
    expect(view(alice, id).current.attempt).toMatchObject({ number: 1 });
    expect(view(alice, id).current.attempt.dealers.map(({ participant }) => participant.name)).toEqual([
      'alice',
      'carol',
    ]);
    walk([alice, carol], stick);
    // bob's vault knows nothing of what it sent: it is its own liar, and stays where it is
    expect(view(alice, id).current.counts).toBe(true);
    expect(view(carol, id).faults.map(({ member }) => member)).toEqual(['bob']);
    expect(usableEpochs([alice, carol])).toContain(0);
  });

  it('opens no other box: the complaint publishes the key of one, and the prekey is gone with it', () => {
    const stick = start();
    const id = refresh(stick, ['alice', 'bob']);
    const before = carol.state.prekeys.length;
    cheat(bob, stick, id);
    carol.visit(stick);
    expect(carol.state.prekeys.length).toBe(before - 1);
    expect(view(carol, id).packets.filter(({ kind }) => kind === 'complaint')).toHaveLength(1);
    expect(carol.visit(stick).did).toEqual([]);
  });
});

describe('an amendment', () => {
  it('ends the attempt before by the machines themselves, and no vote is given before that is proven', () => {
    const stick = start();
    const id = refresh(stick, ['alice', 'bob']);
    // bob is not to be found: carol takes his place
    act(alice, stick, id, (ceremonies, held) => {
      expect(amend(ceremonies, held, moment, ['bob'], 'bob is on holiday')).toEqual(['alice', 'carol']);
    });
    expect(view(alice, id).attempts.map(({ death }) => death?.why ?? null)).toEqual(['receiver-refused', null]);
    walk([alice, carol], stick);
    expect(view(carol, id).phase).toBe('accepting'); // bob still has to receive
    walk(all, stick);
    for (const machine of all) {
      expect(view(machine, id)).toMatchObject({ phase: 'complete', faults: [], contradictions: [] });
      expect(view(machine, id).current.attempt.number).toBe(1);
      expect(epochs(machine)).toEqual({ 1: 'active' });
    }
    expect(alice.state.votes.map(({ slot }) => slot)).toEqual([0, 1]);
    expect(usableEpochs(all)).toEqual([1]);
  });

  it('is refused to whoever is not the proposer, and where too few are left to deal', () => {
    const stick = start();
    const id = refresh(stick);
    bob.visit(stick);
    bob.run((ceremonies) => {
      expect(code(() => amend(ceremonies, ceremonies.get(id), moment, [], 'x'))).toBe('REFUSED');
    });
    alice.run((ceremonies) => {
      const held = ceremonies.get(id);
      expect(code(() => amend(ceremonies, held, moment, ['bob', 'carol'], 'x'))).toBe('AMENDMENT_IMPOSSIBLE');
      expect(code(() => amend(ceremonies, held, moment, ['zed'], 'x'))).toBe('USAGE');
    });
  });
});

describe('a prekey of an attempt that somebody else killed', () => {
  it('row 23: goes as soon as the machine sees that the attempt is dead', () => {
    const stick = start();
    const id = refresh(stick, ['alice', 'bob']);
    const sealed: Stick = new Map(stick);
    bob.visit(sealed);
    const named = view(alice, id).plan.receivers[0]?.prekey as Uint8Array;
    const has = () => alice.state.prekeys.some((own) => Buffer.from(own.public).equals(Buffer.from(named)));
    expect(has()).toBe(true);
    carol.refuse(stick, id);
    alice.visit(stick);
    expect(has()).toBe(false);
  });
});

describe('a release', () => {
  it('before anything was signed gives the attempt up; enough of them are its death, and the old epoch goes on', () => {
    const stick = start();
    const id = refresh(stick, ['alice', 'bob']);
    bob.visit(stick);
    alice.visit(stick);
    const gone = (machine: Machine) =>
      act(machine, stick, id, (ceremonies, held) => release(ceremonies, held, moment, false, 'carol is gone'));
    gone(bob);
    expect(view(bob, id).current.death).toBeNull();
    gone(alice);
    expect(view(alice, id).current.death).toMatchObject({ why: 'released' });
    for (const machine of [alice, bob]) expect(epochs(machine)).toMatchObject({ 0: 'active', 1: 'pending' });
    expect(usableEpochs(all)).toContain(0);
    // and the votes are free again
    const next = refresh(stick, ['alice', 'bob']);
    walk(all, stick);
    expect(view(carol, next)).toMatchObject({ phase: 'complete', contradictions: [] });
    expect(usableEpochs(all)).toEqual([1]);
    for (const machine of all) expect(epochs(machine)).toEqual({ 1: 'active' });
  });

  it('of a machine that has signed waits until that turn is blocked; then it is back at the old share', () => {
    const stick = start();
    const id = refresh(stick, ['alice', 'bob']);
    bob.visit(stick);
    carol.visit(stick);
    alice.visit(stick); // accepts last, sees the certificate, signs
    expect(epochs(alice)).toEqual({ 0: 'retired', 1: 'active' });
    alice.run((ceremonies) => {
      const held = ceremonies.get(id);
      expect(code(() => release(ceremonies, held, moment, false, 'x'))).toBe('RELEASE_REFUSED');
    });
    // bob has not seen the certificate yet
    bob.run((ceremonies) => release(ceremonies, ceremonies.get(id), moment, false, 'carol is gone'));
    bob.visit(stick);
    expect(view(bob, id).current.activations.size).toBe(1);
    act(alice, stick, id, (ceremonies, held) => release(ceremonies, held, moment, false, 'bob released'));
    expect(view(alice, id)).toMatchObject({ contradictions: [], faults: [] });
    expect(view(alice, id).current.death).toMatchObject({ why: 'released' });
    expect(epochs(alice)).toEqual({ 0: 'active', 1: 'retired' });
    expect(alice.state.nonces).toEqual([]);
    const next = refresh(stick, ['alice', 'bob']);
    walk(all, stick);
    expect(view(carol, next).phase).toBe('complete');
    expect(usableEpochs(all)).toContain(1);
  });

  it('of an attempt that the others went on from brings a machine that has signed it back to the old share', () => {
    const stick = start();
    const id = refresh(stick, ['alice', 'bob']);
    bob.visit(stick);
    carol.visit(stick);
    alice.visit(stick); // signs
    // neither has seen the certificate yet
    for (const machine of [bob, carol]) {
      machine.run((ceremonies) => release(ceremonies, ceremonies.get(id), moment, false, 'not like this'));
      machine.visit(stick);
    }
    act(alice, stick, id, (ceremonies, held) => void amend(ceremonies, held, moment, ['bob'], 'without bob'));
    expect(view(alice, id)).toMatchObject({ current: { attempt: { number: 1 } } });
    expect(epochs(alice)).toEqual({ 0: 'retired', 1: 'active' });
    act(alice, stick, id, (ceremonies, held) => release(ceremonies, held, moment, false, 'the others released'));
    expect(view(alice, id)).toMatchObject({ contradictions: [], faults: [] });
    expect(epochs(alice)).toEqual({ 0: 'active', 1: 'retired' });
    walk(all, stick);
    expect(view(carol, id)).toMatchObject({ phase: 'complete', contradictions: [], faults: [] });
    expect(usableEpochs(all)).toContain(1);
  });

  it('of a second attempt brings a machine back to the old share that had signed the first one and never gave it up', () => {
    const stick = start();
    const id = refresh(stick, ['alice', 'bob']);
    bob.visit(stick);
    carol.visit(stick);
    alice.visit(stick); // signs
    for (const machine of [bob, carol]) {
      machine.run((ceremonies) => release(ceremonies, ceremonies.get(id), moment, false, 'not like this'));
      machine.visit(stick);
    }
    act(alice, stick, id, (ceremonies, held) => void amend(ceremonies, held, moment, ['bob'], 'without bob'));
    carol.visit(stick);
    alice.visit(stick); // accepts the second
    const shares = () => slotsOf(alice).map(({ epoch, state }) => `${epoch} ${state}`);
    expect(shares()).toEqual(['0 retired', '1 active', '1 pending']);
    act(alice, stick, id, (ceremonies, held) => release(ceremonies, held, moment, false, 'nor like that'));
    expect(shares()).toEqual(['0 active', '1 retired', '1 pending']);
  });

  it('by salvage needs no block, destroys nothing, and is the typed override of its operator', () => {
    const stick = start();
    const id = refresh(stick, ['alice', 'bob']);
    bob.visit(stick);
    carol.visit(stick);
    alice.visit(stick);
    act(alice, stick, id, (ceremonies, held) => release(ceremonies, held, moment, true, 'bob is gone for ever'));
    expect(epochs(alice)).toEqual({ 0: 'active', 1: 'retired' });
    act(carol, stick, id, (ceremonies, held) => release(ceremonies, held, moment, true, 'bob is gone for ever'));
    expect(view(carol, id).current.death).toMatchObject({ why: 'released' });
    expect(usableEpochs([alice, carol])).toEqual(expect.arrayContaining([0, 1]));
  });
});

describe('a plan that is withdrawn', () => {
  it('is over once a new member has seen it, and is not withdrawn any more once somebody dealt', () => {
    const stick = start();
    const id = alice.propose(stick, { kind: 'refresh', members: names, threshold: 2, dealers: ['bob', 'carol'] });
    act(alice, stick, id, (ceremonies, held) => abort(ceremonies, held, moment, 'the wrong day'));
    expect(view(alice, id)).toMatchObject({ phase: 'aborted', withdrawn: true });
    walk(all, stick);
    expect(view(bob, id).current.deals.size).toBe(0);
    expect(view(bob, id).packets.filter(({ kind }) => kind === 'refusal').length).toBeGreaterThan(1);
    const again = refresh(stick, ['alice', 'bob']);
    alice.run((ceremonies) => {
      expect(() => abort(ceremonies, ceremonies.get(again), moment, 'x')).toThrow(Problem);
    });
  });
});
