"""Files as QR codes: section 24. Sums are whole numbers here, so that exclusive or is one sign."""

import base64

from wire import Refused, sha256, tagged, u64

MOST_PARTS = 4096


def combination(count, number):
    """The places of the parts that piece `number` is the sum of."""
    bits = 0
    if number >= count:
        stream = b"".join(tagged("combination", u64(count), u64(number), u64(block)) for block in range(count // 256 + 1))
        bits = int.from_bytes(stream, "little") & ((1 << count) - 1)
    bits = bits or 1 << number % count
    return [part for part in range(count) if bits >> part & 1]


def count_of(length, size):
    count = -(-(32 + length) // size)
    if length < 1 or length >= 1 << 24 or not 16 <= size <= 2935 or count > MOST_PARTS:
        return None
    return count


def shown(file, size, number):
    count = count_of(len(file), size)
    if count is None:
        raise Refused("FILE_TOO_LARGE", "no such stream")
    whole = (sha256(file) + file).ljust(count * size, b"\0")
    parts = [int.from_bytes(whole[at * size : (at + 1) * size], "big") for at in range(count)]
    piece = 0
    for part in combination(count, number):
        piece ^= parts[part]
    frame = b"\xfc\x01" + sha256(file)[:6] + len(file).to_bytes(3, "big") + number.to_bytes(3, "big") + piece.to_bytes(size, "big")
    frame += sha256(frame)[:4]
    return {"pieces": count, "frame": frame, "text": "FC:" + base64.b32encode(frame).decode().rstrip("=")}


def read(code):
    if code.startswith(b"FC:"):
        digits = code[3:]
        try:
            frame = base64.b32decode(digits + b"=" * (-len(digits) % 8))
        except ValueError:
            raise Refused("FRAME_DAMAGED", "not base32") from None
        if base64.b32encode(frame).rstrip(b"=") != digits:
            raise Refused("FRAME_DAMAGED", "another writing of the same")
        code = frame
    if code[:1] != b"\xfc":
        raise Refused("FRAME_FOREIGN", "no frame")
    if len(code) < 18 or sha256(code[:-4])[:4] != code[-4:]:
        raise Refused("FRAME_DAMAGED", "the checksum")
    length, piece = int.from_bytes(code[8:11], "big"), code[14:-4]
    if code[1] != 1 or count_of(length, len(piece)) is None:
        raise Refused("FRAME_INVALID", "version or sizes")
    return {"stream": code[2:8], "length": length, "number": int.from_bytes(code[11:14], "big"), "piece": piece}


def collected(codes):
    """Of one stream, as the vectors have it. Gauss over rows of (parts, sum), both whole numbers."""
    rows, taken, file = {}, [], None
    for frame in map(read, codes):
        size, length = len(frame["piece"]), frame["length"]
        count = count_of(length, size)
        if file is not None:
            taken.append("known")
            continue
        bits = sum(1 << part for part in combination(count, frame["number"]))
        value = int.from_bytes(frame["piece"], "big")
        for place, (other, sum_of) in sorted(rows.items()):
            if bits >> place & 1:
                bits, value = bits ^ other, value ^ sum_of
        if bits == 0:
            taken.append("known" if value == 0 else "spoiled")
            rows = rows if value == 0 else {}
            continue
        lowest = (bits & -bits).bit_length() - 1
        for place, (other, sum_of) in rows.items():
            if other >> lowest & 1:
                rows[place] = (other ^ bits, sum_of ^ value)
        rows[lowest] = (bits, value)
        taken.append("useful")
        if len(rows) == count:
            whole = b"".join(rows[place][1].to_bytes(size, "big") for place in range(count))
            held, file, rest = whole[:32], whole[32 : 32 + length], whole[32 + length :]
            taken[-1] = "whole"
            if held != sha256(file) or held[:6] != frame["stream"] or any(rest):
                taken[-1], file, rows = "spoiled", None, {}
    return {"taken": taken, "file": file}
