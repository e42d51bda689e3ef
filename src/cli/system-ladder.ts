import { createPrivateKey, createPublicKey, diffieHellman } from 'node:crypto';
import { toHex } from '../bytes/hex.ts';
import { Kept } from '../bytes/kept.ts';
import type { Ladder } from '../crypto/torsion.ts';

/** What stands before the 32 bytes of a key of X25519 in PKCS #8 and in SubjectPublicKeyInfo (RFC 8410). */
const beforeScalar = Buffer.from('302e020100300506032b656e04220420', 'hex');
const beforeU = Buffer.from('302a300506032b656e032100', 'hex');

/** X25519 by OpenSSL, which refuses where nothing is left of a point. */
export function systemLadder(): Ladder {
  const scalars = new Kept<ReturnType<typeof createPrivateKey>>();
  return (scalar, u) => {
    const made = () => createPrivateKey({ key: Buffer.concat([beforeScalar, scalar]), format: 'der', type: 'pkcs8' });
    const name = toHex(scalar);
    const privateKey = scalars.get(name) ?? scalars.keep(name, made());
    const publicKey = createPublicKey({ key: Buffer.concat([beforeU, u]), format: 'der', type: 'spki' });
    return diffieHellman({ privateKey, publicKey });
  };
}
