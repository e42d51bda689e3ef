import { describe, expect, it } from 'vitest';
import { crossings } from '../../src/ceremony/crossings.ts';
import type { AnyPacket } from '../../src/ceremony/kinds.ts';
import { packetSizes, type SizedKind, sealedSize } from '../../src/ceremony/packet-sizes.ts';
import type { Participant, Plan } from '../../src/ceremony/plan.ts';
import { walk } from '../../src/ceremony/route.ts';
import { Ceremony, type Person, people, type Wish } from './committee.ts';

/* What is foretold of a walk, against the same walk gone: each takes all that it lacks of what the one before has. */

const cast = Object.values(people('crossings', 'alice', 'bob', 'carol', 'dave'));
const [alice, bob, carol, dave] = cast as [Person, Person, Person, Person];
const keys = [
  { label: 'main', suite: 'secp256k1' as const },
  { label: 'cold', suite: 'ristretto255' as const },
];
const genesis = new Ceremony({ cast, members: [alice, bob, carol], threshold: 2, keys, approvers: [dave] }).run();
const ceremonyOf = (wish: Partial<Wish> = {}) => {
  for (const person of cast) person.votes.length = 0;
  const common = { cast, parent: genesis.link, members: [bob, carol, dave], threshold: 2, dealers: [1, 2] };
  return new Ceremony({ ...common, approvers: [dave], ...wish });
};
const still = (kind: 'drill' | 'census'): Partial<Wish> => {
  const signers = kind === 'drill' ? { signers: [1, 3] } : {};
  return { members: [], facts: { kind, new: [], dealers: [], weak: [], ...signers } };
};
const person = (name: string) => cast.find((one) => one.name === name) as Person;

/** Packets and whether the proposal is among them, stop by stop; null where the stick stays. */
function gone(ceremony: Ceremony, from: string) {
  const { stops } = walk(ceremony.view, { from });
  const foretold = crossings(ceremony.view, stops, from);
  const have = new Map(cast.map(({ name }) => [name, new Set<AnyPacket>()]));
  const of = (name: string) => have.get(name) as Set<AnyPacket>;
  for (const packet of ceremony.packets) of(from).add(packet);
  let last = from;
  const real = stops.map(({ member, does }) => {
    const carried = [...of(last)].filter((packet) => !of(member).has(packet));
    const stayed = member === last;
    for (const packet of carried) of(member).add(packet);
    last = member;
    for (const duty of does)
      for (let tries = 0; tries < 2; tries++) {
        const before = ceremony.packets.length;
        if (tries === 0 || (duty === 'drill' && ceremony.view.drill?.turn !== null)) ceremony.do(person(member), duty);
        for (const packet of ceremony.packets.slice(before)) of(member).add(packet);
        if (duty !== 'drill') break;
      }
    return stayed ? null : carried;
  });
  return { foretold, real, stops };
}

describe('the crossings of a walk', () => {
  it.each([
    ['a handover', {}],
    ['a census', still('census')],
  ] as const)('are those of the walk itself, from who proposed it to the end: %s', (_, wish) => {
    const ceremony = ceremonyOf(wish as Partial<Wish>);
    const { foretold, real } = gone(ceremony, 'alice');
    expect(foretold.map((one) => one && [one.packets.length, one.proposal !== null])).toEqual(
      real.map(
        (one) =>
          one && [one.filter(({ kind }) => kind !== 'proposal').length, one.some(({ kind }) => kind === 'proposal')],
      ),
    );
    const proposer = ceremony.plan.byIdentity.get(alice.identity) as Participant;
    expect(foretold[0]?.proposal).toBe(packetSizes(ceremony.plan)('proposal', proposer));
    // how much is found wrong in a census nobody can foretell
    for (const [at, crossing] of ceremony.plan.kind === 'census' ? [] : foretold.entries()) {
      const bytes = (real[at] ?? []).filter(({ kind }) => kind !== 'proposal').map(sealedSize);
      const [said, true_] = [crossing?.packets ?? [], bytes].map((all) => all.reduce((sum, one) => sum + one, 0));
      expect(Math.abs((said as number) - (true_ as number))).toBeLessThanOrEqual(0.1 * (true_ as number));
    }
  });

  it('go from each stop to the next, and are none where the stick is there already', () => {
    const ceremony = ceremonyOf();
    const stops = [
      { member: 'dave', does: ['approve'] },
      { member: 'dave', does: [] },
      { member: 'alice', does: ['deal'] },
    ] as never;
    const found = crossings(ceremony.view, stops, 'dave');
    expect(found.map((one) => one && [one.from, one.to, one.packets.length, one.proposal])).toEqual([
      null,
      null,
      ['dave', 'alice', 1, null],
    ]);
  });

  it('bring nobody what its own packets show that it had', () => {
    const ceremony = ceremonyOf().before('activate');
    const stops = [{ member: 'carol', does: ['activate'] }] as never;
    // carol has accepted, and so has seen the deals and the approval; the acceptances of bob and dave may be new
    expect(crossings(ceremony.view, stops, 'bob')[0]).toMatchObject({ from: 'bob', to: 'carol', proposal: null });
    const accepted = [bob, dave].map((who) => sealedSize(ceremony.said(who, 'acceptance')));
    expect([...(crossings(ceremony.view, stops, 'bob')[0]?.packets ?? [])].sort()).toEqual(accepted.sort());
    ceremony.say(bob, 'note', { kind: 'observation', text: 'one', number: 0 });
    expect(crossings(ceremony.view, stops, 'bob')[0]?.packets).toHaveLength(3);
  });

  it('of a turn that was called for bring each commitment, and then the signatures', () => {
    const drill = ceremonyOf(still('drill'));
    drill.do(dave, 'approve');
    const stops = [
      { member: 'alice', does: ['drill'] },
      { member: 'carol', does: ['drill'] },
      { member: 'alice', does: ['drill'] },
    ] as never;
    // the proposal and the approval; then a commitment; then a commitment and a signature
    const counts = () => crossings(drill.view, stops, 'dave').map((one) => one?.packets.length);
    expect(counts()).toEqual([1, 2, 2]);
    const size = packetSizes(drill.plan);
    const by = drill.plan.byIdentity.get(alice.identity) as Participant;
    const last = crossings(drill.view, stops, 'dave').at(-1);
    expect(last?.packets).toEqual([size('commitment', by), size('signature', by)]);
    drill.do(alice, 'drill');
    // who has committed has had what was there before
    expect(counts()).toEqual([0, 2, 2]);
  });
});

it('a later turn is answered in two steps as well', () => {
  const ceremony = ceremonyOf().before('activate');
  ceremony.reprove(bob, [bob, carol]);
  const stops = ['bob', 'carol', 'bob'].map((member) => ({ member, does: ['reprove'] })) as never;
  const [, , last] = crossings(ceremony.view, stops, 'bob');
  const size = packetSizes(ceremony.plan);
  const by = ceremony.plan.byIdentity.get(carol.identity) as Participant;
  expect(last?.packets).toEqual([size('commitment', by), size('signature', by)]);
  const all = ceremonyOf({ facts: { ticket: 'all of them' } }).before('activate');
  all.reprove(bob, [bob, carol, dave]);
  for (const who of [bob, carol, dave, bob]) all.answer(who);
  expect(sealedSize(all.said(bob, 'signature'))).toBe(size('signature', by));
});

describe('the size of a packet', () => {
  const sizesOf = ({ plan, packets }: Ceremony, ...kinds: readonly SizedKind[]) =>
    packets
      .filter(({ kind }) => kinds.includes(kind as SizedKind))
      .map((packet) => {
        const author = plan.byIdentity.get(packet.identity) as Participant;
        return [packet.kind, packetSizes(plan)(packet.kind as SizedKind, author) - sealedSize(packet)];
      });
  const none = (found: (string | number)[][]) => found.filter(([, off]) => off !== 0);

  it('is foretold from the plan alone, to the byte where nobody writes anything of its own', () => {
    const handed = ceremonyOf().run();
    const first = new Ceremony({ cast, members: [alice, bob], threshold: 2, keys, facts: { ticket: 'first' } }).run();
    const drill = ceremonyOf(still('drill')).run();
    for (const [ceremony, count] of [
      [handed, 6],
      [first, 4],
      [drill, 5],
    ] as const) {
      const found = sizesOf(ceremony, 'approval', 'deal', 'activation', 'commitment', 'signature');
      expect([found.length, none(found)]).toEqual([count, []]);
    }
    for (const [, off] of sizesOf(handed, 'acceptance', 'closing')) expect(Math.abs(off as number)).toBeLessThan(40);
  });

  it('of an acceptance is that of a card more, and of a closing that of each copy of the old and of the new share', () => {
    const { plan } = ceremonyOf();
    const size = packetSizes(plan);
    const of = (who: Person) => size('acceptance', plan.byIdentity.get(who.identity) as Participant);
    expect(of(carol) - of(bob)).toBe(carol.card.file.length - bob.card.file.length);
    expect(of(carol)).not.toBe(of(bob));
    const author = plan.participants[0] as Participant;
    const closing = (one: Plan, copies: number) =>
      packetSizes({ ...one, backup: copies === 0 ? 'none' : 'required', copies })('closing', author);
    const more = (one: Plan) => closing(one, 2) - closing(one, 0);
    expect(more(plan)).toBe(2 * more(genesis.plan));
    expect(closing(plan, 2)).toBeGreaterThan(closing(plan, 1));
    expect(closing(plan, 1)).toBeGreaterThan(closing(plan, 0));
    expect(closing(plan, 0) - closing(genesis.plan, 0)).toBe('wrapping-key-deleted'.length - 'none'.length);
  });

  it('of the proposal grows with those who can open it', () => {
    const author = genesis.plan.participants[0] as Participant;
    const { participants } = genesis.plan;
    const sizes = [participants, participants.slice(1)].map((those) =>
      packetSizes({ ...genesis.plan, participants: those })('proposal', author),
    );
    expect((sizes[0] as number) - (sizes[1] as number)).toBe('-> X25519 '.length + 2 * 44);
  });
});
