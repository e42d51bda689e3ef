import { describe, expect, it } from 'vitest';
import type { Card } from '../../src/ceremony/card.ts';
import type { BodyOf, KindName } from '../../src/ceremony/kinds.ts';
import { flipped } from '../crypto/drawn.ts';
import { Ceremony, type Person, people } from './committee.ts';

/* Packets that are honest but for one point, and the one sentence in which each is refused. */

const cast = Object.values(people('shapes', 'alice', 'bob', 'carol', 'dave'));
const [alice, bob, carol, dave] = cast as [Person, Person, Person, Person];
const keys = [
  { label: 'main', suite: 'ristretto255' as const },
  { label: 'cold', suite: 'secp256k1' as const },
];
const genesis = new Ceremony({ cast, members: [alice, bob, carol], threshold: 2, keys }).run();

const dealing = new Ceremony({
  cast,
  parent: genesis.link,
  members: [bob, carol, dave],
  threshold: 2,
  dealers: [1, 2],
});
dealing.do(alice, 'deal');
const deal = dealing.dealBody(bob);
const accepting = new Ceremony({
  ...{ cast, parent: genesis.link, members: [bob, carol, dave], threshold: 2, dealers: [1, 2] },
  facts: { ticket: 'accepting' },
});
for (const person of cast) person.votes.length = 0;
accepting.before('accept');
const acceptance = accepting.acceptanceBody(dave);
const making = new Ceremony({ cast, members: [alice, bob, carol], threshold: 2, keys, facts: { keyset: 'other' } });
const made = making.dealBody(alice);
const census = new Ceremony({
  ...{ cast, parent: genesis.link, members: [], threshold: 2 },
  facts: { kind: 'census', new: [], dealers: [], weak: [] },
});
const report = census.censusBody(alice);

/** What is said of it, and nothing where it is good. */
function refused<K extends KindName>(ceremony: Ceremony, who: Person, kind: K, body: BodyOf<K>): string {
  const said = ceremony.say(who, kind, body);
  const { faults } = ceremony.view;
  ceremony.forget(said as never);
  return faults.map(({ fault, detail }) => `${fault}: ${detail}`).join('; ');
}
const shape = (code: string, ...rows: [string, object][]): [string, object][] =>
  rows.map(([why, change]) => [`${code}: ${why}`, change]);
const [first, second] = deal.keys as [(typeof deal.keys)[0], (typeof deal.keys)[0]];
const [box, ...boxes] = deal.boxes as [(typeof deal.boxes)[0], ...typeof deal.boxes];

describe('a deal', () => {
  it('is good as it is', () => {
    expect(refused(dealing, bob, 'deal', deal)).toBe('');
    expect(refused(making, alice, 'deal', made)).toBe('');
  });

  it.each<[string, object]>([
    ...shape(
      'DEAL_INVALID',
      ['does not deal exactly the keys of the keyset', { keys: [first] }],
      ['does not deal exactly the keys of the keyset', { keys: [first, second, second] }],
      ['does not hold one box per receiver', { boxes }],
      ['does not hold one box per receiver', { boxes: [box, box, ...boxes] }],
      ['has to endorse the parent', { vote: null }],
      ['endorses another parent', { vote: { ...deal.vote, parent: new Uint8Array(32) } }],
      ['only a genesis has such proofs', { keys: [{ ...first, proof: made.keys[0]?.proof }, second] }],
      ['a box of the wrong size', { boxes: [{ ...box, ciphertext: box.ciphertext.slice(1) }, ...boxes] }],
      ['a box of the wrong size', { boxes: deal.boxes.map((one) => ({ ...one, ciphertext: new Uint8Array(81) })) }],
    ),
    ...shape(
      'CONSTANT_MISMATCH',
      [
        'deals something other than its own share',
        { keys: [{ ...first, commitments: first.commitments.toReversed() }, second] },
      ],
      [
        'deals something other than its own share',
        { keys: [first, { ...second, commitments: second.commitments.toReversed() }] },
      ],
    ),
  ])('is refused: %s', (why, change) => {
    expect(refused(dealing, bob, 'deal', { ...deal, ...change })).toBe(why);
  });

  it('of a new key has the proof that its author knows each constant, and no vote', () => {
    const [one, other] = made.keys as [(typeof made.keys)[0], (typeof made.keys)[0]];
    const none = 'PROOF_INVALID: no proof that the constant is known';
    for (const some of [
      [{ ...one, proof: null }, other],
      [one, { ...other, proof: null }],
    ])
      expect(refused(making, alice, 'deal', { ...made, keys: some })).toBe(none);
    expect(refused(making, alice, 'deal', { ...made, vote: deal.vote })).toBe(
      'DEAL_INVALID: has to endorse the parent',
    );
  });
});

describe('an acceptance', () => {
  const [main, cold] = acceptance.possession as [(typeof acceptance.possession)[0], (typeof acceptance.possession)[0]];
  const renewed = (who: Person, card: Card = who.renew(9)) => ({ card: card.file });
  const impostor = people('shapes elsewhere', 'dave').dave;
  const once = 'has to prove possession once per suite';
  /** The same person under another name. */
  const renamed = (() => {
    const { name } = dave;
    Object.assign(dave, { name: 'david' });
    const card = dave.renew(10);
    Object.assign(dave, { name });
    return card;
  })();
  const usedAgain = dave.renew(11, {
    public: accepting.view.current.attempt.prekeys[2] as Uint8Array,
    secret: new Uint8Array(32),
  });

  it('is good as it is', () => {
    expect(refused(accepting, dave, 'acceptance', acceptance)).toBe('');
    expect(accepting.view.current.acceptances.size).toBe(0);
  });

  it.each<[string, object]>(
    shape(
      'ACCEPTANCE_INVALID',
      [once, { possession: [main] }],
      [once, { possession: [main, cold, cold] }],
      [once, { possession: [cold, main] }],
      [once, { possession: [main, main] }],
      ['renews the card of somebody else', renewed(bob)],
      ['renews the card of somebody else', renewed(impostor)],
      ['renews its card under another name', renewed(dave, renamed)],
      ['offers the prekey of this attempt again', renewed(dave, usedAgain)],
    ),
  )('is refused: %s', (why, change) => {
    expect(refused(accepting, dave, 'acceptance', { ...acceptance, ...change })).toBe(why);
  });

  it('is refused where one proof of possession is another', () => {
    for (const at of [0, 1]) {
      const possession = acceptance.possession.map((one, place) =>
        place === at ? { ...one, proof: flipped(one.proof, 40) } : one,
      );
      expect(refused(accepting, dave, 'acceptance', { ...acceptance, possession })).toMatch(/^PROOF_INVALID: /);
    }
  });
});

describe('a report to a census', () => {
  it('proves possession once per suite, in one order', () => {
    expect(refused(census, alice, 'census', report)).toBe('');
    const [main, cold] = report.possession as [(typeof report.possession)[0], (typeof report.possession)[0]];
    for (const possession of [[main], [main, cold, cold], [cold, main], [main, main]])
      expect(refused(census, alice, 'census', { ...report, possession })).toBe(
        'CENSUS_INVALID: has to prove possession once per suite',
      );
    const possession = [main, { ...cold, proof: flipped(cold.proof, 40) }];
    expect(refused(census, alice, 'census', { ...report, possession })).toMatch(/^PROOF_INVALID: /);
  });
});
