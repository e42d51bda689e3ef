"""Verifies exports: `python3 verify.py [--json] [--key HEX] [--expect-epoch N] [--head HEX] FILE …`

A second opinion about what `conclave verify` says, written from docs/protocol.md alone, with nothing but the standard
library. Says each check in words. Exit 0: every file is valid. Exit 4: one is not.
"""

import argparse
import json
import sys

from ceremony import Ceremony
from documents import LINK, Descriptor, Link
from packets import admit, read_proposal
from still import Census, Drill
from wire import Refused, decode, exactly, octets, record, several, tagged

LINE = b"conclave export v1\n"
packet = octets(1, 1 << 26)
EXPORT = record(
    v=exactly(1),
    succession=several(0, 10_000, LINK),
    ceremonies=several(0, 10_000, record(proposal=packet, packets=several(0, 20_000, packet))),
)


def read_export(data):
    if not data.startswith(LINE):
        raise Refused("EXPORT_INVALID", "no export: another first line")
    file = decode(data[len(LINE) :], most=256 << 20, deepest=4)
    if not EXPORT(file):
        raise Refused("SCHEMA", "export: not of its schema")
    if not (file["succession"] or file["ceremonies"]):
        raise Refused("EXPORT_INVALID", "an export of nothing")
    return file


class Verification:
    """Of one file: its checks, each (ceremony or None, name, "ok" or "open" or "bad", words)."""

    def __init__(self, data, key=None, epoch=None, head=None):
        self.checks, self.views, self.refused = [], [], []
        self.links = []  # proven descriptors, and where each was found
        try:
            self.file = read_export(data)
        except Refused as refused:
            self.say("file", "bad", str(refused))
        else:
            self._read()
            for view in self.views:
                self._steps(view)
            self._succession()
            self._keyset()
            self._across()
            for view in self.views:
                self._faults(view)
        self._asked(key, epoch, head)

    def say(self, check, state, words, ceremony=None):
        self.checks.append((ceremony and ceremony.hex(), check, state, words))

    def judge(self, check, wrong, words, ceremony=None):
        """Bad where anything is wrong."""
        self.say(check, "bad" if wrong else "ok", "; ".join(dict.fromkeys(wrong)) or words, ceremony)

    @property
    def valid(self):
        return all(state != "bad" for _, _, state, _ in self.checks)

    @property
    def epoch(self):
        return max((one.epoch for one, _ in self.links), default=None)

    @property
    def head(self):
        """The newest committee, where there is one."""
        newest = {one.id: one for one, _ in self.links if one.epoch == self.epoch}
        return next(iter(newest.values())) if len(newest) == 1 else None

    # --- what is there

    def _read(self):
        file = self.file
        count = sum(1 + len(one["packets"]) for one in file["ceremonies"])
        self.say("file", "ok", f"{len(file['ceremonies'])} ceremonies, {count} packets, {len(file['succession'])} links")
        numbers, wrong = [], []
        for one in file["ceremonies"]:
            try:
                plan, proposal = read_proposal(one["proposal"])
            except Refused as refused:
                wrong.append(str(refused))
                continue
            numbers.append(plan.id)
            digests = [tagged("packet", data) for data in one["packets"]]
            if any(a >= b for a, b in zip(digests, digests[1:])) or proposal.digest in digests:
                wrong.append("packets are out of order, or one of them is there twice")
            said, refusals = [proposal], []
            for data in one["packets"]:
                try:
                    said.append(admit(plan, data))
                except Refused as refused:
                    self.refused.append([tagged("packet", data).hex(), refused.code])
                    refusals.append(f"{tagged('packet', data).hex()[:16]}: {refused}")
            words = f"{len(said)} packets, each signed by its author, who may say it"
            self.judge("signatures", refusals, words, plan.id)
            self.views.append({"drill": Drill, "census": Census}.get(plan.kind, Ceremony)(plan, said))
        if any(a >= b for a, b in zip(numbers, numbers[1:])):
            wrong.append("the ceremonies are out of order, or one of them is there twice")
        self.judge("proposals", wrong, "each is signed by its proposer, and its plan may be followed")

    # --- one ceremony

    def _steps(self, view):
        plan = view.plan

        def people(them):
            return ", ".join(sorted(plan.name_of[who] for who in them)) or "nobody"

        def step(check, done, words, missing):
            self.say(check, "ok" if done else "open", words if done else missing, plan.id)

        parent = "a new key" if plan.genesis else f"from epoch {plan.parent.descriptor.epoch}, which its own keys signed"
        step("plan", True, f"{plan.kind}, its hash is the number of the ceremony; {parent}", "")
        if plan.parent is not None:
            self._link(plan.parent.descriptor, f"the parent of {plan.id.hex()[:16]}")
        step("approvals", view.approved, "as many as are needed", "not as many as are needed")
        if isinstance(view, Ceremony):
            self._moved(view, step, people)
        else:
            step(plan.kind, view.phase == "complete", f"{view.phase}: {people(view.answered)}", f"{view.phase}: {people(view.answered)}")
        waiting = len(view.waiting)
        step("references", not waiting, "every packet that another one names is here", f"{waiting} packets wait for what they name")
        broken = broken_bags(view)
        step("bags", not broken, "the chain of bags is whole", f"THE CHAIN OF BAGS IS BROKEN: {', '.join(sorted(broken))}")
        fits = [p for p in view.packets if p.kind == "note" and p.body["kind"] == "anchor" and p.body["digest"] == view.record]
        window = f"not before: {'the beacon of the plan' if plan.facts['beacon'] else 'nothing said'}; not after: {len(fits)} anchors fit"
        step("window", True, f"{window}; the record is {view.record.hex()}", "")

    def _moved(self, view, step, people):
        plan, one = view.plan, view.current
        dealt = {who for who, deals in one.deals.items() if deals}
        accepted = {p.author for p in one.of("acceptance") if p.digest in one.good}
        endorsed = f"{len(one.endorsers)} endorse it, and {plan.quorum} are needed"
        step("deals", len(dealt) == len(one.deals), f"{people(dealt)}: commitments, constants and boxes hold", f"only of {people(dealt)}")
        step("votes", len(one.endorsers) >= plan.quorum, endorsed, endorsed)
        step("certificate", one.certificate, "all new members accepted one transcript, and proved their shares", f"accepted: {people(accepted)}")
        step("turn", one.proof, "each signature share verified by itself", "no complete turn is here")
        if one.proof is None:
            step("proof-of-life", False, "", f"{view.phase}, NOT PROVEN here: epoch {plan.epoch} does not follow from it")
            return
        step("proof-of-life", True, f"epoch {plan.epoch}: signed by {', '.join(label for label, _, _ in plan.keys)}", "")
        self._link(Descriptor(one.proof.committee.encoded), f"the proof of life of {plan.id.hex()[:16]}")
        named = {plan.new[j] for j in one.proof.signers}
        closed = f"closed: {people(one.closed)}; named by the proof: {people(named)}"
        step("closings", named <= set(one.closed), closed, closed)
        other = [p for p in one.of("closing") if p.body["transcript"] != one.proof.committee.transcript]
        if other:
            self.say("closings", "bad", f"of another transcript: {people(p.author for p in other)}", plan.id)

    def _faults(self, view):
        plan = view.plan
        told = [f"{plan.name_of[who]}: {words}" for who, _, _, words in view.faults]
        grave = [f"{plan.name_of[who]} in the place {slot}" for who, slot, _, _ in view.grave]
        self.judge("contradictions", grave, "nobody said two things in one place", plan.id)
        over = view.proof is not None or (
            plan.parent is not None and any(one.facts["previous"] == plan.parent.descriptor.id for one, _ in self.links)
        )
        if told and over:
            self.say("faults", "ok", f"AT FAULT, and the committee got over it: {'; '.join(told)}", plan.id)
        else:
            self.judge("faults", told, "nobody is at fault", plan.id)

    # --- the keyset

    def _link(self, descriptor, where):
        self.links.append((descriptor, where))

    def _succession(self):
        given, wrong = [], []
        for facts in self.file["succession"]:
            try:
                given.append(Link(facts).descriptor)
                self._link(given[-1], "the succession of the file")
            except Refused as refused:
                wrong.append(str(refused))
        if any(b.epoch != a.epoch + 1 for a, b in zip(given, given[1:])):
            wrong.append("the links of the file are not in their order")
        by_epoch = {}
        for one, where in self.links:
            before, there = by_epoch.setdefault(one.epoch, (one, where))
            if before.id != one.id:
                wrong.append(f"A FORK: two committees of epoch {one.epoch}: {there}, and {where}")
        for epoch, (one, _) in by_epoch.items():
            if epoch - 1 in by_epoch and not one.follows(by_epoch[epoch - 1][0]):
                wrong.append(f"epoch {epoch} does not follow epoch {epoch - 1}")
        self.judge("succession", wrong, f"epochs {sorted(by_epoch)}, signed by all keys")

    def _keyset(self):
        wrong = []
        descriptors = [one for one, _ in self.links]
        if len({one.rehearsal for one in [*descriptors, *(view.plan for view in self.views)]}) > 1:
            wrong.append("a rehearsal and a real ceremony in one file")
        if len({one.keyset for one in descriptors}) > 1 or not all(one.same_keys(descriptors[0]) for one in descriptors):
            wrong.append("more than one keyset")
        for view in self.views:
            if view.plan.genesis and descriptors and descriptors[0].keyset not in view.possible:
                wrong.append("a genesis that did not make this keyset")
        if not descriptors and len(self.views) > 1:
            wrong.append("several ceremonies, and nothing that says that they are of one keyset")
        self.judge("keyset", wrong, descriptors[0].keyset.hex() if descriptors else "no committee is proven here")

    def _across(self):
        """What a vote in a slot was for is said by itself and by every later vote."""
        meant, wrong = {}, []
        for view in self.views:
            for p in view.packets:
                if p.kind not in ("deal", "endorsement") or p.vote is None:
                    continue
                prior = [(at, one["ceremony"], one["attempt"]) for at, one in enumerate(p.vote["prior"])]
                for slot, number, attempt in [*prior, (p.vote["slot"], view.plan.id, p.attempt)]:
                    place = (p.author, p.vote["parent"], slot)
                    if meant.setdefault(place, (number, attempt)) != (number, attempt):
                        wrong.append(f"{view.plan.name_of[p.author]} voted for two things in slot {slot}")
        self.judge("across", wrong, "nobody voted for two things in one slot")

    def _asked(self, key, epoch, head):
        if key is not None:
            have = [any(key in names_of(one) for one in descriptor.keys) for descriptor, _ in self.links]
            self.judge("key", [] if have and all(have) else ["not one of the keys"], "one of the keys, at every epoch")
        if epoch is not None:
            self.judge("expected-epoch", [] if self.epoch == epoch else [f"the latest is {self.epoch}"], f"epoch {epoch}")
        if head is not None:
            same = self.head is not None and self.head.id == head
            self.judge("head", [] if same else ["the latest committee is another"], "the latest committee")

    def told(self):
        return {
            "valid": self.valid,
            "epoch": self.epoch,
            "head": self.head and self.head.id.hex(),
            "checks": [
                {"ceremony": number, "check": check, "state": state, "detail": words}
                for number, check, state, words in self.checks
            ],
            "refused": sorted(self.refused),
            "ceremonies": [
                {
                    "ceremony": view.plan.id.hex(),
                    "phase": view.phase,
                    "faults": sorted([view.plan.name_of[who], code, digest.hex()] for who, code, digest, _ in view.faults),
                    "waiting": sorted(digest.hex() for digest in view.waiting),
                }
                for view in self.views
            ],
        }


def names_of(key):
    """A public key as people write it down."""
    return [key["publicKey"]] + ([key["publicKey"][1:]] if key["suite"] == "secp256k1-tr" else [])


def broken_bags(view):
    """Section 12: which things did not come out of the bag that they went into."""
    notes = [p for p in view.packets if p.kind == "note" and p.body["kind"] == "bag"]
    notes.sort(key=lambda p: (p.at, p.body["number"], p.digest))
    last, was_out, broken = {}, set(), set()
    for p in notes:
        what, bag, way = p.body["what"].strip().lower(), p.body["bag"].strip().lower(), p.body["way"]
        before = last.get(what)
        if before == (bag, way):
            continue
        if way == "in":
            wrong = before is not None and (before[1] == "in" or before[0] != bag)
        else:
            wrong = (before is not None and before[1] == "out") or bag in was_out
            was_out.add(bag)
        if wrong:
            broken.add(what)
        last[what] = (bag, way)
    return broken


def main(arguments):
    parser = argparse.ArgumentParser(description="Verifies exports of conclave; exit 0 if all are valid, 4 if not.")
    parser.add_argument("--json", action="store_true", help="one line of JSON for each file")
    parser.add_argument("--key", type=bytes.fromhex)
    parser.add_argument("--expect-epoch", type=int)
    parser.add_argument("--head", type=bytes.fromhex)
    parser.add_argument("files", nargs="+")
    asked = parser.parse_args(arguments)
    valid = True
    for path in asked.files:
        with open(path, "rb") as file:
            verification = Verification(file.read(), asked.key, asked.expect_epoch, asked.head)
        valid = valid and verification.valid
        if asked.json:
            print(json.dumps({"file": path, **verification.told()}), flush=True)
            continue
        for number, check, state, words in verification.checks:
            print(f"{state.upper() if state == 'bad' else state:5} {(number or '')[:16]:17}{check}: {words}")
        print(f"{path}: {'valid' if verification.valid else 'NOT VALID'}, the newest proven epoch is {verification.epoch}")
    return 0 if valid else 4


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
