import { describe, expect, it } from 'vitest';
import { type Check, type CheckName, checksNow, checksOf } from '../../src/ceremony/checks.ts';
import type { View } from '../../src/ceremony/evaluate.ts';
import type { Contradiction } from '../../src/ceremony/faults.ts';
import { checkProofOfLife } from '../../src/ceremony/link-checks.ts';
import { flipped } from '../crypto/drawn.ts';
import { Ceremony, people, type Wish } from './committee.ts';
import { named } from './said.ts';

/* What each check says to people, in the states that a ceremony goes through: `+` is good, `?` is open, `!` is bad. */

const { alice, bob, carol, dave, dora } = people('checks said', 'alice', 'bob', 'carol', 'dave', 'dora');
const cast = [alice, bob, carol, dave, dora];
const five = (['ristretto255', 'secp256k1', 'ed25519', 'ristretto255', 'secp256k1-tr'] as const).map((suite, at) => {
  return { label: `key-${at}`, suite };
});
const genesis = new Ceremony({ cast, members: [alice, bob, carol], threshold: 2 }).run();
const rich = new Ceremony({ cast, members: [alice, bob, carol], threshold: 2, keys: five }).run();
const pair = new Ceremony({ cast, members: [alice, bob], threshold: 2, keys: five.slice(0, 2) }).run();

/** Alice leaves, and dave joins. */
function handover(wish: Partial<Wish> = {}, parent: Ceremony = genesis): Ceremony {
  for (const person of cast) person.votes.length = 0;
  const members = [bob, carol, dave];
  return new Ceremony({ cast, members, threshold: 2, parent: parent.link, dealers: [1, 2], ...wish });
}
const line = ({ ok, open, detail }: Check): string => `${ok ? '+' : open ? '?' : '!'} ${detail}`;
function said(ceremony: Ceremony, checks = checksOf(ceremony.view)): Partial<Record<CheckName, string>> {
  return Object.fromEntries(checks.map((one) => [one.check, named(ceremony, line(one))]));
}

describe('checks say', () => {
  it('of a new key that has only begun what each waits for', () => {
    expect(said(new Ceremony({ cast, members: [alice, bob], threshold: 2, approvers: [dora] }))).toEqual({
      signatures: "+ 1 packets by 1 people, each signed with the key of its author's card",
      plan: '+ its hash is the number of the ceremony; a new key; signed by its proposer',
      approvals: '? 0 of 1 that are needed',
      deals: '? not seen here: the deal of alice, bob',
      votes: '+ a new key needs the deals of all its members, and no votes',
      certificate: '? 0 of 2 new members have accepted',
      possession: '? 0 of 2 new members have proved that they have their share',
      turn: '? 0 of 2 have signed turn 0',
      'proof-of-life': '? there is no complete turn yet',
      'key-unchanged': '? not all of the deals are here',
      closings: '? nobody can close before the proof of life',
      contradictions: '+ nobody said two things in one place',
      references: '+ every packet that another one names is here',
    });
  });

  it('of many new keys by what each of them holds, and names the suites in one order', () => {
    const suites = 'secp256k1-tr, secp256k1, ed25519, ristretto255';
    expect(said(rich)).toEqual({
      signatures: "+ 13 packets by 3 people, each signed with the key of its author's card",
      plan: '+ its hash is the number of the ceremony; a new key; signed by its proposer',
      approvals: '+ none is asked for',
      deals:
        '+ alice, bob, carol: 2 commitments for each key; each proves that it knows its constant; every box has its proof',
      votes: '+ a new key needs the deals of all its members, and no votes',
      certificate: '+ all 3 new members accepted one transcript, <transcript>',
      possession: `+ all 3 new members proved that they have their share of every key (${suites})`,
      turn: '+ 3 of 3 signed one turn, each signature share verified by itself',
      'proof-of-life':
        '+ 5 keys signed the new committee; passes secp256k1-tr by BIP-340, secp256k1 by RFC 9591, ed25519 by RFC 8032, ristretto255 by RFC 9591',
      'key-unchanged': '+ all 5 public keys made here for the first time',
      closings: '+ 3 of 3 new members closed on the proof of life',
      contradictions: '+ nobody said two things in one place',
      references: '+ every packet that another one names is here',
    });
    expect(said(genesis)['key-unchanged']).toBe('+ the public key made here for the first time');
    const four = { ...rich.link.proven, keys: rich.link.proven.keys.slice(0, 4) };
    expect(checkProofOfLife({ ...rich.link, proven: four }).detail).toBe(
      'key-0, key-1, key-2, key-3 signed the new committee; passes secp256k1 by RFC 9591, ed25519 by RFC 8032, ristretto255 by RFC 9591',
    );
  });

  it('of a handover how far it is', () => {
    const ceremony = handover({ approvers: [dave, dora] });
    const begun = said(ceremony);
    expect(begun).toMatchObject({
      plan: '+ its hash is the number of the ceremony; from epoch 0, which its own keys signed; signed by its proposer',
      approvals: '? 0 of 2 that are needed',
      votes: '? 0 of 3 old members endorsed this attempt, and 2 are needed',
    });
    for (const who of [dora, dave]) ceremony.do(who, 'approve');
    ceremony.do(alice, 'deal');
    expect(said(ceremony)).toEqual({
      ...begun,
      signatures: "+ 4 packets by 3 people, each signed with the key of its author's card",
      approvals: '+ 2 of 2 that are needed: dave, dora',
      deals: '? not seen here: the deal of bob',
      votes: '? 1 of 3 old members endorsed this attempt, and 2 are needed: alice',
    });
    expect(said(ceremony.before('accept'))).toMatchObject({
      deals:
        '+ alice, bob: 2 commitments for each key; each deals its own share of epoch 0 and nothing else; every box has its proof',
      votes: '+ 2 of 3 old members endorsed this attempt, and 2 are needed: alice, bob',
      'key-unchanged': '+ the public key as in epoch 0, byte for byte',
    });
    // an acceptance of another attempt is about another transcript, and says nothing here
    ceremony.do(bob, 'accept');
    const other = { ...ceremony.said(bob, 'acceptance').body, transcript: new Uint8Array(32) };
    const stray = ceremony.say(dave, 'acceptance', other, { attempt: new Uint8Array(32).fill(8) });
    expect(said(ceremony).certificate).toBe('? 1 of 3 new members have accepted');
    expect(said(ceremony).possession).toBe('? 1 of 3 new members have proved that they have their share');
    ceremony.forget(stray as never);
    expect(said(ceremony.before('activate'))).toMatchObject({
      possession: '+ all 3 new members proved that they have their share of every key (ristretto255)',
      turn: '? 0 of 3 have signed turn 0',
    });
  });

  it('of a proof of life who signed, who is lost, who left, and what did not count', () => {
    const ceremony = handover().before('activate');
    ceremony.reprove(bob, [bob, carol]);
    const bad = ceremony.say(dave, 'reprove', { ...ceremony.said(bob, 'reprove').body, signers: [1, 2] });
    expect(said(ceremony).turn).toBe('! dave: calls others, but not its author (<reprove of dave>)');
    ceremony.run((name, duty) => duty === 'activate' || name === 'dave' || name === 'alice');
    const proven = {
      turn: '+ 2 of 3 signed a later turn without dave, each signature share verified by itself',
      'proof-of-life': '+ main signed the new committee; passes ristretto255 by RFC 9591',
      closings: '+ 2 of 2 new members closed on the proof of life; left or lost, and not closed: alice',
    };
    const notCounted = '; not counted: dave: calls others, but not its author (<reprove of dave>)';
    expect(said(ceremony)).toMatchObject({ ...proven, turn: `${proven.turn}${notCounted}` });
    ceremony.forget(bad as never);
    expect(said(ceremony)).toMatchObject(proven);
    ceremony.do(alice, 'close');
    expect(said(ceremony).closings).toBe('+ 2 of 2 new members closed on the proof of life');
    const left = handover({}, pair).run((name, duty) => name !== 'bob' && duty === 'close');
    expect(said(left)).toMatchObject({
      'key-unchanged': '+ all 2 public keys as in epoch 0, byte for byte',
      closings: '? 1 of 3 new members closed on the proof of life; left and not closed: alice',
    });
  });

  it('that deals which are good one by one make no committee, if all of them are here and each of them once', () => {
    const ceremony = handover().before('accept');
    const { view } = ceremony;
    const [one, other] = [...view.current.deals];
    const of = (more: Partial<View['current']>) =>
      said(ceremony, checksNow({ ...view, current: { ...view.current, transcript: null, ...more } }, []));
    expect(of({})['key-unchanged']).toBe('! the deals together make no committee for these keys');
    const open = '? not all of the deals are here';
    expect(of({ counts: false })['key-unchanged']).toBe(open);
    const twice = new Map([one, [other?.[0], [other?.[1][0], other?.[1][0]]]] as never);
    expect(of({ deals: twice as never })['key-unchanged']).toBe(open);
  });

  it('whose two statements contradict, once for two slots, and how many are harmless', () => {
    const ceremony = handover().before('accept');
    const note = (text: string) => ceremony.say(bob, 'note', { kind: 'observation', text, number: 0 });
    for (const text of ['one', 'two']) note(text);
    expect(said(ceremony).contradictions).toBe('+ none but 1 in notes or dissent');
    const { vote } = ceremony.said(alice, 'deal').body;
    ceremony.say(alice, 'deal', { ...ceremony.dealBody(alice), vote });
    expect(said(ceremony).contradictions).toBe(
      '! two statements of which only one can be honest: alice (<deal of alice> and <deal of alice>)',
    );
    const [found] = ceremony.view.contradictions.filter(({ grave }) => grave) as [Contradiction];
    const [a, b] = found.packets;
    const contradictions: Contradiction[] = [found, { ...found, packets: [b, a] }];
    expect(said(ceremony, checksNow({ ...ceremony.view, contradictions }, [])).contradictions).toBe(
      '! two statements of which only one can be honest: alice (<deal of alice> and <deal of alice>)',
    );
  });

  it('which packet came through no door, and which one is not here', () => {
    const ceremony = handover().before('accept');
    const deal = ceremony.said(bob, 'deal');
    const with_ = (more: object) => {
      const packets = ceremony.view.packets.map((one) => (one.digest === deal.digest ? { ...one, ...more } : one));
      return said(ceremony, checksOf({ ...ceremony.view, packets } as View)).signatures;
    };
    expect(with_({ bytes: genesis.said(bob, 'deal').bytes })).toBe('! <deal of bob>: belongs to another ceremony');
    expect(with_({ digest: 'ab'.repeat(32) })).toBe(`! ${'ab'.repeat(8)}: its digest is another`);
    ceremony.do(dave, 'accept');
    const without = checksOf(ceremony.without(deal)).find(({ check }) => check === 'references') as Check;
    expect(named(ceremony, line(without))).toBe('? not seen here: a deal (for <acceptance of dave>)');
    // what is broken here is nobody's fault
    const broken = (): never => {
      throw new RangeError('broken');
    };
    const plan = Object.defineProperty({}, 'encoded', { get: broken });
    expect(() => checksOf({ plan, packets: [] } as never)).toThrow(RangeError);
  });
});

describe('of what moves no share checks say', () => {
  const still = (kind: 'drill' | 'census') => {
    const signers = kind === 'drill' ? { signers: [1, 2] } : {};
    const facts = { kind, new: [], dealers: [], weak: [], ...signers };
    return new Ceremony({ cast, parent: pair.link, members: [], threshold: 2, facts });
  };

  it('how far a drill is, and by whose verifier its signatures pass', () => {
    const drill = still('drill');
    expect(said(drill).drill).toBe('? 0 of 2 named signers have signed');
    drill.run();
    expect(said(drill)).toEqual({
      signatures: "+ 5 packets by 2 people, each signed with the key of its author's card",
      plan: '+ its hash is the number of the ceremony; from epoch 0, which its own keys signed; signed by its proposer',
      approvals: '+ none is asked for',
      drill: '+ alice, bob signed the statement of this drill; passes secp256k1 by RFC 9591, ristretto255 by RFC 9591',
      contradictions: '+ nobody said two things in one place',
      references: '+ every packet that another one names is here',
    });
    const { view } = drill;
    const proof = view.drill?.proof as NonNullable<NonNullable<View['drill']>['proof']>;
    const signatures = proof.signatures.map((one, at) => (at === 1 ? flipped(one, 40) : one));
    const forged = { ...view, drill: { ...view.drill, proof: { ...proof, signatures } } } as View;
    expect(said(drill, checksNow(forged, [])).drill).toBe('! no signature of key-1');
    const none = { ...view, drill: { ...view.drill, proof: { ...proof, signatures: [] } } } as View;
    expect(said(drill, checksNow(none, [])).drill).toBe('! no signature of key-0, key-1');
    expect(said(drill, checksNow({ ...view, drill: null }, [])).drill).toBe('+ there is none');
  });

  it('who is not to be had in a drill, and whose fault it is', () => {
    const drill = still('drill');
    drill.refuse(bob, 'member');
    expect(said(drill).drill).toBe('! 0 of 2 named signers have signed; not to be had: bob');
    const spoilt = still('drill');
    const body = spoilt.commitmentBody(alice);
    spoilt.say(alice, 'commitment', { ...body, nonces: body.nonces.slice(1) });
    expect(said(spoilt).drill).toMatch(/^! alice: .* \(<commitment of alice>\)$/);
  });

  it('who of a census has shown its share', () => {
    const census = still('census');
    expect(said(census).census).toBe(
      '? 0 of 2 members proved that they have their share; not: alice (not seen here), bob (not seen here)',
    );
    census.do(alice, 'census');
    census.refuse(bob, 'member');
    expect(said(census).census).toBe('? 1 of 2 members proved that they have their share; not: bob (refused)');
    const whole = still('census').run();
    expect(said(whole).census).toBe('+ 2 of 2 members proved that they have their share');
    expect(said(whole, checksNow({ ...whole.view, census: null }, [])).census).toBe('+ there is none');
    const bad = still('census');
    bad.say(alice, 'census', { ...bad.censusBody(alice), possession: bad.censusBody(alice).possession.slice(1) });
    expect(said(bad).census).toBe('! alice: has to prove possession once per suite (<census of alice>)');
  });
});
