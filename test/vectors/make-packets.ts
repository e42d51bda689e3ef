import type { Header } from '../../src/ceremony/packet.ts';
import type { DealBody } from '../../src/ceremony/packets/deal.ts';
import { deals, drafts, votes } from './ask-deals.ts';
import { acceptanceDraft, acceptances, acceptancesOf, activations, badBoxes, dealsOf, openings } from './ask-rounds.ts';
import { alice, bob, carol, dave, digestBytes, mallory, olga, type Person } from './cast.ts';
import { filled, flip, type Given, group, hex, type Json, type Questions, toJson, type Wanted } from './form.ts';
import type { Story } from './story.ts';
import type { Walk } from './walk.ts';

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

const about = { text: '', number: 1 };
const bag = { ...about, kind: 'bag', bag: 'B-0017', way: 'in', what: 'stick' };
const witness = { ...about, kind: 'witness', name: 'walter', role: 'internal audit' };
const absent = { ...about, kind: 'absent', member: alice.signing.public };
const anchor = { ...about, kind: 'anchor', place: 'the gazette of Monday', digest: filled(32, 9) };

const notes: readonly (readonly [string, object])[] = [
  ['a bag that comes in', bag],
  ['a bag that goes out, with words', { ...bag, way: 'out', text: 'sealed before all' }],
  ['a bag with the longest number', { ...bag, bag: 'x'.repeat(64), what: 'x'.repeat(64) }],
  ['a witness', witness],
  ['a witness with a long name and role', { ...witness, name: 'x'.repeat(100), role: 'x'.repeat(100) }],
  ['a member who is absent', absent],
  ['an anchor', anchor],
  ['an anchor at a place with a long name', { ...anchor, place: 'x'.repeat(200) }],
];

const badNotes: readonly (readonly [string, object])[] = [
  ['a kind that no note has', { ...about, kind: 'rumour' }],
  ['a deviation with the number of a bag', { ...about, kind: 'deviation', bag: '17' }],
  ['a bag without a number', { ...bag, bag: '' }],
  ['a bag with a number of 65 characters', { ...bag, bag: 'x'.repeat(65) }],
  ['a bag that goes neither in nor out', { ...bag, way: 'up' }],
  ['a bag of nothing', { ...bag, what: '' }],
  ['a bag of something with 65 characters', { ...bag, what: 'x'.repeat(65) }],
  ['a witness without a name', { ...witness, name: '' }],
  ['a witness with a name of 101 characters', { ...witness, name: 'x'.repeat(101) }],
  ['a witness without a role', { ...witness, role: '' }],
  ['a witness with a role of 101 characters', { ...witness, role: 'x'.repeat(101) }],
  ['somebody absent, by name', { ...absent, member: 'alice' }],
  ['an anchor nowhere', { ...anchor, place: '' }],
  ['an anchor at a place of 201 characters', { ...anchor, place: 'x'.repeat(201) }],
  ['an anchor with a digest of 31 bytes', { ...anchor, digest: filled(31, 9) }],
];

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
  const more = (name: string): Wanted => {
    const { who, body, header } = genesis.get(name.replace('proposal of carol', 'proposal'));
    return lie(`${name}, with a field too many`, who, header.kind, { ...(body as object), extra: 1 }, 'SCHEMA');
  };
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
    lie('a kind that this version does not know', olga, 'parole', {}, 'KIND_UNKNOWN'),
    lie('a kind with the name of something else', olga, 'constructor', {}, 'KIND_UNKNOWN'),
    lie('an approval by somebody who is not to approve', alice, 'approval', {}, 'AUTHOR_UNKNOWN'),
    lie('a deal by somebody who is no member', olga, 'deal', deal, 'AUTHOR_UNKNOWN'),
    lie(
      'a proposal by somebody else',
      alice,
      'proposal',
      { plan: genesis.plan.encoded, key: filled(32, 7) },
      'AUTHOR_UNKNOWN',
    ),
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
    ...['proposal of carol', 'approval of olga', 'deal of alice', 'acceptance of alice'].map((name) => more(name)),
    ...['activation of alice', 'closing of alice'].map((name) => more(name)),
    bad(
      'reshare B: endorsement of alice, with a field too many',
      second.unchecked(alice, 'endorsement', { ...(second.get('endorsement of alice').body as object), extra: 1 }),
      'SCHEMA',
      '@reshare B: plan',
    ),
    lie('an activation by somebody who receives nothing', olga, 'activation', {}, 'AUTHOR_UNKNOWN'),
    lie('a body without a field', olga, 'note', { kind: 'observation', text: 'x' }, 'SCHEMA'),
    ...notes.map(([says, body]) => bad(`a note of ${says}`, genesis.unchecked(olga, 'note', body), undefined)),
    ...badNotes.map(([says, body]) => lie(`a note of ${says}`, olga, 'note', body, 'SCHEMA')),
    lie('a refusal as something that nobody is', alice, 'refusal', { as: 'king', reason: '' }, 'SCHEMA'),
    lie(
      'a proposal of another plan',
      carol,
      'proposal',
      { plan: second.plan.encoded, key: filled(32, 7) },
      'PACKET_FOREIGN',
    ),
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
      genesis.unchecked(carol, 'proposal', { plan: filled(9, 0), key: filled(32, 7) }),
      'CBOR_MALFORMED',
    ),
    unread(
      'under a number that is not that of its plan',
      genesis.unchecked(
        carol,
        'proposal',
        { plan: genesis.plan.encoded, key: filled(32, 7) },
        { ceremony: filled(32, 1) },
      ),
      'PACKET_FOREIGN',
    ),
  ];
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
      'Every kind of packet, as it is made and as it is checked: docs/protocol.md sections 11 to 18.',
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
        ...badBoxes(story),
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
