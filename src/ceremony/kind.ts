import type * as v from 'valibot';
import type { Packet } from './packet.ts';
import type { Participant, Plan } from './plan.ts';

/**
 * What one kind of packet is. Each file below packets/ defines one, with all that belongs to it: schema, who may say
 * it, which slot it takes, how it is written and how it is checked.
 */
export interface Kind<Name extends string = string, Schema extends v.GenericSchema = v.GenericSchema> {
  readonly kind: Name;
  /** One sentence for people; docs and `explain` show it. */
  readonly meaning: string;
  readonly schema: Schema;
  /** Whether someone with this part may say this at all. */
  mayAuthor(participant: Participant, plan: Plan): boolean;
  /**
   * The slot that a packet takes. Two packets of one author in one slot contradict each other, and the author is
   * named; statements that exclude each other therefore share a slot.
   */
  slot(packet: Packet<Name, v.InferOutput<Schema>>): string;
}
