/** Shapes of a committee that are allowed but weak (row 20), and the words in which a person reads them. */
export const weakShapeWords = {
  'all-must-sign': 'every new member is needed to sign: one lost share and the key is gone for ever',
  'minority-signs': 'half of the new committee or fewer can sign: two groups could act without knowing of each other',
  'lower-threshold': 'fewer members are needed to sign than before',
  'few-spares': 'fewer members can be spared than were lost this time: the next such loss takes the key with it',
  'below-quorum': 'fewer than a majority of the old committee is left to endorse this',
} as const;

export type WeakShape = keyof typeof weakShapeWords;

interface Shape {
  readonly threshold: number;
  readonly new: readonly unknown[];
  readonly old: readonly { readonly card: number | null }[];
  readonly parent: { readonly proven: { readonly threshold: number } } | null;
  readonly belowQuorum: string | null;
}

/** In a fixed order, so that the plan's own list can be compared with it. */
export function weakShapes(shape: Shape): WeakShape[] {
  if (shape.new.length === 0) return []; // a drill or a census makes no committee
  const found: WeakShape[] = [];
  if (shape.threshold === shape.new.length) found.push('all-must-sign');
  if (shape.threshold * 2 <= shape.new.length) found.push('minority-signs');
  if (shape.parent !== null && shape.threshold < shape.parent.proven.threshold) found.push('lower-threshold');
  const lost = shape.old.filter(({ card }) => card === null).length;
  if (shape.new.length - shape.threshold < lost) found.push('few-spares');
  if (shape.belowQuorum !== null) found.push('below-quorum');
  return found;
}
