import { describe, expect, it } from 'vitest';
import { fromHex } from '../../src/bytes/hex.ts';
import type { AnyPacket, BodyOf } from '../../src/ceremony/kinds.ts';
import { Ceremony, type Person, people } from './committee.ts';

/* What a release stands on is looked at once, however often and in however many ways it is named. */

const cast = Object.values(people('cost', 'alice', 'bob', 'carol', 'dave'));
const [alice, bob, carol] = cast as [Person, Person, Person, Person];
const genesis = new Ceremony({ cast, members: cast, threshold: 3 }).run();
const digest = (packet: AnyPacket) => fromHex(packet.digest) as Uint8Array;

describe('releases that name each other', () => {
  it('cost no more than there are of them', () => {
    const ceremony = new Ceremony({ cast, parent: genesis.link, members: cast, threshold: 3 }).before('activate');
    ceremony.reprove(alice, [alice, bob, carol]);
    // nothing in a release asks whether a signature in it is good: any will do
    const part = (who: Person, turn: number): AnyPacket => {
      const call = ceremony.reproveView().id;
      const body: BodyOf<'signature'> = {
        call,
        commitments: [new Uint8Array(32).fill(turn), call],
        shares: [new Uint8Array(32)],
      };
      return ceremony.say(who, 'signature', body);
    };
    const parts = new Map([alice, bob].map((who, at) => [who, part(who, at)]));
    let last = ceremony.say(carol, 'release', { signed: [], salvage: false, reason: 'no' });
    for (let depth = 0; depth < 12; depth++) {
      const who = depth % 2 === 0 ? alice : bob;
      const one = { packet: digest(parts.get(who) as AnyPacket), blocked: digest(last) };
      last = ceremony.say(who, 'release', { signed: Array(16).fill(one), salvage: false, reason: `${depth}` });
    }
    const started = performance.now();
    const { releases, death } = ceremony.view.current;
    expect(performance.now() - started).toBeLessThan(10_000);
    expect(releases.size).toBe(3);
    expect(death?.evidence.length).toBeLessThan(20);
  }, 30_000);

  it('cost no more as the proof in a vote, about a plan of which nobody but its author knows', () => {
    const puppets = Object.values(people('puppets', 'xenia', 'yves', 'zoe'));
    const [xenia, yves] = puppets as [Person, Person];
    const sham = new Ceremony({ cast: [...cast, ...puppets], parent: genesis.link, members: puppets, threshold: 2 });
    const call = sham.say(xenia, 'reprove', {
      number: 1,
      certificate: [new Uint8Array(32), new Uint8Array(32)],
      signers: [1, 2],
      reason: '',
    });
    const part = (who: Person, turn: number): AnyPacket =>
      sham.say(who, 'signature', {
        call: digest(call),
        commitments: [new Uint8Array(32).fill(turn), digest(call)],
        shares: [new Uint8Array(32)],
      });
    const parts = [part(xenia, 0), part(yves, 1)];
    let last = sham.say(yves, 'release', { signed: [], salvage: false, reason: 'no' });
    for (let depth = 0; depth < 8; depth++) {
      const one = { packet: digest(parts[depth % 2] as AnyPacket), blocked: digest(last) };
      const body = { signed: Array(16).fill(one), salvage: false, reason: `${depth}` };
      last = sham.say(depth % 2 === 0 ? xenia : yves, 'release', body);
    }
    const evidence = [sham.proposal, ...sham.packets.filter((one) => one !== sham.proposal)].map(({ bytes }) => bytes);
    const ceremony = new Ceremony({ cast, parent: genesis.link, members: cast, threshold: 3, dealers: [1, 2, 3] });
    const prior = [{ ceremony: sham.plan.id, attempt: sham.plan.id, evidence }];
    const parent = genesis.link.proven.id;
    ceremony.say(cast[3] as Person, 'endorsement', { vote: { parent, slot: 1, prior } });
    expect(ceremony.view.faults).toEqual([]);
  }, 30_000);

  it('fit into a vote, also where each lists as many turns as a member ever signs', () => {
    const names = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i', 'j', 'k', 'l'];
    const puppets: Person[] = Object.values(people('many', ...names));
    const given = new Ceremony({ cast: [...cast, ...puppets], parent: genesis.link, members: puppets, threshold: 4 });
    const [liar, ...others] = puppets.slice(0, 9) as [Person, ...Person[]];
    const signers = puppets.map((_, at) => at + 1);
    const certificate = signers.map((at) => new Uint8Array(32).fill(at));
    const calls = Array.from({ length: 15 }, (_, at) =>
      given.say(liar, 'reprove', { number: at + 1, certificate, signers, reason: '' }),
    );
    const blocked = digest(given.say(liar, 'release', { signed: [], salvage: false, reason: 'no' }));
    for (const who of others) {
      const signed = calls.map((call) => {
        const body = { call: digest(call), commitments: certificate, shares: [new Uint8Array(32)] };
        return { packet: digest(given.say(who, 'signature', body)), blocked };
      });
      given.say(who, 'release', { signed, salvage: false, reason: 'given up' });
    }
    const evidence = [given.proposal, ...(given.view.current.death?.evidence ?? [])].map(({ bytes }) => bytes);
    expect(evidence.length).toBeGreaterThan(130);
    const ceremony = new Ceremony({ cast, parent: genesis.link, members: cast, threshold: 3, dealers: [1, 2, 3] });
    const prior = [{ ceremony: given.plan.id, attempt: given.plan.id, evidence }];
    const vote = { parent: genesis.link.proven.id, slot: 1, prior };
    ceremony.say(cast[3] as Person, 'endorsement', { vote });
    expect(ceremony.view.faults).toEqual([]);
    expect(ceremony.view.current.endorsers.size).toBe(1);
  }, 60_000);
});
