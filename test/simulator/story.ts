import type { Act, Report } from './machine.ts';
import type { Move } from './search.ts';
import type { Cut, World } from './world.ts';

/** One step of a search in words: who, with what from whom, and what came of it. */
export function told(world: World, names: readonly string[], state: ArrayLike<number>, move: Move): string {
  const who = names[move.place] as string;
  if (move.act.act === 'vanish') return `${who} vanishes for ever`;
  const before = world.get(state[move.place] as number);
  const from = move.from === null ? null : world.get(state[move.from] as number);
  const set = from === null ? before.set : world.sets.union(before.set, from.set);
  const step = world.step(before.number, set, move.act, move.cut);
  const brought = from === null ? '' : `hears what ${names[move.from as number]} has and `;
  return wordsFor(who, brought, move.act, step?.report ?? null, move.cut);
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
