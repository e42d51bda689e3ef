import { describe, expect, it, vi } from 'vitest';
import { equalBytes, toHex } from '../../src/bytes/hex.ts';
import { Problem } from '../../src/problem.ts';
import { amend } from '../../src/vault/amend.ts';
import type { Ceremonies } from '../../src/vault/ceremonies.ts';
import { abort, refuse } from '../../src/vault/refuse.ts';
import { release } from '../../src/vault/release.ts';
import { comeBack, founded, type Machine, type Stick, slotsOf, usableEpochs, walk } from './machine.ts';

/* One check of what repairs a ceremony after the other, on the machine that would get it wrong without. */

vi.setConfig({ testTimeout: 60_000 });

const names = ['alice', 'bob', 'carol'] as const;
const { of, stick: first } = founded('repair checks', ...names);
const { alice, bob, carol } = of;
const all = [alice, bob, carol];
const start = comeBack(all, first);

const refresh = (stick: Stick, dealers = ['alice', 'bob']) =>
  alice.propose(stick, { kind: 'refresh', members: names, threshold: 2, dealers });
const view = (machine: Machine, ceremony: string) => machine.run((ceremonies) => ceremonies.get(ceremony).view);
const epochs = (machine: Machine) =>
  Object.fromEntries(slotsOf(machine).map(({ epoch, state }) => [epoch, state])) as Record<number, string>;

/** What becomes of a command: nothing, or the problem in words. */
function tried(machine: Machine, stick: Stick, ceremony: string, work: Parameters<Machine['command']>[2]): string {
  try {
    machine.command(stick, ceremony, work);
    return '';
  } catch (error) {
    if (error instanceof Problem) return `${error.code} ${error.message}`;
    throw error;
  }
}

const amending =
  (...without: string[]): Parameters<Machine['command']>[2] =>
  (ceremonies, held, moment) =>
    amend(ceremonies, held, moment, without, 'away');
const releasing =
  (salvage = false): Parameters<Machine['command']>[2] =>
  (ceremonies, held, moment) =>
    release(ceremonies, held, moment, salvage, 'gone');
const refusing: Parameters<Machine['command']>[2] = (ceremonies, held, moment) =>
  refuse(ceremonies, held, moment, 'no');
const aborting: Parameters<Machine['command']>[2] = (ceremonies, held, moment) =>
  abort(ceremonies, held, moment, 'the wrong day');

/** The file of one packet of its own is gone from the disk, as after a slip of the hand. */
function lose(machine: Machine, ceremony: string, slot: string): void {
  machine.run(({ vault }) => vault.commit((state) => state)); // nothing waits to be written again
  const own = machine.state.said.find((one) => one.slot.startsWith(slot) && toHex(one.ceremony) === ceremony);
  const files = [...machine.memory.files().keys()].filter((path) => path.includes(toHex(own?.file as Uint8Array)));
  expect(files).toHaveLength(1);
  for (const path of files) machine.memory.remove(path);
}

/** Everybody accepted; alice came last and signed. */
function aliceSigned(stick: Stick): string {
  const id = refresh(stick);
  for (const machine of [bob, carol, alice]) machine.visit(stick);
  return id;
}

describe('an amendment', () => {
  it('of a genesis is refused for what it is: nobody can stay away from the dealing', () => {
    const stick = start();
    const id = alice.propose(stick, {
      kind: 'genesis',
      keyset: 'other',
      members: names,
      threshold: 2,
      keys: [{ label: 'main', suite: 'ristretto255' }],
    });
    expect(tried(alice, stick, id, amending('bob'))).toMatch(/^AMENDMENT_IMPOSSIBLE a key is made by all its members/);
  });

  it('names one-time keys that no attempt has named, until a card has none left; then it asks for a new card', () => {
    const stick = start();
    const id = refresh(stick);
    let end = '';
    let made = 0;
    for (; end === '' && made < 30; made++) end = tried(alice, stick, id, amending());
    expect(end).toMatch(/^PREKEY_TAKEN every one-time key on the card of \w+ is used up/);
    const { attempts, faults } = view(alice, id);
    expect(attempts).toHaveLength(made);
    expect(faults).toEqual([]);
    const named = attempts.flatMap(({ attempt }) => attempt.prekeys.map(toHex));
    expect(new Set(named).size).toBe(named.length);
  });

  it('names of its own keys one that is in the vault: what was used up elsewhere opens nothing', () => {
    const stick = start();
    const id = refresh(stick);
    const expected = (() => {
      const here = comeBack(all, stick);
      alice.command(new Map(stick), id, amending());
      const named = view(alice, id).attempts.at(-1)?.attempt.prekeys[0] as Uint8Array;
      here();
      return named;
    })();
    alice.run(({ vault }) =>
      vault.commit((state) => ({
        ...state,
        prekeys: state.prekeys.filter((own) => !equalBytes(own.public, expected)),
      })),
    );
    alice.command(stick, id, amending());
    const named = view(alice, id).attempts.at(-1)?.attempt.prekeys[0] as Uint8Array;
    expect(toHex(named)).not.toBe(toHex(expected));
    expect(alice.state.prekeys.some((own) => equalBytes(own.public, named))).toBe(true);
  });

  it('is refused beyond the last number, with the way on', () => {
    const stick = start();
    const id = refresh(stick);
    alice.lie(stick, id, 'amendment', {
      number: 24,
      dealers: [1],
      receivers: Array(3).fill({ card: new Uint8Array(1), prekey: new Uint8Array(32) }),
      reason: 'x',
    });
    expect(tried(alice, stick, id, amending())).toMatch(/^AMENDMENT_IMPOSSIBLE this plan was amended 24 times already/);
  });
});

describe('a release', () => {
  it('of an old copy of a vault is refused: it does not know what it has signed', () => {
    const stick = start();
    const id = refresh(stick);
    for (const machine of [bob, carol]) machine.visit(stick);
    const old = alice.copy();
    alice.visit(stick);
    alice.restore(old);
    expect(tried(alice, stick, id, releasing(true))).toMatch(/^VAULT_ROLLED_BACK/);
  });

  it('is not blocked by one who signed that turn as well', () => {
    const stick = start();
    const id = aliceSigned(stick);
    bob.visit(stick); // signs as well
    bob.command(stick, id, releasing(true));
    expect(tried(alice, stick, id, releasing())).toMatch(/^RELEASE_REFUSED this machine has signed/);
    // carol has not, and blocks it for both
    carol.command(stick, id, releasing());
    alice.command(stick, id, releasing());
    const { current, faults, contradictions } = view(alice, id);
    expect([faults, contradictions]).toEqual([[], []]);
    expect(current.death).toMatchObject({ why: 'released' });
  });

  it('lists what the journal says was signed; where that packet is missing it is refused, not left out', () => {
    const stick = start();
    const id = aliceSigned(stick);
    lose(alice, id, 'turn');
    expect(tried(alice, new Map(), id, releasing(true))).toMatch(/^VAULT_DAMAGED this machine signed/);
    expect(alice.state.said.some(({ slot }) => slot.startsWith('release'))).toBe(false);
  });

  it('is not asked for twice, and not where nothing was accepted or all is proven', () => {
    const stick = start();
    const id = aliceSigned(stick);
    const back = comeBack(all, stick);
    bob.command(stick, id, releasing());
    expect(tried(bob, stick, id, releasing())).toMatch(/^RELEASE_REFUSED this machine has given this attempt up/);
    const again = back();
    walk(all, again);
    expect(tried(alice, again, id, releasing())).toMatch(/^RELEASE_REFUSED the new committee is proven/);
  });

  it('by salvage of a proven committee is there while the old share is, and refused where it is gone', () => {
    const stick = start();
    const id = aliceSigned(stick);
    for (const machine of [bob, carol]) machine.visit(stick);
    const proven = comeBack(all, stick);
    // carol signed last, saw the proof, and closed: her old share is destroyed
    expect(epochs(carol)).toEqual({ 1: 'active' });
    expect(tried(carol, stick, id, releasing(true))).toMatch(/^RELEASE_REFUSED/);
    expect(epochs(carol)).toEqual({ 1: 'active' });
    // alice has seen it on the stick, and has not closed
    const again = proven();
    alice.command(again, id, releasing(true));
    expect(epochs(alice)).toEqual({ 0: 'active', 1: 'retired' });
    expect(usableEpochs(all)).toContain(1);
  });
});

describe('a refusal', () => {
  it('is not there for who has accepted, also where its own packet was lost from the folder', () => {
    const stick = start();
    const id = aliceSigned(stick);
    expect(tried(bob, stick, id, refusing)).toMatch(/^REFUSED this machine has accepted/);
    lose(bob, id, 'receive');
    const empty: Stick = new Map();
    expect(tried(bob, empty, id, refusing)).toMatch(/^REFUSED this machine has accepted/);
  });

  it('is said once for each part that is open, wants a reason, and after that is nothing new', () => {
    const stick = start();
    const id = refresh(stick);
    const no = (reason: string) =>
      carol.run((ceremonies: Ceremonies) => refuse(ceremonies, ceremonies.get(id), { now: 1, tool }, reason));
    const tool = { version: 'test', digest: null };
    carol.hear(stick);
    expect(() => no('')).toThrow('a refusal needs a reason');
    expect([no('I am away'), no('I am away'), no('')]).toEqual([true, false, false]);
    const said = () => view(carol, id).packets.flatMap((packet) => (packet.kind === 'refusal' ? [packet.body.as] : []));
    expect(said()).toEqual(['receiver']); // carol does not deal
    // under an amendment she receives anew, and says so anew
    carol.visit(stick);
    alice.command(stick, id, amending('bob'));
    carol.hear(stick);
    expect(no('still away')).toBe(true);
    expect(said().sort()).toEqual(['dealer', 'receiver', 'receiver']);
  });

  it('is never kept from a machine by a liar: to give an attempt up signs for nothing', () => {
    const stick = start();
    const id = refresh(stick, ['bob', 'carol']);
    bob.hear(stick);
    for (const reason of ['one', 'two']) bob.lie(stick, id, 'refusal', { as: 'approver', reason });
    alice.command(stick, id, aborting);
    expect(carol.visit(stick).did).toEqual(['refuse']);
  });
});

describe('a plan', () => {
  it('is not withdrawn twice, nor once somebody dealt or endorsed', () => {
    const stick = start();
    const id = refresh(stick, ['bob', 'carol']);
    const back = comeBack(all, stick);
    alice.command(stick, id, aborting);
    expect(tried(alice, stick, id, aborting)).toMatch(/^REFUSED this plan is withdrawn already/);

    const endorsed = back();
    carol.hear(endorsed);
    const parent = carol.run((ceremonies) => ceremonies.get(id).plan.parent?.proven.id as Uint8Array);
    carol.lie(endorsed, id, 'endorsement', { vote: { parent, slot: 0, prior: [] } });
    expect(tried(alice, endorsed, id, aborting)).toMatch(/^REFUSED somebody has dealt or endorsed/);

    const dealt = back();
    const other = bob.propose(dealt, {
      kind: 'genesis',
      keyset: 'other',
      members: names,
      threshold: 2,
      keys: [{ label: 'main', suite: 'ristretto255' }],
    });
    expect(tried(bob, dealt, other, aborting)).toMatch(/^REFUSED somebody has dealt or endorsed/);
    expect(tried(carol, dealt, other, aborting)).toMatch(/^REFUSED only the proposer/);
  });
});

describe('a prekey', () => {
  it('of an attempt that is proven is not spent by a death, and none is while an alarm is open', () => {
    const stick = start();
    const id = refresh(stick);
    const named = view(alice, id).attempts[0]?.attempt.prekeys[0] as Uint8Array;
    const has = () => alice.state.prekeys.some((own) => equalBytes(own.public, named));
    carol.hear(stick);
    carol.visit(stick);
    for (const reason of ['one', 'two']) carol.lie(stick, id, 'refusal', { as: 'approver', reason });
    bob.refuse(stick, id);
    alice.visit(stick);
    // two statements of carol are looked at first: nothing is destroyed before that
    expect([view(alice, id).current.death?.why, has()]).toEqual(['receiver-refused', true]);
  });

  it('is bound to the attempt that is worked on, so that no other plan can have it', () => {
    const bound = (machine: Machine) =>
      machine.state.prekeys.flatMap(({ attempt }) => (attempt === null ? [] : [toHex(attempt)]));
    const stick = start();
    const id = refresh(stick);
    expect(bound(alice)).toEqual([id]);
    carol.visit(stick); // nobody else has dealt: there is nothing to accept
    expect(bound(carol)).toEqual([id]);
    alice.command(stick, id, amending('bob'));
    alice.visit(stick);
    expect(bound(alice)).toEqual([toHex(view(alice, id).current.attempt.id)]);
  });
});
