import { toHex } from '../bytes/hex.ts';
import type { Random } from '../bytes/random.ts';
import { text } from '../bytes/tagged-hash.ts';
import type { Descriptor } from '../ceremony/descriptor.ts';
import {
  aggregateStatement,
  commitNonces,
  frostPublicOf,
  signStatement,
  statementMessage,
  verifyStatement,
} from '../crypto/proof-of-life.ts';
import { suite } from '../crypto/suites.ts';
import type { Holding } from './holdings.ts';

/* Whether some people still have their key: they sign with it, and a plain verifier looks at what comes of it. */

/** What is wrong with the signature that these make together, or nothing. */
export function signingWrong(holders: readonly Holding[], random: Random): string | null {
  const [first] = holders;
  if (first === undefined) return 'nobody has a share';
  const { descriptor } = first;
  if (holders.length < descriptor.threshold)
    return `only ${holders.map(({ who }) => who).join(', ')} have a share, and ${descriptor.threshold} have to sign`;
  for (const [place, { label, suite: name, publicKey }] of descriptor.keys.entries()) {
    const message = statementMessage(name, text(`rehearsal: ${holders.map(({ who }) => who).join(', ')} can sign`));
    const signature = signed(holders, descriptor, place, message, random);
    if (signature === null || !verifyStatement(name, publicKey, message, signature))
      return `${holders.map(({ who }) => who).join(', ')} make no signature of ${label}`;
  }
  return null;
}

function signed(
  holders: readonly Holding[],
  { keys, points, members }: Descriptor,
  place: number,
  message: Uint8Array,
  random: Random,
): Uint8Array | null {
  const [name, commitments] = [keys[place]?.suite, points[place]];
  if (name === undefined || commitments === undefined) return null;
  const pub = frostPublicOf(name, members.length, commitments);
  const signers = holders.map(({ index, share }) => {
    const own = suite(name).group.encodeScalar(share[place] as Holding['share'][number]);
    return { index, own, nonces: commitNonces(name, index, own, random) };
  });
  const listed = signers.map(({ index, nonces }) => ({ index, ...nonces.public }));
  try {
    const shares = signers.map(({ index, own, nonces }) => {
      return { index, share: signStatement(name, pub, index, own, nonces.secret, listed, message) };
    });
    return aggregateStatement(name, pub, listed, message, shares);
  } catch {
    return null; // shares that are none make no signature
  }
}

/** The committees of one epoch that anybody here has a share of. More than one would be two committees for one key. */
export function committees(all: readonly Holding[], epoch: number): Holding[][] {
  const found = new Map<string, Holding[]>();
  for (const holding of all.filter(({ descriptor }) => descriptor.epoch === epoch)) {
    const id = toHex(holding.descriptor.id);
    found.set(
      id,
      [...(found.get(id) ?? []), holding].sort((a, b) => a.index - b.index),
    );
  }
  return [...found.values()];
}
