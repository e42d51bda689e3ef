import type { AcceptanceBody } from '../../ceremony/packets/acceptance.ts';
import type { Group, Scalar } from '../../crypto/group.ts';
import { suite } from '../../crypto/suites.ts';
import { stuck } from '../conversation.ts';
import { type Act, type Liar, type Lie, ownPackets } from './liar.ts';

/* Lies of those who receive, approve, propose or vote: two statements where one can be honest, and one that is none. */

/** The same once more with another time on it: two packets in one slot, both good by themselves. */
function twice(kind: Act): Lie {
  return (liar) => again(liar, kind, liar.honestly(kind));
}

function again(liar: Liar, kind: Parameters<Liar['utter']>[0], body: object): void {
  liar.utter(kind, body, { at: liar.moment.now + 1 });
}

const elsewhere: AcceptanceBody['tool'] = { version: 'another build', digest: new Uint8Array(32).fill(0xab) };

export const statementLies = {
  'two-proposals': (liar) => {
    const [body] = ownPackets(liar, 'proposal');
    if (body === undefined) throw stuck(`${liar.me.name} has proposed nothing`);
    again(liar, 'proposal', body);
  },
  'approval-and-refusal': (liar) => {
    liar.honestly('approval');
    liar.utter('refusal', { as: 'approver', reason: 'no, after all' });
  },
  'two-endorsements': twice('endorsement'),
  'two-acceptances': twice('acceptance'),
  'two-activations': twice('activation'),
  'two-closings': (liar) => {
    const body = liar.honestly('closing');
    liar.utter('closing', { ...body, oldShare: { state: 'kept', why: 'not-confirmed' } });
  },
  /** Row 2: yes to one half of the committee, no to the other. */
  'acceptance-and-refusal': (liar) => {
    liar.honestly('acceptance');
    liar.utter('refusal', { as: 'receiver', reason: 'no, after all' });
  },
  /** The acceptance was seen by everybody; the refusal comes when others rely on it. */
  'refusal-after-acceptance': (liar) => {
    if (ownPackets(liar, 'acceptance').length === 0) throw stuck(`${liar.me.name} has not accepted yet`);
    liar.utter('refusal', { as: 'receiver', reason: 'no, after all' });
  },
  /** An acceptance of what was never checked: of a share that the author does not have. */
  'false-possession': (liar) =>
    liar.instead('acceptance', (body) => ({
      ...body,
      possession: body.possession.map(({ suite: name, proof }) => ({ suite: name, proof: spoilt(name, proof) })),
    })),
  'other-tool': (liar) => liar.instead('acceptance', (body) => ({ ...body, tool: elsewhere })),
  'bad-signature-share': (liar) =>
    liar.instead('activation', (body, { view }) => {
      const keys = view.current.transcript?.descriptor.keys ?? [];
      return {
        ...body,
        shares: body.shares.map((share, place) => {
          const { group } = suite(keys[place]?.suite ?? 'ed25519');
          return group.encodeScalar(plusOne(group, group.decodeScalar(share)));
        }),
      };
    }),
  /** A vote for this ceremony in a slot that the same vote of another ceremony over the same epoch has taken. */
  'second-vote': (liar) => {
    const parent = liar.held.plan.parent?.proven.id;
    if (parent === undefined) throw stuck('a genesis has no votes');
    liar.vault.commit((state) => ({ ...state, votes: [] }));
    const deals = liar.held.view.current.attempt.dealers.some(
      ({ participant }) => participant.identity === liar.me.identity,
    );
    if (deals) liar.honestly('deal');
    else liar.honestly('endorsement');
  },
} as const satisfies Record<string, Lie>;

function plusOne(group: Group, scalar: Scalar): Scalar {
  return group.add(scalar, group.scalar(1n));
}

function spoilt(name: Parameters<typeof suite>[0], proof: Uint8Array): Uint8Array {
  const { group } = suite(name);
  const spoilt = new Uint8Array(proof);
  spoilt.set(group.encodeScalar(plusOne(group, group.decodeScalar(proof.slice(group.pointBytes)))), group.pointBytes);
  return spoilt;
}
