import { dealLies } from './deals.ts';
import type { Lie } from './liar.ts';
import { repairLies } from './repairs.ts';
import { statementLies } from './statements.ts';
import { strayLies } from './strays.ts';

/** The library of misbehaving members: what a step `lie` of a scenario can be told to do. */
export const lies = { ...dealLies, ...statementLies, ...strayLies, ...repairLies } as const satisfies Record<
  string,
  Lie
>;
export type LieName = keyof typeof lies;
export const lieNames = Object.keys(lies) as LieName[];
