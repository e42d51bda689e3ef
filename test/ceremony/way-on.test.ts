import { expect, test } from 'vitest';
import { route } from '../../src/ceremony/route.ts';
import { wayOn } from '../../src/ceremony/way-on.ts';
import { Ceremony, type Person, people } from './committee.ts';

const cast = Object.values(people('way on', 'alice', 'bob', 'carol'));
const [alice, bob, carol] = cast as [Person, Person, Person];
const genesis = (ticket: string) => new Ceremony({ cast, members: cast, threshold: 2, facts: { ticket } });
const letGo = { signed: [], salvage: false, reason: 'no' };

test('the stick goes the shortest way on, and nowhere once it is proven and closed', () => {
  const ceremony = genesis('on').before('accept');
  expect(wayOn(ceremony.view, 'bob')).toEqual(route(ceremony.view, 'bob'));
  expect(wayOn(ceremony.view, 'bob')[0]).toBe('bob');
  expect(wayOn(ceremony.run().view, undefined)).toEqual([]);
});

test('where an attempt is being given up and nothing leads on, the stick goes to those who can let go of it', () => {
  const ceremony = genesis('given up').before('activate');
  ceremony.say(alice, 'release', letGo);
  expect(route(ceremony.view)).toEqual([]);
  expect(wayOn(ceremony.view, 'alice')).toEqual(['bob', 'carol']);
  ceremony.say(bob, 'release', letGo);
  expect(ceremony.view.current.death?.why).toBe('released');
  expect(wayOn(ceremony.view, 'alice')).toEqual([]);
});

test('what was given up and is proven all the same needs nobody to let go of it', () => {
  const ceremony = genesis('proven').before('activate');
  ceremony.do(carol, 'activate');
  ceremony.say(carol, 'release', letGo);
  ceremony.run();
  expect(ceremony.view.phase).toBe('complete');
  expect(wayOn(ceremony.view, 'alice')).toEqual([]);
});
