import { decode, encode, rfc8949EncodeOptions } from 'cborg';
import { Problem } from '../problem.ts';
import { equalBytes } from './hex.ts';
import { text } from './tagged-hash.ts';

/** What the protocol's CBOR may hold: no floats, no tags, no undefined, text keys only. */
export type Cbor = null | boolean | number | string | Uint8Array | readonly Cbor[] | { readonly [key: string]: Cbor };

export interface Bounds {
  readonly bytes: number;
  readonly depth: number;
}

/** Refuses what decodeCbor would refuse (a float, undefined, __proto__ as a key), so that nothing unreadable is signed. */
export function encodeCbor(value: Cbor): Uint8Array {
  const encoded = encodeAsIs(value);
  checkHeads(encoded, Number.POSITIVE_INFINITY);
  return encoded;
}

function encodeAsIs(value: Cbor): Uint8Array {
  return new Uint8Array(encode(value, rfc8949EncodeOptions)); // cborg may return a view into a larger pool
}

/**
 * One item of deterministic CBOR (RFC 8949 4.2.1) and nothing behind it. Size and depth are bounded before
 * anything is built; the item is encoded again and compared, so there is one encoding of one meaning.
 */
export function decodeCbor(bytes: Uint8Array, bounds: Bounds): Cbor {
  if (bytes.length > bounds.bytes) throw new Problem('CBOR_MALFORMED', `larger than ${bounds.bytes} bytes`);
  checkHeads(bytes, bounds.depth);
  let value: Cbor;
  try {
    value = decode(bytes, {
      allowIndefinite: false,
      allowUndefined: false,
      allowInfinity: false,
      allowNaN: false,
      allowBigInt: false,
      strict: true,
      rejectDuplicateMapKeys: true,
    }) as Cbor;
  } catch {
    throw new Problem('CBOR_MALFORMED', 'not a single well-formed CBOR item');
  }
  if (!equalBytes(encodeAsIs(value), bytes)) throw new Problem('CBOR_MALFORMED', 'not deterministic CBOR');
  return value;
}

/** Array or map that the walk is inside of: items still expected, where a map has two for each entry. */
interface Open {
  left: number;
  readonly map: boolean;
}

/**
 * Walks the heads without building anything, so that neither nesting nor a huge announced count costs memory, and
 * keeps out what CBOR has and we do not: floats, tags, simple values, keys that are not text, integers beyond 2^53.
 */
function checkHeads(bytes: Uint8Array, depth: number): void {
  const refuse = (why: string): never => {
    throw new Problem('CBOR_MALFORMED', why);
  };
  const open: Open[] = [];
  let position = 0;
  do {
    if (position >= bytes.length) refuse('truncated');
    const head = bytes[position++] as number;
    const major = head >> 5;
    let argument = head & 31;
    if (argument >= 24 && major !== 7) {
      const width = [1, 2, 4, 8][argument - 24] ?? refuse('indefinite length, or a reserved head');
      if (position + width > bytes.length) refuse('truncated');
      argument = 0;
      for (let i = 0; i < width; i++) argument = argument * 256 + (bytes[position++] as number);
    }
    const around = open.at(-1);
    const isKey = around?.map === true && around.left % 2 === 0;
    if (around) around.left--;
    if (isKey && major !== 3) refuse('a map key that is not text');
    switch (major) {
      case 0:
      case 1: // a negative integer is -1 - argument
        if (argument + major > Number.MAX_SAFE_INTEGER) refuse('an integer beyond 2^53');
        break;
      case 2:
      case 3:
        if (argument > bytes.length - position) refuse('truncated');
        if (isKey && isAt(bytes, position, argument, proto)) refuse('a map key named __proto__');
        // TextDecoder drops one at the start, so what was read would not be what was signed
        if (major === 3 && isAt(bytes, position, Math.min(argument, 3), mark)) refuse('a byte order mark');
        position += argument;
        break;
      case 4:
      case 5: {
        const left = major === 4 ? argument : argument * 2;
        if (left > bytes.length - position) refuse('announces more items than bytes');
        if (open.length >= depth) refuse(`nested deeper than ${depth}`);
        open.push({ left, map: major === 5 });
        break;
      }
      case 6:
        refuse('tags are not used here');
        break;
      default:
        if (argument < 20 || argument > 22) refuse('neither float, undefined nor other simple values are used here');
    }
    while (open.at(-1)?.left === 0) open.pop();
  } while (open.length > 0);
  if (position !== bytes.length) refuse('bytes behind the item');
}

const proto = text('__proto__');
const mark = text('\ufeff');

function isAt(bytes: Uint8Array, start: number, length: number, wanted: Uint8Array): boolean {
  return length === wanted.length && equalBytes(bytes.subarray(start, start + length), wanted);
}
