import { equalBytes } from '../bytes/hex.ts';
import type { Card } from '../ceremony/card.ts';
import { quorumOf } from '../ceremony/plan.ts';
import type { Link } from '../ceremony/succession.ts';
import { Problem } from '../problem.ts';

/* What a proposer's machine makes of shares that are declared lost. */

/** In a recovery everybody keeps the own place; who lost a share has the card that stands for the name now. */
export function recovering(cards: readonly Card[], at: number | null, named: () => Card): Card {
  return at === null ? named() : (cards[at] as Card);
}

/** Who lost a share, by the name that the descriptor has or the roster: places in the old committee. */
export function lostPlaces(parent: Link | null, known: readonly Card[], names: readonly string[]): Set<number> {
  const members = parent?.proven.members ?? [];
  return new Set(
    names.map((name) => {
      const same = (other: string | undefined): boolean => other?.toLowerCase() === name.toLowerCase();
      const called = (identity: Uint8Array) => known.find(({ signing }) => equalBytes(signing, identity))?.name;
      const renamed = members.findIndex(({ identity }) => same(called(identity)));
      const at = renamed >= 0 ? renamed : members.findIndex((member) => same(member.name));
      if (at < 0) throw new Problem('USAGE', `${name} is no old member, and can have lost nothing`);
      return at;
    }),
  );
}

/** What is typed where fewer than a majority of the old committee still has its shares (rule 1). */
export function belowQuorumSentence(keyset: string, present: number, members: number): string {
  return `hand over ${keyset} although only ${present} of ${members} are left to endorse it`;
}

/** How many old members have to be there, and how many are, where some shares are declared lost. */
export function leftOf({ proven }: Link, lost: number): { present: number; members: number; quorum: number } {
  const members = proven.members.length;
  return { present: members - lost, members, quorum: quorumOf(proven.threshold, members) };
}

export function checkEnoughLeft(parent: Link, present: number, belowQuorum: string | null): void {
  const { threshold, members } = parent.proven;
  if (present < threshold) {
    throw new Problem(
      'USAGE',
      `${present} of ${members.length} shares are left, and it takes ${threshold}: nobody can hand over this key any more`,
      'look for a backup of a lost share; without one the key is gone, so move what it guards while you can',
    );
  }
  const quorum = quorumOf(threshold, members.length);
  if (present < quorum && belowQuorum === null) {
    throw new Problem(
      'USAGE',
      `${present} of ${members.length} old members are left to endorse this, and it takes ${quorum}`,
      'where the others are gone for ever: --below-quorum, and the sentence that is asked for',
    );
  }
}
