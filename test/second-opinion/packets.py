"""Packets, who may say them, and their slots: sections 11 to 18 and 21 of docs/protocol.md."""

import functools

from documents import Plan
from signatures import PACKET, check_message, open_message
from wire import (
    Refused,
    boolean,
    count,
    hash32,
    identity,
    index,
    integer,
    label,
    null_or,
    octets,
    one_of,
    point,
    prose,
    read,
    record,
    several,
    suite,
    tagged,
    text,
    time,
    tool,
    version,
)

anything = octets(1, 1 << 26)
card = octets(1, 4096)
per_key = functools.partial(several, 1, 10_000)
vote = record(
    parent=hash32,
    slot=count,
    prior=several(0, 32, record(ceremony=hash32, attempt=hash32, evidence=several(2, 1025, anything))),
)
certificate = several(2, 32, hash32)
nonce = record(hiding=point, binding=point)
possession = several(1, 5, record(suite=suite, proof=octets(1, 96)))
box = record(R=octets(32), proof=octets(64), ciphertext=anything)
WORDS = text(200)
COPY = {
    "id": label,
    "label": prose,
    "kind": one_of("backup", "export", "external"),
    "epoch": count,
    "where": record(custodian=WORDS, place=WORDS, medium=WORDS, bag=WORDS),
    "destroyed": null_or(record(at=time, method=WORDS, witnesses=several(1, 16, WORDS))),
}

NOTE = {"text": prose, "number": count}
NOTES = (
    record(kind=one_of("deviation", "observation"), **NOTE),
    record(kind=one_of("bag"), bag=text(64, 1), way=one_of("in", "out"), what=text(64, 1), **NOTE),
    record(kind=one_of("witness"), name=text(100, 1), role=text(100, 1), **NOTE),
    record(kind=one_of("absent"), member=identity, **NOTE),
    record(kind=one_of("anchor"), place=text(200, 1), digest=hash32, **NOTE),
)

BODIES = {
    "proposal": record(plan=anything, key=hash32),
    "approval": record(),
    "refusal": record(**{"as": one_of("receiver", "dealer", "approver", "proposer", "member"), "reason": prose}),
    "note": lambda value: isinstance(value, dict) and any(kind(value) for kind in NOTES),
    "deal": record(
        vote=null_or(vote),
        approvals=several(0, 16, hash32),
        keys=per_key(record(commitments=several(1, 32, point), proof=null_or(octets(1, 96)))),
        boxes=several(2, 32, box),
    ),
    "endorsement": record(vote=vote),
    "acceptance": record(
        deals=several(1, 32, hash32),
        transcript=hash32,
        possession=possession,
        nonces=per_key(nonce),
        card=card,
        tool=tool,
    ),
    "complaint": record(deal=hash32, K=octets(32), proof=octets(96)),
    "release": record(
        signed=several(0, 16, record(packet=hash32, blocked=null_or(hash32))), salvage=boolean, reason=prose
    ),
    "amendment": record(
        number=integer(1, 24),
        dealers=several(1, 32, index),
        receivers=several(2, 32, record(card=card, prekey=octets(32))),
        reason=prose,
    ),
    "reprove": record(number=integer(1, 16), certificate=certificate, signers=several(2, 32, index), reason=prose),
    "commitment": record(call=hash32, nonces=per_key(nonce)),
    "signature": record(call=hash32, commitments=certificate, shares=per_key(octets(32))),
    "activation": record(transcript=hash32, certificate=certificate, shares=per_key(octets(32))),
    "closing": record(
        transcript=hash32,
        turn=hash32,
        oldShare=record(
            state=one_of("wrapping-key-deleted", "kept", "none"),
            why=one_of(
                "proven", "no-backups", "few-signers", "not-confirmed", "exposed", "joiner", "already-gone", "lost"
            ),
        ),
        invalid=several(0, 1000, record(**COPY)),
        recorded=several(0, 1000, record(**COPY)),
    ),
    "census": record(
        possession=possession,
        prekeys=count,
        tool=tool,
        copies=several(0, 1000, record(**COPY, invalid=boolean)),
        findings=several(0, 64, record(check=text(64), ok=null_or(boolean), detail=prose)),
    ),
}

HEADER = record(
    v=version,
    kind=text(32),
    ceremony=hash32,
    attempt=hash32,
    author=identity,
    at=time,
    attended=boolean,
    rehearsal=boolean,
    body=lambda value: True,
)


def speakers(plan, kind):
    """Who may say it; none where it has no place in such a plan."""
    everybody = set(plan.name_of)
    old, new = set(plan.old.values()), set(plan.new.values())
    in_any = {"proposal": {plan.proposer}, "approval": set(plan.approvers), "refusal": everybody, "note": everybody}
    if plan.kind == "drill":
        signers = {plan.old[j] for j in plan.facts["signers"]}
        return {**in_any, "commitment": signers, "signature": signers}.get(kind, set())
    if plan.kind == "census":
        return {**in_any, "census": old}.get(kind, set())
    receiving = ("acceptance", "complaint", "release", "reprove", "commitment", "signature", "activation")
    return {
        **in_any,
        "deal": new if plan.genesis else old,
        "endorsement": set() if plan.genesis else old,
        **dict.fromkeys(receiving, new),
        "amendment": set() if plan.genesis else {plan.proposer},
        "closing": old | new,
    }.get(kind, set())


class Packet:
    def __init__(self, data, facts):
        self.bytes, self.digest = data, tagged("packet", data)
        self.kind, self.author, self.attempt = facts["kind"], facts["author"], facts["attempt"]
        self.at, self.attended, self.body = facts["at"], facts["attended"], facts["body"]

    @property
    def vote(self):
        return self.body.get("vote")

    @property
    def slots(self):
        """Two packets of one author in one slot contradict each other."""
        kind, body, attempt = self.kind, self.body, self.attempt.hex()
        if kind == "refusal":
            parts = {"receiver": f"receive {attempt}", "dealer": f"deal {attempt}", "approver": "approve"}
            return [{**parts, "proposer": "withdraw", "member": "dissent"}[body["as"]]]
        if kind in ("deal", "endorsement"):
            own = [f"deal {attempt}"] if kind == "deal" else []
            return own + ([] if self.vote is None else [f"vote {self.vote['parent'].hex()} {self.vote['slot']}"])
        return [
            {
                "proposal": lambda: "proposal",
                "approval": lambda: "approve",
                "acceptance": lambda: f"receive {attempt}",
                "complaint": lambda: f"receive {attempt}",
                "release": lambda: f"release {attempt}",
                "amendment": lambda: f"amendment {body['number']}",
                "reprove": lambda: f"reprove {attempt} {body['number']}",
                "commitment": lambda: f"commit {body['call'].hex()}",
                "signature": lambda: f"sign {body['call'].hex()}",
                "activation": lambda: f"turn {attempt} 0",
                "closing": lambda: f"close {attempt}",
                "note": lambda: f"note {body['number']}",
                "census": lambda: "census",
            }[kind]()
        ]


@functools.lru_cache(maxsize=20000)
def admit(plan, data):
    payload, signature = open_message(data)  # 1
    facts = read(HEADER, payload, "packet")
    if facts["ceremony"] != plan.id or facts["rehearsal"] != plan.rehearsal:  # 2
        raise Refused("PACKET_FOREIGN", "of another ceremony, or of the other world")
    if facts["author"] not in plan.name_of:  # 3
        raise Refused("AUTHOR_UNKNOWN", "the author is nobody of the plan")
    check_message(PACKET, facts["author"], payload, signature)  # 4
    kind = facts["kind"]
    if kind not in BODIES:  # 5
        raise Refused("KIND_UNKNOWN", f"the kind {kind[:32]!r} is not known")
    if facts["author"] not in speakers(plan, kind):
        raise Refused("AUTHOR_UNKNOWN", f"{plan.name_of[facts['author']]} has no part in which to say {kind}")
    if not BODIES[kind](facts["body"]):  # 6
        raise Refused("SCHEMA", f"{kind}: not of its schema")
    packet = Packet(data, facts)
    if kind == "proposal" and packet.body["plan"] != plan.encoded:  # 7
        raise Refused("PACKET_FOREIGN", "proposes another plan than its number says")
    return packet


@functools.lru_cache(maxsize=256)
def read_plan(encoded):
    return Plan(encoded)


def read_proposal(data):
    """A proposal opens a ceremony: the plan is read from it, and the packet admitted to that plan."""
    payload, _ = open_message(data)
    facts = read(HEADER, payload, "packet")
    if facts["kind"] != "proposal":
        raise Refused("PACKET_FOREIGN", "not a proposal")
    if not BODIES["proposal"](facts["body"]):
        raise Refused("SCHEMA", "proposal: not of its schema")
    plan = read_plan(facts["body"]["plan"])
    return plan, admit(plan, data)
