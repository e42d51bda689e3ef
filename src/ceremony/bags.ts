import type { View } from './evaluate.ts';

/*
 * Tamper-evident bags have numbers so that a bag that was exchanged is seen: what comes in has to be in the bag in
 * which it last went out. Notes say what somebody saw; so a broken chain is an observation about the room, and takes
 * nothing from what the signatures prove.
 */

/** A bag that was opened or closed. */
export interface BagStep {
  readonly ceremony: string;
  readonly packet: string;
  readonly member: string;
  readonly at: number;
  readonly number: number;
  readonly bag: string;
  readonly way: 'in' | 'out';
  readonly what: string;
}

export interface BrokenChain {
  /** The note at which it shows. */
  readonly step: BagStep;
  readonly says: string;
}

/** The bags of some ceremonies, as far as they can be judged. */
export interface Bags {
  readonly steps: number;
  /** Null where a packet did not come through the door: it may be the note that closes the chain, so nobody is accused. */
  readonly broken: readonly BrokenChain[] | null;
}

export function bagsOf(views: readonly View[], damaged: boolean): Bags {
  const steps = bagSteps(views);
  return { steps: steps.length, broken: damaged ? null : brokenChains(steps) };
}

/** In the order of the times that their authors claim; of one author in the order of the notes. */
export function bagSteps(views: readonly View[]): BagStep[] {
  const steps = views.flatMap(({ plan, notes }) =>
    notes.flatMap(({ body, identity, at, digest }): BagStep[] => {
      if (body.kind !== 'bag') return [];
      const { bag, way, what, number } = body;
      const member = plan.byIdentity.get(identity)?.name ?? '';
      return [{ ceremony: plan.ceremony, packet: digest, member, at, number, bag, way, what }];
    }),
  );
  return steps.sort((a, b) => a.at - b.at || a.number - b.number || (a.packet < b.packet ? -1 : 1));
}

export function brokenChains(steps: readonly BagStep[]): BrokenChain[] {
  const last = new Map<string, BagStep>();
  const used = new Set<string>();
  const broken: BrokenChain[] = [];
  for (const step of steps) {
    const before = last.get(plain(step.what));
    if (before !== undefined && before.way === step.way && plain(before.bag) === plain(step.bag)) continue; // seen by two
    const says = whyBroken(step, before, used.has(plain(step.bag)));
    if (says !== null) broken.push({ step, says });
    last.set(plain(step.what), step);
    if (step.way === 'out') used.add(plain(step.bag));
  }
  return broken;
}

function whyBroken({ bag, way, what }: BagStep, before: BagStep | undefined, used: boolean): string | null {
  if (way === 'out') {
    if (used) return `bag ${bag} was closed around ${what}, but a bag of this number was closed before`;
    if (before?.way === 'out') return `${what} went into bag ${bag}, but nobody opened bag ${before.bag}`;
    return null;
  }
  if (before === undefined) return null; // nothing is known of how it went out
  if (before.way === 'in') return `${what} came in bag ${bag}, but was in none since bag ${before.bag} was opened`;
  if (plain(before.bag) === plain(bag)) return null;
  return `${what} came in bag ${bag}, but last went out in bag ${before.bag}`;
}

/** As two people write the same thing. */
function plain(text: string): string {
  return text.trim().toLowerCase();
}
