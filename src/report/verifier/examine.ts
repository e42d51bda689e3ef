import { sha256 } from '@noble/hashes/sha2.js';
import { equalBytes, toHex } from '../../bytes/hex.ts';
import type { View } from '../../ceremony/evaluate.ts';
import { chargesIn, evidenceBytes, isEvidence, type Judgement, judgeEvidence } from '../../ceremony/evidence.ts';
import { exportBytes, isExport } from '../../ceremony/export.ts';
import { type Comparison, forksBetween } from '../../ceremony/forks.ts';
import { type Manifest, manifestOf } from '../../ceremony/manifest.ts';
import { type Asked, type Verification, verifyExport } from '../../ceremony/verify.ts';
import { windowOf } from '../../ceremony/window.ts';
import { manifestText } from '../manifest-text.ts';
import { beaconJson } from '../plan-json.ts';
import { troubleOf } from '../trouble-json.ts';
import { windowRows } from '../window-text.ts';
import type { Committee, Happening } from './picture.ts';

export interface Given {
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** A ceremony of an export, told as it is anywhere else. */
export interface Told {
  readonly manifest: Manifest;
  readonly end: string;
  /** What became of the shares, where nothing was proven. */
  readonly shares: readonly string[];
  /** What bounds it in time, without anybody's clock. */
  readonly window: readonly (readonly [string, string])[];
  readonly text: string;
}

/** All that is found of one file, as plain data: it crosses from the worker to the page. */
export interface Examined {
  readonly name: string;
  readonly size: number;
  readonly sha256: string;
  readonly verification: Omit<Verification, 'ceremonies' | 'links'> | null;
  readonly judgement: Judgement | null;
  readonly committees: readonly Committee[];
  readonly happenings: readonly Happening[];
  readonly ceremonies: readonly Told[];
  /** How many more there are than are told: a page has to stay one that a browser can hold. */
  readonly untold: number;
}

/** Exports of one keyset beside each other; `of` are the names of all exports that were given. */
export interface Compared {
  readonly comparisons: readonly Comparison[];
  readonly of: readonly string[];
}

const toldAtMost = 200;

/** No file beyond this is even read. */
export const mostBytes = Math.max(exportBytes, evidenceBytes);

/** Whether the first bytes are those of a file that can be judged here; the rest need not be read to know. */
export function isKnown(start: Uint8Array): boolean {
  return isExport(start) || isEvidence(start);
}

/** File by file, and then all of them against each other. */
export function* examine(files: readonly Given[], asked: Asked): Generator<Examined | Compared> {
  const verified: { readonly name: string; readonly verification: Verification }[] = [];
  for (const { name, bytes } of files) {
    const file = { name, size: bytes.length, sha256: toHex(sha256(bytes)) };
    if (isExport(bytes)) {
      const verification = verifyExport(bytes, asked);
      verified.push({ name, verification });
      yield { ...file, ...ofExport(verification) };
    } else {
      yield { ...file, ...nothing, judgement: isEvidence(bytes) ? judgeEvidence(bytes) : null };
    }
  }
  const comparisons = forksBetween(verified.map(({ verification }) => verification));
  yield { comparisons, of: verified.map(({ name }) => name) };
}

type Judged = Omit<Examined, 'name' | 'size' | 'sha256'>;

const nothing: Judged = {
  verification: null,
  judgement: null,
  committees: [],
  happenings: [],
  ceremonies: [],
  untold: 0,
};

function ofExport({ ceremonies: views, links, ...verification }: Verification): Judged {
  return {
    verification,
    judgement: null,
    committees: links.map(({ proven }) => ({
      id: toHex(proven.id),
      previous: proven.previous === null ? null : toHex(proven.previous),
      epoch: proven.epoch,
      threshold: proven.threshold,
      members: proven.members.map(({ name, identity }) => ({ name, identity: toHex(identity) })),
      ceremony: toHex(proven.ceremony),
    })),
    happenings: views.flatMap(happenings),
    ceremonies: views.slice(0, toldAtMost).map(told),
    untold: Math.max(0, views.length - toldAtMost),
  };
}

function told(view: View): Told {
  const manifest = manifestOf(view);
  const { notBefore, notAfter, record } = windowOf(view);
  return {
    manifest,
    end: endOf(view),
    shares: troubleOf(view).shares,
    window: windowRows({
      notBefore: beaconJson(notBefore),
      notAfter,
      record: { digest: toHex(record.digest), of: record.of },
    }),
    text: manifestText(manifest),
  };
}

/** The ceremony, and those of its attempts that were given up before the one that it is at. */
function happenings(view: View): Happening[] {
  const { plan, phase, current, attempts } = view;
  const { ceremony, kind } = plan;
  const { from } = plan.epoch;
  const charges = chargesIn([view]);
  const names = (some: typeof charges): string[] => [...new Set(some.map(({ member }) => member))];
  const good = phase === 'complete' || phase === 'closing';
  const given = attempts.filter((one) => one.death !== null && one !== current);
  return [
    { ceremony, attempt: null, kind, from, end: endOf(view), good, faults: names(charges) },
    ...given.map(({ attempt, death }): Happening => {
      const here = view.packets.filter((packet) => equalBytes(packet.attempt, attempt.id));
      const of = charges.filter(({ packets }) => here.some(({ digest }) => packets.includes(digest)));
      const end = `given up by ${death?.by.join(', ')}`;
      return { ceremony, attempt: attempt.number, kind, from, end, good: false, faults: names(of) };
    }),
  ];
}

/** How it ended, or how far it is, as far as the packets in the file show. */
function endOf({ phase, current, plan }: View): string {
  if (phase === 'complete') return 'complete';
  if (phase === 'closing') return 'proven; not all have closed here';
  if (phase === 'aborted' || phase === 'failed') {
    const by = current.death?.by ?? [];
    return by.length === 0 ? 'given up' : `given up by ${by.join(', ')}`;
  }
  return `not finished here: ${phase}${plan.kind === 'genesis' ? '; no key is proven' : ''}`;
}
