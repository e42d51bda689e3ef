import { toHex } from '../bytes/hex.ts';
import type { View } from '../ceremony/evaluate.ts';
import { chargesIn } from '../ceremony/evidence.ts';
import { movesShares } from '../ceremony/plan.ts';
import { listed, short } from '../ceremony/remedy.ts';
import { deathWords, type Obstacle, whyNotMoving } from '../ceremony/why.ts';
import { problems } from '../problem.ts';

/* What went wrong: who, by which packets, what became of the shares, and what is to be done. */

/** A fault or a grave contradiction: proven by packets that anybody can judge. */
export interface Blame {
  readonly member: string;
  readonly identity: string;
  readonly fault: string;
  /** What the code means in general. */
  readonly means: string;
  readonly detail: string;
  /** All that it takes to see it, whoever signed them. */
  readonly evidence: readonly {
    readonly digest: string;
    readonly kind: string;
    readonly author: string;
    readonly at: number;
  }[];
  /** Writes the evidence to a file that `conclave verify` judges alone. */
  readonly command: string;
}

export interface AttemptJson {
  readonly number: number;
  readonly id: string;
  readonly dealers: readonly string[];
  readonly state: 'proven' | 'dead' | 'open';
  /** Of one that is dead. */
  readonly why: string | null;
}

export interface Trouble {
  readonly blame: readonly Blame[];
  readonly attempts: readonly AttemptJson[];
  /** What became of the shares, where the ceremony has not succeeded; empty where it has. */
  readonly shares: readonly string[];
  readonly toDo: readonly Omit<Obstacle, 'duty'>[];
}

export function troubleOf(view: View): Trouble {
  const { plan } = view;
  return {
    blame: chargesIn([view]).map(({ member, identity, fault, detail, packets }) => ({
      member,
      identity,
      fault,
      means: problems[fault],
      detail,
      evidence: evidenceOf(view, fault, packets),
      command: `conclave export --fault ${member} --ceremony ${short(plan.ceremony)} --out ${member}.conclave`,
    })),
    attempts: view.attempts.map((one) => ({
      number: one.attempt.number,
      id: toHex(one.attempt.id),
      dealers: one.attempt.dealers.map(({ participant }) => participant.name),
      state: one.proof !== null ? 'proven' : one.death !== null ? 'dead' : 'open',
      why: one.proof === null && one.death !== null ? deathWords({ ...view, current: one }) : null,
    })),
    shares: sharesOf(view),
    toDo: whyNotMoving(view).map(({ duty: _, ...obstacle }) => obstacle),
  };
}

/** The packet that is the fault; and where it takes another one to see it, as with a box that was opened, that one too. */
function evidenceOf({ plan, packets, faults }: View, fault: string, named: readonly string[]): Blame['evidence'] {
  const same = faults.filter((one) => one.fault === fault && named.includes(one.packet));
  const wanted = new Set([...named, ...same.flatMap(({ evidence = [] }) => evidence)]);
  return packets
    .filter(({ digest }) => wanted.has(digest))
    .map(({ digest, kind, identity, at }) => ({ digest, kind, author: plan.byIdentity.get(identity)?.name ?? '', at }));
}

/** Only what the packets show, and what every machine that runs this program keeps to. */
function sharesOf(view: View): string[] {
  const { plan, current } = view;
  if (current.proof !== null) return [];
  const still = plan.parent?.proven;
  if (!movesShares(plan))
    return [`no share was moved by this ${plan.kind}: the committee of epoch ${plan.epoch.to} has what it had`];
  const accepted = plan.receivers.filter(({ identity }) => current.acceptances.has(identity));
  const names = listed(accepted.map(({ name }) => name));
  const said = [
    still === undefined
      ? `${accepted.length === 0 ? 'no key was made: nothing has been' : 'the new key is not'} proven, and nothing may be sent to it`
      : `the key did not move: the committee of epoch ${still.epoch} signs with its old shares, and no machine destroys one by itself before a proof of life`,
  ];
  if (accepted.length === 0) said.push('nobody accepted a new share');
  else {
    // an acceptance is over complete deals: whoever gathers a threshold of what was stored has the key, proven or not
    const now = current.death === null ? 'not in use yet' : 'not in use';
    const guard = still === undefined ? 'guard them' : 'guard them like the old ones';
    said.push(
      `new shares of epoch ${plan.epoch.to} were stored by ${names}; they are ${now}; ${guard}: any ${plan.threshold} together make the key`,
    );
  }
  if (current.death !== null) said.push('this attempt is dead: no committee can come of it any more');
  return said;
}
