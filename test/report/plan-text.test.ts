import { expect, test } from 'vitest';
import { planText } from '../../src/report/plan-text.ts';
import { Ceremony, people, ristretto } from '../ceremony/committee.ts';

const cast = people('plan text', 'alice', 'bob', 'carol');
const { alice, bob, carol } = cast;
const wish = { cast: Object.values(cast), members: [alice, bob, carol], threshold: 2, keys: ristretto };
const shown = (change: object) => planText(new Ceremony({ ...wish, ...change }).plan, 'treasury', 'bob');

test('no reason, however long and full of blanks, begins a row of the plan or is wider than a terminal', () => {
  const reason = `quarterly${' '.repeat(58)}  destroyed    nothing at all, ${'really '.repeat(20)}${'x'.repeat(200)}\n  WEAK  no`;
  const lines = shown({ facts: { reason } });
  const begins = lines.findIndex((line) => line.startsWith('  reason       quarterly'));
  const ends = lines.findIndex((line) => line.startsWith('  because'));
  expect(ends).toBeGreaterThan(begins + 3);
  for (const line of lines.slice(begins + 1, ends)) expect(line).toMatch(/^ {15}\S/);
  for (const line of lines.slice(begins, ends)) expect(line.length).toBeLessThanOrEqual(80);
});

test('a plan without backups says so as a choice, and whether any member is to spare', () => {
  const words = (change: object) => shown(change).join(' ').replace(/\s+/g, ' ');
  const chosen = 'backup none, by choice: quorum redundancy instead of backups';
  expect(words({})).toContain(`${chosen} (1 of 3 shares may be lost)`);
  expect(words({ threshold: 3, facts: { weak: ['all-must-sign'] } })).toContain(`${chosen} (no member is to spare)`);
  expect(words({ facts: { backup: 'required', copies: 2 } })).toContain('backup required, 2 per member');
});
