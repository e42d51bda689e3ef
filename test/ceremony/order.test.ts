import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { toHex } from '../../src/bytes/hex.ts';
import { admit } from '../../src/ceremony/admission.ts';
import { evaluate, type View } from '../../src/ceremony/evaluate.ts';
import type { Memo } from '../../src/ceremony/evaluation.ts';
import { readPlan } from '../../src/ceremony/plan.ts';
import { Problem } from '../../src/problem.ts';
import { flipped } from '../crypto/drawn.ts';
import { Ceremony, people } from './committee.ts';

/* Protocol section 1: a ceremony is a grow-only set of packets, and its state a pure function of that set. */

const { alice, bob, carol, dave, erin } = people('order', 'alice', 'bob', 'carol', 'dave', 'erin');
const cast = [alice, bob, carol, dave, erin];
const genesis = new Ceremony({ cast, members: [alice, bob], threshold: 2, approvers: [erin], approvals: 0 }).run();

/** A ceremony in which everything goes right, and beside it all that can go wrong in one. */
const ceremony = new Ceremony({
  cast,
  parent: genesis.link,
  members: [bob, carol, dave],
  threshold: 2,
  approvals: 1,
}).run();
const right = ceremony.packets;
for (const [who, kind] of [
  [alice, 'deal'],
  [bob, 'acceptance'],
  [carol, 'activation'],
  [erin, 'approval'],
] as const) {
  ceremony.say(who, kind, ceremony.said(who, kind).body, { at: 5 }); // said twice
}
const dealt = ceremony.said(bob, 'deal').body;
ceremony.say(bob, 'deal', { ...dealt, boxes: [...dealt.boxes].reverse() });
const accepted = ceremony.said(dave, 'acceptance').body;
ceremony.say(dave, 'acceptance', { ...accepted, transcript: ceremony.plan.id });
ceremony.say(dave, 'activation', { ...ceremony.said(dave, 'activation').body, certificate: accepted.deals });
ceremony.say(alice, 'endorsement', { vote: { parent: ceremony.plan.id, slot: 0, prior: [] } });
ceremony.refuse(carol, 'receiver');
ceremony.refuse(alice, 'member');
ceremony.say(carol, 'closing', { ...ceremony.said(carol, 'closing').body, turn: ceremony.plan.id });
const all = ceremony.packets;
const { plan } = ceremony;

/** What two machines that saw the same packets must agree on, word for word. */
function summary({ packets, phase, approved, current, faults, contradictions, waiting, dissent }: View): string {
  const keys = (map: ReadonlyMap<string, unknown>) => [...map.keys()].sort();
  return JSON.stringify(
    {
      packets: packets.map(({ digest }) => digest),
      phase,
      approved,
      deals: [...current.deals].map(([who, deals]) => [who, deals.map(({ packet }) => packet.digest).sort()]).sort(),
      endorsers: [...current.endorsers].sort(),
      counts: current.counts,
      transcript: current.transcript && toHex(current.transcript.hash),
      acceptances: keys(current.acceptances),
      turn: current.turn && toHex(current.turn.hash),
      activations: keys(current.activations),
      proof: current.proof && [toHex(current.proof.turn.hash), current.proof.link.signatures.map(toHex)],
      closings: keys(current.closings),
      death: current.death && [current.death.why, current.death.evidence.map(({ digest }) => digest)],
      faults: faults.map(({ member, fault, packet }) => `${member} ${fault} ${packet}`).sort(),
      contradictions: contradictions
        .map(({ member, slot, packets }) => `${member} ${slot} ${[...packets].sort()}`)
        .sort(),
      waiting: waiting.map(({ packet, names }) => `${packet} ${names}`).sort(),
      dissent: dissent.map(({ digest }) => digest),
    },
    null,
    1,
  );
}

/** Any of them in any order, some of them more than once. */
const someOf = fc
  .array(fc.nat(all.length - 1), { maxLength: 2 * all.length })
  .map((places) => places.map((at) => all[at] as (typeof all)[number]));
/** All of them but a few, so that ceremonies come far. */
const most = fc
  .tuple(fc.shuffledSubarray(all, { minLength: all.length - 4 }), fc.boolean())
  .map(([packets, plain]) => (plain ? packets.filter((packet) => right.includes(packet)) : packets));
const sets = fc.oneof(someOf, most);
const warm: Memo = new Map();
const sorted = (packets: readonly (typeof all)[number][]) =>
  [...new Set(packets)].sort((a, b) => (a.digest < b.digest ? -1 : 1));

describe('the view of a set of packets', () => {
  it('holds everything that was to go wrong, so that what follows is about something', () => {
    const view = ceremony.view;
    expect(view.faults.length).toBeGreaterThan(3);
    expect(view.contradictions.length).toBeGreaterThan(4);
    expect(view.waiting.length).toBeGreaterThan(0);
    expect(view.current).toMatchObject({ transcript: null, death: { why: 'receiver-refused' } });
    expect(evaluate(plan, right, warm)).toMatchObject({ phase: 'complete', faults: [], contradictions: [] });
  });

  it('is the same in any order and with any of them twice', () => {
    fc.assert(
      fc.property(sets, (packets) => {
        expect(summary(evaluate(plan, packets, warm))).toBe(summary(evaluate(plan, sorted(packets), warm)));
      }),
      { numRuns: 150, seed: 1 },
    );
  });

  it('of two partial sets put together is the view of their union, whatever each side saw before', () => {
    fc.assert(
      fc.property(sets, sets, (mine, theirs) => {
        const memo: Memo = new Map(warm);
        evaluate(plan, mine, memo);
        evaluate(plan, theirs, memo);
        const union = [...mine, ...theirs];
        expect(summary(evaluate(plan, union, memo))).toBe(summary(evaluate(plan, [...theirs, ...mine], warm)));
      }),
      { numRuns: 80, seed: 2 },
    );
  });

  it('is the same with what was remembered from other sets as with nothing remembered', () => {
    fc.assert(
      fc.property(sets, (packets) => {
        expect(summary(evaluate(plan, packets, warm))).toBe(summary(evaluate(plan, packets, new Map())));
      }),
      { numRuns: 8, seed: 3 },
    );
  });

  it('is the same for a plan that was read again, with what was remembered under the first reading', () => {
    const again = readPlan(plan.encoded);
    for (const packets of [right, all]) {
      const other = packets.map(({ bytes }) => admit(again, bytes));
      expect(summary(evaluate(again, other, warm))).toBe(summary(evaluate(plan, packets, warm)));
    }
  });

  it('only grows: who was named stays named, what was proven stays proven, what died stays dead', () => {
    const named = ({ faults }: View) => faults.map(({ member, fault, packet }) => `${member} ${fault} ${packet}`);
    const guilty = ({ contradictions }: View) => contradictions.map(({ member, slot }) => `${member} ${slot}`);
    fc.assert(
      fc.property(sets, sets, (few, others) => {
        const [before, after] = [evaluate(plan, few, warm), evaluate(plan, [...few, ...others], warm)];
        expect(named(after)).toEqual(expect.arrayContaining(named(before)));
        expect(guilty(after)).toEqual(expect.arrayContaining(guilty(before)));
        const proof = ({ current }: View) => current.proof && toHex(current.proof.link.proven.id);
        if (before.current.proof !== null) expect(proof(after)).toBe(proof(before));
        if (before.current.death !== null) expect(after.current.death).not.toBeNull();
        if (before.approved) expect(after.approved).toBe(true);
      }),
      { numRuns: 150, seed: 4 },
    );
  });
});

describe('admission', () => {
  const admitted = (bytes: readonly Uint8Array[]) => {
    const taken = new Set<string>();
    for (const one of bytes) {
      try {
        taken.add(admit(plan, one).digest);
      } catch (error) {
        if (!(error instanceof Problem)) throw error;
      }
    }
    return [...taken].sort();
  };

  it('of a set is the same in any order, with forged, damaged and foreign files in between', () => {
    const files = [
      ...right.map(({ bytes }) => bytes),
      ...right.map(({ bytes }) => flipped(bytes, bytes.length - 1)),
      ...genesis.packets.map(({ bytes }) => bytes),
      new Uint8Array(10),
    ];
    const expected = right.map(({ digest }) => digest).sort();
    fc.assert(
      fc.property(fc.shuffledSubarray(files, { minLength: files.length }), (order) => {
        expect(admitted([...order, ...order.slice(0, 5)])).toEqual(expected);
      }),
      { numRuns: 5, seed: 6 },
    );
  });
});
