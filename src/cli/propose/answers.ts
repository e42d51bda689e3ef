import { resolve } from 'node:path';
import * as v from 'valibot';
import { movesShares, type Plan } from '../../ceremony/plan.ts';
import { type PlanFile, planFileSchema, standingOf } from '../../ceremony/plan-file.ts';
import { Problem } from '../../problem.ts';
import type { Wish } from '../../vault/propose.ts';
import type { Session } from '../session.ts';
import { writeReport } from '../written.ts';
import { beaconText, type Options } from './wish.ts';

const ofPolicy = [
  'refreshEvery',
  'backups',
  'minimumThreshold',
  'shapes',
  'policyApprovers',
  'policyApprovals',
] as const;

function policyAnswers(options: Options): Pick<Options, (typeof ofPolicy)[number]> {
  return Object.fromEntries(
    ofPolicy.flatMap((flag) => (options[flag] === undefined ? [] : [[flag, options[flag]] as const])),
  );
}

/** A file of answers: the flags, by their names. What it says is checked like flags. */
export function readAnswers(session: Session, file: string, kind: Wish['kind']): Options {
  const { propose, answers } = planFile(session, file);
  if (propose !== kind) throw new Problem('USAGE', `${file} is a plan to ${propose}, not to ${kind}`);
  return Object.fromEntries(Object.entries(answers).filter(([, value]) => value !== undefined)) as Options;
}

/** What the plan in a file is to do. */
export function kindIn(session: Session, file: string): Wish['kind'] {
  return planFile(session, file).propose;
}

function planFile({ context }: Session, file: string): PlanFile {
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder().decode(context.fs.readFile(resolve(file), 1024 * 1024)));
  } catch {
    throw new Problem('USAGE', `${file} cannot be read as a plan`, 'name a JSON file that --out-plan wrote');
  }
  const result = v.safeParse(planFileSchema, value);
  if (!result.success)
    throw new Problem('USAGE', `${file} is not a plan: ${v.getDotPath(result.issues[0]) ?? 'the whole'} is wrong`);
  return result.output;
}

export function writeAnswers({ context }: Session, file: string, options: Options, wish: Wish, plan: Plan): void {
  const { kind } = wish;
  const answers = {
    keyset: wish.keyset,
    ...(kind !== 'genesis' && kind !== 'reshare'
      ? {}
      : { members: wish.members.join(','), threshold: String(wish.threshold) }),
    ...(kind === 'genesis' ? { key: wish.keys.map((key) => `${key.label}:${key.suite}`) } : {}),
    ...(wish.signers === undefined ? {} : { signers: wish.signers.join(',') }),
    ...(wish.dealers === null ? {} : { dealers: wish.dealers.join(',') }),
    ...((wish.lost ?? []).length === 0 ? {} : { lost: (wish.lost ?? []).join(',') }),
    reason: wish.reason,
    because: wish.because,
    ...(wish.ticket === null ? {} : { ticket: wish.ticket }),
    approvers: wish.approvers.join(','),
    ...(wish.approvals === null ? {} : { approvals: String(wish.approvals) }),
    observers: wish.observers.join(','),
    ...(movesShares(wish) ? { backup: wish.backup, copies: String(wish.copies), destroy: wish.destroy } : {}),
    ...(wish.beacon == null ? {} : { beacon: beaconText(wish.beacon) }),
    ...policyAnswers(options),
    expires: options.expires ?? '14d',
  };
  const text = `${JSON.stringify({ v: 1, propose: kind, answers, standing: standingOf(plan) }, null, 2)}\n`;
  writeReport(context.fs, resolve(file), text);
}
