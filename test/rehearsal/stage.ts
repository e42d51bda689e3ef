import { readdirSync, readFileSync } from 'node:fs';
import { stageOf } from '../../src/cli/commands/rehearse.ts';
import { systemContext } from '../../src/cli/context.ts';
import { run } from '../../src/cli/program.ts';
import { memoryFileSystem } from '../../src/media/faults.ts';
import { Foundations } from '../../src/rehearsal/foundations.ts';
import type { Machine } from '../../src/rehearsal/party.ts';
import { type Rehearsed, rehearse } from '../../src/rehearsal/rehearse.ts';
import { readScenario, type Scenario } from '../../src/rehearsal/scenario.ts';
import type { Reading, Stage, Told } from '../../src/rehearsal/stage.ts';

const folder = new URL('../../ceremonies/', import.meta.url);

export const ceremonies: readonly string[] = readdirSync(folder)
  .filter((name) => name.endsWith('.json'))
  .sort();

// biome-ignore lint/suspicious/noExplicitAny: what a test changes of it
export function ceremonyJson(file: string): any {
  return JSON.parse(readFileSync(new URL(file, folder), 'utf8'));
}

export function ceremony(name: string): Scenario {
  return readScenario(ceremonyJson(`${name}.json`));
}

const faultsFolder = new URL('faults/', folder);

/** One file for each way in which a ceremony can go wrong. */
export const faults: readonly string[] = readdirSync(faultsFolder).sort();

// biome-ignore lint/suspicious/noExplicitAny: what a test changes of it
export function faultJson(file: string): any {
  return JSON.parse(readFileSync(new URL(file, faultsFolder), 'utf8'));
}

export function fault(file: string): Scenario {
  return readScenario(faultJson(file));
}

/** A stage on a disk in memory. */
export function memoryStage(): Stage {
  const fs = memoryFileSystem();
  fs.putFolder('/rehearsal');
  return stageOf({ ...systemContext([], null), fs }, run);
}

/** What happens on somebody's machine before the program runs there. */
export type Before = (argv: readonly string[], machine: Machine) => Promise<void>;

export async function played(scenario: Scenario, before?: Before): Promise<Rehearsed & { readonly told: Told[] }> {
  const stage = memoryStage();
  const told: Told[] = [];
  const run: Stage['run'] = async (argv, machine) => {
    await before?.(argv, machine);
    return stage.run(argv, machine);
  };
  const done = await rehearse(
    scenario,
    { ...stage, run },
    { folder: '/rehearsal', seed: null, tell: (one) => told.push(one) },
  );
  return { ...done, told };
}

const foundations = new Foundations((fs, memo) => stageOf({ ...systemContext([], null), fs, memo }, run));

/** The same from what was founded once for all scenarios with this set-up, and what `status` showed on the way. */
export async function playedOn(
  scenario: Scenario,
): Promise<{ readonly done: Rehearsed; readonly readings: Reading[] }> {
  const readings: Reading[] = [];
  const done = await foundations.play(scenario, (told) => {
    if ('reads' in told) readings.push(told.reads);
  });
  return { done, readings };
}

/** What did not come out as the scenario says. */
export function missed({ checks }: Rehearsed): string[] {
  return checks.filter(({ ok }) => !ok).map(({ check, detail }) => `${check}: ${detail}`);
}
