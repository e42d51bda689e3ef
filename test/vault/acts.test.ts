import { describe, expect, it, vi } from 'vitest';
import { toHex } from '../../src/bytes/hex.ts';
import { deathOf } from '../../src/ceremony/death.ts';
import { encodeState } from '../../src/vault/state.ts';
import { comeBack, founded, home, type Machine, type Stick, slotsOf, usableEpochs, walk } from './machine.ts';
import { code } from './support.ts';

/* What a machine does when it is its turn, and what it does when something of its own is missing. */

vi.setConfig({ testTimeout: 30_000 });

const names = ['alice', 'bob', 'carol'] as const;
const { of, stick: first } = founded('acts', ...names);
const { alice, bob, carol } = of;
const all = [alice, bob, carol];
const start = comeBack(all, first);
const refresh = (by: Machine, stick: Stick, dealers: string[] | null = null) =>
  by.propose(stick, { kind: 'refresh', members: names, threshold: 2, dealers });
const view = (machine: Machine, ceremony: string) => machine.run((ceremonies) => ceremonies.get(ceremony).view);
const saidBy = (machine: Machine, ceremony: string) => {
  const identity = toHex(machine.state.signing.public);
  return view(machine, ceremony)
    .packets.filter((packet) => packet.identity === identity)
    .map(({ kind }) => kind)
    .sort();
};

describe('a vote', () => {
  it('goes to one attempt over an epoch, whatever is proposed beside it', () => {
    const stick = start();
    const one = refresh(alice, stick);
    bob.visit(stick);
    const other: Stick = new Map();
    // carol has not seen the first
    const wish = { kind: 'reshare', members: ['alice', 'carol'], threshold: 2, dealers: ['carol', 'bob'] } as const;
    const two = carol.propose(other, wish);
    expect(bob.visit(other)).toMatchObject({ did: [], holds: ['VOTE_TAKEN'] });
    expect(saidBy(bob, one)).toEqual(['acceptance', 'deal']);
    expect(saidBy(bob, two)).toEqual([]);
  });

  it('goes to the next attempt with the proof that the one before is dead, which everybody finds good', () => {
    const stick = start();
    const dead = refresh(alice, stick);
    carol.refuse(stick, dead);
    bob.visit(stick);
    expect(saidBy(bob, dead)).toEqual([]); // nobody deals in a dead attempt
    expect(view(alice, dead).phase).toBe('dealing'); // she has not heard of it
    alice.visit(stick);
    const next = refresh(alice, stick);
    walk(all, stick);
    for (const machine of all) {
      expect(view(machine, dead)).toMatchObject({ phase: 'aborted' });
      expect(view(machine, next)).toMatchObject({ phase: 'complete', faults: [], contradictions: [] });
    }
    expect(alice.state.votes.map(({ slot }) => slot)).toEqual([0, 1]);
    expect(bob.state.votes.map(({ slot }) => slot)).toEqual([0]);
    expect(usableEpochs(all)).toEqual([1]);
  });
});

describe('a prekey', () => {
  it('serves one attempt: a second plan that names it is not consented to', () => {
    const stick = start();
    const one = refresh(alice, stick);
    bob.run(({ vault }) => expect(vault.state.prekeys.every(({ attempt }) => attempt === null)).toBe(true));
    bob.visit(stick);
    const other: Stick = new Map();
    const two = refresh(carol, other, ['carol', 'bob']);
    expect(bob.visit(other)).toMatchObject({ did: [], holds: ['PREKEY_TAKEN', 'CONSENT_NEEDED'] });
    expect(saidBy(bob, one)).toEqual(['acceptance', 'deal']);
    expect(saidBy(bob, two)).toEqual([]);
    // so it is where it is bound by consent alone, and not used up yet
    const again = start();
    const bound = refresh(alice, again, ['alice', 'carol']);
    bob.visit(again);
    const mine = view(bob, bound).plan.receivers[1]?.prekey as Uint8Array;
    expect(bob.state.prekeys.find((own) => toHex(own.public) === toHex(mine))?.attempt).not.toBeNull();
    const third: Stick = new Map();
    refresh(carol, third, ['carol', 'bob']);
    expect(bob.visit(third).holds).toEqual(['PREKEY_TAKEN', 'CONSENT_NEEDED']);
  });
});

describe('a refusal', () => {
  it('takes the prekey with it, ends the attempt, and is said once', () => {
    const stick = start();
    const ceremony = refresh(alice, stick);
    carol.refuse(stick, ceremony);
    const { plan, packets, current } = view(carol, ceremony);
    expect(deathOf(plan, current.attempt, packets)).toMatchObject({ why: 'receiver-refused', by: ['carol'] });
    const prekey = toHex(plan.receivers[2]?.prekey as Uint8Array);
    expect(carol.state.prekeys.map((own) => toHex(own.public))).not.toContain(prekey);
    const carried = new Map(stick);
    carol.refuse(stick, ceremony, 'once more');
    expect(stick).toEqual(carried);
    expect(saidBy(carol, ceremony)).toEqual(['refusal']);
  });

  it('needs a reason, and is not for those who accepted, also where the packet that says so was lost', () => {
    const stick = start();
    const ceremony = refresh(alice, stick);
    expect(code(() => carol.refuse(stick, ceremony, ''))).toBe('ANSWER_MISSING');
    bob.visit(stick);
    expect(code(() => bob.refuse(stick, ceremony))).toBe('REFUSED');
    bob.run(({ vault }) => vault.commit((state) => state));
    for (const name of stick.keys()) if (!first.has(name)) lose(bob, name);
    expect(code(() => bob.refuse(new Map(), ceremony))).toBe('REFUSED');
  });
});

/** The file of a packet is gone from the folder of a machine. */
function lose(machine: Machine, name: string): void {
  for (const path of machine.memory.files().keys()) {
    if (path.endsWith(`${name}.packet`)) machine.memory.put(path, new Uint8Array(3));
  }
}

describe('a packet of its own that is lost or damaged', () => {
  it('is never said a second time, and comes back with a stick that has it', () => {
    const stick = start();
    const ceremony = refresh(alice, stick);
    const { packets } = view(alice, ceremony);
    const deal = packets.find(({ kind }) => kind === 'deal');
    const file = alice.state.said.find(({ digest }) => toHex(digest) === deal?.digest)?.file as Uint8Array;
    bob.visit(stick);
    lose(alice, toHex(file));
    expect(alice.run((ceremonies) => ceremonies.get(ceremony).damaged)).toEqual([]); // it still lay in the outbox
    alice.run(({ vault }) => vault.commit((state) => state));
    lose(alice, toHex(file));
    const without = new Map([...stick].filter(([name]) => name !== toHex(file)));
    expect(alice.visit(without)).toMatchObject({ did: [], holds: ['VAULT_DAMAGED'] });
    expect(saidBy(alice, ceremony)).toEqual(['proposal']);
    expect(alice.visit(stick)).toMatchObject({ did: ['accept'], holds: [] });
    expect(saidBy(alice, ceremony)).toEqual(['acceptance', 'deal', 'proposal']);
  });
});

describe('a share whose file is damaged', () => {
  const spoil = (machine: Machine, epoch: number) => {
    const slot = slotsOf(machine).find((one) => one.epoch === epoch);
    const path = `${home}/shares/${toHex(slot?.file as Uint8Array)}.share`;
    const bytes = machine.memory.readFile(path);
    machine.memory.put(
      path,
      bytes.map((byte, at) => (at === 40 ? byte ^ 1 : byte)),
    );
    return () => machine.memory.put(path, bytes);
  };

  it('is not dealt from and not signed with: the visit stops, says so, and goes on when it is mended', () => {
    const stick = start();
    const ceremony = refresh(alice, stick);
    const mendOld = spoil(bob, 0);
    expect(code(() => bob.visit(stick))).toBe('VAULT_DAMAGED');
    expect(saidBy(bob, ceremony)).toEqual([]);
    mendOld();
    expect(bob.visit(stick).did).toEqual(['deal', 'accept']);
    carol.visit(stick);
    alice.visit(stick);
    const mendNew = spoil(bob, 1);
    expect(code(() => bob.visit(stick))).toBe('VAULT_DAMAGED');
    expect(saidBy(bob, ceremony)).toEqual(['acceptance', 'deal']);
    expect(bob.state.nonces).toHaveLength(1);
    mendNew();
    walk(all, stick);
    expect(usableEpochs(all)).toEqual([1]);
  });
});

describe('the stock of prekeys', () => {
  it('stays within its bound however many ceremonies are done, and so does everything that is read again', () => {
    start();
    alice.run(({ vault }) => {
      const more = Array.from({ length: 80 }, (_, at) => ({
        public: new Uint8Array(32).fill(at),
        secret: new Uint8Array(32),
        attempt: null,
      }));
      vault.commit((state) => ({ ...state, prekeys: [...more, ...state.prekeys] }));
    });
    const stick = new Map(first);
    refresh(alice, stick);
    walk(all, stick);
    expect(alice.state.prekeys.length).toBeLessThan(32);
  });

  it('that outgrew it would not be written: nobody is locked out by the own vault', () => {
    start();
    const before = alice.copy();
    alice.run(({ vault }) => {
      const own = vault.state.prekeys[0] as (typeof vault.state.prekeys)[number];
      expect(code(() => vault.commit((state) => ({ ...state, prekeys: Array(257).fill(own) })))).toBe('VAULT_FULL');
    });
    expect(alice.copy()).toEqual(before);
    expect(encodeState(alice.state).length).toBeGreaterThan(0);
  });
});
