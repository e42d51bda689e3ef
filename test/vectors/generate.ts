import type { Operations, Questions, VectorFile } from './form.ts';
import { makeArithmetic } from './make-arithmetic.ts';
import { makeBytes } from './make-bytes.ts';
import { makeCeremony } from './make-ceremony.ts';
import { makeDisputes } from './make-disputes.ts';
import { makeDocuments } from './make-documents.ts';
import { makeEnvelope } from './make-envelope.ts';
import { makeFrames } from './make-frames.ts';
import { makeLaterTurns } from './make-later-turns.ts';
import { makePackets } from './make-packets.ts';
import { makePaper } from './make-paper.ts';
import { makeProofOfLife } from './make-proof-of-life.ts';
import { makeProofs } from './make-proofs.ts';
import { makeRecovery } from './make-recovery.ts';
import { makeStill } from './make-still.ts';
import { attemptOperations } from './operations-attempts.ts';
import { ceremonyOperations } from './operations-ceremony.ts';
import { cryptoOperations } from './operations-crypto.ts';
import { frameOperations } from './operations-frames.ts';
import { paperOperations } from './operations-paper.ts';
import { stillOperations } from './operations-still.ts';
import { turnOperations } from './operations-turns.ts';
import { type Story, tell } from './story.ts';

/*
 * The vectors are made from seeds alone, so that anybody who changes a format can make them again and look at what
 * changed: `VECTORS=write npx vitest run test/vectors.test.ts` writes the files.
 */

let story: Story | undefined;

function told(): Story {
  story ??= tell();
  return story;
}

/** What makes each file of this folder. */
export const makers: Readonly<Record<string, () => Questions>> = {
  'bytes.json': makeBytes,
  'arithmetic.json': makeArithmetic,
  'proofs.json': makeProofs,
  'proof-of-life.json': makeProofOfLife,
  'documents.json': () => makeDocuments(told()),
  'envelope.json': () => makeEnvelope(told()),
  'packets.json': () => makePackets(told()),
  'ceremony.json': () => makeCeremony(told()),
  'disputes.json': () => makeDisputes(told()),
  'drill-and-census.json': makeStill,
  'later-turns.json': () => makeLaterTurns(told()),
  'recovery.json': () => makeRecovery(told()),
  'frames.json': makeFrames,
  'paper.json': makePaper,
};

export const operations: Operations = {
  ...cryptoOperations,
  ...ceremonyOperations,
  ...attemptOperations,
  ...stillOperations,
  ...turnOperations,
  ...frameOperations,
  ...paperOperations,
};

export function fileText(file: VectorFile): string {
  return `${JSON.stringify(file, null, 1)}\n`;
}
