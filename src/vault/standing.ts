import { equalBytes, fromHex, toHex } from '../bytes/hex.ts';
import { taggedHash, text } from '../bytes/tagged-hash.ts';
import { type Attempt, firstAttempt } from '../ceremony/attempt.ts';
import { type Descriptor, readDescriptor } from '../ceremony/descriptor.ts';
import { type Duty, isAsked } from '../ceremony/duties.ts';
import type { View } from '../ceremony/evaluate.ts';
import type { Contradiction } from '../ceremony/faults.ts';
import type { Plan } from '../ceremony/plan.ts';
import { keyFits } from '../crypto/known-key.ts';
import type { ProblemCode } from '../problem.ts';
import { type Ceremonies, type Held, scopeOf } from './ceremonies.ts';
import { myIdentity } from './identity.ts';
import { isReadable } from './lost-share.ts';
import type { KeysetRecord, Slot, VaultState } from './state.ts';
import type { Vault } from './vault.ts';

/** A reason why this machine does not go on by itself, and what the operator can do about it. */
export interface Hold {
  readonly code: ProblemCode;
  readonly message: string;
  readonly hint?: string;
}

export function keysetOf(state: VaultState, plan: Plan): KeysetRecord | undefined {
  return plan.parent === null ? undefined : recordFor(state, plan.parent.proven);
}

/**
 * What this vault holds of the keyset of a descriptor. After epoch 0 a descriptor only claims the id of its keyset; its
 * keys signed it, so two records are one keyset only where id and keys are the same. A stranger who claims the id of
 * mine gets a record of its own, and nothing that happens there touches a share of mine.
 */
export function recordFor(state: VaultState, descriptor: Descriptor): KeysetRecord | undefined {
  return state.keysets.find((record) => isRecordOf(record, descriptor));
}

export function isRecordOf({ id, keys }: KeysetRecord, descriptor: Descriptor): boolean {
  return equalBytes(id, descriptor.keysetId) && equalBytes(keys, descriptor.keysHash);
}

/** The share that I accepted in this attempt. */
export function slotOfAttempt({ keysets }: VaultState, { id }: Attempt): Slot | undefined {
  return keysets.flatMap(({ slots }) => slots).find((slot) => equalBytes(slot.attempt, id));
}

/** My share of the committee that hands over, if I have it. */
export function parentSlot(state: VaultState, plan: Plan): Slot | undefined {
  const parent = plan.parent?.proven;
  if (parent === undefined) return undefined;
  return keysetOf(state, plan)?.slots.find(
    (slot) => equalBytes(slot.descriptor, parent.encoded) && slot.state !== 'pending',
  );
}

/**
 * What only this machine can see of a plan: whether it builds on what this vault knows of the keyset (rows 6, 7, 11),
 * and whether the prekey that it names is still mine to use (row 23). Asked before consent and before every act.
 */
export function planHolds(state: VaultState, plan: Plan, attempt: Attempt = firstAttempt(plan)): Hold[] {
  const holds: Hold[] = [];
  const me = plan.byIdentity.get(myIdentity(state));
  if (me === undefined) return [{ code: 'PLAN_WITHOUT_ME', message: 'the plan does not name this machine' }];
  const parent = plan.parent?.proven;
  const keyset = keysetOf(state, plan);
  if (parent !== undefined) {
    const latest = latestEpoch(keyset);
    // rows 11 and 21: epochs only grow
    if (parent.epoch < latest) {
      holds.push({
        code: 'PLAN_STALE',
        message: `the plan starts from epoch ${parent.epoch}, but ${keyset?.name ?? plan.keyset} is at epoch ${latest} already`,
        hint: 'ask the proposer to bring its machine up to date and propose again',
      });
    }
    if (lacksShare(state, plan)) {
      holds.push({
        code: 'SHARE_MISSING',
        message: `the plan names this machine as old member ${me.oldIndex}, but the share of epoch ${parent.epoch} is not in this vault`,
        hint: `finish the ceremony before this one; if the share is gone, ask for conclave propose recover --lost ${me.name}`,
      });
    }
    // row 6: a committee that this machine knows is no other one
    if (keyset !== undefined && !isKnown(keyset, parent)) {
      holds.push({
        code: 'PIN_MISMATCH',
        message: `the plan calls itself a successor of ${keyset.name}, but starts from another committee than this vault knows of that epoch`,
        hint: 'do not go on; show the plan to the other members',
      });
    }
    if (keyset === undefined && state.pins.length > 0) {
      const pinned = parent.keys.some((key) => state.pins.some((pin) => keyFits(pin, key)));
      // row 6: who joins knows a key from elsewhere
      if (!pinned) {
        holds.push({
          code: 'PIN_MISMATCH',
          message: 'none of the keys of this plan is one that was pinned on this machine',
          hint: 'compare the public key or address with the proposer over another channel; do not go on before it fits (conclave keyset list shows the pins)',
        });
      }
    }
  }
  const receiver = plan.receivers.find(({ identity }) => identity === me.identity);
  if (receiver !== undefined && !hasAnswered(state, plan, attempt)) {
    const named = attempt.prekeys[receiver.newIndex - 1] as Uint8Array;
    const prekey = state.prekeys.find((own) => equalBytes(own.public, named));
    // row 23: one prekey, one attempt
    if (prekey === undefined || (prekey.attempt !== null && !equalBytes(prekey.attempt, attempt.id))) {
      holds.push({
        code: 'PREKEY_TAKEN',
        message: 'the plan was made with an old card of this machine: the one-time key that it names is used up',
        hint: `give the proposer a new card (conclave card --renew) and ask for ${attempt.number === 0 ? 'a new plan' : 'another amendment'}`,
      });
    }
  }
  return holds;
}

/** Whether the plan counts on a share of this machine that is not in this vault. */
function lacksShare(state: VaultState, plan: Plan): boolean {
  const me = plan.byIdentity.get(myIdentity(state));
  return me !== undefined && me.oldIndex !== null && isAsked(plan, me) && parentSlot(state, plan) === undefined;
}

/**
 * A plan that declares a share lost which can be read here is a mistake, or the way in which somebody gets below a
 * majority that is there: its own member is the one who can see that. From the acceptance on it is too late to ask.
 */
export function notLost(vault: Pick<Vault, 'state' | 'readShare'>, plan: Plan, attempt: Attempt): Hold[] {
  const { state } = vault;
  const mine = fromHex(myIdentity(state)) as Uint8Array;
  const place = (plan.parent?.proven.members ?? []).findIndex(({ identity }) => equalBytes(identity, mine));
  const slot =
    place < 0 || plan.holders[place] !== null || hasAccepted(state, attempt.id) ? undefined : parentSlot(state, plan);
  if (slot === undefined || plan.parent === null || isOldCopy(state, plan) || !isReadable(vault, slot)) return [];
  return [
    {
      code: 'SHARE_NOT_LOST',
      message: `the plan declares the share of this machine lost (epoch ${plan.parent.proven.epoch}), but the share is here and can be read`,
      hint: 'tell the proposer; conclave next --refuse --reason T ends this plan, and a reshare or a refresh needs nobody to be lost',
    },
  ];
}

/** What stands against consenting to a plan on this machine. What an old copy forgot, it may have agreed to already. */
export function consentHolds(ceremonies: Ceremonies, plan: Plan): Hold[] {
  return [...oldCopy(ceremonies.vault.state, plan), ...actHolds(ceremonies, plan, firstAttempt(plan))];
}

function actHolds({ vault }: Ceremonies, plan: Plan, attempt: Attempt): Hold[] {
  return [...planHolds(vault.state, plan, attempt), ...notLost(vault, plan, attempt)];
}

/** Whether a committee is the one that this vault knows of that epoch, if it knows one (row 6). */
function isKnown({ links }: KeysetRecord, parent: Descriptor): boolean {
  const known = links.find(({ epoch }) => epoch === parent.epoch);
  return known === undefined || equalBytes(known.descriptor, parent.encoded);
}

/** The newest epoch that this vault has seen proven; epochs only grow (row 11). */
export function latestEpoch(keyset: KeysetRecord | undefined): number {
  return Math.max(-1, ...(keyset?.links ?? []).map(({ epoch }) => epoch));
}

export function hasAccepted(state: VaultState, attempt: Uint8Array): boolean {
  return state.keysets.some(({ slots }) => slots.some((slot) => equalBytes(slot.attempt, attempt)));
}

/** Accepted, refused or complained: the journal knows, also where my own packet was lost from the folder. */
export function hasAnswered(state: VaultState, plan: Plan, { id }: Attempt): boolean {
  const slot = `receive ${toHex(id)}`;
  return state.said.some((said) => said.slot === slot && equalBytes(said.ceremony, plan.id));
}

/** Gave up after accepting. Nothing of that attempt is signed here any more, whatever the folder still holds. */
export function hasReleased(state: VaultState, plan: Plan, { id }: Attempt): boolean {
  const slot = `release ${toHex(id)}`;
  return state.said.some((said) => said.slot === slot && equalBytes(said.ceremony, plan.id));
}

/**
 * What an operator decides about: an author and a kind of slot, for one parent. A liar who is known has as many slots as
 * it likes, and must not stop this machine anew with each; of what nobody is named for it is the packets.
 */
export function contradictionId(scope: Uint8Array, { identity, slot, packets }: Contradiction): Uint8Array {
  const whose = identity === '' ? packets : [identity];
  return taggedHash('contradiction', scope, text(slot.split(' ')[0] ?? ''), ...whose.map((one) => text(one)));
}

/** What an operator types to go on although somebody contradicted themselves. */
export function overrideSentence(contradiction: Contradiction): string {
  return `go on although ${contradiction.member} contradicted themselves`;
}

export interface Alarm {
  readonly contradiction: Contradiction;
  readonly overridden: boolean;
}

/** Grave contradictions that concern the parent of this ceremony, here or across ceremonies. */
export function alarmsFor(ceremonies: Ceremonies, held: Held): Alarm[] {
  const scope = scopeOf(held.plan);
  const parent = toHex(scope);
  const related = ceremonies.all().filter(({ plan }) => equalBytes(scopeOf(plan), scope));
  const found = [
    ...related.flatMap(({ view }) => view.contradictions.filter(({ grave }) => grave)),
    ...ceremonies.across().filter((contradiction) => contradiction.parent === parent),
  ];
  const { overrides } = ceremonies.vault.state;
  return found.map((contradiction) => ({
    contradiction,
    overridden: overrides.some(({ about }) => equalBytes(about, contradictionId(scope, contradiction))),
  }));
}

function isOldCopy(state: VaultState, plan: Plan): boolean {
  const scope = scopeOf(plan);
  return state.rollbacks.some((rollback) => equalBytes(rollback.scope, scope));
}

/**
 * Whether this vault is an old copy as to a keyset: it said something after the newest committee that it knows to be
 * proven, or on the way to it, and does not remember. What is over does not count.
 */
export function isOldCopyOf({ rollbacks }: VaultState, record: KeysetRecord): boolean {
  const scopes = new Set(rollbacks.map(({ scope }) => toHex(scope)));
  if (scopes.size === 0) return false;
  const latest = latestEpoch(record);
  const committees = [...record.links, ...record.slots].filter(({ epoch }) => epoch >= latest);
  return (
    committees.some(({ descriptor }) => scopes.has(toHex(readDescriptor(descriptor).id))) ||
    record.slots.some(({ epoch, ceremony }) => epoch >= latest && scopes.has(toHex(ceremony)))
  );
}

/**
 * Said also where nothing is asked of this machine: what it forgot, it may have done already. Once it has seen a later
 * epoch proven, that one is over. A plan that counts on a share which the newer copy has is held for the same reason.
 */
export function oldCopy(state: VaultState, plan: Plan, view?: View): Hold[] {
  const made = plan.parent === null ? view?.current.proof?.link.proven : undefined;
  const keyset = made === undefined ? keysetOf(state, plan) : recordFor(state, made);
  const { from, to } = plan.epoch;
  if (latestEpoch(keyset) > (from ?? to)) return [];
  if (isOldCopy(state, plan)) {
    return [
      {
        code: 'VAULT_ROLLED_BACK',
        message:
          'this vault is an old copy: a packet of its own came back that it does not remember; it does nothing more for this epoch',
        hint: 'put this copy away and use the newest one, or let the others plan without this share',
      },
    ];
  }
  if (keyset === undefined || !lacksShare(state, plan) || !isOldCopyOf(state, keyset)) return [];
  return [
    {
      code: 'VAULT_ROLLED_BACK',
      message: `this vault is an old copy: it does not remember what it said for ${keyset.name} before, and the share of epoch ${from} is not in it`,
      hint: `put this copy away and use the newest one; if that is gone, ask for conclave propose recover --lost ${state.name}`,
    },
  ];
}

/**
 * Everything that keeps this machine from doing a duty, consent aside. To close, no share and no prekey is needed, and
 * the keyset may have gone on in the meantime. Being an old copy comes first: nothing that it says of the rest counts.
 */
export function holdsOf(ceremonies: Ceremonies, held: Held, duty: Duty): Hold[] {
  const { state } = ceremonies.vault;
  const holds =
    duty === 'close' || duty === 'refuse' || duty === 'amend'
      ? []
      : actHolds(ceremonies, held.plan, held.view.current.attempt);
  for (const { contradiction, overridden } of alarmsFor(ceremonies, held)) {
    // to give an attempt up signs for nothing and destroys nothing: no liar can keep a machine from that
    // rule 8: nothing is signed, endorsed or destroyed beside a contradiction
    if (overridden || duty === 'refuse') continue;
    const [first, second] = contradiction.packets.map((digest) => digest.slice(0, 16));
    holds.unshift({
      code: 'CONTRADICTION',
      message: `${contradiction.member} signed two statements of which only one can be honest (${first} and ${second}); nothing is signed, endorsed or destroyed here until that is decided`,
      hint: `look at both with conclave explain ${contradiction.member}; then conclave next --stick DIR --override "${overrideSentence(contradiction)}" lets this machine go on, here or in a plan without ${contradiction.member}`,
    });
  }
  return [...oldCopy(state, held.plan, held.view), ...holds];
}
