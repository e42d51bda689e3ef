import { toHex } from '../bytes/hex.ts';
import { type Ceremonies, type Held, scopeOf } from '../vault/ceremonies.ts';
import { alarmsFor, contradictionId, type Hold, overrideSentence } from '../vault/standing.ts';
import type { Session } from './session.ts';
import { paint } from './ui/colour.ts';

/* To go on although somebody contradicted themselves: by a typed sentence, which is kept. */

/** The typed sentence says which contradiction was looked at; any other sentence changes nothing. */
export function recordOverride(ceremonies: Ceremonies, held: Held, sentence: string, at: number): void {
  const scope = scopeOf(held.plan);
  const meant = alarmsFor(ceremonies, held).filter(
    ({ contradiction, overridden }) => !overridden && overrideSentence(contradiction) === sentence.trim(),
  );
  const ids = new Map(
    meant.map(({ contradiction }) => contradictionId(scope, contradiction)).map((id) => [toHex(id), id]),
  );
  for (const about of ids.values()) {
    const override = { scope, about, sentence, at };
    ceremonies.vault.commit((state) => ({ ...state, overrides: [...state.overrides, override] }));
  }
}

export async function askOverride(
  session: Session,
  ceremonies: Ceremonies,
  held: Held,
  alarm: Hold,
  at: number,
): Promise<void> {
  const open = alarmsFor(ceremonies, held).find(({ overridden }) => !overridden);
  if (open === undefined) return;
  session.say.line(paint('bad', alarm.message));
  const sentence = overrideSentence(open.contradiction);
  if (await session.context.ask.typed(sentence)) recordOverride(ceremonies, held, sentence, at);
}
