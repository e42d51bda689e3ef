import { describe, expect, it, vi } from 'vitest';
import { toHex } from '../../src/bytes/hex.ts';
import { parentPath } from '../../src/media/file-system.ts';
import { release } from '../../src/vault/release.ts';
import { reprove } from '../../src/vault/reprove.ts';
import { comeBack, founded, type Machine, type Stick } from './machine.ts';

/* Several calls for a later turn at once: what one of them comes to keeps no member from the others. */

vi.setConfig({ testTimeout: 60_000 });

const { of, stick: first } = founded('calls', 'alice', 'bob', 'carol', 'dave');
const { alice, bob, carol, dave } = of;
const all = [alice, bob, carol, dave];
const names = ['alice', 'bob', 'carol', 'dave'];
const start = comeBack(all, first);

const view = (machine: Machine, ceremony: string) => machine.run((ceremonies) => ceremonies.get(ceremony).view);
const said = (machine: Machine, slot: string) => machine.state.said.filter((one) => one.slot.startsWith(slot)).length;

/** All have accepted; dave never comes back. */
function stranded(): { stick: Stick; ceremony: string } {
  const stick = start();
  const ceremony = alice.propose(stick, { kind: 'reshare', members: names, threshold: 2 });
  for (const machine of [bob, dave, alice, bob, carol, alice, bob, carol]) machine.visit(stick);
  return { stick, ceremony };
}

function call(machine: Machine, stick: Stick, ceremony: string, signers: readonly string[]): void {
  machine.command(stick, ceremony, (ceremonies, held, moment) => {
    reprove(ceremonies, held, moment, signers, 'never seen again');
  });
}

describe('two calls at once', () => {
  it('are both answered in one visit', () => {
    const { stick, ceremony } = stranded();
    const other = new Map(stick);
    call(alice, stick, ceremony, ['alice', 'bob', 'carol']);
    call(bob, other, ceremony, ['alice', 'bob', 'carol']);
    for (const [name, file] of other) stick.set(name, file);
    expect(carol.visit(stick)).toMatchObject({ did: ['reprove', 'reprove'], holds: [] });
    expect(said(carol, 'commit ')).toBe(2);
  });

  it('leave the one that can be signed where the nonces of the other are gone', () => {
    const { stick, ceremony } = stranded();
    const other = new Map(stick);
    call(alice, stick, ceremony, ['alice', 'bob']);
    call(bob, other, ceremony, ['alice', 'bob']);
    for (const [name, file] of other) stick.set(name, file);
    const called = comeBack(all, stick);
    // each has committed to its own call alone; whichever of the two calls is looked at first
    for (const [forgets, comes] of [
      [alice, bob],
      [bob, alice],
    ] as const) {
      const again = called();
      comes.visit(again); // commits to the other call, and signs it
      forgets.run(({ vault }) => vault.commit((state) => ({ ...state, nonces: [] })));
      for (const machine of [forgets, comes, forgets, comes]) machine.visit(again);
      expect([forgets.name, view(comes, ceremony).phase]).toEqual([forgets.name, 'complete']);
    }
  });
});

describe('a contradiction that nobody decided about', () => {
  it('keeps a machine that calls for a turn from signing another one', () => {
    const { stick, ceremony } = stranded();
    call(bob, stick, ceremony, ['alice', 'bob', 'carol']);
    alice.visit(stick);
    carol.visit(stick);
    const sure = view(carol, ceremony).current.reproves[0]?.packet.body;
    for (const other of [1, 2]) carol.lie(stick, ceremony, 'reprove', { ...sure, signers: [other, 3] });
    alice.hear(stick);
    expect(view(alice, ceremony).contradictions).toMatchObject([{ member: 'carol', grave: true }]);
    call(alice, stick, ceremony, ['alice', 'bob']);
    expect(said(alice, 'sign ')).toBe(0);
    expect(alice.visit(stick)).toMatchObject({ did: [], holds: ['CONTRADICTION'] });
  });
});

describe('a member that gave the attempt up', () => {
  it('signs nothing more of it, also where its own release was lost from its folder', () => {
    const { stick, ceremony } = stranded();
    const before = new Map(stick);
    dave.command(stick, ceremony, (ceremonies, held, moment) => {
      release(ceremonies, held, moment, true, 'gone');
    });
    const { file } = dave.state.said.at(-1) as { file: Uint8Array };
    dave.run(({ vault }) => vault.commit((state) => ({ ...state }))); // what was laid down is not laid down again
    const path = [...dave.memory.files().keys()].find((one) => one.includes(toHex(file))) as string;
    dave.memory.remove(path);
    dave.memory.syncDirectory(parentPath(path));
    call(alice, before, ceremony, ['alice', 'dave']);
    expect(view(dave, ceremony).current.releases.size).toBe(0);
    dave.visit(before);
    expect(said(dave, 'commit ') + said(dave, 'sign ')).toBe(0);
  });
});
