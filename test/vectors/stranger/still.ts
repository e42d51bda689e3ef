import { createHash } from 'node:crypto';
import {
  at,
  bytesOf,
  type Element,
  edwards,
  type Fields,
  hexOf,
  join,
  knows,
  lagrange,
  little,
  littleBytes,
  mod,
  order,
  prefixed,
  sha256,
  tagged,
  times,
  u64,
  utf8,
  weight,
} from '../stranger.ts';
import { isDead } from './attempts.ts';
import { possible, Refused, unless } from './checks.ts';
import { contradictions, type Packet } from './packets.ts';
import { approvable, type Descriptor, firstAttempt, type Participant, type Plan } from './plan.ts';

// section 21: ceremonies that move no share. What is signed there is checked by RFC 9591 for ed25519.

export interface Nonce {
  readonly hiding: Uint8Array;
  readonly binding: Uint8Array;
}

interface Fault {
  readonly member: string;
  readonly fault: string;
  readonly packet: string;
}

/** What is said of both kinds, from packets in the order of their digests. */
export class Hearing {
  readonly plan: Plan;
  readonly packets: readonly Packet[];
  readonly faults: Fault[] = [];
  readonly waiting: string[] = [];

  constructor(plan: Plan, packets: readonly Packet[]) {
    const distinct = new Map(packets.map((packet) => [packet.digest, packet]));
    this.plan = plan;
    this.packets = [...distinct.values()].sort((a, b) => (a.digest < b.digest ? -1 : 1));
  }

  of(kind: string): Packet[] {
    return this.packets.filter((packet) => packet.kind === kind);
  }

  /** False where the check refuses, which is the author's fault. */
  sound(packet: Packet, check: () => void): boolean {
    try {
      check();
      return true;
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      this.faults.push({ member: this.name(packet.author), fault: error.code, packet: packet.digest });
      return false;
    }
  }

  name(identity: string): string {
    return this.plan.participants.find((one) => one.identity === identity)?.name ?? '';
  }

  names(identities: Iterable<string>): string[] {
    return [...identities].map((identity) => this.name(identity)).sort();
  }

  said(who: Participant, kind: string, as?: string): boolean {
    return this.of(kind).some(
      (packet) => packet.author === who.identity && (as === undefined || packet.body.as === as),
    );
  }

  /** Withdrawn by the proposer, or without enough approvers that could still agree. */
  get over(): boolean {
    const withdrawn = this.plan.participants.some((who) => who.proposer && this.said(who, 'refusal', 'proposer'));
    return withdrawn || isDead(this.plan, firstAttempt(this.plan), this.packets);
  }

  /** Who owes what: nothing when it is over, approvals first, and then whatever this kind asks for. */
  owes(duty: (who: Participant) => string | null): Record<string, string[]> {
    const agreed = this.of('approval').map(({ author }) => author);
    const approved = approvable(this.plan, (identity) => agreed.includes(identity));
    const owed = (who: Participant): string[] => {
      if (this.over) return [];
      if (approved) return [duty(who)].filter((one) => one !== null);
      const answered = this.said(who, 'approval') || this.said(who, 'refusal', 'approver');
      return who.approver && !answered ? ['approve'] : [];
    };
    return Object.fromEntries(this.plan.participants.map((who) => [who.name, owed(who)]));
  }

  result(phase: string, owes: Record<string, string[]>) {
    return {
      phase: phase !== 'complete' && this.over ? 'aborted' : phase,
      faults: this.faults,
      contradictions: contradictions(this.plan, this.packets).map(({ author, slot, packets, grave }) => ({
        member: this.name(author),
        slot,
        packets,
        grave,
      })),
      waiting: this.waiting,
      owes,
    };
  }
}

// RFC 9591, FROST(Ed25519, SHA-512)

function sha512(...parts: Uint8Array[]): Uint8Array {
  return new Uint8Array(
    createHash('sha512')
      .update(join(...parts))
      .digest(),
  );
}

const suiteName = utf8('FROST-ED25519-SHA512-v1');

interface Signing {
  readonly publicKey: Uint8Array;
  readonly message: Uint8Array;
  readonly nonces: readonly (Nonce & { readonly index: number })[];
}

function factorOf({ publicKey, message, nonces }: Signing, index: number): bigint {
  const listed = nonces.flatMap((nonce) => [littleBytes(BigInt(nonce.index)), nonce.hiding, nonce.binding]);
  const [h4, h5] = [sha512(suiteName, utf8('msg'), message), sha512(suiteName, utf8('com'), ...listed)];
  return mod(little(sha512(suiteName, utf8('rho'), publicKey, h4, h5, littleBytes(BigInt(index)))));
}

function commitmentOf(signing: Signing, { index, hiding, binding }: Signing['nonces'][number]): Element {
  return edwards.point(hiding).add(times(edwards.point(binding), factorOf(signing, index), edwards));
}

/** R of the signature and the challenge. */
function challengeOf(signing: Signing): { R: Element; c: bigint } {
  const R = signing.nonces.reduce((sum, nonce) => sum.add(commitmentOf(signing, nonce)), edwards.zero);
  return { R, c: mod(little(sha512(R.toBytes(), signing.publicKey, signing.message))) };
}

function shareHolds(signing: Signing, index: number, Y: Element, share: Uint8Array): boolean {
  const own = signing.nonces.find((nonce) => nonce.index === index) as Signing['nonces'][number];
  const indices = signing.nonces.map((nonce) => nonce.index);
  const { c } = challengeOf(signing);
  return times(edwards.base, little(share), edwards).equals(
    commitmentOf(signing, own).add(times(Y, c * lagrange(indices, index), edwards)),
  );
}

export function drillStatement(plan: Plan): Uint8Array {
  const { encoded } = plan.parent as Descriptor;
  return join(Uint8Array.of(0xff), utf8('conclave drill v1'), Uint8Array.of(0), sha256(encoded), plan.number);
}

/** Who is called to sign what, with which shares. */
export interface Call {
  readonly signers: readonly { readonly identity: string; readonly index: number }[];
  readonly keys: readonly { readonly publicKey: Uint8Array; readonly commitments: readonly Uint8Array[] }[];
  readonly message: Uint8Array;
}

export function weigh(hearing: Hearing, call: Call, committing: readonly Packet[], signing: readonly Packet[]) {
  const { signers, keys, message } = call;
  const bad = new Set<string>();
  const indexOf = ({ author }: Packet): number => {
    const signer = signers.find(({ identity }) => identity === author);
    unless(signer !== undefined, 'TURN_INVALID', 'who answers a call is named in it');
    return signer?.index as number;
  };

  const good = new Map<string, Packet[]>();
  for (const packet of committing) {
    const sound = hearing.sound(packet, () => {
      indexOf(packet);
      const nonces = packet.body.nonces as unknown as Nonce[];
      unless(nonces.length === keys.length, 'TURN_INVALID', 'a commitment has a nonce for each key');
      const points = nonces.every(({ hiding, binding }) =>
        [hiding, binding].every((one) => possible(() => edwards.point(one))),
      );
      unless(points, 'POINT_INVALID', 'nonces are points');
    });
    if (sound) good.set(packet.author, [...(good.get(packet.author) ?? []), packet]);
    else bad.add(packet.author);
  }
  const single = signers.map(({ identity }) => good.get(identity) ?? []);
  const toSign = single.every(({ length }) => length === 1) ? single.flat().map(({ digest }) => digest) : null;

  const signingOf = (commitments: readonly Packet[], place: number): Signing => ({
    publicKey: keys[place]?.publicKey as Uint8Array,
    message,
    nonces: commitments.map((one, seat) => ({
      ...((one.body.nonces as unknown as Nonce[])[place] as Nonce),
      index: signers[seat]?.index as number,
    })),
  });

  const turns = new Map<string, { commitments: Packet[]; signed: Packet[] }>();
  for (const packet of signing) {
    const digests = (packet.body.commitments as Uint8Array[]).map(hexOf);
    const named = digests.map((digest) => committing.find((one) => one.digest === digest));
    if (named.includes(undefined)) {
      hearing.waiting.push(packet.digest);
      continue;
    }
    const commitments = named as Packet[];
    const sound = hearing.sound(packet, () => {
      const inOrder =
        commitments.length === signers.length &&
        commitments.every(({ author }, place) => author === signers[place]?.identity);
      unless(inOrder, 'TURN_INVALID', 'a signature names a commitment of each signer, in order');
      const checked = commitments.every((one) => good.get(one.author)?.includes(one));
      unless(checked, 'TURN_INVALID', 'a signature names good commitments');
      const shares = packet.body.shares as Uint8Array[];
      unless(shares.length === keys.length, 'TURN_INVALID', 'a signature has a share for each key');
      const index = indexOf(packet);
      for (const [place, key] of keys.entries()) {
        const share = shares[place] as Uint8Array;
        unless(little(share) < order, 'SIGNATURE_INVALID', 'a signature share is below the order');
        const points = key.commitments.map((one) => edwards.point(one));
        const fits = shareHolds(signingOf(commitments, place), index, at(edwards, points, index), share);
        unless(fits, 'SIGNATURE_INVALID', 'a signature share verifies');
      }
    });
    if (!sound) bad.add(packet.author);
    else {
      const turn = turns.get(digests.join()) ?? { commitments, signed: [] };
      turns.set(digests.join(), { commitments, signed: [...turn.signed, packet] });
    }
  }

  /** Of each set of commitments that all have signed, the first by digests first. */
  const complete = [...turns]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([, turn]) => turn)
    .filter(({ signed }) => signers.every(({ identity }) => signed.some(({ author }) => author === identity)))
    .map(({ commitments, signed }) => ({
      commitments,
      signatures: keys.map((_, place) => {
        const { R } = challengeOf(signingOf(commitments, place));
        const shares = signed.map(({ body }) => little((body.shares as Uint8Array[])[place] as Uint8Array));
        return join(R.toBytes(), littleBytes(mod(shares.reduce((sum, share) => sum + share, 0n))));
      }),
    }));
  const signed = new Set([...turns.values()].flatMap((turn) => turn.signed.map(({ author }) => author)));
  const spoils = (identity: string) => bad.has(identity) || (good.get(identity) ?? []).length > 1;
  const spoilt = signers.filter(({ identity }) => spoils(identity)).map(({ identity }) => hearing.name(identity));
  return { good, toSign, complete, signed, spoilt };
}

export function drill(plan: Plan, packets: readonly Packet[]) {
  const hearing = new Hearing(plan, packets);
  const { keys } = plan.parent as Descriptor;
  const named = ((plan.fields.signers ?? []) as number[]).map((index) => plan.holders.get(index) as Participant);
  const message = drillStatement(plan);
  const called = ({ body }: Packet) => {
    const call = hexOf(body.call as Uint8Array);
    unless(call === hexOf(plan.number), 'TURN_INVALID', 'a drill is called by its plan');
  };
  const astray = new Set<string>();
  const answering = (kind: string) =>
    hearing.of(kind).filter((packet) => {
      const sound = hearing.sound(packet, () => called(packet));
      if (!sound) astray.add(packet.author);
      return sound;
    });
  const [committing, signing] = [answering('commitment'), answering('signature')];
  const signers = named.map(({ identity, oldIndex }) => ({ identity, index: oldIndex as number }));
  const { good, toSign, complete, signed, ...answered } = weigh(
    hearing,
    { signers, keys, message },
    committing,
    signing,
  );
  const signatures = complete[0]?.signatures ?? null;
  const spoilt = named
    .filter(({ identity, name }) => astray.has(identity) || answered.spoilt.includes(name))
    .map(({ name }) => name);
  const refused = named.filter((who) => hearing.said(who, 'refusal') && !signed.has(who.identity));
  const phase = (): string => {
    if (signatures !== null) return 'complete';
    if (refused.length > 0) return 'aborted';
    if (spoilt.length > 0) return 'failed';
    return good.size > 0 ? 'proving' : 'proposed';
  };
  const ended = signatures !== null || refused.length + spoilt.length > 0;
  const owes = hearing.owes((who) => {
    if (ended || !named.includes(who)) return null;
    const now = !good.has(who.identity) || (toSign !== null && !signed.has(who.identity));
    return now ? 'drill' : null;
  });
  return {
    ...hearing.result(phase(), owes),
    statement: message,
    committed: hearing.names(good.keys()),
    toSign,
    signed: hearing.names(signed),
    signatures,
    refused: refused.map(({ name }) => name),
    spoilt,
  };
}

/** What the proof of a census is over, for the one suite that this stranger knows. */
export function possessionOf(plan: Plan, author: string) {
  const parent = plan.parent as Descriptor;
  const index = plan.participants.find(({ identity }) => identity === author)?.oldIndex as number;
  const seed = tagged('census', plan.number, parent.id);
  const weights = parent.keys.map((_, place) => weight(seed, place));
  const shares = parent.keys.map(({ commitments }) =>
    at(
      edwards,
      commitments.map((one) => edwards.point(one)),
      index,
    ),
  );
  const Y = shares.reduce(
    (sum, share, place) => sum.add(times(share, weights[place] as bigint, edwards)),
    edwards.zero,
  );
  const inner = prefixed(plan.number, parent.id, bytesOf(author), utf8('ed25519'));
  return { seed, weights, Y, context: prefixed(u64(index), inner) };
}

export function census(plan: Plan, packets: readonly Packet[]) {
  const hearing = new Hearing(plan, packets);
  const members = [...plan.holders].sort(([a], [b]) => a - b).map(([, who]) => who);
  const reported = new Set<string>();
  for (const packet of hearing.of('census')) {
    const sound = hearing.sound(packet, () => {
      const given = packet.body.possession as Fields[];
      const suites = given.map((one) => one.suite).join();
      unless(suites === 'ed25519', 'CENSUS_INVALID', 'a census has one proof for each suite');
      const proof = given[0]?.proof as Uint8Array;
      const { Y, context } = possessionOf(plan, packet.author);
      unless(proof.length === 64, 'PROOF_INVALID', 'a proof of a census has its length');
      const proven = possible(() => {
        if (!knows(edwards, Y, 'census', context, proof)) throw new Error('does not hold');
      });
      unless(proven, 'PROOF_INVALID', 'the proof of a census holds');
    });
    if (sound) reported.add(packet.author);
  }
  const refused = members.filter((who) => hearing.said(who, 'refusal') && !reported.has(who.identity));
  const answers = reported.size + refused.length;
  const phase = (): string => {
    if (refused.length === members.length) return 'aborted';
    if (answers === members.length) return 'complete';
    return answers > 0 ? 'proving' : 'proposed';
  };
  const owes = hearing.owes((who) =>
    members.includes(who) && !reported.has(who.identity) && !refused.includes(who) ? 'census' : null,
  );
  return {
    ...hearing.result(phase(), owes),
    reported: hearing.names(reported),
    refused: refused.map(({ name }) => name),
  };
}
