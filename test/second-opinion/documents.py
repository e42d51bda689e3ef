"""Cards, descriptors, links and plans: sections 7, 8 and 9 of docs/protocol.md, and the differences of section 21."""

import functools
import re

import groups
from groups import ED25519, RISTRETTO, group_of
from signatures import CARD, check_message, message_of, open_message, signature_holds, succession_statement
from wire import (
    SUITES,
    Refused,
    boolean,
    count,
    decode,
    encode,
    hash32,
    identity,
    index,
    integer,
    label,
    name,
    null_or,
    octets,
    one_of,
    point,
    position,
    prose,
    read,
    record,
    record_with,
    repeats,
    several,
    suite,
    tagged,
    text,
    threshold,
    time,
    tool,
    version,
)

# --- Cards -------------------------------------------------------------------------------------------------------------

CARD_LINE = b"conclave card v1\n"
BECH32 = re.compile(r"age1[qpzry9x8gf2tvdw0s3jn54khce6mua7l]{58}")
CARD_MAP = record(
    v=version,
    name=name,
    signing=identity,
    recipient=lambda value: isinstance(value, str) and BECH32.fullmatch(value) is not None,
    prekeys=several(1, 16, octets(32)),
    serial=count,
    at=time,
    rehearsal=boolean,
)


@functools.lru_cache(maxsize=2000)
def read_card(data):
    if len(data) > 4096 or not data.startswith(CARD_LINE) or len(data) == len(CARD_LINE):
        raise Refused("CARD_INVALID", "not a card")
    payload, signature = open_message(data[len(CARD_LINE) :])
    card = read(CARD_MAP, payload, "card")
    groups.point_of(ED25519, card["signing"])
    check_message(CARD, card["signing"], payload, signature)
    for prekey in card["prekeys"]:
        groups.point_of(RISTRETTO, prekey)
    if repeats(card["prekeys"]):
        raise Refused("CARD_INVALID", f"the card of {card['name']} lists a prekey twice")
    return card


# --- Descriptors and links ---------------------------------------------------------------------------------------------

GOVERNED = ("all-must-sign", "minority-signs", "lower-threshold")
SECONDS = integer(3600, 3660 * 86_400)
POLICY = record_with(
    {
        "refreshEvery": lambda value: value == "quarterly" or SECONDS(value),
        "backups": integer(1, 16),
        "minimumThreshold": integer(3, 32),
        "shapes": several(0, 3, one_of(*GOVERNED)),
    },
    approvers=several(0, 16, identity),
    approvals=count,
)
DESCRIPTOR = record(
    v=version,
    keyset=null_or(hash32),
    epoch=count,
    previous=null_or(hash32),
    ceremony=hash32,
    attempt=hash32,
    threshold=threshold,
    members=several(2, 32, record(name=name, identity=identity)),
    policy=POLICY,
    keys=several(
        1,
        10_000,
        record(
            label=label,
            suite=suite,
            publicKey=point,
            chainCode=null_or(octets(32)),
            commitments=several(2, 32, point),
        ),
    ),
    rehearsal=boolean,
)


def policy_is_bad(policy):
    shapes = policy.get("shapes", [])
    return (
        policy["approvals"] > len(policy["approvers"])
        or repeats(policy["approvers"])
        or shapes != [one for one in GOVERNED if one in shapes]
    )


def keeps_to(policy, facts):
    required = facts["backup"] == "required"
    return (
        facts["threshold"] >= policy.get("minimumThreshold", 2)
        and all(one in policy["shapes"] for one in facts["weak"] if one in GOVERNED and "shapes" in policy)
        and (max(1, facts["copies"]) if required else 0) >= policy.get("backups", 0)
    )


class Descriptor:
    def __init__(self, encoded):
        def need(holds, why):
            if not holds:
                raise Refused("DESCRIPTOR_INVALID", f"descriptor: {why}")

        self.encoded = encoded
        self.facts = facts = read(DESCRIPTOR, encoded, "descriptor")
        self.id = tagged("descriptor", encoded)
        self.epoch, self.threshold = facts["epoch"], facts["threshold"]
        self.members, self.keys, self.rehearsal = facts["members"], facts["keys"], facts["rehearsal"]
        need((facts["keyset"] is None) == (self.epoch == 0), "only epoch 0 has no keyset id")
        need((facts["previous"] is None) == (self.epoch == 0), "only epoch 0 has no previous descriptor")
        need(self.threshold <= len(self.members), "the threshold is above the number of members")
        need(not repeats(one["identity"] for one in self.members), "an identity repeats")
        need(not repeats(one["name"].lower() for one in self.members), "a name repeats")
        need(not repeats(key["label"].lower() for key in self.keys), "a label repeats")
        need(not policy_is_bad(facts["policy"]), "the policy")
        self.points = []
        for key in self.keys:
            need(key["publicKey"] == key["commitments"][0], f"{key['label']}: the constant is not the key")
            self.points.append(groups.read_commitments(group_of(key["suite"]), key["commitments"], self.threshold))
        self.keyset = self.id if facts["keyset"] is None else facts["keyset"]

    def same_keys(self, other):
        return [(k["label"], k["suite"], k["publicKey"]) for k in self.keys] == [
            (k["label"], k["suite"], k["publicKey"]) for k in other.keys
        ]

    def follows(self, other):
        return (
            self.facts["previous"] == other.id
            and self.keyset == other.keyset
            and self.epoch == other.epoch + 1
            and self.same_keys(other)
        )


LINK = record(descriptor=octets(1, 1 << 26), transcript=hash32, signatures=several(1, 10_000, octets(1, 96)))


class Link:
    def __init__(self, facts):
        self.facts = facts
        self.descriptor = Descriptor(facts["descriptor"])
        self.transcript = facts["transcript"]
        keys, signed = self.descriptor.keys, facts["signatures"]
        if len(signed) != len(keys):
            raise Refused("SUCCESSION_INVALID", "a link has one signature for each key")
        statement = succession_statement(facts["descriptor"], self.transcript)
        for key, signature in zip(keys, signed):
            if not signature_holds(key["suite"], key["publicKey"], message_of(key["suite"], statement), signature):
                raise Refused(
                    "SUCCESSION_INVALID", f"the key {key['label']} did not sign the descriptor of epoch {self.descriptor.epoch}"
                )


# --- Plans -------------------------------------------------------------------------------------------------------------

MOVING, STILL = ("genesis", "reshare", "refresh", "recover"), ("drill", "census")
PLAN_FIELDS = {
    "v": version,
    "kind": one_of(*MOVING, *STILL),
    "random": octets(32),
    "keyset": name,
    "parent": null_or(LINK),
    "cards": several(1, 64, octets(1, 4096)),
    "proposer": position,
    "old": several(0, 32, record(card=null_or(position))),
    "new": several(0, 32, record(card=position, prekey=octets(32))),
    "threshold": threshold,
    "dealers": several(0, 32, index),
    "reserves": several(0, 32, index),
    "approvers": several(0, 16, position),
    "approvals": count,
    "observers": several(0, 16, position),
    "keys": several(0, 10_000, record(label=label, suite=suite)),
    "policy": POLICY,
    "backup": one_of("none", "required"),
    "copies": integer(0, 16),
    "destroy": one_of("when-proven", "ask"),
    "belowQuorum": null_or(prose),
    "weak": several(0, 16, text(64)),
    "reason": prose,
    "because": one_of("policy", "incident", "personnel", "compliance", "other"),
    "ticket": null_or(text(200)),
    "insteadOf": null_or(hash32),
    "beacon": null_or(record(source=text(200, 1), round=text(64, 1), value=octets(16, 64))),
    "tool": tool,
    "at": time,
    "expires": time,
    "rehearsal": boolean,
}
PLAN = record(**PLAN_FIELDS)
SIGNED_PLAN = record(**PLAN_FIELDS, signers=several(2, 32, index))


class Attempt:
    """One try at a plan: its number, its dealers as (index, identity), and a prekey for each receiver."""

    def __init__(self, number, identifier, dealers, prekeys):
        self.number, self.id, self.dealers, self.prekeys = number, identifier, dealers, prekeys


class Plan:
    """The numbers in the comments are those of the list in section 9."""

    def __init__(self, encoded):
        value = decode(encoded)
        self.facts = facts = read(SIGNED_PLAN if isinstance(value, dict) and "signers" in value else PLAN, encoded, "plan")
        self.encoded, self.id, self.kind = encoded, tagged("plan", encoded), facts["kind"]
        self.rehearsal = facts["rehearsal"]
        self.genesis, self.still = self.kind == "genesis", self.kind in STILL
        self.need((self.kind == "drill") == ("signers" in facts), "only a drill names signers")
        self.need(self.still or len(facts["new"]) > 0, "nobody is to receive anything")
        if len(facts["new"]) == 1:
            raise Refused("SCHEMA", "plan: a new committee of one")
        self._cards()
        self._parent()
        self._old()
        self._new()
        if self.still:
            self._still()
        else:
            self._dealers()
            self._kinds()
        self._approval()
        self.need(facts["expires"] > facts["at"], "expires before it begins")  # 8
        self._quorum()
        self._people()
        self._weak()
        self._keeps_to_policy()
        self.attempt = Attempt(0, self.id, self._dealers_of(facts["dealers"]), [one["prekey"] for one in facts["new"]])

    @staticmethod
    def need(holds, why):
        if not holds:
            raise Refused("PLAN_INVALID", f"plan: {why}")

    def _cards(self):  # 1
        facts, need = self.facts, self.need
        self.cards = [read_card(file) for file in facts["cards"]]
        need(not repeats(card["signing"] for card in self.cards), "two cards have one identity")
        need(not repeats(card["name"].lower() for card in self.cards), "two cards have one name")
        need(all(card["rehearsal"] == self.rehearsal for card in self.cards), "a card of the other world")
        pointed = [one["card"] for one in facts["old"] if one["card"] is not None]
        pointed += [one["card"] for one in facts["new"]] + facts["approvers"] + facts["observers"]
        need(all(place < len(self.cards) for place in pointed), "points to a card that is not there")
        self.name_of = {card["signing"]: card["name"] for card in self.cards}

    def _parent(self):  # 2
        facts, need = self.facts, self.need
        need((facts["parent"] is None) == self.genesis, "only a genesis has no parent")
        self.parent = None if self.genesis else Link(facts["parent"])
        if self.parent is not None:
            need(self.parent.descriptor.rehearsal == self.rehearsal, "the parent is of the other world")

    def _old(self):  # 3
        members = [] if self.genesis else self.parent.descriptor.members
        self.need(len(self.facts["old"]) == len(members), "has to name every old member")
        self.named = members
        self.old = {}  # index: identity, of those who are not lost
        for place, (one, member) in enumerate(zip(self.facts["old"], members)):
            if one["card"] is not None:
                self.need(self.cards[one["card"]]["signing"] == member["identity"], "another card for an old member")
                self.old[place + 1] = member["identity"]
        self.lost = [place + 1 for place, one in enumerate(self.facts["old"]) if one["card"] is None]

    def _new(self):  # 4
        facts, need = self.facts, self.need
        cards = [self.cards[one["card"]] for one in facts["new"]]
        self.new = {place + 1: card["signing"] for place, card in enumerate(cards)}
        need(not repeats(self.new.values()), "somebody is twice in the new committee")
        need(not repeats(one["prekey"] for one in facts["new"]), "two new members have one prekey")
        need(all(one["prekey"] in card["prekeys"] for one, card in zip(facts["new"], cards)), "a prekey that is not on the card")
        need(self.still or facts["threshold"] <= len(self.new), "the threshold is above the number of new members")
        coming = {card["name"].lower() for card in cards if not self._is_old_card(card)}
        need(
            not any(one["identity"] in self.new.values() and one["name"].lower() in coming for one in self.named),
            "gives two shares to one person",
        )

    def _is_old_card(self, card):
        return card["signing"] in {one["identity"] for one in self.named}

    def _dealers(self):  # 5
        facts, need = self.facts, self.need
        both = facts["dealers"] + facts["reserves"]
        need(not repeats(both), "a dealer is named twice")
        if self.genesis:
            need(not both, "in a genesis every new member deals")
            need(facts["keys"], "a genesis has to name its keys")
            need(not repeats(key["label"].lower() for key in facts["keys"]), "two keys have one label")
            return
        need(not facts["keys"], "the keys are those of the parent")
        need(all(one in self.old for one in both), "a dealer is no old member, or lost")
        need(len(facts["dealers"]) >= self.parent.descriptor.threshold, "fewer dealers than the threshold")

    def _kinds(self):  # 6
        if self.kind not in ("refresh", "recover"):
            return
        need, parent = self.need, self.parent.descriptor
        need(self.facts["threshold"] == parent.threshold, "keeps the threshold")
        need(len(self.new) == len(self.named), "keeps the size of the committee")
        if self.kind == "refresh":
            need(list(self.new.values()) == [one["identity"] for one in self.named], "a refresh keeps the committee")
            return
        need(self.lost, "a recovery has to say whose share is lost")
        for j, member in enumerate(self.named, 1):
            if self.new[j] == member["identity"]:
                continue
            card = self.cards[self.facts["new"][j - 1]["card"]]
            need(j in self.lost, "a recovery keeps everybody at the own place whose share is not lost")
            need(not self._is_old_card(card), "a recovery puts nobody of the old committee in another's place")
            need(card["name"].lower() == member["name"].lower(), "a recovery is to the same people")

    def _still(self):  # section 21
        facts, need, parent = self.facts, self.need, self.parent.descriptor
        need(not (facts["new"] or facts["dealers"] or facts["reserves"] or facts["keys"]), "moves no share")
        need(facts["threshold"] == parent.threshold, "keeps the threshold")
        need((facts["backup"], facts["copies"], facts["destroy"]) == ("none", 0, "when-proven"), "makes no backup")
        need(facts["belowQuorum"] is None, "has no quorum")
        if self.kind == "drill":
            signers = facts["signers"]
            need(all(a < b for a, b in zip(signers, signers[1:])), "signers in ascending order")
            need(all(one in self.old for one in signers), "a signer is no old member, or lost")
            need(len(signers) >= parent.threshold, "fewer signers than the threshold")

    def _approval(self):  # 7
        facts, need = self.facts, self.need
        self.approvers = [self.cards[place]["signing"] for place in facts["approvers"]]
        need(not repeats(self.approvers), "an approver twice")
        need(facts["approvals"] <= len(self.approvers), "more approvals than approvers")
        need(not policy_is_bad(facts["policy"]), "the policy")
        self.policies = [facts["policy"]]
        if self.parent is not None:
            self.policies.append(self.parent.descriptor.facts["policy"])
        need(not self.still or encode(self.policies[0]) == encode(self.policies[1]), "another policy, and no other committee")
        for policy in self.policies:
            need(all(one in self.approvers for one in policy["approvers"]), "leaves out an approver of the policy")

    def _quorum(self):  # 9
        below = self.facts["belowQuorum"] is not None
        if self.parent is None or self.still:
            self.need(not below, "below a quorum that there is not")
            self.quorum = 0
            return
        t, n = self.parent.descriptor.threshold, len(self.named)
        majority = max(t, n // 2 + 1)
        self.need(below == (len(self.old) < majority), "below a majority, and not said; or said, and not so")
        self.quorum = t if below else majority

    def _people(self):  # 10
        facts, need = self.facts, self.need
        need(facts["proposer"] < len(self.cards), "the proposer has no card")
        self.proposer = self.cards[facts["proposer"]]["signing"]
        self.observers = [self.cards[place]["signing"] for place in facts["observers"]]
        need(not repeats(self.observers), "an observer twice")
        parts = {*self.old.values(), *self.new.values(), *self.approvers, *self.observers, self.proposer}
        need(all(card["signing"] in parts for card in self.cards), "somebody with a card and no part")

    def _weak(self):  # 11
        t, n = self.facts["threshold"], len(self.new)
        shapes = {
            "all-must-sign": t == n,
            "minority-signs": 2 * t <= n,
            "lower-threshold": self.parent is not None and t < self.parent.descriptor.threshold,
            "few-spares": n - t < len(self.lost),
            "below-quorum": self.facts["belowQuorum"] is not None,
        }
        wanted = [] if self.still else [shape for shape, so in shapes.items() if so]
        self.need(self.facts["weak"] == wanted, "does not say where its shape is weak")

    def _keeps_to_policy(self):  # 12
        if not self.still and not all(keeps_to(policy, self.facts) for policy in self.policies):
            raise Refused("POLICY_BROKEN", "plan: breaks the policy of its keyset")

    # What follows from a plan

    @property
    def epoch(self):
        if self.parent is None:
            return 0
        return self.parent.descriptor.epoch + (0 if self.still else 1)

    @property
    def keys(self):
        """(label, suite, chain code)"""
        if self.parent is None:
            return [(key["label"], key["suite"], None) for key in self.facts["keys"]]
        return [(key["label"], key["suite"], key["chainCode"]) for key in self.parent.descriptor.keys]

    @property
    def suites(self):
        have = {suite for _, suite, _ in self.keys}
        return [suite for suite in SUITES if suite in have]

    def _dealers_of(self, indices):
        return list(self.new.items()) if self.genesis else [(j, self.old[j]) for j in indices]

    def amended(self, number, identifier, dealers, prekeys):
        return Attempt(number, identifier, self._dealers_of(dealers), prekeys)

    def enough_approvals(self, by):
        return len([one for one in self.approvers if one in by]) >= self.facts["approvals"] and all(
            len([one for one in policy["approvers"] if one in by]) >= policy["approvals"] for policy in self.policies
        )
