import { type Fields, hexOf, type Item, signed, tagged } from '../stranger.ts';
import {
  bytes,
  count,
  flag,
  hash,
  index,
  label,
  list,
  map,
  oneOf,
  orNull,
  possible,
  prose,
  type Shape,
  someBytes,
  suite,
  text,
  textOf,
  tool,
  unless,
  whole,
} from './checks.ts';
import { isStill, type Participant, type Plan, payloadOf } from './plan.ts';

// sections 11 to 18 and 21: who may say what, in which form, and what two packets of one author must not both take

export interface Packet {
  readonly digest: string;
  readonly kind: string;
  readonly attempt: string;
  readonly author: string;
  readonly body: Fields;
}

interface Kind {
  readonly body: Shape;
  readonly may: (who: Participant, plan: Plan) => boolean;
  readonly slot: (packet: Packet) => string;
}

const huge = 2 ** 26;
const nonces = list(map({ hiding: someBytes(33), binding: someBytes(33) }), 10_000, 1);
const possession = list(map({ suite, proof: someBytes(96) }), 5, 1);
const copyFields = {
  id: label,
  label: prose,
  kind: oneOf('backup', 'export', 'external'),
  epoch: count,
  where: map({ custodian: text(200), place: text(200), medium: text(200), bag: text(200) }),
  destroyed: orNull(map({ at: count, method: text(200), witnesses: list(text(200), 16, 1) })),
};
const prior = map({ ceremony: hash, attempt: hash, evidence: list(someBytes(huge), 130, 2) });
export const voteShape: Shape = map({ parent: hash, slot: count, prior: list(prior, 32) });
const box = map({ R: bytes(32), proof: bytes(64), ciphertext: someBytes(huge) });
const dealt = map({ commitments: list(someBytes(33), 32, 1), proof: orNull(someBytes(96)) });

const everybody = () => true;
const receives = (who: Participant) => who.newIndex !== null;
const held = (who: Participant) => who.oldIndex !== null;
const answers = ({ oldIndex, newIndex }: Participant, { fields }: Plan) =>
  newIndex !== null || (oldIndex !== null && ((fields.signers ?? []) as number[]).includes(oldIndex));
const about =
  (slot: string) =>
  ({ attempt }: Packet) =>
    `${slot} ${attempt}`;
const voted = ({ body }: Packet): string => {
  const { parent, slot } = body.vote as { parent: Uint8Array; slot: number };
  return `vote ${hexOf(parent)} ${slot}`;
};

const notes: Record<string, Shape>[] = [
  { kind: oneOf('deviation', 'observation') },
  { kind: oneOf('bag'), bag: textOf(1, 64), way: oneOf('in', 'out'), what: textOf(1, 64) },
  { kind: oneOf('witness'), name: textOf(1, 100), role: textOf(1, 100) },
  { kind: oneOf('absent'), member: hash },
  { kind: oneOf('anchor'), place: textOf(1, 200), digest: hash },
];

const kinds: Record<string, Kind> = {
  proposal: { body: map({ plan: someBytes(huge), key: hash }), may: (who) => who.proposer, slot: () => 'proposal' },
  approval: { body: map({}), may: (who) => who.approver, slot: () => 'approve' },
  refusal: {
    body: map({ as: oneOf('receiver', 'dealer', 'approver', 'proposer', 'member'), reason: prose }),
    may: everybody,
    slot: ({ body, attempt }) =>
      ({
        receiver: `receive ${attempt}`,
        dealer: `deal ${attempt}`,
        approver: 'approve',
        proposer: 'withdraw',
        member: 'dissent',
      })[body.as as string] as string,
  },
  note: {
    body: (value) => notes.some((fields) => map({ ...fields, text: prose, number: count })(value)),
    may: everybody,
    slot: ({ body }) => `note ${body.number}`,
  },
  deal: {
    body: map({
      vote: orNull(voteShape),
      approvals: list(hash, 16),
      keys: list(dealt, 10_000, 1),
      boxes: list(box, 32, 2),
    }),
    may: (who, { parent }) => (parent === null ? receives(who) : held(who)),
    slot: about('deal'),
  },
  endorsement: {
    body: map({ vote: voteShape }),
    may: (who, { parent }) => parent !== null && held(who),
    slot: voted,
  },
  acceptance: {
    body: map({
      deals: list(hash, 32, 1),
      transcript: hash,
      possession,
      nonces,
      card: someBytes(4096),
      tool,
    }),
    may: receives,
    slot: about('receive'),
  },
  complaint: {
    body: map({ deal: hash, K: bytes(32), proof: bytes(96) }),
    may: receives,
    slot: about('receive'),
  },
  activation: {
    body: map({ transcript: hash, certificate: list(hash, 32, 2), shares: list(bytes(32), 10_000, 1) }),
    may: receives,
    slot: (packet) => `${about('turn')(packet)} 0`,
  },
  closing: {
    body: map({
      transcript: hash,
      turn: hash,
      oldShare: map({
        state: oneOf('wrapping-key-deleted', 'kept', 'none'),
        why: oneOf('proven', 'no-backups', 'few-signers', 'not-confirmed', 'exposed', 'joiner', 'already-gone', 'lost'),
      }),
      invalid: list(map(copyFields), 1000),
      recorded: list(map(copyFields), 1000),
    }),
    may: (who) => receives(who) || held(who),
    slot: about('close'),
  },
  amendment: {
    body: map({
      number: whole(1, 24),
      dealers: list(index, 32, 1),
      receivers: list(map({ card: someBytes(4096), prekey: hash }), 32, 2),
      reason: prose,
    }),
    may: (who, { parent }) => who.proposer && parent !== null,
    slot: ({ body }) => `amendment ${body.number}`,
  },
  release: {
    body: map({ signed: list(map({ packet: hash, blocked: orNull(hash) }), 16), salvage: flag, reason: prose }),
    may: receives,
    slot: about('release'),
  },
  reprove: {
    body: map({ number: whole(1, 16), certificate: list(hash, 32, 2), signers: list(index, 32, 2), reason: prose }),
    may: receives,
    slot: ({ body, attempt }) => `reprove ${attempt} ${body.number}`,
  },
  commitment: {
    body: map({ call: hash, nonces }),
    may: answers,
    slot: ({ body }) => `commit ${hexOf(body.call as Uint8Array)}`,
  },
  signature: {
    body: map({ call: hash, commitments: list(hash, 32, 2), shares: list(bytes(32), 10_000, 1) }),
    may: answers,
    slot: ({ body }) => `sign ${hexOf(body.call as Uint8Array)}`,
  },
  census: {
    body: map({
      possession,
      prekeys: count,
      tool,
      copies: list(map({ ...copyFields, invalid: flag }), 1000),
      findings: list(map({ check: text(64), ok: oneOf(true, false, null), detail: prose }), 64),
    }),
    may: held,
    slot: () => 'census',
  },
};

const always = ['proposal', 'approval', 'refusal', 'note'];
const inStill: Record<string, string[]> = { drill: ['commitment', 'signature'], census: ['census'] };

function hasPlace(kind: string, plan: Plan): boolean {
  if (always.includes(kind)) return true;
  if (isStill(plan)) return inStill[plan.kind]?.includes(kind) === true;
  return kind !== 'census';
}

const headerShape = map({
  v: (value) => value === 1,
  kind: text(32),
  ceremony: hash,
  attempt: hash,
  author: hash,
  at: count,
  attended: flag,
  rehearsal: flag,
  body: (value) => value !== undefined,
});

export function admit(plan: Plan, message: Uint8Array): Packet {
  const fields = payloadOf(message);
  unless(headerShape(fields), 'SCHEMA', 'the shape of a packet');
  const ofThis = hexOf(fields.ceremony as Uint8Array) === hexOf(plan.number);
  unless(ofThis, 'PACKET_FOREIGN', 'a packet is of its ceremony');
  unless(fields.rehearsal === plan.fields.rehearsal, 'PACKET_FOREIGN', 'a packet is of the world of its plan');
  const author = hexOf(fields.author as Uint8Array);
  const who = plan.participants.find(({ identity }) => identity === author);
  unless(who !== undefined, 'AUTHOR_UNKNOWN', 'the author has a card');
  const holds = possible(() => signed(message, 'conclave packet v1', 'author'));
  unless(holds, 'SIGNATURE_INVALID', 'a packet is signed by its author');
  const name = fields.kind as string;
  const kind = Object.hasOwn(kinds, name) ? kinds[name] : undefined;
  unless(kind !== undefined, 'KIND_UNKNOWN', 'a packet is of a kind that is known');
  const known = kind as Kind;
  unless(hasPlace(name, plan), 'AUTHOR_UNKNOWN', 'a kind has a place in the ceremony');
  if (known.may !== everybody) unless(known.may(who as Participant, plan), 'AUTHOR_UNKNOWN', `who may say ${name}`);
  unless(known.body(fields.body as Item), 'SCHEMA', `the shape of ${name}`);
  const body = fields.body as Fields;
  const proposes = name !== 'proposal' || hexOf(body.plan as Uint8Array) === hexOf(plan.encoded);
  unless(proposes, 'PACKET_FOREIGN', 'a proposal proposes its own plan');
  const attempt = hexOf(fields.attempt as Uint8Array);
  return { digest: hexOf(tagged('packet', message)), kind: name, attempt, author, body };
}

export function slotOf(packet: Packet): string {
  return (kinds[packet.kind] as Kind).slot(packet);
}

export interface Contradiction {
  readonly author: string;
  readonly slot: string;
  readonly packets: readonly [string, string];
  readonly grave: boolean;
}

/** A packet in which its author signed a turn. */
export function signsTurn({ kind }: Packet): boolean {
  return kind === 'activation' || kind === 'signature';
}

/** Of each slot the first by digest, and every other one against it. */
export function contradictions(plan: Plan, packets: readonly Packet[]): Contradiction[] {
  const first = new Map<string, string>();
  const found: Contradiction[] = [];
  for (const packet of packets) {
    const slots = [slotOf(packet)];
    if (packet.kind === 'deal' && packet.body.vote !== null) slots.push(voted(packet));
    for (const slot of slots) {
      const taken = first.get(`${packet.author} ${slot}`);
      if (taken === undefined) first.set(`${packet.author} ${slot}`, packet.digest);
      else {
        const grave = !isStill(plan) && packet.kind !== 'note' && slot !== 'dissent';
        found.push({ author: packet.author, slot, packets: [taken, packet.digest], grave });
      }
    }
  }
  const told = new Set<string>();
  for (const release of packets.filter(({ kind }) => kind === 'release')) {
    const key = `${release.author} ${release.attempt}`;
    const before = told.has(key);
    const listed = (release.body.signed as { packet: Uint8Array }[]).map(({ packet }) => hexOf(packet));
    for (const other of packets) {
      if (!signsTurn(other) || other.author !== release.author) continue;
      if (other.attempt !== release.attempt || listed.includes(other.digest)) continue;
      found.push({
        author: other.author,
        slot: slotOf(release),
        packets: [release.digest, other.digest],
        grave: true,
      });
      told.add(key);
      if (before) break; // of a later release the first packet is enough
    }
  }
  return found;
}
