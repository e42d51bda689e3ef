import { describe, expect, it } from 'vitest';
import { fromHex } from '../../src/bytes/hex.ts';
import { writeCard } from '../../src/ceremony/card.ts';
import { amendable, attemptToRefuse, otherDealers, owedBy } from '../../src/ceremony/duties.ts';
import type { BodyOf } from '../../src/ceremony/kinds.ts';
import { mostAmendments } from '../../src/ceremony/packets/amendment.ts';
import type { Participant } from '../../src/ceremony/plan.ts';
import { code } from '../vault/support.ts';
import { Ceremony, type Person, people, type Wish } from './committee.ts';
import { now } from './people.ts';

/* One check of the repairs after the other, each with the packet that only this check refuses. */

const cast = Object.values(people('repair checks', 'alice', 'bob', 'carol', 'dave'));
const [alice, bob, carol, dave] = cast as [Person, Person, Person, Person];
const members = [alice, bob, carol];
const genesis = new Ceremony({ cast, members, threshold: 2 }).run();
let count = 0;

function handover(wish: Partial<Wish> = {}): Ceremony {
  for (const person of cast) person.votes.length = 0;
  const facts = { ticket: `number ${++count}`, reserves: [3], ...wish.facts };
  return new Ceremony({ cast, parent: genesis.link, members, threshold: 2, dealers: [1, 2], ...wish, facts });
}

const named = (ceremony: Ceremony) => ceremony.view.faults.map(({ member, fault }) => `${member} ${fault}`);
const digest = (packet: { digest: string }) => fromHex(packet.digest) as Uint8Array;
const me = ({ plan }: Ceremony, person: Person) => plan.byIdentity.get(person.identity) as Participant;
const dealersOf = (ceremony: Ceremony, without?: string[]) =>
  otherDealers(ceremony.view, without)?.map(({ participant }) => participant.name) ?? null;
const release = (signed: BodyOf<'release'>['signed'] = [], salvage = false) => ({ signed, salvage, reason: 'gone' });

/** Everybody accepted; these signed. */
function signed(...by: string[]): Ceremony {
  return handover().run((who, duty) => duty === 'activate' && !by.includes(who));
}

describe('a release', () => {
  it('that lists what its author did not sign is a fault of its author', () => {
    const ceremony = signed('bob');
    const lists = (packet: { digest: string }) => {
      const said = ceremony.say(alice, 'release', release([{ packet: digest(packet), blocked: null }], true));
      const found = named(ceremony);
      ceremony.forget(said);
      return found;
    };
    expect(lists(ceremony.said(bob, 'activation'))).toEqual(['alice RELEASE_INVALID']);
    expect(lists(ceremony.said(alice, 'acceptance'))).toEqual(['alice RELEASE_INVALID']);
    expect(named(ceremony)).toEqual([]);
  });

  it('lists what was signed in its own attempt, and is no contradiction of what was signed in another', () => {
    const ceremony = signed('alice');
    const mine = digest(ceremony.said(alice, 'activation'));
    for (const person of [bob, carol]) ceremony.say(person, 'release', release());
    ceremony.amend(alice);
    expect(ceremony.view.current.attempt.number).toBe(1);
    const empty = ceremony.say(alice, 'release', release());
    expect([named(ceremony), ceremony.view.contradictions]).toEqual([[], []]);
    ceremony.forget(empty);
    ceremony.say(alice, 'release', release([{ packet: mine, blocked: null }], true));
    expect(named(ceremony)).toEqual(['alice RELEASE_INVALID']);
  });

  it('is blocked by a release alone, of another member, in the same attempt', () => {
    const ceremony = signed('alice');
    const mine = digest(ceremony.said(alice, 'activation'));
    const blockedBy = (packet: { digest: string }) => {
      const said = ceremony.say(alice, 'release', release([{ packet: mine, blocked: digest(packet) }]));
      const found = named(ceremony);
      ceremony.forget(said);
      return found;
    };
    const wrong = ['alice RELEASE_INVALID'];
    expect(blockedBy(ceremony.said(bob, 'acceptance'))).toEqual(wrong);
    const own = ceremony.say(alice, 'release', release());
    expect(blockedBy(own)).toEqual(wrong);
    ceremony.forget(own);
    const elsewhere = ceremony.say(bob, 'release', release(), { attempt: new Uint8Array(32).fill(7) });
    expect(blockedBy(elsewhere)).toEqual(wrong);
    // a release that itself does not count blocks nothing either
    const unblocked = ceremony.say(bob, 'release', release([{ packet: mine, blocked: null }], true));
    expect(new Set(blockedBy(unblocked))).toEqual(new Set(['bob RELEASE_INVALID', ...wrong]));
    ceremony.forget(unblocked);
    const elsewise = [{ packet: digest(ceremony.said(bob, 'acceptance')), blocked: null }];
    const invalid = ceremony.say(bob, 'release', release(elsewise, true));
    expect(new Set(blockedBy(invalid))).toEqual(new Set(['bob RELEASE_INVALID', ...wrong]));
    ceremony.forget(invalid);
    expect(blockedBy(ceremony.say(bob, 'release', release()))).toEqual([]);
  });

  it('waits for all that it names, through however many hands, and counts for nothing before', () => {
    const ceremony = signed('alice', 'bob');
    const [alices, bobs] = [ceremony.said(alice, 'activation'), ceremony.said(bob, 'activation')];
    const carols = ceremony.say(carol, 'release', release());
    const by = digest(carols);
    const other = ceremony.say(bob, 'release', release([{ packet: digest(bobs), blocked: by }]));
    const mine = ceremony.say(alice, 'release', release([{ packet: digest(alices), blocked: by }]));
    expect(ceremony.view.current.death).toMatchObject({ why: 'released' });
    for (const gone of [alices, carols]) {
      const view = ceremony.without(gone);
      expect(view.waiting).toContainEqual({ packet: mine.digest, names: 'what it gives up' });
      expect(view.faults).toEqual([]);
    }
    const view = ceremony.without(alices, carols);
    expect([view.current.releases.size, view.current.death]).toEqual([0, null]);
    expect(view.waiting.map(({ packet }) => packet)).toEqual(expect.arrayContaining([other.digest, mine.digest]));
  });

  it('of who signed another turn blocks this one: a turn is its certificate', () => {
    const ceremony = handover().before('activate');
    const first = ceremony.said(carol, 'acceptance');
    const second = ceremony.say(carol, 'acceptance', ceremony.acceptanceBody(carol));
    const alices = ceremony.say(alice, 'activation', ceremony.activationBody(alice, ceremony.without(second)));
    const bobs = ceremony.say(bob, 'activation', ceremony.activationBody(bob, ceremony.without(first)));
    expect(named(ceremony)).toEqual([]);
    const bobLists = ceremony.say(bob, 'release', release([{ packet: digest(bobs), blocked: null }], true));
    ceremony.say(alice, 'release', release([{ packet: digest(alices), blocked: digest(bobLists) }]));
    expect(named(ceremony)).toEqual([]);
    expect(ceremony.view.current.death).toMatchObject({ why: 'released' });
    // what blocks it waits for what bob signed, and so does this one
    const view = ceremony.without(bobs);
    expect([view.current.releases.size, view.current.death, view.faults]).toEqual([0, null, []]);
  });

  it('is for receivers: nobody else can say it', () => {
    const ceremony = handover({ members: [alice, bob, dave] });
    expect(code(() => ceremony.say(carol, 'release', release()))).toBe('AUTHOR_UNKNOWN');
  });
});

describe('an amendment', () => {
  function amended(ceremony: Ceremony, change: (body: BodyOf<'amendment'>) => Partial<BodyOf<'amendment'>>) {
    const { body } = ceremony.amend(alice) as unknown as { body: BodyOf<'amendment'> };
    ceremony.forget(ceremony.said(alice, 'amendment'));
    ceremony.say(alice, 'amendment', { ...body, ...change(body) }, { attempt: ceremony.plan.id });
    return named(ceremony);
  }
  const wrong = ['alice AMENDMENT_INVALID'];

  it('has a prekey for every receiver, and for no one else', () => {
    expect(amended(handover(), ({ receivers }) => ({ receivers: receivers.slice(0, 2) }))).toEqual(wrong);
    const twice = ({ receivers }: BodyOf<'amendment'>) => ({ receivers: [...receivers, ...receivers.slice(0, 1)] });
    expect(amended(handover(), twice)).toEqual(wrong);
  });

  it('names dealers of the plan and its reserves alone, though they are old members', () => {
    expect(amended(handover({ facts: { reserves: [] } }), () => ({ dealers: [1, 3] }))).toEqual(wrong);
    expect(amended(handover(), () => ({ dealers: [1, 3] }))).toEqual([]);
  });

  it('uses no prekey again that the plan has used, though it is on the card', () => {
    const ceremony = handover();
    const used = ceremony.plan.receivers.map(({ card, prekey }) => ({ card: card.file, prekey }));
    expect(amended(ceremony, ({ receivers }) => ({ receivers: [used[0] as never, ...receivers.slice(1)] }))).toEqual(
      wrong,
    );
  });

  it('takes no card of the other world', () => {
    const { public: key, secret } = bob.signing;
    const prekey = dave.card.prekeys[0] as Uint8Array;
    const recipient = `age1${'q'.repeat(58)}`;
    const facts = { name: 'bob', signing: key, recipient, prekeys: [prekey], serial: 50, at: now, rehearsal: false };
    const real = { card: writeCard(facts, secret).file, prekey };
    expect(amended(handover(), ({ receivers: [a, , c] }) => ({ receivers: [a, real, c] as never }))).toEqual(wrong);
  });

  it('is offered as often as one may be written, and no more often', () => {
    const ceremony = handover();
    ceremony.refuse(bob, 'dealer');
    const { view } = ceremony;
    expect(amendable(view)).toBe(true);
    const many = (length: number) => ({ ...view, attempts: Array(length).fill(view.current) });
    expect(amendable(many(mostAmendments))).toBe(true);
    expect(amendable(many(mostAmendments + 1))).toBe(false);
  });

  it('is not offered for a plan that was withdrawn or is complete, nor against the no of a receiver', () => {
    const ceremony = handover();
    ceremony.refuse(bob, 'dealer');
    ceremony.refuse(alice, 'proposer');
    expect(amendable(ceremony.view)).toBe(false);
    const done = handover().run();
    done.refuse(bob, 'dealer'); // a lie by now, and no reason to begin again
    expect([done.view.phase, amendable(done.view)]).toEqual(['complete', false]);
    const other = handover();
    other.refuse(bob, 'receiver');
    expect([other.view.current.death?.why, amendable(other.view)]).toEqual(['receiver-refused', false]);
  });
});

describe('who deals next', () => {
  it('is nobody who said no to dealing, or dissents, or contradicted themselves, or is at fault, or is named', () => {
    const at = (change: (ceremony: Ceremony) => void) => {
      const ceremony = handover();
      change(ceremony);
      return dealersOf(ceremony);
    };
    expect(at(() => {})).toEqual(['alice', 'bob']);
    expect(at((ceremony) => ceremony.refuse(bob, 'dealer'))).toEqual(['alice', 'carol']);
    expect(at((ceremony) => ceremony.refuse(bob, 'member'))).toEqual(['alice', 'carol']);
    // a no as receiver says nothing about dealing
    expect(at((ceremony) => ceremony.refuse(bob, 'receiver'))).toEqual(['alice', 'bob']);
    expect(
      at((ceremony) => {
        for (const reason of ['one', 'two']) ceremony.say(bob, 'refusal', { as: 'receiver', reason });
      }),
    ).toEqual(['alice', 'carol']);
    // two notes under one number are only shown
    expect(
      at((ceremony) => {
        for (const text of ['one', 'two']) ceremony.say(bob, 'note', { kind: 'observation', text, number: 0 });
      }),
    ).toEqual(['alice', 'bob']);
    expect(
      at((ceremony) => {
        const deal = ceremony.dealBody(bob);
        ceremony.say(bob, 'deal', { ...deal, boxes: [...deal.boxes].reverse() });
      }),
    ).toEqual(['alice', 'carol']);
    expect(dealersOf(handover(), ['bob'])).toEqual(['alice', 'carol']);
  });

  it('is nobody where fewer are left than a majority of the old committee, though the threshold is there', () => {
    const four = [alice, bob, carol, dave];
    const founded = new Ceremony({ cast, members: four, threshold: 2, facts: { ticket: 'four' } }).run();
    const facts = { reserves: [4] };
    const ceremony = handover({ parent: founded.link, members: four, dealers: [1, 2, 3], facts });
    expect(dealersOf(ceremony, ['bob'])).toEqual(['alice', 'carol', 'dave']);
    expect(dealersOf(ceremony, ['bob', 'carol'])).toBeNull();
  });

  it('goes on from the dealers of the last attempt, and not from those of the plan', () => {
    const ceremony = handover();
    ceremony.amend(alice, ['bob']);
    ceremony.do(carol, 'refuse');
    expect(ceremony.view.current.attempt.number).toBe(1);
    expect(dealersOf(ceremony)).toEqual(['alice', 'carol']);
  });

  it('is nobody in a genesis', () => {
    const ceremony = new Ceremony({ cast, members, threshold: 2, facts: { ticket: 'a first one' } });
    expect(dealersOf(ceremony)).toBeNull();
  });
});

describe('what a machine gives up by itself', () => {
  it('is an attempt that it has not answered, of which it receives, and that has no certificate', () => {
    const ceremony = handover({ members: [alice, bob, dave] }).run((who, duty) => duty === 'accept' && who !== 'alice');
    expect(attemptToRefuse(ceremony.view, me(ceremony, bob))).toBeNull();
    ceremony.amend(alice, ['bob']);
    const over = (person: Person) => attemptToRefuse(ceremony.view, me(ceremony, person))?.attempt.number ?? null;
    expect([alice, bob, carol, dave].map(over)).toEqual([null, 0, null, 0]);
    ceremony.do(dave, 'refuse');
    // dead: there is nothing left to give up
    expect([alice, bob, carol, dave].map(over)).toEqual([null, null, null, null]);
  });

  it('is each attempt that is over for itself: an answer in one is none in another', () => {
    const ceremony = handover();
    ceremony.amend(alice, ['bob']);
    ceremony.do(bob, 'refuse');
    ceremony.amend(alice);
    expect(ceremony.view.attempts.map(({ death }) => death?.why ?? null)).toEqual(['receiver-refused', null, null]);
    expect(attemptToRefuse(ceremony.view, me(ceremony, bob))?.attempt.number).toBe(1);
  });

  it('is not answered by another no: who dissents is still asked to accept', () => {
    const ceremony = handover().before('accept');
    ceremony.refuse(carol, 'member');
    expect(owedBy(ceremony.view, me(ceremony, carol))).toEqual(['accept']);
  });

  it('is never one that all have accepted, though the proposer withdrew the plan', () => {
    const ceremony = handover().before('activate');
    ceremony.refuse(alice, 'proposer');
    for (const person of members) expect(attemptToRefuse(ceremony.view, me(ceremony, person))).toBeNull();
    expect(owedBy(ceremony.view, me(ceremony, bob))).toEqual(['activate']);
  });
});

describe('a complaint', () => {
  it('is not needed against a box of the wrong size: that is seen by everybody', () => {
    const ceremony = handover();
    const honest = ceremony.dealBody(bob);
    const long = ceremony.boxes(bob, honest.keys, () => new Uint8Array(64));
    const boxes = honest.boxes.map((box, at) => (at === 2 ? (long[2] as typeof box) : box));
    ceremony.do(alice, 'deal');
    ceremony.say(bob, 'deal', { ...honest, boxes });
    expect(named(ceremony)).toEqual(['bob DEAL_INVALID']);
  });
});

describe('too few approvals', () => {
  it('are the doing of approvers alone: a no as approver of somebody who is none names nobody', () => {
    const ceremony = handover({ approvers: [dave] });
    ceremony.refuse(bob, 'approver');
    expect(ceremony.view.current.death).toBeNull();
    ceremony.refuse(dave, 'approver');
    expect(ceremony.view.current.death).toMatchObject({ why: 'approvals-refused', by: ['dave'] });
  });
});
