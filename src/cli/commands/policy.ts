import type { Command } from 'commander';
import { toHex } from '../../bytes/hex.ts';
import type { Policy } from '../../ceremony/policy.ts';
import { Problem } from '../../problem.ts';
import { policyJson } from '../../report/plan-json.ts';
import { policyLines } from '../../report/policy-text.ts';
import { myCard, rosterOf } from '../../vault/identity.ts';
import { head, keysetByName } from '../../vault/propose.ts';
import type { VaultState } from '../../vault/state.ts';
import type { Register } from '../program.ts';
import { readAnswers } from '../propose/answers.ts';
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
  { approvers, approvals, ...flags }: Options,
  [keyset = '']: readonly string[],
): Promise<number | undefined> {
  const written = flags.plan === undefined ? {} : readAnswers(session, flags.plan, 'refresh');
  const options: Options = {
    ...flags,
    ...(approvers === undefined ? {} : { policyApprovers: approvers }),
    ...(approvals === undefined ? {} : { policyApprovals: approvals }),
  };
  if (!saysPolicy({ ...written, ...options }))
    throw new Problem(
      'USAGE',
      'nothing was said that the policy is to say',
      'give --refresh-every, --backups, --minimum-threshold, --shapes, --approvers or --approvals',
    );
  return proposeKind(session, 'refresh', {
    ...options,
    keyset,
    because: options.because ?? written.because ?? 'policy',
  });
}

function saysPolicy(options: Options): boolean {
  const { policyApprovers, policyApprovals } = options;
  return policyApprovers !== undefined || policyApprovals !== undefined || policyWish(options) !== undefined;
}

/** A policy for people, with the names of its approvers as far as this vault has their cards. */
export function policyText(state: VaultState, policy: Policy): string[] {
  const known = [myCard(state), ...rosterOf(state)];
  return policyLines(
    policy,
    (identity) => known.find((card) => card.identity === identity)?.name ?? `${identity.slice(0, 16)}…`,
  );
}

async function showPolicy(session: Session, _: unknown, [name]: readonly string[]): Promise<undefined> {
  const { say } = session;
  return session.withVault(({ vault: { state } }) => {
    const records = name === undefined ? state.keysets : [keysetByName(state, name)];
    if (records.length === 0) say.line('no keyset here yet');
    const shown = records.map((record) => {
      const { epoch, policy } = head(record).proven;
      say.line(`${record.name}, policy of epoch ${epoch}`);
      for (const line of policyText(state, policy)) say.line(`  ${line}`);
      return { keyset: record.name, id: toHex(record.id), epoch, policy: policyJson(policy) };
    });
    say.result({ v: 1, policies: shown });
    return undefined;
  });
}
