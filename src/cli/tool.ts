import type { PlanFacts } from '../ceremony/plan.ts';
import type { Context } from './context.ts';
import { version } from './version.ts';

/** What this machine runs, as plans and acceptances say it. */
export function toolOf({ digest }: Context): PlanFacts['tool'] {
  return { version, digest };
}
