import * as v from 'valibot';
import { fromHex, toHex } from '../bytes/hex.ts';
import type { Descriptor, DescriptorKey } from '../ceremony/descriptor.ts';
import { evaluateCommitments } from '../crypto/commitments.ts';
import type { Point, Scalar } from '../crypto/group.ts';
import { checkIndex } from '../crypto/polynomial.ts';
import { type SuiteName, suite, suiteNames } from '../crypto/suites.ts';
import { Problem } from '../problem.ts';

/**
 * The share files of the Zcash Foundation's FROST: frost-core's JSON. Scalars and identifiers stand in the order of
 * bytes of their group (little-endian for ed25519 and ristretto255), points as 32 bytes or compressed SEC1; all in hex.
 * For secp256k1-tr the verifying key keeps its parity: shares interpolate to the key as it stands, and whoever signs
 * negates where BIP-340 wants it.
 */

const ciphersuites: Readonly<Record<SuiteName, string>> = {
  'secp256k1-tr': 'FROST-secp256k1-SHA256-TR-v1',
  secp256k1: 'FROST-secp256k1-SHA256-v1',
  ed25519: 'FROST-ED25519-SHA512-v1',
  p256: 'FROST-P256-SHA256-v1',
  ristretto255: 'FROST-RISTRETTO255-SHA512-v1',
};

/** One member's share of one key. Every identifier is a non-zero scalar; ours are the indices of the committee. */
export interface KeyPackage {
  readonly suite: SuiteName;
  readonly identifier: Scalar;
  readonly signingShare: Scalar;
  readonly verifyingShare: Point;
  readonly verifyingKey: Point;
  readonly minSigners: number;
}

/** What everybody may know of one key. */
export interface PublicKeyPackage {
  readonly suite: SuiteName;
  readonly verifyingShares: readonly { readonly identifier: Scalar; readonly point: Point }[];
  readonly verifyingKey: Point;
  /** Files from before version 3.0 do not say it. */
  readonly minSigners: number | null;
}

/** What a trusted dealer gives to one member: a share with the commitments that it was dealt under. */
export interface SecretShare {
  readonly suite: SuiteName;
  readonly identifier: Scalar;
  readonly signingShare: Scalar;
  readonly commitment: readonly Point[];
}

/** One key of the share of the member at this index; a share that is not of this committee is refused. */
export function keyPackage(descriptor: Descriptor, place: number, index: number, share: Uint8Array): KeyPackage {
  const { suite: name } = descriptor.keys[place] as DescriptorKey;
  const points = descriptor.points[place] as readonly Point[];
  const { group } = suite(name);
  checkIndex(index);
  const verifyingShare = evaluateCommitments(group, points, index);
  const signingShare = group.decodeScalar(share);
  if (!group.equalPoints(group.multiplyBase(signingShare), verifyingShare)) {
    throw new Problem(
      'SHARE_MISMATCH',
      'the share does not match the commitments of its committee; nothing is written',
    );
  }
  return {
    suite: name,
    identifier: group.scalar(BigInt(index)),
    signingShare,
    verifyingShare,
    verifyingKey: points[0] as Point,
    minSigners: descriptor.threshold,
  };
}

/** The packages of one key of a committee, for the member at this index. */
export function keyPackages(
  descriptor: Descriptor,
  place: number,
  index: number,
  share: Uint8Array,
): { readonly key: KeyPackage; readonly public: PublicKeyPackage } {
  const key = keyPackage(descriptor, place, index, share);
  const points = descriptor.points[place] as readonly Point[];
  const { group } = suite(key.suite);
  const verifyingShares = descriptor.members.map((_, at) => ({
    identifier: group.scalar(BigInt(at + 1)),
    point: evaluateCommitments(group, points, at + 1),
  }));
  const { verifyingKey, minSigners } = key;
  return { key, public: { suite: key.suite, verifyingShares, verifyingKey, minSigners } };
}

export function writeKeyPackage(found: KeyPackage): string {
  const { scalar, point } = spelling(found.suite);
  return json({
    header: header(found.suite),
    identifier: scalar(found.identifier),
    signing_share: scalar(found.signingShare),
    verifying_share: point(found.verifyingShare),
    verifying_key: point(found.verifyingKey),
    min_signers: found.minSigners,
  });
}

export function writePublicKeyPackage(found: PublicKeyPackage): string {
  const { scalar, point } = spelling(found.suite);
  // frost-core sorts by identifier
  const shares = [...found.verifyingShares].sort((a, b) => (a.identifier < b.identifier ? -1 : 1));
  return json({
    header: header(found.suite),
    verifying_shares: Object.fromEntries(shares.map((share) => [scalar(share.identifier), point(share.point)])),
    verifying_key: point(found.verifyingKey),
    ...(found.minSigners === null ? {} : { min_signers: found.minSigners }),
  });
}

/** The public key as a descriptor has it. */
export function verifyingKeyOf(found: PublicKeyPackage): Uint8Array {
  return suite(found.suite).group.encodePoint(found.verifyingKey);
}

export function writeSecretShare(found: SecretShare): string {
  const { scalar, point } = spelling(found.suite);
  return json({
    header: header(found.suite),
    identifier: scalar(found.identifier),
    signing_share: scalar(found.signingShare),
    commitment: found.commitment.map(point),
  });
}

/** More than any committee here has, and few enough to interpolate through. */
const mostMembers = 256;

const hex = v.pipe(v.string(), v.maxLength(130));
const signers = v.pipe(v.number(), v.integer(), v.minValue(2), v.maxValue(65_535));
const headerSchema = v.strictObject({
  version: v.literal(0),
  ciphersuite: v.picklist(Object.values(ciphersuites)),
});

const keyPackageSchema = v.strictObject({
  header: headerSchema,
  identifier: hex,
  signing_share: hex,
  verifying_share: hex,
  verifying_key: hex,
  min_signers: signers,
});

const publicKeyPackageSchema = v.strictObject({
  header: headerSchema,
  verifying_shares: v.record(hex, hex),
  verifying_key: hex,
  min_signers: v.optional(v.nullable(signers)),
});

const secretShareSchema = v.strictObject({
  header: headerSchema,
  identifier: hex,
  signing_share: hex,
  commitment: v.pipe(v.array(hex), v.minLength(2), v.maxLength(mostMembers)),
});

/** The door for a KeyPackage: what comes back is a share that fits the public share it names. */
export function readKeyPackage(text: string): KeyPackage {
  const what = 'key package';
  const facts = parse(keyPackageSchema, text, what);
  const { name, scalar, point } = reading(facts.header.ciphersuite, what);
  const { group } = suite(name);
  const found: KeyPackage = {
    suite: name,
    identifier: nonZero(scalar(facts.identifier), what),
    signingShare: nonZero(scalar(facts.signing_share), what),
    verifyingShare: point(facts.verifying_share),
    verifyingKey: point(facts.verifying_key),
    minSigners: facts.min_signers,
  };
  if (!group.equalPoints(group.multiplyBase(found.signingShare), found.verifyingShare)) {
    throw new Problem('SHARE_MISMATCH', 'the key package holds a share that does not fit its own verifying share');
  }
  return found;
}

/** The door for a PublicKeyPackage: what comes back are shares that interpolate to the key. */
export function readPublicKeyPackage(text: string): PublicKeyPackage {
  const what = 'public key package';
  const facts = parse(publicKeyPackageSchema, text, what);
  const { name, scalar, point } = reading(facts.header.ciphersuite, what);
  const { group } = suite(name);
  const entries = Object.entries(facts.verifying_shares); // JSON cannot repeat one, and an identifier has one spelling
  const minSigners = facts.min_signers ?? null;
  if (entries.length < Math.max(2, minSigners ?? 2) || entries.length > mostMembers)
    throw foreign(what, 'verifying_shares');
  const verifyingShares = entries.map(([identifier, share]) => ({
    identifier: nonZero(scalar(identifier), what),
    point: point(share),
  }));
  const verifyingKey = point(facts.verifying_key);
  // through all the shares goes the same polynomial as through enough of them
  const identifiers = verifyingShares.map(({ identifier }) => identifier);
  const weights = identifiers.map((identifier) => lagrangeAtZero(name, identifiers, identifier));
  const sum = group.combine(
    verifyingShares.map((share) => share.point),
    weights,
  );
  if (!group.equalPoints(sum, verifyingKey)) {
    throw new Problem('SHARE_MISMATCH', 'the verifying shares of the public key package do not make its verifying key');
  }
  return { suite: name, verifyingShares, verifyingKey, minSigners };
}

/** The same coefficient as for our indices, for identifiers of other people, which may be any scalar. */
export function lagrangeAtZero(name: SuiteName, identifiers: readonly Scalar[], identifier: Scalar): Scalar {
  const { group } = suite(name);
  let numerator = group.scalar(1n);
  let denominator = group.scalar(1n);
  for (const other of identifiers) {
    if (other === identifier) continue;
    numerator = group.mul(numerator, other);
    denominator = group.mul(denominator, group.sub(other, identifier));
  }
  return group.mul(numerator, group.invert(denominator));
}

/** The door for a SecretShare: what comes back lies on the polynomial that the commitments commit to. */
export function readSecretShare(text: string): SecretShare {
  const what = 'secret share';
  const facts = parse(secretShareSchema, text, what);
  const { name, scalar, point } = reading(facts.header.ciphersuite, what);
  const { group } = suite(name);
  const found: SecretShare = {
    suite: name,
    identifier: nonZero(scalar(facts.identifier), what),
    signingShare: nonZero(scalar(facts.signing_share), what),
    commitment: facts.commitment.map(point),
  };
  const powers = found.commitment.map((_, at) => power(found, at));
  if (!group.equalPoints(group.multiplyBase(found.signingShare), group.combine(found.commitment, powers))) {
    throw new Problem('SHARE_MISMATCH', 'the secret share does not lie on the polynomial that it names');
  }
  return found;
}

/** Identifiers of other people may be any scalar, so no Horner with small factors here. */
function power({ suite: name, identifier }: SecretShare, exponent: number): Scalar {
  const { group } = suite(name);
  let product = group.scalar(1n);
  for (let i = 0; i < exponent; i++) product = group.mul(product, identifier);
  return product;
}

function header(name: SuiteName): object {
  return { version: 0, ciphersuite: ciphersuites[name] };
}

/** On one line, as frost-core's tools write it. */
function json(value: object): string {
  return `${JSON.stringify(value)}\n`;
}

function spelling(name: SuiteName) {
  const { group } = suite(name);
  return {
    scalar: (value: Scalar): string => toHex(group.encodeScalar(value)),
    point: (value: Point): string => toHex(group.encodePoint(value)),
  };
}

function reading(ciphersuite: string, what: string) {
  const name = suiteNames.find((one) => ciphersuites[one] === ciphersuite);
  if (name === undefined) throw foreign(what, 'header');
  const { group } = suite(name);
  const bytes = (text: string): Uint8Array => {
    const found = fromHex(text);
    if (found === null) throw new Problem('EXCHANGE_INVALID', `the ${what} holds something that is not lower-case hex`);
    return found;
  };
  return {
    name,
    scalar: (text: string): Scalar => group.decodeScalar(bytes(text)),
    point: (text: string): Point => group.decodePoint(bytes(text)),
  };
}

function nonZero(value: Scalar, what: string): Scalar {
  if (value === 0n) throw new Problem('SCALAR_INVALID', `the ${what} holds a zero where zero is forbidden`);
  return value;
}

/** Says where it went wrong, never what stands there: it may be a secret. */
function parse<T extends v.GenericSchema>(schema: T, text: string, what: string): v.InferOutput<T> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw foreign(what, 'the whole');
  }
  const result = v.safeParse(schema, value, { abortEarly: true });
  if (!result.success) throw foreign(what, (v.getDotPath(result.issues[0]) ?? 'the whole').slice(0, 100));
  return result.output;
}

function foreign(what: string, where: string): Problem {
  return new Problem(
    'EXCHANGE_INVALID',
    `this is no ${what} of the Zcash Foundation's FROST: ${where} is not what it has to be`,
  );
}
