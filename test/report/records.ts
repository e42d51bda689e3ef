import { checksOf } from '../../src/ceremony/checks.ts';
import type { View } from '../../src/ceremony/evaluate.ts';
import { nowhere } from '../../src/ceremony/packets/closing.ts';
import { type OwnRecord, type Transcript, transcriptOf } from '../../src/report/transcript-json.ts';
import { Ceremony, type Person, people, type Wish } from '../ceremony/committee.ts';

/* Ceremonies whose transcripts are looked at, and what one machine adds. */

export const cast = people('transcript', 'alice', 'bob', 'carol', 'dave', 'dora');
export const { alice, bob, carol, dave, dora } = cast;
export const everybody = Object.values(cast);
export const keys = [
  { label: 'main', suite: 'secp256k1-tr' as const },
  { label: 'sol', suite: 'ed25519' as const },
];
export const first = new Ceremony({ cast: everybody, members: [alice, bob, carol], threshold: 2, keys }).run();
export const small = new Ceremony({ cast: everybody, members: [alice, bob, carol], threshold: 2 }).run();

export const four = new Ceremony({ cast: everybody, members: [alice, bob, carol, dave], threshold: 2 }).run();

/** 2-of-3 to 2-of-2: alice leaves, carol has lost her share, dave joins, dora approves. */
export function handover(facts: Wish['facts'] = {}): Ceremony {
  for (const person of everybody) person.votes.length = 0;
  const cards = [alice, bob, dave, dora];
  return new Ceremony({
    cast: everybody,
    members: [bob, dave],
    threshold: 2,
    parent: small.link,
    facts: {
      cards: cards.map(({ card }) => card.file),
      old: [{ card: 0 }, { card: 1 }, { card: null }],
      new: [bob, dave].map(({ card }, at) => ({ card: at + 1, prekey: card.prekeys[0] as Uint8Array })),
      approvers: [3],
      approvals: 1,
      ...facts,
    },
  });
}

export const phrase = 'one two three four five six seven eight nine ten eleven twelve';
export const own: OwnRecord = {
  epochs: [],
  member: 'bob',
  consent: { at: 1_800_000_000, attended: true },
  log: [{ at: 1_800_000_100, epoch: 1, event: 'share active' }],
  overrides: [],
  copies: [],
  damaged: [],
  tool: { version: '1.2.3', digest: new Uint8Array(32).fill(7) },
};

export function written(view: View, mine: Partial<OwnRecord> = {}): Transcript {
  return transcriptOf({ view, checks: checksOf(view), keyset: 'treasury', phrase, own: { ...own, ...mine } });
}

export function close(ceremony: Ceremony, who: Person, oldShare: Transcript['oldShares'][number], label = ''): void {
  const { member: _, ...share } = oldShare;
  const copy = { id: 'c1', label, kind: 'export' as const, epoch: 0, where: nowhere, destroyed: null };
  const body = { ...ceremony.closingBody(), oldShare: share, invalid: label === '' ? [] : [copy] };
  ceremony.say(who, 'closing', body);
}
