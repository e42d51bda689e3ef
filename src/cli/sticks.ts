import { resolve } from 'node:path';
import { openStick, type Stick, suggestSticks } from '../courier/stick.ts';
import { Problem } from '../problem.ts';
import type { Session } from './session.ts';

/**
 * The sticks of this visit: those that were named; else the one that is mounted. Where two are mounted nobody
 * guesses, and where none is, the visit goes on without.
 */
export async function sticksOf(session: Session, named: readonly string[]): Promise<Stick[]> {
  const { context, say } = session;
  if (named.some((path) => path.trim() === '')) {
    throw new Problem('USAGE', 'the name of the stick is empty', 'say which folder with --stick DIR');
  }
  if (named.length > 0)
    return [...new Set(named.map((path) => resolve(path)))].map((path) => openStick(context.fs, path));
  const mounted = suggestSticks(context.fs, context.platform, context.env.USER ?? '');
  const [only, second] = mounted;
  if (only === undefined) return [];
  if (second === undefined) {
    say.line(`stick: ${only} (the only one that is mounted; --stick names another)`);
    return [openStick(context.fs, only)];
  }
  if (!context.ask.interactive) {
    throw new Problem(
      'ANSWER_MISSING',
      `more than one medium is mounted: ${mounted.join(', ')}`,
      'say which one with --stick DIR',
    );
  }
  const chosen = await context.ask.choice(
    'which medium is the stick of the ceremony?',
    mounted.map((path) => ({ value: path, name: path })),
    { flag: '--stick DIR' },
  );
  return [openStick(context.fs, chosen)];
}
