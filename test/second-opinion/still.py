"""Ceremonies that move no share, drill and census: section 21 of docs/protocol.md."""

import groups
from ceremony import Round, approvals_refused, contradictions, record_of, signatures_hold
from groups import group_of
from signatures import drill_statement
from wire import Refused, Waits, lp, tagged, u64


class Still:
    """What a drill and a census have in common."""

    proof, grave = None, []

    def __init__(self, plan, packets):
        self.plan = plan
        self.packets = sorted({p.digest: p for p in packets}.values(), key=lambda p: p.digest)
        self.here = {p.digest: p for p in self.packets}
        self.faults, self.waiting = [], set()
        self.approved = plan.enough_approvals({p.author for p in self.packets if p.kind == "approval"})
        self.contradictions = contradictions(plan, self.packets)
        self.refusers = {p.author for p in self.of("refusal")}
        self.withdrawn = any(p.body["as"] == "proposer" and p.author == plan.proposer for p in self.of("refusal"))
        self.stopped = self.withdrawn or approvals_refused(plan, self.packets)

    @property
    def record(self):
        return record_of(self)

    def of(self, kind):
        return [p for p in self.packets if p.kind == kind]

    def _judge(self, kind, check):
        good = []
        for p in self.of(kind):
            try:
                check(p)
                good.append(p)
            except Waits:
                self.waiting.add(p.digest)
            except Refused as refused:
                self.faults.append((p.author, refused.code, p.digest, str(refused)))
        return good


class Drill(Still):
    def __init__(self, plan, packets):
        super().__init__(plan, packets)
        parent = plan.parent.descriptor
        self.signers = {j: plan.old[j] for j in plan.facts["signers"]}
        statement = drill_statement(parent.encoded, plan.id)
        one = self.round = Round(plan.id, self.signers, plan.keys, parent.points, statement)
        self.committed = self._judge("commitment", one.check_commitment)
        here = {p.digest for p in self.of("commitment")}
        self.signed = self._judge("signature", lambda p: one.check_signature(p, here))
        self.answered = {p.author for p in self.signed}
        self.complete = [
            (key, signatures)
            for key, signatures in one.complete()
            if signatures_hold(plan.keys, parent.points, statement, signatures)
        ]

    @property
    def phase(self):
        authors = [p.author for p in self.committed]
        if self.complete:
            return "complete"
        unsigned = set(self.signers.values()) - {p.author for p in self.signed}
        if self.stopped or self.refusers & unsigned:
            return "aborted"
        if len(set(authors)) != len(authors) or self.faults:
            return "failed"
        return "proving" if authors else "proposed"


class Census(Still):
    def __init__(self, plan, packets):
        super().__init__(plan, packets)
        self.reported = self.answered = {p.author for p in self._judge("census", self._check)}

    def _check(self, packet):
        plan, parent = self.plan, self.plan.parent.descriptor
        given = packet.body["possession"]
        if [one["suite"] for one in given] != plan.suites:
            raise Refused("CENSUS_INVALID", "not one proof for each suite")
        j = next(j for j, who in plan.old.items() if who == packet.author)
        seed = tagged("census", plan.id, parent.id)
        for one in given:
            suite = one["suite"]
            own = [points for (_, its, _), points in zip(plan.keys, parent.points) if its == suite]
            context = lp(u64(j), lp(plan.id, parent.id, packet.author, suite.encode()))
            groups.check_possession(group_of(suite), "census", own, seed, j, context, one["proof"])

    @property
    def phase(self):
        asked = set(self.plan.old.values())
        refused = (self.refusers & asked) - self.reported
        if self.reported and self.reported | refused == asked:
            return "complete"
        if refused == asked or self.stopped:
            return "aborted"
        return "proving" if self.reported or refused else "proposed"
