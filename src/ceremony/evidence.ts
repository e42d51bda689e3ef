import * as v from 'valibot';
import { type Bounds, encodeCbor } from '../bytes/cbor.ts';
import { fromHex, toHex } from '../bytes/hex.ts';
import { Problem, type ProblemCode } from '../problem.ts';
import { contradictionsAcross } from './across.ts';
import { admit, readProposal } from './admission.ts';
import { evaluate, type View } from './evaluate.ts';
import type { Memo } from './evaluation.ts';
import type { AnyPacket } from './kinds.ts';
import * as is from './schema.ts';
import { afterMagic, withMagic } from './signed.ts';

/*
 * Portable evidence: the proposal of a ceremony and exactly the packets that prove what a member did. Whoever has the
 * file judges alone; nobody has to believe who made it. It can never be turned against an honest member, since what a
 * packet comes to depends on nothing but the plan and the packets that it names: one left out makes that packet wait.
 */

const magic = 'conclave evidence v1';
/** Several deals and acceptances of the largest kind; each packet in it has the bounds of a packet as well. */
export const evidenceBytes = 8 * is.limits.packetBytes;
const bounds: Bounds = { bytes: evidenceBytes, depth: 6 };
const claimsAtMost = 200;
const packetsAtMost = 2000;

const schema = v.strictObject({
  v: v.literal(1),
  /** The identity that is said to be at fault. A name means nothing outside of a plan. */
  accused: is.bytes(32),
  claims: is.list(
    v.strictObject({ fault: v.pipe(v.string(), v.maxLength(32)), packets: is.list(is.hash, 2, 1) }),
    claimsAtMost,
    1,
  ),
  ceremonies: is.list(
    v.strictObject({
      proposal: is.someBytes(is.limits.packetBytes),
      packets: is.list(is.someBytes(is.limits.packetBytes), packetsAtMost),
    }),
    32,
    1,
  ),
});

/** Something that a member is at fault for, and the packets that it is said about: one, or two that contradict. */
export interface Charge {
  readonly member: string;
  readonly identity: string;
  readonly fault: ProblemCode;
  readonly detail: string;
  readonly ceremonies: readonly string[];
  readonly packets: readonly string[];
}

export interface Evidence {
  readonly bytes: Uint8Array;
  readonly member: string;
  readonly identity: string;
  readonly charges: readonly Charge[];
  readonly packets: number;
}

export const judgements = ['file', 'proposals', 'packets', 'faults'] as const;

export interface Judgement {
  readonly valid: boolean;
  readonly accused: string;
  readonly member: string;
  readonly rehearsal: boolean;
  readonly checks: readonly {
    readonly check: (typeof judgements)[number];
    readonly ok: boolean;
    readonly detail: string;
  }[];
  /** What the file proves, derived again from its packets: never what it claims. */
  readonly faults: readonly Charge[];
}

/** All faults and grave contradictions in these ceremonies and across them. A harmless contradiction is no charge. */
export function chargesIn(views: readonly View[]): Charge[] {
  const found: Charge[] = [];
  const contradiction = (packets: readonly string[], slot: string): { detail: string; packets: string[] } => ({
    detail: `two signed statements of which only one can be honest (${slot.split(' ')[0]})`,
    packets: [...packets].sort(),
  });
  for (const { plan, faults, contradictions } of views) {
    const ceremonies = [plan.ceremony];
    for (const { member, identity, fault, detail, packet } of faults)
      found.push({ member, identity, fault, detail, ceremonies, packets: [packet] });
    for (const { member, identity, slot, packets, grave } of contradictions)
      if (grave) found.push({ member, identity, fault: 'CONTRADICTION', ceremonies, ...contradiction(packets, slot) });
  }
  for (const { member, identity, slot, packets, ceremonies } of contradictionsAcross(views)) {
    // two proven successors of one parent name nobody: the votes that made them possible do
    if (identity !== '')
      found.push({ member, identity, fault: 'CONTRADICTION', ceremonies, ...contradiction(packets, slot) });
  }
  const distinct = new Map(found.map((charge) => [keyOf(charge), charge]));
  return [...distinct.values()];
}

function keyOf({ identity, fault, packets }: Pick<Charge, 'identity' | 'fault' | 'packets'>): string {
  return [identity, fault, ...packets].join(' ');
}

/**
 * The evidence against one member, of what concerns one ceremony or all: null where nothing here proves a fault of that
 * identity.
 */
export function evidenceOf(views: readonly View[], identity: string, ceremony?: string): Evidence | null {
  const concerns = (charge: Charge): boolean => ceremony === undefined || charge.ceremonies.includes(ceremony);
  const against = (seen: readonly View[]): Charge[] =>
    chargesIn(seen).filter((charge) => charge.identity === identity && concerns(charge));
  const charges = against(views).slice(0, claimsAtMost);
  const [first] = charges;
  if (first === undefined) return null;
  const concerned = views.filter(({ plan }) => charges.some(({ ceremonies }) => ceremonies.includes(plan.ceremony)));
  const memo: Memo = new Map();
  const claims = charges.map(keyOf);
  const proves = (chosen: readonly Chosen[]): boolean => {
    const proven = new Set(
      against(chosen.map(({ view: { plan }, packets }) => evaluate(plan, packets, memo))).map(keyOf),
    );
    return claims.every((claim) => proven.has(claim));
  };
  const wanted = new Set(charges.flatMap(({ packets }) => packets));
  const named = concerned.map((view): Chosen => ({ view, packets: withNamed(view, wanted) }));
  const answered = concerned.map((view): Chosen => ({ view, packets: withNamed(view, withAnswers(view, wanted)) }));
  const all = concerned.map((view): Chosen => ({ view, packets: view.packets }));
  const start = [named, answered].find(proves) ?? all;
  const least = fewest(start, proves);
  const ceremonies = least.map(({ view, packets }) => {
    const proposal = view.packets.find(({ kind }) => kind === 'proposal') as AnyPacket;
    return { proposal: proposal.bytes, packets: packets.filter((one) => one !== proposal).map(({ bytes }) => bytes) };
  });
  const body = encodeCbor({
    v: 1,
    accused: fromHex(identity) as Uint8Array,
    claims: charges.map(({ fault, packets }) => ({ fault, packets: packets.map((one) => fromHex(one) as Uint8Array) })),
    ceremonies,
  });
  const packets = ceremonies.reduce((count, ceremony) => count + 1 + ceremony.packets.length, 0);
  return { bytes: withMagic(magic, body), member: first.member, identity, charges, packets };
}

interface Chosen {
  readonly view: View;
  readonly packets: readonly AnyPacket[];
}

/** These packets and, transitively, all that they name: whatever hash in a packet is the name of another one here. */
function withNamed({ packets }: View, wanted: ReadonlySet<string>): AnyPacket[] {
  const byDigest = new Map(packets.map((packet) => [packet.digest, packet]));
  const taken = new Set<AnyPacket>();
  const take = (digest: string): void => {
    const packet = byDigest.get(digest);
    if (packet === undefined || taken.has(packet)) return;
    taken.add(packet);
    for (const name of namesIn(packet)) take(name);
  };
  for (const digest of wanted) take(digest);
  return [...taken];
}

/** The same packets, and those that speak of them: a complaint names the deal that it is about. */
function withAnswers({ packets }: View, wanted: ReadonlySet<string>): Set<string> {
  const speaking = packets.filter((packet) => namesIn(packet).some((name) => wanted.has(name)));
  return new Set([...wanted, ...speaking.map(({ digest }) => digest)]);
}

/** Read from the body whatever its kind, so that no kind of packet can be forgotten here. */
function namesIn({ attempt, body }: AnyPacket): string[] {
  const names = [toHex(attempt)];
  const look = (value: unknown): void => {
    if (value instanceof Uint8Array) {
      if (value.length === 32) names.push(toHex(value));
    } else if (typeof value === 'object' && value !== null) Object.values(value).forEach(look);
  };
  look(body);
  return names;
}

/** Leaves out whatever the proof can do without. */
function fewest(start: readonly Chosen[], proves: (chosen: readonly Chosen[]) => boolean): readonly Chosen[] {
  let least = start;
  for (const { view, packets } of start) {
    for (const packet of packets) {
      const fewer = least.map((one) =>
        one.view === view ? { view, packets: one.packets.filter((other) => other !== packet) } : one,
      );
      if (proves(fewer)) least = fewer;
    }
  }
  return least;
}

/** Whether a file is evidence, by its first bytes alone. */
export function isEvidence(file: Uint8Array): boolean {
  return afterMagic(magic, file) !== null;
}

/** Judges a file by nothing but the file. Never throws for what is in it. */
export function judgeEvidence(file: Uint8Array): Judgement {
  const checks: Judgement['checks'][number][] = [];
  const passed = (check: (typeof judgements)[number], detail: string): void => {
    checks.push({ check, ok: true, detail });
  };
  let judging: (typeof judgements)[number] = 'file';
  let [accused, member, rehearsal] = ['', '', false];
  let faults: Charge[] = [];
  try {
    const body = afterMagic(magic, file);
    if (body === null) throw new Problem('EVIDENCE_INVALID', 'not a file of evidence, or one cut short');
    const said = is.parseCbor(schema, body, 'evidence', bounds);
    accused = toHex(said.accused);
    passed('file', `${said.claims.length} faults are claimed`);

    judging = 'proposals';
    const opened = said.ceremonies.map(({ proposal, packets }) => ({ ...readProposal(proposal), others: packets }));
    if (new Set(opened.map(({ plan }) => plan.ceremony)).size < opened.length)
      throw new Problem('EVIDENCE_INVALID', 'holds one ceremony twice');
    const named = opened.map(({ plan }) => plan.byIdentity.get(accused));
    if (named.some((found) => found === undefined))
      throw new Problem('EVIDENCE_INVALID', 'a ceremony in it has nothing to do with the accused');
    member = named[0]?.name ?? '';
    rehearsal = opened.some(({ plan }) => plan.rehearsal);
    passed('proposals', opened.map(({ plan }) => `${plan.kind} ${plan.ceremony.slice(0, 16)}`).join(', '));

    judging = 'packets';
    const views = opened.map(({ plan, packet, others }) => {
      const admitted = [packet, ...others.map((bytes) => admit(plan, bytes))];
      if (new Set(admitted.map(({ digest }) => digest)).size < admitted.length)
        throw new Problem('EVIDENCE_INVALID', 'holds one packet twice');
      return evaluate(plan, admitted);
    });
    passed('packets', `${views.reduce((count, { packets }) => count + packets.length, 0)}, each signed by its author`);

    judging = 'faults';
    faults = chargesIn(views).filter(({ identity }) => identity === accused);
    const proven = new Set(faults.map(keyOf));
    const unproven = said.claims.filter(
      ({ fault, packets }) => !proven.has([accused, fault, ...packets.map(toHex)].join(' ')),
    );
    if (unproven.length > 0) {
      throw new Problem(
        'EVIDENCE_INVALID',
        `${unproven.length} of ${said.claims.length} claims do not follow from the packets in it`,
      );
    }
    passed('faults', faults.map(({ fault, detail }) => `${fault}: ${detail}`).join('; '));
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    const rest = judgements.slice(judgements.indexOf(judging) + 1);
    checks.push({ check: judging, ok: false, detail: error.message });
    for (const check of rest) checks.push({ check, ok: false, detail: 'not looked at' });
    // nothing is proven against anybody by a file that does not prove all that it claims
    faults = [];
  }
  return { valid: checks.every(({ ok }) => ok), accused, member, rehearsal, checks, faults };
}
