import { toHex } from '../bytes/hex.ts';
import type { Deed } from '../ceremony/duties.ts';
import { outstanding, waitedFor } from '../ceremony/duties.ts';
import { together } from '../ceremony/together.ts';
import { wayOn } from '../ceremony/way-on.ts';
import { lostWords } from '../report/due-text.ts';
import type { KeptShare } from '../report/old-share-text.ts';
import { wrap } from '../report/table.ts';
import type { Ceremonies, Held } from '../vault/ceremonies.ts';
import { myCard } from '../vault/identity.ts';
import { keptBy } from '../vault/kept.ts';
import { lostShare } from '../vault/lost-share.ts';
import { type Hold, keysetOf, recordFor } from '../vault/standing.ts';
import { exitFor, exits, type VisitExit } from './exit.ts';

/** What became of one ceremony in one visit. */
export interface Outcome {
  readonly held: Held;
  readonly keyset: string;
  readonly did: readonly Deed[];
  readonly consented: boolean;
  readonly holds: readonly Hold[];
  readonly blame: readonly { readonly member: string; readonly packet: string }[];
}

export function exitOf({ held, did, consented, holds, blame }: Outcome): VisitExit {
  const { phase, faults, contradictions } = held.view;
  if (holds.some(({ code }) => code === 'VAULT_ROLLED_BACK')) return 5;
  if (blame.length > 0 || holds.some(({ code }) => exitFor(code) !== exits.refused)) return 4;
  if (holds.length > 0) return 6;
  const bad = faults.length > 0 || contradictions.some(({ grave }) => grave);
  if (bad && phase !== 'complete') return 4;
  if (did.length > 0 || consented) return 0;
  return phase === 'complete' || phase === 'aborted' || phase === 'failed' ? 0 : 3;
}

/** Said before all else, of whatever is shown: what an old copy knows of itself is not how things stand. */
export function oldCopyLines(shown: readonly { readonly keyset: string; readonly holds: readonly Hold[] }[]): string[] {
  const old = shown.filter(({ holds }) => holds.some(({ code }) => code === 'VAULT_ROLLED_BACK'));
  const names = [...new Set(old.map(({ keyset }) => keyset))];
  if (names.length === 0) return [];
  return wrap(
    `this vault is an old copy of itself: it does nothing more for ${names.join(', ')}. put it away and use the newest one`,
    80,
  ).split('\n');
}

/** Said in every visit as well: whoever runs nothing but `next` has to hear that a share is gone. */
export function lostLines(ceremonies: Ceremonies): string[] {
  return ceremonies.vault.state.keysets.flatMap((record) => {
    const lost = lostShare(ceremonies, record);
    if (lost === null) return [];
    const { says, do: what } = lostWords(record.name, lost);
    return wrap(`${record.name}: ${says}. ${what}`, 80).split('\n');
  });
}

/** What this vault calls the keyset of a ceremony. */
export function keysetName(ceremonies: Ceremonies, held: Held): string {
  const { state } = ceremonies.vault;
  const made = held.view.current.transcript?.descriptor;
  const record = keysetOf(state, held.plan) ?? (made === undefined ? undefined : recordFor(state, made));
  if (record !== undefined) return record.name;
  const { keyset } = held.plan;
  // a plan of a stranger may bear the name of a keyset of mine: nobody is to take the one for the other
  const taken =
    held.plan.parent !== null && state.keysets.some(({ name }) => name.toLowerCase() === keyset.toLowerCase());
  return taken ? `${keyset}-of-others` : keyset;
}

/** The old shares that the closing of a ceremony left here. */
export function keptShares(ceremonies: Ceremonies, held: Held): KeptShare[] {
  const keyset = keysetName(ceremonies, held);
  return keptBy(ceremonies.vault.state, held).map(({ slot, why, left }) => ({ keyset, epoch: slot.epoch, why, left }));
}

export function outcomeJson({ held, keyset, did }: Outcome): object {
  const { plan, view, record } = held;
  return {
    ceremony: plan.ceremony,
    keyset,
    kind: plan.kind,
    phase: view.phase,
    attempt: toHex(view.current.attempt.id),
    phrase: record.phrase,
    did,
    waitingFor: waitedFor(view),
    faults: [
      ...view.faults.map(({ member, fault, packet }) => ({ member, fault, packet })),
      ...view.contradictions.map(({ member, packets }) => ({
        member,
        fault: 'CONTRADICTION',
        packet: packets[1],
        packets,
      })),
    ],
    outstanding: outstanding(view),
    rehearsal: plan.rehearsal,
  };
}

/**
 * Where the stick goes next: the shortest way on, for all ceremonies that are not at their end. Once a ceremony is
 * complete, who left and has not closed is named by those visits alone in which something was done for it: a leaver
 * who never comes back is not asked for ever after.
 */
export function nextStops(ceremonies: Ceremonies, outcomes: readonly Outcome[]): string[] {
  const me = myCard(ceremonies.vault.state).name;
  const ways = outcomes
    .filter(({ held, did }) => held.view.phase !== 'complete' || did.length > 0)
    .map(({ held }) => wayOn(held.view, me));
  return [...new Set(together(ways))].filter((stop) => stop !== me);
}
