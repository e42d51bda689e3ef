import { decodeCbor, encodeCbor } from '../../bytes/cbor.ts';
import { readCard } from '../../ceremony/card.ts';
import { writePacket } from '../../ceremony/packet.ts';
import { firstState, rosterOf, withCard } from '../../vault/identity.ts';
import type { Vault } from '../../vault/vault.ts';
import { stuck } from '../conversation.ts';
import type { Lie } from './liar.ts';

/* What anybody who has the ceremony key can lay on a stick: packets that are of somebody else, or of somewhere else. */

export const strayLies = {
  /** A refusal in the name of another, under one's own signature. */
  'forged-author': (liar, { to }) => {
    const { plan, view } = liar.held;
    const header = {
      kind: 'refusal',
      ceremony: plan.id,
      attempt: view.current.attempt.id,
      author: liar.member(to[0]).card.signing,
      at: liar.moment.now,
      attended: true,
      rehearsal: plan.rehearsal,
    };
    const body = { as: 'receiver', reason: 'never said' };
    liar.put(writePacket(header, body, liar.vault.state.signing.secret));
  },
  /** Every packet of another ceremony, as it was signed there, under the key of this one. */
  'replay-of-a-ceremony': (liar, { from }) => {
    if (from === null) throw stuck('there is no other ceremony to bring anything from');
    for (const packet of liar.ceremonies.get(from).view.packets) if (packet.kind !== 'proposal') liar.put(packet.bytes);
  },
  /**
   * A plan beside one's own honest one that is the same but for the backups, which it does without: the program would
   * not write it where the policy of the keyset asks for them.
   */
  'plan-without-backups': async (liar) => {
    const { encoded } = liar.held.plan;
    const facts = decodeCbor(encoded, { bytes: encoded.length, depth: 16 });
    await liar.propose(encodeCbor({ ...(facts as object), backup: 'none', copies: 0 }));
  },
} as const satisfies Record<string, Lie>;

/**
 * Puts an identity of one's own in the place of somebody on one's roster: the same name, the same age recipient so that
 * the proposal still opens there, another signing key. What is proposed from this vault then names that member in vain.
 */
export function swapCard(vault: Vault, name: string, at: number): void {
  const honest = rosterOf(vault.state).find((card) => card.name === name);
  if (honest === undefined) throw stuck(`there is no card of ${name} to swap`);
  const { rehearsal } = vault.state;
  const age = { identity: '', recipient: honest.recipient };
  const { card } = firstState({ name, rehearsal, age, at }, vault.host.random);
  vault.commit((state) => withCard(state, readCard(card.file), true).state);
}
