import { fromHex } from '../bytes/hex.ts';
import { boxContext, type CheckedDeal } from '../ceremony/packets/deal.ts';
import { proveOpening } from '../crypto/sealing.ts';
import { Problem } from '../problem.ts';
import type { Ceremonies, Held } from './ceremonies.ts';
import { withoutPrekey } from './refuse.ts';
import { asCbor, type Moment, say } from './say.ts';

/**
 * Opens my box of one deal to everybody, so that anyone can judge it, and no other box: the key is that of this box
 * alone, and the prekey that could open the rest is gone in the step that says so.
 */
export function complain(
  ceremonies: Ceremonies,
  held: Held,
  moment: Moment,
  deal: CheckedDeal,
  index: number,
  prekeySecret: Uint8Array,
): void {
  const { plan, view } = held;
  const { attempt } = view.current;
  const { vault } = ceremonies;
  const box = deal.packet.body.boxes[index - 1];
  if (box === undefined) throw new Problem('INDEX_INVALID', 'no box for this index');
  const context = boxContext(plan, attempt, deal.dealer, deal.packet.body, index);
  const opening = proveOpening(box, prekeySecret, context, vault.state.signing.public, vault.host.random);
  const body = { deal: fromHex(deal.packet.digest) as Uint8Array, ...opening };
  say(ceremonies, held, moment, 'complaint', asCbor(body), (state) => withoutPrekey(state, plan, attempt));
}
