/** What comes of a check, in words. */
export interface Result {
  /** Everything that this check asks for is there, and good. */
  readonly ok: boolean;
  /** Nothing is wrong, but something has not been seen here yet. Never together with `ok`. */
  readonly open: boolean;
  readonly detail: string;
}

export const good = (detail: string): Result => ({ ok: true, open: false, detail });
export const open = (detail: string): Result => ({ ok: false, open: true, detail });
export const bad = (detail: string): Result => ({ ok: false, open: false, detail });
