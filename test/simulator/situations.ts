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

const replaced = { by: alice, members: [alice, bob, dave], threshold: 2 };
const twoPlans = [
  { by: alice, members: three, threshold: 2 },
  { by: bob, members: [alice, bob, dave], order: [bob, alice], threshold: 2 },
];
const twoVotes = [
  { by: alice, members: three, order: [alice, bob], threshold: 2 },
  { by: carol, members: [bob, carol, dave], order: [carol, bob], threshold: 2 },
];
const twoHalves = [
  { by: alice, members: [alice, bob], order: [alice, bob, carol], threshold: 2 },
  { by: carol, members: [carol, dave], order: [carol, dave, alice], threshold: 2 },
];
const two = [alice, bob];

export const situations: readonly Situation[] = [
  { ...same(two), name: '2-of-2 to the same members' },
  { ...same(two), name: '2-of-2 to the same members, refused and given up', decisions: ['refuse', 'release'] },
  { ...same(two), name: '2-of-2 to the same members, given up and amended', decisions: ['refuse', 'release', 'amend'] },
  { ...same(two), name: '2-of-2 to the same members, with two power cuts', cuts: 2 },
  { ...usual, name: '2-of-2 to two others', old: two, plans: [{ by: alice, members: [carol, dave], threshold: 2 }] },
  {
    ...same(two),
    name: '2-of-2 to the same members, packet by packet, refused and given up',
    decisions: ['refuse', 'release'],
    piecewise: true,
  },
  { ...same(three), name: '2-of-3 to the same members' },
  { ...same(three), name: '2-of-3 to the same members, packet by packet', piecewise: true },
  {
    ...same(three),
    name: '2-of-3 to the same members, packet by packet, with a power cut',
    piecewise: true,
    cuts: 1,
  },
  {
    ...same(three),
    name: '2-of-3 to the same members, packet by packet, refused and given up',
    decisions: ['refuse', 'release'],
    piecewise: true,
  },
  { ...same(three), name: '2-of-3 to the same members, with a power cut', cuts: 1 },
  { ...same(three), name: '2-of-3 to the same members, refused and given up', decisions: ['refuse', 'release'] },
  {
    ...same(three),
    name: '2-of-3 to the same members, refused and amended',
    decisions: ['refuse', 'amend'],
    long: true,
  },
  { ...same(three), name: '2-of-3 to the same members, one vanishes', decisions: ['release'], vanishing: three },
  {
    ...same(three),
    name: '2-of-3 to the same members, one vanishes, a later turn',
    decisions: ['release', 'reprove'],
    vanishing: [carol],
    long: true,
  },
  { ...same(three), name: '2-of-3 to the same members, one lies', liar: carol },
  {
    ...same(three),
    name: '2-of-3 to the same members, one lies, refused and given up',
    decisions: ['refuse', 'release'],
    liar: carol,
    long: true,
  },
  { ...usual, name: '2-of-3, one replaced', old: three, plans: [replaced] },
  {
    ...usual,
    name: '2-of-3, one replaced, refused and given up',
    old: three,
    plans: [replaced],
    decisions: ['refuse', 'release'],
    long: true,
  },
  {
    ...usual,
    name: '2-of-3 to others',
    old: three,
    plans: [{ by: alice, members: [dave, erin, frank], threshold: 2 }],
    long: true,
  },
  { ...usual, name: '2-of-3, two plans for one epoch', old: three, plans: twoPlans },
  {
    ...usual,
    name: '2-of-3, two plans for one epoch, refused',
    old: three,
    plans: twoPlans,
    decisions: ['refuse'],
    long: true,
  },
  {
    ...usual,
    name: '2-of-3, two plans for one epoch, refused and given up',
    old: three,
    plans: twoPlans,
    decisions: ['refuse', 'release'],
    long: true,
  },
  // the one in both quorums votes twice: two committees come about, and its packets convict it
  {
    ...usual,
    name: '2-of-3, two plans for one epoch, one votes twice',
    old: three,
    plans: twoVotes,
    liar: bob,
    long: true,
  },
  { ...same(four), name: '2-of-4 to the same members' },
  { ...usual, name: '2-of-4, two plans for one epoch', old: four, plans: twoHalves },
  { ...usual, name: '2-of-4, two plans for one epoch, one lies', old: four, plans: twoHalves, liar: bob, long: true },
];
