import { escapeText } from '../bytes/printable.ts';
import { asked } from '../ceremony/awaited.ts';
import { type MemberView, outstanding } from '../ceremony/duties.ts';
import type { View } from '../ceremony/evaluate.ts';
import type { Over } from '../ceremony/over.ts';
import { isDissent } from '../ceremony/packet-standing.ts';
import { movesShares } from '../ceremony/plan.ts';
import { listed } from '../ceremony/remedy.ts';
import { type WeakShape, weakShapeWords } from '../ceremony/weak-shapes.ts';
import { type Obstacle, whyNotMoving } from '../ceremony/why.ts';
import { type KeptShare, keptText } from './old-share-text.ts';
import { phraseRows } from './plan-text.ts';
import { stillLines } from './still-text.ts';
import { table, wrap } from './table.ts';

const wide = 80;

/** What this machine should do now, and where its answer comes from. */
export interface Here {
  readonly kind: 'hold' | 'do' | 'nothing' | 'over';
  readonly says: string;
  readonly command: string | null;
}

/** One ceremony as the board shows it: what the packets say, and what this machine adds. */
export interface Board {
  readonly keyset: string;
  readonly view: View;
  readonly over: Over | null;
  /** The identity of this machine. */
  readonly me: string;
  readonly phrase: string;
  readonly consented: boolean;
  readonly damaged: readonly string[];
  /** Old shares that stay in this vault although all is done. */
  readonly kept: readonly KeptShare[];
  readonly here: Here;
  /** Where the stick goes from here, if anything is left to do elsewhere. */
  readonly nextStop: string | null;
}

export type Shade = (kind: 'bad' | 'warn' | 'strong' | 'name', text: string) => string;

/** Everything of a ceremony that is alive. No line is wider than 80 columns. */
export function statusText(board: Board, shade: Shade = (_, text) => text): string[] {
  const { view, me, here, nextStop } = board;
  const lines = [...headline(board, shade)];
  const rows = asked(view).map((member) => memberRow(member, me));
  const widths = [17, 16, 20, 19];
  lines.push(...table(rows, { head: ['member', 'part', 'seen here', 'owes'], indent: 2, widths }).split('\n'));
  for (const shape of view.plan.weak)
    lines.push(...item('weak', weakShapeWords[shape as WeakShape] ?? shape, 'warn', shade));
  for (const line of stillLines(view)) lines.push(...indented(line, 2));
  lines.push(...why(view, shade));
  for (const { member, detail } of view.faults) lines.push(...item('fault', `${member}: ${detail}`, 'bad', shade));
  for (const { member, as, reason } of dissentOf(view))
    lines.push(...item('dissent', `${member} refused as ${as}: ${reason}`, 'warn', shade));
  for (const name of board.damaged)
    lines.push(...item('damaged', `in this vault: ${name}; it comes back from any stick that has it`, 'warn', shade));
  for (const share of board.kept) lines.push(...item('kept', keptText(share), 'warn', shade));
  lines.push(
    ...item(here.kind === 'hold' ? 'on hold' : 'here', here.says, here.kind === 'hold' ? 'bad' : 'strong', shade),
  );
  if (here.command !== null) lines.push(...indented(here.command, 4));
  if (nextStop !== null)
    lines.push(...item(here.kind === 'do' ? 'then' : 'next', `take the stick to ${nextStop}`, 'strong', shade));
  if (board.consented) lines.push(...phraseRows(board.phrase));
  return lines;
}

/** What is over takes one line. */
export function overText({ keyset, view, over, kept }: Board, shade: Shade = (_, text) => text): string[] {
  const gone = outstanding(view);
  const named = [...new Set([...view.faults, ...view.contradictions].map(({ member }) => member))];
  const rest = [
    over === 'replaced' ? `${view.phase}, another ceremony took its place` : (over ?? view.phase),
    ...(gone.length > 0 ? [`outstanding: ${listed(gone)}`] : []),
    ...kept.map(({ epoch, why }) => `the old share ${keyset}@${epoch} is still here (${why})`),
    ...(named.length > 0 ? [`at fault: ${listed(named)}`] : []),
  ];
  return indented(`${title(keyset, view, shade)}: ${rest.join('; ')}`, 0);
}

function title(keyset: string, { plan }: View, shade: Shade): string {
  const practice = plan.rehearsal ? ' REHEARSAL' : '';
  return `${shade('strong', keyset)} ${plan.kind} ${plan.ceremony.slice(0, 16)}${practice}`;
}

function headline({ keyset, view }: Board, shade: Shade): string[] {
  const { epoch } = view.plan;
  const from = movesShares(view.plan) ? `${epoch.from ?? 'none'} -> ` : '';
  return indented(`${title(keyset, view, shade)}: ${shade('name', view.phase)}, epoch ${from}${epoch.to}`, 0);
}

function memberRow({ participant, roles, done, owes }: MemberView, me: string): string[] {
  const name = participant.identity === me ? `${participant.name} *` : participant.name;
  return [name, roles.join(' '), done.join(' ') || '-', owes.join(' ') || '-'];
}

function dissentOf(view: View): { member: string; as: string; reason: string }[] {
  return view.dissent
    .filter((packet) => isDissent(view, packet))
    .map(({ identity, body }) => ({ member: view.plan.byIdentity.get(identity)?.name ?? '', ...body }));
}

/** The same thing of several members in one item: who is waited for is read at a glance. */
function why(view: View, shade: Shade): string[] {
  const groups = new Map<string, Obstacle[]>();
  for (const obstacle of whyNotMoving(view)) {
    const { member, unlocks, command, notSeen } = obstacle;
    const key = `${notSeen.replace(` of ${member}`, ' of somebody')} ${unlocks} ${command}`;
    groups.set(key, [...(groups.get(key) ?? []), obstacle]);
  }
  return [...groups.values()].flatMap((group) => {
    const [first] = group as [Obstacle];
    const members = group.map(({ member }) => member);
    const what =
      group.length === 1 ? first.notSeen : first.notSeen.replace(` of ${first.member}`, ` of ${listed(members)}`);
    const at = [...new Set(group.flatMap((one) => one.at))];
    return [
      ...item('not seen here', what, 'warn', shade),
      ...indented(`it would unlock ${first.unlocks}`, 4),
      ...indented(`at ${listed(at)}: ${first.command}`, 4),
      ...otherwise(group),
    ];
  });
}

/** A fallback is of one member: where several are missing, it is said of whom it speaks. */
function otherwise(group: readonly Obstacle[]): string[] {
  const [first, ...more] = group as [Obstacle, ...Obstacle[]];
  const differs = more.filter((one) => one.otherwise !== first.otherwise);
  const named = differs.length > 0;
  if (differs.length === 1) return [first, ...differs].flatMap((one) => fallback(one, one.member, named));
  const others = named ? ` (${listed(differs.map(({ member }) => member))} likewise)` : '';
  return fallback(first, `${first.member}${others}`, named);
}

function fallback({ duty, otherwise: text }: Obstacle, whom: string, named: boolean): string[] {
  if (text === null) return [];
  const final = duty === 'accept' || duty === 'activate' || duty === 'reprove';
  const when = final ? `only if ${whom} is gone for good` : named ? `or else, for ${whom}` : 'or else';
  return indented(`${when}: ${text}`, 4);
}

function item(label: string, text: string, kind: Parameters<Shade>[0], shade: Shade): string[] {
  const [first = '', ...rest] = wrap(`${label}: ${escapeText(text)}`, wide - 4).split('\n');
  const painted = first.startsWith(label) ? shade(kind, label) + first.slice(label.length) : first;
  return [`  ${painted}`, ...rest.map((line) => `    ${line}`)];
}

function indented(text: string, indent: number): string[] {
  const [first = '', ...rest] = wrap(text, wide - indent - 2).split('\n');
  const blank = ' '.repeat(indent);
  return [`${blank}${first}`, ...rest.map((line) => `${blank}  ${line}`)];
}
