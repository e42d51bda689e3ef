import {
  bytesOf,
  type Element,
  edwards,
  encode,
  type Fields,
  hexOf,
  type Item,
  join,
  sha256,
  tagged,
  u64,
  utf8,
} from '../stranger.ts';
import { unless } from './checks.ts';
import { contradictions, type Packet } from './packets.ts';
import { type Attempt, type Descriptor, firstAttempt, type Plan } from './plan.ts';
import { Hearing, weigh } from './still.ts';

// section 17: a later turn of the proof of life, in the attempt of the plan, over deals and acceptances that are good

interface Committee {
  readonly transcript: Uint8Array;
  readonly encoded: Uint8Array;
  readonly keys: readonly { readonly publicKey: Uint8Array; readonly commitments: readonly Uint8Array[] }[];
}

/** The new committee of these deals: section 15, for a plan with a parent. */
function committeeOf(plan: Plan, attempt: Attempt, deals: readonly Packet[]): Committee {
  const digests = deals.map(({ digest }) => bytesOf(digest));
  const transcript = tagged('transcript', plan.number, bytesOf(attempt.id), ...digests);
  const parent = plan.parent as Descriptor;
  const keys = (parent.fields.keys as Fields[]).map((key, place) => {
    const lists = deals.map(({ body }) =>
      ((body.keys as { commitments: Uint8Array[] }[])[place]?.commitments ?? []).map((one) => edwards.point(one)),
    );
    const sums = (lists[0] ?? []).map((_, m) =>
      lists.reduce((sum, list) => sum.add(list[m] as Element), edwards.zero).toBytes(),
    );
    return { ...key, publicKey: sums[0] as Uint8Array, commitments: sums };
  });
  const encoded = encode({
    v: 1,
    keyset: (parent.fields.keyset as Item) ?? parent.id,
    epoch: plan.epoch.to,
    previous: parent.id,
    ceremony: plan.number,
    attempt: bytesOf(attempt.id),
    threshold: plan.threshold,
    members: plan.receivers.map(({ name, identity }) => ({ name, identity: bytesOf(identity) })),
    policy: plan.fields.policy as Item,
    keys,
    rehearsal: plan.fields.rehearsal as boolean,
  });
  return { transcript, encoded, keys };
}

/** A certificate by the acceptances that a packet names: null where it can never be one. */
function certificate(hearing: Hearing, attempt: Attempt, digests: readonly string[]): Committee | 'absent' | null {
  const { plan } = hearing;
  const named = digests.map((digest) => hearing.packets.find((one) => one.digest === digest));
  if (named.some((one) => one !== undefined && one.kind !== 'acceptance')) return null;
  if (named.includes(undefined)) return 'absent';
  const authors = (named as Packet[]).map(({ author }) => author);
  const each = plan.receivers.every(({ identity }) => authors.includes(identity));
  if (authors.length !== plan.receivers.length || !each) return null;
  const [{ body }] = named as [Packet];
  const dealt = (body.deals as Uint8Array[]).map(hexOf);
  const deals = dealt.map((digest) => hearing.packets.find((one) => one.digest === digest) as Packet);
  return committeeOf(plan, attempt, deals);
}

export function laterTurns(plan: Plan, packets: readonly Packet[]) {
  const hearing = new Hearing(plan, packets);
  const attempt = firstAttempt(plan);
  const certificateIn = ({ body }: Packet) =>
    certificate(hearing, attempt, (body.certificate as Uint8Array[]).map(hexOf));
  for (const packet of hearing.of('activation')) {
    if (certificateIn(packet) === 'absent') hearing.waiting.push(packet.digest);
  }

  const refused = new Set<string>();
  const calls = hearing.of('reprove').flatMap((packet) => {
    const committee = certificateIn(packet);
    if (committee === 'absent') {
      hearing.waiting.push(packet.digest);
      return [];
    }
    const indices = packet.body.signers as number[];
    const sound = hearing.sound(packet, () => {
      const right = (condition: boolean, check: string) => unless(condition, 'TURN_INVALID', check);
      right(committee !== null, 'a call names a certificate');
      right(
        indices.every((index, place) => place === 0 || index > (indices[place - 1] as number)),
        'a call names its signers in ascending order',
      );
      right(indices.length >= plan.threshold, 'a call names as many signers as the new threshold');
      right(
        indices.some((index) => plan.receivers[index - 1]?.identity === packet.author),
        'a call names its author',
      );
      right(
        indices.every((index) => index <= plan.receivers.length),
        'a call names new members',
      );
    });
    if (!sound) refused.add(packet.digest);
    return sound && committee !== null ? [{ packet, committee, indices }] : [];
  });

  const answering = (kind: string) =>
    hearing.of(kind).filter((packet) => {
      const digest = hexOf(packet.body.call as Uint8Array);
      if (calls.some((call) => call.packet.digest === digest)) return true;
      const here = hearing.packets.find((one) => one.digest === digest);
      if (here === undefined || (here.kind === 'reprove' && !refused.has(digest))) hearing.waiting.push(packet.digest);
      else hearing.sound(packet, () => unless(false, 'TURN_INVALID', 'an answer is to a good call'));
      return false;
    });
  const [committing, signing] = [answering('commitment'), answering('signature')];

  const weighed = calls.map(({ packet, committee, indices }) => {
    const signers = indices.map((index) => ({ identity: plan.receivers[index - 1]?.identity ?? '', index }));
    const head = [Uint8Array.of(0xff), utf8('conclave succession v1'), Uint8Array.of(0)];
    const message = join(...head, sha256(committee.encoded), committee.transcript);
    const to = ({ body }: Packet) => hexOf(body.call as Uint8Array) === packet.digest;
    const { keys } = committee;
    const found = weigh(hearing, { signers, keys, message }, committing.filter(to), signing.filter(to));
    return { packet, committee, signers, message, ...found };
  });
  const later = ({ packet }: { packet: Packet }) =>
    calls.some(
      (other) =>
        other.packet.author === packet.author && (other.packet.body.number as number) > (packet.body.number as number),
    );
  const proofs = weighed
    .flatMap(({ packet, committee, signers, complete }) =>
      complete.map(({ commitments, signatures }) => {
        const digests = commitments.map(({ digest }) => bytesOf(digest));
        const turn = tagged('turn', committee.transcript, u64(packet.body.number as number), ...digests);
        const signed = signers.map(({ identity }) => identity);
        const lost = plan.receivers.filter(({ identity }) => !signed.includes(identity)).map(({ name }) => name);
        return { turn, transcript: committee.transcript, descriptor: committee.encoded, signatures, lost };
      }),
    )
    .sort((a, b) => a.lost.length - b.lost.length || (hexOf(a.turn) < hexOf(b.turn) ? -1 : 1));

  const closed = new Set<string>();
  for (const packet of hearing.of('closing')) {
    const [turn, transcript] = [packet.body.turn, packet.body.transcript].map((one) => hexOf(one as Uint8Array));
    const seen = proofs.some((proof) => hexOf(proof.turn) === turn && hexOf(proof.transcript) === transcript);
    if (seen) closed.add(packet.author);
    else hearing.waiting.push(packet.digest);
  }
  return {
    calls: weighed.map((call) => ({
      call: call.packet.digest,
      by: hearing.name(call.packet.author),
      signers: call.signers.map(({ identity }) => hearing.name(identity)),
      statement: call.message,
      superseded: later(call),
      committed: hearing.names(call.good.keys()),
      toSign: call.toSign,
      signed: hearing.names(call.signed),
      spoilt: call.spoilt,
    })),
    proof: proofs[0] ?? null,
    closed: hearing.names(closed),
    faults: [...hearing.faults].sort((a, b) => (a.packet < b.packet ? -1 : 1)),
    contradictions: contradictions(plan, hearing.packets).map(({ author, ...rest }) => ({
      member: hearing.name(author),
      ...rest,
    })),
    waiting: [...hearing.waiting].sort(),
  };
}
