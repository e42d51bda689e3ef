import type { Act, Report } from './machine.ts';
import type { Move } from './search.ts';
import type { Cut, World } from './world.ts';

/** One step of a search in words: who, with what from whom, and what came of it. */
export function told(world: World, names: readonly string[], state: ArrayLike<number>, move: Move): string {
  const who = names[move.place] as string;
  if (move.act.act === 'vanish') return `${who} vanishes for ever`;
  const before = world.get(state[move.place] as number);
  const { set, brought } = broughtBy(world, names, state, move, before.set);
  const step = world.step(before.number, set, move.act, move.cut);
  return wordsFor(who, brought, move.act, step?.report ?? null, move.cut);
}

function broughtBy(
  world: World,
  names: readonly string[],
  state: ArrayLike<number>,
  { from }: Move,
  own: number,
): { readonly set: number; readonly brought: string } {
  const { sets, packets } = world;
  if (from === null) return { set: own, brought: '' };
  if (typeof from === 'number') {
    const set = sets.union(own, world.get(state[from] as number).set);
    return { set, brought: `hears what ${names[from]} has and ` };
  }
  const { kind, identity } = packets.get(from.packet).packet;
  const author = Array.from(state).findIndex(
    (local, place) => place < names.length && world.get(local).seen.identity === identity,
  );
  const set = sets.union(own, sets.of([from.packet]));
  return { set, brought: `hears the ${kind} of ${names[author]} alone and ` };
}

export function wordsFor(who: string, brought: string, act: Act, report: Report | null, cut: Cut): string {
  const stopped = [
    ...(report?.problem == null ? [] : [`stops: ${report.problem}`]),
    ...(report?.holds.length ? [`held: ${report.holds.join(', ')}`] : []),
  ];
  const power =
    cut === null ? '' : `, and the power goes ${cut.written ? 'after' : 'before'} write ${cut.commit + 1} of its vault`;
  const did = report === null || report.did.length === 0 ? 'does nothing' : `does ${report.did.join(', ')}`;
  const decided = act.act === 'visit' ? '' : `is told to ${act.act} and `;
  return `${who} ${brought}${decided}${cut === null ? did : 'visits'}${stopped.length === 0 ? '' : ` (${stopped.join('; ')})`}${power}`;
}
