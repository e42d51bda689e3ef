import * as v from 'valibot';
import { type Cbor, encodeCbor } from '../bytes/cbor.ts';
import { toHex } from '../bytes/hex.ts';
import { taggedHash } from '../bytes/tagged-hash.ts';
import * as is from './schema.ts';
import { openSigned, type Signed, signatureHolds, signPayload } from './signed.ts';

const headerSchema = {
  v: v.literal(1),
  kind: v.pipe(v.string(), v.maxLength(32)),
  ceremony: is.hash,
  attempt: is.hash,
  /** The signing key of who says this. */
  author: is.bytes(32),
  /** When, as the author's clock claims. Nothing is decided by it. */
  at: is.time,
  /** Whether a person sat there, or a script. */
  attended: v.boolean(),
  rehearsal: v.boolean(),
};
const schema = v.strictObject({ ...headerSchema, body: v.custom<Cbor>(() => true) });

export type Header = Omit<v.InferOutput<typeof schema>, 'v' | 'body'>;

/** A packet as it arrived: well-formed, but nobody has checked the signature or the body yet. */
export interface UncheckedPacket extends Header {
  readonly bytes: Uint8Array;
  readonly digest: string;
  readonly body: Cbor;
  readonly signed: Signed;
}

/** One signed statement by one party, checked: its author is of the plan and signed exactly these bytes. */
export interface Packet<Kind extends string = string, Body = unknown> extends Header {
  readonly kind: Kind;
  readonly bytes: Uint8Array;
  /** Hex of the hash of its bytes: the packet's name. */
  readonly digest: string;
  readonly body: Body;
  /** The author, in hex. */
  readonly identity: string;
}

export function digestOf(bytes: Uint8Array): string {
  return toHex(taggedHash('packet', bytes));
}

export function writePacket(header: Header, body: Cbor, signingSecret: Uint8Array): Uint8Array {
  return signPayload('conclave packet v1', encodeCbor({ v: 1, ...header, body }), signingSecret);
}

export function readUnchecked(bytes: Uint8Array): UncheckedPacket {
  const signed = openSigned(bytes);
  const { v: _, ...fields } = is.parseCbor(schema, signed.payload, 'packet');
  return { ...fields, bytes, digest: digestOf(bytes), signed };
}

export function signedByAuthor(packet: UncheckedPacket): boolean {
  return signatureHolds('conclave packet v1', packet.signed, packet.author);
}
