import type { ClosingBody } from '../ceremony/packets/closing.ts';

/** What a closing says of the old share: the words of the packet, and what they mean. */
export const oldShareWhy: Readonly<Record<ClosingBody['oldShare']['why'], string>> = {
  proven: 'the new committee has proven itself',
  'no-backups':
    'all new members have to sign from now on, so the proof of life cannot show that one of them may be lost',
  'few-signers':
    'no more new members signed the proof of life than have to, so it does not show that one of them may be lost',
  'not-confirmed': 'the plan asks before it goes, and nobody confirmed it',
  exposed: 'it may have been exposed',
  joiner: 'this member joined, and never had one',
  'already-gone': 'it was not in the vault any more',
  lost: 'the plan declares it lost',
};

export function isOldShareWhy(word: string): word is keyof typeof oldShareWhy {
  return Object.hasOwn(oldShareWhy, word);
}

/** An old share that stays after the closing: why, and what ends that. */
export interface KeptShare {
  readonly keyset: string;
  readonly epoch: number;
  readonly why: keyof typeof oldShareWhy;
  /** Whether this member left with that closing: then no ceremony comes that would take it along. */
  readonly left: boolean;
}

export function keptText({ keyset, epoch, why, left }: KeptShare): string {
  const name = `${keyset}@${epoch}`;
  const ceremony = left ? '' : 'the next ceremony that shows it, or with ';
  return `the old share ${name} is still here, because ${oldShareWhy[why]} (${why}); it goes with ${ceremony}conclave keyset purge ${name}`;
}
