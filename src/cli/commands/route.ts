import type { Command } from 'commander';
import type { Duty } from '../../ceremony/duties.ts';
import { walk } from '../../ceremony/route.ts';
import { Problem } from '../../problem.ts';
import { myCard } from '../../vault/identity.ts';
import { ceremonyOption, chosenCeremony } from '../chosen.ts';
import { type Leg, legsOf, legsSummary, legWords } from '../legs.ts';
import type { Register } from '../program.ts';
import type { Session } from '../session.ts';
import { table } from '../ui/table.ts';
import { keysetName } from '../visit.ts';

interface Options {
  readonly ceremony?: string;
  readonly sites?: string;
}

export const registerRoute: Register = (program: Command, action) => {
  program
    .command('route')
    .description(
      'the order of machines in which one stick ends the ceremony with the fewest visits, and what each crossing takes as QR codes',
    )
    .option(...ceremonyOption)
    .option('--sites <groups>', 'who is where, as a,b/c,d: as many visits, but as few moves between sites as can be')
    .action(action<Options>(route));
};

const duties: Readonly<Record<Duty, string>> = {
  propose: 'proposes',
  approve: 'approves the plan',
  refuse: 'gives the attempt up',
  amend: 'goes on with other dealers',
  endorse: 'endorses the attempt',
  deal: 'deals',
  accept: 'checks the deals and accepts',
  activate: 'activates and signs',
  reprove: 'signs a later turn',
  drill: 'signs the drill',
  census: 'shows its share',
  close: 'closes',
};

async function route(session: Session, options: Options): Promise<undefined> {
  const { say } = session;
  return session.withVault((ceremonies) => {
    const held = chosenCeremony(ceremonies, options.ceremony, ({ view }) => walk(view).stops.length > 0);
    const { plan, view } = held;
    const sites = options.sites === undefined ? undefined : sitesOf(options.sites, plan.participants);
    const me = myCard(ceremonies.vault.state).name;
    const { stops, moves, stuck, exact } = walk(view, { from: me, sites });
    const legs = legsOf(view, stops, me);
    say.line(`${keysetName(ceremonies, held)} ${plan.kind} ${plan.ceremony.slice(0, 16)}: ${view.phase}`);
    const rows = stops.map(({ member, does }, at) => [
      String(at + 1).padStart(3),
      member,
      does.map((duty) => duties[duty]).join(', '),
      arrives(legs[at] ?? null),
    ]);
    if (rows.length > 0) say.line(table(rows, { indent: 1 }));
    for (const why of stuck) say.line(`no walk leads to the end: ${why}`);
    if (stuck.length === 0)
      say.line(
        rows.length === 0
          ? 'nothing is left to do'
          : `${rows.length} visits${moves === null ? '' : `, ${moves} moves between sites`}`,
      );
    for (const line of legsSummary(legs)) say.line(line);
    if (!exact) say.line('too many machines to weigh every order: a shorter walk may be left');
    say.result({
      v: 1,
      ceremony: plan.ceremony,
      stops: stops.map((stop, at) => ({ ...stop, crossing: legs[at] ?? null })),
      visits: stops.length,
      ...(moves === null ? {} : { moves }),
      stuck,
      exact,
    });
    return undefined;
  });
}

/** Beside the machine that it comes to, so that nobody takes it for what that machine sends. */
const arrives = (leg: Leg | null): string => (leg === null ? '' : `from ${leg.from}: ${legWords(leg)}`);

/** `a,b/c,d`: two sites. Whoever is not named is at a site of their own. */
function sitesOf(text: string, participants: readonly { readonly name: string }[]): Map<string, number> {
  const sites = new Map<string, number>();
  text.split('/').forEach((group, site) => {
    for (const word of group.split(',').map((part) => part.trim())) {
      if (word === '') continue;
      const known = participants.find(({ name }) => name.toLowerCase() === word.toLowerCase());
      if (known === undefined) throw new Problem('USAGE', `--sites: ${word} has no part in this ceremony`);
      if (sites.has(known.name)) throw new Problem('USAGE', `--sites: ${known.name} is named twice`);
      sites.set(known.name, site);
    }
  });
  return sites;
}
