import { describe, expect, it, vi } from 'vitest';
import { type Ceremonies, scopeOf } from '../../src/vault/ceremonies.ts';
import { say } from '../../src/vault/say.ts';
import { alarmsFor, contradictionId, oldCopy, overrideSentence } from '../../src/vault/standing.ts';
import { comeBack, founded, type Machine, type Stick, slotsOf, usableEpochs, walk } from './machine.ts';
import { code } from './support.ts';

/* What keeps a machine from acting: contradictions of others, and being an old copy of itself. */

vi.setConfig({ testTimeout: 30_000 });

const names = ['alice', 'bob', 'carol'] as const;
const { of, stick: first } = founded('standing', ...names);
const { alice, bob, carol } = of;
const all = [alice, bob, carol];
const ceremony = alice.propose(first, { kind: 'refresh', members: names, threshold: 2 });
const start = comeBack(all, first);
const shares = (machine: Machine) => slotsOf(machine).map(({ epoch, state }) => `${epoch} ${state}`);
const said = (machine: Machine) => machine.state.said.length;

/** Carries the stick until it is the turn of this machine to do this. */
function until(machine: Machine, duty: string, stick: Stick): void {
  for (let i = 0; i < 12; i++) {
    for (const other of all.filter((one) => one !== machine)) other.visit(stick);
    const before = machine.copy();
    if (machine.visit(new Map(stick)).did.includes(duty)) {
      machine.restore(before);
      return;
    }
    machine.visit(stick);
  }
  throw new Error(`never asked to ${duty}`);
}

/** What an operator does who looked at it and types the sentence. */
function override(machine: Machine, sentence: string): void {
  machine.run((ceremonies) => {
    const alarms = alarmsFor(ceremonies, ceremonies.get(ceremony));
    for (const { contradiction } of alarms.filter(
      ({ contradiction }) => overrideSentence(contradiction) === sentence,
    )) {
      const scope = scopeOf(ceremonies.get(ceremony).plan);
      const about = contradictionId(scope, contradiction);
      ceremonies.vault.commit((state) => ({
        ...state,
        overrides: [...state.overrides, { scope, about, sentence, at: 1 }],
      }));
    }
  });
}

describe('a contradiction of another member', () => {
  it.each(['deal', 'accept', 'activate', 'close'])(
    'stops a machine that is about to %s, until its operator decides',
    (duty) => {
      const stick = start();
      const machine = duty === 'deal' ? bob : alice;
      until(machine, duty, stick);
      carol.visit(stick);
      for (const reason of ['one', 'two']) carol.lie(stick, ceremony, 'refusal', { as: 'approver', reason });
      const before = said(machine);
      const held = shares(machine);
      expect(machine.visit(stick)).toMatchObject({ did: [], holds: ['CONTRADICTION'] });
      expect(machine.visit(stick)).toMatchObject({ did: [], holds: ['CONTRADICTION'] });
      expect(said(machine)).toBe(before);
      expect(shares(machine)).toEqual(held);
      override(machine, 'go on although bob contradicted themselves');
      expect(machine.visit(stick).did).toEqual([]);
      override(machine, 'go on although carol contradicted themselves');
      expect(machine.visit(stick).did).toContain(duty);
    },
  );

  it('that was decided about stops nothing anew with every other packet of that kind, but with one of another kind', () => {
    const stick = start();
    bob.visit(stick);
    carol.visit(stick);
    for (const reason of ['one', 'two']) carol.lie(stick, ceremony, 'refusal', { as: 'approver', reason });
    alice.visit(stick);
    override(alice, 'go on although carol contradicted themselves');
    const overrides = alice.state.overrides.length;
    for (const reason of ['three', 'four']) carol.lie(stick, ceremony, 'refusal', { as: 'approver', reason });
    alice.hear(stick);
    const open = (): (string | undefined)[] =>
      alice.run((ceremonies) =>
        alarmsFor(ceremonies, ceremonies.get(ceremony))
          .filter(({ overridden }) => !overridden)
          .map(({ contradiction }) => contradiction.slot.split(' ')[0]),
      );
    expect(open()).toEqual([]);
    const closing = {
      transcript: new Uint8Array(32),
      oldShare: { state: 'none', why: 'joiner' },
      invalid: [],
      recorded: [],
    };
    for (const turn of [1, 2])
      carol.lie(stick, ceremony, 'closing', { ...closing, turn: new Uint8Array(32).fill(turn) });
    alice.hear(stick);
    expect(open()).toEqual(['close']);
    expect(alice.state.overrides.length).toBe(overrides);
  });

  it('also stops what is over the same epoch in another ceremony', () => {
    const stick = start();
    bob.visit(stick);
    carol.visit(stick);
    for (const reason of ['one', 'two']) carol.lie(stick, ceremony, 'refusal', { as: 'approver', reason });
    const other = bob.propose(stick, {
      kind: 'reshare',
      members: ['alice', 'carol'],
      threshold: 2,
      approvers: ['carol'],
    });
    expect(alice.visit(stick).did).toEqual([]);
    expect(alice.run((ceremonies) => alarmsFor(ceremonies, ceremonies.get(other)).length)).toBe(1);
  });

  it('in a note or in dissent is only shown', () => {
    const stick = start();
    bob.visit(stick);
    for (const text of ['one', 'two']) bob.lie(stick, ceremony, 'note', { kind: 'observation', text, number: 0 });
    for (const reason of ['one', 'two']) bob.lie(stick, ceremony, 'refusal', { as: 'member', reason });
    expect(alice.visit(stick)).toMatchObject({ did: ['accept'], holds: [] });
    expect(alice.run((ceremonies) => ceremonies.get(ceremony).view.contradictions.length)).toBe(2);
  });
});

describe('an old copy of a vault', () => {
  it('knows itself by a packet of its own that it does not remember, and says nothing more for that epoch', () => {
    const stick = start();
    const old = bob.copy();
    bob.visit(stick); // deals and accepts
    bob.restore(old);
    const before = said(bob);
    expect(bob.visit(stick)).toMatchObject({ did: [], holds: ['VAULT_ROLLED_BACK'] });
    expect(said(bob)).toBe(before);
    expect(bob.state.nonces).toEqual([]);
    expect(shares(bob)).toEqual(['0 active']);
    expect(code(() => bob.refuse(stick, ceremony))).toBe('VAULT_ROLLED_BACK');
    // nor whatever else it is told to say
    const note = { kind: 'observation', text: 'a word', number: 0 } as const;
    const speaks = (ceremonies: Ceremonies) =>
      say(
        ceremonies,
        ceremonies.get(ceremony),
        { now: 1, tool: { version: 'x', digest: null } },
        'note',
        note,
        (state) => state,
      );
    expect(code(() => bob.run(speaks))).toBe('VAULT_ROLLED_BACK');
    expect(said(bob)).toBe(before);
    // it stays so, also with a stick that does not bring the packet
    expect(bob.visit(new Map())).toMatchObject({ did: [], holds: ['VAULT_ROLLED_BACK'] });
    // and others find nothing that bob would have to answer for
    alice.visit(stick);
    expect(alice.run((ceremonies) => ceremonies.get(ceremony).view)).toMatchObject({ faults: [], contradictions: [] });
  });

  it('says so no more once a later epoch is proven: that one is over', () => {
    const stick = start();
    const old = bob.copy();
    bob.visit(stick);
    bob.restore(old);
    expect(bob.visit(stick).holds).toEqual(['VAULT_ROLLED_BACK']);
    bob.run((ceremonies) => {
      const { plan } = ceremonies.get(ceremony);
      const { state } = ceremonies.vault;
      const later = state.keysets.map((record) => ({
        ...record,
        links: record.links.flatMap((link) => [link, { ...link, epoch: 1 }]),
      }));
      expect(oldCopy(state, plan)).toHaveLength(1);
      expect(oldCopy({ ...state, keysets: later }, plan)).toEqual([]);
    });
  });

  it('knows itself by its own proposal, too', () => {
    const stick = start();
    const old = alice.copy();
    const second = alice.propose(stick, { kind: 'reshare', members: ['bob', 'carol'], threshold: 2 });
    alice.restore(old);
    expect(alice.visit(stick).holds).toContain('VAULT_ROLLED_BACK');
    expect(alice.state.rollbacks).toHaveLength(1);
    expect(alice.run((ceremonies) => ceremonies.get(second).view.packets.length)).toBe(1);
  });

  it('does not sign again with nonces that its newer self has used', () => {
    const stick = start();
    until(bob, 'activate', stick);
    const old = bob.copy();
    expect(bob.visit(stick).did).toContain('activate');
    bob.restore(old);
    expect(bob.state.nonces).toHaveLength(1);
    expect(bob.visit(stick)).toMatchObject({ did: [], holds: ['VAULT_ROLLED_BACK'] });
    expect(bob.state.nonces).toHaveLength(1);
  });

  it('that finds nothing of its own on the stick is none, and the newest copy never is', () => {
    const stick = start();
    walk(all, stick);
    for (const machine of all) {
      expect(machine.visit(stick)).toMatchObject({ did: [], holds: [] });
      expect(machine.state.rollbacks).toEqual([]);
    }
    expect(usableEpochs(all)).toEqual([1]);
  });
});
