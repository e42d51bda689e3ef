import { concatBytes, equalBytes, toHex } from '../bytes/hex.ts';
import type { Random } from '../bytes/random.ts';
import { fileHash } from '../bytes/tagged-hash.ts';
import { openBytes, sealBytes } from '../crypto/aead.ts';
import { Problem } from '../problem.ts';
import { afterMagic, withMagic } from './signed.ts';

const packetMagic = 'conclave packet v1';
const proposalMagic = 'conclave proposal v1';
const ceremonyBytes = 32;

/**
 * A packet on the move: magic, the ceremony's number, and the packet under the ceremony key. The head is associated
 * data. Sealed once, when it is written: these bytes are what the vault keeps and every stick carries.
 */
export function sealPacket(
  ceremony: Uint8Array,
  ceremonyKey: Uint8Array,
  packet: Uint8Array,
  random: Random,
): Uint8Array {
  const head = withMagic(packetMagic, ceremony);
  return concatBytes(head, sealBytes(ceremonyKey, packet, head, random));
}

/** The ceremony that a sealed packet says it belongs to, or null where it is no sealed packet. */
export function ceremonyOf(file: Uint8Array): string | null {
  const body = afterMagic(packetMagic, file);
  return body === null || body.length <= ceremonyBytes ? null : toHex(body.subarray(0, ceremonyBytes));
}

export function openPacket(ceremony: Uint8Array, ceremonyKey: Uint8Array, file: Uint8Array): Uint8Array {
  const body = afterMagic(packetMagic, file);
  if (body === null) throw new Problem('PACKET_FOREIGN', 'not a conclave packet');
  if (!equalBytes(body.subarray(0, ceremonyBytes), ceremony))
    throw new Problem('PACKET_FOREIGN', 'belongs to another ceremony');
  const packet = openBytes(ceremonyKey, body.slice(ceremonyBytes), withMagic(packetMagic, ceremony));
  if (packet === null) {
    throw new Problem('PACKET_DAMAGED', 'does not open under the key of its ceremony: damaged, cut short or forged');
  }
  return packet;
}

/**
 * A proposal on the move: magic, the ceremony's number, the hash of the rest, and an age file to all participants that
 * holds the ceremony key and the packet. The number tells a machine what it holds; the hash tells it damage from a
 * proposal to other people, which age does not.
 */
export function wrapProposal(ceremony: Uint8Array, ageFile: Uint8Array): Uint8Array {
  return concatBytes(withMagic(proposalMagic, ceremony), fileHash(ageFile), ageFile);
}

/** Null where it is no proposal. A damaged one is refused. */
export function unwrapProposal(file: Uint8Array): { ceremony: string; ageFile: Uint8Array } | null {
  const body = afterMagic(proposalMagic, file);
  if (body === null) return null;
  const [hash, ageFile] = [body.subarray(ceremonyBytes, ceremonyBytes + 32), body.slice(ceremonyBytes + 32)];
  if (!equalBytes(hash, fileHash(ageFile))) throw new Problem('PACKET_DAMAGED', 'a damaged proposal, or one cut short');
  return { ceremony: toHex(body.subarray(0, ceremonyBytes)), ageFile };
}

/** Inside the age file: the ceremony key, then the packet. */
export function joinProposal(ceremonyKey: Uint8Array, packet: Uint8Array): Uint8Array {
  return concatBytes(ceremonyKey, packet);
}

export function splitProposal(content: Uint8Array): { ceremonyKey: Uint8Array; packet: Uint8Array } {
  if (content.length <= 32) throw new Problem('PACKET_DAMAGED', 'the proposal is cut short');
  return { ceremonyKey: content.slice(0, 32), packet: content.slice(32) };
}

/** How a file is named on a stick and in the vault: SHA-256 of the file as it lies there. */
export function nameOf(file: Uint8Array): string {
  return toHex(fileHash(file));
}
