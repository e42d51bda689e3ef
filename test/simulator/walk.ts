import type { AnyPacket } from '../../src/ceremony/kinds.ts';
import { quorumOf } from '../../src/ceremony/plan.ts';
import type { SuiteName } from '../../src/crypto/suites.ts';
import type { Step, Walk } from './drawn-walk.ts';
import { found } from './founding.ts';
import { Judge, stepWrong } from './invariants.ts';
import type { Seen } from './looking.ts';
import type { Act } from './machine.ts';
import { Progress } from './progress.ts';
import { wordsFor } from './story.ts';
import { type Cut, World } from './world.ts';

/* Walks as they are played: each step on the state that the steps before it came to. */

export interface Walked {
  readonly violation: string | null;
  readonly story: readonly string[];
  /** Whether somebody's committee proved itself on the way. */
  readonly proven: boolean;
}

/** Worlds that begin in the same way are one: what machines do in one walk is remembered in the next. */
interface Scene {
  readonly world: World;
  readonly names: readonly string[];
  readonly start: readonly number[];
  readonly ceremonies: readonly string[];
}

/** States of machines that a world may remember before it is forgotten. */
const mostRemembered = 6000;

export class Walks {
  readonly #suite: SuiteName;
  readonly #scenes = new Map<string, Scene>();
  /** Worlds that are looked through for secrets when they are over. */
  readonly #over: (world: World) => string | null;

  constructor(suite: SuiteName, over: (world: World) => string | null) {
    this.#suite = suite;
    this.#over = over;
  }

  /** What secrets lie open in any world of these walks, or nothing. */
  end(): string | null {
    const found = [...this.#scenes.values()].map(({ world }) => this.#over(world)).find((one) => one !== null);
    this.#scenes.clear();
    return found ?? null;
  }

  play(walk: Walk): Walked {
    const scene = this.#scene(walk);
    const walked = new Playing(walk, scene).run();
    if (scene.world.locals.length < mostRemembered) return walked;
    this.#scenes.delete(keyOf(walk));
    const open = this.#over(scene.world);
    return open === null ? walked : { ...walked, violation: walked.violation ?? open };
  }

  #scene(walk: Walk): Scene {
    const known = this.#scenes.get(keyOf(walk));
    if (known !== undefined) return known;
    const { machines, ceremonies } = found({ ...walk.shape, suite: this.#suite });
    const all = machines.flatMap((machine, place) =>
      walk.astray?.how === 'lies' && walk.astray.who === place
        ? [
            { ...machine, twin: 1 },
            { ...machine, twin: 2 },
          ]
        : [machine],
    );
    const world = new World();
    const start = all.map((machine, place) => world.enter(place, machine));
    const names = all.map(({ name, twin }) => (twin === 0 ? name : `${name} (vault ${twin})`));
    const scene = { world, names, start, ceremonies };
    this.#scenes.set(keyOf(walk), scene);
    return scene;
  }
}

function keyOf({ shape, astray }: Walk): string {
  return `${shape.name} ${astray?.how === 'lies' ? astray.who : ''}`;
}

class Playing {
  readonly #walk: Walk;
  readonly #scene: Scene;
  readonly #judge: Judge;
  readonly #now: number[];
  readonly #sticks: number[];
  readonly #kept = new Map<number, number>();
  readonly #story: string[] = [];
  readonly #astray: ReadonlySet<number>;
  #vanished: number | null = null;
  #restored = false;

  constructor(walk: Walk, scene: Scene) {
    this.#walk = walk;
    this.#scene = scene;
    const { world, start } = scene;
    this.#now = [...start];
    this.#sticks = Array.from({ length: walk.sticks + 2 }, () => world.sets.empty);
    const { astray, shape, vanishing } = walk;
    this.#astray = new Set(
      start.flatMap((local, place) => {
        const { machine } = world.get(local);
        return machine.twin > 0 || (astray?.how === 'restores' && place === astray.who) ? [place] : [];
      }),
    );
    const liars = new Set([...this.#astray].map((place) => world.get(start[place] as number).seen.identity));
    const away = (astray === null ? 0 : 1) + (vanishing === null ? 0 : 1);
    const holds = ({ size, threshold }: { size: number; threshold: number }): boolean => size - away >= threshold;
    const committees = [
      { size: shape.old.length, threshold: shape.threshold },
      // where all have to sign, nothing old goes
      ...shape.plans
        .filter(({ members, threshold }) => threshold < members.length)
        .map(({ members, threshold }) => ({ size: members.length, threshold })),
    ];
    this.#judge = new Judge(world, { liars, enough: committees.every(holds) });
  }

  run(): Walked {
    let violation: string | null = null;
    for (const step of this.#walk.steps) {
      violation = this.#take(step) ?? this.#judge.wrong(this.#now, this.#present(), false);
      if (violation !== null) break;
    }
    violation ??= this.#end();
    const { world } = this.#scene;
    const said = this.#now.reduce((union, local) => world.sets.union(union, world.get(local).set), world.sets.empty);
    return { violation, story: this.#story, proven: this.#judge.proven(said).length > 0 };
  }

  #present(): number[] {
    return this.#now.filter((_, place) => place !== this.#vanished && !this.#astray.has(place));
  }

  #take(step: Step): string | null {
    const { names } = this.#scene;
    switch (step.step) {
      case 'visit':
        return this.#act(step.who, { act: 'visit' }, step.stick, step.cut);
      case 'refuse':
      case 'release':
        return this.#act(
          step.who,
          { act: step.step, ceremony: this.#scene.ceremonies[step.plan] as string },
          null,
          null,
        );
      case 'amend': {
        const by = names.indexOf(this.#walk.shape.plans[step.plan]?.by ?? '');
        const without = [names[step.without] as string];
        return this.#act(
          by,
          { act: 'amend', ceremony: this.#scene.ceremonies[step.plan] as string, without },
          null,
          null,
        );
      }
      case 'reprove': {
        const without = [names[step.without] as string];
        const ceremony = this.#scene.ceremonies[step.plan] as string;
        return this.#act(step.who, { act: 'reprove', ceremony, without }, null, null);
      }
      case 'copy':
        if (step.to === step.stick || this.#sticks[step.to] === this.#sticks[step.stick]) return null;
        this.#story.push(`stick ${step.to + 1} becomes a copy of stick ${step.stick + 1}`);
        this.#sticks[step.to] = this.#sticks[step.stick] as number;
        return null;
      case 'lose':
        if (this.#sticks[step.stick] === this.#scene.world.sets.empty) return null;
        this.#story.push(`stick ${step.stick + 1} is lost, and an empty one takes its place`);
        this.#sticks[step.stick] = this.#scene.world.sets.empty;
        return null;
      case 'vanish':
        if (step.who !== this.#walk.vanishing || this.#vanished !== null) return null;
        this.#story.push(`${names[step.who]} vanishes for ever`);
        this.#vanished = step.who;
        return null;
      case 'keep':
        this.#kept.set(step.who, this.#now[step.who] as number);
        return null;
      case 'restore':
        return this.#restore(step.who);
    }
  }

  #restore(who: number): null {
    const kept = this.#kept.get(who);
    const { world, names } = this.#scene;
    if (this.#walk.astray?.how !== 'restores' || this.#walk.astray.who !== who || kept === undefined) return null;
    const now = world.get(this.#now[who] as number);
    if (kept === now.number) return null;
    this.#story.push(`${names[who]} puts back an old copy of its vault`);
    this.#now[who] = world.enter(who, { ...world.get(kept).machine, cuts: now.machine.cuts + 1 });
    this.#restored = true;
    return null;
  }

  #act(who: number, act: Act, stick: number | null, cut: Cut): string | null {
    const before = this.#now[who];
    if (before === undefined || who === this.#vanished) return null;
    const { world, names } = this.#scene;
    const { seen, set } = world.get(before);
    if (act.act !== 'visit' && !seen.attempts.some(({ ceremony }) => ceremony === act.ceremony)) return null;
    const step = world.step(before, stick === null ? set : (this.#sticks[stick] as number), act, cut);
    if (step === null) return null;
    this.#now[who] = step.to;
    if (stick !== null && cut === null) {
      const laid = world.sets.union(this.#sticks[stick] as number, world.get(step.to).set);
      if (step.to !== before || laid !== this.#sticks[stick])
        this.#story.push(wordsFor(names[who] as string, `meets stick ${stick + 1} and `, act, step.report, cut));
      this.#sticks[stick] = laid;
    } else if (step.to !== before) this.#story.push(wordsFor(names[who] as string, '', act, step.report, cut));
    const after = world.get(step.to).seen;
    if (this.#astray.has(who)) {
      if (world.get(step.to).machine.twin > 0) return null;
      const own = ownPackets(world, after);
      // what it said before may come back at any time; its journal grows only by what it says now
      if (seen.oldCopy && after.said.size > seen.said.size)
        return `${names[who]} knows that it is an old copy, and says something`;
      const unknown = own.some(({ digest }) => !after.said.has(digest));
      return unknown && !after.oldCopy ? `${names[who]} is an old copy, meets what it said, and does not notice` : null;
    }
    const wrong = stepWrong(world.packets, seen, after, step.report);
    return wrong === null ? null : `${names[who]} ${wrong}`;
  }

  /** Wherever a walk ends, there is a way on for those who are there. */
  #end(): string | null {
    const { shape, astray, vanishing } = this.#walk;
    const left = shape.old.length - (vanishing === null ? 0 : 1);
    const enough = left >= quorumOf(shape.threshold, shape.old.length);
    if (astray !== null || this.#restored || !enough) return null;
    const { world, names, ceremonies } = this.#scene;
    return new Progress(world, this.#judge, names, ceremonies, false).stuck(this.#present(), this.#vanished !== null);
  }
}

function ownPackets({ packets }: World, { packets: held, identity }: Seen): readonly AnyPacket[] {
  return held.map((number) => packets.get(number).packet).filter((packet) => packet.identity === identity);
}

/** The same walk with as few steps as still go wrong, in the same way or another. */
export function shrunk(walk: Walk, wrong: (walk: Walk) => boolean): Walk {
  let now = walk;
  for (let size = Math.ceil(now.steps.length / 2); size >= 1; size = size === 1 ? 0 : Math.ceil(size / 2)) {
    for (let at = 0; at < now.steps.length; ) {
      const fewer = { ...now, steps: [...now.steps.slice(0, at), ...now.steps.slice(at + size)] };
      if (wrong(fewer)) now = fewer;
      else at += size;
    }
  }
  return now;
}
