import type { Stop } from './acts.ts';
import { answerCall } from './call.ts';
import type { Ceremonies, Held } from './ceremonies.ts';
import type { Moment } from './say.ts';
import { parentSlot } from './standing.ts';

const noShare: Stop = {
  holds: [
    { code: 'SHARE_MISSING', message: 'the plan names this machine as a signer, but its share is not in this vault' },
  ],
};

/** Answers the call of a drill, which is its plan: no share moves, and none becomes another. */
export function drill(ceremonies: Ceremonies, held: Held, moment: Moment): Stop | null {
  const slot = parentSlot(ceremonies.vault.state, held.plan);
  if (slot === undefined) return noShare;
  return answerCall(ceremonies, held, moment, slot, ({ view }) => view.drill);
}
