"""Bytes and what they mean: section 2 of docs/protocol.md, and RFC 8949, 4.2.1. Nothing but the standard library."""

import hashlib
import re


class Refused(Exception):
    """Something that a verifier does not take, with the code that the page gives it."""

    def __init__(self, code, why):
        super().__init__(f"{why} ({code})")
        self.code = code


class Waits(Exception):
    """Something that names what is not here: nobody's fault, and not good yet."""


def u64(number):
    return number.to_bytes(8, "big")


def lp(*parts):
    return b"".join(u64(len(part)) + part for part in parts)


def tagged(tag, *parts):
    """H(tag; a, b, …)"""
    h = hashlib.sha256(b"conclave/v1/" + tag.encode()).digest()
    return hashlib.sha256(h + h + lp(*parts)).digest()


def sha256(data):
    return hashlib.sha256(data).digest()


# --- CBOR -------------------------------------------------------------------------------------------------------------

MOST_BYTES = 64 * 1024 * 1024
DEEPEST = 12
SAFE = 2**53 - 1


def _bad(why):
    raise Refused("CBOR_MALFORMED", why)


def decode(data, most=MOST_BYTES, deepest=DEEPEST):
    if len(data) > most:
        _bad("larger than a document may be")
    value, end = _item(data, 0, deepest)
    if end != len(data):
        _bad("further bytes behind the item")
    return value


def _head(data, at):
    if at >= len(data):
        _bad("cut short")
    major, info = data[at] >> 5, data[at] & 31
    at += 1
    if info < 24:
        return major, info, info, at
    if info > 27:
        _bad("indefinite length, or a reserved head")
    size = 1 << (info - 24)
    if at + size > len(data):
        _bad("cut short")
    number = int.from_bytes(data[at : at + size], "big")
    if major < 7 and number < (24 if size == 1 else 1 << (4 * size)):
        _bad("not in its shortest form")
    return major, info, number, at + size


def _item(data, at, deeper):
    major, info, number, at = _head(data, at)
    if major == 0 or major == 1:
        if number > SAFE or (major == 1 and number + 1 > SAFE):
            _bad("an integer that is too large")
        return (number if major == 0 else -1 - number), at
    if major == 2 or major == 3:
        if number > len(data) - at:
            _bad("cut short")
        raw = bytes(data[at : at + number])
        return (raw if major == 2 else _text(raw)), at + number
    if major == 4 or major == 5:
        if deeper == 0:
            _bad("nested too deep")
        if number * (major - 3) > len(data) - at:
            _bad("more items announced than there are bytes")
        return _array(data, at, number, deeper) if major == 4 else _map(data, at, number, deeper)
    if major == 7 and info in (20, 21, 22):
        return {20: False, 21: True, 22: None}[info], at
    return _bad("a tag, a float or another simple value")


def _text(raw):
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError:
        _bad("text that is not UTF-8")
    if text.startswith("\ufeff"):
        _bad("text that begins with a byte order mark")
    return text


def _array(data, at, count, deeper):
    items = []
    for _ in range(count):
        item, at = _item(data, at, deeper - 1)
        items.append(item)
    return items, at


def _map(data, at, count, deeper):
    found, before = {}, None
    for _ in range(count):
        start = at
        key, at = _item(data, at, deeper - 1)
        if not isinstance(key, str) or key == "__proto__":
            _bad("a map key that is no text, or __proto__")
        encoded = data[start:at]
        if before is not None and encoded <= before:
            _bad("map keys that repeat or are out of order")
        before = encoded
        found[key], at = _item(data, at, deeper - 1)
    return found, at


def _encoded_head(major, number):
    if number < 24:
        return bytes([major << 5 | number])
    for info, size in ((24, 1), (25, 2), (26, 4), (27, 8)):
        if number < 1 << (8 * size):
            return bytes([major << 5 | info]) + number.to_bytes(size, "big")
    raise ValueError(number)


def encode(value):
    if value is None:
        return b"\xf6"
    if value is True or value is False:
        return b"\xf5" if value else b"\xf4"
    if isinstance(value, int):
        return _encoded_head(0, value) if value >= 0 else _encoded_head(1, -1 - value)
    if isinstance(value, bytes):
        return _encoded_head(2, len(value)) + value
    if isinstance(value, str):
        raw = value.encode()
        return _encoded_head(3, len(raw)) + raw
    if isinstance(value, (list, tuple)):
        return _encoded_head(4, len(value)) + b"".join(map(encode, value))
    if not isinstance(value, dict):
        _bad("nothing that this CBOR has")
    entries = sorted((encode(key), encode(item)) for key, item in value.items())
    return _encoded_head(5, len(entries)) + b"".join(key + item for key, item in entries)


# --- Types: each takes a value and says whether it fits ----------------------------------------------------------------


def _integer(value):
    return isinstance(value, int) and not isinstance(value, bool)


def integer(least, most):
    return lambda value: _integer(value) and least <= value <= most


def octets(least, most=None):
    return lambda value: isinstance(value, bytes) and least <= len(value) <= (least if most is None else most)


def code_units(text):
    return len(text.encode("utf-16-le")) // 2


def text(most, least=0):
    return lambda value: isinstance(value, str) and least <= code_units(value) <= most


def one_of(*values):
    return lambda value: isinstance(value, str) and value in values


def null_or(kind):
    return lambda value: value is None or kind(value)


def several(least, most, kind):
    return lambda value: isinstance(value, list) and least <= len(value) <= most and all(map(kind, value))


def record(**fields):
    return lambda value: (
        isinstance(value, dict) and value.keys() == fields.keys() and all(fields[key](value[key]) for key in fields)
    )


def record_with(optional, **fields):
    """A record that may have these fields as well."""
    has = lambda value: {**fields, **{key: kind for key, kind in optional.items() if key in value}}
    return lambda value: isinstance(value, dict) and record(**has(value))(value)


def boolean(value):
    return isinstance(value, bool)


def exactly(wanted):
    return lambda value: type(value) is type(wanted) and value == wanted


DEVICES = re.compile(r"(con|prn|aux|nul|com[0-9]|lpt[0-9])(\..*)?", re.IGNORECASE | re.ASCII)


def name(value):
    return (
        isinstance(value, str)
        and re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]{0,31}", value) is not None
        and ".." not in value
        and not value.endswith(".")
        and DEVICES.fullmatch(value) is None
    )


def label(value):
    return isinstance(value, str) and re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}", value) is not None


SUITES = ("secp256k1-tr", "secp256k1", "ed25519", "p256", "ristretto255")
hash32 = identity = octets(32)
prose = text(2000)
count = time = integer(0, SAFE)
index = integer(1, 32)
threshold = integer(2, 32)
position = integer(0, 63)
suite = one_of(*SUITES)
point = octets(1, 33)
tool = record(version=text(64), digest=null_or(hash32))
version = exactly(1)


def read(kind, data, what):
    """A document: its bytes, decoded, of its schema."""
    value = decode(data)
    if not kind(value):
        raise Refused("SCHEMA", f"{what}: not of its schema")
    return value


def repeats(values):
    values = list(values)
    return len(set(values)) != len(values)
