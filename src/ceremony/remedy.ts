import { declaredLost } from './awaited.ts';
import { type Duty, otherDealers } from './duties.ts';
import type { View } from './evaluate.ts';
import { movesShares } from './plan.ts';
import { approvalsNeeded } from './policy.ts';

/* What each duty unlocks, and what helps if it is never done. */

export const visit = 'conclave next --stick DIR';

/** `a, b and c`. */
export function listed(names: readonly string[]): string {
  return names.length < 2 ? (names[0] ?? '') : `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`;
}

export function proposerOf({ plan }: View): string {
  return plan.participants.find(({ proposer }) => proposer)?.name ?? '';
}

export const short = (digest: string): string => digest.slice(0, 16);

/**
 * Who may propose to the same keyset: any of its members; the proposer of this plan is the first to ask. The command
 * alone, to be pasted: the same kind of plan again, unless somebody is to be left out.
 */
export function replanned({ plan }: View, without: string | null): string {
  const verb = without === null || plan.parent === null || !movesShares(plan) ? plan.kind : 'reshare';
  return `conclave propose ${verb} --instead-of ${short(plan.ceremony)}`;
}

/** The same in a sentence, which says before the command whom it leaves out. */
export function otherPlan(view: View, without: string | null): string {
  return `${without === null ? 'another plan' : `a plan without ${without}`}: ${replanned(view, without)}`;
}

export const noun: Readonly<Record<Duty, string>> = {
  propose: 'proposal',
  approve: 'approval',
  refuse: 'refusal',
  amend: 'amendment',
  endorse: 'endorsement',
  deal: 'deal',
  accept: 'acceptance',
  activate: 'activation',
  reprove: 'part in a later turn',
  close: 'closing',
  drill: 'part in the drill',
  census: 'census',
};

export function unlockedBy({ plan, current, approvals, withdrawn }: View, duty: Duty): string {
  const receivers = plan.receivers.length;
  switch (duty) {
    case 'propose':
      return 'everything';
    case 'approve': {
      const needed = approvalsNeeded(plan);
      return `the deals, which no machine makes before ${needed} have approved (${approvals.size} seen here)`;
    }
    case 'refuse':
      return withdrawn
        ? 'the end that the proposer asked for; one of these is enough'
        : 'the proof that an attempt is over, without which nobody deals in the next; one of these is enough';
    case 'amend':
      return 'another attempt at the same plan';
    case 'endorse':
      return `the attempt, which counts with ${plan.quorum} endorsements of old members (${current.endorsers.size} seen here)`;
    case 'deal': {
      const named = current.attempt.dealers.length;
      return `the acceptances, which need the deals of all ${named} dealers (${current.deals.size} seen here)`;
    }
    case 'accept':
      return current.unfit !== null && current.transcript === null
        ? 'the name of whoever dealt falsely: the deals do not fit each other, and each receiver can open its own box'
        : `the certificate, which needs all ${receivers} new members (${current.acceptances.size} seen here)`;
    case 'activate':
      return `the proof of life, which all ${receivers} new members sign (${current.activations.size} seen here)`;
    case 'reprove':
      return 'the proof of life by a later turn: all whom it names commit first, and then all sign';
    case 'drill':
      return 'the signature that shows that the chosen members can sign: all of them commit first, and then all sign';
    case 'census':
      return 'the picture of who has a share that works; no share moves';
    case 'close':
      return 'the end: every old share destroyed as planned; the new shares sign already, whether this comes or not';
  }
}

/** Members vanish. What helps then is said beside what is waited for, since nobody can tell the one from the other. */
export function ifNever(view: View, duty: Duty, name: string): string | null {
  const proposer = proposerOf(view);
  switch (duty) {
    case 'deal':
      return dealtWithout(view, name);
    case 'propose':
    case 'approve':
    case 'endorse':
      return `at ${proposer}: ${otherPlan(view, null)}`;
    case 'accept':
      return `${endOf(view, name)}; then ${otherPlan(view, name)}`;
    case 'activate':
    case 'reprove':
      return provenWithout(view, name);
    case 'drill':
      return `at ${proposer}: a drill with other signers: conclave propose drill`;
    case 'census':
    case 'refuse':
    case 'amend':
    case 'close':
      return null;
  }
}

/** Who does not deal may still have to accept: an amendment helps only against a dealer who comes back. */
function dealtWithout(view: View, name: string): string {
  const { plan, current } = view;
  const proposer = proposerOf(view);
  // only the proposer amends, but anybody may propose: of a proposer who is not there neither is expected
  const plain = name === proposer ? otherPlan(view, name) : `at ${proposer}: ${otherPlan(view, name)}`;
  // whoever has endorsed this attempt can follow another plan once this one is over
  const another = current.endorsers.size === 0 ? plain : `${endOf(view, name)}; then ${plain}`;
  if (name === proposer || otherDealers(view, [name]) === null) return another;
  const amend = `at ${proposer}: conclave amend --without ${name}`;
  const receives = plan.receivers.some((one) => one.name === name);
  return receives ? `${amend}; ${name} still has to accept; if ${name} is gone for good: ${another}` : amend;
}

/** What ends an attempt without this member: one refusal where somebody has not accepted, or else enough releases. */
export function endOf({ plan, current }: View, without: string): string {
  const free = plan.receivers.filter((one) => one.name !== without && !current.acceptances.has(one.identity));
  const least = plan.receivers.length - plan.threshold + 1;
  const refusers = free.map((one) => one.name);
  return refusers.length > 0
    ? `at ${refusers.join(' or ')}: ${visit} --refuse --ceremony ${short(plan.ceremony)} --reason T`
    : `conclave release at ${least} of the others`;
}

/** A later turn of those who are left, or else the end of the attempt; who was declared lost is counted on no more. */
function provenWithout(view: View, name: string): string | null {
  const { plan, current } = view;
  const lost = declaredLost(view);
  const others = plan.receivers.filter((one) => one.name !== name && !lost.has(one.name));
  const least = plan.receivers.length - plan.threshold + 1;
  const rest = others.filter(({ identity }) => !current.releases.has(identity)).map((one) => one.name);
  const turn = rest.length < plan.threshold ? [] : [`at ${rest[0]}: conclave reprove --signers ${rest.join(',')}`];
  const salvage = 'conclave release (--salvage where it was signed)';
  const end = others.length < least ? [] : [`${salvage} at ${least} of the others; then ${otherPlan(view, name)}`];
  return [...turn, ...end].join('; or ') || null;
}
