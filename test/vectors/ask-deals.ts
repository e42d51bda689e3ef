import type { DealBody } from '../../src/ceremony/packets/deal.ts';
import { edwards25519 } from '../../src/crypto/group.ts';
import { proveKnowledge } from '../../src/crypto/knowledge.ts';
import { drawn } from '../crypto/drawn.ts';
import { alice, bob, carol, olga, type Person } from './cast.ts';
import { filled, flip, type Given, hex, type Json, toJson, type Wanted } from './form.ts';
import type { Story } from './story.ts';
import type { Said, Walk } from './walk.ts';

const members = [alice, bob, carol];

export function deals(label: 'genesis' | 'reshare B', { genesis, second }: Story): Wanted[] {
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

export function votes({ first, second, link }: Story): Wanted[] {
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

export function drafts({ genesis, second }: Story): Wanted[] {
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
