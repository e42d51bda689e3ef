import { equalBytes, toHex } from '../bytes/hex.ts';
import { escapeText } from '../bytes/printable.ts';
import { ceremonyOf, splitProposal, unwrapProposal } from '../ceremony/envelope.ts';
import { phraseOf } from '../ceremony/phrase.ts';
import type { Plan } from '../ceremony/plan.ts';
import { decryptWith } from '../courier/age.ts';
import { ceremonyFolder, readStick, type Stick, type StickContent, writeNamed, writePacket } from '../courier/stick.ts';
import { Problem } from '../problem.ts';
import type { Ceremonies, Held } from '../vault/ceremonies.ts';
import { cardRefused, readOnce, withCard } from '../vault/identity.ts';
import { exitFor } from './exit.ts';
import type { Session } from './session.ts';

export interface Rejected {
  readonly file: string;
  readonly reason: string;
}

/** What a stick brought in, file by file. */
export interface Brought {
  packets: number;
  readonly cards: string[];
  readonly proposals: string[];
  readonly rejected: Rejected[];
  readonly foreign: string[];
  /** Ceremonies of other people, which this machine cannot read. */
  readonly notMine: string[];
}

/** Takes in what the sticks hold: cards, proposals for this machine, and packets that verify. Nothing is destroyed. */
export async function takeIn(session: Session, ceremonies: Ceremonies, sticks: readonly Stick[]): Promise<Brought> {
  const brought: Brought = { packets: 0, cards: [], proposals: [], rejected: [], foreign: [], notMine: [] };
  const contents = sticks.map((stick) => readStick(session.context.fs, stick));
  for (const content of contents) {
    brought.rejected.push(...content.rejected);
    brought.foreign.push(...content.foreign);
  }
  const others = contents.flatMap((content) => content.others);
  const ending = (end: string) => others.filter(({ name }) => name.toLowerCase().endsWith(end));
  await takeCards(ceremonies, ending('.card'), brought);
  for (const { name, bytes } of ending('.proposal')) {
    await refusing(brought, `conclave/${name}`, () => takeProposal(session, ceremonies, bytes, brought));
  }
  // packets of a ceremony need its proposal, which may have come on another stick
  for (const content of contents) {
    for (const [folder, files] of content.ceremonies) {
      // the folder's name only sorts; which ceremony a packet is of, its own head says
      const here = ceremonies.ids().filter((id) => ceremonyFolder(id) === folder);
      if (here.length === 0) continue; // not for this machine: carried on by others, left alone here
      const known = new Set(here.flatMap((id) => ceremonies.vault.kept(id).files.map(({ name }) => name)));
      for (const { hash, bytes } of files) {
        if (known.has(hash)) continue;
        await refusing(brought, `conclave/${folder}/${hash}.packet`, () => {
          const ceremony = ceremonyOf(bytes);
          if (ceremony === null) throw new Problem('PACKET_FOREIGN', 'not a conclave packet');
          if (!here.includes(ceremony)) throw new Problem('PACKET_FOREIGN', 'belongs to another ceremony');
          if (ceremonies.merge(ceremony, bytes).fresh) brought.packets++;
        });
      }
    }
  }
  ceremonies.settle();
  return brought;
}

/** What a visit came to: what the sticks brought, what was done with it, and what went out again. */
export interface Carried<T> {
  readonly brought: Brought;
  readonly done: T;
  readonly out: number;
  /** A stick that failed after the work was done. */
  readonly trouble: Problem | null;
}

/**
 * One visit: what the sticks bring comes first, so that a decision is made on all that is known; everything goes out
 * behind the work. Where the work ends in an error, what was taken in is kept, and the error says so.
 */
export async function carry<T>(
  session: Session,
  ceremonies: Ceremonies,
  sticks: readonly Stick[],
  work: (brought: Brought) => Promise<T>,
): Promise<Carried<T>> {
  const brought = await takeIn(session, ceremonies, sticks);
  let done: T;
  try {
    done = await work(brought);
  } catch (error) {
    if (!(error instanceof Problem) || isNothing(brought)) throw error;
    throw new Problem(error.code, error.message, error.hint, true);
  }
  const given = giveOut(session, ceremonies, ceremonies.all(), sticks);
  return { brought, done, out: given.written, trouble: afterWork(given) };
}

function isNothing({ packets, proposals, cards }: Brought): boolean {
  return packets + proposals.length + cards.length === 0;
}

/** The part of a visit's document that is about the sticks. */
export function carriedJson({ brought, out }: Carried<unknown>): object {
  return { synced: { in: brought.packets + brought.proposals.length, out }, rejected: brought.rejected };
}

/** How a command ends: with its own status, unless a stick failed after the work. */
export function ended<S extends number | undefined>({ say }: Session, trouble: Problem | null, status: S): S | number {
  if (trouble === null) return status;
  say.problem(trouble);
  return exitFor(trouble.code);
}

/** A bad file is one line, and the rest goes on; trouble with this machine's own vault is not the file's fault. */
async function refusing(brought: Brought, file: string, work: () => Promise<void> | void): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (!(error instanceof Problem) || error.code.startsWith('VAULT_')) throw error;
    brought.rejected.push({ file, reason: escapeText(error.message) });
  }
}

/** All cards of a visit in one step: each step writes the whole vault. */
async function takeCards(ceremonies: Ceremonies, files: StickContent['others'], brought: Brought): Promise<void> {
  let known = ceremonies.vault.state;
  for (const { name, bytes } of files) {
    await refusing(brought, `conclave/${name}`, () => {
      if ([known.card.file, ...known.roster].some((file) => equalBytes(file, bytes))) return; // most, at most visits
      const card = readOnce(bytes);
      const { state, outcome } = withCard(known, card);
      known = state;
      if (outcome === 'added' || outcome === 'renewed') brought.cards.push(card.name);
      const refused = cardRefused(card, outcome);
      if (refused === null) return;
      const { message, hint } = refused;
      throw new Problem('CARD_INVALID', `${card.name}: ${message}${hint === undefined ? '' : `: ${hint}`}`);
    });
  }
  const { roster, card } = known;
  if (known !== ceremonies.vault.state) ceremonies.vault.commit((before) => ({ ...before, roster, card }));
}

async function takeProposal(
  session: Session,
  ceremonies: Ceremonies,
  bytes: Uint8Array,
  brought: Brought,
): Promise<void> {
  const wrapped = unwrapProposal(bytes);
  if (wrapped === null) throw new Problem('PACKET_FOREIGN', 'not a conclave proposal');
  if (ceremonies.record(wrapped.ceremony) !== undefined) return;
  const content = await decryptWith(ceremonies.vault.state.age.identity, wrapped.ageFile);
  if (content === null) {
    brought.notMine.push(wrapped.ceremony);
    return;
  }
  const { ceremonyKey, packet } = splitProposal(content);
  const plan = ceremonies.open(bytes, ceremonyKey, packet, (read) => {
    if (read.ceremony !== wrapped.ceremony)
      throw new Problem('PACKET_FOREIGN', 'its number is not that of the plan inside');
    return phraseOf(read, session.context.stretch);
  });
  brought.proposals.push(plan.ceremony);
}

/** The name by which a person finds a proposal on a stick. */
export function proposalName(plan: Plan): string {
  return `${plan.keyset.toLowerCase()}-${plan.kind}-${ceremonyFolder(plan.ceremony)}.proposal`;
}

/** How many files were new on the sticks, and what went wrong there: whatever it was, the vault has it all. */
export interface Given {
  written: number;
  trouble: Problem | null;
}

const ofOneFile: ReadonlySet<string> = new Set(['STICK_NAME', 'STICK_BLOCKED']);

/** Lays everything that this vault holds of these ceremonies on the sticks. */
export function giveOut(
  session: Session,
  ceremonies: Ceremonies,
  held: readonly Held[],
  sticks: readonly Stick[],
): Given {
  const { fs } = session.context;
  const given: Given = { written: 0, trouble: null };
  for (const stick of sticks) {
    try {
      for (const { plan, record } of held) {
        for (const { name, bytes } of ceremonies.vault.kept(plan.ceremony).files) {
          try {
            const outcome =
              name === toHex(record.proposal)
                ? writeNamed(fs, stick, proposalName(plan), bytes)
                : writePacket(fs, stick, plan.ceremony, bytes);
            if (outcome === 'written') given.written++;
          } catch (error) {
            if (!(error instanceof Problem) || !ofOneFile.has(error.code)) throw error;
            given.trouble ??= error; // this one stays behind, and keeps nothing else from going out
          }
        }
      }
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      given.trouble ??= error; // the other sticks still get everything
    }
  }
  return given;
}

/** What a command says of a stick that failed after the work was done: the vault has it all, so nothing is lost. */
export function afterWork({ trouble }: Given): Problem | null {
  if (trouble === null) return null;
  return new Problem(
    trouble.code,
    `what was done here is safe in the vault, but ${trouble.message}`,
    trouble.hint,
    true,
  );
}

/** The same as the field `error` of a document that says more than the error. */
export function errorJson({ code, message, hint, changed }: Problem): object {
  return { error: { code, message, hint: hint ?? null, changed } };
}

export function cardName(name: string): string {
  return `${name.toLowerCase()}.card`;
}
