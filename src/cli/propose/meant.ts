import { equalBytes } from '../../bytes/hex.ts';
import { movesShares, type Plan } from '../../ceremony/plan.ts';
import { endOf, proposerOf } from '../../ceremony/remedy.ts';
import type { Link } from '../../ceremony/succession.ts';
import { Problem } from '../../problem.ts';
import { standingVote } from '../../vault/acts.ts';
import type { Ceremonies, Held } from '../../vault/ceremonies.ts';
import { belowQuorumSentence, leftOf } from '../../vault/recover.ts';
import type { Session } from '../session.ts';
import type { Options } from './wish.ts';

/* What a proposer is asked twice, since it is seldom meant. */

/** `--weak` names the shapes that are meant: one too many or too few shows that the plan is not the one in mind. */
export function checkWeak(plan: Plan, given: string | undefined): void {
  if (given === undefined) return;
  const named = given
    .split(',')
    .map((shape) => shape.trim())
    .filter((shape) => shape !== '');
  const same = named.length === plan.weak.length && plan.weak.every((shape) => named.includes(shape));
  if (same) return;
  throw new Problem(
    'USAGE',
    `the weak shapes of this plan are ${plan.weak.join(', ') || 'none'}, and not ${named.join(', ') || 'none'}`,
    plan.weak.length === 0
      ? 'leave --weak out'
      : `look at the plan again; if it is meant, --weak ${plan.weak.join(',')}`,
  );
}

/** The sentence for a plan that goes below a majority, typed or given; null where the flag is not there. */
export async function belowQuorum(
  session: Session,
  options: Options,
  keyset: string,
  parent: Link | null,
  lost: number,
): Promise<string | null> {
  if (options.belowQuorum !== true || parent === null) return null;
  const { present, members, quorum } = leftOf(parent, lost);
  if (present >= quorum) {
    throw new Problem(
      'USAGE',
      `${present} of ${members} old members are there to endorse this, so nothing goes below a majority`,
      'leave --below-quorum out; who is gone for ever is named with --lost',
    );
  }
  const sentence = belowQuorumSentence(keyset, present, members);
  if (options.override !== undefined) {
    if (options.override.trim() === sentence) return sentence;
    throw new Problem('REFUSED', 'that is not the sentence', `it is --override "${sentence}"`);
  }
  session.say.line(`${present} of ${members} old members are left, and a majority is ${quorum}: if others still have`);
  session.say.line('their shares, they could hand the key to another committee, and nobody would know of both');
  if (await session.context.ask.typed(sentence)) return sentence;
  throw new Problem('REFUSED', 'the plan was not proposed', 'nothing was changed');
}

/** A second plan of the same shape over the same committee is mostly a slip: each member can vote for one of them. */
export async function meantAgain(session: Session, ceremonies: Ceremonies, plan: Plan): Promise<boolean> {
  const alive = ceremonies.all().find((held) => isSame(held, plan) && plan.at <= held.plan.expires);
  if (alive === undefined || plan.insteadOf !== null) return true;
  const { ceremony } = alive.plan;
  const id = ceremony.slice(0, 16);
  session.say.line(`${id} is to do the same, from the same committee, and is not over (${alive.view.phase})`);
  // a script that says so twice is taken at its word: it has read the line above, or nobody has
  if (!session.context.ask.interactive) return true;
  session.say.line(`to end it: ${toEnd(alive)}`);
  session.say.line(`to lay this plan in its place: --instead-of ${id}`);
  if (session.globals.yes === true) return true;
  const asked = { flag: `--instead-of ${id}, or --yes`, default: false };
  return session.context.ask.confirm('lay another plan beside it all the same?', asked);
}

/** What the own next visit would come upon is said before the plan is signed: this machine votes for one attempt at a time. */
export function warnOfVote({ say }: Session, ceremonies: Ceremonies, plan: Plan): void {
  const other = movesShares(plan) ? standingVote(ceremonies, plan) : undefined;
  if (other === undefined) return;
  const id = other.plan.ceremony.slice(0, 16);
  say.line(`this machine endorsed ceremony ${id} over the same epoch, and that is not over:`);
  say.line(`it cannot follow this plan before that one is ended, ${toEnd(other)}`);
}

/** Withdrawn while nothing was dealt; after that by those who are to receive. */
function toEnd({ plan, view }: Held): string {
  if (view.attempts.some(({ endorsers }) => endorsers.size > 0)) return endOf(view, '');
  return `at ${proposerOf(view)}: conclave abort --ceremony ${plan.ceremony.slice(0, 16)}`;
}

function isSame({ plan: other, view }: Held, plan: Plan): boolean {
  if (plan.parent === null || other.parent === null || view.current.death !== null || view.current.proof !== null)
    return false;
  return (
    equalBytes(other.parent.proven.id, plan.parent.proven.id) &&
    other.kind === plan.kind &&
    other.threshold === plan.threshold &&
    other.receivers.length === plan.receivers.length &&
    other.receivers.every(({ identity }, at) => identity === plan.receivers[at]?.identity)
  );
}
