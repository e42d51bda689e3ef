import { toHex } from '../bytes/hex.ts';
import { provenIn } from '../ceremony/chain.ts';
import type { Comparison, Verification, VerifiedCheck } from '../ceremony/verify.ts';
import { windowJson } from './window-text.ts';

/** What a verification came to, for scripts and for the page. `keyset` is a name, or the id where no plan is in the file. */
export interface VerificationJson {
  readonly valid: boolean;
  readonly intact: boolean;
  readonly checks: readonly VerifiedCheck[];
  readonly keyset: string | null;
  readonly keysetId: string | null;
  readonly epoch: number | null;
  readonly head: string | null;
  readonly threshold: number | null;
  readonly members: Verification['members'];
  readonly keys: Verification['keys'];
  readonly rehearsal: boolean;
  readonly ceremonies: readonly object[];
  readonly epochs: readonly object[];
  readonly faults: Verification['faults'];
  /**
   * An observation: bags whose numbers do not follow from each other. It takes nothing from `valid`. Null where a packet
   * is damaged, and they cannot be judged.
   */
  readonly bags: readonly { readonly ceremony: string; readonly member: string; readonly says: string }[] | null;
}

export function verificationJson(verification: Verification): VerificationJson {
  const { valid, intact, checks, keyset, name, epoch, head, threshold, members, keys, rehearsal, faults } =
    verification;
  return {
    valid,
    intact,
    checks,
    keyset: name ?? keyset,
    keysetId: keyset,
    epoch,
    head,
    threshold,
    members,
    keys,
    rehearsal,
    ceremonies: verification.ceremonies.map((view) => ({
      ceremony: view.plan.ceremony,
      kind: view.plan.kind,
      keyset: view.plan.keyset,
      epoch: view.plan.epoch,
      phase: view.phase,
      proven: provenIn(view).length > 0,
      packets: view.packets.length,
      ...windowJson(view),
    })),
    epochs: verification.links.map(({ proven }) => ({
      epoch: proven.epoch,
      head: toHex(proven.id),
      threshold: proven.threshold,
      members: proven.members.map(({ name: member }) => member),
    })),
    faults,
    bags: verification.bags.broken?.map(({ step: { ceremony, member }, says }) => ({ ceremony, member, says })) ?? null,
  };
}

/** With the names of the files in the place of their numbers. */
export interface Compared extends Omit<Comparison, 'files'> {
  readonly files: readonly string[];
}

/** Several files in one document: where all exports are of one keyset, the newest speaks for all. */
export function verificationsJson(
  judged: readonly {
    readonly file: string;
    readonly said: { readonly valid: boolean; readonly checks: readonly object[] };
  }[],
  exported: readonly { readonly verification: Verification }[],
  comparisons: readonly Compared[],
): object {
  const of = exported.map(({ verification }) => verification);
  const one = new Set(of.map(({ keyset }) => keyset)).size === 1;
  const newest = one ? of.reduce((best, other) => ((other.epoch ?? -1) > (best.epoch ?? -1) ? other : best)) : null;
  const about = newest === null ? null : verificationJson(newest);
  return {
    v: 1,
    valid: judged.every(({ said }) => said.valid) && comparisons.every(({ ok }) => ok),
    checks: [
      ...judged.flatMap(({ file, said }) => said.checks.map((check) => ({ ...check, file }))),
      ...comparisons.map(({ ok, detail, files }) => ({
        check: 'forks',
        ok,
        open: false,
        detail,
        ceremony: null,
        files,
      })),
    ],
    keyset: about?.keyset ?? null,
    keysetId: about?.keysetId ?? null,
    epoch: about?.epoch ?? null,
    head: about?.head ?? null,
    keys: about?.keys ?? [],
    files: judged.map(({ file, said }) => ({ file, ...said })),
    comparisons,
  };
}
