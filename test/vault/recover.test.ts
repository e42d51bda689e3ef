import { describe, expect, it } from 'vitest';
import { manifestOf } from '../../src/ceremony/manifest.ts';
import { myCard, withCard } from '../../src/vault/identity.ts';
import { founded, Machine, type Stick, slotsOf, usableEpochs, walk } from './machine.ts';

const names = ['alice', 'bob', 'carol'] as const;

function fresh(seed: string): { alice: Machine; bob: Machine; carol: Machine; stick: Stick } {
  const { of, stick } = founded(seed, ...names);
  return { ...of, stick };
}

/** The disk of a machine is gone; the same person makes a new vault, and alice takes its card for the old one's. */
function anew(seed: string, name: string, proposer: Machine): Machine {
  const machine = new Machine(name, `${seed} again`);
  const card = myCard(machine.state);
  const others = [myCard(proposer.state)];
  proposer.run(({ vault }) => vault.commit((state) => withCard(state, card, true).state));
  machine.run(({ vault }) =>
    vault.commit((state) => others.reduce((before, other) => withCard(before, other).state, state)),
  );
  return machine;
}

/** The file of every share is gone, and the vault is there: a disk that forgot, or a hand that slipped. */
function loseShares(machine: Machine): void {
  for (const path of machine.memory.files().keys()) if (path.endsWith('.share')) machine.memory.remove(path);
}

const recover = { kind: 'recover', members: [], threshold: 2 } as const;

describe('who lost a machine', () => {
  const { alice, bob: gone, carol, stick } = fresh('lost machine');
  const bob = anew('lost machine', 'bob', alice);
  const ceremony = alice.propose(stick, { ...recover, lost: ['bob'] });
  walk([alice, bob, carol], stick);

  it('receives under a new card at the own place, and all shares make the same key', () => {
    expect(usableEpochs([alice, bob, carol])).toEqual([1]);
    for (const pair of [
      [alice, bob],
      [bob, carol],
      [alice, carol],
    ])
      expect(usableEpochs(pair)).toEqual([1]);
    expect(slotsOf(bob)).toMatchObject([{ epoch: 1, index: 2, state: 'active' }]);
  });

  it('leaves no old share behind but the lost one, which is listed as lost and not as destroyed', () => {
    for (const machine of [alice, carol]) expect(slotsOf(machine).map(({ epoch }) => epoch)).toEqual([1]);
    const { view } = alice.run((ceremonies) => ceremonies.get(ceremony));
    const manifest = manifestOf(view);
    expect(view.phase).toBe('complete');
    expect(manifest.lost).toEqual([{ name: 'bob', index: 2, returns: 'new-card' }]);
    expect(manifest.withoutShare).toEqual([]);
    expect(manifest.committee.before.map(({ becomes }) => becomes)).toEqual(['stays', 'lost', 'stays']);
    expect(manifest.committee.after.map(({ becomes }) => becomes)).toEqual(['stays', 'comes-back', 'stays']);
    expect(manifest.oldShares).toContainEqual({ member: 'bob', state: 'none', why: 'lost' });
  });

  it('has no vote and no deal of the old committee: the old identity is nobody of the plan', () => {
    const { plan, view } = alice.run((ceremonies) => ceremonies.get(ceremony));
    const old = gone.state.signing.public;
    expect(plan.participants.some(({ card }) => Buffer.from(card.signing).equals(Buffer.from(old)))).toBe(false);
    expect(plan.dealers).toEqual([1, 3]);
    expect(plan.reserves).toEqual([]);
    expect(view.current.endorsers.size).toBe(2);
    expect(gone.visit(new Map(stick)).did).toEqual([]); // a thief of the old machine cannot take part either
  });

  it('is known under the new card to everybody who consented, so that the next plan names it', () => {
    const next = carol.propose(stick, { kind: 'refresh', members: [...names], threshold: 2 });
    walk([carol, alice, bob], stick);
    expect(carol.run((ceremonies) => ceremonies.get(next).view.phase)).toBe('complete');
    expect(usableEpochs([alice, bob])).toEqual([2]);
  });
});

describe('who lost only the share', () => {
  it('receives under the same card, and the plan is not held up by the share that it declares lost', () => {
    const { alice, bob, carol, stick } = fresh('lost share');
    loseShares(bob);
    const ceremony = alice.propose(stick, { ...recover, lost: ['bob'] });
    walk([alice, bob, carol], stick);
    expect(usableEpochs([bob, carol])).toEqual([1]);
    for (const machine of [alice, bob, carol]) expect(slotsOf(machine).map(({ epoch }) => epoch)).toEqual([1]);
    const { view } = carol.run((ceremonies) => ceremonies.get(ceremony));
    expect(view.phase).toBe('complete');
    expect(manifestOf(view).lost).toEqual([{ name: 'bob', index: 2, returns: 'same-card' }]);
    expect(view.plan.holders[1]).toBeNull();
    expect(view.plan.byIdentity.get(view.plan.receivers[1]?.identity ?? '')?.oldIndex).toBeNull();
  });

  it('may propose the recovery itself', () => {
    const { alice, bob, carol, stick } = fresh('lost share, own plan');
    loseShares(bob);
    bob.propose(stick, { ...recover, lost: ['bob'] });
    walk([bob, alice, carol], stick);
    expect(usableEpochs([bob, carol])).toEqual([1]);
  });
});

describe('a share that a plan declares lost and that is here', () => {
  it('stops the machine that has it, before it consents, and the refusal of that machine ends the plan', () => {
    const { alice, bob, carol, stick } = fresh('not lost');
    const ceremony = alice.propose(stick, { ...recover, lost: ['bob'] });
    expect(bob.visit(stick)).toMatchObject({ did: [], holds: ['SHARE_NOT_LOST'] });
    walk([alice, bob, carol], stick);
    expect(usableEpochs([alice, bob, carol])).toContain(0);
    bob.refuse(stick, ceremony, 'my share is here');
    walk([alice, bob, carol], stick);
    expect(alice.run((ceremonies) => ceremonies.get(ceremony).view.phase)).toBe('aborted');
    alice.propose(stick, { kind: 'refresh', members: [...names], threshold: 2 });
    walk([alice, bob, carol], stick);
    expect(usableEpochs([alice, bob, carol])).toEqual([1]);
  });

  it('stops nobody who has accepted: a share that turns up then is too late to be asked for', () => {
    const { alice, bob, carol, stick } = fresh('found again');
    const shares = [...bob.copy()].filter(([path]) => path.endsWith('.share'));
    loseShares(bob);
    alice.propose(stick, { ...recover, lost: ['bob'] });
    for (const machine of [carol, alice, bob]) machine.visit(stick);
    expect(slotsOf(bob).map(({ epoch }) => epoch)).toContain(1);
    for (const [path, bytes] of shares) bob.memory.put(path, bytes, 0o600);
    walk([alice, bob, carol], stick);
    expect(usableEpochs([alice, bob, carol])).toContain(1);
    expect(bob.visit(stick).holds).toEqual([]);
  });
});

describe('a reshare in which somebody is declared lost', () => {
  it('needs no card of who does not come back', () => {
    const { alice, carol, stick } = fresh('leaves as lost');
    const dave = new Machine('dave', 'leaves as lost');
    const card = myCard(dave.state);
    alice.run(({ vault }) =>
      vault.commit((state) => {
        const known = withCard(state, card).state;
        const bob = known.roster.findIndex((file) => Buffer.from(file).includes('bob'));
        return { ...known, roster: known.roster.filter((_, at) => at !== bob) };
      }),
    );
    const wish = { kind: 'reshare', members: ['alice', 'carol', 'dave'], threshold: 2 } as const;
    expect(() => alice.propose(stick, wish)).toThrow('no card of old member bob');
    const ceremony = alice.propose(stick, { ...wish, lost: ['bob'] });
    walk([alice, carol, dave], stick);
    expect(usableEpochs([carol, dave])).toEqual([1]);
    const { view } = alice.run((ceremonies) => ceremonies.get(ceremony));
    expect(manifestOf(view).withoutShare).toEqual([{ name: 'bob', index: 2, why: 'lost', oldShare: null }]);
  });

  it('goes below a majority only where a sentence was typed, and never below the threshold', () => {
    const { of, stick } = founded('below', 'alice', 'bob', 'carol', 'dave');
    const { alice, bob, carol, dave } = of;
    alice.propose(stick, { kind: 'reshare', members: ['alice', 'bob', 'carol', 'dave'], threshold: 2 });
    walk([alice, bob, carol, dave], stick);
    const wish = { ...recover, lost: ['carol', 'dave'] };
    expect(() => alice.propose(stick, wish)).toThrow('2 of 4 old members are left');
    expect(() => alice.propose(stick, { ...wish, lost: ['bob', 'carol', 'dave'] })).toThrow('nobody can hand over');
    for (const machine of [carol, dave]) loseShares(machine);
    const ceremony = alice.propose(stick, { ...wish, belowQuorum: 'we are two' });
    walk([alice, bob, carol, dave], stick);
    const { plan, view } = alice.run((ceremonies) => ceremonies.get(ceremony));
    expect(plan.weak).toEqual(['minority-signs', 'below-quorum']);
    expect(view.phase).toBe('complete');
    expect(usableEpochs([carol, dave])).toEqual([2]);
  });
});
