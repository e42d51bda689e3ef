import { movesShares } from '../ceremony/plan.ts';
import { type WeakShape, weakShapeWords } from '../ceremony/weak-shapes.ts';
import { deedWords } from './deed-words.ts';
import { type Named, namesSection, withName } from './name-sheet.ts';
import { Page } from './page.ts';
import { beaconJson } from './plan-json.ts';
import { kindWords } from './plan-text.ts';
import { type Script, type ScriptPart, type ScriptVisit, typedPath } from './script.ts';
import { claimedTime } from './time.ts';
import { beaconWords } from './window-text.ts';

/*
 * Scripts on paper, one for each role. A step has a box to tick, what is typed exactly, what the screen then says, and
 * room for the time and for initials.
 */

const initials = 'time ___:___   initials _______   witness _______';

/** All of them, or the one of a role or member. */
export function scriptPage(script: Script, only: string | null, sheet: readonly Named[] = []): Page {
  const page = new Page();
  const mark = script.plan.rehearsal ? 'REHEARSAL: FOR PRACTICE ONLY' : '';
  page.title('CONCLAVE SCRIPT', mark, script.ceremony === null ? '' : `ceremony ${script.ceremony}`);
  if (script.over)
    page.text(
      `THE CEREMONY IS OVER: the new committee has closed. What is left is for ${script.visits.map(({ member }) => member).join(', ')} alone.`,
      'good',
    );
  whatFor(page, script);
  namesSection(
    page,
    script.plan.participants.map(({ name }) => name),
    sheet,
  );
  if (only === null || only === 'administrator') administrator(page, script);
  if (only === null || only === 'witness') witness(page, script);
  for (const part of script.parts) if (only === null || only === part.member) custodian(page, script, part, sheet);
  return page;
}

function whatFor(page: Page, { plan, keyset, ceremony, already }: Script): void {
  const parent = plan.parent?.proven ?? null;
  const size = plan.receivers.length || (parent?.members.length ?? 0);
  const from = parent === null || !movesShares(plan) ? '' : `${parent.threshold} of ${parent.members.length} -> `;
  page.row('what', `${kindWords[plan.kind]} (${plan.kind}), keyset ${keyset}`);
  const epoch = movesShares(plan)
    ? `${plan.epoch.from ?? 'none'} -> ${plan.epoch.to}`
    : `${plan.epoch.to}, which stays`;
  page.row('', `epoch ${epoch}; to sign: ${from}${plan.threshold} of ${size}`);
  const held = (parent?.members ?? []).map(
    (member, at) => `${at + 1} ${plan.holders[at]?.name ?? `${member.name} (LOST)`}`,
  );
  if (held.length > 0) page.row('holds it now', held.join(', '));
  if (movesShares(plan))
    page.row('will hold it', plan.receivers.map(({ newIndex, name }) => `${newIndex} ${name}`).join(', '));
  if (plan.signers.length > 0) page.row('signs', plan.signers.map(({ name }) => name).join(', '));
  page.rows(
    'WEAK',
    plan.weak.map((shape) => weakShapeWords[shape as WeakShape] ?? shape),
    'open',
  );
  page.row('ceremony', ceremony ?? 'not proposed yet: ________________ (16 digits, from the screen)');
  if (already !== null)
    page.row('', `LOOK: the same was proposed here already, as ceremony ${already.slice(0, 16)}`, 'open');
  page.row('why', plan.reason === '' ? 'no reason was given' : plan.reason);
  page.row('', `because: ${plan.because}${plan.ticket === null ? '' : `; ticket ${plan.ticket}`}`);
  page.row('consent by', claimedTime(plan.expires));
  if (plan.beacon !== null) page.row('not before', beaconWords(beaconJson(plan.beacon)));
  page.row('place', '______________________________   date ______________');
}

function administrator(page: Page, script: Script): void {
  const { plan, visits, stick, bags, idle, done } = script;
  const number = shortNumber(script);
  page.section('script of the administrator', true);
  page.row('name', '______________________________   signature ____________________');
  page.text(
    'You carry the stick from machine to machine and see to the order. What is typed is typed by the custodian of that machine, also where it stands here.',
  );
  page.blank();
  const step = steps(page);
  step(
    'Write down who is here. Who of the plan is missing, and who else is here, goes on record at the first machine, after its first visit:',
  );
  page.command(`conclave note --kind absent --member NAME --ceremony ${number}`);
  page.command(`conclave note --kind witness --name NAME --role "internal witness" --ceremony ${number}`);
  for (const { name } of plan.participants) page.row('', `${name.padEnd(24)} here  yes / no     initials _______`);
  page.row('', `${'administrator'.padEnd(24)} ${'_'.repeat(30)}`);
  page.row('', `${'internal witness'.padEnd(24)} ${'_'.repeat(30)}`);
  if (done.length > 0) page.row('', `already done: ${done.join(', ')}`);
  if (idle.length > 0) page.row('', `in the plan with nothing to do: ${idle.join(', ')}`);
  step(script.ceremony === null ? 'The stick: new, or erased.' : 'The stick: the one on which the proposal lies.');
  page.row('', `serial number ____________________${bags ? '   in bag number ____________' : ''}`);
  const digest = plan.tool.digest;
  step(
    digest === null || digest === undefined
      ? `The program on every machine: conclave ${plan.tool.version}.`
      : `The program on every machine: conclave ${plan.tool.version}; its SHA-256 begins with ${hexStart(digest)}.`,
  );
  page.row('', initials);
  step(
    `Take the stick round, ${visits.length} visits in this order. Each says on its screen where the stick goes next; if a screen says otherwise than this page, the screen is right: write it down.`,
  );
  page.table(
    visits.map(({ number: at, member, does, consents }) => [
      String(at),
      member,
      `${consents ? 'consents; ' : ''}${does.map((duty) => shortWords[duty] ?? duty).join(', ')}`,
      '___:___',
      ...(bags ? ['________', '________'] : []),
      '______ ______',
    ]),
    ['no', 'machine', 'what is done there', 'time', ...(bags ? ['bag in', 'bag out'] : []), 'admin, witness'],
    bags ? [3, 14, 20, 7, 8, 8] : [3, 16, 32, 7],
  );
  if (bags) page.text('Bag in has to be the bag out of the line above. If it is not, stop, and tell everybody.');
  step('Whatever goes otherwise than written here goes on record at once, at the machine where it happened:');
  page.command(`conclave note "what happened" --kind deviation --ceremony ${number} --stick ${typedPath(stick)}`);
  const last = visits.at(-1)?.member;
  if (last !== undefined) {
    step(
      `The last visit, at ${last}, ends with the archive and the sign-off sheet on the stick. Print the sheet, and have it signed by all. The anchor comes later, at the same machine, and a second archive with it.`,
    );
    page.row(
      '',
      'The other machines have not seen the end yet. Who wants to see it there takes the stick once more and types:',
    );
    page.command(nextCommand(script));
    page.row('', initials);
  }
}

const shortWords: Readonly<Record<string, string>> = {
  approve: 'approves',
  endorse: 'endorses',
  deal: 'deals',
  accept: 'accepts',
  activate: 'signs the proof of life',
  close: 'closes',
  drill: 'signs the drill',
  census: 'shows its share',
  refuse: 'gives the attempt up',
  amend: 'amends',
  reprove: 'signs a later turn',
};

function witness(page: Page, script: Script): void {
  const { visits, bags, plan } = script;
  page.section('script of the internal witness', true);
  page.row('name', '______________________________   signature ____________________');
  page.text('You touch no machine. You see that what is done is what is written, and put your initials to it.');
  page.blank();
  const step = steps(page);
  step(
    'At every machine: no network cable, radio off, nobody else can see the keyboard. Nobody tells anybody a passphrase.',
  );
  page.row('', 'initials _______');
  step(`The twelve words, as ${proposerOf(script)} reads them aloud:`);
  blanks(page);
  step(
    'At each of these visits somebody consents: the words that are typed there are four of those above, and the committee on the screen is the one below.',
  );
  const consenting = visits.filter(({ consents }) => consents);
  for (const { number, member } of consenting)
    page.row('', `visit ${String(number).padStart(2)}  ${member.padEnd(24)} initials _______`);
  if (consenting.length === 0) page.row('', 'nobody: all have consented');
  step(
    movesShares(plan)
      ? 'The new committee, as every screen has to show it:'
      : 'The committee, as every screen has to show it:',
  );
  const shown = movesShares(plan)
    ? plan.receivers.map(({ newIndex, name }) => `${newIndex}  ${name}`)
    : (plan.parent?.proven.members ?? []).map(({ name }, at) => `${at + 1}  ${name}`);
  for (const line of shown) page.row('', line);
  page.row('', `${plan.threshold} of ${shown.length} sign`);
  if (bags) {
    step('Every bag: its number, and that it was whole when it was opened.');
    for (let line = 0; line < 4; line++)
      page.row('', 'bag ____________ what ____________ in / out   whole yes / no  ____');
  }
  step('What was otherwise:');
  for (let line = 0; line < 4; line++) page.row('', '_'.repeat(67));
}

function custodian(page: Page, script: Script, part: ScriptPart, sheet: readonly Named[]): void {
  const { member, seats, proposes, visits } = part;
  const { propose, bags } = script;
  const number = shortNumber(script);
  page.section(`script of ${withName(member, sheet)}, custodian`, true);
  page.row('part', seats.join(', '));
  page.row('name', '______________________________   signature ____________________');
  page.blank();
  const step = steps(page);
  page.text(
    'Type each line as it stands here. Each asks for your passphrase, which nobody else may see: wait for the prompt before you type the passphrase, since what is typed before it is shown.',
  );
  step('Your machine: take it out, look at it, start it. No cable but power; radio off.');
  page.row('', `serial number ____________________${bags ? '   out of bag number _________' : ''}`);
  if (bags) page.row('', 'whole, and with the number that you wrote down last:   yes / no');
  page.row('', initials);
  step('Type these. What they warn of is told to the administrator before you go on.');
  page.command('conclave doctor');
  page.command('conclave selftest');
  page.row('', initials);
  if (proposes && propose !== null) {
    step('Propose. Look at the plan on the screen, then confirm it. Proposing is your consent.');
    if (bags) page.row('', 'the stick comes in bag number ______________');
    page.command(propose);
    page.row('', 'ceremony ________________ (16 digits, from the screen)');
    page.row('', initials);
  }
  if (proposes) {
    const heard = script.visits.filter(({ consents }) => consents).map((visit) => visit.number);
    const when = heard.length === 0 ? '' : ` Who types them: visits ${heard.join(', ')}.`;
    step(
      `Read the twelve words aloud from your screen, slowly, for all to write down. Never send or print them.${when}`,
    );
    page.command(`conclave status --ceremony ${number}`);
    page.row('', initials);
  }
  for (const visit of visits) oneVisit(page, script, part, visit, step);
  step(`Shut the machine down and put it away${bags ? ' in a new bag' : ''}.`);
  if (bags) page.row('', 'bag number ______________   (keep it: next time it is the one "in")');
  page.row('', initials);
  if (visits.some(({ to }) => to === null)) anchoring(page, script, number, step);
}

function oneVisit(page: Page, script: Script, part: ScriptPart, visit: ScriptVisit, step: Step): void {
  const { stick, bags, plan, keyset } = script;
  const number = shortNumber(script);
  const { does, consents, from, to } = visit;
  const first = part.visits[0] === visit;
  const last = part.visits.at(-1) === visit;
  page.blank();
  step(
    `Visit ${visit.number} of ${script.visits.length}. The stick comes from ${from ?? 'the administrator'}. Plug it in.`,
  );
  if (bags) {
    page.row('', `bag number ____________   the number that was closed last:   yes / no`);
    page.command(`conclave note --kind bag --bag NUMBER --in --ceremony ${number} --stick ${typedPath(stick)}`);
  }
  page.command(nextCommand(script));
  if (script.ceremony === null) page.row('', 'Should another ceremony ask first: stop, and ask the administrator.');
  if (consents) {
    page.row('', 'The plan is shown. Compare it with the first page: who holds the key, who will, how many sign.');
    page.row(
      '',
      `${proposerOf(script)} reads twelve words aloud. Write down what you hear, then type the four that your machine asks for:`,
    );
    blanks(page);
    page.row('', 'If a word is wrong, or the plan is not this one: stop, and say so.');
  }
  if (does.includes('close') && plan.backup === 'required' && part.seats.some((seat) => seat.startsWith('new'))) {
    const copies = Math.max(1, plan.copies);
    const each = copies === 1 ? 'a copy' : `${copies} copies`;
    page.row(
      '',
      `It says that the plan wants ${each} of your new share first. Where it asks for the folder of a backup, type the folder of a medium that is plugged in, and it makes one there, under a passphrase of its own. Only where you leave that empty: make ${copies === 1 ? 'it' : 'them'} by other means, and record ${copies === 1 ? 'it' : 'each of them'}:`,
    );
    for (let copy = 0; copy < copies; copy++)
      page.command(`conclave backup register ${keyset} --external --label "where it lies"`);
    page.row('', 'and then again:');
    page.command(nextCommand(script));
  }
  if (does.includes('close') && plan.destroy === 'ask' && part.seats.some((seat) => seat.startsWith('old')))
    page.row('', `It asks whether your old share may go. To destroy it, type: ${keyset}@${plan.epoch.from}`);
  for (const duty of does) page.row('', `the screen says: done ${deedWords[duty] ?? duty}`);
  page.row('', to === null ? 'and it says: complete' : `and it says: the stick goes to ${to} next`);
  if (bags && first) {
    page.row('', 'The bag that your machine came in:');
    page.command(`conclave note --kind bag --bag NUMBER --in --what "machine of ${part.member}" --ceremony ${number}`);
  }
  if (bags && last) {
    page.row('', 'The bag that your machine will go into:');
    page.command(
      `conclave note --kind bag --bag NUMBER --out --what "machine of ${part.member}" --ceremony ${number} --stick ${typedPath(stick)}`,
    );
  }
  if (bags) {
    page.row('', 'Take a new bag for the stick, write down its number, and type this:');
    page.command(`conclave note --kind bag --bag NUMBER --out --ceremony ${number} --stick ${typedPath(stick)}`);
    page.row('', 'new bag number ______________');
  }
  if (to === null) ending(page, script);
  page.row(
    '',
    bags
      ? 'Take the stick out when the prompt is back, and close the bag around it.'
      : `Take the stick out when the prompt is back, and give it ${to === null ? 'back' : `on, for ${to}`}.`,
  );
  page.row('', initials);
}

/** At the last machine, which alone has seen everything, after its last note: what is noted later is not in the archive. */
function ending(page: Page, script: Script): void {
  const number = shortNumber(script);
  page.row('', 'You are the last, and your machine has seen everything. Leave the stick in, and type:');
  page.command(`conclave status --ceremony ${number}`);
  page.command(`conclave transcript --ceremony ${number} --archive ${typedPath(`${script.stick}/archive-${number}`)}`);
  page.command(`conclave script --sign-off --ceremony ${number} --out ${typedPath(`${script.stick}/sign-off.txt`)}`);
}

/** An archive is never written over, so that of the anchor is a second one. */
function anchoring(page: Page, { stick, bags }: Script, number: string, step: Step): void {
  step(
    'Later, when the digest of the record (at the end of its transcript) is public at a place with a date of its own: start your machine once more with the stick in, and type:',
  );
  if (bags) page.row('', 'The bags are noted as at a visit, both before the archive.');
  page.command(
    `conclave note --kind anchor --place "where it stands" --ceremony ${number} --stick ${typedPath(stick)}`,
  );
  page.command(`conclave transcript --ceremony ${number} --archive ${typedPath(`${stick}/archive-${number}-2`)}`);
  page.row('', initials);
}

/** Named, so that another proposal on the stick is not consented to in the place of this one. */
function nextCommand({ ceremony, stick }: Script): string {
  return `conclave next --stick ${typedPath(stick)}${ceremony === null ? '' : ` --ceremony ${ceremony.slice(0, 16)}`}`;
}

/** Twelve numbered blanks, in rows of four as the phrase is shown. */
function blanks(page: Page): void {
  const row = (first: number): string =>
    [0, 1, 2, 3].map((more) => `${String(first + more).padStart(2)} ____________`).join('  ');
  for (const first of [1, 5, 9]) {
    page.blank(); // room for a hand
    page.row('', row(first));
  }
}

type Step = (words: string) => void;

function steps(page: Page): Step {
  let number = 0;
  return (words) => {
    number++;
    page.row(`[ ] ${String(number).padStart(2)}`, words);
  };
}

function proposerOf({ plan }: Script): string {
  return plan.participants.find(({ proposer }) => proposer)?.name ?? '';
}

function shortNumber({ ceremony }: Script): string {
  return ceremony?.slice(0, 16) ?? 'NUMBER';
}

function hexStart(digest: Uint8Array): string {
  return [...digest.slice(0, 8)].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}
