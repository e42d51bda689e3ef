import * as v from 'valibot';
import { equalBytes } from '../bytes/hex.ts';
import { statementMessage, successionStatement, verifyStatements } from '../crypto/proof-of-life.ts';
import { Problem } from '../problem.ts';
import { type Descriptor, readDescriptor } from './descriptor.ts';
import * as is from './schema.ts';

/** One step of the succession: a descriptor and the signature of each of its keys over it. */
export const linkSchema = v.strictObject({
  descriptor: is.someBytes(is.limits.packetBytes),
  transcript: is.hash,
  signatures: is.list(is.someBytes(96), is.limits.keys, 1),
});

export type LinkFacts = v.InferOutput<typeof linkSchema>;

/** A link whose signatures were all verified under the keys of its own descriptor. */
export interface Link extends LinkFacts {
  readonly proven: Descriptor;
}

/** What the new committee signs: computed from one's own state by everyone, never taken from a packet (row 18). */
export function succession(descriptor: Descriptor, transcript: Uint8Array): Uint8Array {
  return successionStatement(descriptor.encoded, transcript);
}

/** Row 6: who knows only the public key checks every committee, since the key itself signed each descriptor. */
export function readLink(facts: LinkFacts): Link {
  const descriptor = readDescriptor(facts.descriptor);
  // row 13: every key, not only the first
  if (facts.signatures.length !== descriptor.keys.length) {
    throw new Problem('SUCCESSION_INVALID', 'a link has to bear one signature for each key');
  }
  const statement = succession(descriptor, facts.transcript);
  const signed = descriptor.keys.map(({ suite, publicKey }, place) => {
    const signature = facts.signatures[place] as Uint8Array;
    return { suite, publicKey, message: statementMessage(suite, statement), signature };
  });
  verifyStatements(signed).forEach((holds, place) => {
    // row 6: the key itself vouches for its committee
    if (!holds) {
      throw new Problem(
        'SUCCESSION_INVALID',
        `the key ${descriptor.keys[place]?.label} did not sign the descriptor of epoch ${descriptor.epoch}`,
      );
    }
  });
  return { ...facts, proven: descriptor };
}

/** Same keys, in the same order, under the same public keys, one epoch later, and it names what it follows. */
export function follows(later: Descriptor, earlier: Descriptor): boolean {
  return (
    later.epoch === earlier.epoch + 1 &&
    later.previous !== null &&
    equalBytes(later.previous, earlier.id) &&
    equalBytes(later.keysetId, earlier.keysetId) &&
    later.keys.length === earlier.keys.length &&
    later.keys.every((key, place) => {
      const before = earlier.keys[place];
      return (
        before !== undefined &&
        key.label === before.label &&
        key.suite === before.suite &&
        equalBytes(key.publicKey, before.publicKey)
      );
    })
  );
}
