import { alice, aliceAgain, dave, prekeyOf } from './cast.ts';
import { filled, type Given, group, hex, type Json, type Questions, type Wanted } from './form.ts';
import { sharedOf } from './make-packets.ts';
import type { Story } from './story.ts';
import { recovery } from './story-still.ts';

const label = 'recovery';
const plan = '@recovery: plan';

function plans(cards: readonly string[], seats: readonly Given[]): Wanted[] {
  const altered = (says: string, change: Given, code?: Wanted['code']): Wanted => ({
    says,
    given: { plan, change },
    ...(code === undefined ? {} : { code }),
  });
  const bad = (says: string, change: Given, code: Wanted['code'] = 'PLAN_INVALID') => altered(says, change, code);
  const with2 = (card: Uint8Array): readonly string[] => cards.map((own, at) => (at === 2 ? hex(card) : own));
  const [again, ofBob, ofCarol] = seats as [Given, Given, Given];
  const first = (prekey: Uint8Array): Given => ({ card: 2, prekey: hex(prekey) });
  const aliceBack = { cards: with2(alice.card.file), new: [first(prekeyOf(alice, 0)), ofBob, ofCarol] };
  const daveThere = { cards: with2(dave.card.file), new: [first(prekeyOf(dave, 0)), ofBob, ofCarol] };
  return [
    altered('alice comes back with a new machine', {}),
    altered('alice comes back under the same identity', aliceBack),
    bad('nobody has lost anything', { ...aliceBack, old: [{ card: 2 }, { card: 0 }, { card: 1 }] }),
    bad('another threshold', { threshold: 3, weak: ['all-must-sign', 'few-spares'] }),
    bad('a member less', { new: [again, ofBob], observers: [1], weak: ['all-must-sign', 'few-spares'] }),
    bad('a member more', {
      cards: [...cards, hex(dave.card.file)],
      new: [...seats, { card: 4, prekey: hex(prekeyOf(dave, 0)) }],
      weak: ['minority-signs'],
    }),
    bad('two change places', { new: [again, ofCarol, ofBob] }),
    bad('alice comes back at the place of bob, and bob at hers', { new: [ofBob, again, ofCarol] }),
    bad('somebody else in the place of alice', daveThere),
    bad('who is lost deals', { dealers: [1, 2] }),
    bad('fewer dealers than the threshold', { dealers: [2] }),
    bad('alice twice: as she was, and with a new machine', {
      kind: 'reshare',
      cards: [...cards, hex(alice.card.file)],
      new: [...seats, { card: 4, prekey: hex(prekeyOf(alice, 0)) }],
      weak: ['minority-signs'],
    }),
    bad('the prekey of her old machine', { new: [first(prekeyOf(alice, 0)), ofBob, ofCarol] }),
    bad('a genesis', { kind: 'genesis' }),
    bad('a quorum that is there, and a sentence that it is not', {
      belowQuorum: 'it is meant',
      weak: ['below-quorum'],
    }),
    bad('a card that is none', { cards: with2(filled(40, 1)) }, 'CARD_INVALID'),
  ];
}

export function makeRecovery(story: Story): Questions {
  const walk = recovery(story);
  const shared = sharedOf(label, walk);
  const names = [...walk.said.keys()];
  const upTo = (last: string): Json[] => names.slice(0, names.indexOf(last) + 1).map((name) => `@${label}: ${name}`);
  const seen = (says: string, packets: Json[]): Wanted => ({ says, given: { plan, packets } });
  const cards = walk.plan.participants.map(({ card }) => hex(card.file));
  const seats = walk.plan.new.map(({ card, prekey }) => ({ card, prekey: hex(prekey) }));
  const make = (operation: string, about: string, wanted: Wanted[]) => group(operation, about, wanted, shared);
  const lost = walk.unchecked(alice, 'deal', {});
  return {
    about: [
      'A recovery: docs/protocol.md section 9. The machine of alice is gone; bob and carol deal, and she comes back at her place with another machine, under another identity and the old name.',
      `Her new identity is ${hex(aliceAgain.signing.public)}.`,
    ],
    shared,
    groups: [
      make(
        'plan altered',
        'The plan with these fields instead of its own, read as in documents.json.',
        plans(cards, seats),
      ),
      make('packet admit', 'As in packets.json.', [
        ...['deal of bob', 'acceptance of alice', 'closing of alice'].map((name) => ({
          says: name,
          given: { plan, packet: `@${label}: ${name}` },
        })),
        {
          says: 'the lost machine deals',
          given: { plan, packet: hex(lost) },
          code: 'AUTHOR_UNKNOWN',
        },
        {
          says: 'the new machine endorses',
          given: {
            plan,
            packet: hex(
              walk.unchecked(aliceAgain, 'endorsement', { vote: { parent: filled(32, 1), slot: 0, prior: [] } }),
            ),
          },
          code: 'AUTHOR_UNKNOWN',
        },
      ]),
      make('deals assemble', 'As in packets.json.', [
        { says: 'bob and carol', given: { plan, deals: [`@${label}: deal of bob`, `@${label}: deal of carol`] } },
      ]),
      make('evaluate', 'As in ceremony.json.', [
        seen('approved', upTo('approval of olga')),
        seen('dealt', upTo('deal of carol')),
        seen('proven', upTo('activation of carol')),
        seen('to its end', upTo('closing of carol')),
      ]),
    ],
  };
}
