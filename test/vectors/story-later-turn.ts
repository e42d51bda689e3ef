import { draftCommitment } from '../../src/ceremony/packets/commitment.ts';
import { draftSignature } from '../../src/ceremony/packets/signature.ts';
import { writePlan } from '../../src/ceremony/plan.ts';
import { drawn } from '../crypto/drawn.ts';
import {
  alice,
  bob,
  carol,
  dave,
  digestBytes,
  erin,
  factsOf,
  olga,
  type Person,
  prekeyOf,
  reshareFacts,
} from './cast.ts';
import { recorded } from './form.ts';
import type { Story } from './story.ts';
import { type Said, Walk } from './walk.ts';

export interface LaterTurn {
  readonly walk: Walk;
  /** The secret nonces of those who answer the call. */
  readonly nonces: ReadonlyMap<string, readonly Uint8Array[]>;
}

/** What is signed of a call, by somebody who committed to these nonces. */
export function signatureOf(walk: Walk, call: Said, who: Person, nonces: readonly Uint8Array[]): object {
  const view = walk.current.reproves.find(({ packet }) => packet.digest === call.packet.digest);
  const kept = walk.kept.get(who.name);
  if (view?.turn == null || kept === undefined) throw new Error('nothing to sign');
  const own = nonces.map((nonce) => new Uint8Array(nonce));
  return draftSignature(view.turn, kept.index, kept.share, own);
}

/**
 * Three of four are to sign. All accept, dave activates, and carol is lost. Bob calls for a turn without her, which is
 * the proof of life.
 */
export function laterTurn({ genesis, link }: Story): LaterTurn {
  const facts = reshareFacts(factsOf(link), 'B');
  const four = {
    ...facts,
    random: drawn('vectors later turn')(32),
    new: [...facts.new, { card: 5, prekey: prekeyOf(erin, 1) }],
    observers: [],
    threshold: 3,
    ticket: null,
  };
  const walk = new Walk(writePlan(four), 'later turn');
  walk.propose(bob);
  walk.say('approval of olga', olga, 'approval', {});
  const vote = { parent: link.proven.id, slot: 0, prior: [] };
  for (const who of [bob, carol]) walk.deal(who, genesis.kept.get(who.name)?.share ?? [], vote);
  for (const who of [bob, carol, dave, erin]) walk.accept(who);
  walk.activate(dave);
  const { certificate } = walk.current;
  const named = certificate?.acceptances.map(({ packet }) => digestBytes(packet.digest)) ?? [];
  const body = { number: 1, certificate: named, signers: [1, 3, 4], reason: 'the machine of carol is gone' };
  const call = walk.say('reprove of bob', bob, 'reprove', body);
  const nonces = new Map<string, readonly Uint8Array[]>();
  for (const who of [bob, dave, erin]) {
    const { random, draws } = recorded(`later turn ${who.name}`);
    const kept = walk.kept.get(who.name);
    if (certificate == null || kept === undefined) throw new Error('nothing to answer');
    const { descriptor } = certificate.transcript;
    const id = digestBytes(call.packet.digest);
    const made = draftCommitment(id, descriptor, kept.index, kept.share, random);
    nonces.set(who.name, made.nonces);
    walk.say(`commitment of ${who.name}`, who, 'commitment', made.body, draws);
  }
  for (const who of [bob, dave, erin]) {
    walk.say(`signature of ${who.name}`, who, 'signature', signatureOf(walk, call, who, nonces.get(who.name) ?? []));
  }
  for (const who of [bob, dave, erin, alice]) walk.close(who);
  return { walk, nonces };
}
