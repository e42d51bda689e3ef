import { type Cbor, encodeCbor } from '../../src/bytes/cbor.ts';
import { fromHex } from '../../src/bytes/hex.ts';
import type { AnyPacket } from '../../src/ceremony/kinds.ts';
import { digestOf, writePacket } from '../../src/ceremony/packet.ts';
import { withMagic } from '../../src/ceremony/signed.ts';
import type { Ceremony, Person } from '../ceremony/committee.ts';
import { Chance } from '../fuzz/chance.ts';
import { mutatedTree, type Tree } from '../fuzz/trees.ts';
import type { Specimen } from './specimens.ts';

/* What nobody thought of: packets that a machine altered, each signed by one of the plan. */

const digest = (hex: string): Uint8Array => fromHex(hex) as Uint8Array;

/** A packet said in another way: by another, in another attempt, or with another body. */
function alike(ceremony: Ceremony, packet: AnyPacket, chance: Chance): { says: string; bytes: Uint8Array } {
  const { plan, packets, cast } = ceremony;
  const named = (identity: string) => cast.find((person) => person.identity === identity) as Person;
  const other = chance.one(packets);
  let [body, attempt, who, kind]: [unknown, Uint8Array, Person, string] = [
    packet.body,
    packet.attempt,
    named(packet.identity),
    packet.kind,
  ];
  const said: string[] = [];
  switch (chance.below(8)) {
    case 0:
      who = named(other.identity);
      said.push(`by ${who.name}`);
      break;
    case 1:
      attempt = chance.one([plan.id, other.attempt, digest(other.digest), new Uint8Array(32)]);
      said.push('in another attempt');
      break;
    case 2:
      kind = other.kind;
      said.push(`as ${kind}`);
      break;
    case 3:
    case 4:
      body = renamed(body as Tree, packets, chance);
      said.push('naming others');
      break;
    default:
      body = mutatedTree(packet.body as unknown as Tree, other.body as unknown as Tree, chance);
      said.push('altered');
  }
  const header = {
    kind,
    ceremony: plan.id,
    attempt,
    author: who.signing.public,
    at: 1,
    attended: true,
    rehearsal: plan.rehearsal,
  };
  try {
    return { says: `${packet.kind} ${said.join(', ')}`, bytes: writePacket(header, body as Cbor, who.signing.secret) };
  } catch {
    return { says: 'the same', bytes: packet.bytes };
  }
}

/** Other digests in the places of those that it names. */
function renamed(tree: Tree, packets: readonly AnyPacket[], chance: Chance): Tree {
  if (tree instanceof Uint8Array)
    return tree.length === 32 && chance.below(3) === 0 ? digest(chance.one(packets).digest) : tree;
  if (Array.isArray(tree)) return tree.map((one) => renamed(one, packets, chance));
  if (tree === null || typeof tree !== 'object') return tree;
  return Object.fromEntries(Object.entries(tree).map(([key, one]) => [key, renamed(one, packets, chance)]));
}

export function strays(ceremony: Ceremony, seed: number, count: number): Specimen[] {
  const chance = new Chance(seed);
  const proposal = ceremony.proposal.bytes;
  return Array.from({ length: count }, (_, k) => {
    const others = ceremony.packets.filter(({ kind }) => kind !== 'proposal');
    const said: string[] = [];
    const packets = new Map(others.map((packet) => [packet.digest, packet.bytes]));
    for (let changes = 1 + chance.below(3); changes > 0; changes--) {
      const packet = chance.one(others);
      const deed = chance.below(5);
      if (deed < 3) packets.delete(packet.digest);
      if (deed === 0) said.push(`no ${packet.kind}`);
      else {
        const { says, bytes } = alike(ceremony, packet, chance);
        packets.set(digestOf(bytes), bytes);
        said.push(says);
      }
    }
    const inOrder = [...packets].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, bytes]) => bytes);
    const body = { v: 1, succession: [], ceremonies: [{ proposal, packets: inOrder }] };
    return {
      says: `${seed} ${k}: ${said.join('; ')}`,
      file: withMagic('conclave export v1', encodeCbor(body)),
      valid: null,
    };
  });
}
