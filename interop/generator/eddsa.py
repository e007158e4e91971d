"""Kind `eddsa-jcs-2022`."""

from __future__ import annotations

from typing import Any, Final

from generator.book import Book, Bytes, Case, replaced, rule
from generator.credentials import (
    ALLOWED,
    CONTROLLED,
    MULTIKEY_V1,
    NOT_PINNED,
    PURPOSE,
    UNDEFINED_TERMS,
    Credentials,
    degree,
    signed_as,
)
from generator.crypto import (
    AGENT,
    IDENTITY,
    SERVER,
    STRANGER,
    Document,
    base64url,
    multikey,
    proof_of,
    secured,
    unbase58,
    wire,
)
from generator.documents import (
    CREDENTIALS_V2,
    EXAMPLE_DENIAL,
    EXAMPLE_REQUEST,
    EXAMPLE_RESPONSE,
    EXAMPLES_V2,
    STATED_DENIAL,
    STATED_REQUEST,
    STATED_RESPONSE,
    changed,
    request,
)

__all__ = ["add"]

_SUITE: Final = "VC-DI-EDDSA"
SIGNED = rule(
    _SUITE,
    "3.3.2",
    "The key signs the hash of the canonical proof configuration, then that of the canonical document.",
)
TRANSFORMED = rule(_SUITE, "3.3.3", "The document is canonicalized by RFC 8785 before it is hashed.")
HASHED = rule(_SUITE, "3.3.4", "Both are hashed, and joined with the hash of the proof configuration first.")
OPTIONS = rule(_SUITE, "3.3.5", "Every member of the proof but proofValue is part of what is signed.")
PINNED = rule(
    _SUITE,
    "3.3.2",
    "Where a proof has @context, the document's starts with the same values, and the proof's is hashed.",
)
SUITE = rule(_SUITE, "2.2.1", "The cryptosuite of an Ed25519 key's proof over JCS is eddsa-jcs-2022.")
SET = rule("VC-DATA-INTEGRITY", "4.5", "An array of proofs is a set of at least one, and each verifies.")
PRESENT = rule("VC-DATA-INTEGRITY", "4.4", "A document without a proof does not verify.")
PROOF_TYPE = rule("VC-DATA-INTEGRITY", "3.1", "The type of the proof is DataIntegrityProof.")
CONTEXTS = rule("VC-DATA-INTEGRITY", "4.6", "Every context is one that the verifier knows; none is fetched.")
EXPIRES = rule("VC-DATA-INTEGRITY", "2.1", "A proof does not verify after its expires.")
BASE_FIRST = rule("VCDM", "4.3", "The first context is that of credentials, version 2.")
ISSUER = rule("VCDM", "4.7", "The issuer is a URL, or an object whose id is one.")
PERIOD = rule("VCDM", "4.9", "A credential is valid from validFrom to validUntil, where it states them.")
SIGNATURE = rule("RFC 8032", "5.1.7", "A signature is R and S of 32 bytes each, S below the group's order.")
SMALL_R = rule("FORMAT", "Verification, Keys", "A signature with small-order R is refused.")
SMALL_KEY = rule("FORMAT", "Verification, Keys", "A proof under an Ed25519 key of small order is refused.")
SPELLING = rule("FORMAT", "Bytes, One spelling", "proofValue is z and base58btc that re-encodes to itself.")
ANCHOR = rule("FORMAT", "Verification", "Without a trust anchor nothing is verified.")
RESOLVED = rule("FORMAT", "Verification", "A resolver that fails makes verification fail.")
STRANGERS = rule("FORMAT", "On the wire", "Nothing is fetched for a stranger.")
STRICT = rule("FORMAT", "Bytes", "What is verified is strict JSON within its limits.")
SOMETHING = rule("FORMAT", "Verification", "Content that is nothing known here is not verified.")
EXAMPLE = rule("FORMAT", "Worked example", "The credentials of the worked example verify as evidence.")
EXACTLY = rule("FORMAT", "Both credentials", "At every level exactly the members named here, never null.")
TWO_CONTEXTS = rule(
    "FORMAT", "Both credentials", "The contexts are those of credentials and of this format, nothing more."
)
OWN_PROOF = rule("FORMAT", "Both credentials", "The proof has an @context, equal to the document's.")
CREATED = rule("FORMAT", "Both credentials", "created is validFrom cut to the second.")
DEADLINE = rule("FORMAT", "As evidence", "A deadline that has passed is reported and is no fault.")
BEFORE = rule("FORMAT", "As evidence", "validFrom after the time of judgement and skew is NOT_YET_VALID.")

_SMALL: Final = f"did:key:{multikey('Ed25519', IDENTITY)}"


def add(book: Book) -> None:
    """Add the kind."""
    made = Credentials(book, "eddsa-jcs-2022")
    good = made.accept("general", SIGNED, _proved(), AGENT)
    _signed(made, good)
    _contexts(made, good)
    _proofs(made, good)
    _signatures(made, good)
    _times(made)
    _trust(made, good)
    _texts(made, good)
    _attestations(made)


def _proved(**members: Any) -> Document:
    """The degree with a proof; `members` as `secured` has them."""
    return secured(degree(AGENT), AGENT, **members)


def _text_of(case: Case) -> str:
    text = case.input["document"]
    if not isinstance(text, str):
        raise TypeError(case.name)
    return text


def _signed(made: Credentials, good: Case) -> None:
    numbers = {
        "id": "did:example:abcdefgh",
        "alumniOf": "L’École des Exemples 😀",
        "score": [0.5, 1e21, -0.0, 7],
    }
    subject = {**degree(AGENT)["credentialSubject"], "name": "Alice"}
    made.accept(
        "numbers-and-unicode", TRANSFORMED, secured(degree(AGENT, credentialSubject=numbers), AGENT), AGENT
    )
    made.accept("one-line", TRANSFORMED, _proved(), AGENT, text=wire(_proved()))
    made.accept("without-created", OPTIONS, _proved(without=("created",)), AGENT)
    text = _text_of(good)
    made.reject(good, "changed-claim", SIGNED, "PROOF_INVALID", replaced(text, "School of", "school of"))
    made.reject(good, "added-claim", SIGNED, "PROOF_INVALID", {**_proved(), "credentialSubject": subject})
    earlier = replaced(text, '"created": "2026-03-01', '"created": "2026-02-28')
    made.reject(good, "changed-created", OPTIONS, "PROOF_INVALID", earlier)
    more = {**_proved(), "proof": {**_proved()["proof"], "nonce": "u"}}
    made.reject(good, "added-proof-member", OPTIONS, "PROOF_INVALID", more)
    for name, message in (
        ("hashes-in-the-other-order", lambda steps: _hex(steps, "documentHash", "proofConfigurationHash")),
        ("document-hash-alone", lambda steps: _hex(steps, "documentHash")),
        ("text-without-hashing", lambda steps: steps["canonicalDocument"].encode()),
    ):
        made.reject(good, name, HASHED, "PROOF_INVALID", signed_as(degree(AGENT), AGENT, message))


def _hex(steps: Document, *names: str) -> bytes:
    return b"".join(bytes.fromhex(steps[name]) for name in names)


def _contexts(made: Credentials, good: Case) -> None:
    proved = _proved()
    made.accept("without-proof-context", NOT_PINNED, _proved(without=("@context",)), AGENT)
    unpinned = {**proved, "proof": changed(proved["proof"])}
    del unpinned["proof"]["@context"]
    made.reject(good, "proof-context-removed", NOT_PINNED, "PROOF_INVALID", unpinned)
    known = [CREDENTIALS_V2, EXAMPLES_V2]
    appended = {**proved, "@context": [*known, UNDEFINED_TERMS]}
    longer = made.accept("context-appended", PINNED, appended, AGENT)
    plain: Document = {"type": "VerifiableCredential", "credentialSubject": {"id": "did:example:abcdefgh"}}
    alone = secured(changed(degree(AGENT), **{"@context": CREDENTIALS_V2, **plain}), AGENT)
    made.accept("one-context-as-a-string", PINNED, alone, AGENT)
    inserted = {**proved, "@context": [CREDENTIALS_V2, MULTIKEY_V1, EXAMPLES_V2]}
    made.reject(longer, "context-before-the-others", PINNED, "CONTEXT_MISMATCH", inserted)
    longer_proof = proof_of({**degree(AGENT), "@context": [*known, UNDEFINED_TERMS]}, AGENT)
    document = {**degree(AGENT), "proof": longer_proof}
    made.reject(longer, "proof-names-more-contexts", PINNED, "CONTEXT_MISMATCH", document)
    for name, context in (
        ("unknown-context-appended", "https://example.org/v1"),
        ("inline-context-appended", {"nickname": "https://example.org/nickname"}),
    ):
        made.reject(longer, name, CONTEXTS, "UNKNOWN_CONTEXT", {**proved, "@context": [*known, context]})
    second = secured(changed(degree(AGENT), **{"@context": known[::-1]}), AGENT)
    made.reject(good, "base-context-second", BASE_FIRST, "INVALID_CREDENTIAL", second)


def _proofs(made: Credentials, good: Case) -> None:
    document = degree(AGENT)
    first, second = proof_of(document, AGENT), proof_of(document, AGENT, created="2026-03-02T00:00:00Z")
    pair = made.accept("two-proofs", SET, {**document, "proof": [first, second]}, AGENT)
    made.reject(good, "no-proof", PRESENT, "PROOF_MISSING", document)
    made.reject(pair, "no-proof-in-the-set", SET, "PROOF_MISSING", {**document, "proof": []})
    broken = {**second, "created": "2026-03-03T00:00:00Z"}
    made.reject(
        pair, "one-of-two-proofs-broken", SET, "PROOF_INVALID", {**document, "proof": [first, broken]}
    )
    made.accept(
        "one-of-two-proofs-by-another-signer",
        SET,
        {**document, "proof": [first, proof_of(document, STRANGER)]},
        AGENT,
        notices=["KEY_NOT_CONTROLLED_BY_ISSUER"],
    )
    for name, of, code, members in (
        ("another-proof-type", PROOF_TYPE, "UNSUPPORTED_CRYPTOSUITE", {"type": "Ed25519Signature2020"}),
        ("unknown-cryptosuite", SUITE, "UNSUPPORTED_CRYPTOSUITE", {"cryptosuite": "eddsa-jcs-2099"}),
        ("cryptosuite-of-ecdsa", SUITE, "UNSUPPORTED_CRYPTOSUITE", {"cryptosuite": "ecdsa-jcs-2019"}),
        ("another-purpose", PURPOSE, "PROOF_PURPOSE_MISMATCH", {"proofPurpose": "authentication"}),
        (
            "another-fragment",
            CONTROLLED,
            "KEY_NOT_CONTROLLED_BY_ISSUER",
            {"verificationMethod": f"{AGENT.did}#{STRANGER.multibase}"},
        ),
        ("a-did-without-fragment", CONTROLLED, "KEY_INVALID", {"verificationMethod": AGENT.did}),
    ):
        made.reject(good, name, of, code, _proved(**members))
    foreign = secured(document, STRANGER)
    made.reject(good, "key-of-another", CONTROLLED, "KEY_NOT_CONTROLLED_BY_ISSUER", foreign)


def _signatures(made: Credentials, good: Case) -> None:
    forged = secured(
        degree(AGENT, issuer=_SMALL),
        AGENT,
        verificationMethod=f"{_SMALL}#{_SMALL.removeprefix('did:key:')}",
        sign=lambda _: IDENTITY + bytes(32),
    )
    anybody: Document = {"allowedSigners": None, "trustAny": True}
    made.reject(
        good,
        "key-of-small-order",
        SMALL_KEY,
        "KEY_INVALID",
        forged,
        policy={"allowedSigners": [_SMALL]},
        keys=(),
    )
    made.reject(
        good,
        "key-of-small-order-where-any-is-trusted",
        SMALL_KEY,
        "KEY_INVALID",
        forged,
        policy=anybody,
        keys=(),
    )
    made.reject(good, "r-of-small-order", SMALL_R, "PROOF_INVALID", _proved(sign=AGENT.sign_with_identity))
    for name, sign in (
        ("s-not-below-the-order", AGENT.sign_other_s),
        ("signature-of-63-bytes", lambda message: AGENT.sign(message)[:-1]),
        ("signature-of-65-bytes", lambda message: AGENT.sign(message) + b"\0"),
        ("signature-of-zeros", lambda _: bytes(64)),
    ):
        made.reject(good, name, SIGNATURE, "PROOF_INVALID", _proved(sign=sign))
    value = _proved()["proof"]["proofValue"]
    for name, other in (
        ("proof-value-in-base64url", "u" + base64url(unbase58(value[1:]))),
        ("proof-value-with-a-leading-one", "z1" + value[1:]),
        ("proof-value-without-its-letter", value[1:]),
    ):
        made.reject(good, name, SPELLING, "PROOF_INVALID", replaced(_text_of(good), value, other))


def _times(made: Credentials) -> None:
    period = made.accept(
        "within-its-period",
        PERIOD,
        secured(degree(AGENT, validUntil="2026-03-31T00:00:00+01:00"), AGENT),
        AGENT,
    )
    made.reject(period, "after-its-period", PERIOD, "EXPIRED", policy={"at": "2026-03-30T23:01:01Z"})
    made.reject(period, "before-its-period", PERIOD, "NOT_YET_VALID", policy={"at": "2026-02-28T23:58:59Z"})
    members = {
        "id": "urn:uuid:7a0d3b52-2f1c-4d5e-9a60-3d0f0f6f2b77",
        "expires": "2027-01-01T00:00:00Z",
    }
    expiring = made.accept("with-further-members", OPTIONS, _proved(**members), AGENT)
    made.reject(expiring, "proof-expired", EXPIRES, "EXPIRED", policy={"at": "2027-01-01T00:01:01Z"})


def _trust(made: Credentials, good: Case) -> None:
    described = {"id": AGENT.did, "name": "Example"}
    made.accept("issuer-as-an-object", ISSUER, secured(degree(AGENT, issuer=described), AGENT), AGENT)
    made.reject(good, "nobody-is-trusted", ANCHOR, "NO_TRUST_ANCHOR", policy={"allowedSigners": []})
    other: Document = {"allowedSigners": [STRANGER.did]}
    made.reject(good, "another-signer-is-allowed", ALLOWED, "SIGNER_NOT_ALLOWED", policy=other)
    web = "did:web:issuer.example"
    by_web = secured(degree(AGENT, issuer=web), AGENT, verificationMethod=f"{web}#key-1")
    allowed: Document = {"allowedSigners": [web]}
    made.reject(good, "did-that-is-not-resolved", RESOLVED, "RESOLVER_UNAVAILABLE", by_web, policy=allowed)
    made.reject(good, "did-of-a-stranger-is-not-resolved", STRANGERS, "PROOF_INVALID", by_web)


def _texts(made: Credentials, good: Case) -> None:
    text = _text_of(good)
    twice = replaced(text, ' "issuer":', f' "issuer": "{STRANGER.did}",\n "issuer":')
    made.reject(good, "duplicate-member", STRICT, "DUPLICATE_MEMBER", twice)
    wide = replaced(text, '"The School of Examples"', "9007199254740993")
    made.reject(good, "integer-beyond-2-53", STRICT, "NUMBER_OUT_OF_RANGE", wide)
    deep: Bytes = [text[:1] + '"a":', ("[", 100_000), ("]", 100_000), "," + text[1:]]
    made.reject(good, "100000-deep", STRICT, "TOO_DEEP", deep)
    # Signed, so that nothing but its size is wrong.
    padded = secured(degree(AGENT, description="a" * (1 << 20)), AGENT)
    before, after = wire(padded).split("a" * (1 << 20))
    made.reject(good, "more-than-1-mib", STRICT, "TOO_LARGE", [before, ("a", 1 << 20), after])
    made.reject(good, "a-string", SOMETHING, "UNKNOWN_FORMAT", '"credential"')


def _attestations(made: Credentials) -> None:
    example = made.accept(
        "worked-example-request",
        EXAMPLE,
        EXAMPLE_REQUEST,
        AGENT,
        text=STATED_REQUEST,
        at="2026-03-30T11:38:00Z",
    )
    made.accept("worked-example-response", EXAMPLE, EXAMPLE_RESPONSE, SERVER, text=STATED_RESPONSE)
    made.accept("worked-example-denial", EXAMPLE, EXAMPLE_DENIAL, SERVER, text=STATED_DENIAL)
    later = made.accept(
        "ten-years-later",
        DEADLINE,
        EXAMPLE_REQUEST,
        AGENT,
        text=STATED_REQUEST,
        at="2036-03-30T12:00:00Z",
        notices=["DEADLINE_PASSED"],
    )
    future: Document = {"at": "2026-03-30T11:36:25.119Z"}
    made.reject(later, "attestation-from-the-future", BEFORE, "NOT_YET_VALID", policy=future)
    tool = replaced(STATED_REQUEST, '"send_email"', '"read_email"')
    made.reject(example, "attestation-of-another-tool", SIGNED, "PROOF_INVALID", tool)
    for name, members in (
        ("attestation-with-a-member-more", {"name": "x"}),
        ("attestation-with-a-null", {"validUntil": None}),
        ("attestation-with-a-period", {"validUntil": "2026-04-30T00:00:00Z"}),
    ):
        made.reject(example, name, EXACTLY, "INVALID_CREDENTIAL", secured(request(**members), AGENT))
    longer = {**EXAMPLE_REQUEST, "@context": [*EXAMPLE_REQUEST["@context"], EXAMPLES_V2]}
    made.reject(example, "attestation-with-a-context-more", TWO_CONTEXTS, "INVALID_CREDENTIAL", longer)
    bare = secured(request(), AGENT, without=("@context",))
    made.reject(example, "attestation-without-proof-context", OWN_PROOF, "INVALID_CREDENTIAL", bare)
    other: Document = {"@context": [CREDENTIALS_V2]}
    shorter = secured(request(), AGENT, **other)
    made.reject(example, "attestation-with-another-proof-context", OWN_PROOF, "CONTEXT_MISMATCH", shorter)
    late = secured(request(), AGENT, created="2026-03-30T11:37:26Z")
    made.reject(example, "attestation-created-a-second-later", CREATED, "INVALID_CREDENTIAL", late)
