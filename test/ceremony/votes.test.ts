import { describe, expect, it } from 'vitest';
import { encodeCbor } from '../../src/bytes/cbor.ts';
import { toHex } from '../../src/bytes/hex.ts';
import { readProposal } from '../../src/ceremony/admission.ts';
import { approvable, checkVote } from '../../src/ceremony/death.ts';
import type { AnyPacket, BodyOf } from '../../src/ceremony/kinds.ts';
import type { Vote } from '../../src/ceremony/packets/endorsement.ts';
import { type PlanFacts, readPlan } from '../../src/ceremony/plan.ts';
import { refusal } from '../crypto/drawn.ts';
import { Ceremony, type Person, people, planFacts } from './committee.ts';

/* Rule 1: my k-th vote sits in slot k and proves that all that I voted for before is dead. */

const { alice, bob, carol, dave, erin } = people('votes', 'alice', 'bob', 'carol', 'dave', 'erin');
const cast = [alice, bob, carol, dave, erin];
const genesis = new Ceremony({
  cast,
  members: [alice, bob, carol],
  threshold: 2,
  approvers: [dave, erin],
  approvals: 1,
}).run();
const parent = genesis.link.proven.id;

function handover(number: number, from = genesis): Ceremony {
  const facts: Partial<PlanFacts> = { copies: number };
  const members = [alice, bob, carol];
  return new Ceremony({ cast, parent: from.link, members, threshold: 2, dealers: [1, 2], approvals: 1, facts });
}

/** A ceremony that died of this refusal, and what proves it. */
function died(number: number, ...refusals: (readonly [Person, BodyOf<'refusal'>['as']])[]) {
  const ceremony = handover(number);
  const packets = refusals.map(([who, as]) => ceremony.refuse(who, as));
  return { ceremony, packets };
}

const prior = (ceremony: Ceremony, ...evidence: readonly AnyPacket[]): Vote['prior'][number] => ({
  ceremony: ceremony.plan.id,
  attempt: ceremony.plan.id,
  evidence: [ceremony.proposal, ...evidence].map(({ bytes }) => bytes),
});
const vote = (...before: Vote['prior']): Vote => ({ parent, slot: before.length, prior: before });
const here = handover(0);
/** Why a vote is refused in this ceremony; null where it is good. */
const refused = (said: Vote) => refusal(() => checkVote(here.plan, said));

describe('a vote', () => {
  const byReceiver = died(1, [carol, 'receiver']);
  const byDealer = died(2, [alice, 'dealer']);
  const byApprovers = died(3, [dave, 'approver'], [erin, 'approver']);

  it('in the first slot proves nothing, and in a later one each way of dying', () => {
    expect(refused(vote())).toBeNull();
    for (const { ceremony, packets } of [byReceiver, byDealer, byApprovers]) {
      expect(refused(vote(prior(ceremony, ...packets)))).toBeNull();
      expect(refused(vote(prior(ceremony)))).toBe('VOTE_INVALID');
    }
    const all = [byReceiver, byDealer, byApprovers].map(({ ceremony, packets }) => prior(ceremony, ...packets));
    expect(refused(vote(...all))).toBeNull();
  });

  it('is of the one parent, has as many proofs as its slot says, and none twice', () => {
    const proof = prior(byReceiver.ceremony, ...byReceiver.packets);
    expect(refused({ ...vote(proof), slot: 0 })).toBe('VOTE_INVALID');
    expect(refused({ ...vote(proof), slot: 2 })).toBe('VOTE_INVALID');
    expect(refused(vote(proof, proof))).toBe('VOTE_INVALID');
    expect(refused({ ...vote(), parent: here.plan.id })).toBe('VOTE_INVALID');
    expect(refusal(() => checkVote(genesis.plan, vote()))).toBe('VOTE_INVALID'); // a genesis has no parent
  });

  it('is not proven by dissent, by too few approvers, or by the death of something else', () => {
    const dissent = died(4, [dave, 'member'], [carol, 'dealer']);
    expect(refused(vote(prior(dissent.ceremony, ...dissent.packets)))).toBe('VOTE_INVALID');
    expect(refused(vote(prior(byApprovers.ceremony, byApprovers.packets[0] as AnyPacket)))).toBe('VOTE_INVALID');
    expect(refused(vote(prior(byReceiver.ceremony, ...byDealer.packets)))).toBe('VOTE_INVALID');
    const honest = prior(byReceiver.ceremony, ...byReceiver.packets);
    expect(refused(vote({ ...honest, ceremony: byDealer.ceremony.plan.id }))).toBe('VOTE_INVALID');
    expect(refused(vote({ ...honest, attempt: byDealer.ceremony.plan.id }))).toBe('VOTE_INVALID');
    expect(refused(vote({ ...honest, evidence: [...honest.evidence].reverse() }))).toBe('VOTE_INVALID');
  });

  it('is not proven by the death of an attempt over another parent', () => {
    for (const person of cast) person.votes.length = 0;
    const next = handover(5).run();
    const later = handover(6, next);
    expect(refused(vote(prior(later, later.refuse(carol, 'receiver'))))).toBe('VOTE_INVALID');
  });

  it('names its author where its proof is bad, also an idle member that only endorses', () => {
    const ceremony = handover(7);
    ceremony.say(carol, 'endorsement', { vote: vote(prior(byReceiver.ceremony, ...byDealer.packets)) });
    expect(ceremony.view.faults.map(({ member, fault }) => `${member} ${fault}`)).toEqual(['carol VOTE_INVALID']);
    expect(ceremony.view.current.endorsers.size).toBe(0);
    const good = handover(8);
    good.say(carol, 'endorsement', { vote: vote(prior(byReceiver.ceremony, ...byReceiver.packets)) });
    expect(good.view).toMatchObject({ faults: [], phase: 'dealing' });
    expect([...good.view.current.endorsers]).toEqual([carol.identity]);
  });
});

describe('what is sent as evidence costs no more than its size', () => {
  const { ceremony, packets } = died(9, [carol, 'receiver']);
  const honest = prior(ceremony, ...packets);

  it('has bounds: so many proofs in a vote, so many packets in a proof, and at least one beside the proposal', () => {
    const endorse = (said: Vote) => refusal(() => here.bring(here.sign(carol, 'endorsement', { vote: said })));
    expect(endorse(vote(honest))).toBeNull();
    expect(endorse(vote(...Array(33).fill(honest)))).toBe('SCHEMA');
    expect(endorse(vote({ ...honest, evidence: Array(1026).fill(honest.evidence[1]) }))).toBe('SCHEMA');
    expect(endorse(vote({ ...honest, evidence: honest.evidence.slice(0, 1) }))).toBe('SCHEMA');
  });

  it('starts from the parent at hand, which is not verified again, and from no other, which is not looked at', () => {
    const facts = planFacts({ cast, parent: genesis.link, members: [alice, bob, carol], threshold: 2 });
    const encode = (change: Partial<PlanFacts>) => encodeCbor({ v: 1, ...facts, ...change } as never);
    const link = facts.parent as NonNullable<PlanFacts['parent']>;
    const unsigned = encode({
      parent: { ...link, signatures: link.signatures.map((one) => one.map((byte) => byte ^ 1)) },
    });
    expect(refusal(() => readPlan(unsigned))).toBe('SUCCESSION_INVALID');
    expect(refusal(() => readPlan(unsigned, genesis.link))).toBeNull();
    const dear = { descriptor: new Uint8Array(1000), transcript: link.transcript, signatures: link.signatures };
    const cards = facts.cards.map((card) => card.slice(0, 20));
    expect(refusal(() => readPlan(encode({ parent: dear, cards })))).not.toBe('PLAN_INVALID');
    expect(refusal(() => readPlan(encode({ parent: dear, cards }), genesis.link))).toBe('PLAN_INVALID');
    expect(refusal(() => readPlan(encode({ parent: null, cards }), genesis.link))).toBe('PLAN_INVALID');
    expect(refusal(() => readProposal(genesis.proposal.bytes, genesis.link))).toBe('PLAN_INVALID');
  });

  it('holds refusals alone: a vote inside a proof is refused unread, however deep the votes go in it', () => {
    const inner = handover(10);
    let said = vote(honest);
    for (let depth = 0; depth < 4; depth++) {
      const endorsed = inner.say(carol, 'endorsement', { vote: said }, { at: depth });
      said = vote(prior(inner, endorsed));
    }
    expect(refused(said)).toBe('VOTE_INVALID');
    const beside = inner.refuse(carol, 'receiver');
    expect(refused(vote(prior(inner, beside)))).toBeNull();
    expect(refused(vote(prior(inner, beside, inner.said(carol, 'endorsement'))))).toBe('VOTE_INVALID');
  });

  it('is refused, and nothing thrown, where it is no packet at all', () => {
    for (const junk of [new Uint8Array(1), new Uint8Array(500).fill(0x9f), honest.evidence[1] as Uint8Array]) {
      expect(refused(vote({ ...honest, evidence: [junk, honest.evidence[1] as Uint8Array] }))).toBe('VOTE_INVALID');
      if (junk !== honest.evidence[1])
        expect(refused(vote({ ...honest, evidence: [honest.evidence[0] as Uint8Array, junk] }))).toBe('VOTE_INVALID');
    }
  });
});

describe('approvers', () => {
  it('are enough only where they are for the plan and for the policy both', () => {
    const { plan } = new Ceremony({
      cast,
      parent: genesis.link,
      members: [alice, bob, carol],
      threshold: 2,
      approvers: [carol, alice],
      approvals: 2,
    });
    const agreed = (...people: Person[]) =>
      approvable(plan, (identity) => people.some((one) => one.identity === identity));
    expect(agreed(carol)).toBe(false);
    expect(agreed(dave)).toBe(false);
    expect(agreed(dave, erin)).toBe(true);
    expect(agreed(carol, erin)).toBe(true);
    expect(agreed(carol, alice)).toBe(false);
    expect(toHex(plan.policy.approvers[0] as Uint8Array)).toBe(dave.identity);
  });
});
