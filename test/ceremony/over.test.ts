import { describe, expect, it } from 'vitest';
import type { View } from '../../src/ceremony/evaluate.ts';
import { isOver, replacedBy } from '../../src/ceremony/over.ts';

/* Which ceremonies need nobody's attention any more. Views as far as it looks at them. */

const hex = (fill: number) => fill.toString(16).padStart(2, '0').repeat(32);
const bytes = (fill: number) => new Uint8Array(32).fill(fill);

interface Made {
  readonly number: number;
  readonly phase?: string;
  readonly parent?: number | null;
  readonly insteadOf?: number;
  readonly proposer?: string;
  readonly proven?: boolean;
  readonly dead?: boolean;
  readonly withdrawn?: boolean;
  /** Of earlier attempts, whether they are dead. */
  readonly earlier?: readonly boolean[];
}
function view(made: Made): View {
  const { number, phase = 'dealing', parent = 1, insteadOf, proposer = 'alice', proven, dead, earlier = [] } = made;
  const attempt = (isDead = false) => ({ death: isDead ? {} : null, proof: null });
  const current = { ...attempt(dead), proof: proven ? {} : null };
  return {
    phase,
    plan: {
      ceremony: hex(number),
      parent: parent === null ? null : { proven: { id: bytes(parent) } },
      insteadOf: insteadOf === undefined ? null : bytes(insteadOf),
      participants: ['alice', 'bob'].map((identity) => ({ identity, proposer: identity === proposer })),
    },
    current,
    attempts: [...earlier.map(attempt), current],
    withdrawn: made.withdrawn === true,
  } as unknown as View;
}

describe('a ceremony is over', () => {
  const over = (one: Made, ...others: Made[]) => isOver(view(one), [view(one), ...others.map(view)]);

  it('where it is complete, whatever lies beside it', () => {
    expect(over({ number: 5, phase: 'complete', proven: true }, { number: 6, proven: true })).toBe('complete');
    expect(over({ number: 5 })).toBeNull();
    expect(over({ number: 5, dead: true })).toBeNull();
  });

  it('where another one over the same committee is proven, but not where it is proven itself', () => {
    expect(over({ number: 5 }, { number: 6, proven: true })).toBe('replaced');
    expect(over({ number: 5, proven: true }, { number: 6, proven: true })).toBeNull();
    expect(over({ number: 5 }, { number: 6 })).toBeNull();
    expect(over({ number: 5 }, { number: 6, proven: true, parent: 2 })).toBeNull();
    expect(over({ number: 5 }, { number: 6, proven: true, parent: null })).toBeNull();
    expect(over({ number: 5, parent: null }, { number: 6, proven: true })).toBeNull();
    expect(over({ number: 5, parent: null }, { number: 6, proven: true, parent: null })).toBeNull();
    expect(over({ number: 5 }, { number: 5, proven: true })).toBeNull();
  });

  it('where it is dead and another one was proposed in its place', () => {
    expect(over({ number: 5, dead: true }, { number: 6, insteadOf: 5 })).toBe('replaced');
    expect(over({ number: 5, dead: true, parent: null }, { number: 6, insteadOf: 5, parent: null })).toBe('replaced');
    expect(over({ number: 5 }, { number: 6, insteadOf: 5 })).toBeNull();
    expect(over({ number: 5, dead: true }, { number: 6, insteadOf: 7 })).toBeNull();
    expect(over({ number: 5, dead: true }, { number: 6 })).toBeNull();
    expect(over({ number: 5, dead: true }, { number: 5, insteadOf: 5 })).toBeNull();
  });

  it('where it was withdrawn and every attempt at it is dead', () => {
    expect(over({ number: 5, withdrawn: true })).toBeNull();
    expect(over({ number: 5, withdrawn: true, dead: true })).toBe('withdrawn');
    expect(over({ number: 5, withdrawn: true, dead: true, earlier: [false] })).toBeNull();
    expect(over({ number: 5, withdrawn: true, dead: true, earlier: [true] })).toBe('withdrawn');
    expect(over({ number: 5, dead: true, earlier: [true] })).toBeNull();
  });
});

describe('a plan is replaced', () => {
  const replaced = (one: Made, ...others: Made[]) => replacedBy(view(one), others.map(view))?.plan.ceremony;

  it('by one that its own proposer laid in its place', () => {
    expect(replaced({ number: 5 }, { number: 6 }, { number: 7, insteadOf: 5 })).toBe(hex(7));
    expect(replaced({ number: 5, dead: true }, { number: 7, insteadOf: 5 })).toBe(hex(7));
    for (const other of [
      { number: 7 },
      { number: 7, insteadOf: 6 },
      { number: 7, insteadOf: 5, proposer: 'bob' },
      { number: 7, insteadOf: 5, proposer: 'nobody' },
      { number: 7, insteadOf: 5, dead: true },
      { number: 7, insteadOf: 5, withdrawn: true },
    ])
      expect(replaced({ number: 5 }, other)).toBeUndefined();
  });

  it('by none once it is proven', () => {
    expect(replaced({ number: 5, proven: true }, { number: 7, insteadOf: 5 })).toBeUndefined();
  });
});
