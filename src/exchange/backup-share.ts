import * as v from 'valibot';
import { equalBytes, toHex } from '../bytes/hex.ts';
import type { Backup } from '../ceremony/backup.ts';
import type { Descriptor } from '../ceremony/descriptor.ts';
import { suite } from '../crypto/suites.ts';
import { Problem } from '../problem.ts';
import { keyPackage, readKeyPackage, writeKeyPackage } from './zcash-frost.ts';

/**
 * What is sealed in a backup: JSON, each key's share on a line of its own, letter by letter as `keyset export` writes it.
 * Whoever opens it with plain age has what a signer of the Zcash Foundation's FROST takes, and can cut it out by hand.
 */

const kind = 'the share of a conclave backup, v1';

export function writeBackupShare(
  backup: string,
  descriptor: Descriptor,
  index: number,
  share: readonly Uint8Array[],
): string {
  const keys = descriptor.keys.map(({ label }, place) => {
    const found = keyPackage(descriptor, place, index, share[place] as Uint8Array);
    return `{"label":${JSON.stringify(label)},"keyPackage":\n${writeKeyPackage(found)}}`;
  });
  const head = JSON.stringify({ kind, backup, epoch: descriptor.epoch, descriptor: toHex(descriptor.id), index });
  return `${head.slice(0, -1)},"keys":[\n${keys.join(',\n')}\n]}\n`;
}

const schema = v.strictObject({
  kind: v.literal(kind),
  backup: v.string(),
  epoch: v.number(),
  descriptor: v.string(),
  index: v.number(),
  keys: v.array(v.strictObject({ label: v.string(), keyPackage: v.unknown() })),
});

/** The share, scalar by scalar. That it is of this backup is checked here; whether it is worth anything is not. */
export function readBackupShare(text: string, { header, link }: Backup): Uint8Array[] {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw strange('it is no JSON');
  }
  const parsed = v.safeParse(schema, value);
  if (!parsed.success) throw strange('it has other fields than it should');
  const { epoch, descriptor, index, keys } = parsed.output;
  const { proven } = link;
  if (epoch !== header.epoch || descriptor !== toHex(proven.id) || index !== header.index)
    throw strange('it is the share of another committee than its header says');
  if (keys.length !== proven.keys.length || keys.some(({ label }, at) => label !== proven.keys[at]?.label))
    throw strange('it has other keys than its committee');
  return keys.map((key, place) => {
    const found = readKeyPackage(JSON.stringify(key.keyPackage));
    const of = proven.keys[place];
    const { group } = suite(found.suite);
    const same = of?.suite === found.suite && equalBytes(of.publicKey, group.encodePoint(found.verifyingKey));
    if (!same || found.identifier !== group.scalar(BigInt(index))) throw strange('it is the share of another key');
    return group.encodeScalar(found.signingShare);
  });
}

function strange(why: string): Problem {
  return new Problem(
    'BACKUP_DAMAGED',
    `the backup opens, but what is in it is not what its header says: ${why}`,
    'take another backup (conclave backup list)',
  );
}
