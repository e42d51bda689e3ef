import type { EpochLife, MemberLife } from '../ceremony/epoch-life.ts';

/** Whether an epoch is dead, in numbers, and who stands against it. */
export function lifeText(
  keyset: string,
  { epoch, threshold, members, alive, dead }: EpochLife,
  current: boolean,
): string {
  const of = `${keyset} at epoch ${epoch}: ${alive} of ${members.length} members may have a share or a copy of it, and ${threshold} make the key`;
  if (current) return `${of}; it is the epoch that signs now`;
  const left = members.filter((member) => member.alive).map(memberText);
  return `${of}; it is ${dead ? 'dead' : 'NOT dead'}${left.length === 0 ? '' : `: ${left.join('; ')}`}`;
}

/** Of the epochs before the one that signs now: each that is not dead in a line of its own, and those that are in one. */
export function lifeLines(keyset: string, lives: readonly EpochLife[]): string[] {
  const over = lives.slice(0, -1);
  const dead = over.filter((life) => life.dead).map(({ epoch }) => epoch);
  const few = 'fewer members than make the key may have anything of it';
  return [
    ...over.filter((life) => !life.dead).map((life) => lifeText(keyset, life, false)),
    ...(dead.length === 0 ? [] : [`${keyset} at epoch ${dead.join(', ')}: dead, since ${few}`]),
  ];
}

/**
 * Those that copies or somebody else's eyes keep alive. What only waits for a closing is on the board of its ceremony.
 */
export function aliveLines(keyset: string, lives: readonly EpochLife[]): string[] {
  const seen = ({ copies, exposed }: MemberLife): boolean => copies.length > 0 || exposed;
  const alive = lives.slice(0, -1).filter(({ dead, members }) => !dead && members.some(seen));
  return alive.map((life) => lifeText(keyset, life, false));
}

function memberText({ name, share, copies, exposed }: MemberLife): string {
  const why = [
    ...(exposed ? ['the share is exposed'] : []),
    ...(share === 'kept' ? ['the old share was kept'] : share === 'unseen' ? ['its closing was not seen here'] : []),
    ...(copies.length === 0 ? [] : [`${copies.length === 1 ? 'copy' : 'copies'} ${copies.join(', ')} not destroyed`]),
  ];
  return `${name} (${why.join(', ')})`;
}
