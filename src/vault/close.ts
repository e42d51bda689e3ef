import { equalBytes } from '../bytes/hex.ts';
import type { AttemptView } from '../ceremony/attempt-view.ts';
import { shareFits } from '../ceremony/packets/acceptance.ts';
import type { ClosingBody } from '../ceremony/packets/closing.ts';
import type { Plan } from '../ceremony/plan.ts';
import { lostPlaceOf } from '../ceremony/recovery.ts';
import { Problem } from '../problem.ts';
import { linkOf, type Stop } from './acts.ts';
import type { Ceremonies, Held } from './ceremonies.ts';
import { asCopy, backupsOf } from './copies.ts';
import { myIdentity } from './identity.ts';
import { asCbor, type Moment, say } from './say.ts';
import { type Hold, isRecordOf, keysetOf, recordFor } from './standing.ts';
import type { KeysetRecord, VaultState } from './state.ts';

export function close(ceremonies: Ceremonies, held: Held, moment: Moment): Stop | null {
  const { plan } = held;
  const { proof } = held.view.current;
  const { state } = ceremonies.vault;
  // rule 7, row 1: nothing is destroyed before the proof of life
  if (proof === null) return {};
  const me = plan.byIdentity.get(myIdentity(state));
  const descriptor = proof.link.proven;
  const keyset = recordFor(state, descriptor);
  // rule 7: nothing goes before the new share is read back
  if (me?.newIndex != null && !newShareStands(ceremonies, held, keyset)) {
    return {
      holds: [
        {
          code: 'VAULT_DAMAGED',
          message: 'the new share cannot be read any more, so the old one stays and nothing is closed',
          hint: 'copy the vault away as it is, and check the disk of this machine',
        },
      ],
    };
  }
  if (held.view.current.releases.get(myIdentity(state))?.body.salvage === true) {
    return {
      holds: [
        {
          code: 'SALVAGED',
          message: 'this machine gave this attempt up with a typed override, and it is proven all the same',
          hint: 'nothing is destroyed here; agree with the other members which committee goes on, and plan the next ceremony from that one',
        },
      ],
    };
  }
  // those who gave it up went back to their old shares, and may need the one that is here to be enough
  const { death } = held.view.current;
  if (death?.why === 'released') {
    return {
      holds: [
        {
          code: 'SALVAGED',
          message: `the new committee is proven, but ${death.by.join(', ')} gave this attempt up, which are enough to end it`,
          hint: 'nothing is destroyed here; agree with the other members which committee goes on, and plan the next ceremony from that one',
        },
      ],
    };
  }
  const copies = keyset?.copies ?? [];
  const recorded = copies.filter(
    (copy) => copy.epoch === plan.epoch.to && !copy.invalid && copy.destroyed === null && copy.unfinished === null,
  );
  const backups = keyset === undefined ? [] : backupsOf(keyset, plan.epoch.to);
  if (plan.backup === 'required' && me?.newIndex != null && backups.length < Math.max(1, plan.copies)) {
    return {
      holds: [
        {
          code: 'BACKUP_REQUIRED',
          message: `the plan wants ${Math.max(1, plan.copies)} recorded backup(s) of the new share before the old one goes`,
          hint: `conclave next --backup-to DIR (or --backup-paper F.pdf) makes it in this visit; one that was made elsewhere: conclave backup register ${keyset?.name ?? plan.keyset} --external --label "where it is"`,
        },
      ],
    };
  }
  // asked last: nobody is to type which share goes and then be sent away to make a backup
  const old = oldShare(held, state, keyset, moment, backups.length > 0);
  if ('code' in old) return { holds: [old] };
  // what was destroyed before it was declared worthless, or since, is said as well; each once
  const invalid = copies.filter(
    (copy) => copy.epoch < plan.epoch.to && (!copy.invalid || (copy.destroyed !== null && !copy.attested)),
  );
  if (old.state === 'wrapping-key-deleted' && !enoughSigners(plan, held.view.current))
    recordDeviation(ceremonies, held, moment);
  const { attempt } = held.view.current;
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
      if (!isRecordOf(record, descriptor)) return record;
      const slots = record.slots.filter((slot) => {
        const drop = goes(slot, record, plan, attempt.id, old.state === 'wrapping-key-deleted');
        if (drop) gone.push(slot.epoch);
        return !drop;
      });
      const links = record.links.some(({ epoch }) => epoch === descriptor.epoch)
        ? record.links
        : [...record.links, linkOf(proof.link)];
      const marked = record.copies.map((copy) =>
        invalid.includes(copy) ? { ...copy, invalid: true, attested: copy.destroyed !== null } : copy,
      );
      const apart = record.apart.filter(({ epoch }) => epoch >= plan.epoch.to);
      gone.push(...record.apart.flatMap(({ epoch }) => (epoch < plan.epoch.to ? [epoch] : [])));
      // who leaves never activates: an old share that stays there is retired with this
      const retired = slots.map((slot) => {
        // a turn may be complete without me: then my share becomes the active one now
        if (equalBytes(slot.attempt, attempt.id)) return { ...slot, state: 'active' as const };
        // also one that I signed for in an attempt that came to nothing: one share is active
        return slot.state === 'active' && slot.epoch <= plan.epoch.to ? { ...slot, state: 'retired' as const } : slot;
      });
      return { ...record, links, slots: retired, copies: marked, apart };
    });
    const log = gone.map((epoch) => ({
      at: moment.now,
      keyset: id,
      epoch,
      event: 'wrapping key deleted from this medium',
    }));
    // nonces of shares that are gone would sign nothing any more
    const kept = keysets.flatMap(({ slots }) => slots);
    const nonces = before.nonces.filter(
      (nonce) => kept.some((slot) => equalBytes(slot.attempt, nonce.attempt)) && !isOfProof(nonce, held.view.current),
    );
    return { ...before, keysets, nonces, log: [...before.log, ...log] };
  });
  return null;
}

/** Nonces of a turn of this attempt, which is proven: nothing is signed with them any more. */
function isOfProof({ attempt, turn }: VaultState['nonces'][number], view: AttemptView): boolean {
  if (!equalBytes(attempt, view.attempt.id)) return false;
  return turn === 0 || view.reproves.some(({ id }) => equalBytes(id, turn));
}

/** Asked of the disk, not of the state: no old share goes while the new one cannot be read back. */
function newShareStands({ vault }: Ceremonies, { plan, view }: Held, keyset: KeysetRecord | undefined): boolean {
  const { attempt, proof } = view.current;
  const slot = keyset?.slots.find((one) => equalBytes(one.attempt, attempt.id));
  if (slot === undefined || proof === null) return false;
  try {
    return shareFits(plan, proof.turn.certificate.transcript, slot.index, vault.readShare(slot));
  } catch (error) {
    if (error instanceof Problem) return false;
    throw error;
  }
}

/**
 * Rule 7. What goes with a closing: the shares of the committees that came before, one after the other, and shares of
 * other attempts that were accepted but never signed for. One that I signed for, of an attempt that did not become the
 * committee, is never destroyed by the program: others may stand on it.
 */
function goes(
  slot: KeysetRecord['slots'][number],
  { links }: KeysetRecord,
  plan: Plan,
  attempt: Uint8Array,
  oldGoes: boolean,
): boolean {
  if (equalBytes(slot.attempt, attempt) || slot.epoch > plan.epoch.to) return false;
  // rule 7, row 2: what I signed for is not destroyed by the program
  if (!slot.signed) return slot.epoch === plan.epoch.to || oldGoes;
  return oldGoes && slot.epoch < plan.epoch.to && precedes(slot, links, plan);
}

/** Whether a share is of a committee that this one came from. */
export function precedes(
  { descriptor }: KeysetRecord['slots'][number],
  links: KeysetRecord['links'],
  { parent }: Plan,
): boolean {
  const committees = [...links, ...(parent === null ? [] : [parent])];
  return committees.some((link) => equalBytes(link.descriptor, descriptor));
}

function oldShare(
  held: Held,
  state: VaultState,
  keyset: KeysetRecord | undefined,
  moment: Moment,
  backedUp: boolean,
): ClosingBody['oldShare'] | Hold {
  const { plan } = held;
  const me = plan.byIdentity.get(myIdentity(state));
  if (plan.parent === null) return { state: 'none', why: 'joiner' };
  // also of epochs before the parent, where all had to sign: who left then may join again now
  const { id } = held.view.current.attempt;
  const left = keyset?.slots.some((slot) => slot.epoch < plan.epoch.to && goes(slot, keyset, plan, id, true));
  if (left !== true) {
    if (me !== undefined && lostPlaceOf(plan, me) !== null) return { state: 'none', why: 'lost' };
    return { state: 'none', why: me?.oldIndex == null ? 'joiner' : 'already-gone' };
  }
  // where all must sign, that would take a backup of every new member, and nobody can record one before closing
  // rule 7: the old share stays unless the proof shows that one new member may be lost
  if (plan.threshold === plan.receivers.length) return { state: 'kept', why: 'no-backups' };
  // rule 7: a turn of no more than the threshold shows that none may be lost
  if (!enoughSigners(plan, held.view.current) && !backedUp) return { state: 'kept', why: 'few-signers' };
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

/** Whether the proof of life shows that one new member more may still be lost. */
function enoughSigners({ receivers, threshold }: Plan, { proof }: AttemptView): boolean {
  return proof !== null && proof.signed.length >= Math.min(receivers.length, threshold + 1);
}

/** Rule 7: on a turn of no more signers than the threshold the old share goes for an own backup, and on the record. */
function recordDeviation(ceremonies: Ceremonies, held: Held, moment: Moment): void {
  const { notes, current } = held.view;
  const signers = current.proof?.signed.length ?? 0;
  const text = `the old share goes although only ${signers} new members signed the proof of life; this member has a backup of the new one`;
  const mine = notes.filter(({ identity }) => identity === myIdentity(ceremonies.vault.state));
  if (mine.some(({ body }) => body.text === text)) return; // said before the power went
  const number = 1 + Math.max(-1, ...mine.map(({ body }) => body.number));
  say(ceremonies, held, moment, 'note', asCbor({ kind: 'deviation', text, number }), (state) => state);
}
