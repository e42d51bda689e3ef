import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { concatBytes, fromHex, toHex } from '../../src/bytes/hex.ts';
import { text } from '../../src/bytes/tagged-hash.ts';
import { contradictionsAcross } from '../../src/ceremony/across.ts';
import type { Attempt } from '../../src/ceremony/attempt.ts';
import { owedBy } from '../../src/ceremony/duties.ts';
import type { AnyPacket, BodyOf } from '../../src/ceremony/kinds.ts';
import type { Plan, PlanFacts } from '../../src/ceremony/plan.ts';
import { assemble, transcriptHash } from '../../src/ceremony/transcript.ts';
import { frostPublic, signStatement, statementMessage } from '../../src/crypto/proof-of-life.ts';
import { Ceremony, type Person, people, ristretto } from '../ceremony/committee.ts';
import { flipped, refusal } from '../crypto/drawn.ts';

const { alice, bob, carol, dave } = people('agreement', 'alice', 'bob', 'carol', 'dave');
const cast = [alice, bob, carol, dave];
const keys: PlanFacts['keys'] = [...ristretto, { label: 'coins', suite: 'secp256k1' }];
const members = [alice, bob, carol];
const genesis = new Ceremony({ cast, members, threshold: 2 }).run();
const two = new Ceremony({ cast, members, threshold: 2, keys }).run();

function handover(dealers = [1, 2], facts: Partial<PlanFacts> = {}, { link: parent } = genesis): Ceremony {
  for (const person of cast) person.votes.length = 0;
  return new Ceremony({ cast, parent, members: [bob, carol, dave], threshold: 2, dealers, facts });
}
/** Of two keys on two curves. */
const handoverOfTwo = () => handover([1, 2], {}, two);
const faults = ({ view }: Ceremony) => view.faults.map(({ member, fault }) => `${member} ${fault}`);
const owes = ({ plan, view }: Ceremony, who: Person) => {
  const participant = plan.byIdentity.get(who.identity);
  return participant === undefined ? [] : owedBy(view, participant);
};
/** What contradicts what, with names for digests. */
const contradictions = ({ view }: Ceremony) =>
  view.contradictions.map(({ member, slot, grave }) => ({ member, slot: slot.split(' ')[0], grave }));

describe('row 2: an acceptance and a refusal of one member', () => {
  test('row 2: are a contradiction that names the member, whichever of the two one met first', () => {
    const ceremony = handover().before('accept');
    const yes = ceremony.do(dave, 'accept');
    const no = ceremony.refuse(dave, 'receiver');
    expect(contradictions(ceremony)).toEqual([{ member: 'dave', slot: 'receive', grave: true }]);
    expect(ceremony.view.contradictions[0]?.packets).toEqual([yes.digest, no.digest].sort());
    expect(ceremony.without(yes).contradictions).toEqual([]);
    expect(ceremony.without(no).contradictions).toEqual([]);
    // the refusal kills what the acceptance would have let live: nobody signs, and both are kept
    expect(ceremony.view).toMatchObject({ phase: 'aborted', current: { certificate: null } });
    expect(ceremony.packets).toEqual(expect.arrayContaining([yes, no]));
  });
});

describe('row 9: one hash over all commitments and all boxes', () => {
  test('row 9: a dealer who gives two people different boxes is named, and nobody gets a certificate', () => {
    const ceremony = handover().before('accept');
    const first = ceremony.said(bob, 'deal');
    // the same commitments; only the box for dave is another, so that bob and carol would notice nothing
    const boxes = ceremony.boxes(bob, first.body.keys);
    const other = {
      ...first.body,
      boxes: first.body.boxes.map((box, at) => (at === 2 ? (boxes[2] as typeof box) : box)),
    };
    const second = ceremony.say(bob, 'deal', other);
    expect(faults(ceremony)).toEqual([]); // in public both are good
    const [one, two] = [ceremony.without(second), ceremony.without(first)];
    expect(one.current.transcript?.hash).not.toEqual(two.current.transcript?.hash);
    expect(one.current.transcript?.descriptor.encoded).toEqual(two.current.transcript?.descriptor.encoded);
    ceremony.say(carol, 'acceptance', ceremony.acceptanceBody(carol, one));
    ceremony.say(bob, 'acceptance', ceremony.acceptanceBody(bob, two));
    expect(contradictions(ceremony)).toEqual([
      { member: 'bob', slot: 'deal', grave: true },
      { member: 'bob', slot: 'vote', grave: true },
    ]);
    expect(ceremony.view.current).toMatchObject({ transcript: null, certificate: null, turn: null });
    expect(owes(ceremony, dave)).not.toContain('accept');
  });

  test('row 9: acceptances over one transcript are not counted with those over another', () => {
    const ceremony = handover().before('accept');
    const first = ceremony.said(bob, 'deal');
    const second = ceremony.say(bob, 'deal', { ...first.body, boxes: ceremony.boxes(bob, first.body.keys) });
    const [one, two] = [ceremony.without(second), ceremony.without(first)];
    ceremony.say(carol, 'acceptance', ceremony.acceptanceBody(carol, one));
    ceremony.say(dave, 'acceptance', ceremony.acceptanceBody(dave, one));
    // bob's own box is good in both deals only if he makes it so; he simply proves what he holds
    const body = ceremony.acceptanceBody(bob, one);
    ceremony.say(bob, 'acceptance', { ...body, transcript: two.current.transcript?.hash as Uint8Array });
    expect(faults(ceremony)).toEqual(['bob ACCEPTANCE_INVALID']);
    expect(ceremony.view.current.certificate).toBeNull();
  });

  test('row 9: a second deal that comes when all have accepted undoes no certificate', () => {
    const ceremony = handover().before('activate');
    const { body } = ceremony.said(bob, 'deal');
    const { turn } = ceremony.view.current;
    ceremony.say(bob, 'deal', { ...body, boxes: ceremony.boxes(bob, body.keys) });
    expect(ceremony.view.current.turn?.hash).toEqual(turn?.hash);
    expect(ceremony.run().view.phase).toBe('complete');
  });
});

describe('row 10: receivers that used different dealer sets', () => {
  test('row 10: the set is in the plan, and who deals beside it is named', () => {
    const ceremony = handover([1, 2]).before('accept');
    const third = handover([1, 2, 3]); // the same people, another plan
    expect(refusal(() => ceremony.bring(third.do(carol, 'deal').bytes))).toBe('PACKET_FOREIGN');
    ceremony.say(carol, 'deal', ceremony.said(alice, 'deal').body);
    expect(faults(ceremony)).toEqual(['carol DEAL_INVALID']);
  });

  test('row 10: no transcript is made of fewer deals than those that the attempt names, nor of others', () => {
    const { plan, current } = handoverOfTwo().before('activate').view;
    const deals = current.transcript?.deals ?? [];
    expect(deals.length).toBeGreaterThan(1);
    expect(refusal(() => assemble(plan, current.attempt, deals))).toBeNull();
    expect(refusal(() => assemble(plan, current.attempt, deals.slice(1)))).toBe('DEAL_INVALID');
    expect(refusal(() => assemble(plan, current.attempt, deals.toReversed()))).toBe('DEAL_INVALID');
  });

  test('row 10: an acceptance of enough deals that are not all of them names its author', () => {
    const ceremony = handover([1, 2, 3]).before('accept');
    const body = ceremony.acceptanceBody(dave);
    for (const lie of [body.deals.slice(0, 2), [...body.deals].reverse(), [body.deals[0], ...body.deals.slice(0, 2)]]) {
      const deals = lie as Uint8Array[];
      const transcript = transcriptHash(ceremony.plan, ceremony.view.current.attempt, deals);
      ceremony.say(dave, 'acceptance', { ...body, deals, transcript });
    }
    expect(faults(ceremony)).toEqual(Array(3).fill('dave ACCEPTANCE_INVALID'));
    expect(ceremony.view.waiting).toEqual([]);
  });
});

describe('row 13: every item of a batch is checked', () => {
  type Acceptance = BodyOf<'acceptance'>;
  const worse = <T>(list: readonly T[], change: (last: T) => T): T[] => [
    ...list.slice(0, -1),
    change(list.at(-1) as T),
  ];
  const proofs = (change: (last: Acceptance['possession'][number]) => Acceptance['possession'][number]) => {
    return ({ possession }: Acceptance) => ({ possession: worse(possession, change) });
  };
  const lies: [string, string, (body: Acceptance) => Partial<Acceptance>][] = [
    ['proof of possession', 'PROOF_INVALID', proofs((one) => ({ ...one, proof: flipped(one.proof, 50) }))],
    ['proof of possession, of another suite,', 'ACCEPTANCE_INVALID', proofs((one) => ({ ...one, suite: 'p256' }))],
    ['proof, left out,', 'ACCEPTANCE_INVALID', ({ possession }) => ({ possession: possession.slice(0, 1) })],
    [
      'nonce',
      'POINT_INVALID',
      ({ nonces }) => ({ nonces: worse(nonces, (one) => ({ ...one, binding: new Uint8Array(33) })) }),
    ],
    ['nonce, left out,', 'ACCEPTANCE_INVALID', ({ nonces }) => ({ nonces: nonces.slice(0, 1) })],
  ];
  test.each(lies)('row 13: also the last %s of an acceptance', (_, fault, lie) => {
    const here = handoverOfTwo().before('accept');
    const body = here.acceptanceBody(dave);
    here.say(dave, 'acceptance', { ...body, ...lie(body) });
    expect(faults(here)).toEqual([`dave ${fault}`]);
    expect(here.view.current.acceptances.size).toBe(0);
  });

  test('row 13: also the last signature share of an activation, and one too few', () => {
    for (const [fault, change] of [
      ['SIGNATURE_INVALID', (share: Uint8Array[]) => worse(share, (last) => flipped(last, 31))],
      ['ACTIVATION_INVALID', (share: Uint8Array[]) => share.slice(1)],
    ] as const) {
      const here = handoverOfTwo().before('activate');
      const honest = here.activationBody(dave);
      const lied = here.say(dave, 'activation', { ...honest, shares: change(honest.shares) });
      expect(here.view.faults).toMatchObject([{ packet: lied.digest, fault }]);
      expect(here.run((name) => name === 'dave').view).toMatchObject({ phase: 'activating', current: { proof: null } });
    }
  });
});

describe('row 14: a packet that was stored first does not block the true one', () => {
  test('row 14: a forged one is never stored, and of two true ones both are', () => {
    const ceremony = handover();
    const honest = ceremony.sign(alice, 'deal', ceremony.dealBody(alice));
    expect(refusal(() => ceremony.bring(flipped(honest, honest.length - 1)))).toBe('SIGNATURE_INVALID');
    const forged = ceremony.sign(bob, 'deal', ceremony.dealBody(alice), { author: alice.signing.public });
    expect(refusal(() => ceremony.bring(forged))).toBe('SIGNATURE_INVALID');
    const taken = ceremony.bring(honest);
    expect([...ceremony.view.current.deals.keys()]).toEqual([alice.identity]);
    const second = ceremony.say(alice, 'deal', ceremony.dealBody(alice));
    expect(ceremony.view.current.deals.get(alice.identity)).toHaveLength(2);
    expect(ceremony.view.contradictions.map(({ member }) => member)).toEqual(['alice', 'alice']);
    expect(ceremony.packets).toEqual(expect.arrayContaining([taken, second]));
  });
});

describe('row 15: hashes cover their parts and where each ends', () => {
  const plan = { id: text('plan') } as unknown as Plan;
  const attempt = { id: text('attempt') } as unknown as Attempt;

  test('row 15: a transcript hash is SHA-256 over its tag twice and each part behind its length, and nothing else', () => {
    const sha = (...parts: Uint8Array[]) =>
      parts.reduce((hash, part) => hash.update(part), createHash('sha256')).digest();
    const tag = sha(text('conclave/v1/transcript'));
    const length = (part: Uint8Array) => Uint8Array.of(0, 0, 0, 0, 0, 0, 0, part.length);
    const parts = ['plan', 'attempt', 'one', 'two'].map(text);
    const expected = toHex(sha(tag, tag, ...parts.flatMap((part) => [length(part), part])));
    expect(toHex(transcriptHash(plan, attempt, ['one', 'two'].map(text)))).toBe(expected);
    expect(expected).toBe('af4beb8fd43dd5f0526f0500f37b659684d4ab962824bae33bd9d0b15b1c3faf');
  });

  test('row 15: bytes that move from one part to the next make another hash', () => {
    const hashes = [['one', 'two'], ['onet', 'wo'], ['onetwo'], ['one', 'two', '']].map((deals) =>
      toHex(transcriptHash(plan, attempt, deals.map(text))),
    );
    const moved = { id: text('plana') } as unknown as Plan;
    hashes.push(toHex(transcriptHash(moved, { id: text('ttempt') } as unknown as Attempt, ['one', 'two'].map(text))));
    expect(new Set(hashes).size).toBe(5);
  });
});

describe('row 18: the signer is no oracle', () => {
  test('row 18: no packet brings what is signed, and who signs something else is named', () => {
    const ceremony = handover().before('activate');
    const honest = ceremony.activationBody(dave);
    expect(refusal(() => ceremony.bring(ceremony.sign(dave, 'activation', { ...honest, message: text('pay') })))).toBe(
      'SCHEMA',
    );
    const { turn } = ceremony.view.current;
    const { descriptor, hash } = turn?.certificate.transcript ?? { descriptor: genesis.link.proven, hash: text('') };
    const secrets = dave.nonces.get(toHex(hash)) as Uint8Array[];
    const own = dave.shares.get(toHex(descriptor.id)) as Uint8Array[];
    const shares = descriptor.keys.map((key, place) => {
      const open = frostPublic(key.suite, descriptor.threshold, descriptor.members.length, key.commitments);
      const commitments = (turn?.certificate.acceptances ?? []).map(({ index, packet }) => ({
        index,
        ...(packet.body.nonces[place] as { hiding: Uint8Array; binding: Uint8Array }),
      }));
      const message = statementMessage(key.suite, text('pay mallory'));
      return signStatement(
        key.suite,
        open,
        3,
        own[place] as Uint8Array,
        new Uint8Array(secrets[place] as Uint8Array),
        commitments,
        message,
      );
    });
    ceremony.say(dave, 'activation', { ...honest, shares });
    expect(faults(ceremony)).toEqual(['dave SIGNATURE_INVALID']);
  });
});

describe('row 26: a proof of possession and a signature share are of disjoint domains', () => {
  test('row 26: neither passes for the other', () => {
    const ceremony = handoverOfTwo().before('activate');
    const { body } = ceremony.said(dave, 'acceptance');
    const honest = ceremony.activationBody(dave);
    // R of the nonces and z of the share: what a FROST signature would look like, in place of the proof
    const possession = body.possession.map((one) => {
      const place = keys.findIndex((key) => key.suite === one.suite);
      const R = body.nonces[place]?.hiding as Uint8Array;
      return { ...one, proof: concatBytes(R, honest.shares[place] as Uint8Array) };
    });
    ceremony.say(dave, 'acceptance', { ...body, possession });
    expect(faults(ceremony)).toEqual(['dave PROOF_INVALID']);
    // and the other way round
    const shares = keys.map(
      (key) => body.possession.find((one) => one.suite === key.suite)?.proof.slice(-32) as Uint8Array,
    );
    ceremony.say(dave, 'activation', { ...honest, shares });
    expect(faults(ceremony)).toEqual(['dave PROOF_INVALID', 'dave SIGNATURE_INVALID']);
  });
});

describe('row 29: two committees fed by one majority', () => {
  const other = (facts: Partial<PlanFacts> = {}) => ({ copies: 1, ...facts });
  const both = (first: Ceremony, second: Ceremony) =>
    contradictionsAcross([second.view, first.view]).map(({ member, slot }) => `${member} ${slot.split(' ')[2]}`);

  test('row 29: who votes for two attempts in one slot is named when the two are seen together', () => {
    const first = handover();
    first.do(alice, 'deal');
    const second = handover([1, 2], other());
    second.do(alice, 'deal'); // as if she had not voted
    expect(both(first, second)).toEqual(['alice 0']);
    expect(contradictionsAcross([first.view])).toEqual([]);
  });

  test('row 29: nor does it help to leave the living attempt out and to prove another one dead', () => {
    const first = handover([1, 2], other({ copies: 3 }));
    first.do(alice, 'deal');
    const dead = handover([1, 2], other({ copies: 2 }));
    dead.refuse(bob, 'dealer');
    const second = handover([1, 2], other());
    alice.votes.push(dead);
    second.do(alice, 'deal');
    expect(faults(second)).toEqual([]); // on its own it is a good vote
    expect(both(first, second)).toEqual(['alice 0']);
    expect(contradictionsAcross([first.view, dead.view])).toEqual([]);
  });

  test('row 29: a vote in a later slot proves every earlier attempt dead, or names its author', () => {
    const first = handover();
    first.do(alice, 'deal');
    const alive = first.view;
    const vote = (ceremony: Ceremony, evidence: AnyPacket[], slot = 1) => ({
      parent: genesis.link.proven.id,
      slot,
      prior: [{ ceremony: ceremony.plan.id, attempt: ceremony.plan.id, evidence: evidence.map(({ bytes }) => bytes) }],
    });
    const lies = [
      vote(first, [first.proposal, first.said(alice, 'deal')]),
      { ...vote(first, [first.proposal]), prior: [] },
    ];
    for (const lie of lies) {
      const second = handover([1, 2], other());
      second.say(alice, 'deal', { ...second.dealBody(alice), vote: lie });
      expect(faults(second)).toEqual(['alice VOTE_INVALID']);
    }
    expect(alive.current.death).toBeNull();
    const refused = first.refuse(carol, 'receiver');
    const second = handover([1, 2], other());
    second.say(alice, 'deal', { ...second.dealBody(alice), vote: vote(first, [first.proposal, refused]) });
    expect(faults(second)).toEqual([]);
    expect(both(first, second)).toEqual([]);
  });

  test('row 29: an attempt counts only with a majority of the old committee', () => {
    const wide = new Ceremony({ cast: [...cast], members: cast, threshold: 2 }).run();
    for (const person of cast) person.votes.length = 0;
    const ceremony = new Ceremony({
      cast,
      parent: wide.link,
      members: [bob, carol, dave],
      threshold: 2,
      dealers: [1, 2],
    });
    ceremony.run((_, duty) => duty === 'endorse');
    expect(ceremony.plan.quorum).toBe(3);
    expect(ceremony.view).toMatchObject({ phase: 'dealing', current: { counts: false, transcript: null } });
    ceremony.do(carol, 'endorse');
    expect(ceremony.view).toMatchObject({ phase: 'accepting', current: { counts: true } });
    expect(fromHex(ceremony.plan.ceremony)).toEqual(ceremony.plan.id);
  });
});
