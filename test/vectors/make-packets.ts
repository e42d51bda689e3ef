import type { Header } from '../../src/ceremony/packet.ts';
import type { AcceptanceBody } from '../../src/ceremony/packets/acceptance.ts';
import type { ActivationBody } from '../../src/ceremony/packets/activation.ts';
import type { DealBody } from '../../src/ceremony/packets/deal.ts';
import { transcriptHash } from '../../src/ceremony/transcript.ts';
import { edwards25519 } from '../../src/crypto/group.ts';
import { proveKnowledge } from '../../src/crypto/knowledge.ts';
import { drawn } from '../crypto/drawn.ts';
import { alice, bob, carol, dave, digestBytes, mallory, olga, type Person, renewed } from './cast.ts';
import { filled, flip, type Given, group, hex, type Json, type Questions, toJson, type Wanted } from './form.ts';
import { zeroDeal } from './lies.ts';
import type { Story } from './story.ts';
import type { Said, Walk } from './walk.ts';

const members = [alice, bob, carol];

/** Everything that was said in a walk, as `@name` of the file. */
export function sharedOf(label: string, walk: Walk): Given {
  const packets = [...walk.said].map(([name, { bytes }]): [string, Json] => [`${label}: ${name}`, hex(bytes)]);
  return Object.fromEntries([[`${label}: plan`, hex(walk.plan.encoded)], ...packets]);
}

function written(label: string, walk: Walk): Wanted[] {
  return [...walk.said].map(([name, { header, body, who }]) => ({
    says: `${label}: ${name}`,
    given: { header: toJson(header), body: toJson(body), secret: hex(who.signing.secret) },
  }));
}

function admissions({ genesis, second, first }: Story): Wanted[] {
  const taken = [...genesis.said.keys()].map((name) => ({
    says: `genesis: ${name}`,
    given: { plan: '@genesis: plan', packet: `@genesis: ${name}` },
  }));
  const reshared = ['proposal', 'deal of bob', 'endorsement of alice', 'closing of alice'].map((name) => ({
    says: `reshare B: ${name}`,
    given: { plan: '@reshare B: plan', packet: `@reshare B: ${name}` },
  }));
  const approval = genesis.get('approval of olga');
  const bad = (says: string, bytes: Uint8Array, code: Wanted['code'], plan = '@genesis: plan'): Wanted => ({
    says,
    given: { plan, packet: hex(bytes) },
    ...(code === undefined ? {} : { code }),
  });
  const lie = (
    says: string,
    who: Person,
    kind: string,
    body: object,
    code: Wanted['code'],
    change: Partial<Header> = {},
  ) => bad(says, genesis.unchecked(who, kind, body, change), code);
  const note = { kind: 'observation', text: 'x', number: 0 };
  const deal = genesis.get('deal of alice').body as unknown as DealBody;
  return [
    ...taken,
    { says: 'reshare A: refusal of dave', given: { plan: '@reshare A: plan', packet: '@reshare A: refusal of dave' } },
    ...reshared,
    bad('a packet of another ceremony', first.get('approval of olga').bytes, 'PACKET_FOREIGN'),
    lie('of a rehearsal', olga, 'note', note, 'PACKET_FOREIGN', { rehearsal: true }),
    lie('by somebody who is not of the plan', mallory, 'note', note, 'AUTHOR_UNKNOWN'),
    lie('in the name of somebody else', mallory, 'note', note, 'SIGNATURE_INVALID', { author: olga.signing.public }),
    bad('another signature', flip(approval.bytes), 'SIGNATURE_INVALID'),
    bad('cut short', approval.bytes.slice(0, -1), 'CBOR_MALFORMED'),
    lie('a kind that this version does not know', olga, 'census', {}, 'KIND_UNKNOWN'),
    lie('a kind with the name of something else', olga, 'constructor', {}, 'KIND_UNKNOWN'),
    lie('an approval by somebody who is not to approve', alice, 'approval', {}, 'AUTHOR_UNKNOWN'),
    lie('a deal by somebody who is no member', olga, 'deal', deal, 'AUTHOR_UNKNOWN'),
    lie('a proposal by somebody else', alice, 'proposal', { plan: genesis.plan.encoded }, 'AUTHOR_UNKNOWN'),
    lie(
      'an endorsement in a genesis',
      alice,
      'endorsement',
      { vote: { parent: filled(32, 1), slot: 0, prior: [] } },
      'AUTHOR_UNKNOWN',
    ),
    lie('an acceptance by somebody who receives nothing', olga, 'acceptance', {}, 'AUTHOR_UNKNOWN'),
    lie('a closing by somebody who is no member', olga, 'closing', {}, 'AUTHOR_UNKNOWN'),
    lie('a header of another version', olga, 'note', note, 'SCHEMA', { v: 2 } as Partial<Header>),
    lie('a header with a field too many', olga, 'note', note, 'SCHEMA', { extra: 1 } as Partial<Header>),
    lie('a time with a sign', olga, 'note', note, 'SCHEMA', { at: -1 }),
    lie('a body with a field too many', olga, 'note', { ...note, extra: 1 }, 'SCHEMA'),
    lie('a body without a field', olga, 'note', { kind: 'observation', text: 'x' }, 'SCHEMA'),
    lie('a refusal as something that nobody is', alice, 'refusal', { as: 'king', reason: '' }, 'SCHEMA'),
    lie('a proposal of another plan', carol, 'proposal', { plan: second.plan.encoded }, 'PACKET_FOREIGN'),
  ];
}

function proposals({ genesis }: Story): Wanted[] {
  const unread = (says: string, bytes: Uint8Array, code: Wanted['code']): Wanted => ({
    says,
    given: { packet: hex(bytes) },
    ...(code === undefined ? {} : { code }),
  });
  return [
    { says: "carol's", given: { packet: '@genesis: proposal' } },
    unread('an approval is no proposal', genesis.get('approval of olga').bytes, 'PACKET_FOREIGN'),
    unread(
      'of a plan that nobody may follow',
      genesis.unchecked(carol, 'proposal', { plan: filled(9, 0) }),
      'CBOR_MALFORMED',
    ),
    unread(
      'under a number that is not that of its plan',
      genesis.unchecked(carol, 'proposal', { plan: genesis.plan.encoded }, { ceremony: filled(32, 1) }),
      'PACKET_FOREIGN',
    ),
  ];
}

function deals(label: 'genesis' | 'reshare B', { genesis, second }: Story): Wanted[] {
  const walk = label === 'genesis' ? genesis : second;
  const who = label === 'genesis' ? alice : bob;
  const body = walk.get(`deal of ${who.name}`).body as unknown as DealBody;
  const [key] = body.keys;
  const [box] = body.boxes;
  if (key === undefined || box === undefined) throw new Error('an empty deal');
  const check = (said: Said): Given => ({ plan: `@${label}: plan`, deal: hex(said.bytes) });
  const bad = (says: string, change: object, code: Wanted['code'] = 'DEAL_INVALID', by = who): Wanted => ({
    says: `${label}: ${says}`,
    given: check(walk.draft(by, 'deal', { ...body, ...change })),
    ...(code === undefined ? {} : { code }),
  });
  const otherKey = (change: object): object => ({ keys: [{ ...key, ...change }] });
  const otherBox = (change: object): object => ({ boxes: [{ ...box, ...change }, ...body.boxes.slice(1)] });
  const [constant, slope] = key.commitments as [Uint8Array, Uint8Array];
  const common: Wanted[] = [
    ...members
      .filter(({ name }) => walk.said.has(`deal of ${name}`))
      .map(({ name }) => ({
        says: `${label}: deal of ${name}`,
        given: { plan: `@${label}: plan`, deal: `@${label}: deal of ${name}` },
      })),
    bad('two keys where there is one', { keys: [key, key] }),
    bad('a box too few', { boxes: body.boxes.slice(1) }),
    bad('a commitment too many', otherKey({ commitments: [constant, slope, slope] }), 'COMMITMENTS_LENGTH'),
    bad('a commitment too few', otherKey({ commitments: [constant] }), 'COMMITMENTS_LENGTH'),
    bad(
      'a commitment of small order',
      otherKey({ commitments: [constant, Uint8Array.of(0xec, ...filled(30, 0xff), 0x7f)] }),
      'POINT_INVALID',
    ),
    bad('another slope: no box is bound to it', otherKey({ commitments: [constant, constant] }), 'PROOF_INVALID'),
    bad('a box of another size', otherBox({ ciphertext: filled(49, 0) })),
    bad('another R', otherBox({ R: body.boxes[1]?.R }), 'PROOF_INVALID'),
    bad('R is the identity', otherBox({ R: filled(32, 0) }), 'POINT_INVALID'),
    bad('the boxes in another order', { boxes: body.boxes.toReversed() }, 'PROOF_INVALID'),
  ];
  if (label === 'genesis') {
    const secret = edwards25519.scalar(5n);
    const point = edwards25519.multiplyBase(secret);
    const unbound = proveKnowledge(edwards25519, secret, point, 'genesis', filled(32, 1), drawn('vectors unbound'));
    return [
      ...common,
      bad('no proof that the constant is known: a rogue key', otherKey({ proof: null }), 'PROOF_INVALID'),
      bad(
        'a proof for another ceremony',
        otherKey({ commitments: [edwards25519.encodePoint(point), slope], proof: unbound }),
        'PROOF_INVALID',
      ),
      bad("alice's proof as bob's", {}, 'PROOF_INVALID', bob),
      bad('a vote, where there is nothing to vote about', { vote: { parent: filled(32, 1), slot: 0, prior: [] } }),
    ];
  }
  return [
    ...common,
    bad('a constant that is not its own share', otherKey({ commitments: [slope, slope] }), 'CONSTANT_MISMATCH'),
    bad('a proof that only a genesis has', otherKey({ proof: filled(64, 1) })),
    bad('no vote', { vote: null }),
    bad('a vote over another parent', { vote: { parent: filled(32, 1), slot: 0, prior: [] } }),
    bad('by an old member who is not among the dealers', {}, 'DEAL_INVALID', alice),
  ];
}

function votes({ first, second, link }: Story): Wanted[] {
  const parent = link.proven.id;
  const [proposal, refusal] = [first.get('proposal').bytes, first.get('refusal of dave').bytes];
  const prior = { ceremony: first.plan.id, attempt: first.plan.id, evidence: [proposal, refusal] };
  const vote = (says: string, change: object, code?: Wanted['code']): Wanted => ({
    says,
    given: { plan: '@reshare B: plan', vote: toJson({ parent, slot: 1, prior: [prior], ...change }) },
    ...(code === undefined ? {} : { code }),
  });
  const note = first.draft(olga, 'note', { kind: 'observation', text: '', number: 0 }).bytes;
  const harmless = first.draft(olga, 'refusal', { as: 'member', reason: 'I would rather not' }).bytes;
  return [
    vote('the first vote proves nothing', { slot: 0, prior: [] }),
    vote('the second proves that the attempt of the first is dead', {}),
    vote('the second proves nothing', { prior: [] }, 'VOTE_INVALID'),
    vote('the first proves something', { slot: 0 }, 'VOTE_INVALID'),
    vote('the third proves one attempt dead twice', { slot: 2, prior: [prior, prior] }, 'VOTE_INVALID'),
    vote('over another parent', { parent: filled(32, 1) }, 'VOTE_INVALID'),
    vote('the evidence is about another ceremony', { prior: [{ ...prior, ceremony: second.plan.id }] }, 'VOTE_INVALID'),
    vote('the evidence is about another attempt', { prior: [{ ...prior, attempt: filled(32, 1) }] }, 'VOTE_INVALID'),
    vote('a refusal that kills nothing', { prior: [{ ...prior, evidence: [proposal, harmless] }] }, 'VOTE_INVALID'),
    vote('evidence without the proposal', { prior: [{ ...prior, evidence: [refusal, refusal] }] }, 'VOTE_INVALID'),
    vote(
      'something else beside the refusal',
      { prior: [{ ...prior, evidence: [proposal, refusal, note] }] },
      'VOTE_INVALID',
    ),
    vote(
      'a refusal with another signature',
      { prior: [{ ...prior, evidence: [proposal, flip(refusal)] }] },
      'VOTE_INVALID',
    ),
  ];
}

function drafts({ genesis, second }: Story): Wanted[] {
  const draft = (label: string, walk: Walk, who: Person, shares: Json): Wanted => {
    const said = walk.get(`deal of ${who.name}`);
    const { vote, approvals } = said.body as unknown as DealBody;
    return {
      says: `${label}: deal of ${who.name}`,
      given: {
        plan: `@${label}: plan`,
        dealer: who.name,
        shares,
        vote: toJson(vote),
        approvals: toJson(approvals),
        random: [...said.draws],
      },
    };
  };
  const share = toJson(genesis.kept.get('carol')?.share ?? []);
  const stale = draft('reshare B', second, carol, toJson(second.kept.get('carol')?.share ?? []));
  return [
    draft('genesis', genesis, alice, null),
    draft('reshare B', second, carol, share),
    {
      says: 'reshare B: from a share of another epoch',
      given: { ...stale.given, random: [hex(filled(32, 1))] },
      code: 'SHARE_MISMATCH',
    },
  ];
}

const dealsOf: Readonly<Record<string, string[]>> = {
  genesis: ['@genesis: deal of alice', '@genesis: deal of bob', '@genesis: deal of carol'],
  'reshare B': ['@reshare B: deal of bob', '@reshare B: deal of carol'],
};
const acceptancesOf: Readonly<Record<string, string[]>> = {
  genesis: ['alice', 'bob', 'carol'].map((name) => `@genesis: acceptance of ${name}`),
  'reshare B': ['bob', 'carol', 'dave'].map((name) => `@reshare B: acceptance of ${name}`),
};

function openings(label: string, walk: Walk, people: readonly Person[], prekey: number): Wanted[] {
  return people.map((who) => ({
    says: `${label}: ${who.name}`,
    given: {
      plan: `@${label}: plan`,
      deals: dealsOf[label] ?? [],
      index: walk.kept.get(who.name)?.index ?? 0,
      secret: hex(who.prekeys[prekey]?.secret ?? filled(32, 0)),
    },
  }));
}

/** A deal that is good in public and bad behind the seal of one box. */
function badBox({ genesis }: Story): Wanted {
  const [body] = genesis.dealBody(alice, null, null, 'bad');
  const other = genesis.dealBody(alice, null, null, 'other')[0];
  const ciphertext = flip(body.boxes[0]?.ciphertext ?? filled(1, 0));
  if (other.boxes.length !== 3) throw new Error('three boxes are due');
  const boxes = [{ ...body.boxes[0], ciphertext }, ...body.boxes.slice(1)];
  const said = genesis.draft(alice, 'deal', { ...body, boxes });
  return {
    says: 'genesis: a box that everybody takes for good, and that alice cannot open: she sees who sealed it',
    given: {
      plan: '@genesis: plan',
      deals: [hex(said.bytes), ...(dealsOf.genesis ?? []).slice(1)],
      index: 1,
      secret: hex(alice.prekeys[0]?.secret ?? filled(32, 0)),
    },
  };
}

function acceptanceDraft(label: string, walk: Walk, who: Person): Wanted {
  const said = walk.get(`acceptance of ${who.name}`);
  const kept = walk.kept.get(who.name);
  const { card, tool } = said.body as unknown as AcceptanceBody;
  return {
    says: `${label}: ${who.name}`,
    given: {
      plan: `@${label}: plan`,
      deals: dealsOf[label] ?? [],
      index: kept?.index ?? 0,
      share: toJson(kept?.share ?? []),
      card: hex(card),
      tool: toJson(tool),
      random: [...said.draws],
    },
  };
}

function acceptances({ genesis }: Story): Wanted[] {
  const body = genesis.get('acceptance of alice').body as unknown as AcceptanceBody;
  const given = { plan: '@genesis: plan', deals: dealsOf.genesis ?? [] };
  const bad = (says: string, change: object, code: Wanted['code'] = 'ACCEPTANCE_INVALID', by = alice): Wanted => ({
    says,
    given: { ...given, acceptance: hex(genesis.draft(by, 'acceptance', { ...body, ...change }).bytes) },
    ...(code === undefined ? {} : { code }),
  });
  const [proof] = body.possession;
  const [nonce] = body.nonces;
  return [
    ...(acceptancesOf.genesis ?? []).map((name) => ({ says: name.slice(1), given: { ...given, acceptance: name } })),
    bad('over another transcript than its deals make', { transcript: filled(32, 1) }),
    bad('two nonces for one key', { nonces: [nonce, nonce] }),
    bad('a nonce that is no point', { nonces: [{ ...nonce, hiding: filled(32, 0) }] }, 'POINT_INVALID'),
    bad('two proofs for one suite', { possession: [proof, proof] }),
    bad('a proof for another suite', { possession: [{ ...proof, suite: 'p256' }] }),
    bad(
      'another proof',
      { possession: [{ ...proof, proof: flip(proof?.proof ?? filled(1, 0), 40) }] },
      'PROOF_INVALID',
    ),
    bad("alice's proof as bob's", { card: renewed(bob).file }, 'PROOF_INVALID', bob),
    bad('the card of somebody else', { card: renewed(bob).file }),
    bad('the card of a rehearsal', { card: alice.rehearsalCard.file }),
    bad('a card under another name', { card: renewed(alice, { name: 'alice2' }).file }),
    bad('a card that offers the used prekey again', { card: alice.card.file }),
    bad('no card', { card: filled(5, 0) }, 'CARD_INVALID'),
    zeroShare(genesis, body),
  ];
}

/** Carol deals last: she opens the boxes of alice and bob for her, and chooses her own so that they sum to zero. */
function zeroShare(genesis: Walk, body: AcceptanceBody): Wanted {
  const { said } = zeroDeal(genesis);
  const dealt = [...(dealsOf.genesis ?? []).slice(0, 2), hex(said.bytes)];
  const { attempt } = genesis.current;
  const digests = [...body.deals.slice(0, 2), digestBytes(said.packet.digest)];
  const change = {
    deals: digests,
    transcript: transcriptHash(genesis.plan, attempt, digests),
    card: renewed(carol).file,
  };
  return {
    says: 'a share of zero, under which no committee could sign',
    given: {
      plan: '@genesis: plan',
      deals: dealt,
      acceptance: hex(genesis.draft(carol, 'acceptance', { ...body, ...change }).bytes),
    },
    code: 'ACCEPTANCE_INVALID',
  };
}

function activations({ genesis, second }: Story): { drafted: Wanted[]; checked: Wanted[] } {
  const kept = genesis.kept.get('alice');
  const given = { plan: '@genesis: plan', deals: dealsOf.genesis ?? [], acceptances: acceptancesOf.genesis ?? [] };
  const body = genesis.get('activation of alice').body as unknown as ActivationBody;
  const bad = (says: string, change: object, code: Wanted['code'] = 'ACTIVATION_INVALID', by = alice): Wanted => ({
    says,
    given: { ...given, activation: hex(genesis.draft(by, 'activation', { ...body, ...change }).bytes) },
    ...(code === undefined ? {} : { code }),
  });
  const [share] = body.shares;
  if (kept === undefined || share === undefined || second.plan.parent === null) throw new Error('no activation');
  return {
    drafted: [
      {
        says: 'genesis: alice',
        given: { ...given, index: kept.index, share: toJson(kept.share), nonces: toJson(kept.nonces) },
      },
    ],
    checked: [
      ...['alice', 'bob', 'carol'].map((name) => ({
        says: `genesis: ${name}`,
        given: { ...given, activation: `@genesis: activation of ${name}` },
      })),
      bad('over another transcript', { transcript: filled(32, 1) }),
      bad('the acceptances in another order', { certificate: body.certificate.toReversed() }),
      bad('two shares for one key', { shares: [share, share] }),
      bad('another share', { shares: [flip(share, 0)] }, 'SIGNATURE_INVALID'),
      bad('a share that is not below the order', { shares: [filled(32, 0xff)] }, 'SIGNATURE_INVALID'),
      bad("alice's share as bob's", {}, 'SIGNATURE_INVALID', bob),
    ],
  };
}

export function makePackets(story: Story): Questions {
  const { genesis, first, second } = story;
  const shared = {
    ...sharedOf('genesis', genesis),
    ...sharedOf('reshare A', first),
    ...sharedOf('reshare B', second),
  };
  const activated = activations(story);
  const make = (operation: string, about: string, wanted: Wanted[]) => group(operation, about, wanted, shared);
  const complete = (label: string, people: readonly Person[]): Wanted => ({
    says: label,
    given: {
      plan: `@${label}: plan`,
      deals: dealsOf[label] ?? [],
      acceptances: acceptancesOf[label] ?? [],
      activations: people.map(({ name }) => `@${label}: activation of ${name}`),
    },
  });
  if (digestBytes(genesis.get('proposal').packet.digest).length !== 32) throw new Error('a digest has 32 bytes');
  return {
    about: [
      'Every kind of packet, as it is made and as it is checked: protocol.md sections 11 to 20.',
      'Alice, bob and carol make a key (genesis). Then alice leaves and dave joins, twice: dave refuses the first time (reshare A), and the votes of the second (reshare B) prove that the first is dead.',
      '`shared` has the packets as they were signed; @name stands for one of them.',
      '`random` lists what the source of randomness gave, in the order in which it was asked. Secrets are shown so that everything can be made again.',
    ],
    shared,
    groups: [
      make(
        'packet write',
        '`payload` is the map {v: 1, ...header, body}; `packet` the COSE_Sign1 around it; `digest` its tagged hash "packet".',
        [
          ...written('genesis', genesis),
          ...written('reshare A', first).slice(2),
          ...written('reshare B', second).filter(({ says }) => /deal of carol|endorsement|closing/.test(says)),
        ],
      ),
      make(
        'packet admit',
        'The door for packets. `slot` is what two packets of one author must not both take.',
        admissions(story),
      ),
      make('proposal read', 'A proposal opens a ceremony.', proposals(story)),
      make('deal draft', 'The body of a deal.', drafts(story)),
      make('deal check', 'What everybody checks of a deal.', [
        ...deals('genesis', story),
        ...deals('reshare B', story),
      ]),
      make('vote check', 'The proof in a vote.', votes(story)),
      make('deals assemble', 'Transcript hash and new descriptor.', [
        { says: 'genesis', given: { plan: '@genesis: plan', deals: dealsOf.genesis ?? [] } },
        { says: 'reshare B', given: { plan: '@reshare B: plan', deals: dealsOf['reshare B'] ?? [] } },
        {
          says: 'in another order than the dealers of the plan',
          given: { plan: '@reshare B: plan', deals: (dealsOf['reshare B'] ?? []).toReversed() },
          code: 'DEAL_INVALID',
        },
        {
          says: 'one too few',
          given: { plan: '@genesis: plan', deals: (dealsOf.genesis ?? []).slice(1) },
          code: 'DEAL_INVALID',
        },
      ]),
      make('deals open', 'What a receiver finds in its boxes: its share of every key, or whom to blame.', [
        ...openings('genesis', genesis, members, 0),
        ...openings('reshare B', second, [bob, carol, dave], 1),
        badBox(story),
      ]),
      make('acceptance draft', '`nonces` are secret: hiding || binding for every key.', [
        acceptanceDraft('genesis', genesis, alice),
        acceptanceDraft('reshare B', second, dave),
      ]),
      make('acceptance check', 'What everybody checks of an acceptance.', acceptances(story)),
      make('activation draft', 'With the certificate in sight: one signature share for every key.', activated.drafted),
      make('activation check', 'What everybody checks of an activation.', activated.checked),
      make('turn complete', 'All have signed: the proof of life, which is the next link.', [
        complete('genesis', members),
        complete('reshare B', [bob, carol, dave]),
      ]),
    ],
  };
}
