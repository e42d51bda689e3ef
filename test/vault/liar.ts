import { draftDeal } from '../../src/ceremony/packets/deal.ts';
import { parentSlot } from '../../src/vault/standing.ts';
import type { Machine, Stick } from './machine.ts';

/** A deal that is good in public, with a sub-share behind one seal that is of another polynomial. */
export function cheat(machine: Machine, stick: Stick, ceremony: string): void {
  machine.hear(stick);
  const body = machine.run((ceremonies) => {
    const { plan, view: seen } = ceremonies.get(ceremony);
    const { attempt } = seen.current;
    const identity = seen.plan.participants.find(({ name }) => name === machine.name)?.identity;
    const dealer = attempt.dealers.find(({ participant }) => participant.identity === identity);
    const slot = parentSlot(ceremonies.vault.state, plan);
    if (dealer === undefined || slot === undefined) throw new Error('no dealer');
    const draw = () =>
      draftDeal({
        plan,
        attempt,
        dealer,
        shares: ceremonies.vault.readShare(slot),
        vote: { parent: plan.parent?.proven.id as Uint8Array, slot: 0, prior: [] },
        approvals: [],
        random: ceremonies.vault.host.random,
      });
    // the boxes are sealed over the commitments, so garbage is what a swapped box opens to
    const [one, other] = [draw(), draw()];
    const boxes = one.boxes.map((box, at) =>
      at === 2 ? { ...(other.boxes[at] as typeof box), R: box.R, proof: box.proof } : box,
    );
    return { ...one, boxes };
  });
  machine.lie(stick, ceremony, 'deal', body);
}
