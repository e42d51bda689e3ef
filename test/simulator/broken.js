// Builds of the product in which one rule is missing. Each must be caught by the search: a rule that can go without
// anybody noticing is not tested.

/** @typedef {import('./bundle.js').Patch} Patch */

/** @type {Readonly<Record<string, { missing: string, situation: string, patches: readonly Patch[] }>>} */
export const broken = {
  destroy: {
    missing: 'the old share goes with the certificate, before any proof of life (rule 7)',
    situation: '2-of-3 to the same members',
    patches: [
      {
        file: 'src/vault/acts.ts',
        find: 'const slots = held.slots.map((slot) => {',
        put: "const slots = held.slots.filter((slot) => slot.state !== 'active').map((slot) => {",
      },
    ],
  },
  'spare signer': {
    missing: 'the old share goes although all of the new committee have to sign (rule 7)',
    situation: '2-of-2 to the same members',
    patches: [
      {
        file: 'src/vault/close.ts',
        find: 'if (plan.threshold === plan.receivers.length) return',
        put: 'if (false) return',
      },
    ],
  },
  'one vote': {
    missing: 'a vote is given whatever was voted for before (rule 1)',
    situation: '2-of-3, two plans for one epoch',
    patches: [
      {
        file: 'src/vault/acts.ts',
        find: 'const earlier = ceremonies.vault.state.votes.filter((vote) => equalBytes(vote.parent, parent));',
        put: 'const earlier = [];',
      },
    ],
  },
  'write first': {
    missing: 'a packet is laid down to be carried before the journal has it',
    situation: '2-of-3 to the same members, with a power cut',
    patches: [
      {
        file: 'src/vault/say.ts',
        find: '  vault.commit((state) => {',
        put: '  vault.keep(plan.ceremony, file);\n  vault.commit((state) => {',
      },
    ],
  },
  release: {
    missing: 'an attempt is given up although what was signed may still complete (rule 4)',
    situation: '2-of-2 to the same members, refused and given up',
    patches: [
      { file: 'src/vault/release.ts', find: 'if (blocked === null && !salvage) {', put: 'if (false) {' },
      { file: 'src/ceremony/death.ts', find: 'if (!release.body.salvage) return', put: 'if (false) return' },
    ],
  },
  majority: {
    missing: 'as many endorsements as the threshold are enough (rule 1)',
    situation: '2-of-4, two plans for one epoch',
    patches: [
      {
        file: 'src/ceremony/plan.ts',
        find: 'return Math.max(threshold, Math.floor(members / 2) + 1);',
        put: 'return threshold;',
      },
    ],
  },
  'nonce erasure': {
    missing: 'the nonces stay when they have signed (row 17)',
    situation: '2-of-3 to the same members',
    patches: [
      {
        file: 'src/vault/acts.ts',
        find: 'nonces: state.nonces.filter((kept) => kept !== nonces),',
        put: 'nonces: state.nonces,',
      },
    ],
  },
  'way back': {
    missing: 'who has signed can never give up what it signed, although that is blocked (rule 4)',
    situation: '2-of-2 to the same members, refused and given up',
    patches: [
      {
        file: 'src/vault/release.ts',
        find: 'const blocked = salvage ? null : blocking(view, identity, own);',
        put: 'const blocked = null;',
      },
    ],
  },
};

/** What no search looks at: an old copy of a vault that comes back. @type {readonly Patch[]} */
export const withoutRollback = [
  {
    file: 'src/vault/ceremonies.ts',
    find: 'if (packet.identity !== myIdentity(state)) return;',
    put: 'if (packet.identity !== "") return;',
  },
];

/** Two words of a liar, and somebody else named for them. @type {readonly Patch[]} */
export const blaming = [
  {
    file: 'src/ceremony/equivocation.ts',
    find: 'identity: packet.identity,\n          slot,',
    put: "identity: plan.participants[0]?.identity ?? '',\n          slot,",
  },
];

/** A secret in the words of a refusal. @type {readonly Patch[]} */
export const telling = [
  {
    file: 'src/vault/release.ts',
    find: "refuse('this machine has not accepted this attempt',",
    put: 'refuse(`${toHex(state.signing.secret)} has not accepted this attempt`,',
  },
];
