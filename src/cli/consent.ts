import { isAsked, owedBy } from '../ceremony/duties.ts';
import { isOver, replacedBy } from '../ceremony/over.ts';
import { normalPhrase } from '../ceremony/phrase.ts';
import { movesShares } from '../ceremony/plan.ts';
import { Problem } from '../problem.ts';
import { planText } from '../report/plan-text.ts';
import type { Ceremonies, Held } from '../vault/ceremonies.ts';
import { myCard, myIdentity } from '../vault/identity.ts';
import { recordConsent } from '../vault/propose.ts';
import { consentHolds, type Hold } from '../vault/standing.ts';
import type { Session } from './session.ts';
import { keysetName } from './visit.ts';

const places = 4;
const tries = 3;

export interface Answers {
  /** Phrases given on the command line, one per ceremony. */
  readonly phrases: readonly string[];
}

/**
 * Asks for the one consent of this member, if its part needs one and it was not given. The machine's own checks come
 * first: nobody is asked to consent to what this machine would not do.
 */
export async function seekConsent(
  session: Session,
  ceremonies: Ceremonies,
  held: Held,
  { phrases }: Answers,
): Promise<'given' | 'not-needed' | 'over' | Hold> {
  const { plan, record, view } = held;
  const { vault } = ceremonies;
  const me = plan.byIdentity.get(myIdentity(vault.state));
  if (record.consent !== null || me === undefined) return 'not-needed';
  if (!isAsked(plan, me)) return 'not-needed';
  // where nothing is destroyed, nobody is asked before there is something to do
  if (!movesShares(plan) && owedBy(view, me).length === 0) return 'not-needed';
  const proven = view.current.proof !== null;
  // a leaver that comes when all is proven only closes; but that destroys, so it consents like everybody else
  if (proven ? owedBy(view, me).length === 0 : view.current.death !== null || view.withdrawn) return 'not-needed';
  const { context, say } = session;
  const views = ceremonies.all().map((other) => other.view);
  if (isOver(view, views) === 'replaced') return 'over'; // another committee came after the same parent
  const instead = replacedBy(view, views);
  const meant = phrases.some((phrase) => normalPhrase(phrase) === normalPhrase(record.phrase));
  if (instead !== undefined && !meant && owedBy(view, me)[0] !== 'refuse') {
    say.line(`${plan.ceremony.slice(0, 16)} asks nothing here: ${instead.plan.ceremony.slice(0, 16)} is in its place`);
    return 'over';
  }
  // the keyset may have gone on before somebody closes
  const hold = consentHolds(ceremonies, plan).find(({ code }) => !(proven && code === 'PLAN_STALE'));
  if (hold !== undefined) return hold;
  if (context.now() > plan.expires && !proven) {
    if (phrases.length === 0) return 'over'; // nobody tries to: an old plan is not to bother every visit
    return {
      code: 'PLAN_EXPIRED',
      message: 'the plan is past the date for a first consent',
      hint: 'ask the proposer for a new plan',
    };
  }
  const attended = phrases.length === 0;
  if (attended && !context.ask.interactive) {
    return {
      code: 'CONSENT_NEEDED',
      message: `the member at this machine has not consented to ceremony ${plan.ceremony.slice(0, 16)}`,
      hint: 'run conclave next on a terminal, or give --phrase "<12 words>"',
    };
  }
  say.line();
  const mine = myCard(vault.state).name;
  for (const line of planText(plan, keysetName(ceremonies, held), mine, view.current.attempt)) say.line(line);
  say.line();
  if (attended) {
    if (!(await phraseHeard(session, record.phrase))) {
      return {
        code: 'CONSENT_WRONG',
        message: 'the words that were typed are not those of this plan',
        hint: 'listen again and run conclave next; if it stays wrong, the plans are not the same',
      };
    }
  } else if (!meant) {
    return {
      code: 'CONSENT_WRONG',
      message: 'the phrase that was given is not the phrase of this plan',
      hint: 'read it again from a screen that shows it; if it stays wrong, the plans are not the same',
    };
  }
  recordConsent(ceremonies, plan, { at: context.now(), attended, destroy: plan.destroy === 'when-proven' });
  return 'given';
}

/** One person reads the twelve words; here they are typed at places that this machine picks. */
async function phraseHeard(session: Session, phrase: string): Promise<boolean> {
  const { context, say } = session;
  const words = phrase.split(' ');
  say.line(
    'To consent, have the phrase read aloud from a screen that shows it (conclave status), and type what you hear.',
  );
  const picked = pick(words.length, places, context.random);
  for (const place of picked) {
    let heard = false;
    for (let i = 0; i < tries && !heard; i++) {
      const typed = await context.ask.text(`word ${place + 1}`, { flag: '--phrase "<12 words>"' });
      heard = typed.trim().toLowerCase() === (words[place] ?? '').toLowerCase();
      if (!heard) say.line(`that is not word ${place + 1} of this plan`);
    }
    if (!heard) return false;
  }
  return true;
}

/** Distinct places in ascending order. */
function pick(from: number, count: number, random: (length: number) => Uint8Array): number[] {
  const chosen = new Set<number>();
  while (chosen.size < Math.min(from, count)) {
    const byte = random(1)[0] ?? 0;
    if (byte < 256 - (256 % from)) chosen.add(byte % from);
  }
  return [...chosen].sort((a, b) => a - b);
}

export function consentProblem(hold: Hold): Problem {
  return new Problem(hold.code, hold.message, hold.hint);
}
