import type { CensusBody } from '../ceremony/packets/census.ts';
import { provesPossession } from '../ceremony/packets/census.ts';
import type { Stop } from './acts.ts';
import type { Ceremonies, Held } from './ceremonies.ts';
import { asCopy, copiesOf } from './copies.ts';
import { asCbor, type Moment, say } from './say.ts';
import { keysetOf, parentSlot } from './standing.ts';

/** Proves the share of this vault, and says what else of it the others have to know before they travel. */
export function census(ceremonies: Ceremonies, held: Held, moment: Moment): Stop | null {
  const { plan, view } = held;
  const { vault } = ceremonies;
  const { state } = vault;
  const slot = parentSlot(state, plan);
  if (view.census === null || slot === undefined) {
    return {
      holds: [{ code: 'SHARE_MISSING', message: 'the census asks for a share that is not in this vault' }],
    };
  }
  const { descriptor } = view.census;
  const { public: author } = state.signing;
  const share = vault.readShare(slot);
  const record = keysetOf(state, plan);
  const body: CensusBody = {
    possession: provesPossession(plan, descriptor, slot.index, share, author, vault.host.random),
    prekeys: state.prekeys.filter(({ attempt }) => attempt === null).length,
    tool: moment.tool,
    copies: (record === undefined ? [] : copiesOf(record)).map(({ copy, outstanding, state: standing }) => ({
      ...asCopy(copy),
      invalid: outstanding || standing === 'destroyed',
    })),
    findings: [...(moment.findings?.() ?? [])],
  };
  say(ceremonies, held, moment, 'census', asCbor(body), (before) => before);
  return null;
}
