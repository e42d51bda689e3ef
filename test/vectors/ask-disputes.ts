import type { Random } from '../../src/bytes/random.ts';
import type { DealBody } from '../../src/ceremony/packets/deal.ts';
import { edwards25519, ristretto255 } from '../../src/crypto/group.ts';
import { drawn } from '../crypto/drawn.ts';
import { alice, bob, carol, dave, digestBytes, olga, type Person, prekeyOf, renewed } from './cast.ts';
import { filled, flip, type Given, hex, type Json, joined, toJson, type Wanted } from './form.ts';
import { beyondOrder, dealBeyondOrder, twoSecrets } from './lies-of-openings.ts';
import { dealWithin, opening } from './story-disputed.ts';
import type { Said, Walk } from './walk.ts';

const plan = '@disputed: plan';

function expected(code: Wanted['code']): Pick<Wanted, 'code'> {
  return code === undefined ? {} : { code };
}

/** The walk as it was when only these attempts were known, so that what is drafted is about the last of them. */
export function during(walk: Walk, attempt: number, draft: () => Said): Said {
  const before = walk.attempt;
  walk.attempt = attempt === 0 ? walk.plan.id : digestBytes(walk.get(`amendment ${attempt}`).packet.digest);
  try {
    return draft();
  } finally {
    walk.attempt = before;
  }
}

export function complaintDrafts(walk: Walk): Wanted[] {
  const { draws } = walk.get('complaint of dave');
  return [
    {
      says: 'dave opens the box of carol',
      given: {
        plan,
        amendment: null,
        deal: '@disputed: deal of carol',
        complainer: 'dave',
        secret: hex(dave.prekeys[1]?.secret ?? filled(1, 0)),
        random: [...draws],
      },
    },
  ];
}

/** A complaint, and whose fault it is; `early` is the walk before any amendment. */
export function complaints(walk: Walk, early: Walk): Wanted[] {
  const random = (): Random => drawn('vectors complaints');
  const judged = (says: string, deal: Json, complaint: Said | string, amendment: Json = null): Wanted => ({
    says,
    given: {
      plan,
      amendment,
      deal,
      complaint: typeof complaint === 'string' ? complaint : hex(complaint.bytes),
    },
  });
  const good = walk.get('deal of bob');
  const body = walk.get('deal of carol').body as unknown as DealBody;
  const holding = (plaintext: Uint8Array): Said =>
    early.draft(carol, 'deal', dealWithin(early, body, carol, 3, plaintext));
  const damaged = early.draft(carol, 'deal', {
    ...body,
    boxes: body.boxes.map((box, at) => (at === 2 ? { ...box, ciphertext: flip(box.ciphertext) } : box)),
  });
  const complaint = (deal: Said, change: object = {}, who: Person = dave): Said =>
    early.draft(who, 'complaint', { ...opening(early, deal, who, 1, random()), ...change });
  const honest = opening(early, good, dave, 1, random()) as { K: Uint8Array; proof: Uint8Array };
  const [T1, T2, z] = [honest.proof.slice(0, 32), honest.proof.slice(32, 64), honest.proof.slice(64)];
  const false_ = (says: string, change: object): Wanted =>
    judged(`${says}: dave's fault`, '@disputed: deal of bob', complaint(good, change));
  const noPoint = filled(32, 0xff);
  const identity = filled(32, 0);
  const other = ristretto255.encodePoint(ristretto255.multiplyBase(ristretto255.scalar(5n)));
  const fitting = holding(edwards25519.encodeScalar(edwards25519.scalar(99n)));
  const ofCarol = walk.get('deal of carol');
  const toldBody = walk.get('complaint of dave').body as unknown as { K: Uint8Array; proof: Uint8Array };
  const beyond = dealBeyondOrder(early, good);
  const bobs = opening(early, good, bob, 1, random());
  return [
    judged(
      'the box holds another scalar than the dealer committed to: the fault of carol',
      '@disputed: deal of carol',
      '@disputed: complaint of dave',
    ),
    judged('the box does not open: the fault of carol', hex(damaged.bytes), complaint(damaged)),
    judged(
      'the box holds a number that is not below the order: the fault of carol',
      hex(holding(filled(32, 0xff)).bytes),
      complaint(holding(filled(32, 0xff))),
    ),
    judged(
      'the box holds zero, which is a scalar, and not the one that was committed to: the fault of carol',
      hex(holding(filled(32, 0)).bytes),
      complaint(holding(filled(32, 0))),
    ),
    judged("the box holds what its dealer committed to: dave's fault", '@disputed: deal of bob', complaint(good)),
    judged(
      "the box of another is good as well, whoever opens it: bob's fault",
      '@disputed: deal of bob',
      early.draft(bob, 'complaint', bobs),
    ),
    false_('K is another point', { K: other }),
    false_('K is no point', { K: noPoint }),
    false_('K is the identity', { K: identity }),
    false_('T1 is no point', { proof: joined(noPoint, T2, z) }),
    false_('T1 is the identity', { proof: joined(identity, T2, z) }),
    judged(
      "K is of another secret, and the proof is of Q alone: dave's fault",
      '@disputed: deal of carol',
      early.draft(dave, 'complaint', twoSecrets(early, ofCarol, false)),
    ),
    judged(
      "K is of another secret, and the proof is of K alone: dave's fault",
      '@disputed: deal of carol',
      early.draft(dave, 'complaint', twoSecrets(early, ofCarol, true)),
    ),
    judged(
      "the response with the order on top, which is another encoding of it: dave's fault",
      '@disputed: deal of carol',
      early.draft(dave, 'complaint', {
        ...toldBody,
        proof: joined(toldBody.proof.slice(0, 64), beyondOrder(toldBody.proof.slice(64))),
      }),
    ),
    judged(
      'the box holds what was committed to with the order on top, which is no scalar: the fault of bob',
      hex(beyond.bytes),
      complaint(beyond),
    ),
    false_('another response', { proof: joined(T1, T2, flip(z, 0)) }),
    false_('a response that is not below the order', { proof: joined(T1, T2, filled(32, 0xff)) }),
    judged(
      "the opening of bob, signed by dave: dave's fault",
      hex(fitting.bytes),
      early.draft(dave, 'complaint', { ...opening(early, fitting, bob, 1, random()) }),
    ),
    judged(
      "the opening of another deal's box: dave's fault, although this box is bad",
      '@disputed: deal of carol',
      early.draft(dave, 'complaint', { ...honest, deal: digestBytes(ofCarol.packet.digest) }),
    ),
    ...inAmended(walk),
  ];
}

/** In an amended attempt the boxes are sealed to the prekeys of the amendment, under its number. */
function inAmended(walk: Walk): Wanted[] {
  const { said } = walk;
  // the walk up to the first amended attempt's deals, in which that attempt is the current one
  const early = walk.before('activation of bob in attempt 1');
  const dealt = said.get('deal of alice in attempt 1') as Said;
  const body = dealt.body as unknown as DealBody;
  const wrong = edwards25519.encodeScalar(edwards25519.scalar(98n));
  const lie = early.draft(alice, 'deal', dealWithin(early, body, alice, 2, wrong));
  const make = (deal: Said): Said =>
    early.draft(carol, 'complaint', opening(early, deal, carol, 2, drawn('vectors complaint amended')));
  const amendment = '@disputed: amendment 1';
  return [
    {
      says: 'in an amended attempt, with the prekey of the amendment: the fault of alice',
      given: { plan, amendment, deal: hex(lie.bytes), complaint: hex(make(lie).bytes) },
    },
    {
      says: "in an amended attempt, about a box that is good: carol's fault",
      given: {
        plan,
        amendment,
        deal: '@disputed: deal of alice in attempt 1',
        complaint: hex(make(dealt).bytes),
      },
    },
  ];
}

export function amendments(walk: Walk, fewer: Walk): Wanted[] {
  const body = walk.get('amendment 1').body as unknown as { receivers: { card: Uint8Array; prekey: Uint8Array }[] };
  const taken = (says: string, amendment: string): Wanted => ({ says, given: { plan, amendment } });
  const altered = (says: string, change: object, code?: Wanted['code']): Wanted => ({
    says,
    given: { plan, amendment: hex(during(walk, 0, () => walk.draft(bob, 'amendment', { ...body, ...change })).bytes) },
    ...expected(code),
  });
  const bad = (says: string, change: object, code: Wanted['code'] = 'AMENDMENT_INVALID'): Wanted =>
    altered(says, change, code);
  const [ofBob, ofCarol, ofDave] = body.receivers as [
    (typeof body.receivers)[number],
    (typeof body.receivers)[number],
    (typeof body.receivers)[number],
  ];
  const bobs = (change: object): object => ({ receivers: [{ ...ofBob, ...change }, ofCarol, ofDave] });
  const shared = renewed(dave, { prekeys: [prekeyOf(carol, 2)] }).file;
  return [
    taken('the first', '@disputed: amendment 1'),
    taken('the second: the dealers in another order, and the cards of the plan', '@disputed: amendment 2'),
    altered('three dealers', { dealers: [3, 1, 2] }),
    altered('the name on a card does not matter', bobs({ card: renewed(bob, { name: 'robert' }).file })),
    altered('the highest number', { number: 24 }),
    bad('a dealer twice', { dealers: [1, 1] }),
    bad('fewer dealers than the threshold of the old committee', { dealers: [1] }),
    bad('a dealer who is no old member', { dealers: [1, 4] }),
    {
      says: 'an old member who is neither dealer nor reserve of the plan',
      given: {
        plan: '@without reserves: plan',
        amendment: hex(fewer.draft(bob, 'amendment', { ...body, dealers: [1, 2] }).bytes),
      },
      code: 'AMENDMENT_INVALID',
    },
    bad('a receiver too few', { receivers: [ofBob, ofCarol] }),
    bad('a receiver too many', { receivers: [...body.receivers, ofDave] }),
    bad('the receivers in another order', { receivers: [ofCarol, ofBob, ofDave] }),
    bad('a card of a rehearsal', bobs({ card: bob.rehearsalCard.file, prekey: prekeyOf(bob, 0) })),
    bad('a card that is none', bobs({ card: filled(40, 1) }), 'CARD_INVALID'),
    bad('a card with another signature', bobs({ card: flip(ofBob.card) }), 'SIGNATURE_INVALID'),
    bad('a prekey that is not on the card', bobs({ prekey: prekeyOf(bob, 3) })),
    bad('the prekey that the plan names', bobs({ card: bob.card.file, prekey: prekeyOf(bob, 1) })),
    bad('one prekey for two receivers', { receivers: [ofBob, ofCarol, { card: shared, prekey: prekeyOf(carol, 2) }] }),
  ];
}

export function releases(walk: Walk): Wanted[] {
  const one = ' in attempt 1';
  const all = ['activation of bob', 'release of carol', 'release of bob'].map((name) => `@disputed: ${name}${one}`);
  const digest = (said: Said): Uint8Array => digestBytes(said.packet.digest);
  const of = (name: string): Uint8Array => digest(walk.get(name));
  const [activation, blocked] = [of(`activation of bob${one}`), of(`release of carol${one}`)];
  const draft = (who: Person, kind: 'release' | 'activation', body: object, attempt = 1): Said =>
    during(walk, attempt, () => walk.draft(who, kind, body));
  const release = (who: Person, signed: object[], salvage = false, attempt = 1): Said =>
    draft(who, 'release', { signed, salvage, reason: '' }, attempt);
  const judged = (says: string, said: Said | string, packets: Json[] = all, code?: Wanted['code']): Wanted => ({
    says,
    given: { plan, packets, release: typeof said === 'string' ? said : hex(said.bytes) },
    ...expected(code),
  });
  const bad = (says: string, said: Said, more: (Said | string)[] = []): Wanted =>
    judged(
      says,
      said,
      [...all, ...more.map((packet) => (typeof packet === 'string' ? packet : hex(packet.bytes)))],
      'RELEASE_INVALID',
    );
  const turn = walk.get(`activation of bob${one}`).body as unknown as {
    transcript: Uint8Array;
    certificate: Uint8Array[];
  };
  const same = draft(carol, 'activation', { ...turn, shares: [filled(32, 1)] });
  const otherTranscript = draft(carol, 'activation', { ...turn, transcript: filled(32, 1), shares: [filled(32, 1)] });
  const otherOrder = draft(carol, 'activation', {
    ...turn,
    certificate: turn.certificate.toReversed(),
    shares: [filled(32, 1)],
  });
  const fewer = draft(carol, 'activation', {
    ...turn,
    certificate: turn.certificate.slice(0, 2),
    shares: [filled(32, 1)],
  });
  const listing = (said: Said): Said => release(carol, [{ packet: digest(said), blocked: null }], true);
  const byCarol = (said: Said): [Said, Said[]] => {
    const theirs = listing(said);
    return [release(bob, [{ packet: activation, blocked: digest(theirs) }]), [said, theirs]];
  };
  const good = (says: string, [own, more]: [Said, Said[]]): Wanted =>
    judged(says, own, [...all, ...more.map(({ bytes }) => hex(bytes))]);
  const empty = release(bob, []);
  // one behind another, carol's and bob's in turns, over turns that the other did not sign
  const links = [release(carol, [])];
  for (const own of [activation, digest(otherOrder), activation]) {
    const who = own === activation ? bob : carol;
    links.push(release(who, [{ packet: own, blocked: digest(links.at(-1) as Said) }]));
  }
  const chain = [...all, hex(otherOrder.bytes), ...links.map((link) => hex(link.bytes))];
  const elsewhere = release(carol, [], false, 2);
  const liar = release(carol, [{ packet: activation, blocked: null }], true);
  const acceptance = `acceptance of bob${one}`;
  const later = 'activation of bob in attempt 2';
  return [
    judged('carol has signed nothing', `@disputed: release of carol${one}`, []),
    judged('bob has signed one turn, and the release of carol blocks it', `@disputed: release of bob${one}`),
    judged('bob lists what is not here', `@disputed: release of bob${one}`, all.slice(1)),
    judged('bob names a release that is not here', `@disputed: release of bob${one}`, all.slice(0, 1)),
    judged(
      'nobody blocks it, and a person said that this is meant',
      release(bob, [{ packet: activation, blocked: null }], true),
    ),
    good('a release of one who has signed over another transcript blocks', byCarol(otherTranscript)),
    good('a release of one who has signed with the acceptances in another order blocks', byCarol(otherOrder)),
    good('a release of one who has signed with fewer acceptances blocks', byCarol(fewer)),
    bad('nobody blocks it, and nobody said that this is meant', release(bob, [{ packet: activation, blocked: null }])),
    bad("carol lists bob's activation", liar),
    bad('bob lists his acceptance', release(bob, [{ packet: of(acceptance), blocked: null }], true), [
      `@disputed: ${acceptance}`,
    ]),
    bad('bob lists what he signed in another attempt', release(bob, [{ packet: of(later), blocked: null }], true), [
      `@disputed: ${later}`,
    ]),
    bad('bob blocks himself', release(bob, [{ packet: activation, blocked: digest(empty) }]), [empty]),
    bad(
      'what blocks is an acceptance',
      release(bob, [{ packet: activation, blocked: of(`acceptance of carol${one}`) }]),
      [`@disputed: acceptance of carol${one}`],
    ),
    bad(
      'what blocks is a release of another attempt',
      release(bob, [{ packet: activation, blocked: digest(elsewhere) }]),
      [elsewhere],
    ),
    bad('what blocks is itself bad', release(bob, [{ packet: activation, blocked: digest(liar) }]), [liar]),
    bad('what blocks lists the same turn', ...byCarol(same)),
    judged('three releases of three receivers stand one behind another', links[2] as Said, chain),
    judged('four stand one behind another', links[3] as Said, chain, 'RELEASE_INVALID'),
    bad(
      'the second of two is not blocked',
      release(bob, [
        { packet: activation, blocked },
        { packet: activation, blocked: null },
      ]),
    ),
  ];
}

export function deaths(walk: Walk): Wanted[] {
  const ids = [walk.plan.id, ...[1, 2].map((number) => digestBytes(walk.get(`amendment ${number}`).packet.digest))];
  const says = (text: string, attempt: number, ...packets: Json[]): Wanted => ({
    says: text,
    given: {
      plan,
      attempt: hex(ids[attempt] ?? filled(0, 0)),
      packets: ['@disputed: proposal', '@disputed: amendment 1', ...packets],
    },
  });
  const refusal = (who: Person, as: string, attempt: number): string =>
    hex(during(walk, attempt, () => walk.draft(who, 'refusal', { as, reason: '' })).bytes);
  const one = (name: string): string => `@disputed: ${name} in attempt 1`;
  const given = ['activation of bob', 'release of carol', 'release of bob'].map(one);
  const empty = (who: Person, reason: string, attempt = 1): string =>
    hex(during(walk, attempt, () => walk.draft(who, 'release', { signed: [], salvage: false, reason })).bytes);
  return [
    says('nothing was said', 0),
    says('a complaint', 0, '@disputed: complaint of dave'),
    says('the complaint was in the attempt before', 1, '@disputed: complaint of dave'),
    says('a receiver refused', 1, refusal(dave, 'receiver', 1)),
    says('a receiver refused the attempt before', 1, refusal(dave, 'receiver', 0)),
    says('an old member refused as receiver', 1, refusal(alice, 'receiver', 1)),
    says('a dealer of this attempt refused', 1, refusal(alice, 'dealer', 1)),
    says('a dealer of the plan refused who does not deal in this attempt', 1, refusal(carol, 'dealer', 1)),
    says('a receiver refused as member', 1, refusal(dave, 'member', 1)),
    says('the approver refused, in whatever attempt', 1, refusal(olga, 'approver', 0)),
    says('somebody who is no approver refused as approver', 1, refusal(dave, 'approver', 1)),
    says('two of three released', 1, ...given),
    says('one of three released', 1, one('release of carol')),
    says('two of three released, and what one lists is not here', 1, ...given.slice(1)),
    says('one of three released twice', 1, empty(carol, 'a'), empty(carol, 'b')),
    says('two released, one of them in the attempt before', 1, empty(carol, 'a'), empty(dave, 'b', 0)),
  ];
}

export function laterVotes(walk: Walk, other: Walk, foreign: Walk): Wanted[] {
  const vote = (name: string) => (walk.get(name).body as unknown as { vote: { prior: object[] } }).vote;
  const ofAlice = vote('deal of alice in attempt 2');
  const [prior] = ofAlice.prior as [{ evidence: Uint8Array[] }];
  const judged = (says: string, change: object, code?: Wanted['code']): Wanted => ({
    says,
    given: { plan, vote: toJson({ ...ofAlice, ...change }) },
    ...expected(code),
  });
  const bad = (says: string, evidence: Uint8Array[], change: object = {}): Wanted =>
    judged(says, { prior: [{ ...prior, evidence, ...change }] }, 'VOTE_INVALID');
  const of = (name: string): Uint8Array => walk.get(name).bytes;
  const [proposal, amendment, activation, byCarol, byBob] = prior.evidence as [
    Uint8Array,
    Uint8Array,
    Uint8Array,
    Uint8Array,
    Uint8Array,
  ];
  const body = walk.get('amendment 1').body as object;
  const wrong = during(walk, 0, () => walk.draft(bob, 'amendment', { ...body, dealers: [1, 4] }));
  const refused = walk.unchecked(
    dave,
    'refusal',
    { as: 'receiver', reason: '' },
    {
      attempt: digestBytes(wrong.packet.digest),
    },
  );
  return [
    judged('two of three released the amended attempt', {}),
    {
      says: 'the third vote: a complaint, and two releases',
      given: { plan, vote: toJson(vote('deal of bob in attempt 2')) },
    },
    judged('the packets behind the proposal in another order', {
      prior: [{ ...prior, evidence: [proposal, byBob, byCarol, activation, amendment] }],
    }),
    bad('without the amendment that made the attempt', [proposal, activation, byCarol, byBob]),
    bad('without the activation that a release lists', [proposal, amendment, byCarol, byBob]),
    bad('without one of the releases', [proposal, amendment, activation, byCarol]),
    bad('a packet of another ceremony beside it', [...prior.evidence, other.get('approval of olga').bytes]),
    bad('a dead attempt over another parent', [foreign.get('proposal').bytes, foreign.get('refusal of dave').bytes], {
      ceremony: foreign.plan.id,
      attempt: foreign.plan.id,
    }),
    bad('a deal beside it', [...prior.evidence, of('deal of bob')]),
    bad('the number of the attempt is not that of the amendment', prior.evidence, { attempt: walk.plan.id }),
    bad('an amendment that nobody may follow, and a refusal of its attempt', [proposal, wrong.bytes, refused], {
      attempt: digestBytes(wrong.packet.digest),
    }),
  ];
}

/** What dave could say in the first attempt besides what he says. */
function earlyComplaints(walk: Walk) {
  const early = walk.before('complaint of dave');
  const unfounded = opening(early, walk.get('deal of bob'), dave, 1, drawn('vectors unfounded'));
  const dealt = walk.get('deal of carol').body as unknown as DealBody;
  return {
    unfounded: early.draft(dave, 'complaint', unfounded),
    bad: early.draft(carol, 'deal', { ...dealt, boxes: dealt.boxes.slice(1) }),
    about: ({ packet }: Said): Said =>
      early.draft(dave, 'complaint', { ...unfounded, deal: digestBytes(packet.digest) }),
  };
}

export function attemptSteps(walk: Walk): Wanted[] {
  const names = [...walk.said.keys()];
  const upTo = (last: string): Json[] => names.slice(0, names.indexOf(last) + 1).map((name) => `@disputed: ${name}`);
  const seen = (says: string, packets: Json[]): Wanted => ({ says, given: { plan, packets } });
  const stray = '@disputed: amendment 2';
  const early = earlyComplaints(walk);
  const signed = [{ packet: digestBytes(walk.get('activation of bob in attempt 1').packet.digest), blocked: null }];
  const unsigned = during(walk, 1, () => walk.draft(carol, 'release', { signed, salvage: true, reason: '' }));
  const body = walk.get('amendment 1').body as object;
  const lie = during(walk, 0, () => walk.draft(bob, 'amendment', { ...body, dealers: [1, 4] }));
  const twin = during(walk, 0, () => walk.draft(bob, 'amendment', { ...body, reason: 'once more' }));
  const late = during(walk, 1, () =>
    walk.draft(carol, 'activation', walk.get('activation of bob in attempt 1').body as object),
  );
  return [
    seen('carol has dealt, and nobody has looked into a box', upTo('deal of carol')),
    seen('dave complains', upTo('complaint of dave')),
    seen('a complaint about a deal that is not here waits', [...upTo('deal of bob'), '@disputed: complaint of dave']),
    seen('dave complains about a box that is good', [...upTo('deal of carol'), hex(early.unfounded.bytes)]),
    seen('dave complains about a deal that is bad in public', [
      ...upTo('deal of bob'),
      hex(early.bad.bytes),
      hex(early.about(early.bad).bytes),
    ]),
    seen('dave complains about what is no deal', [
      ...upTo('deal of bob'),
      hex(early.about(walk.get('approval of olga')).bytes),
    ]),
    seen('amended', upTo('amendment 1')),
    seen('the second attempt has its deals', upTo('deal of bob in attempt 1')),
    seen('and its certificate', upTo('acceptance of dave in attempt 1')),
    seen('one receiver released', upTo('release of carol in attempt 1')),
    seen('a release that lists what its author did not sign', [
      ...upTo('activation of bob in attempt 1'),
      hex(unsigned.bytes),
    ]),
    seen('two of three released', upTo('release of bob in attempt 1')),
    seen('amended again', upTo('amendment 2')),
    seen('to the end', upTo(names.at(-1) ?? '')),
    seen('whatever the order', upTo(names.at(-1) ?? '').toReversed()),
    seen('the second amendment without the first', [...upTo('complaint of dave'), stray]),
    seen('an amendment that is bad', [...upTo('complaint of dave'), hex(lie.bytes)]),
    seen('two amendments of one number', [...upTo('amendment 1'), hex(twin.bytes)]),
    seen('an activation by somebody who released, and did not list it', [
      ...upTo('release of carol in attempt 1'),
      hex(late.bytes),
    ]),
  ];
}

export function disputeAdmissions(walk: Walk, genesis: Walk): Wanted[] {
  const kinds = ['complaint of dave', 'amendment 1', 'release of carol in attempt 1', 'release of bob in attempt 1'];
  const lie = (says: string, who: Person, kind: string, body: object, code: Wanted['code']): Wanted => ({
    says,
    given: { plan, packet: hex(walk.unchecked(who, kind, body)) },
    ...expected(code),
  });
  const complaint = walk.get('complaint of dave').body as object;
  const amendment = walk.get('amendment 1').body as object;
  const release = walk.get('release of bob in attempt 1').body as unknown as { signed: Given[] };
  const seventeen = Array.from({ length: 17 }, () => release.signed[0] ?? {});
  return [
    ...kinds.map((name) => ({ says: name, given: { plan, packet: `@disputed: ${name}` } })),
    lie('a complaint by somebody who receives nothing', alice, 'complaint', complaint, 'AUTHOR_UNKNOWN'),
    lie('a complaint with a longer K', dave, 'complaint', { ...complaint, K: filled(33, 2) }, 'SCHEMA'),
    lie('a complaint with a shorter proof', dave, 'complaint', { ...complaint, proof: filled(95, 2) }, 'SCHEMA'),
    lie('a complaint with a reason', dave, 'complaint', { ...complaint, reason: '' }, 'SCHEMA'),
    lie('an amendment by somebody else than the proposer', carol, 'amendment', amendment, 'AUTHOR_UNKNOWN'),
    {
      says: 'an amendment of a genesis',
      given: { plan: '@genesis: plan', packet: hex(genesis.unchecked(carol, 'amendment', amendment)) },
      code: 'AUTHOR_UNKNOWN',
    },
    lie('the amendment 0', bob, 'amendment', { ...amendment, number: 0 }, 'SCHEMA'),
    lie('the amendment 25', bob, 'amendment', { ...amendment, number: 25 }, 'SCHEMA'),
    lie('an amendment without dealers', bob, 'amendment', { ...amendment, dealers: [] }, 'SCHEMA'),
    lie('an amendment with dealer 33', bob, 'amendment', { ...amendment, dealers: [1, 33] }, 'SCHEMA'),
    lie('an amendment with one receiver', bob, 'amendment', { ...amendment, receivers: [{}] }, 'SCHEMA'),
    lie('an amendment without a reason', bob, 'amendment', { ...amendment, reason: null }, 'SCHEMA'),
    lie('a release by somebody who receives nothing', alice, 'release', release, 'AUTHOR_UNKNOWN'),
    lie('a release that lists 17', bob, 'release', { ...release, signed: seventeen }, 'SCHEMA'),
    lie('a release that does not say whether it salvages', bob, 'release', { ...release, salvage: null }, 'SCHEMA'),
    lie('a commitment by somebody who receives nothing', alice, 'commitment', {}, 'AUTHOR_UNKNOWN'),
    lie('a signature by somebody who receives nothing', alice, 'signature', {}, 'AUTHOR_UNKNOWN'),
    lie('a census where shares move', bob, 'census', {}, 'AUTHOR_UNKNOWN'),
  ];
}
