import { toHex } from '../../../src/bytes/hex.ts';
import { text } from '../../../src/bytes/tagged-hash.ts';
import { readBackup, writeBackup } from '../../../src/ceremony/backup.ts';
import { readBackupShare, writeBackupShare } from '../../../src/exchange/backup-share.ts';
import { Problem } from '../../../src/problem.ts';
import { linkFor, restore } from '../../../src/vault/backups.ts';
import type { Ceremonies } from '../../../src/vault/ceremonies.ts';
import { finishCopy, registerCopy, retireCopy } from '../../../src/vault/copies.ts';
import { holdingOf, shareInCharge } from '../../../src/vault/holding.ts';
import { myCard, withCard } from '../../../src/vault/identity.ts';
import { release } from '../../../src/vault/release.ts';
import { latestEpoch } from '../../../src/vault/standing.ts';
import { Machine } from '../machine.ts';
import {
  activeNames,
  all,
  attempted,
  count,
  diskOf,
  lostShare,
  machineOf,
  must,
  names,
  pick,
  type Safe,
  type Story,
} from './story.ts';

/* What the program does, and what the world does to it. Each move says what it came to. */

export type Move = (story: Story) => string;

const at = 1_800_000_000;

function back(ceremonies: Ceremonies, owner: string): Safe {
  const { vault } = ceremonies;
  const [keyset] = vault.state.keysets;
  if (keyset === undefined) throw new Problem('KEYSET_UNKNOWN', 'nothing here');
  const { slot, descriptor } = shareInCharge(ceremonies, holdingOf(ceremonies, keyset));
  const share = vault.readShare(slot);
  const copy = registerCopy(vault, keyset, {
    label: 'safe',
    kind: 'backup',
    epoch: slot.epoch,
    at,
    unfinished: '/usb',
  });
  const header = {
    id: copy.id,
    keyset: keyset.id,
    keys: keyset.keys,
    name: keyset.name,
    epoch: slot.epoch,
    descriptor: descriptor.id,
    member: descriptor.members[slot.index - 1]?.name ?? '',
    index: slot.index,
    identity: vault.state.signing.public,
    at,
    label: 'safe',
    recipients: [],
    rehearsal: true,
  };
  const sealed = text(writeBackupShare(copy.id, descriptor, slot.index, share));
  const link = linkFor(ceremonies, keyset, descriptor);
  const backup = readBackup(text(writeBackup(header, link, sealed, vault.state.signing.secret)));
  const opened = readBackupShare(new TextDecoder().decode(backup.ageFile), backup);
  finishCopy(vault, keyset, copy.id);
  return { backup, share: opened, epoch: slot.epoch, owner };
}

/** Whoever is asked which share goes may type it. */
function visited(story: Story, machine: Machine): readonly string[] {
  const confirmed = story.draw(2) === 0 ? undefined : `treasury@${Math.max(0, diskOf(machine).known - 1)}`;
  const did = attempted(() => machine.visit(story.stick, undefined, confirmed).did);
  return typeof did === 'string' ? [did] : did;
}

const lastOf = (machine: Machine): string | undefined => machine.state.ceremonies.map(({ id }) => toHex(id)).at(-1);

export const byProgram: Readonly<Record<string, Move>> = {
  visit: (story) => {
    const machine = pick(story, all);
    return `${machine.name} ${JSON.stringify(visited(story, machine))}`;
  },
  round: (story) => {
    for (let round = 0; round < 3; round++) {
      const before = story.stick.size;
      const visits = all.map((machine) => visited(story, machine));
      if (visits.every((did) => did.length === 0) && story.stick.size === before) break;
    }
    return 'the stick went around';
  },
  propose: (story) => {
    const machine = pick(story, all.slice(0, 3));
    const members = pick(story, [names.slice(0, 3), names.slice(0, 3), names, names.slice(1)]);
    const kind = members.length === 3 && members[0] === 'alice' ? 'refresh' : 'reshare';
    // where a closing has to wait, old and new shares lie side by side for longer
    const backup = story.draw(3) === 0 ? 'required' : 'none';
    const destroy = story.draw(3) === 0 ? 'ask' : 'when-proven';
    const wish = { kind, members: [...members], threshold: 2, backup, copies: 1, destroy } as const;
    const plan = attempted(() => machine.propose(story.stick, wish));
    return `${machine.name} ${kind} ${members.join(',')}, backup ${backup}, ${destroy}: ${plan.slice(0, 12)}`;
  },
  recover: (story) => {
    const machine = pick(story, all);
    const lost = pick(story, [...all.filter((one) => lostShare(one)), ...all]);
    const wish = { kind: 'recover', members: [], lost: [lost.name], threshold: 2 } as const;
    const plan = attempted(() => machine.propose(story.stick, wish));
    return `${machine.name} recovers ${lost.name}: ${plan.slice(0, 12)}`;
  },
  refuse: (story) => {
    const machine = pick(story, all);
    const ceremony = lastOf(machine);
    if (ceremony === undefined) return `${machine.name} knows of none`;
    const refused = attempted(() => machine.refuse(story.stick, ceremony));
    return `${machine.name} ${ceremony.slice(0, 12)}: ${refused ?? 'said no'}`;
  },
  release: (story) => {
    const machine = pick(story, all);
    const ceremony = lastOf(machine);
    if (ceremony === undefined) return `${machine.name} knows of none`;
    const released = attempted(() =>
      machine.command(story.stick, ceremony, (ceremonies, held, moment) =>
        release(ceremonies, held, moment, false, 'no'),
      ),
    );
    return `${machine.name} ${ceremony.slice(0, 12)}: ${released ?? 'gave it up'}`;
  },
  backup: (story) => {
    const machine = pick(story, all);
    const safe = attempted(() => machine.run((ceremonies) => back(ceremonies, machine.name)));
    if (typeof safe === 'string') return `${machine.name}: ${safe}`;
    story.safes.push(safe);
    return `${machine.name} at epoch ${safe.epoch}`;
  },
  restore: (story) => {
    if (story.safes.length === 0) return 'no backup yet';
    const lost = all.filter((one) => lostShare(one));
    const own = story.safes.filter(({ owner }) => lost.some(({ name }) => name === owner));
    // who lost a share looks into the own safe; others take what they find
    const safe = own.length > 0 && story.draw(2) === 0 ? (own.at(-1) as Safe) : pick(story, story.safes);
    const machine = pick(story, [...all, ...all.map(() => machineOf(safe.owner))]);
    const quarantine = story.draw(3) === 0;
    const before = activeNames(machine);
    const { known } = diskOf(machine);
    const { backup, share } = safe;
    const result = attempted(() =>
      machine.run((ceremonies) => restore(ceremonies, backup, share, { quarantine, at })?.did ?? 'nothing'),
    );
    const told = `${safe.owner}'s of epoch ${safe.epoch} into ${machine.name}, who is at ${known}${quarantine ? ' (quarantine)' : ''}: ${result}`;
    must(activeNames(machine) === before, () => `a restore made a share active: ${told}`);
    if (known > safe.epoch) {
      const may = quarantine ? ['quarantined', 'nothing', 'BACKUP_FOREIGN'] : ['BACKUP_STALE'];
      must(may.includes(result), () => `a stale file was not called stale: ${told}`);
    }
    if (result === 'put-back') {
      const there = diskOf(machine).shares.filter(({ epoch, state }) => epoch === safe.epoch && state !== 'pending');
      must(safe.owner === machine.name && safe.epoch === known, () => `put back where it does not belong: ${told}`);
      must(
        there.some((one) => one.share !== null),
        () => `put back and not there: ${told}`,
      );
    }
    count(story, result);
    return told;
  },
  retire: (story) => {
    const machine = pick(story, all);
    return machine.run(({ vault }) => {
      const [record] = vault.state.keysets;
      const old = record?.copies.find(({ epoch, destroyed }) => destroyed === null && epoch < latestEpoch(record));
      if (record === undefined || old === undefined) return `${machine.name} has none`;
      retireCopy(vault, record, old.id, { at, method: 'shred', witnesses: ['ada'] });
      return `${machine.name}, of epoch ${old.epoch}`;
    });
  },
};

function without(machine: Machine, gone: (path: string) => boolean): void {
  machine.restore(new Map([...machine.copy()].filter(([path]) => !gone(path))));
}

let fresh = 0;

export const byWorld: Readonly<Record<string, Move>> = {
  'lose all shares': (story) => {
    const machine = pick(story, all);
    without(machine, (path) => path.endsWith('.share'));
    return machine.name;
  },
  'lose a share': (story) => {
    // where there are several, one of them may be the last that is of use
    const several = all.filter((one) => diskOf(one).shares.length > 1);
    const machine = pick(story, several.length > 0 ? several : all);
    const newest = diskOf(machine).shares.toSorted((one, other) => other.epoch - one.epoch)[0];
    if (newest === undefined) return `${machine.name} has none`;
    without(machine, (path) => path.endsWith(`${newest.file}.share`));
    return `${machine.name}, that of epoch ${newest.epoch}`;
  },
  'lose a machine': (story) => {
    const machine = pick(story, all);
    // a new vault under the old name; everybody takes its card in
    machine.restore(new Machine(machine.name, `fresh ${fresh++}`).copy());
    const cards = all.map((one) => myCard(one.state));
    for (const one of all)
      attempted(() =>
        one.run(({ vault }) =>
          vault.commit((state) => cards.reduce((before, card) => withCard(before, card, true).state, state)),
        ),
      );
    return machine.name;
  },
  'copy a disk': (story) => {
    const machine = pick(story, all);
    story.oldDisks.push({ machine, disk: machine.copy() });
    return machine.name;
  },
  'an old disk comes back': (story) => {
    if (story.oldDisks.length === 0) return 'none yet';
    const { machine, disk } = pick(story, story.oldDisks);
    machine.restore(disk);
    return machine.name;
  },
};
