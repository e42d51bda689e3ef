import { ED25519_TORSION_SUBGROUP, ed25519 } from '@noble/curves/ed25519.js';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { systemLadder } from '../../src/cli/system-ladder.ts';
import { isTorsionFree, type Ladder, ladderFirst } from '../../src/crypto/torsion.ts';
import { drawn } from './drawn.ts';

/* Who is asked whether a point of ed25519 lies in the prime-order group may not change the answer. */

const random = drawn('torsion');
const { Point } = ed25519;
const small = ED25519_TORSION_SUBGROUP.map((hex) => Point.fromHex(hex));
const scalar = (): bigint => (BigInt(`0x${Buffer.from(random(40)).toString('hex')}`) % (Point.Fn.ORDER - 1n)) + 1n;
const asked = (point: InstanceType<typeof Point>): boolean => isTorsionFree(point, point.toBytes());

afterEach(() => ladderFirst(systemLadder()));

const refusing: Ladder = () => {
  throw new Error('no X25519 here');
};

describe.each<[string, Ladder | null]>([
  ['noble alone', null],
  ['the platform, asked first', systemLadder()],
  ['a platform that has no X25519', refusing],
  ['a platform that answers something else', (_, u) => u.map((byte) => byte ^ 1)],
])('%s', (_, ladder) => {
  beforeEach(() => ladderFirst(ladder));

  test('takes points of the prime-order group', () => {
    expect(asked(Point.BASE)).toBe(true);
    for (let at = 0; at < 20; at++) expect(asked(Point.BASE.multiply(scalar()))).toBe(true);
  });

  test('refuses every point of small order, and whatever has one of them in it (row 16)', () => {
    expect(small).toHaveLength(8);
    for (const torsion of small.filter((point) => !point.is0())) {
      expect(asked(torsion)).toBe(false);
      for (let at = 0; at < 5; at++) expect(asked(Point.BASE.multiply(scalar()).add(torsion))).toBe(false);
    }
  });
});

describe('a ladder', () => {
  const seen: { scalar: bigint; u: string }[] = [];
  const whole = systemLadder();
  const watched: Ladder = (by, u) => {
    seen.push({ scalar: BigInt(`0x${Buffer.from(by).reverse().toString('hex')}`), u: Buffer.from(u).toString('hex') });
    return whole(by, u);
  };

  test('gets a scalar that X25519 leaves as it is, that takes torsion away and turns the rest round', () => {
    ladderFirst(watched);
    expect(asked(Point.BASE)).toBe(true);
    const [{ scalar: turning = 0n, u = '' } = {}] = seen;
    expect(u).toBe(`09${'00'.repeat(31)}`);
    expect([turning % 8n, turning >> 254n, (turning + 1n) % Point.Fn.ORDER]).toEqual([0n, 1n, 0n]);
  });

  test('is not asked about the point of order two, whose u of zero would come back', () => {
    ladderFirst((_, u) => u);
    const two = small.find((point) => !point.is0() && point.double().is0());
    expect(two === undefined ? null : asked(two)).toBe(false);
  });

  test('spares noble the multiplication', () => {
    ladderFirst(watched);
    const point = { isTorsionFree: () => expect.unreachable() } as unknown as InstanceType<typeof Point>;
    expect(isTorsionFree(point, Point.BASE.toBytes())).toBe(true);
  });
});
