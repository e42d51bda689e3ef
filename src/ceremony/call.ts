import { toHex } from '../bytes/hex.ts';
import { Problem } from '../problem.ts';
import type { Descriptor } from './descriptor.ts';
import type { Evaluation } from './evaluation.ts';
import type { PacketOf } from './kinds.ts';
import { type CheckedCommitment, checkCommitment } from './packets/commitment.ts';
import { type CalledTurn, type CheckedSignature, calledTurn, checkSignature } from './packets/signature.ts';
import type { Participant } from './plan.ts';

/** Who is called, with the index of the share that is to sign. */
export type Signer = Participant & { readonly index: number };

/** What a call is about. */
export interface Call {
  readonly id: Uint8Array;
  /** Whose shares sign. */
  readonly descriptor: Descriptor;
  readonly statement: Uint8Array;
  /** In index order. */
  readonly signers: readonly Signer[];
}

/** How far the named signers of a call are. Keys are identities in hex. */
export interface CallView extends Call {
  /** Good commitments. With more than one by a signer nobody signs: one nonce, one signature. */
  readonly commitments: ReadonlyMap<string, readonly CheckedCommitment[]>;
  /** What the signers sign, once the commitments of all are here. */
  readonly turn: CalledTurn | null;
  readonly signatures: ReadonlyMap<string, CheckedSignature>;
  /** Turns that all named signers signed. */
  readonly complete: readonly { readonly turn: CalledTurn; readonly signed: readonly CheckedSignature[] }[];
  /** Named signers who said something that does not count, or two things: this turn can come to nothing any more. */
  readonly spoilt: readonly Participant[];
}

/** Weighs the commitments and signatures that answer this call. */
export function evaluateCall(
  { checked, wait }: Evaluation,
  call: Call,
  answers: {
    readonly commitments: readonly PacketOf<'commitment'>[];
    readonly signatures: readonly PacketOf<'signature'>[];
  },
): CallView {
  const { id, descriptor, statement, signers } = call;
  const context = toHex(id);
  const indexOf = ({ identity }: { readonly identity: string }): number => {
    const signer = signers.find((one) => one.identity === identity);
    if (signer === undefined) throw new Problem('TURN_INVALID', 'answers a call that does not name its author');
    return signer.index;
  };

  const bad = new Set<string>();
  const commitments = new Map<string, CheckedCommitment[]>();
  const byDigest = new Map<string, CheckedCommitment | null>();
  for (const packet of answers.commitments) {
    const good = checked(packet, `commitment ${context}`, () => checkCommitment(descriptor, indexOf(packet), packet));
    byDigest.set(packet.digest, good);
    if (good === null) bad.add(packet.identity);
    else commitments.set(packet.identity, [...(commitments.get(packet.identity) ?? []), good]);
  }
  const single = signers.flatMap(({ identity }) => {
    const [first, ...more] = commitments.get(identity) ?? [];
    // row 17: of two commitments neither is signed with
    return first === undefined || more.length > 0 ? [] : [first];
  });
  const turn = single.length === signers.length ? calledTurn(id, descriptor, statement, single) : null;

  // grouped by the exact commitments that they name, of which nothing that comes later can take one away
  const turns = new Map<string, { turn: CalledTurn; signed: CheckedSignature[] }>();
  // one and the same for all who signed it, so that what is computed of it is computed once
  const called = new Map<string, CalledTurn>();
  for (const packet of answers.signatures) {
    const named = packet.body.commitments.map((digest) => byDigest.get(toHex(digest)));
    if (named.some((commitment) => commitment === undefined)) {
      wait(packet, 'a commitment');
      continue;
    }
    const key = packet.body.commitments.map(toHex).join(' ');
    const good = checked(packet, `signature ${context}`, () => {
      const all = named.flatMap((commitment) => commitment ?? []);
      // row 17: all named signers, each once: one set of nonces, one signature
      if (all.length !== signers.length || all.some(({ index }, at) => index !== signers[at]?.index))
        throw new Problem('TURN_INVALID', 'has to name one good commitment of every named signer, in order');
      const signing = called.get(key) ?? calledTurn(id, descriptor, statement, all);
      called.set(key, signing);
      return { signing, good: checkSignature(signing, indexOf(packet), packet) };
    });
    if (good === null) {
      bad.add(packet.identity);
      continue;
    }
    const group = turns.get(key) ?? { turn: good.signing, signed: [] };
    group.signed.push(good.good);
    turns.set(key, group);
  }
  const groups = [...turns].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, group]) => group);
  return {
    ...call,
    commitments,
    turn,
    signatures: new Map(groups.flatMap(({ signed }) => signed.map((one) => [one.packet.identity, one] as const))),
    complete: groups.flatMap(({ turn: signing, signed }) => {
      const parts = signers.map(({ index }) => signed.find((one) => one.index === index));
      const present = parts.filter((part) => part !== undefined);
      return present.length === signers.length ? [{ turn: signing, signed: present }] : [];
    }),
    spoilt: signers.filter(({ identity }) => bad.has(identity) || (commitments.get(identity) ?? []).length > 1),
  };
}

/** Commit first; sign when the commitments of all are here. */
export function owesAnswer({ signers, commitments, turn, signatures, spoilt }: CallView, who: string): boolean {
  if (spoilt.length > 0 || !signers.some(({ identity }) => identity === who)) return false;
  return !commitments.has(who) || (turn !== null && !signatures.has(who));
}
