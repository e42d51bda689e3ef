import { type Shape, shapes } from './shapes.ts';
import type { Cut } from './world.ts';

/*
 * Walks at random, for committees that are too large to be looked at in every state: sticks that are lost and copied, old
 * copies that come back, power cuts, refusals, members that vanish, that lie, and whose old vault comes back. A walk is
 * a list of steps drawn from its seed before anything happens; a step that means nothing where it stands is none. So
 * one seed is one run, and a run stays a run when steps are taken out of it.
 */

export type Step =
  | { readonly step: 'visit'; readonly who: number; readonly stick: number; readonly cut: Cut }
  | { readonly step: 'refuse' | 'release'; readonly who: number; readonly plan: number }
  | { readonly step: 'amend'; readonly plan: number; readonly without: number }
  | { readonly step: 'reprove'; readonly who: number; readonly plan: number; readonly without: number }
  | { readonly step: 'copy'; readonly stick: number; readonly to: number }
  | { readonly step: 'lose'; readonly stick: number }
  | { readonly step: 'vanish' | 'keep' | 'restore'; readonly who: number };

export interface Walk {
  readonly seed: number;
  readonly shape: Shape;
  readonly sticks: number;
  /** Who may vanish. */
  readonly vanishing: number | null;
  /** Who is not to be trusted: who has two vaults, or whose old vault comes back. */
  readonly astray: { readonly who: number; readonly how: 'lies' | 'restores' } | null;
  readonly steps: readonly Step[];
}

/** Small, and the same everywhere: mulberry32. */
function drawing(seed: number): (below: number) => number {
  let state = (seed * 0x9e3779b1) >>> 0;
  return (below) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * below);
  };
}

export function drawWalk(seed: number): Walk {
  const draw = drawing(seed);
  const shape = shapes[draw(shapes.length)] as Shape;
  const people = peopleOf(shape).length;
  const fate = draw(8);
  const who = draw(people);
  const astray = fate === 0 ? ({ who, how: 'lies' } as const) : fate === 1 ? ({ who, how: 'restores' } as const) : null;
  const sticks = 1 + draw(3);
  /** In most walks nobody says no: those get further. */
  const decided = draw(3) === 0;
  const steps: Step[] = [];
  const length = 10 * people + draw(10 * people);
  for (let at = 0; at < length; at++)
    steps.push(drawStep(draw, people + (astray?.how === 'lies' ? 1 : 0), sticks, shape.plans.length, decided));
  const vanishing = fate === 2 || fate === 3 ? who : null;
  const at = (from: number, to: number): number => from + draw(to - from);
  if (vanishing !== null) steps.splice(draw(length), 0, { step: 'vanish', who });
  if (astray?.how === 'restores') {
    const kept = at(1, length);
    steps.splice(kept, 0, { step: 'keep', who });
    steps.splice(at(kept + 1, length + 2), 0, { step: 'restore', who });
  }
  return { seed, shape, sticks, vanishing, astray, steps };
}

function drawStep(
  draw: (below: number) => number,
  people: number,
  sticks: number,
  plans: number,
  decided: boolean,
): Step {
  const kind = draw(100);
  const [who, stick, plan] = [draw(people), draw(sticks), draw(plans)];
  const cut = kind < 8 ? { commit: draw(4), written: draw(2) === 1 } : null;
  if (kind < 76 || (kind < 90 && !decided)) return { step: 'visit', who, stick, cut };
  if (kind < 80) return { step: 'refuse', who, plan };
  if (kind < 86) return { step: 'release', who, plan };
  if (kind < 88) return { step: 'amend', plan, without: draw(people) };
  if (kind < 90) return { step: 'reprove', who, plan, without: draw(people) };
  if (kind < 93) return { step: 'copy', stick, to: draw(sticks + 2) };
  if (kind < 95) return { step: 'lose', stick };
  return { step: 'visit', who, stick, cut: null };
}

function peopleOf({ old, plans }: Shape): string[] {
  return [...new Set([...old, ...plans.flatMap(({ members, by }) => [...members, by])])];
}
