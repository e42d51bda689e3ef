import { type Cbor, decodeCbor, encodeCbor } from '../../src/bytes/cbor.ts';
import { admit } from '../../src/ceremony/admission.ts';
import { checksOf } from '../../src/ceremony/checks.ts';
import { membersOf, owedBy } from '../../src/ceremony/duties.ts';
import { openPacket, sealPacket } from '../../src/ceremony/envelope.ts';
import type { View } from '../../src/ceremony/evaluate.ts';
import { evidenceOf, judgeEvidence } from '../../src/ceremony/evidence.ts';
import { type AnyPacket, type KindName, kinds } from '../../src/ceremony/kinds.ts';
import { manifestOf } from '../../src/ceremony/manifest.ts';
import { type Header, writePacket } from '../../src/ceremony/packet.ts';
import { standingOf } from '../../src/ceremony/packet-standing.ts';
import { route } from '../../src/ceremony/route.ts';
import { packetBounds } from '../../src/ceremony/schema.ts';
import { whyNotMoving } from '../../src/ceremony/why.ts';
import { manifestText } from '../../src/report/manifest-text.ts';
import { packetSummary } from '../../src/report/packet-summary.ts';
import { stillLines } from '../../src/report/still-text.ts';
import { transcriptOf } from '../../src/report/transcript-json.ts';
import { transcriptText } from '../../src/report/transcript-text.ts';
import { drawn } from '../crypto/drawn.ts';
import { type Specimen, specimen, specimens, viewWith } from './specimens.ts';
import type { Target } from './targets.ts';
import { cborCodec } from './trees.ts';

const cbor = (value: unknown): Uint8Array => encodeCbor(value as Cbor);
const names = Object.keys(kinds) as KindName[];
const ceremonyKey = new Uint8Array(32).fill(9);

/** What a member signs who writes a program of its own: any body at all, under a signature that holds. */
export function said({ packet, author }: Specimen, input: Uint8Array): Uint8Array {
  const { kind, ceremony, attempt, at, attended, rehearsal } = packet;
  const header: Header = { kind, ceremony, attempt, author: author.signing.public, at, attended, rehearsal };
  const changed = decodeCbor(input, packetBounds) as { readonly header?: Partial<Header>; readonly body?: Cbor };
  return writePacket({ ...header, ...changed?.header }, changed?.body ?? null, author.signing.secret);
}

/** Everything that a machine does with what it was told, but for its own decisions. Nobody's words may stop any of it. */
export function workWith(view: View, packet: AnyPacket): void {
  for (const participant of view.plan.participants) owedBy(view, participant);
  membersOf(view);
  route(view);
  if (!packet.digest.startsWith('0')) return; // what follows checks everything once more, which costs ten times as much
  whyNotMoving(view);
  manifestText(manifestOf(view));
  stillLines(view);
  packetSummary(packet);
  standingOf(view, packet);
  const tool = { version: 'test', digest: null };
  const own = { member: 'alice', consent: null, log: [], overrides: [], copies: [], epochs: [], damaged: [], tool };
  transcriptText(transcriptOf({ view, checks: checksOf(view), keyset: 'treasury', phrase: 'a b c', own }));
  const evidence = evidenceOf([view], packet.identity);
  if (evidence !== null && !judgeEvidence(evidence.bytes).valid) throw new Error('evidence that proves nothing');
}

function signed(kind: KindName): Target {
  const found = specimen(kind);
  const { attempt, at, body } = found.packet;
  const alike = specimens.filter(({ packet }) => packet.kind === kind);
  return {
    name: `signed ${kind}`,
    // the same place in the ceremony, and the bodies of all packets of the kind
    seeds: [
      cbor({ header: { attempt, at }, body }),
      ...alike.slice(1, 4).map(({ packet }) => cbor({ body: packet.body })),
    ],
    codec: cborCodec,
    dear: true,
    run: (input) => {
      const packet = admit(found.ceremony.plan, said(found, input));
      try {
        workWith(viewWith(found, packet), packet);
      } catch (error) {
        throw new Error('a packet that was let in stops the program', { cause: error });
      }
    },
  };
}

const plans = [...new Set(specimens.map(({ ceremony }) => ceremony.plan))];

export const packetTargets: readonly Target[] = [
  {
    name: 'packet',
    seeds: names.map((kind) => specimen(kind).packet.bytes),
    codec: cborCodec,
    run: (input) => {
      for (const plan of plans) {
        try {
          admit(plan, input);
        } catch (error) {
          if ((error as Error).name !== 'Problem') throw error;
        }
      }
    },
  },
  {
    name: 'sealed packet',
    seeds: names.map((kind) => {
      const { ceremony, packet } = specimen(kind);
      return sealPacket(ceremony.plan.id, ceremonyKey, packet.bytes, drawn(`sealed ${kind}`));
    }),
    codec: null,
    run: (input) => openPacket(specimen('deal').ceremony.plan.id, ceremonyKey, input),
  },
  ...names.map(signed),
];
