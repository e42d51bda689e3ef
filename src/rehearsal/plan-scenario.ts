import { type PlanFile, planFileSchema } from '../ceremony/plan-file.ts';
import { type Proposal, parse, readScenario, type Scenario, scenarioProblem } from './scenario.ts';

type Holders = NonNullable<NonNullable<PlanFile['standing']>['holders']>;

export function isPlanFile(value: unknown): boolean {
  return typeof value === 'object' && value !== null && 'propose' in value && 'answers' in value;
}

/** A rehearsal of a plan: the same proposal, by people of the same names, to its very end. */
export function scenarioOfPlan(value: unknown): Scenario {
  const { propose: kind, answers, standing } = parse(planFileSchema, value, '');
  const holders = standing?.holders ?? null;
  if (kind !== 'genesis' && holders === null) {
    throw scenarioProblem('standing.holders', 'the plan does not say who holds the key now, so nobody can play them');
  }
  const before = holders?.members ?? [];
  const named = [answers.members, answers.approvers, answers.policyApprovers, answers.observers].flatMap(list);
  const people: string[] = [];
  for (const one of [...before, ...named, ...(holders?.approvers ?? [])])
    if (!people.some((known) => same(known, one))) people.push(one); // whoever is typed in another case is the same
  const called = (names: string | undefined): string[] =>
    list(names).map((one) => people.find((known) => same(known, one)) ?? one);
  const members = called(answers.members);
  const observers = called(answers.observers);
  const approvers = [...new Set([...called(answers.approvers), ...(holders?.approvers ?? [])])];
  const able = kind === 'genesis' ? people : before;
  const by = able.find((one) => one === standing?.by) ?? able[0] ?? '';
  const keyset = answers.keyset ?? 'keyset';
  const proposal: Proposal = {
    by,
    kind,
    keyset,
    ...(kind !== 'genesis' && kind !== 'reshare' ? {} : { members, threshold: whole(answers.threshold, 'threshold') }),
    ...(kind === 'genesis' ? { keys: answers.key ?? [] } : {}),
    ...(answers.signers === undefined ? {} : { signers: called(answers.signers) }),
    ...(answers.lost === undefined ? {} : { lost: list(answers.lost) }),
    ...(answers.dealers === undefined ? {} : { dealers: called(answers.dealers) }),
    ...(approvers.length === 0 ? {} : { approvers }),
    ...(answers.approvals === undefined ? {} : { approvals: whole(answers.approvals, 'approvals') }),
    ...(observers.length === 0 ? {} : { observers }),
    ...policyIn(answers, called),
    ...(answers.backup === undefined ? {} : { backup: answers.backup }),
    ...(answers.copies === undefined ? {} : { copies: whole(answers.copies, 'copies') }),
    ...(answers.destroy === undefined ? {} : { destroy: answers.destroy }),
    reason: answers.reason ?? '',
    because: answers.because ?? 'other',
    ...(answers.ticket === undefined ? {} : { ticket: answers.ticket }),
    ...(answers.beacon === undefined ? {} : { beacon: answers.beacon }),
    ...(answers.expires === undefined ? {} : { expires: answers.expires }),
  };
  const init = [...people.filter((one) => one !== by), by];
  const walk = 'complete';
  return readScenario({
    v: 1,
    name: `plan-${kind}`,
    about: `A rehearsal of the plan to ${kind} ${keyset}${holders === null ? '' : ', with a key that was made up for it'}.`,
    people,
    setup: holders === null ? [] : [{ init }, { propose: madeUp(keyset, holders) }, { walk }],
    steps: [...(holders === null ? [{ init }] : []), { propose: proposal }, { walk }],
    expect: {
      phase: 'complete',
      keys: kind === 'genesis' ? 'new' : 'unchanged',
      outstanding: [],
      sharesSign: true,
      faults: [],
    },
  });
}

/** The policy that the plan sets, if it sets one. */
function policyIn(
  answers: PlanFile['answers'],
  called: (names: string | undefined) => string[],
): Pick<Proposal, 'policy'> {
  const { refreshEvery, backups, minimumThreshold, shapes, policyApprovers, policyApprovals } = answers;
  const policy = {
    ...(refreshEvery === undefined ? {} : { refreshEvery }),
    ...(backups === undefined ? {} : { backups: whole(backups, 'backups') }),
    ...(minimumThreshold === undefined ? {} : { minimumThreshold: whole(minimumThreshold, 'minimumThreshold') }),
    ...(shapes === undefined ? {} : { shapes }),
    ...(policyApprovers === undefined ? {} : { approvers: called(policyApprovers) }),
    ...(policyApprovals === undefined ? {} : { approvals: whole(policyApprovals, 'policyApprovals') }),
  };
  return Object.keys(policy).length === 0 ? {} : { policy };
}

/** A key of the same shape as the one that the plan is about. */
function madeUp(keyset: string, holders: Holders): Proposal {
  const { members, threshold, keys, approvers, approvals } = holders;
  return {
    by: members[0] as string,
    kind: 'genesis',
    keyset,
    members,
    threshold,
    keys,
    ...(approvers.length === 0 ? {} : { approvers, approvals }),
    reason: 'made up for a rehearsal',
  };
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

function same(one: string, other: string): boolean {
  return one.toLowerCase() === other.toLowerCase();
}
