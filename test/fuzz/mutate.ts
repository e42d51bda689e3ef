import type { Chance } from './chance.ts';
import { type Codec, mutatedTree } from './trees.ts';

/** Another input made from one that is known, with parts of a second one. Knows the format where there is a codec. */
export function mutated(input: Uint8Array, other: Uint8Array, codec: Codec | null, chance: Chance): Uint8Array {
  if (codec !== null && chance.below(3) > 0) {
    try {
      return codec.write(mutatedTree(codec.read(input), codec.read(other), chance), chance);
    } catch {
      // what has been spoilt already is spoilt further, byte by byte
    }
  }
  let bytes = new Uint8Array(input);
  for (let changes = 1 + chance.below(4); changes > 0; changes--) bytes = spoilt(bytes, other, chance);
  return bytes;
}

/** Heads that announce much, end nothing, or are not used here. */
const heads = [
  0x00, 0x18, 0x1b, 0x3b, 0x5b, 0x5f, 0x7b, 0x7f, 0x9a, 0x9b, 0x9f, 0xa1, 0xbb, 0xbf, 0xc2, 0xf7, 0xfb, 0xff,
];

function spoilt(bytes: Uint8Array<ArrayBuffer>, other: Uint8Array, chance: Chance): Uint8Array<ArrayBuffer> {
  const at = chance.below(bytes.length);
  const length = 1 + chance.below(chance.one([2, 8, 64]));
  const join = (...parts: readonly (Uint8Array | readonly number[])[]) =>
    Uint8Array.from(parts.flatMap((part) => [...part]));
  switch (chance.below(8)) {
    case 0:
      return bytes.slice(0, at);
    case 1:
      return join(bytes.subarray(0, at), bytes.subarray(at + length));
    case 2:
      return join(bytes.subarray(0, at), bytes.subarray(at, at + length), bytes.subarray(at));
    case 3:
      return join(bytes, [chance.below(256)]);
    case 4: {
      const from = chance.below(other.length);
      return join(bytes.subarray(0, at), other.subarray(from, from + length), bytes.subarray(at + length));
    }
    case 5:
      return join(bytes.subarray(0, at), [chance.one(heads)], bytes.subarray(at + 1));
    default: {
      const copy = new Uint8Array(bytes);
      if (copy.length > 0) copy[at] = (copy[at] as number) ^ (1 << chance.below(8));
      return copy;
    }
  }
}
