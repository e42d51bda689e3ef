import * as v from 'valibot';
import { encodeCbor } from '../bytes/cbor.ts';
import { concatBytes, equalBytes } from '../bytes/hex.ts';
import { text } from '../bytes/tagged-hash.ts';
import { sign, verifySignature } from '../crypto/signature.ts';
import { Problem } from '../problem.ts';
import { bytes, limits, parseCbor, someBytes } from './schema.ts';

/** COSE_Sign1 (RFC 9052 4.2), untagged. The protected header is the one constant map {1: -8}: EdDSA, nothing else. */
const protectedHeader = Uint8Array.of(0xa1, 0x01, 0x27);

const structure = v.strictTuple([
  bytes(protectedHeader.length),
  v.strictObject({}),
  someBytes(limits.packetBytes),
  bytes(64),
]);

/** What is signed for what: a packet can never be taken for a card (external_aad of RFC 9052 4.3). */
export type SignedAs = 'conclave packet v1' | 'conclave card v1' | 'conclave backup v1';

export interface Signed {
  readonly payload: Uint8Array;
  readonly signature: Uint8Array;
}

function signatureInput(as: SignedAs, payload: Uint8Array): Uint8Array {
  return encodeCbor(['Signature1', protectedHeader, text(as), payload]);
}

export function signPayload(as: SignedAs, payload: Uint8Array, secret: Uint8Array): Uint8Array {
  return encodeCbor([protectedHeader, {}, payload, sign(secret, signatureInput(as, payload))]);
}

/** How long the message around a payload is, before anybody has signed it. */
export function signedLength(payload: Uint8Array): number {
  return encodeCbor([protectedHeader, {}, payload, new Uint8Array(64)]).length;
}

/** Takes the structure apart. The payload comes back as it travelled: nothing is ever encoded again to check it. */
export function openSigned(encoded: Uint8Array): Signed {
  const [header, , payload, signature] = parseCbor(structure, encoded, 'signed message');
  if (!equalBytes(header, protectedHeader)) throw new Problem('SCHEMA', 'signed message: not an EdDSA COSE_Sign1');
  return { payload, signature };
}

export function signatureHolds(as: SignedAs, signed: Signed, publicKey: Uint8Array): boolean {
  return verifySignature(publicKey, signatureInput(as, signed.payload), signed.signature);
}

export function withMagic(magic: string, body: Uint8Array): Uint8Array {
  return concatBytes(text(`${magic}\n`), body);
}

/** The rest of a file that begins with this magic, or null. */
export function afterMagic(magic: string, file: Uint8Array): Uint8Array | null {
  const start = text(`${magic}\n`);
  return file.length > start.length && equalBytes(file.subarray(0, start.length), start)
    ? file.slice(start.length)
    : null;
}
