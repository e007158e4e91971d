"""Requests: what the credential shows by itself."""

from __future__ import annotations

from generator.book import rule
from generator.crypto import (
    AGENT,
    STRANGER,
    Document,
    base64url,
    digest,
    nonce,
)
from generator.documents import (
    CREDENTIALS_V2,
    EXAMPLE_REQUEST,
    EXAMPLES_V2,
    OUT,
    at,
    call,
    changed,
    claiming,
    proof,
    request,
    response,
)
from generator.requests import Requests


def add(made: Requests) -> None:
    """Add them."""
    exactly = rule(
        "FORMAT", "Both credentials", "A request has at every level exactly the members named, never null."
    )
    for name, document in (
        ("member-unknown", request(name="x")),
        ("member-unknown-in-the-subject", request(s__description="x")),
        ("member-null", request(s__traceId=None)),
        ("valid-until", request(validUntil=at("11:42:25.120"))),
        ("member-missing", request(s__nonce=OUT)),
    ):
        made.refused(name, exactly, "INVALID_CREDENTIAL", document)
    lookalike = rule("FORMAT", "Both credentials", "A name that looks like a member's is another name.")
    made.refused("member-in-capitals", lookalike, "INVALID_CREDENTIAL", request(s__Tool="send_email"))
    made.refused(
        "member-with-a-long-s", lookalike, "INVALID_CREDENTIAL", claiming(request(), "argument\u017f", {})
    )
    made.refused(
        "member-with-a-kelvin-sign", lookalike, "INVALID_CREDENTIAL", claiming(request(), "tas\u212aId", "1")
    )
    context = rule("FORMAT", "Both credentials", "@context is exactly the two contexts, in this order.")
    ours = EXAMPLE_REQUEST["@context"]
    made.refused(
        "context-more",
        context,
        "INVALID_CREDENTIAL",
        changed(request(), **{"@context": [*ours, EXAMPLES_V2]}),
        may_also=("CONTEXT_MISMATCH",),
    )
    made.refused(
        "contexts-in-the-other-order",
        context,
        "INVALID_CREDENTIAL",
        changed(request(), **{"@context": ours[::-1]}),
        may_also=("CONTEXT_MISMATCH",),
    )
    appended = {"credential": {**EXAMPLE_REQUEST, "@context": [*ours, EXAMPLES_V2]}}
    made.sent(made.example, "context-appended-after-signing", context, "INVALID_CREDENTIAL", appended)
    names = rule(
        "FORMAT",
        "Both credentials",
        "id is a urn:uuid in lower case, type exactly the two types, issuer a DID as a string.",
    )
    made.refused(
        "id-in-capitals",
        names,
        "INVALID_CREDENTIAL",
        request(id="urn:uuid:5F3A9C1E-7B1D-4C55-9D0A-2F6B8E4D1A01"),
    )
    made.refused(
        "type-more",
        names,
        "INVALID_CREDENTIAL",
        request(type=["VerifiableCredential", "ToolCallRequestCredential", "AlumniCredential"]),
    )
    made.refused("issuer-an-object", names, "INVALID_CREDENTIAL", request(issuer={"id": AGENT.did}))
    made.refused("a-response-for-a-request", names, "INVALID_CREDENTIAL", response(proof(request()), AGENT))
    member = rule(
        "FORMAT",
        "Both credentials",
        "The proof has exactly the seven members that the format names.",
    )
    for name, code, changes in (
        ("proof-without-context", "INVALID_CREDENTIAL", {"without": ("@context",)}),
        ("proof-with-a-domain", "INVALID_CREDENTIAL", {"domain": "server.example"}),
        ("proof-without-created", "INVALID_CREDENTIAL", {"without": ("created",)}),
    ):
        made.sent(made.example, name, member, code, proof(request(), **changes))
    array = {**request(), "proof": [EXAMPLE_REQUEST["proof"]]}
    made.sent(
        made.example,
        "proof-an-array",
        rule(
            "FORMAT",
            "Both credentials",
            "proof is one object; a proof set only where policy names its suites.",
        ),
        "UNSUPPORTED_CRYPTOSUITE",
        {"credential": array},
    )
    constants = rule(
        "FORMAT",
        "Both credentials",
        "The proof's context is the document's, its purpose assertionMethod, its method the issuer's.",
    )
    other: Document = {"@context": [CREDENTIALS_V2]}
    made.sent(
        made.example,
        "proof-with-another-context",
        constants,
        "CONTEXT_MISMATCH",
        proof(request(), **other),
    )
    made.sent(
        made.example,
        "proof-with-another-purpose",
        constants,
        "PROOF_PURPOSE_MISMATCH",
        proof(request(), proofPurpose="authentication"),
    )
    made.sent(
        made.example,
        "proof-by-the-method-of-another",
        constants,
        "KEY_NOT_CONTROLLED_BY_ISSUER",
        proof(request(), verificationMethod=STRANGER.method, sign=STRANGER.sign),
    )
    made.sent(
        made.example,
        "proof-of-an-unknown-suite",
        constants,
        "UNSUPPORTED_CRYPTOSUITE",
        proof(request(), cryptosuite="eddsa-rdfc-2022"),
    )
    created = rule(
        "FORMAT",
        "Both credentials",
        "created is validFrom cut to the second, not rounded and not another time.",
    )
    cut = made.stated(
        "created-is-cut",
        created,
        proof(request(validFrom=at("11:37:24.999"), s__deadline=at("11:42:24.999"))),
    )
    made.sent(
        cut,
        "created-is-rounded",
        created,
        "INVALID_CREDENTIAL",
        proof(request(validFrom=at("11:37:24.999"), s__deadline=at("11:42:24.999")), created=at("11:37:25")),
    )
    times = rule(
        "FORMAT",
        "Both credentials",
        "Times are read with 0 to 9 fraction digits and Z; no 24:, no :60, no day that does not exist.",
    )
    fraction = made.stated(
        "times-with-0-and-9-digits",
        times,
        proof(request(validFrom=at("11:37:25"), s__deadline=at("11:42:24.123456789"))),
    )
    for name, time in (
        ("time-with-10-digits", at("11:42:24.1234567891")),
        ("time-with-an-offset", "2026-03-30T11:42:24+00:00"),
        ("time-24", "2026-03-29T24:00:00Z"),
        ("time-with-a-leap-second", at("11:41:60")),
    ):
        made.sent(fraction, name, times, "INVALID_CREDENTIAL", proof(request(s__deadline=time)))
    made.refused(
        "deadline-before-valid-from",
        rule("FORMAT", "Subject members, deadline", "The deadline is not before validFrom."),
        "INVALID_CREDENTIAL",
        request(s__deadline=at("11:37:25.119")),
    )
    spelled = rule(
        "FORMAT",
        "Subject members, nonce",
        "A nonce is u and the base64url of 16 bytes, in its only spelling.",
    )
    made.refused(
        "nonce-of-15-bytes", spelled, "INVALID_CREDENTIAL", request(s__nonce="u" + base64url(bytes(15)))
    )
    made.refused(
        "nonce-with-another-last-letter", spelled, "INVALID_CREDENTIAL", request(s__nonce=nonce(0)[:-1] + "x")
    )
    _stated_members(made)


def _stated_members(made: Requests) -> None:
    """Chain members, and what is stated and never compared."""
    chained = rule(
        "FORMAT",
        "Subject members, chain",
        "chain and sequence stand together, previousDigest if and only if sequence is above 1.",
    )
    second: Document = {
        "s__chain": "call-chain:1",
        "s__sequence": 2,
        "s__previousDigest": digest(b"the first"),
    }
    first = made.stated("first-of-a-chain", chained, proof(request(s__chain="call-chain:1", s__sequence=1)))
    later = made.stated("second-of-a-chain", chained, proof(request(**second)))
    made.sent(
        first,
        "chain-without-sequence",
        chained,
        "INVALID_CREDENTIAL",
        proof(request(s__chain="call-chain:1")),
    )
    made.sent(
        first,
        "first-with-a-previous-digest",
        chained,
        "INVALID_CREDENTIAL",
        proof(request(**{**second, "s__sequence": 1})),
    )
    made.sent(
        later,
        "second-without-previous-digest",
        chained,
        "INVALID_CREDENTIAL",
        proof(changed(request(**second), s__previousDigest=OUT)),
    )
    stated = rule(
        "FORMAT",
        "Subject members",
        "traceId, protocolVersion and intent are stated; attester is self or proxy.",
    )
    made.accept(
        "stated-members",
        stated,
        call(
            proof(
                request(
                    s__traceId="4bf92f3577b34da6a3ce929d0e0e4736",
                    s__protocolVersion="2026-07-28",
                    s__intent="Remind Alice",
                    s__attester="proxy",
                )
            ),
            modern=True,
        ),
    )
    made.refused("intent-of-1025-code-points", stated, "INVALID_CREDENTIAL", request(s__intent="é" * 1025))
    made.refused("attester-unknown", stated, "INVALID_CREDENTIAL", request(s__attester="gateway"))
    made.refused(
        "method-reserved",
        rule(
            "FORMAT",
            "Subject members, method",
            "Methods that the format does not have yet are reserved and refused.",
        ),
        "INVALID_CREDENTIAL",
        request(s__method="prompts/get"),
    )
