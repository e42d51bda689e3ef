import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Duty, owedBy } from '../../src/ceremony/duties.ts';
import type { View } from '../../src/ceremony/evaluate.ts';
import { quorumOf } from '../../src/ceremony/plan.ts';
import { route, walk } from '../../src/ceremony/route.ts';

interface Part {
  readonly name: string;
  readonly old?: boolean;
  readonly new?: boolean;
  readonly deals?: boolean;
  readonly approves?: boolean;
  readonly policy?: boolean;
  /** By the policy of the committee that hands over, where the plan changes it. */
  readonly oldPolicy?: boolean;
}

interface Shape {
  readonly parts: readonly Part[];
  readonly quorum?: number;
  readonly approvals?: number;
  readonly policyApprovals?: number;
  readonly oldPolicyApprovals?: number;
  readonly genesis?: boolean;
}

/** What was said so far, as `name duty`. */
type Said = ReadonlySet<string>;

const deeds = {
  approve: 'approval',
  deal: 'deal',
  endorse: 'endorsement',
  accept: 'acceptance',
  activate: 'activation',
};

/** A view as far as duties and routes look at it: every packet that was said is good. */
function viewOf(shape: Shape, said: Said): View {
  const { parts, genesis = false, quorum = 0, approvals = 0, policyApprovals = 0, oldPolicyApprovals = 0 } = shape;
  let [oldIndex, newIndex] = [0, 0];
  const participants = parts.map((part, at) => ({
    name: part.name,
    identity: part.name,
    card: { signing: Uint8Array.of(at) },
    oldIndex: part.old ? ++oldIndex : null,
    newIndex: part.new ? ++newIndex : null,
    approver: part.approves === true,
    observer: false,
  }));
  const names = (duty: Duty): string[] =>
    [...said].filter((word) => word.endsWith(` ${duty}`)).map((word) => word.split(' ')[0] as string);
  const mapped = <T>(duty: Duty, value: T): Map<string, T> => new Map(names(duty).map((name) => [name, value]));
  const dealers = participants.filter((_, at) => parts[at]?.deals).map((participant) => ({ participant }));
  const receivers = participants.filter(({ newIndex: index }) => index !== null);
  const endorsers = new Set([...names('deal'), ...names('endorse')]);
  const counts = names('deal').length === dealers.length && endorsers.size >= quorum;
  const certified = receivers.length === names('accept').length;
  const policyNames = parts.flatMap((part, at) => (part.policy ? [Uint8Array.of(at)] : []));
  const oldPolicyNames = parts.flatMap((part, at) => (part.oldPolicy ? [Uint8Array.of(at)] : []));
  const agreed = names('approve');
  const approved =
    agreed.length >= approvals &&
    agreed.filter((name) => parts.find((p) => p.name === name)?.policy).length >= policyApprovals &&
    (genesis || agreed.filter((name) => parts.find((p) => p.name === name)?.oldPolicy).length >= oldPolicyApprovals);
  const id = new Uint8Array(32);
  const kind = (word: string): string => deeds[word.split(' ')[1] as keyof typeof deeds] ?? word.split(' ')[1];
  const view = {
    plan: {
      participants,
      receivers,
      parent: genesis
        ? null
        : { proven: { policy: { approvers: oldPolicyNames, approvals: oldPolicyApprovals, backups: 1 } } },
      quorum,
      approvals,
      policy: { approvers: policyNames, approvals: policyApprovals },
      holders: [],
    },
    packets: [...said].map((word) => ({ kind: kind(word), identity: word.split(' ')[0], attempt: id })),
    faults: [],
    contradictions: [],
    withdrawn: false,
    drill: null,
    census: null,
    attempts: [],
    approvals: mapped('approve', {}),
    approved,
    current: {
      attempt: { id, dealers },
      spoiledBy: [],
      certificate: null,
      deals: mapped('deal', [{}]),
      endorsers,
      counts,
      transcript: counts ? {} : null,
      acceptances: mapped('accept', {}),
      turn: certified ? {} : null,
      activations: mapped('activate', {}),
      reproves: [],
      releases: new Map(),
      proof: receivers.length === names('activate').length ? { lost: [] } : null,
      closings: mapped('close', {}),
      death: null,
    },
  };
  return view as unknown as View;
}

/** One visit by the rules of duties.ts themselves: everything that is owed, one after the other. */
function visit(shape: Shape, said: Said, name: string): { said: Said; did: Duty[] } {
  const after = new Set(said);
  const did: Duty[] = [];
  for (;;) {
    const view = viewOf(shape, after);
    const me = view.plan.participants.find((p) => p.name === name);
    const duty = me === undefined ? undefined : owedBy(view, me)[0];
    if (duty === undefined) return { said: after, did };
    after.add(`${name} ${duty}`);
    did.push(duty);
  }
}

const over = (shape: Shape, said: Said): boolean =>
  shape.parts.every((part) => !(part.old || part.new) || said.has(`${part.name} close`));

/** Every order of visits there is, without any shortcut. */
function fewest(shape: Shape): number {
  let layer = new Map<string, Said>([['', new Set()]]);
  for (let visits = 0; layer.size > 0; visits++) {
    const next = new Map<string, Said>();
    for (const said of layer.values()) {
      if (over(shape, said)) return visits;
      for (const { name } of shape.parts) {
        const after = visit(shape, said, name).said;
        if (after.size > said.size) next.set([...after].sort().join(), after);
      }
    }
    layer = next;
  }
  return Number.POSITIVE_INFINITY;
}

/** The same, of the walks with the fewest visits the one that changes its site most rarely. */
function fewestMoves(shape: Shape, sites: ReadonlyMap<string, number>, from: number | undefined): [number, number] {
  let layer = new Map([['', { said: new Set() as Said, at: from, moves: 0 }]]);
  for (let visits = 0; layer.size > 0; visits++) {
    const ends = [...layer.values()].filter(({ said }) => over(shape, said));
    if (ends.length > 0) return [visits, Math.min(...ends.map(({ moves }) => moves))];
    const next: typeof layer = new Map();
    for (const { said, at, moves: before } of layer.values()) {
      for (const { name } of shape.parts) {
        const after = visit(shape, said, name).said;
        const moves = before + (sites.get(name) === at ? 0 : 1);
        const key = `${[...after].sort().join()} ${sites.get(name)}`;
        if (after.size > said.size && moves < (next.get(key)?.moves ?? Number.POSITIVE_INFINITY))
          next.set(key, { said: after, at: sites.get(name), moves });
      }
    }
    layer = next;
  }
  return [Number.POSITIVE_INFINITY, 0];
}

const people = 'alice bob carol dave erin frank grace heidi ivan judy kim leo'.split(' ');
const refresh = (members: number, threshold: number): Shape => {
  const quorum = quorumOf(threshold, members);
  return {
    quorum,
    parts: people.slice(0, members).map((name, at) => ({ name, old: true, new: true, deals: at < quorum })),
  };
};
const genesis = (members: number): Shape => ({
  genesis: true,
  parts: people.slice(0, members).map((name) => ({ name, new: true, deals: true })),
});

describe('a walk', () => {
  test('of a whole 3-of-5 refresh has exactly 15 stops, three at each machine, round and round', () => {
    const stops = route(viewOf(refresh(5, 3), new Set()), 'alice');
    expect(stops).toHaveLength(15);
    expect(stops.slice(0, 10)).toEqual([...people.slice(0, 5), ...people.slice(0, 5)]);
    for (const name of people.slice(0, 5)) expect(stops.filter((stop) => stop === name)).toHaveLength(3);
  });

  test('of a 2-of-3 genesis has 8 more stops once the proposer has dealt in the visit of the proposal', () => {
    const dealt = visit(genesis(3), new Set(), 'carol').said;
    expect(route(viewOf(genesis(3), dealt), 'carol')).toHaveLength(8);
  });

  test('ends with the fewest visits that any order has, and every stop does what duties.ts asks there', () => {
    const part = fc.record({ old: fc.boolean(), new: fc.boolean(), approves: fc.boolean(), policy: fc.boolean() });
    const shapes = fc
      .record({ drawn: fc.array(part, { minLength: 3, maxLength: 5 }), genesis: fc.boolean(), extra: fc.nat(2) })
      .map(({ drawn, genesis: first, extra }): Shape => {
        const parts = drawn.map((one, at) => ({
          name: people[at] as string,
          old: one.old && !first,
          new: one.new || at < 2,
          approves: one.approves,
          policy: one.approves && one.policy,
          deals: first ? one.new || at < 2 : false,
        }));
        const holders = parts.filter(({ old }) => old);
        const quorum = first ? 0 : Math.min(holders.length, 1 + extra);
        for (const holder of holders.slice(0, Math.max(1, quorum - 1))) holder.deals = true;
        const approvers = parts.filter(({ approves }) => approves).length;
        const policyApprovals = Math.min(1, parts.filter(({ policy }) => policy).length);
        return { parts, quorum, genesis: first, approvals: Math.min(approvers, extra), policyApprovals };
      });
    fc.assert(
      fc.property(shapes, (shape) => {
        const planned = walk(viewOf(shape, new Set())).stops;
        let said: Said = new Set();
        for (const { member, does } of planned) {
          const { said: after, did } = visit(shape, said, member);
          expect([...does].sort()).toEqual([...did].sort());
          said = after;
        }
        expect(over(shape, said)).toBe(true);
        expect(planned).toHaveLength(fewest(shape));
      }),
      { numRuns: 60, seed: 7 },
    );
  });

  test('with sites moves as rarely as any order with as few visits does', () => {
    const drawn = fc.record({
      members: fc.integer({ min: 3, max: 4 }),
      at: fc.array(fc.nat(1), { minLength: 4, maxLength: 4 }),
      from: fc.nat(2),
    });
    fc.assert(
      fc.property(drawn, ({ members, at, from }) => {
        const shape = refresh(members, 2);
        const sites = new Map(people.slice(0, members).map((name, place) => [name, at[place] as number] as const));
        const found = walk(viewOf(shape, new Set()), { from: people[from] as string, sites });
        expect([found.stops.length, found.moves]).toEqual(fewestMoves(shape, sites, sites.get(people[from] as string)));
      }),
      { numRuns: 40, seed: 11 },
    );
  });

  test('sends the stick to an idle old member whose endorsement is missing', () => {
    const parts = refresh(4, 2).parts.map((part, at) => ({ ...part, deals: at < 2 }));
    const stops = walk(viewOf({ parts, quorum: 3 }, new Set())).stops;
    expect(stops.flatMap(({ does }) => does).filter((duty) => duty === 'endorse')).toHaveLength(1);
  });

  test('goes by the approvers of the old policy, and of the one that the plan brings', () => {
    const parts = [
      { name: 'ann', old: true, new: true, deals: true },
      { name: 'joe', approves: true },
      { name: 'leo', approves: true, policy: true },
      { name: 'eva', approves: true, oldPolicy: true },
    ];
    const shape = { parts, quorum: 1, approvals: 1, policyApprovals: 1, oldPolicyApprovals: 1 };
    const { stops } = walk(viewOf(shape, new Set()));
    expect(stops.flatMap(({ member, does }) => (does.includes('approve') ? [member] : [])).sort()).toEqual([
      'eva',
      'leo',
    ]);
  });

  test('goes by no more approvers than are needed, and by those of the policy first of all', () => {
    const parts: Part[] = [
      ...genesis(2).parts,
      { name: 'kim', approves: true },
      { name: 'leo', approves: true, policy: true },
    ];
    const stops = route(viewOf({ parts, genesis: true, approvals: 1, policyApprovals: 1 }, new Set()));
    expect(stops).toContain('leo');
    expect(stops).not.toContain('kim');
  });

  test('begins where the stick is when that costs nothing', () => {
    expect(route(viewOf(refresh(5, 3), new Set()), 'carol')[0]).toBe('carol');
  });

  test('keeps the number of visits and moves between sites as rarely as can be', () => {
    const sites = new Map([
      ...['alice', 'carol', 'erin'].map((name) => [name, 1] as const),
      ['bob', 2],
      ['dave', 2],
    ] as const);
    const view = viewOf(refresh(5, 3), new Set());
    const sited = walk(view, { from: 'alice', sites });
    const moves = (names: readonly string[]): number =>
      names.filter((name, at) => at > 0 && sites.get(name) !== sites.get(names[at - 1] as string)).length;
    expect(sited.stops).toHaveLength(15);
    expect(sited.moves).toBe(moves(sited.stops.map(({ member }) => member)));
    expect(sited.moves).toBe(4);
    expect(moves(route(view, 'alice'))).toBeGreaterThan(4);
  });

  test('is found for ten machines at ten sites, and for committees of thirty-two', () => {
    const ten = viewOf(refresh(10, 6), new Set());
    const sites = new Map(people.map((name, at) => [name, at] as const));
    const found = walk(ten, { sites });
    expect([found.stops.length, found.exact]).toEqual([33, true]);
    const many = Array.from({ length: 32 }, (_, at) => ({ name: `m${at}`, old: true, new: true, deals: at < 17 }));
    expect(walk(viewOf({ parts: many, quorum: 17 }, new Set())).stops).toHaveLength(110);
  });

  test('still leads to the end where the search would take too long', () => {
    const view = viewOf(refresh(6, 4), new Set());
    const sites = new Map(people.map((name, at) => [name, at % 3] as const));
    const { stops: greedy, exact } = walk(view, { sites, budget: 1 });
    expect(exact).toBe(false);
    const stops = greedy.map(({ member }) => member);
    let said: Said = new Set();
    for (const name of stops) said = visit(refresh(6, 4), said, name).said;
    expect(over(refresh(6, 4), said)).toBe(true);
  });

  test('is empty and says why when no visit can help', () => {
    const said = new Set(['alice deal', 'bob deal']);
    const view = viewOf(refresh(3, 2), said);
    const twice = new Map([['alice', [{}, {}]]]);
    const dealt = new Map<string, unknown>([...view.current.deals, ...twice]);
    const broken = { ...view, current: { ...view.current, deals: dealt } } as View;
    expect(walk(broken)).toMatchObject({ stops: [], stuck: ['alice dealt twice'] });
    const faulty = { ...view, current: { ...view.current, deals: new Map() } } as View;
    expect(walk(faulty).stuck).toEqual([
      'the deal of alice does not count here',
      'the deal of bob does not count here',
    ]);
  });

  test('of a ceremony that only a leaver has to close goes to the leaver alone', () => {
    const shape: Shape = {
      quorum: 2,
      parts: [
        { name: 'alice', old: true, deals: true },
        { name: 'bob', old: true, new: true, deals: true },
        { name: 'carol', new: true },
      ],
    };
    const said = new Set(
      ['deal', 'accept', 'activate', 'close'].flatMap((duty) => [`bob ${duty}`, `carol ${duty}`]).concat('alice deal'),
    );
    expect(walk(viewOf(shape, said)).stops).toEqual([{ member: 'alice', does: ['close'] }]);
    expect(walk(viewOf(shape, new Set([...said, 'alice close']))).stops).toEqual([]);
  });
});
