import type { AcceptanceBody } from '../../src/ceremony/packets/acceptance.ts';
import type { ActivationBody } from '../../src/ceremony/packets/activation.ts';
import type { DealBody } from '../../src/ceremony/packets/deal.ts';
import { writePlan } from '../../src/ceremony/plan.ts';
import { alice, bob, carol, dave, factsOf, olga, reshareFacts } from './cast.ts';
import { filled, flip, type Given, group, hex, type Json, type Questions, type Wanted } from './form.ts';
import { cancellingDeal } from './lies.ts';
import { sharedOf } from './make-packets.ts';
import type { Story } from './story.ts';
import { type Said, Walk } from './walk.ts';

type Label = 'genesis' | 'reshare A' | 'reshare B' | 'reshare C';

/** The packets of a walk up to and with this one, as references. */
function upTo(label: Label, walk: Walk, last: string): string[] {
  const names = [...walk.said.keys()];
  return names.slice(0, names.indexOf(last) + 1).map((name) => `@${label}: ${name}`);
}

function seen(says: string, label: Label, packets: readonly Json[]): Wanted {
  return { says, given: { plan: `@${label}: plan`, packets } };
}

function steps({ genesis, first, second }: Story): Wanted[] {
  const whole = [...genesis.said.keys()].map((name) => `@genesis: ${name}`);
  const reshared = [...second.said.keys()].map((name) => `@reshare B: ${name}`);
  const without = (packets: readonly string[], name: string): string[] =>
    packets.filter((packet) => !packet.endsWith(name));
  const at = (says: string, last: string): Wanted =>
    seen(`genesis: ${says}`, 'genesis', upTo('genesis', genesis, last));
  const to = (last: string): string[] => upTo('genesis', genesis, last);
  return [
    at('proposed', 'proposal'),
    at('approved', 'approval of olga'),
    at('one has dealt', 'deal of alice'),
    at('all have dealt', 'deal of carol'),
    at('one has accepted', 'acceptance of alice'),
    at('all have accepted: the certificate', 'acceptance of carol'),
    at('one has activated', 'activation of alice'),
    at('all have activated: the proof of life', 'activation of carol'),
    at('all have closed', 'closing of carol'),
    seen('genesis: whatever the order, however often', 'genesis', [...whole].reverse().concat(whole)),
    seen(
      'genesis: a deal without the approval that it names waits',
      'genesis',
      without(to('deal of alice'), 'approval of olga'),
    ),
    seen(
      'genesis: an acceptance without a deal that it names waits',
      'genesis',
      without(to('acceptance of alice'), 'deal of bob'),
    ),
    seen(
      'genesis: an activation without an acceptance that it names waits',
      'genesis',
      without(to('activation of alice'), 'acceptance of bob'),
    ),
    seen(
      'genesis: a closing without the whole turn waits',
      'genesis',
      without(to('closing of alice'), 'activation of bob'),
    ),
    seen('reshare A: a receiver refused, so it is dead', 'reshare A', upTo('reshare A', first, 'refusal of dave')),
    seen('reshare B: one deal is no quorum', 'reshare B', upTo('reshare B', second, 'deal of bob')),
    seen('reshare B: two of three have voted', 'reshare B', upTo('reshare B', second, 'deal of carol')),
    seen(
      'reshare B: proven and closed, but who left has not come back',
      'reshare B',
      without(reshared, 'closing of alice'),
    ),
    seen('reshare B: to its end', 'reshare B', reshared),
  ];
}

function deaths({ genesis, second }: Story): Wanted[] {
  const start = upTo('genesis', genesis, 'approval of olga');
  const refusal = (walk: Walk, who: typeof alice, as: string): string =>
    hex(walk.draft(who, 'refusal', { as, reason: 'no' }).bytes);
  const reshared = upTo('reshare B', second, 'approval of olga');
  return [
    seen('genesis: a receiver refuses', 'genesis', [...start, refusal(genesis, bob, 'receiver')]),
    seen('genesis: a dealer refuses', 'genesis', [...start, refusal(genesis, bob, 'dealer')]),
    seen('genesis: the one approver refuses', 'genesis', ['@genesis: proposal', refusal(genesis, olga, 'approver')]),
    seen('genesis: a member refuses as nothing in particular: dissent', 'genesis', [
      ...start,
      refusal(genesis, bob, 'member'),
    ]),
    seen('genesis: somebody refuses in a part that is not theirs: dissent', 'genesis', [
      ...start,
      refusal(genesis, olga, 'receiver'),
    ]),
    seen('reshare B: an old member that does not deal refuses: dissent', 'reshare B', [
      ...reshared,
      refusal(second, alice, 'dealer'),
    ]),
  ];
}

function faults(story: Story): Wanted[] {
  const { genesis, second } = story;
  const dealt = genesis.get('deal of alice').body as unknown as DealBody;
  const accepted = genesis.get('acceptance of alice').body as unknown as AcceptanceBody;
  const activated = genesis.get('activation of alice').body as unknown as ActivationBody;
  const [key] = dealt.keys;
  const [proof] = accepted.possession;
  const [share] = activated.shares;
  if (key === undefined || proof === undefined || share === undefined) throw new Error('an empty ceremony');
  const [constant, slope] = key.commitments as [Uint8Array, Uint8Array];
  const lie = (says: string, last: string, kind: 'deal' | 'acceptance' | 'activation', body: object): Wanted =>
    seen(`genesis: ${says}`, 'genesis', [
      ...upTo('genesis', genesis, last),
      hex(genesis.draft(alice, kind, body).bytes),
    ]);
  const deal = (says: string, change: object): Wanted => lie(says, 'approval of olga', 'deal', { ...dealt, ...change });
  const accept = (says: string, change: object): Wanted =>
    lie(says, 'deal of carol', 'acceptance', { ...accepted, ...change });
  const activate = (says: string, change: object): Wanted =>
    lie(says, 'acceptance of carol', 'activation', { ...activated, ...change });
  const bad = genesis.draft(alice, 'deal', { ...dealt, boxes: dealt.boxes.slice(1) });
  const reshared = second.get('deal of carol').body as unknown as DealBody;
  const endorsed = second.get('endorsement of alice').body as unknown as { vote: object };
  const start = upTo('reshare B', second, 'approval of olga');
  return [
    deal('dealt without the approvals that are required', { approvals: [] }),
    deal('a commitment too many', { keys: [{ ...key, commitments: [constant, slope, slope] }] }),
    deal('a commitment that is no point', { keys: [{ ...key, commitments: [constant, filled(32, 0)] }] }),
    deal('no proof that the constant is known', { keys: [{ ...key, proof: null }] }),
    accept('over another transcript', { transcript: filled(32, 1) }),
    accept('the deals in another order', { deals: accepted.deals.toReversed() }),
    accept('another proof of possession', { possession: [{ ...proof, proof: flip(proof.proof, 40) }] }),
    accept('no card', { card: filled(5, 0) }),
    seen('genesis: an acceptance of a deal that is bad: its author did not check it', 'genesis', [
      ...upTo('genesis', genesis, 'approval of olga'),
      hex(bad.bytes),
      ...['@genesis: deal of bob', '@genesis: deal of carol'],
      hex(
        genesis.draft(bob, 'acceptance', {
          ...(genesis.get('acceptance of bob').body as unknown as AcceptanceBody),
          deals: [digest(bad), ...accepted.deals.slice(1)],
        }).bytes,
      ),
    ]),
    activate('an acceptance left out', { certificate: activated.certificate.slice(1) }),
    activate('the acceptances in another order', { certificate: activated.certificate.toReversed() }),
    activate('another signature share', { shares: [flip(share, 0)] }),
    seen('reshare B: a constant that is not the own share', 'reshare B', [
      ...start,
      hex(
        second.draft(carol, 'deal', { ...reshared, keys: [{ ...reshared.keys[0], commitments: [slope, slope] }] })
          .bytes,
      ),
    ]),
    seen('reshare B: a vote that proves nothing dead', 'reshare B', [
      ...start,
      hex(second.draft(alice, 'endorsement', { vote: { ...endorsed.vote, prior: [] } }).bytes),
    ]),
    seen('genesis: deals that are good one by one, and cancel each other', 'genesis', [
      ...upTo('genesis', genesis, 'deal of bob'),
      hex(cancellingDeal(genesis).bytes),
    ]),
  ];
}

function digest(said: Said): Uint8Array {
  return Uint8Array.from(said.packet.digest.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
}

function contradictions({ genesis, second }: Story): Wanted[] {
  const again = (says: string, last: string, name: string, change: object = {}): Wanted => {
    const { who, packet, body } = genesis.get(name);
    const said = genesis.draft(who, packet.kind, { ...(body as object), ...change });
    return seen(`genesis: ${says}`, 'genesis', [...upTo('genesis', genesis, last), hex(said.bytes)]);
  };
  const refused = (who: typeof alice, as: string, reason = 'no'): string =>
    hex(genesis.draft(who, 'refusal', { as, reason }).bytes);
  const other = genesis.dealBody(alice, null, null, 'again')[0];
  const vote = (second.get('deal of carol').body as unknown as DealBody).vote;
  return [
    seen('genesis: two good deals of one dealer', 'genesis', [
      ...upTo('genesis', genesis, 'deal of carol'),
      hex(genesis.draft(alice, 'deal', other).bytes),
    ]),
    seen('genesis: a second deal that comes after the certificate undoes nothing', 'genesis', [
      ...upTo('genesis', genesis, 'closing of carol'),
      hex(genesis.draft(alice, 'deal', other).bytes),
    ]),
    again('two acceptances of one receiver', 'acceptance of carol', 'acceptance of alice'),
    seen('genesis: an acceptance and a refusal', 'genesis', [
      ...upTo('genesis', genesis, 'acceptance of alice'),
      refused(alice, 'receiver'),
    ]),
    seen('genesis: an approval and a refusal', 'genesis', [
      ...upTo('genesis', genesis, 'approval of olga'),
      refused(olga, 'approver'),
    ]),
    seen('genesis: a deal and a refusal to deal', 'genesis', [
      ...upTo('genesis', genesis, 'deal of alice'),
      refused(alice, 'dealer'),
    ]),
    again('two activations of one member', 'activation of carol', 'activation of alice'),
    again('two closings of one member', 'closing of carol', 'closing of alice'),
    again('two notes with one number are only shown', 'note of olga', 'note of olga', { text: 'bag 18' }),
    seen('genesis: dissent twice is only shown', 'genesis', [
      '@genesis: proposal',
      refused(bob, 'member'),
      refused(bob, 'member', 'still no'),
    ]),
    seen('reshare B: a deal, and an endorsement in the same slot', 'reshare B', [
      ...upTo('reshare B', second, 'deal of carol'),
      hex(second.draft(carol, 'endorsement', { vote }).bytes),
    ]),
  ];
}

/** Over the same parent once more, as if nothing had been before: bob and carol vote in slots that are taken. */
function third({ genesis, link }: Story): Walk {
  const facts = reshareFacts(factsOf(link), 'B');
  const walk = new Walk(writePlan({ ...facts, random: filled(32, 0xcc) }), 'reshare C');
  walk.propose(bob);
  walk.say('approval of olga', olga, 'approval', {});
  const vote = { parent: link.proven.id, slot: 0, prior: [] };
  for (const who of [bob, carol]) walk.deal(who, genesis.kept.get(who.name)?.share ?? [], vote);
  const members = [bob, carol, dave];
  for (const who of members) walk.accept(who);
  for (const who of members) walk.activate(who);
  return walk;
}

function across({ first, second }: Story, walk: Walk): Wanted[] {
  const part = (label: Label, of: Walk, last: string): Given => ({
    plan: `@${label}: plan`,
    packets: upTo(label, of, last),
  });
  const both = (says: string, ...ceremonies: Given[]): Wanted => ({ says, given: { ceremonies } });
  const refused = part('reshare A', first, 'refusal of dave');
  return [
    both(
      'votes in slots 0 and 1, and the second says what the first was for',
      refused,
      part('reshare B', second, 'closing of alice'),
    ),
    both('bob votes twice in slot 0', refused, part('reshare C', walk, 'deal of bob')),
    both(
      'bob votes in slot 0, and his vote in slot 1 says that it was for something else',
      part('reshare B', second, 'deal of bob'),
      part('reshare C', walk, 'deal of bob'),
    ),
    both(
      'two proven successors of one parent, and everybody who made that possible',
      part('reshare B', second, 'closing of alice'),
      part('reshare C', walk, 'activation of dave'),
    ),
  ];
}

export function makeCeremony(story: Story): Questions {
  const walk = third(story);
  const shared = {
    ...sharedOf('genesis', story.genesis),
    ...sharedOf('reshare A', story.first),
    ...sharedOf('reshare B', story.second),
    ...sharedOf('reshare C', walk),
  };
  const make = (operation: string, about: string, wanted: Wanted[]) => group(operation, about, wanted, shared);
  const about = 'What the packets of a ceremony say together; everything else of a view follows from this.';
  return {
    about: [
      'The state of a ceremony as a function of its packets: docs/protocol.md section 19.',
      'The same people and packets as in packets.json. A packet that is not shared is a lie that belongs to one vector.',
      '`dealt`, `endorsed`, `accepted`, `activated` and `closed` count what is good. A packet in `waiting` names others that are not here.',
      'Faults and contradictions name their author and the packets that prove them.',
    ],
    shared,
    groups: [
      make('evaluate', about, [...steps(story), ...deaths(story), ...faults(story), ...contradictions(story)]),
      make(
        'across',
        'Contradictions that show only where ceremonies over one parent are seen together.',
        across(story, walk),
      ),
    ],
  };
}
