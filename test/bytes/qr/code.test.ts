import { expect, test } from 'vitest';
import { capacity, type Level, qrMatrix, sizeOfVersion, smallestVersion } from '../../../src/bytes/qr/code.ts';
import { drawn, refusal } from '../../crypto/drawn.ts';

const levels: readonly Level[] = ['L', 'M', 'Q', 'H'];

test('the table of capacities is that of the encoder: each takes so many bytes and not one more', () => {
  for (const level of levels) {
    for (let version = 1; version <= 40; version += 1) {
      const most = capacity(version, level);
      expect(qrMatrix(drawn('full')(most), { level }).version).toBe(version);
      expect(smallestVersion(most + 1, level)).toBe(version === 40 ? null : version + 1);
    }
    const most = capacity(40, level);
    expect(refusal(() => qrMatrix(new Uint8Array(most + 1), { level }))).toBe('CODE_TOO_LARGE');
  }
});

test('a code has the version that was asked for, and refuses what does not fit into it', () => {
  const code = qrMatrix(drawn('small')(20), { level: 'L', version: 13 });
  expect([code.version, code.size]).toEqual([13, 69]);
  expect(refusal(() => qrMatrix(new Uint8Array(426), { level: 'L', version: 13 }))).toBe('CODE_TOO_LARGE');
  expect(refusal(() => qrMatrix(new Uint8Array(1), { level: 'L', version: 41 }))).toBe('CODE_TOO_LARGE');
});

test('a code begins with its three corners, and around it everything is light', () => {
  const { size, dark } = qrMatrix(Uint8Array.of(1, 2, 3), { level: 'M', version: 7 });
  expect(size).toBe(sizeOfVersion(7));
  const corners = [
    [0, 0],
    [size - 7, 0],
    [0, size - 7],
  ] as const;
  for (const [x, y] of corners) {
    expect([0, 1, 2, 3, 4, 5, 6].map((step) => dark(x + step, y + 1))).toEqual(
      [true, false, false, false, false, false, true], // biome-ignore format: a row of a corner
    );
    expect([dark(x + 3, y + 3), dark(x - 1, y), dark(x, y - 1)]).toEqual([true, false, false]);
  }
  expect(dark(size, size - 1)).toBe(false);
});
