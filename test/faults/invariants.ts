import { equalBytes, toHex } from '../../src/bytes/hex.ts';
import { admit } from '../../src/ceremony/admission.ts';
import { readDescriptor } from '../../src/ceremony/descriptor.ts';
import { ceremonyOf, nameOf, openPacket } from '../../src/ceremony/envelope.ts';
import type { Memo } from '../../src/ceremony/evaluation.ts';
import { isKind, slotOf } from '../../src/ceremony/kinds.ts';
import type { Plan } from '../../src/ceremony/plan.ts';
import { interpolateAtZero } from '../../src/crypto/polynomial.ts';
import { suite } from '../../src/crypto/suites.ts';
import { Ceremonies } from '../../src/vault/ceremonies.ts';
import type { Slot } from '../../src/vault/state.ts';
import type { Vault } from '../../src/vault/vault.ts';

/* What must hold whatever was interrupted: safety.md section 3, (a) to (c), asked of real vaults and real files. */

/** A share as it can be read on some machine, or why it cannot. */
interface ShareSeen {
  readonly attempt: string;
  readonly descriptor: Uint8Array;
  readonly index: number;
  readonly epoch: number;
  readonly share: readonly Uint8Array[];
}

/** Every share that this vault claims to hold. Throws where one of them cannot be read: it was promised to be there. */
function sharesIn(vault: Vault): ShareSeen[] {
  return vault.state.keysets.flatMap(({ slots }) =>
    slots.map((slot: Slot) => ({
      attempt: toHex(slot.attempt),
      descriptor: slot.descriptor,
      index: slot.index,
      epoch: slot.epoch,
      share: vault.readShare(slot),
    })),
  );
}

/** (a) The epochs of which enough shares are here to make every key: each key is really put together. */
export function usableEpochs(shares: readonly ShareSeen[]): number[] {
  const byAttempt = new Map<string, ShareSeen[]>();
  for (const seen of shares) byAttempt.set(seen.attempt, [...(byAttempt.get(seen.attempt) ?? []), seen]);
  return [...byAttempt.values()].flatMap((found) => {
    const [{ descriptor, epoch }] = found as [ShareSeen];
    const { threshold, keys } = readDescriptor(descriptor);
    const distinct = [...new Map(found.map((seen) => [seen.index, seen])).values()];
    if (distinct.length < threshold) return [];
    const some = distinct.slice(0, threshold);
    const makes = keys.every(({ suite: name, publicKey }, place) => {
      const { group } = suite(name);
      const values = some.map(({ index, share }) => ({
        index,
        value: group.decodeScalar(share[place] as Uint8Array),
      }));
      return equalBytes(group.encodePoint(group.multiplyBase(interpolateAtZero(group, values))), publicKey);
    });
    return makes ? [epoch] : [];
  });
}

/**
 * One machine as it was found: whatever of its own words lies about, its journal knows (write first, speak second);
 * the prekey is there until the receiver has answered and then gone (row 23); the nonces are there from the acceptance
 * to the signature or the release, and never beside either (row 17). What is broken comes back as sentences.
 */
function unsound(vault: Vault, memo: Memo): string[] {
  const wrong: string[] = [];
  const ceremonies = new Ceremonies(vault, memo);
  const { state } = vault;
  const me = toHex(state.signing.public);
  const journal = new Set(state.said.map(({ digest }) => toHex(digest)));
  for (const { view, record } of ceremonies.all()) {
    const mine = view.packets.filter(({ identity }) => identity === me);
    for (const { kind, digest } of mine) if (!journal.has(digest)) wrong.push(`${kind} is not in the journal`);
    for (const { fault, member } of view.faults) wrong.push(`fault ${fault} of ${member}`);
    for (const { slot, member } of view.contradictions) wrong.push(`contradiction of ${member} in ${slot}`);
    const said = (kind: string): boolean => mine.some((packet) => packet.kind === kind);
    const receiver = view.plan.receivers.find(({ identity }) => identity === me);
    if (receiver === undefined || record.consent === null) continue;
    const prekey = state.prekeys.some((own) => toHex(own.public) === toHex(receiver.prekey ?? own.secret));
    const answered = state.said.some(({ slot }) => slot === `receive ${view.plan.ceremony}`);
    if (prekey === answered) wrong.push(`prekey ${prekey}, answered ${answered}`);
    const nonces = state.nonces.some(({ attempt, turn }) => turn === 0 && toHex(attempt) === view.plan.ceremony);
    if (nonces !== (said('acceptance') && !said('activation') && !said('release'))) wrong.push(`nonces ${nonces}`);
  }
  if (state.rollbacks.length > 0) wrong.push('the vault takes itself for an old copy');
  return wrong;
}

/** What a vault keeps, without what is drawn at random: two vaults that went the same way have the same. */
export function kept(vault: Vault): string {
  const { keysets, ceremonies, votes, nonces, said, rollbacks, overrides, log, prekeys, roster, pins, card } =
    vault.state;
  return JSON.stringify({
    keysets: keysets.map(({ name, slots, links, copies }) => ({
      name,
      slots: slots.map(({ epoch, state, signed, index }) => `${epoch} ${state} ${signed} ${index}`),
      links: links.map(({ epoch }) => epoch),
      copies: copies.map(
        ({ label, kind, epoch, invalid, unfinished }) => `${label} ${kind} ${epoch} ${invalid} ${unfinished}`,
      ),
    })),
    ceremonies: ceremonies.map(({ consent }) => consent !== null),
    votes: votes.map(({ slot }) => slot),
    said: said.map(({ slot }) => slot.replace(/[0-9a-f]{64}/g, '')),
    log: log.map(({ epoch, event }) => `${epoch} ${event}`),
    prekeys: prekeys.map(({ attempt }) => attempt !== null),
    roster: roster.length,
    card: card.serial,
    nonces: nonces.length,
    pins: pins.length,
    rollbacks: rollbacks.length,
    overrides: overrides.length,
  });
}

/** A packet as a courier finds it, and what of it may be there only once. */
interface Found {
  readonly kind: string;
  readonly author: string;
  readonly digest: string;
  readonly once: readonly string[];
}

export interface Known {
  readonly plan: Plan;
  readonly key: Uint8Array;
}

/** The same packets are met in case after case, and opening one costs a check of its signature. */
const opened = new Map<string, Found | null>();

function open(file: Uint8Array, known: readonly Known[]): Found | null {
  const name = nameOf(file);
  const found = known.find(({ plan }) => plan.ceremony === ceremonyOf(file));
  if (found === undefined) return null;
  if (!opened.has(name)) opened.set(name, opening(file, found));
  return opened.get(name) ?? null;
}

function opening(file: Uint8Array, { plan, key }: Known): Found | null {
  let bytes: Uint8Array;
  try {
    bytes = openPacket(plan.id, key, file);
  } catch {
    return null; // torn on its way: nobody can open it
  }
  const packet = admit(plan, bytes);
  const { kind, identity: author, digest } = packet;
  const once = [`${author} ${slotOf(packet)} ${plan.ceremony}`];
  if (isKind(packet, 'acceptance') || isKind(packet, 'commitment'))
    for (const { hiding, binding } of packet.body.nonces)
      once.push(`nonce ${toHex(hiding)}`, `nonce ${toHex(binding)}`);
  if (isKind(packet, 'activation')) once.push(`signature ${author} ${toHex(packet.attempt)}`);
  return { kind, author, digest, once };
}

/** The packets among these files, in the order of their names. */
export function packetsIn(files: ReadonlyMap<string, Uint8Array>, known: readonly Known[]): Found[] {
  const packets = [...files].filter(([path]) => path.endsWith('.packet'));
  return packets.flatMap(([, file]) => open(file, known) ?? []);
}

/** One machine as it was found. */
export interface Seen {
  readonly identity: string;
  readonly journal: ReadonlySet<string>;
  readonly known: readonly Known[];
  readonly shares: readonly ShareSeen[];
  readonly kept: string;
  readonly wrong: readonly string[];
}

export function seenIn(vault: Vault, memo: Memo): Seen {
  const { state } = vault;
  const ceremonies = new Ceremonies(vault, memo).all();
  return {
    identity: toHex(state.signing.public),
    journal: new Set(state.said.map(({ digest }) => toHex(digest))),
    known: ceremonies.map(({ plan, record }) => ({ plan, key: record.key })),
    shares: sharesIn(vault),
    kept: kept(vault),
    wrong: unsound(vault, memo).map((sentence) => `${state.name}: ${sentence}`),
  };
}

/** What is wrong with all of them together: a key that nobody can make any more, a word that left before it was written. */
export function brokenIn(seen: readonly Seen[], files: ReadonlyMap<string, Uint8Array>, keyed: boolean): string[] {
  const wrong = seen.flatMap((one) => one.wrong);
  const known = seen.flatMap((one) => one.known);
  for (const { author, digest, kind } of packetsIn(files, known)) {
    const journal = seen.find(({ identity }) => identity === author)?.journal;
    if (journal?.has(digest) === false) wrong.push(`the ${kind} of ${author} is out, and not in its journal`);
  }
  if (keyed && usableEpochs(seen.flatMap(({ shares }) => shares)).length === 0)
    wrong.push('no key can be made any more');
  return wrong;
}

/**
 * Everything that ever lay where somebody could take it: each stick as it was left, each vault's folder of packets.
 * It forgets nothing, as a courier who copies each stick would not.
 */
export class Overheard {
  readonly #files = new Map<string, Uint8Array>();

  hear(files: ReadonlyMap<string, Uint8Array>): void {
    for (const [path, bytes] of files) if (path.endsWith('.packet')) this.#files.set(`${nameOf(bytes)}.packet`, bytes);
  }

  /** (b) and (c): one statement of one author in one slot, no nonce in two statements, one signature with it. */
  saidTwice(known: readonly Known[]): string[] {
    const digests = new Map<string, string>();
    const twice = new Set<string>();
    for (const { once, digest } of packetsIn(this.#files, known)) {
      for (const what of once) {
        if ((digests.get(what) ?? digest) !== digest) twice.add(what);
        digests.set(what, digest);
      }
    }
    return [...twice].map((what) => `said twice: ${what}`);
  }
}
