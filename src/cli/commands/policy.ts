import type { Command } from 'commander';
import { toHex } from '../../bytes/hex.ts';
import { Problem } from '../../problem.ts';
import { policyJson } from '../../report/plan-json.ts';
import { policyLines } from '../../report/policy-text.ts';
import { myCard, rosterOf } from '../../vault/identity.ts';
import { head, keysetByName } from '../../vault/propose.ts';
import type { Register } from '../program.ts';
import { moving, policed, reasoned } from '../propose/flags.ts';
import { policyWish } from '../propose/policy-wish.ts';
import type { Options } from '../propose/wish.ts';
import type { Session } from '../session.ts';
import { proposeKind } from './propose.ts';

export const registerPolicy: Register = (program: Command, action) => {
  const policy = program.command('policy').description('what every ceremony of a keyset has to keep to');
  const set = policy
    .command('set <keyset>')
    .description('propose a refresh that carries another policy; it holds once the approvers of both have approved')
    .option('--approvers <names>', 'who has to approve every ceremony of this keyset from now on')
    .option('--approvals <k>', 'how many of them (default: all)');
  moving(reasoned(policed(set))).action(action<Options>(setPolicy));
  policy
    .command('show [keyset]')
    .description('the policy of a keyset, as its newest proven descriptor has it')
    .action(action(showPolicy));
};

async function setPolicy(
  session: Session,
  { approvers, approvals, ...options }: Options,
  [keyset = '']: readonly string[],
): Promise<number | undefined> {
  if (approvers === undefined && approvals === undefined && policyWish(options) === undefined)
    throw new Problem(
      'USAGE',
      'nothing was said that the policy is to say',
      'give --refresh-every, --backups, --minimum-threshold, --shapes, --approvers or --approvals',
    );
  return proposeKind(session, 'refresh', {
    ...options,
    keyset,
    because: options.because ?? 'policy',
    ...(approvers === undefined ? {} : { policyApprovers: approvers }),
    ...(approvals === undefined ? {} : { policyApprovals: approvals }),
  });
}

async function showPolicy(session: Session, _: unknown, [name]: readonly string[]): Promise<undefined> {
  const { say } = session;
  return session.withVault(({ vault: { state } }) => {
    const records = name === undefined ? state.keysets : [keysetByName(state, name)];
    const known = [myCard(state), ...rosterOf(state)];
    const nameOf = (identity: string): string =>
      known.find((card) => card.identity === identity)?.name ?? `${identity.slice(0, 16)}…`;
    if (records.length === 0) say.line('no keyset here yet');
    const shown = records.map((record) => {
      const { epoch, policy } = head(record).proven;
      say.line(`${record.name}, policy of epoch ${epoch}`);
      for (const line of policyLines(policy, nameOf)) say.line(`  ${line}`);
      return { keyset: record.name, id: toHex(record.id), epoch, policy: policyJson(policy) };
    });
    say.result({ v: 1, policies: shown });
    return undefined;
  });
}
