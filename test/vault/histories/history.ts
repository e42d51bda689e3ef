import { drawn } from '../../crypto/drawn.ts';
import { byProgram, byWorld, type Move } from './moves.ts';
import { activeOf, all, checkFiles, diskOf, must, pick, type Story, start, usable } from './story.ts';

/*
 * Random histories: ceremonies and visits that stop anywhere, shares, machines and disks that are lost, old disks that come
 * back, backups that are made and restored at any time. Whatever happens, no command without a typed override makes an old
 * share active or takes the last copy that the key needs, and every backup is called what it is.
 */

/** Programs act more often than disasters strike. */
const often = [
  ...['visit', 'visit', 'round', 'round', 'propose', 'propose', 'recover', 'refuse', 'release'],
  ...['backup', 'backup', 'restore', 'restore', 'restore', 'retire'],
];
const seldom = Object.keys(byWorld);

/** Each begins with backups and a ceremony, so that there is something stale; then anything may happen. */
const beginning = ['backup', 'backup', 'propose', 'round', 'restore', 'restore', 'restore'];
const moves = 24;

export interface Told {
  readonly histories: number;
  readonly met: Readonly<Record<string, number>>;
  readonly failed: { readonly number: number; readonly what: string; readonly told: readonly string[] } | null;
}

export function tell(seed: string, from: number, to: number): Told {
  const met = new Map<string, number>();
  for (let number = from; number < to; number++) {
    const told: string[] = [];
    try {
      play(`history ${seed} ${number}`, met, told);
    } catch (error) {
      const what = error instanceof Error ? error.message : String(error);
      return { histories: number - from, met: Object.fromEntries(met), failed: { number, what, told } };
    }
  }
  return { histories: to - from, met: Object.fromEntries(met), failed: null };
}

function play(seed: string, met: Map<string, number>, told: string[]): void {
  const random = drawn(seed);
  const draw = (below: number): number => (((random(2)[0] as number) << 8) | (random(2)[1] as number)) % below;
  const story: Story = { stick: start(), safes: [], oldDisks: [], draw, met };
  for (let step = 0; step < moves; step++) {
    const begun = beginning[step];
    const disaster = begun === undefined && draw(6) === 0;
    const name = begun ?? pick(story, disaster ? seldom : often);
    const move = (disaster ? byWorld[name] : byProgram[name]) as Move;
    told.push(name);
    if (disaster) told.push(`${told.pop()}: ${move(story)}`);
    else {
      const before = momentOf(story);
      told.push(`${told.pop()}: ${move(story)}`);
      compare(before, story);
    }
    for (const machine of all) checkFiles(story, machine);
  }
}

/** What there is of the key, and on which machine. */
function momentOf({ safes }: Story) {
  return { bare: usable([]).size, withSafes: usable(safes).size, disks: all.map(diskOf) };
}

/** What the program may not have done between two moments. */
function compare(before: ReturnType<typeof momentOf>, story: Story): void {
  const { bare, withSafes } = momentOf(story);
  must(before.bare === 0 || bare > 0, () => 'the key could be put together from the machines, and cannot any more');
  must(before.withSafes === 0 || withSafes > 0, () => 'the key could be put together, and cannot any more');
  all.forEach((machine, place) => {
    const was = before.disks[place] as (typeof before.disks)[number];
    const now = diskOf(machine);
    for (const { attempt, epoch } of activeOf(machine)) {
      if (was.shares.some((share) => share.state === 'active' && share.attempt === attempt)) continue;
      must(epoch >= was.known, () => `${machine.name}: a share of epoch ${epoch} became active after ${was.known}`);
    }
    // a member is not left with the ruins of a share where there was one that could be read
    const readable = ({ shares }: typeof now): boolean => shares.some(({ share }) => share !== null);
    must(
      now.shares.length === 0 || !readable(was) || readable(now),
      () => `${machine.name} has nothing left that can be read`,
    );
    for (const file of now.apart)
      must(!now.shares.some((share) => share.file === file), () => `${machine.name}: a share apart is among its own`);
  });
}
