import { equalBytes, fromHex, toHex } from '../bytes/hex.ts';
import type { Attempt } from '../ceremony/attempt.ts';
import { approvable } from '../ceremony/death.ts';
import type { Descriptor } from '../ceremony/descriptor.ts';
import type { Deed } from '../ceremony/duties.ts';
import { draftAcceptance, judgeBoxes, receive, shareFits } from '../ceremony/packets/acceptance.ts';
import { draftActivation } from '../ceremony/packets/activation.ts';
import { type CheckedDeal, draftDeal } from '../ceremony/packets/deal.ts';
import type { Vote } from '../ceremony/packets/endorsement.ts';
import type { Plan } from '../ceremony/plan.ts';
import { Problem } from '../problem.ts';
import { type Ceremonies, type Held, scopeOf } from './ceremonies.ts';
import { complain } from './complain.ts';
import { emptyRegister } from './copies.ts';
import { myIdentity, renewCard } from './identity.ts';
import { asCbor, type Moment, say } from './say.ts';
import { type Hold, parentSlot, recordFor, slotOfAttempt } from './standing.ts';
import type { KeysetRecord, Slot, VaultState } from './state.ts';

/** Why an act was not done, or what was done in its place. Null: it was. */
export interface Stop {
  readonly instead?: Deed;
  readonly holds?: readonly Hold[];
  readonly blame?: readonly { readonly member: string; readonly packet: string }[];
}

/** My next vote for a successor of this parent, with proof that all my earlier ones are dead (rule 1). */
function nextVote(ceremonies: Ceremonies, held: Held): Vote | Hold {
  const parent = scopeOf(held.plan);
  const attempt = held.view.current.attempt.id;
  const earlier = ceremonies.vault.state.votes.filter((vote) => equalBytes(vote.parent, parent));
  // rule 1: one vote, never said in other bytes
  if (earlier.some((vote) => equalBytes(vote.attempt, attempt))) {
    return {
      code: 'VAULT_DAMAGED',
      message: 'this machine endorsed this attempt already, but its own packet is missing from the vault',
      hint: 'bring any stick that holds the packets of this ceremony',
    };
  }
  const prior: Vote['prior'] = [];
  for (const vote of earlier) {
    const other = ceremonies.get(toHex(vote.ceremony));
    const death = other.view.attempts.find((view) => equalBytes(view.attempt.id, vote.attempt))?.death ?? null;
    // rule 1: no second vote while the first attempt may live
    if (death === null) {
      return {
        code: 'VOTE_TAKEN',
        message: `this machine endorsed ceremony ${toHex(vote.ceremony).slice(0, 16)} over the same epoch, and that is not over`,
        hint: 'finish that one, or have it given up: a receiver that has not accepted runs conclave next --refuse, others conclave release',
      };
    }
    const proposal = other.view.packets.find((packet) => packet.kind === 'proposal');
    const made = other.view.packets.filter(
      ({ kind, digest }) => kind === 'amendment' && digest === toHex(vote.attempt),
    );
    prior.push({
      ceremony: vote.ceremony,
      attempt: vote.attempt,
      evidence: [proposal?.bytes ?? new Uint8Array(), ...[...made, ...death.evidence].map((packet) => packet.bytes)],
    });
  }
  return { parent, slot: earlier.length, prior };
}

/** The ceremony over this epoch that this machine endorsed and that is not over: it votes for no other beside it. */
export function standingVote(ceremonies: Ceremonies, plan: Plan): Held | undefined {
  const parent = scopeOf(plan);
  const standing = ceremonies.vault.state.votes.find(
    (vote) => equalBytes(vote.parent, parent) && toHex(vote.ceremony) !== plan.ceremony && !isDead(ceremonies, vote),
  );
  return standing === undefined ? undefined : ceremonies.get(toHex(standing.ceremony));
}

function isDead(ceremonies: Ceremonies, { ceremony, attempt }: VaultState['votes'][number]): boolean {
  const { attempts } = ceremonies.get(toHex(ceremony)).view;
  return attempts.some((view) => equalBytes(view.attempt.id, attempt) && view.death !== null);
}

function voted(state: VaultState, plan: Plan, attempt: Uint8Array, vote: Vote): VaultState {
  return {
    ...state,
    votes: [...state.votes, { parent: vote.parent, slot: vote.slot, ceremony: plan.id, attempt }],
  };
}

export function deal(ceremonies: Ceremonies, held: Held, moment: Moment): Stop | null {
  const { plan, view } = held;
  const { vault } = ceremonies;
  const { attempt } = view.current;
  const dealer = attempt.dealers.find(({ participant }) => participant.identity === myIdentity(vault.state));
  if (dealer === undefined) return null;
  const vote = plan.parent === null ? null : nextVote(ceremonies, held);
  if (vote !== null && 'code' in vote) return { holds: [vote] };
  const slot = parentSlot(vault.state, plan);
  const body = draftDeal({
    plan,
    attempt,
    dealer,
    shares: plan.parent === null || slot === undefined ? null : vault.readShare(slot),
    vote,
    approvals: neededApprovals(held).map((digest) => fromHex(digest) as Uint8Array),
    random: vault.host.random,
  });
  say(ceremonies, held, moment, 'deal', asCbor(body), (state) =>
    vote === null ? state : voted(state, plan, attempt.id, vote),
  );
  return null;
}

/** The approvals that a deal relies on: all that are here, since they are enough (the duty says so). */
function neededApprovals({ plan, view }: Held): string[] {
  const named = [...view.approvals.values()];
  return approvable(plan, (identity) => view.approvals.has(identity)) ? named.map(({ digest }) => digest) : [];
}

export function endorse(ceremonies: Ceremonies, held: Held, moment: Moment): Stop | null {
  const vote = nextVote(ceremonies, held);
  if ('code' in vote) return { holds: [vote] };
  const { attempt } = held.view.current;
  say(ceremonies, held, moment, 'endorsement', asCbor({ vote }), (state) => voted(state, held.plan, attempt.id, vote));
  return null;
}

/** Opens the first bad box to everybody. One complaint ends the attempt, and names whoever is at fault. */
function accuse(
  ceremonies: Ceremonies,
  held: Held,
  moment: Moment,
  guilty: readonly CheckedDeal[],
  index: number,
  prekeySecret: Uint8Array,
): Stop {
  const [first] = guilty;
  const blame = guilty.map((bad) => ({ member: bad.dealer.participant.name, packet: bad.packet.digest }));
  if (first === undefined) return { blame };
  complain(ceremonies, held, moment, first, index, prekeySecret);
  return { instead: 'complain', blame };
}

function prekeyOf(state: VaultState, { prekeys }: Attempt, index: number): VaultState['prekeys'][number] | undefined {
  const named = prekeys[index - 1];
  return named && state.prekeys.find((own) => equalBytes(own.public, named));
}

export function accept(ceremonies: Ceremonies, held: Held, moment: Moment): Stop | null {
  const { plan } = held;
  const { vault } = ceremonies;
  const { attempt, transcript, unfit } = held.view.current;
  const receiver = plan.receivers.find(({ identity }) => identity === myIdentity(vault.state));
  const prekey = receiver && prekeyOf(vault.state, attempt, receiver.newIndex);
  if (receiver === undefined || prekey === undefined) return {};
  const index = receiver.newIndex;
  if (transcript === null) {
    const guilty = unfit === null ? [] : judgeBoxes(plan, attempt, unfit, index, prekey.secret);
    return accuse(ceremonies, held, moment, guilty, index, prekey.secret);
  }
  const opened = receive(plan, attempt, transcript, index, prekey.secret);
  if (opened.blame !== null) return accuse(ceremonies, held, moment, opened.blame, index, prekey.secret);
  const { file, wrappingKey, readBack } = vault.storeShare(opened.share);
  // rule 2: stored, read back and checked before the acceptance is said
  if (!shareFits(plan, transcript, index, readBack)) {
    throw new Problem(
      'VAULT_FAILING',
      'the new share was stored, but reads back as something else',
      'check the disk of this machine',
    );
  }
  const renewed = renewCard(vault.state, moment.now, vault.host.random);
  const drawn = draftAcceptance({
    plan,
    attempt,
    transcript,
    index,
    share: readBack,
    card: renewed.card,
    tool: moment.tool,
    random: vault.host.random,
  });
  const slot: KeysetRecord['slots'][number] = {
    epoch: plan.epoch.to,
    descriptor: transcript.descriptor.encoded,
    transcript: transcript.hash,
    ceremony: plan.id,
    attempt: attempt.id,
    index,
    state: 'pending',
    signed: false,
    file,
    wrappingKey,
  };
  // one step: the share is in, the prekey is gone (row 23), the nonces are kept, the acceptance is said
  say(ceremonies, held, moment, 'acceptance', asCbor(drawn.body), (state, digest) => {
    return {
      ...withSlot(state, plan, transcript.descriptor, slot),
      card: renewed.state.card,
      prekeys: renewed.state.prekeys.filter((own) => !equalBytes(own.public, prekey.public)),
      nonces: [...state.nonces, { attempt: attempt.id, turn: 0, acceptance: digest, secrets: drawn.nonces }],
      log: [
        ...state.log,
        {
          at: moment.now,
          keyset: transcript.descriptor.keysetId,
          epoch: plan.epoch.to,
          event: 'share stored, pending',
        },
      ],
    };
  });
  return null;
}

function withSlot(state: VaultState, plan: Plan, made: Descriptor, slot: KeysetRecord['slots'][number]): VaultState {
  const known = recordFor(state, made);
  if (known !== undefined) {
    const changed = { ...known, slots: [...known.slots, slot] };
    return { ...state, keysets: state.keysets.map((keyset) => (keyset === known ? changed : keyset)) };
  }
  const links = plan.parent === null ? [] : [linkOf(plan.parent)];
  const { keysetId: id, keysHash: keys } = made;
  const fresh: KeysetRecord = { id, keys, name: freeName(state, plan.keyset), links, slots: [slot], ...emptyRegister };
  return { ...state, keysets: [...state.keysets, fresh] };
}

export function linkOf({
  descriptor,
  transcript,
  signatures,
  proven,
}: NonNullable<Plan['parent']>): KeysetRecord['links'][number] {
  return { descriptor, transcript, signatures: [...signatures], epoch: proven.epoch };
}

/** Names of keysets are local: one that is taken gets a number. */
export function freeName(state: VaultState, wanted: string): string {
  const taken = (name: string) => state.keysets.some((keyset) => keyset.name.toLowerCase() === name.toLowerCase());
  if (!taken(wanted)) return wanted;
  for (let number = 2; ; number++)
    if (!taken(`${wanted.slice(0, 28)}-${number}`)) return `${wanted.slice(0, 28)}-${number}`;
}

export function activate(ceremonies: Ceremonies, held: Held, moment: Moment): Stop | null {
  const { plan } = held;
  const { vault } = ceremonies;
  const { attempt, turn } = held.view.current;
  const mine = slotOfAttempt(vault.state, attempt);
  const nonces = vault.state.nonces.find((kept) => equalBytes(kept.attempt, attempt.id) && kept.turn === 0);
  const listed = turn?.certificate.acceptances.find(({ index }) => index === mine?.index);
  // rule 3, row 17: nonces sign for the acceptance that they came with, and only once
  if (
    turn === null ||
    mine === undefined ||
    nonces === undefined ||
    toHex(nonces.acceptance) !== listed?.packet.digest
  ) {
    return {
      holds: [
        { code: 'SHARE_MISSING', message: 'the certificate holds an acceptance that this vault does not stand behind' },
      ],
    };
  }
  const secrets = nonces.secrets.map((secret) => new Uint8Array(secret)); // signing wipes what it is given
  const body = draftActivation(turn, mine.index, vault.readShare(mine), secrets);
  // one step: pending becomes active, active becomes retired, the nonces are gone, the signature is said
  say(ceremonies, held, moment, 'activation', asCbor(body), (state) => ({
    ...activated(state, mine, plan, moment.now),
    nonces: state.nonces.filter((kept) => kept !== nonces),
  }));
  return null;
}

/** The share that I sign a turn with is the active one of its keyset, and the one before is retired: kept, but idle. */
export function activated(state: VaultState, mine: Slot, plan: Plan, now: number): VaultState {
  const held = state.keysets.find(({ slots }) => slots.some((slot) => equalBytes(slot.file, mine.file)));
  if (held === undefined) return state;
  const slots = held.slots.map((slot) => {
    if (equalBytes(slot.file, mine.file)) return { ...slot, state: 'active' as const, signed: true };
    return slot.state === 'active' ? { ...slot, state: 'retired' as const } : slot;
  });
  const entry = { at: now, keyset: held.id, epoch: plan.epoch.to, event: 'share active' };
  return {
    ...state,
    keysets: state.keysets.map((keyset) => (keyset === held ? { ...keyset, slots } : keyset)),
    log: mine.state === 'active' ? state.log : [...state.log, entry],
  };
}
