import { scryptSync } from 'node:crypto';
import { type Cbor, decodeCbor, encodeCbor } from '../../src/bytes/cbor.ts';
import { contradictionsAcross } from '../../src/ceremony/across.ts';
import { admit, readProposal } from '../../src/ceremony/admission.ts';
import { firstAttempt } from '../../src/ceremony/attempt.ts';
import { type CardFacts, readCard, writeCard } from '../../src/ceremony/card.ts';
import { checkVote } from '../../src/ceremony/death.ts';
import { readDescriptor } from '../../src/ceremony/descriptor.ts';
import { membersOf, outstanding, waitedFor } from '../../src/ceremony/duties.ts';
import {
  ceremonyOf,
  joinProposal,
  nameOf,
  openPacket,
  sealPacket,
  splitProposal,
  unwrapProposal,
  wrapProposal,
} from '../../src/ceremony/envelope.ts';
import { evaluate, type View } from '../../src/ceremony/evaluate.ts';
import type { Memo } from '../../src/ceremony/evaluation.ts';
import { type AnyPacket, slotOf } from '../../src/ceremony/kinds.ts';
import { digestOf, type Header, writePacket } from '../../src/ceremony/packet.ts';
import {
  type AcceptancePacket,
  checkAcceptance,
  draftAcceptance,
  receive,
} from '../../src/ceremony/packets/acceptance.ts';
import {
  type ActivationPacket,
  checkActivation,
  completeTurn,
  draftActivation,
  type ProofTurn,
  turnZero,
} from '../../src/ceremony/packets/activation.ts';
import { checkDeal, type DealPacket, draftDeal } from '../../src/ceremony/packets/deal.ts';
import type { Vote } from '../../src/ceremony/packets/endorsement.ts';
import { phraseOf } from '../../src/ceremony/phrase.ts';
import { type Plan, type PlanFacts, readPlan, writePlan } from '../../src/ceremony/plan.ts';
import { packetBounds } from '../../src/ceremony/schema.ts';
import { openSigned } from '../../src/ceremony/signed.ts';
import { type LinkFacts, readLink } from '../../src/ceremony/succession.ts';
import { assemble, type Transcript } from '../../src/ceremony/transcript.ts';
import { recordDigest } from '../../src/ceremony/window.ts';
import { decryptWith } from '../../src/courier/age.ts';
import { ceremonyFolder } from '../../src/courier/stick.ts';
import { bytes, fromJson, hex, type Json, manyBytes, type Operations, replayed, toJson } from './form.ts';

/** Plans and what was made of them are read once: there are many vectors about few plans. */
const once = new Map<string, unknown>();

function remembered<T>(key: Json, make: () => T): T {
  const name = JSON.stringify(key);
  if (!once.has(name)) once.set(name, make());
  return once.get(name) as T;
}

function known(json: Json | undefined): { plan: Plan; memo: Memo } {
  return remembered(['plan', json ?? null], () => ({ plan: readPlan(bytes(json)), memo: new Map() }));
}

export function planOf(json: Json | undefined): Plan {
  return known(json).plan;
}

export function admitted(plan: Plan, json: Json | undefined): AnyPacket[] {
  return (json as readonly Json[]).map((packet) =>
    remembered(['packet', plan.ceremony, packet], () => admit(plan, bytes(packet))),
  );
}

function transcriptOf(plan: Plan, json: Json | undefined): Transcript {
  return remembered(['transcript', plan.ceremony, json ?? null], () => {
    const attempt = firstAttempt(plan);
    const deals = admitted(plan, json).map((packet) => checkDeal(plan, attempt, packet as DealPacket));
    return assemble(plan, attempt, deals);
  });
}

function turnOf(plan: Plan, deals: Json | undefined, acceptances: Json | undefined): ProofTurn {
  return remembered(['turn', plan.ceremony, deals ?? null, acceptances ?? null], () => {
    const transcript = transcriptOf(plan, deals);
    const accepted = admitted(plan, acceptances).map((packet) =>
      checkAcceptance(plan, firstAttempt(plan), transcript, packet as AcceptancePacket),
    );
    return turnZero({ transcript, acceptances: accepted });
  });
}

export function viewOf(plan: Json | undefined, packets: Json | undefined): View {
  const { plan: read, memo } = known(plan);
  return evaluate(read, admitted(read, packets), memo);
}

/** What a vector says of a view: everything that another implementation has to agree on. */
function summary(view: View): Json {
  const { current } = view;
  const names = (identities: Iterable<string>): string[] =>
    [...identities].map((identity) => view.plan.byIdentity.get(identity)?.name ?? identity).sort();
  return toJson({
    phase: view.phase,
    approved: view.approved,
    dealt: names(current.deals.keys()),
    endorsed: names(current.endorsers),
    counts: current.counts,
    transcript: current.transcript?.hash ?? null,
    unfit: current.unfit !== null,
    accepted: names(current.acceptances.keys()),
    turn: current.turn?.hash ?? null,
    activated: names(current.activations.keys()),
    proven: current.proof?.link.proven.id ?? null,
    closed: names(current.closings.keys()),
    dead: current.death === null ? null : { why: current.death.why, by: current.death.by },
    faults: view.faults.map(({ member, fault, detail, packet }) => ({ member, fault, detail, packet })),
    contradictions: view.contradictions.map(({ member, slot, packets, grave }) => ({ member, slot, packets, grave })),
    dissent: view.dissent.map(({ identity }) => view.plan.byIdentity.get(identity)?.name ?? ''),
    notes: view.notes.map(({ body }) => body.text),
    record: recordDigest(view).digest,
    waiting: view.waiting,
    owes: Object.fromEntries(membersOf(view).map(({ participant, owes }) => [participant.name, owes])),
    waitingFor: waitedFor(view),
    outstanding: outstanding(view),
  });
}

function whatFollows(encoded: Uint8Array): Json {
  const plan = readPlan(encoded);
  return toJson({
    ceremony: plan.id,
    quorum: plan.quorum,
    epoch: plan.epoch,
    dealers: firstAttempt(plan).dealers.map(({ participant, index }) => ({ name: participant.name, index })),
    participants: plan.participants.map(({ card: _, ...participant }) => participant),
  });
}

const documents: Operations = {
  'card write': ({ facts, secret }) => {
    const card = writeCard(fromJson(facts as Json) as CardFacts, bytes(secret));
    return { file: hex(card.file), identity: card.identity };
  },
  'card read': ({ file }) => {
    const { file: _, identity, ...facts } = readCard(bytes(file));
    return toJson({ facts, identity });
  },
  'signed open': ({ message }) => toJson(openSigned(bytes(message))),
  'descriptor read': ({ descriptor }) => {
    const { id, keysetId, epoch, threshold } = readDescriptor(bytes(descriptor));
    return toJson({ id, keysetId, epoch, threshold });
  },
  'link read': (given) => {
    const { proven } = readLink(fromJson(given) as LinkFacts);
    return toJson({ id: proven.id, epoch: proven.epoch });
  },
  'plan write': ({ facts }) => {
    const plan = writePlan(fromJson(facts as Json) as PlanFacts);
    return toJson({ encoded: plan.encoded, ceremony: plan.id });
  },
  'plan read': ({ plan }) => whatFollows(bytes(plan)),
  'plan altered': ({ plan, change }) => {
    const fields = decodeCbor(bytes(plan), packetBounds) as Record<string, Cbor>;
    return whatFollows(encodeCbor({ ...fields, ...(fromJson(change as Json) as Record<string, Cbor>) }));
  },
  phrase: ({ plan }) => ({
    phrase: phraseOf(planOf(plan), (input, salt, { N, r, p, length }) => {
      return new Uint8Array(scryptSync(input, salt, length, { N, r, p, maxmem: 2 ** 27 }));
    }),
  }),
};

const envelopes: Operations = {
  'packet seal': ({ ceremony, key, packet, random }) => {
    const file = sealPacket(bytes(ceremony), bytes(key), bytes(packet), replayed(random));
    const folder = ceremonyFolder(ceremonyOf(file) ?? '');
    return { file: hex(file), path: `conclave/${folder}/${nameOf(file)}.packet` };
  },
  'packet open': ({ ceremony, key, file }) => ({ packet: hex(openPacket(bytes(ceremony), bytes(key), bytes(file))) }),
  'proposal wrap': ({ ceremony, age }) => ({ file: hex(wrapProposal(bytes(ceremony), bytes(age))) }),
  'proposal unwrap': ({ file }) => {
    const read = unwrapProposal(bytes(file));
    return read === null ? { proposal: false } : { proposal: true, ceremony: read.ceremony, age: hex(read.ageFile) };
  },
  'proposal join': ({ key, packet }) => ({ content: hex(joinProposal(bytes(key), bytes(packet))) }),
  'proposal split': ({ content }) => toJson(splitProposal(bytes(content))),
  'age open': async ({ identity, age }) => toJson({ content: await decryptWith(identity as string, bytes(age)) }),
};

const packets: Operations = {
  'packet write': ({ header, body, secret }) => {
    const packet = writePacket(fromJson(header as Json) as Header, fromJson(body as Json) as never, bytes(secret));
    return { payload: hex(openSigned(packet).payload), packet: hex(packet), digest: digestOf(packet) };
  },
  'packet admit': ({ plan, packet }) => {
    const read = admit(planOf(plan), bytes(packet));
    const author = planOf(plan).byIdentity.get(read.identity)?.name ?? '';
    return { kind: read.kind, author, slot: slotOf(read) };
  },
  'proposal read': ({ packet }) => ({ ceremony: readProposal(bytes(packet)).plan.ceremony }),
  'deal draft': ({ plan: encoded, dealer: name, shares, vote, approvals, random }) => {
    const plan = planOf(encoded);
    const attempt = firstAttempt(plan);
    const dealer = attempt.dealers.find(({ participant }) => participant.name === name);
    if (dealer === undefined) throw new Error(`${name} does not deal`);
    return toJson(
      draftDeal({
        plan,
        attempt,
        dealer,
        shares: shares === null ? null : manyBytes(shares),
        vote: fromJson(vote as Json) as Vote | null,
        approvals: manyBytes(approvals),
        random: replayed(random),
      }),
    );
  },
  'deal check': ({ plan: encoded, deal }) => {
    const plan = planOf(encoded);
    checkDeal(plan, firstAttempt(plan), admit(plan, bytes(deal)) as DealPacket);
    return { holds: true };
  },
  'vote check': ({ plan, vote }) => {
    checkVote(planOf(plan), fromJson(vote as Json) as Vote);
    return { holds: true };
  },
  'deals assemble': ({ plan: encoded, deals }) => {
    const { hash, descriptor } = transcriptOf(planOf(encoded), deals);
    return toJson({ transcript: hash, descriptor: descriptor.encoded, id: descriptor.id });
  },
  'deals open': ({ plan: encoded, deals, index, secret }) => {
    const plan = planOf(encoded);
    const opened = receive(plan, firstAttempt(plan), transcriptOf(plan, deals), index as number, bytes(secret));
    if (opened.share !== null) return toJson({ share: opened.share });
    return { blame: opened.blame.map(({ dealer }) => dealer.participant.name) };
  },
  'acceptance draft': ({ plan: encoded, deals, index, share, card, tool, random }) => {
    const plan = planOf(encoded);
    return toJson(
      draftAcceptance({
        plan,
        attempt: firstAttempt(plan),
        transcript: transcriptOf(plan, deals),
        index: index as number,
        share: manyBytes(share),
        card: readCard(bytes(card)),
        tool: fromJson(tool as Json) as Plan['tool'],
        random: replayed(random),
      }),
    );
  },
  'acceptance check': ({ plan: encoded, deals, acceptance }) => {
    const plan = planOf(encoded);
    const packet = admit(plan, bytes(acceptance)) as AcceptancePacket;
    const { index, card } = checkAcceptance(plan, firstAttempt(plan), transcriptOf(plan, deals), packet);
    return { index, serial: card.serial };
  },
  'activation draft': ({ plan: encoded, deals, acceptances, index, share, nonces }) => {
    const turn = turnOf(planOf(encoded), deals, acceptances);
    const body = draftActivation(turn, index as number, manyBytes(share), manyBytes(nonces));
    return toJson({ turn: turn.hash, body });
  },
  'activation check': ({ plan: encoded, deals, acceptances, activation }) => {
    const plan = planOf(encoded);
    const packet = admit(plan, bytes(activation)) as ActivationPacket;
    return { index: checkActivation(plan, turnOf(plan, deals, acceptances), packet).index };
  },
  'turn complete': ({ plan: encoded, deals, acceptances, activations }) => {
    const plan = planOf(encoded);
    const turn = turnOf(plan, deals, acceptances);
    const checked = admitted(plan, activations).map((packet) =>
      checkActivation(plan, turn, packet as ActivationPacket),
    );
    const link = completeTurn(turn, checked);
    return link === null ? null : toJson({ ...link, proven: link.proven.id });
  },
};

const ceremonies: Operations = {
  evaluate: ({ plan, packets }) => summary(viewOf(plan, packets)),
  across: ({ ceremonies }) => {
    const views = (ceremonies as { plan: Json; packets: Json }[]).map(({ plan, packets }) => viewOf(plan, packets));
    return toJson(
      contradictionsAcross(views).map(({ member, slot, packets, ceremonies }) => ({
        member,
        slot,
        packets,
        ceremonies,
      })),
    );
  },
};

export const ceremonyOperations: Operations = { ...documents, ...envelopes, ...packets, ...ceremonies };
