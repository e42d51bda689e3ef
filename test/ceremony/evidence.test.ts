import { describe, expect, it } from 'vitest';
import { type Cbor, decodeCbor, encodeCbor } from '../../src/bytes/cbor.ts';
import { fromHex } from '../../src/bytes/hex.ts';
import { chargesIn, evidenceOf, isEvidence, type Judgement, judgeEvidence } from '../../src/ceremony/evidence.ts';
import type { AnyPacket } from '../../src/ceremony/kinds.ts';
import { afterMagic, withMagic } from '../../src/ceremony/signed.ts';
import { Ceremony, Person, people } from './committee.ts';
import { emptyDeal, opened } from './opened.ts';

/* What a stranger can be shown, and what nobody can be made to believe. */

const { alice, bob, carol, dave } = people('evidence', 'alice', 'bob', 'carol', 'dave');
const cast = [alice, bob, carol, dave];
const genesis = new Ceremony({ cast, members: [alice, bob, carol], threshold: 2, approvers: [dave] }).run();
const magic = 'conclave evidence v1';
const bounds = { bytes: 2 ** 26, depth: 12 };

interface Contents {
  readonly v: number;
  readonly accused: Uint8Array;
  readonly claims: readonly { readonly fault: string; readonly packets: readonly Uint8Array[] }[];
  readonly ceremonies: readonly { readonly proposal: Uint8Array; readonly packets: readonly Uint8Array[] }[];
}

function handover(facts = {}): Ceremony {
  for (const person of cast) person.votes.length = 0;
  const members = [bob, carol, dave];
  const ceremony = new Ceremony({ cast, parent: genesis.link, members, threshold: 2, dealers: [1, 2], facts });
  ceremony.do(dave, 'approve');
  return ceremony;
}
function evidence(who: Person, ...ceremonies: readonly Ceremony[]): Uint8Array {
  const found = evidenceOf(
    ceremonies.map(({ view }) => view),
    who.identity,
  );
  if (found === null) throw new Error(`nothing against ${who.name}`);
  return found.bytes;
}
const contents = (file: Uint8Array): Contents =>
  decodeCbor(afterMagic(magic, file) as Uint8Array, bounds) as unknown as Contents;
const written = (said: object): Uint8Array => withMagic(magic, encodeCbor(said as Cbor));
const judged = ({ faults }: Judgement): string[] => faults.map(({ member, fault }) => `${member} ${fault}`);
const kinds = (file: Uint8Array, ceremony: Ceremony): string[] =>
  contents(file)
    .ceremonies.flatMap(({ packets }) => packets)
    .map((bytes) => ceremony.packets.find((one) => one.bytes.join() === bytes.join()))
    .map((one) => (one === undefined ? '?' : `${one.kind} ${cast.find((p) => p.identity === one.identity)?.name}`))
    .sort();
/** What somebody would write who wants this person convicted by these packets. */
function forged(accused: Person, fault: string, about: readonly AnyPacket[], ceremony: Ceremony): Uint8Array {
  const others = ceremony.packets.filter(({ kind }) => kind !== 'proposal');
  return written({
    v: 1,
    accused: accused.signing.public,
    claims: [{ fault, packets: about.map(({ digest }) => fromHex(digest) as Uint8Array) }],
    ceremonies: [{ proposal: ceremony.proposal.bytes, packets: others.map(({ bytes }) => bytes) }],
  });
}

/** bob's deal has boxes in the wrong order; dave accepts it all the same. */
function cheated(): { ceremony: Ceremony; bad: AnyPacket } {
  const ceremony = handover().before('accept');
  const { body } = ceremony.said(bob, 'deal');
  const honest = ceremony.acceptanceBody(dave);
  ceremony.forget(ceremony.said(bob, 'deal'));
  const bad = ceremony.say(bob, 'deal', { ...body, boxes: [...body.boxes].reverse() });
  const deals = [honest.deals[0] as Uint8Array, fromHex(bad.digest) as Uint8Array];
  ceremony.say(dave, 'acceptance', { ...honest, deals });
  return { ceremony, bad };
}

describe('evidence', () => {
  it('of a bad deal is the proposal, the deal and the approvals that it names', () => {
    const { ceremony } = cheated();
    const file = evidence(bob, ceremony);
    expect(kinds(file, ceremony)).toEqual(['approval dave', 'deal bob']);
    const judgement = judgeEvidence(file);
    expect(judgement).toMatchObject({ valid: true, member: 'bob', accused: bob.identity, rehearsal: true });
    expect(judged(judgement)).toEqual(['bob PROOF_INVALID']);
  });

  it('of two faults in two ceremonies holds both, and no ceremony in which there is none', () => {
    const [one, other] = [1, 2].map((number) => {
      const ceremony = handover({ ticket: `number ${number}` });
      const body = ceremony.dealBody(bob);
      ceremony.say(bob, 'deal', { ...body, boxes: body.boxes.toReversed() });
      return ceremony;
    }) as [Ceremony, Ceremony];
    const idle = handover({ ticket: 'idle' });
    const file = evidence(bob, one, idle, other);
    const { claims, ceremonies } = contents(file);
    expect(ceremonies.map(({ proposal }) => proposal)).toEqual([one, other].map(({ proposal }) => proposal.bytes));
    expect(ceremonies.map(({ packets }) => packets.length)).toEqual([2, 2]);
    expect(claims.map(({ fault }) => fault)).toEqual(expect.arrayContaining(['PROOF_INVALID', 'CONTRADICTION']));
    const judgement = judgeEvidence(file);
    expect(judgement.valid).toBe(true);
    expect(judgement.checks.find(({ check }) => check === 'proposals')?.detail).toBe(
      [one, other].map(({ plan }) => `reshare ${plan.ceremony.slice(0, 16)}`).join(', '),
    );
  });

  it('is of a rehearsal where one of its ceremonies is', () => {
    const real = [alice, bob].map(({ name }) => new Person(name, 'evidence', false));
    const ceremonies = [
      new Ceremony({ cast: real, members: real, threshold: 2, facts: { rehearsal: false } }),
      new Ceremony({ cast: [alice, bob], members: [alice, bob], threshold: 2 }),
    ];
    const said = {
      v: 1,
      accused: alice.signing.public,
      claims: [{ fault: 'CONTRADICTION', packets: [ceremonies[0]?.plan.id] }],
      ceremonies: ceremonies.map(({ proposal }) => ({ proposal: proposal.bytes, packets: [] })),
    };
    expect(judgeEvidence(written(said))).toMatchObject({ valid: false, rehearsal: true });
    expect(judgeEvidence(written({ ...said, ceremonies: said.ceremonies.slice(0, 1) })).rehearsal).toBe(false);
  });

  it('of a bad acceptance holds the deals that it names, good and bad', () => {
    const { ceremony } = cheated();
    const file = evidence(dave, ceremony);
    // the good deal of alice proves nothing: one bad deal among those that are named is enough
    expect(kinds(file, ceremony)).toEqual(['acceptance dave', 'approval dave', 'deal bob']);
    expect(judged(judgeEvidence(file))).toEqual(['dave ACCEPTANCE_INVALID']);
  });

  it('of a bad signature share holds the whole certificate, and convicts only its author', () => {
    const ceremony = handover().before('activate');
    const body = ceremony.activationBody(dave);
    ceremony.say(dave, 'activation', { ...body, shares: body.shares.map(() => new Uint8Array(32).fill(1)) });
    const file = evidence(dave, ceremony);
    expect(kinds(file, ceremony).filter((one) => one.startsWith('acceptance'))).toHaveLength(3);
    expect(kinds(file, ceremony).filter((one) => one.startsWith('deal'))).toHaveLength(2);
    expect(new Set(judged(judgeEvidence(file)).map((one) => one.split(' ')[0]))).toEqual(new Set(['dave']));
  });

  it('of a contradiction is its two packets, and nothing else', () => {
    const ceremony = handover().before('accept');
    const body = ceremony.dealBody(bob);
    ceremony.say(bob, 'deal', { ...body, vote: ceremony.said(bob, 'deal').body.vote });
    ceremony.run();
    const file = evidence(bob, ceremony);
    expect(kinds(file, ceremony)).toEqual(['deal bob', 'deal bob']);
    expect(judged(judgeEvidence(file))).toEqual(['bob CONTRADICTION']);
  });

  it('of two votes in one slot for two ceremonies holds both proposals', () => {
    const one = handover().run();
    const other = handover({ reason: 'another' }).run();
    const file = evidence(bob, one, other);
    expect(contents(file).ceremonies).toHaveLength(2);
    expect(contents(file).ceremonies.map(({ packets }) => packets.length)).toEqual([1, 1]);
    expect(judged(judgeEvidence(file))).toEqual(['bob CONTRADICTION']);
  });

  it('of a bad sub-share is the deal and one complaint, and does not convict the complainer', () => {
    const ceremony = handover().before('deal');
    ceremony.do(alice, 'deal');
    const deal = emptyDeal(ceremony, bob);
    for (const who of [carol, dave]) ceremony.say(who, 'complaint', opened(ceremony, who, deal));
    const file = evidence(bob, ceremony);
    expect(kinds(file, ceremony)).toEqual(['approval dave', expect.stringMatching(/^complaint /), 'deal bob']);
    expect(judged(judgeEvidence(file))).toEqual(['bob BAD_SUBSHARE']);
    for (const honest of [alice, carol, dave]) {
      expect(evidenceOf([ceremony.view], honest.identity)).toBeNull();
      const complaint = ceremony.packets.filter(
        ({ identity, kind }) => identity === honest.identity && kind === 'complaint',
      );
      for (const fault of ['COMPLAINT_FALSE', 'BAD_SUBSHARE'])
        expect(judgeEvidence(forged(honest, fault, [complaint[0] ?? deal], ceremony)).valid).toBe(false);
    }
  });

  it('of a false complaint is the complaint and the deal, and does not convict the dealer', () => {
    const ceremony = handover().before('accept');
    ceremony.say(dave, 'complaint', opened(ceremony, dave, ceremony.said(bob, 'deal')));
    const file = evidence(dave, ceremony);
    expect(kinds(file, ceremony)).toEqual(['approval dave', 'complaint dave', 'deal bob']);
    expect(judged(judgeEvidence(file))).toEqual(['dave COMPLAINT_FALSE']);
    expect(evidenceOf([ceremony.view], bob.identity)).toBeNull();
    // without the deal the complaint only waits
    const said = contents(file);
    const [only] = said.ceremonies as [Contents['ceremonies'][0]];
    const packets = only.packets.filter((bytes) => bytes.join() !== ceremony.said(bob, 'deal').bytes.join());
    expect(judgeEvidence(written({ ...said, ceremonies: [{ ...only, packets }] })).valid).toBe(false);
  });

  it('of a deal in a later attempt holds the amendment that made the attempt', () => {
    const ceremony = handover({ reserves: [3] }).before('accept');
    ceremony.amend(alice, ['bob']);
    ceremony.do(dave, 'refuse');
    const body = ceremony.dealBody(carol);
    ceremony.say(carol, 'deal', { ...body, boxes: [...body.boxes].reverse() });
    const file = evidence(carol, ceremony);
    expect(kinds(file, ceremony)).toEqual(['amendment alice', 'approval dave', 'deal carol']);
    expect(judged(judgeEvidence(file))).toEqual(['carol PROOF_INVALID']);
  });

  it('of a signature after a release that does not list it is these two', () => {
    const ceremony = handover().before('activate');
    ceremony.do(dave, 'activate');
    ceremony.say(dave, 'release', { signed: [], salvage: false, reason: 'no' });
    const file = evidence(dave, ceremony);
    expect(kinds(file, ceremony)).toEqual(['activation dave', 'release dave']);
    expect(judged(judgeEvidence(file))).toEqual(['dave CONTRADICTION']);
  });

  it('is not there against honest members, nor for a harmless contradiction', () => {
    const { ceremony } = cheated();
    for (const note of ['one', 'another'])
      ceremony.say(carol, 'note', { kind: 'observation', text: note, number: 0 }, {});
    expect(ceremony.view.contradictions).toMatchObject([{ member: 'carol', grave: false }]);
    for (const honest of [alice, carol]) expect(evidenceOf([ceremony.view], honest.identity)).toBeNull();
    for (const honest of cast) expect(evidenceOf([genesis.view], honest.identity)).toBeNull();
  });
});

describe('what is judged', () => {
  const said = ({ checks }: Judgement) =>
    checks.map(({ check, ok, detail }) => `${ok ? '+' : '!'} ${check}: ${detail}`);

  it('is told step by step, and nothing is said of what comes after a step that failed', () => {
    const { ceremony } = cheated();
    const file = evidence(bob, ceremony);
    const { fault, detail } = judgeEvidence(file).faults[0] as Judgement['faults'][number];
    const whole = [
      '+ file: 1 faults are claimed',
      `+ proposals: reshare ${ceremony.plan.ceremony.slice(0, 16)}`,
      '+ packets: 3, each signed by its author',
      `+ faults: ${fault}: ${detail}`,
    ];
    expect(said(judgeEvidence(file))).toEqual(whole);
    const claims = [...contents(file).claims, { fault: 'VOTE_INVALID', packets: [new Uint8Array(32)] }];
    const more = judgeEvidence(written({ ...contents(file), claims }));
    expect(said(more)).toEqual([
      '+ file: 2 faults are claimed',
      ...whole.slice(1, 3),
      '! faults: 1 of 2 claims do not follow from the packets in it',
    ]);
    expect([more.valid, more.member, more.rehearsal]).toEqual([false, 'bob', true]);
    const rest = ['proposals', 'packets', 'faults'].map((check) => `! ${check}: not looked at`);
    expect(said(judgeEvidence(new Uint8Array()))).toEqual([
      '! file: not a file of evidence, or one cut short',
      ...rest,
    ]);
    // what is broken here proves nothing against a file
    expect(() => judgeEvidence(null as never)).toThrow(TypeError);
  });

  it('is of the ceremonies that the charges concern, or of the one that was asked for', () => {
    const [{ ceremony }, honest] = [cheated(), handover({ reason: 'an honest one' }).run()];
    const views = [honest, ceremony].map(({ view }) => view);
    const found = evidenceOf(views, bob.identity);
    // the two votes of bob for two plans concern both of them
    expect(found?.charges.map((charge) => `${charge.fault} ${charge.ceremonies.length}`)).toContain('CONTRADICTION 2');
    const alone = evidenceOf([genesis.view, ceremony.view], bob.identity);
    expect(contents(alone?.bytes as Uint8Array).ceremonies).toHaveLength(1);
    expect([alone?.member, alone?.packets]).toEqual(['bob', 3]);
    expect(evidenceOf([ceremony.view], bob.identity, ceremony.plan.ceremony)?.charges).toHaveLength(1);
    expect(evidenceOf([ceremony.view], bob.identity, honest.plan.ceremony)).toBeNull();
    const both = evidenceOf([ceremony.view], bob.identity);
    const { ceremonies } = contents(both?.bytes as Uint8Array);
    const foreign = { proposal: genesis.proposal.bytes, packets: [] };
    const erin = people('evidence elsewhere', 'erin').erin;
    const elsewhere = new Ceremony({ cast: [alice, erin], members: [alice, erin], threshold: 2 });
    for (const unrelated of [{ proposal: elsewhere.proposal.bytes, packets: [] }, foreign]) {
      const judged = judgeEvidence(
        written({ ...contents(both?.bytes as Uint8Array), ceremonies: [...ceremonies, unrelated] }),
      );
      expect(judged.valid).toBe(unrelated === foreign);
    }
  });

  it('is the same two packets in whatever order they were seen, and nobody where two committees follow one', () => {
    const ceremony = handover().before('accept');
    ceremony.say(bob, 'deal', { ...ceremony.dealBody(bob), vote: ceremony.said(bob, 'deal').body.vote });
    const { view } = ceremony;
    const turned = view.contradictions.map((one) => ({ ...one, packets: [one.packets[1], one.packets[0]] as const }));
    const charges = chargesIn([{ ...view, contradictions: [...view.contradictions, ...turned] }]);
    expect(charges.map(({ packets }) => packets)).toEqual([[...(view.contradictions[0]?.packets ?? [])].sort()]);
    const [one, other] = [handover().run(), handover({ reason: 'another' }).run()];
    expect(chargesIn([one.view, other.view]).every(({ identity }) => identity !== '')).toBe(true);
  });
});

describe('a file of evidence is refused', () => {
  const { ceremony, bad } = cheated();
  const file = evidence(bob, ceremony);
  const said = contents(file);
  const refused = (changed: Uint8Array): string => {
    const { valid, checks, faults } = judgeEvidence(changed);
    expect(valid).toBe(false);
    expect(faults).toEqual([]);
    return checks.find(({ ok }) => !ok)?.check ?? '';
  };

  it('where one bit of it is another, wherever that is', () => {
    for (let at = 0; at < file.length; at += 61) {
      const changed = file.slice();
      changed[at] = (changed[at] as number) ^ (1 << (at % 8));
      refused(changed);
    }
  });

  it('where it is cut short, or goes on behind its end', () => {
    for (const length of [0, 10, magic.length + 1, 200, file.length - 1]) refused(file.slice(0, length));
    refused(new Uint8Array([...file, 0]));
  });

  it('where a packet is left out that a charge needs', () => {
    for (const gone of [0, 1]) {
      const [only] = said.ceremonies as [Contents['ceremonies'][0]];
      const packets = only.packets.filter((_, place) => place !== gone);
      expect(refused(written({ ...said, ceremonies: [{ ...only, packets }] }))).toBe('faults');
    }
  });

  it('where it claims more than its packets come to', () => {
    const packets = [fromHex(bad.digest) as Uint8Array];
    const claims = [...said.claims, { fault: 'VOTE_INVALID', packets }];
    expect(refused(written({ ...said, claims }))).toBe('faults');
    expect(refused(written({ ...said, claims: [] }))).toBe('file');
  });

  it('where it accuses an honest member, with all packets that there are', () => {
    for (const honest of [alice, carol]) {
      expect(refused(forged(honest, 'PROOF_INVALID', [bad], ceremony))).toBe('faults');
      const own = ceremony.packets.filter(({ identity }) => identity === honest.identity);
      for (const packet of own) expect(refused(forged(honest, 'DEAL_INVALID', [packet], ceremony))).toBe('faults');
    }
  });

  it('where it holds one packet or one ceremony twice, a packet of another ceremony, or one that nobody signed', () => {
    const [only] = said.ceremonies as [Contents['ceremonies'][0]];
    const [first] = only.packets as [Uint8Array];
    const unsigned = first.slice();
    unsigned[unsigned.length - 1] = (unsigned.at(-1) as number) ^ 1;
    for (const extra of [first, only.proposal, unsigned, genesis.said(alice, 'deal').bytes]) {
      const ceremonies = [{ ...only, packets: [...only.packets, extra] }];
      expect(refused(written({ ...said, ceremonies }))).toBe('packets');
    }
    expect(refused(written({ ...said, ceremonies: [only, only] }))).toBe('proposals');
  });

  it('where the accused is nobody of its ceremonies, or a field is unknown', () => {
    expect(refused(written({ ...said, accused: new Uint8Array(32) }))).toBe('proposals');
    expect(refused(written({ ...said, more: 1 }))).toBe('file');
    expect(refused(written({ ...said, v: 2 }))).toBe('file');
  });

  it('where it is deeper than anything that is written', () => {
    let deep: Cbor = 0;
    for (let depth = 0; depth < 40; depth++) deep = [deep];
    expect(refused(written({ ...said, claims: deep }))).toBe('file');
  });
});

it('evidence is known by its first bytes', () => {
  expect(isEvidence(withMagic(magic, new Uint8Array(3)))).toBe(true);
  expect(isEvidence(withMagic('conclave packet v1', new Uint8Array(99)))).toBe(false);
});
