import { type Cbor, encodeCbor } from '../bytes/cbor.ts';
import { suite } from '../crypto/suites.ts';
import { firstAttempt } from './attempt.ts';
import { keysBySuite } from './descriptor.ts';
import { joinProposal, sealPacket, wrapProposal } from './envelope.ts';
import type { BodyOf, KindName } from './kinds.ts';
import { keysOf, type Participant, type Plan } from './plan.ts';
import { signedLength } from './signed.ts';

/*
 * How long the files of a ceremony will be, from its plan alone: a packet of each kind is written in its form, with zeros
 * where the author will put something. What nobody can know yet (a reason, a place, an earlier vote) is taken as it mostly is.
 */

export type SizedKind = Exclude<KindName, 'complaint' | 'release' | 'reprove' | 'note'>;

const zeros = (length: number): Uint8Array => new Uint8Array(length);
const hash = zeros(32);
const times = <T>(count: number, one: T): T[] => Array.from({ length: count }, () => one);

/** What an envelope adds to a packet, and one to a proposal. */
const sealed = sealPacket(hash, hash, zeros(0), zeros).length;
const wrapped = wrapProposal(hash, zeros(0)).length;

/** Of a packet as it lies on a stick. Each kind and author is written once. */
export function packetSizes(plan: Plan): (kind: SizedKind, author: Participant) => number {
  const known = new Map<string, number>();
  return (kind, author) => {
    // only an acceptance holds something of its author's own: the card
    const name = kind === 'acceptance' ? `${kind} ${author.identity}` : kind;
    const size = known.get(name) ?? sizeOf(plan, kind, author);
    known.set(name, size);
    return size;
  };
}

/** Of a packet that is here, as it was signed. */
export const sealedSize = (packet: { readonly bytes: Uint8Array }): number => packet.bytes.length + sealed;

function sizeOf(plan: Plan, kind: SizedKind, author: Participant): number {
  const header = { kind, ceremony: hash, attempt: hash, author: hash, at: plan.at, attended: true };
  const body = bodies(plan, author)[kind]() as Cbor;
  const packet = signedLength(encodeCbor({ v: 1, ...header, rehearsal: plan.rehearsal, body }));
  return kind === 'proposal' ? wrapped + ageLength(plan.participants.length, packet) : sealed + packet;
}

/** Of an age file (v1) to so many X25519 recipients, with the ceremony key and a packet in it. */
function ageLength(recipients: number, packet: number): number {
  const content = joinProposal(hash, zeros(0)).length + packet;
  const header = 'age-encryption.org/v1\n'.length + recipients * ('-> X25519 '.length + 2 * 44) + '--- '.length + 44;
  return header + 16 + content + 16 * Math.ceil(content / 65_536);
}

function bodies(plan: Plan, author: Participant): { readonly [K in SizedKind]: () => BodyOf<K> } {
  const keys = keysOf(plan);
  const points = keys.map((key) => zeros(suite(key.suite).group.pointBytes));
  const names = [...keysBySuite(keys).keys()];
  const proofs = names.map((name) => ({ suite: name, proof: zeros(suite(name).group.pointBytes + 32) }));
  const dealers = firstAttempt(plan).dealers.length;
  const receivers = plan.receivers.length;
  const nonces = () => points.map((point) => ({ hiding: point, binding: point }));
  const shares = () => times(keys.length, hash);
  const vote = { parent: hash, slot: 0, prior: [] };
  const signers = plan.signers.length === 0 ? receivers : plan.signers.length;
  const where = { custodian: '', place: zerosOf(16), medium: zerosOf(8), bag: '' };
  const copy = { id: zerosOf(8), label: zerosOf(16), kind: 'backup' as const, epoch: 1, where, destroyed: null };
  const copies = plan.backup === 'required' ? Math.max(1, plan.copies) : 0;
  return {
    proposal: () => ({ plan: plan.encoded, key: hash }),
    approval: () => ({}),
    refusal: () => ({ as: 'receiver', reason: '' }),
    endorsement: () => ({ vote }),
    deal: () => ({
      vote: plan.parent === null ? null : vote,
      approvals: times(plan.approvals, hash),
      keys: points.map((point) => ({
        commitments: times(plan.threshold, point),
        proof: plan.parent === null ? zeros(point.length + 32) : null,
      })),
      boxes: times(receivers, { R: hash, proof: zeros(64), ciphertext: zeros(32 * keys.length + 16) }),
    }),
    acceptance: () => ({
      deals: times(dealers, hash),
      transcript: hash,
      possession: proofs,
      nonces: nonces(),
      card: author.card.file,
      tool: plan.tool,
    }),
    activation: () => ({ transcript: hash, certificate: times(receivers, hash), shares: shares() }),
    closing: () => ({
      transcript: hash,
      turn: hash,
      oldShare: { state: plan.parent === null ? 'none' : 'wrapping-key-deleted', why: 'proven' },
      invalid: times(plan.parent === null ? 0 : copies, copy),
      recorded: times(copies, copy),
    }),
    amendment: () => ({
      number: 1,
      dealers: times(dealers, 1),
      receivers: plan.receivers.map(({ card }) => ({ card: card.file, prekey: hash })),
      reason: '',
    }),
    commitment: () => ({ call: hash, nonces: nonces() }),
    signature: () => ({ call: hash, commitments: times(signers, hash), shares: shares() }),
    census: () => ({
      possession: proofs,
      prekeys: 16,
      tool: plan.tool,
      copies: [],
      findings: times(12, { check: zerosOf(8), ok: true, detail: zerosOf(6) }), // most are good, and say no more
    }),
  };
}

const zerosOf = (length: number): string => '0'.repeat(length);
