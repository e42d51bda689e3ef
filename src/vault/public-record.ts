import { toHex } from '../bytes/hex.ts';
import { keysetIdOf, provenIn } from '../ceremony/chain.ts';
import type { View } from '../ceremony/evaluate.ts';
import type { LinkFacts } from '../ceremony/succession.ts';
import { Problem } from '../problem.ts';
import type { Ceremonies, Held } from './ceremonies.ts';

/** Everything public that a vault has of a keyset. */
export interface PublicRecord {
  readonly name: string;
  readonly views: readonly View[];
  /** Without a gap, up to the latest that was seen proven. */
  readonly links: readonly (LinkFacts & { readonly epoch: number })[];
  /** Kept files that are not what they were. */
  readonly damaged: readonly string[];
  /** Where the links begin, if something earlier is known, but not all that lies between. */
  readonly gapBefore: number | null;
}

/**
 * By its name or the beginning of its id. Who holds no share of it, such as an observer, has no keyset of that name, but
 * knows it by the plans.
 */
export function publicRecordOf(ceremonies: Ceremonies, wanted: string): PublicRecord {
  const { keysets } = ceremonies.vault.state;
  const held = ceremonies.all();
  const own = keysets.map((record) => ({ name: record.name, id: toHex(record.id) }));
  const { name, id } = own.find((one) => one.name === wanted) ?? chosen(wanted, [...own, ...namedInPlans(held)]);
  const of = held.filter(({ view }) => toHex(keysetIdOf(view) ?? new Uint8Array()) === id);
  const byEpoch = new Map<number, LinkFacts>();
  const seen = of.flatMap(({ view, plan }) => [...(plan.parent === null ? [] : [plan.parent]), ...provenIn(view)]);
  for (const link of seen) byEpoch.set(link.proven.epoch, link);
  const record = keysets.find((one) => toHex(one.id) === id);
  // what was closed on goes before what only lies here
  for (const link of record?.links ?? []) byEpoch.set(link.epoch, link);
  const links = [...byEpoch].sort(([a], [b]) => a - b).map(([epoch, link]) => ({ ...link, epoch }));
  const start = links.findLastIndex(({ epoch }, at) => at === 0 || links[at - 1]?.epoch !== epoch - 1);
  return {
    name,
    views: of.map(({ view }) => view),
    links: links.slice(Math.max(0, start)),
    damaged: of.flatMap(({ damaged }) => damaged),
    gapBefore: start > 0 ? (links[start]?.epoch ?? null) : null,
  };
}

interface Named {
  readonly name: string;
  readonly id: string;
}

function namedInPlans(held: readonly Held[]): Named[] {
  return held.flatMap(({ plan, view }) => {
    const id = keysetIdOf(view);
    return id === null ? [] : [{ name: plan.keyset, id: toHex(id) }];
  });
}

function chosen(wanted: string, known: readonly Named[]): Named {
  const start = wanted.toLowerCase();
  const like = known.filter(({ name, id }) => name.toLowerCase() === start || id.startsWith(start));
  const [found] = like.every(({ id }) => id === like[0]?.id) ? like : [];
  if (found === undefined) {
    throw new Problem(
      'KEYSET_UNKNOWN',
      like.length === 0 ? `this vault knows no keyset ${wanted}` : `${wanted} may be one of several keysets`,
      'conclave keyset list shows those that it holds, conclave status those of its ceremonies',
    );
  }
  return found;
}
