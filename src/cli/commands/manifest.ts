import type { Command } from 'commander';
import { manifestOf } from '../../ceremony/manifest.ts';
import { manifestText } from '../../report/manifest-text.ts';
import { planJson } from '../../report/plan-json.ts';
import { ceremonyOption, chosenCeremony } from '../chosen.ts';
import type { Register } from '../program.ts';
import type { Session } from '../session.ts';
import { keysetName } from '../visit.ts';

interface Options {
  readonly ceremony?: string;
}

export const registerManifest: Register = (program: Command, action) => {
  program
    .command('manifest')
    .description('the plan and its progress: who has done and owes what, every packet, every fault')
    .option(...ceremonyOption)
    .action(action<Options>(manifest));
};

async function manifest(session: Session, options: Options): Promise<undefined> {
  const { say } = session;
  return session.withVault((ceremonies) => {
    const held = chosenCeremony(ceremonies, options.ceremony);
    const keyset = keysetName(ceremonies, held);
    const found = { ...manifestOf(held.view), keyset };
    say.line(manifestText(found).trimEnd());
    say.result({ v: 1, ...found, plan: planJson(held.plan), damaged: held.damaged });
    return undefined;
  });
}
