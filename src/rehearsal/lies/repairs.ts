import { equalBytes, fromHex } from '../../bytes/hex.ts';
import { boxContext, type CheckedDeal } from '../../ceremony/packets/deal.ts';
import { type Box, type Opening, proveOpening } from '../../crypto/sealing.ts';
import { stuck } from '../conversation.ts';
import type { Liar, Lie } from './liar.ts';

/* Lies with what was made against lies: complaints about good boxes, and releases of what was signed. */

/** The box that a dealer sealed for the liar, and its honest opening. */
function opened(liar: Liar, dealer: string | undefined): { deal: CheckedDeal; opening: Opening } {
  const { plan, view } = liar.held;
  const { attempt, deals } = view.current;
  const [deal] = deals.get(liar.member(dealer).identity) ?? [];
  const index = liar.me.newIndex ?? 0;
  const prekey = liar.vault.state.prekeys.find((own) =>
    equalBytes(own.public, attempt.prekeys[index - 1] ?? new Uint8Array()),
  );
  if (deal === undefined || prekey === undefined) throw stuck(`${liar.me.name} has no box of ${dealer ?? 'nobody'}`);
  const { signing } = liar.vault.state;
  const box = deal.packet.body.boxes[index - 1] as Box;
  const context = boxContext(plan, attempt, deal.dealer, deal.packet.body, index);
  return { deal, opening: proveOpening(box, prekey.secret, context, signing.public, liar.vault.host.random) };
}

export const repairLies = {
  /** About a box that holds exactly what was committed to: opened as it should be, and everybody can see that it is good. */
  'false-complaint': (liar, { to }) => {
    const { deal, opening } = opened(liar, to[0]);
    liar.utter('complaint', { deal: fromHex(deal.packet.digest) as Uint8Array, ...opening });
  },
  /** With a key that is not that of the box: what comes out is garbage, and the proof does not fit. */
  'false-opening': (liar, { to }) => {
    const { deal, opening } = opened(liar, to[0]);
    const other = deal.packet.body.boxes[0] as Box;
    liar.utter('complaint', { deal: fromHex(deal.packet.digest) as Uint8Array, ...opening, K: other.R });
  },
  /** Signs for the new committee, and says to the others that it never signed. */
  'signature-and-release': (liar) => {
    liar.honestly('activation');
    liar.utter('release', { signed: [], salvage: false, reason: 'never signed, as everybody can see' });
  },
} as const satisfies Record<string, Lie>;
