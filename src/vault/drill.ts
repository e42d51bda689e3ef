import { equalBytes, toHex } from '../bytes/hex.ts';
import type { DrillView } from '../ceremony/drill.ts';
import { draftCommitment } from '../ceremony/packets/commitment.ts';
import { draftSignature } from '../ceremony/packets/signature.ts';
import type { Stop } from './acts.ts';
import type { Ceremonies, Held } from './ceremonies.ts';
import { myIdentity } from './identity.ts';
import { asCbor, type Moment, say } from './say.ts';
import { parentSlot } from './standing.ts';
import type { Slot, VaultState } from './state.ts';

/** Turns that were called for and never came about: the nonces of no more of them than this are kept for a share. */
const mostOpenCalls = 16;

const noShare: Stop = {
  holds: [
    { code: 'SHARE_MISSING', message: 'the plan names this machine as a signer, but its share is not in this vault' },
  ],
};

/** Commits where that was not done, and signs where all have committed: both in one visit for who comes last. */
export function drill(ceremonies: Ceremonies, held: Held, moment: Moment): Stop | null {
  const identity = myIdentity(ceremonies.vault.state);
  const slot = parentSlot(ceremonies.vault.state, held.plan);
  if (slot === undefined) return noShare;
  if (held.view.drill?.commitments.has(identity) === false) commit(ceremonies, held, held.view.drill, slot, moment);
  const now = ceremonies.get(held.plan.ceremony);
  if (now.view.drill === null || now.view.drill.turn === null) return null;
  return sign(ceremonies, now, now.view.drill, slot, moment);
}

/** The nonces are in the vault before the commitments leave it. */
function commit(ceremonies: Ceremonies, held: Held, view: DrillView, slot: Slot, moment: Moment): void {
  const { vault } = ceremonies;
  const { call, descriptor } = view;
  const drawn = draftCommitment(call, descriptor, slot.index, vault.readShare(slot), vault.host.random);
  say(ceremonies, held, moment, 'commitment', asCbor(drawn.body), (state, digest) => ({
    ...state,
    nonces: [
      ...withRoom(state.nonces, slot),
      { attempt: slot.attempt, turn: call, acceptance: digest, secrets: drawn.nonces },
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
function sign(ceremonies: Ceremonies, held: Held, view: DrillView, slot: Slot, moment: Moment): Stop | null {
  const { vault } = ceremonies;
  const identity = myIdentity(vault.state);
  const { turn, call, signatures } = view;
  if (turn === null || signatures.has(identity)) return null;
  const listed = turn.commitments.find(({ index }) => index === slot.index);
  const nonces = vault.state.nonces.find(
    (kept) => kept.turn !== 0 && equalBytes(kept.turn, call) && toHex(kept.acceptance) === listed?.packet.digest,
  );
  if (nonces === undefined) {
    return {
      holds: [
        {
          code: 'NONCES_GONE',
          message: 'the nonces of this turn are not in this vault any more, so it is never signed here',
          hint: 'propose another drill',
        },
      ],
    };
  }
  const secrets = nonces.secrets.map((secret) => new Uint8Array(secret)); // signing wipes what it is given
  const body = draftSignature(turn, slot.index, vault.readShare(slot), secrets);
  say(ceremonies, held, moment, 'signature', asCbor(body), (state) => ({
    ...state,
    nonces: state.nonces.filter((kept) => kept !== nonces),
  }));
  return null;
}
