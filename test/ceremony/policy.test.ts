import { describe, expect, it } from 'vitest';
import { toHex } from '../../src/bytes/hex.ts';
import { type PlanFacts, writePlan } from '../../src/ceremony/plan.ts';
import { breach, governedShapes, type Policy, policyFault } from '../../src/ceremony/policy.ts';
import { Problem } from '../../src/problem.ts';
import { Ceremony, type Person, people, planFacts } from './committee.ts';

const { alice, bob, carol, dave, olga, pete } = people('policy', 'alice', 'bob', 'carol', 'dave', 'olga', 'pete');
const cast = [alice, bob, carol, dave, olga, pete];
const members = [alice, bob, carol];

/** What a policy says of approvers, by name. */
const asks = (approvals: number, ...approvers: readonly Person[]): Pick<Policy, 'approvers' | 'approvals'> => ({
  approvers: approvers.map(({ signing }) => signing.public),
  approvals,
});

function genesis(policy: Policy, approvers: readonly Person[] = [], facts: Partial<PlanFacts> = {}): Ceremony {
  for (const person of cast) person.votes.length = 0;
  return new Ceremony({ cast, members, threshold: 2, approvers, facts: { policy, ...facts } });
}

/** How a plan is refused; null where it is one. */
function refused(facts: PlanFacts): string | null {
  try {
    writePlan(facts);
    return null;
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    return `${error.code} ${error.message}`;
  }
}

describe('a plan that breaks the policy of its keyset is none', () => {
  const bare = asks(0);
  const strict = { ...bare, shapes: [] };
  const high = { ...bare, minimumThreshold: 3 };
  const backed = { ...bare, backups: 2 };
  const parents = {
    bare: genesis(bare).run().link,
    strict: genesis(strict).run().link,
    backed: genesis(backed, [], { backup: 'required', copies: 2 }).run().link,
  };
  const planAfter = (from: keyof typeof parents, change: Partial<PlanFacts> = {}, threshold = 2) =>
    refused(planFacts({ cast, members, threshold, parent: parents[from], facts: change }));

  it('a weak shape that the policy does not allow', () => {
    expect(planAfter('bare', {}, 3)).toBeNull();
    expect(planAfter('strict')).toBeNull();
    expect(planAfter('strict', {}, 3)).toMatch(/^POLICY_BROKEN .*does not allow the shape all-must-sign/);
  });

  it('fewer backups than the policy wants', () => {
    expect(planAfter('backed')).toMatch(/^POLICY_BROKEN .*wants 2 backups of every new share/);
    expect(planAfter('backed', { backup: 'required', copies: 1 })).toMatch(/^POLICY_BROKEN/);
    expect(planAfter('backed', { copies: 2 })).toMatch(/^POLICY_BROKEN/);
    expect(planAfter('backed', { backup: 'required', copies: 2 })).toBeNull();
  });

  it('nor does it become one by bringing a policy that allows it', () => {
    expect(planAfter('strict', { policy: bare }, 3)).toMatch(/^POLICY_BROKEN/);
    expect(planAfter('backed', { policy: bare })).toMatch(/^POLICY_BROKEN/);
  });

  it('and a plan that brings a policy keeps to it at once, in a genesis too', () => {
    expect(planAfter('bare', { policy: high })).toMatch(/^POLICY_BROKEN .*2 are to sign.* at least 3/);
    expect(planAfter('bare', { policy: high }, 3)).toBeNull();
    expect(() => genesis(high)).toThrow(expect.objectContaining({ code: 'POLICY_BROKEN' }));
  });

  it('where no share moves there is nothing to break, and nothing to change', () => {
    const still: Partial<PlanFacts> = { kind: 'census', new: [], dealers: [] };
    expect(planAfter('backed', still)).toBeNull();
    expect(planAfter('backed', { ...still, policy: bare })).toMatch(/^PLAN_INVALID .*a policy changes only with/);
  });

  it('losses are no choice: no policy forbids what they bring', () => {
    expect(governedShapes).not.toContain('few-spares');
    expect(governedShapes).not.toContain('below-quorum');
    const shape = { threshold: 2, weak: ['few-spares', 'below-quorum'], backup: 'none', copies: 0 } as const;
    expect(breach(strict, shape)).toBeNull();
  });
});

describe('a policy changes', () => {
  const parent = genesis(asks(1, olga), [olga]).run().link;
  const change = (policy: Policy, approvers: readonly Person[], facts: Partial<PlanFacts> = {}) => {
    for (const person of cast) person.votes.length = 0;
    return new Ceremony({ cast, members, threshold: 2, parent, approvers, approvals: 0, facts: { policy, ...facts } });
  };
  const approvedBy = (ceremony: Ceremony, ...who: readonly Person[]) => {
    for (const one of who) ceremony.do(one, 'approve');
    return ceremony.view.approved;
  };

  it('with the approvals that the old one asks for and those that the new one asks for, whatever the plan says', () => {
    const policy = asks(1, pete);
    expect(approvedBy(change(policy, [pete]), olga)).toBe(false);
    expect(approvedBy(change(policy, [pete]), pete)).toBe(false);
    expect(approvedBy(change(policy, [pete]), olga, pete)).toBe(true);
  });

  it('and the next descriptor has the new one, which then holds alone', () => {
    const made = change({ ...asks(1, pete), refreshEvery: 86_400 }, [pete]).run();
    expect(made.link.proven.policy).toMatchObject({ approvals: 1, refreshEvery: 86_400 });
    expect(made.link.proven.policy.approvers.map(toHex)).toEqual([pete.identity]);
    const next = new Ceremony({ cast, members, threshold: 2, parent: made.link, approvals: 1 });
    expect(next.plan.participants.filter(({ approver }) => approver).map(({ name }) => name)).toEqual(['pete']);
    expect(approvedBy(next, pete)).toBe(true);
  });

  it('dies where the approver of the old one refuses', () => {
    const ceremony = change(asks(0), []);
    ceremony.refuse(olga, 'approver');
    expect(ceremony.view.current.death?.why).toBe('approvals-refused');
  });

  it('names the approvers of both, or is no plan', () => {
    const facts = planFacts({ cast, members, threshold: 2, parent, approvers: [pete], approvals: 1 });
    const place = facts.approvers[0] as number;
    const without = { ...facts, policy: asks(1, pete) };
    expect(refused(without)).toBeNull();
    expect(refused({ ...without, approvers: [place], observers: facts.approvers.slice(1) })).toMatch(
      /^PLAN_INVALID .*leaves out an approver of the policy/,
    );
    expect(refused({ ...without, approvers: facts.approvers.slice(1), observers: [place] })).toMatch(
      /^PLAN_INVALID .*leaves out an approver of the policy/,
    );
  });
});

describe('a policy is none', () => {
  it('that is broken without a word: it says how many backups it wants', () => {
    const shape = { threshold: 2, weak: [], backup: 'none', copies: 0 } as const;
    const wants = (backups: number) => breach({ ...asks(0), backups }, shape);
    expect([wants(1), wants(2)]).toEqual([
      'the policy of the keyset wants 1 backup of every new share',
      'the policy of the keyset wants 2 backups of every new share',
    ]);
    expect(wants(0)).toBeNull();
  });

  it('with more approvals than approvers, an approver twice, or shapes out of order', () => {
    expect(policyFault(asks(1, olga))).toBeNull();
    expect(policyFault(asks(2, olga))).toMatch(/more approvals/);
    expect(policyFault(asks(2, olga, olga))).toMatch(/twice/);
    expect(policyFault({ ...asks(0), shapes: ['all-must-sign', 'lower-threshold'] })).toBeNull();
    expect(policyFault({ ...asks(0), shapes: ['lower-threshold', 'all-must-sign'] })).toMatch(/order/);
    expect(policyFault({ ...asks(0), shapes: ['all-must-sign', 'all-must-sign'] })).toMatch(/order/);
  });
});
