import { equalBytes, fromHex, toHex } from '../bytes/hex.ts';
import { type Cbor } from '../bytes/cbor.ts';
import { approvable } from '../ceremony/death.ts';
import { type Duty, owedBy } from '../ceremony/duties.ts';
import { sealPacket } from '../ceremony/envelope.ts';
import type { AttemptView } from '../ceremony/evaluate.ts';
import type { KindName } from '../ceremony/kinds.ts';
import { digestOf, writePacket } from '../ceremony/packet.ts';
import { draftAcceptance, receive, shareFits } from '../ceremony/packets/acceptance.ts';
import { draftActivation } from '../ceremony/packets/activation.ts';
import type { ClosingBody, Copy } from '../ceremony/packets/closing.ts';
import { draftDeal } from '../ceremony/packets/deal.ts';
import type { Vote } from '../ceremony/packets/endorsement.ts';
import type { AcceptanceBody } from '../ceremony/packets/acceptance.ts';
import type { Plan } from '../ceremony/plan.ts';
import { nameOf } from '../ceremony/envelope.ts';
import { Problem } from '../problem.ts';
import { type Ceremonies, type Held, scopeOf } from './ceremonies.ts';
import { myIdentity, renewCard } from './identity.ts';
import { type Hold, holdsOf, keysetOf, parentSlot } from './standing.ts';
import type { KeysetRecord, VaultState } from './state.ts';

/** What the world outside says at the moment of a visit. */
export interface Moment {
  readonly now: number;
  readonly tool: AcceptanceBody['tool'];
  /** Under `destroy: ask`, the operator typed which old share may go now. */
  readonly confirmDestroy?: string | undefined;
}

/** What a visit did in one ceremony, and why it went no further. */
export interface Performed {
  readonly did: Duty[];
  readonly holds: readonly Hold[];
  /** Dealers whose boxes for this machine are bad: seen here only, until it is opened to all. */
  readonly blame: readonly { readonly member: string; readonly packet: string }[];
}

/** Does everything that is asked of this machine now. Running it again when nothing is asked does nothing. */
export function perform(ceremonies: Ceremonies, ceremony: string, moment: Moment): Performed {
  const did: Duty[] = [];
  for (;;) {
    const held = ceremonies.get(ceremony);
    const identity = myIdentity(ceremonies.vault.state);
    const me = held.plan.byIdentity.get(identity);
    if (me === undefined) return { did, holds: [{ code: 'PLAN_WITHOUT_ME', message: 'the plan does not name this machine' }], blame: [] };
    const duty = owedBy(held.view, me)[0];
    if (duty === undefined) return { did, holds: [], blame: [] };
    if (held.record.consent === null) {
      return { did, holds: [{ code: 'CONSENT_NEEDED', message: 'the operator of this machine has not consented to the plan yet' }], blame: [] };
    }
    const holds = holdsOf(ceremonies, held);
    if (holds.length > 0) return { did, holds, blame: [] };
    const stop = act(ceremonies, held, duty, moment);
    if (stop !== null) return { did, holds: [], blame: [], ...stop };
    did.push(duty);
  }
}

type Stop = Partial<Pick<Performed, 'holds' | 'blame'>>;

function act(ceremonies: Ceremonies, held: Held, duty: Duty, moment: Moment): Stop | null {
  switch (duty) {
    case 'propose':
      return null; // said when the ceremony began
    case 'approve':
      say(ceremonies, held, moment, 'approval', {}, (state) => state);
      return null;
    case 'deal':
      return deal(ceremonies, held, moment);
    case 'endorse':
      return endorse(ceremonies, held, moment);
    case 'accept':
      return accept(ceremonies, held, moment);
    case 'activate':
      return activate(ceremonies, held, moment);
    case 'close':
      return close(ceremonies, held, moment);
  }
}

/**
 * Signs and seals a statement and stores it in one step with what it changes: durable before a byte of it leaves,
 * and after a crash the same bytes go out again.
 */
export function say(
  ceremonies: Ceremonies,
  held: Held,
  moment: Moment,
  kind: KindName,
  body: Cbor,
  change: (state: VaultState, digest: Uint8Array) => VaultState,
): void {
  const { plan, record } = held;
  const { vault } = ceremonies;
  const attended = record.consent?.attended ?? false;
  const header = {
    kind,
    ceremony: plan.id,
    attempt: held.view.current.attempt.id,
    author: vault.state.signing.public,
    at: moment.now,
    attended,
    rehearsal: plan.rehearsal,
  };
  const packet = writePacket(header, body, vault.state.signing.secret);
  const file = sealPacket(plan.id, record.key, packet, vault.host.random);
  const digest = fromHex(digestOf(packet)) as Uint8Array;
  vault.commit((state) => {
    const changed = change(state, digest);
    return {
      ...changed,
      said: [...changed.said, { ceremony: plan.id, digest, file: fromHex(nameOf(file)) as Uint8Array }],
      outbox: [...changed.outbox, { ceremony: plan.id, file }],
    };
  });
}

/** My next vote for a successor of this parent, with proof that all my earlier ones are dead (rule 1). */
function nextVote(ceremonies: Ceremonies, held: Held): Vote | Hold {
  const parent = scopeOf(held.plan);
  const attempt = held.view.current.attempt.id;
  const earlier = ceremonies.vault.state.votes.filter((vote) => equalBytes(vote.parent, parent));
  const prior: Vote['prior'] = [];
  for (const vote of earlier) {
    if (equalBytes(vote.attempt, attempt)) continue;
    const other = ceremonies.get(toHex(vote.ceremony));
    const death = other.view.attempts.find((view) => equalBytes(view.attempt.id, vote.attempt))?.death ?? null;
    if (death === null) {
      return {
        code: 'VOTE_TAKEN',
        message: `this machine endorsed ceremony ${toHex(vote.ceremony).slice(0, 16)} over the same epoch, and that is not over`,
        hint: 'finish that one, or have a receiver refuse it with conclave next --refuse',
      };
    }
    const proposal = other.view.packets.find((packet) => packet.kind === 'proposal');
    prior.push({
      ceremony: vote.ceremony,
      attempt: vote.attempt,
      evidence: [proposal?.bytes ?? new Uint8Array(), ...death.evidence.map((packet) => packet.bytes)],
    });
  }
  return { parent, slot: earlier.length, prior };
}

function voted(state: VaultState, plan: Plan, attempt: Uint8Array, vote: Vote): VaultState {
  return {
    ...state,
    votes: [...state.votes, { parent: vote.parent, slot: vote.slot, ceremony: plan.id, attempt }],
  };
}

function deal(ceremonies: Ceremonies, held: Held, moment: Moment): Stop | null {
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
  say(ceremonies, held, moment, 'deal', asCbor(body), (state) => (vote === null ? state : voted(state, plan, attempt.id, vote)));
  return null;
}

/** The approvals that a deal relies on: all that are here, since they are enough (the duty says so). */
function neededApprovals({ plan, view }: Held): string[] {
  const named = [...view.approvals.values()];
  return approvable(plan, (identity) => view.approvals.has(identity)) ? named.map(({ digest }) => digest) : [];
}

function endorse(ceremonies: Ceremonies, held: Held, moment: Moment): Stop | null {
  const vote = nextVote(ceremonies, held);
  if ('code' in vote) return { holds: [vote] };
  const { attempt } = held.view.current;
  say(ceremonies, held, moment, 'endorsement', asCbor({ vote }), (state) => voted(state, held.plan, attempt.id, vote));
  return null;
}

function accept(ceremonies: Ceremonies, held: Held, moment: Moment): Stop | null {
  const { plan } = held;
  const { vault } = ceremonies;
  const { attempt, transcript } = held.view.current;
  const receiver = plan.receivers.find(({ identity }) => identity === myIdentity(vault.state));
  const prekey = receiver && vault.state.prekeys.find((own) => equalBytes(own.public, receiver.prekey));
  if (transcript === null || receiver === undefined || prekey === undefined) return {};
  const index = receiver.newIndex;
  const opened = receive(plan, attempt, transcript, index, prekey.secret);
  if (opened.blame !== null) {
    return { blame: opened.blame.map((bad) => ({ member: bad.dealer.participant.name, packet: bad.packet.digest })) };
  }
  const { file, wrappingKey, readBack } = vault.storeShare(opened.share);
  if (!shareFits(plan, transcript, index, readBack)) {
    throw new Problem('VAULT_FAILING', 'the new share was stored, but reads back as something else', 'check the disk of this machine');
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
    const fresh = renewed.state.prekeys.filter((own) => !state.prekeys.some((known) => equalBytes(known.public, own.public)));
    return {
      ...withSlot(state, plan, transcript.descriptor.keysetId, slot),
      card: renewed.state.card,
      prekeys: [...state.prekeys.filter((own) => !equalBytes(own.public, receiver.prekey)), ...fresh],
      nonces: [...state.nonces, { attempt: attempt.id, turn: 0, acceptance: digest, secrets: drawn.nonces }],
      log: [...state.log, { at: moment.now, keyset: transcript.descriptor.keysetId, epoch: plan.epoch.to, event: 'share stored, pending' }],
    };
  });
  return null;
}

function withSlot(state: VaultState, plan: Plan, id: Uint8Array, slot: KeysetRecord['slots'][number]): VaultState {
  const known = state.keysets.find((keyset) => equalBytes(keyset.id, id));
  if (known !== undefined) {
    const changed = { ...known, slots: [...known.slots, slot] };
    return { ...state, keysets: state.keysets.map((keyset) => (keyset === known ? changed : keyset)) };
  }
  const links = plan.parent === null ? [] : [linkOf(plan.parent)];
  const fresh: KeysetRecord = { id, name: freeName(state, plan.keyset), links, slots: [slot], copies: [] };
  return { ...state, keysets: [...state.keysets, fresh] };
}

function linkOf({ descriptor, transcript, signatures, proven }: NonNullable<Plan['parent']>): KeysetRecord['links'][number] {
  return { descriptor, transcript, signatures: [...signatures], epoch: proven.epoch };
}

/** Names of keysets are local: one that is taken gets a number. */
export function freeName(state: VaultState, wanted: string): string {
  const taken = (name: string) => state.keysets.some((keyset) => keyset.name.toLowerCase() === name.toLowerCase());
  if (!taken(wanted)) return wanted;
  for (let number = 2; ; number++) if (!taken(`${wanted.slice(0, 28)}-${number}`)) return `${wanted.slice(0, 28)}-${number}`;
}

function activate(ceremonies: Ceremonies, held: Held, moment: Moment): Stop | null {
  const { plan } = held;
  const { vault } = ceremonies;
  const { attempt, turn } = held.view.current;
  const mine = vault.state.keysets.flatMap(({ slots }) => slots).find((slot) => equalBytes(slot.attempt, attempt.id));
  const nonces = vault.state.nonces.find((kept) => equalBytes(kept.attempt, attempt.id) && kept.turn === 0);
  const listed = turn?.certificate.acceptances.find(({ index }) => index === mine?.index);
  if (turn === null || mine === undefined || nonces === undefined || toHex(nonces.acceptance) !== listed?.packet.digest) {
    return { holds: [{ code: 'SHARE_MISSING', message: 'the certificate holds an acceptance that this vault does not stand behind' }] };
  }
  const secrets = nonces.secrets.map((secret) => new Uint8Array(secret)); // signing wipes what it is given
  const body = draftActivation(turn, mine.index, vault.readShare(mine), secrets);
  // one step: pending becomes active, active becomes retired, the nonces are gone, the signature is said
  say(ceremonies, held, moment, 'activation', asCbor(body), (state) => ({
    ...state,
    keysets: state.keysets.map((keyset) => ({
      ...keyset,
      slots: keyset.slots.some((slot) => equalBytes(slot.file, mine.file))
        ? keyset.slots.map((slot) => {
            if (equalBytes(slot.file, mine.file)) return { ...slot, state: 'active' as const, signed: true };
            return slot.state === 'active' ? { ...slot, state: 'retired' as const } : slot;
          })
        : keyset.slots,
    })),
    nonces: state.nonces.filter((kept) => kept !== nonces),
    log: [
      ...state.log,
      { at: moment.now, keyset: turn.certificate.transcript.descriptor.keysetId, epoch: plan.epoch.to, event: 'share active' },
    ],
  }));
  return null;
}

function close(ceremonies: Ceremonies, held: Held, moment: Moment): Stop | null {
  const { plan } = held;
  const { proof } = held.view.current;
  const { state } = ceremonies.vault;
  if (proof === null) return {};
  const me = plan.byIdentity.get(myIdentity(state));
  const descriptor = proof.link.proven;
  const keyset = state.keysets.find((record) => equalBytes(record.id, descriptor.keysetId));
  const old = oldShare(held, state, keyset, moment);
  if ('code' in old) return { holds: [old] };
  const copies = keyset?.copies ?? [];
  const recorded = copies.filter((copy) => copy.epoch === plan.epoch.to && !copy.invalid);
  if (plan.backup === 'required' && me?.newIndex != null && recorded.length < Math.max(1, plan.copies)) {
    return {
      holds: [
        {
          code: 'BACKUP_REQUIRED',
          message: `the plan wants ${Math.max(1, plan.copies)} recorded backup(s) of the new share before the old one goes`,
          hint: `make it, then conclave backup register ${keyset?.name ?? plan.keyset} --external --label "where it is"`,
        },
      ],
    };
  }
  const invalid = copies.filter((copy) => copy.epoch < plan.epoch.to && !copy.invalid);
  const body: ClosingBody = {
    transcript: proof.link.transcript,
    turn: proof.turn.hash,
    oldShare: old,
    invalid: invalid.map(asCopy),
    recorded: recorded.map(asCopy),
  };
  say(ceremonies, held, moment, 'closing', asCbor(body), (before) => {
    const id = descriptor.keysetId;
    const gone: number[] = [];
    const keysets = before.keysets.map((record) => {
      if (!equalBytes(record.id, id)) return record;
      const slots = record.slots.filter((slot) => {
        const drop = goes(slot, plan, old.state === 'wrapping-key-deleted');
        if (drop) gone.push(slot.epoch);
        return !drop;
      });
      const links = record.links.some(({ epoch }) => epoch === descriptor.epoch)
        ? record.links
        : [...record.links, linkOf(proof.link)];
      const marked = record.copies.map((copy) => (invalid.includes(copy) ? { ...copy, invalid: true } : copy));
      return { ...record, links, slots, copies: marked };
    });
    const log = gone.map((epoch) => ({ at: moment.now, keyset: id, epoch, event: 'wrapping key deleted from this medium' }));
    return { ...before, keysets, log: [...before.log, ...log] };
  });
  return null;
}

/**
 * Rule 7. What goes with a closing: the share of the parent and of the epochs before it, and shares of other attempts
 * over this parent that were accepted but never signed for. One that I signed for is never destroyed by the program.
 */
function goes(slot: KeysetRecord['slots'][number], plan: Plan, oldGoes: boolean): boolean {
  if (equalBytes(slot.attempt, plan.id)) return false;
  if (slot.epoch < plan.epoch.to) return oldGoes;
  return slot.epoch === plan.epoch.to && !slot.signed;
}

function oldShare(held: Held, state: VaultState, keyset: KeysetRecord | undefined, moment: Moment): ClosingBody['oldShare'] | Hold {
  const { plan } = held;
  const me = plan.byIdentity.get(myIdentity(state));
  if (plan.parent === null || me?.oldIndex == null) return { state: 'none', why: 'joiner' };
  if (!keyset?.slots.some((slot) => slot.epoch < plan.epoch.to)) return { state: 'none', why: 'already-gone' };
  if (!enoughSigners(plan, held.view.current)) return { state: 'kept', why: 'no-backups' };
  const wanted = `${keysetOf(state, plan)?.name ?? plan.keyset}@${plan.parent.proven.epoch}`;
  if (plan.destroy === 'ask' && moment.confirmDestroy !== wanted) {
    return {
      code: 'DESTROY_NOT_CONFIRMED',
      message: `the new committee is proven; the plan asks before the old share ${wanted} is destroyed`,
      hint: `run conclave next again and type ${wanted}, or give --confirm-destroy ${wanted}`,
    };
  }
  return { state: 'wrapping-key-deleted', why: 'proven' };
}

/**
 * The proof of life has to show that one new member may still be lost. Where all must sign, that would take a backup
 * of every new member, and nobody can record one before closing: the old share stays, and the closing says so.
 */
function enoughSigners(plan: Plan, { proof }: AttemptView): boolean {
  const members = plan.receivers.length;
  return proof !== null && plan.threshold < members && proof.activations.length >= Math.min(members, plan.threshold + 1);
}

function asCopy({ id, label, kind, epoch }: KeysetRecord['copies'][number]): Copy {
  return { id, label, kind, epoch };
}

/** Bodies are plain data of the protocol's CBOR; their schemas say so. */
function asCbor(body: object): Cbor {
  return body as Cbor;
}
