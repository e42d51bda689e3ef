import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Cbor } from '../../src/bytes/cbor.ts';
import { concatBytes, fromHex, toHex } from '../../src/bytes/hex.ts';
import { lengthPrefixed, text } from '../../src/bytes/tagged-hash.ts';
import { admit } from '../../src/ceremony/admission.ts';
import { firstAttempt } from '../../src/ceremony/attempt.ts';
import { owedBy } from '../../src/ceremony/duties.ts';
import { evaluate } from '../../src/ceremony/evaluate.ts';
import type { BodyOf } from '../../src/ceremony/kinds.ts';
import { judgeBoxes } from '../../src/ceremony/packets/acceptance.ts';
import { boxContext, dealerFactor } from '../../src/ceremony/packets/deal.ts';
import { ristretto255 as group, type Point } from '../../src/crypto/group.ts';
import { evaluate as at } from '../../src/crypto/polynomial.ts';
import { provePossession } from '../../src/crypto/possession.ts';
import { openBox } from '../../src/crypto/sealing.ts';
import { Problem } from '../../src/problem.ts';
import { Ceremony, type Person, people, ristretto } from './committee.ts';

/* Who lies is named, and nobody else is. */

const { alice, bob, carol, dave } = people('faults', 'alice', 'bob', 'carol', 'dave');
const cast = [alice, bob, carol, dave];
const keys = [...ristretto, { label: 'second', suite: 'ristretto255' as const }];
const genesis = new Ceremony({ cast, members: [alice, bob, carol], threshold: 2, keys, approvers: [dave] }).run();

function handover(): Ceremony {
  for (const person of cast) person.votes.length = 0;
  const ceremony = new Ceremony({
    cast,
    parent: genesis.link,
    members: [bob, carol, dave],
    threshold: 2,
    dealers: [1, 2],
  });
  ceremony.do(dave, 'approve');
  return ceremony;
}
const faults = ({ view }: Ceremony) => view.faults.map(({ member, fault }) => `${member} ${fault}`);
const owes = ({ plan, view }: Ceremony, who: Person) => {
  const participant = plan.byIdentity.get(who.identity);
  return participant === undefined ? [] : owedBy(view, participant);
};

describe('a dealer', () => {
  it('who deals before the required approvals are in is named, whatever it names in their place', () => {
    const ceremony = handover();
    const body = ceremony.dealBody(bob);
    ceremony.say(bob, 'deal', { ...body, approvals: [] });
    ceremony.say(bob, 'deal', { ...body, approvals: [fromHex(ceremony.proposal.digest) as Uint8Array] });
    expect(faults(ceremony)).toEqual(['bob DEAL_INVALID', 'bob DEAL_INVALID']);
  });

  it('who names an approval that is not here is waited for, not blamed', () => {
    const ceremony = handover();
    const approval = ceremony.said(dave, 'approval');
    const deal = ceremony.do(bob, 'deal');
    const without = ceremony.without(approval);
    expect(without).toMatchObject({ faults: [], waiting: [{ packet: deal.digest, names: 'an approval' }] });
    expect(ceremony.view).toMatchObject({ faults: [], waiting: [] });
  });

  it('whose commitments cancel those of another freezes nothing: every receiver finds that its box is bad', () => {
    const ceremony = handover();
    const honest = ceremony.do(alice, 'deal') as { body: BodyOf<'deal'> };
    const lied = ceremony.dealBody(bob).keys.map((key, place) => {
      const slope = group.decodePoint(honest.body.keys[place]?.commitments[1] as Uint8Array);
      return { ...key, commitments: [key.commitments[0] as Uint8Array, group.encodePoint(group.negate(slope))] };
    });
    ceremony.say(bob, 'deal', { ...ceremony.dealBody(bob), keys: lied, boxes: ceremony.boxes(bob, lied) });
    const { current } = ceremony.view;
    expect(faults(ceremony)).toEqual([]); // one by one both are good
    expect(current).toMatchObject({ counts: true, transcript: null });
    expect(current.unfit?.map(({ dealer }) => dealer.participant.name)).toEqual(['alice', 'bob']);
    for (const [person, index] of [
      [carol, 2],
      [dave, 3],
    ] as const) {
      expect(owes(ceremony, person)).toEqual(['accept']);
      const prekey = person.prekeys.get(toHex(ceremony.plan.receivers[index - 1]?.prekey as Uint8Array)) as Uint8Array;
      const guilty = judgeBoxes(ceremony.plan, current.attempt, current.unfit ?? [], index, prekey);
      expect(guilty.map(({ dealer }) => dealer.participant.name)).toEqual(['bob']);
    }
  });

  it('who receives as well and deals itself a share of zero is named when it accepts, and spoils no signature', () => {
    const ceremony = handover();
    const { plan } = ceremony;
    const attempt = firstAttempt(plan);
    const honest = ceremony.do(alice, 'deal') as { body: BodyOf<'deal'> };
    // bob opens the box that alice sealed for him, and deals the opposite of what is in it to himself
    const prekey = bob.prekeys.get(toHex(plan.receivers[0]?.prekey as Uint8Array)) as Uint8Array;
    const context = boxContext(plan, attempt, ceremony.dealer(alice), honest.body, 1);
    const box = honest.body.boxes[0] as BodyOf<'deal'>['boxes'][number];
    const mine = group.decodeScalar(openBox(box, prekey, context).slice(0, 32));
    const own = (bob.shares.get(toHex(genesis.link.proven.id)) as Uint8Array[]).map(group.decodeScalar);
    const factor = dealerFactor(group, attempt, ceremony.dealer(bob));
    const polynomials = own.map((share, place) => {
      const constant = group.mul(factor, share);
      const slope = place === 0 ? group.sub(group.scalar(-mine), constant) : group.randomScalar(bob.random);
      return [constant, slope];
    });
    const lied = polynomials.map((polynomial) => ({
      commitments: polynomial.map((one) => group.encodePoint(group.multiplyBase(one))),
      proof: null,
    }));
    const inside = (index: number) =>
      concatBytes(...polynomials.map((polynomial) => group.encodeScalar(at(group, polynomial, index))));
    ceremony.say(bob, 'deal', { ...ceremony.dealBody(bob), keys: lied, boxes: ceremony.boxes(bob, lied, inside) });
    ceremony.run((name) => name === 'bob');
    expect(faults(ceremony)).toEqual([]);
    const { transcript } = ceremony.view.current;
    if (transcript === null) throw new Error('no transcript');
    expect(() => ceremony.acceptanceBody(bob)).toThrow('zero');
    // both keys are proven at once, and their sum is not zero
    const second = group.add(
      at(group, polynomials[1] as typeof own, 1),
      group.decodeScalar(openBox(box, prekey, context).slice(32)),
    );
    const { body } = ceremony.said(carol, 'acceptance');
    const bound = lengthPrefixed(plan.id, attempt.id, transcript.hash, bob.signing.public, text('ristretto255'));
    const combined = transcript.combined.get('ristretto255') as readonly Point[];
    const shares = [group.scalar(0n), second];
    const proof = provePossession(group, shares, transcript.hash, combined, 1, bound, bob.random);
    const possession = [{ suite: 'ristretto255' as const, proof }];
    ceremony.say(bob, 'acceptance', { ...body, possession, card: bob.renew(9).file });
    expect(faults(ceremony)).toEqual(['bob ACCEPTANCE_INVALID']);
    expect(ceremony.view.current.certificate).toBeNull();
  });
});

describe('a receiver', () => {
  it('who accepts a deal that no check passes is named with its dealer', () => {
    const ceremony = handover().before('accept');
    const { body } = ceremony.said(bob, 'deal');
    const bad = ceremony.say(bob, 'deal', { ...body, boxes: [...body.boxes].reverse() });
    const honest = ceremony.acceptanceBody(dave, ceremony.without(bad));
    ceremony.say(dave, 'acceptance', {
      ...honest,
      deals: [honest.deals[0] as Uint8Array, fromHex(bad.digest) as Uint8Array],
    });
    expect(faults(ceremony).sort()).toEqual(['bob PROOF_INVALID', 'dave ACCEPTANCE_INVALID']);
    ceremony.say(dave, 'acceptance', {
      ...honest,
      deals: [honest.deals[0] as Uint8Array, fromHex(ceremony.proposal.digest) as Uint8Array],
    });
    expect(faults(ceremony)).toHaveLength(3);
    expect(ceremony.view.waiting).toEqual([]);
  });

  it('who renews the card of somebody else, or its own under another name, is named', () => {
    for (const card of [carol.card, Object.assign(Object.create(dave), { name: 'carol' }).renew(9), bob.card]) {
      const ceremony = handover().before('accept');
      ceremony.say(dave, 'acceptance', { ...ceremony.acceptanceBody(dave), card: card.file });
      expect(faults(ceremony)).toEqual(['dave ACCEPTANCE_INVALID']);
    }
  });

  it('who signs under a certificate that is none is named: other acceptances, another order, or a bad one among them', () => {
    const ceremony = handover().before('activate');
    const honest = ceremony.activationBody(dave);
    const { body } = ceremony.said(bob, 'acceptance');
    const bad = ceremony.say(bob, 'acceptance', { ...body, nonces: [...body.nonces].slice(0, 1) });
    const [first, second, third] = honest.certificate as [Uint8Array, Uint8Array, Uint8Array];
    const lies = [
      [second, first, third],
      [first, second],
      [first, second, second],
      [first, second, third, third],
      [fromHex(bad.digest) as Uint8Array, second, third],
    ];
    for (const certificate of lies) ceremony.say(dave, 'activation', { ...honest, certificate });
    ceremony.say(dave, 'activation', { ...honest, transcript: genesis.link.transcript });
    expect(faults(ceremony).sort()).toEqual(['bob ACCEPTANCE_INVALID', ...Array(6).fill('dave ACTIVATION_INVALID')]);
    expect(ceremony.view.waiting).toEqual([]);
  });

  it('who names an acceptance that is not here is waited for', () => {
    const ceremony = handover().before('activate');
    const activation = ceremony.do(dave, 'activate');
    const view = ceremony.without(ceremony.said(bob, 'acceptance'));
    expect(view).toMatchObject({ faults: [], waiting: [{ packet: activation.digest, names: 'an acceptance' }] });
  });

  it('who closes on a turn that nobody completed has not closed', () => {
    const ceremony = handover().before('close');
    const honest = ceremony.closingBody();
    ceremony.say(dave, 'closing', { ...honest, turn: honest.transcript });
    ceremony.say(carol, 'closing', { ...honest, transcript: honest.turn });
    expect(ceremony.view.current.closings.size).toBe(0);
    expect(ceremony.view).toMatchObject({ phase: 'closing' });
  });
});

/** Somewhere in what was said, something else. The numbers decide where and what. */
function altered(value: Cbor, choose: (below: number) => number): Cbor {
  if (value instanceof Uint8Array) {
    const copy = value.slice();
    const place = choose(copy.length);
    switch (choose(4)) {
      case 0:
        return copy.slice(0, place);
      case 1:
        return new Uint8Array(copy.length);
      case 2:
        return concatBytes(copy.slice(place), copy.slice(0, place));
      default:
        copy[place] = (copy[place] as number) ^ (1 << choose(8));
        return copy;
    }
  }
  if (Array.isArray(value)) {
    const list = [...value] as Cbor[];
    const place = choose(list.length);
    switch (list.length === 0 ? -1 : choose(6)) {
      case -1:
        return [new Uint8Array(32)];
      case 0:
        return list.filter((_, i) => i !== place);
      case 1:
        return [...list, list[place] as Cbor];
      case 2:
        return list.reverse();
      default:
        return list.map((entry, i) => (i === place ? altered(entry, choose) : entry));
    }
  }
  if (typeof value === 'object' && value !== null) {
    const names = Object.keys(value);
    const name = names[choose(names.length)];
    return Object.fromEntries(Object.entries(value).map(([key, of]) => [key, key === name ? altered(of, choose) : of]));
  }
  if (typeof value === 'number') return value + 1;
  return typeof value === 'string' ? `${value}x` : value === null ? new Uint8Array(64) : null;
}

describe('whatever one member says', () => {
  const whole = handover().run();
  const honest = whole.packets;
  whole.view; // checks everything once, for all runs
  const byBob = honest.filter(({ identity, kind }) => identity === bob.identity && kind !== 'proposal');

  it('nothing throws, and no other member is named for it', () => {
    let admitted = 0;
    const lies = fc.array(fc.tuple(fc.nat(byBob.length - 1), fc.infiniteStream(fc.nat())), {
      minLength: 1,
      maxLength: 4,
    });
    fc.assert(
      fc.property(lies, fc.boolean(), (said, beside) => {
        const packets = beside ? [...honest] : honest.filter(({ identity }) => identity !== bob.identity);
        for (const [which, numbers] of said) {
          const packet = byBob[which] as (typeof byBob)[number];
          const choose = (below: number) => (below === 0 ? 0 : (numbers.next().value as number) % below);
          const body = altered(packet.body as Cbor, choose);
          try {
            packets.push(admit(whole.plan, whole.sign(bob, packet.kind, body)));
            admitted++;
          } catch (error) {
            if (!(error instanceof Problem)) throw error;
          }
        }
        const view = evaluate(whole.plan, packets, whole.memo);
        const blamed = [...view.faults, ...view.contradictions].map(({ member }) => member);
        expect(blamed.filter((member) => member !== 'bob')).toEqual([]);
        for (const participant of whole.plan.participants) owedBy(view, participant);
      }),
      { numRuns: 80, seed: 5 },
    );
    expect(admitted).toBeGreaterThan(30);
  });
});
