import { describe, expect, it } from 'vitest';
import { fromHex } from '../../src/bytes/hex.ts';
import { callWalk } from '../../src/ceremony/call-route.ts';
import type { Evaluation } from '../../src/ceremony/evaluation.ts';
import type { AnyPacket, PacketOf } from '../../src/ceremony/kinds.ts';
import { proofsOf } from '../../src/ceremony/proving.ts';
import { walk } from '../../src/ceremony/route.ts';
import { Ceremony, type Person, people } from './committee.ts';
import { opened } from './opened.ts';

/* What an attempt has come to, where some have gone on and others have not. */

const cast = Object.values(people('attempt view', 'alice', 'bob', 'carol'));
const [alice, bob, carol] = cast as [Person, Person, Person];
const genesis = new Ceremony({ cast, members: cast, threshold: 2 }).run();
let count = 0;

function handover(): Ceremony {
  for (const person of cast) person.votes.length = 0;
  const facts = { ticket: `number ${++count}` };
  return new Ceremony({ cast, parent: genesis.link, members: cast, threshold: 2, dealers: [1, 2], facts });
}
const who = (some: ReadonlyMap<string, unknown>) =>
  cast.filter(({ identity }) => some.has(identity)).map(({ name }) => name);

describe('an attempt', () => {
  it('has the acceptances of those who have accepted, also before all have', () => {
    const ceremony = handover().before('accept');
    ceremony.do(bob, 'accept');
    expect(who(ceremony.view.current.acceptances)).toEqual(['bob']);
    ceremony.do(carol, 'accept');
    expect(who(ceremony.view.current.acceptances)).toEqual(['bob', 'carol']);
    expect(ceremony.view.current.certificate).toBeNull();
  });

  it('counts with all deals that it names and a majority of the old committee, and not before (rule 1)', () => {
    const dave = people('attempt view', 'dave').dave;
    const four = [...cast, dave];
    const founded = new Ceremony({ cast: four, members: four, threshold: 2 }).run();
    const ceremony = new Ceremony({ cast: four, parent: founded.link, members: four, threshold: 2, dealers: [1, 2] });
    expect(ceremony.plan.quorum).toBe(3);
    const stands = () => [ceremony.view.current.counts, ceremony.view.current.transcript !== null, ceremony.view.phase];
    for (const who of [alice, bob]) {
      expect(stands()).toEqual([false, false, who === alice ? 'proposed' : 'dealing']);
      ceremony.do(who, 'deal');
    }
    expect(stands()).toEqual([false, false, 'dealing']);
    const endorsed = ceremony.do(dave, 'endorse');
    expect(stands()).toEqual([true, true, 'accepting']);
    ceremony.forget(ceremony.said(bob, 'deal') as AnyPacket);
    ceremony.do(carol, 'endorse');
    expect(stands()).toEqual([false, false, 'dealing']);
    expect(ceremony.view.current.endorsers.has(endorsed.identity)).toBe(true);
  });

  it('has no good deal that stands on something else of an approver than its approval (rule 1)', () => {
    for (const person of cast) person.votes.length = 0;
    const wish = { cast, parent: genesis.link, members: cast, threshold: 2, dealers: [1, 2], approvers: [carol] };
    const ceremony = new Ceremony(wish);
    const note = ceremony.say(carol, 'note', { kind: 'observation', text: 'yes', number: 0 });
    const body = { ...ceremony.dealBody(alice), approvals: [fromHex(note.digest) as Uint8Array] };
    ceremony.say(alice, 'deal', body);
    expect(ceremony.view.faults.map(({ member, detail }) => `${member}: ${detail}`)).toEqual([
      'alice: dealt before the required approvals were in',
    ]);
  });

  it('is spoilt by the dealer alone whose deal is bad, and not by one who has not dealt', () => {
    const ceremony = handover();
    const body = ceremony.dealBody(bob);
    ceremony.say(bob, 'deal', { ...body, boxes: body.boxes.toReversed() });
    expect(ceremony.view.current.spoiledBy).toEqual(['bob']);
  });

  it('is spoilt by a dealer that dealt twice, and nobody has a box of it to open', () => {
    const ceremony = handover();
    for (const who of [alice, bob]) ceremony.do(who, 'deal');
    bob.votes.length = 0;
    ceremony.say(bob, 'deal', ceremony.dealBody(bob));
    const { spoiledBy, transcript, unfit } = ceremony.view.current;
    expect({ spoiledBy, transcript, unfit }).toEqual({ spoiledBy: ['bob'], transcript: null, unfit: null });
  });

  it('is not spoilt by a dealer that complains of a good box, and waits for no deal that is bad', () => {
    const ceremony = handover().before('accept');
    ceremony.say(alice, 'complaint', ceremony.complaintBody(alice, bob));
    expect(ceremony.view.faults.map(({ member, fault }) => `${member} ${fault}`)).toEqual(['alice COMPLAINT_FALSE']);
    expect(ceremony.view.current.spoiledBy).toEqual([]);
    const other = handover();
    const body = other.dealBody(bob);
    const bad = other.say(bob, 'deal', { ...body, boxes: body.boxes.toReversed() });
    const unseen = other.say(carol, 'complaint', {
      ...opened(ceremony, carol, ceremony.said(bob, 'deal')),
      deal: new Uint8Array(32),
    });
    expect(other.view.waiting).toEqual([{ packet: unseen.digest, names: 'a deal' }]);
    other.forget(unseen);
    other.say(carol, 'complaint', { ...unseen.body, deal: fromHex(bad.digest) as Uint8Array });
    expect(other.view.waiting).toEqual([]);
  });

  it('keeps the certificate over one transcript where somebody accepts another one as well', () => {
    const ceremony = handover().before('activate');
    const { certificate } = ceremony.view.current;
    const first = ceremony.said(bob, 'deal');
    bob.votes.length = 0;
    ceremony.say(bob, 'deal', ceremony.dealBody(bob));
    // whichever of the two transcripts comes first in the order of digests
    const digests = ceremony.packets.filter(({ kind }) => kind === 'acceptance').map(({ digest }) => digest);
    const another = () => {
      const body = ceremony.acceptanceBody(carol, ceremony.without(first as AnyPacket));
      const said = ceremony.say(carol, 'acceptance', body);
      ceremony.forget(said);
      return said;
    };
    let again = another();
    while (digests.some((digest) => digest < again.digest)) again = another();
    ceremony.bring(again.bytes);
    expect(ceremony.view.faults).toEqual([]);
    expect(ceremony.view.current.certificate?.acceptances.map(({ packet }) => packet.digest)).toEqual(
      certificate?.acceptances.map(({ packet }) => packet.digest),
    );
    expect(ceremony.view.current.acceptances.get(carol.identity)?.packet.digest).not.toBe(again.digest);
  });
});

describe('the proofs of an attempt', () => {
  const descriptor = { encoded: new Uint8Array(1) };
  const certificate = { transcript: { hash: new Uint8Array(32), descriptor } };
  const call = (number: number, ...indices: number[]) => ({
    packet: { body: { number } },
    certificate,
    complete: [
      {
        turn: {
          signers: indices.map((index) => ({ index, nonces: [] })),
          commitments: indices.map((index) => ({ packet: { digest: `${number}${index}`.repeat(32) } })),
        },
        signed: indices.map((index) => ({ index, packet: { digest: `${number} ${index}` } })),
      },
    ],
  });
  const plan = { receivers: [1, 2, 3].map((newIndex) => ({ newIndex })) };
  const proofs = (...calls: ReturnType<typeof call>[]) =>
    proofsOf({ plan, once: () => ({}) } as unknown as Evaluation, [], calls as never).map(({ signed }) =>
      signed.map(({ digest }) => digest),
    );

  it('begin with the one of the most signers, whatever came first, and are in one order where as many signed', () => {
    const [few, all] = [call(1, 1, 2), call(2, 3, 1, 2)];
    const most = [
      ['2 1', '2 2', '2 3'],
      ['1 1', '1 2'],
    ];
    expect(proofs(few, all)).toEqual(most);
    expect(proofs(all, few)).toEqual(most);
    const some = [1, 2, 3, 4, 5].map((number) => call(number, 1, 3));
    expect(proofs(...some)).toEqual(proofs(...some.toReversed()));
    expect(proofs(...some)).not.toEqual(proofs(...some).toReversed());
  });

  it('are told apart by the commitments that their signers are bound to', () => {
    const hashes = [call(1, 1, 2), call(1, 2, 3)].map(
      (one) => proofsOf({ plan, once: () => ({}) } as unknown as Evaluation, [], [one] as never)[0]?.turn.hash,
    );
    expect(hashes[0]).not.toEqual(hashes[1]);
  });
});

describe('two calls', () => {
  it('have their own answers each: those of the other one are neither theirs nor waited for', () => {
    const ceremony = handover().before('activate');
    for (const [caller, signers] of [
      [alice, [alice, bob]],
      [bob, [bob, carol]],
    ] as const) {
      const { digest } = ceremony.reprove(caller, signers);
      const view = () => ceremony.view.current.reproves.find(({ packet }) => packet.digest === digest) as never;
      for (const signer of signers) ceremony.commit(signer, view());
      for (const signer of signers) ceremony.signCall(signer, view());
    }
    const { waiting, faults, current } = ceremony.view;
    expect({ waiting, faults }).toEqual({ waiting: [], faults: [] });
    expect(current.reproves.map(({ signatures, signers }) => [signatures.size, signers.length])).toEqual([
      [2, 2],
      [2, 2],
    ]);
    expect((ceremony.said(alice, 'reprove') as PacketOf<'reprove'>).body.signers).toEqual([1, 2]);
  });
});

describe('the walk', () => {
  it('goes by an approver that has said something, but not yet yes or no to the plan', () => {
    for (const person of cast) person.votes.length = 0;
    const wish = { cast, parent: genesis.link, members: cast, threshold: 2, dealers: [1, 2] };
    const ceremony = new Ceremony({ ...wish, approvers: [alice, bob], approvals: 2 });
    const approving = () =>
      walk(ceremony.view)
        .stops.filter(({ does }) => does.includes('approve'))
        .map(({ member }) => member);
    expect(approving()).toEqual(['alice', 'bob']);
    ceremony.refuse(bob, 'member');
    expect(approving()).toEqual(['alice', 'bob']);
    ceremony.do(alice, 'approve');
    expect(approving()).toEqual(['bob']);
  });
});

describe('the walk of a call', () => {
  it('begins where the stick is, and ends with those who leave: approvers are not asked', () => {
    const everybody = [...cast, ...Object.values(people('attempt view', 'dave', 'erin'))];
    const [, , , dave, erin] = everybody as [Person, Person, Person, Person, Person];
    for (const person of cast) person.votes.length = 0;
    const ceremony = new Ceremony({
      cast: everybody,
      parent: genesis.link,
      members: [bob, carol, dave],
      threshold: 2,
      dealers: [1, 2],
      approvers: [erin],
    });
    ceremony.do(erin, 'approve');
    ceremony.before('activate');
    ceremony.reprove(bob, [bob, dave]);
    const walked = (from?: string) =>
      callWalk(ceremony.view, ceremony.reproveView(), from, false).stops.map(({ member, does }) => `${member} ${does}`);
    const way = ['bob reprove', 'dave reprove', 'bob reprove,close', 'dave close', 'alice close'];
    expect([walked(), walked('bob'), walked('nobody')]).toEqual([way, way, way]);
    expect(walked('dave')).toEqual(['dave reprove', 'bob reprove', 'dave reprove,close', 'alice close', 'bob close']);
  });
});
