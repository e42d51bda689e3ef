import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { pageHtml } from '../../src/report/page-html.ts';
import { pagePdf } from '../../src/report/page-pdf.ts';
import type { Transcript } from '../../src/report/transcript-json.ts';
import { transcriptPage } from '../../src/report/transcript-page.ts';
import { sheetsOf } from './pdf.ts';
import { alice, bob, close, dave, dora, first, handover, written } from './records.ts';

/** The words of an HTML page, as a reader of it sees them. */
function wordsOf(html: string): string {
  return html
    .replace(/^[\s\S]*<body>/, '')
    .replace(/<[^>]*>/g, ' ')
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&quot;', '"')
    .replaceAll('&#39;', "'")
    .replaceAll('&amp;', '&');
}

/** A command that needs two lines ends the first as a shell wants it. */
const oneLine = (text: string): string => text.replaceAll(' \\\n', '\n').replace(/\s+/g, ' ');

/** The first page of each form: of text what fits a sheet, of HTML what stands before the checks, of PDF its first sheet. */
async function firstPages(transcript: Transcript): Promise<[string, string][]> {
  const page = transcriptPage(transcript);
  return [
    ['text', oneLine(page.toString().split('\n').slice(0, 60).join('\n'))],
    ['html', oneLine(wordsOf(pageHtml(page.blocks).split('<h2')[0] as string))],
    ['pdf', oneLine(sheetsOf(await pagePdf(page.blocks))[0] as string)],
  ];
}

async function whole(transcript: Transcript): Promise<[string, string][]> {
  const page = transcriptPage(transcript);
  return [
    ['text', oneLine(page.toString())],
    ['html', oneLine(wordsOf(pageHtml(page.blocks)))],
    ['pdf', oneLine(sheetsOf(await pagePdf(page.blocks)).join('\n'))],
  ];
}

describe('the first page, in every form', () => {
  test('says what was done, why, by whom, when, that it succeeded, and what is open', async () => {
    const ceremony = handover({ reason: 'carol lost her machine', ticket: 'OPS-7', because: 'incident' }).before(
      'close',
    );
    close(ceremony, bob, { member: 'bob', state: 'wrapping-key-deleted', why: 'proven' });
    for (const [form, page] of await firstPages(written(ceremony.view))) {
      for (const fact of [
        'REHEARSAL: FOR PRACTICE ONLY',
        'hand the key to another committee (reshare), keyset treasury',
        'epoch 0 -> 1; to sign: 2 of 3 -> 2 of 2',
        ceremony.plan.ceremony,
        'carol lost her machine',
        'because: incident; ticket OPS-7',
        'proposed by alice; dealers: alice, bob',
        'approved by dora',
        'consented: alice, bob, dave, dora',
        'begun 2027-01-15 08:00 UTC',
        'proven 2027-01-15 08:00 UTC',
        "all times as the machines' clocks claimed them",
        'yes: the key signed its committee bob, dave; not all of them have closed yet',
        'dave has not closed yet',
        'alice left and has not closed: the old share there may still exist',
        'the share of carol, old member 3, was declared lost and not destroyed',
        'every new member is needed to sign',
      ])
        expect(page, `${form}: ${fact}`).toContain(fact);
    }
  });

  test('of a ceremony that failed says who was at fault, what became of the shares, and what to do', async () => {
    const ceremony = handover();
    ceremony.do(dora, 'approve');
    const body = ceremony.dealBody(alice);
    ceremony.say(alice, 'deal', { ...body, keys: [...body.keys, ...body.keys] });
    for (const [form, page] of await firstPages(written(ceremony.view))) {
      for (const fact of [
        'not yet: it is at',
        'at fault: alice',
        'DEAL_INVALID',
        'the key did not move: the committee of epoch 0 signs with its old shares',
        'nobody accepted a new share',
        'at alice: conclave propose reshare --instead-of',
      ])
        expect(page, `${form}: ${fact}`).toContain(fact);
    }
  });

  test('shows overrides, refusals, scripts, other programs and deviations in plain sight', async () => {
    const ceremony = handover().before('accept');
    ceremony.say(
      bob,
      'acceptance',
      { ...ceremony.acceptanceBody(bob), tool: { version: '9.9', digest: null } },
      { attended: false },
    );
    ceremony.say(dora, 'note', { kind: 'deviation', text: 'the camera failed', number: 0 });
    ceremony.refuse(alice, 'member');
    const transcript = written(ceremony.view, { overrides: [{ at: 5, sentence: 'go on although' }] });
    for (const [form, page] of await firstPages(transcript)) {
      for (const fact of [
        'bob, 1970-01-01 00:00 UTC: "go on although"',
        'said by a script, with nobody at the machine: bob (acceptance)',
        'ANOTHER PROGRAM than the plan names: bob',
        '1 on record, see below',
        'alice, see below',
      ])
        expect(page, `${form}: ${fact}`).toContain(fact);
    }
  });

  test('says between which dates it was, where the plan names a beacon and somebody anchored the digest', async () => {
    const plain = written(first.view);
    const { digest } = plain.record;
    const transcript: Transcript = {
      ...plain,
      notBefore: { source: 'drand', round: '4711', value: 'ab'.repeat(32) },
      notAfter: [
        { member: 'bob', at: 1_800_000_500, place: 'the Gazette of 16 January', digest, packet: digest, fits: true },
      ],
    };
    for (const [form, page] of await firstPages(transcript)) {
      for (const fact of ['round 4711 of drand', 'ab'.repeat(32), 'the Gazette of 16 January', '2027-01-15 08:08 UTC'])
        expect(page, `${form}: ${fact}`).toContain(fact);
    }
  });
});

describe('a fault on paper', () => {
  test('has its evidence, what it means, and the command that shows it to anybody', async () => {
    const ceremony = handover();
    ceremony.do(dora, 'approve');
    const body = ceremony.dealBody(alice);
    const { digest, identity } = ceremony.say(alice, 'deal', { ...body, keys: [...body.keys, ...body.keys] });
    const transcript = written(ceremony.view);
    expect(transcript.blame).toMatchObject([
      { member: 'alice', identity, fault: 'DEAL_INVALID', evidence: [{ digest, kind: 'deal', author: 'alice' }] },
    ]);
    const command = `conclave export --fault alice --ceremony ${ceremony.plan.ceremony.slice(0, 16)} --out alice.conclave`;
    for (const [form, page] of await whole(transcript))
      for (const fact of [digest, identity, command, 'a deal of the wrong shape', 'what to do'])
        expect(page.replace(' \\ ', ' ').toLowerCase(), `${form}: ${fact}`).toContain(fact.toLowerCase());
    for (const [form, page] of await whole(transcript))
      for (const line of transcript.shares) expect(page.split(line).length - 1, `${form}: ${line}`).toBe(1);
  });

  test('sends whoever waits for somebody who cannot come to what to do then', async () => {
    for (const [form, page] of await firstPages(written(handover().view)))
      expect(page, form).toMatch(/at dora: conclave next.*; if dora cannot come, see 'what to do'/);
  });

  test('tells each attempt, and why it died', () => {
    const ceremony = handover();
    ceremony.refuse(dave, 'receiver');
    const { attempts, shares, toDo } = written(ceremony.view);
    expect(attempts).toMatchObject([{ number: 0, state: 'dead', why: 'dave, who was to receive, refused' }]);
    expect(shares.at(-1)).toBe('this attempt is dead: no committee can come of it any more');
    expect(toDo.map(({ at }) => at)).toEqual([['alice']]);
  });
});

describe('what became of the shares', () => {
  test('is told share by share, from what their members signed', () => {
    const ceremony = handover().before('close');
    close(ceremony, bob, { member: 'bob', state: 'wrapping-key-deleted', why: 'proven' }, 'safe 7');
    const { shareLogs, copies } = written(ceremony.view);
    expect(shareLogs.map(({ committee, member, state }) => [committee, member, state])).toEqual([
      ['old', 'alice', 'not known: its member has not closed, so it may still exist'],
      ['old', 'bob', 'its wrapping key deleted from this medium, as its member declared'],
      ['old', 'carol', 'declared lost in the plan, which is not to say destroyed'],
      ['new', 'bob', 'active; its member has closed'],
      ['new', 'dave', 'active; its member has not closed yet'],
    ]);
    expect(shareLogs[3]?.events.map(({ event }) => event)).toEqual([
      'stored and read back, pending',
      'turn 0 signed with it: active',
      'its member closed',
    ]);
    expect(copies.invalid).toMatchObject([{ member: 'bob', label: 'safe 7' }]);
    const text = transcriptPage(written(ceremony.view)).toString();
    expect(oneLine(text)).toContain(
      'bob wrapping key deleted from this medium (declared by its member, after the proof of life)',
    );
    expect(text).not.toContain('(proven)');
    expect(transcriptPage(written(ceremony.view)).toString()).toMatch(/^WORTHLESS +bob, epoch 0 +export c1: safe 7$/m);
  });

  test("calls nobody's new share worthless before the proof of life: enough of them make the key", () => {
    const ceremony = handover().before('activate');
    const [, stored] = written(ceremony.view).shares;
    expect(stored).toBe(
      'new shares of epoch 1 were stored by bob and dave; they are not in use yet; guard them like the old ones: any 2 together make the key',
    );
  });

  test('of a ceremony without a proof of life says that every old share is in force', () => {
    const { shareLogs, coverage } = written(handover().before('activate').view);
    for (const { committee, state } of shareLogs.filter(({ member }) => member !== 'carol'))
      expect(state).toMatch(committee === 'old' ? /^in force/ : /^pending: not in use .* guarded/);
    expect(coverage?.epoch).toBe(0);
  });
});

describe('who can sign together', () => {
  test('is counted and computed again from the commitments', () => {
    expect(written(first.view).coverage).toEqual({
      epoch: 0,
      threshold: 2,
      members: 3,
      keys: 2,
      combinations: 3,
      computed: 3,
      ok: true,
      words: expect.stringContaining('any 2 of 3 can sign with all 2 keys: all 3 combinations follow'),
    });
  });
});

describe('who consented', () => {
  test('is the first word of each, by a person or through a script', () => {
    const ceremony = handover();
    ceremony.do(dora, 'approve');
    ceremony.say(alice, 'deal', ceremony.dealBody(alice), { attended: false });
    expect(written(ceremony.view).consents.map(({ member, kind, attended }) => [member, kind, attended])).toEqual([
      ['alice', 'proposal', true],
      ['dora', 'approval', true],
    ]);
  });
});

const nasty = `<script>alert(1)</script> & "quoted" \u202egnp.exe \u0007 日本`;
const nastyPage = transcriptPage(written(handover({ reason: nasty, ticket: "'><img src=x>" }).view));

describe('the HTML page', () => {
  const html = pageHtml(nastyPage.blocks);

  test('is all that there is: no script, nothing from anywhere, and a policy that lets in its own style alone', () => {
    const [, style = ''] = /<style>([\s\S]*?)<\/style>/.exec(html) ?? [];
    const hash = createHash('sha256').update(style).digest('base64');
    const [, policy = ''] = /http-equiv="Content-Security-Policy" content="([^"]*)"/.exec(html) ?? [];
    expect(policy).toBe(`default-src 'none'; style-src 'sha256-${hash}'; base-uri 'none'; form-action 'none'`);
    expect(html).not.toMatch(/<(script|img|link|iframe|object|embed|a|form|base|svg)\b/i);
    expect(html).not.toMatch(/<[^>]*\s(src|href|style|on\w+)\s*=/i);
    expect(html).not.toMatch(/url\(|@import|https?:/i);
  });

  test('bears the mark of a rehearsal on every sheet that is printed', () => {
    expect(html).toContain('@top-right { content: "REHEARSAL";');
  });

  test('shows what others wrote as they wrote it, and lets none of it be markup or turn the line around (row 24)', () => {
    expect(html).toContain(
      '&lt;script&gt;alert(1)&lt;/script&gt; &amp; &quot;quoted&quot; \\u{202e}gnp.exe \\u{7} 日本',
    );
    expect(html).toContain('&#39;&gt;&lt;img src=x&gt;');
    expect(html).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u202a-\u202e]/);
  });
});

describe('the PDF', () => {
  test('is the same bytes from the same transcript', async () => {
    const [one, two] = [await pagePdf(nastyPage.blocks), await pagePdf(nastyPage.blocks)];
    expect(Buffer.from(one).equals(Buffer.from(two))).toBe(true);
    expect(Buffer.from(one).toString('latin1')).not.toMatch(/CreationDate|ModDate/);
  });

  test('spells out what its fonts have no letter for', async () => {
    const words = oneLine(sheetsOf(await pagePdf(nastyPage.blocks)).join('\n'));
    expect(words).toContain('<script>alert(1)</script> & "quoted" \\u{202e}gnp.exe \\u{7} \\u{65e5}\\u{672c}');
  });

  test('bears the number of the ceremony, the mark of a rehearsal and its number on every sheet', async () => {
    const sheets = sheetsOf(await pagePdf(transcriptPage(written(first.view)).blocks));
    expect(sheets.length).toBeGreaterThan(2);
    sheets.forEach((sheet, at) => {
      expect(sheet).toContain(first.plan.ceremony);
      expect(sheet).toContain('REHEARSAL');
      expect(sheet).toContain(`page ${at + 1} of ${sheets.length}`);
    });
  });
});

test('a rehearsal says so at every section of the text', () => {
  const lines = transcriptPage(written(first.view)).toString().split('\n');
  const headings = lines.filter((_, at) => lines[at + 1]?.startsWith('-----'));
  expect(headings.length).toBeGreaterThan(8);
  for (const heading of headings) expect(heading).toMatch(/ REHEARSAL$/);
});

test('everybody with a part signs off, and the two who saw to it', () => {
  const text = transcriptPage(written(handover().view)).toString();
  for (const line of [
    'alice, old member 1, dealer',
    'bob, old member 2, new member 1, dealer',
    'dave, new member 2',
    'dora, approver',
    'administrator, led the ceremony',
    'internal witness, saw it',
  ])
    expect(text).toContain(`\n${line}\n`);
});
