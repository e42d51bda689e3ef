import type { CallView } from './call.ts';
import { type Duty, duties } from './duties.ts';
import type { View } from './evaluate.ts';
import type { Stop, Walk } from './route.ts';

/**
 * The walk where a later turn was called for: its signers commit, then sign, then close, each visit as far as it goes;
 * old members who leave close at the end. Whoever the turn leaves out is not walked to.
 */
export function callWalk({ plan, current }: View, call: CallView, from: string | undefined, sited: boolean): Walk {
  const leaving = plan.participants.filter(({ oldIndex, newIndex }) => oldIndex !== null && newIndex === null);
  const order = [...call.signers, ...leaving];
  const start = Math.max(
    0,
    order.findIndex(({ name }) => name === from),
  );
  const signs = new Set(call.signers.map(({ identity }) => identity));
  const committed = new Set(call.commitments.keys());
  const signed = new Set(call.signatures.keys());
  const closed = new Set(current.closings.keys());
  const stops: Stop[] = [];
  for (let at = start, idle = 0; idle < order.length; at = (at + 1) % order.length) {
    const { identity, name } = order[at] as (typeof order)[number];
    const done = new Set<Duty>();
    const act = (duty: Duty, whose: Set<string>): void => {
      if (whose.has(identity)) return;
      whose.add(identity);
      done.add(duty);
    };
    if (signs.has(identity)) act('reprove', committed);
    if (signs.has(identity) && committed.size === signs.size) act('reprove', signed);
    if (signed.size === signs.size) act('close', closed);
    idle = done.size === 0 ? idle + 1 : 0;
    if (done.size > 0) stops.push({ member: name, does: duties.filter((duty) => done.has(duty)) });
  }
  return { stops, moves: sited ? stops.length : null, stuck: [], exact: false };
}
