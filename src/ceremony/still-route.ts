import { type Duty, duties, owedBy } from './duties.ts';
import type { View } from './evaluate.ts';
import type { Stop, Walk } from './route.ts';

/**
 * The walk where no share moves: the approvers that are needed, then everybody who is asked. In a drill whoever commits
 * last signs in the same visit, so n signers take 2n - 1.
 */
export function stillWalk(view: View, from: string | undefined, sited: boolean): Walk {
  const { plan, drill, census } = view;
  const moves = sited ? 0 : null;
  if (view.phase === 'complete' || view.phase === 'aborted' || view.phase === 'failed') {
    return { stops: [], moves, stuck: stuckOn(view), exact: true };
  }
  const names = plan.participants.map(({ name }) => name);
  const at = from === undefined ? 0 : Math.max(0, names.indexOf(from));
  const order = [...plan.participants.slice(at), ...plan.participants.slice(0, at)];
  const stops: Stop[] = [];
  const visit = (member: string, duty: Duty): void => {
    const last = stops.at(-1);
    if (last?.member !== member) stops.push({ member, does: [duty] });
    else if (!last.does.includes(duty))
      stops[stops.length - 1] = { member, does: duties.filter((one) => one === duty || last.does.includes(one)) };
  };
  const approvers = order.filter((participant) => owedBy(view, participant).includes('approve'));
  for (const { name } of approvers) visit(name, 'approve');
  // whoever was visited last is still there
  const rest = approvers.length === 0 ? order : [...order].sort((a, b) => rank(a.name) - rank(b.name));
  if (census !== null) {
    for (const { name, identity } of rest) {
      const asked = census.members.some((member) => member.identity === identity);
      const answered = census.reports.has(identity) || census.refused.some((member) => member.identity === identity);
      if (asked && !answered) visit(name, 'census');
    }
  }
  if (drill !== null) {
    const signers = rest.filter(({ identity }) => drill.signers.some((signer) => signer.identity === identity));
    const committing = signers.filter(({ identity }) => !drill.commitments.has(identity));
    const signing = signers.filter(({ identity }) => !drill.signatures.has(identity));
    for (const { name } of committing) visit(name, 'drill');
    const last = committing.at(-1);
    for (const { name } of signing) if (name !== last?.name) visit(name, 'drill');
  }
  return { stops, moves: sited ? stops.length : null, stuck: [], exact: approvers.length === 0 && !sited };

  function rank(name: string): number {
    return name === stops.at(-1)?.member ? 0 : 1;
  }
}

function stuckOn({ drill, current, phase }: View): string[] {
  if (phase === 'complete') return [];
  const gone = current.death?.by ?? (drill?.refused ?? []).map(({ name }) => name);
  const spoilt = (drill?.spoilt ?? []).map(
    ({ name }) => `what ${name} said does not count here, and nobody can sign for ${name}`,
  );
  return [...(gone.length > 0 ? [`it is over: refused by ${gone.join(', ')}`] : []), ...spoilt];
}
