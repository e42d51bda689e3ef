import * as v from 'valibot';
import { fromHex, toHex } from '../../bytes/hex.ts';
import { type Beacon, beaconSchema, movesShares } from '../../ceremony/plan.ts';
import { label, name } from '../../ceremony/schema.ts';
import { type SuiteName, suiteNames } from '../../crypto/suites.ts';
import { Problem } from '../../problem.ts';
import type { Ceremonies } from '../../vault/ceremonies.ts';
import { myCard, myIdentity, rosterOf } from '../../vault/identity.ts';
import { head, keysetByName, type Wish } from '../../vault/propose.ts';
import type { Session } from '../session.ts';
import { belowQuorum } from './meant.ts';
import { type PolicyOptions, policyWish } from './policy-wish.ts';

/* What the flags of `propose` say, and what is asked where they do not. */

/** The flags. */
export interface Options extends PolicyOptions {
  readonly keyset?: string;
  readonly members?: string;
  readonly stay?: string;
  readonly join?: string;
  readonly leave?: string;
  readonly threshold?: string;
  readonly key?: string[];
  readonly dealers?: string;
  readonly signers?: string;
  readonly reason?: string;
  readonly because?: Wish['because'];
  readonly ticket?: string;
  readonly approvers?: string;
  readonly approvals?: string;
  readonly observers?: string;
  readonly backup?: Wish['backup'];
  readonly copies?: string;
  readonly destroy?: Wish['destroy'];
  readonly expires?: string;
  readonly insteadOf?: string;
  readonly beacon?: string;
  readonly lost?: string;
  readonly belowQuorum?: boolean;
  readonly override?: string;
  readonly weak?: string;
  readonly stick?: string[];
  readonly outPlan?: string;
  readonly draft?: boolean;
  readonly plan?: string;
  /** What `policy set` says of approvers, who are not those of this ceremony alone. */
  readonly policyApprovers?: string;
  readonly policyApprovals?: string;
}

const names = (text: string | undefined): string[] =>
  (text ?? '')
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');

function wholeNumber(text: string, flag: string): number {
  if (!/^[0-9]{1,4}$/.test(text)) throw new Problem('USAGE', `${flag} takes a whole number, not ${text}`);
  return Number(text);
}

export async function wishOf(
  session: Session,
  ceremonies: Ceremonies,
  kind: Wish['kind'],
  options: Options,
): Promise<Wish> {
  const { ask } = session.context;
  const { state } = ceremonies.vault;
  const keyset =
    options.keyset ??
    (kind !== 'genesis' && state.keysets.length > 0
      ? await ask.choice(
          'which keyset?',
          state.keysets.map((record) => ({ value: record.name, name: record.name })),
          { flag: '--keyset K' },
        )
      : await ask.text('what is the keyset called?', { flag: '--keyset K' }));
  if (!v.is(name, keyset))
    throw new Problem('USAGE', `${keyset} is not a name: letters, digits, dot, dash and underscore`);
  const link = kind === 'genesis' ? null : head(keysetByName(state, keyset));
  const parent = link?.proven ?? null;
  const lost = await lostOf(session, kind, options, parent?.members ?? []);
  const members = await membersOf(
    session,
    ceremonies,
    kind,
    options,
    lost,
    parent?.members.map(({ name, identity }) => ({ name, identity: toHex(identity) })) ?? [],
  );
  const thresholdText =
    kind !== 'genesis' && kind !== 'reshare'
      ? String(parent?.threshold ?? 0)
      : (options.threshold ??
        (await ask.text(`how many of the ${members.length} have to sign?`, { flag: '--threshold T' })));
  const threshold = wholeNumber(thresholdText, '--threshold');
  if (threshold < 2)
    throw new Problem('USAGE', 'a threshold of 1 is no threshold: any one member could take the key', 'use 2 or more');
  const policy = policyOf(options);
  const wanted = Math.max(parent?.policy.backups ?? 0, policy?.backups ?? 0);
  const asksWhy = options.reason === undefined && ask.interactive && options.because === undefined;
  return {
    kind,
    keyset,
    members: movesShares({ kind }) ? members : [],
    threshold,
    ...(kind === 'drill' ? { signers: await signersOf(session, options, members, threshold) } : {}),
    keys: kind === 'genesis' ? await keysOf(session, options) : [],
    dealers: options.dealers === undefined ? null : names(options.dealers),
    approvers: names(options.approvers),
    approvals: options.approvals === undefined ? null : wholeNumber(options.approvals, '--approvals'),
    observers: names(options.observers),
    ...backupsOf(kind, options, wanted),
    ...(policy === undefined ? {} : { policy }),
    destroy: options.destroy ?? 'when-proven',
    belowQuorum: await belowQuorum(session, options, keyset, link, lost.length),
    lost,
    reason:
      options.reason ?? (asksWhy ? await ask.text('why? (for the record)', { flag: '--reason T', default: '' }) : ''),
    because: options.because ?? 'other',
    ticket: options.ticket ?? null,
    insteadOf: options.insteadOf ?? null,
    beacon: readBeacon(
      options.beacon ??
        (asksWhy
          ? await ask.text('a public beacon value, to show that this is not older? (SOURCE,ROUND,HEX, or nothing)', {
              flag: '--beacon SOURCE,ROUND,HEX',
              default: '',
            })
          : ''),
    ),
    expiresIn: duration(options.expires ?? '14d'),
  };
}

function policyOf(options: Options): Wish['policy'] {
  const { policyApprovers: approvers, policyApprovals: approvals } = options;
  const wish = {
    ...policyWish(options),
    ...(approvers === undefined ? {} : { approvers: names(approvers) }),
    ...(approvals === undefined ? {} : { approvals: wholeNumber(approvals, '--approvals') }),
  };
  return Object.keys(wish).length === 0 ? undefined : wish;
}

/** A number of copies asks for backups, and so does the policy where nothing else is said. */
function backupsOf(kind: Wish['kind'], { backup, copies }: Options, wanted: number): Pick<Wish, 'backup' | 'copies'> {
  const number = copies === undefined ? null : wholeNumber(copies, '--copies');
  if (!movesShares({ kind })) return { backup: 'none', copies: 0 };
  const rule = backup ?? ((number ?? wanted) > 0 ? 'required' : 'none');
  if (rule === 'none' && (number ?? 0) > 0)
    throw new Problem('USAGE', 'copies of no backup are none', 'leave out --copies, or --backup none');
  return { backup: rule, copies: rule === 'none' ? 0 : (number ?? Math.max(1, wanted)) };
}

/** The new committee, by name, in index order: staying members in their old order first, then who joins. */
async function membersOf(
  session: Session,
  ceremonies: Ceremonies,
  kind: Wish['kind'],
  options: Options,
  lost: readonly string[],
  old: readonly { readonly name: string; readonly identity: string }[],
): Promise<string[]> {
  const { state } = ceremonies.vault;
  const cards = [myCard(state), ...rosterOf(state)];
  // who lost a machine has no card of the old identity any more: then the name is that of the descriptor
  const oldNames = old.map(({ name, identity }) => cards.find((card) => card.identity === identity)?.name ?? name);
  if (kind !== 'genesis' && kind !== 'reshare') return oldNames;
  const split = options.stay !== undefined || options.join !== undefined || options.leave !== undefined;
  if (options.members !== undefined && split)
    throw new Problem('USAGE', 'give either --members or --stay, --join and --leave');
  if (options.members !== undefined) return names(options.members);
  if (split) {
    const [stay, join, leave] = [names(options.stay), names(options.join), names(options.leave)];
    const same = (a: string) => (b: string) => a.toLowerCase() === b.toLowerCase();
    const gone = stay.filter((member) => lost.some(same(member)));
    if (gone.length > 0) {
      throw new Problem(
        'USAGE',
        `${gone.join(', ')} cannot stay without a share`,
        'who lost a share and comes back goes into --join',
      );
    }
    const missing = oldNames.filter((member) => ![...stay, ...leave, ...lost].some(same(member)));
    if (missing.length > 0) {
      throw new Problem(
        'USAGE',
        `nothing is said of ${missing.join(', ')}`,
        'every old member is in --stay or in --leave',
      );
    }
    const wrong = [...stay, ...leave].filter((member) => !oldNames.some(same(member)));
    if (wrong.length > 0)
      throw new Problem('USAGE', `${wrong.join(', ')} is no old member`, 'who is new goes into --join');
    const both = stay.filter((member) => leave.some(same(member)));
    if (both.length > 0) throw new Problem('USAGE', `${both.join(', ')} cannot stay and leave`);
    return [...oldNames.filter((member) => stay.some(same(member))), ...join];
  }
  const mine = myIdentity(state);
  return session.context.ask.many(
    kind === 'genesis' ? 'who will hold the key?' : 'who is in the new committee?',
    cards.map((card) => ({
      value: card.name,
      name: card.name,
      checked: old.some(({ identity }) => identity === card.identity) || (old.length === 0 && card.identity === mine),
    })),
    { flag: '--members a,b,c', required: true },
  );
}

/** Who lost a share: a recovery has to say so, and asks where it is not said. */
async function lostOf(
  session: Session,
  kind: Wish['kind'],
  options: Options,
  members: readonly { readonly name: string }[],
): Promise<string[]> {
  if (kind === 'genesis' && options.lost !== undefined)
    throw new Problem('USAGE', 'in a genesis nobody has lost anything', 'leave --lost out');
  if (kind !== 'recover' || options.lost !== undefined) return names(options.lost);
  return session.context.ask.many(
    'whose share is lost?',
    members.map(({ name }) => ({ value: name, name })),
    { flag: '--lost a,b', required: true },
  );
}

/** Who signs a drill; on a terminal one is asked. */
async function signersOf(
  session: Session,
  { signers }: Options,
  members: readonly string[],
  threshold: number,
): Promise<string[]> {
  if (signers !== undefined) return names(signers);
  return session.context.ask.many(
    `who signs? ${threshold} or more`,
    members.map((value, at) => ({ value, name: value, checked: at < threshold })),
    { flag: '--signers a,b', required: true },
  );
}

async function keysOf(session: Session, options: Options): Promise<Wish['keys']> {
  const { ask } = session.context;
  const given = options.key ?? [];
  if (given.length === 0) {
    const text = await ask.text('what is the key called?', { flag: '--key LABEL:SUITE', default: 'main' });
    const of = await ask.choice(
      'which kind of key?',
      suiteNames.map((value) => ({ value, name: value })),
      { flag: '--key LABEL:SUITE' },
    );
    given.push(`${text}:${of}`);
  }
  return given.map((text) => {
    const cut = text.lastIndexOf(':');
    const [called, of] = [text.slice(0, Math.max(cut, 0)), text.slice(cut + 1)];
    if (cut < 0 || !(suiteNames as readonly string[]).includes(of) || !v.is(label, called)) {
      throw new Problem('USAGE', `${text} is not LABEL:SUITE`, `suites: ${suiteNames.join(', ')}`);
    }
    return { label: called, suite: of as SuiteName };
  });
}

/** From behind, since the name of a source may have commas of its own. */
export function readBeacon(text: string): Beacon | null {
  if (text.trim() === '') return null;
  const [, source = '', round = '', hex = ''] = /^(.*),([^,]*),([^,]*)$/.exec(text) ?? [];
  const beacon = { source: source.trim(), round: round.trim(), value: fromHex(hex.trim().toLowerCase()) };
  if (v.is(beaconSchema, beacon)) return beacon;
  throw new Problem(
    'USAGE',
    `${text} is not SOURCE,ROUND,HEX`,
    'a source of up to 200 characters, a round of up to 64, and a value of 16 to 64 bytes in hex',
  );
}

/** As `--beacon` takes it. */
export function beaconText({ source, round, value }: Beacon): string {
  return `${source},${round},${toHex(value)}`;
}

function duration(text: string): number {
  const found = /^([0-9]{1,5})(d|h)$/.exec(text);
  if (found === null) throw new Problem('USAGE', `${text} is no duration`, 'say 14d or 36h');
  return Number(found[1]) * (found[2] === 'd' ? 86_400 : 3600);
}
