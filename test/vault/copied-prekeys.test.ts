import { describe, expect, it, vi } from 'vitest';
import { writeCard } from '../../src/ceremony/card.ts';
import { amend } from '../../src/vault/amend.ts';
import { myCard, withCard } from '../../src/vault/identity.ts';
import { comeBack, founded } from './machine.ts';

/* A card says whose prekeys are on it, but anybody can put those of somebody else on the own one. */

vi.setConfig({ testTimeout: 60_000 });

const names = ['alice', 'bob', 'carol'];
const { of, stick: first } = founded('copied', 'alice', 'bob', 'carol');
const { alice, bob, carol } = of;
const start = comeBack([alice, bob, carol], first);
const view = (ceremony: string) => alice.run((ceremonies) => ceremonies.get(ceremony).view);

/** What alice has is a card of carol with the prekeys of bob. */
function copied(): void {
  const { signing } = carol.state;
  const [{ v: _, file: __, identity: ___, ...own }, theirs] = [myCard(carol.state) as never, myCard(bob.state)] as [
    ReturnType<typeof myCard> & { v: 1 },
    ReturnType<typeof myCard>,
  ];
  const card = writeCard({ ...own, prekeys: theirs.prekeys, serial: own.serial + 10 }, signing.secret);
  alice.run(({ vault }) => vault.commit((state) => withCard(state, card).state));
}

describe('a card with the prekeys of somebody else', () => {
  it('keeps nobody from proposing', () => {
    const stick = start();
    copied();
    const id = alice.propose(stick, { kind: 'refresh', members: names, threshold: 2 });
    expect(new Set(view(id).plan.receivers.map(({ prekey }) => prekey.join())).size).toBe(3);
  });

  it('makes no honest proposer the author of a bad amendment', () => {
    const stick = start();
    const id = alice.propose(stick, { kind: 'refresh', members: names, threshold: 2 });
    copied();
    alice.command(stick, id, (ceremonies, held, moment) => {
      amend(ceremonies, held, moment, [], 'other dealers');
    });
    expect(view(id).faults).toEqual([]);
    expect(view(id).attempts).toHaveLength(2);
  });
});
