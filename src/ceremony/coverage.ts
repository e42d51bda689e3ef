import { equalBytes } from '../bytes/hex.ts';
import { taggedHash, text } from '../bytes/tagged-hash.ts';
import { choices, choose, combine } from '../crypto/combinations.ts';
import { evaluateCommitments } from '../crypto/commitments.ts';
import type { Point } from '../crypto/group.ts';
import { combineVerification } from '../crypto/possession.ts';
import { suite } from '../crypto/suites.ts';
import { type Descriptor, keysBySuite } from './descriptor.ts';
import type { Transcript } from './transcript.ts';

/** Which members together can sign: what the commitments of a committee say of it. */
export interface Coverage {
  readonly epoch: number;
  readonly threshold: number;
  readonly members: number;
  readonly keys: number;
  /** How many choices of as many members as the threshold there are. */
  readonly combinations: number;
  /** How many of them were interpolated here. */
  readonly computed: number;
  readonly ok: boolean;
}

const computedAtMost = 500;

/**
 * That any `threshold` members can sign follows from there being exactly as many commitments. Here it is computed
 * as well: the verification shares of each choice of members, interpolated at zero, are the public keys. All keys of a
 * suite at once, with weights that are fixed by the descriptor, which holds all commitments; or by the transcript that
 * made it, which has them folded already.
 */
export function coverageOf(descriptor: Descriptor, made: Transcript | null = null): Coverage {
  const { threshold, keys, points, epoch } = descriptor;
  const members = descriptor.members.length;
  const combinations = choose(members, threshold);
  const sets = combinations <= computedAtMost ? [...choices(members, threshold)] : runs(members, threshold);
  const ok = [...keysBySuite(keys)].every(([name, places]) => {
    const { group } = suite(name);
    const seed = taggedHash('coverage', descriptor.id, text(name));
    const lists = places.map((place) => points[place] as readonly Point[]);
    if (lists.some((list) => list.length !== threshold)) return false;
    const known = made !== null && equalBytes(made.descriptor.id, descriptor.id) ? made.combined.get(name) : undefined;
    const folded = known ?? combineVerification(group, lists, seed);
    const shares = Array.from({ length: members }, (_, at) => evaluateCommitments(group, folded, at + 1));
    return combine(group, shares, sets, folded[0] as Point, seed);
  });
  return { epoch, threshold, members, keys: keys.length, combinations, computed: sets.length, ok };
}

/** Neighbours around the table: few, and every member is in some. */
function runs(members: number, threshold: number): number[][] {
  return Array.from({ length: members }, (_, start) =>
    Array.from({ length: threshold }, (_, at) => ((start + at) % members) + 1),
  );
}

export function coverageWords({ threshold, members, combinations, computed, ok, keys }: Coverage): string {
  const every = keys === 1 ? 'the key' : `all ${keys} keys`;
  if (!ok) return `NOT ANY ${threshold} of ${members} can sign with ${every}: the commitments do not fit together`;
  const all = combinations === 1 ? 'the one combination follows' : `all ${combinations} combinations follow`;
  const how =
    computed === combinations
      ? `${computed === 1 ? 'it was' : 'each was'} interpolated here from the verification shares and gives the public key`
      : `${computed} of them were interpolated here from the verification shares and give the public key`;
  return `any ${threshold} of ${members} can sign with ${every}: ${all} from the commitments, which are ${threshold} for each key; ${how}`;
}
