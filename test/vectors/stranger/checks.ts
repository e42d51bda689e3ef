import type { Fields, Item } from '../stranger.ts';

/*
 * The second implementation as a judge: it refuses what docs/protocol.md refuses. Every check has a name, so that a
 * test can have one overlooked at a time and see that some vector notices.
 */

export class Refused extends Error {
  readonly code: string;

  constructor(code: string, check: string) {
    super(`${code}: ${check}`);
    this.code = code;
  }
}

/** What the test asks about: the check that is overlooked, and those that have said no since it last looked. */
export const watch: { overlooked: string | null; readonly asked: Set<string>; readonly said: Set<string> } = {
  overlooked: null,
  asked: new Set(),
  said: new Set(),
};

/** A condition of the page under a name. */
export function holds(condition: boolean, check: string): boolean {
  watch.asked.add(check);
  if (!condition) watch.said.add(check);
  return condition || watch.overlooked === check;
}

export function unless(condition: boolean, code: string, check: string): void {
  if (!holds(condition, check)) throw new Refused(code, check);
}

/** Whether something can be done at all: a point decoded, a card read. */
export function possible(act: () => unknown): boolean {
  try {
    act();
    return true;
  } catch {
    return false;
  }
}

// section 2: what a value may be

export type Shape = (value: Item | undefined) => boolean;

export const bytes =
  (length: number): Shape =>
  (value) =>
    value instanceof Uint8Array && value.length === length;
export const someBytes =
  (most: number): Shape =>
  (value) =>
    value instanceof Uint8Array && value.length > 0 && value.length <= most;
export const bytesOf =
  (least: number, most: number): Shape =>
  (value) =>
    value instanceof Uint8Array && value.length >= least && value.length <= most;
export const textOf =
  (least: number, most: number): Shape =>
  (value) =>
    typeof value === 'string' && value.length >= least && value.length <= most;
export const text =
  (most: number): Shape =>
  (value) =>
    typeof value === 'string' && value.length <= most;
export const whole =
  (least: number, most: number): Shape =>
  (value) =>
    typeof value === 'number' && Number.isInteger(value) && value >= least && value <= most;
export const oneOf =
  (...values: (string | boolean | null)[]): Shape =>
  (value) =>
    values.includes(value as string);
export const orNull =
  (shape: Shape): Shape =>
  (value) =>
    value === null || shape(value);
export const list =
  (shape: Shape, most: number, least = 0): Shape =>
  (value) =>
    Array.isArray(value) && value.length >= least && value.length <= most && value.every(shape);
export const map =
  (fields: Record<string, Shape>): Shape =>
  (value) => {
    if (value === null || typeof value !== 'object' || Array.isArray(value) || value instanceof Uint8Array)
      return false;
    const names = Object.keys(value);
    return (
      names.length === Object.keys(fields).length &&
      names.every((name) => fields[name]?.((value as Fields)[name]) === true)
    );
  };

/** A map that may have these fields as well. */
export const mapWith =
  (optional: Record<string, Shape>, fields: Record<string, Shape>): Shape =>
  (value) =>
    map({
      ...fields,
      ...Object.fromEntries(Object.entries(optional).filter(([field]) => Object.hasOwn(Object(value), field))),
    })(value);

export const count: Shape = whole(0, 2 ** 53 - 1);
export const hash: Shape = bytes(32);
export const prose: Shape = text(2000);
export const flag: Shape = oneOf(true, false);
export const index: Shape = whole(1, 32);
export const position: Shape = whole(0, 63);
export const suite: Shape = oneOf('secp256k1-tr', 'secp256k1', 'ed25519', 'p256', 'ristretto255');
export const tool: Shape = map({ version: text(64), digest: orNull(hash) });
export const label: Shape = (value) => typeof value === 'string' && /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/.test(value);
export const name: Shape = (value) =>
  typeof value === 'string' &&
  /^[A-Za-z0-9][A-Za-z0-9._-]{0,31}$/.test(value) &&
  !/\.\.|\.$/.test(value) &&
  !/^(con|prn|aux|nul|com[0-9]|lpt[0-9])(\.|$)/i.test(value);
