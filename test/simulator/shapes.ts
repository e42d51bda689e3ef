import type { Founding } from './founding.ts';

/* Committees that walks are made for. */

export interface Shape extends Omit<Founding, 'suite'> {
  readonly name: string;
}

const [alice, bob, carol, dave, erin, frank, grace] = [
  'alice',
  'bob',
  'carol',
  'dave',
  'erin',
  'frank',
  'grace',
] as const;
const three = [alice, bob, carol];
const four = [...three, dave];
const five = [...four, erin];

export const shapes: readonly Shape[] = [
  {
    name: '2-of-2 to the same',
    old: [alice, bob],
    threshold: 2,
    plans: [{ by: alice, members: [alice, bob], threshold: 2 }],
  },
  { name: '2-of-3 to the same', old: three, threshold: 2, plans: [{ by: alice, members: three, threshold: 2 }] },
  {
    name: '2-of-3, one replaced',
    old: three,
    threshold: 2,
    plans: [{ by: bob, members: [alice, bob, dave], threshold: 2 }],
  },
  {
    name: '2-of-3 to others',
    old: three,
    threshold: 2,
    plans: [{ by: alice, members: [dave, erin, frank], threshold: 2 }],
  },
  { name: '2-of-4 to the same', old: four, threshold: 2, plans: [{ by: alice, members: four, threshold: 2 }] },
  { name: '2-of-3 to 3-of-5', old: three, threshold: 2, plans: [{ by: carol, members: five, threshold: 3 }] },
  { name: '3-of-5 to the same', old: five, threshold: 3, plans: [{ by: alice, members: five, threshold: 3 }] },
  {
    name: '3-of-5 to 2-of-3',
    old: five,
    threshold: 3,
    plans: [{ by: bob, members: [bob, carol, frank], threshold: 2 }],
  },
  { name: '3-of-4 to 3-of-3', old: four, threshold: 3, plans: [{ by: alice, members: three, threshold: 3 }] },
  {
    name: '2-of-3, two plans',
    old: three,
    threshold: 2,
    plans: [
      { by: alice, members: three, threshold: 2 },
      { by: bob, members: [alice, bob, dave], order: [bob, alice], threshold: 2 },
    ],
  },
  {
    name: '2-of-4, two plans for two halves',
    old: four,
    threshold: 2,
    plans: [
      { by: alice, members: [alice, bob], order: [alice, bob, carol], threshold: 2 },
      { by: carol, members: [carol, dave], order: [carol, dave, alice], threshold: 2 },
    ],
  },
  {
    name: '3-of-5, three plans',
    old: five,
    threshold: 3,
    plans: [
      { by: alice, members: five, threshold: 3 },
      { by: bob, members: four, order: [bob, alice, carol], threshold: 3 },
      { by: erin, members: [carol, dave, erin, frank, grace], order: [erin, dave, carol], threshold: 2 },
    ],
  },
];
