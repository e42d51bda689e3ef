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
from wire import Refused, exactly, octets, read, record, repeats, several, tagged

LINE = b"conclave export v1\n"
anything = octets(0, 1 << 26)
EXPORT = record(
    v=exactly(1),
    succession=several(0, 1 << 20, LINK),
    ceremonies=several(0, 1 << 20, record(proposal=anything, packets=several(0, 1 << 20, anything))),
)


class Verification:
    def __init__(self, data, key=None, epoch=None, head=None):
        self.checks = []  # (ceremony or None, check, "ok" or "open" or "bad", words)
        self.links = {}  # epoch: Link or what a ceremony proved, as (descriptor, where it comes from)
        self.views = []
        self.keyset, self.forks = None, set()  # epochs of which two committees are signed
        try:
            self.file = self._file(data)
        except Refused as refused:
            self.say("file", "bad", str(refused))
            return
        self._proposals()
        for view in self.views:
            self._ceremony(view)
        self._succession()
        self._across()
        self._asked(key, epoch, head)

    def say(self, check, state, words, ceremony=None):
        self.checks.append((ceremony and ceremony.hex(), check, state, words))

    @property
    def valid(self):
        return all(state != "bad" for _, _, state, _ in self.checks)

    @property
    def epoch(self):
        return max(self.links) if self.links else None

    @property
    def head(self):
        """The newest committee, where there is one."""
        return self.links[self.epoch][0] if self.links and self.epoch not in self.forks else None

    # --- the file

    def _file(self, data):
        if not data.startswith(LINE):
            raise Refused("EXPORT_INVALID", "no export: another first line")
        file = read(EXPORT, data[len(LINE) :], "export")
        if not (file["succession"] or file["ceremonies"]):
            raise Refused("EXPORT_INVALID", "an export of nothing")
        for one in file["ceremonies"]:
            digests = [tagged("packet", data) for data in one["packets"]]
            if any(a >= b for a, b in zip(digests, digests[1:])) or tagged("packet", one["proposal"]) in digests:
                raise Refused("EXPORT_INVALID", "packets out of order, or one of them twice")
        count = sum(1 + len(one["packets"]) for one in file["ceremonies"])
        self.say("file", "ok", f"{len(file['ceremonies'])} ceremonies, {count} packets, {len(file['succession'])} links")
        return file

    def _proposals(self):
        numbers = []
        for one in self.file["ceremonies"]:
            try:
                plan, proposal = read_proposal(one["proposal"])
            except Refused as refused:
                self.say("proposal", "bad", str(refused))
                continue
            numbers.append(plan.id)
            said, bad = [proposal], []
            for data in one["packets"]:
                try:
                    said.append(admit(plan, data))
                except Refused as refused:
                    bad.append(str(refused))
            words = f"{len(said)} packets, each signed by its author, who may say it"
            self.say("signatures", "bad" if bad else "ok", "; ".join(bad) or words, plan.id)
            try:
                kind = {"drill": Drill, "census": Census}.get(plan.kind, Ceremony)
                self.views.append(kind(plan, said))
            except Refused as refused:
                self.say("outcome", "bad", str(refused), plan.id)
        if any(a >= b for a, b in zip(numbers, numbers[1:])):
            self.say("file", "bad", "ceremonies out of order, or one of them twice")
        elif len(numbers) == len(self.file["ceremonies"]):
            self.say("proposals", "ok", "each is signed by its proposer, and its plan may be followed")

    # --- one ceremony

    def _ceremony(self, view):
        plan = view.plan

        def say(check, state, words):
            self.say(check, state, words, plan.id)

        def people(them):
            return ", ".join(sorted(plan.name_of[who] for who in them)) or "nobody"

        say("plan", "ok", f"{plan.kind}, its hash is the number; {'a new key' if plan.genesis else 'its parent is signed by its own keys'}")
        if plan.enough_approvals(set(plan.approvers) - self._refusers(view)):
            say("approvals", "ok" if view.approved else "open", "as many as are needed" if view.approved else "not all of them are here")
        else:
            say("approvals", "bad", "the approvals were refused")
        if isinstance(view, Ceremony):
            self._moved(view, say, people)
        else:
            self._still(view, say, people)
        grave = {people([author]) + ": " + slot for author, slot, _, _ in view.grave}
        say("contradictions", "bad" if grave else "ok", "; ".join(sorted(grave)) or "nobody said two things in one place")
        waiting = len(view.waiting)
        say("references", "open" if waiting else "ok", f"{waiting} packets name others that are not here" if waiting else "every packet that another one names is here")

    @staticmethod
    def _refusers(view):
        return {p.author for p in view.packets if p.kind == "refusal" and p.body["as"] == "approver"}

    def _moved(self, view, say, people):
        plan, one = view.plan, view.current
        own = {p.digest for p in one.own}
        wrong = [fault for fault in view.faults if fault[2] in own]

        def judged(check, kinds, done, words, missing):
            """Bad where somebody is at fault with a packet of these kinds, in the attempt that is worked on."""
            faults = [f"{people([who])}: {said}" for who, _, digest, said in wrong if view.here[digest].kind in kinds]
            state = "bad" if faults else "ok" if done else "open"
            say(check, state, "; ".join(faults) or (words if done else missing))

        receivers = set(one.receivers)
        dealt = {who for who, deals in one.deals.items() if deals}
        accepted = {p.author for p in one.of("acceptance") if p.digest in one.good}
        judged("deals", ("deal",), len(dealt) == len(one.deals), f"{people(dealt)}: commitments, constants, boxes and their proofs hold", "not all deals are here")
        judged("votes", ("endorsement",), len(one.endorsers) >= plan.quorum, f"{len(one.endorsers)} endorse it, {plan.quorum} are needed", f"{len(one.endorsers)} of {plan.quorum} endorse it")
        judged("certificate", ("acceptance",), one.certificate is not None, "all new members accepted one transcript, and proved that they have their shares", f"accepted: {people(accepted)}")
        judged("turn", ("activation", "reprove", "commitment", "signature"), one.proof is not None, "each signature share verified by itself", "no complete turn is here")
        judged("complaints", ("complaint", "release"), True, "nobody complained falsely or gave up wrongly", "")
        if one.proof is not None:
            say("proof-of-life", "ok", f"all {len(plan.keys)} keys signed the new committee; the public keys are {'new' if plan.genesis else 'as before'}")
            named = {plan.new[j] for j in one.proof.signers}
            closed = named & set(one.closed)
            say("closings", "ok" if closed == named else "open", f"closed: {people(one.closed)}; named by the proof: {people(named)}")
            self._link(Descriptor(one.proof.committee.encoded), f"the proof of life of {plan.id.hex()[:16]}")
            say("outcome", "ok", f"epoch {plan.epoch} is proven ({view.phase})")
        else:
            say("outcome", "open", f"{view.phase}, NOT PROVEN here: epoch {plan.epoch} does not follow from it")
        if plan.parent is not None:
            self._link(plan.parent.descriptor, f"the parent of {plan.id.hex()[:16]}")

    def _still(self, view, say, people):
        self._link(view.plan.parent.descriptor, f"the parent of {view.plan.id.hex()[:16]}")
        faults = [f"{people([who])}: {said}" for who, _, _, said in view.faults]
        done = view.phase == "complete"
        say(view.plan.kind, "bad" if faults else "ok" if done else "open", "; ".join(faults) or view.phase)

    # --- what is said about the keyset

    def _link(self, descriptor, where):
        before = self.links.setdefault(descriptor.epoch, (descriptor, where))
        if before[0].id != descriptor.id:
            self.forks.add(descriptor.epoch)
            self.say("succession", "bad", f"two committees of epoch {descriptor.epoch}: {before[1]}, and {where}")

    def _succession(self):
        given = []
        for facts in self.file["succession"]:
            try:
                given.append(Link(facts).descriptor)
                self._link(given[-1], "the succession of the file")
            except Refused as refused:
                self.say("succession", "bad", str(refused))
        if any(b.epoch != a.epoch + 1 for a, b in zip(given, given[1:])):
            self.say("succession", "bad", "the links of the file are not in order")
        found = [self.links[epoch][0] for epoch in sorted(self.links)]
        if not found:
            self.say("succession", "open", "no committee is proven here")
            return
        self.keyset = found[0].keyset
        for a, b in zip(found, found[1:]):
            if b.keyset != a.keyset or not b.same_keys(a):
                self.say("succession", "bad", f"epoch {b.epoch} is of another keyset than epoch {a.epoch}")
            elif b.epoch == a.epoch + 1 and not b.follows(a):
                self.say("succession", "bad", f"epoch {b.epoch} does not follow epoch {a.epoch}")
        words = f"epochs {', '.join(str(one.epoch) for one in found)} of keyset {self.keyset.hex()[:16]}, signed by all keys"
        self.say("succession", "ok", words)

    def _across(self):
        """Section 19: what a vote in a slot was for is said by itself and by every later vote."""
        meant, bad = {}, []
        for view in self.views:
            for p in view.packets:
                if p.kind not in ("deal", "endorsement") or p.vote is None:
                    continue
                vote = p.vote
                said = [(at, one["ceremony"], one["attempt"]) for at, one in enumerate(vote["prior"])]
                for slot, number, attempt in [*said, (vote["slot"], view.plan.id, p.attempt)]:
                    key = (p.author, vote["parent"], slot)
                    if meant.setdefault(key, (number, attempt)) != (number, attempt):
                        bad.append(f"{view.plan.name_of[p.author]} voted for two things in slot {slot}")
        self.say("across", "bad" if bad else "ok", "; ".join(sorted(set(bad))) or "nobody voted for two things in one slot")

    def _asked(self, key, epoch, head):
        newest = self.head
        if key is not None:
            have = newest is not None and key in [one["publicKey"] for one in newest.keys]
            self.say("key", "ok" if have else "bad", "is one of the keys" if have else "is none of the keys")
        if epoch is not None:
            self.say("expected-epoch", "ok" if self.epoch is not None and self.epoch >= epoch else "bad", f"the newest is {self.epoch}")
        if head is not None:
            have = newest is not None and newest.id == head
            self.say("head", "ok" if have else "bad", "the newest committee is the one asked for" if have else "the newest committee is another")

    def told(self):
        newest = self.head
        return {
            "valid": self.valid,
            "keyset": self.keyset and self.keyset.hex(),
            "epoch": self.epoch,
            "head": newest and newest.id.hex(),
            "checks": [
                {"ceremony": number, "check": check, "state": state, "detail": words}
                for number, check, state, words in self.checks
            ],
            "ceremonies": [
                {
                    "ceremony": view.plan.id.hex(),
                    "phase": view.phase,
                    "faults": sorted([view.plan.name_of[who], code, digest.hex()] for who, code, digest, _ in view.faults),
                    "waiting": sorted(digest.hex() for digest in view.waiting),
                    "contradictions": len(view.contradictions),
                }
                for view in self.views
            ],
        }


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
