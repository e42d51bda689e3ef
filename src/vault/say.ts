import type { Cbor } from '../bytes/cbor.ts';
import { equalBytes, fromHex } from '../bytes/hex.ts';
import { admit } from '../ceremony/admission.ts';
import { nameOf, sealPacket } from '../ceremony/envelope.ts';
import { type KindName, slotOf } from '../ceremony/kinds.ts';
import { digestOf, writePacket } from '../ceremony/packet.ts';
import type { AcceptanceBody } from '../ceremony/packets/acceptance.ts';
import type { CensusFinding } from '../ceremony/packets/census.ts';
import { Problem } from '../problem.ts';
import type { Ceremonies, Held } from './ceremonies.ts';
import { oldCopy } from './standing.ts';
import type { VaultState } from './state.ts';

/** What the world outside says at the moment of a visit. */
export interface Moment {
  readonly now: number;
  readonly tool: AcceptanceBody['tool'];
  /** Under `destroy: ask`, the operator typed which old share may go now. */
  readonly confirmDestroy?: string | undefined;
  /** Whether a person sits there; without it, as at the consent. */
  readonly attended?: boolean | undefined;
  /** The proposer agreed that the attempt goes on with other dealers. */
  readonly amend?: boolean | undefined;
  /** What is amiss on this machine, looked at when a census asks. */
  readonly findings?: (() => readonly CensusFinding[]) | undefined;
}

/**
 * Signs and seals a statement and stores it in one step with what it changes: durable before a byte of it leaves,
 * and after a crash the same bytes go out again.
 */
export function say(
  ceremonies: Ceremonies,
  held: Held,
  moment: Moment,
  kind: KindName,
  body: Cbor,
  change: (state: VaultState, digest: Uint8Array) => VaultState,
  attempt: Uint8Array = held.view.current.attempt.id,
): void {
  const { plan, record } = held;
  const { vault } = ceremonies;
  // whoever asks: what an old copy has forgotten it may have said already, and says in other words now
  const [old] = oldCopy(vault.state, plan, held.view);
  if (old !== undefined) throw new Problem(old.code, old.message, old.hint);
  const attended = moment.attended ?? record.consent?.attended ?? false;
  const header = {
    kind,
    ceremony: plan.id,
    attempt,
    author: vault.state.signing.public,
    at: moment.now,
    attended,
    rehearsal: plan.rehearsal,
  };
  const packet = writePacket(header, body, vault.state.signing.secret);
  const file = sealPacket(plan.id, record.key, packet, vault.host.random);
  const digest = fromHex(digestOf(packet)) as Uint8Array;
  const slot = slotOf(admit(plan, packet)); // what others would refuse is not said
  // section 20: what was said in a slot is never said again in other bytes
  if (vault.state.said.some((before) => equalBytes(before.ceremony, plan.id) && before.slot === slot)) {
    throw new Problem(
      'VAULT_DAMAGED',
      'this machine has said this already, but its own packet is missing from the vault; it says nothing a second time',
      'bring any stick that holds the packets of this ceremony',
    );
  }
  vault.commit((state) => {
    const changed = change(state, digest);
    return {
      ...changed,
      said: [...changed.said, { ceremony: plan.id, slot, digest, file: fromHex(nameOf(file)) as Uint8Array }],
      outbox: [...changed.outbox, { ceremony: plan.id, file }],
    };
  });
}

/** Bodies are plain data of the protocol's CBOR; their schemas say so. */
export function asCbor(body: object): Cbor {
  return body as Cbor;
}
