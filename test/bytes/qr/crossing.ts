import { collector, type Taken } from '../../../src/bytes/qr/collector.ts';
import { streamOf } from '../../../src/bytes/qr/frames.ts';
import { drawn } from '../../crypto/drawn.ts';

/** Numbers from 0 to 1 that are the same on every run: a camera that misses a frame now and then. */
export function chance(seed: string): () => number {
  const random = drawn(seed);
  let bytes = new Uint8Array(0);
  let at = 0;
  return () => {
    if (at + 4 > bytes.length) [bytes, at] = [new Uint8Array(random(4096)), 0];
    at += 4;
    return new DataView(bytes.buffer).getUint32(at - 4) / 2 ** 32;
  };
}

/** How many frames are shown until the file is there, where each is missed with that chance. */
export function framesShown(file: Uint8Array, size: number, loss: number, seed: string): number {
  const missed = chance(seed);
  const stream = streamOf(file, size);
  const receiver = collector();
  for (let number = 0; ; number += 1) {
    if (missed() < loss) continue;
    const taken: Taken = receiver.take(stream.frame(number));
    if (taken.kind === 'whole') return number + 1;
    if (number > 100 * stream.count + 1000) throw new Error(`no end: ${JSON.stringify(taken)}`);
  }
}
