import { toHex } from '../bytes/hex.ts';
import { type Beacon, keysOf, type Plan } from '../ceremony/plan.ts';
import { type Policy, samePolicy } from '../ceremony/policy.ts';
import { returnOf } from '../ceremony/recovery.ts';
import { addressesOf } from '../crypto/addresses.ts';

/** The plan as JSON, for people who read along with other tools. */
export function planJson(plan: Plan): object {
  const parent = plan.parent?.proven ?? null;
  const named = (some: readonly { name: string; identity: string }[]): object[] =>
    some.map(({ name, identity }) => ({ name, identity }));
  return {
    ceremony: plan.ceremony,
    kind: plan.kind,
    keyset: plan.keyset,
    keysetId: parent === null ? null : toHex(parent.keysetId),
    epoch: plan.epoch,
    proposer: plan.participants.find(({ proposer }) => proposer)?.name,
    old: plan.holders.map((holder, i) => ({
      index: i + 1,
      name: holder?.name ?? parent?.members[i]?.name,
      identity: toHex(parent?.members[i]?.identity ?? new Uint8Array()),
      lost: holder === null,
      returns: returnOf(plan, i),
    })),
    new: plan.receivers.map(({ newIndex, name, identity }) => ({ index: newIndex, name, identity })),
    threshold: { from: parent?.threshold ?? null, to: plan.threshold },
    dealers: plan.dealers,
    reserves: plan.reserves,
    approvers: named(plan.participants.filter((p) => p.approver)),
    approvals: plan.approvals,
    policy: policyJson(plan.policy),
    /** That of the parent, where the plan changes it. */
    policyBefore: parent === null || samePolicy(parent.policy, plan.policy) ? null : policyJson(parent.policy),
    observers: named(plan.participants.filter((p) => p.observer)),
    keys: keysOf(plan).map((key, place) => {
      const publicKey = parent?.keys[place]?.publicKey;
      return {
        label: key.label,
        suite: key.suite,
        publicKey: publicKey === undefined ? null : toHex(publicKey),
        addresses: publicKey === undefined ? {} : addressesOf(key.suite, publicKey),
      };
    }),
    reason: plan.reason,
    because: plan.because,
    ticket: plan.ticket,
    backup: plan.backup,
    copies: plan.copies,
    reserve: plan.backup === 'none' ? 'quorum' : 'backups',
    spare: Math.max(0, plan.receivers.length - plan.threshold),
    destroy: plan.destroy,
    belowQuorum: plan.belowQuorum,
    weak: plan.weak,
    insteadOf: plan.insteadOf === null ? null : toHex(plan.insteadOf),
    beacon: beaconJson(plan.beacon),
    tool: { version: plan.tool.version, digest: plan.tool.digest === null ? null : toHex(plan.tool.digest) },
    at: plan.at,
    expires: plan.expires,
    rehearsal: plan.rehearsal,
  };
}

/** What a policy leaves open is null. */
export function policyJson(policy: Policy): object {
  const { approvers, approvals, refreshEvery, backups, minimumThreshold, shapes } = policy;
  return {
    approvers: approvers.map(toHex),
    approvals,
    refreshEvery: refreshEvery ?? null,
    backups: backups ?? null,
    minimumThreshold: minimumThreshold ?? null,
    shapes: shapes ?? null,
  };
}

export interface BeaconJson {
  readonly source: string;
  readonly round: string;
  readonly value: string;
}

export function beaconJson(beacon: Beacon): BeaconJson;
export function beaconJson(beacon: Beacon | null): BeaconJson | null;
export function beaconJson(beacon: Beacon | null): BeaconJson | null {
  return beacon === null ? null : { source: beacon.source, round: beacon.round, value: toHex(beacon.value) };
}
