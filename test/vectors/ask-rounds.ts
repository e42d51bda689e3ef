import type { AcceptanceBody } from '../../src/ceremony/packets/acceptance.ts';
import type { ActivationBody } from '../../src/ceremony/packets/activation.ts';
import { transcriptHash } from '../../src/ceremony/transcript.ts';
import { alice, bob, carol, digestBytes, type Person, renewed } from './cast.ts';
import { filled, flip, hex, toJson, type Wanted } from './form.ts';
import { wrongSubshare, zeroDeal } from './lies.ts';
import type { Story } from './story.ts';
import type { Walk } from './walk.ts';

export const dealsOf: Readonly<Record<string, string[]>> = {
  genesis: ['@genesis: deal of alice', '@genesis: deal of bob', '@genesis: deal of carol'],
  'reshare B': ['@reshare B: deal of bob', '@reshare B: deal of carol'],
};
export const acceptancesOf: Readonly<Record<string, string[]>> = {
  genesis: ['alice', 'bob', 'carol'].map((name) => `@genesis: acceptance of ${name}`),
  'reshare B': ['bob', 'carol', 'dave'].map((name) => `@reshare B: acceptance of ${name}`),
};

export function openings(label: string, walk: Walk, people: readonly Person[], prekey: number): Wanted[] {
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

/** Deals that are good in public and bad behind the seal of one box. */
export function badBoxes({ genesis }: Story): Wanted[] {
  const [body] = genesis.dealBody(alice, null, null, 'bad');
  const ciphertext = flip(body.boxes[0]?.ciphertext ?? filled(1, 0));
  const boxes = [{ ...body.boxes[0], ciphertext }, ...body.boxes.slice(1)];
  const said = genesis.draft(alice, 'deal', { ...body, boxes });
  const [first = '', second = '', third = ''] = dealsOf.genesis ?? [];
  const given = { plan: '@genesis: plan', index: 1, secret: hex(alice.prekeys[0]?.secret ?? filled(32, 0)) };
  return [
    {
      says: 'genesis: a box that everybody takes for good, and that alice cannot open: she sees who sealed it',
      given: { ...given, deals: [hex(said.bytes), second, third] },
    },
    {
      says: 'genesis: a box that opens, with another sub-share in it than its dealer committed to',
      given: { ...given, deals: [first, second, hex(wrongSubshare(genesis).bytes)] },
    },
  ];
}

export function acceptanceDraft(label: string, walk: Walk, who: Person): Wanted {
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

export function acceptances({ genesis }: Story): Wanted[] {
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

export function activations({ genesis, second }: Story): { drafted: Wanted[]; checked: Wanted[] } {
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
