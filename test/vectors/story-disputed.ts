import type { Random } from '../../src/bytes/random.ts';
import { boxContext, type DealBody } from '../../src/ceremony/packets/deal.ts';
import type { Vote } from '../../src/ceremony/packets/endorsement.ts';
import { writePlan } from '../../src/ceremony/plan.ts';
import { edwards25519 } from '../../src/crypto/group.ts';
import { proveOpening, sealBox } from '../../src/crypto/sealing.ts';
import { drawn } from '../crypto/drawn.ts';
import {
  alice,
  bob,
  carol,
  dave,
  digestBytes,
  factsOf,
  olga,
  type Person,
  prekeyOf,
  renewed,
  reshareFacts,
} from './cast.ts';
import { recorded } from './form.ts';
import type { Story } from './story.ts';
import { type Said, Walk } from './walk.ts';

const members = [bob, carol, dave];

/** A deal whose box for one receiver holds this, whatever its dealer committed to. */
export function dealWithin(walk: Walk, body: DealBody, who: Person, index: number, plaintext: Uint8Array): DealBody {
  const { attempt } = walk.current;
  const dealer = attempt.dealers.find(({ participant }) => participant.name === who.name);
  const prekey = attempt.prekeys[index - 1];
  if (dealer === undefined || prekey === undefined) throw new Error('no such box');
  const context = boxContext(walk.plan, attempt, dealer, body, index);
  const box = sealBox(plaintext, prekey, context, drawn(`vectors disputed box ${who.name} ${index}`));
  return { ...body, boxes: body.boxes.map((own, place) => (place === index - 1 ? box : own)) };
}

/** The body of a complaint: whoever has the secret of the prekey opens the own box of this deal. */
export function opening(walk: Walk, deal: Said, who: Person, prekey: number, random: Random): object {
  const { attempt } = walk.current;
  const index = walk.plan.receivers.find(({ name }) => name === who.name)?.newIndex ?? 0;
  const dealer = attempt.dealers.find(({ participant }) => participant.name === deal.who.name);
  const body = deal.body as unknown as DealBody;
  const [box, secret] = [body.boxes[index - 1], who.prekeys[prekey]?.secret];
  if (dealer === undefined || box === undefined || secret === undefined) throw new Error('no such box');
  const context = boxContext(walk.plan, attempt, dealer, body, index);
  const { K, proof } = proveOpening(box, secret, context, who.signing.public, random);
  return { deal: digestBytes(deal.packet.digest), K, proof };
}

/**
 * One plan and three attempts. In the first carol seals something else to dave, who opens that box to all. In the
 * second bob and carol give up after accepting, and bob has signed. The third comes to its end.
 */
export function disputed({ genesis, link }: Story): Walk {
  const facts = reshareFacts(factsOf(link), 'B');
  const walk = new Walk(writePlan({ ...facts, random: drawn('vectors disputed')(32), ticket: null }), 'disputed');
  const parent = link.proven.id;
  const share = (who: Person) => genesis.kept.get(who.name)?.share ?? [];
  const deal = (who: Person, vote: Vote) => walk.deal(who, share(who), vote);
  const dead = (attempt: Uint8Array, ...names: string[]) => ({
    ceremony: walk.plan.id,
    attempt,
    evidence: ['proposal', ...names].map((name) => walk.get(name).bytes),
  });
  const amend = (number: number, dealers: number[], receivers: object[]): Uint8Array => {
    walk.behind = '';
    walk.attempt = walk.plan.id;
    const reason = 'others deal';
    const said = walk.say(`amendment ${number}`, bob, 'amendment', { number, dealers, receivers, reason });
    walk.behind = ` in attempt ${number}`;
    walk.attempt = digestBytes(said.packet.digest);
    return walk.attempt;
  };

  walk.propose(bob);
  walk.say('approval of olga', olga, 'approval', {});
  const vote = { parent, slot: 0, prior: [] };
  deal(bob, vote);
  const [honest] = walk.dealBody(carol, share(carol), vote);
  const wrong = edwards25519.encodeScalar(edwards25519.scalar(99n));
  walk.say('deal of carol', carol, 'deal', dealWithin(walk, honest, carol, 3, wrong));
  const { random, draws } = recorded('disputed complaint of dave');
  const body = opening(walk, walk.get('deal of carol'), dave, 1, random);
  walk.say('complaint of dave', dave, 'complaint', body, draws);

  const cards = members.map((who) => ({ card: renewed(who).file, prekey: prekeyOf(who, 2) }));
  const first = amend(1, [1, 2], cards);
  deal(alice, vote);
  const firstDead = dead(walk.plan.id, 'complaint of dave');
  deal(bob, { parent, slot: 1, prior: [firstDead] });
  for (const who of members) walk.accept(who, renewed(who, { serial: 3, prekeys: [prekeyOf(who, 3)] }));
  walk.activate(bob);
  const reason = 'the new site is not ready';
  walk.say('release of carol', carol, 'release', { signed: [], salvage: false, reason });
  const blocked = digestBytes(walk.get('release of carol in attempt 1').packet.digest);
  const activation = digestBytes(walk.get('activation of bob in attempt 1').packet.digest);
  walk.say('release of bob', bob, 'release', { signed: [{ packet: activation, blocked }], salvage: false, reason });

  const given = ['activation of bob', 'release of carol', 'release of bob'].map((name) => `${name} in attempt 1`);
  const secondDead = dead(first, 'amendment 1', ...given);
  amend(
    2,
    [2, 1],
    members.map((who) => ({ card: who.card.file, prekey: prekeyOf(who, 0) })),
  );
  deal(bob, { parent, slot: 2, prior: [firstDead, secondDead] });
  deal(alice, { parent, slot: 1, prior: [secondDead] });
  for (const who of members) walk.accept(who, renewed(who, { serial: 4, prekeys: [prekeyOf(who, 4)] }));
  for (const who of members) walk.activate(who);
  for (const who of [...members, alice]) walk.close(who);
  walk.behind = '';
  if (walk.current.proof === null) throw new Error('the third attempt is not proven');
  return walk;
}
