import { toHex } from '../bytes/hex.ts';
import { escapeText } from '../bytes/printable.ts';
import { type Attempt, firstAttempt } from '../ceremony/attempt.ts';
import type { Descriptor } from '../ceremony/descriptor.ts';
import { movesShares, type Plan } from '../ceremony/plan.ts';
import { lostPlaceOf, returnOf } from '../ceremony/recovery.ts';
import { listed } from '../ceremony/remedy.ts';
import { type WeakShape, weakShapeWords } from '../ceremony/weak-shapes.ts';
import { keyLines } from './key-lines.ts';
import { beaconJson } from './plan-json.ts';
import { policyRows } from './policy-text.ts';
import { wrap } from './table.ts';
import { claimedTime } from './time.ts';
import { beaconWords } from './window-text.ts';

/** Beyond this, keys are in the JSON. */
const keysShown = 12;

export const kindWords: Record<Plan['kind'], string> = {
  genesis: 'make a new key',
  reshare: 'hand the key to another committee',
  refresh: 'renew the shares of the same committee',
  drill: 'show that chosen members can sign',
  census: 'show that every member has its share',
  recover: 'give those who lost a share a new one, and renew all others',
};

/** Old beside new, what changes, what is weak, what is destroyed and when: what a member consents to. */
export function planText(
  plan: Plan,
  keysetName: string,
  me: string | null,
  attempt: Attempt = firstAttempt(plan),
): string[] {
  const lines: string[] = [];
  const row = (label: string, value: string): void => void lines.push(...rowLines(label, value));
  const parent = plan.parent?.proven ?? null;
  lines.push(
    `${plan.rehearsal ? 'REHEARSAL · ' : ''}${kindWords[plan.kind]} · keyset ${keysetName} · ceremony ${plan.ceremony.slice(0, 16)}`,
  );
  lines.push('');
  row('proposed by', `${plan.participants.find((p) => p.proposer)?.name ?? ''}, ${claimedTime(plan.at)} by its clock`);
  if (plan.reason !== '') row('reason', escapeText(plan.reason));
  const because = plan.because === 'other' && plan.reason === '' ? 'no reason given' : plan.because;
  row('because', `${because}${plan.ticket === null ? '' : `, ticket ${escapeText(plan.ticket)}`}`);
  if (plan.beacon !== null) row('not before', escapeText(beaconWords(beaconJson(plan.beacon))));
  if (parent !== null && !movesShares(plan)) return [...lines, ...stillText(plan, parent, me)];
  row('epoch', parent === null ? 'none -> 0' : `${parent.epoch} -> ${plan.epoch.to}`);
  row(
    'to sign',
    parent === null
      ? `${plan.threshold} of ${plan.receivers.length}`
      : `${parent.threshold} of ${parent.members.length} -> ${plan.threshold} of ${plan.receivers.length}`,
  );
  lines.push('');
  const height = Math.max(plan.holders.length, plan.receivers.length);
  const mark = (name: string | undefined): string =>
    name === undefined ? '' : name === me ? `${name} (this machine)` : name;
  // a new machine has the name of the one that was lost, and never had its share
  const mine = plan.participants.find(({ name }) => name === me)?.identity;
  const dealers = attempt.dealers.map(({ index }) => index);
  const sides = [['old committee', parent === null ? 'committee' : 'new committee']];
  for (let i = 0; i < height; i++) {
    const before = parent?.members[i];
    const holder = plan.holders[i];
    const after = plan.receivers[i];
    const left =
      before === undefined
        ? ''
        : `${i + 1}  ${toHex(before.identity) === mine ? mark(holder?.name ?? before.name) : (holder?.name ?? before.name)}${holder === null ? ' SHARE LOST' : ''}${holder?.newIndex === null ? ' leaves' : ''}${
            parent !== null && dealers.includes(i + 1) ? ' deals' : ''
          }`;
    const right =
      after === undefined
        ? ''
        : `${i + 1}  ${mark(after.name)}${parent !== null && after.oldIndex === null ? comes(plan, after) : ''}`;
    sides.push([left, right]);
  }
  const wide = Math.max(30, ...sides.map(([left = '']) => left.length + 1));
  for (const [left = '', right = ''] of sides)
    lines.push(parent === null ? `  ${right}` : `  ${left.padEnd(wide)} ${right}`.trimEnd());
  if (attempt.number > 0) lines.push('', ...amended(plan, dealers));
  lines.push('');
  const keys = plan.parent === null ? plan.keys.map((key) => ({ ...key, publicKey: null })) : plan.parent.proven.keys;
  lines.push(...keyLines(keys, keysShown));
  if (parent !== null) lines.push('  keys and addresses stay the same: no plan can change them');
  lines.push('');
  const names = (some: readonly { name: string }[]): string => some.map(({ name }) => name).join(', ');
  const approvers = plan.participants.filter((p) => p.approver);
  if (approvers.length > 0) row('approval', `${plan.approvals} of ${names(approvers)} before anybody deals`);
  const observers = plan.participants.filter((p) => p.observer);
  if (observers.length > 0) row('observers', names(observers));
  for (const [label, value] of policyRows(plan)) row(label, value);
  row('backup', backupWords(plan));
  if (parent !== null) {
    row(
      'destroyed',
      plan.destroy === 'when-proven'
        ? `each old share, as soon as the new committee has proven itself`
        : 'each old share, after its member typed that it may go',
    );
  }
  row('consent by', `${claimedTime(plan.expires)}; it never stops a ceremony that has begun`);
  for (const shape of plan.weak) row('WEAK', weakShapeWords[shape as WeakShape] ?? shape);
  return lines;
}

/** No backup is a choice as well, and who consents reads it as one. */
export function backupWords({ backup, copies, threshold, receivers, parent }: Plan): string {
  if (backup === 'required')
    return `required, ${Math.max(1, copies)} per member, before ${parent === null ? 'anybody closes' : 'the old share goes'}`;
  const spare = receivers.length - threshold;
  const reserve = spare === 0 ? 'no member is to spare' : `${spare} of ${receivers.length} shares may be lost`;
  return `none, by choice: quorum redundancy instead of backups (${reserve})`;
}

/** Broken here and not by the terminal: a long reason, with enough blanks in it, could begin a row of its own. */
function rowLines(label: string, value: string): string[] {
  return wrap(value, 65)
    .split('\n')
    .map((line, at) => `  ${(at === 0 ? label : '').padEnd(12)} ${line}`);
}

/** Other dealers than the plan named: who deals now is part of what is consented to. */
function amended(plan: Plan, dealers: readonly number[]): string[] {
  const name = (index: number): string => plan.holders[index - 1]?.name ?? '';
  const idle = plan.dealers.filter((index) => !dealers.includes(index)).map(name);
  const not = idle.length === 0 ? '' : `; ${listed(idle)} ${idle.length === 1 ? 'does' : 'do'} not`;
  const now = dealers.map(name).join(', ');
  return [`  amended: ${now} ${dealers.length === 1 ? 'deals' : 'deal'}${not}`];
}

/** Where no share moves there is no committee to come, and nothing is destroyed. */
function stillText(plan: Plan, parent: Descriptor, me: string | null): string[] {
  const lines: string[] = [];
  const row = (label: string, value: string): void => void lines.push(...rowLines(label, value));
  const names = (some: readonly { name: string }[]): string => some.map(({ name }) => name).join(', ');
  row('epoch', `${parent.epoch}, which stays`);
  row('to sign', `${parent.threshold} of ${parent.members.length}, which stays`);
  lines.push('');
  lines.push('  committee');
  parent.members.forEach((member, place) => {
    const holder = plan.holders[place];
    const name = holder?.name ?? member.name;
    const signs = plan.signers.some(({ oldIndex }) => oldIndex === place + 1) ? ' signs' : '';
    lines.push(
      `  ${place + 1}  ${name}${name === me ? ' (this machine)' : ''}${holder === null ? ' LOST' : ''}${signs}`,
    );
  });
  lines.push('');
  lines.push(...keyLines(parent.keys, keysShown), '');
  const approvers = plan.participants.filter((p) => p.approver);
  if (approvers.length > 0) row('approval', `${plan.approvals} of ${names(approvers)} before anybody answers`);
  const observers = plan.participants.filter((p) => p.observer);
  if (observers.length > 0) row('observers', names(observers));
  row(
    'what is said',
    plan.kind === 'drill'
      ? 'each key signs a statement that begins "conclave drill": no transaction, and no succession'
      : 'a proof of the share, free prekeys, the program, copies, and what is amiss on the machine',
  );
  row('moved', 'nothing: no share moves, and none is destroyed');
  row('consent by', claimedTime(plan.expires));
  return lines;
}

/** Under which card somebody comes: who lost a vault comes back with a new machine, which everybody has to know. */
function comes(plan: Plan, after: Plan['receivers'][number]): string {
  const place = lostPlaceOf(plan, after);
  if (place === null) return ' joins';
  return returnOf(plan, place) === 'new-card' ? ' NEW MACHINE' : ' comes back';
}

/** Numbered, in rows of four: how the phrase is read aloud. */
export function phraseRows(phrase: string): string[] {
  const words = phrase.split(' ').map((word, i) => `${String(i + 1).padStart(2)} ${word.padEnd(13)}`);
  return [0, 4, 8].map((start) => `  ${words.slice(start, start + 4).join('')}`.trimEnd());
}
