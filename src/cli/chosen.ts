import { Problem } from '../problem.ts';
import type { Ceremonies, Held } from '../vault/ceremonies.ts';

/** The option of every command that is about one ceremony. */
export const ceremonyOption = [
  '--ceremony <id>',
  'which ceremony (the beginning of its number is enough; default: the newest here)',
] as const;

/** The one ceremony whose number begins so; without a beginning the one that came to this vault last. */
export function chosenCeremony(
  ceremonies: Ceremonies,
  start: string | undefined,
  fits: (held: Held) => boolean = () => true,
): Held {
  if (start === undefined) {
    const ids = ceremonies.ids();
    const newest = ids.findLast((id) => fits(ceremonies.get(id))) ?? ids.at(-1);
    if (newest !== undefined) return ceremonies.get(newest);
    throw new Problem(
      'CEREMONY_UNKNOWN',
      'there is no ceremony in this vault yet',
      'take in a proposal with conclave next --stick DIR, or begin one with conclave propose',
    );
  }
  const found = ceremonies.ids().filter((id) => id.startsWith(start.toLowerCase()));
  const [only, second] = found;
  if (only === undefined) {
    throw new Problem(
      'CEREMONY_UNKNOWN',
      `this vault knows no ceremony ${start}`,
      'conclave status shows those that it knows',
    );
  }
  if (second !== undefined) {
    throw new Problem('USAGE', `${found.length} ceremonies begin with ${start}`, 'give more of the number');
  }
  return ceremonies.get(only);
}
