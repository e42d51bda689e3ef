import { governedShapes, type Policy } from '../../ceremony/policy.ts';
import { Problem } from '../../problem.ts';
import type { PolicyWish } from '../../vault/policy.ts';

/* What the flags say of a policy. */

export interface PolicyOptions {
  readonly refreshEvery?: string;
  readonly backups?: string;
  readonly minimumThreshold?: string;
  readonly shapes?: string;
}

/** Undefined where none of them was given. */
export function policyWish(options: PolicyOptions): PolicyWish | undefined {
  const { refreshEvery, backups, minimumThreshold, shapes } = options;
  const wish: PolicyWish = {
    ...(refreshEvery === undefined ? {} : { refreshEvery: period(refreshEvery) }),
    ...(backups === undefined ? {} : { backups: numbered(backups, '--backups', 16) || null }),
    ...(minimumThreshold === undefined ? {} : { minimumThreshold: minimum(minimumThreshold) }),
    ...(shapes === undefined ? {} : { shapes: shapesIn(shapes) }),
  };
  return Object.keys(wish).length === 0 ? undefined : wish;
}

function period(text: string): Policy['refreshEvery'] | null {
  if (text === 'quarterly') return text;
  if (text === 'on-demand') return null;
  const found = /^([0-9]{1,5})(d|h)$/.exec(text);
  const seconds = Number(found?.[1]) * (found?.[2] === 'd' ? 86_400 : 3600);
  if (seconds >= 3600 && seconds <= 3660 * 86_400) return seconds;
  throw new Problem(
    'USAGE',
    `--refresh-every takes a time from 1h to 3660d, quarterly or on-demand, not ${text}`,
    'say 90d, 180d, 365d or 4h',
  );
}

function numbered(text: string, flag: string, most: number): number {
  if (/^[0-9]{1,2}$/.test(text) && Number(text) <= most) return Number(text);
  throw new Problem('USAGE', `${flag} takes a whole number up to ${most}, not ${text}`);
}

function minimum(text: string): number | null {
  const threshold = numbered(text, '--minimum-threshold', 32);
  return threshold < 3 ? null : threshold;
}

/** In the order that a policy has them in. */
function shapesIn(text: string): Policy['shapes'] | null {
  if (text === 'any') return null;
  const named = text === 'none' ? [] : text.split(',').map((one) => one.trim());
  const unknown = named.find((one) => !(governedShapes as readonly string[]).includes(one));
  if (unknown === undefined) return governedShapes.filter((shape) => named.includes(shape));
  throw new Problem(
    'USAGE',
    `${unknown} is no shape that a policy can allow`,
    `one or more of ${governedShapes.join(', ')}; or any, or none`,
  );
}
