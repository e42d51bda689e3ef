import { type Plan, quorumOf } from '../../src/ceremony/plan.ts';
import type { SuiteName } from '../../src/crypto/suites.ts';
import type { Ceremonies } from '../../src/vault/ceremonies.ts';
import { firstState, myCard, withCard } from '../../src/vault/identity.ts';
import { beginCeremony, draftProposal, planOf, type Wish } from '../../src/vault/propose.ts';
import { createMachine, filesHeld, type Machine, now, play, tool, within } from './machine.ts';

/* How a simulated world begins: machines, a key that some of them made, and plans to hand it on. */

export interface Founding {
  readonly suite: SuiteName;
  readonly old: readonly string[];
  readonly threshold: number;
  readonly plans: readonly PlanWish[];
}

export interface PlanWish {
  readonly by: string;
  readonly members: readonly string[];
  readonly threshold: number;
  /** Old members in the order in which they are asked to deal; as many as are needed do. */
  readonly order?: readonly string[];
  /** Whether the plan asks before an old share goes, wants backups, and so on. */
  readonly other?: Partial<Wish>;
}

export interface Founded {
  readonly machines: readonly Machine[];
  /** Of the plans, as their proposers hold them. */
  readonly ceremonies: readonly string[];
}

const usual: Wish = {
  kind: 'genesis',
  keyset: 'treasury',
  members: [],
  threshold: 2,
  keys: [],
  dealers: null,
  approvers: [],
  approvals: null,
  observers: [],
  backup: 'none',
  copies: 0,
  destroy: 'when-proven',
  belowQuorum: null,
  reason: 'a simulation',
  because: 'policy',
  ticket: null,
  insteadOf: null,
  beacon: null,
  expiresIn: 86_400,
};

/** Machines of which the old ones hold a key and remember no ceremony, and each proposer has begun its plans. */
export function found({ suite, old, threshold, plans }: Founding): Founded {
  const names = [...new Set([...old, ...plans.flatMap(({ members, by }) => [...members, by])])];
  const strangers = names.map((name) =>
    createMachine({ name, twin: 0 }, (random) => {
      const age = { identity: name, recipient: `age1${'q'.repeat(56)}${name.replace(/[bio1]/g, 'z').slice(0, 2)}` };
      return firstState({ name, rehearsal: true, age, at: now }, random);
    }),
  );
  const cards = strangers.map((machine) => within(machine, ({ vault }) => myCard(vault.state)).value);
  const known = new Map(
    strangers.map((one) => {
      const { machine } = within(one, ({ vault }) =>
        vault.commit((state) => cards.reduce((before, card) => withCard(before, card).state, state)),
      );
      return [machine.name, machine];
    }),
  );
  genesis(known, { suite, old, threshold });
  const ceremonies = plans.map((wish, at) => {
    // each proposer knows of its own plans alone, but takes one-time keys that no other plan has named
    const aware = within(scratch(known, plans.slice(0, at), wish.by), (ceremonies) => draft(ceremonies, wish)).value;
    const by = known.get(wish.by) as Machine;
    const { machine } = within(by, (ceremonies) => begin(ceremonies, aware));
    known.set(wish.by, machine);
    return aware.ceremony;
  });
  return { machines: [...known.values()], ceremonies };
}

/** The machine of a proposer as it would be had it made the plans of others before as well. */
function scratch(known: ReadonlyMap<string, Machine>, before: readonly PlanWish[], by: string): Machine {
  return before
    .filter((wish) => wish.by !== by)
    .reduce(
      (machine, wish) => within(machine, (ceremonies) => begin(ceremonies, draft(ceremonies, wish))).machine,
      known.get(by) as Machine,
    );
}

function draft(ceremonies: Ceremonies, { members, threshold, order, other }: PlanWish): Plan {
  const wish: Wish = { ...usual, kind: 'reshare', members, threshold, ...other };
  const plan = planOf(ceremonies, wish, now, tool);
  if (order === undefined || plan.parent === null) return plan;
  const { proven } = plan.parent;
  const dealers = order.slice(0, quorumOf(proven.threshold, proven.members.length));
  return planOf(ceremonies, { ...wish, dealers }, now, tool);
}

function begin(ceremonies: Ceremonies, plan: Plan): void {
  const drafted = draftProposal(ceremonies, plan, now, true);
  beginCeremony(ceremonies, drafted, drafted.content, 'the phrase', now, true);
}

function genesis(
  known: Map<string, Machine>,
  { suite, old, threshold }: Pick<Founding, 'suite' | 'old' | 'threshold'>,
) {
  const [first] = old as [string];
  const keys = [{ label: 'main', suite }];
  const proposing = within(known.get(first) as Machine, (ceremonies) => {
    begin(ceremonies, planOf(ceremonies, { ...usual, members: old, threshold, keys }, now, tool));
    return filesHeld(ceremonies);
  });
  known.set(first, proposing.machine);
  let stick = proposing.value;
  for (let idle = 0; idle < old.length; ) {
    for (const name of old) {
      const { machine, report, seen } = play(
        known.get(name) as Machine,
        [...stick.values()],
        { act: 'visit' },
        filesHeld,
      );
      known.set(name, machine);
      stick = new Map([...stick, ...(seen ?? [])]);
      idle = report.did.length > 0 ? 0 : idle + 1;
      if (report.problem !== null) throw new Error(`${name} met ${report.problem} while the key was made`);
    }
  }
  // the genesis is over: what is left of it is the keyset, as on a machine that was set up from a backup
  for (const name of old) {
    const { machine } = within(known.get(name) as Machine, ({ vault }) =>
      vault.commit((state) => ({ ...state, ceremonies: [], said: [], log: [] })),
    );
    const disk = new Map([...machine.disk].filter(([path]) => !path.includes('/packets/')));
    known.set(name, { ...machine, disk });
  }
}
