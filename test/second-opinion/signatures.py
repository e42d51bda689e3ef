"""Signatures of members (COSE, RFC 9052 and 8032) and of keys (FROST, RFC 9591; BIP-340): sections 7 and 17 of docs/protocol.md."""

import functools
import hashlib

import groups
from groups import ED25519, K256, NIST256, RISTRETTO, base_times, combine, group_of, lagrange, multiply, scalar_bytes
from wire import Refused, decode, encode, octets, sha256, tagged


def _little(data):
    return int.from_bytes(data, "little")


# --- Ed25519 -----------------------------------------------------------------------------------------------------------


def _ed25519_equation(public, P, signature, R, message):
    S = _little(signature[32:])
    if S >= ED25519.order:
        return False
    k = _little(hashlib.sha512(signature[:32] + public + message).digest())
    return ED25519.equal(base_times(ED25519, S), ED25519.add(R, multiply(ED25519, k, P)))


@functools.lru_cache(maxsize=20000)
def ed25519_holds(public, message, signature):
    """As section 7 asks: everything canonical, nothing of small order, R in the subgroup."""
    P, R = ED25519.on_curve(public), ED25519.on_curve(signature[:32])
    if len(signature) != 64 or P is None or R is None:
        return False
    if ED25519.is_zero(multiply(ED25519, 8, P)) or not ED25519.in_subgroup(R):
        return False
    return _ed25519_equation(public, P, signature, R, message)


# --- Signed messages ---------------------------------------------------------------------------------------------------

PROTECTED = bytes.fromhex("a10127")
PACKET, CARD = b"conclave packet v1", b"conclave card v1"


def open_message(message):
    """COSE_Sign1 of the one form: its payload and its signature."""
    value = decode(message)
    if (
        not isinstance(value, list)
        or len(value) != 4
        or value[0] != PROTECTED
        or value[1] != {}
        or not isinstance(value[1], dict)
        or not (octets(1, len(message))(value[2]) and octets(64)(value[3]))
    ):
        raise Refused("SCHEMA", "not a signed message")
    return value[2], value[3]


def check_message(aad, public, payload, signature):
    if not ed25519_holds(public, encode(["Signature1", PROTECTED, aad, payload]), signature):
        raise Refused("SIGNATURE_INVALID", "the signature does not hold")


# --- The ciphersuites of FROST ------------------------------------------------------------------------------------------

CONTEXTS = {
    "secp256k1-tr": b"FROST-secp256k1-SHA256-TR-v1",
    "secp256k1": b"FROST-secp256k1-SHA256-v1",
    "ed25519": b"FROST-ED25519-SHA512-v1",
    "p256": b"FROST-P256-SHA256-v1",
    "ristretto255": b"FROST-RISTRETTO255-SHA512-v1",
}


def _hash_to_field(order, dst, message):
    """hash_to_field of RFC 9380 with expand_message_xmd, SHA-256 and L = 48."""
    dst += bytes([len(dst)])
    b0 = sha256(bytes(64) + message + (48).to_bytes(2, "big") + b"\0" + dst)
    b1 = sha256(b0 + b"\1" + dst)
    b2 = sha256(bytes(x ^ y for x, y in zip(b0, b1)) + b"\2" + dst)
    return int.from_bytes((b1 + b2)[:48], "big") % order


def _to_scalar(suite, word, message):
    group, context = group_of(suite), CONTEXTS[suite]
    if group in (K256, NIST256):
        return _hash_to_field(group.order, context + word, message)
    return _little(hashlib.sha512(context + word + message).digest()) % group.order


def _short(suite, word, message):
    make = hashlib.sha256 if group_of(suite) in (K256, NIST256) else hashlib.sha512
    return make(CONTEXTS[suite] + word + message).digest()


def _bip340(tag, data):
    h = sha256(tag)
    return sha256(h + h + data)


def _challenge(suite, R, P, message):
    group = group_of(suite)
    r, p = group.encode(R), group.encode(P)
    if suite == "secp256k1-tr":
        return int.from_bytes(_bip340(b"BIP0340/challenge", r[1:] + p[1:] + message), "big") % group.order
    if suite == "ed25519":
        return _little(hashlib.sha512(r + p + message).digest()) % group.order
    return _to_scalar(suite, b"chal", r + p + message)


class Signing:
    """One signing under one key: the message, and the nonce commitments of all signers in the order of their indices."""

    def __init__(self, suite, commitments, message, listed):
        self.suite, self.group, self.message = suite, group_of(suite), message
        group = self.group
        self.commitments = commitments
        # BIP-340 knows only keys of even y: with the other one, it is the negated key (and shares) that sign.
        self.turned = suite == "secp256k1-tr" and not group.even(commitments[0])
        self.key = group.negative(commitments[0]) if self.turned else commitments[0]
        self.indices = [j for j, _, _ in listed]
        self.nonces = {j: (groups.point_of(group, D), groups.point_of(group, E)) for j, D, E in listed}
        coded = b"".join(scalar_bytes(group, j) + D + E for j, D, E in listed)
        prefix = group.encode(self.key) + _short(suite, b"msg", message) + _short(suite, b"com", coded)
        self.factors = {j: _to_scalar(suite, b"rho", prefix + scalar_bytes(group, j)) for j in self.indices}
        self.parts = {
            j: group.add(D, multiply(group, self.factors[j], E)) for j, (D, E) in self.nonces.items()
        }
        self.R = group.zero
        for part in self.parts.values():
            self.R = group.add(self.R, part)
        if group.is_zero(self.R):
            raise Refused("SIGNATURE_INVALID", "the nonces cancel")
        self.flipped = suite == "secp256k1-tr" and not group.even(self.R)
        self.challenge = _challenge(suite, self.R, self.key, message)

    def share_holds(self, j, share):
        """z * B == D + rho * E + c * lambda * Y, for the verification share Y of the signer."""
        group = self.group
        try:
            z = groups.scalar_of(group, share)
        except Refused:
            return False
        factor = self.challenge * lagrange(group, self.indices, j)
        Y = groups.verification_share(group, self.commitments, j)
        right = group.add(
            group.negative(self.parts[j]) if self.flipped else self.parts[j],
            multiply(group, -factor if self.turned else factor, Y),
        )
        return group.equal(base_times(group, z), right)

    def signature(self, shares):
        group = self.group
        z = scalar_bytes(group, sum(groups.scalar_of(group, share) for share in shares))
        return group.encode(self.R)[1 if self.suite == "secp256k1-tr" else 0 :] + z


@functools.lru_cache(maxsize=20000)
def signature_holds(suite, public, message, signature):
    """Of a key. As any stranger's verifier would."""
    group = group_of(suite)
    try:
        P = groups.point_of(group, public)
        if suite == "ed25519":
            R = ED25519.on_curve(signature[:32])
            return len(signature) == 64 and R is not None and _ed25519_equation(public, P, signature, R, message)
        if suite == "secp256k1-tr":
            if len(signature) != 64:
                return False
            P = P if group.even(P) else group.negative(P)
            R = groups.point_of(group, b"\2" + signature[:32])
        else:
            R = groups.point_of(group, signature[: group.length])
        z = groups.scalar_of(group, signature[-32:])
        if len(signature) != len(group.encode(R)) + 32 - (suite == "secp256k1-tr"):
            return False
    except Refused:
        return False
    c = _challenge(suite, R, P, message)
    return group.equal(base_times(group, z), group.add(R, multiply(group, c, P)))


# --- What keys say -----------------------------------------------------------------------------------------------------


def succession_statement(descriptor, transcript):
    return b"\xffconclave succession v1\0" + sha256(descriptor) + transcript


def drill_statement(parent, number):
    return b"\xffconclave drill v1\0" + sha256(parent) + number


def message_of(suite, statement):
    return tagged("proof-of-life", statement) if suite == "secp256k1-tr" else statement
