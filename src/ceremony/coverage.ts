import { choices, choose, givesConstant } from '../crypto/combinations.ts';
import { suite } from '../crypto/suites.ts';
import type { Descriptor } from './descriptor.ts';

/** Which members together can sign: what the commitments of a committee say of it. */
export interface Coverage {
  readonly epoch: number;
  readonly threshold: number;
  readonly members: number;
  readonly keys: number;
  /** How many choices of as many members as the threshold there are. */
  readonly combinations: number;
  /** Of how many of them the factors were computed here. */
  readonly computed: number;
  readonly ok: boolean;
}

const computedAtMost = 500;

/**
 * That any `threshold` members can sign follows from there being exactly as many commitments. Here it is computed
 * as well, for each choice of members and all keys of a group at once: their verification shares, which are sums over
 * the commitments, make the public key.
 */
export function coverageOf({ threshold, keys, points, members: { length: members }, epoch }: Descriptor): Coverage {
  const combinations = choose(members, threshold);
  const sets = combinations <= computedAtMost ? [...choices(members, threshold)] : runs(members, threshold);
  const groups = new Set(keys.map(({ suite: name }) => suite(name).group));
  const ok =
    keys.every((_, place) => points[place]?.length === threshold) &&
    [...groups].every((group) => sets.every((set) => givesConstant(group, set, threshold)));
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
      ? `the factors of ${computed === 1 ? 'it' : 'each'} were computed here, and give the public key`
      : `the factors of ${computed} of them were computed here, and give the public key`;
  return `any ${threshold} of ${members} can sign with ${every}: ${all} from the commitments, which are ${threshold} for each key; ${how}`;
}
