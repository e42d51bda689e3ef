import { toHex } from '../../src/bytes/hex.ts';
import { type FaultyFileSystem, faultyFileSystem } from '../../src/media/faults.ts';
import type { FileSystem } from '../../src/media/file-system.ts';
import { encodeState } from '../../src/vault/state.ts';
import type { Vault } from '../../src/vault/vault.ts';
import type { Ran, World } from '../cli/world.ts';
import type { DiskFault } from './disks.ts';
import { brokenIn, type Known, kept, Overheard, packetsIn, seenIn } from './invariants.ts';

/* A story of commands in which one of them is let down by its disk, is run again, and goes on to its end. */

/** One command of one person. */
export interface Step {
  readonly who: string;
  readonly words: readonly string[];
}

/** A step, the world before it, and every operation that it does to the disk when nothing goes wrong. */
export interface Scene {
  readonly step: Step;
  readonly before: World;
  readonly changes: FaultyFileSystem['operations'];
  /** Reading included. */
  readonly all: FaultyFileSystem['operations'];
}

/** One fault in one scene, at its k-th operation. */
export interface Case {
  readonly scene: Scene;
  readonly fault: DiskFault;
  /** Counted from 1. */
  readonly at: number;
}

/** What everybody keeps in the end when nothing goes wrong, by name; null for who has no vault. */
export type Ending = Readonly<Record<string, string | null>>;

export interface Rules {
  readonly people: readonly string[];
  readonly ending: Ending;
  /** What the operator runs after this step was interrupted; usually the same again. */
  readonly again: (world: World, step: Step) => readonly Step[];
  /** How the story goes on then, to its end. */
  readonly onward: (world: World) => Promise<void>;
  /** Whether there is a key that must be usable at every moment. */
  readonly keyed: boolean;
  /** States from which the story went on to its end as it should: it is told once from each. */
  readonly ended: Set<string>;
}

let runs = 1000;

/** Every run is a process of its own, and those before it are gone, whatever lock they left behind. */
function ownProcess() {
  const pid = ++runs;
  const started = (asked: number): string | null => (asked === pid ? '1' : null);
  return { pid, boot: () => 'b007', started, pause: () => undefined, onExit: () => () => undefined };
}

export function runStep(world: World, { who, words }: Step, fs: FileSystem = { ...world.memory }): Promise<Ran> {
  return world.machine(who).runWith({ fs, processes: ownProcess() }, ...words);
}

/** Does the step, once beside the world to count its operations and once in it. */
export async function played(world: World, step: Step): Promise<{ readonly scene: Scene; readonly ran: Ran }> {
  const before = world.fork();
  const changes = faultyFileSystem({ ...before.fork().memory });
  const all = faultyFileSystem(changes, { at: Number.MAX_SAFE_INTEGER, fault: 'kill', count: 'all' });
  await runStep(before.fork(), step, all);
  const ran = await runStep(world, step);
  return { scene: { step, before, changes: changes.operations, all: all.operations }, ran };
}

/** Every place at which one of these faults can strike. */
export function casesOf(scenes: readonly Scene[], faults: readonly DiskFault[]): Case[] {
  return scenes.flatMap((scene) =>
    faults.flatMap((fault) =>
      scene[fault.count].flatMap((operation, place) => (fault.at(operation) ? [{ scene, fault, at: place + 1 }] : [])),
    ),
  );
}

/** So many of them, spread evenly over scenes, faults and operations from where the seed says. */
export function sampled(cases: readonly Case[], most: number, seed: number): readonly Case[] {
  if (cases.length <= most) return cases;
  const apart = cases.length / most;
  return Array.from({ length: most }, (_, i) => cases[Math.floor((seed % apart) + i * apart) % cases.length] as Case);
}

/** Into the vault of a machine, or null where there is none: in a copy of the world, so that looking mends nothing. */
export function look<T>(world: World, who: string, work: (vault: Vault) => T): T | null {
  const copy = world.fork();
  if (copy.memory.kind(`/home/${who}/vault`) === 'absent') return null;
  return copy.machine(who).look(work);
}

export function endingOf(world: World, people: readonly string[]): Ending {
  return Object.fromEntries(people.map((who) => [who, look(world, who, kept)]));
}

/** Runs the step with the fault, then again without, and on to the end. What is wrong comes back in sentences. */
export async function tried({ scene, fault, at }: Case, rules: Rules): Promise<readonly string[]> {
  const { step, before } = scene;
  const { people } = rules;
  const world = before.fork();
  const { memory } = world;
  const overheard = new Overheard();
  const wrong: string[] = [];
  const look = (when: string): Looked => {
    overheard.hear(memory.files());
    const looked = lookAt(world, rules);
    const twice = overheard.saidTwice(looked.known);
    wrong.push(...[...looked.wrong, ...twice].map((sentence) => `${when}: ${sentence}`));
    return looked;
  };

  const ran = await runStep(world, step, fault.disk(memory, at));
  fault.after(memory);
  if (!fault.deadly) wrong.push(...misspoken(ran, before, world, step.who));
  look('right after');
  for (const next of rules.again(world, step)) {
    const rerun = await runStep(world, next);
    if (![0, 3].includes(rerun.status)) wrong.push(`again: ${next.words[0]}: ${rerun.status} ${rerun.stdout}`);
  }
  const { state } = look('after it was run again');
  const place = `${step.who} ${step.words.join(' ')} ${memory.files().size} ${state}`;
  if (wrong.length > 0 || rules.ended.has(place)) return wrong;
  await rules.onward(world);
  look('in the end');
  const ending = endingOf(world, people);
  for (const who of people)
    if (ending[who] !== rules.ending[who])
      wrong.push(`${who} ended with ${ending[who]} and not with ${rules.ending[who]}`);
  if (wrong.length === 0) rules.ended.add(place);
  return wrong;
}

interface Looked {
  readonly wrong: readonly string[];
  readonly known: readonly Known[];
  /** All that there is but for what is drawn at random: from the same state a story ends in the same way. */
  readonly state: string;
}

/** Everybody's vault and everything that lies about: (a) of safety.md section 3, and what holds of each machine. */
function lookAt(world: World, { people, keyed }: Rules): Looked {
  const files = world.memory.files();
  const seen = people.flatMap((who) => look(world, who, (vault) => seenIn(vault, world.memo)) ?? []);
  const known = seen.flatMap((one) => one.known);
  const names = [...files].map(([path]) => path.replace(/[0-9a-f]{16,64}/g, '*').replace(/lock-.*/, 'lock'));
  const words = packetsIn(files, known).map(({ kind, author }) => `${kind} ${author}`);
  const state = JSON.stringify([seen.map((one) => one.kept), names.sort(), words.sort()]);
  return { wrong: brokenIn(seen, files, keyed), known, state };
}

/** A disk that fails is told in words that are true: which code, and whether anything was changed. */
function misspoken({ json, status, stderr }: Ran, before: World, after: World, who: string): string[] {
  if (json === null) return [`no answer: ${stderr}`];
  const { error } = json;
  if (error === undefined) return [];
  if (error.code === 'UNFORESEEN') return [`called a bug: ${error.message}`];
  if (status === 0) return ['an error, and exit status 0'];
  const changed = error.changed === false && decided(before, who) !== decided(after, who);
  return changed ? [`${error.code} says that nothing was changed, and something was`] : [];
}

/** Everything that a vault decided and keeps, and not what is left to lay down or to remove. */
function decided(world: World, who: string): string | null {
  return look(world, who, (vault) => {
    const packets = vault.state.ceremonies.flatMap(({ id }) => vault.kept(toHex(id)).files.map(({ name }) => name));
    return `${toHex(encodeState({ ...vault.state, outbox: [], trash: [] }))} ${packets.sort()}`;
  });
}
