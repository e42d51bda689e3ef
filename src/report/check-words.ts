import type { CheckName } from '../ceremony/checks.ts';
import type { judgements } from '../ceremony/evidence.ts';

/** What each check asks, in one line, for whoever reads its result: the verifier page, and docs/auditor-guide.md. */
export const ceremonyCheckWords: Readonly<Record<CheckName, string>> = {
  signatures: 'each packet is of this ceremony, and signed with the key on its author’s card',
  plan: 'the number of the ceremony is the hash of its plan, and the old committee in it was signed by its own keys',
  approvals: 'as many approvers signed the plan as it and the policy of the keyset ask for',
  deals: 'each dealer dealt its own old share, or knows its constant; every box can be opened to what was committed to',
  votes: 'a majority of the old committee endorsed this attempt, and none of them another one',
  certificate: 'all new members accepted one and the same transcript: plan, attempt and deals',
  possession: 'each new member proved that it has its share of every key',
  turn: 'the new members signed with their new shares, each signature share verified by itself',
  'proof-of-life': 'every key signed the new committee: what a plain verifier of its kind takes',
  'key-unchanged': 'the public keys are those of the old committee, byte for byte',
  closings: 'the members said that they are done, and what became of their old shares',
  drill: 'the members named in a drill signed its statement',
  census: 'the members reported, and proved that they have their share',
  contradictions: 'nobody signed two statements of which only one can be honest',
  references: 'every packet that another one names is here',
};

export const exportCheckWords: Readonly<Record<string, string>> = {
  file: 'the file is in the one form that it can have',
  proposals: 'each ceremony begins with a plan that may be followed, signed by its proposer',
  keyset: 'everything in the file is of one keyset, with the same keys throughout',
  succession: 'every committee was signed by the keys, each follows the one before, and no epoch has two',
  records: 'of which epochs the file holds the ceremony itself, and of which only what the keys signed',
  key: 'the public key that you gave signed every committee in the file',
  'expect-epoch': 'the file reaches the epoch that you expected',
  head: 'the newest committee in the file is the one that you named',
  across: 'nobody voted for two ceremonies from one committee',
  outcome: 'what became of the ceremony, and who is at fault',
};

export const evidenceCheckWords: Readonly<Record<(typeof judgements)[number], string>> = {
  file: 'the file is in the one form that it can have',
  proposals: 'each ceremony begins with a plan that may be followed, and the accused has a part in it',
  packets: 'each packet is signed by its author',
  faults: 'what is claimed follows from the packets in the file alone',
};
