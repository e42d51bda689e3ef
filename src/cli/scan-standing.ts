import { equalBytes, toHex } from '../bytes/hex.ts';
import { admitOnce } from '../ceremony/admission.ts';
import { isBackup, readBackup } from '../ceremony/backup.ts';
import { type Card, readCard } from '../ceremony/card.ts';
import { outstanding } from '../ceremony/duties.ts';
import { ceremonyOf, openPacket, unwrapProposal } from '../ceremony/envelope.ts';
import type { Memo } from '../ceremony/evaluation.ts';
import { isOver } from '../ceremony/over.ts';
import type { Plan } from '../ceremony/plan.ts';
import { isParcel, markOf, readParcel } from '../courier/qr/parcel.ts';
import { Problem } from '../problem.ts';
import type { Ceremonies, Held } from '../vault/ceremonies.ts';
import { holdingOf } from '../vault/holding.ts';
import { myCard, readOnce } from '../vault/identity.ts';
import { planHolds } from '../vault/standing.ts';

/** How something that was scanned stands to what is here: whether anybody needs it, and whether it can be what it says. */
export interface Standing {
  readonly state: 'new' | 'held' | 'stale' | 'foreign' | 'tampered';
  /** For people. */
  readonly why: string;
}

/**
 * What a vault knows, to compare with while codes are looked at. It is taken before, so that no vault is open while pictures
 * of others are decoded; of secrets it has the keys of ceremonies, which all their participants have.
 */
export interface Judge {
  /** Of a file that is not whole yet, by its stream and its beginning. That is not proven to be of it: only said, never acted on. */
  readonly early: (stream: string, beginning: Uint8Array) => Standing | null;
  readonly whole: (file: Uint8Array) => Standing;
}

interface KnownCeremony {
  readonly plan: Plan;
  readonly key: Uint8Array;
  /** Why nobody waits for any packet of it; null where somebody may. */
  readonly over: string | null;
}

interface Known {
  readonly known: ReadonlyMap<string, KnownCeremony>;
  readonly cards: readonly Card[];
  /** Of every file that is here. */
  readonly marks: ReadonlySet<string>;
  readonly epochs: readonly { readonly id: Uint8Array; readonly name: string; readonly epoch: number }[];
  readonly rehearsal: boolean;
  readonly memo: Memo;
}

const fresh: Standing = { state: 'new', why: '' };

export function judgeOf(ceremonies: Ceremonies): Judge {
  const { state } = ceremonies.vault;
  const views = ceremonies.all().map(({ view }) => view);
  const known = new Map(
    ceremonies.all().map((held): [string, KnownCeremony] => {
      const { plan, record } = held;
      const over = overFor(held, views) ?? staleFor(ceremonies, held);
      return [plan.ceremony, { plan, key: record.key.slice(), over }];
    }),
  );
  const cards = [...state.roster.map(readOnce), myCard(state)];
  const files = ceremonies.ids().flatMap((id) => ceremonies.vault.kept(id).files.map(({ bytes }) => bytes));
  const marks = new Set([...files, ...cards.map(({ file }) => file)].map((bytes) => toHex(markOf(bytes))));
  const epochs = state.keysets.map((record) => ({
    id: record.id,
    name: record.name,
    epoch: holdingOf(ceremonies, record).head?.epoch ?? -1,
  }));
  const { memo } = ceremonies;
  return judging({ known, cards, marks, epochs, rehearsal: state.rehearsal, memo });
}

/** Apart from where the vault was open, so that nothing here can hold on to it. */
function judging({ known, cards, marks, epochs, rehearsal, memo }: Known): Judge {
  function ofPacket(file: Uint8Array, ceremony: string): Standing {
    const found = known.get(ceremony);
    if (found === undefined) return foreign(`of ceremony ${short(ceremony)}, which this machine does not know`);
    try {
      admitOnce(found.plan, openPacket(found.plan.id, found.key, file), memo);
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      return { state: 'tampered', why: `a packet of ceremony ${short(ceremony)} that ${error.message}` };
    }
    return found.over === null ? fresh : stale(`a packet of ceremony ${short(ceremony)}, which ${found.over}`);
  }

  function ofProposal(ceremony: string): Standing {
    const found = known.get(ceremony);
    if (found === undefined) return fresh; // whom it is for, and what it builds on, next says when it opens it
    if (found.over !== null) return stale(`the proposal of ceremony ${short(ceremony)}, which ${found.over}`);
    return { state: 'held', why: `this machine has the proposal of ceremony ${short(ceremony)}` };
  }

  function ofCard(card: Card): Standing {
    const { name, serial, identity } = card;
    const same = cards.find((one) => one.identity === identity);
    if (same !== undefined && same.serial > serial)
      return stale(`card number ${serial} of ${name}, of whom number ${same.serial} is here`);
    if (same !== undefined && same.serial === serial && !equalBytes(same.file, card.file))
      return foreign(`another card of ${name} with number ${serial} than the one that is here`);
    const other = cards.find((one) => one.identity !== identity && one.name.toLowerCase() === name.toLowerCase());
    if (other !== undefined) return foreign(`a card of another identity than the ${other.name} that is known here`);
    return card.rehearsal === rehearsal
      ? fresh
      : foreign(`a card of ${name} for ${card.rehearsal ? 'rehearsals' : 'real ceremonies'}`);
  }

  function ofBackup({ header }: ReturnType<typeof readBackup>): Standing {
    const found = epochs.find(({ id }) => equalBytes(id, header.keyset));
    if (found === undefined) return foreign(`a backup of ${header.name}, a keyset that this machine does not hold`);
    if (found.epoch <= header.epoch) return fresh;
    return stale(`a backup of epoch ${header.epoch} of ${found.name}, which is at epoch ${found.epoch}`);
  }

  function one(file: Uint8Array): Standing {
    if (marks.has(toHex(markOf(file)))) return { state: 'held', why: 'this machine has it already, byte for byte' };
    const ceremony = ceremonyOf(file);
    if (ceremony !== null) return ofPacket(file, ceremony);
    try {
      const proposed = unwrapProposal(file);
      if (proposed !== null) return ofProposal(proposed.ceremony);
      if (isBackup(file)) return ofBackup(readBackup(file));
      return beginsAsCard(file) ? ofCard(readCard(file)) : fresh;
    } catch (error) {
      if (error instanceof Problem) return { state: 'tampered', why: error.message };
      throw error;
    }
  }

  function ofParcel(file: Uint8Array): Standing {
    const { packets, others } = readParcel(file);
    const all = [...packets, ...others.map(({ bytes }) => bytes)];
    const brought = new Set(others.flatMap(({ bytes }) => ceremonyIn(bytes)?.ceremony ?? []));
    // packets of a ceremony whose proposal comes with them are new with it
    const standings = all.map((bytes) => {
      const ceremony = ceremonyOf(bytes);
      return ceremony !== null && !known.has(ceremony) && brought.has(ceremony) ? fresh : one(bytes);
    });
    const counted = order.flatMap((name) => {
      const found = standings.filter((standing) => standing.state === name);
      return found.length === 0 ? [] : [{ name, count: found.length, why: found[0]?.why ?? '' }];
    });
    const worst =
      counted.find(({ name }) => name === 'tampered') ?? counted.find(({ name }) => name === 'new') ?? counted[0];
    if (worst === undefined) return { state: 'held', why: 'there is nothing in it' };
    const words = counted.map(({ name, count, why }) => (why === '' ? `${count} ${name}` : `${count} ${name}: ${why}`));
    return counted.length === 1 && worst.name === 'new' ? fresh : { state: worst.name, why: words.join('; ') };
  }

  return {
    early: (stream, beginning) => {
      if (marks.has(stream)) return { state: 'held', why: 'this machine has that file already' };
      const found = ceremonyIn(beginning);
      if (found === null) return null;
      const { ceremony, alone } = found;
      const over = known.get(ceremony)?.over ?? null;
      if (over !== null) return stale(`it begins as one of ceremony ${short(ceremony)}, which ${over}`);
      if (known.has(ceremony) || alone !== 'packet') return null; // a proposal, and what comes with it, may be new
      return foreign(`it begins as a packet of ceremony ${short(ceremony)}, which this machine does not know`);
    },
    whole: (file) => {
      if (!isParcel(file)) return one(file);
      try {
        return ofParcel(file);
      } catch (error) {
        if (error instanceof Problem) return { state: 'tampered', why: error.message };
        throw error;
      }
    },
  };
}

const order = ['new', 'held', 'stale', 'foreign', 'tampered'] as const;
const short = (ceremony: string): string => ceremony.slice(0, 16);
const stale = (why: string): Standing => ({ state: 'stale', why });
const foreign = (why: string): Standing => ({ state: 'foreign', why });

/** A leaver that has not come back is still to get its packets, and to give the last one. */
function overFor({ view }: Held, views: readonly Held['view'][]): string | null {
  const over = isOver(view, views);
  if (over === null || outstanding(view).length > 0) return null;
  return { complete: 'is complete', withdrawn: 'was withdrawn', replaced: 'another one took the place of' }[over];
}

function staleFor({ vault: { state } }: Ceremonies, { plan, view }: Held): string | null {
  if (view.current.proof !== null) return null;
  return planHolds(state, plan).some(({ code }) => code === 'PLAN_STALE') ? 'starts from an epoch that is over' : null;
}

function beginsAsCard(file: Uint8Array): boolean {
  return new TextDecoder('latin1').decode(file.subarray(0, 17)) === 'conclave card v1\n';
}

/** The first ceremony that is named in the beginning of a file, also of a parcel. */
function ceremonyIn(beginning: Uint8Array): { ceremony: string; alone: 'packet' | 'proposal' | null } | null {
  const letters = new TextDecoder('latin1').decode(beginning.subarray(0, 4096));
  const found = /conclave (packet|proposal) v1\n/.exec(letters);
  if (found === null) return null;
  const at = found.index + found[0].length;
  if (beginning.length < at + 32) return null;
  const alone = found.index === 0 ? (found[1] as 'packet' | 'proposal') : null;
  return { ceremony: toHex(beginning.subarray(at, at + 32)), alone };
}
