import { equalBytes, fromHex, toHex } from '../bytes/hex.ts';
import type { Card } from '../ceremony/card.ts';
import { joinProposal, nameOf, sealPacket, wrapProposal } from '../ceremony/envelope.ts';
import { chargesIn } from '../ceremony/evidence.ts';
import { digestOf, writePacket } from '../ceremony/packet.ts';
import { ceremonyKeyHash } from '../ceremony/packets/proposal.ts';
import { movesShares, type Plan, type PlanFacts, quorumOf, writePlan } from '../ceremony/plan.ts';
import { approvalsNeeded } from '../ceremony/policy.ts';
import type { Link } from '../ceremony/succession.ts';
import { readLink } from '../ceremony/succession.ts';
import { weakShapes } from '../ceremony/weak-shapes.ts';
import { Problem } from '../problem.ts';
import type { Ceremonies } from './ceremonies.ts';
import { myCard, myIdentity, rosterOf, withCardsOf } from './identity.ts';
import { changedPolicy, type PolicyWish, policyCards } from './policy.ts';
import { checkEnoughLeft, lostPlaces, recovering } from './recover.ts';
import type { KeysetRecord, VaultState } from './state.ts';

/** What a proposer decides; who everybody is and what they hold comes from the vault. */
export interface Wish {
  readonly kind: PlanFacts['kind'];
  readonly keyset: string;
  /** Names, in index order. */
  readonly members: readonly string[];
  readonly threshold: number;
  readonly keys: PlanFacts['keys'];
  readonly dealers: readonly string[] | null;
  /** Of a drill: names. */
  readonly signers?: readonly string[];
  readonly approvers: readonly string[];
  readonly approvals: number | null;
  readonly observers: readonly string[];
  readonly backup: PlanFacts['backup'];
  readonly copies: number;
  readonly destroy: PlanFacts['destroy'];
  readonly belowQuorum: string | null;
  readonly reason: string;
  readonly because: PlanFacts['because'];
  readonly ticket: string | null;
  readonly insteadOf: string | null;
  readonly beacon?: PlanFacts['beacon'];
  /** What is to change in the policy of the keyset. */
  readonly policy?: PolicyWish;
  /** Old members whose share is gone, by name; none where nobody says so. */
  readonly lost?: readonly string[];
  readonly expiresIn: number;
}

export function keysetByName(state: VaultState, name: string): KeysetRecord {
  const begins = state.keysets.filter((record) => toHex(record.id).startsWith(name.toLowerCase()));
  const keyset = state.keysets.find((record) => record.name === name) ?? (begins.length === 1 ? begins[0] : undefined);
  if (keyset === undefined) {
    throw new Problem(
      'KEYSET_UNKNOWN',
      `this vault holds no keyset ${name}`,
      'conclave keyset list shows those that it holds',
    );
  }
  return keyset;
}

/** The newest proven link of a keyset. */
export function head(keyset: KeysetRecord): Link {
  const latest = [...keyset.links].sort((a, b) => b.epoch - a.epoch)[0];
  if (latest === undefined) {
    throw new Problem(
      'KEYSET_UNPROVEN',
      `the ceremony that makes ${keyset.name} is not finished yet`,
      'run conclave next until it is complete',
    );
  }
  const { descriptor, transcript, signatures } = latest;
  return readLink({ descriptor, transcript, signatures });
}

/** From what is wished and what this vault knows, a plan that every member's machine will take. */
export function planOf(ceremonies: Ceremonies, wish: Wish, now: number, tool: PlanFacts['tool']): Plan {
  const { state, host } = ceremonies.vault;
  const known = [myCard(state), ...rosterOf(state)];
  const parent = wish.kind === 'genesis' ? null : head(keysetByName(state, wish.keyset));
  const cards: Card[] = [];
  const place = (card: Card): number => {
    const at = cards.findIndex(({ identity }) => identity === card.identity);
    return at >= 0 ? at : cards.push(card) - 1;
  };
  const named = (name: string): Card => {
    const card = known.find((candidate) => candidate.name.toLowerCase() === name.toLowerCase());
    if (card === undefined) {
      throw new Problem(
        'CARD_MISSING',
        `there is no card of ${name} on the roster`,
        'take it in with conclave roster add F, or --stick DIR where it lies',
      );
    }
    return card;
  };

  // an old member is whom the proven descriptor names, whatever name it goes by today
  const lost = lostPlaces(parent, known, wish.lost ?? []);
  const old = (parent?.proven.members ?? []).map((member, at) => {
    if (lost.has(at)) return { card: null };
    const card = known.find((candidate) => equalBytes(candidate.signing, member.identity));
    if (card === undefined) {
      throw new Problem(
        'CARD_MISSING',
        `there is no card of old member ${member.name} on the roster`,
        `take it in with conclave roster add F; if the machine or its share is gone for ever, say --lost ${member.name}`,
      );
    }
    return { card: place(card) };
  });
  const used = usedPrekeys(ceremonies);
  const receiving =
    wish.kind === 'recover' && parent !== null
      ? parent.proven.members.map(({ name }, at) => recovering(cards, old[at]?.card ?? null, () => named(name)))
      : wish.members.map(named);
  const members = receiving.map((card) => {
    const prekey = card.prekeys.find((candidate) => !used.has(toHex(candidate)));
    if (prekey === undefined) {
      throw new Problem(
        'PREKEY_TAKEN',
        `every one-time key on the card of ${card.name} is used up`,
        `ask for a new card: conclave card --renew on the machine of ${card.name}`,
      );
    }
    used.add(toHex(prekey)); // anybody can put the prekeys of somebody else on the own card
    return { card: place(card), prekey };
  });
  const newApprovers = (wish.policy?.approvers ?? []).map(named);
  const approverCards = [...wish.approvers.map(named), ...policyCards(parent, known), ...newApprovers];
  const approvers = [...new Set(approverCards.map(place))];
  const observers = wish.observers.map((name) => place(named(name)));
  const proposer = place(myCard(state));
  const policy = changedPolicy(parent?.proven.policy, wish, parent === null ? approverCards : newApprovers);

  const me = old.findIndex(({ card }) => card === proposer) + 1;
  const trusted = (index: number): boolean => {
    const card = old[index - 1]?.card ?? null;
    return card === null || !convicted.has(cards[card]?.identity ?? '');
  };
  const left = dealOrder(old.length, me).filter((index) => !lost.has(index - 1));
  // whoever was caught at something over this very committee deals last, and so only where nobody else is left
  const convicted = parent === null ? new Set<string>() : convictedOver(ceremonies, parent);
  const order = [...left.filter(trusted), ...left.filter((index) => !trusted(index))];
  if (parent !== null) checkEnoughLeft(parent, order.length, wish.belowQuorum);
  const quorum =
    wish.belowQuorum === null ? quorumOf(parent?.proven.threshold ?? 0, old.length) : (parent?.proven.threshold ?? 0);
  const moves = movesShares(wish);
  const dealers =
    parent === null || !moves
      ? []
      : wish.dealers === null
        ? order.slice(0, quorum)
        : wish.dealers.map((name) => oldIndex(parent, named(name)));
  const facts = {
    kind: wish.kind,
    random: host.random(32),
    keyset: parent === null ? wish.keyset : keysetByName(state, wish.keyset).name,
    parent:
      parent === null
        ? null
        : { descriptor: parent.descriptor, transcript: parent.transcript, signatures: parent.signatures },
    cards: cards.map(({ file }) => file),
    proposer,
    old,
    new: members,
    threshold: wish.kind === 'recover' && parent !== null ? parent.proven.threshold : wish.threshold,
    ...(wish.kind === 'drill' && parent !== null
      ? { signers: signersOf(parent, (wish.signers ?? []).map(named)) }
      : {}),
    dealers,
    reserves: parent === null || !moves ? [] : order.filter((index) => !dealers.includes(index)),
    approvers,
    // whoever names nobody means those of the policy, and as many as it asks for
    approvals: Math.max(
      wish.approvals ?? (parent === null || wish.approvers.length > 0 ? approvers.length : 0),
      approvalsNeeded({ policy, parent, approvals: 0 }),
    ),
    observers,
    keys: [...wish.keys],
    policy,
    backup: wish.backup,
    copies: wish.copies,
    destroy: wish.destroy,
    belowQuorum: wish.belowQuorum,
    reason: wish.reason,
    because: wish.because,
    ticket: wish.ticket,
    insteadOf: wish.insteadOf === null ? null : insteadOf(ceremonies, wish.insteadOf),
    beacon: wish.beacon ?? null,
    tool,
    at: now,
    expires: now + wish.expiresIn,
    rehearsal: state.rehearsal,
  };
  const weak = weakShapes({ ...facts, parent });
  return writePlan({ ...facts, weak });
}

/** In index order, whatever order they were named in. */
function signersOf(parent: Link, cards: readonly Card[]): number[] {
  return cards.map((card) => oldIndex(parent, card, 'sign')).sort((a, b) => a - b);
}

/** Members of a committee whose own packets prove a fault, in any ceremony that starts from it. */
function convictedOver(ceremonies: Ceremonies, { proven }: Link): Set<string> {
  const over = ceremonies.all().filter(({ plan }) => equalBytes(plan.parent?.proven.id ?? new Uint8Array(), proven.id));
  return new Set(chargesIn(over.map(({ view }) => view)).map(({ identity }) => identity));
}

/** The proposer first if an old member, then old members in plan order. */
function dealOrder(members: number, me: number): number[] {
  const all = Array.from({ length: members }, (_, i) => i + 1);
  return me > 0 ? [me, ...all.filter((index) => index !== me)] : all;
}

function oldIndex(parent: Link, card: Card, to = 'deal'): number {
  const index = parent.proven.members.findIndex(({ identity }) => equalBytes(identity, card.signing)) + 1;
  if (index === 0) throw new Problem('USAGE', `${card.name} is no old member and cannot ${to}`);
  return index;
}

/** One-time keys that plans known here have named: another plan must not name them again. */
export function usedPrekeys(ceremonies: Ceremonies): Set<string> {
  const attempts = ceremonies.all().flatMap(({ view }) => view.attempts.map(({ attempt }) => attempt));
  return new Set(attempts.flatMap(({ prekeys }) => prekeys.map(toHex)));
}

function insteadOf(ceremonies: Ceremonies, start: string): Uint8Array {
  const found = ceremonies.ids().filter((id) => id.startsWith(start.toLowerCase()));
  if (found.length !== 1)
    throw new Problem('CEREMONY_UNKNOWN', `${start} is not the beginning of exactly one ceremony's number`);
  return fromHex(found[0] as string) as Uint8Array;
}

/** A proposal that is signed but not yet said: the age file is made outside, since age draws its own randomness. */
export interface DraftProposal {
  readonly plan: Plan;
  readonly ceremonyKey: Uint8Array;
  readonly packet: Uint8Array;
  /** What goes into the age file, for these recipients. */
  readonly content: Uint8Array;
  readonly recipients: readonly string[];
}

export function draftProposal(ceremonies: Ceremonies, plan: Plan, now: number, attended: boolean): DraftProposal {
  const { state, host } = ceremonies.vault;
  const ceremonyKey = host.random(32);
  const header = {
    kind: 'proposal',
    ceremony: plan.id,
    attempt: plan.id,
    author: state.signing.public,
    at: now,
    attended,
    rehearsal: plan.rehearsal,
  };
  const packet = writePacket(header, { plan: plan.encoded, key: ceremonyKeyHash(ceremonyKey) }, state.signing.secret);
  return {
    plan,
    ceremonyKey,
    packet,
    content: joinProposal(ceremonyKey, packet),
    recipients: plan.participants.map(({ card }) => card.recipient),
  };
}

/** Begins the ceremony here: one step that holds the proposal, and the proposer's consent, which proposing is. */
export function beginCeremony(
  ceremonies: Ceremonies,
  draft: DraftProposal,
  ageFile: Uint8Array,
  phrase: string,
  now: number,
  attended: boolean,
): void {
  const { vault } = ceremonies;
  const { plan, ceremonyKey, packet } = draft;
  const file = wrapProposal(plan.id, ageFile);
  ceremonies.checkProposal(plan);
  vault.keepOpened(plan.ceremony, sealPacket(plan.id, ceremonyKey, packet, vault.host.random));
  const proposal = fromHex(nameOf(file)) as Uint8Array;
  vault.commit((state) => ({
    ...bindPrekey(state, plan),
    ceremonies: [
      ...state.ceremonies,
      {
        id: plan.id,
        key: ceremonyKey,
        proposal,
        phrase,
        consent: { at: now, attended, destroy: plan.destroy === 'when-proven' },
      },
    ],
    said: [
      ...state.said,
      { ceremony: plan.id, slot: 'proposal', digest: fromHex(digestOf(packet)) as Uint8Array, file: proposal },
    ],
    outbox: [...state.outbox, { ceremony: plan.id, file }],
  }));
}

/** Row 23: from consent on, the prekey that the plan names for me serves this attempt and no other. The first one has it. */
export function bindPrekey(state: VaultState, plan: Plan): VaultState {
  const mine = plan.receivers.find(({ identity }) => identity === myIdentity(state));
  if (mine === undefined) return state;
  const prekeys = state.prekeys.map((own) =>
    own.attempt === null && equalBytes(own.public, mine.prekey) ? { ...own, attempt: plan.id } : own,
  );
  return { ...state, prekeys };
}

export function recordConsent(
  ceremonies: Ceremonies,
  plan: Plan,
  consent: { at: number; attended: boolean; destroy: boolean },
): void {
  ceremonies.vault.commit((state) => ({
    ...bindPrekey(withCardsOf(state, plan), plan),
    ceremonies: state.ceremonies.map((record) => (equalBytes(record.id, plan.id) ? { ...record, consent } : record)),
  }));
}
