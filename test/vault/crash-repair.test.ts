import { describe, expect, it, vi } from 'vitest';
import { equalBytes, toHex } from '../../src/bytes/hex.ts';
import type { FileSystem } from '../../src/media/file-system.ts';
import { amend } from '../../src/vault/amend.ts';
import { abort, refuse } from '../../src/vault/refuse.ts';
import { release } from '../../src/vault/release.ts';
import { cheat } from './liar.ts';
import { comeBack, founded, type Machine, type Stick, slotsOf, usableEpochs, walk } from './machine.ts';

/*
 * The power goes at each operation on the disk of what repairs a ceremony (safety.md section 3): what was said is said
 * once, what was not said was not done, and the machine ends where it ends undisturbed.
 */

vi.setConfig({ testTimeout: 120_000 });

const names = ['alice', 'bob', 'carol'] as const;
const { of, stick: first } = founded('crash of a repair', ...names);
const { alice, bob, carol } = of;
const all = [alice, bob, carol];
const start = comeBack(all, first);

const refresh = (stick: Stick, dealers = ['alice', 'bob']) =>
  alice.propose(stick, { kind: 'refresh', members: names, threshold: 2, dealers });

interface Act {
  readonly by: Machine;
  /** Brings the world to where the act is next, and says of which ceremony. */
  readonly before: (stick: Stick) => string;
  /** As the operator runs it, the first time and again. */
  readonly run: (stick: Stick, ceremony: string, fs?: FileSystem) => unknown;
  /** What the journal has once this is done; a command that said it is not run a second time. */
  readonly says: string | null;
  /** Where the machine stands afterwards. */
  readonly after: () => void;
}

const epochs = (machine: Machine) =>
  Object.fromEntries(slotsOf(machine).map(({ epoch, state }) => [epoch, state])) as Record<number, string>;

/** Everybody accepted, alice signed; bob did not see that yet, nor does he know the certificate. */
function aliceSigned(stick: Stick): string {
  const id = refresh(stick);
  for (const machine of [bob, carol, alice]) machine.visit(stick);
  return id;
}

const acts: Readonly<Record<string, Act>> = {
  'a complaint': {
    by: carol,
    before: (stick) => {
      const id = refresh(stick);
      cheat(bob, stick, id);
      return id;
    },
    run: (stick, _, fs) => carol.visit(stick, fs),
    says: 'receive',
    after: () => expect(epochs(carol)).toEqual({ 0: 'active' }),
  },
  'an amendment': {
    by: alice,
    before: refresh,
    run: (stick, id, fs) => alice.command(stick, id, (c, held, now) => amend(c, held, now, ['bob'], 'away'), fs),
    says: 'amendment',
    after: () => expect(epochs(alice)).toEqual({ 0: 'active' }),
  },
  'what a machine does when it sees an amendment': {
    by: carol,
    before: (stick) => {
      const id = refresh(stick);
      alice.command(stick, id, (c, held, now) => amend(c, held, now, ['bob'], 'away'));
      alice.visit(stick);
      return id;
    },
    run: (stick, _, fs) => carol.visit(stick, fs),
    says: null,
    after: () => expect(carol.state.votes).toHaveLength(1),
  },
  'a refusal in two parts': {
    by: bob,
    before: refresh,
    run: (stick, id, fs) => bob.command(stick, id, (c, held, now) => refuse(c, held, now, 'no'), fs),
    says: null, // run again it says what is missing, and nothing twice
    after: () => expect(bob.state.said.filter(({ slot }) => /receive|deal/.test(slot))).toHaveLength(4),
  },
  'giving up a plan that was withdrawn': {
    by: carol,
    before: (stick) => {
      const id = refresh(stick, ['bob', 'carol']);
      alice.command(stick, id, (c, held, now) => abort(c, held, now, 'the wrong day'));
      return id;
    },
    run: (stick, _, fs) => carol.visit(stick, fs),
    says: 'receive',
    after: () => expect(carol.state.votes).toEqual([]),
  },
  'withdrawing a plan': {
    by: alice,
    before: (stick) => refresh(stick, ['bob', 'carol']),
    run: (stick, id, fs) => alice.command(stick, id, (c, held, now) => abort(c, held, now, 'the wrong day'), fs),
    says: 'withdraw',
    after: () => expect(alice.state.votes).toEqual([]),
  },
  'a release before signing': {
    by: bob,
    before: aliceSigned,
    run: (stick, id, fs) => bob.command(stick, id, (c, held, now) => release(c, held, now, false, 'gone'), fs),
    says: 'release',
    after: () => expect(epochs(bob)).toEqual({ 0: 'active', 1: 'pending' }),
  },
  'a release of what was signed': {
    by: alice,
    before: (stick) => {
      const id = aliceSigned(stick);
      bob.command(stick, id, (c, held, now) => release(c, held, now, false, 'gone'));
      return id;
    },
    run: (stick, id, fs) => alice.command(stick, id, (c, held, now) => release(c, held, now, false, 'gone'), fs),
    says: 'release',
    after: () => expect(epochs(alice)).toEqual({ 0: 'active', 1: 'retired' }),
  },
  'a salvage': {
    by: alice,
    before: aliceSigned,
    run: (stick, id, fs) => alice.command(stick, id, (c, held, now) => release(c, held, now, true, 'gone'), fs),
    says: 'release',
    after: () => expect(epochs(alice)).toEqual({ 0: 'active', 1: 'retired' }),
  },
  'spending the prekey of an attempt that is dead': {
    by: alice,
    before: (stick) => {
      const id = refresh(stick);
      carol.refuse(stick, id);
      return id;
    },
    run: (stick, _, fs) => alice.visit(stick, fs),
    says: null,
    after: () => expect(alice.state.prekeys.filter(({ attempt }) => attempt !== null)).toEqual([]), // it was bound
  },
};

const saidIn = (machine: Machine, id: string) =>
  machine.state.said.filter(({ ceremony }) => toHex(ceremony) === id).map(({ slot }) => slot);

/** What holds on the disk of a machine at whatever moment it stopped. */
function sound(machine: Machine, id: string): void {
  machine.run((ceremonies) => {
    const { state } = ceremonies.vault;
    for (const slot of state.keysets.flatMap(({ slots }) => slots)) ceremonies.vault.readShare(slot);
    const { view, plan } = ceremonies.get(id);
    const me = plan.byIdentity.get(toHex(state.signing.public));
    const journal = new Set(state.said.map(({ digest }) => toHex(digest)));
    const mine = view.packets.filter(({ identity }) => identity === me?.identity);
    // durable before spoken, and each slot once
    expect(mine.filter(({ digest }) => !journal.has(digest))).toEqual([]);
    expect(view.contradictions).toEqual([]);
    expect(view.faults.filter(({ identity }) => identity === me?.identity)).toEqual([]);
    expect(state.rollbacks).toEqual([]);
    for (const { attempt, death } of view.attempts) {
      const named = attempt.prekeys[(me?.newIndex ?? 1) - 1] as Uint8Array;
      const has = state.prekeys.some((own) => equalBytes(own.public, named));
      const said = (slot: string) => state.said.some((one) => one.slot === `${slot} ${toHex(attempt.id)}`);
      // row 23: with the answer goes the prekey, and before it only with the attempt
      if (said('receive')) expect(has).toBe(false);
      else if (death === null) expect(has).toBe(true);
      // row 17: who has given an attempt up has nothing left to sign it with
      if (said('release')) expect(state.nonces.some((kept) => equalBytes(kept.attempt, attempt.id))).toBe(false);
    }
  });
}

/** What a machine keeps, without what is drawn at random. */
function kept(machine: Machine, id: string): unknown {
  const { keysets, votes, nonces, prekeys, overrides, rollbacks } = machine.state;
  const known = new Set(
    machine.run((ceremonies) => ceremonies.get(id).view.attempts.map(({ attempt }) => toHex(attempt.id))),
  );
  return {
    slots: keysets.flatMap(({ slots }) => slots.map(({ epoch, state, signed }) => [epoch, state, signed])),
    votes: votes.map(({ slot }) => slot),
    said: saidIn(machine, id).map((slot) => slot.split(' ')[0]),
    prekeys: prekeys.map(({ attempt }) => attempt !== null && known.has(toHex(attempt))),
    counts: [nonces.length, overrides.length, rollbacks.length],
  };
}

describe('with the power cut at every operation', () => {
  it.each(Object.entries(acts))('%s is done once or not at all, and loses nothing', (_, act) => {
    const { by, run, says } = act;
    const stick = start();
    const id = act.before(stick);
    by.hear(stick); // what taking in costs is in crash.test.ts
    const here = comeBack(all, stick);
    const undisturbed = here();
    run(undisturbed, id);
    by.visit(undisturbed);
    act.after();
    const expected = kept(by, id);
    const counted = here();
    const operations = by.operations(counted, (fs) => run(counted, id, fs));
    expect(operations).toBeGreaterThan(5);
    for (let at = 1; at <= operations; at++) {
      const again = here();
      const fault = at % 2 === 0 ? 'kill' : 'torn';
      const got = by.cut(again, { at, fault }, at % 3 === 0 ? 'names' : 'nothing', (fs) => run(again, id, fs));
      expect([at, got]).toEqual([at, false]);
      sound(by, id);
      expect(usableEpochs(all)).toContain(0);
      if (says === null || !saidIn(by, id).some((slot) => slot.startsWith(says))) run(again, id);
      by.visit(again);
      expect([at, kept(by, id)]).toEqual([at, expected]);
      sound(by, id);
      // whoever meets the stick finds each thing said once
      const reader = all.find((machine) => machine !== by) as Machine;
      reader.hear(again);
      const { packets, contradictions } = reader.run((ceremonies) => ceremonies.get(id).view);
      expect(contradictions).toEqual([]);
      const own = packets.filter(({ identity }) => identity === toHex(by.state.signing.public));
      expect(own).toHaveLength(saidIn(by, id).length);
    }
  });
});

describe('an attempt that was given up with the power cut', () => {
  it.each(['a release before signing', 'a release of what was signed', 'a salvage'] as const)(
    'by %s leaves votes, prekeys and shares for the next plan',
    (name) => {
      const { by, before, run } = acts[name] as Act;
      const stick = start();
      const id = before(stick);
      by.cut(stick, { at: 4, fault: 'torn' }, 'names', (fs) => run(stick, id, fs));
      for (const machine of all) {
        if (!saidIn(machine, id).some((slot) => slot.startsWith('release')))
          machine.command(stick, id, (c, held, now) => release(c, held, now, true, 'start over'));
      }
      const next = refresh(stick);
      walk(all, stick);
      expect(alice.run((ceremonies) => ceremonies.get(next).view)).toMatchObject({
        phase: 'complete',
        contradictions: [],
      });
      expect(usableEpochs(all)).toContain(1);
    },
  );
});
