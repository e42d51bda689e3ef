import { describe, expect, it } from 'vitest';
import { fromHex } from '../../src/bytes/hex.ts';
import { checkVote, isSameTurn, type Part } from '../../src/ceremony/death.ts';
import type { AnyPacket, BodyOf } from '../../src/ceremony/kinds.ts';
import type { Vote } from '../../src/ceremony/packets/endorsement.ts';
import { refusal } from '../crypto/drawn.ts';
import { Ceremony, type Person, people } from './committee.ts';

/* What kills an attempt, and what proves to a later vote that it is dead. */

const cast = Object.values(people('deaths', 'alice', 'bob', 'carol', 'dave'));
const [alice, bob, carol, dave] = cast as [Person, Person, Person, Person];
const members = [alice, bob, carol];
const genesis = new Ceremony({ cast, members, threshold: 2 }).run();
const digest = (packet: AnyPacket) => fromHex(packet.digest) as Uint8Array;

function handover(ticket: string, receivers = members): Ceremony {
  for (const person of cast) person.votes.length = 0;
  const facts = { ticket, reserves: [3] };
  return new Ceremony({ cast, parent: genesis.link, members: receivers, threshold: 2, dealers: [1, 2], facts });
}

describe('an attempt that was amended', () => {
  const { plan: here } = handover('here');
  const dead = handover('dead');
  const no = dead.refuse(bob, 'dealer');
  const amendment = dead.amend(alice);
  const last = dead.refuse(carol, 'receiver');
  const vote = (attempt: Uint8Array, ...evidence: AnyPacket[]): Vote => ({
    parent: genesis.link.proven.id,
    slot: 1,
    prior: [{ ceremony: dead.plan.id, attempt, evidence: [dead.proposal, ...evidence].map(({ bytes }) => bytes) }],
  });
  const refused = (said: Vote) => refusal(() => checkVote(here, said));

  it('is proven to be dead by what killed it and by its amendment, in whatever order', () => {
    expect(dead.view.attempts.map(({ death }) => death?.why)).toEqual(['dealer-refused', 'receiver-refused']);
    expect(refused(vote(digest(amendment), amendment, last))).toBeNull();
    expect(refused(vote(digest(amendment), last, amendment))).toBeNull();
    expect(refused(vote(dead.plan.id, no))).toBeNull();
    expect(refused(vote(dead.plan.id, no, amendment))).toBeNull();
  });

  it('is not proven to be dead by the death of the one before it, without its amendment, or by another packet', () => {
    for (const said of [
      vote(digest(amendment), amendment, no),
      vote(digest(amendment), last),
      vote(digest(last), amendment, last),
      vote(dead.plan.id, amendment, last),
    ])
      expect(refused(said)).toBe('VOTE_INVALID');
  });

  it('is no matter of votes where the program itself makes a mistake', () => {
    const evidence = {
      [Symbol.iterator]: (): never => {
        throw new TypeError('a slip');
      },
    };
    const slip = { ...vote(dead.plan.id, no), prior: [{ ceremony: dead.plan.id, attempt: dead.plan.id, evidence }] };
    expect(() => checkVote(here, slip as unknown as Vote)).toThrow(TypeError);
  });
});

describe('releases', () => {
  const body = (change: Partial<BodyOf<'release'>> = {}) => ({ signed: [], salvage: false, reason: 'gone', ...change });

  it('kill by as many as it takes, named by their names, and prove it with no more than these', () => {
    const ceremony = handover('released', [alice, bob, carol, dave]).before('activate');
    const said = [alice, bob, carol, dave].map((who) => ceremony.say(who, 'release', body()));
    const { death } = ceremony.view.current;
    expect(death?.why).toBe('released');
    expect(death?.evidence).toHaveLength(3);
    expect(said).toEqual(expect.arrayContaining([...(death?.evidence ?? [])]));
    const names = cast.filter(({ identity }) => death?.evidence.some((one) => one.identity === identity));
    expect([...(death?.by ?? [])].sort()).toEqual(names.map(({ name }) => name));
  });
});

describe('one turn', () => {
  const [a, b, c] = [1, 2, 3].map((byte) => new Uint8Array(32).fill(byte)) as [Uint8Array, Uint8Array, Uint8Array];
  const activation = (transcript: Uint8Array, ...certificate: Uint8Array[]) =>
    ({ kind: 'activation', body: { transcript, certificate } }) as unknown as Part;
  const signature = (call: Uint8Array, ...commitments: Uint8Array[]) =>
    ({ kind: 'signature', body: { call, commitments } }) as unknown as Part;

  it('is the same where it is of one kind and names the same packets in one order', () => {
    expect(isSameTurn(activation(a, b, c), activation(a, b, c))).toBe(true);
    expect(isSameTurn(signature(a, b), signature(a, b))).toBe(true);
    for (const [one, other] of [
      [activation(a, b, c), activation(a, c, b)],
      [activation(a, b, c), activation(a, b)],
      [activation(a, b), activation(a, b, c)],
      [activation(b, b), activation(a, b)],
      [activation(a, b), signature(a, b)],
      [signature(a, b), activation(a, b)],
      [undefined, activation(a, b)],
      [{ kind: 'acceptance', body: { transcript: a, certificate: [b] } }, activation(a, b)],
      [{ kind: 'commitment', body: { call: a, commitments: [b] } }, signature(a, b)],
    ] as const)
      expect(isSameTurn(one as AnyPacket | undefined, other)).toBe(false);
  });
});
