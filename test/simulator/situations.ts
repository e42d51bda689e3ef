import type { Situation } from './search.ts';

/* The small committees that are looked at in every state that they can come to. */

const [alice, bob, carol, dave, erin, frank] = ['alice', 'bob', 'carol', 'dave', 'erin', 'frank'] as const;
const three = [alice, bob, carol];
const four = [...three, dave];

const usual = {
  suite: 'ristretto255',
  threshold: 2,
  decisions: [],
  cuts: 0,
  vanishing: [],
  liar: null,
} as const satisfies Partial<Situation>;

const same = (old: readonly string[]) => ({ ...usual, old, plans: [{ by: alice, members: old, threshold: 2 }] });

export const situations: readonly Situation[] = [
  { ...same([alice, bob]), name: '2-of-2 to the same members' },
  { ...same([alice, bob]), name: '2-of-2 to the same members, refused and given up', decisions: ['refuse', 'release'] },
  { ...same(three), name: '2-of-3 to the same members' },
  { ...same(three), name: '2-of-3 to the same members, with a power cut', cuts: 1 },
  { ...same(three), name: '2-of-3 to the same members, refused and given up', decisions: ['refuse', 'release'] },
  {
    ...usual,
    name: '2-of-3, two plans for one epoch',
    old: three,
    plans: [
      { by: alice, members: three, threshold: 2 },
      { by: bob, members: [alice, bob, dave], order: [bob, alice], threshold: 2 },
    ],
  },
  {
    ...usual,
    name: '2-of-3, two plans for one epoch, refused and given up',
    old: three,
    plans: [
      { by: alice, members: three, threshold: 2 },
      { by: bob, members: [alice, bob, dave], order: [bob, alice], threshold: 2 },
    ],
    decisions: ['refuse', 'release'],
  },
  {
    ...usual,
    name: '2-of-4, two plans for one epoch',
    old: four,
    plans: [
      { by: alice, members: [alice, bob], order: [alice, bob, carol], threshold: 2 },
      { by: carol, members: [carol, dave], order: [carol, dave, alice], threshold: 2 },
    ],
  },
  {
    ...same(three),
    name: '2-of-3 to the same members, one vanishes',
    decisions: ['release', 'reprove'],
    vanishing: three,
  },
  {
    ...usual,
    name: '2-of-3, one replaced',
    old: three,
    plans: [{ by: alice, members: [alice, bob, dave], threshold: 2 }],
  },
  {
    ...usual,
    name: '2-of-3 to others',
    old: three,
    plans: [{ by: alice, members: [dave, erin, frank], threshold: 2 }],
  },
  { ...same(four), name: '2-of-4 to the same members' },
  { ...same(three), name: '2-of-3 to the same members, one lies', decisions: ['refuse', 'release'], liar: carol },
  { ...same(three), name: '2-of-3 to the same members, one lies at visits', liar: carol },
];

export { erin, frank };
