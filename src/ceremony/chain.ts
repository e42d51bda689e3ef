import { encodeCbor } from '../bytes/cbor.ts';
import { equalBytes, toHex } from '../bytes/hex.ts';
import { fileHash } from '../bytes/tagged-hash.ts';
import type { Descriptor } from './descriptor.ts';
import type { View } from './evaluate.ts';
import { bad, good, open, type Result } from './result.ts';
import { follows, type Link, type LinkFacts, readLink } from './succession.ts';

/** The succession of a keyset, as far as the proven links of a file show it. */
export interface Chain {
  /** By epoch; two of one epoch are a fork. */
  readonly links: readonly Link[];
  readonly epoch: number | null;
  /** The descriptor of the latest epoch; null where there is none, or two. */
  readonly head: Descriptor | null;
  readonly oneKeyset: Result;
  readonly follows: Result;
  readonly records: Result;
}

/** Verifies the signatures of a link once, however often it stands in the file. */
export function linkReader(): (facts: LinkFacts) => Link {
  const known = new Map<string, Link>();
  return ({ descriptor, transcript, signatures }) => {
    const key = toHex(fileHash(encodeCbor({ descriptor, transcript, signatures })));
    const link = known.get(key) ?? readLink({ descriptor, transcript, signatures });
    known.set(key, link);
    return link;
  };
}

/** What the turns of a ceremony proved: one descriptor, unless two attempts were. */
export function provenIn({ attempts }: View): Link[] {
  return attempts.flatMap(({ proof }) => (proof === null ? [] : [proof.link]));
}

/** The keyset that a ceremony is about; of a new key only once there is something to accept. */
export function keysetIdOf(view: View): Uint8Array | null {
  const made = [
    ...provenIn(view).map(({ proven }) => proven),
    ...view.attempts.map(({ transcript }) => transcript?.descriptor),
  ];
  return view.plan.parent?.proven.keysetId ?? made.find((one) => one !== undefined)?.keysetId ?? null;
}

export function chainOf(succession: readonly Link[], views: readonly View[]): Chain {
  const all = [...succession, ...views.flatMap(provenIn), ...views.flatMap(({ plan }) => plan.parent ?? [])];
  const byId = new Map(all.map((link) => [toHex(link.proven.id), link]));
  const links = [...byId].sort(
    ([a, { proven: one }], [b, { proven: other }]) => one.epoch - other.epoch || (a < b ? -1 : 1),
  );
  const sorted = links.map(([, link]) => link);
  const epoch = sorted.at(-1)?.proven.epoch ?? null;
  const latest = sorted.filter(({ proven }) => proven.epoch === epoch);
  return {
    links: sorted,
    epoch,
    head: latest.length === 1 ? (latest[0] as Link).proven : null,
    oneKeyset: oneKeyset(sorted, views),
    follows: followsOn(sorted, succession),
    records: recordsOf(sorted, views),
  };
}

function oneKeyset(links: readonly Link[], views: readonly View[]): Result {
  const rehearsals = [...links.map(({ proven }) => proven.rehearsal), ...views.map(({ plan }) => plan.rehearsal)];
  if (new Set(rehearsals).size > 1) return bad('a rehearsal and a real ceremony in one file');
  const [first] = links;
  if (first === undefined)
    return views.length > 1
      ? bad('several new keys, none of them proven')
      : open('none of its keys has signed here yet');
  const { keysetId, keysHash, keys } = first.proven;
  if (links.some(({ proven }) => !equalBytes(proven.keysetId, keysetId))) return bad('holds more than one keyset');
  if (links.some(({ proven }) => !equalBytes(proven.keysHash, keysHash)))
    return bad('the keys are not the same throughout');
  if (views.some((view) => !equalBytes(keysetIdOf(view) ?? new Uint8Array(), keysetId)))
    return bad('a new key that is none of this keyset');
  return good(
    `one keyset, ${toHex(keysetId).slice(0, 16)}, with ${keys.length === 1 ? 'one key' : `${keys.length} keys`}`,
  );
}

/** Every link was signed by its keys; here it is looked at what lies between them. */
function followsOn(links: readonly Link[], succession: readonly Link[]): Result {
  const [first] = links;
  if (first === undefined) return open('no epoch is proven in this file');
  const gapped = succession.some(
    ({ proven }, at) => at > 0 && proven.epoch !== (succession[at - 1] as Link).proven.epoch + 1,
  );
  if (gapped) return bad('its links are not in order: one is left out, or stands twice');
  const missing: string[] = [];
  for (const [at, { proven }] of links.entries()) {
    const before = links[at - 1]?.proven;
    if (before === undefined) continue;
    if (before.epoch === proven.epoch)
      return bad(`a fork: epoch ${proven.epoch} has two descriptors, both signed by the keys`);
    if (before.epoch === proven.epoch - 1) {
      if (!follows(proven, before))
        return bad(`epoch ${proven.epoch} does not follow the epoch ${before.epoch} that is here`);
    } else missing.push(spoken(before.epoch + 1, proven.epoch - 1));
  }
  const start = first.proven.epoch;
  const last = (links.at(-1) as Link).proven.epoch;
  const said = `epoch ${spoken(start, last)}, signed by all keys, each after the one before`;
  if (missing.length > 0) return open(`${said}; not in this file: epoch ${missing.join(', ')}`);
  if (start === 0) return good(said);
  const before = `${said}; begins at epoch ${start}: what was before is not in this file`;
  // one ceremony alone has no more than its own beginning to show
  return succession.length > 0 ? open(before) : good(before);
}

/** In words, since an epoch is any number that somebody signed. */
function spoken(from: number, to: number): string {
  return from === to ? `${from}` : `${from} to ${to}`;
}

function recordsOf(links: readonly Link[], views: readonly View[]): Result {
  const made = new Set(views.flatMap(provenIn).map(({ proven }) => toHex(proven.id)));
  const epochs = (whole: boolean): string =>
    links
      .filter(({ proven }) => made.has(toHex(proven.id)) === whole)
      .map(({ proven }) => proven.epoch)
      .join(', ');
  const [whole, only] = [epochs(true), epochs(false)];
  const parts = [
    ...(whole === '' ? [] : [`with the ceremony that made it: epoch ${whole}`]),
    ...(only === '' ? [] : [`only as its keys signed it: epoch ${only}`]),
  ];
  return parts.length === 0 ? open('no epoch is proven in this file') : good(parts.join('; '));
}
