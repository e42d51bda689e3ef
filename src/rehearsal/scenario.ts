import * as v from 'valibot';
import { escapeText } from '../bytes/printable.ts';
import { phases } from '../ceremony/evaluate.ts';
import { becauses, planKinds } from '../ceremony/plan.ts';
import { count, name } from '../ceremony/schema.ts';
import { Problem } from '../problem.ts';
import { lieNames } from './lies/lies.ts';

/*
 * A scenario is a script for people: who they are, what they do in order, and how it has to end. Each step is an
 * object with one field, the name of what is done. A new kind of step (a stick that is lost, a member that lies) is
 * one entry in `vocabulary` and one case in rehearse.ts.
 */

const names = v.pipe(v.array(name), v.minLength(1, 'names nobody'));
const text = v.pipe(v.string(), v.maxLength(2000));

/** What the keyset has to keep to from then on, as the flags say it: with a genesis, or set by a refresh. */
const policy = v.strictObject({
  refreshEvery: v.optional(text),
  backups: v.optional(count),
  minimumThreshold: v.optional(count),
  shapes: v.optional(text),
  approvers: v.optional(names),
  approvals: v.optional(count),
});

const proposal = v.strictObject({
  by: name,
  kind: v.picklist(planKinds),
  keyset: name,
  members: v.optional(names),
  stay: v.optional(names),
  join: v.optional(names),
  leave: v.optional(names),
  lost: v.optional(names),
  threshold: v.optional(count),
  keys: v.optional(v.array(text)),
  dealers: v.optional(names),
  signers: v.optional(names),
  approvers: v.optional(names),
  approvals: v.optional(count),
  observers: v.optional(names),
  policy: v.optional(policy),
  backup: v.optional(v.picklist(['none', 'required'])),
  copies: v.optional(count),
  destroy: v.optional(v.picklist(['when-proven', 'ask'])),
  reason: v.optional(text),
  because: v.optional(v.picklist(becauses)),
  ticket: v.optional(text),
  expires: v.optional(text),
  beacon: v.optional(text),
  /** In the place of the ceremony that was begun last. */
  insteadOf: v.optional(v.literal(true)),
  stick: v.optional(name),
});

const lie = v.strictObject({
  by: name,
  how: v.picklist(lieNames),
  /** Whom it is meant for, or in whose name it is told. */
  to: v.optional(names),
  /** Which ceremony it is told in, and which one something is brought over from, counted from 0: the last, and the one before. */
  in: v.optional(count),
  from: v.optional(count),
  stick: v.optional(name),
});

const vocabulary = {
  /** Each makes a vault, one after the other, and leaves a card on the stick. */
  init: names,
  propose: proposal,
  /** The stick goes where the program says, until the ceremony has got so far; `complete`: until it goes nowhere. */
  walk: v.picklist(phases),
  /** The stick, or several, at one machine, and `next` there. */
  visit: v.union([name, v.strictObject({ who: name, sticks: names })]),
  /** They are not to be found: the stick does not go to them, whatever the program says. */
  absent: names,
  /** They are there again. */
  back: names,
  /** The machine is gone with everything on it: after that, `init` makes a new one for the same person. */
  loseMachine: names,
  /** The share files are gone, and nothing else: identity, card and packets are still there. */
  loseShare: names,
  /** They remember another passphrase than the one that opens their vault. */
  losePassphrase: names,
  /** The stick is there, and the member at this machine says something else than the program would. */
  lie,
  /** The proposer-to-be puts a false identity in the place of these people on the own roster. */
  swapCards: v.strictObject({ by: name, of: names }),
  /** The stick is lost, and replaced by an empty one. */
  lose: name,
  /** A copy of somebody's whole vault, and what comes of putting it back. */
  keepVault: name,
  restoreVault: name,
  /** The stick is there, and the member at this machine says no. */
  refuse: v.strictObject({ by: name, reason: text }),
  /** What a person has to find on the board of these machines at this moment. */
  reads: v.record(name, v.array(text)),
  /**
   * Any other command on somebody's machine, the exit status that it has to have (0), and what a person has to read there.
   * In a word, `{stick}` is the main stick and `{stick:safe}` another, `{ceremony}` the number of the ceremony that was
   * begun last, and `{backup}` and `{copy}` the file and the number of the backup that this person made last.
   */
  command: v.strictObject({
    by: name,
    words: v.pipe(v.array(text), v.minLength(1)),
    exit: v.optional(count),
    says: v.optional(v.array(text)),
  }),
};

type Vocabulary = typeof vocabulary;
export type StepName = keyof Vocabulary;
export type Step = {
  readonly [K in StepName]: { readonly step: K; readonly is: v.InferOutput<Vocabulary[K]> };
}[StepName];
export type Proposal = v.InferOutput<typeof proposal>;
export type LieStep = v.InferOutput<typeof lie>;

const amount = v.union([count, v.strictObject({ atMost: count })], 'expected a number or {"atMost": number}');
export type Amount = v.InferOutput<typeof amount>;

const expectation = v.strictObject({
  /** Of every ceremony that is measured, or of each in the order in which they were begun. */
  phase: v.union([v.picklist(phases), v.array(v.picklist(phases))]),
  /** The epoch of the share that each of these holds at the end, null for none. */
  epochs: v.optional(v.record(name, v.nullable(count))),
  keys: v.optional(v.picklist(['new', 'unchanged'])),
  visits: v.optional(amount),
  prompts: v.optional(amount),
  consents: v.optional(amount),
  /** Prompts that were neither for a passphrase nor part of a consent. */
  questions: v.optional(amount),
  /** Who left and has not closed. */
  outstanding: v.optional(v.array(name)),
  /**
   * True: any threshold of the new shares make the key, fewer do not, old and new ones mixed do not, and they sign. Or who
   * has to be able to sign with the shares of which epoch that their machines still have, checked by a signature.
   */
  sharesSign: v.optional(v.union([v.literal(true), v.array(v.strictObject({ epoch: count, by: names }))])),
  /** Who is named for what on any machine: these, and nobody else on none. */
  faults: v.optional(v.array(v.strictObject({ member: name, fault: text }))),
  /** What the manifest shows on the machine that was visited last: of the ceremony that was begun last. */
  manifestSays: v.optional(v.array(text)),
  /** What a person has to find at the end on the board of these machines, where those read who ask what to do next. */
  statusSays: v.optional(v.record(name, v.array(text))),
});
export type Expectation = v.InferOutput<typeof expectation>;

const steps = v.array(v.record(v.string(), v.unknown()));

const schema = v.strictObject({
  v: v.literal(1),
  name: v.pipe(v.string(), v.regex(/^[a-z0-9][a-z0-9-]{0,63}$/, 'not a name of lower-case letters, digits and dashes')),
  about: text,
  people: v.pipe(v.array(name), v.minLength(2, 'a ceremony takes two'), v.maxLength(32)),
  sticks: v.optional(names, ['stick']),
  /** What has to be there before: counted apart. */
  setup: v.optional(steps, []),
  steps: v.pipe(steps, v.minLength(1, 'nothing is done')),
  expect: expectation,
});

export interface Scenario extends Omit<v.InferOutput<typeof schema>, 'v' | 'setup' | 'steps'> {
  readonly setup: readonly Step[];
  readonly steps: readonly Step[];
}

export function scenarioProblem(place: string, what: string): Problem {
  return new Problem(
    'SCENARIO_INVALID',
    `the scenario cannot be rehearsed: ${escapeText(place)}: ${escapeText(what)}`,
    'the files in ceremonies/ show how a scenario is written',
  );
}

/** The door for scenarios: one that comes back can be rehearsed, and names nobody who is not there. */
export function readScenario(value: unknown): Scenario {
  const { v: _, ...raw } = parse(schema, value, '');
  distinct(raw.people, 'people');
  distinct(raw.sticks, 'sticks');
  const scenario: Scenario = {
    ...raw,
    setup: raw.setup.map((step, at) => readStep(step, `setup.${at}`)),
    steps: raw.steps.map((step, at) => readStep(step, `steps.${at}`)),
  };
  for (const part of ['setup', 'steps'] as const)
    for (const [at, step] of scenario[part].entries()) known(scenario, step, `${part}.${at}`);
  const { epochs = {}, outstanding = [], faults = [], sharesSign, statusSays = {} } = scenario.expect;
  everyone(scenario.people, Object.keys(epochs), 'expect.epochs');
  everyone(scenario.people, Object.keys(statusSays), 'expect.statusSays');
  if (Array.isArray(sharesSign))
    everyone(
      scenario.people,
      sharesSign.flatMap(({ by }) => by),
      'expect.sharesSign',
    );
  everyone(scenario.people, outstanding, 'expect.outstanding');
  everyone(
    scenario.people,
    faults.map(({ member }) => member),
    'expect.faults',
  );
  return scenario;
}

export function parse<T extends v.GenericSchema>(schema: T, value: unknown, place: string): v.InferOutput<T> {
  const result = v.safeParse(schema, value, { abortEarly: true });
  if (result.success) return result.output;
  const issue = result.issues[0];
  const inside = v.getDotPath(issue) ?? '';
  const where = [place, inside].filter((part) => part !== '').join('.');
  throw scenarioProblem(where === '' ? 'the whole' : where, issue.message);
}

function readStep(raw: Record<string, unknown>, place: string): Step {
  const [step, ...others] = Object.keys(raw);
  if (step === undefined || others.length > 0) throw scenarioProblem(place, 'a step has exactly one field');
  if (!Object.hasOwn(vocabulary, step)) {
    throw scenarioProblem(place, `${step} is no step: there are ${Object.keys(vocabulary).join(', ')}`);
  }
  const is = parse(vocabulary[step as StepName], raw[step], `${place}.${step}`);
  return { step, is } as Step;
}

function known({ people, sticks }: Scenario, { step, is }: Step, place: string): void {
  const where = `${place}.${step}`;
  switch (step) {
    case 'init':
    case 'absent':
    case 'back':
    case 'loseMachine':
    case 'loseShare':
    case 'losePassphrase':
      everyone(people, is, where);
      return;
    case 'propose': {
      const { by, members = [], stay = [], join = [], leave = [], lost = [], dealers = [], signers = [] } = is;
      const { approvers = [], observers = [] } = is;
      everyone(
        people,
        [by, ...members, ...stay, ...join, ...leave, ...lost, ...dealers, ...signers, ...approvers, ...observers],
        where,
      );
      everyone(people, is.policy?.approvers ?? [], where);
      everyone(sticks, is.stick === undefined ? [] : [is.stick], where);
      // who approves a genesis is in the policy that it begins with
      const elsewhere = is.kind !== 'refresh' && (is.kind !== 'genesis' || is.policy?.approvers !== undefined);
      if (is.policy !== undefined && elsewhere)
        throw scenarioProblem(where, 'a policy is set by a refresh; a genesis has its approvers beside it');
      return;
    }
    case 'visit':
      everyone(people, [typeof is === 'string' ? is : is.who], where);
      everyone(sticks, typeof is === 'string' ? [] : is.sticks, where);
      return;
    case 'command':
    case 'refuse':
      everyone(people, [is.by], where);
      return;
    case 'lie':
      everyone(people, [is.by, ...(is.to ?? [])], where);
      everyone(sticks, is.stick === undefined ? [] : [is.stick], where);
      return;
    case 'swapCards':
      everyone(people, [is.by, ...is.of], where);
      return;
    case 'keepVault':
    case 'restoreVault':
      everyone(people, [is], where);
      return;
    case 'reads':
      everyone(people, Object.keys(is), where);
      return;
    case 'lose':
      everyone(sticks, [is], where);
      return;
    case 'walk':
      return;
  }
}

function everyone(people: readonly string[], named: readonly string[], place: string): void {
  const stranger = named.find((one) => !people.includes(one));
  if (stranger !== undefined) throw scenarioProblem(place, `${stranger} is not among ${people.join(', ')}`);
}

/** Names become folders, and some file systems know no case. */
function distinct(named: readonly string[], place: string): void {
  if (new Set(named.map((one) => one.toLowerCase())).size !== named.length)
    throw scenarioProblem(place, 'somebody or something is named twice');
}
