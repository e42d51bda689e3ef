import * as v from 'valibot';
import { becauses, planKinds } from '../ceremony/plan.ts';
import { count, name } from '../ceremony/schema.ts';
import { parse, type Proposal, readScenario, type Scenario, type Step, scenarioProblem } from './scenario.ts';

/*
 * What `propose --out-plan` writes: the answers to propose the same again, and how things stood (who proposed, and the
 * committee that holds the key), from which a rehearsal makes up people who hold a key of the same shape.
 */

const text = v.pipe(v.string(), v.maxLength(2000));
const names = v.pipe(v.array(name), v.minLength(2));

const schema = v.strictObject({
  v: v.literal(1),
  propose: v.picklist(planKinds),
  answers: v.partial(
    v.strictObject({
      keyset: name,
      members: text,
      threshold: text,
      key: v.array(text),
      dealers: text,
      reason: text,
      because: v.picklist(becauses),
      ticket: text,
      approvers: text,
      approvals: text,
      observers: text,
      backup: v.picklist(['none', 'required']),
      copies: text,
      destroy: v.picklist(['when-proven', 'ask']),
      expires: text,
    }),
  ),
  standing: v.optional(
    v.strictObject({
      by: name,
      /** Null in a genesis, where nobody holds anything yet. */
      holders: v.nullable(
        v.strictObject({
          members: names,
          threshold: count,
          keys: v.array(text),
          approvers: v.array(name),
          approvals: count,
        }),
      ),
    }),
  ),
});

export function isPlanFile(value: unknown): boolean {
  return typeof value === 'object' && value !== null && 'propose' in value && 'answers' in value;
}

/** A rehearsal of a plan: the same proposal, by people of the same names, to its very end. */
export function scenarioOfPlan(value: unknown): Scenario {
  const { propose: kind, answers, standing } = parse(schema, value, '');
  const members = list(answers.members);
  const holders = standing?.holders ?? null;
  if (kind !== 'genesis' && holders === null) {
    throw scenarioProblem('standing.holders', 'the plan does not say who holds the key now, so nobody can play them');
  }
  const approvers = [...new Set([...list(answers.approvers), ...(holders?.approvers ?? [])])];
  const observers = list(answers.observers);
  const everybody = [...(holders?.members ?? []), ...members, ...approvers, ...observers];
  const people = [...new Map([...everybody].reverse().map((one) => [one.toLowerCase(), one])).values()].reverse();
  const able = kind === 'genesis' ? people : (holders?.members ?? []);
  const by = able.find((one) => one === standing?.by) ?? able[0] ?? '';
  const keyset = answers.keyset ?? 'keyset';
  const proposal: Proposal = {
    by,
    kind,
    keyset,
    ...(kind === 'refresh' ? {} : { members, threshold: whole(answers.threshold, 'threshold') }),
    ...(kind === 'genesis' ? { keys: answers.key ?? [] } : {}),
    ...(answers.dealers === undefined ? {} : { dealers: list(answers.dealers) }),
    ...(approvers.length === 0 ? {} : { approvers }),
    ...(answers.approvals === undefined ? {} : { approvals: whole(answers.approvals, 'approvals') }),
    ...(observers.length === 0 ? {} : { observers }),
    ...(answers.backup === undefined ? {} : { backup: answers.backup }),
    ...(answers.copies === undefined ? {} : { copies: whole(answers.copies, 'copies') }),
    ...(answers.destroy === undefined ? {} : { destroy: answers.destroy }),
    reason: answers.reason ?? '',
    because: answers.because ?? 'other',
    ...(answers.ticket === undefined ? {} : { ticket: answers.ticket }),
    ...(answers.expires === undefined ? {} : { expires: answers.expires }),
  };
  const first: Step[] =
    holders === null
      ? []
      : [
          {
            step: 'propose',
            is: {
              by: holders.members[0] as string,
              kind: 'genesis',
              keyset,
              members: holders.members,
              threshold: holders.threshold,
              keys: holders.keys,
              ...(holders.approvers.length === 0
                ? {}
                : { approvers: holders.approvers, approvals: holders.approvals }),
              reason: 'made up for a rehearsal',
            },
          },
          { step: 'walk', is: 'complete' },
        ];
  const raw = (step: Step) => ({ [step.step]: step.is });
  const begin: Step = { step: 'init', is: [...people.filter((one) => one !== by), by] };
  return readScenario({
    v: 1,
    name: `plan-${kind}`,
    about: `A rehearsal of the plan to ${kind} ${keyset}, with a key that was made up for it.`,
    people,
    setup: kind === 'genesis' ? [] : [begin, ...first].map(raw),
    steps: [
      ...(kind === 'genesis' ? [begin] : []),
      { step: 'propose', is: proposal } as const,
      { step: 'walk', is: 'complete' } as const,
    ].map(raw),
    expect: {
      phase: 'complete',
      keys: kind === 'genesis' ? 'new' : 'unchanged',
      outstanding: [],
      sharesSign: true,
      faults: [],
    },
  });
}

function list(names: string | undefined): string[] {
  return (names ?? '')
    .split(',')
    .map((one) => one.trim())
    .filter((one) => one !== '');
}

function whole(number: string | undefined, what: string): number {
  if (!/^\d{1,4}$/.test(number ?? '')) throw scenarioProblem(`answers.${what}`, 'is not a whole number');
  return Number(number);
}
