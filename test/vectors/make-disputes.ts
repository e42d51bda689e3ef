import { writePlan } from '../../src/ceremony/plan.ts';
import {
  amendments,
  attemptSteps,
  complaintDrafts,
  complaints,
  deaths,
  disputeAdmissions,
  laterVotes,
  releases,
} from './ask-disputes.ts';
import { alice, bob, carol, dave, factsOf, reshareFacts } from './cast.ts';
import { group, hex, type Questions, toJson, type Wanted } from './form.ts';
import { sharedOf } from './make-packets.ts';
import { committee } from './refused-plans.ts';
import type { Story } from './story.ts';
import { disputed } from './story-disputed.ts';
import { Walk } from './walk.ts';

function written(walk: Walk): Wanted[] {
  const names = [...walk.said.keys()].filter((name) => /^(complaint|amendment|release)/.test(name));
  return names.map((name) => {
    const { header, body, who } = walk.get(name);
    return { says: name, given: { header: toJson(header), body: toJson(body), secret: hex(who.signing.secret) } };
  });
}

/** A plan that starts from another parent, and that dave refuses. */
function foreign(): Walk {
  const walk = new Walk(writePlan(reshareFacts(committee(2, [alice, bob, carol]), 'A')), 'foreign');
  walk.propose(bob);
  walk.say('refusal of dave', dave, 'refusal', { as: 'receiver', reason: '' });
  return walk;
}

export function makeDisputes(story: Story): Questions {
  const walk = disputed(story);
  const facts = { ...reshareFacts(factsOf(story.link), 'B'), reserves: [] };
  const fewer = new Walk(writePlan(facts), 'without reserves');
  const shared = {
    ...sharedOf('disputed', walk),
    'without reserves: plan': hex(fewer.plan.encoded),
    'genesis: plan': hex(story.genesis.plan.encoded),
  };
  const make = (operation: string, about: string, wanted: Wanted[]) => group(operation, about, wanted, shared);
  return {
    about: [
      'When an attempt goes wrong: docs/protocol.md sections 6, 11, 13, 18 and 19.',
      'One plan and three attempts. In the first carol seals something else to dave than she committed to, and dave complains. In the second, with other dealers, bob and carol release after they have accepted; bob has signed before. The third comes to its end.',
      'Packets whose names end in `in attempt 1` or `in attempt 2` have the digest of that amendment as `attempt` in their headers.',
      'A vector gives exactly the packets that its question is about: nothing else has to be known.',
    ],
    shared,
    groups: [
      make('packet write', 'As in packets.json.', written(walk)),
      make('packet admit', 'As in packets.json.', disputeAdmissions(walk, story.genesis)),
      make(
        'complaint draft',
        '`between` has all that lies between the secret of a prekey and the opened box: what the box is bound to (X), the hash of the box, the challenge of the opening, and key and nonce of the ciphertext.',
        complaintDrafts(walk),
      ),
      make(
        'complaint judge',
        'A complaint about a good deal: who is at fault. `amendment` is the one that made the attempt, or null; `plaintext` what the box held, or null if it did not come open.',
        complaints(walk, walk.before('complaint of dave')),
      ),
      make('amendment read', 'The attempt that an amendment makes.', amendments(walk, fewer)),
      make(
        'release judge',
        'A release among the packets that are here: `names` are the digests of all that it stands on.',
        releases(walk),
      ),
      make('death', 'Whether these packets make this attempt dead.', deaths(walk)),
      make('vote check', 'As in packets.json.', laterVotes(walk, story.first, foreign())),
      make(
        'attempts',
        'All attempts of a set of packets, in their order, and which of them is worked on.',
        attemptSteps(walk),
      ),
    ],
  };
}
