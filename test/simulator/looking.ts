import { createHash } from 'node:crypto';
import { equalBytes, toHex } from '../../src/bytes/hex.ts';
import { type Descriptor, readDescriptor } from '../../src/ceremony/descriptor.ts';
import { checkShare } from '../../src/crypto/commitments.ts';
import { suite } from '../../src/crypto/suites.ts';
import { Problem } from '../../src/problem.ts';
import type { Ceremonies } from '../../src/vault/ceremonies.ts';
import { encodeState, type Slot, type VaultState } from '../../src/vault/state.ts';
import type { Vault } from '../../src/vault/vault.ts';
import type { Packets } from './packets.ts';
import type { Secrets } from './secrets.ts';

/** A share that lies in a vault. */
export interface Held {
  readonly committee: string;
  readonly epoch: number;
  readonly threshold: number;
  readonly members: number;
  readonly index: number;
  readonly state: Slot['state'];
  readonly signed: boolean;
  readonly attempt: string;
  /** Whether it can be read and fits the commitments of its committee: only then is it worth anything. */
  readonly sound: boolean;
}

/** What one machine believes of one attempt. */
export interface AttemptSeen {
  readonly ceremony: string;
  readonly attempt: string;
  readonly dead: boolean;
  readonly proven: string | null;
}

/** What can be seen of a machine by whoever has its passphrase: everything that is judged of it is judged from this. */
export interface Seen {
  /** Machines with the same, and with the same packets, are in the same state. */
  readonly key: string;
  readonly packets: readonly number[];
  readonly identity: string;
  readonly shares: readonly Held[];
  readonly nonces: readonly string[];
  readonly said: ReadonlySet<string>;
  readonly voted: readonly string[];
  readonly oldCopy: boolean;
  readonly attempts: readonly AttemptSeen[];
  /** Authors of contradictions that this machine shows. */
  readonly alarms: readonly string[];
  /** Faults that it names: nobody who is honest may be among them. */
  readonly faults: readonly string[];
  readonly closed: ReadonlySet<string>;
  readonly consented: readonly string[];
  /** Whether it has called for later turns already. */
  readonly called: boolean;
}

export function looking(packets: Packets, secrets: Secrets): (ceremonies: Ceremonies) => Seen {
  return (ceremonies) => {
    secrets.gather(ceremonies);
    const { vault } = ceremonies;
    const all = ceremonies.all();
    const held = packets.heldBy(ceremonies);
    const { state } = vault;
    const identity = toHex(state.signing.public);
    const views = all.map(({ view }) => view);
    const attempts = views.flatMap((view) =>
      view.attempts.map(({ attempt, death, proof }) => ({
        ceremony: view.plan.ceremony,
        attempt: toHex(attempt.id),
        dead: death !== null,
        proven: proof === null ? null : toHex(proof.link.proven.id),
      })),
    );
    return {
      key: keyOf(state),
      packets: held,
      identity,
      shares: state.keysets.flatMap(({ slots }) => slots.map((slot) => shareIn(vault, slot))),
      nonces: state.nonces.map(({ attempt, turn }) => `${toHex(attempt)} ${turn === 0 ? 0 : toHex(turn)}`),
      said: new Set(state.said.map(({ digest }) => toHex(digest))),
      voted: state.votes.map(({ attempt }) => toHex(attempt)),
      oldCopy: state.rollbacks.length > 0,
      attempts,
      alarms: [
        ...views.flatMap(({ contradictions }) => contradictions.filter(({ grave }) => grave)),
        ...ceremonies.across(),
      ].map(({ identity: author }) => author),
      faults: views.flatMap(({ faults }) => faults.map(({ identity: author }) => author)),
      closed: new Set(
        views.flatMap(({ attempts: some }) =>
          some.flatMap(({ attempt, closings }) => (closings.has(identity) ? [toHex(attempt.id)] : [])),
        ),
      ),
      called: views.some(({ attempts: some }) =>
        some.some(({ reproves }) => reproves.some(({ packet }) => packet.identity === identity)),
      ),
      consented: all.flatMap(({ record, plan }) => (record.consent === null ? [] : [plan.ceremony])),
    };
  };
}

/** Of the whole state, without what is left to be laid down again, and without the log, which decides nothing. */
function keyOf(state: VaultState): string {
  const encoded = encodeState({ ...state, outbox: [], trash: [], log: [] });
  return createHash('sha256').update(encoded).digest('hex').slice(0, 32);
}

const sound = new Map<string, boolean>();
const descriptors = new Map<string, Descriptor>();

function descriptorOf({ descriptor, attempt, epoch }: Slot): Descriptor {
  const key = `${toHex(attempt)} ${epoch} ${descriptor.length}`;
  const known = descriptors.get(key);
  if (known !== undefined && equalBytes(known.encoded, descriptor)) return known;
  const read = readDescriptor(descriptor);
  descriptors.set(key, read);
  return read;
}

function shareIn(vault: Vault, slot: Slot): Held {
  const descriptor = descriptorOf(slot);
  const { epoch, threshold, members, keys, points, id } = descriptor;
  const key = `${toHex(slot.file)} ${toHex(id)}`;
  const fits = (): boolean => {
    try {
      const share = vault.readShare(slot);
      return keys.every(({ suite: name }, place) => {
        const { group } = suite(name);
        const scalar = group.decodeScalar(share[place] ?? new Uint8Array());
        return checkShare(group, points[place] ?? [], scalar, slot.index);
      });
    } catch (error) {
      if (error instanceof Problem) return false;
      throw error;
    }
  };
  // whether the file is there is asked each time; what is in it, once
  const there = vault.host.fs.kind(`${vault.home}/shares/${toHex(slot.file)}.share`) === 'file';
  if (there && !sound.has(key)) sound.set(key, fits());
  return {
    committee: toHex(id),
    epoch,
    threshold,
    members: members.length,
    index: slot.index,
    state: slot.state,
    signed: slot.signed,
    attempt: toHex(slot.attempt),
    sound: there && sound.get(key) === true,
  };
}
