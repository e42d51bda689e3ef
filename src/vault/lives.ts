import { equalBytes } from '../bytes/hex.ts';
import type { Descriptor } from '../ceremony/descriptor.ts';
import { exposures } from '../ceremony/due.ts';
import { type EpochLife, epochLife } from '../ceremony/epoch-life.ts';
import type { View } from '../ceremony/evaluate.ts';
import { Problem } from '../problem.ts';
import { committeesOf } from './backups.ts';
import type { Ceremonies } from './ceremonies.ts';
import { asCopy } from './copies.ts';
import { myIdentity } from './identity.ts';
import type { KeysetRecord } from './state.ts';

/** Every committee of a keyset, the newest last: who may still have something of it, as far as this vault knows. */
export function livesOf(ceremonies: Ceremonies, record: KeysetRecord): EpochLife[] {
  const views = ceremonies.all().map(({ view }) => view);
  return committeesOf(ceremonies, record).committees.map((committee) => lifeOf(ceremonies, record, committee, views));
}

/** The committee that handed over in one ceremony: by what was said there, and by what this vault knows of its own. */
export function lifeBefore(ceremonies: Ceremonies, record: KeysetRecord, view: View): EpochLife[] {
  return view.plan.parent === null ? [] : [lifeOf(ceremonies, record, view.plan.parent.proven, [view])];
}

function lifeOf({ vault }: Ceremonies, record: KeysetRecord, committee: Descriptor, views: readonly View[]): EpochLife {
  const share = [...record.slots, ...record.apart].some(({ descriptor }) => equalBytes(descriptor, committee.encoded));
  const exposed = record.exposed.flatMap(({ epoch, index }) => (epoch === committee.epoch ? [index] : []));
  const own = { identity: myIdentity(vault.state), share, copies: record.copies.map(asCopy) };
  return epochLife(committee, views, exposed, own);
}

/** Notes that somebody else may know a share. Nothing takes it back: what was seen once is known. */
export function markExposed(
  ceremonies: Ceremonies,
  record: KeysetRecord,
  { member, epoch, at }: { readonly member: string; readonly epoch: number; readonly at: number },
): EpochLife {
  const committee = committeesOf(ceremonies, record).committees.find((one) => one.epoch === epoch);
  if (committee === undefined)
    throw new Problem(
      'USAGE',
      `this vault knows no committee of ${record.name} at epoch ${epoch}`,
      `conclave backup list ${record.name}`,
    );
  const place = committee.members.findIndex(({ name }) => name.toLowerCase() === member.toLowerCase());
  if (place < 0) {
    const names = committee.members.map(({ name }) => name).join(', ');
    throw new Problem('USAGE', `${member} is no member of ${record.name} at epoch ${epoch}`, `one of ${names}`);
  }
  const index = place + 1;
  if (!record.exposed.some((one) => one.epoch === epoch && one.index === index)) {
    const event = `share of member ${index} exposed`;
    ceremonies.vault.commit((state) => ({
      ...state,
      keysets: state.keysets.map((one) =>
        one.name === record.name ? { ...one, exposed: [...one.exposed, { epoch, index, at }] } : one,
      ),
      log: [...state.log, { at, keyset: record.id, epoch, event }],
    }));
  }
  const now = ceremonies.vault.state.keysets.find(({ name }) => name === record.name) ?? record;
  return livesOf(ceremonies, now).find((life) => life.epoch === epoch) as EpochLife;
}

/** Why a keyset wants a ceremony, from what this vault was told. Policy and dates are not looked at here. */
export function dueOf(ceremonies: Ceremonies, record: KeysetRecord): string[] {
  return exposures(livesOf(ceremonies, record)).map(({ epoch, members, threshold, lost }) => {
    const whose = `${members.length} of the ${threshold} shares of epoch ${epoch} that make the key ${members.length === 1 ? 'is' : 'are'} exposed (${members.join(', ')})`;
    return lost
      ? `${whose}: whoever has them has the key of ${record.name}. no ceremony helps; move what it guards to a new key`
      : `${whose}: ${record.name} is due. conclave propose refresh --keyset ${record.name}`;
  });
}
