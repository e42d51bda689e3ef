import { createPublicKey, type KeyObject, verify } from 'node:crypto';
import { Kept } from '../bytes/kept.ts';
import type { Verifier } from '../crypto/signature.ts';

/** Ed25519 by OpenSSL. The keys are kept, since making one costs as much as a signature. */
export function systemVerifier(): Verifier {
  const keys = new Kept<KeyObject>();
  return (publicKey, message, signature) => {
    const x = Buffer.from(publicKey).toString('base64url');
    const made = () => createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x }, format: 'jwk' });
    const key = keys.get(x) ?? keys.keep(x, made());
    return verify(null, message, key, signature);
  };
}
