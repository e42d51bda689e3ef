import { describe, expect, it } from 'vitest';
import { toHex } from '../../src/bytes/hex.ts';
import { forksBetween } from '../../src/ceremony/forks.ts';
import type { Verification } from '../../src/ceremony/verify.ts';

/* Files that are compared, as far as their links alone say: in one order, whatever order they are given in. */

const id = (byte: number) => new Uint8Array(32).fill(byte);
const link = (epoch: number, own: number, previous: number | null, keyset: number, keys: readonly number[] = [1]) => ({
  proven: {
    epoch,
    id: id(own),
    previous: previous === null ? null : id(previous),
    keysetId: id(keyset),
    keys: keys.map((key) => ({ publicKey: id(key) })),
    keysHash: id(9),
    rehearsal: true,
  },
});
const file = (...links: ReturnType<typeof link>[]) =>
  ({ keyset: 'x', epoch: links.at(-1)?.proven.epoch, links, ceremonies: [] }) as unknown as Verification;
const ofKeys = (...keys: number[]) => file(link(0, 7, null, 7, keys));
const grouped = (...files: Verification[]) => forksBetween(files).map((one) => one.files);

describe('files', () => {
  it('belong together by their keys, each group in the order of its files and the groups in that of their first', () => {
    expect(grouped(ofKeys(1), ofKeys(2), ofKeys(2), ofKeys(1))).toEqual([
      [0, 3],
      [1, 2],
    ]);
    // the last one has a key of both
    expect(grouped(ofKeys(1), ofKeys(2), ofKeys(1), ofKeys(1, 2))).toEqual([[0, 1, 2, 3]]);
    expect(grouped(ofKeys(1), ofKeys(2))).toEqual([]);
  });

  it('are told apart epoch by epoch, from the first, and each file once for what it says twice', () => {
    const [comparison] = forksBetween([file(link(1, 11, 1, 1), link(2, 21, 11, 1)), file(link(2, 22, 12, 2))]);
    const head = (own: number, ...files: number[]) => ({ head: toHex(id(own)), files });
    expect(comparison?.forks).toEqual([
      { epoch: 0, heads: [head(1, 0), head(2, 1)] },
      { epoch: 1, heads: [head(11, 0), head(12, 1)] },
      { epoch: 2, heads: [head(21, 0), head(22, 1)] },
    ]);
  });
});
