/** Where randomness comes from. The core never draws its own: whoever runs it hands this in. */
export type Random = (length: number) => Uint8Array;
