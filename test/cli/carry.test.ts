import { beforeAll, describe, expect, test } from 'vitest';
import { fromHex } from '../../src/bytes/hex.ts';
import { wrapProposal } from '../../src/ceremony/envelope.ts';
import { isName } from '../../src/ceremony/schema.ts';
import { encryptTo } from '../../src/courier/age.ts';
import { checkedName } from '../../src/courier/names.ts';
import { openStick, writeNamed } from '../../src/courier/stick.ts';
import { mostCards } from '../../src/vault/identity.ts';
import { type Proposed, World } from './world.ts';

/* What a stick brings, and what goes out on it, file by file. */

let proposedWorld: World;
let proposed: Proposed;

beforeAll(async () => {
  proposedWorld = new World('carry');
  await proposedWorld.arrive('alice', 'bob', 'carol');
  const words = ['--keyset', 'treasury', '--members', 'alice,bob,carol', '--threshold', '2', '--key', 'main:ed25519'];
  proposed = await proposedWorld.propose('alice', 'genesis', ...words);
});

const proposalOf = ({ ceremony }: Proposed) => `/stick/conclave/treasury-genesis-${ceremony.slice(0, 16)}.proposal`;

describe('names', () => {
  test('that no stick can have as a file are no names of machines or keysets', async () => {
    const world = proposedWorld.fork();
    for (const name of ['a..b', 'con.x', 'nul', 'NUL', 'Com1', 'lpt0.y', 'prn', 'aux', 'end.', '-x', 'ä']) {
      expect(isName(name), name).toBe(false);
      expect((await world.machine('erin').run('init', '--name', name)).status, name).toBe(2);
    }
    for (const name of ['a.b', 'console', 'nul-1', 'com10', 'A_1']) {
      expect(isName(name), name).toBe(true);
      expect(checkedName(`${name}.card`)).toBe(`${name.toLowerCase()}.card`);
    }
    const words = ['--members', 'alice,bob', '--threshold', '2', '--key', 'main:ed25519', '--stick', world.stick];
    expect((await world.machine('alice').run('propose', 'genesis', '--keyset', 'a..b', ...words)).status).not.toBe(0);
  });
});

describe('what goes out', () => {
  test('goes out although one file of it cannot, and the visit says which', async () => {
    const world = proposedWorld.fork();
    const second = world.folder('/second');
    world.folder(proposalOf(proposed).replace('/stick', second)); // something in the place of the proposal
    const words = ['--keyset', 'other', '--members', 'alice,bob', '--threshold', '2', '--key', 'main:ed25519'];
    const other = await world.propose('alice', 'genesis', ...words);
    const ran = await world.machine('alice').run('next', '--stick', second);
    expect(ran.json.error).toMatchObject({ code: 'STICK_BLOCKED', changed: true });
    const out = [...world.memory.files().keys()].filter((path) => path.startsWith(second));
    for (const { ceremony } of [proposed, other])
      expect(out.some((path) => path.startsWith(`${second}/conclave/${ceremony.slice(0, 16)}/`))).toBe(true);
    expect(out).toContain(`${second}/conclave/other-genesis-${other.ceremony.slice(0, 16)}.proposal`);
  });
});

describe('what comes in', () => {
  test('is a damaged proposal, not one for other people, where its age header has too many recipients', async () => {
    const world = proposedWorld.fork();
    const { recipient } = (await world.machine('bob').run('card')).json;
    const sealed = await encryptTo(Array(65).fill(recipient), new Uint8Array(100));
    const file = wrapProposal(fromHex('ab'.repeat(32)) as Uint8Array, sealed);
    writeNamed(world.fs, openStick(world.fs, world.stick), 'flood.proposal', file);
    const { json } = await world.machine('bob').run('next', '--stick', world.stick);
    expect(json.rejected).toEqual([
      { file: 'conclave/flood.proposal', reason: expect.stringMatching(/^damaged: its age header/) },
    ]);
    expect(json.synced.in).toBeGreaterThan(0);
  });

  test('leaves a card alone where the roster is full, and takes in everything else', async () => {
    const world = proposedWorld.fork();
    await world.arrive('erin');
    world
      .machine('bob')
      .look((vault) =>
        vault.commit((state) => ({ ...state, roster: Array<Uint8Array>(mostCards).fill(state.card.file) })),
      );
    const { json } = await world.machine('bob').run('next', '--stick', world.stick);
    expect(json.rejected).toContainEqual({
      file: 'conclave/erin.card',
      reason: expect.stringMatching(/^erin: the roster is full/),
    });
    expect(json.ceremonies).toHaveLength(1);
  });

  test('writes the vault once for all cards of a visit', async () => {
    const world = proposedWorld.fork();
    await world.machine('zoe').ok('init', '--name', 'zoe');
    let writes = 0;
    const fs = { ...world.fs };
    const rename = fs.rename;
    fs.rename = (from, to) => {
      if (to === '/home/zoe/state') writes++;
      rename(from, to);
    };
    await world.machine('zoe').runWith({ fs }, 'next', '--stick', world.stick);
    expect((await world.machine('zoe').run('roster', 'list')).json.cards).toHaveLength(3);
    expect(writes).toBe(1);
  });
});
