import { equalBytes, toHex } from '../bytes/hex.ts';
import { type Addresses, addressesOf } from '../crypto/addresses.ts';
import { type KnownKey, keyFits } from '../crypto/known-key.ts';
import { Problem } from '../problem.ts';
import { contradictionsAcross } from './across.ts';
import { admit, readProposal } from './admission.ts';
import { type Bags, bagsOf } from './bags.ts';
import { type Chain, chainOf, linkReader, provenIn } from './chain.ts';
import { type CheckName, checksNow } from './checks.ts';
import type { Descriptor } from './descriptor.ts';
import { evaluate, type View } from './evaluate.ts';
import type { Memo } from './evaluation.ts';
import { type Charge, chargesIn } from './evidence.ts';
import { type Exported, misordered, readExport } from './export.ts';
import type { AnyPacket } from './kinds.ts';
import { digestOf } from './packet.ts';
import { movesShares } from './plan.ts';
import { bad, good, open, type Result } from './result.ts';
import type { Link } from './succession.ts';

export { isExport } from './export.ts';
export { type Comparison, type Fork, forksBetween } from './forks.ts';

/*
 * Judges an export by nothing but the export: every signature, equation, certificate, turn and link again, from bytes.
 * What has not been seen here is open, and no reproach. Bad is what was changed, and what somebody is at fault for,
 * unless the committee got over it: a ceremony that was proven in spite of it, or that another one took the place of.
 */

/** What whoever verifies knows from elsewhere. */
export interface Asked {
  /** A public key, its x alone where the suite is secp256k1-tr, or an address. */
  readonly key?: KnownKey;
  readonly expectEpoch?: number;
  readonly head?: Uint8Array;
}

export interface VerifiedCheck extends Result {
  readonly check: string;
  /** The ceremony that it is about; null: the file as a whole. */
  readonly ceremony: string | null;
}

export interface Verification {
  /** No check is bad. */
  readonly valid: boolean;
  /** Nothing in the file is other than it was signed: if it is not valid, a member is at fault, or it is not what was asked for. */
  readonly intact: boolean;
  readonly checks: readonly VerifiedCheck[];
  /** Its id; null where nothing of it is proven. */
  readonly keyset: string | null;
  /** What the newest plan calls it that its members carried out. Anybody can write another plan, and a name into it. */
  readonly name: string | null;
  /** The latest that its own keys vouch for in this file. What is not proven never raises it. */
  readonly epoch: number | null;
  /** The id of the descriptor of that epoch; null where there are two. */
  readonly head: string | null;
  readonly threshold: number | null;
  readonly members: readonly { readonly name: string; readonly index: number }[];
  readonly keys: readonly {
    readonly label: string;
    readonly suite: string;
    readonly publicKey: string;
    readonly addresses: Addresses;
  }[];
  readonly rehearsal: boolean;
  readonly faults: readonly Charge[];
  /** What people wrote down in the room: it takes nothing from `valid`. */
  readonly bags: Bags;
  /** By the epoch that they lead to. */
  readonly ceremonies: readonly View[];
  /** Every proven link, by epoch: of the succession, of the plans, and made by a turn in here. */
  readonly links: readonly Link[];
}

/** Checks that only a member can fail, by what it signed itself, and that the committee can get over. */
const overcomable: readonly string[] = ['deals', 'votes', 'certificate', 'possession', 'turn', 'drill', 'census'];
const ofMembers: readonly string[] = [...overcomable, 'outcome', 'closings', 'contradictions', 'across'];
/** Checks of what whoever verifies gave: they say nothing against the file itself. */
export const askedChecks: readonly string[] = ['key', 'expect-epoch', 'head'];

/** Never throws for what is in the file. With a memo, what was checked of a packet before is not checked again. */
export function verifyExport(file: Uint8Array, asked: Asked = {}, memo: Memo = new Map()): Verification {
  const checks: VerifiedCheck[] = [];
  const say = (check: string, result: Result, ceremony: string | null = null): void => {
    checks.push({ check, ...result, ceremony });
  };
  const exported = orProblem(() => readExport(file));
  if (exported instanceof Problem) {
    say('file', bad(exported.message));
    return { ...nothing, valid: false, intact: false, checks };
  }
  const read = linkReader();
  const succession = exported.succession.map((facts) => orProblem(() => read(facts)));
  const opened = exported.ceremonies.map((ceremony) => orProblem(() => openCeremony(ceremony, read, memo)));
  const sound = opened.flatMap((one) => (one instanceof Problem ? [] : [one]));
  const refused = opened.some((one) => one instanceof Problem || one.refused.length > 0);
  // a packet that was changed has another digest, too: then its signature is what to tell of
  const order = refused ? null : misordered(exported);
  say('file', order === null ? good(contentsOf(exported)) : bad(order));
  say('proposals', proposalsCheck(opened));
  const views = sound.map(({ view }) => view).sort(byEpoch);
  const chain = chainOf(
    succession.flatMap((link) => (link instanceof Problem ? [] : [link])),
    views,
  );
  say('keyset', chain.oneKeyset);
  const wrong = succession.flatMap((link, place) => (link instanceof Problem ? [`${place + 1}: ${link.message}`] : []));
  say('succession', wrong.length > 0 ? bad(wrong.join('; ')) : chain.follows);
  say('records', chain.records);
  if (asked.key !== undefined) say('key', keyCheck(chain, asked.key));
  if (asked.expectEpoch !== undefined) say('expect-epoch', epochCheck(chain, asked.expectEpoch));
  if (asked.head !== undefined) say('head', headCheck(chain, asked.head));
  say('across', acrossCheck(views));
  for (const view of views) {
    const { refused: out } = sound.find((one) => one.view === view) as Opened;
    const { ceremony } = view.plan;
    const [charges, overcome] = [chargesIn([view]), isOvercome(view, chain.links)];
    say('outcome', outcomeOf(view, charges, overcome), ceremony);
    for (const { check, ...result } of checksNow(view, out))
      say(check, excused(check, result, view, charges, overcome), ceremony);
  }

  const wrongs = checks.filter((one) => !one.ok && !one.open);
  const { head } = chain;
  return {
    valid: wrongs.length === 0,
    intact: wrongs.every(({ check }) => ofMembers.includes(check) || askedChecks.includes(check)),
    checks,
    keyset: chain.links[0] === undefined ? null : toHex(chain.links[0].proven.keysetId),
    name: nameIn(views, chain.links),
    epoch: chain.epoch,
    head: head === null ? null : toHex(head.id),
    ...committeeOf(head),
    rehearsal: chain.links.some(({ proven }) => proven.rehearsal) || views.some(({ plan }) => plan.rehearsal),
    faults: chargesIn(views),
    bags: bagsOf(views, refused),
    ceremonies: views,
    links: chain.links,
  };
}

const nothing: Omit<Verification, 'valid' | 'intact' | 'checks'> = {
  keyset: null,
  name: null,
  epoch: null,
  head: null,
  threshold: null,
  members: [],
  keys: [],
  rehearsal: false,
  faults: [],
  bags: bagsOf([], false),
  ceremonies: [],
  links: [],
};

function committeeOf(head: Descriptor | null): Pick<Verification, 'threshold' | 'members' | 'keys'> {
  if (head === null) return { threshold: null, members: [], keys: [] };
  return {
    threshold: head.threshold,
    members: head.members.map(({ name }, place) => ({ name, index: place + 1 })),
    keys: head.keys.map(({ label, suite, publicKey }) => {
      return { label, suite, publicKey: toHex(publicKey), addresses: addressesOf(suite, publicKey) };
    }),
  };
}

/** A key signed what these came to. A plan that nobody followed names a keyset only where there is no better to be had. */
function nameIn(views: readonly View[], links: readonly Link[]): string | null {
  const done = views.findLast((view) => provenIn(view).length > 0 || (view.drill?.proof ?? null) !== null);
  return (done ?? (links.length === 0 ? views.at(-1) : undefined))?.plan.keyset ?? null;
}

interface Opened {
  readonly view: View;
  /** Packets that did not come through the door, and why. */
  readonly refused: readonly string[];
}

function contentsOf({ ceremonies, succession }: Exported): string {
  const many = (count: number, what: string, whats: string): string => `${count} ${count === 1 ? what : whats}`;
  const packets = ceremonies.reduce((count, ceremony) => count + 1 + ceremony.packets.length, 0);
  const what = [many(ceremonies.length, 'ceremony', 'ceremonies'), many(packets, 'packet', 'packets')];
  return `${what.join(', ')}, ${many(succession.length, 'link', 'links')} of the succession`;
}

function openCeremony(
  { proposal, packets }: Exported['ceremonies'][number],
  read: ReturnType<typeof linkReader>,
  memo: Memo,
): Opened {
  const { plan, packet } = once(memo, `proposal ${digestOf(proposal)}`, () => readProposal(proposal, undefined, read));
  const admitted: AnyPacket[] = [packet];
  const refused: string[] = [];
  for (const bytes of packets) {
    const digest = digestOf(bytes);
    const found = orProblem(() => once(memo, `packet ${plan.ceremony} ${digest}`, () => admit(plan, bytes)));
    if (found instanceof Problem) refused.push(`${digest.slice(0, 16)}: ${found.message}`);
    else admitted.push(found);
  }
  return { view: evaluate(plan, admitted, memo), refused };
}

function once<T>(memo: Memo, key: string, read: () => T): T {
  if (!memo.has(key)) memo.set(key, read());
  return memo.get(key) as T;
}

function byEpoch({ plan: a }: View, { plan: b }: View): number {
  return (
    a.epoch.to - b.epoch.to || Number(movesShares(b)) - Number(movesShares(a)) || (a.ceremony < b.ceremony ? -1 : 1)
  );
}

function proposalsCheck(opened: readonly (Opened | Problem)[]): Result {
  const wrong = opened.flatMap((one, place) => (one instanceof Problem ? [`${place + 1}: ${one.message}`] : []));
  if (wrong.length > 0) return bad(wrong.join('; '));
  const numbers = (opened as readonly Opened[]).map(({ view }) => view.plan.ceremony);
  if (numbers.some((number, at) => at > 0 && number <= (numbers[at - 1] as string)))
    return bad('the ceremonies are not in order, or one of them stands twice');
  return good(numbers.length === 0 ? 'there is none' : 'each is signed by its proposer, and its plan may be followed');
}

function keyCheck({ links, head }: Chain, key: KnownKey): Result {
  if (links.length === 0 || head === null) return bad('nothing in this file is proven by any key');
  const without = links
    .filter(({ proven }) => !proven.keys.some((one) => keyFits(key, one)))
    .map(({ proven }) => proven.epoch);
  if (without.length > 0) return bad(`not a key of this keyset at epoch ${without.join(', ')}`);
  const epochs = [...new Set(links.map(({ proven }) => proven.epoch))];
  const { label, suite } = head.keys.find((one) => keyFits(key, one)) as Descriptor['keys'][number];
  return good(`it is ${label} (${suite}), and signed every committee in this file: epoch ${epochs.join(', ')}`);
}

function epochCheck({ epoch }: Chain, expected: number): Result {
  if (epoch === expected) return good(`the latest epoch in this file is ${epoch}, as expected`);
  if (epoch === null) return bad(`epoch ${expected} was expected, and no epoch is proven in this file`);
  const why = epoch < expected ? 'the file is not the newest, or was cut short' : 'the keyset has gone on since';
  return bad(`the latest epoch in this file is ${epoch}, and ${expected} was expected: ${why}`);
}

function headCheck({ head }: Chain, expected: Uint8Array): Result {
  if (head === null) return bad('this file has no one latest descriptor');
  return equalBytes(head.id, expected)
    ? good(`the descriptor of epoch ${head.epoch} is the one that was named`)
    : bad(`the descriptor of epoch ${head.epoch} is another: ${toHex(head.id)}`);
}

function acrossCheck(views: readonly View[]): Result {
  const found = contradictionsAcross(views);
  if (found.length === 0) return good('nobody voted for two things in one place');
  const who = [...new Set(found.filter(({ identity }) => identity !== '').map(({ member }) => member))].sort();
  return bad(
    who.length === 0
      ? 'one committee has two proven successors'
      : `${who.join(', ')} voted for two things in one place`,
  );
}

/** Whether a fault in it came to nothing: it was proven all the same, or another ceremony took its place. */
function isOvercome(view: View, links: readonly Link[]): boolean {
  const { plan } = view;
  if (provenIn(view).length > 0) return true;
  const parent = plan.parent?.proven.id;
  return (
    parent !== undefined && links.some(({ proven }) => proven.previous !== null && equalBytes(proven.previous, parent))
  );
}

/** A refusal is nobody's fault, and what the committee got over is told and not held against the file. */
function excused(check: CheckName, result: Result, view: View, charges: readonly Charge[], overcome: boolean): Result {
  const unproven = provenIn(view).length === 0;
  const can = overcomable.includes(check) || (unproven && (check === 'approvals' || check === 'key-unchanged'));
  if (result.ok || result.open || !can) return result;
  if (charges.length === 0) return open(`${result.detail}; nobody is proven to be at fault`);
  if (!overcome) return result;
  return open(`${result.detail}; ${unproven ? 'another ceremony took its place' : 'it was proven all the same'}`);
}

/** Somebody's fault is held against a ceremony that came to nothing by it, until another one takes its place. */
function outcomeOf(view: View, charges: readonly Charge[], overcome: boolean): Result {
  const { plan, phase } = view;
  // whoever writes a plan picks the names in it, but not the identities
  const of = charges.map(({ member, identity, fault }) => `${member} (${fault}; identity ${identity.slice(0, 16)})`);
  const who = [...new Set(of)].sort();
  const what = `${plan.kind} ${plan.ceremony.slice(0, 16)}`;
  const proven = provenIn(view).length > 0;
  const said = !movesShares(plan)
    ? `${what} of epoch ${plan.epoch.to}: ${phase}`
    : proven
      ? `${what}: epoch ${plan.epoch.to} is proven (${phase})`
      : `${what}: ${phase}, NOT PROVEN in this file: epoch ${plan.epoch.to} does not follow from it`;
  const detail = who.length === 0 ? said : `${said}; at fault: ${who.join(', ')}`;
  if (charges.length > 0 && !overcome) return bad(detail);
  return (movesShares(plan) ? proven : phase === 'complete') ? good(detail) : open(detail);
}

function orProblem<T>(work: () => T): T | Problem {
  try {
    return work();
  } catch (error) {
    if (error instanceof Problem) return error;
    throw error;
  }
}
