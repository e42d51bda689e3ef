import { resolve } from 'node:path';
import { type Command, Option } from 'commander';
import * as v from 'valibot';
import { toHex } from '../../bytes/hex.ts';
import { escapeText } from '../../bytes/printable.ts';
import { readDescriptor } from '../../ceremony/descriptor.ts';
import { isKeyText, keyFits, knownText, type ReadKey, readKnownKey, sameKnown } from '../../crypto/known-key.ts';
import { readPublicKeyPackage, verifyingKeyOf } from '../../exchange/zcash-frost.ts';
import { Problem } from '../../problem.ts';
import { copyWords } from '../../report/copy-text.ts';
import { lostWords } from '../../report/due-text.ts';
import { lifeLines } from '../../report/epoch-life-text.ts';
import { keyLines } from '../../report/key-lines.ts';
import { keysetJson } from '../../report/keyset-json.ts';
import { keptText } from '../../report/old-share-text.ts';
import { policyJson } from '../../report/plan-json.ts';
import { wrap } from '../../report/table.ts';
import { claimedTime } from '../../report/time.ts';
import type { Ceremonies } from '../../vault/ceremonies.ts';
import { copiesOf } from '../../vault/copies.ts';
import { type Holding, holdingOf } from '../../vault/holding.ts';
import { myIdentity } from '../../vault/identity.ts';
import { keptOf } from '../../vault/kept.ts';
import { dueOf, livesOf } from '../../vault/lives.ts';
import { lostShare } from '../../vault/lost-share.ts';
import { keysetByName } from '../../vault/propose.ts';
import { deletedWords, purge, purgeable, purgeSentence } from '../../vault/purge.ts';
import { isOldCopyOf } from '../../vault/standing.ts';
import type { KeysetRecord } from '../../vault/state.ts';
import { copyJson } from '../copy-words.ts';
import type { Register } from '../program.ts';
import type { Session } from '../session.ts';
import { table } from '../ui/table.ts';
import { exportKeyset } from './keyset-export.ts';
import { exposeShare } from './keyset-exposed.ts';
import { policyText } from './policy.ts';

export const registerKeyset: Register = (program: Command, action) => {
  const several = (value: string, before: string[] = []): string[] => [...before, value];
  const keyset = program.command('keyset').description('the keysets of this vault, and what it knows of their keys');
  keyset
    .command('pin <key>')
    .description(
      'what this machine knows beforehand of a key that it is going to hold: in hex, an address, or a file that has it',
    )
    .option('--remove', 'forget it again')
    .action(action<{ remove?: boolean }>(pin));
  keyset.command('list').description('every keyset of this vault, and the pins').action(action(list));
  keyset.command('show <keyset>').description('one keyset: committee, keys, shares, copies').action(action(show));
  keyset
    .command('export <keyset>')
    .description('write the active share for another system; it is registered as a copy, like a backup')
    .addOption(new Option('--format <format>', "frost: the Zcash Foundation's FROST, in JSON").choices(['frost']))
    .option('--out <dir>', 'the folder for the files; nothing in it is overwritten')
    .option('--key <label>', 'only this key of the keyset; may be given more than once', several)
    .option('--label <text>', 'where the copy goes, for the register')
    .action(action(exportKeyset));
  keyset
    .command('mark-exposed <keyset>')
    .description('note that somebody else may know a share: it counts against the threshold, and the keyset is due')
    .option('--member <name>', 'whose share')
    .option('--epoch <n>', 'of which epoch')
    .action(action(exposeShare));
  keyset
    .command('purge <keyset@epoch>')
    .description('destroy a retired share, or one that a dead attempt left behind; never an active one')
    .option('--override <sentence>', 'the sentence that a terminal would ask for')
    .action(action<{ override?: string }>(purgeShare));
};

const mostPins = 10_000;
const pinFileBytes = 4 * 1024 * 1024;

async function pin(
  session: Session,
  options: { remove?: boolean },
  [given = '']: readonly string[],
): Promise<undefined> {
  const { say } = session;
  const read = keysIn(session, given);
  const wanted = read.map(({ known }) => known);
  return session.withVault(({ vault }) => {
    const { state } = vault;
    const fresh = wanted.filter((key) => !state.pins.some((known) => sameKnown(known, key)));
    if (options.remove === true) {
      if (fresh.length > 0) {
        throw new Problem('PIN_INVALID', 'that is not pinned here', 'conclave keyset list shows what is');
      }
      vault.commit((before) => ({
        ...before,
        pins: before.pins.filter((known) => !wanted.some((key) => sameKnown(known, key))),
      }));
    } else if (fresh.length > 0) {
      if (state.pins.length + fresh.length > mostPins) throw new Problem('USAGE', `no more than ${mostPins} pins`);
      vault.commit((before) => ({ ...before, pins: [...before.pins, ...fresh] }));
    }
    for (const one of read) sayPin(session, one, options.remove === true);
    if (options.remove !== true) say.line('a plan that makes this machine a new holder has to be about a pinned key');
    say.result({
      v: 1,
      pinned: options.remove === true ? [] : wanted.map(knownText),
      removed: options.remove === true ? wanted.map(knownText) : [],
      pins: vault.state.pins.map(knownText),
    });
    return undefined;
  });
}

function sayPin({ say }: Session, { known, kind, unchecked }: ReadKey, removed: boolean): void {
  say.line(`${removed ? 'forgotten' : 'pinned'} ${knownText(known)}  ${kind}`);
  if (!unchecked || removed) return;
  say.line(
    kind === 'solana'
      ? '  addresses of Solana have no checksum: compare every character with where it comes from'
      : '  it was given without its checksum (large and small letters): compare every character with where it comes from',
  );
}

/** A key in hex, an address, or a file: either of them again, what `keyset show --json` said, or a PublicKeyPackage. */
function keysIn({ context }: Session, given: string): ReadKey[] {
  if (isKeyText(given)) return [readKnownKey(given)]; // never a file, which somebody else may have named so
  let content: string;
  try {
    content = new TextDecoder().decode(context.fs.readFile(resolve(given), pinFileBytes));
  } catch {
    throw new Problem(
      'PIN_INVALID',
      `${escapeText(given)} is neither a public key, nor an address, nor a file that can be read`,
      'a public key has 64 or 66 hex digits; a file with a long name is ./NAME',
    );
  }
  const found = /^\s*\{/.test(content) ? fromJson(content) : fromLines(content);
  if (found.length === 0) throw new Problem('PIN_INVALID', `there is no public key in ${escapeText(given)}`);
  return found.filter(({ known }, at) => found.findIndex((other) => sameKnown(other.known, known)) === at);
}

function fromLines(content: string): ReadKey[] {
  const lines = content.split(/\r?\n/).map((line) => line.trim());
  return lines.filter((line) => line !== '' && !line.startsWith('#')).map(readKnownKey);
}

const shownSchema = v.object({ keys: v.array(v.object({ publicKey: v.nullable(v.string()) })) });

function fromJson(content: string): ReadKey[] {
  let value: unknown;
  try {
    value = JSON.parse(content);
  } catch {
    throw new Problem('PIN_INVALID', 'the file begins like JSON, but is none');
  }
  const shown = v.safeParse(shownSchema, value);
  if (shown.success)
    return shown.output.keys.flatMap(({ publicKey }) => (publicKey === null ? [] : [readKnownKey(publicKey)]));
  if (typeof value === 'object' && value !== null && 'verifying_shares' in value)
    return [{ known: verifyingKeyOf(readPublicKeyPackage(content)), kind: 'public key', unchecked: false }];
  throw new Problem(
    'PIN_INVALID',
    'the file is JSON of another kind',
    "take what conclave keyset show --json says, or a PublicKeyPackage of the Zcash Foundation's FROST",
  );
}

function factsOf(ceremonies: Ceremonies, { record, head }: Holding): object {
  const kept = keptOf(ceremonies, record);
  const pending = record.slots.find(({ state }) => state !== 'retired');
  const apart = record.apart.map(({ epoch, index, why }) => ({ epoch, index, why }));
  const shown = keysetJson({
    name: record.name,
    id: record.id,
    head,
    coming: pending === undefined ? null : readDescriptor(pending.descriptor),
    slots: record.slots.map((slot) => ({ ...slot, kept: kept.find((one) => one.slot === slot)?.why ?? null })),
    copies: copiesOf(record).map((copy) => copyJson(record, copy)),
    oldCopy: isOldCopyOf(ceremonies.vault.state, record),
    rehearsal: ceremonies.vault.state.rehearsal,
  });
  return {
    ...shown,
    policy: head === null ? null : policyJson(head.policy),
    apart,
    lost: lostShare(ceremonies, record),
    exposed: record.exposed.map(({ epoch, index }) => ({ epoch, index })),
    epochs: livesOf(ceremonies, record),
    due: dueOf(ceremonies, record),
  };
}

async function list(session: Session): Promise<undefined> {
  const { say } = session;
  return session.withVault((ceremonies) => {
    const { state } = ceremonies.vault;
    const holdings = state.keysets.map((record) => holdingOf(ceremonies, record));
    if (holdings.length === 0)
      say.line('no keyset here yet: make one with conclave propose genesis, or be made a member of one');
    else {
      const rows = holdings.map(({ record, head }) => [
        record.name,
        head === null ? 'not proven yet' : `epoch ${head.epoch}`,
        head === null ? '' : `${head.threshold} of ${head.members.length}`,
        head === null ? '' : `${head.keys.length} key(s)`,
        `${shares(record)}${lostShare(ceremonies, record) === null ? '' : ' (LOST)'}${isOldCopyOf(state, record) ? ' (an old copy of this vault)' : ''}`,
      ]);
      say.line(table(rows, { head: ['keyset', 'epoch', 'to sign', 'keys', 'shares here'] }));
    }
    for (const key of state.pins) {
      const holder = holdings.find(({ head }) => head?.keys.some((held) => keyFits(key, held)));
      say.line(`pinned ${knownText(key)}${holder === undefined ? '' : `  ${holder.record.name}`}`);
    }
    say.result({
      v: 1,
      keysets: holdings.map((holding) => factsOf(ceremonies, holding)),
      pins: state.pins.map(knownText),
    });
    return undefined;
  });
}

function shares(record: KeysetRecord): string {
  return record.slots.map(({ epoch, state }) => `${epoch} ${state}`).join(', ') || 'none';
}

async function show(session: Session, _: unknown, [name = '']: readonly string[]): Promise<undefined> {
  const { say } = session;
  return session.withVault((ceremonies) => {
    const { state } = ceremonies.vault;
    const holding = holdingOf(ceremonies, keysetByName(state, name));
    const { record, head } = holding;
    const old = isOldCopyOf(state, record);
    if (old) {
      say.line(`this vault is an old copy of itself: what it shows of ${record.name} is not how things stand.`);
      say.line('put it away and use the newest one');
    }
    say.line(`${record.name}${state.rehearsal ? ' REHEARSAL' : ''}`);
    say.line(`  keyset ${toHex(record.id)}`);
    if (head === null) {
      say.line('  not proven yet: no public key is shown before the proof of life. run conclave next');
    } else {
      say.line(`  epoch ${head.epoch}, ${head.threshold} of ${head.members.length} sign`);
      const me = myIdentity(state);
      const members = head.members.map(({ name: member, identity }, at) => {
        const mine = toHex(identity) === me ? ' (this machine)' : '';
        return [String(at + 1), `${member}${mine}`, toHex(identity)];
      });
      say.line(table(members, { head: ['', 'member', 'identity of its machine'], indent: 2 }));
      for (const line of keyLines(head.keys)) say.line(line);
      const [first, ...rules] = wrap(`policy: ${policyText(state, head.policy).join('; ')}`, 76).split('\n');
      say.line(`  ${first}`);
      for (const line of rules) say.line(`    ${line}`);
      if (state.rehearsal) say.line('  a rehearsal: nothing of value may go to any of these addresses');
    }
    const kept = keptOf(ceremonies, record);
    const lost = lostShare(ceremonies, record);
    for (const slot of record.slots) {
      say.line(`  share of epoch ${slot.epoch}: ${slot.state}${old ? ', in an old copy of this vault' : ''}`);
      if (slot.state === 'active' && lost !== null) {
        const { says, do: what } = lostWords(record.name, lost);
        for (const words of wrap(`${says}. ${what}`, 76).split('\n')) say.line(`    ${words}`);
      }
      const stays = kept.find((one) => one.slot === slot);
      if (stays === undefined) continue;
      const text = keptText({ ...stays, keyset: record.name, epoch: slot.epoch });
      for (const words of wrap(text, 76).split('\n')) say.line(`    ${words}`);
    }
    for (const line of [...lifeLines(record.name, livesOf(ceremonies, record)), ...dueOf(ceremonies, record)])
      for (const [at, words] of wrap(line, 76).split('\n').entries()) say.line(`${at === 0 ? '  ' : '    '}${words}`);
    for (const { epoch, index, why } of record.apart) {
      const whose = why === 'stale' ? 'out of a stale backup, in quarantine' : 'of another machine, kept apart';
      say.line(`  share of epoch ${epoch}, member ${index}: ${whose}; it signs nothing here`);
    }
    for (const { copy, state } of copiesOf(record)) {
      say.line(
        `  copy ${copy.id} ${copy.kind} of epoch ${copy.epoch}: ${copyWords[state]}, ${escapeText(copy.label)}, ${claimedTime(copy.at)}`,
      );
    }
    say.result({ v: 1, ...factsOf(ceremonies, holding) });
    return undefined;
  });
}

async function purgeShare(
  session: Session,
  options: { override?: string },
  [what = '']: readonly string[],
): Promise<undefined> {
  const { say, context } = session;
  const found = /^([^@]+)@([0-9]{1,9})$/.exec(what);
  if (found === null) throw new Problem('USAGE', `${what} is not KEYSET@EPOCH`, 'as in treasury@0');
  const epoch = Number(found[2]);
  return session.withVault(async (ceremonies) => {
    const record = keysetByName(ceremonies.vault.state, found[1] as string);
    const { slots, apart } = purgeable(ceremonies, record, epoch);
    const sentence = purgeSentence(record, epoch);
    const copies = copiesOf(record).filter(({ copy }) => copy.epoch === epoch);
    say.line(
      `${slots.length + apart.length} share(s) of ${record.name} at epoch ${epoch}${slots.length === 0 ? '' : `, ${shares({ ...record, slots })}`}${apart.length === 0 ? '' : `, ${apart.length} kept apart`}; there is no way back`,
    );
    const typed =
      options.override === undefined ? await context.ask.typed(sentence) : options.override.trim() === sentence;
    if (!typed) {
      throw new Problem(
        'SENTENCE_WRONG',
        'the sentence is not the one that was asked for, so nothing was destroyed',
        `it is: ${sentence}`,
      );
    }
    purge(ceremonies, record, { slots, apart }, context.now());
    say.line(`${record.name}@${epoch}: ${deletedWords}`);
    for (const { copy } of copies) say.line(`copy ${copy.id} of that epoch is still listed: ${escapeText(copy.label)}`);
    say.result({
      v: 1,
      keyset: record.name,
      epoch,
      purged: slots.length + apart.length,
      did: deletedWords,
      copies: copies.map((copy) => copyJson(record, copy)),
    });
    return undefined;
  });
}
