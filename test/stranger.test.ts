import { scryptSync } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import {
  at,
  bytesOf,
  card,
  decode,
  type Element,
  edwards,
  encode,
  type Fields,
  hexOf,
  type Item,
  join,
  knows,
  lagrange,
  linkHolds,
  little,
  littleBytes,
  mod,
  opened,
  order,
  prefixed,
  sha256,
  signed,
  tagged,
  times,
  u64,
  unsealed,
  utf8,
  weight,
} from './vectors/stranger.ts';

interface File {
  readonly shared: Record<string, string>;
  readonly groups: {
    operation: string;
    vectors: { says: string; given: Record<string, unknown>; gives: Record<string, unknown> }[];
  }[];
}

function file(name: string): File {
  return JSON.parse(readFileSync(new URL(`./vectors/${name}`, import.meta.url), 'utf8')) as File;
}

const packets = file('packets.json');

function vector(from: File, operation: string, says: RegExp) {
  const found = from.groups
    .find((group) => group.operation === operation)
    ?.vectors.find((candidate) => says.test(candidate.says));
  if (found === undefined) throw new Error(`no vector ${operation}: ${says}`);
  return found;
}

function raw(name: string): Uint8Array {
  return bytesOf(packets.shared[name] ?? '');
}

/** A packet with its digest, its signature checked. */
function packet(name: string) {
  const fields = signed(raw(name), 'conclave packet v1', 'author');
  return {
    ...fields,
    digest: tagged('packet', raw(name)),
    body: fields.body as Fields,
    author: fields.author as Uint8Array,
  };
}

interface Ceremony {
  readonly label: string;
  readonly number: Uint8Array;
  readonly plan: Fields;
  readonly dealers: { name: string; index: number }[];
  readonly receivers: { name: string; signing: Uint8Array; prekey: Uint8Array }[];
  readonly deals: ReturnType<typeof packet>[];
  readonly transcript: Uint8Array;
  /** Of the one key. */
  readonly commitments: Element[];
}

function ceremony(label: string, dealers: Ceremony['dealers']): Ceremony {
  const encoded = raw(`${label}: plan`);
  const plan = decode(encoded) as Fields;
  const number = tagged('plan', encoded);
  const cards = (plan.cards as Uint8Array[]).map(card);
  const receivers = (plan.new as { card: number; prekey: Uint8Array }[]).map((one) => ({
    name: cards[one.card]?.name as string,
    signing: cards[one.card]?.signing as Uint8Array,
    prekey: one.prekey,
  }));
  const deals = dealers.map(({ name }) => packet(`${label}: deal of ${name}`));
  const transcript = tagged('transcript', number, number, ...deals.map(({ digest }) => digest));
  const lists = deals.map(({ body }) => points(body));
  const commitments = (lists[0] ?? []).map((_, m) =>
    lists.reduce((sum, list) => sum.add(list[m] as Element), edwards.zero),
  );
  return { label, number, plan, dealers, receivers, deals, transcript, commitments };
}

function points(deal: Fields): Element[] {
  const [key] = deal.keys as { commitments: Uint8Array[] }[];
  return (key?.commitments ?? []).map((bytes) => edwards.point(bytes));
}

const genesis = ceremony(
  'genesis',
  ['alice', 'bob', 'carol'].map((name, place) => ({ name, index: place + 1 })),
);
const reshare = ceremony('reshare B', [
  { name: 'bob', index: 2 },
  { name: 'carol', index: 3 },
]);

function boxContext({ number, deals, receivers }: Ceremony, dealer: number, receiver: number): Uint8Array {
  const deal = deals[dealer] as ReturnType<typeof packet>;
  const binding = tagged('dealt', encode(deal.body.keys as Item));
  return prefixed(number, number, deal.author, receivers[receiver]?.signing ?? new Uint8Array(), binding);
}

/** The descriptor that the deals make, encoded, from nothing but plan and deals. */
function descriptor({ number, plan, receivers, commitments }: Ceremony): Uint8Array {
  const parent = plan.parent === null ? null : ((plan.parent as Fields).descriptor as Uint8Array);
  const before = parent === null ? null : (decode(parent) as Fields);
  const id = parent === null ? null : tagged('descriptor', parent);
  const [label, suite] = [plan.keys, before?.keys]
    .flatMap((keys) => (keys as Fields[] | undefined) ?? [])
    .map((key) => [key.label, key.suite])[0] as [string, string];
  const encodedPoints = commitments.map((point) => point.toBytes());
  return encode({
    v: 1,
    keyset: before === null ? null : (before.keyset ?? id),
    epoch: before === null ? 0 : (before.epoch as number) + 1,
    previous: id,
    ceremony: number,
    attempt: number,
    threshold: plan.threshold as number,
    members: receivers.map(({ name, signing }) => ({ name, identity: signing })),
    policy: plan.policy as Item,
    keys: [{ label, suite, publicKey: encodedPoints[0] as Uint8Array, chainCode: null, commitments: encodedPoints }],
    rehearsal: plan.rehearsal as boolean,
  });
}

describe('a stranger who has read docs/protocol.md and nothing else', () => {
  test('finds every signature good, and the number of the ceremony in every packet', () => {
    for (const name of Object.keys(packets.shared)) {
      if (name.endsWith(': plan')) continue;
      const number = tagged('plan', raw(`${name.split(':')[0]}: plan`));
      expect(hexOf(signed(raw(name), 'conclave packet v1', 'author').ceremony as Uint8Array), name).toBe(hexOf(number));
    }
  });

  test('opens a sealed packet', () => {
    const { given, gives } = vector(file('envelope.json'), 'packet seal', /./);
    const read = opened(bytesOf(gives.file as string), bytesOf(given.key as string));
    expect(hexOf(read.number)).toBe(hexOf(genesis.number));
    expect(hexOf(read.packet)).toBe(hexOf(raw('genesis: approval of olga')));
    expect(gives.path).toBe(
      `conclave/${hexOf(read.number).slice(0, 16)}/${hexOf(sha256(bytesOf(gives.file as string)))}.packet`,
    );
  });

  test('reads the phrase', () => {
    const lists = ['two', 'three'].map((syllables) =>
      vector(file('bytes.json'), 'words encode', new RegExp(`all ${syllables}`)),
    );
    const [even, odd] = lists.map(({ gives }) => (gives.words as string).split(' '));
    const input = tagged('phrase', genesis.number);
    const salt = utf8('conclave/v1/phrase');
    const bytes = scryptSync(input, salt, 12, { N: 65536, r: 8, p: 1, maxmem: 2 ** 27 });
    const words = [...bytes].map((byte, place) => (place % 2 === 0 ? even?.[2 * byte] : odd?.[2 * byte + 1]));
    expect(words.join(' ')).toBe(vector(file('documents.json'), 'phrase', /65536/).gives.phrase);
  });

  test('checks every proof of a genesis', () => {
    for (const [place, { author, body }] of genesis.deals.entries()) {
      const [key] = body.keys as { proof: Uint8Array }[];
      const context = prefixed(genesis.number, genesis.number, author, u64(0));
      expect(knows(edwards, points(body)[0] as Element, 'genesis', context, key?.proof as Uint8Array), `${place}`).toBe(
        true,
      );
    }
  });

  test('checks that who reshares deals its own share and nothing else', () => {
    const before = genesis.commitments;
    for (const [place, { index }] of reshare.dealers.entries()) {
      const factor = lagrange([2, 3], index);
      const [constant] = points(reshare.deals[place]?.body as Fields);
      expect(constant?.equals(times(at(edwards, before, index), factor, edwards))).toBe(true);
    }
    expect(reshare.commitments[0]?.equals(genesis.commitments[0] as Element)).toBe(true);
  });

  test.each([genesis, reshare])('$label: opens the boxes and finds the share', (walk) => {
    for (const [receiver, { name }] of walk.receivers.entries()) {
      const { given, gives } = vector(packets, 'deals open', new RegExp(`^${walk.label}: ${name}$`));
      const q = little(bytesOf(given.secret as string));
      const parts = walk.deals.map(({ body }, dealer) => {
        const box = (body.boxes as Fields[])[receiver] as Fields;
        return little(unsealed(box, q, boxContext(walk, dealer, receiver)));
      });
      const share = mod(parts.reduce((sum, part) => sum + part, 0n));
      expect(`hex:${hexOf(littleBytes(share))}`).toBe((gives.share as string[])[0]);
      expect(edwards.base.multiplyUnsafe(share).equals(at(edwards, walk.commitments, receiver + 1))).toBe(true);
    }
  });

  test.each([genesis, reshare])('$label: makes the same transcript and the same descriptor', (walk) => {
    const { gives } = vector(packets, 'deals assemble', new RegExp(`^${walk.label}$`));
    expect(`hex:${hexOf(walk.transcript)}`).toBe(gives.transcript);
    expect(`hex:${hexOf(descriptor(walk))}`).toBe(gives.descriptor);
    expect(`hex:${hexOf(tagged('descriptor', descriptor(walk)))}`).toBe(gives.id);
  });

  test.each([genesis, reshare])('$label: checks every proof of possession', (walk) => {
    for (const [place, { name, signing }] of walk.receivers.entries()) {
      const { body } = packet(`${walk.label}: acceptance of ${name}`);
      const [{ proof } = { proof: new Uint8Array() }] = body.possession as { proof: Uint8Array }[];
      const context = prefixed(
        u64(place + 1),
        prefixed(walk.number, walk.number, walk.transcript, signing, utf8('ed25519')),
      );
      const Y = times(at(edwards, walk.commitments, place + 1), weight(walk.transcript, 0), edwards);
      expect(knows(edwards, Y, 'possession', context, proof), name).toBe(true);
    }
  });

  test.each([genesis, reshare])(
    '$label: adds the signature shares up to a signature that any verifier takes',
    (walk) => {
      const { gives } = vector(packets, 'turn complete', new RegExp(`^${walk.label}$`));
      const signature = bytesOf((gives.signatures as string[])[0] as string);
      const shares = walk.receivers.map(({ name }) => {
        const { body } = packet(`${walk.label}: activation of ${name}`);
        return little((body.shares as Uint8Array[])[0] as Uint8Array);
      });
      expect(hexOf(littleBytes(mod(shares.reduce((sum, share) => sum + share, 0n))))).toBe(hexOf(signature.slice(32)));
      expect(linkHolds({ descriptor: descriptor(walk), transcript: walk.transcript, signatures: [signature] })).toBe(
        true,
      );
      expect(linkHolds({ descriptor: descriptor(walk), transcript: u64(0), signatures: [signature] })).toBe(false);
    },
  );

  test('finds the digest of every record, proven or not', () => {
    const proven = new Set<boolean>();
    for (const { given, gives } of file('ceremony.json').groups.find(({ operation }) => operation === 'evaluate')
      ?.vectors ?? []) {
      const { plan, packets: names } = given as { plan: string; packets: string[] };
      if (![plan, ...names].every((name) => name.startsWith('@') && name.slice(1) in packets.shared)) continue;
      const number = tagged('plan', raw(plan.slice(1)));
      const digests = names
        .map((name) => raw(name.slice(1)))
        .filter((bytes) => signed(bytes, 'conclave packet v1', 'author').kind !== 'note')
        .map((bytes) => hexOf(tagged('packet', bytes)));
      const [id, transcript] = [gives.proven, gives.transcript].map((hex) => bytesOf((hex ?? 'hex:') as string));
      const record =
        gives.proven === null
          ? tagged(
              'record',
              number,
              utf8('packets'),
              ...[...new Set(digests)].sort().map((hex) => bytesOf(`hex:${hex}`)),
            )
          : tagged('record', number, utf8('proof'), id as Uint8Array, transcript as Uint8Array);
      expect(`hex:${hexOf(record)}`).toBe(gives.record);
      proven.add(gives.proven !== null);
    }
    expect(proven.size).toBe(2);
  });

  test('counts the turn by its exact acceptances', () => {
    const digests = genesis.receivers.map(({ name }) => packet(`genesis: acceptance of ${name}`).digest);
    const turn = tagged('turn', genesis.transcript, u64(0), ...digests);
    expect(hexOf(turn)).toBe(hexOf(packet('genesis: closing of alice').body.turn as Uint8Array));
    const named = packet('genesis: activation of alice').body.certificate as Uint8Array[];
    expect(named.map(hexOf)).toEqual(digests.map(hexOf));
  });

  test('reads in a vote which attempt is dead, and why', () => {
    const { vote } = packet('reshare B: endorsement of alice').body as { vote: Fields };
    const [prior] = vote.prior as [{ ceremony: Uint8Array; evidence: Uint8Array[] }];
    const evidence = prior.evidence.map((bytes) => signed(bytes, 'conclave packet v1', 'author'));
    const [proposal, refusal] = evidence as [Fields, Fields];
    const { plan } = proposal.body as { plan: Uint8Array };
    expect(hexOf(tagged('plan', plan))).toBe(hexOf(prior.ceremony));
    const { parent } = decode(plan) as { parent: { descriptor: Uint8Array } };
    expect(hexOf(tagged('descriptor', parent.descriptor))).toBe(hexOf(vote.parent as Uint8Array));
    expect((refusal.body as Fields).as).toBe('receiver');
    const receivers = ((decode(plan) as Fields).new as { card: number }[]).map(({ card }) => card);
    const author = ((decode(plan) as Fields).cards as Uint8Array[]).findIndex(
      (bytes) => hexOf(card(bytes).signing as Uint8Array) === hexOf(refusal.author as Uint8Array),
    );
    expect(receivers).toContain(author);
  });

  test('follows the key from its first committee to its second', () => {
    const [first, second] = [descriptor(genesis), decode(descriptor(reshare)) as Fields];
    expect(hexOf(second.previous as Uint8Array)).toBe(hexOf(tagged('descriptor', first)));
    expect(hexOf(second.keyset as Uint8Array)).toBe(hexOf(tagged('descriptor', first)));
    const { parent } = reshare.plan as { parent: Fields };
    expect(linkHolds(parent)).toBe(true);
    expect(hexOf(parent.descriptor as Uint8Array)).toBe(hexOf(first));
  });

  test('needs two shares of one epoch for the key, where one and a mixture give something else', () => {
    const share = (label: string, name: string): bigint =>
      little(
        bytesOf(
          (vector(packets, 'deals open', new RegExp(`^${label}: ${name}$`)).gives.share as string[])[0] as string,
        ),
      );
    const key = genesis.commitments[0] as Element;
    const gives = (parts: [number, bigint][]): boolean => {
      const indices = parts.map(([index]) => index);
      const secret = mod(parts.reduce((sum, [index, value]) => sum + lagrange(indices, index) * value, 0n));
      return times(edwards.base, secret, edwards).equals(key);
    };
    expect(
      gives([
        [1, share('genesis', 'alice')],
        [2, share('genesis', 'bob')],
      ]),
    ).toBe(true);
    expect(
      gives([
        [1, share('reshare B', 'bob')],
        [3, share('reshare B', 'dave')],
      ]),
    ).toBe(true);
    expect(gives([[1, share('reshare B', 'bob')]])).toBe(false);
    expect(
      gives([
        [1, share('genesis', 'alice')],
        [3, share('reshare B', 'dave')],
      ]),
    ).toBe(false);
  });
});

test('the stranger counts as everybody does', () => {
  expect(order).toBe(2n ** 252n + 27742317777372353535851937790883648493n);
  expect(hexOf(encode(decode(join(raw('genesis: plan')))))).toBe(hexOf(raw('genesis: plan')));
});
