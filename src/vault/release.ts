import { equalBytes, fromHex, toHex } from '../bytes/hex.ts';
import type { AttemptView } from '../ceremony/attempt-view.ts';
import { isPart, isSameTurn, type Part } from '../ceremony/death.ts';
import type { View } from '../ceremony/evaluate.ts';
import type { ReleaseBody } from '../ceremony/packets/release.ts';
import { Problem } from '../problem.ts';
import type { Ceremonies, Held } from './ceremonies.ts';
import { myIdentity } from './identity.ts';
import { asCbor, type Moment, say } from './say.ts';
import { isRecordOf, oldCopy, parentSlot, slotOfAttempt } from './standing.ts';
import type { VaultState } from './state.ts';

/** What an operator types to give an attempt up although a turn that this machine signed may still complete. */
export function salvageSentence({ plan }: Held): string {
  return `give up ceremony ${plan.ceremony.slice(0, 16)} although it may still complete`;
}

/**
 * Rules 4 and 5. Nothing is destroyed: the share that was accepted stays, the old one is the active
 * one again, and the nonces go, so that no turn of this attempt is ever signed here.
 */
export function release(ceremonies: Ceremonies, at: Held, moment: Moment, salvage: boolean, reason: string): void {
  const { state } = ceremonies.vault;
  const identity = myIdentity(state);
  const held = { ...at, view: { ...at.view, current: toGiveUp(state, at.view, identity) } };
  const { plan, view } = held;
  const { attempt, proof, releases } = view.current;
  const refuse = (message: string, hint: string): never => {
    throw new Problem('RELEASE_REFUSED', message, hint);
  };
  const [old] = oldCopy(state, plan);
  if (old !== undefined) throw new Problem(old.code, old.message, old.hint);
  if (slotOfAttempt(state, attempt) === undefined)
    refuse('this machine has not accepted this attempt', 'say no with conclave next --refuse --reason T');
  if (releases.has(identity))
    refuse('this machine has given this attempt up already', 'conclave status shows what is next');
  if (proof !== null && !salvage)
    refuse('the new committee is proven: there is nothing to give up', 'finish with conclave next');
  // rule 5: a proven committee is given up for the old shares, and this machine has closed on its own
  if (proof !== null && plan.byIdentity.get(identity)?.oldIndex != null && parentSlot(state, plan) === undefined)
    refuse(
      'the new committee is proven, and the old share is not here any more: this machine has nothing to go back to',
      'whoever still has the old share can give the attempt up with --salvage; this machine keeps the new one',
    );
  const body: ReleaseBody = { signed: signedBy(ceremonies, held, salvage), salvage, reason };
  say(ceremonies, held, moment, 'release', asCbor(body), (before) => backToOld(before, held));
}

/**
 * The attempt that is worked on, if this machine has accepted it. It may have gone on without this machine, whose new
 * share is then that of an attempt before, and stays the active one until that is given up here as well.
 */
function toGiveUp(state: VaultState, { attempts, current }: View, identity: string): AttemptView {
  if (current.proof !== null || slotOfAttempt(state, current.attempt) !== undefined) return current;
  const accepted = attempts.filter(
    ({ attempt, releases }) => slotOfAttempt(state, attempt) !== undefined && !releases.has(identity),
  );
  return accepted.at(-1) ?? current;
}

/** Every signature of mine in this attempt, each with the release that keeps its turn from ever being complete. */
function signedBy(ceremonies: Ceremonies, { plan, view }: Held, salvage: boolean): ReleaseBody['signed'] {
  const { attempt } = view.current;
  const { state } = ceremonies.vault;
  const identity = myIdentity(state);
  // the slot of turn 0 says its attempt; of a later turn only the packet itself does
  const isTurn = (slot: string): boolean => slot.startsWith(`turn ${toHex(attempt.id)} `) || slot.startsWith('sign ');
  const journal = state.said.filter(({ slot, ceremony }) => isTurn(slot) && equalBytes(ceremony, plan.id));
  return journal.flatMap(({ digest }) => {
    const own = view.packets.find((packet) => packet.digest === toHex(digest));
    if (own === undefined || !isPart(own)) {
      throw new Problem(
        'VAULT_DAMAGED',
        'this machine signed, but its own packet is missing from the vault',
        'bring any stick that holds the packets of this ceremony',
      );
    }
    if (!equalBytes(own.attempt, attempt.id)) return [];
    const blocked = salvage ? null : blocking(view, identity, own);
    if (blocked === null && !salvage) {
      throw new Problem(
        'RELEASE_REFUSED',
        'this machine has signed, and what it signed may still complete: nobody who has not signed has released yet',
        `first a member that has not signed runs conclave release; if that member is gone for ever, --salvage --override "${salvageSentence({ plan } as Held)}"`,
      );
    }
    return [{ packet: digest, blocked }];
  });
}

/** A release of another signer of that turn that does not list it. */
function blocking({ packets, current }: View, identity: string, own: Part): Uint8Array | null {
  const called = current.reproves.find(({ signatures }) => signatures.get(identity)?.packet.digest === own.digest);
  const signs = (who: string): boolean =>
    own.kind === 'activation' || called?.signers.some((signer) => signer.identity === who) === true;
  const isSame = (digest: Uint8Array): boolean =>
    isSameTurn(
      packets.find((packet) => packet.digest === toHex(digest)),
      own,
    );
  const found = [...current.releases.values()].find(
    (packet) =>
      packet.identity !== identity && signs(packet.identity) && !packet.body.signed.some((one) => isSame(one.packet)),
  );
  return found === undefined ? null : (fromHex(found.digest) as Uint8Array);
}

function backToOld(state: VaultState, { plan, view }: Held): VaultState {
  const { attempt } = view.current;
  const parent = parentSlot(state, plan);
  return {
    ...state,
    keysets: state.keysets.map((record) => {
      const mine = record.slots.some((slot) => equalBytes(slot.attempt, attempt.id));
      const its = parent !== undefined && plan.parent !== null && isRecordOf(record, plan.parent.proven);
      if (!mine && !its) return record;
      return {
        ...record,
        slots: record.slots.map((slot) => {
          if (equalBytes(slot.attempt, attempt.id)) return slot.signed ? { ...slot, state: 'retired' as const } : slot;
          if (its && equalBytes(slot.file, parent.file)) return { ...slot, state: 'active' as const };
          // also one that I signed for in an attempt before this one: one share is active
          return its && slot.state === 'active' ? { ...slot, state: 'retired' as const } : slot;
        }),
      };
    }),
    nonces: state.nonces.filter((kept) => !equalBytes(kept.attempt, attempt.id)),
  };
}
