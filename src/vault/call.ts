import { equalBytes, toHex } from '../bytes/hex.ts';
import type { CallView } from '../ceremony/call.ts';
import { draftCommitment } from '../ceremony/packets/commitment.ts';
import { type CalledTurn, draftSignature } from '../ceremony/packets/signature.ts';
import type { Stop } from './acts.ts';
import type { Ceremonies, Held } from './ceremonies.ts';
import { myIdentity } from './identity.ts';
import { asCbor, type Moment, say } from './say.ts';
import type { Slot, VaultState } from './state.ts';

/** Turns that were called for and never came about: the nonces of no more of them than this are kept for a share. */
const mostOpenCalls = 16;

/** Where a call stands in the ceremony at hand. */
export type FindCall = (held: Held) => CallView | null;

/** Commits where that was not done, and signs where all have committed: both in one visit for who comes last. */
export function answerCall(
  ceremonies: Ceremonies,
  held: Held,
  moment: Moment,
  slot: Slot,
  find: FindCall,
  signed: (state: VaultState) => VaultState = (state) => state,
): Stop | null {
  const identity = myIdentity(ceremonies.vault.state);
  const call = find(held);
  if (call === null) return null;
  if (!call.commitments.has(identity)) commit(ceremonies, held, moment, slot, call);
  const now = ceremonies.get(held.plan.ceremony);
  const turn = find(now)?.turn ?? null;
  if (turn === null || find(now)?.signatures.has(identity) === true) return null;
  return sign(ceremonies, now, moment, slot, turn, signed);
}

/** The nonces are in the vault before the commitments leave it. */
function commit(ceremonies: Ceremonies, held: Held, moment: Moment, slot: Slot, { id, descriptor }: CallView): void {
  const { vault } = ceremonies;
  const drawn = draftCommitment(id, descriptor, slot.index, vault.readShare(slot), vault.host.random);
  say(ceremonies, held, moment, 'commitment', asCbor(drawn.body), (state, digest) => ({
    ...state,
    nonces: [
      ...withRoom(state.nonces, slot),
      { attempt: slot.attempt, turn: id, acceptance: digest, secrets: drawn.nonces },
    ],
  }));
}

/** The oldest go first: whoever calls for turns all day makes this machine forget its old ones, and sign nothing twice. */
function withRoom(nonces: VaultState['nonces'], { attempt }: Slot): VaultState['nonces'] {
  const called = nonces.filter((kept) => kept.turn !== 0 && equalBytes(kept.attempt, attempt));
  const gone = called.slice(0, Math.max(0, called.length - mostOpenCalls + 1));
  return nonces.filter((kept) => !gone.includes(kept));
}

/** Row 17: the nonces of this very commitment, once. They are gone in the step that stores the signature. */
function sign(
  ceremonies: Ceremonies,
  held: Held,
  moment: Moment,
  slot: Slot,
  turn: CalledTurn,
  signed: (state: VaultState) => VaultState,
): Stop | null {
  const { vault } = ceremonies;
  const listed = turn.commitments.find(({ index }) => index === slot.index);
  const nonces = vault.state.nonces.find(
    (kept) => kept.turn !== 0 && equalBytes(kept.turn, turn.call) && toHex(kept.acceptance) === listed?.packet.digest,
  );
  // row 17: what is gone has signed, or never will
  if (nonces === undefined) {
    return {
      holds: [
        {
          code: 'NONCES_GONE',
          message: 'the nonces of this turn are not in this vault any more, so it is never signed here',
          hint: held.plan.kind === 'drill' ? 'propose another drill' : 'call for another turn with conclave reprove',
        },
      ],
    };
  }
  const secrets = nonces.secrets.map((secret) => new Uint8Array(secret)); // signing wipes what it is given
  const body = draftSignature(turn, slot.index, vault.readShare(slot), secrets);
  say(ceremonies, held, moment, 'signature', asCbor(body), (state) => ({
    ...signed(state),
    nonces: state.nonces.filter((kept) => kept !== nonces),
  }));
  return null;
}
