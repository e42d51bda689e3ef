import { writePlan } from '../../src/ceremony/plan.ts';
import type { Link } from '../../src/ceremony/succession.ts';
import { alice, bob, carol, dave, factsOf, genesisFacts, olga, type Person, reshareFacts } from './cast.ts';
import { Walk } from './walk.ts';

/**
 * The ceremonies that the vectors are taken from: a genesis; a reshare (A) that dave refuses after bob has dealt and
 * alice has endorsed; and the same again (B), whose votes prove A dead.
 */
export interface Story {
  readonly genesis: Walk;
  readonly first: Walk;
  readonly second: Walk;
  readonly link: Link;
}

function shareOf(walk: Walk, who: Person): readonly Uint8Array[] {
  const kept = walk.kept.get(who.name);
  if (kept === undefined) throw new Error(`${who.name} has no share`);
  return kept.share;
}

function makeGenesis(): Walk {
  const genesis = new Walk(writePlan(genesisFacts()), 'genesis');
  genesis.propose(carol);
  genesis.say('approval of olga', olga, 'approval', {});
  const members = [alice, bob, carol];
  for (const who of members) genesis.deal(who);
  for (const who of members) genesis.accept(who);
  for (const who of members) genesis.activate(who);
  for (const who of members) genesis.close(who);
  genesis.say('note of olga', olga, 'note', { kind: 'observation', text: 'bag 17 was sealed', number: 0 });
  return genesis;
}

export function tell(): Story {
  const genesis = makeGenesis();
  const link = genesis.current.proof?.link;
  if (link === undefined) throw new Error('the genesis is not proven');
  const parent = link.proven.id;

  const first = new Walk(writePlan(reshareFacts(factsOf(link), 'A')), 'reshare A');
  first.propose(bob);
  first.say('approval of olga', olga, 'approval', {});
  const vote = { parent, slot: 0, prior: [] };
  first.deal(bob, shareOf(genesis, bob), vote);
  first.say('endorsement of alice', alice, 'endorsement', { vote });
  first.say('refusal of dave', dave, 'refusal', { as: 'receiver', reason: 'on holiday' });

  const second = new Walk(writePlan(reshareFacts(factsOf(link), 'B', first.plan.id)), 'reshare B');
  second.propose(bob);
  second.say('approval of olga', olga, 'approval', {});
  const evidence = [first.get('proposal').bytes, first.get('refusal of dave').bytes];
  const next = { parent, slot: 1, prior: [{ ceremony: first.plan.id, attempt: first.plan.id, evidence }] };
  second.deal(bob, shareOf(genesis, bob), next);
  second.deal(carol, shareOf(genesis, carol), vote);
  second.say('endorsement of alice', alice, 'endorsement', { vote: next });
  const members = [bob, carol, dave];
  for (const who of members) second.accept(who);
  for (const who of members) second.activate(who);
  for (const who of [...members, alice]) second.close(who);
  return { genesis, first, second, link };
}
