/** What is rehearsed when nothing is named: the same as ceremonies/reshare-2of3-to-3of5.json, which a test compares. */
export const usual: unknown = {
  v: 1,
  name: 'reshare-2of3-to-3of5',
  about:
    'A 2-of-3 committee hands its keys to a 3-of-5 one: alice leaves, bob and carol stay, dave, erin and frank join. The addresses stay.',
  people: ['alice', 'bob', 'carol', 'dave', 'erin', 'frank'],
  setup: [
    {
      init: ['alice', 'carol', 'bob'],
    },
    {
      propose: {
        by: 'bob',
        kind: 'genesis',
        keyset: 'treasury',
        members: ['alice', 'bob', 'carol'],
        threshold: 2,
        keys: ['main:secp256k1-tr', 'validator:ed25519'],
        reason: 'keys to hand on',
      },
    },
    {
      walk: 'complete',
    },
    {
      init: ['dave', 'erin', 'frank'],
    },
  ],
  steps: [
    {
      propose: {
        by: 'bob',
        kind: 'reshare',
        keyset: 'treasury',
        stay: ['bob', 'carol'],
        leave: ['alice'],
        join: ['dave', 'erin', 'frank'],
        threshold: 3,
        reason: 'alice changes to another team',
        because: 'personnel',
      },
    },
    {
      walk: 'complete',
    },
  ],
  expect: {
    phase: 'complete',
    epochs: {
      alice: null,
      bob: 1,
      carol: 1,
      dave: 1,
      erin: 1,
      frank: 1,
    },
    keys: 'unchanged',
    visits: {
      atMost: 16,
    },
    consents: 6,
    questions: 0,
    outstanding: [],
    sharesSign: true,
    faults: [],
  },
};
