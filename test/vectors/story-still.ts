import { provesPossession } from '../../src/ceremony/packets/census.ts';
import { nowhere } from '../../src/ceremony/packets/closing.ts';
import { draftCommitment } from '../../src/ceremony/packets/commitment.ts';
import { draftSignature } from '../../src/ceremony/packets/signature.ts';
import { type PlanFacts, writePlan } from '../../src/ceremony/plan.ts';
import type { LinkFacts } from '../../src/ceremony/succession.ts';
import { commit } from '../../src/crypto/commitments.ts';
import { edwards25519 } from '../../src/crypto/group.ts';
import { evaluate, randomPolynomial } from '../../src/crypto/polynomial.ts';
import { drawn } from '../crypto/drawn.ts';
import {
  alice,
  aliceAgain,
  bob,
  carol,
  descriptorBytes,
  factsOf,
  genesisFacts,
  olga,
  type Person,
  prekeyOf,
  prove,
  reshareFacts,
} from './cast.ts';
import { filled, recorded } from './form.ts';
import type { Story } from './story.ts';
import { Walk } from './walk.ts';

const members = [alice, bob, carol];

/** A committee of three that holds two keys, so that it matters which share is of which. */
function twoKeys(): { link: LinkFacts; shares: ReadonlyMap<string, readonly Uint8Array[]> } {
  const source = drawn('vectors two keys');
  const keys = (['main', 'spare'] as const).map((label, place) => {
    const constant = edwards25519.scalar(BigInt(1000 + place));
    return { label, polynomial: randomPolynomial(edwards25519, constant, 2, source) };
  });
  const encoded = descriptorBytes({
    keyset: null,
    epoch: 0,
    previous: null,
    ceremony: filled(32, 0xce),
    attempt: filled(32, 0xce),
    threshold: 2,
    members: members.map(({ name, signing }) => ({ name, identity: signing.public })),
    policy: { approvers: [olga.signing.public], approvals: 1 },
    keys: keys.map(({ label, polynomial }) => {
      const commitments = commit(edwards25519, polynomial).map((point) => edwards25519.encodePoint(point));
      return { label, suite: 'ed25519', publicKey: commitments[0] as Uint8Array, chainCode: null, commitments };
    }),
    rehearsal: false,
  });
  const of = (index: number) =>
    keys.map(({ polynomial }) => edwards25519.encodeScalar(evaluate(edwards25519, polynomial, index)));
  return {
    link: prove(encoded, filled(32, 0x7a), [
      [1, ...of(1)],
      [2, ...of(2)],
      [3, ...of(3)],
    ]),
    shares: new Map(members.map(({ name }, place) => [name, of(place + 1)])),
  };
}

/** A plan that moves no share, over the committee of the two keys. */
export function stillFacts(kind: 'drill' | 'census', parent: LinkFacts): PlanFacts {
  return {
    ...genesisFacts(),
    kind,
    random: drawn(`vectors ${kind}`)(32),
    parent,
    old: [{ card: 0 }, { card: 1 }, { card: 2 }],
    new: [],
    keys: [],
    ...(kind === 'drill' ? { signers: [1, 3] } : {}),
    reason: kind === 'drill' ? 'once a quarter' : 'who still has a share',
    because: 'compliance',
  };
}

export interface Still {
  readonly drill: Walk;
  readonly census: Walk;
  readonly link: LinkFacts;
  readonly shares: ReadonlyMap<string, readonly Uint8Array[]>;
  /** The secret nonces of the drill's signers. */
  readonly nonces: ReadonlyMap<string, readonly Uint8Array[]>;
}

export function still(): Still {
  const { link, shares } = twoKeys();
  const nonces = new Map<string, readonly Uint8Array[]>();

  const drill = new Walk(writePlan(stillFacts('drill', link)), 'drill');
  drill.propose(carol);
  drill.say('approval of olga', olga, 'approval', {});
  const signers: [Person, number][] = [
    [alice, 1],
    [carol, 3],
  ];
  for (const [who, index] of signers) {
    const view = drill.view().drill;
    const { random, draws } = recorded(`drill ${who.name}`);
    if (view === null) throw new Error('no drill');
    const made = draftCommitment(view.id, view.descriptor, index, shares.get(who.name) ?? [], random);
    nonces.set(who.name, made.nonces);
    drill.say(`commitment of ${who.name}`, who, 'commitment', made.body, draws);
  }
  const turn = drill.view().drill?.turn;
  if (turn == null) throw new Error('nothing to sign');
  for (const [who, index] of signers) {
    const own = (nonces.get(who.name) ?? []).map((nonce) => new Uint8Array(nonce));
    drill.say(
      `signature of ${who.name}`,
      who,
      'signature',
      draftSignature(turn, index, shares.get(who.name) ?? [], own),
    );
  }

  const census = new Walk(writePlan(stillFacts('census', link)), 'census');
  census.propose(carol);
  census.say('approval of olga', olga, 'approval', {});
  for (const [place, who] of [alice, bob].entries()) {
    const { random, draws } = recorded(`census ${who.name}`);
    const descriptor = census.plan.parent?.proven;
    if (descriptor === undefined) throw new Error('no parent');
    const possession = provesPossession(
      census.plan,
      descriptor,
      place + 1,
      shares.get(who.name) ?? [],
      who.signing.public,
      random,
    );
    const copy = { id: 'copy-1', label: 'in the safe', kind: 'export', epoch: 0, where: nowhere, destroyed: null };
    const copies = [{ ...copy, invalid: false }];
    const findings = [{ check: 'network', ok: true, detail: 'no interface is up' }];
    const body = { possession, prekeys: 2, tool: census.plan.tool, copies, findings };
    census.say(`census of ${who.name}`, who, 'census', body, draws);
  }
  census.say('refusal of carol', carol, 'refusal', { as: 'member', reason: 'the machine is in repair' });
  return { drill, census, link, shares, nonces };
}

/** The machine of alice is gone: bob and carol deal, and she comes back at her place with another one. */
export function recoveryFacts(parent: LinkFacts): PlanFacts {
  return {
    ...reshareFacts(parent, 'B'),
    kind: 'recover',
    random: drawn('vectors recovery')(32),
    cards: [bob, carol, aliceAgain, olga].map(({ card }) => card.file),
    proposer: 0,
    old: [{ card: null }, { card: 0 }, { card: 1 }],
    new: [
      { card: 2, prekey: prekeyOf(aliceAgain, 0) },
      { card: 0, prekey: prekeyOf(bob, 1) },
      { card: 1, prekey: prekeyOf(carol, 1) },
    ],
    dealers: [2, 3],
    reserves: [],
    approvers: [3],
    observers: [],
    reason: 'a machine fell into the water',
    because: 'incident',
    ticket: null,
  };
}

export function recovery({ genesis, link }: Story): Walk {
  const walk = new Walk(writePlan(recoveryFacts(factsOf(link))), 'recovery');
  walk.propose(bob);
  walk.say('approval of olga', olga, 'approval', {});
  const vote = { parent: link.proven.id, slot: 0, prior: [] };
  for (const who of [bob, carol]) walk.deal(who, genesis.kept.get(who.name)?.share ?? [], vote);
  const receivers = [aliceAgain, bob, carol];
  for (const who of receivers) walk.accept(who);
  for (const who of receivers) walk.activate(who);
  walk.close(aliceAgain, 'lost');
  for (const who of [bob, carol]) walk.close(who);
  return walk;
}
