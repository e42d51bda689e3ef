"""The four groups, polynomials and proofs: sections 4 and 5 of docs/protocol.md; SEC 1, RFC 8032, RFC 9496."""

import functools

from wire import Refused, tagged, u64

# Curves first: points of the Weierstrass curves are Jacobian (X, Y, Z), those of edwards25519 extended (X, Y, Z, T).


def no_identity(group, P):
    """The identity has no encoding anywhere."""
    if group.is_zero(P):
        raise Refused("POINT_INVALID", f"the identity of {group.name}")


class Weierstrass:
    length = 33
    order_of_bytes = "big"

    def __init__(self, name, p, a, b, gx, gy, order):
        self.name, self.p, self.a, self.b, self.order = name, p, a % p, b, order
        self.zero = (1, 1, 0)
        self.base = (gx, gy, 1)

    def double(self, P):
        p = self.p
        X, Y, Z = P
        if Z == 0 or Y == 0:
            return self.zero
        S = 4 * X * Y * Y % p
        if self.a == 0:
            M = 3 * X * X % p
        else:  # a = -3
            ZZ = Z * Z % p
            M = 3 * (X - ZZ) * (X + ZZ) % p
        YY = Y * Y % p
        X3 = (M * M - 2 * S) % p
        return X3, (M * (S - X3) - 8 * YY * YY) % p, 2 * Y * Z % p

    def add(self, P, Q):
        p = self.p
        X1, Y1, Z1 = P
        X2, Y2, Z2 = Q
        if Z1 == 0:
            return Q
        if Z2 == 0:
            return P
        ZZ1, ZZ2 = Z1 * Z1 % p, Z2 * Z2 % p
        U1, U2 = X1 * ZZ2 % p, X2 * ZZ1 % p
        S1, S2 = Y1 * ZZ2 * Z2 % p, Y2 * ZZ1 * Z1 % p
        H, R = (U2 - U1) % p, (S2 - S1) % p
        if H == 0:
            return self.double(P) if R == 0 else self.zero
        HH = H * H % p
        HHH = H * HH % p
        V = U1 * HH % p
        X3 = (R * R - HHH - 2 * V) % p
        return X3, (R * (V - X3) - S1 * HHH) % p, Z1 * Z2 * H % p

    def negative(self, P):
        return P[0], -P[1] % self.p, P[2]

    def is_zero(self, P):
        return P[2] == 0

    def equal(self, P, Q):
        return self.is_zero(self.add(P, self.negative(Q)))

    def affine(self, P):
        i = pow(P[2], -1, self.p)
        ii = i * i % self.p
        return P[0] * ii % self.p, P[1] * ii * i % self.p

    def even(self, P):
        return self.affine(P)[1] % 2 == 0

    def encode(self, P):
        no_identity(self, P)
        x, y = self.affine(P)
        return bytes([2 + y % 2]) + x.to_bytes(32, "big")

    def _decode(self, data):
        if data[0] not in (2, 3):
            return None
        x = int.from_bytes(data[1:], "big")
        if x >= self.p:
            return None
        square = (x * x * x + self.a * x + self.b) % self.p
        y = pow(square, (self.p + 1) // 4, self.p)
        if y * y % self.p != square:
            return None
        return x, (y if y % 2 == data[0] % 2 else self.p - y), 1


P25519 = 2**255 - 19
D = -121665 * pow(121666, -1, P25519) % P25519
ROOT = pow(2, (P25519 - 1) // 4, P25519)
L25519 = 2**252 + 27742317777372353535851937790883648493


class Edwards:
    """edwards25519 as RFC 8032 encodes its points."""

    name = "ed25519"
    length = 32
    order_of_bytes = "little"
    order = L25519
    zero = (0, 1, 1, 0)

    def __init__(self):
        y = 4 * pow(5, -1, P25519) % P25519
        self.base = self._with_y(y, 0)

    @staticmethod
    def _with_y(y, sign):
        p = P25519
        u, v = (y * y - 1) % p, (D * y * y + 1) % p
        x = u * v**3 * pow(u * v**7, (p - 5) // 8, p) % p
        if v * x * x % p != u:
            x = x * ROOT % p
        if v * x * x % p != u or (x == 0 and sign):
            return None
        if x % 2 != sign:
            x = p - x
        return x, y, 1, x * y % p

    def double(self, P):
        p = P25519
        X, Y, Z, _ = P
        A, B = X * X % p, Y * Y % p
        H, E = A + B, A + B - (X + Y) * (X + Y)
        G = A - B
        F = 2 * Z * Z + G
        return E * F % p, G * H % p, F * G % p, E * H % p

    def add(self, P, Q):
        p = P25519
        A = (P[1] - P[0]) * (Q[1] - Q[0]) % p
        B = (P[1] + P[0]) * (Q[1] + Q[0]) % p
        C = 2 * P[3] * Q[3] * D % p
        E2 = 2 * P[2] * Q[2]
        E, F, G, H = B - A, E2 - C, E2 + C, B + A
        return E * F % p, G * H % p, F * G % p, E * H % p

    def negative(self, P):
        return -P[0] % P25519, P[1], P[2], -P[3] % P25519

    def is_zero(self, P):
        return P[0] % P25519 == 0 and (P[1] - P[2]) % P25519 == 0

    def equal(self, P, Q):
        return (P[0] * Q[2] - Q[0] * P[2]) % P25519 == 0 and (P[1] * Q[2] - Q[1] * P[2]) % P25519 == 0

    def encode(self, P):
        no_identity(self, P)
        i = pow(P[2], -1, P25519)
        x, y = P[0] * i % P25519, P[1] * i % P25519
        return (y | (x % 2) << 255).to_bytes(32, "little")

    def on_curve(self, data):
        """Any point of the curve in its one encoding, of whatever order."""
        number = int.from_bytes(data, "little")
        y, sign = number & (1 << 255) - 1, number >> 255
        return None if len(data) != 32 or y >= P25519 else self._with_y(y, sign)

    def in_subgroup(self, P):
        return self.is_zero(multiply(self, L25519, P, reduced=False))

    def _decode(self, data):
        P = self.on_curve(data)
        return P if P is not None and self.in_subgroup(P) else None


def _is_negative(x):
    return x % P25519 % 2 == 1


def _sqrt_ratio(u, v):
    """SQRT_RATIO_M1 of RFC 9496, 4.2."""
    p = P25519
    r = u * v**3 * pow(u * v**7, (p - 5) // 8, p) % p
    check = v * r * r % p
    flipped = check == -u % p
    if flipped or check == -u * ROOT % p:
        r = r * ROOT % p
    square = check == u % p or flipped
    return square, (p - r if _is_negative(r) else r)


INV_SQRT_A_MINUS_D = _sqrt_ratio(1, (-1 - D) % P25519)[1]


class Ristretto(Edwards):
    name = "ristretto255"

    def equal(self, P, Q):
        p = P25519
        return (P[0] * Q[1] - P[1] * Q[0]) % p == 0 or (P[1] * Q[1] - P[0] * Q[0]) % p == 0

    def is_zero(self, P):
        return P[0] % P25519 == 0 or P[1] % P25519 == 0

    def encode(self, P):
        no_identity(self, P)
        p = P25519
        X, Y, Z, T = P
        u1, u2 = (Z + Y) * (Z - Y) % p, X * Y % p
        inv = _sqrt_ratio(1, u1 * u2 * u2 % p)[1]
        den1, den2 = inv * u1 % p, inv * u2 % p
        z_inv = den1 * den2 * T % p
        if _is_negative(T * z_inv):
            X, Y, den = Y * ROOT % p, X * ROOT % p, den1 * INV_SQRT_A_MINUS_D % p
        else:
            den = den2
        if _is_negative(X * z_inv):
            Y = -Y % p
        s = den * (Z - Y) % p
        return (p - s if _is_negative(s) else s).to_bytes(32, "little")

    def _decode(self, data):
        p = P25519
        s = int.from_bytes(data, "little")
        if s >= p or _is_negative(s):
            return None
        ss = s * s % p
        u1, u2 = (1 - ss) % p, (1 + ss) % p
        v = (-D * u1 * u1 - u2 * u2) % p
        square, inv = _sqrt_ratio(1, v * u2 * u2 % p)
        den_x = inv * u2 % p
        den_y = inv * den_x * v % p
        x = 2 * s * den_x % p
        x = p - x if _is_negative(x) else x
        y = u1 * den_y % p
        t = x * y % p
        return None if not square or _is_negative(t) or y == 0 else (x, y, 1, t)


K256 = Weierstrass(
    "secp256k1",
    2**256 - 2**32 - 977,
    0,
    7,
    0x79BE667EF9DCBBAC55A06295CE870B07029BFCDB2DCE28D959F2815B16F81798,
    0x483ADA7726A3C4655DA4FBFC0E1108A8FD17B448A68554199C47D08FFB10D4B8,
    0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141,
)
NIST256 = Weierstrass(
    "p256",
    2**256 - 2**224 + 2**192 + 2**96 - 1,
    -3,
    0x5AC635D8AA3A93E7B3EBBD55769886BC651D06B0CC53B0F63BCE3C3E27D2604B,
    0x6B17D1F2E12C4247F8BCE6E563A440F277037D812DEB33A0F4A13945D898C296,
    0x4FE342E2FE1A7F9B8EE7EB4A7C0F9E162BCE33576B315ECECBB6406837BF51F5,
    0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551,
)
ED25519 = Edwards()
RISTRETTO = Ristretto()
GROUPS = {group.name: group for group in (K256, NIST256, ED25519, RISTRETTO)}


def group_of(suite):
    return K256 if suite == "secp256k1-tr" else GROUPS[suite]


# --- Points and scalars ------------------------------------------------------------------------------------------------


@functools.lru_cache(maxsize=50000)  # many files are judged at once, and they share most of their packets
def multiply(group, scalar, P, reduced=True):
    """scalar * P, four bits at a time."""
    scalar = scalar % group.order if reduced else scalar
    if scalar < 64:  # an index
        total = group.zero
        for bit in f"{scalar:b}":
            total = group.double(total)
            total = group.add(total, P) if bit == "1" else total
        return total
    table = [group.zero, P]
    for _ in range(14):
        table.append(group.add(table[-1], P))
    total = group.zero
    for shift in range((max(scalar.bit_length(), 1) + 3) // 4 * 4 - 4, -4, -4):
        if total is not group.zero:
            total = group.double(group.double(group.double(group.double(total))))
        digit = scalar >> shift & 15
        if digit:
            total = group.add(total, table[digit])
    return total


@functools.cache
def _base_table(name):
    group, rows = GROUPS[name], []
    P = group.base
    for _ in range(64):
        row = [group.zero]
        for _ in range(15):
            row.append(group.add(row[-1], P))
        rows.append(row)
        P = group.add(row[-1], P)
    return rows


@functools.lru_cache(maxsize=50000)
def base_times(group, scalar):
    scalar %= group.order
    total = group.zero
    for place, row in enumerate(_base_table(group.name)):
        digit = scalar >> 4 * place & 15
        if digit:
            total = group.add(total, row[digit])
    return total


def combine(group, pairs):
    """The sum of scalar * P."""
    total = group.zero
    for scalar, P in pairs:
        total = group.add(total, multiply(group, scalar, P))
    return total


@functools.lru_cache(maxsize=20000)
def point_of(group, data):
    """A point that arrives."""
    P = group._decode(data) if len(data) == group.length else None
    if P is None or group.is_zero(P) or group.encode(P) != data:
        raise Refused("POINT_INVALID", f"not the encoding of a {group.name} point")
    return P


def scalar_of(group, data):
    """A scalar that arrives."""
    number = int.from_bytes(data, group.order_of_bytes)
    if len(data) != 32 or number >= group.order:
        raise Refused("SCALAR_INVALID", f"not a {group.name} scalar")
    return number


def scalar_bytes(group, number):
    return (number % group.order).to_bytes(32, group.order_of_bytes)


# --- Polynomials -------------------------------------------------------------------------------------------------------


def check_indices(indices):
    indices = list(indices)
    if not all(1 <= j <= 65536 for j in indices) or len(set(indices)) != len(indices):
        raise Refused("INDEX_INVALID", "an index out of range, or twice")


def lagrange(group, indices, i):
    check_indices(indices)
    if i not in indices:
        raise Refused("INDEX_INVALID", "not one of the indices")
    top = bottom = 1
    for j in indices:
        if j != i:
            top = top * j % group.order
            bottom = bottom * (j - i) % group.order
    return top * pow(bottom, -1, group.order) % group.order


def read_commitments(group, encoded, threshold):
    if len(encoded) != threshold:
        raise Refused("COMMITMENTS_LENGTH", f"{len(encoded)} commitments where the threshold is {threshold}")
    return [point_of(group, data) for data in encoded]


def verification_share(group, commitments, j):
    """The sum over m of j^m * C_m, by Horner."""
    total = group.zero
    for C in reversed(commitments):
        total = group.add(multiply(group, j, total) if not group.is_zero(total) else total, C)
    return total


# --- Proofs ------------------------------------------------------------------------------------------------------------


def challenge(group, tag, *parts):
    halves = [tagged(f"{tag}-challenge", bytes([half]), group.name.encode(), *parts) for half in (0, 1)]
    return int.from_bytes(b"".join(halves), "big") % group.order


@functools.lru_cache(maxsize=20000)
def check_knowledge(group, domain, context, P, proof):
    """A proof of knowledge of the discrete logarithm of P."""
    try:
        R = point_of(group, proof[: group.length])
        z = scalar_of(group, proof[group.length :])
    except Refused as refused:
        raise Refused("PROOF_INVALID", f"the {domain} proof does not decode") from refused
    if group.is_zero(P):
        raise Refused("PROOF_INVALID", f"the {domain} proof is about the identity")
    c = challenge(group, "knowledge", domain.encode(), context, group.encode(P), proof[: group.length])
    if not group.equal(group.add(base_times(group, z), multiply(group, -c, P)), R):
        raise Refused("PROOF_INVALID", f"the {domain} proof of knowledge does not verify")


def weight(seed, place):
    return int.from_bytes(tagged("weight", seed, u64(place))[:16], "big") or 1


def check_possession(group, domain, commitments, seed, j, context, proof):
    """Of all keys of one suite at once. `commitments`: one list of points for each of these keys."""
    weights = [weight(seed, place) for place in range(len(commitments))]
    columns = [combine(group, zip(weights, column)) for column in zip(*commitments)]
    check_knowledge(group, domain, context, verification_share(group, columns, j), proof)
