import { decodeCbor, encodeCbor } from '../bytes/cbor.ts';
import { equalBytes, fromHex, toHex } from '../bytes/hex.ts';
import type { Random } from '../bytes/random.ts';
import { fileHash, taggedHash, text, u64 } from '../bytes/tagged-hash.ts';
import { encodeWords } from '../bytes/words.ts';
import { decryptWith, encryptTo } from '../courier/age.ts';
import { decrypt, encrypt } from '../crypto/aead.ts';
import { checkConstants, checkShare, commit, evaluateCommitments, sumCommitments } from '../crypto/commitments.ts';
import type { Group, Scalar } from '../crypto/group.ts';
import { evaluate, lagrange, randomPolynomial } from '../crypto/polynomial.ts';
import { combineVerification, provePossession, verifyPossession } from '../crypto/possession.ts';
import {
  aggregateStatement,
  commitNonces,
  frostPublicOf,
  signStatement,
  statementMessage,
  successionStatement,
  verifyStatement,
  verifyStatementShare,
} from '../crypto/proof-of-life.ts';
import { checkBox, generatePrekey, openBox, sealBox } from '../crypto/sealing.ts';
import { sign, verifySignature } from '../crypto/signature.ts';
import { type SuiteName, suite, suiteNames } from '../crypto/suites.ts';
import { Problem } from '../problem.ts';
import { newParameters, scrypt } from '../vault/password.ts';
import { systemStretch } from './context.ts';

/**
 * What this build must answer, on this machine, to questions whose answers are known: published vectors where there are
 * any, else answers that were written down once. A build that was tampered with can lie here too; a broken one, a
 * broken Node or a broken machine cannot.
 */
export interface KnownAnswer {
  readonly test: string;
  /** Throws where the answer is another. */
  readonly ask: (random: Random) => void | Promise<void>;
}

export const knownAnswers: readonly KnownAnswer[] = [
  { test: 'SHA-256 (FIPS 180-4) and the tagged hash', ask: hashes },
  { test: 'the PGP word list', ask: words },
  { test: 'deterministic CBOR', ask: cbor },
  { test: 'scrypt (RFC 7914), and with the parameters of a vault', ask: passphrase },
  { test: 'Ed25519 (RFC 8032)', ask: identities },
  { test: 'XChaCha20-Poly1305', ask: ciphers },
  { test: 'sealed boxes', ask: sealing },
  { test: 'age', ask: age },
  { test: 'BIP-340', ask: bip340 },
  ...suiteNames.map((name) => ({
    test: `a 2-of-3 resharing of a key on ${name}, and its proof of life`,
    ask: () => resharing(name),
  })),
  { test: 'randomness', ask: randomness },
];

function expect(what: string, holds: boolean): void {
  if (!holds) throw new Error(`${what} is wrong`);
}

function answer(what: string, given: Uint8Array, wanted: string): void {
  expect(`${what}: ${toHex(given).slice(0, 16)}…`, toHex(given) === wanted);
}

const hex = (digits: string): Uint8Array => fromHex(digits) ?? new Uint8Array();

/** The same bytes on every machine: for answers that can be written down, and for nothing else. */
function fixed(name: string): Random {
  let count = 0;
  return (length) => {
    const bytes = new Uint8Array(length);
    for (let at = 0; at < length; at += 32)
      bytes.set(taggedHash('known-answer', text(name), u64(count++)).subarray(0, length - at), at);
    return bytes;
  };
}

function hashes(): void {
  answer('SHA-256 of abc', fileHash(text('abc')), 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad');
  answer(
    'the tagged hash',
    taggedHash('known-answer', text('a'), text('bc')),
    'b5a752cd0500daaebda03f2a2bd355089d5963d65aa0c1f7f22aecc92d401a5c',
  );
}

function words(): void {
  // the example that is commonly published with the list
  const said = encodeWords(hex('e58294f2e9a227486e8b061b31cc528fd7fa3f19')).join(' ');
  expect(
    'the words',
    said ===
      'topmost Istanbul Pluto vagabond treadmill Pacific brackish dictator goldfish Medusa afflict bravado chatter revolver Dupont midsummer stopwatch whimsical cowbell bottomless',
  );
}

function cbor(): void {
  answer(
    'an encoded map',
    encodeCbor({ bb: [1, -1, true, null], a: Uint8Array.of(1, 2) }),
    'a2616142010262626284 0120f5f6'.replace(' ', ''),
  );
  let refused = false;
  try {
    decodeCbor(hex('1801'), { bytes: 16, depth: 2 }); // 1, in two bytes instead of one
  } catch (error) {
    refused = error instanceof Problem;
  }
  expect('the refusal of a second encoding', refused);
}

function passphrase(): void {
  const [password, salt] = [text('password'), text('NaCl')];
  const published =
    'fdbabe1c9d3472007856e7190d01e9fe7c6ad7cbc8237830e77376634b3731622eaf30d92e22a3886ff109279d9830dac727afb94a83ee6d8360cbdfa2cc0640';
  answer('scrypt', systemStretch(password, salt, { N: 1024, r: 8, p: 16, length: 64 }), published);
  answer('scrypt', scrypt(password, { n: 1024, r: 8, p: 16, salt }), published.slice(0, 64));
  const parameters = newParameters(false, (length) => new Uint8Array(length));
  expect('the floor of the passphrase function', parameters.n >= 2 ** 17 && parameters.r === 8);
  answer(
    'the key of a passphrase',
    scrypt(password, parameters),
    'b2c4a5f4eb32522ed0b7ac09d14d65dac6239c387ea43588cca4a00aecd08fa3',
  );
}

function identities(): void {
  const secret = hex('9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60');
  const key = hex('d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a');
  const signature = sign(secret, new Uint8Array());
  answer(
    'the signature',
    signature,
    'e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b',
  );
  expect('a good signature', verifySignature(key, new Uint8Array(), signature));
  expect('a signature over something else', !verifySignature(key, text('x'), signature));
}

function ciphers(): void {
  const key = Uint8Array.from({ length: 32 }, (_, at) => 0x80 + at);
  const nonce = Uint8Array.from({ length: 24 }, (_, at) => 0x40 + at);
  const associated = hex('50515253c0c1c2c3c4c5c6c7');
  const plaintext = text(
    "Ladies and Gentlemen of the class of '99: If I could offer you only one tip for the future, sunscreen would be it.",
  );
  const sealed = encrypt(key, nonce, plaintext, associated);
  answer(
    'the ciphertext',
    sealed,
    'bd6d179d3e83d43b9576579493c0e939572a1700252bfaccbed2902c21396cbb731c7f1b0b4aa6440bf3a82f4eda7e39ae64c6708c54c216cb96b72e1213b4522f8c9ba40db5d945b11b69b982c1bb9e3f3fac2bc369488f76b2383565d3fff921f9664c97637da9768812f615c68b13b52ec0875924c1c7987947deafd8780acf49',
  );
  expect('the plaintext', equalBytes(decrypt(key, nonce, sealed, associated) ?? new Uint8Array(), plaintext));
  expect('other associated data', decrypt(key, nonce, sealed, text('x')) === null);
}

function sealing(): void {
  const random = fixed('sealing');
  const prekey = generatePrekey(random);
  const [ceremony, attempt, dealer, receiver, binding] = [1, 2, 3, 4, 5].map((n) => new Uint8Array(32).fill(n)) as [
    Uint8Array,
    Uint8Array,
    Uint8Array,
    Uint8Array,
    Uint8Array,
  ];
  const context = { ceremony, attempt, dealer, receiver, binding };
  const box = sealBox(text('conclave'), prekey.public, context, random);
  checkBox(box, prekey.public, context);
  answer(
    'the box',
    taggedHash('known-answer', box.R, box.proof, box.ciphertext),
    'a2b58fd6b19dfbc22cd1552c55f43f4c6e0fabb0b247c9813dd57d077960d63e',
  );
  expect('what comes out', equalBytes(openBox(box, prekey.secret, context), text('conclave')));
  expect(
    'another context',
    refuses(() => openBox(box, prekey.secret, { ...context, attempt: ceremony })),
  );
}

/** Made for this test by another program, and worth nothing. */
const ageIdentity = 'AGE-SECRET-KEY-193ZNW8S924J3ZC93LFA29XCA79AAHPC0MSGMWMDP5WV90JHN3KDQRDMRC2';
const ageRecipient = 'age1xttv5a5psaf5n6mtave65ewv0rxdf354k7nxu4k9lqqy9kn3vqcsyvxazp';
const ageFile =
  'YWdlLWVuY3J5cHRpb24ub3JnL3YxCi0+IFgyNTUxOSBmMzZuZnJwM2FoMWtMeHFOZW04dzlzZjhOTUo0K25Ua2ttb1c5VFBGelMwCjEzU0hNVUUrSm5UWTk3S05zNHcyVUFQSk5nTlZ5RTBadTFsZnlWcjVsTDQKLS0tIDYxeWh3bGNPWDU4ZVhVK0tDZ0RzR1VQcHpGNUJaRDlxMGc3d0tTZnUxdTAKG3qS9C8grKBlkWv/SoRtv3b+UisuMlLc9XJ9hGMVeGM3ou8RnIcYnQ==';

async function age(): Promise<void> {
  const kept = Uint8Array.from(atob(ageFile), (character) => character.charCodeAt(0));
  const opened = await decryptWith(ageIdentity, kept);
  expect('an old file', opened !== null && equalBytes(opened, text('conclave')));
  kept[kept.length - 1] = (kept.at(-1) as number) ^ 1;
  expect('a damaged file', (await decryptWith(ageIdentity, kept)) === null);
  const fresh = await decryptWith(ageIdentity, await encryptTo([ageRecipient], text('again')));
  expect('a new file', fresh !== null && equalBytes(fresh, text('again')));
}

/** The first test vector of BIP-340. */
function bip340(): void {
  const key = hex('02f9308a019258c31049344f85f89d5229b531c845836f99b08601f113bce036f9');
  const signature = hex(
    'e907831f80848d1069a5371b402410364bdf1c5f8307b0084c55f1ce2dca821525f66a4a85ea8b71e482a74f382d2ce5ebeee8fdb2172f477df4900d310536c0',
  );
  const message = new Uint8Array(32);
  expect('a good signature', verifyStatement('secp256k1-tr', key, message, signature));
  message[0] = 1;
  expect('a signature over something else', !verifyStatement('secp256k1-tr', key, message, signature));
}

/** What the key and the proof of life of the fixed resharing come to, per suite. */
const reshared: Readonly<Record<SuiteName, { readonly key: string; readonly proof: string }>> = {
  'secp256k1-tr': {
    key: '902efd8266e2913ff2f39f314fb830acd126111a75ea708d6d9b72a0b510dd32',
    proof: '5930b2d23c93a5acdb44ab9e0f3f1e22c649f1e502b12ac3a947a728eab81ec1',
  },
  secp256k1: {
    key: 'dcbb3fc069bf2456c14e1673493626cd84481109324183a8a698249748ce2b61',
    proof: '1f5e067e764ebf5ae4111688f7c7094a365610bbfd411437d2006e84614996b3',
  },
  ed25519: {
    key: '290bb0e75769c4468213c58941cf53f429438aeb0921087c7f6bc2c19bc90b0f',
    proof: '016608885d64fbf3dc06ce35df2f07a753b3009b560a5435464903f7f3a15636',
  },
  p256: {
    key: '77aab991543ea3a21bf4c107c6e9fa59f0dd44c999abc76c7a19421800a816d5',
    proof: '0232e26fbe6eb8ca2e1179f15b91b9508842da7d9c75a2b3f59df86e1f3dddc1',
  },
  ristretto255: {
    key: '96def449d00a1bd002447517ae5f60fdddd849cfe8c4eae16c13e01784bf29bd',
    proof: 'a2ca66e0a82c8acd610fedd08f2829a4e6dac6e5b661c1d871654c283d2e5c03',
  },
};

/** Shares of a key go from three to three others by way of two of them, and the new ones sign. */
function resharing(name: SuiteName): void {
  const { group } = suite(name);
  const random = fixed(name);
  const threshold = 2;
  const indices = [1, 2, 3];
  const first = randomPolynomial(group, group.randomScalar(random), threshold, random);
  const before = commit(group, first);
  const dealers = [1, 3];
  const dealt = dealers.map((index) => {
    const factor = lagrange(group, dealers, index);
    const constant = group.mul(factor, evaluate(group, first, index));
    const polynomial = randomPolynomial(group, constant, threshold, random);
    const commitments = commit(group, polynomial);
    const expected = [evaluateCommitments(group, before, index)];
    const seed = text(`${name} ${index}`);
    expect('what is dealt', checkConstants(group, [{ constants: commitments.slice(0, 1), factor, expected }], seed));
    return { polynomial, commitments };
  });
  const after = sumCommitments(
    group,
    dealt.map(({ commitments }) => commitments),
  );
  const [was, is] = [before, after].map((commitments) => group.encodePoint(commitments[0] as never)) as [
    Uint8Array,
    Uint8Array,
  ];
  expect('the key after the resharing', equalBytes(was, is));
  const shares = indices.map((index) => sumAt(group, dealt, index));
  const transcript = taggedHash('known-answer', text(name));
  const combined = combineVerification(group, [after], transcript);
  for (const [at, index] of indices.entries()) {
    const share = shares[at] as Scalar;
    expect('a new share', checkShare(group, after, share, index));
    const proof = provePossession(group, [share], transcript, combined, index, transcript, random);
    verifyPossession(group, combined, index, transcript, proof);
  }
  const message = statementMessage(name, successionStatement(text('descriptor'), transcript));
  const pub = frostPublicOf(name, indices.length, after);
  const encoded = shares.map((share) => group.encodeScalar(share));
  const drawn = indices.map((index, at) => commitNonces(name, index, encoded[at] as Uint8Array, random));
  const commitments = indices.map((index, at) => ({ index, ...(drawn[at] as (typeof drawn)[number]).public }));
  const signed = indices.map((index, at) => {
    const nonce = (drawn[at] as (typeof drawn)[number]).secret;
    const share = signStatement(name, pub, index, encoded[at] as Uint8Array, nonce, commitments, message);
    expect('a signature share', verifyStatementShare(name, pub, commitments, message, index, share));
    return { index, share };
  });
  const signature = aggregateStatement(name, pub, commitments, message, signed);
  expect('the proof of life', verifyStatement(name, is, message, signature));
  expect('a proof over something else', !verifyStatement(name, is, fileHash(message), signature));
  answer('the key', fileHash(is), reshared[name].key);
  answer('the signature', fileHash(signature), reshared[name].proof);
}

function sumAt(group: Group, dealt: readonly { readonly polynomial: readonly Scalar[] }[], index: number): Scalar {
  return dealt.reduce((sum, { polynomial }) => group.add(sum, evaluate(group, polynomial, index)), group.scalar(0n));
}

/** Not whether it is random, which nobody can see, but whether it is there. */
function randomness(random: Random): void {
  const [one, other] = [random(32), random(32)];
  expect('a draw', one.length === 32 && one.some((byte) => byte !== 0));
  expect('a second draw', !equalBytes(one, other));
}

function refuses(work: () => unknown): boolean {
  try {
    work();
    return false;
  } catch (error) {
    if (error instanceof Problem) return true;
    throw error;
  }
}
