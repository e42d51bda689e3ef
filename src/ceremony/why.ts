import { toHex } from '../bytes/hex.ts';
import type { AttemptView } from './attempt-view.ts';
import { asked } from './awaited.ts';
import { amendable, type Duty, otherDealers, outstanding } from './duties.ts';
import type { View } from './evaluate.ts';
import { isKind, type KindName } from './kinds.ts';
import { movesShares } from './plan.ts';
import { ifNever, listed, noun, otherPlan, proposerOf, replanned, short, unlockedBy, visit } from './remedy.ts';

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
  /** What helps if it never comes; null where nothing waits for it. */
  readonly otherwise: string | null;
}

/** Why this is not moving, as far as the packets here show; the gravest first. Nothing where all is done. */
export function whyNotMoving(view: View): Obstacle[] {
  const { current } = view;
  const found = [...contradicted(view)];
  if (!movesShares(view.plan)) return [...found, ...waiting(view), ...unseen(view), ...stillOver(view)];
  if (current.proof !== null) return [...found, ...unseen(view), ...leavers(view)];
  if (current.death !== null) return [...found, ...unseen(view), ...dead(view)];
  return [...found, ...spoilt(view), ...waiting(view), ...unseen(view), ...givenUp(view), ...unproven(view)];
}

/** Why the attempt is dead, in words, without a full stop. */
export function deathWords(view: View): string {
  const { death, spoiledBy } = view.current;
  if (death === null) return '';
  // packets come in the order of their digests, people in that of the plan
  const who = listed(view.plan.participants.map(({ name }) => name).filter((name) => death.by.includes(name)));
  const cheats = spoiledBy.length === 0 ? '' : `the dealing of ${listed(spoiledBy)} is good for nothing, and `;
  switch (death.why) {
    case 'receiver-refused':
      if (view.withdrawn) return 'its proposer withdrew it';
      return `${cheats}${who}, who was to receive, refused`;
    case 'complaint': {
      const guilty = listed([...new Set(faultsNow(view).map(({ member }) => member))]);
      return `${who} opened a box to everybody${guilty === '' ? '' : `, and ${guilty} is at fault`}`;
    }
    case 'dealer-refused':
      return `${who}, who was to deal, refused`;
    case 'approvals-refused':
      return `the approvals that it needs cannot come any more: ${who} refused`;
    case 'released':
      return `${who} gave it up after accepting`;
  }
}

/** Faults of the attempt that is worked on: those of earlier ones stand in nobody's way any more. */
function faultsNow(view: View): View['faults'] {
  const id = toHex(view.current.attempt.id);
  return view.faults.filter(({ packet }) =>
    view.packets.some(({ digest, attempt }) => digest === packet && toHex(attempt) === id),
  );
}

function dead(view: View): Obstacle[] {
  const { current } = view;
  const proposer = proposerOf(view);
  const why = deathWords(view);
  const refuser =
    current.death?.why === 'receiver-refused' && current.spoiledBy.length === 0 && !view.withdrawn
      ? current.death.by[0]
      : undefined;
  const guilty = faultsNow(view)[0]?.member ?? current.spoiledBy[0] ?? null;
  const common = { member: proposer, at: [proposer] };
  // an approver's no is to the plan, and no other dealers change that; a genesis needs the deals of all
  if (amendable(view)) {
    const dealers = (otherDealers(view) ?? []).map(({ participant }) => participant.name);
    return [
      {
        ...common,
        duty: 'amend',
        notSeen: `an amendment: ${why}, so this attempt is dead`,
        unlocks: `another attempt at the same plan, dealt by ${listed(dealers)}; who does not deal stays a member; a visit offers it, as conclave amend does`,
        command: visit,
        otherwise: otherPlan(view, guilty ?? refuser ?? null),
      },
    ];
  }
  return [
    {
      ...common,
      duty: null,
      notSeen: `another plan${guilty === null ? '' : `, without ${guilty}`}: ${why}, so this attempt is dead`,
      unlocks: 'a new ceremony in the place of this one; until then everything stays as it was before it',
      command: replanned(view, guilty),
      // who said no may say yes to the same when asked again
      otherwise: guilty === null && refuser !== undefined ? otherPlan(view, refuser) : null,
    },
  ];
}

/** A drill or a census that came to nothing costs nothing: another takes its place. */
function stillOver(view: View): Obstacle[] {
  if (view.phase !== 'aborted' && view.phase !== 'failed') return [];
  const { kind } = view.plan;
  const proposer = proposerOf(view);
  return [
    {
      member: proposer,
      duty: null,
      notSeen: `another ${kind}: this one cannot be completed any more`,
      unlocks: `what the ${kind} was to show; no share was moved, and none is in danger`,
      at: [proposer],
      command: replanned(view, null),
      otherwise: null,
    },
  ];
}

function contradicted(view: View): Obstacle[] {
  const grave = view.contradictions.filter((one) => one.grave);
  // a deal is a vote as well: the same two packets are said of once
  const distinct = new Map(grave.map((one) => [[...one.packets].sort().join(' '), one]));
  return [...distinct.values()].map(({ member, packets, slot }) => ({
    member,
    duty: null,
    notSeen: `which of two statements of ${member} is true: both are signed, and only one can be honest (${slot.split(' ')[0]}: ${packets.map(short).join(' and ')})`,
    unlocks:
      'each machine that has seen both: it signs, endorses and destroys nothing for this epoch, in no plan, until its operator decides',
    at: view.plan.participants.filter(({ name }) => name !== member).map(({ name }) => name),
    command: `${visit} --override "go on although ${member} contradicted themselves"`,
    otherwise: `the same, and then ${otherPlan(view, member)}`,
  }));
}

/** Said, but good for nothing: a fault of its author, and nothing more comes from there in this attempt. */
function spoilt(view: View): Obstacle[] {
  const { plan, current } = view;
  const proposer = proposerOf(view);
  const unlocking: Partial<Record<KindName, string>> = {
    deal: `the acceptances of ${listed(plan.receivers.map(({ name }) => name))}`,
    acceptance: 'the certificate',
    activation: 'the proof of life',
  };
  return faultsNow(view).flatMap(({ member, packet: digest, detail, identity }): Obstacle[] => {
    const packet = view.packets.find((one) => one.digest === digest);
    const unlocked = packet === undefined ? undefined : unlocking[packet.kind];
    if (packet === undefined || unlocked === undefined || stands(current, packet.kind, identity)) return [];
    const shows = `conclave export --fault ${member} --out ${member}.conclave shows the fault to anybody`;
    const common = {
      member,
      duty: null,
      notSeen: `a good ${packet.kind} of ${member}: the one that is here is at fault (${detail})`,
      otherwise: shows,
    };
    if (!isKind(packet, 'deal')) return [{ ...common, ...letGo(view, packet.kind, identity, unlocked) }];
    const amends = otherDealers(view, [member]) !== null;
    const command = amends ? `conclave amend --without ${member}` : replanned(view, member);
    const unlocks = amends ? unlocked : `${unlocked}, in a plan without ${member}`;
    return [{ ...common, unlocks, at: [proposer], command }];
  });
}

/** A bad acceptance or activation kills no attempt: the others have to let go of it before they may vote for another plan. */
function letGo(
  view: View,
  kind: KindName,
  identity: string,
  unlocked: string,
): Pick<Obstacle, 'unlocks' | 'at' | 'command'> {
  const { plan, current } = view;
  const member = plan.byIdentity.get(identity)?.name ?? '';
  const least = plan.receivers.length - plan.threshold + 1;
  const holding = plan.receivers.filter(
    (one) => one.identity !== identity && current.acceptances.has(one.identity) && !current.releases.has(one.identity),
  );
  const unlocks = `${unlocked}, which cannot come any more: let go of by ${least}, it is over, and then ${otherPlan(view, member)}`;
  if (holding.length === 0)
    return { unlocks, at: [proposerOf(view)], command: 'conclave abort --reason T --stick DIR' };
  const release = kind === 'activation' ? 'conclave release --salvage' : 'conclave release';
  return { unlocks, at: holding.map(({ name }) => name), command: `${release} --reason T --stick DIR` };
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
        unlocks: `that ${packet.kind}, which counts only together with what it names; a stick that has been there brings it`,
        at: [author],
        command: visit,
        otherwise: null,
      },
    ];
  });
}

function unseen(view: View): Obstacle[] {
  const gone = new Set(outstanding(view));
  const owed = asked(view).flatMap(({ participant: { name }, owes }) =>
    owes
      .filter((duty) => duty !== 'amend' && (duty !== 'close' || !gone.has(name)))
      .map((duty) => ({
        member: name,
        duty,
        notSeen: `the ${noun[duty]} of ${name}`,
        unlocks: unlockedBy(view, duty),
        at: [name],
        command: visit,
        otherwise: ifNever(view, duty, name),
      })),
  );
  // nobody votes for another attempt before the one before is proven dead
  return [...owed.filter(({ duty }) => duty === 'refuse'), ...owed.filter(({ duty }) => duty !== 'refuse')];
}

/** Somebody gave the attempt up after accepting it: with enough of them it is dead, and another plan can follow. */
export function givenUp({ plan, current }: View): Obstacle[] {
  const { releases, activations } = current;
  if (releases.size === 0) return [];
  const blocked = plan.receivers.some(({ identity }) => releases.has(identity) && !activations.has(identity));
  const least = plan.receivers.length - plan.threshold + 1;
  return plan.receivers
    .filter(({ identity }) => !current.releases.has(identity) && current.acceptances.has(identity))
    .map(({ name, identity }) => ({
      member: name,
      duty: null,
      notSeen: `the release of ${name}`,
      unlocks: `the end of an attempt that is being given up, which takes ${least} releases (${current.releases.size} seen here), if all agree to give it up`,
      at: [name],
      command: `conclave release${activations.has(identity) && !blocked ? ' --salvage' : ''} --stick DIR`,
      otherwise: null,
    }));
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
    otherwise: null,
  }));
}

/** Every new member has activated, and still no turn is complete: they signed different ones. */
function unproven(view: View): Obstacle[] {
  if (view.phase !== 'proving' || view.drill !== null || view.census !== null) return [];
  const receivers = view.plan.receivers.map(({ name }) => name);
  return [
    {
      member: proposerOf(view),
      duty: null,
      notSeen: 'a turn that all its signers have signed, though every new member has activated',
      unlocks: 'the proof of life, where a stick goes that has been at all of them',
      at: receivers,
      command: visit,
      otherwise: `conclave release at ${receivers.length - view.plan.threshold + 1} of them; then ${otherPlan(view, null)}`,
    },
  ];
}
