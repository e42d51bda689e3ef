import { toHex } from '../bytes/hex.ts';
import type { AnyPacket } from '../ceremony/kinds.ts';
import type { Vote } from '../ceremony/packets/endorsement.ts';
import type { NoteBody } from '../ceremony/packets/note.ts';

/** What a packet says, for people: never what is sealed inside it, of which only the sizes are told. */
export function packetSummary(packet: AnyPacket): Record<string, string | number> {
  switch (packet.kind) {
    case 'proposal':
      return { plan: `${packet.body.plan.length} bytes` };
    case 'approval':
      return {};
    case 'refusal':
      return { as: packet.body.as, reason: packet.body.reason };
    case 'endorsement':
      return voteSummary(packet.body.vote);
    case 'deal': {
      const { keys, boxes, approvals, vote } = packet.body;
      return {
        keys: keys.length,
        'commitments for each': keys[0]?.commitments.length ?? 0,
        boxes: boxes.map(({ ciphertext }) => `${ciphertext.length} bytes`).join(', '),
        'approvals relied on': approvals.length,
        ...(vote === null ? {} : voteSummary(vote)),
      };
    }
    case 'acceptance': {
      const { transcript, deals, possession, nonces, tool } = packet.body;
      return {
        transcript: toHex(transcript),
        deals: deals.length,
        'proofs of possession': possession.map(({ suite }) => suite).join(', '),
        'nonce commitments': nonces.length,
        tool: `conclave ${tool.version}`,
      };
    }
    case 'complaint':
      return { 'box opened of deal': toHex(packet.body.deal) };
    case 'amendment':
      return {
        number: packet.body.number,
        'old members who deal': packet.body.dealers.join(', '),
        reason: packet.body.reason,
      };
    case 'release':
      return {
        'turns signed before': packet.body.signed.length,
        salvage: packet.body.salvage ? 'yes: without the condition, by a typed override' : 'no',
        reason: packet.body.reason,
      };
    case 'activation': {
      const { transcript, certificate, shares } = packet.body;
      return {
        transcript: toHex(transcript),
        'acceptances seen': certificate.length,
        'signature shares': shares.length,
      };
    }
    case 'closing': {
      const { transcript, turn, oldShare, invalid, recorded } = packet.body;
      return {
        transcript: toHex(transcript),
        turn: toHex(turn),
        'old share': `${oldShare.state} (${oldShare.why})`,
        'copies declared worthless': invalid.length,
        'copies recorded': recorded.length,
      };
    }
    case 'reprove': {
      const { number, certificate, signers, reason } = packet.body;
      return {
        number,
        'acceptances seen': certificate.length,
        'new members who sign': signers.join(', '),
        reason,
      };
    }
    case 'commitment':
      return { call: toHex(packet.body.call), 'nonce commitments': packet.body.nonces.length };
    case 'signature': {
      const { call, commitments, shares } = packet.body;
      return { call: toHex(call), 'commitments seen': commitments.length, 'signature shares': shares.length };
    }
    case 'census': {
      const { possession, prekeys, tool, copies, findings } = packet.body;
      return {
        'proofs of possession': possession.map(({ suite }) => suite).join(', '),
        'free prekeys': prekeys,
        tool: `conclave ${tool.version}`,
        copies: copies.length,
        'things amiss': findings.filter(({ ok }) => ok === false).length,
      };
    }
    case 'note':
      return { note: packet.body.kind, number: packet.body.number, ...noteSummary(packet.body) };
  }
}

function noteSummary(body: NoteBody): Record<string, string> {
  switch (body.kind) {
    case 'bag':
      return { bag: body.bag, way: body.way, what: body.what, text: body.text };
    case 'witness':
      return { name: body.name, role: body.role, text: body.text };
    case 'absent':
      return { member: toHex(body.member), text: body.text };
    case 'anchor':
      return { place: body.place, digest: toHex(body.digest), text: body.text };
    default:
      return { text: body.text };
  }
}

function voteSummary({ slot, prior }: Vote): Record<string, number> {
  return { vote: slot, 'earlier attempts proven dead': prior.length };
}
