import * as v from 'valibot';
import { phases } from '../ceremony/evaluate.ts';
import { Problem } from '../problem.ts';
import type { Question } from './party.ts';
import type { Proposal } from './scenario.ts';

/* What people type and what the program answers: the words and the JSON that scripts may rely on, and nothing else. */

export const proposeJson = v.object({ ceremony: v.string(), keyset: v.string(), kind: v.string() });
export const nextJson = v.object({
  ceremonies: v.array(
    v.object({
      ceremony: v.string(),
      keyset: v.string(),
      phase: v.picklist(phases),
      did: v.array(v.string()),
      waitingFor: v.array(v.string()),
    }),
  ),
  nextStops: v.array(v.string()),
  synced: v.object({ in: v.number(), out: v.number() }),
  rejected: v.array(v.object({ file: v.string(), reason: v.string() })),
  holds: v.array(v.object({ ceremony: v.string(), code: v.string(), message: v.string() })),
});
export type NextJson = v.InferOutput<typeof nextJson>;
const errorJson = v.object({
  error: v.object({ code: v.string(), message: v.string(), hint: v.optional(v.string()) }),
});
const madeBackup = v.object({ id: v.string(), file: v.string() });
const createJson = v.object({ backups: v.pipe(v.array(madeBackup), v.minLength(1)) });
export type MadeBackup = v.InferOutput<typeof madeBackup>;

export interface Ran {
  readonly status: number;
  readonly json: unknown;
  /** All that people read. */
  readonly screen: string;
  readonly questions: readonly Question[];
}

export function stuck(message: string): Problem {
  return new Problem('REHEARSAL_STUCK', message);
}

export function refused(who: string, what: string, { status, json, screen }: Ran, wanted = 0): Problem {
  const error = v.safeParse(errorJson, json);
  const why = error.success ? error.output.error.message : (screen.trim().split('\n').at(-1) ?? '');
  return stuck(`${what} at ${who} ended with ${status} and not ${wanted}: ${why}`);
}

/** The backup that a command made. */
export function madeIn({ json }: Ran): MadeBackup | null {
  const made = v.safeParse(createJson, json);
  return made.success ? (made.output.backups[0] ?? null) : null;
}

/** All that people read: with a screen of their own they would see a refusal there as well. */
export function told({ json, screen }: Ran): string {
  const error = v.safeParse(errorJson, json);
  return error.success ? `${screen}\n${error.output.error.message}\n${error.output.error.hint ?? ''}` : screen;
}

export function read<T extends v.GenericSchema>(schema: T, ran: Ran, what: string): v.InferOutput<T> {
  const result = v.safeParse(schema, ran.json);
  if (result.success) return result.output;
  const error = v.safeParse(errorJson, ran.json);
  throw stuck(`${what} ended with ${ran.status}: ${error.success ? error.output.error.message : 'no result'}`);
}

/** `{ceremony}` is the number of the ceremony that was begun last, as people see it. */
export function named(words: string, begun: readonly { readonly ceremony: string }[]): string {
  return words.replaceAll('{ceremony}', (begun.at(-1)?.ceremony ?? '').slice(0, 16));
}

/** The words that are not on a screen, wherever its lines are broken. */
export function notSaid(screen: string, words: readonly string[]): string[] {
  const read = screen.replace(/\s+/g, ' ');
  return words.filter((some) => !read.includes(some));
}

export function proposeWords(is: Proposal): string[] {
  const option = (flag: string, value: string | number | readonly string[] | undefined): string[] =>
    value === undefined ? [] : [flag, Array.isArray(value) ? value.join(',') : String(value)];
  const { policy = {} } = is;
  const sets = is.policy !== undefined && is.kind === 'refresh';
  return [
    ...(sets ? ['policy', 'set', is.keyset] : ['propose', is.kind, '--keyset', is.keyset]),
    ...option('--refresh-every', policy.refreshEvery),
    ...option('--backups', policy.backups),
    ...option('--minimum-threshold', policy.minimumThreshold),
    ...option('--shapes', policy.shapes),
    ...option('--members', is.members),
    ...option('--stay', is.stay),
    ...option('--join', is.join),
    ...option('--leave', is.leave),
    ...option('--lost', is.lost),
    ...option('--threshold', is.threshold),
    ...(is.keys ?? []).flatMap((key) => ['--key', key]),
    ...option('--dealers', is.dealers),
    ...option('--signers', is.signers),
    ...option('--approvers', sets ? policy.approvers : is.approvers),
    ...option('--approvals', sets ? policy.approvals : is.approvals),
    ...option('--observers', is.observers),
    ...option('--backup', is.backup),
    ...option('--copies', is.copies),
    ...option('--destroy', is.destroy),
    ...option('--reason', is.reason),
    ...option('--because', is.because),
    ...option('--ticket', is.ticket),
    ...option('--expires', is.expires),
    ...option('--beacon', is.beacon),
  ];
}
