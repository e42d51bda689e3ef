import { describe, expect, it } from 'vitest';
import { armored, unarmored } from '../../src/bytes/armor.ts';
import { encodeCbor } from '../../src/bytes/cbor.ts';
import { toHex } from '../../src/bytes/hex.ts';
import { fileHash, text } from '../../src/bytes/tagged-hash.ts';
import {
  type BackupHeader,
  backupFile,
  isBackup,
  mostBackupBytes,
  partsOf,
  readBackup,
  readBackupHeader,
  writeBackup,
} from '../../src/ceremony/backup.ts';
import { judgeBackup, type KnownCommittees, shareOf } from '../../src/ceremony/backup-standing.ts';
import type { Share } from '../../src/ceremony/packets/acceptance.ts';
import { signPayload } from '../../src/ceremony/signed.ts';
import type { Link } from '../../src/ceremony/succession.ts';
import type { Scalar } from '../../src/crypto/group.ts';
import { suite } from '../../src/crypto/suites.ts';
import { Problem } from '../../src/problem.ts';
import { refusal } from '../crypto/drawn.ts';
import { Ceremony, type Person, people, ristretto } from './committee.ts';
import { now } from './people.ts';

/* The door for backups, and what one is worth: a share in the clear stands in the place of the age file. */

const { alice, bob, carol } = people('backup', 'alice', 'bob', 'carol');
const cast = [alice, bob, carol];
const keys = [...ristretto, { label: 'cold', suite: 'secp256k1' as const }];
const zero = new Ceremony({ cast, members: [alice, bob], threshold: 2, keys }).run();
const one = new Ceremony({ cast, members: [alice, bob, carol], threshold: 2, parent: zero.link }).run();
const other = new Ceremony({ cast, members: [alice, bob], threshold: 2, facts: { keyset: 'other' } }).run();

const sealed = text('sealed');
function headerOf({ proven }: Link, who: Person, more: Partial<BackupHeader> = {}): Omit<BackupHeader, 'sealed'> {
  const index = proven.members.findIndex(({ name }) => name === who.name) + 1;
  return {
    id: 'b1',
    keyset: proven.keysetId,
    keys: proven.keysHash,
    name: 'treasury',
    epoch: proven.epoch,
    descriptor: proven.id,
    member: who.name,
    index,
    identity: who.signing.public,
    at: now,
    label: 'blue stick',
    recipients: [],
    rehearsal: true,
    ...more,
  };
}
const write = (more: Partial<BackupHeader> = {}, link = one.link, who = alice): string =>
  writeBackup(headerOf(link, who, more), link, sealed, who.signing.secret);
const good = write();
const read = (file: string) => readBackup(text(file));
function refused(file: string | Uint8Array): string {
  try {
    readBackup(typeof file === 'string' ? text(file) : file);
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    expect(error.code).toBe('BACKUP_DAMAGED');
    return error.message.replace('the backup is damaged, or no backup: ', '');
  }
  return 'nothing';
}
const [header, link, age] = ['CONCLAVE BACKUP HEADER', 'CONCLAVE BACKUP LINK', 'AGE ENCRYPTED FILE'] as const;
const block = (what: string, file = good) => armored(what, unarmored(what, file) as Uint8Array);

describe('a backup', () => {
  it('is made again from its three parts, whose header says by itself whose it is', () => {
    const parts = partsOf(good);
    expect(backupFile(parts)).toBe(good);
    expect(readBackupHeader(parts.header)).toEqual({ ...headerOf(one.link, alice), sealed: fileHash(sealed) });
    for (const read of [() => backupFile({ ...parts, header: text('x') }), () => readBackupHeader(text('x'))])
      expect(refusal(read)).toBe('BACKUP_DAMAGED');
  });

  it('is read back as it was written, also where lines end as on another system', () => {
    const facts = { ...headerOf(one.link, alice), sealed: fileHash(sealed) };
    for (const file of [good, good.replaceAll('\n', '\r\n')]) {
      const backup = read(file);
      expect(backup.header).toEqual(facts);
      expect(backup.ageFile).toEqual(sealed);
      expect(backup.link.proven.id).toEqual(one.link.proven.id);
    }
  });

  it('is known by its first line', () => {
    for (const file of [good, good.replaceAll('\n', '\r\n')]) expect(isBackup(text(file))).toBe(true);
    for (const file of ['', 'conclave backup v10\n', 'conclave backup v1', ` ${good}`, 'conclave packet v1\n'])
      expect(isBackup(text(file))).toBe(false);
  });

  it('says to whoever finds it whose share it is, and what is to be done with it', () => {
    expect(good.split('\n').slice(0, 10)).toEqual([
      'conclave backup v1',
      'REHEARSAL: the share of alice, member 1 of treasury, at epoch 1; sealed under a passphrase of its own',
      'backup b1: blue stick',
      `keyset ${toHex(zero.link.proven.id)}`,
      '',
      'Is it still good?             conclave backup check THIS-FILE',
      'Put the share back:           conclave backup restore THIS-FILE',
      "With nothing but age:         sed -n '/^-----BEGIN AGE/,/^-----END AGE/p' THIS-FILE | age -d",
      'Never use it without asking the first question: every refresh, handover or recovery makes it worthless.',
      '',
    ]);
    const line = write({ recipients: [`age1${'q'.repeat(58)}`, `age1${'p'.repeat(58)}`], rehearsal: false });
    expect(line.split('\n')[1]).toBe(
      'the share of alice, member 1 of treasury, at epoch 1; sealed to 2 age recipient(s)',
    );
  });
});

describe('a backup is refused', () => {
  it('where it is too large, begins in another way, or is not whole', () => {
    expect(refused(new Uint8Array(mostBackupBytes + 1))).toBe('it is larger than any backup');
    for (const file of ['', 'conclave backup v2\n', ` ${good}`])
      expect(refused(file)).toBe('it does not begin as a backup does');
    const without = (what: string) => refused(good.replace(`-----BEGIN ${what}`, '-----begin'));
    expect([header, link, age].map(without)).toEqual([
      'its header is not whole',
      'the proof of its committee is not whole',
      'the sealed share is not whole',
    ]);
  });

  it('where it tells people something else than its header says, or holds more', () => {
    const says = 'it says something else to people than its signed header does, or holds more';
    for (const file of [good.replace('blue stick', 'red stick'), `${good}\n`, good.replace('epoch 1', 'epoch 2')])
      expect(refused(file)).toBe(says);
  });

  it('where its header is not signed by its member, for this purpose and over these bytes', () => {
    const forged = (who: Person) => writeBackup(headerOf(one.link, alice), one.link, sealed, who.signing.secret);
    expect(refused(forged(bob))).toBe('its header is not signed by its member');
    const facts = encodeCbor({ v: 1, ...headerOf(one.link, alice), recipients: [], sealed: fileHash(sealed) });
    const asCard = armored(header, signPayload('conclave card v1', facts, alice.signing.secret));
    expect(refused(good.replace(block(header), asCard))).toBe('its header is not signed by its member');
    const unknown = armored(header, signPayload('conclave backup v1', encodeCbor({ v: 2 }), alice.signing.secret));
    expect(refused(good.replace(block(header), unknown))).toMatch(/^header: /);
    expect(refused(good.replace(block(header), armored(header, text('nothing'))))).not.toBe('nothing');
  });

  it('where another share or another proof stands in it', () => {
    const swapped = good.replace(block(age), armored(age, text('another')));
    expect(refused(swapped)).toBe('the sealed share is not the one that its header names');
    const says = 'its header speaks of another committee than its proof, or of another member';
    expect(refused(good.replace(block(link), block(link, write({}, zero.link))))).toBe(says);
    const { descriptor, transcript, signatures } = one.link;
    const unsigned = encodeCbor({ descriptor, transcript, signatures: signatures.map((bytes) => bytes.map(() => 1)) });
    expect(refused(good.replace(block(link), armored(link, unsigned)))).toContain('did not sign the descriptor');
    expect(refused(good.replace(block(link), armored(link, encodeCbor({}))))).toMatch(/^link: /);
  });

  it.each<[string, Partial<BackupHeader>]>([
    ['descriptor', { descriptor: zero.link.proven.id }],
    ['keyset', { keyset: one.link.proven.id }],
    ['set of keys', { keys: one.link.proven.id }],
    ['epoch', { epoch: 0 }],
    ['world', { rehearsal: false }],
    ['index', { index: 2 }],
    ['index that nobody has', { index: 9 }],
    ['member', { identity: bob.signing.public }],
  ])('where its header names another %s than its proof', (_, more) => {
    const who = more.identity === undefined ? alice : bob;
    const file = writeBackup(headerOf(one.link, alice, more), one.link, sealed, who.signing.secret);
    expect(refused(file)).toBe('its header speaks of another committee than its proof, or of another member');
  });
});

describe('what a backup is worth', () => {
  const known = (...committees: Link[]): KnownCommittees => {
    const proven = committees.map((each) => each.proven);
    return { keyset: zero.link.proven.keysetId, keys: zero.link.proven.keysHash, committees: proven };
  };
  const share = (of: Ceremony, who: Person) => who.shares.get(toHex(of.link.proven.id)) as Share;
  const backup = (of: Ceremony, who = alice) => ({ header: { ...headerOf(of.link, who), sealed }, link: of.link });
  const states = (of: Ceremony, all: KnownCommittees | null) =>
    [share(of, alice), null].map((its) => judgeBackup(backup(of), its, all).state);
  const unopened = '; judged by its signed header alone, since it was not opened';

  it('is told by the newest committee that is known, opened or not', () => {
    expect(states(one, known(zero.link, one.link))).toEqual(['current', 'current']);
    expect(states(zero, known(zero.link, one.link))).toEqual(['stale', 'stale']);
    expect(states(zero, known(one.link))).toEqual(['stale', 'stale']);
    expect(states(one, known(zero.link))).toEqual(['newer', 'newer']);
    expect(states(one, null)).toEqual(['foreign', 'foreign']);
    expect(states(one, known())).toEqual(['foreign', 'foreign']);
    expect(states(other, known(zero.link, one.link))).toEqual(['foreign', 'foreign']);
    for (const more of [{ keyset: sealed }, { keys: sealed }])
      expect(states(one, { ...known(zero.link, one.link), ...more })).toEqual(['foreign', 'foreign']);
  });

  it('is told in words, with the epochs', () => {
    const told = (of: Ceremony, all: KnownCommittees | null, opened = true) =>
      judgeBackup(backup(of), opened ? share(of, alice) : null, all);
    const fits = 'it fits member 1 of the committee of epoch 1, the newest known here';
    const current = { state: 'current', epoch: 1, currentEpoch: 1 };
    expect(told(one, known(zero.link, one.link))).toEqual({ ...current, opened: true, reason: fits });
    const closed = told(one, known(zero.link, one.link), false);
    expect(closed).toEqual({ ...current, opened: false, reason: `${fits.replace('fits', 'names')}${unopened}` });
    expect(told(zero, known(zero.link, one.link))).toMatchObject({
      epoch: 0,
      reason: 'it is of epoch 0, and the key is at epoch 1: this share signs nothing any more',
    });
    expect(told(one, known(zero.link))).toMatchObject({
      epoch: 1,
      reason: 'it is of epoch 1, and nothing after epoch 0 is known here',
    });
    expect(told(one, null)).toMatchObject({ currentEpoch: null, reason: 'nothing is known here of its keyset' });
    expect(told(other, known(one.link))).toMatchObject({ reason: 'it belongs to another keyset' });
    const elsewhere = { ...one.link, proven: { ...one.link.proven, id: sealed, points: zero.link.proven.points } };
    expect(told(one, known(elsewhere))).toMatchObject({
      state: 'foreign',
      reason: 'it is of another committee of epoch 1 than the one that is known here',
    });
  });

  it('is nothing where the share does not fit the committee that it came with', () => {
    const [first, second] = share(one, alice) as [Uint8Array, Uint8Array];
    for (const wrong of [share(one, bob), share(zero, alice), [first], [first, second, second], [second, first]])
      expect(judgeBackup(backup(one), wrong, known(one.link))).toMatchObject({
        state: 'damaged',
        reason: 'the share in it does not fit the committee that it names',
      });
    const header = { ...backup(one).header, descriptor: zero.link.proven.id };
    expect(judgeBackup({ ...backup(one), header }, null, known(one.link)).state).toBe('damaged');
    expect(shareOf(one.link.proven, 4, share(one, alice))).toBe(false);
    expect(shareOf(one.link.proven, 1, share(one, alice))).toBe(true);
    // on the same polynomials, and nobody's: the threshold is two
    const beyond = one.link.proven.keys.map(({ suite: name }, place) => {
      const { group } = suite(name);
      const [second, third] = [bob, carol].map((who) => group.decodeScalar(share(one, who)[place] as Uint8Array));
      return group.encodeScalar(group.sub(group.add(third as Scalar, third as Scalar), second as Scalar));
    });
    expect(shareOf(one.link.proven, 4, beyond)).toBe(false);
  });
});
