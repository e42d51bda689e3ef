import { describe, expect, it } from 'vitest';
import { awaited } from '../../src/ceremony/awaited.ts';
import { statusText } from '../../src/report/status-text.ts';
import { Ceremony, type Person, people } from '../ceremony/committee.ts';

const cast = Object.values(people('status text', 'alice', 'bob', 'carol', 'dave'));
const [alice, bob, carol] = cast as [Person, Person, Person, Person];
const genesis = new Ceremony({ cast, members: cast, threshold: 2 }).run();

/** All have accepted, and these have not signed turn 0. */
function stranded(...gone: readonly string[]): Ceremony {
  for (const person of cast) person.votes.length = 0;
  const ceremony = new Ceremony({ cast, parent: genesis.link, members: cast, threshold: 2, dealers: [1, 2, 3] });
  return ceremony.run((who, duty) => duty === 'close' || (duty === 'activate' && gone.includes(who)));
}

/** What `status` prints, its lines joined. */
function shown({ view }: Ceremony): string {
  const here = { kind: 'nothing', says: '', command: null } as const;
  const kept: never[] = [];
  const board = { keyset: 'treasury', view, over: null, me: alice.identity, phrase: '', consented: false, damaged: [] };
  return statusText({ ...board, kept, here, nextStop: null })
    .join(' ')
    .replace(/\s+/g, ' ');
}

describe('what status offers where somebody is not seen', () => {
  it('is a later turn without them, only if they are gone for good', () => {
    const said = shown(stranded('dave'));
    expect(said).toContain('only if dave is gone for good: at alice: conclave reprove --signers alice,bob,carol');
  });

  it('says of whom it speaks where several are missing', () => {
    const two = shown(stranded('carol', 'dave'));
    expect(two).toContain('only if carol is gone for good: at alice: conclave reprove --signers alice,bob,dave');
    expect(two).toContain('only if dave is gone for good: at alice: conclave reprove --signers alice,bob,carol');
    const more = shown(stranded('bob', 'carol', 'dave'));
    expect(more).toContain('only if bob (carol and dave likewise) is gone for good: at alice: conclave reprove');
  });

  it('is, once a later turn was called for, what that still misses, and counts on nobody whom it declared lost', () => {
    const ceremony = stranded('dave');
    ceremony.reprove(alice, [alice, bob, carol]);
    expect(awaited(ceremony.view)).toEqual(['alice', 'bob', 'carol']);
    const said = shown(ceremony);
    expect(said).toContain('not seen here: the part in a later turn of alice, bob and carol');
    expect(said).not.toContain('the activation of');
    expect(said).not.toContain('--signers alice,bob,carol');
    for (const [, signers] of said.matchAll(/--signers (\S+)/g)) expect(signers).not.toContain('dave');
    expect(said).toContain('only if alice (bob and carol likewise) is gone for good: at bob: conclave reprove');
    for (const who of [alice, bob]) ceremony.answer(who);
    expect(shown(ceremony)).toContain('only if carol is gone for good: at alice: conclave reprove --signers alice,bob');
  });
});
