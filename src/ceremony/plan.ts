import * as v from 'valibot';
import { encodeCbor } from '../bytes/cbor.ts';
import { equalBytes, toHex } from '../bytes/hex.ts';
import { taggedHash } from '../bytes/tagged-hash.ts';
import { Problem } from '../problem.ts';
import { type Card, readCard } from './card.ts';
import { breach, policiesOver, policyFault, policySchema, samePolicy } from './policy.ts';
import { notRecovering, twiceInNew } from './recovery.ts';
import * as is from './schema.ts';
import { type Link, linkSchema, readLink } from './succession.ts';
import { weakShapes } from './weak-shapes.ts';

export const becauses = ['policy', 'incident', 'personnel', 'compliance', 'other'] as const;
export const planKinds = ['genesis', 'reshare', 'refresh', 'recover', 'drill', 'census'] as const;
export type PlanKind = (typeof planKinds)[number];

/** A drill and a census move no share: nobody deals, votes, receives or closes there, and the epoch stays. */
export function movesShares({ kind }: { readonly kind: PlanKind }): boolean {
  return kind !== 'drill' && kind !== 'census';
}

/**
 * A value that nobody could know before it was published, such as a round of a public randomness beacon: who has it in
 * the plan wrote the plan later. No machine here can look it up; everybody may compare it where there is a network.
 */
export const beaconSchema = v.strictObject({
  source: v.pipe(v.string(), v.minLength(1), v.maxLength(200)),
  round: v.pipe(v.string(), v.minLength(1), v.maxLength(64)),
  value: v.custom<Uint8Array>(
    (b) => b instanceof Uint8Array && b.length >= 16 && b.length <= 64,
    'expected 16 to 64 bytes',
  ),
});
export type Beacon = v.InferOutput<typeof beaconSchema>;

export const toolSchema = v.strictObject({ version: v.pipe(v.string(), v.maxLength(64)), digest: v.nullable(is.hash) });

const schema = v.strictObject({
  v: v.literal(1),
  kind: v.picklist(planKinds),
  random: is.bytes(32),
  /** What the proposer calls the keyset; others may call it otherwise. */
  keyset: is.name,
  /** The committee that hands over, proven by the key itself. Null in a genesis. */
  parent: v.nullable(linkSchema),
  /** Everybody with a part in this, by the card file. The lists below point into this one. */
  cards: is.list(is.someBytes(is.limits.cardBytes), is.limits.cards, 1),
  proposer: is.position,
  /** Parallel to the parent's members: nobody of the old committee can be left out (row 19). Null: declared lost. */
  old: is.list(v.strictObject({ card: v.nullable(is.position) }), is.limits.members),
  /** The new committee; the member at place i gets index i + 1. The prekey is one of the card's own. */
  new: v.pipe(
    is.list(v.strictObject({ card: is.position, prekey: is.bytes(32) }), is.limits.members),
    v.check((members) => members.length !== 1, 'a committee of one is none'),
  ),
  threshold: v.pipe(is.index, v.minValue(2, 'a threshold of 1 is no threshold')),
  /** Old indices, in order. Empty in a genesis, where every new member deals. */
  dealers: is.list(is.index, is.limits.members),
  reserves: is.list(is.index, is.limits.members),
  /** Of a drill alone: the old indices, in order, of those who sign. */
  signers: v.exactOptional(is.list(is.index, is.limits.members, 2)),
  approvers: is.list(is.position, 16),
  approvals: is.count,
  observers: is.list(is.position, 16),
  /** The keys of a genesis; of every other kind the parent has them. */
  keys: is.list(v.strictObject({ label: is.label, suite: is.suiteName }), is.limits.keys),
  policy: policySchema,
  backup: v.picklist(['none', 'required']),
  copies: v.pipe(is.count, v.maxValue(16)),
  destroy: v.picklist(['when-proven', 'ask']),
  /** A typed sentence where fewer than a majority of the old committee is there to endorse. */
  belowQuorum: v.nullable(is.prose),
  weak: is.list(v.pipe(v.string(), v.maxLength(64)), 16),
  reason: is.prose,
  because: v.picklist(becauses),
  ticket: v.nullable(v.pipe(v.string(), v.maxLength(200))),
  insteadOf: v.nullable(is.hash),
  beacon: v.nullable(beaconSchema),
  tool: toolSchema,
  at: is.time,
  expires: is.time,
  rehearsal: v.boolean(),
});

export type PlanFacts = Omit<v.InferOutput<typeof schema>, 'v' | 'parent'> & {
  readonly parent: v.InferOutput<typeof linkSchema> | null;
};

/** Someone with a part in a ceremony, and what the part is. */
export interface Participant {
  readonly card: Card;
  readonly identity: string;
  readonly name: string;
  /** Index in the old and in the new committee. */
  readonly oldIndex: number | null;
  readonly newIndex: number | null;
  readonly approver: boolean;
  readonly observer: boolean;
  readonly proposer: boolean;
}

/** What a ceremony is to do. Immutable; its hash is the ceremony's id. */
export interface Plan extends Omit<PlanFacts, 'parent' | 'cards' | 'signers'> {
  readonly encoded: Uint8Array;
  readonly id: Uint8Array;
  readonly ceremony: string;
  readonly parent: Link | null;
  readonly participants: readonly Participant[];
  readonly byIdentity: ReadonlyMap<string, Participant>;
  /** The new committee in index order. */
  readonly receivers: readonly (Participant & { readonly newIndex: number; readonly prekey: Uint8Array })[];
  /** The old committee in index order; null where a member was declared lost. */
  readonly holders: readonly (Participant | null)[];
  /** Who signs a drill, in index order; empty in every other kind. */
  readonly signers: readonly (Participant & { readonly oldIndex: number })[];
  /** Endorsements that an attempt needs: a majority of the old committee, and its threshold at least. */
  readonly quorum: number;
  readonly epoch: { readonly from: number | null; readonly to: number };
}

export function writePlan(facts: PlanFacts): Plan {
  return readPlan(encodeCbor({ v: 1, ...facts }));
}

export function quorumOf(threshold: number, members: number): number {
  return Math.max(threshold, Math.floor(members / 2) + 1);
}

/**
 * The door for plans. Whatever a proposer may not choose is refused here, on every member's own machine. With `known`
 * the plan has to start from that very parent, whose signatures are then not verified a second time; `readParent` is for
 * who reads many plans and remembers the links that it verified.
 */
export function readPlan(encoded: Uint8Array, known?: Link, readParent = readLink): Plan {
  const { cards: cardFiles, parent: parentFacts, ...facts } = is.parseCbor(schema, encoded, 'plan');
  const refuse = (why: string): never => {
    throw new Problem('PLAN_INVALID', `plan: ${why}`);
  };
  if (known !== undefined && !equalBytes(parentFacts?.descriptor ?? new Uint8Array(), known.descriptor)) {
    refuse('starts from another parent');
  }
  const cards = cardFiles.map(readCard);
  if (new Set(cards.map((card) => card.identity)).size !== cards.length) refuse('two cards have one identity');
  if (new Set(cards.map((card) => card.name.toLowerCase())).size !== cards.length) refuse('two cards have one name');
  if (cards.some((card) => card.rehearsal !== facts.rehearsal)) refuse('a rehearsal and a real ceremony cannot meet');
  const cardAt = (place: number): Card => cards[place] ?? refuse('points to a card that is not there');
  const distinct = (places: readonly number[], what: string): void => {
    if (new Set(places).size !== places.length) refuse(`${what}: somebody is named twice`);
  };

  const parent = parentFacts === null ? null : (known ?? readParent(parentFacts));
  if ((facts.kind === 'genesis') !== (parent === null)) refuse('only a genesis has no parent');
  if (parent !== null && parent.proven.rehearsal !== facts.rehearsal) refuse('the parent is of the other world');

  // the old committee: every member of the parent, each by the identity that the parent names
  // row 19: nobody is left out unseen
  if (facts.old.length !== (parent?.proven.members.length ?? 0)) refuse('has to name every old member');
  facts.old.forEach(({ card }, place) => {
    const identity = parent?.proven.members[place]?.identity ?? new Uint8Array();
    // row 19: each under the identity that the parent names
    if (card !== null && !equalBytes(cardAt(card).signing, identity)) {
      refuse(`the card of old member ${place + 1} is not the identity that the descriptor names`);
    }
  });

  // the new committee
  distinct(
    facts.new.map((member) => member.card),
    'new committee',
  );
  // row 20: whoever can open the boxes of two members holds two shares, whatever names stand on the cards
  if (new Set(facts.new.map(({ prekey }) => toHex(prekey))).size !== facts.new.length) {
    refuse('two new members have one prekey');
  }
  for (const { card, prekey } of facts.new) {
    if (!cardAt(card).prekeys.some((own) => equalBytes(own, prekey))) {
      refuse(`the prekey for ${cardAt(card).name} is not on the card of ${cardAt(card).name}`);
    }
  }
  if ((facts.kind === 'drill') !== (facts.signers !== undefined)) refuse('only a drill names signers');
  if (!movesShares(facts)) checkStill(facts, parent, refuse);
  else if (facts.threshold > facts.new.length) refuse('the threshold is above the number of new members');

  // who deals
  const dealers = [...facts.dealers, ...facts.reserves];
  distinct(dealers, 'dealers');
  if (parent === null) {
    if (dealers.length > 0) refuse('in a genesis every new member deals');
    if (facts.keys.length === 0) refuse('a genesis has to name its keys');
    distinctLabels(facts.keys, refuse);
  } else {
    if (facts.keys.length > 0) refuse('the keys are those of the parent');
    // row 4: an index is a place of the old committee
    if (dealers.some((index) => facts.old[index - 1]?.card == null)) refuse('a dealer is no old member, or lost');
    // row 7: the threshold of the committee that hands over comes from its proven descriptor, from nowhere else
    if (movesShares(facts) && facts.dealers.length < parent.proven.threshold)
      refuse('fewer dealers than the threshold of the old committee');
  }
  if (facts.kind === 'refresh' && parent !== null) {
    const same =
      facts.new.length === parent.proven.members.length &&
      facts.new.every((m, i) => equalBytes(cardAt(m.card).signing, parent.proven.members[i]?.identity as Uint8Array));
    if (!same || facts.threshold !== parent.proven.threshold) refuse('a refresh keeps the committee and its threshold');
  }

  if (facts.kind === 'recover' && parent !== null) {
    const why = notRecovering(facts, cards, parent);
    if (why !== null) refuse(why);
  }
  const twice = parent === null ? undefined : twiceInNew(facts, cards, parent);
  if (twice !== undefined) refuse(`gives two shares to ${twice}`);

  // who approves
  distinct(facts.approvers, 'approvers');
  if (facts.approvals > facts.approvers.length) refuse('asks for more approvals than it names approvers');
  const approving = new Set(facts.approvers.map((place) => cardAt(place).identity));
  const fault = policyFault(facts.policy);
  if (fault !== null) refuse(fault);
  if (parent !== null && !movesShares(facts) && !samePolicy(parent.proven.policy, facts.policy))
    refuse('a policy changes only with the committee that it is of');
  const policies = policiesOver({ policy: facts.policy, parent });
  // protocol section 9: who has to approve by the old policy, and by the new one, can
  if (policies.some(({ approvers }) => approvers.some((identity) => !approving.has(toHex(identity)))))
    refuse('leaves out an approver of the policy');

  if (facts.expires <= facts.at) refuse('expires before it begins');

  // where no share moves there is nothing to endorse
  const voted = parent !== null && movesShares(facts);
  const quorum = voted ? quorumOf(parent.proven.threshold, parent.proven.members.length) : 0;
  const present = facts.old.filter(({ card }) => card !== null).length;
  if (voted && present < quorum && facts.belowQuorum === null) {
    refuse('fewer than a majority of the old committee is left, and nobody typed that this is meant');
  }
  // rule 1: below a majority two committees could be fed, so only where there is no majority to ask
  if (present >= quorum && facts.belowQuorum !== null) {
    refuse('goes below a majority of the old committee although enough of it is left');
  }

  const participants = cards.map((card, place): Participant => {
    const oldPlace = facts.old.findIndex((member) => member.card === place);
    const newPlace = facts.new.findIndex((member) => member.card === place);
    return {
      card,
      identity: card.identity,
      name: card.name,
      oldIndex: oldPlace < 0 ? null : oldPlace + 1,
      newIndex: newPlace < 0 ? null : newPlace + 1,
      approver: facts.approvers.includes(place),
      observer: facts.observers.includes(place),
      proposer: facts.proposer === place,
    };
  });
  if (!participants.some((p) => p.proposer)) refuse('the proposer has no card');
  for (const p of participants) {
    if (p.oldIndex === null && p.newIndex === null && !p.approver && !p.observer && !p.proposer) {
      refuse(`${p.name} has a card but no part`);
    }
  }
  distinct(facts.observers, 'observers');
  if ([...facts.approvers, ...facts.observers].some((place) => place >= cards.length))
    refuse('points to a card that is not there');

  const id = taggedHash('plan', encoded);
  const plan: Plan = {
    ...facts,
    encoded,
    id,
    ceremony: toHex(id),
    parent,
    participants,
    byIdentity: new Map(participants.map((p) => [p.identity, p])),
    receivers: facts.new.map(({ card, prekey }, place) => ({
      ...(participants[card] as Participant),
      newIndex: place + 1,
      prekey,
    })),
    holders: facts.old.map(({ card }) => (card === null ? null : (participants[card] as Participant))),
    signers: (facts.signers ?? []).map((index) => ({
      ...(participants[facts.old[index - 1]?.card as number] as Participant),
      oldIndex: index,
    })),
    quorum: facts.belowQuorum === null || parent === null ? quorum : parent.proven.threshold,
    epoch: { from: parent?.proven.epoch ?? null, to: (parent?.proven.epoch ?? -1) + (movesShares(facts) ? 1 : 0) },
  };
  // row 20: a weak shape is only a plan if the plan itself says so, since the plan is what members consent to
  const found = weakShapes(plan);
  if (found.length !== facts.weak.length || found.some((shape, i) => shape !== facts.weak[i])) {
    refuse('does not say in its own words where its shape is weak');
  }
  for (const policy of movesShares(plan) ? policies : []) {
    // protocol section 9: a policy that one machine could be talked out of would be none
    const broken = breach(policy, plan);
    if (broken !== null)
      throw new Problem('POLICY_BROKEN', `plan: ${broken}`, 'conclave policy show says what the policy of a keyset is');
  }
  return plan;
}

/** What a drill and a census leave out, said in one way only; and who signs a drill. */
function checkStill(facts: Pick<PlanFacts, StillFact>, parent: Link | null, refuse: (why: string) => never): void {
  const { kind, signers } = facts;
  if (facts.new.length + facts.dealers.length + facts.reserves.length > 0)
    refuse(`in a ${kind} nobody deals, and nobody receives`);
  if (facts.backup !== 'none' || facts.copies > 0 || facts.destroy !== 'when-proven')
    refuse(`in a ${kind} nothing is destroyed`);
  if (parent !== null && facts.threshold !== parent.proven.threshold) refuse(`a ${kind} keeps the threshold`);
  if (signers === undefined) return;
  if (signers.some((index, at) => index <= (signers[at - 1] ?? 0)))
    refuse('the signers are not in the order of indices');
  if (signers.some((index) => facts.old[index - 1]?.card == null)) refuse('a signer is no old member, or lost');
  if (signers.length < facts.threshold) refuse('fewer signers than the threshold');
}

type StillFact =
  | 'kind'
  | 'signers'
  | 'new'
  | 'old'
  | 'dealers'
  | 'reserves'
  | 'backup'
  | 'copies'
  | 'destroy'
  | 'threshold';
function distinctLabels(keys: PlanFacts['keys'], refuse: (why: string) => never): void {
  if (new Set(keys.map((key) => key.label.toLowerCase())).size !== keys.length) refuse('two keys have one label');
}

/** The keys that the new committee will hold: those of the parent, or those that a genesis makes. */
export function keysOf(
  plan: Plan,
): readonly { readonly label: string; readonly suite: PlanFacts['keys'][number]['suite'] }[] {
  return plan.parent === null ? plan.keys : plan.parent.proven.keys;
}
