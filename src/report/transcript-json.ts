import { toHex } from '../bytes/hex.ts';
import { bagSteps, brokenChains } from '../ceremony/bags.ts';
import type { Check } from '../ceremony/checks.ts';
import { type Coverage, coverageOf, coverageWords } from '../ceremony/coverage.ts';
import type { EpochLife } from '../ceremony/epoch-life.ts';
import type { View } from '../ceremony/evaluate.ts';
import { chargesIn } from '../ceremony/evidence.ts';
import { kinds as allKinds, isKind, type KindName } from '../ceremony/kinds.ts';
import { proofsOfLife, verifiers } from '../ceremony/link-checks.ts';
import { type Manifest, manifestOf } from '../ceremony/manifest.ts';
import { movesShares, type PlanFacts } from '../ceremony/plan.ts';
import { type ShareLog, shareLogs } from '../ceremony/share-log.ts';
import { type WeakShape, weakShapeWords } from '../ceremony/weak-shapes.ts';
import { deathWords } from '../ceremony/why.ts';
import { planJson } from './plan-json.ts';
import { backupWords } from './plan-text.ts';
import { censusLines, drillLines } from './still-text.ts';
import { type Trouble, troubleOf } from './trouble-json.ts';
import { type WindowJson, windowJson } from './window-text.ts';

type ToolFacts = PlanFacts['tool'];

/** What one machine adds from its own vault: no packet says it, and no other machine can check it. */
export interface OwnRecord {
  readonly member: string;
  readonly consent: { readonly at: number; readonly attended: boolean } | null;
  /** What became of this machine's shares, step by step. */
  readonly log: readonly { readonly at: number; readonly epoch: number; readonly event: string }[];
  /** Sentences that were typed here to go on in spite of an alarm. */
  readonly overrides: readonly { readonly at: number; readonly sentence: string }[];
  /** Its register of copies of this keyset: what it knows of shares that lie elsewhere. */
  readonly copies: readonly OwnCopy[];
  /** Of the committee that handed over: who may still have something of it, by this ceremony and by this vault. */
  readonly epochs: readonly EpochLife[];
  /** Files in this vault that are not what they were. */
  readonly damaged: readonly string[];
  readonly tool: ToolFacts;
}

export interface OwnCopy {
  readonly id: string;
  readonly kind: string;
  readonly label: string;
  readonly epoch: number;
  readonly at: number;
  readonly state: 'current' | 'invalid' | 'destroyed' | 'unfinished';
}

export interface TranscriptSource {
  readonly view: View;
  readonly checks: readonly Check[];
  /** What this vault calls the keyset. */
  readonly keyset: string;
  readonly phrase: string;
  readonly own: OwnRecord;
}

export interface Consent {
  readonly member: string;
  readonly at: number;
  readonly kind: KindName;
  /** By a person at the machine, or through a script that had the phrase. */
  readonly attended: boolean;
  readonly packet: string;
}

interface Tool {
  readonly version: string;
  readonly digest: string | null;
}

/** A ceremony for the record, as plain data: the text for people is made from nothing else. */
export interface Transcript extends Manifest, Trouble, WindowJson {
  readonly v: 1;
  readonly phrase: string;
  readonly outcome: {
    readonly succeeded: boolean;
    readonly says: string;
    /** What somebody still has to do, or has to live with. */
    readonly open: readonly string[];
  };
  /** By the clocks of those who said it. */
  readonly claimed: {
    readonly begun: number;
    readonly proven: number | null;
    readonly last: number;
  };
  /** Bags whose numbers do not follow from each other, as the notes have them. */
  readonly bags: readonly { readonly member: string; readonly at: number; readonly says: string }[];
  readonly checks: readonly Check[];
  /** Which members together have the keys: of the new committee once it is proven, else of the old one. */
  readonly coverage: (Coverage & { readonly words: string }) | null;
  /** What became of each share. */
  readonly shareLogs: readonly ShareLog[];
  /** The first word of each member in this ceremony. A machine signs none before its operator consented by the phrase. */
  readonly consents: readonly Consent[];
  readonly proofOfLife: readonly {
    readonly label: string;
    readonly suite: string;
    readonly publicKey: string;
    readonly message: string;
    readonly signature: string;
    readonly verifier: string;
  }[];
  readonly weak: readonly { readonly shape: string; readonly words: string }[];
  readonly overrides: readonly { readonly member: string; readonly at: number; readonly sentence: string }[];
  /** Who spoke through a script, and what was said that way. */
  readonly unattended: readonly { readonly member: string; readonly kinds: readonly string[] }[];
  readonly tools: {
    readonly plan: Tool;
    readonly members: readonly (Tool & { readonly member: string; readonly same: boolean })[];
  };
  readonly deviations: number;
  /** What the plan says of backups: none is a choice as well. Null where no share moves. */
  readonly backups: { readonly rule: 'none' | 'required'; readonly copies: number; readonly words: string } | null;
  /** Of the machine that wrote this. */
  readonly own: Omit<OwnRecord, 'tool'> & { readonly tool: Tool };
  readonly plan: object;
}

export function transcriptOf({ view, checks, keyset, phrase, own }: TranscriptSource): Transcript {
  const { plan, current, packets } = view;
  const manifest = manifestOf(view);
  const proof = current.proof;
  const proven = proof === null ? null : Math.max(...proof.signed.map(({ at }) => at));
  return {
    v: 1,
    ...manifest,
    keyset,
    phrase,
    ...troubleOf(view),
    outcome: outcomeOf(view, manifest, checks),
    claimed: { begun: plan.at, proven, last: Math.max(plan.at, ...packets.map(({ at }) => at)) },
    ...windowJson(view),
    bags: brokenChains(bagSteps([view])).map(({ step, says }) => ({ member: step.member, at: step.at, says })),
    checks,
    coverage: coverageIn(view),
    shareLogs: shareLogs(view),
    consents: consentsIn(view),
    proofOfLife: (proof === null ? [] : proofsOfLife(proof.link)).map((one) => ({
      label: one.label,
      suite: one.suite,
      publicKey: toHex(one.publicKey),
      message: toHex(one.message),
      signature: toHex(one.signature),
      verifier: verifiers[one.suite],
    })),
    weak: plan.weak.map((shape) => ({ shape, words: weakShapeWords[shape as WeakShape] ?? shape })),
    overrides: [
      ...(plan.belowQuorum === null ? [] : [{ member: manifest.proposed.by, at: plan.at, sentence: plan.belowQuorum }]),
      ...own.overrides.map((override) => ({ member: own.member, ...override })),
    ],
    unattended: unattendedIn(view),
    tools: toolsIn(view),
    deviations: manifest.notes.filter(({ kind }) => kind === 'deviation').length,
    backups: movesShares(plan) ? { rule: plan.backup, copies: plan.copies, words: backupWords(plan) } : null,
    own: { ...own, tool: toolJson(own.tool) },
    plan: planJson(plan),
  };
}

/** Of a ceremony that moves no share: what it showed, and what is not shown. */
function stillOutcome({ phase, current }: View, manifest: Manifest, checks: readonly Check[]): Transcript['outcome'] {
  const { drill, census, waitingFor } = manifest;
  const wrong = checks.filter(({ ok, open }) => !ok && !open);
  const notAll = checks.filter((check) => check.open && phase === 'complete');
  const open = [...wrong, ...notAll].map(({ check, detail }) => `${check}: ${detail}`);
  for (const name of phase === 'complete' ? [] : waitingFor) open.push(`${name} has not answered here`);
  for (const { name, findings, prekeys } of census?.members ?? []) {
    for (const { check, ok, detail } of findings) if (ok === false) open.push(`${name}, ${check}: ${detail}`);
    if (prekeys === 0) open.push(`${name} has no free prekey, and no plan can name this member`);
  }
  const succeeded = phase === 'complete' && wrong.length === 0;
  const [says = ''] = drill !== null ? drillLines(drill) : census !== null ? censusLines(census) : [];
  if (succeeded) return { succeeded, says: `yes: ${says}`, open };
  if (phase === 'aborted') return { succeeded, says: `no: it was refused${refusers(current, manifest)}`, open };
  return { succeeded, says: wrong.length > 0 ? `no: ${says}` : `not yet: ${says}`, open };
}

function refusers({ death }: View['current'], { drill }: Manifest): string {
  const names = death?.by ?? drill?.refused ?? [];
  return names.length === 0 ? '' : ` by ${names.join(', ')}`;
}

function outcomeOf(view: View, manifest: Manifest, checks: readonly Check[]): Transcript['outcome'] {
  if (!movesShares(view.plan)) return stillOutcome(view, manifest, checks);
  const { plan, current, phase } = view;
  const failed = checks.filter(({ ok, open }) => !ok && !open);
  const holders = plan.receivers.map(({ name }) => name).join(', ');
  const isLost = (identity: string): boolean => current.proof?.lost.some((one) => one.identity === identity) === true;
  const open: string[] = failed.map(({ check, detail }) => `the check of ${check} failed: ${detail}`);
  const isOver = current.proof !== null || current.death !== null;
  for (const { name, owes } of isOver ? [] : manifest.members)
    if (owes.length > 0) open.push(`${name} owes: ${owes.join(', ')}`);
  if (current.proof === null && current.death !== null)
    open.push('what it was to do is not done: that takes another attempt or another ceremony');
  if (current.proof !== null) {
    for (const { name, identity } of plan.receivers.filter((receiver) => !current.closings.has(receiver.identity)))
      open.push(isLost(identity) ? `${name} was declared lost and has not closed` : `${name} has not closed yet`);
    for (const { caller, signers, lost, reason, complete } of manifest.reproves)
      if (complete && lost.length > 0)
        open.push(
          `${caller} had the turn signed by ${signers.join(', ')} alone, and ${lost.join(', ')} declared lost: ${reason}`,
        );
    for (const { name, why, oldShare } of manifest.withoutShare)
      if (why === 'leaves' && oldShare === null)
        open.push(`${name} left and has not closed: the old share there may still exist`);
    for (const { name, index } of manifest.lost)
      open.push(`the share of ${name}, old member ${index}, was declared lost and not destroyed`);
    for (const { member, state, why } of manifest.oldShares)
      if (state === 'kept') open.push(`the old share of ${member} was kept (${why})`);
    for (const { member, kind, id, label, epoch, destroyed } of manifest.copies.invalid)
      if (destroyed === null)
        open.push(
          `${kind} ${id} "${label}" of ${member}, epoch ${epoch}, is worthless now: destroy it and record that`,
        );
  }
  return { succeeded: current.proof !== null && failed.length === 0, says: saysOf(), open };

  function saysOf(): string {
    const named = [...new Set(chargesIn([view]).map(({ member }) => member))];
    const guilty = named.length === 0 ? '' : `; at fault: ${named.join(', ')}`;
    if (current.proof === null) {
      if (current.death !== null) return `no: ${deathWords(view)}${guilty}`;
      return `not yet: it is at ${phase}, and waits for ${manifest.waitingFor.join(', ') || 'nobody'}${guilty}`;
    }
    if (failed.length > 0) return 'no: there is a proof of life, but not every check holds';
    const lost = (current.proof.lost ?? []).map(({ name }) => name).join(', ');
    if (phase === 'complete' && lost !== '')
      return `yes: the key signed its committee ${holders}, and each of them has closed but ${lost}, declared lost`;
    return phase === 'complete'
      ? `yes: the key signed its committee ${holders}, and each of them has closed`
      : `yes: the key signed its committee ${holders}; not all of them have closed yet`;
  }
}

const kindNames = Object.keys(allKinds) as KindName[];

function unattendedIn({ plan, packets }: View): Transcript['unattended'] {
  return plan.participants.flatMap(({ identity, name }) => {
    const kinds = packets.filter((packet) => packet.identity === identity && !packet.attended).map(({ kind }) => kind);
    const inOrder = kindNames.filter((kind) => kinds.includes(kind));
    return inOrder.length === 0 ? [] : [{ member: name, kinds: inOrder }];
  });
}

/** Of a committee that is proven: what was dealt to one that never was signs nothing. */
function coverageIn({ plan, current }: View): Transcript['coverage'] {
  const committee = current.proof?.link.proven ?? plan.parent?.proven ?? null;
  if (committee === null) return null;
  const coverage = coverageOf(committee);
  const lost =
    current.proof?.lost.map(({ name }) => name) ??
    plan.holders.flatMap((holder, place) => (holder === null ? (committee.members[place]?.name ?? []) : []));
  const without = lost.length === 0 ? '' : `; but not to be counted on, since declared lost: ${lost.join(', ')}`;
  return { ...coverage, words: `${coverageWords(coverage)}${without}` };
}

function consentsIn({ plan, packets }: View): Consent[] {
  return plan.participants.flatMap(({ identity, name }) => {
    const [first] = packets
      .filter((packet) => packet.identity === identity && !isKind(packet, 'note') && !isKind(packet, 'refusal'))
      .sort((a, b) => a.at - b.at || kindNames.indexOf(a.kind) - kindNames.indexOf(b.kind));
    if (first === undefined) return [];
    const { at, kind, attended, digest } = first;
    return [{ member: name, at, kind, attended, packet: digest }];
  });
}

function toolsIn({ plan, packets }: View): Transcript['tools'] {
  const planned = toolJson(plan.tool);
  const members = packets.flatMap((packet) => {
    if (!isKind(packet, 'acceptance') && !isKind(packet, 'census')) return [];
    const tool = toolJson(packet.body.tool);
    const same = tool.version === planned.version && tool.digest === planned.digest;
    return [{ member: plan.byIdentity.get(packet.identity)?.name ?? '', ...tool, same }];
  });
  return { plan: planned, members: members.sort((a, b) => (a.member < b.member ? -1 : 1)) };
}

function toolJson({ version, digest }: ToolFacts): Tool {
  return { version, digest: digest === null ? null : toHex(digest) };
}
