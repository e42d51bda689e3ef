import { ed25519 } from '@noble/curves/ed25519.js';
import { schnorr } from '@noble/curves/secp256k1.js';
import { describe, expect, test } from 'vitest';
import { fromHex, toHex } from '../../src/bytes/hex.ts';
import { checksOf } from '../../src/ceremony/checks.ts';
import { manifestOf } from '../../src/ceremony/manifest.ts';
import { manifestText } from '../../src/report/manifest-text.ts';
import { checksText, transcriptText } from '../../src/report/transcript-text.ts';
import { Ceremony, type Person, people, ristretto } from '../ceremony/committee.ts';
import { alice, bob, close, dave, dora, everybody, first, four, handover, written } from './records.ts';

describe('the transcript as data', () => {
  test('holds proofs of life that plain verifiers take, with the names that scripts were promised', () => {
    const { proofOfLife, v } = written(first.view);
    expect(v).toBe(1);
    expect(proofOfLife.map(({ label, suite }) => [label, suite])).toEqual([
      ['main', 'secp256k1-tr'],
      ['sol', 'ed25519'],
    ]);
    const [main, sol] = proofOfLife.map((one) => ({
      publicKey: fromHex(one.publicKey) as Uint8Array,
      message: fromHex(one.message) as Uint8Array,
      signature: fromHex(one.signature) as Uint8Array,
    }));
    if (main === undefined || sol === undefined) throw new Error('two keys');
    expect(main.message).toHaveLength(32);
    expect(schnorr.verify(main.signature, main.message, main.publicKey.subarray(1))).toBe(true);
    expect(ed25519.verify(sol.signature, sol.message, sol.publicKey, { zip215: false })).toBe(true);
  });

  test('survives JSON as it is', () => {
    const transcript = written(first.view);
    expect(JSON.parse(JSON.stringify(transcript))).toEqual(transcript);
  });

  test('says that it is not over, and who owes what', () => {
    const begun = written(handover().view);
    expect(begun.outcome).toEqual({
      succeeded: false,
      says: 'not yet: it is at proposed, and waits for dora',
      open: ['dora owes: approve'],
    });
    expect(begun.proofOfLife).toEqual([]);
    expect(begun.claimed.proven).toBeNull();
  });

  test('says that it was given up, and by whom', () => {
    const ceremony = handover();
    ceremony.refuse(dave, 'receiver');
    expect(written(ceremony.view).outcome).toEqual({
      succeeded: false,
      says: 'no: dave, who was to receive, refused',
      open: ['what it was to do is not done: that takes another attempt or another ceremony'],
    });
  });

  test('keeps open what somebody still has to do or has to live with, also when all is proven', () => {
    const ceremony = handover().before('close');
    expect(written(ceremony.view).outcome).toEqual({
      succeeded: true,
      says: 'yes: the key signed its committee bob, dave; not all of them have closed yet',
      open: [
        'bob has not closed yet',
        'dave has not closed yet',
        'alice left and has not closed: the old share there may still exist',
        'the share of carol, old member 3, was declared lost and not destroyed',
      ],
    });
    close(ceremony, bob, { member: 'bob', state: 'kept', why: 'no-backups' }, 'safe 7');
    close(ceremony, dave, { member: 'dave', state: 'none', why: 'joiner' });
    close(ceremony, alice, { member: 'alice', state: 'wrapping-key-deleted', why: 'proven' });
    expect(written(ceremony.view).outcome).toEqual({
      succeeded: true,
      says: 'yes: the key signed its committee bob, dave, and each of them has closed',
      open: [
        'the share of carol, old member 3, was declared lost and not destroyed',
        'the old share of bob was kept (no-backups)',
        'export c1 "safe 7" of bob, epoch 0, is worthless now: destroy it and record that',
      ],
    });
  });

  test('does not say that it succeeded when a check failed', () => {
    const ceremony = handover().before('close');
    const body = ceremony.closingBody();
    ceremony.say(dave, 'closing', { ...body, transcript: new Uint8Array(32) });
    const { outcome } = written(ceremony.view);
    expect(outcome).toMatchObject({
      succeeded: false,
      says: 'no: there is a proof of life, but not every check holds',
    });
    expect(outcome.open[0]).toBe('the check of closings failed: something else is closed on by dave');
  });

  test('names weak shapes, what was overridden, who spoke through a script, and which machines ran another program', () => {
    const sentence = 'yes, with the two of us';
    const cards = [alice, bob].map(({ card }) => card);
    const ceremony = new Ceremony({
      cast: everybody,
      members: [alice, bob],
      threshold: 2,
      parent: four.link,
      dealers: [1, 2],
      facts: {
        belowQuorum: sentence,
        cards: cards.map(({ file }) => file),
        old: [{ card: 0 }, { card: 1 }, { card: null }, { card: null }],
        new: cards.map(({ prekeys }, at) => ({ card: at, prekey: prekeys[0] as Uint8Array })),
      },
    }).before('accept');
    ceremony.say(bob, 'acceptance', ceremony.acceptanceBody(bob), { attended: false });
    const other = { version: '9.9', digest: null };
    ceremony.say(alice, 'acceptance', { ...ceremony.acceptanceBody(alice), tool: other });
    const transcript = written(ceremony.view, { overrides: [{ at: 5, sentence: 'go on although' }] });
    expect(transcript.weak.map(({ shape }) => shape)).toEqual(['all-must-sign', 'few-spares', 'below-quorum']);
    expect(transcript.overrides).toMatchObject([
      { member: 'alice', sentence },
      { member: 'bob', at: 5, sentence: 'go on although' },
    ]);
    expect(transcript.unattended).toEqual([{ member: 'bob', kinds: ['acceptance'] }]);
    expect(transcript.tools.members).toMatchObject([
      { member: 'alice', version: '9.9', same: false },
      { member: 'bob', same: true },
    ]);
    const text = transcriptText(transcript);
    for (const words of ['every new member is needed to sign', sentence, 'bob (acceptance)', 'ANOTHER: conclave 9.9'])
      expect(text).toContain(words);
  });

  test('counts deviations, and keeps dissent', () => {
    const ceremony = handover();
    ceremony.say(dora, 'note', { kind: 'deviation', text: 'the camera failed', number: 0 });
    ceremony.say(dora, 'note', { kind: 'observation', text: 'rain', number: 1 });
    ceremony.refuse(alice, 'member');
    const transcript = written(ceremony.view);
    expect(transcript.deviations).toBe(1);
    expect(transcript.dissent).toMatchObject([{ member: 'alice', as: 'member', reason: 'no' }]);
    const text = transcriptText(transcript);
    expect(text).toContain('deviations   1 on record');
    expect(text).toMatch(/deviation {4}dora 1, .*: the camera failed/);
  });
});

describe('the transcript on paper', () => {
  const long = `${'a reason that goes on and on '.repeat(20)}\u001b[31mred\r\nSUCCEEDED    yes 日本語${'語'.repeat(60)}`;
  const ceremony = handover({ reason: long, ticket: `T-${'9'.repeat(150)}` }).before('close');
  ceremony.say(alice, 'note', { kind: 'observation', text: `${'x'.repeat(300)}\u202e\ttab`, number: 0 });
  close(ceremony, bob, { member: 'bob', state: 'kept', why: 'no-backups' }, 'in a \u0007 safe '.repeat(20));
  const transcript = written(ceremony.view, { damaged: [`${'f'.repeat(64)}.packet`] });
  const text = transcriptText(transcript);

  test('is nowhere wider than 80 columns, nor is the manifest', () => {
    // wide characters count twice
    const width = (line: string) =>
      [...line].reduce((sum, c) => sum + (/[\u4e00-\u9fff\u3040-\u30ff]/.test(c) ? 2 : 1), 0);
    for (const line of [
      ...text.split('\n'),
      ...manifestText(transcript).split('\n'),
      ...transcriptText(written(first.view)).split('\n'),
    ]) {
      expect(width(line), line).toBeLessThanOrEqual(80);
      expect(line).toBe(line.trimEnd());
    }
  });

  test('shows what others wrote without letting it move the cursor or begin a line (row 24)', () => {
    expect(text).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e]/);
    expect(text).toContain('\\u{1b}');
    expect(text).not.toMatch(/^SUCCEEDED {4}yes/m);
  });

  test('answers on its first page what, why, by whom, when, whether it succeeded, and what is open', () => {
    const page = transcriptText(written(first.view)).split('\n').slice(0, 40).join('\n');
    for (const label of ['what', 'why', 'by whom', 'when', 'succeeded', 'still open'])
      expect(page).toMatch(new RegExp(`^${label} {2}`, 'm'));
    expect(page).toContain('REHEARSAL: FOR PRACTICE ONLY');
    expect(page).toContain('succeeded    yes: the key signed its committee alice, bob, carol');
  });

  test('shows every check, every packet, every proof, and what only this machine can say', () => {
    const whole = transcriptText(written(first.view));
    expect(whole).toContain('1 one  2 two  3 three  4 four');
    for (const { check } of checksOf(first.view)) expect(whole).toMatch(new RegExp(`^ok +${check}`, 'm'));
    for (const { digest } of first.view.packets) expect(whole).toContain(digest);
    const unwrapped = whole.replaceAll(/\n {13}/g, '');
    for (const signature of first.link.signatures) expect(unwrapped).toContain(toHex(signature));
    expect(whole).toContain('epoch 1: share active');
    expect(whole).toContain('by a person');
    expect(text).toContain('damaged');
  });

  test('shows every packet by attempt where there are several, in each by kind, and then as clocks claim', () => {
    const packets = (ceremony: Ceremony): string[] =>
      (transcriptText(written(ceremony.view)).split(/\nEVERY PACKET[^\n]*\n/)[1] ?? '').split('\n');
    const three = Object.values(people('attempts', 'ann', 'ben', 'cid'));
    const [ann, ben, cid] = three as [Person, Person, Person];
    const made = new Ceremony({ cast: three, members: three, threshold: 2 }).run();
    expect(packets(made).filter((line) => line.startsWith('attempt'))).toEqual([]);
    const twice = new Ceremony({
      ...{ cast: three, members: three, threshold: 2, parent: made.link, dealers: [1, 2] },
      facts: { reserves: [3] },
    });
    for (const who of [cid, ben, ann]) twice.do(who, 'endorse');
    twice.amend(ann, ['ben']);
    twice.do(cid, 'refuse');
    twice.do(ann, 'endorse');
    const second = toHex(twice.view.current.attempt.id);
    expect(second).not.toBe(twice.plan.ceremony);
    const shown = packets(twice).map((line) =>
      /^(attempt +[0-9a-f]{8}|[a-z]+ +\w+)/.exec(line)?.[1]?.replace(/ +/, ' '),
    );
    const first = shown.slice(shown.indexOf(`attempt ${twice.plan.ceremony.slice(0, 8)}`)).filter(Boolean);
    expect(first.slice(0, 9)).toEqual([
      `attempt ${twice.plan.ceremony.slice(0, 8)}`,
      ...['proposal ann', 'refusal cid', 'amendment ann', 'endorsement cid', 'endorsement ben', 'endorsement ann'],
      `attempt ${second.slice(0, 8)}`,
      'endorsement ann',
    ]);
  });

  test('of many keys says how many more the JSON has', () => {
    const many = Array.from({ length: 45 }, (_, at) => ({
      ...(ristretto[0] as (typeof ristretto)[number]),
      label: `k${at}`,
    }));
    const two = new Ceremony({ cast: everybody, members: [alice, bob], threshold: 2, keys: many });
    expect(transcriptText(written(two.view))).toContain('and 5 more keys');
    expect(manifestText(written(two.view))).toContain('and 5 more keys');
  });

  test('has faults and contradictions with their packets', () => {
    const bad = handover();
    bad.do(dora, 'approve');
    const body = bad.dealBody(alice);
    const { digest } = bad.say(alice, 'deal', { ...body, keys: [...body.keys, ...body.keys] });
    bad.refuse(bob, 'dealer');
    bad.say(bob, 'deal', bad.dealBody(bob));
    const shown = transcriptText(written(bad.view));
    expect(shown).toContain('fault of alice: DEAL_INVALID');
    expect(shown).toContain(digest);
    expect(shown).toContain('fault of bob: CONTRADICTION');
    expect(shown).toMatch(/^NOT OK {2}deals/m);
  });

  test('of the checks alone is what a verification shows', () => {
    const lines = checksText(checksOf(first.view)).trimEnd().split('\n');
    expect(lines.filter((line) => line.startsWith('ok'))).toHaveLength(checksOf(first.view).length);
  });
});

describe('what a member wrote', () => {
  test('begins no line of a text, and so cannot pose as a section of it', () => {
    const filler = '_'.repeat(80);
    const prose = `x ${filler} SIGNED OFF ${'-'.repeat(80)} succeeded    yes ${filler}`;
    const ceremony = handover().before('close');
    close(ceremony, bob, { member: 'bob', state: 'kept', why: 'few-signers' }, prose);
    const certificate = (ceremony.view.current.certificate?.acceptances ?? []).map(
      ({ packet }) => fromHex(packet.digest) as Uint8Array,
    );
    ceremony.say(bob, 'reprove', { number: 1, certificate, signers: [1, 2], reason: prose });
    ceremony.say(bob, 'note', { kind: 'observation', text: prose, number: 0 });
    for (const page of [transcriptText(written(ceremony.view)), manifestText(manifestOf(ceremony.view))]) {
      expect(page.split('\n').filter((line) => line.includes('SIGNED OFF')).length).toBeGreaterThan(2);
      expect(page.split('\n').filter((line) => /^(SIGNED OFF$|succeeded yes|_{9})/.test(line))).toEqual([]);
    }
  });
});
