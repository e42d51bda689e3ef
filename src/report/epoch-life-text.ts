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

function memberText({ name, share, copies, exposed }: MemberLife): string {
  const why = [
    ...(exposed ? ['the share is exposed'] : []),
    ...(share === 'kept' ? ['the old share was kept'] : share === 'unseen' ? ['its closing was not seen here'] : []),
    ...(copies.length === 0 ? [] : [`${copies.length === 1 ? 'copy' : 'copies'} ${copies.join(', ')} not destroyed`]),
  ];
  return `${name} (${why.join(', ')})`;
}
