import { describe, expect, it, vi } from 'vitest';
import { release } from '../../src/vault/release.ts';
import { comeBack, founded, type Machine, slotsOf, walk } from './machine.ts';

/* Rule 5: a proven committee is given up by as many as it takes. Whoever closes last must not take the old share with it. */

vi.setConfig({ testTimeout: 60_000 });

const names = ['alice', 'bob', 'carol'];
const { of, stick: first } = founded('salvaged', 'alice', 'bob', 'carol');
const { alice, bob, carol } = of;
const start = comeBack([alice, bob, carol], first);
const shares = (machine: Machine) => slotsOf(machine).map(({ epoch, state }) => `${epoch} ${state}`);

describe('a proven attempt that was given up by an override', () => {
  it('by enough members to be dead as well is closed on by nobody, and no old share goes', () => {
    const stick = start();
    const ceremony = alice.propose(stick, { kind: 'refresh', members: names, threshold: 2, destroy: 'ask' });
    walk([alice, bob, carol], stick);
    for (const machine of [alice, bob])
      machine.command(stick, ceremony, (ceremonies, held, moment) => {
        release(ceremonies, held, moment, true, 'the new shares cannot be read');
      });
    const last = carol.visit(stick, undefined, 'treasury@0');
    expect(shares(carol)).toEqual(['0 retired', '1 active']);
    expect(last).toMatchObject({ did: [], holds: ['SALVAGED'] });
  });

  it('by fewer than that is closed on by the others', () => {
    const stick = start();
    const ceremony = alice.propose(stick, { kind: 'refresh', members: names, threshold: 2, destroy: 'ask' });
    walk([alice, bob, carol], stick);
    alice.command(stick, ceremony, (ceremonies, held, moment) => {
      release(ceremonies, held, moment, true, 'the new share cannot be read');
    });
    expect(carol.visit(stick, undefined, 'treasury@0')).toMatchObject({ did: ['close'], holds: [] });
    expect(shares(carol)).toEqual(['1 active']);
  });
});
