"""What the packets of a ceremony that moves shares say together: sections 13 to 19 of docs/protocol.md."""

import functools

import boxes
import groups
from documents import Descriptor, read_card
from groups import group_of
from packets import admit, read_proposal
from signatures import Signing, message_of, signature_holds, succession_statement
from wire import Refused, Waits, encode, lp, repeats, tagged, u64

# --- Death, by a set of packets: also what a vote has to prove -----------------------------------------------------------


def approvals_refused(plan, packets):
    refused = {p.author for p in packets if p.kind == "refusal" and p.body["as"] == "approver"}
    return not plan.enough_approvals(set(plan.approvers) - refused)


def why_dead(plan, attempt, packets):
    """Why these packets make this attempt dead; None if they do not."""
    receivers, dealers = set(plan.new.values()), {who for _, who in attempt.dealers}
    own = [p for p in packets if p.attempt == attempt.id]
    for p in own:
        if p.kind == "refusal" and p.body["as"] == "receiver" and p.author in receivers:
            return "a receiver refused"
        if p.kind == "complaint":
            return "a receiver complained"
        if p.kind == "refusal" and p.body["as"] == "dealer" and p.author in dealers:
            return "a dealer refused"
    if approvals_refused(plan, packets):
        return "the approvals were refused"
    if not plan.still and len(released(plan, own)) >= len(plan.new) - plan.facts["threshold"] + 1:
        return "too many receivers released"
    return None


def released(plan, own):
    """Whose releases are good by these packets of one attempt."""
    by_digest = {p.digest: p for p in own}
    good = set()
    for p in own:
        if p.kind == "release":
            try:
                check_release(plan, by_digest, p)
                good.add(p.author)
            except (Refused, Waits):
                pass
    return good


def _turn_of(p):
    """What has to be the same for two packets to be of one turn; the order counts."""
    if p.kind == "activation":
        return ("activation", p.body["transcript"], *p.body["certificate"])
    return ("signature", p.body["call"], *p.body["commitments"])


def check_release(plan, here, release, depth=1):
    def need(holds, why):
        if not holds:
            raise Refused("RELEASE_INVALID", f"a release: {why}")

    def get(digest):
        if digest not in here:
            raise Waits("what a release names is not here")
        return here[digest]

    need(depth <= len(plan.new), "too many releases one behind another")
    for one in release.body["signed"]:
        signed = get(one["packet"])
        need(signed.kind in ("activation", "signature"), "lists what is no signature")
        need(signed.attempt == release.attempt, "lists what was signed in another attempt")
        need(signed.author == release.author, "lists what somebody else signed")
        call = None
        if signed.kind == "signature":
            call = get(signed.body["call"])
            need(call.kind == "reprove" and call.attempt == release.attempt, "lists a signature that answers no call")
        if one["blocked"] is None:
            need(release.body["salvage"], "names nobody who does not sign")
            continue
        other = get(one["blocked"])
        need(other.kind == "release" and other.author != release.author, "names no release of another")
        need(other.attempt == release.attempt, "names a release of another attempt")
        if call is not None:
            need(other.author in [plan.new.get(j) for j in call.body["signers"]], "by one that the call does not name")
        check_release(plan, here, other, depth + 1)
        for listed in other.body["signed"]:
            its = get(listed["packet"])
            need(_turn_of(its) != _turn_of(signed), "the other one signed the same turn")


# --- Votes ---------------------------------------------------------------------------------------------------------------

EVIDENCE = ("refusal", "complaint", "amendment", "release", "activation", "reprove", "signature")


def check_vote(plan, vote):
    def need(holds, why):
        if not holds:
            raise Refused("VOTE_INVALID", f"a vote: {why}")

    need(vote["parent"] == plan.parent.descriptor.id, "endorses another parent")
    prior = vote["prior"]
    need(len(prior) == vote["slot"], "does not prove every earlier attempt dead")
    need(not repeats(one["attempt"] for one in prior), "is about one earlier attempt twice")
    for one in prior:
        try:
            other, _ = read_proposal(one["evidence"][0])
            said = [admit(other, data) for data in one["evidence"][1:]]
        except Refused as refused:
            raise Refused("VOTE_INVALID", "the evidence of a vote is not what it has to be") from refused
        need(other.id == one["ceremony"], "the evidence is about another ceremony")
        need(other.parent is not None and other.parent.descriptor.id == vote["parent"], "is about another parent")
        need(all(p.kind in EVIDENCE for p in said), "holds something else beside the evidence")
        attempts, _ = read_attempts(other, said)
        attempt = next((a for a in attempts if a.id == one["attempt"]), None)
        need(attempt is not None and why_dead(other, attempt, said) is not None, "does not prove an attempt dead")


# --- Amendments ----------------------------------------------------------------------------------------------------------


def check_amendment(plan, packet):
    def need(holds, why):
        if not holds:
            raise Refused("AMENDMENT_INVALID", f"an amendment: {why}")

    body = packet.body
    allowed = plan.facts["dealers"] + plan.facts["reserves"]
    need(all(j in allowed for j in body["dealers"]), "a dealer who is neither dealer nor reserve")
    need(not repeats(body["dealers"]), "a dealer twice")
    need(len(body["dealers"]) >= plan.parent.descriptor.threshold, "fewer dealers than the threshold")
    need(len(body["receivers"]) == len(plan.new), "another number of receivers")
    for j, one in enumerate(body["receivers"], 1):
        card = read_card(one["card"])
        need(card["signing"] == plan.new[j] and card["rehearsal"] == plan.rehearsal, "the card of somebody else")
        need(one["prekey"] in card["prekeys"], "a prekey that is not on the card")
        need(one["prekey"] != plan.facts["new"][j - 1]["prekey"], "the prekey that the plan names")
    prekeys = [one["prekey"] for one in body["receivers"]]
    need(not repeats(prekeys), "a prekey twice")
    return plan.amended(body["number"], packet.digest, body["dealers"], prekeys)


def read_attempts(plan, packets):
    """All attempts in their order; and what was wrong with amendments, as (packet, refusal)."""
    made, wrong = [], []
    for p in packets:
        if p.kind == "amendment":
            try:
                made.append(check_amendment(plan, p))
            except Refused as refused:
                wrong.append((p, refused))
    return [plan.attempt] + sorted(made, key=lambda a: (a.number, a.id)), wrong


# --- Deals ---------------------------------------------------------------------------------------------------------------


def check_deal(plan, attempt, packet, here):
    """`here`: all packets by digest, for the approvals; None where nobody asks for them."""

    def need(holds, why, code="DEAL_INVALID"):
        if not holds:
            raise Refused(code, f"a deal: {why}")

    body = packet.body
    if here is not None:
        if any(digest not in here for digest in body["approvals"]):
            raise Waits("an approval")
        by = {here[digest].author for digest in body["approvals"] if here[digest].kind == "approval"}
        need(plan.enough_approvals(by), "before the required approvals were in")
    place = next((j for j, who in attempt.dealers if who == packet.author), None)
    need(place is not None, "the author is no dealer of this attempt")
    need(len(body["keys"]) == len(plan.keys), "not exactly the keys of the keyset")
    need(len(body["boxes"]) == len(plan.new), "not one box for each receiver")
    need((body["vote"] is None) == plan.genesis, "has to endorse the parent")
    points = [
        groups.read_commitments(group_of(suite), key["commitments"], plan.facts["threshold"])
        for (_, suite, _), key in zip(plan.keys, body["keys"])
    ]
    for at, ((_, suite, _), key, commitments) in enumerate(zip(plan.keys, body["keys"], points)):
        group = group_of(suite)
        if plan.genesis:
            need(key["proof"] is not None, "no proof that the constant is known", "PROOF_INVALID")
            context = lp(plan.id, attempt.id, packet.author, u64(at))
            groups.check_knowledge(group, "genesis", context, commitments[0], key["proof"])
        else:
            factor = groups.lagrange(group, [j for j, _ in attempt.dealers], place)
            share = groups.verification_share(group, plan.parent.descriptor.points[at], place)
            own = groups.multiply(group, factor, share)
            need(group.equal(own, commitments[0]), "something other than its own share", "CONSTANT_MISMATCH")
    if not plan.genesis:
        need(all(key["proof"] is None for key in body["keys"]), "only a genesis has such proofs")
        need(body["vote"]["parent"] == plan.parent.descriptor.id, "endorses another parent")
    binding = tagged("dealt", encode(body["keys"]))
    for (_, receiver), prekey, box in zip(plan.new.items(), attempt.prekeys, body["boxes"]):
        need(len(box["ciphertext"]) == 32 * len(plan.keys) + 16, "a box of the wrong size")
        boxes.check_box(box, prekey, boxes.context_of(plan.id, attempt.id, packet.author, receiver, binding))
    if not plan.genesis:
        check_vote(plan, body["vote"])


class Committee:
    """What one good deal of each dealer, in order, makes."""

    def __init__(self, plan, attempt, deals):
        if [p.author for p in deals] != [who for _, who in attempt.dealers]:
            raise Refused("DEAL_INVALID", "a transcript holds the deals of exactly the named dealers")
        self.transcript = tagged("transcript", plan.id, attempt.id, *(p.digest for p in deals))
        self.points, keys = [], []
        for at, (label, suite, chain_code) in enumerate(plan.keys):
            group = group_of(suite)
            lists = [[groups.point_of(group, C) for C in p.body["keys"][at]["commitments"]] for p in deals]
            self.points.append([functools.reduce(group.add, column) for column in zip(*lists)])
            encoded = [group.encode(P) for P in self.points[-1]]  # refuses the identity
            if not plan.genesis and encoded[0] != plan.parent.descriptor.keys[at]["publicKey"]:
                raise Refused("DEAL_INVALID", "the public key would change")
            keys.append(
                {
                    "label": label,
                    "suite": suite,
                    "publicKey": encoded[0],
                    "chainCode": chain_code,
                    "commitments": encoded,
                }
            )
        parent = None if plan.genesis else plan.parent.descriptor
        self.encoded = encode(
            {
                "v": 1,
                "keyset": None if parent is None else parent.keyset,
                "epoch": plan.epoch,
                "previous": None if parent is None else parent.id,
                "ceremony": plan.id,
                "attempt": attempt.id,
                "threshold": plan.facts["threshold"],
                "members": [{"name": plan.name_of[who], "identity": who} for who in plan.new.values()],
                "policy": plan.facts["policy"],
                "keys": keys,
                "rehearsal": plan.rehearsal,
            }
        )
        self.statement = succession_statement(self.encoded, self.transcript)

    @functools.cached_property
    def descriptor(self):
        return Descriptor(self.encoded)


# --- Acceptances and signings ----------------------------------------------------------------------------------------------


def check_acceptance(plan, attempt, committee, packet):
    def need(holds, why):
        if not holds:
            raise Refused("ACCEPTANCE_INVALID", f"an acceptance: {why}")

    body, author = packet.body, packet.author
    j = next(j for j, who in plan.new.items() if who == author)
    need(body["transcript"] == committee.transcript, "over another transcript than its deals make")
    need(len(body["nonces"]) == len(plan.keys), "not one nonce for each key")
    for (_, suite, _), nonce, points in zip(plan.keys, body["nonces"], committee.points):
        group = group_of(suite)
        groups.point_of(group, nonce["hiding"])
        groups.point_of(group, nonce["binding"])
        need(not group.is_zero(groups.verification_share(group, points, j)), "takes a share that is zero")
    need([one["suite"] for one in body["possession"]] == plan.suites, "not one proof for each suite")
    for one in body["possession"]:
        suite = one["suite"]
        own = [points for (_, its, _), points in zip(plan.keys, committee.points) if its == suite]
        context = lp(u64(j), lp(plan.id, attempt.id, committee.transcript, author, suite.encode()))
        groups.check_possession(group_of(suite), "possession", own, committee.transcript, j, context, one["proof"])
    card = read_card(body["card"])
    need(card["signing"] == author and card["rehearsal"] == plan.rehearsal, "the card of somebody else")
    need(card["name"] == plan.name_of[author], "a card under another name")
    need(attempt.prekeys[j - 1] not in card["prekeys"], "offers the prekey of this attempt again")


class Turn:
    """A signing of one statement under all keys: in index order, the signers and their nonces."""

    def __init__(self, keys, points, statement, listed):
        self.indices = [j for j, _ in listed]
        self.keys = keys
        self.signings = []
        for at, (_, suite, _) in enumerate(keys):
            nonces = [(j, own[at]["hiding"], own[at]["binding"]) for j, own in listed]
            self.signings.append(Signing(suite, points[at], message_of(suite, statement), nonces))
        self.statement = statement

    def check(self, j, shares):
        for (label, _, _), signing, share in zip(self.keys, self.signings, shares):
            if not signing.share_holds(j, share):
                raise Refused("SIGNATURE_INVALID", f"the signature share for {label} is wrong")

    def signatures(self, shares_of):
        """From the shares of all signers, in their order."""
        return [signing.signature([shares[at] for shares in shares_of]) for at, signing in enumerate(self.signings)]


def signatures_hold(keys, points, statement, signatures):
    return all(
        signature_holds(suite, group_of(suite).encode(own[0]), message_of(suite, statement), signature)
        for (_, suite, _), own, signature in zip(keys, points, signatures)
    )


def sum_of(prefix, digests):
    return tagged("turn", *prefix, *digests)


class Round:
    """Commitments and signatures that answer one call: a drill, or a reprove."""

    def __init__(self, call, signers, keys, points, statement):
        self.call, self.signers, self.keys = call, signers, keys  # signers: {index: identity}, in order
        self.points, self.statement = points, statement
        self.commitments, self.turns, self.signed = {}, {}, {}

    def check_commitment(self, packet):
        if packet.body["call"] != self.call or packet.author not in self.signers.values():
            raise Refused("TURN_INVALID", "a commitment to another call, or by somebody whom the call does not name")
        if len(packet.body["nonces"]) != len(self.keys):
            raise Refused("TURN_INVALID", "a commitment to another number of nonces")
        for (_, suite, _), nonce in zip(self.keys, packet.body["nonces"]):
            groups.point_of(group_of(suite), nonce["hiding"])
            groups.point_of(group_of(suite), nonce["binding"])
        self.commitments[packet.digest] = packet

    def check_signature(self, packet, here):
        """`here`: all commitments that are here, good or not."""
        body = packet.body
        if body["call"] != self.call or packet.author not in self.signers.values():
            raise Refused("TURN_INVALID", "a signature for another call, or by somebody whom the call does not name")
        if any(digest not in here for digest in body["commitments"]):
            raise Waits("a commitment")
        named = [self.commitments.get(digest) for digest in body["commitments"]]
        if [p and p.author for p in named] != list(self.signers.values()):
            raise Refused("TURN_INVALID", "not good commitments of all signers in order")
        if len(body["shares"]) != len(self.keys):
            raise Refused("TURN_INVALID", "not one share for each key")
        key = tuple(body["commitments"])
        if key not in self.turns:
            listed = [(j, p.body["nonces"]) for j, p in zip(self.signers, named)]
            self.turns[key] = Turn(self.keys, self.points, self.statement, listed)
        j = next(j for j, who in self.signers.items() if who == packet.author)
        self.turns[key].check(j, body["shares"])
        self.signed.setdefault(key, {}).setdefault(packet.author, packet)

    def complete(self):
        """Sets of commitments that have the signatures of all signers, with the signatures of the keys."""
        for key in sorted(self.signed):
            if self.signed[key].keys() == set(self.signers.values()):
                shares = [self.signed[key][who].body["shares"] for who in self.signers.values()]
                yield key, self.turns[key].signatures(shares)


class Proof:
    def __init__(self, turn, committee, signatures, signers):
        self.turn, self.committee, self.signatures, self.signers = turn, committee, signatures, signers


# --- An attempt, and all of them -------------------------------------------------------------------------------------------


class Tried:
    """What the packets that bear the number of an attempt say."""

    def __init__(self, ceremony, attempt):
        self.ceremony, self.plan, self.attempt = ceremony, ceremony.plan, attempt
        self.own = [p for p in ceremony.packets if p.attempt == attempt.id]
        self.receivers = list(self.plan.new.values())
        self._committees = {}
        self.good = {}
        self._deals()
        self._acceptances()
        self._turn_zero()
        self._later_turns()
        self._complaints_and_releases()
        self.dead = why_dead(self.plan, attempt, ceremony.packets)
        self.closed = {}
        for p in self.of("closing"):
            self._judge(p, self._closing)

    def of(self, kind):
        return [p for p in self.own if p.kind == kind]

    def _judge(self, packet, check):
        """Good, waiting, or a fault of its author."""
        try:
            check(packet)
            self.good[packet.digest] = packet
        except Waits:
            self.ceremony.waiting.add(packet.digest)
        except Refused as refused:
            self.ceremony.faults.append((packet.author, refused.code, packet.digest, str(refused)))

    def _deals(self):
        for p in self.of("deal"):
            self._judge(p, lambda p: check_deal(self.plan, self.attempt, p, self.ceremony.here))
        for p in self.of("endorsement"):
            self._judge(p, lambda p: check_vote(self.plan, p.vote))
        self.deals = {who: [p for p in self.of("deal") if p.author == who and p.digest in self.good] for _, who in self.attempt.dealers}
        self.endorsers = {p.author for p in self.own if p.digest in self.good and p.kind in ("deal", "endorsement")}
        self.counts = all(self.deals.values()) and len(self.endorsers) >= self.plan.quorum
        self.committee, self.unfit = None, False
        if self.counts and all(len(own) == 1 for own in self.deals.values()):
            try:
                self.committee = self._committee([own[0] for own in self.deals.values()])
            except Refused:
                self.unfit = True

    def _committee(self, deals):
        key = tuple(p.digest for p in deals)
        if key not in self._committees:
            self._committees[key] = Committee(self.plan, self.attempt, deals)
        return self._committees[key]

    def _named(self, digests, kind, what):
        """What a packet names; None where one of it is here and can never be what it is named as."""
        here, waiting = self.ceremony.here, self.ceremony.waiting
        found = [here.get(digest) for digest in digests]
        for p in found:
            if p is not None and p.digest not in waiting and (p.kind != kind or p.digest not in self.good):
                return None
        if any(p is None or p.digest in waiting for p in found):
            raise Waits(what)
        return found

    def committees(self):
        return [*filter(None, [self.committee]), *self._committees.values()]

    def _acceptances(self):
        self.over = {}
        for p in self.of("acceptance"):
            self._judge(p, self._acceptance)
        self.certificate = None
        if self.counts:
            for transcript in sorted({committee.transcript for committee in self.over.values()}):
                said = [p for p in self.of("acceptance") if p.digest in self.over and self.over[p.digest].transcript == transcript]
                if sorted(p.author for p in said) == sorted(self.receivers):
                    self.certificate = sorted(said, key=lambda p: self.receivers.index(p.author))
                    break

    def _acceptance(self, packet):
        deals = self._named(packet.body["deals"], "deal", "a deal")
        if deals is None or [p.author for p in deals] != [who for _, who in self.attempt.dealers]:
            raise Refused("ACCEPTANCE_INVALID", "has to name one good deal of every dealer, in order")
        try:
            committee = self._committee(deals)
        except Refused as refused:
            raise Refused("ACCEPTANCE_INVALID", "no committee comes of its deals") from refused
        check_acceptance(self.plan, self.attempt, committee, packet)
        self.over[packet.digest] = committee

    def _certified(self, digests, code):
        """The acceptances that a packet names, as a certificate."""
        named = self._named(digests, "acceptance", "an acceptance")
        if named is None or [p.author for p in named] != self.receivers:
            raise Refused(code, "has to name one good acceptance of every new member, in index order")
        if len({self.over[p.digest].transcript for p in named}) != 1:
            raise Refused(code, "names acceptances over different transcripts")
        return named, self.over[named[0].digest]

    def _turn_zero(self):
        self.zero, self.proofs, self._turns = {}, [], {}
        for p in self.of("activation"):
            self._judge(p, self._activation)
        for key, signed in self.zero.items():
            if signed.keys() == set(self.receivers):
                turn, committee = self._turns[key]
                signatures = turn.signatures([signed[who].body["shares"] for who in self.receivers])
                number = sum_of((committee.transcript, u64(0)), key)
                self.proofs.append(Proof(number, committee, signatures, list(self.plan.new)))

    def _activation(self, packet):
        body = packet.body
        named, committee = self._certified(body["certificate"], "ACTIVATION_INVALID")
        if committee.transcript != body["transcript"]:
            raise Refused("ACTIVATION_INVALID", "names acceptances over another transcript")
        if len(body["shares"]) != len(self.plan.keys):
            raise Refused("ACTIVATION_INVALID", "has to hold one signature share for each key")
        key = tuple(body["certificate"])
        if key not in self._turns:
            listed = [(j, p.body["nonces"]) for j, p in zip(self.plan.new, named)]
            self._turns[key] = Turn(self.plan.keys, committee.points, committee.statement, listed), committee
        self._turns[key][0].check(self.receivers.index(packet.author) + 1, body["shares"])
        self.zero.setdefault(key, {}).setdefault(packet.author, packet)

    def _later_turns(self):
        self.calls = {}
        for p in self.of("reprove"):
            self._judge(p, self._call)
        here = {p.digest for p in self.of("commitment")}
        for p in self.of("commitment"):
            self._judge(p, lambda p: self._round(p).check_commitment(p))
        for p in self.of("signature"):
            self._judge(p, lambda p: self._round(p).check_signature(p, here))
        for call, (one, committee) in self.calls.items():
            for key, signatures in one.complete():
                number = sum_of((committee.transcript, u64(self.ceremony.here[call].body["number"])), key)
                self.proofs.append(Proof(number, committee, signatures, list(one.signers)))
        self.proofs = [proof for proof in self.proofs if self._signed(proof)]
        self.proofs.sort(key=lambda proof: (-len(proof.signers), proof.turn))

    def _signed(self, proof):
        made = proof.committee
        return signatures_hold(self.plan.keys, made.points, made.statement, proof.signatures)

    def _call(self, packet):
        body = packet.body
        _, committee = self._certified(body["certificate"], "TURN_INVALID")
        signers = body["signers"]
        if (
            any(a >= b for a, b in zip(signers, signers[1:]))
            or any(j not in self.plan.new for j in signers)
            or len(signers) < self.plan.facts["threshold"]
            or packet.author not in [self.plan.new[j] for j in signers]
        ):
            raise Refused("TURN_INVALID", "a call whose signers are not what they have to be")
        named = {j: self.plan.new[j] for j in signers}
        one = Round(packet.digest, named, self.plan.keys, committee.points, committee.statement)
        self.calls[packet.digest] = one, committee

    def _round(self, packet):
        call = packet.body["call"]
        if call not in self.ceremony.here or call in self.ceremony.waiting:
            raise Waits("a call")
        if call not in self.calls:
            raise Refused("TURN_INVALID", "answers what is no good call")
        return self.calls[call][0]

    def _complaints_and_releases(self):
        self.guilty = set()
        for p in self.of("complaint"):
            if p.body["deal"] not in self.ceremony.here or p.body["deal"] in self.ceremony.waiting:
                self.ceremony.waiting.add(p.digest)
                continue
            deal = self.good.get(p.body["deal"])
            if deal is None or deal.kind != "deal":
                continue
            verdict, _ = judge_complaint(self.plan, self.attempt, deal, p)
            if verdict == "dealer":
                self.guilty.add(deal.author)
                self.ceremony.faults.append((deal.author, "BAD_SUBSHARE", deal.digest, "a box that does not hold what was committed to"))
            else:
                self.ceremony.faults.append((p.author, "COMPLAINT_FALSE", p.digest, "complains about a box that is good, or does not open it"))
        for p in self.of("release"):
            self._judge(p, lambda p: check_release(self.plan, self.ceremony.here, p))
        self.unlisted = []
        for p in self.of("release"):
            listed = {one["packet"] for one in p.body["signed"]}
            for other in self.of("activation") + self.of("signature"):
                if other.author == p.author and other.digest not in listed:
                    self.unlisted.append((p, other))

    @property
    def proof(self):
        return self.proofs[0] if self.proofs else None

    def _closing(self, packet):
        turns = {proof.turn for proof in self.proofs if proof.committee.transcript == packet.body["transcript"]}
        if packet.body["turn"] not in turns:
            raise Waits("the complete turn")
        self.closed.setdefault(packet.author, packet)

    def spoiled(self):
        own = {p.digest for p in self.of("deal")}
        bad = {author for author, _, digest, _ in self.ceremony.faults if digest in own}
        return [who for who, own in self.deals.items() if (not own and who in bad) or len(own) > 1 or who in self.guilty]


def judge_complaint(plan, attempt, deal, complaint):
    """Who is at fault, and what the box held if it came open."""
    j = next(j for j, who in plan.new.items() if who == complaint.author)
    box, prekey = deal.body["boxes"][j - 1], attempt.prekeys[j - 1]
    binding = tagged("dealt", encode(deal.body["keys"]))
    X = boxes.context_of(plan.id, attempt.id, deal.author, complaint.author, binding)
    K = complaint.body["K"]
    if not boxes.opening_holds(box, prekey, X, complaint.author, K, complaint.body["proof"]):
        return "complainer", None
    plaintext = boxes.opened(box, prekey, X, K)
    if plaintext is None or len(plaintext) != 32 * len(plan.keys):
        return "dealer", plaintext
    for at, ((_, suite, _), key) in enumerate(zip(plan.keys, deal.body["keys"])):
        group = group_of(suite)
        try:
            scalar = groups.scalar_of(group, plaintext[32 * at : 32 * at + 32])
        except Refused:
            return "dealer", plaintext
        points = [groups.point_of(group, C) for C in key["commitments"]]
        if not group.equal(groups.base_times(group, scalar), groups.verification_share(group, points, j)):
            return "dealer", plaintext
    return "complainer", plaintext


def contradictions(plan, packets):
    """(author, slot, two digests): two different packets of one author in one slot."""
    first, found = {}, []
    for p in packets:
        for slot in p.slots:
            before = first.setdefault((p.author, slot), p)
            if before is not p:
                found.append((p.author, slot, before.digest, p.digest))
    return found


def record_of(view):
    return tagged("record", view.plan.id, b"packets", *(p.digest for p in view.packets if p.kind != "note"))


class Ceremony:
    """Of packets that were admitted."""

    def __init__(self, plan, packets):
        self.plan = plan
        self.packets = sorted({p.digest: p for p in packets}.values(), key=lambda p: p.digest)
        self.here = {p.digest: p for p in self.packets}
        self.faults, self.waiting = [], set()  # faults: (author, code, digest, words)
        self.approved = plan.enough_approvals({p.author for p in self.packets if p.kind == "approval"})
        attempts, wrong = read_attempts(plan, self.packets)
        for p, refused in wrong:
            self.faults.append((p.author, refused.code, p.digest, str(refused)))
        self.tried = [Tried(self, attempt) for attempt in attempts]
        self.contradictions = contradictions(plan, self.packets)
        for one in self.tried:
            told = {}
            for release, signed in sorted(one.unlisted, key=lambda pair: (pair[0].digest, pair[1].digest)):
                # of a second release the first packet is enough
                if told.setdefault(release.author, release) is not release and (release.author, release.digest) in told:
                    continue
                told[release.author, release.digest] = signed
                slot = f"release {one.attempt.id.hex()}"
                self.contradictions.append((release.author, slot, release.digest, signed.digest))
        self.current = self._current()
        self.proof = self.current.proof

    def _current(self):
        for fits in (
            lambda one: one.proof is not None,
            lambda one: one.dead is None and one.certificate is not None,
        ):
            found = [one for one in self.tried if fits(one)]
            if found:
                return found[0]
        living = [one for one in self.tried if one.dead is None]
        return (living or self.tried)[-1]

    @property
    def grave(self):
        return [one for one in self.contradictions if not one[1].startswith("note ") and one[1] != "dissent"]

    @property
    def record(self):
        """What is made public elsewhere: section 12."""
        if self.proof is not None:
            made = self.proof.committee
            return tagged("record", self.plan.id, b"proof", made.descriptor.id, made.transcript)
        return record_of(self)

    @property
    def possible(self):
        """The keysets that the transcripts of a genesis would have made."""
        return [made.descriptor.keyset for one in self.tried for made in one.committees()]

    @property
    def phase(self):
        one = self.current
        if one.proof is not None:
            owing = [who for j, who in self.plan.new.items() if j in one.proof.signers and who not in one.closed]
            return "closing" if owing else "complete"
        if one.dead is not None:
            return "aborted"
        if one.certificate is not None:
            signed = {who for turn in one.zero.values() for who in turn}
            signed |= {who for call, _ in one.calls.values() for turn in call.signed.values() for who in turn}
            return "proving" if signed == set(one.receivers) else "activating"
        if one.counts:
            return "accepting"
        return "dealing" if one.endorsers else "proposed"
