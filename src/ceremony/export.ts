import * as v from 'valibot';
import { type Bounds, encodeCbor } from '../bytes/cbor.ts';
import { Problem } from '../problem.ts';
import type { View } from './evaluate.ts';
import { digestOf } from './packet.ts';
import * as is from './schema.ts';
import { afterMagic, withMagic } from './signed.ts';
import { type LinkFacts, linkSchema } from './succession.ts';

/*
 * Everything public of one ceremony, or of a keyset's whole succession, in one file. It holds the very bytes that people
 * signed, opened, in one order: of the same packets everybody writes the same file. Nothing in it says what came of them;
 * whoever reads it finds that out alone (verify.ts).
 */

const magic = 'conclave export v1';
export const exportBytes = 4 * is.limits.packetBytes;
const bounds: Bounds = { bytes: exportBytes, depth: 4 };
const ceremoniesAtMost = 10_000;
/** What a vault takes in of 64 people, with room to spare. */
const packetsAtMost = 20_000;

const schema = v.strictObject({
  v: v.literal(1),
  succession: is.list(linkSchema, 10_000),
  ceremonies: is.list(
    v.strictObject({
      proposal: is.someBytes(is.limits.packetBytes),
      packets: is.list(is.someBytes(is.limits.packetBytes), packetsAtMost),
    }),
    ceremoniesAtMost,
  ),
});

export type Exported = Omit<v.InferOutput<typeof schema>, 'v'>;

/** Whether a file is an export, by its first bytes alone. */
export function isExport(file: Uint8Array): boolean {
  return afterMagic(magic, file) !== null;
}

/** These ceremonies, and the links of one keyset by epoch, each one later than the one before. */
export function writeExport(views: readonly View[], links: readonly LinkFacts[] = []): Uint8Array {
  const ceremonies = [...views]
    .sort((a, b) => (a.plan.ceremony < b.plan.ceremony ? -1 : 1))
    .map(({ packets }) => {
      const proposal = packets.find(({ kind }) => kind === 'proposal');
      if (proposal === undefined) throw new Problem('EXPORT_INVALID', 'a ceremony without its proposal');
      // a view has its packets in the order of their digests
      return { proposal: proposal.bytes, packets: packets.filter((one) => one !== proposal).map(({ bytes }) => bytes) };
    });
  const succession = links.map(({ descriptor, transcript, signatures }) => ({ descriptor, transcript, signatures }));
  const file = withMagic(magic, encodeCbor({ v: 1, succession, ceremonies }));
  if (file.length > exportBytes)
    throw new Problem('OUTPUT_FAILED', 'that is too much for one file', 'export its ceremonies one by one');
  return file;
}

/** Takes an export apart. Nothing in it is verified yet. */
export function readExport(file: Uint8Array): Exported {
  const body = afterMagic(magic, file);
  if (body === null) throw new Problem('EXPORT_INVALID', 'not an export, or one cut short');
  const { v: _, ...exported } = is.parseCbor(schema, body, 'export', bounds);
  if (exported.succession.length + exported.ceremonies.length === 0)
    throw new Problem('EXPORT_INVALID', 'holds neither a link nor a ceremony');
  return exported;
}

/** What of its order is wrong, or null: there is one way only to write it. */
export function misordered({ ceremonies }: Exported): string | null {
  for (const { proposal, packets } of ceremonies) {
    const digests = packets.map(digestOf);
    if (digests.some((digest, at) => at > 0 && digest <= (digests[at - 1] as string)))
      return 'the packets of a ceremony are not in order, or one of them stands twice';
    if (digests.includes(digestOf(proposal))) return 'a proposal stands twice';
  }
  return null;
}
