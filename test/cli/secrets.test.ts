import { expect, test } from 'vitest';
import { text } from '../../src/bytes/tagged-hash.ts';
import { Ceremonies } from '../../src/vault/ceremonies.ts';
import { Secrets } from '../simulator/secrets.ts';
import { type Ran, World } from './world.ts';

/*
 * The simulator looks for secrets in what its machines say, and has no command line. Here the real commands run, with
 * the real sticks, and whatever they print, ask or leave anywhere is searched for every secret that
 * any of these vaults held after any command.
 */

const people = ['alice', 'bob', 'carol'];

test('no secret of any vault stands in what commands print, or lies open in any file', async () => {
  const world = new World('secrets');
  const secrets = new Secrets();
  const printed: string[] = [];
  const hear = ({ stdout, stderr, asked }: Ran): void => {
    printed.push(stdout, stderr, ...asked);
    for (const name of people) {
      if (world.memory.kind(`/home/${name}/vault`) === 'absent') continue;
      world.machine(name).look((vault) => {
        secrets.gather(new Ceremonies(vault, world.memo));
        secrets.add(text(vault.state.age.identity), 'what opens a proposal');
        for (const { key } of vault.state.ceremonies) secrets.add(key, 'the key of a ceremony');
      });
    }
  };
  const run = async (name: string, ...words: readonly string[]): Promise<Ran> => {
    const ran = await world.machine(name).run(...words);
    hear(ran);
    return ran;
  };
  const walk = async (phrase: string): Promise<void> => {
    for (let round = 0; round < 6; round++)
      for (const name of people) await run(name, 'next', '--stick', '/stick', '--phrase', phrase);
  };
  for (const name of people) await run(name, 'init', '--name', name, '--stick', '/stick');
  const genesis = ['genesis', '--keyset', 'treasury', '--members', people.join(','), '--threshold', '2'];
  const made = await run('alice', 'propose', ...genesis, '--key', 'main:ristretto255', '--stick', '/stick');
  await walk(made.json.phrase);
  const refresh = await run('alice', 'propose', 'refresh', '--keyset', 'treasury', '--stick', '/stick');
  await walk(refresh.json.phrase);
  const drill = ['drill', '--keyset', 'treasury', '--signers', 'alice,bob'];
  await walk((await run('alice', 'propose', ...drill, '--stick', '/stick')).json.phrase);

  world.folder('/usb');
  world.write('/words', 'six words that nobody guesses\n');
  const backup = ['backup', 'create', 'treasury', '--to', '/usb', '--backup-passphrase-file', '/words'];
  const { json } = await run('alice', ...backup);
  for (const words of [
    ['status'],
    ['keyset', 'show', 'treasury'],
    ['backup', 'list'],
    ['backup', 'check', json.backups[0].file, '--backup-passphrase-file', '/words'],
    ['inspect', json.backups[0].file],
    ['transcript', '--format', 'html', '--out', '/transcript.html'],
    ['transcript', '--archive', '/archive'],
    ['manifest'],
    ['script'],
    ['export', '--keyset', 'treasury', '--out', '/record.conclave'],
    ['verify', '/record.conclave'],
    ['explain', 'alice'],
    ['doctor'],
    ['release', '--reason', 'too late', '--stick', '/stick'],
    ['keyset', 'purge', 'treasury@1', '--override', 'destroy it'],
  ]) {
    await run('alice', ...words);
    hear(await world.machine('alice').tell(...words));
  }

  expect(secrets.count).toBeGreaterThan(25);
  const told = printed.map((words) => secrets.inText(words)).filter((found) => found !== null);
  expect(told).toEqual([]);
  // those of the vaults as well: they are sealed
  const files = [...world.memory.files()];
  expect(files.length).toBeGreaterThan(40);
  const lying = files.flatMap(([path, bytes]) => {
    const found = secrets.in(bytes) ?? secrets.inText(new TextDecoder('latin1').decode(bytes));
    return found === null ? [] : [`${path}: ${found}`];
  });
  expect(lying).toEqual([]);
  // and it would be found
  const [share = ''] = world.machine('alice').share('treasury');
  expect(secrets.inText(`{"share":"${share}"}`)).toBe('a share');
}, 300_000);
