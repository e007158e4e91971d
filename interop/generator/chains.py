"""Kind `proof-chain`: several proofs of one credential, each by itself or resting on others."""

from __future__ import annotations

from typing import Any, Final

from generator.book import Book, Case, replaced, rule
from generator.credentials import Credentials, degree
from generator.crypto import (
    AGENT,
    AGENT_P256,
    SERVER,
    STRANGER,
    Document,
    TestKey,
    base58,
    proof_of,
    proof_steps,
)
from generator.rdfc import proof_over

__all__ = ["add"]

_DI: Final = "VC-DATA-INTEGRITY"
SET = rule(_DI, "2.1.1", "The proofs of a set are independent of one another, and their order says nothing.")
WHOLE_SET = rule(_DI, "4.5", "One proof of a set that does not verify makes the whole document refused.")
CHAIN = rule(_DI, "2.1.2", "A proof that names another as previousProof signs the document with that proof.")
CHAIN_ORDER = rule(_DI, "4.5", "Which proof rests on which is told by their ids, not by their order.")
SEVERAL = rule(_DI, "4.3", "A proof that names several as previousProof signs them all.")
DIRECT = rule(_DI, "4.3", "Signed are the proofs that previousProof names, not those that these rest on.")
AS_LIST = rule(_DI, "4.3", "What is hashed has its previous proofs as a list, with their proofValue.")
THERE = rule(_DI, "4.5", "A proof that previousProof names is one of the document's.")
NO_CIRCLE = rule(_DI, "2.1.2", "Proofs do not rest on themselves, nor on one another in a circle.")
NAMES = rule(_DI, "2.1", "previousProof is a text or a list of texts, each the id of one proof alone.")
STANDS = rule(_DI, "4.5", "A proof stands only if those that it rests on verify.")
OTHERS = rule(
    "FORMAT",
    "Verification",
    "Others may have signed too; they are told of, never taken for the issuer.",
)
ISSUER_SIGNS = rule("FORMAT", "Verification", "One proof at least is by a key of the issuer's.")
OVER_RDF = rule(_DI, "4.3", "Over RDF the previous proofs are named graphs of the document that is hashed.")
NOT_KNOWN = rule(
    _DI,
    "4.5",
    "An unknown proof makes a set refused, unless the policy says that it is only told of.",
)
FORM = rule(_DI, "2.1", "A set of proofs is a list of one object or more, and not of too many.")
EXPIRES = rule(_DI, "2.1", "A proof of a set that has expired does not verify.")

_FIRST: Final = "urn:uuid:26329423-bec9-4b2e-88cb-a7c7d9dc4544"
_SECOND: Final = "urn:uuid:8cc9022b-6b14-4cf3-8571-74972c5feb54"
_THIRD: Final = "urn:uuid:d94f792a-c546-4d06-b38a-da070ab56c23"
_NOWHERE: Final = "urn:uuid:38329423-2179-4b2e-88cb-a7c7d9dc4544"
_NOTICE: Final = ["KEY_NOT_CONTROLLED_BY_ISSUER"]


def _first(key: TestKey = AGENT, **members: Any) -> Document:
    return proof_of(degree(AGENT), key, **{"id": _FIRST, **members})


def _later(*previous: Document, key: TestKey = AGENT, **members: Any) -> Document:
    """A proof that rests on others, a day later."""
    named = [each["id"] for each in previous]
    given = {
        "id": _SECOND,
        "created": "2026-03-02T00:00:00Z",
        "previousProof": named[0] if len(named) == 1 else named,
        **members,
    }
    return proof_of(degree(AGENT), key, previous=previous, **given)


def _document(*proofs: Document) -> Document:
    return {**degree(AGENT), "proof": list(proofs)}


def add(book: Book) -> None:
    """Add the kind."""
    made = Credentials(book, "proof-chain")
    _sets(made)
    pair = made.accept("chain", CHAIN, _document(_first(), _later(_first())), AGENT)
    _chains(made, pair)
    _hashed(made, pair)
    _names(made, pair)
    _longer(made)
    _signers(made)
    _over_rdf(made)


def _sets(made: Credentials) -> None:
    one, other = _first(), _first(id=_SECOND, created="2026-03-02T00:00:00Z")
    pair = made.accept("set", SET, _document(one, other), AGENT)
    made.accept("set-in-the-other-order", SET, _document(other, one), AGENT)
    made.accept("set-of-one", SET, _document(one), AGENT)
    nameless = proof_of(degree(AGENT), AGENT)
    made.accept("set-without-ids", SET, _document(nameless, proof_over(degree(AGENT), AGENT)), AGENT)
    broken = {**other, "created": "2026-03-03T00:00:00Z"}
    made.reject(pair, "one-of-a-set-changed", WHOLE_SET, "PROOF_INVALID", _document(one, broken))
    theirs = _first(STRANGER, id=_SECOND, sign=SERVER.sign)
    made.reject(pair, "strangers-proof-broken", WHOLE_SET, "PROOF_INVALID", _document(one, theirs))
    ended = _first(id=_SECOND, expires="2026-03-29T00:00:00Z")
    made.reject(pair, "one-of-a-set-expired", EXPIRES, "EXPIRED", _document(one, ended))
    made.reject(pair, "set-of-none", FORM, "PROOF_MISSING", _document())
    made.reject(pair, "a-text-in-the-set", FORM, "INVALID_CREDENTIAL", {**degree(AGENT), "proof": [one, "z"]})
    many = [_first(id=f"urn:example:{number}") for number in range(17)]
    made.reject(pair, "seventeen-proofs", FORM, "TOO_LARGE", _document(*many))
    unknown = _document(one, {**other, "cryptosuite": "eddsa-jcs-2099"})
    known = made.accept(
        "beside-an-unknown-proof",
        NOT_KNOWN,
        unknown,
        AGENT,
        notices=["UNSUPPORTED_CRYPTOSUITE"],
        policy={"unknownProofs": True},
        steps=False,
    )
    made.reject(
        known, "an-unknown-proof", NOT_KNOWN, "UNSUPPORTED_CRYPTOSUITE", policy={"unknownProofs": None}
    )
    alone = _document({**one, "cryptosuite": "eddsa-jcs-2099"})
    made.reject(known, "an-unknown-proof-alone", NOT_KNOWN, "UNSUPPORTED_CRYPTOSUITE", alone)


def _chains(made: Credentials, pair: Case) -> None:
    first, text = _first(), str(pair.input["document"])
    second = _later(first)
    made.accept("chain-in-the-other-order", CHAIN_ORDER, _document(second, first), AGENT)
    listed = _later(first, previousProof=[_FIRST])
    made.accept("previous-proof-as-a-list", CHAIN, _document(first, listed), AGENT)
    again = _first(created="2026-03-01T12:00:00Z")
    made.reject(pair, "previous-proof-replaced", CHAIN, "PROOF_INVALID", _document(again, second))
    alone = {**degree(AGENT), "proof": second}
    made.reject(pair, "previous-proof-removed", THERE, "PROOF_CHAIN_BROKEN", alone)
    for name, named in (("text", _NOWHERE), ("list", [_FIRST, _NOWHERE])):
        document = _document(first, _later(first, previousProof=named))
        made.reject(pair, f"previous-proof-not-there-{name}", THERE, "PROOF_CHAIN_BROKEN", document)
    made.reject(
        pair,
        "changed-claim",
        STANDS,
        "PROOF_INVALID",
        replaced(text, "School of", "school of"),
        may_also=["PROOF_CHAIN_BROKEN"],
    )
    broken = _first(sign=STRANGER.sign)
    made.reject(
        pair,
        "previous-proof-that-does-not-verify",
        STANDS,
        "PROOF_INVALID",
        _document(broken, _later(broken)),
        may_also=["PROOF_CHAIN_BROKEN"],
    )
    unlinked = {name: value for name, value in second.items() if name != "previousProof"}
    made.reject(pair, "previous-proof-not-named-any-more", CHAIN, "PROOF_INVALID", _document(first, unlinked))


def _hashed(made: Credentials, pair: Case) -> None:
    """Signatures over something else than the document with the list of the previous proofs."""
    first = _first()
    bare = {name: value for name, value in first.items() if name != "proofValue"}

    def resigned(hashed: Document) -> Document:
        second = _later(first)
        steps = proof_steps(hashed, second, AGENT, hashed.get("proof", ()))
        value = "z" + base58(AGENT.sign(bytes.fromhex(steps["combinedHash"])))
        return _document(first, {**second, "proofValue": value})

    for name, hashed in (
        ("hashed-without-the-previous-proof", degree(AGENT)),
        ("hashed-with-an-object-in-place-of-the-list", {**degree(AGENT), "proof": first}),
        ("hashed-without-the-previous-proof-value", {**degree(AGENT), "proof": [bare]}),
    ):
        made.reject(pair, name, AS_LIST, "PROOF_INVALID", resigned(hashed))


def _names(made: Credentials, pair: Case) -> None:
    first = _first()
    itself = _later(first, previousProof=[_FIRST, _SECOND])
    made.reject(
        pair, "a-proof-that-rests-on-itself", NO_CIRCLE, "PROOF_CHAIN_BROKEN", _document(first, itself)
    )
    back = _first(previousProof=_SECOND)
    made.reject(pair, "a-circle", NO_CIRCLE, "PROOF_CHAIN_BROKEN", _document(back, _later(back)))
    for name, value in (("number", 1), ("null", None), ("object", {"id": _FIRST})):
        document = _document(first, _later(first, previousProof=value))
        made.reject(pair, f"previous-proof-as-{name}", NAMES, "PROOF_INVALID", document)
    twin = _first(created="2026-03-01T12:00:00Z")
    made.reject(pair, "two-proofs-of-one-id", NAMES, "PROOF_INVALID", _document(first, twin, _later(first)))
    twice = _later(first, previousProof=[_FIRST, _FIRST])
    made.reject(pair, "previous-proof-named-twice", NAMES, "PROOF_INVALID", _document(first, twice))


def _longer(made: Credentials) -> None:
    first = _first()
    second = _later(first)
    third = _later(second, id=_THIRD, created="2026-03-03T00:00:00Z")
    three = made.accept("chain-of-three", DIRECT, _document(first, second, third), AGENT)
    all_of_them = proof_of(
        degree(AGENT),
        AGENT,
        previous=[first, second],
        id=_THIRD,
        created="2026-03-03T00:00:00Z",
        previousProof=_SECOND,
    )
    made.reject(
        three, "hashed-with-all-before", DIRECT, "PROOF_INVALID", _document(first, second, all_of_them)
    )
    other = _first(id=_SECOND, created="2026-03-01T12:00:00Z")
    both = _later(first, other, id=_THIRD)
    turned = _later(first, other, id=_THIRD, previousProof=[_SECOND, _FIRST])
    made.accept("two-named-in-the-other-order", SEVERAL, _document(first, other, turned), AGENT)
    fork = made.accept("two-previous-proofs", SEVERAL, _document(first, other, both), AGENT)
    one = _later(first, id=_THIRD, previousProof=[_FIRST, _SECOND])
    made.reject(
        fork, "one-of-two-previous-proofs-signed", SEVERAL, "PROOF_INVALID", _document(first, other, one)
    )


def _signers(made: Credentials) -> None:
    """The issuer, and others beside it."""
    ours, theirs = _first(), _first(STRANGER)
    witnessed = _document(ours, _later(ours, key=STRANGER))
    made.accept("endorsed-by-another", OTHERS, witnessed, AGENT, notices=_NOTICE)
    prepared = _document(theirs, _later(theirs))
    endorsed = made.accept("issuer-endorses-another", ISSUER_SIGNS, prepared, AGENT, notices=_NOTICE)
    curve = _document(ours, _first(AGENT_P256, id=_SECOND))
    made.accept("another-signer-on-p-256", OTHERS, curve, AGENT, notices=_NOTICE)
    strangers = _document(theirs, _later(theirs, key=SERVER))
    made.reject(endorsed, "none-of-the-issuers", ISSUER_SIGNS, "KEY_NOT_CONTROLLED_BY_ISSUER", strangers)
    policy: Document = {"allowedSigners": [STRANGER.did]}
    made.reject(endorsed, "the-other-signer-is-allowed", OTHERS, "SIGNER_NOT_ALLOWED", policy=policy)


def _over_rdf(made: Credentials) -> None:
    document = degree(AGENT)
    first = proof_over(document, AGENT, id=_FIRST)
    named: Document = {"id": _SECOND, "created": "2026-03-02T00:00:00Z", "previousProof": _FIRST}
    second = proof_over(document, AGENT, previous=[first], **named)
    pair = made.accept("chain-over-rdf", OVER_RDF, _document(first, second), AGENT)
    over_json = _first()
    mixed = proof_over(document, AGENT, previous=[over_json], **named)
    made.accept("rdf-over-a-proof-over-json", OVER_RDF, _document(over_json, mixed), AGENT)
    apart = proof_over(document, AGENT, **named)
    made.reject(pair, "rdf-without-the-previous-proof", OVER_RDF, "PROOF_INVALID", _document(first, apart))
    again = proof_over(document, AGENT, id=_FIRST, created="2026-03-01T12:00:00Z")
    made.reject(pair, "rdf-with-another-previous-proof", OVER_RDF, "PROOF_INVALID", _document(again, second))
