import { equalBytes } from '../bytes/hex.ts';
import { checksOf } from '../ceremony/checks.ts';
import { type Transcript, transcriptOf } from '../report/transcript-json.ts';
import { type Ceremonies, type Held, scopeOf } from '../vault/ceremonies.ts';
import { copiesOf } from '../vault/copies.ts';
import { lifeBefore } from '../vault/lives.ts';
import type { Session } from './session.ts';
import { toolOf } from './tool.ts';
import { keysetName } from './visit.ts';

/** The transcript of a ceremony as this machine can write it: what the packets prove, and what its own vault adds. */
export function recordOf({ context }: Session, ceremonies: Ceremonies, held: Held): Transcript {
  const { view, plan, record, damaged } = held;
  const { state } = ceremonies.vault;
  const scope = scopeOf(plan);
  const keyset = (plan.parent?.proven ?? view.current.transcript?.descriptor)?.keysetId;
  const concerns = ({ keyset: id, epoch }: { keyset: Uint8Array; epoch: number }): boolean =>
    keyset !== undefined && equalBytes(id, keyset) && epoch >= (plan.epoch.from ?? 0) && epoch <= plan.epoch.to;
  return transcriptOf({
    view,
    checks: checksOf(view, ceremonies.memo),
    keyset: keysetName(ceremonies, held),
    phrase: record.phrase,
    own: {
      member: state.name,
      consent: record.consent && { at: record.consent.at, attended: record.consent.attended },
      log: state.log.filter(concerns).map(({ at, epoch, event }) => ({ at, epoch, event })),
      overrides: state.overrides
        .filter((override) => equalBytes(override.scope, scope))
        .map(({ at, sentence }) => ({ at, sentence })),
      copies: state.keysets.flatMap((record) =>
        keyset !== undefined && equalBytes(record.id, keyset)
          ? copiesOf(record).map(({ copy: { id, kind, label, epoch, at }, state: standing }) => ({
              id,
              kind,
              label,
              epoch,
              at,
              state: standing,
            }))
          : [],
      ),
      epochs: state.keysets.flatMap((record) =>
        keyset !== undefined && equalBytes(record.id, keyset) ? lifeBefore(ceremonies, record, view) : [],
      ),
      damaged,
      tool: toolOf(context),
    },
  });
}
