import { toHex } from '../bytes/hex.ts';
import { type Check, proofsOfLife, verifiers } from '../ceremony/checks.ts';
import type { View } from '../ceremony/evaluate.ts';
import { kinds as allKinds, isKind, type KindName } from '../ceremony/kinds.ts';
import { type Manifest, manifestOf } from '../ceremony/manifest.ts';
import { movesShares, type PlanFacts } from '../ceremony/plan.ts';
import { type WeakShape, weakShapeWords } from '../ceremony/weak-shapes.ts';
import { type BeaconJson, beaconJson, planJson } from './plan-json.ts';
import { censusLines, drillLines } from './still-text.ts';

type ToolFacts = PlanFacts['tool'];

/** What one machine adds from its own vault: no packet says it, and no other machine can check it. */
export interface OwnRecord {
  readonly member: string;
  readonly consent: { readonly at: number; readonly attended: boolean } | null;
  /** What became of this machine's shares, step by step. */
  readonly log: readonly { readonly at: number; readonly epoch: number; readonly event: string }[];
  /** Sentences that were typed here to go on in spite of an alarm. */
  readonly overrides: readonly { readonly at: number; readonly sentence: string }[];
  /** Files in this vault that are not what they were. */
  readonly damaged: readonly string[];
  readonly tool: ToolFacts;
}

export interface TranscriptSource {
  readonly view: View;
  readonly checks: readonly Check[];
  /** What this vault calls the keyset. */
  readonly keyset: string;
  readonly phrase: string;
  readonly own: OwnRecord;
}

interface Tool {
  readonly version: string;
  readonly digest: string | null;
}

/** A ceremony for the record, as plain data: the text for people is made from nothing else. */
export interface Transcript extends Manifest {
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
  readonly checks: readonly Check[];
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
  /** A public value in the plan, which is therefore not older. */
  readonly beacon: BeaconJson | null;
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
    outcome: outcomeOf(view, manifest, checks),
    claimed: { begun: plan.at, proven, last: Math.max(plan.at, ...packets.map(({ at }) => at)) },
    checks,
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
    beacon: beaconJson(plan.beacon),
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
    for (const { member, kind, label, epoch } of manifest.copies.invalid)
      open.push(`${kind} "${label}" of ${member}, epoch ${epoch}, is worthless now: destroy it and record that`);
  }
  return { succeeded: current.proof !== null && failed.length === 0, says: saysOf(), open };

  function saysOf(): string {
    if (current.proof === null) {
      if (current.death !== null) return `no: it was given up by ${current.death.by.join(', ')}`;
      return `not yet: it is at ${phase}, and waits for ${manifest.waitingFor.join(', ') || 'nobody'}`;
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
