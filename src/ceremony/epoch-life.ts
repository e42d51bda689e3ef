import { equalBytes, toHex } from '../bytes/hex.ts';
import type { Descriptor } from './descriptor.ts';
import type { View } from './evaluate.ts';
import type { Copy } from './packets/closing.ts';

/**
 * How many members of a committee may still have what they had of its key: the share, a backup or an export. An epoch
 * that is over is dead once fewer than its threshold may. "May", since nothing here proves that anything was destroyed:
 * a member is counted out by its own word alone.
 */
export interface EpochLife {
  readonly epoch: number;
  readonly threshold: number;
  readonly members: readonly MemberLife[];
  /** How many of them count. */
  readonly alive: number;
  readonly dead: boolean;
}

export interface MemberLife {
  readonly name: string;
  readonly identity: string;
  readonly index: number;
  /** `deleted` is what a closing says; `kept` as well; of `unseen` nobody here has heard. */
  readonly share: 'deleted' | 'kept' | 'unseen';
  /** Numbers of copies that nobody has called destroyed. */
  readonly copies: readonly string[];
  /** Whether somebody else may know the share. */
  readonly exposed: boolean;
  readonly alive: boolean;
}

/** What one vault knows of its own member that no packet says yet. */
export interface OwnLife {
  readonly identity: string;
  /** Whether a share of this committee is still in the vault. */
  readonly share: boolean;
  readonly copies: readonly Copy[];
}

export function epochLife(
  committee: Descriptor,
  views: readonly View[],
  exposed: readonly number[],
  own: OwnLife | null,
): EpochLife {
  const later = views
    .filter(({ plan }) => plan.parent !== null && sameKeyset(plan.parent.proven, committee))
    .sort((a, b) => a.plan.epoch.to - b.plan.epoch.to);
  const making = views.filter(({ plan }) => equalBytes(plan.id, committee.ceremony));
  const members = committee.members.map(({ name, identity }, at): MemberLife => {
    const who = toHex(identity);
    const mine = own?.identity === who ? own : null;
    const share = mine !== null ? (mine.share ? 'kept' : 'deleted') : shareSaid(later, committee.epoch, who);
    const copies = copiesLeft([...making, ...later], committee.epoch, who, mine?.copies ?? []);
    const isExposed = exposed.includes(at + 1);
    const alive = share !== 'deleted' || copies.length > 0 || isExposed;
    return { name, identity: who, index: at + 1, share, copies, exposed: isExposed, alive };
  });
  const alive = members.filter((member) => member.alive).length;
  return { epoch: committee.epoch, threshold: committee.threshold, members, alive, dead: alive < committee.threshold };
}

function sameKeyset(one: Descriptor, other: Descriptor): boolean {
  return equalBytes(one.keysetId, other.keysetId) && equalBytes(one.keysHash, other.keysHash);
}

/** What this member said last of its share of that epoch: a later closing takes along what an earlier one kept. */
function shareSaid(later: readonly View[], epoch: number, who: string): MemberLife['share'] {
  let said: MemberLife['share'] = 'unseen';
  for (const { plan, attempts } of later) {
    if ((plan.epoch.from ?? -1) < epoch) continue;
    for (const { proof, closings } of attempts) {
      const old = proof === null ? undefined : closings.get(who)?.body.oldShare;
      if (old?.state === 'wrapping-key-deleted' || old?.why === 'already-gone') said = 'deleted';
      else if (old?.state === 'kept') said = 'kept';
    }
  }
  return said;
}

/** Copies that this member spoke of, anywhere, and did not call destroyed. */
function copiesLeft(views: readonly View[], epoch: number, who: string, own: readonly Copy[]): string[] {
  const said = views.flatMap(({ attempts }) =>
    attempts.flatMap(({ closings }) => {
      const body = closings.get(who)?.body;
      return body === undefined ? [] : [...body.recorded, ...body.invalid];
    }),
  );
  const reported = views.flatMap(({ packets }) =>
    packets.flatMap((packet) => (packet.kind === 'census' && packet.identity === who ? packet.body.copies : [])),
  );
  const copies = new Map<string, boolean>();
  for (const copy of [...said, ...reported, ...own]) {
    if (copy.epoch !== epoch) continue;
    copies.set(copy.id, (copies.get(copy.id) ?? false) || copy.destroyed !== null);
  }
  return [...copies].flatMap(([id, destroyed]) => (destroyed ? [] : [id]));
}
