import { type Duty, membersOf, outstanding } from './duties.ts';
import type { AttemptView, View } from './evaluate.ts';
import { isKind, type KindName } from './kinds.ts';

/**
 * One thing that is not here and keeps a ceremony from moving. "Not seen here", never "not sent": a stick that was lost
 * and a member who does nothing look the same from where this is read.
 */
export interface Obstacle {
  /** Whose it is. */
  readonly member: string;
  readonly duty: Duty | null;
  readonly notSeen: string;
  readonly unlocks: string;
  /** Who can unblock it: at which machines the command is run. */
  readonly at: readonly string[];
  readonly command: string;
}

export const visit = 'conclave next --stick DIR';

/** Why this is not moving, as far as the packets here show; the gravest first. Nothing where all is done. */
export function whyNotMoving(view: View): Obstacle[] {
  const { current } = view;
  const found = [...contradicted(view)];
  if (current.proof !== null) return [...found, ...unseen(view), ...leavers(view)];
  if (current.death !== null) return [...found, ...dead(view)];
  return [...found, ...spoilt(view), ...waiting(view), ...unseen(view), ...unproven(view)];
}

/** Why an attempt is dead, in words, without a full stop. */
export function deathWords(view: View): string {
  const { death } = view.current;
  if (death === null) return '';
  const who = listed(death.by);
  switch (death.why) {
    case 'receiver-refused':
      return `${who}, who was to receive, refused`;
    case 'dealer-refused':
      return `${who}, who was to deal, refused`;
    case 'approvals-refused':
      return `the approvals that it needs cannot come any more: ${who} refused`;
  }
}

/** `a, b and c`. */
export function listed(names: readonly string[]): string {
  return names.length < 2 ? (names[0] ?? '') : `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`;
}

function proposerOf({ plan }: View): string {
  return plan.participants.find(({ proposer }) => proposer)?.name ?? '';
}

const short = (digest: string): string => digest.slice(0, 16);

/** Who may propose to the same keyset: any of its members; the proposer of this plan is the first to ask. */
function replanned({ plan }: View, without: string | null): string {
  const verb = plan.parent === null ? 'genesis' : 'reshare';
  return `conclave propose ${verb} --instead-of ${short(plan.ceremony)}${without === null ? '' : ` (a plan without ${without})`}`;
}

function dead(view: View): Obstacle[] {
  const { plan, current } = view;
  const proposer = proposerOf(view);
  const why = deathWords(view);
  const blamed = [...new Set([...(current.death?.by ?? []), ...view.faults.map(({ member }) => member)])];
  const dealers = current.attempt.dealers.map(({ participant }) => participant.name);
  const without = blamed.find((name) => dealers.includes(name));
  const spare = plan.holders.filter((holder) => holder !== null && !blamed.includes(holder.name)).length;
  // an approver's no is to the plan, and no other dealers change that; a genesis needs the deals of all
  const amendable =
    plan.parent !== null && current.death?.why !== 'approvals-refused' && without !== undefined && spare >= plan.quorum;
  const found: Obstacle[] = [];
  if (amendable) {
    found.push({
      member: proposer,
      duty: null,
      notSeen: `an amendment: ${why}, so this attempt is dead`,
      unlocks: `a new attempt at the same plan, with other dealers; ${without} stays a member`,
      at: [proposer],
      command: `conclave amend --without ${without}`,
    });
  }
  found.push({
    member: proposer,
    duty: null,
    notSeen: amendable ? 'or another plan' : `another plan: ${why}, so this attempt is dead`,
    unlocks: 'a new ceremony in the place of this one; until then everything stays as it was before it',
    at: [proposer],
    command: replanned(view, current.death?.why === 'receiver-refused' ? (current.death.by[0] ?? null) : null),
  });
  return found;
}

function contradicted(view: View): Obstacle[] {
  return view.contradictions
    .filter(({ grave }) => grave)
    .map(({ member, packets, slot }) => ({
      member,
      duty: null,
      notSeen: `one true word of ${member}: it signed two statements of which only one can be honest (${slot.split(' ')[0]}: ${packets.map(short).join(' and ')})`,
      unlocks: 'every machine that has seen both: until its operator decides, it signs, endorses and destroys nothing',
      at: view.plan.participants.filter(({ name }) => name !== member).map(({ name }) => name),
      command: `${visit} --override "go on although ${member} contradicted themselves", or ${replanned(view, member)}`,
    }));
}

/** Said, but good for nothing: a fault of its author, and nothing more comes from there in this attempt. */
function spoilt(view: View): Obstacle[] {
  const { plan, current } = view;
  const proposer = proposerOf(view);
  const found: Obstacle[] = [];
  for (const { member, packet: digest, detail, identity } of view.faults) {
    const packet = view.packets.find((one) => one.digest === digest);
    if (packet === undefined || stands(current, packet.kind, identity)) continue;
    const shown = `conclave export --fault ${member} --out ${member}.conclave shows it to anybody`;
    const common = { member, duty: null, at: [proposer] };
    if (isKind(packet, 'deal')) {
      found.push({
        ...common,
        notSeen: `a good deal of ${member}: the one that is here is at fault (${detail})`,
        unlocks: `the acceptances of ${listed(plan.receivers.map(({ name }) => name))}`,
        command:
          plan.parent === null
            ? replanned(view, member)
            : `conclave amend --without ${member}, once it is refused; ${shown}`,
      });
    } else if (isKind(packet, 'acceptance') || isKind(packet, 'activation')) {
      const what = packet.kind;
      found.push({
        ...common,
        notSeen: `a good ${what} of ${member}: the one that is here is at fault (${detail})`,
        unlocks: what === 'acceptance' ? 'the certificate' : 'the proof of life',
        command:
          what === 'acceptance'
            ? `${replanned(view, member)}; ${shown}`
            : `conclave reprove --signers NAMES without ${member}; ${shown}`,
      });
    }
  }
  return found;
}

/** Whether something good of this kind by this member is here all the same. */
function stands(current: AttemptView, kind: KindName, identity: string): boolean {
  switch (kind) {
    case 'deal':
      return (current.deals.get(identity)?.length ?? 0) > 0;
    case 'acceptance':
      return current.acceptances.has(identity);
    case 'activation':
      return current.activations.has(identity);
    default:
      return true;
  }
}

/** Packets that name others which are not here: a stick that has been where those are brings them. */
function waiting(view: View): Obstacle[] {
  return view.waiting.flatMap(({ packet: digest, names }) => {
    const packet = view.packets.find((one) => one.digest === digest);
    const author = view.plan.byIdentity.get(packet?.identity ?? '')?.name;
    if (packet === undefined || author === undefined) return [];
    return [
      {
        member: author,
        duty: null,
        notSeen: `${names} that the ${packet.kind} ${short(digest)} of ${author} names`,
        unlocks: `that ${packet.kind}, which counts only together with what it names`,
        at: [author],
        command: `${visit}, with a stick that has been there`,
      },
    ];
  });
}

function unseen(view: View): Obstacle[] {
  const gone = new Set(outstanding(view));
  return membersOf(view).flatMap(({ participant: { name }, owes }) =>
    owes
      .filter((duty) => duty !== 'close' || !gone.has(name))
      .map((duty) => ({
        member: name,
        duty,
        notSeen: `the ${noun[duty]} of ${name}`,
        unlocks: unlockedBy(view, duty),
        at: [name],
        command: visit,
      })),
  );
}

const noun: Readonly<Record<Duty, string>> = {
  propose: 'proposal',
  approve: 'approval',
  endorse: 'endorsement',
  deal: 'deal',
  accept: 'acceptance',
  activate: 'activation',
  close: 'closing',
};

function unlockedBy({ plan, current, approvals }: View, duty: Duty): string {
  const receivers = plan.receivers.length;
  switch (duty) {
    case 'propose':
      return 'everything';
    case 'approve': {
      const needed = Math.max(plan.approvals, plan.policy.approvals);
      return `the deals, which no machine makes before ${needed} have approved (${approvals.size} seen here)`;
    }
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
    case 'close':
      return 'the end: old shares destroyed as planned, and new members with nothing left to do';
  }
}

/** Nothing waits for these, and nothing here says what became of their old shares. */
function leavers(view: View): Obstacle[] {
  return outstanding(view).map((name) => ({
    member: name,
    duty: 'close',
    notSeen: `the closing of ${name}, who leaves`,
    unlocks: 'nothing that others wait for: only the record of what became of its old share',
    at: [name],
    command: visit,
  }));
}

/** Every new member has activated, and still no turn is complete: they signed different ones. */
function unproven(view: View): Obstacle[] {
  const { plan, current, phase } = view;
  if (phase !== 'proving') return [];
  const { name } = plan.receivers[0] as { name: string };
  return [
    {
      member: name,
      duty: null,
      notSeen: 'a turn that all its signers have signed, though every new member has activated',
      unlocks: 'the proof of life',
      at: plan.receivers.map((receiver) => receiver.name),
      command: `conclave reprove --signers ${plan.receivers
        .slice(0, Math.min(plan.threshold + 1, current.activations.size))
        .map((one) => one.name)
        .join(',')}`,
    },
  ];
}

/** Over for good: complete, or another ceremony took its place. Only what is alive needs anybody's attention. */
export function isOver(view: View, others: readonly View[]): 'complete' | 'replaced' | null {
  if (view.phase === 'complete') return 'complete';
  const { plan, current } = view;
  if (current.proof !== null) return null;
  const replaced = others.some(
    ({ plan: other, current: there }) =>
      other.ceremony !== plan.ceremony &&
      ((other.insteadOf !== null && other.insteadOf.join() === plan.id.join() && current.death !== null) ||
        (there.proof !== null &&
          plan.parent !== null &&
          other.parent?.proven.id.join() === plan.parent.proven.id.join())),
  );
  return replaced ? 'replaced' : null;
}
