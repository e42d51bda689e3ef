"""Sealed boxes and their openings: section 6 of docs/protocol.md; RFC 8439 with the extended nonce, RFC 5869."""

import hmac
import struct

from groups import RISTRETTO, base_times, challenge, check_knowledge, multiply, point_of, scalar_of
from wire import Refused, lp, tagged


def _quarter(s, a, b, c, d):
    for x, y, z, turn in ((a, b, d, 16), (c, d, b, 12), (a, b, d, 8), (c, d, b, 7)):
        s[x] = (s[x] + s[y]) & 0xFFFFFFFF
        mixed = s[z] ^ s[x]
        s[z] = (mixed << turn | mixed >> 32 - turn) & 0xFFFFFFFF


def _rounds(state):
    s = list(state)
    for _ in range(10):
        for at in range(4):
            _quarter(s, at, at + 4, at + 8, at + 12)
        for at in range(4):
            _quarter(s, at, (at + 1) % 4 + 4, (at + 2) % 4 + 8, (at + 3) % 4 + 12)
    return s


CONSTANTS = struct.unpack("<4I", b"expand 32-byte k")


def _hchacha(key, nonce):
    s = _rounds(CONSTANTS + struct.unpack("<8I", key) + struct.unpack("<4I", nonce))
    return struct.pack("<8I", *s[:4], *s[12:])


def _chacha(key, nonce, counter, length):
    out = b""
    while len(out) < length:
        state = CONSTANTS + struct.unpack("<8I", key) + (counter,) + struct.unpack("<3I", nonce)
        out += struct.pack("<16I", *((x + y) & 0xFFFFFFFF for x, y in zip(_rounds(state), state)))
        counter += 1
    return out[:length]


def _poly1305(key, data):
    r = int.from_bytes(key[:16], "little") & 0x0FFFFFFC0FFFFFFC0FFFFFFC0FFFFFFF
    total = 0
    for at in range(0, len(data), 16):
        total = (total + int.from_bytes(data[at : at + 16] + b"\1", "little")) * r % (2**130 - 5)
    return ((total + int.from_bytes(key[16:], "little")) % 2**128).to_bytes(16, "little")


def _padded(data):
    return data + bytes(-len(data) % 16)


def xchacha_open(key, nonce, sealed, aad):
    """The plaintext, or None."""
    key, nonce = _hchacha(key, nonce[:16]), bytes(4) + nonce[16:]
    body, tag = sealed[:-16], sealed[-16:]
    coded = _padded(aad) + _padded(body) + struct.pack("<QQ", len(aad), len(body))
    if not hmac.compare_digest(_poly1305(_chacha(key, nonce, 0, 32), coded), tag):
        return None
    return bytes(x ^ y for x, y in zip(body, _chacha(key, nonce, 1, len(body))))


def _hkdf(secret, info, length):
    prk = hmac.digest(bytes(32), secret, "sha256")
    out = block = b""
    while len(out) < length:
        block = hmac.digest(prk, block + info + bytes([len(out) // 32 + 1]), "sha256")
        out += block
    return out[:length]


def context_of(ceremony, attempt, dealer, receiver, binding):
    """X"""
    return lp(ceremony, attempt, dealer, receiver, binding)


def check_box(box, prekey, X):
    R = point_of(RISTRETTO, box["R"])
    check_knowledge(RISTRETTO, "box", lp(X, prekey), R, box["proof"])


def opened(box, prekey, X, K):
    """What lies behind the point K, encoded; None where the ciphertext does not open."""
    info = lp(b"conclave/v1/sealed-box", X, prekey, box["R"])
    derived = _hkdf(K, info, 56)
    return xchacha_open(derived[:32], derived[32:], box["ciphertext"], info)


def opening_holds(box, prekey, X, complainer, K, proof):
    """That K is q * R for the q of the prekey: two equations under one challenge."""
    G = RISTRETTO
    try:
        T1, T2, point = point_of(G, proof[:32]), point_of(G, proof[32:64]), point_of(G, K)
        z = scalar_of(G, proof[64:])
        Q, R = point_of(G, prekey), point_of(G, box["R"])
    except Refused:
        return False
    sealed = tagged("box", box["R"], box["proof"], box["ciphertext"])
    c = challenge(G, "opening", complainer, X, sealed, prekey, box["R"], K, proof[:32], proof[32:64])
    return G.equal(G.add(base_times(G, z), multiply(G, -c, Q)), T1) and G.equal(
        G.add(multiply(G, z, R), multiply(G, -c, point)), T2
    )
