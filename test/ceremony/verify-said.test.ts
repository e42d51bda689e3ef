import { describe, expect, it } from 'vitest';
import { toHex } from '../../src/bytes/hex.ts';
import { writeExport } from '../../src/ceremony/export.ts';
import type { Link } from '../../src/ceremony/succession.ts';
import { type Asked, type Verification, verifyExport } from '../../src/ceremony/verify.ts';
import { Ceremony, type Person, people, type Wish } from './committee.ts';

/* What a verification says of a whole file, and in which order: of one key, one handover, a drill and two plans beside it. */

const cast = Object.values(people('verify said', 'alice', 'bob', 'carol', 'dave'));
const [alice, bob, carol, dave] = cast as [Person, Person, Person, Person];
const zero = new Ceremony({ cast, members: [alice, bob, carol], threshold: 2 }).run();
const handover = (facts: Wish['facts'] = {}, more: Partial<Wish> = {}) => {
  for (const person of cast) person.votes.length = 0;
  const wish = { cast, parent: zero.link, members: [alice, bob, dave], threshold: 2, dealers: [1, 2], ...more };
  return new Ceremony({ ...wish, facts });
};
const one = handover().run();
const drill = handover(
  { kind: 'drill', dealers: [], new: [], signers: [1, 2], weak: [], keyset: 'drilled' },
  { members: [] },
).run();
const begun = handover({ reason: 'begun', keyset: 'never' });
const verified = (ceremonies: readonly Ceremony[], links: readonly Link[] = [], asked: Asked = {}): Verification =>
  verifyExport(
    writeExport(
      ceremonies.map(({ view }) => view),
      links,
    ),
    asked,
  );
const said = ({ checks }: Verification) =>
  Object.fromEntries(
    checks.flatMap(({ check, ok, open, detail, ceremony }) =>
      ceremony === null ? [[check, `${ok ? '+' : open ? '?' : '!'} ${detail}`]] : [],
    ),
  );
const about = (verification: Verification, name: string, ceremony: Ceremony): string => {
  const found = verification.checks.find(({ check, ceremony: of }) => check === name && of === ceremony.plan.ceremony);
  return `${found?.ok ? '+' : found?.open ? '?' : '!'} ${found?.detail}`;
};
const short = ({ plan }: Ceremony) => plan.ceremony.slice(0, 16);

describe('a verification says', () => {
  it('what is in the file, and what follows from all of it', () => {
    const verification = verified([zero, one, drill, begun], [zero.link, one.link], {
      expectEpoch: 1,
      head: one.link.proven.id,
      key: one.link.proven.keys[0]?.publicKey as Uint8Array,
    });
    expect(said(verification)).toEqual({
      file: `+ 4 ceremonies, ${[zero, one, drill, begun].reduce((sum, { packets }) => sum + packets.length, 0)} packets, 2 links of the succession`,
      proposals: '+ each is signed by its proposer, and its plan may be followed',
      keyset: expect.stringMatching(/^\+ /),
      succession: expect.stringMatching(/^\+ /),
      records: '+ with the ceremony that made it: epoch 0, 1',
      key: '+ it is main (ristretto255), and signed every committee in this file: epoch 0, 1',
      'expect-epoch': '+ the latest epoch in this file is 1, as expected',
      head: '+ the descriptor of epoch 1 is the one that was named',
      across: '+ nobody voted for two things in one place',
    });
    expect(about(verification, 'outcome', one)).toBe(`+ reshare ${short(one)}: epoch 1 is proven (complete)`);
    expect(about(verification, 'outcome', drill)).toBe(`+ drill ${short(drill)} of epoch 0: complete`);
    expect(about(verification, 'outcome', begun)).toBe(
      `? reshare ${short(begun)}: proposed, NOT PROVEN in this file: epoch 1 does not follow from it`,
    );
    const none = verified([], [zero.link]);
    expect(said(none)).toMatchObject({
      file: '+ 0 ceremonies, 0 packets, 1 link of the succession',
      proposals: '+ there is none',
    });
    expect(said(verified([begun]))).toMatchObject({ file: '+ 1 ceremony, 1 packet, 0 links of the succession' });
  });

  it('the ceremonies by epoch, those that move shares first, and then by number', () => {
    const others = [1, 2, 3].map((number) => handover({ ticket: `number ${number}` }));
    const order = verified([drill, ...others, one, zero], [zero.link]).ceremonies.map(({ plan }) => plan.ceremony);
    const later = [one, ...others].map(({ plan }) => plan.ceremony).sort();
    expect(order).toEqual([zero.plan.ceremony, drill.plan.ceremony, ...later]);
  });

  it('the name that was used where something was proven, or that a plan gives where nothing else is here', () => {
    expect(verified([zero, begun], [zero.link]).name).toBe('treasury');
    expect(verified([drill]).name).toBe('drilled');
    expect(verified([begun]).name).toBeNull();
    const first = new Ceremony({ cast, members: [alice, bob], threshold: 2, facts: { keyset: 'first' } });
    expect(verified([first]).name).toBe('first');
    expect(verified([], [zero.link]).name).toBeNull();
  });

  it('whether anything in it is of a rehearsal, by its links as by its plans', () => {
    const first = new Ceremony({ cast, members: [alice, bob], threshold: 2 });
    expect([verified([], [zero.link]), verified([first]), verified([])].map(({ rehearsal }) => rehearsal)).toEqual([
      true,
      true,
      false,
    ]);
  });

  it('what whoever asks knows better, and why', () => {
    const asked = (more: Asked, ...rest: Parameters<typeof verified>) => {
      const all = said(verified(rest[0], rest[1], more));
      return all.key ?? all.head ?? all['expect-epoch'];
    };
    const key = one.link.proven.keys[0]?.publicKey as Uint8Array;
    const first = new Ceremony({ cast, members: [alice, bob], threshold: 2 });
    expect(asked({ key }, [first])).toBe('! nothing in this file is proven by any key');
    expect(asked({ key: new Uint8Array(32) }, [zero], [zero.link])).toBe('! not a key of this keyset at epoch 0');
    expect(asked({ expectEpoch: 3 }, [first])).toBe('! epoch 3 was expected, and no epoch is proven in this file');
    expect(asked({ expectEpoch: 1 }, [zero], [zero.link])).toBe(
      '! the latest epoch in this file is 0, and 1 was expected: the file is not the newest, or was cut short',
    );
    expect(asked({ expectEpoch: 0 }, [one], [zero.link, one.link])).toBe(
      '! the latest epoch in this file is 1, and 0 was expected: the keyset has gone on since',
    );
    expect(asked({ head: key }, [first])).toBe('! this file has no one latest descriptor');
    expect(asked({ head: key }, [zero], [zero.link])).toBe(
      `! the descriptor of epoch 0 is another: ${toHex(zero.link.proven.id)}`,
    );
    const fork = handover({ reason: 'a fork' }).run();
    expect(asked({ key }, [one, fork], [zero.link])).toBe('! nothing in this file is proven by any key');
    expect(said(verified([one, fork], [zero.link])).across).toBe('! alice, bob voted for two things in one place');
  });

  it('what did not come through the door, and who is at fault where it came to nothing', () => {
    const ceremony = handover({ reason: 'spoiled' }).before('deal');
    for (const who of [bob, alice]) {
      const body = ceremony.dealBody(who);
      ceremony.say(who, 'deal', { ...body, boxes: body.boxes.toReversed() });
    }
    const verification = verified([ceremony]);
    const of = (who: Person) => `${who.name} (PROOF_INVALID; identity ${who.identity.slice(0, 16)})`;
    expect(about(verification, 'outcome', ceremony)).toBe(
      `! reshare ${short(ceremony)}: ${ceremony.view.phase}, NOT PROVEN in this file: epoch 1 does not follow from it; at fault: ${of(alice)}, ${of(bob)}`,
    );
    const refused = handover({ reason: 'refused' });
    refused.refuse(dave, 'receiver');
    expect(verified([refused]).valid).toBe(true);
    const census = handover({ kind: 'census', dealers: [], new: [], weak: [] }, { members: [] });
    expect(about(verified([census]), 'outcome', census)).toBe(`? census ${short(census)} of epoch 0: proposed`);
  });
});
