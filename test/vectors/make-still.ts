import { nowhere } from '../../src/ceremony/packets/closing.ts';
import { draftSignature } from '../../src/ceremony/packets/signature.ts';
import { alice, bob, carol, olga, type Person, prekeyOf } from './cast.ts';
import { filled, flip, type Given, group, hex, type Json, type Questions, toJson, type Wanted } from './form.ts';
import { beyondOrder } from './lies-of-openings.ts';
import { sharedOf } from './make-packets.ts';
import { committee } from './refused-plans.ts';
import { type Still, still } from './story-still.ts';
import type { Said, Walk } from './walk.ts';

type Label = 'drill' | 'census';

interface Asks {
  readonly label: Label;
  readonly walk: Walk;
  /** The packets up to and with this one. */
  upTo(last: string): Json[];
  seen(says: string, packets: Json[]): Wanted;
}

function asks(label: Label, walk: Walk): Asks {
  const names = [...walk.said.keys()];
  return {
    label,
    walk,
    upTo: (last) => names.slice(0, names.indexOf(last) + 1).map((name) => `@${label}: ${name}`),
    seen: (says, packets) => ({ says, given: { plan: `@${label}: plan`, packets } }),
  };
}

function refusal(walk: Walk, who: Person, as: string): string {
  return hex(walk.draft(who, 'refusal', { as, reason: '' }).bytes);
}

function written({ label, walk }: Asks): Wanted[] {
  const names = [...walk.said.keys()].filter((name) => /^(commitment|signature|census)/.test(name));
  return names.map((name) => {
    const { header, body, who } = walk.get(name);
    return {
      says: `${label}: ${name}`,
      given: { header: toJson(header), body: toJson(body), secret: hex(who.signing.secret) },
    };
  });
}

function admissions(drill: Walk, census: Walk): Wanted[] {
  const taken = (label: Label, name: string): Wanted => ({
    says: `${label}: ${name}`,
    given: { plan: `@${label}: plan`, packet: `@${label}: ${name}` },
  });
  const lie =
    (label: Label, walk: Walk) =>
    (says: string, who: Person, kind: string, body: object, code: Wanted['code'] = 'SCHEMA'): Wanted => ({
      says: `${label}: ${says}`,
      given: { plan: `@${label}: plan`, packet: hex(walk.unchecked(who, kind, body)) },
      ...(code === undefined ? {} : { code }),
    });
  const [inDrill, inCensus] = [lie('drill', drill), lie('census', census)];
  const commitment = drill.get('commitment of alice').body as object;
  const signature = drill.get('signature of alice').body as unknown as { commitments: Uint8Array[] };
  const report = census.get('census of alice').body as unknown as {
    copies: object[];
    findings: object[];
    possession: object[];
  };
  const [copy] = report.copies;
  const [finding] = report.findings;
  return [
    ...['approval of olga', 'commitment of alice', 'signature of carol'].map((name) => taken('drill', name)),
    inDrill('a commitment by a member who is no signer', bob, 'commitment', commitment, 'AUTHOR_UNKNOWN'),
    inDrill('a signature by a member who is no signer', bob, 'signature', signature, 'AUTHOR_UNKNOWN'),
    inDrill('a commitment by the approver', olga, 'commitment', commitment, 'AUTHOR_UNKNOWN'),
    inDrill('a report of a census', alice, 'census', report, 'AUTHOR_UNKNOWN'),
    inDrill('a closing', alice, 'closing', {}, 'AUTHOR_UNKNOWN'),
    inDrill('an endorsement', alice, 'endorsement', {}, 'AUTHOR_UNKNOWN'),
    inDrill('an amendment by the proposer', carol, 'amendment', {}, 'AUTHOR_UNKNOWN'),
    inDrill('a commitment to no nonce', alice, 'commitment', { ...commitment, nonces: [] }),
    inDrill('a commitment with a field too many', alice, 'commitment', { ...commitment, extra: 1 }),
    inDrill('a signature with one commitment', alice, 'signature', {
      ...signature,
      commitments: signature.commitments.slice(1),
    }),
    inDrill('a signature without shares', alice, 'signature', { ...signature, shares: [] }),
    inDrill('a signature share of 31 bytes', alice, 'signature', { ...signature, shares: [filled(31, 1)] }),
    ...['census of alice', 'refusal of carol'].map((name) => taken('census', name)),
    inCensus('a commitment', alice, 'commitment', commitment, 'AUTHOR_UNKNOWN'),
    inCensus('a report by the approver', olga, 'census', report, 'AUTHOR_UNKNOWN'),
    inCensus('a report without a proof', alice, 'census', { ...report, possession: [] }),
    inCensus('a proof for a suite that nobody knows', alice, 'census', {
      ...report,
      possession: [{ suite: 'ed448', proof: filled(64, 1) }],
    }),
    inCensus('a number of prekeys with a sign', alice, 'census', { ...report, prekeys: -1 }),
    inCensus('a copy of another kind', alice, 'census', { ...report, copies: [{ ...copy, kind: 'paper' }] }),
    inCensus('a copy that does not say whether it is worth anything', alice, 'census', {
      ...report,
      copies: [{ id: 'copy-1', label: '', kind: 'export', epoch: 0, where: nowhere, destroyed: null }],
    }),
    inCensus('a finding of more than 64 characters', alice, 'census', {
      ...report,
      findings: [{ ...finding, check: 'x'.repeat(65) }],
    }),
    inCensus('a finding that is neither yes nor no nor unknown', alice, 'census', {
      ...report,
      findings: [{ ...finding, ok: 'perhaps' }],
    }),
    inCensus('65 findings', alice, 'census', { ...report, findings: Array.from({ length: 65 }, () => finding) }),
  ];
}

function drafts({ drill, census, shares, nonces }: Still): {
  commitments: Wanted[];
  signatures: Wanted[];
  reports: Wanted[];
} {
  const [share, random] = [toJson(shares.get('carol') ?? []), drill.get('commitment of carol').draws];
  const plan = '@drill: plan';
  const packets = ['@drill: commitment of alice', '@drill: commitment of carol'];
  const report = census.get('census of bob');
  return {
    commitments: [{ says: 'carol', given: { plan, index: 3, share, random: [...random] } }],
    signatures: [
      { says: 'carol', given: { plan, packets, index: 3, share, nonces: toJson(nonces.get('carol') ?? []) } },
    ],
    reports: [
      {
        says: 'bob',
        given: {
          plan: '@census: plan',
          member: 'bob',
          index: 2,
          share: toJson(shares.get('bob') ?? []),
          random: [...report.draws],
        },
      },
      {
        says: 'from shares of somebody else: refused before anything wrong is said',
        given: { plan: '@census: plan', member: 'bob', index: 2, share: toJson(shares.get('carol') ?? []), random: [] },
        code: 'SHARE_MISMATCH',
      },
    ],
  };
}

/** The signature of carol where alice has committed to these nonces. */
function signedOver({ drill, shares, nonces }: Still, commitment: Said): Said {
  const walk = drill.before('signature of alice');
  walk.said.set('commitment of alice', commitment);
  const turn = walk.view().drill?.turn;
  if (turn == null) throw new Error('nothing to sign');
  const own = (nonces.get('carol') ?? []).map((nonce) => new Uint8Array(nonce));
  return walk.draft(carol, 'signature', draftSignature(turn, 3, shares.get('carol') ?? [], own));
}

function drills(told: Still): Wanted[] {
  const walk = told.drill;
  const { upTo, seen } = asks('drill', walk);
  const commitment = walk.get('commitment of alice').body as unknown as {
    nonces: { hiding: Uint8Array; binding: Uint8Array }[];
  };
  const signature = walk.get('signature of alice').body as unknown as {
    commitments: Uint8Array[];
    shares: Uint8Array[];
  };
  const [first, second] = commitment.nonces;
  const [share, other] = signature.shares;
  const approved = upTo('approval of olga');
  const committed = upTo('commitment of carol');
  const lie = (who: Person, kind: 'commitment' | 'signature', body: object): string =>
    hex(walk.draft(who, kind, body).bytes);
  const commit = (says: string, change: object): Wanted =>
    seen(`alice commits: ${says}`, [...approved, lie(alice, 'commitment', { ...commitment, ...change })]);
  const sign = (says: string, change: object, who = alice): Wanted =>
    seen(`${who.name} signs: ${says}`, [...committed, lie(who, 'signature', { ...signature, ...change })]);
  const bad = walk.draft(carol, 'commitment', { ...commitment, nonces: [first] });
  const again: Said = walk.draft(alice, 'commitment', { ...commitment, nonces: [second, first] });
  const reversed = signature.commitments.toReversed();
  return [
    seen('proposed', upTo('proposal')),
    seen('approved', approved),
    seen('one has committed', upTo('commitment of alice')),
    seen('all have committed', committed),
    seen('one has signed', upTo('signature of alice')),
    seen('all have signed', upTo('signature of carol')),
    seen('whatever the order', upTo('signature of carol').toReversed()),
    seen('a signature without a commitment that it names waits', [
      ...upTo('commitment of alice'),
      '@drill: signature of alice',
    ]),
    seen(
      'all have signed, and nobody has approved',
      upTo('signature of carol').filter((name) => name !== '@drill: approval of olga'),
    ),
    commit('to another call', { call: filled(32, 1) }),
    commit('to one nonce for two keys', { nonces: [first] }),
    commit('to a nonce whose hiding part is no point', { nonces: [{ ...first, hiding: filled(32, 0) }, second] }),
    commit('to a nonce whose binding part is the identity', {
      nonces: [first, { ...second, binding: Uint8Array.of(1, ...filled(31, 0)) }],
    }),
    sign('another call', { call: filled(32, 1) }),
    sign('with one share for two keys', { shares: [share] }),
    sign('with another share', { shares: [flip(share ?? filled(1, 0), 0), other] }),
    sign('with the shares of the keys exchanged', { shares: [other, share] }),
    sign('with a share that is not below the order', { shares: [share, filled(32, 0xff)] }),
    sign('with the order on top of a share', { shares: [beyondOrder(share ?? filled(1, 0)), other] }),
    sign('with the commitments in another order', { commitments: reversed }),
    sign('with the commitment of one signer twice', {
      commitments: [signature.commitments[0], signature.commitments[0]],
    }),
    sign('with one commitment too many', { commitments: [...signature.commitments, signature.commitments[1]] }),
    sign('with what is no commitment: it waits', { commitments: [signature.commitments[0], filled(32, 1)] }),
    sign('with the shares of alice', {}, carol),
    seen('a signature over a commitment that is bad', [
      ...upTo('commitment of alice'),
      hex(bad.bytes),
      lie(alice, 'signature', {
        ...signature,
        commitments: [signature.commitments[0], bytesOf(bad)],
      }),
    ]),
    seen('two commitments of one signer: nobody signs any more', [...committed, hex(again.bytes)]),
    seen('two commitments of one signer, after all have signed over the first', [
      ...upTo('signature of carol'),
      hex(again.bytes),
    ]),
    seen('all have signed, and not over the same commitments', [
      ...upTo('signature of alice'),
      hex(again.bytes),
      hex(signedOver(told, again).bytes),
    ]),
    seen('a signer refuses before it has signed', [...committed, refusal(walk, alice, 'member')]),
    seen('a signer refuses after it has signed', [...upTo('signature of alice'), refusal(walk, alice, 'member')]),
    seen('a member who is no signer refuses', [...committed, refusal(walk, bob, 'member')]),
    seen('the proposer withdraws', [...approved, refusal(walk, carol, 'proposer')]),
    seen('somebody else withdraws', [...approved, refusal(walk, bob, 'proposer')]),
    seen('the approver refuses', [...upTo('proposal'), refusal(walk, olga, 'approver')]),
    seen('the proposer withdraws what is complete', [...upTo('signature of carol'), refusal(walk, carol, 'proposer')]),
  ];
}

function bytesOf(said: Said): Uint8Array {
  return Uint8Array.from(Buffer.from(said.packet.digest, 'hex'));
}

function reports({ census: walk }: Still): Wanted[] {
  const { upTo, seen } = asks('census', walk);
  const report = walk.get('census of alice').body as unknown as {
    possession: { suite: string; proof: Uint8Array }[];
  };
  const ofBob = walk.get('census of bob').body as unknown as typeof report;
  const [own] = report.possession;
  const proof = own?.proof ?? filled(1, 0);
  const approved = upTo('approval of olga');
  const says = (text: string, change: object, who = alice): Wanted =>
    seen(`alice reports: ${text}`, [...approved, hex(walk.draft(who, 'census', { ...report, ...change }).bytes)]);
  const proven = (changed: Uint8Array): object => ({ possession: [{ ...own, proof: changed }] });
  const again = hex(walk.draft(alice, 'census', { ...report, prekeys: 1 }).bytes);
  const bad = hex(walk.draft(carol, 'census', report).bytes);
  return [
    seen('proposed', upTo('proposal')),
    seen('approved', approved),
    seen('one has reported', upTo('census of alice')),
    seen('two have reported', upTo('census of bob')),
    seen('the last one refuses', upTo('refusal of carol')),
    says('another suite', { possession: [{ ...own, suite: 'p256' }] }),
    says('two proofs for one suite', { possession: [own, own] }),
    says('the proof of bob', { possession: ofBob.possession }),
    says('a proof with another response', proven(flip(proof, 32))),
    says(
      'a proof with a response that is not below the order',
      proven(Uint8Array.of(...proof.slice(0, 32), ...filled(32, 0xff))),
    ),
    says(
      'a proof with the order on top of its response',
      proven(Uint8Array.of(...proof.slice(0, 32), ...beyondOrder(proof.slice(32)))),
    ),
    says('a proof whose first half is no point', proven(Uint8Array.of(...filled(32, 0), ...proof.slice(32)))),
    says('a proof that is too short', proven(proof.slice(1))),
    says('a proof that is too long', proven(Uint8Array.of(...proof, 0))),
    seen("carol reports with alice's proof", [...upTo('census of bob'), bad]),
    seen('two reports of one member', [...upTo('census of bob'), again]),
    seen('one who reported refuses', [...upTo('census of bob'), refusal(walk, bob, 'member')]),
    seen('all refuse', [...approved, ...[alice, bob, carol].map((who) => refusal(walk, who, 'member'))]),
    seen('two have reported, and nobody has approved', [
      ...upTo('census of bob').filter((name) => name !== '@census: approval of olga'),
    ]),
    seen('one refuses and nobody else has answered', [...approved, refusal(walk, bob, 'member')]),
    seen('the approver refuses as member, who is not asked', [...approved, refusal(walk, olga, 'member')]),
    seen('the proposer withdraws', [...upTo('census of alice'), refusal(walk, carol, 'proposer')]),
  ];
}

function plans(): Wanted[] {
  const altered = (label: Label, says: string, change: Given, code?: Wanted['code']): Wanted => ({
    says: `${label}: ${says}`,
    given: { plan: `@${label}: plan`, change },
    ...(code === undefined ? {} : { code }),
  });
  const bad =
    (label: Label) =>
    (says: string, change: Given, code: Wanted['code'] = 'PLAN_INVALID'): Wanted =>
      altered(label, says, change, code);
  const [drill, census] = [bad('drill'), bad('census')];
  const member = { card: 0, prekey: hex(prekeyOf(alice, 0)) };
  const other = { card: 1, prekey: hex(prekeyOf(bob, 0)) };
  const lost = { old: [{ card: null }, { card: 1 }, { card: 2 }], observers: [0] };
  return [
    altered('drill', 'as it is', {}),
    altered('drill', 'all sign', { signers: [1, 2, 3] }),
    altered('drill', 'who is lost does not sign', { ...lost, signers: [2, 3] }),
    drill('no signers', { signers: [] }, 'SCHEMA'),
    drill('one signer', { signers: [1] }, 'SCHEMA'),
    drill('a signer 33', { signers: [1, 33] }, 'SCHEMA'),
    drill('signers in another order', { signers: [3, 1] }),
    drill('a signer twice', { signers: [1, 1] }),
    drill('a signer who is no old member', { signers: [1, 4] }),
    drill('a signer who is lost', { ...lost, signers: [1, 2] }),
    drill('new members', { new: [member, other] }),
    drill('dealers', { dealers: [1, 2] }),
    drill('reserves', { reserves: [1] }),
    drill('another threshold', { threshold: 3, signers: [1, 2, 3] }),
    drill('a higher threshold than signers', { threshold: 3 }),
    drill('fewer signers than the threshold of a committee of which all sign', {
      parent: toJson(committee(3, [alice, bob, carol])),
      threshold: 3,
      signers: [1, 3],
    }),
    drill('another policy', { policy: { approvers: [], approvals: 0 } }),
    drill('backups', { backup: 'required' }),
    drill('copies', { copies: 1 }),
    drill('asking before something is destroyed', { destroy: 'ask' }),
    drill('below a quorum', { belowQuorum: 'it is meant' }),
    drill('a weak shape', { weak: ['all-must-sign'] }),
    drill('keys', { keys: [{ label: 'main', suite: 'ed25519' }] }),
    drill('no parent', { parent: null }),
    drill('of another kind', { kind: 'census' }),
    altered('census', 'as it is', {}),
    altered('census', 'of two who are left', lost),
    census('signers', { signers: [1, 2] }),
    census('new members', { new: [member, other] }),
    census('another threshold', { threshold: 3 }),
    census('of another kind', { kind: 'drill' }),
  ];
}

export function makeStill(): Questions {
  const told = still();
  const { drill, census } = told;
  const shared = { ...sharedOf('drill', drill), ...sharedOf('census', census) };
  const make = (operation: string, about: string, wanted: Wanted[]) => group(operation, about, wanted, shared);
  const drafted = drafts(told);
  return {
    about: [
      'Ceremonies that move no share: docs/protocol.md section 21.',
      'Alice, bob and carol hold two keys of ed25519, 2 of 3. In the drill alice and carol sign. In the census alice and bob report, and carol refuses.',
      '`spoilt` are signers who said something that does not count, or committed twice.',
    ],
    shared,
    groups: [
      make('packet write', 'As in packets.json.', [
        ...written(asks('drill', drill)),
        ...written(asks('census', census)),
      ]),
      make('plan altered', 'The plan with these fields instead of its own, read as in documents.json.', plans()),
      make('packet admit', 'As in packets.json.', admissions(drill, census)),
      make('commitment draft', '`nonces` are secret: hiding || binding for every key.', drafted.commitments),
      make('signature draft', 'One signature share for every key.', drafted.signatures),
      make('drill', 'The state of a drill as a function of its packets.', drills(told)),
      make(
        'census draft',
        '`between` has what the proof is made of. The weights are of the keys of the suite, in their order.',
        drafted.reports,
      ),
      make('census', 'The state of a census as a function of its packets.', reports(told)),
    ],
  };
}
