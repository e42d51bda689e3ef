import { toHex } from '../bytes/hex.ts';
import { statementMessage } from '../crypto/proof-of-life.ts';
import type { View } from './evaluate.ts';
import type { CensusBody } from './packets/census.ts';

/** What a drill showed, as plain data. */
export interface DrillResult {
  readonly signers: readonly string[];
  readonly committed: readonly string[];
  readonly signed: readonly string[];
  readonly refused: readonly string[];
  readonly spoilt: readonly string[];
  /** For any verifier of each suite; empty before the turn is complete. */
  readonly signatures: readonly {
    readonly label: string;
    readonly suite: string;
    readonly publicKey: string;
    readonly message: string;
    readonly signature: string;
  }[];
}

/** What a census showed, as plain data. */
export interface CensusResult {
  readonly members: readonly CensusMember[];
}

export interface CensusMember {
  readonly name: string;
  readonly index: number;
  /** `proven`: the share fits the descriptor. What follows then is the member's own word. */
  readonly share: 'proven' | 'lost' | 'refused' | 'not seen here';
  readonly at: number | null;
  readonly prekeys: number | null;
  readonly tool: { readonly version: string; readonly digest: string | null; readonly same: boolean } | null;
  readonly copies: CensusBody['copies'];
  readonly findings: CensusBody['findings'];
}

export function drillResult({ drill }: View): DrillResult | null {
  if (drill === null) return null;
  const { signers, commitments, signatures, proof, refused, spoilt, descriptor } = drill;
  const names = (some: readonly { readonly name: string }[]): string[] => some.map(({ name }) => name);
  return {
    signers: names(signers),
    committed: names(signers.filter(({ identity }) => commitments.has(identity))),
    signed: names(signers.filter(({ identity }) => signatures.has(identity))),
    refused: names(refused),
    spoilt: names(spoilt),
    signatures: (proof?.signatures ?? []).flatMap((signature, place) => {
      const key = descriptor.keys[place];
      if (key === undefined || proof === null) return [];
      return [
        {
          label: key.label,
          suite: key.suite,
          publicKey: toHex(key.publicKey),
          message: toHex(statementMessage(key.suite, proof.turn.statement)),
          signature: toHex(signature),
        },
      ];
    }),
  };
}

export function censusResult({ plan, census }: View): CensusResult | null {
  if (census === null) return null;
  const planned = plan.tool.digest === null ? null : toHex(plan.tool.digest);
  return {
    members: plan.holders.map((holder, place): CensusMember => {
      const [index, name] = [place + 1, holder?.name ?? census.descriptor.members[place]?.name ?? ''];
      const packet = holder === null ? undefined : census.reports.get(holder.identity)?.packet;
      if (packet === undefined) {
        const refused = census.refused.some(({ identity }) => identity === holder?.identity);
        const share = holder === null ? 'lost' : refused ? 'refused' : 'not seen here';
        return { name, index, share, at: null, prekeys: null, tool: null, copies: [], findings: [] };
      }
      const { prekeys, tool, copies, findings } = packet.body;
      const digest = tool.digest === null ? null : toHex(tool.digest);
      const same = tool.version === plan.tool.version && digest === planned;
      const said = { version: tool.version, digest, same };
      return { name, index, share: 'proven', at: packet.at, prekeys, tool: said, copies, findings };
    }),
  };
}
