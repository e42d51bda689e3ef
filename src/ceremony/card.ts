import * as v from 'valibot';
import { encodeCbor } from '../bytes/cbor.ts';
import { toHex } from '../bytes/hex.ts';
import { edwards25519 } from '../crypto/group.ts';
import { decodePrekey } from '../crypto/sealing.ts';
import { Problem } from '../problem.ts';
import * as is from './schema.ts';
import { afterMagic, openSigned, signatureHolds, signPayload, withMagic } from './signed.ts';

const magic = 'conclave card v1';

const schema = v.strictObject({
  v: v.literal(1),
  name: is.name,
  /** Ed25519: the identity itself. Two cards with one key are one identity. */
  signing: is.bytes(32),
  /** age X25519 recipient, as age writes it. */
  recipient: v.pipe(v.string(), v.regex(/^age1[02-9ac-hj-np-z]{58}$/, 'not an age recipient')),
  /** One-time ristretto255 keys for sealed boxes, oldest first. */
  prekeys: is.list(is.bytes(32), 16, 1),
  /** Counts renewals: the higher one is the newer card. */
  serial: is.count,
  at: is.time,
  rehearsal: v.boolean(),
});

/** The public half of an identity: a person's machine, as others know it. Self-signed. */
export interface Card extends v.InferOutput<typeof schema> {
  /** The file as it arrived, magic and signature included. */
  readonly file: Uint8Array;
  /** Hex of the signing key: how one identity is named inside the program. */
  readonly identity: string;
}

export type CardFacts = Omit<v.InferOutput<typeof schema>, 'v'>;

export function writeCard(facts: CardFacts, signingSecret: Uint8Array): Card {
  const payload = encodeCbor({ v: 1, ...facts });
  return readCard(withMagic(magic, signPayload('conclave card v1', payload, signingSecret)));
}

/** The door for cards: a card that comes back is signed by its own key and its prekeys are usable points. */
export function readCard(file: Uint8Array): Card {
  if (file.length > is.limits.cardBytes) throw new Problem('CARD_INVALID', 'too large for a card');
  const body = afterMagic(magic, file);
  if (body === null) throw new Problem('CARD_INVALID', 'not a conclave card');
  const signed = openSigned(body);
  const facts = is.parseCbor(schema, signed.payload, 'card');
  if (!signatureHolds('conclave card v1', signed, facts.signing)) {
    throw new Problem('SIGNATURE_INVALID', `the card of ${facts.name} is not signed by its own key`);
  }
  edwards25519.decodePoint(facts.signing); // row 16: verifiers differ about keys outside the prime-order group
  for (const prekey of facts.prekeys) decodePrekey(prekey);
  if (new Set(facts.prekeys.map(toHex)).size !== facts.prekeys.length) {
    throw new Problem('CARD_INVALID', `the card of ${facts.name} lists a prekey twice`);
  }
  return { ...facts, file, identity: toHex(facts.signing) };
}
