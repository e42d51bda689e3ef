import { type Command, Option } from 'commander';
import { becauses } from '../../ceremony/plan.ts';

/* The flags that several kinds of proposals share. */

export const several = (value: string, before: string[] = []): string[] => [...before, value];

/** What a plan takes that moves shares. */
export function common(command: Command): Command {
  return moving(recorded(command));
}

/** What every plan takes that `propose` makes. */
export function recorded(command: Command): Command {
  return reasoned(
    command
      .option('--keyset <name>', 'the keyset that this is about')
      .option('--approvers <names>', 'who has to approve before anybody deals, beside those of the policy')
      .option('--approvals <k>', 'how many (default: all who are named, or as many as the policy asks for)'),
  );
}

/** Why, for whom, and by when; and in which file it is written. */
export function reasoned(command: Command): Command {
  return filed(command)
    .option('--reason <text>', 'why, for the record')
    .addOption(new Option('--because <kind>', 'the kind of reason').choices(becauses))
    .option('--ticket <text>', 'the number of the request')
    .option('--observers <names>', 'who may read along')
    .option('--expires <time>', 'how long a first consent may be given: 14d, 36h', '14d')
    .option('--beacon <source,round,hex>', 'a value that a public beacon published: this plan is not older')
    .option('--instead-of <id>', 'the ceremony that this one replaces')
    .option('--stick <dir>', 'take cards from here, and leave the proposal here', several);
}

/** From a file and into one. */
function filed(command: Command): Command {
  return command
    .option('--plan <file>', 'read these answers from a file that --out-plan wrote')
    .option('--out-plan <file>', 'write the answers to a file as well, to propose the same again')
    .option('--draft', 'with --out-plan: write the file and propose nothing');
}

/** What only those take that move shares. */
export function moving(command: Command): Command {
  return command
    .option('--dealers <names>', 'old members who deal, in order (default: you, then plan order, a majority in all)')
    .addOption(
      new Option('--backup <rule>', 'whether every member makes a backup before the old share goes').choices([
        'none',
        'required',
      ]),
    )
    .option('--copies <n>', 'how many backups each; --backup required goes without saying then')
    .addOption(new Option('--destroy <when>', 'when old shares are destroyed').choices(['when-proven', 'ask']))
    .option('--lost <names>', 'old members whose share is gone for ever: it is listed as lost, not as destroyed')
    .option('--below-quorum', 'go on although fewer than a majority of the old committee is left; asks for a sentence')
    .option('--override <sentence>', 'the sentence that --below-quorum asks for')
    .option('--weak <shapes>', 'the weak shapes that are meant, exactly (all-must-sign, ...); asked for on a terminal');
}

/** What a policy says beside who approves. */
export function policed(command: Command): Command {
  return command
    .option('--refresh-every <time>', 'when shares are to be renewed: 90d, 4h, quarterly, or on-demand')
    .option('--backups <n>', 'backups that every member makes of every new share (0: as each plan says)')
    .option('--minimum-threshold <t>', 'at least so many sign, in every committee (2: no more than always)')
    .option(
      '--shapes <list>',
      'the weak shapes that are allowed: all-must-sign, minority-signs, lower-threshold; or any, or none',
    );
}
