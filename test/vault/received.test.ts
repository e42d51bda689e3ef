import { describe, expect, test, vi } from 'vitest';
import { equalBytes } from '../../src/bytes/hex.ts';
import * as evaluating from '../../src/ceremony/evaluate.ts';
import { isKind } from '../../src/ceremony/kinds.ts';
import { myCard, renewCard, rosterOf } from '../../src/vault/identity.ts';
import { comeBack, home, type Machine, machines, ristretto, type Stick } from './machine.ts';

/* What a visit takes in: in any order, and however much of it. */

vi.setConfig({ testTimeout: 30_000 });
vi.mock('../../src/ceremony/evaluate.ts', { spy: true });

const { alice, bob, carol, dave } = machines('received', 'alice', 'bob', 'carol', 'dave');
const first: Stick = new Map();
const ceremony = alice.propose(first, {
  kind: 'genesis',
  members: ['alice', 'bob', 'carol'],
  threshold: 2,
  keys: ristretto,
});
const start = comeBack([alice, bob, carol, dave], first);

const note = (number: number, text = `note ${number}`) => ({ kind: 'observation', text, number });

/** Merges the packets of a stick in this order and settles, as one visit does. */
function mergeAll(machine: Machine, files: readonly Uint8Array[]): void {
  machine.run((ceremonies) => {
    for (const file of files) ceremonies.merge(ceremony, file);
    ceremonies.settle();
  });
}

/** Only what is new on the second stick. */
const fresh = (stick: Stick, before: Stick) => [...stick].flatMap(([name, file]) => (before.has(name) ? [] : [file]));

describe('what a visit takes in', () => {
  test('is evaluated once, however many packets there are', () => {
    const stick = start();
    bob.visit(stick);
    const lied: Stick = new Map();
    for (let number = 0; number < 30; number++) alice.lie(lied, ceremony, 'note', note(number));
    vi.mocked(evaluating.evaluate).mockClear();
    mergeAll(bob, [...lied.values()]);
    expect(evaluating.evaluate).toHaveBeenCalledTimes(1);
    bob.run((ceremonies) => expect(ceremonies.get(ceremony).view.notes).toHaveLength(30));
  });

  test('holds at most four packets of one author in one slot, and two hundred notes, and keeps out nobody else', () => {
    const stick = start();
    bob.visit(stick);
    carol.visit(new Map(stick));
    const flood: Stick = new Map();
    for (let at = 0; at < 6; at++) carol.lie(flood, ceremony, 'note', note(0, `the same again ${at}`));
    for (let number = 1; number < 200; number++) carol.lie(flood, ceremony, 'note', note(number));
    alice.lie(flood, ceremony, 'note', note(0));
    carol.lie(flood, ceremony, 'refusal', { as: 'receiver', reason: 'the first thing that it says there' });
    const { rejected } = bob.visit(flood);
    expect(rejected).toEqual(Array(5).fill('PACKET_FLOOD')); // two of number 0, and three of 203
    bob.run((ceremonies) => {
      const { notes, dissent } = ceremonies.get(ceremony).view;
      expect(notes.filter(({ body }) => body.number === 0)).toHaveLength(5);
      expect(notes).toHaveLength(201);
      expect(dissent).toHaveLength(1);
    });
  });

  test.each(['as they were said', 'the other way round'])('brings newer cards, merged %s', (order) => {
    const stick = start();
    carol.run(({ vault }) => vault.commit((state) => renewCard(state, 1_800_000_001, vault.host.random).state));
    for (const machine of [alice, bob, carol]) machine.visit(stick);
    for (const machine of [alice, bob, carol]) machine.visit(stick);
    const { serial } = myCard(carol.state);
    const back = start();
    bob.visit(back);
    const said = fresh(stick, back);
    const isAcceptance = (file: Uint8Array) =>
      alice.run((ceremonies) => isKind(ceremonies.merge(ceremony, file).packet, 'acceptance'));
    const late = said.filter(isAcceptance);
    const early = said.filter((file) => !late.includes(file));
    expect(late.length).toBeGreaterThan(0);
    mergeAll(bob, order === 'as they were said' ? [...early, ...late] : [...late, ...early]);
    const known = rosterOf(bob.state).find(({ name }) => name === 'carol');
    expect(known?.serial).toBe(serial);
    expect(serial).toBeGreaterThan(1);
  });

  test('puts nobody on the roster before consent', () => {
    const stick = start();
    bob.run(({ vault }) => vault.commit((state) => ({ ...state, roster: [] })));
    bob.run((ceremonies) => {
      const [file] = [...stick.values()];
      const opened = alice.run((hers) => ({ ...hers.get(ceremony).record, plan: hers.get(ceremony).view.packets }));
      const proposal = opened.plan.find(({ kind }) => kind === 'proposal');
      ceremonies.open(file as Uint8Array, opened.key, proposal?.bytes as Uint8Array, () => 'the phrase');
      ceremonies.settle();
    });
    expect(bob.state.roster).toEqual([]);
    bob.visit(stick);
    expect(rosterOf(bob.state).map(({ name }) => name)).toEqual(['alice', 'carol']);
  });

  test('puts nobody on the roster by an acceptance in a ceremony without consent', () => {
    const stick = start();
    for (let round = 0; round < 2; round++) for (const machine of [alice, bob, carol]) machine.visit(stick);
    const settled = (consent: { at: number; attended: boolean; destroy: boolean } | null): string[] =>
      bob.run((ceremonies) => {
        ceremonies.vault.commit((state) => ({
          ...state,
          roster: [],
          ceremonies: state.ceremonies.map((record) => ({ ...record, consent })),
        }));
        expect(ceremonies.get(ceremony).view.current.acceptances.size).toBeGreaterThan(1);
        ceremonies.settle();
        return rosterOf(ceremonies.vault.state).map(({ name }) => name);
      });
    expect(settled(null)).toEqual([]);
    expect(settled({ at: 1, attended: true, destroy: false })).not.toEqual([]);
  });

  test('shows that this vault is an old copy by what lies in its own folder, before it says anything', () => {
    const stick = start();
    const asked = bob.visit(new Map(stick)).did; // what it would say, on a disk that is put back in part
    expect(asked).not.toEqual([]);
    const newer = bob.copy();
    start();
    bob.run(() => undefined);
    const older = bob.copy();
    const state = [...older].find(([path]) => path === `${home}/state`) as [string, Uint8Array];
    expect(equalBytes(state[1], newer.get(state[0]) as Uint8Array)).toBe(false);
    bob.restore(new Map([...newer, state]));
    const files = new Map(stick);
    expect(bob.visit(files)).toMatchObject({ did: [], holds: ['VAULT_ROLLED_BACK'] });
    expect(bob.state.rollbacks).toHaveLength(1);
  });
});
