import { escapeText } from '../bytes/printable.ts';
import type { View } from '../ceremony/evaluate.ts';
import {
  type CensusMember,
  type CensusResult,
  censusResult,
  type DrillResult,
  drillResult,
} from '../ceremony/still-result.ts';

/* What a drill and a census come to, in words: for the board, the report of a visit, manifest and transcript. */

/** For a screen: what others wrote is escaped. */
export function stillLines(view: View): string[] {
  const [drill, census] = [drillResult(view), censusResult(view)];
  return [...(drill === null ? [] : drillLines(drill)), ...(census === null ? [] : censusLines(census))].map(
    escapeText,
  );
}

const list = (names: readonly string[]): string => names.join(', ') || 'nobody';

export function drillLines({ signers, committed, signed, refused, spoilt, signatures }: DrillResult): string[] {
  if (signatures.length > 0) {
    const keys = signatures.length === 1 ? 'the key' : `all ${signatures.length} keys`;
    return [`${list(signers)} signed with ${keys}: these shares work, and no share moved`];
  }
  return [
    `signers ${list(signers)}; committed: ${list(committed)}; signed: ${list(signed)}`,
    ...refused.map((name) => `${name} refused, and nobody can sign for ${name}: propose another drill`),
    ...spoilt.map((name) => `what ${name} said does not count: propose another drill`),
  ];
}

export function censusLines({ members }: CensusResult): string[] {
  const proven = members.filter(({ share }) => share === 'proven');
  return [
    `${proven.length} of ${members.length} members proved that they have their share`,
    ...members.flatMap(memberLines),
  ];
}

function memberLines({ name, index, share, prekeys, tool, copies, findings }: CensusMember): string[] {
  if (share !== 'proven' || tool === null)
    return [`${index} ${name}: ${share === 'lost' ? 'share declared lost' : share}`];
  const current = copies.filter(({ invalid }) => !invalid).length;
  const stale = copies.length - current;
  const program = tool.same
    ? 'the same program'
    : `ANOTHER PROGRAM: conclave ${tool.version}, ${tool.digest ?? 'no digest'}`;
  const wrong = findings.filter(({ ok }) => ok === false);
  return [
    `${index} ${name}: share proven; ${prekeys} free prekey(s)${prekeys === 0 ? ', NO PLAN CAN NAME THIS MEMBER' : ''}; ${program}; ${current} current copy(ies)${stale === 0 ? '' : `, ${stale} worthless and not known to be destroyed`}`,
    ...wrong.map(({ check, detail }) => `  ${name}, ${check}: ${detail}`),
  ];
}
