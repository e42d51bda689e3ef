import { describe, expect, it, vi } from 'vitest';
import { fromHex, toHex } from '../../src/bytes/hex.ts';
import { censusResult } from '../../src/ceremony/still-result.ts';
import { registerCopy } from '../../src/vault/copies.ts';
import type { KeysetRecord } from '../../src/vault/state.ts';
import { comeBack, founded, type Machine, type Stick, slotsOf, usableEpochs, walk } from './machine.ts';

/* What a machine does in a drill and a census: what is signed once is signed once, whatever comes back or breaks. */

vi.setConfig({ testTimeout: 60_000 });

const names = ['alice', 'bob', 'carol'] as const;
const { of, stick: first } = founded('drills', ...names);
const { alice, bob, carol } = of;
const all = [alice, bob, carol];
const start = comeBack(all, first);
const still = { members: [], threshold: 2 };
const drill = (by: Machine, stick: Stick, signers = ['alice', 'carol']) =>
  by.propose(stick, { kind: 'drill', ...still, signers });
const view = (machine: Machine, ceremony: string) => machine.run((ceremonies) => ceremonies.get(ceremony).view);
const signedBy = (machine: Machine, ceremony: string): number =>
  machine.state.said.filter(({ ceremony: id, slot }) => toHex(id) === ceremony && slot.startsWith('sign ')).length;
/** Every signature and every commitment that anybody laid on this stick, by author: read by a machine that has it all. */
const carried = (machine: Machine, ceremony: string, kind: 'commitment' | 'signature'): number =>
  view(machine, ceremony).packets.filter((packet) => packet.kind === kind).length;

describe('a drill', () => {
  it('is committed to and then signed, the last to commit signs in the same visit, and no share moves', () => {
    const stick = start();
    const before = all.map((machine) => slotsOf(machine));
    const ceremony = drill(alice, stick);
    expect(alice.state.nonces).toHaveLength(1);
    expect(bob.visit(stick)).toMatchObject({ did: [], holds: [] }); // no signer, and asked for nothing
    expect(carol.visit(stick)).toMatchObject({ did: ['drill'], holds: [] });
    expect(signedBy(carol, ceremony)).toBe(1);
    expect(carol.state.nonces).toEqual([]);
    expect(alice.visit(stick)).toMatchObject({ did: ['drill'], holds: [] });
    expect(alice.state.nonces).toEqual([]);
    walk(all, stick);
    for (const machine of all) expect(view(machine, ceremony)).toMatchObject({ phase: 'complete', faults: [] });
    expect(all.map((machine) => slotsOf(machine))).toEqual(before);
    expect(all.map(({ state }) => state.votes)).toEqual(all.map(() => [])); // nobody voted for it
    expect(usableEpochs(all)).toEqual([0]);
  });

  it('keeps its nonces while another ceremony closes, as long as the share is there', () => {
    const stick = start();
    const ceremony = drill(alice, stick);
    const other = alice.propose(stick, { kind: 'census', ...still });
    walk(all, stick);
    expect(view(alice, ceremony).phase).toBe('complete');
    expect(view(alice, other).phase).toBe('complete');
  });

  it('is not answered over an epoch that is over', () => {
    const stick = start();
    const aside: Stick = new Map();
    const before = bob.copy();
    const ceremony = drill(bob, aside);
    bob.restore(before);
    alice.propose(stick, { kind: 'refresh', members: names, threshold: 2 });
    walk(all, stick);
    expect(usableEpochs(all)).toEqual([1]);
    const late = carol.visit(aside);
    expect(late.did).toEqual([]);
    expect(late.holds).toContain('PLAN_STALE');
    expect(carried(carol, ceremony, 'commitment')).toBe(0);
  });

  it('leaves no nonces behind for a share that is gone', () => {
    const stick = start();
    const ceremony = drill(alice, stick);
    carol.refuse(stick, ceremony);
    const others = bob.propose(stick, { kind: 'refresh', members: names, threshold: 2 });
    walk(all, stick);
    expect(view(alice, ceremony).phase).toBe('aborted');
    expect(view(alice, others).phase).toBe('complete');
    expect(alice.state.nonces).toEqual([]);
  });

  it('of many that never came about keeps the nonces of the last ones only, and signs none of the others', () => {
    const stick = start();
    const calls = Array.from({ length: 18 }, () => drill(alice, stick));
    expect(alice.state.nonces).toHaveLength(16);
    carol.visit(stick);
    const done = alice.visit(stick);
    expect(done.holds.filter((code) => code === 'NONCES_GONE')).toHaveLength(2);
    expect(calls.filter((call) => signedBy(alice, call) === 1)).toHaveLength(16);
  });
});

describe('row 17 in a drill: one nonce, one signature', () => {
  it('a restored old vault signs nothing a second time', () => {
    const stick = start();
    const ceremony = drill(alice, stick);
    const old = alice.copy(); // it has committed, and not signed yet
    carol.visit(stick);
    alice.visit(stick);
    expect(signedBy(alice, ceremony)).toBe(1);
    alice.restore(old);
    const back = alice.visit(stick);
    expect(back).toMatchObject({ did: [] });
    expect(back.holds).toContain('VAULT_ROLLED_BACK');
    expect(carried(alice, ceremony, 'signature')).toBe(2);
    const next = drill(carol, stick);
    expect(alice.visit(stick).did).toEqual([]); // nor any other drill of this epoch
    expect(signedBy(alice, next)).toBe(0);
  });

  it('an older one, from before it committed, commits to nothing anew', () => {
    const stick = start();
    const old = alice.copy();
    const ceremony = drill(carol, stick);
    alice.visit(stick);
    alice.restore(old);
    expect(alice.visit(stick)).toMatchObject({ did: [] });
    expect(alice.state.nonces).toEqual([]);
    expect(carried(alice, ceremony, 'commitment')).toBe(2);
  });

  it('a second commitment of another signer does not bring a second signature out', () => {
    const stick = start();
    const ceremony = drill(alice, stick);
    carol.visit(stick);
    alice.visit(stick);
    const said = view(carol, ceremony).packets.find((packet) => packet.kind === 'commitment');
    if (said?.kind !== 'commitment') throw new Error('no commitment');
    carol.lie(stick, ceremony, 'commitment', { ...said.body });
    expect(alice.visit(stick).did).toEqual([]);
    expect(signedBy(alice, ceremony)).toBe(1);
  });

  it('holds with the power cut at every operation, and the drill ends as without', () => {
    const stick = start();
    const ceremony = drill(alice, stick);
    const committed = comeBack(all, stick);
    const operations = carol.operations(committed());
    for (let at = 1; at <= operations; at++) {
      const again = committed();
      carol.cut(again, { at, fault: at % 2 === 0 ? 'kill' : 'torn' }, at % 3 === 0 ? 'names' : 'nothing');
      for (const machine of [carol, alice, carol]) machine.visit(again);
      expect([at, view(alice, ceremony).phase]).toEqual([at, 'complete']);
      expect(view(alice, ceremony).contradictions).toEqual([]);
      expect(carol.state.nonces).toEqual([]);
    }
  });
});

describe('a census', () => {
  it('proves every share, reports prekeys, program, copies and what is amiss, and changes nothing', () => {
    const stick = start();
    bob.run(({ vault }) => {
      const [record] = vault.state.keysets as [KeysetRecord];
      registerCopy(vault, record, { label: 'the safe in Bern', kind: 'external', epoch: 0, at: 1 });
    });
    const before = all.map(({ state }) => state.keysets);
    const ceremony = alice.propose(stick, { kind: 'census', ...still });
    walk(all, stick);
    const { members } = censusResult(view(carol, ceremony)) as NonNullable<ReturnType<typeof censusResult>>;
    expect(members.map(({ share }) => share)).toEqual(['proven', 'proven', 'proven']);
    expect(members.every(({ prekeys, tool }) => prekeys !== null && prekeys > 0 && tool?.same === true)).toBe(true);
    expect(members.map(({ copies }) => copies.map(({ label }) => label))).toEqual([[], ['the safe in Bern'], []]);
    expect(all.map(({ state }) => state.keysets)).toEqual(before);
    expect(view(bob, ceremony)).toMatchObject({ phase: 'complete', faults: [] });
    expect(fromHex(ceremony)).toHaveLength(32);
  });
});
