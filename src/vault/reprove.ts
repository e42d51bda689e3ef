import { equalBytes, fromHex } from '../bytes/hex.ts';
import { mostCalls, type ReprovePacket } from '../ceremony/packets/reprove.ts';
import { callsToAnswer } from '../ceremony/reprove.ts';
import { Problem } from '../problem.ts';
import { activated, type Stop } from './acts.ts';
import { answerCall } from './call.ts';
import type { Ceremonies, Held } from './ceremonies.ts';
import { myIdentity } from './identity.ts';
import { asCbor, type Moment, say } from './say.ts';
import { hasReleased, holdsOf, oldCopy, slotOfAttempt } from './standing.ts';

/**
 * Calls for a later turn of the proof of life (rule 3), and answers it in the same visit. Nothing
 * is given up with this: turn 0 can still become complete, and so can any call before.
 */
export function reprove(
  ceremonies: Ceremonies,
  held: Held,
  moment: Moment,
  names: readonly string[],
  reason: string,
): { readonly signers: readonly string[]; readonly lost: readonly string[] } {
  const { plan, view } = held;
  const { vault } = ceremonies;
  const { certificate, proof, death, releases, reproves, attempt } = view.current;
  const identity = myIdentity(vault.state);
  const refuse = (message: string, hint: string): never => {
    throw new Problem('REPROVE_REFUSED', message, hint);
  };
  const [old] = oldCopy(vault.state, plan);
  if (old !== undefined) throw new Problem(old.code, old.message, old.hint);
  if (proof !== null) refuse('the new committee is proven: no other turn is needed', 'finish with conclave next');
  if (death !== null) refuse('this attempt is over, so nothing of it is signed any more', 'see conclave status');
  if (certificate === null)
    return refuse(
      'not every new member has accepted, as far as is seen here, so there is nothing to prove yet',
      'a later turn is for a member that is lost after it accepted; before that, see conclave status',
    );
  if (
    releases.has(identity) ||
    hasReleased(vault.state, plan, attempt) ||
    slotOfAttempt(vault.state, attempt) === undefined
  )
    refuse('this machine has no part in this attempt any more, or never had', 'a new member that accepted calls');
  const known = plan.receivers.map(({ name }) => name);
  const unknown = names.find((name) => !known.includes(name));
  if (unknown !== undefined)
    throw new Problem('USAGE', `${unknown} is no new member of this plan`, `new members are ${known.join(', ')}`);
  const signers = plan.receivers.filter(({ name }) => names.includes(name));
  const lost = known.filter((name) => !names.includes(name));
  if (signers.length < plan.threshold)
    refuse(
      `a turn needs ${plan.threshold} of the new members, and ${signers.length} are named`,
      `name those who can be reached of ${known.join(', ')}; if fewer are left, the attempt is given up with conclave release`,
    );
  if (!signers.some((signer) => signer.identity === identity))
    refuse('the machine that calls for a turn signs it too', 'name this member as well, or call from another machine');
  const gone = signers.filter((signer) => releases.has(signer.identity)).map(({ name }) => name);
  if (gone.length > 0)
    refuse(`${gone.join(', ')} gave this attempt up and signs nothing of it`, 'name others, or release it as well');
  const number = 1 + Math.max(0, ...reproves.filter((one) => one.packet.identity === identity).map(numberOf));
  if (number > mostCalls)
    refuse(`this machine has called ${mostCalls} times`, 'let another member call, or give the attempt up');
  const body = {
    number,
    certificate: certificate.acceptances.map(({ packet }) => fromHex(packet.digest) as Uint8Array),
    signers: signers.map(({ newIndex }) => newIndex),
    reason,
  };
  say(ceremonies, held, moment, 'reprove', asCbor(body), (state) => state);
  // to call signs for nothing; to answer does, and nothing is signed here before its operator has decided
  const now = ceremonies.get(plan.ceremony);
  if (holdsOf(ceremonies, now, 'reprove').length === 0) answerReprove(ceremonies, now, moment);
  return { signers: signers.map(({ name }) => name), lost };
}

function numberOf({ packet }: { readonly packet: ReprovePacket }): number {
  return packet.body.number;
}

/** Whoever signs a turn has the new share for its active one from then on, whichever turn it is. */
export function answerReprove(ceremonies: Ceremonies, held: Held, moment: Moment): Stop | null {
  const { state } = ceremonies.vault;
  const { current } = held.view;
  const identity = myIdentity(state);
  const slot = slotOfAttempt(state, current.attempt);
  const own = current.acceptances.get(identity);
  let stop: Stop | null = null;
  // what one call comes to keeps this machine from no other: the first that can be answered is
  for (const call of callsToAnswer(current, identity)) {
    const mine = call.certificate.acceptances.find(({ packet }) => packet.identity === identity);
    if (
      slot === undefined ||
      own?.packet.digest !== mine?.packet.digest ||
      !equalBytes(slot.transcript, call.certificate.transcript.hash)
    ) {
      stop = notMine('the call stands on an acceptance that this vault does not stand behind');
      continue;
    }
    // the journal knows, also where my own release was lost from the folder
    if (hasReleased(state, held.plan, current.attempt))
      return notMine('this machine gave this attempt up, and signs no more of it');
    const find = ({ view }: Held) =>
      view.current.reproves.find(({ packet }) => packet.digest === call.packet.digest) ?? null;
    stop = answerCall(ceremonies, held, moment, slot, find, (after) => activated(after, slot, held.plan, moment.now));
    if (stop === null) return null;
  }
  return stop;
}

function notMine(message: string): Stop {
  return { holds: [{ code: 'SHARE_MISSING', message }] };
}
