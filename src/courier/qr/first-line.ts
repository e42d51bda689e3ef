/* What a file says of itself by its first line alone: enough for a name, and for a warning. Nobody has checked it. */

export interface SaysToBe {
  readonly words: string;
  /** Of a file name. */
  readonly ending: string;
  readonly secret: boolean;
}

const kinds: Readonly<Record<string, SaysToBe>> = {
  'conclave card v1': { words: 'an identity card', ending: 'card', secret: false },
  'conclave proposal v1': { words: 'a proposal', ending: 'proposal', secret: false },
  'conclave packet v1': { words: 'a packet of a ceremony', ending: 'packet', secret: false },
  'conclave parcel v1': { words: 'a parcel of packets', ending: 'parcel', secret: false },
  'conclave have v1': { words: 'what another machine has', ending: 'have', secret: false },
  'conclave export v1': { words: 'an export', ending: 'conclave', secret: false },
  'conclave evidence v1': { words: 'evidence of a fault', ending: 'conclave', secret: false },
  'conclave backup v1': { words: 'a backup of a SECRET SHARE', ending: 'backup', secret: true },
  'conclave vault v1': { words: 'a VAULT', ending: 'vault', secret: true },
  'age-encryption.org/v1': { words: 'an age file', ending: 'age', secret: false },
};

const unknown: SaysToBe = { words: 'a file of no kind that is known here', ending: 'bin', secret: false };

export function firstLine(file: Uint8Array): SaysToBe {
  const end = file.subarray(0, 32).indexOf(0x0a);
  const line = String.fromCharCode(...file.subarray(0, Math.max(0, end)));
  return (Object.hasOwn(kinds, line) ? kinds[line] : undefined) ?? unknown;
}

export const isKnown = (said: SaysToBe): boolean => said !== unknown;
