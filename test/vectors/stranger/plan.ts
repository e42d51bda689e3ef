import {
  decode,
  edwards,
  encode,
  type Fields,
  hexOf,
  type Item,
  linkHolds,
  ristretto,
  signed,
  tagged,
  utf8,
} from '../stranger.ts';
import {
  bytes,
  bytesOf,
  count,
  flag,
  hash,
  index,
  label,
  list,
  map,
  mapWith,
  name,
  oneOf,
  orNull,
  position,
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

// sections 7 to 9 and 21: cards, descriptors, links and plans, and what follows from a plan

export interface Card {
  readonly identity: string;
  readonly name: string;
  readonly prekeys: readonly string[];
  readonly rehearsal: boolean;
}

export interface Descriptor {
  readonly id: Uint8Array;
  readonly encoded: Uint8Array;
  readonly fields: Fields;
  readonly threshold: number;
  readonly members: readonly { name: string; identity: string }[];
  readonly keys: readonly { suite: string; publicKey: Uint8Array; commitments: Uint8Array[] }[];
}

export interface Participant {
  readonly identity: string;
  readonly name: string;
  readonly oldIndex: number | null;
  readonly newIndex: number | null;
  readonly approver: boolean;
  readonly observer: boolean;
  readonly proposer: boolean;
}

export interface Plan {
  readonly encoded: Uint8Array;
  readonly number: Uint8Array;
  readonly kind: string;
  readonly fields: Fields;
  readonly parent: Descriptor | null;
  readonly participants: readonly Participant[];
  readonly receivers: readonly (Participant & { prekey: string })[];
  /** By old index, from 1; nothing where a member was declared lost. */
  readonly holders: ReadonlyMap<number, Participant>;
  readonly threshold: number;
  readonly quorum: number;
  readonly epoch: { from: number | null; to: number };
  readonly keys: readonly { label: string; suite: string }[];
  readonly policy: Policy;
  /** That of the parent; in a genesis the same. */
  readonly oldPolicy: Policy;
}

export interface Policy {
  readonly approvers: Uint8Array[];
  readonly approvals: number;
  readonly refreshEvery?: number | 'quarterly';
  readonly backups?: number;
  readonly minimumThreshold?: number;
  readonly shapes?: string[];
}

const cardShape = map({
  v: (value) => value === 1,
  name,
  signing: hash,
  recipient: (value) => typeof value === 'string' && /^age1[02-9ac-hj-np-z]{58}$/.test(value),
  prekeys: list(hash, 16, 1),
  serial: count,
  at: count,
  rehearsal: flag,
});

export function readCard(file: Uint8Array): Card {
  const line = utf8('conclave card v1\n');
  unless(file.length <= 4096, 'CARD_INVALID', 'a card has at most 4096 bytes');
  unless(hexOf(file).startsWith(hexOf(line)) && file.length > line.length, 'CARD_INVALID', 'a card has its first line');
  const message = file.slice(line.length);
  const fields = payloadOf(message);
  unless(cardShape(fields), 'SCHEMA', 'the shape of a card');
  unless(
    possible(() => edwards.point(fields.signing as Uint8Array)),
    'POINT_INVALID',
    'the key of a card is a point',
  );
  const holds = possible(() => signed(message, 'conclave card v1', 'signing'));
  unless(holds, 'SIGNATURE_INVALID', 'a card is signed by its own key');
  const prekeys = fields.prekeys as Uint8Array[];
  unless(distinct(prekeys.map(hexOf)), 'CARD_INVALID', 'a card lists no prekey twice');
  const good = prekeys.every((prekey) => hexOf(prekey) !== '00'.repeat(32) && possible(() => ristretto.point(prekey)));
  unless(good, 'POINT_INVALID', 'the prekeys of a card are points');
  return {
    identity: hexOf(fields.signing as Uint8Array),
    name: fields.name as string,
    prekeys: prekeys.map(hexOf),
    rehearsal: fields.rehearsal as boolean,
  };
}

/** What is written the one way that it can be. */
export function read(encoded: Uint8Array): Item {
  let item: Item = null;
  const same = possible(() => {
    item = decode(encoded);
    if (hexOf(encode(item)) !== hexOf(encoded)) throw new Error('not deterministic');
  });
  unless(same, 'CBOR_MALFORMED', 'a document is deterministic CBOR');
  return item;
}

const messageShape: Shape = (value) => {
  const [head, empty, payload, signature, ...more] = Array.isArray(value) ? value : [];
  return (
    head instanceof Uint8Array &&
    hexOf(head) === 'a10127' &&
    map({})(empty) &&
    someBytes(2 ** 26)(payload) &&
    bytes(64)(signature) &&
    more.length === 0
  );
};

/** A signed message taken apart, before its signature is looked at. */
export function apart(message: Uint8Array): { payload: Uint8Array; signature: Uint8Array } {
  const item = read(message);
  unless(messageShape(item), 'SCHEMA', 'the shape of a signed message');
  const [, , payload, signature] = item as Uint8Array[];
  return { payload: payload as Uint8Array, signature: signature as Uint8Array };
}

export function payloadOf(message: Uint8Array): Fields {
  return read(apart(message).payload) as Fields;
}

export function distinct(values: readonly (string | number)[]): boolean {
  return new Set(values).size === values.length;
}

const governed = ['all-must-sign', 'minority-signs', 'lower-threshold'];
const everySoOften: Shape = (value) => value === 'quarterly' || whole(3600, 316_224_000)(value);
const policyShape = mapWith(
  {
    refreshEvery: everySoOften,
    backups: whole(1, 16),
    minimumThreshold: whole(3, 32),
    shapes: list(oneOf(...governed), 3),
  },
  { approvers: list(hash, 16), approvals: count },
);
/** Those of a policy that it allows, in the one order. */
function inOrder(shapes: string[] = []): boolean {
  return shapes.join() === governed.filter((shape) => shapes.includes(shape)).join();
}

const descriptorShape = map({
  v: (value) => value === 1,
  keyset: orNull(hash),
  epoch: count,
  previous: orNull(hash),
  ceremony: hash,
  attempt: hash,
  threshold: whole(2, 32),
  members: list(map({ name, identity: hash }), 32, 2),
  policy: policyShape,
  keys: list(
    map({
      label,
      suite,
      publicKey: someBytes(33),
      chainCode: orNull(bytes(32)),
      commitments: list(someBytes(33), 32, 2),
    }),
    10_000,
    1,
  ),
  rehearsal: flag,
});

export function readDescriptor(encoded: Uint8Array): Descriptor {
  const fields = read(encoded) as Fields;
  unless(descriptorShape(fields), 'SCHEMA', 'the shape of a descriptor');
  const sound = (condition: boolean, check: string) => unless(condition, 'DESCRIPTOR_INVALID', check);
  const members = fields.members as { name: string; identity: Uint8Array }[];
  const keys = fields.keys as (Descriptor['keys'][number] & { label: string })[];
  const { approvers, approvals, shapes } = fields.policy as unknown as Policy;
  const threshold = fields.threshold as number;
  const first = fields.epoch === 0;
  sound((fields.keyset === null) === first, 'epoch 0 alone has no keyset');
  sound((fields.previous === null) === first, 'epoch 0 alone follows nothing');
  sound(threshold <= members.length, 'a descriptor has as many members as its threshold');
  sound(distinct(members.map((member) => hexOf(member.identity))), 'a descriptor has no identity twice');
  sound(distinct(members.map((member) => member.name.toLowerCase())), 'a descriptor has no name twice');
  sound(distinct(keys.map((key) => key.label.toLowerCase())), 'a descriptor has no label twice');
  sound(approvals <= approvers.length, 'the policy of a descriptor can be met');
  sound(distinct(approvers.map(hexOf)), 'the policy of a descriptor names nobody twice');
  sound(inOrder(shapes), 'the policy of a descriptor has its shapes in order');
  for (const key of keys) {
    sound(hexOf(key.publicKey) === hexOf(key.commitments[0] as Uint8Array), 'a public key is its first commitment');
    unless(key.commitments.length === threshold, 'COMMITMENTS_LENGTH', 'a descriptor has a commitment per coefficient');
    const good = key.commitments.every((point) => possible(() => edwards.point(point)));
    unless(good, 'POINT_INVALID', 'the commitments of a descriptor are points');
  }
  return {
    id: tagged('descriptor', encoded),
    encoded,
    fields,
    threshold,
    members: members.map((member) => ({ name: member.name, identity: hexOf(member.identity) })),
    keys,
  };
}

export function readLink(link: Fields): Descriptor {
  const descriptor = readDescriptor(link.descriptor as Uint8Array);
  const signatures = link.signatures as Uint8Array[];
  const as_many = signatures.length === descriptor.keys.length;
  unless(as_many && linkHolds(link), 'SUCCESSION_INVALID', 'every key signed the descriptor of a link');
  return descriptor;
}

const linkShape = map({ descriptor: someBytes(2 ** 26), transcript: hash, signatures: list(someBytes(96), 10_000, 1) });
const fieldsOfAll: Record<string, Shape> = {
  v: (value) => value === 1,
  kind: oneOf('genesis', 'reshare', 'refresh', 'recover', 'drill', 'census'),
  random: hash,
  keyset: name,
  parent: orNull(linkShape),
  cards: list(someBytes(4096), 64, 1),
  proposer: position,
  old: list(map({ card: orNull(position) }), 32),
  new: (value) => list(map({ card: position, prekey: hash }), 32)(value) && (value as Item[]).length !== 1,
  threshold: whole(2, 32),
  dealers: list(index, 32),
  reserves: list(index, 32),
  approvers: list(position, 16),
  approvals: count,
  observers: list(position, 16),
  keys: list(map({ label, suite }), 10_000),
  policy: policyShape,
  backup: oneOf('none', 'required'),
  copies: whole(0, 16),
  destroy: oneOf('when-proven', 'ask'),
  belowQuorum: orNull(prose),
  weak: list(text(64), 16),
  reason: prose,
  because: oneOf('policy', 'incident', 'personnel', 'compliance', 'other'),
  ticket: orNull(text(200)),
  insteadOf: orNull(hash),
  beacon: orNull(map({ source: textOf(1, 200), round: textOf(1, 64), value: bytesOf(16, 64) })),
  tool,
  at: count,
  expires: count,
  rehearsal: flag,
};
const planShape = map(fieldsOfAll);
const planWithSigners = map({ ...fieldsOfAll, signers: list(index, 32, 2) });

/** A drill and a census move no share. */
export function isStill({ kind }: { readonly kind: string }): boolean {
  return kind === 'drill' || kind === 'census';
}

export function readPlan(encoded: Uint8Array): Plan {
  const fields = read(encoded) as Fields;
  unless(planShape(fields) || planWithSigners(fields), 'SCHEMA', 'the shape of a plan');
  const sound = (condition: boolean, check: string) => unless(condition, 'PLAN_INVALID', check);
  const kind = fields.kind as string;
  const still = isStill({ kind });
  const old = (fields.old as { card: number | null }[]).map(({ card }) => card);
  const seats = fields.new as unknown as { card: number; prekey: Uint8Array }[];
  const lists = ['dealers', 'reserves', 'approvers', 'observers'] as const;
  const [dealers, reserves, approvers, observers] = lists.map((one) => fields[one] as number[]) as [
    number[],
    number[],
    number[],
    number[],
  ];
  const threshold = fields.threshold as number;
  const proposer = fields.proposer as number;

  // 1
  const cards = (fields.cards as Uint8Array[]).map(readCard);
  sound(distinct(cards.map(({ identity }) => identity)), 'a plan has one card of an identity');
  sound(distinct(cards.map((card) => card.name.toLowerCase())), 'a plan has one card of a name');
  sound(
    cards.every(({ rehearsal }) => rehearsal === fields.rehearsal),
    'the cards of a plan are of its world',
  );
  const there = (places: (number | null)[]) => places.every((place) => place === null || place < cards.length);
  sound(there(observers), 'an observer has a card');
  sound(there([proposer]), 'the proposer has a card');
  const cardAt = (place: number | null | undefined): Card | undefined =>
    place === null || place === undefined ? undefined : cards[place];

  // 2
  sound((fields.parent === null) === (kind === 'genesis'), 'a genesis alone has no parent');
  const parent = fields.parent === null ? null : readLink(fields.parent as Fields);
  sound(parent === null || parent.fields.rehearsal === fields.rehearsal, 'the parent is of the same world');

  // 3
  const members = parent?.members ?? [];
  sound(old.length === members.length, 'a plan names every old member');
  const same = (place: number | null | undefined, identity: string | undefined) => cardAt(place)?.identity === identity;
  sound(
    old.every((card, place) => card === null || same(card, members[place]?.identity)),
    'an old member has the identity that the parent names',
  );

  // 4
  const incoming = seats.map(({ card }) => cardAt(card));
  sound(distinct(seats.map(({ card }) => card)), 'nobody is twice in the new committee');
  sound(distinct(seats.map(({ prekey }) => hexOf(prekey))), 'a plan uses no prekey twice');
  sound(
    seats.every(({ card, prekey }) => cardAt(card)?.prekeys.includes(hexOf(prekey)) === true),
    'a prekey is on the card of its member',
  );
  sound(still || threshold <= seats.length, 'a plan has as many new members as its threshold');
  const isOld = (card: Card | undefined) => members.some(({ identity }) => identity === card?.identity);
  const bears = (card: Card | undefined, member: { name: string } | undefined) =>
    card?.name.toLowerCase() === member?.name.toLowerCase();
  const twice = members.some(
    (member) =>
      incoming.some((card) => card?.identity === member.identity) &&
      incoming.some((card) => !isOld(card) && bears(card, member)),
  );
  sound(!twice, 'nobody comes back beside the own old machine');

  // 5
  sound(distinct([...dealers, ...reserves]), 'nobody deals twice');
  const keys = fields.keys as { label: string; suite: string }[];
  if (parent === null) {
    sound(dealers.length + reserves.length === 0, 'a genesis names no dealers');
    sound(keys.length > 0, 'a genesis names keys');
    sound(distinct(keys.map((key) => key.label.toLowerCase())), 'a plan has no label twice');
  } else {
    sound(keys.length === 0, 'the keys are those of the parent');
    const holds = (place: number) => old[place - 1] !== null && old[place - 1] !== undefined;
    sound(still || [...dealers, ...reserves].every(holds), 'a dealer holds a share');
    sound(still || dealers.length >= parent.threshold, 'as many deal as the threshold of the parent');
  }

  // 6
  const unchanged = parent?.threshold === threshold && members.length === seats.length;
  if (kind === 'refresh') {
    const stays = members.every(({ identity }, place) => incoming[place]?.identity === identity);
    sound(unchanged && stays, 'a refresh changes nobody and no threshold');
  }
  if (kind === 'recover') {
    sound(unchanged, 'a recovery keeps the number of members and the threshold');
    sound(old.includes(null), 'in a recovery somebody has lost a share');
    for (const [place, member] of members.entries()) {
      const card = incoming[place];
      if (card?.identity === member.identity) continue;
      sound(old[place] === null, 'in a recovery who lost nothing stays at the own place');
      sound(!isOld(card), 'in a recovery no old member takes the place of who is lost');
      sound(bears(card, member), 'in a recovery who comes back bears the old name');
    }
  }

  // 7
  const policy = fields.policy as unknown as Policy;
  const policyOf = parent === null ? policy : (parent.fields.policy as unknown as Policy);
  sound(distinct(approvers), 'a plan names no approver twice');
  sound((fields.approvals as number) <= approvers.length, 'the approvals of a plan can be given');
  sound(policy.approvals <= policy.approvers.length, 'the policy of a plan can be met');
  sound(distinct(policy.approvers.map(hexOf)), 'the policy of a plan names nobody twice');
  sound(inOrder(policy.shapes), 'the policy of a plan has its shapes in order');
  sound(
    !still || hexOf(encode(policy as unknown as Item)) === hexOf(encode(policyOf as unknown as Item)),
    'where no share moves the policy stays',
  );
  sound(there(approvers), 'an approver has a card');
  const asked = approvers.map((place) => cardAt(place)?.identity);
  sound(
    policy.approvers.every((approver) => asked.includes(hexOf(approver))),
    'the approvers of the policy are asked',
  );
  sound(
    policyOf.approvers.every((approver) => asked.includes(hexOf(approver))),
    'the approvers of the old policy are asked',
  );

  // 8
  sound((fields.expires as number) > (fields.at as number), 'a plan expires after it begins');

  // 9
  const majority = parent === null || still ? 0 : Math.max(parent.threshold, Math.floor(members.length / 2) + 1);
  const present = old.filter((card) => card !== null).length;
  sound(present >= majority || fields.belowQuorum !== null, 'who goes below a quorum says so');
  sound(present < majority || fields.belowQuorum === null, 'nobody goes below a quorum that is there');

  // 10
  const parts = new Set([...old, ...seats.map(({ card }) => card), ...approvers, ...observers, proposer]);
  sound(
    cards.every((_, place) => parts.has(place)),
    'everybody with a card has a part',
  );
  sound(distinct(observers), 'a plan names no observer twice');

  // 11
  const lost = old.length - present;
  const weak = [
    threshold === seats.length && 'all-must-sign',
    2 * threshold <= seats.length && 'minority-signs',
    parent !== null && threshold < parent.threshold && 'lower-threshold',
    seats.length - threshold < lost && 'few-spares',
    fields.belowQuorum !== null && 'below-quorum',
  ].filter((shape) => shape !== false);
  const admitted = still ? [] : weak;
  sound((fields.weak as string[]).join() === admitted.join(), 'a plan says where its shape is weak');

  // 12
  const copies = fields.backup === 'none' ? 0 : Math.max(1, fields.copies as number);
  for (const { minimumThreshold = 2, shapes = governed, backups = 0 } of still ? [] : [policyOf, policy]) {
    const kept = (condition: boolean, check: string) => unless(condition, 'POLICY_BROKEN', check);
    kept(threshold >= minimumThreshold, 'the threshold is as high as the policy wants it');
    const governs = weak.filter((shape) => governed.includes(shape));
    kept(
      governs.every((shape) => shapes.includes(shape)),
      'the policy allows the weak shapes',
    );
    kept(copies >= backups, 'there are as many backups as the policy wants');
  }

  // 21
  sound((fields.signers !== undefined) === (kind === 'drill'), 'a drill alone names signers');
  if (still && parent !== null) {
    sound(seats.length === 0, 'where no share moves nobody receives');
    sound(dealers.length === 0, 'where no share moves nobody deals');
    sound(reserves.length === 0, 'where no share moves nobody is a reserve');
    sound(threshold === parent.threshold, 'where no share moves the threshold stays');
    sound(fields.backup === 'none', 'where no share moves there is no backup');
    sound(fields.copies === 0, 'where no share moves there are no copies');
    sound(fields.destroy === 'when-proven', 'where no share moves nothing is destroyed');
    const signers = (fields.signers ?? []) as number[];
    sound(
      signers.every((signer, place) => place === 0 || signer > (signers[place - 1] as number)),
      'signers are in ascending order',
    );
    sound(
      signers.every((signer) => cardAt(old[signer - 1]) !== undefined),
      'a signer holds a share',
    );
    sound(kind !== 'drill' || signers.length >= threshold, 'as many sign as the threshold');
  }

  const participants = cards.map((card, place): Participant => {
    const indexIn = (places: (number | null)[]) => (places.includes(place) ? places.indexOf(place) + 1 : null);
    return {
      identity: card.identity,
      name: card.name,
      oldIndex: indexIn(old),
      newIndex: indexIn(seats.map((seat) => seat.card)),
      approver: approvers.includes(place),
      observer: observers.includes(place),
      proposer: place === proposer,
    };
  });
  const from = parent === null ? null : (parent.fields.epoch as number);
  return {
    encoded,
    number: tagged('plan', encoded),
    kind,
    fields,
    parent,
    participants,
    receivers: seats.map(({ card, prekey }) => ({ ...(participants[card] as Participant), prekey: hexOf(prekey) })),
    holders: new Map(
      participants.flatMap((one) => (one.oldIndex === null ? [] : [[one.oldIndex, one] as [number, Participant]])),
    ),
    threshold,
    quorum: fields.belowQuorum !== null && parent !== null ? parent.threshold : majority,
    epoch: { from, to: (from ?? -1) + (still ? 0 : 1) },
    keys: parent === null ? keys : (parent.fields.keys as { label: string; suite: string }[]),
    policy,
    oldPolicy: policyOf,
  };
}

/** Whether these identities are enough to approve, for the plan and for the policies that it keeps to. */
export function approvable(plan: Plan, agrees: (identity: string) => boolean): boolean {
  const named = plan.participants.filter((one) => one.approver && agrees(one.identity)).length;
  const enough = ({ approvers, approvals }: Policy) => approvers.map(hexOf).filter(agrees).length >= approvals;
  return named >= (plan.fields.approvals as number) && enough(plan.policy) && enough(plan.oldPolicy);
}

export interface Dealer {
  readonly participant: Participant;
  readonly index: number;
}

export interface Attempt {
  readonly id: string;
  readonly number: number;
  readonly dealers: readonly Dealer[];
  readonly prekeys: readonly string[];
}

export function firstAttempt(plan: Plan): Attempt {
  const dealers: Dealer[] =
    plan.parent === null
      ? plan.receivers.map((participant, place) => ({ participant, index: place + 1 }))
      : (plan.fields.dealers as number[]).map((place) => ({
          participant: plan.holders.get(place) as Participant,
          index: place,
        }));
  return { id: hexOf(plan.number), number: 0, dealers, prekeys: plan.receivers.map(({ prekey }) => prekey) };
}
