import { resolve } from 'node:path';
import type { Command } from 'commander';
import { equalBytes } from '../../bytes/hex.ts';
import { type Card, readCard } from '../../ceremony/card.ts';
import { limits } from '../../ceremony/schema.ts';
import { Problem } from '../../problem.ts';
import type { Ceremonies } from '../../vault/ceremonies.ts';
import { cardRefused, rosterOf, withCard } from '../../vault/identity.ts';
import type { Register } from '../program.ts';
import type { Session } from '../session.ts';
import { table } from '../ui/table.ts';

export const registerRoster: Register = (program: Command, action) => {
  const roster = program.command('roster').description('the cards that this machine knows');
  roster.command('list').description('list them').action(action(list));
  roster
    .command('add <file...>')
    .description('take cards in')
    .option('--replace', 'where the name stands for another identity so far: put this one in its place')
    .action(action<{ replace?: boolean }>(add));
  roster.command('remove <name>').description('forget a card').action(action(remove));
};

/** A card counts as confirmed once a plan that holds it was consented to: then people compared its phrase. */
function confirmed(ceremonies: Ceremonies, card: Card): boolean {
  return ceremonies.all().some(({ plan, record }) => record.consent !== null && plan.byIdentity.has(card.identity));
}

async function list(session: Session): Promise<undefined> {
  return session.withVault((ceremonies) => {
    const cards = rosterOf(ceremonies.vault.state).sort((a, b) => (a.name < b.name ? -1 : 1));
    const rows = cards.map((card) => ({
      name: card.name,
      identity: card.identity,
      serial: card.serial,
      confirmed: confirmed(ceremonies, card),
    }));
    if (rows.length === 0) session.say.line('no cards yet: conclave roster add F, or lay them on the stick');
    else {
      const cells = rows.map((row) => [
        row.name,
        row.identity, // in full: it is read aloud, and the beginning of one is cheap to make
        String(row.serial),
        row.confirmed ? 'yes' : 'not yet',
      ]);
      session.say.line(table(cells, { head: ['name', 'identity', 'card', 'confirmed by a plan'] }));
    }
    session.say.result({ v: 1, cards: rows });
    return undefined;
  });
}

async function add(session: Session, options: { replace?: boolean }, files: readonly string[]): Promise<undefined> {
  const { context, say } = session;
  return session.withVault(({ vault }) => {
    const results = files.map((file) => {
      let bytes: Uint8Array;
      try {
        bytes = context.fs.readFile(resolve(file), limits.cardBytes);
      } catch {
        throw new Problem('USAGE', `${file} cannot be read as a card`, 'name a .card file');
      }
      const card = readCard(bytes);
      const replaced = rosterOf(vault.state).find(
        ({ name, identity }) => identity !== card.identity && name.toLowerCase() === card.name.toLowerCase(),
      );
      const { state, outcome } = withCard(vault.state, card, options.replace);
      const { roster, card: own } = state;
      if (state !== vault.state) vault.commit((before) => ({ ...before, roster, card: own }));
      const refused = cardRefused(card, outcome);
      if (refused !== null) throw refused;
      if (replaced === undefined) {
        const did = outcome === 'own' ? "this machine's own card" : outcome;
        say.line(`${card.name}: ${did}, identity ${card.identity}`);
        return { name: card.name, identity: card.identity, outcome };
      }
      // what was refused is gone by now, so another card of that name has left the roster
      say.line(`${card.name}: replaced`);
      say.line(`  identity now ${card.identity}`);
      say.line(`  before       ${replaced.identity}, which is off the roster`);
      return { name: card.name, identity: card.identity, outcome, replaced: replaced.identity };
    });
    say.result({ v: 1, cards: results });
    return undefined;
  });
}

async function remove(session: Session, _: unknown, [name = '']: readonly string[]): Promise<undefined> {
  return session.withVault(({ vault }) => {
    const card = rosterOf(vault.state).find((known) => known.name.toLowerCase() === name.toLowerCase());
    if (card === undefined) throw new Problem('CARD_MISSING', `there is no card of ${name} on the roster`);
    vault.commit((state) => ({ ...state, roster: state.roster.filter((file) => !equalBytes(file, card.file)) }));
    session.say.line(`${card.name} is off the roster; plans that name it stay as they are`);
    session.say.result({ v: 1, removed: card.name });
    return undefined;
  });
}
