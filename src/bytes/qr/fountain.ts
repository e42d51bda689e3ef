import { concatBytes } from '../hex.ts';
import { taggedHash, u64 } from '../tagged-hash.ts';

/*
 * A systematic random linear fountain over GF(2): docs/protocol.md, section 24. Something is cut into parts of one size;
 * the first pieces are the parts themselves, all others are sums (exclusive or) of about half of the parts. Any
 * pieces will do: about two more than there are parts are enough, whichever got lost.
 */

/** Which parts piece `number` is the sum of: bit i mod 8 of byte i div 8, counted from the lowest, is part i. */
export function combination(count: number, number: number): Uint8Array {
  const bits = new Uint8Array(Math.ceil(count / 8));
  if (number >= count) {
    for (let at = 0; at < bits.length; at += 32) {
      bits.set(
        taggedHash('combination', u64(count), u64(number), u64(at / 32)).subarray(0, Math.min(32, bits.length - at)),
        at,
      );
    }
    if (count % 8 !== 0) bits[bits.length - 1] = (bits.at(-1) as number) & ((1 << (count % 8)) - 1);
    if (bits.some((byte) => byte !== 0)) return bits;
  }
  const alone = number % count; // a part itself; or a sum of nothing, which would say nothing
  bits[alone >> 3] = 1 << (alone & 7);
  return bits;
}

/** The parts of something, padded with zeros. */
export function partsOf(whole: Uint8Array, size: number): Uint8Array[] {
  const count = Math.ceil(whole.length / size);
  const padded = concatBytes(whole, new Uint8Array(count * size - whole.length));
  return Array.from({ length: count }, (_, part) => padded.subarray(part * size, (part + 1) * size));
}

export function pieceOf(parts: readonly Uint8Array[], number: number): Uint8Array {
  const bits = combination(parts.length, number);
  const sum = new Uint8Array(parts[0]?.length ?? 0);
  parts.forEach((part, at) => {
    if (((bits[at >> 3] as number) >> (at & 7)) & 1)
      for (let i = 0; i < sum.length; i += 1) sum[i] = (sum[i] as number) ^ (part[i] as number);
  });
  return sum;
}

export interface Puzzle {
  /** How many more pieces are needed at least. */
  readonly missing: () => number;
  /** `contradiction`: pieces of one and the same thing could not say this together. */
  readonly add: (number: number, piece: Uint8Array) => 'useful' | 'known' | 'contradiction';
  /** The parts in order, one behind the other, once none is missing. */
  readonly solved: () => Uint8Array;
}

/**
 * Gauss, as the pieces arrive. A row is the combination followed by the sum, in words of 32 bits; `rows[i]` is the one
 * row whose first part is i. Memory grows with what was received, to `count` rows.
 */
export function puzzle(count: number, size: number): Puzzle {
  const head = Math.ceil(count / 32);
  const length = head + Math.ceil(size / 4);
  const rows = new Array<Uint32Array | undefined>(count);
  let missing = count;

  function rowOf(number: number, piece: Uint8Array): Uint32Array {
    const row = new Uint32Array(length);
    const put = (bytes: Uint8Array, from: number) =>
      bytes.forEach((byte, at) => {
        row[from + (at >> 2)] = (row[from + (at >> 2)] as number) | (byte << (8 * (at & 3)));
      });
    put(combination(count, number), 0);
    put(piece, head);
    return row;
  }

  function subtract(row: Uint32Array, other: Uint32Array): void {
    for (let at = 0; at < length; at += 1) row[at] = (row[at] as number) ^ (other[at] as number);
  }

  function first(row: Uint32Array): number | null {
    for (let word = 0; word < head; word += 1) {
      const bits = row[word] as number;
      if (bits !== 0) return 32 * word + 31 - Math.clz32(bits & -bits);
    }
    return null;
  }

  const has = (row: Uint32Array, part: number) => (((row[part >> 5] as number) >>> (part & 31)) & 1) === 1;

  return {
    missing: () => missing,
    add: (number, piece) => {
      const row = rowOf(number, piece);
      for (let part = first(row); part !== null; part = first(row)) {
        const known = rows[part];
        if (known === undefined) {
          rows[part] = row;
          missing -= 1;
          return 'useful';
        }
        subtract(row, known);
      }
      return row.every((word) => word === 0) ? 'known' : 'contradiction';
    },
    solved: () => {
      const solved = rows as Uint32Array[];
      for (let part = count - 1; part > 0; part -= 1) {
        for (let above = 0; above < part; above += 1) {
          const row = solved[above] as Uint32Array;
          if (has(row, part)) subtract(row, solved[part] as Uint32Array);
        }
      }
      return concatBytes(...solved.map((row) => bytesOf(row.subarray(head)).subarray(0, size)));
    },
  };
}

function bytesOf(words: Uint32Array): Uint8Array {
  return Uint8Array.from(
    { length: 4 * words.length },
    (_, at) => ((words[at >> 2] as number) >>> (8 * (at & 3))) & 255,
  );
}
