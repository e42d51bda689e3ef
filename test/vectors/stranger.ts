import { createHash, createPublicKey, hkdfSync, verify } from 'node:crypto';
import { xchacha20poly1305 } from '@noble/ciphers/chacha.js';
import { ed25519, ristretto255 } from '@noble/curves/ed25519.js';

/*
 * A second implementation, as far as a verifier needs one, written from docs/protocol.md alone: nothing of src is
 * imported here, and nothing may be. Where this and the vectors agree, the page says enough.
 */

export type Item = null | boolean | number | string | Uint8Array | Item[] | { [key: string]: Item };
export type Fields = { [key: string]: Item };

// section 2

export function bytesOf(text: string): Uint8Array {
  return new Uint8Array(Buffer.from(text.replace(/^hex:/, ''), 'hex'));
}

export function hexOf(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex');
}

export function utf8(text: string): Uint8Array {
  return new Uint8Array(Buffer.from(text, 'utf8'));
}

export function join(...parts: Uint8Array[]): Uint8Array {
  return new Uint8Array(Buffer.concat(parts));
}

export function sha256(bytes: Uint8Array): Uint8Array {
  return new Uint8Array(createHash('sha256').update(bytes).digest());
}

export function u64(value: number): Uint8Array {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64BE(BigInt(value));
  return new Uint8Array(bytes);
}

export function prefixed(...parts: Uint8Array[]): Uint8Array {
  return join(...parts.flatMap((part) => [u64(part.length), part]));
}

export function tagged(tag: string, ...parts: Uint8Array[]): Uint8Array {
  const h = sha256(utf8(`conclave/v1/${tag}`));
  return sha256(join(h, h, prefixed(...parts)));
}

/** Reads what is known to be deterministic; only a writer has to prove that it is. */
export function decode(bytes: Uint8Array): Item {
  let at = 0;
  const item = (): Item => {
    const head = bytes[at++] as number;
    const [major, info] = [head >> 5, head & 31];
    if (major === 7) return info === 22 ? null : info === 21;
    const width = info < 24 ? 0 : 2 ** (info - 24);
    let argument = info;
    if (width > 0) {
      argument = Number(BigInt(`0x${hexOf(bytes.subarray(at, at + width))}`));
      at += width;
    }
    const take = (): Uint8Array => {
      at += argument;
      return bytes.slice(at - argument, at);
    };
    switch (major) {
      case 0:
        return argument;
      case 1:
        return -1 - argument;
      case 2:
        return take();
      case 3:
        return Buffer.from(take()).toString('utf8');
      case 4:
        return Array.from({ length: argument }, item);
      default:
        return Object.fromEntries(Array.from({ length: argument }, () => [item() as string, item()]));
    }
  };
  const read = item();
  if (at !== bytes.length) throw new Error('bytes behind the item');
  return read;
}

export function encode(value: Item): Uint8Array {
  const head = (major: number, argument: number): Uint8Array => {
    if (argument < 24) return Uint8Array.of((major << 5) | argument);
    const width = argument < 256 ? 0 : argument < 65536 ? 1 : argument < 2 ** 32 ? 2 : 3;
    return join(Uint8Array.of((major << 5) | (24 + width)), u64(argument).slice(8 - 2 ** width));
  };
  if (value === null) return Uint8Array.of(0xf6);
  if (typeof value === 'boolean') return Uint8Array.of(value ? 0xf5 : 0xf4);
  if (typeof value === 'number') return value < 0 ? head(1, -1 - value) : head(0, value);
  if (typeof value === 'string') return join(head(3, utf8(value).length), utf8(value));
  if (value instanceof Uint8Array) return join(head(2, value.length), value);
  if (Array.isArray(value)) return join(head(4, value.length), ...value.map(encode));
  const entries = Object.entries(value).map(([key, item]) => [encode(key), encode(item)] as const);
  entries.sort(([a], [b]) => Buffer.compare(a, b));
  return join(head(5, entries.length), ...entries.flat());
}

// section 7

const header = Uint8Array.of(0xa1, 0x01, 0x27);

function ed25519Holds(key: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean {
  const jwk = { kty: 'OKP', crv: 'Ed25519', x: Buffer.from(key).toString('base64url') };
  return verify(null, message, createPublicKey({ key: jwk, format: 'jwk' }), signature);
}

/** The fields of a signed message, once its signature held under the key that it names in this field. */
export function signed(message: Uint8Array, aad: string, keyField: 'author' | 'signing'): Fields {
  const [protectedHeader, , payload, signature] = decode(message) as [Uint8Array, Item, Uint8Array, Uint8Array];
  const fields = decode(payload) as Fields;
  const input = encode(['Signature1', header, utf8(aad), payload]);
  if (hexOf(protectedHeader) !== hexOf(header)) throw new Error('not EdDSA');
  if (!ed25519Holds(fields[keyField] as Uint8Array, input, signature)) throw new Error('the signature does not hold');
  return fields;
}

export function card(file: Uint8Array): Fields {
  const line = utf8('conclave card v1\n');
  if (hexOf(file.slice(0, line.length)) !== hexOf(line)) throw new Error('not a card');
  return signed(file.slice(line.length), 'conclave card v1', 'signing');
}

// sections 4 and 5, for ed25519 and ristretto255, which have one order

export interface Element {
  add(other: Element): Element;
  multiplyUnsafe(scalar: bigint): Element;
  equals(other: Element): boolean;
  toBytes(): Uint8Array;
  is0(): boolean;
}

export interface Curve {
  readonly name: string;
  readonly base: Element;
  readonly zero: Element;
  point(bytes: Uint8Array): Element;
}

export const order: bigint = ed25519.Point.Fn.ORDER;

export const edwards: Curve = {
  name: 'ed25519',
  base: ed25519.Point.BASE as unknown as Element,
  zero: ed25519.Point.ZERO as unknown as Element,
  point: (bytes) => {
    const point = ed25519.Point.fromBytes(bytes);
    if (point.is0() || !point.isTorsionFree()) throw new Error('a bad point');
    return point as unknown as Element;
  },
};

export const ristretto: Curve = {
  name: 'ristretto255',
  base: ristretto255.Point.BASE as unknown as Element,
  zero: ristretto255.Point.ZERO as unknown as Element,
  point: (bytes) => ristretto255.Point.fromBytes(bytes) as unknown as Element,
};

export function mod(value: bigint): bigint {
  return ((value % order) + order) % order;
}

export function little(bytes: Uint8Array): bigint {
  return BigInt(`0x${hexOf(Uint8Array.from(bytes).reverse())}`);
}

export function littleBytes(scalar: bigint): Uint8Array {
  return Uint8Array.from(Buffer.from(scalar.toString(16).padStart(64, '0'), 'hex')).reverse();
}

function big(bytes: Uint8Array): bigint {
  return BigInt(`0x${hexOf(bytes)}`);
}

export function times(point: Element, scalar: bigint, curve: Curve): Element {
  const reduced = mod(scalar);
  return reduced === 0n ? curve.zero : point.multiplyUnsafe(reduced);
}

export function challenge(curve: Curve, tag: string, ...parts: Uint8Array[]): bigint {
  const halves = [0, 1].map((half) => tagged(`${tag}-challenge`, Uint8Array.of(half), utf8(curve.name), ...parts));
  return mod(big(join(...halves)));
}

export function knows(curve: Curve, P: Element, domain: string, context: Uint8Array, proof: Uint8Array): boolean {
  const R = curve.point(proof.slice(0, 32));
  const z = little(proof.slice(32));
  const c = challenge(curve, 'knowledge', utf8(domain), context, P.toBytes(), R.toBytes());
  return (
    !P.is0() &&
    curve.base
      .multiplyUnsafe(z)
      .add(times(P, -c, curve))
      .equals(R)
  );
}

/** The value in the exponent of a polynomial's commitments at an index. */
export function at(curve: Curve, commitments: Element[], index: number): Element {
  return commitments.reduce((sum, C, m) => sum.add(times(C, BigInt(index) ** BigInt(m), curve)), curve.zero);
}

function inverse(value: bigint): bigint {
  let [result, base, exponent] = [1n, mod(value), order - 2n];
  for (; exponent > 0n; exponent >>= 1n, base = (base * base) % order) {
    if (exponent & 1n) result = (result * base) % order;
  }
  return result;
}

export function lagrange(indices: number[], index: number): bigint {
  return indices
    .filter((other) => other !== index)
    .reduce((product, other) => mod(product * BigInt(other) * inverse(BigInt(other - index))), 1n);
}

export function weight(seed: Uint8Array, place: number): bigint {
  return big(tagged('weight', seed, u64(place)).slice(0, 16)) || 1n;
}

// section 6

/** What is in a box, for who has the secret of the prekey, after what everybody checks of it. */
export function unsealed(box: Fields, q: bigint, X: Uint8Array): Uint8Array {
  const Q = ristretto.base.multiplyUnsafe(q).toBytes();
  const R = box.R as Uint8Array;
  if (!knows(ristretto, ristretto.point(R), 'box', prefixed(X, Q), box.proof as Uint8Array)) throw new Error('bad box');
  const K = ristretto.point(R).multiplyUnsafe(q).toBytes();
  const info = prefixed(utf8('conclave/v1/sealed-box'), X, Q, R);
  const material = new Uint8Array(hkdfSync('sha256', K, new Uint8Array(0), info, 56));
  return xchacha20poly1305(material.slice(0, 32), material.slice(32), info).decrypt(box.ciphertext as Uint8Array);
}

// section 10

export function opened(file: Uint8Array, key: Uint8Array): { number: Uint8Array; packet: Uint8Array } {
  const start = utf8('conclave packet v1\n').length;
  const head = file.slice(0, start + 32);
  const nonce = file.slice(start + 32, start + 56);
  return { number: head.slice(start), packet: xchacha20poly1305(key, nonce, head).decrypt(file.slice(start + 56)) };
}

// section 17

export function statement(descriptor: Uint8Array, transcript: Uint8Array): Uint8Array {
  return join(Uint8Array.of(0xff), utf8('conclave succession v1'), Uint8Array.of(0), sha256(descriptor), transcript);
}

export function linkHolds({ descriptor, transcript, signatures }: Fields): boolean {
  const { keys } = decode(descriptor as Uint8Array) as { keys: Fields[] };
  const message = statement(descriptor as Uint8Array, transcript as Uint8Array);
  return keys.every((key, place) => {
    if (key.suite !== 'ed25519') throw new Error('this stranger knows one suite');
    return ed25519Holds(key.publicKey as Uint8Array, message, (signatures as Uint8Array[])[place] as Uint8Array);
  });
}
