import type { Act } from './machine.ts';
import type { Move } from './search.ts';
import type { World } from './world.ts';

/** One step in words: who, with what from whom, and what came of it. */
export function told(world: World, names: readonly string[], state: ArrayLike<number>, move: Move): string {
  const who = names[move.place] as string;
  if (move.act.act === 'vanish') return `${who} vanishes for ever`;
  const before = world.get(state[move.place] as number);
  const from = move.from === null ? null : world.get(state[move.from] as number);
  const set = from === null ? before.set : world.sets.union(before.set, from.set);
  const step = world.step(before.number, set, move.act, move.cut);
  const brought = from === null ? '' : ` hears what ${names[move.from as number]} has and`;
  const report = step?.report;
  const stopped = [
    ...(report?.problem == null ? [] : [`stops: ${report.problem}`]),
    ...(report?.holds.length ? [`held: ${report.holds.join(', ')}`] : []),
  ];
  const cut =
    move.cut === null
      ? ''
      : `, and the power goes ${move.cut.written ? 'after' : 'before'} write ${move.cut.commit + 1} of its vault`;
  const did = report === undefined || report.did.length === 0 ? 'does nothing' : report.did.join(', ');
  const doing = move.cut === null ? did : 'visits';
  return `${who}${brought} ${decided(move.act)}${doing}${stopped.length === 0 ? '' : ` (${stopped.join('; ')})`}${cut}`;
}

function decided(act: Act): string {
  return act.act === 'visit' ? '' : `is told to ${act.act}: `;
}
