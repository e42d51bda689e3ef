import { describe, expect, it } from 'vitest';
import { isDissent, standingOf } from '../../src/ceremony/packet-standing.ts';
import { Ceremony, people } from './committee.ts';
import { emptyDeal, opened } from './opened.ts';

/* What a packet comes to, and the packets that show it. */

const { alice, bob, carol, dave } = people('standing', 'alice', 'bob', 'carol', 'dave');
const cast = [alice, bob, carol, dave];
const genesis = new Ceremony({ cast, members: [alice, bob, carol], threshold: 2, approvers: [dave] }).run();

function handover(facts = {}): Ceremony {
  for (const person of cast) person.votes.length = 0;
  const members = [bob, carol, dave];
  const ceremony = new Ceremony({ cast, parent: genesis.link, members, threshold: 2, dealers: [1, 2], facts });
  ceremony.do(dave, 'approve');
  return ceremony;
}
const kinds = (names: readonly { kind: string }[]) => names.map(({ kind }) => kind).sort();

describe('a packet', () => {
  it('is admitted, with what it relies on', () => {
    const ceremony = handover().before('activate');
    const found = standingOf(ceremony.view, ceremony.said(dave, 'acceptance'));
    expect(found).toMatchObject({ standing: 'admitted', faults: [], notSeen: [], deadAttempt: false });
    expect(kinds(found.names)).toEqual(['deal', 'deal']);
  });

  it('waits for what is not seen here, which is named', () => {
    const ceremony = handover().before('activate');
    const deal = ceremony.said(bob, 'deal');
    const view = ceremony.without(deal);
    const found = standingOf(view, ceremony.said(dave, 'acceptance'));
    expect(found).toMatchObject({ standing: 'waiting', waitsFor: ['a deal'], notSeen: [deal.digest] });
  });

  it('is faulty, and the complaint that shows it is its evidence', () => {
    const ceremony = handover().before('deal');
    ceremony.do(alice, 'deal');
    const deal = emptyDeal(ceremony, bob);
    const complaint = ceremony.say(carol, 'complaint', opened(ceremony, carol, deal));
    const found = standingOf(ceremony.view, deal);
    expect(found).toMatchObject({ standing: 'faulty', deadAttempt: true });
    expect(kinds(found.names)).toEqual(['approval', 'complaint']);
    expect(standingOf(ceremony.view, complaint)).toMatchObject({ standing: 'ends the attempt', faults: [] });
  });

  it('is contested across two ceremonies over one parent', () => {
    const one = handover().before('accept');
    const other = handover({ reason: 'another' }).before('accept');
    const deal = one.said(bob, 'deal');
    expect(standingOf(one.view, deal).standing).toBe('admitted');
    const found = standingOf(one.view, deal, [one.view, other.view]);
    expect(found.standing).toBe('contested');
    expect(found.contradictions[0]?.packets).toContain(other.said(bob, 'deal').digest);
  });

  it('is dissent where a refusal has no effect, and only there', () => {
    const dissent = (who: typeof alice, as: 'member' | 'receiver' | 'dealer' | 'proposer'): boolean => {
      const ceremony = handover().before('deal');
      const refusal = ceremony.refuse(who, as) as Parameters<typeof isDissent>[1];
      return isDissent(ceremony.view, refusal);
    };
    expect(dissent(alice, 'member')).toBe(true);
    expect(dissent(carol, 'dealer')).toBe(true); // who is no dealer
    expect(dissent(alice, 'receiver')).toBe(true); // who does not receive
    expect(dissent(bob, 'dealer')).toBe(false);
    expect(dissent(carol, 'receiver')).toBe(false);
    expect(dissent(alice, 'proposer')).toBe(false);
  });
});
