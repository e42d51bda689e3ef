import { describe, expect, it } from 'vitest';
import { fromHex, toHex } from '../../src/bytes/hex.ts';
import { checksOf } from '../../src/ceremony/checks.ts';
import { amendable, otherDealers, owedBy } from '../../src/ceremony/duties.ts';
import type { BodyOf } from '../../src/ceremony/kinds.ts';
import { route } from '../../src/ceremony/route.ts';
import { refusal } from '../crypto/drawn.ts';
import { Ceremony, interpolated, type Person, people } from './committee.ts';

/* Complaints, amendments and releases as everybody judges them: rules 3 to 6, and section 6. */

const cast = Object.values(people('repair', 'alice', 'bob', 'carol', 'dave'));
const [alice, bob, carol, dave] = cast as [Person, Person, Person, Person];
const members = [alice, bob, carol];
const genesis = new Ceremony({ cast, members, threshold: 2 }).run();

function handover(number: number): Ceremony {
  for (const person of cast) person.votes.length = 0;
  const facts = { ticket: `number ${number}`, reserves: [3] };
  return new Ceremony({ cast, parent: genesis.link, members, threshold: 2, dealers: [1, 2], facts });
}

const named = (ceremony: Ceremony) => ceremony.view.faults.map(({ member, fault }) => `${member} ${fault}`);
const digest = (packet: { digest: string }) => fromHex(packet.digest) as Uint8Array;
const dealersOf = (ceremony: Ceremony) =>
  ceremony.view.current.attempt.dealers.map(({ participant }) => participant.name);

/** Bob deals, and one of his boxes holds what `inside` says. */
function cheated(number: number, inside: (honest: BodyOf<'deal'>, ceremony: Ceremony) => BodyOf<'deal'>['boxes']) {
  const ceremony = handover(number);
  ceremony.do(alice, 'deal');
  const honest = ceremony.dealBody(bob);
  ceremony.say(bob, 'deal', { ...honest, boxes: inside(honest, ceremony) });
  bob.votes.push(ceremony);
  return ceremony;
}

describe('a complaint', () => {
  it.each([
    ['zeroes', (length: number) => new Uint8Array(length)],
    ['no scalar', (length: number) => new Uint8Array(length).fill(255)],
  ])('shows everybody that the dealer sealed %s, and names the dealer alone', (_, plaintext) => {
    const ceremony = cheated(1, (honest, c) => {
      const bad = c.boxes(bob, honest.keys, () => plaintext(32));
      return honest.boxes.map((box, at) => (at === 2 ? (bad[2] as typeof box) : box));
    });
    ceremony.say(carol, 'complaint', ceremony.complaintBody(carol, bob));
    expect(named(ceremony)).toEqual(['bob BAD_SUBSHARE']);
    expect(ceremony.view.current.death).toMatchObject({ why: 'complaint', by: ['carol'] });
    expect(ceremony.view.current.spoiledBy).toEqual(['bob']);
    expect(ceremony.view.phase).toBe('aborted');
    ceremony.run();
    expect(dealersOf(ceremony)).toEqual(['alice', 'carol']);
    expect(ceremony.view.phase).toBe('complete');
    expect(named(ceremony)).toEqual(['bob BAD_SUBSHARE']);
    const { proven } = ceremony.link;
    expect(interpolated(proven, [{ person: bob }, { person: carol }])).toBe(
      toHex(genesis.link.proven.keys[0]?.publicKey as Uint8Array),
    );
  });

  it('about a box of garbage names the dealer as well: it does not open under the key that is proven', () => {
    const ceremony = cheated(2, (honest) =>
      honest.boxes.map((box, at) => (at === 2 ? { ...box, ciphertext: new Uint8Array(box.ciphertext.length) } : box)),
    );
    ceremony.say(carol, 'complaint', ceremony.complaintBody(carol, bob));
    expect(named(ceremony)).toEqual(['bob BAD_SUBSHARE']);
  });

  it('about a good box names whoever complained, and no amendment is offered for it', () => {
    const ceremony = handover(3).before('accept');
    ceremony.say(carol, 'complaint', ceremony.complaintBody(carol, bob));
    expect(named(ceremony)).toEqual(['carol COMPLAINT_FALSE']);
    expect(ceremony.view.current).toMatchObject({ spoiledBy: [], death: { why: 'complaint' } });
    expect(amendable(ceremony.view)).toBe(false);
  });

  it('with a key that is not proven to be that of the box names whoever complained, whatever the box holds', () => {
    const ceremony = cheated(4, (honest) =>
      honest.boxes.map((box, at) => (at === 2 ? { ...box, ciphertext: new Uint8Array(box.ciphertext.length) } : box)),
    );
    const body = ceremony.complaintBody(carol, bob);
    const other = ceremony.complaintBody(carol, alice);
    ceremony.say(carol, 'complaint', { ...body, K: other.K });
    expect(named(ceremony)).toEqual(['carol COMPLAINT_FALSE']);
  });

  it('made for one receiver says nothing when another signs it: the proof is bound to whoever complains', () => {
    const ceremony = handover(5).before('accept');
    ceremony.say(carol, 'complaint', ceremony.complaintBody(alice, bob));
    expect(named(ceremony)).toEqual(['carol COMPLAINT_FALSE']);
  });

  it('waits for the deal that it is about, and is dead all the same', () => {
    const ceremony = cheated(6, (honest) =>
      honest.boxes.map((box, at) => (at === 2 ? { ...box, ciphertext: new Uint8Array(box.ciphertext.length) } : box)),
    );
    const said = ceremony.say(carol, 'complaint', ceremony.complaintBody(carol, bob));
    const view = ceremony.without(ceremony.said(bob, 'deal'));
    expect(view.faults).toEqual([]);
    expect(view.waiting).toContainEqual({ packet: said.digest, names: 'a deal' });
    expect(view.current.death).not.toBeNull();
  });

  it('after an acceptance is a contradiction of its author', () => {
    const ceremony = handover(7).before('accept');
    const body = ceremony.complaintBody(carol, bob);
    ceremony.do(carol, 'accept');
    ceremony.say(carol, 'complaint', body);
    expect(ceremony.view.contradictions.map(({ member, grave }) => [member, grave])).toEqual([['carol', true]]);
  });
});

describe('a deal that is bad in public', () => {
  it('makes the receivers give the attempt up, names its dealer, and the proposer goes on with the reserve', () => {
    const ceremony = handover(10);
    const honest = ceremony.dealBody(bob);
    const keys = honest.keys.map((key) => ({ ...key, commitments: [...key.commitments].reverse() }));
    ceremony.say(bob, 'deal', { ...honest, keys, boxes: ceremony.boxes(bob, keys) });
    bob.votes.push(ceremony);
    expect(owedBy(ceremony.view, ceremony.plan.byIdentity.get(carol.identity) as never)[0]).toBe('refuse');
    ceremony.run();
    expect(ceremony.view.phase).toBe('complete');
    expect(dealersOf(ceremony)).toEqual(['alice', 'carol']);
    expect(named(ceremony)).toEqual(['bob CONSTANT_MISMATCH']);
    expect(ceremony.view.contradictions).toEqual([]);
    // the record of what became of it names bob, and no check of the attempt that was completed is bad for it
    expect(checksOf(ceremony.view).filter(({ ok }) => ok === false)).toEqual([]);
  });

  it('cannot be made good in a genesis: nobody amends, the way on is another plan', () => {
    for (const person of cast) person.votes.length = 0;
    const ceremony = new Ceremony({ cast, members, threshold: 2, facts: { ticket: 'number 9' } });
    const honest = ceremony.dealBody(bob);
    ceremony.say(bob, 'deal', { ...honest, keys: honest.keys.map((key) => ({ ...key, proof: null })) });
    ceremony.run();
    expect(named(ceremony)).toEqual(['bob PROOF_INVALID']);
    expect(ceremony.view.phase).toBe('aborted');
    expect(amendable(ceremony.view)).toBe(false);
  });
});

describe('a dealer that says no before dealing', () => {
  it('ends the attempt, stays a member, and receives under an amendment', () => {
    const ceremony = handover(11);
    ceremony.refuse(bob, 'dealer');
    expect(ceremony.view.current.death).toMatchObject({ why: 'dealer-refused', by: ['bob'] });
    expect(route(ceremony.view)).toEqual(['alice']);
    ceremony.run();
    expect(ceremony.view.phase).toBe('complete');
    expect(dealersOf(ceremony)).toEqual(['alice', 'carol']);
    expect(ceremony.view.faults).toEqual([]);
  });

  it('leaves nobody to deal where too few are left: another plan is needed', () => {
    const ceremony = handover(12);
    ceremony.refuse(bob, 'dealer');
    ceremony.refuse(carol, 'member');
    expect(otherDealers(ceremony.view)).toBeNull();
    expect(amendable(ceremony.view)).toBe(false);
    expect(otherDealers(ceremony.view, ['alice'])).toBeNull();
  });
});

describe('an amendment', () => {
  const amended = (number: number, change: Partial<BodyOf<'amendment'>>, by = alice) => {
    const ceremony = handover(number);
    const good = ceremony.amend(alice) as unknown as { body: BodyOf<'amendment'> };
    ceremony.forget(ceremony.said(alice, 'amendment'));
    return refusal(() => ceremony.say(by, 'amendment', { ...good.body, ...change })) ?? named(ceremony);
  };

  it.each([
    ['fewer dealers than the threshold', { dealers: [1] }],
    ['a dealer twice', { dealers: [1, 1] }],
    ['a dealer that is none of the plan', { dealers: [1, 4] }],
    ['the prekeys of nobody', { receivers: [] }],
    ['a number beyond the last', { number: 25 }],
  ])('that names %s is a fault of the proposer', (_, change) => {
    const found = amended(20, change);
    expect(found === 'SCHEMA' || `${found}` === 'alice AMENDMENT_INVALID').toBe(true);
  });

  it('comes from the proposer alone', () => {
    expect(amended(21, {}, bob)).toBe('AUTHOR_UNKNOWN');
  });

  it('takes no prekey that its receiver did not sign for, and none that the plan uses', () => {
    const ceremony = handover(22);
    const { body } = ceremony.amend(alice) as unknown as { body: BodyOf<'amendment'> };
    ceremony.forget(ceremony.said(alice, 'amendment'));
    const [first, ...rest] = body.receivers as [BodyOf<'amendment'>['receivers'][number]];
    const foreign = [{ ...first, prekey: dave.card.prekeys[0] as Uint8Array }, ...rest];
    const stolen = [{ card: dave.card.file, prekey: dave.card.prekeys[0] as Uint8Array }, ...rest];
    // bob's own signed card bears the one-time key of alice
    const copied = bob.renew(99, {
      public: first.prekey,
      secret: alice.prekeys.get(toHex(first.prekey)) as Uint8Array,
    });
    const shared = [first, { card: copied.file, prekey: first.prekey }, ...rest.slice(1)];
    for (const [at, receivers] of [foreign, stolen, shared].entries())
      ceremony.say(alice, 'amendment', { ...body, number: at + 2, receivers });
    expect(named(ceremony)).toEqual(Array(3).fill('alice AMENDMENT_INVALID'));
    expect(ceremony.view.attempts).toHaveLength(1);
  });

  it('makes receivers give up the attempt before, but undoes no certificate', () => {
    const ceremony = handover(23).before('activate');
    ceremony.amend(alice, ['bob']);
    expect(ceremony.view.current.attempt.number).toBe(0);
    ceremony.run();
    expect(ceremony.view.phase).toBe('complete');
    expect(ceremony.view.current.attempt.number).toBe(0);
  });
});

describe('a release', () => {
  const body = (change: Partial<BodyOf<'release'>> = {}) => ({ signed: [], salvage: false, reason: 'gone', ...change });

  it('kills by n - t + 1 receivers, and frees the votes', () => {
    const ceremony = handover(30).before('activate');
    ceremony.say(alice, 'release', body());
    expect(ceremony.view.current.death).toBeNull();
    ceremony.say(bob, 'release', body());
    expect(ceremony.view.current.death).toMatchObject({ why: 'released' });
  });

  it('of what was signed counts only where that turn is blocked', () => {
    const ceremony = handover(31).run((who, duty) => duty === 'activate' && who !== 'alice');
    const mine = digest(ceremony.said(alice, 'activation'));
    const bad = ceremony.say(alice, 'release', body({ signed: [{ packet: mine, blocked: null }] }));
    expect(named(ceremony)).toEqual(['alice RELEASE_INVALID']);
    ceremony.forget(bad);
    const others = ceremony.say(bob, 'release', body());
    ceremony.say(alice, 'release', body({ signed: [{ packet: mine, blocked: digest(others) }] }));
    expect(named(ceremony)).toEqual([]);
    expect(ceremony.view.current.death).toMatchObject({ why: 'released' });
    expect(ceremony.view.contradictions).toEqual([]);
  });

  it('that names a release whose author signed that turn as well does not count', () => {
    const ceremony = handover(32).run((who, duty) => duty === 'activate' && who === 'carol');
    const [a, b] = [digest(ceremony.said(alice, 'activation')), digest(ceremony.said(bob, 'activation'))];
    const carols = ceremony.say(carol, 'release', body());
    const bobs = ceremony.say(bob, 'release', body({ signed: [{ packet: b, blocked: digest(carols) }] }));
    ceremony.say(alice, 'release', body({ signed: [{ packet: a, blocked: digest(bobs) }] }));
    expect(named(ceremony)).toEqual(['alice RELEASE_INVALID']);
  });

  it('that leaves out a signature is a contradiction of its author', () => {
    const ceremony = handover(33).run((who, duty) => duty === 'activate' && who !== 'alice');
    ceremony.say(alice, 'release', body());
    expect(ceremony.view.contradictions).toMatchObject([{ member: 'alice', grave: true }]);
  });

  it('by salvage needs no block, and says so', () => {
    const ceremony = handover(34).run((who, duty) => duty === 'activate' && who !== 'alice');
    const mine = digest(ceremony.said(alice, 'activation'));
    ceremony.say(alice, 'release', body({ signed: [{ packet: mine, blocked: null }], salvage: true }));
    expect(ceremony.view.current.releases.size).toBe(1);
    expect(named(ceremony)).toEqual([]);
  });

  it('is asked for nothing more: who released signs no turn', () => {
    const ceremony = handover(35).before('activate');
    ceremony.say(alice, 'release', body());
    expect(owedBy(ceremony.view, ceremony.plan.byIdentity.get(alice.identity) as never)).toEqual([]);
  });

  it('is proof enough for a later vote, with all that it names', () => {
    const dead = handover(36).run((who, duty) => duty === 'activate' && who !== 'alice');
    const mine = digest(dead.said(alice, 'activation'));
    const others = dead.say(bob, 'release', body());
    dead.say(alice, 'release', body({ signed: [{ packet: mine, blocked: digest(others) }] }));
    const next = new Ceremony({
      cast,
      parent: genesis.link,
      members,
      threshold: 2,
      dealers: [1, 2],
      facts: { ticket: 'number 37' },
    });
    next.run();
    expect(next.view.phase).toBe('complete');
    expect(next.view.faults).toEqual([]);
  });
});
