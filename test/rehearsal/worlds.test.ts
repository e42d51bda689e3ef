import { beforeAll, describe, expect, test } from 'vitest';
import { toHex } from '../../src/bytes/hex.ts';
import { joinProposal, openPacket, sealPacket, wrapProposal } from '../../src/ceremony/envelope.ts';
import { writePacket } from '../../src/ceremony/packet.ts';
import { encryptTo } from '../../src/courier/age.ts';
import { writePacket as layOn, openStick, writeNamed } from '../../src/courier/stick.ts';
import { World } from '../cli/world.ts';

/*
 * A rehearsal and a real ceremony beside each other: alice and bob practise, yann and zoe mean it. Whatever of one comes
 * to a machine of the other is refused, by each of its doors.
 */

const sides = [
  { from: 'rehearsal', author: 'alice', to: 'zoe', of: 'yann', stick: '/practice', other: '/earnest' },
  { from: 'real ceremony', author: 'zoe', to: 'alice', of: 'bob', stick: '/earnest', other: '/practice' },
] as const;

let world: World;
const ceremonies: Record<string, string> = {};

beforeAll(async () => {
  world = new World('two worlds');
  for (const [stick, rehearsal, people] of [
    ['/practice', true, ['bob', 'alice']],
    ['/earnest', false, ['yann', 'zoe']],
  ] as const) {
    world.folder(stick);
    for (const who of people) await world.machine(who).runWith({ rehearsal }, 'init', '--name', who, '--stick', stick);
    const words = ['--keyset', 'treasury', '--members', people.join(','), '--threshold', '2', '--key', 'main:ed25519'];
    const { json } = await world.machine(people[1]).ok('propose', 'genesis', ...words, '--stick', stick);
    await world.machine(people[0]).run('next', '--stick', stick);
    ceremonies[people[1]] = json.ceremony;
  }
}, 60_000);

/** What one machine holds of its ceremony, and what it signs with. */
function inside(who: string) {
  return world.machine(who).look((vault) => {
    const record = vault.state.ceremonies[0];
    if (record === undefined) throw new Error(`${who} holds no ceremony`);
    return {
      record,
      packet: openPacket(record.id, record.key, vault.keptOpened(toHex(record.id))),
      state: vault.state,
    };
  });
}

async function refusals(who: string, stick: string): Promise<string[]> {
  const { json } = await world.machine(who).run('next', '--stick', stick);
  return json.rejected.map(({ file, reason }: { file: string; reason: string }) => `${file}: ${reason}`);
}

describe.each(sides)('of a $from', { timeout: 30_000 }, ({ from, author, to, of, stick, other }) => {
  test('the vault says which world it is of', async () => {
    const { json } = await world.machine(author).run('card');
    expect(json.rehearsal).toBe(from === 'rehearsal');
  });

  test('a card on the stick is refused by a machine of the other world', async () => {
    const before = (await world.machine(to).run('roster', 'list')).json.cards;
    expect(await refusals(to, stick)).toContainEqual(expect.stringMatching(`^conclave/${author}.card: .*rehearsal`));
    expect((await world.machine(to).run('roster', 'list')).json.cards).toEqual(before);
  });

  test('a card is refused by roster add as well', async () => {
    const ran = await world.machine(to).run('roster', 'add', `${stick}/conclave/${author}.card`);
    expect(ran.status).toBe(4);
    expect(ran.json.error.message).toContain('rehearsal');
  });

  test('a proposal is refused, even when it was sealed to a machine of the other world', async () => {
    const { record, packet } = inside(author);
    const { recipient } = (await world.machine(to).run('card')).json;
    const file = wrapProposal(record.id, await encryptTo([recipient], joinProposal(record.key, packet)));
    const crossed = world.folder(`/crossed-to-${to}`);
    writeNamed(world.fs, openStick(world.fs, crossed), 'treasury.proposal', file);
    expect(await refusals(to, crossed)).toEqual([
      'conclave/treasury.proposal: a rehearsal and a real ceremony cannot meet',
    ]);
  });

  test('a packet is refused, even when a member signed it and it opens under the key of the ceremony', async () => {
    const rehearsal = from === 'rehearsal';
    const { record, state } = inside(to); // who takes part in both, and mixes them up
    const header = { kind: 'note', ceremony: record.id, attempt: record.id, author: state.signing.public, at: 1 };
    const body = { kind: 'observation', text: 'hello', number: 0 };
    const lay = (says: boolean): string => {
      const packet = writePacket({ ...header, attended: true, rehearsal: says }, body, state.signing.secret);
      const sealed = sealPacket(record.id, record.key, packet, () => new Uint8Array(24).fill(says ? 1 : 2));
      const path = world.folder(`/note-of-${to}-${says}`);
      layOn(world.fs, openStick(world.fs, path), toHex(record.id), sealed);
      return path;
    };
    // beside one that says the truth, to show that nothing else is wrong with it
    const peer = to === 'zoe' ? 'yann' : 'bob';
    expect(await refusals(peer, lay(!rehearsal))).toEqual([]);
    expect(await refusals(peer, lay(rehearsal))).toEqual([
      expect.stringMatching(
        /^conclave\/[0-9a-f]{16}\/[0-9a-f]{64}\.packet: a rehearsal and a real ceremony cannot meet$/,
      ),
    ]);
  });

  test('nothing was taken in by the other world', async () => {
    const { json } = await world.machine(to).run('status');
    expect(json.ceremonies.map(({ ceremony }: { ceremony: string }) => ceremony)).toEqual([ceremonies[to]]);
    expect(await refusals(of, other)).toEqual([]);
  });
});
