import type { Point } from '../crypto/group.ts';
import {
  aggregateStatement,
  type FrostPublic,
  frostPublicOf,
  type NonceCommitment,
  type NoncePoints,
  signStatement,
  statementMessage,
  verifyStatementShare,
} from '../crypto/proof-of-life.ts';
import { areDue, type SigningRound, signatureOf, signingRound } from '../crypto/signature-shares.ts';
import { Problem } from '../problem.ts';
import { type Descriptor, keysBySuite } from './descriptor.ts';
import type { Share } from './packets/acceptance.ts';

/** One signing by every key of a keyset: named signers with their exact nonce commitments. All of them must sign. */
export interface Turn {
  /** Whose shares sign. */
  readonly descriptor: Descriptor;
  /** Computed by each machine from its own state, never taken from a packet (row 18). */
  readonly statement: Uint8Array;
  /** In index order. */
  readonly signers: readonly TurnSigner[];
}

export interface TurnSigner {
  readonly index: number;
  /** Of each key. */
  readonly nonces: readonly NoncePoints[];
}

/** One signer's part: the signature share of each key. */
export interface TurnPart {
  readonly index: number;
  readonly packet: { readonly body: { readonly shares: readonly Uint8Array[] } };
}

/** Signs every key. The nonces are used up by this: whoever calls stores the result and erases them in one step. */
export function signTurn(turn: Turn, index: number, share: Share, nonces: readonly Uint8Array[]): Uint8Array[] {
  return turn.descriptor.keys.map((key, place) =>
    signStatement(
      key.suite,
      publicOf(turn, place),
      index,
      share[place] as Uint8Array,
      nonces[place] as Uint8Array,
      commitmentsOf(turn, place),
      statementMessage(key.suite, turn.statement),
    ),
  );
}

/** Each signature share is verified singly; a bad one names its author. */
export function checkTurnPart(turn: Turn, { index, packet }: TurnPart): void {
  if (together.get(turn)?.has(packet) === true) return;
  const { keys } = turn.descriptor;
  const { shares } = packet.body;
  // row 13: every key, not only the first
  if (shares.length !== keys.length) throw new Problem('TURN_INVALID', 'has to hold one signature share per key');
  const taken = new Set(
    [...keysBySuite(keys).values()].filter((places) => areTaken(turn, places, [{ index, packet }])).flat(),
  );
  keys.forEach((key, place) => {
    if (taken.has(place)) return;
    // nobody is blamed by our own arithmetic: what it does not take is for the library to judge
    const message = statementMessage(key.suite, turn.statement);
    const [frost, listed] = [publicOf(turn, place), commitmentsOf(turn, place)];
    // row 18: over the statement of this machine, whatever the author signed
    if (!verifyStatementShare(key.suite, frost, listed, message, index, shares[place] as Uint8Array))
      throw new Problem('SIGNATURE_INVALID', `the signature share for ${key.label} is wrong`);
  });
}

/** Parts that were found good, all keys of them, before anybody asked for one. */
const together = new WeakMap<Turn, Set<TurnPart['packet']>>();

/** Where all of these are good, one sum says so, and none has to be looked at again; else each is, when its time comes. */
export function takeTogether(turn: Turn, parts: readonly TurnPart[]): void {
  const { keys } = turn.descriptor;
  const whole = parts.every(({ packet }) => packet.body.shares.length === keys.length);
  if (parts.length < 2 || !whole) return;
  if (![...keysBySuite(keys).values()].every((places) => areTaken(turn, places, parts))) return;
  together.set(turn, new Set([...(together.get(turn) ?? []), ...parts.map(({ packet }) => packet)]));
}

/** Of a turn and a key: the same for all of its signers. Null where something in it is not as it should be. */
const rounds = new WeakMap<Turn, Map<number, SigningRound | null>>();

function roundIn(turn: Turn, place: number): SigningRound | null {
  const known = rounds.get(turn) ?? new Map<number, SigningRound | null>();
  rounds.set(turn, known);
  const round = known.get(place) ?? orNull(() => roundOf(turn, place));
  known.set(place, round);
  return round;
}

/** All keys of one suite. */
function areTaken(turn: Turn, places: readonly number[], parts: readonly TurnPart[]): boolean {
  const found = places.flatMap((place) => roundIn(turn, place) ?? []);
  const given = parts.map(({ index, packet: { body } }) => ({
    index,
    shares: places.map((place) => body.shares[place] as Uint8Array),
  }));
  return found.length === places.length && orNull(() => areDue(found, given, turn.descriptor.id)) === true;
}

function roundOf(turn: Turn, place: number): SigningRound | null {
  const { keys, members, points } = turn.descriptor;
  const [key, commitments] = [keys[place], points[place]];
  if (key === undefined || commitments === undefined) return null;
  if (turn.signers.some(({ index }) => index > members.length)) return null;
  return signingRound(key.suite, commitments, commitmentsOf(turn, place), statementMessage(key.suite, turn.statement));
}

function orNull<T>(work: () => T): T | null {
  try {
    return work();
  } catch (error) {
    if (error instanceof Problem) return null;
    throw error;
  }
}

/** Each key's signature of a complete turn. It is for the caller to verify. */
export function aggregateTurn(turn: Turn, parts: readonly TurnPart[]): Uint8Array[] {
  return turn.descriptor.keys.map((key, place) => {
    const shares = parts.map(({ packet, index }) => ({ index, share: packet.body.shares[place] as Uint8Array }));
    const round = roundIn(turn, place);
    const made = round === null ? null : orNull(() => signatureOf(round, shares));
    if (made !== null) return made;
    const message = statementMessage(key.suite, turn.statement);
    return aggregateStatement(key.suite, publicOf(turn, place), commitmentsOf(turn, place), message, shares);
  });
}

function commitmentsOf({ signers }: Turn, place: number): NonceCommitment[] {
  return signers.map(({ index, nonces }) => {
    const nonce = nonces[place];
    if (nonce === undefined) throw new Problem('TURN_INVALID', 'has to commit to one nonce per key');
    return { index, ...nonce };
  });
}

function publicOf({ descriptor: { keys, members, points } }: Turn, place: number): FrostPublic {
  const key = keys[place];
  if (key === undefined) throw new Problem('DESCRIPTOR_INVALID', 'no such key');
  return frostPublicOf(key.suite, members.length, points[place] as readonly Point[]);
}
