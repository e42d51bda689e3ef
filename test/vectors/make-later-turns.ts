import { alice, bob, carol, dave, digestBytes, type Person } from './cast.ts';
import { filled, flip, group, hex, type Json, type Questions, toJson, type Wanted } from './form.ts';
import { sharedOf } from './make-packets.ts';
import type { Story } from './story.ts';
import { type LaterTurn, laterTurn } from './story-later-turn.ts';
import type { Said, Walk } from './walk.ts';

const label = 'later turn';
const plan = `@${label}: plan`;

interface Body {
  readonly certificate: Uint8Array[];
  readonly commitments: Uint8Array[];
  readonly shares: Uint8Array[];
  readonly nonces: object[];
}

function bodyOf(walk: Walk, name: string): Body {
  return walk.get(name).body as unknown as Body;
}

function digest(said: Said): Uint8Array {
  return digestBytes(said.packet.digest);
}

function written(walk: Walk): Wanted[] {
  const names = [...walk.said.keys()].filter((name) => /^(reprove|commitment|signature)/.test(name));
  return names.map((name) => {
    const { header, body, who } = walk.get(name);
    return { says: name, given: { header: toJson(header), body: toJson(body), secret: hex(who.signing.secret) } };
  });
}

function admissions(walk: Walk): Wanted[] {
  const call = bodyOf(walk, 'reprove of bob');
  const lie = (says: string, who: Person, change: object, code: Wanted['code'] = 'SCHEMA'): Wanted => ({
    says,
    given: { plan, packet: hex(walk.unchecked(who, 'reprove', { ...call, ...change })) },
    ...(code === undefined ? {} : { code }),
  });
  return [
    ...['reprove of bob', 'commitment of dave', 'signature of dave', 'closing of dave'].map((name) => ({
      says: name,
      given: { plan, packet: `@${label}: ${name}` },
    })),
    lie('a call by somebody who receives nothing', alice, {}, 'AUTHOR_UNKNOWN'),
    lie('the call 0', bob, { number: 0 }),
    lie('the call 17', bob, { number: 17 }),
    lie('a call of one signer', bob, { signers: [1] }),
    lie('a call of a signer 33', bob, { signers: [1, 33] }),
    lie('a call with one acceptance', bob, { certificate: call.certificate.slice(0, 1) }),
  ];
}

function states({ walk }: LaterTurn): Wanted[] {
  const names = [...walk.said.keys()];
  const upTo = (last: string): Json[] => names.slice(0, names.indexOf(last) + 1).map((name) => `@${label}: ${name}`);
  const seen = (says: string, packets: Json[]): Wanted => ({ says, given: { plan, packets } });
  const call = bodyOf(walk, 'reprove of bob');
  const draft = (who: Person, kind: 'reprove' | 'commitment' | 'signature' | 'closing', body: object): Said =>
    walk.draft(who, kind, body);
  const called = (says: string, change: object, who = bob): Wanted =>
    seen(`${who.name} calls: ${says}`, [
      ...upTo('activation of dave'),
      hex(draft(who, 'reprove', { ...call, ...change }).bytes),
    ]);
  const committed = (says: string, change: object, who = dave): Wanted =>
    seen(`${who.name} commits: ${says}`, [
      ...upTo('commitment of bob'),
      hex(draft(who, 'commitment', { ...bodyOf(walk, 'commitment of dave'), ...change }).bytes),
    ]);
  const signed = (says: string, change: object, who = dave): Wanted =>
    seen(`${who.name} signs: ${says}`, [
      ...upTo('signature of bob'),
      hex(draft(who, 'signature', { ...bodyOf(walk, 'signature of dave'), ...change }).bytes),
    ]);
  const { commitments, shares } = bodyOf(walk, 'signature of dave');
  const second = draft(bob, 'reprove', { ...call, number: 2 });
  const byDave = draft(dave, 'reprove', call);
  const bad = draft(bob, 'reprove', { ...call, signers: [3, 1, 4] });
  const answer = draft(dave, 'commitment', { ...bodyOf(walk, 'commitment of dave'), call: digest(bad) });
  const again = draft(dave, 'commitment', { ...bodyOf(walk, 'commitment of bob') });
  const [nonce] = bodyOf(walk, 'commitment of dave').nonces;
  const closing = draft(bob, 'closing', { ...(walk.get('closing of bob').body as object), turn: filled(32, 1) });
  return [
    seen('nobody has called', upTo('activation of dave')),
    seen('bob has called', upTo('reprove of bob')),
    seen('one has committed', upTo('commitment of bob')),
    seen('all have committed', upTo('commitment of erin')),
    seen('one has signed', upTo('signature of bob')),
    seen('all have signed: the proof of life', upTo('signature of erin')),
    seen('to the end', upTo('closing of alice')),
    seen('whatever the order', upTo('closing of alice').toReversed()),
    seen('a closing of another turn waits', [...upTo('signature of erin'), hex(closing.bytes)]),
    seen('a call without an acceptance that it names waits, and who answers it', [
      ...upTo('commitment of bob').filter((name) => name !== `@${label}: acceptance of carol`),
    ]),
    seen('an answer whose call is not here waits', [...upTo('activation of dave'), `@${label}: commitment of bob`]),
    called('the signers in another order', { signers: [3, 1, 4] }),
    called('a signer twice', { signers: [1, 1, 3] }),
    called('fewer signers than the new threshold', { signers: [1, 3] }),
    called('a signer who is no new member', { signers: [1, 3, 5] }),
    called('others without its author', { signers: [2, 3, 4] }),
    called('an acceptance twice', {
      certificate: [...call.certificate.slice(0, 3), call.certificate[1]],
    }),
    called('an acceptance left out', { certificate: call.certificate.slice(0, 3) }),
    called('what is no acceptance', {
      certificate: [...call.certificate.slice(0, 3), digest(walk.get('deal of bob'))],
    }),
    called('all of them', { signers: [1, 2, 3, 4] }),
    seen('bob calls again: the newest call is answered', [...upTo('commitment of bob'), hex(second.bytes)]),
    seen('dave calls as well', [...upTo('commitment of bob'), hex(byDave.bytes)]),
    seen('an answer to a call that is not good', [...upTo('activation of dave'), hex(bad.bytes), hex(answer.bytes)]),
    committed('to what is no call', { call: call.certificate[0] }),
    committed('who is not named', {}, carol),
    committed('to two nonces for one key', { nonces: [nonce, nonce] }),
    committed('to a nonce that is no point', { nonces: [{ ...nonce, hiding: filled(32, 0) }] }),
    signed('another share', { shares: [flip(shares[0] ?? filled(1, 0), 0)] }),
    signed('with the commitments in another order', { commitments: commitments.toReversed() }),
    signed('who is not named', {}, carol),
    seen('two commitments of one signer: nobody signs any more', [...upTo('commitment of erin'), hex(again.bytes)]),
  ];
}

function releases({ walk }: LaterTurn): Wanted[] {
  const of = (name: string): Uint8Array => digest(walk.get(name));
  const judged = (says: string, release: Said, more: (Said | string)[], code?: Wanted['code']): Wanted => ({
    says,
    given: {
      plan,
      packets: more.map((packet) => (typeof packet === 'string' ? `@${label}: ${packet}` : hex(packet.bytes))),
      release: hex(release.bytes),
    },
    ...(code === undefined ? {} : { code }),
  });
  const draft = (who: Person, signed: object[], salvage = false): Said =>
    walk.draft(who, 'release', { signed, salvage, reason: '' });
  const packet = of('signature of bob');
  const activation = of('activation of dave');
  const ofDave = draft(dave, [{ packet: activation, blocked: null }], true);
  const bobs = draft(bob, [{ packet, blocked: digest(ofDave) }]);
  const ofCarol = draft(carol, []);
  const same = draft(dave, [{ packet: of('signature of dave'), blocked: null }], true);
  const { commitments } = bodyOf(walk, 'signature of dave');
  const elsewhere = walk.draft(dave, 'signature', {
    ...bodyOf(walk, 'signature of dave'),
    commitments: commitments.toReversed(),
  });
  const other = draft(dave, [{ packet: digest(elsewhere), blocked: null }], true);
  const stray = walk.draft(bob, 'signature', { ...bodyOf(walk, 'signature of bob'), call: of('proposal') });
  const all = ['reprove of bob', 'signature of bob', 'signature of dave', 'activation of dave'];
  return [
    judged('bob has signed the later turn, and dave only turn 0', bobs, [...all, ofDave]),
    judged('the call of the signature is not here', bobs, [...all.slice(1), ofDave]),
    judged(
      'what the signature answers is no call',
      draft(bob, [{ packet: digest(stray), blocked: null }], true),
      [...all, stray, 'proposal'],
      'RELEASE_INVALID',
    ),
    judged(
      'carol blocks, whom the call does not name',
      draft(bob, [{ packet, blocked: digest(ofCarol) }]),
      [...all, ofCarol],
      'RELEASE_INVALID',
    ),
    judged(
      'dave has signed the same turn',
      draft(bob, [{ packet, blocked: digest(same) }]),
      [...all, same],
      'RELEASE_INVALID',
    ),
    judged('dave has signed the same call over other commitments', draft(bob, [{ packet, blocked: digest(other) }]), [
      ...all,
      elsewhere,
      other,
    ]),
    judged(
      'dave lists a commitment',
      draft(dave, [{ packet: of('commitment of dave'), blocked: null }], true),
      [...all, 'commitment of dave'],
      'RELEASE_INVALID',
    ),
  ];
}

export function makeLaterTurns(story: Story): Questions {
  const told = laterTurn(story);
  const { walk } = told;
  const shared = sharedOf(label, walk);
  const make = (operation: string, about: string, wanted: Wanted[]) => group(operation, about, wanted, shared);
  return {
    about: [
      'A later turn of the proof of life: docs/protocol.md sections 17, 18 and 21.',
      'Bob, carol, dave and erin are to hold the key, 3 of 4. All accept, dave activates, and then the machine of carol is gone. Bob calls for a turn of the other three.',
    ],
    shared,
    groups: [
      make('packet write', 'As in packets.json.', written(walk)),
      make('packet admit', 'As in packets.json.', admissions(walk)),
      make('release judge', 'As in disputes.json, of signatures.', releases(told)),
      make('later turns', 'The calls of the attempt that is worked on, and the proof of life.', states(told)),
    ],
  };
}
