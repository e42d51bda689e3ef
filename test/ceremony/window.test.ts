import { describe, expect, test } from 'vitest';
import { fromHex, toHex } from '../../src/bytes/hex.ts';
import { taggedHash, text } from '../../src/bytes/tagged-hash.ts';
import { recordDigest, windowOf } from '../../src/ceremony/window.ts';
import { anchorWords } from '../../src/report/window-text.ts';
import { Ceremony, people } from './committee.ts';

const cast = people('window', 'alice', 'bob', 'carol');
const { alice, bob, carol } = cast;
const wish = { cast: Object.values(cast), members: [alice, bob, carol], threshold: 2 };

const anchor = (place: string, digest: Uint8Array, number = 0) =>
  ({ kind: 'anchor', text: '', place, digest, number }) as const;

describe('the digest of the record', () => {
  test('never changes after the proof of life, whatever is said later', () => {
    const ceremony = new Ceremony(wish).run();
    const before = recordDigest(ceremony.view);
    expect(before.of).toBe('proof');
    ceremony.say(alice, 'note', { kind: 'observation', text: 'afterwards', number: 0 });
    ceremony.say(bob, 'refusal', { as: 'member', reason: 'too late' });
    expect(recordDigest(ceremony.view)).toEqual(before);
  });

  test('without a proof is of every packet but the notes', () => {
    const ceremony = new Ceremony(wish);
    const before = recordDigest(ceremony.view);
    expect(before.of).toBe('packets');
    ceremony.say(alice, 'note', { kind: 'observation', text: 'nothing new', number: 0 });
    expect(recordDigest(ceremony.view)).toEqual(before);
    ceremony.say(bob, 'refusal', { as: 'receiver', reason: 'no' });
    expect(recordDigest(ceremony.view)).not.toEqual(before);
  });

  test('is that of one ceremony and of no other', () => {
    const [one, two] = ['one', 'two'].map((reason) => new Ceremony({ ...wish, facts: { reason } }).run());
    expect(recordDigest(one?.view as never)).not.toEqual(recordDigest(two?.view as never));
  });
});

describe('the window', () => {
  test('has the beacon of the plan at its beginning, and is open without one', () => {
    const beacon = { source: 'drand', round: '17', value: new Uint8Array(32).fill(5) };
    expect(windowOf(new Ceremony({ ...wish, facts: { beacon } }).view).notBefore).toEqual(beacon);
    expect(windowOf(new Ceremony(wish).view)).toMatchObject({ notBefore: null, notAfter: [] });
  });

  test('has each anchor with its author and place, and says which fits this record', () => {
    const ceremony = new Ceremony(wish).run();
    const { digest } = recordDigest(ceremony.view);
    ceremony.say(alice, 'note', anchor('the gazette', digest));
    ceremony.say(bob, 'note', anchor('somewhere', new Uint8Array(32).fill(1)), { at: 77 });
    ceremony.say(bob, 'note', { kind: 'observation', text: toHex(digest), number: 1 });
    const { notAfter } = windowOf(ceremony.view);
    expect(notAfter).toHaveLength(2);
    expect(notAfter).toContainEqual(
      expect.objectContaining({ member: 'alice', place: 'the gazette', digest: toHex(digest), fits: true }),
    );
    expect(notAfter).toContainEqual(
      expect.objectContaining({ member: 'bob', at: 77, place: 'somewhere', fits: false }),
    );
  });

  test('of a proven ceremony says no more than when its deals were there: the digest is known before anybody signed', () => {
    const ceremony = new Ceremony(wish).before('accept');
    const { transcript } = ceremony.view.current;
    if (transcript === null) throw new Error('all have dealt');
    const early = taggedHash('record', ceremony.plan.id, text('proof'), transcript.descriptor.id, transcript.hash);
    ceremony.say(alice, 'note', anchor('the gazette', early));
    expect(windowOf(ceremony.view).notAfter[0]?.fits).toBe(false);
    const [found] = windowOf(ceremony.run().view).notAfter;
    if (found === undefined) throw new Error('the anchor is on record');
    expect(found.fits).toBe(true);
    expect(anchorWords(found, 'proof')).toContain('which is that of the deals');
    expect(anchorWords(found, 'packets')).not.toContain('deals');
  });

  test('an anchor of a record that has grown since does not fit it any more', () => {
    const ceremony = new Ceremony(wish);
    ceremony.say(alice, 'note', anchor('the gazette', recordDigest(ceremony.view).digest));
    expect(windowOf(ceremony.view).notAfter[0]?.fits).toBe(true);
    ceremony.say(bob, 'refusal', { as: 'receiver', reason: 'no' });
    expect(windowOf(ceremony.view).notAfter[0]?.fits).toBe(false);
    expect(fromHex(windowOf(ceremony.view).notAfter[0]?.packet ?? '')).toHaveLength(32);
  });
});
