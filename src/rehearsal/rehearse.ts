import * as v from 'valibot';
import { equalBytes, toHex } from '../bytes/hex.ts';
import type { Random } from '../bytes/random.ts';
import { unwrapProposal } from '../ceremony/envelope.ts';
import { phases } from '../ceremony/evaluate.ts';
import { ceremonyFolder, openStick, readStick } from '../courier/stick.ts';
import { Problem } from '../problem.ts';
import { named, notSaid } from './conversation.ts';
import { type Holding, holdersOf, holdingsOf, sharesWrong, subsets } from './holdings.ts';
import { Rehearsal } from './rehearsal.ts';
import type { Amount, Expectation, Scenario, Step } from './scenario.ts';
import { committees, signingWrong } from './signing.ts';
import type { Begun, Reading, Stage, Tally, Told } from './stage.ts';

export interface RehearseOptions {
  /** An empty folder: homes and sticks are made in it. */
  readonly folder: string;
  readonly seed: string | null;
  readonly tell: (told: Told) => void;
  /** Whose set-up was the same, on the disk that the stage is a copy of: it is not played again. */
  readonly founded?: Rehearsal;
}

export interface Check {
  readonly check: string;
  readonly ok: boolean;
  readonly detail: string;
}

export interface Ended {
  readonly ceremony: string;
  readonly kind: string;
  readonly keyset: string;
  readonly phase: string;
  readonly outstanding: readonly string[];
  readonly faults: readonly { readonly member: string; readonly fault: string; readonly packet: string }[];
}

export interface Rehearsed {
  readonly scenario: Scenario;
  readonly ok: boolean;
  readonly setup: Tally;
  readonly tally: Tally;
  readonly ceremonies: readonly Ended[];
  readonly packets: number;
  readonly bytes: number;
  readonly seconds: number;
  readonly checks: readonly Check[];
  /** What everybody who is there can read at the end. */
  readonly boards: readonly Reading[];
  /** What the last machine prints for people at the end. */
  readonly transcript: () => Promise<string>;
}

/** Plays a scenario to its end, and holds what came of it against what the scenario says. */
export async function rehearse(scenario: Scenario, stage: Stage, options: RehearseOptions): Promise<Rehearsed> {
  const { folder, seed, tell } = options;
  const began = stage.now();
  const rehearsal = new Rehearsal(scenario, stage, folder, seed, tell);
  const everybody = [...rehearsal.parties.values()];
  const shares = (): Holding[] => everybody.flatMap((party) => holdingsOf(stage, party));
  const active = (all: readonly Holding[]): Holding[] => all.filter(({ state }) => state === 'active');
  let before: Holding[] = [];
  let stopped: string | null = null;
  try {
    if (options.founded !== undefined) rehearsal.goOn(options.founded);
    else if (scenario.setup.length > 0) await rehearsal.play('setup', scenario.setup);
    before = active(shares());
    await rehearsal.play('measured', scenario.steps);
  } catch (error) {
    if (!(error instanceof Problem) || error.code !== 'REHEARSAL_STUCK') throw error;
    stopped = error.message;
  }
  const seconds = stage.now() - began;
  const measured = rehearsal.begun.filter(({ part }) => part === 'measured');
  const boards = await boardsOf(rehearsal, scenario);
  const ceremonies = ended(boards, rehearsal, measured);
  const left = shares();
  const facts: Facts = {
    tally: rehearsal.rounds.tallies.measured,
    ceremonies,
    named: blamed(boards, measured),
    left,
    random: stage.random,
    ...kept(before, active(left), measured),
  };
  const checks = [
    { check: 'every step was done', ok: stopped === null, detail: stopped ?? `${scenario.steps.length} steps` },
    ...checksOf(scenario.expect, facts),
    ...boardChecks(boards, rehearsal.begun, scenario.expect),
    ...(await manifestChecks(rehearsal, measured, scenario.expect)),
  ];
  return {
    scenario,
    ok: checks.every(({ ok }) => ok),
    setup: rehearsal.rounds.tallies.setup,
    tally: rehearsal.rounds.tallies.measured,
    ceremonies,
    ...carried(stage, rehearsal, measured),
    seconds,
    checks,
    boards: boards.filter(({ there }) => there),
    transcript: () => transcriptOf(rehearsal, measured),
  };
}

const boardJson = v.object({
  ceremonies: v.array(
    v.object({
      ceremony: v.string(),
      phase: v.picklist(phases),
      outstanding: v.array(v.string()),
      faults: v.array(v.object({ member: v.string(), fault: v.string(), packet: v.string() })),
    }),
  ),
});

/** Of one machine, for people and for scripts. */
interface Board extends Reading {
  readonly there: boolean;
  readonly ceremonies: v.InferOutput<typeof boardJson>['ceremonies'];
}

/** The boards of all machines: of those who vanished as well, since an honest member is to be named on none. */
async function boardsOf(rehearsal: Rehearsal, { setup, steps }: Scenario): Promise<Board[]> {
  const gone = absentAfter([...setup, ...steps]);
  const boards: Board[] = [];
  for (const party of rehearsal.parties.values()) {
    const { status, json, screen } = await rehearsal.run(party, ['status', '--json']);
    const seen = v.safeParse(boardJson, json);
    if (status !== 0 || !seen.success) continue;
    boards.push({ who: party.name, screen, there: !gone.has(party.name), ceremonies: seen.output.ceremonies });
  }
  return boards;
}

function absentAfter(steps: readonly Step[]): Set<string> {
  const gone = new Set<string>();
  for (const { step, is } of steps) {
    if (step === 'absent') for (const who of is) gone.add(who);
    if (step === 'back') for (const who of is) gone.delete(who);
  }
  return gone;
}

/** How the ceremonies stand, as the machine shows it that was visited last of those with a part in them. */
function ended(boards: readonly Board[], rehearsal: Rehearsal, begun: readonly Begun[]): Ended[] {
  return begun.map(({ ceremony, kind, keyset }) => {
    const board = boards.find(({ who }) => who === rehearsal.lastOn(ceremony)?.name);
    const shown = board?.ceremonies.find((one) => one.ceremony === ceremony);
    const { phase = 'proposed', outstanding = [], faults = [] } = shown ?? {};
    return { ceremony, kind, keyset, phase, outstanding, faults };
  });
}

/** Who is named for what, on whichever machine: an honest member is to be named on none. */
function blamed(boards: readonly Board[], begun: readonly Begun[]): Ended['faults'][number][] {
  const measured = new Set(begun.map(({ ceremony }) => ceremony));
  return boards.flatMap(({ ceremonies }) =>
    ceremonies.filter(({ ceremony }) => measured.has(ceremony)).flatMap(({ faults }) => faults),
  );
}

function boardChecks(boards: readonly Board[], begun: readonly Begun[], { statusSays = {} }: Expectation): Check[] {
  return Object.entries(statusSays).map(([who, says]) => {
    const board = boards.find((one) => one.who === who);
    const check = `the board of ${who} says so`;
    return board === undefined
      ? { check, ok: false, detail: 'there is none' }
      : said(
          check,
          board.screen,
          says.map((words) => named(words, begun)),
        );
  });
}

async function manifestChecks(
  rehearsal: Rehearsal,
  begun: readonly Begun[],
  { manifestSays }: Expectation,
): Promise<Check[]> {
  const ceremony = begun.at(-1)?.ceremony ?? '';
  const last = rehearsal.lastOn(ceremony);
  if (manifestSays === undefined) return [];
  const check = 'the manifest says so';
  if (last === null) return [{ check, ok: false, detail: 'there is none' }];
  const { screen } = await rehearsal.run(last, ['manifest', '--ceremony', ceremony]);
  return [said(check, screen, manifestSays)];
}

function said(check: string, screen: string, says: readonly string[]): Check {
  const missing = notSaid(screen, says);
  const detail = missing.length === 0 ? says.join('; ') : `not there: ${missing.join('; ')}`;
  return { check, ok: missing.length === 0, detail };
}

/** The verification transcript as people read it; the board while there is none. */
async function transcriptOf(rehearsal: Rehearsal, begun: readonly Begun[]): Promise<string> {
  const ceremony = begun.at(-1)?.ceremony;
  const last = ceremony === undefined ? null : rehearsal.lastOn(ceremony);
  if (last === null || ceremony === undefined) return '';
  for (const command of ['transcript', 'status']) {
    const { status, screen } = await rehearsal.run(last, [command, '--ceremony', ceremony]);
    if (status === 0) return screen;
  }
  return '';
}

/** What the measured ceremonies left on the sticks. */
function carried({ fs }: Stage, rehearsal: Rehearsal, begun: readonly Begun[]): { packets: number; bytes: number } {
  const found = new Map<string, number>();
  const ids = new Set(begun.map(({ ceremony }) => ceremony));
  const folders = new Set(begun.map(({ ceremony }) => ceremonyFolder(ceremony)));
  for (const path of rehearsal.rounds.sticks.values()) {
    const { ceremonies, others } = readStick(fs, openStick(fs, path));
    for (const [folder, files] of ceremonies)
      if (folders.has(folder)) for (const { hash, bytes } of files) found.set(hash, bytes.length);
    for (const { name, bytes } of others) {
      if (name.toLowerCase().endsWith('.proposal') && ids.has(unwrapProposal(bytes)?.ceremony ?? ''))
        found.set(name, bytes.length);
    }
  }
  return { packets: found.size, bytes: [...found.values()].reduce((sum, length) => sum + length, 0) };
}

interface Facts {
  readonly tally: Tally;
  readonly ceremonies: readonly Ended[];
  readonly named: Ended['faults'];
  /** Every share that any vault still has. */
  readonly left: readonly Holding[];
  readonly random: Random;
  /** Who held the key before, and who holds it now. */
  readonly old: readonly Holding[];
  readonly now: readonly Holding[];
  /** Epoch of everybody's active share of that keyset. */
  readonly epochs: ReadonlyMap<string, number>;
}

/** The shares that the last measured ceremony made which made any: a drill and a census make none. */
function kept(
  before: readonly Holding[],
  after: readonly Holding[],
  begun: readonly Begun[],
): Pick<Facts, 'old' | 'now' | 'epochs'> {
  const made = begun
    .map((one) => after.find(({ ceremony }) => ceremony === one.ceremony))
    .findLast((holding) => holding !== undefined);
  const keyset = made?.descriptor.keysetId ?? before[0]?.descriptor.keysetId;
  const mine = (all: readonly Holding[]): Holding[] =>
    all.filter(({ descriptor }) => keyset !== undefined && equalBytes(descriptor.keysetId, keyset));
  const head = made ?? before[0];
  const old = mine(before);
  return {
    old: old[0] === undefined ? [] : holdersOf(old, old[0].descriptor),
    now: head === undefined ? [] : holdersOf(mine(after), head.descriptor),
    epochs: new Map(mine(after).map(({ who, descriptor }) => [who, descriptor.epoch])),
  };
}

function checksOf(expect: Expectation, facts: Facts): Check[] {
  const { tally, ceremonies, old, now, epochs } = facts;
  const checks: Check[] = [];
  const held = (check: string, ok: boolean, detail: string): void => {
    checks.push({ check, ok, detail });
  };
  const counted = (check: string, wanted: Amount | undefined, found: number): void => {
    if (wanted === undefined) return;
    const most = typeof wanted === 'number' ? null : wanted.atMost;
    held(
      check,
      most === null ? found === wanted : found <= most,
      `${found}, expected ${most === null ? wanted : `at most ${most}`}`,
    );
  };
  for (const [at, { kind, keyset, phase }] of ceremonies.entries()) {
    const wanted = typeof expect.phase === 'string' ? expect.phase : expect.phase[at];
    held(
      `${kind} of ${keyset} ended as it had to`,
      phase === wanted,
      `${phase}, expected ${wanted ?? 'no such ceremony'}`,
    );
  }
  if (ceremonies.length === 0) held('a ceremony was held', false, 'nothing was proposed');
  counted('visits', expect.visits, tally.visits);
  counted('consents', expect.consents, tally.consents);
  counted('prompts', expect.prompts, tally.prompts);
  counted('other questions', expect.questions, tally.questions);
  for (const [who, epoch] of Object.entries(expect.epochs ?? {})) {
    const found = epochs.get(who) ?? null;
    held(`share of ${who}`, found === epoch, `${epochWords(found)}, expected ${epochWords(epoch)}`);
  }
  if (expect.keys !== undefined) {
    const keys = (some: readonly Holding[]): string =>
      (some[0]?.descriptor.keys ?? []).map(({ label, publicKey }) => `${label} ${toHex(publicKey)}`).join(', ');
    const same = keys(old) === keys(now);
    const ok = now.length > 0 && (expect.keys === 'unchanged' ? same : old.length === 0);
    held(`the keys are ${expect.keys}`, ok, now.length === 0 ? 'nobody holds any' : same ? 'the same keys' : keys(now));
  }
  if (Array.isArray(expect.sharesSign)) {
    for (const { epoch, by } of expect.sharesSign) {
      const [holders = [], ...others] = committees(facts.left, epoch).map((all) =>
        all.filter(({ who }) => by.includes(who)),
      );
      const wrong = others.some((other) => other.length > 0)
        ? `there are two committees of epoch ${epoch}`
        : holders.length < by.length
          ? `only ${listed(holders.map(({ who }) => who))} still have a share`
          : signingWrong(holders, facts.random);
      held(`epoch ${epoch} signs`, wrong === null, wrong ?? `a signature by ${by.join(', ')} verifies`);
    }
  }
  if (expect.sharesSign === true) {
    // where no share moved, old and new ones are the same
    const moved =
      old[0] === undefined || now[0] === undefined || !equalBytes(old[0].descriptor.id, now[0].descriptor.id);
    const threshold = now[0]?.descriptor.threshold ?? 0;
    const unsigned = subsets(now, threshold).map((some) => signingWrong(some, facts.random));
    const wrong = sharesWrong(now, moved ? old : []) ?? unsigned.find((one) => one !== null) ?? null;
    const mixed = moved && old.length > 0 ? ', nor do old and new ones mixed' : '';
    held(
      'the shares make the key',
      wrong === null,
      wrong ?? `any ${threshold} of ${now.length} do, ${threshold - 1} do not${mixed}`,
    );
  }
  if (expect.outstanding !== undefined) {
    const found = ceremonies.flatMap(({ outstanding }) => outstanding);
    held(
      'outstanding',
      sameNames(found, expect.outstanding),
      `${listed(found)}, expected ${listed(expect.outstanding)}`,
    );
  }
  if (expect.faults !== undefined) {
    const words = ({ member, fault }: { member: string; fault: string }): string => `${member} ${fault}`;
    const found = facts.named.map(words);
    const wanted = expect.faults.map(words);
    held('faults', sameNames(found, wanted), `${listed(found)}, expected ${listed(wanted)}`);
  }
  return checks;
}

function epochWords(epoch: number | null): string {
  return epoch === null ? 'none' : `epoch ${epoch}`;
}

function listed(some: readonly string[]): string {
  return some.length === 0 ? 'none' : some.join(', ');
}

function sameNames(one: readonly string[], other: readonly string[]): boolean {
  return JSON.stringify([...new Set(one)].sort()) === JSON.stringify([...new Set(other)].sort());
}
