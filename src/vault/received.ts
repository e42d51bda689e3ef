import { type AnyPacket, slotOf } from '../ceremony/kinds.ts';
import { Problem } from '../problem.ts';

/** Two statements in one slot convict their author, and whatever comes after them adds nothing. */
const mostInSlot = 4;
const mostNotes = 200;

/**
 * Which packets of a ceremony are here, by their digests, and how many of each author. Counted by author and slot
 * alone: no flood of one author keeps out what another says, nor the first thing that it says elsewhere itself.
 */
export class Received {
  readonly #digests = new Set<string>();
  readonly #counts = new Map<string, number>();

  constructor(packets: readonly AnyPacket[]) {
    for (const packet of packets) this.add(packet);
  }

  has({ digest }: AnyPacket): boolean {
    return this.#digests.has(digest);
  }

  /** More would cost everybody space and time at every visit for ever. */
  checkRoom(packet: AnyPacket): void {
    if (countedAs(packet).some(([key, most]) => (this.#counts.get(key) ?? 0) >= most))
      throw new Problem('PACKET_FLOOD', 'more packets of one author than can be of use');
  }

  add(packet: AnyPacket): void {
    if (this.has(packet)) return;
    this.#digests.add(packet.digest);
    for (const [key] of countedAs(packet)) this.#counts.set(key, (this.#counts.get(key) ?? 0) + 1);
  }
}

function countedAs(packet: AnyPacket): [key: string, most: number][] {
  const inSlot: [string, number] = [`${packet.identity} ${slotOf(packet)}`, mostInSlot];
  return packet.kind === 'note' ? [inSlot, [`${packet.identity} notes`, mostNotes]] : [inSlot];
}
