import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { encodeCbor } from '../../../src/bytes/cbor.ts';
import { packetSizes, type SizedKind } from '../../../src/ceremony/packet-sizes.ts';
import type { Participant, Plan } from '../../../src/ceremony/plan.ts';
import { costOf } from '../../../src/courier/qr/cost.ts';
import { parcelLength } from '../../../src/courier/qr/parcel.ts';
import { people } from '../../ceremony/people.ts';

/*
 * What decision 17 counts: a walk of a ceremony as codes, with whole deals, and with deals that name their boxes by their
 * hashes so that a crossing leaves some of them out. Sizes are those of the model that cli/legs.test.ts holds against ceremonies.
 */

const zeros = (length: number): Uint8Array => new Uint8Array(length);
const hashInDeal = 34;

/** Whole deals; of each deal only the receiver's box, wherever it may come from; those that are still to be carried on as well. */
type Way = 'whole' | 'own' | 'carried';

interface Shape {
  readonly threshold: number;
  readonly members: number;
  readonly keys: number;
}

/** A refresh in which as many deal as the quorum asks for: as far as `packetSizes` looks at a plan. */
function refresh({ threshold, members, keys: count }: Shape): Plan {
  const names = Array.from({ length: members }, (_, at) => `member-${at}`);
  const receivers = Object.values(people('boxes', ...names)).map(({ card, identity }, at) => {
    const file = zeros(card.file.length + 3 * 34); // a card of a vault offers four one-time keys
    return { card: { ...card, file }, identity, newIndex: at + 1, oldIndex: at + 1 };
  });
  const keys = Array.from({ length: count }, (_, at) => ({
    label: `key-${at}`,
    suite: 'secp256k1-tr',
    chainCode: null,
  }));
  const points = Array.from({ length: threshold }, () => zeros(33));
  const link = {
    descriptor: encodeCbor({
      rest: zeros(250),
      members: names.map((name) => ({ name, identity: zeros(32) })),
      keys: keys.map((key) => ({ ...key, publicKey: zeros(33), commitments: points })),
    }),
    transcript: zeros(32),
    signatures: keys.map(() => zeros(64)),
  };
  const encoded = encodeCbor({
    rest: zeros(450),
    parent: link,
    cards: receivers.map(({ card }) => card.file),
    new: receivers.map((_, card) => ({ card, prekey: zeros(32) })),
  });
  const dealers = Array.from({ length: Math.max(threshold, Math.floor(members / 2) + 1) }, (_, at) => at + 1);
  const facts = { kind: 'refresh', parent: { proven: { keys } }, encoded, receivers, holders: receivers, dealers };
  const tool = { version: '0.1.0', digest: zeros(32) };
  const rest = { participants: receivers, signers: [], approvals: 0, backup: 'none', copies: 0, tool };
  return { ...facts, ...rest, threshold, at: 1_800_000_000, rehearsal: false } as unknown as Plan;
}

interface File {
  readonly kind: SizedKind;
  readonly by: number;
  readonly size: number;
  /** Who has it, and which boxes of it. */
  readonly holders: Map<number, ReadonlySet<number>>;
}

/** From machine to machine in plan order, each doing all that it can: the length of every parcel. */
function walk(shape: Shape, way: Way): number[] {
  const plan = refresh(shape);
  const { members, keys } = shape;
  const size = packetSizes(plan);
  const author = (at: number) => plan.receivers[at] as Participant;
  const all = new Set(Array.from({ length: members }, (_, at) => at));
  const box = encodeCbor({ R: zeros(32), proof: zeros(64), ciphertext: zeros(32 * keys + 16) }).length;
  const dealt = size('deal', author(0)) + (way === 'whole' ? 0 : hashInDeal * members);
  const files: File[] = [];
  const say = (kind: SizedKind, by: number) =>
    files.push({ kind, by, size: kind === 'deal' ? dealt : size(kind, author(by)), holders: new Map([[by, all]]) });
  const held = (kind: SizedKind, at: number) => files.filter((file) => file.kind === kind && file.holders.has(at));
  const said = (kind: SizedKind, by: number) => files.some((file) => file.kind === kind && file.by === by);

  function boxes({ kind, holders }: File, from: number, to: number): ReadonlySet<number> {
    if (kind !== 'deal' || way === 'whole') return all;
    if (way === 'own') return new Set([to]);
    const accepted = new Set(held('acceptance', from).map(({ by }) => by));
    return new Set([...(holders.get(from) ?? [])].filter((at) => at === to || (at !== from && !accepted.has(at))));
  }

  const parcels: number[] = [];
  say('proposal', 0);
  for (let visit = 0, last = 0; files.filter(({ kind }) => kind === 'closing').length < members; visit += 1) {
    const at = visit % members;
    const lacking = files.filter(({ holders }) => at !== last && holders.has(last) && !holders.has(at));
    const others = new Map<string, number>();
    const packets = lacking.flatMap((file) => {
      const taken = boxes(file, last, at);
      file.holders.set(at, taken);
      if (file.kind === 'proposal') others.set('treasury-refresh-0123456789abcdef.proposal', file.size);
      return file.kind === 'proposal' ? [] : [file.size - box * (file.kind === 'deal' ? members - taken.size : 0)];
    });
    if (at !== last) parcels.push(parcelLength(packets, others));
    const step = (kind: SizedKind, before: SizedKind, many: number) => {
      if (held(before, at).length === many && !said(kind, at)) say(kind, at);
    };
    if (at < plan.dealers.length) step('deal', 'proposal', 1);
    step('acceptance', 'deal', plan.dealers.length);
    step('activation', 'acceptance', members);
    step('closing', 'activation', members);
    last = at;
  }
  return parcels;
}

const sum = (numbers: readonly number[]): number => numbers.reduce((all, one) => all + one, 0);
const seconds = (parcels: readonly number[]): number => sum(parcels.map((bytes) => costOf(bytes).seconds ?? 0));

function row(shape: Shape): string {
  const { threshold, members, keys } = shape;
  const [whole, own, carried] = [walk(shape, 'whole'), walk(shape, 'own'), walk(shape, 'carried')];
  const less = (parcels: readonly number[]) => `${Math.round(100 - (100 * sum(parcels)) / sum(whole))} %`;
  const longest = (parcels: readonly number[]) => `${Math.round(costOf(Math.max(...parcels)).seconds ?? 0)} s`;
  const cells = [
    `${threshold} of ${members}`,
    keys,
    whole.length,
    `${(sum(whole) / 1000).toFixed(1)} kB, ${Math.round(seconds(whole))} s`,
    `${less(own)}, ${Math.round(seconds(whole) - seconds(own))} s`,
    `${less(carried)}, ${Math.round(seconds(whole) - seconds(carried))} s`,
    `${longest(whole)}, ${longest(own)}, ${longest(carried)}`,
  ];
  return `| ${cells.join(' | ')} |`;
}

test('what leaving out the boxes of others would save is what decision 17 says', () => {
  const committees = [
    [2, 3],
    [3, 5],
    [4, 7],
    [7, 12],
  ] as const;
  const rows = committees.flatMap(([threshold, members]) => [1, 10].map((keys) => row({ threshold, members, keys })));
  const decision = readFileSync(new URL('../../../docs/decisions/0017-deals-travel-whole.md', import.meta.url), 'utf8');
  const said = decision.split('\n').filter((line) => /^\| \d+ of \d+/.test(line));
  expect(said.map((line) => line.replace(/ +/g, ' '))).toEqual(rows);
});
