import { expect, test } from 'vitest';
import { weighing, whatItNames } from '../../src/ceremony/death.ts';
import type { AnyPacket, PacketOf } from '../../src/ceremony/kinds.ts';
import { bob, carol, digestBytes, type Person } from '../vectors/cast.ts';
import { filled } from '../vectors/form.ts';
import { tell } from '../vectors/story.ts';
import { laterTurn } from '../vectors/story-later-turn.ts';
import type { Said } from '../vectors/walk.ts';

test('two receivers who release again and again, and name each release 16 times, cost nobody more than a look', () => {
  const { walk } = laterTurn(tell());
  const digest = ({ packet }: Said) => digestBytes(packet.digest);
  const activation = (who: Person, byte: number): Said =>
    walk.draft(who, 'activation', {
      transcript: filled(32, byte),
      certificate: [filled(32, byte), filled(32, byte)],
      shares: [filled(32, byte)],
    });
  const signed = [activation(bob, 1), activation(carol, 2)] as const;
  const chain: Said[] = [walk.draft(carol, 'release', { signed: [], salvage: false, reason: '' })];
  for (let length = 1; length < 12; length++) {
    const [who, own] = length % 2 === 1 ? [bob, signed[0]] : [carol, signed[1]];
    const entry = { packet: digest(own), blocked: digest(chain.at(-1) as Said) };
    const body = { signed: Array.from({ length: 16 }, () => entry), salvage: false, reason: '' };
    chain.push(walk.draft(who, 'release', body));
  }
  const packets: AnyPacket[] = [...signed, ...chain].map(({ packet }) => packet);
  const named = chain.map(({ packet }) => whatItNames(walk.plan, packet as PacketOf<'release'>, weighing(packets)));
  // as many as there are receivers stand one behind another, each packet named once
  expect(named.slice(0, 4).map((one) => Array.isArray(one) && one.length)).toEqual([0, 2, 4, 5]);
  const wrong = { wrong: 'stands on more releases than there are receivers' };
  expect(named.slice(4)).toEqual(named.slice(4).map(() => wrong));
});
