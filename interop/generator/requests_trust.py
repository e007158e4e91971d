"""Requests: keys, signers, time, audience, replay, policy."""

from __future__ import annotations

from typing import Final

from generator.book import rule
from generator.crypto import (
    AGENT,
    IDENTITY,
    SERVER,
    STRANGER,
    canon,
    digest,
    multikey,
    nonce,
    secured,
    token,
)
from generator.documents import (
    ARGUMENTS,
    EXAMPLE_REQUEST,
    at,
    call,
    proof,
    request,
)
from generator.requests import Requests

_TOOLS: Final = [{"name": "send_email", "description": "Sends a message", "inputSchema": {"type": "object"}}]


def add(made: Requests) -> None:
    """Add them."""
    _signers(made)
    _time_and_place(made)
    _policy(made)


def _signers(made: Requests) -> None:
    """Keys, and who may sign."""
    signed = rule("FORMAT", "Verification, At the server", "The proof is the issuer's, over this credential.")
    tampered = {
        "credential": {
            **EXAMPLE_REQUEST,
            "credentialSubject": {
                **EXAMPLE_REQUEST["credentialSubject"],
                "arguments": {**ARGUMENTS, "to": "mallory@example.com"},
            },
        }
    }
    made.sent(
        made.example,
        "changed-in-call-and-credential",
        signed,
        "PROOF_INVALID",
        tampered,
        arguments={**ARGUMENTS, "to": "mallory@example.com"},
    )
    made.sent(
        made.example, "signed-by-another-key", signed, "PROOF_INVALID", proof(request(), sign=STRANGER.sign)
    )
    points = rule(
        "FORMAT",
        "Verification, Keys",
        "Keys of small order, signatures with small-order R and S not below the order are refused.",
    )
    made.sent(
        made.example,
        "r-of-small-order",
        points,
        "PROOF_INVALID",
        proof(request(), sign=AGENT.sign_with_identity),
    )
    made.sent(
        made.example,
        "s-not-below-the-order",
        points,
        "PROOF_INVALID",
        proof(request(), sign=AGENT.sign_other_s),
    )
    small = f"did:key:{multikey('Ed25519', IDENTITY)}"
    forged = call(
        {
            "credential": secured(
                request(issuer=small),
                AGENT,
                verificationMethod=f"{small}#{small[8:]}",
                sign=lambda _: IDENTITY + bytes(32),
            )
        }
    )
    made.reject(
        made.example,
        "key-of-small-order",
        points,
        "KEY_INVALID",
        message=forged,
        policy={"allowedSigners": [small]},
        keys=(SERVER,),
    )
    trusting = made.stated(
        "anybody-is-trusted",
        rule("FORMAT", "Verification", "An explicit trust_any is a trust anchor."),
        proof(request(STRANGER), STRANGER),
        key=STRANGER,
        allowedSigners=[],
        trustAny=True,
    )
    made.reject(
        trusting,
        "key-of-small-order-where-anybody-is-trusted",
        points,
        "KEY_INVALID",
        message=forged,
        keys=(SERVER,),
    )
    allowed = rule(
        "FORMAT", "Verification, At the server", "The signer is allowed by the policy, at this time."
    )
    until = made.stated(
        "signer-allowed-until-later",
        allowed,
        proof(request()),
        allowedSigners=[{"did": AGENT.did, "until": at("11:37:26")}],
    )
    made.reject(
        until,
        "signer-allowed-until-before",
        allowed,
        "SIGNER_NOT_ALLOWED",
        policy={"allowedSigners": [{"did": AGENT.did, "until": at("11:37:25")}]},
    )
    made.sent(
        made.example,
        "signer-not-allowed",
        allowed,
        "SIGNER_NOT_ALLOWED",
        proof(request(STRANGER), STRANGER),
        keys=(STRANGER, SERVER),
    )
    made.reject(
        made.example,
        "nobody-is-trusted",
        rule(
            "FORMAT",
            "Verification",
            "Without a trust anchor nothing is verified; an empty list allows nobody.",
        ),
        "NO_TRUST_ANCHOR",
        policy={"allowedSigners": []},
    )
    told = rule(
        "FORMAT", "On the wire", "SIGNER_NOT_ALLOWED is told only if the proof verifies, else PROOF_INVALID."
    )
    made.sent(
        made.example,
        "stranger-with-a-broken-proof",
        told,
        "PROOF_INVALID",
        proof(request(STRANGER), STRANGER, sign=AGENT.sign),
        keys=(STRANGER, SERVER),
    )
    web = "did:web:agent.example"
    by_web = call({"credential": secured(request(issuer=web), AGENT, verificationMethod=f"{web}#key-1")})
    made.reject(made.example, "stranger-whose-did-would-be-resolved", told, "PROOF_INVALID", message=by_web)
    made.reject(
        made.example,
        "did-that-is-not-resolved",
        rule("FORMAT", "Verification", "A resolver that fails, or is not there, makes verification fail."),
        "RESOLVER_UNAVAILABLE",
        message=by_web,
        policy={"allowedSigners": [web]},
    )
    missing = rule("FORMAT", "On the wire", "Where attestation is required, a call without is refused.")
    bare = made.accept(
        "unattested-where-none-is-required",
        rule(
            "FORMAT",
            "An unattested call",
            "A call without attestation is allowed only where signatures are not required.",
        ),
        call(),
        requireSignatures=False,
    )
    made.reject(bare, "unattested", missing, "ATTESTATION_MISSING", policy={"requireSignatures": None})
    made.sent(made.example, "stripped", missing, "ATTESTATION_MISSING", modern=True)
    checked = rule(
        "FORMAT", "An unattested call", "An attestation that fails is refused also where none is required."
    )
    made.sent(
        bare, "invalid-where-none-is-required", checked, "PROOF_INVALID", proof(request(), sign=STRANGER.sign)
    )


def _time_and_place(made: Requests) -> None:
    """When, for whom, and once."""
    window = rule(
        "FORMAT",
        "Verification, At the server",
        "validFrom - skew <= now <= deadline + skew; skew is 60 s unless set.",
    )
    early = made.stated("as-early-as-skew-allows", window, proof(request()), at=at("11:36:25.120"))
    late = made.stated("as-late-as-skew-allows", window, proof(request()), at=at("11:43:25.120"))
    made.reject(early, "too-early", window, "NOT_YET_VALID", policy={"at": at("11:36:25.119")})
    made.reject(late, "too-late", window, "DEADLINE_PASSED", policy={"at": at("11:43:25.121")})
    made.reject(late, "too-late-for-a-smaller-skew", window, "DEADLINE_PASSED", policy={"clockSkew": 5})
    life = rule(
        "FORMAT",
        "Subject members, deadline",
        "The deadline is at most 300 s after validFrom, unless policy sets another lifetime.",
    )
    longest = made.stated("lifetime-of-300-s", life, proof(request(s__deadline=at("11:42:25.120"))))
    made.sent(
        longest,
        "lifetime-a-nanosecond-longer",
        life,
        "LIFETIME_TOO_LONG",
        proof(request(s__deadline=at("11:42:25.120000001"))),
    )
    made.reject(longest, "lifetime-longer-than-policy", life, "LIFETIME_TOO_LONG", policy={"maxLifetime": 60})
    exact = rule("FORMAT", "Subject members, audience", "The audience is compared exactly.")
    uri = made.stated(
        "audience-a-uri",
        exact,
        proof(request(s__audience="https://mail.example/mcp")),
        audience="https://mail.example/mcp",
    )
    made.sent(
        made.example, "another-server", exact, "AUDIENCE_MISMATCH", proof(request(s__audience=STRANGER.did))
    )
    for name, other in (
        ("audience-with-a-slash", "https://mail.example/mcp/"),
        ("audience-in-capitals", "https://MAIL.example/mcp"),
        ("audience-as-a-did", SERVER.did),
    ):
        made.reject(uri, name, exact, "AUDIENCE_MISMATCH", policy={"audience": other})
    once = rule(
        "FORMAT", "Verification, At the server", "Issuer, audience and nonce together are claimed once."
    )
    fresh = {"issuer": AGENT.did, "audience": SERVER.did, "nonce": nonce(0)}
    unlike = [
        {**fresh, "issuer": STRANGER.did},
        {**fresh, "audience": STRANGER.did},
        {**fresh, "nonce": nonce(1)},
    ]
    seen = made.stated("nonce-seen-with-others", once, proof(request()), noncesSeen=unlike)
    made.reject(seen, "replayed", once, "REPLAYED", policy={"noncesSeen": [*unlike, fresh]})
    made.sent(
        seen,
        "replayed-with-another-call",
        once,
        "REPLAYED",
        proof(request()),
        arguments={},
        policy={"noncesSeen": [fresh]},
    )


def _policy(made: Requests) -> None:
    """What the policy says of a call that is otherwise in order."""
    tools = rule(
        "FORMAT",
        "Verification, At the server",
        "In an entry of the policy, tools says which tools the signer may call.",
    )
    some = made.stated(
        "tool-allowed-by-pattern",
        tools,
        proof(request()),
        allowedSigners=[{"did": AGENT.did, "tools": ["read_*", "send_emai?"]}],
    )
    made.reject(
        some,
        "tool-not-allowed",
        tools,
        "POLICY_DENIED",
        policy={"allowedSigners": [{"did": AGENT.did, "tools": ["read_*", "Send_*"]}]},
    )
    made.reject(
        some,
        "no-tool-is-allowed",
        tools,
        "POLICY_DENIED",
        policy={"allowedSigners": [{"did": AGENT.did, "tools": []}]},
    )
    jkt = rule(
        "FORMAT",
        "Subject members, confirmation",
        "A call that names a key is refused unless the access token is bound to that key.",
    )
    made.refused(
        "confirmation-without-an-access-token",
        jkt,
        "POLICY_DENIED",
        request(s__confirmation={"jkt": "0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I"}),
    )
    definition = rule(
        "FORMAT",
        "Subject members, toolDefinitionDigest",
        "Another definition of the tool is a notice, and a problem where policy demands it.",
    )
    listed = {name: _TOOLS[0][name] for name in ("name", "description", "inputSchema")}
    of_listed = proof(request(s__toolDefinitionDigest=digest(canon(listed))))
    demanded = made.stated(
        "tool-definition-as-listed",
        definition,
        of_listed,
        toolDefinitions=[{**_TOOLS[0], "_meta": {}, "icons": []}],
        demandToolDefinition=True,
    )
    other = [{**_TOOLS[0], "description": "Sends a message, and a copy to the developer"}]
    made.stated(
        "tool-definition-changed",
        definition,
        of_listed,
        toolDefinitions=other,
        notices=["TOOL_DEFINITION_CHANGED"],
    )
    made.reject(
        demanded,
        "tool-definition-changed-where-it-counts",
        definition,
        "TOOL_DEFINITION_CHANGED",
        policy={"toolDefinitions": other},
    )
    chain = rule(
        "FORMAT",
        "Subject members, authorization",
        "authorization is 1 to 8 digests, and a notice where policy does not evaluate it.",
    )
    link = token(request(STRANGER, type=["VerifiableCredential"]), STRANGER)
    granted = {**proof(request(s__authorization=[digest(link.encode())])), "authorization": [link]}
    made.accept("authorization", chain, call(granted), granted, notices=["AUTHORIZATION_NOT_EVALUATED"])
    made.refused(
        "authorization-of-nine",
        chain,
        "INVALID_CREDENTIAL",
        request(s__authorization=[digest(bytes([n])) for n in range(9)]),
    )
    made.refused("authorization-of-none", chain, "INVALID_CREDENTIAL", request(s__authorization=[]))
    _basis(made)


def _basis(made: Requests) -> None:
    """What came in by another protocol and led to the call: stated, and evaluated by nobody here."""
    named = rule(
        "FORMAT", "Subject members, basis", "basis is 1 to 8 entries, each a type and a digest alone."
    )
    entries = [
        {"type": kind, "digestMultibase": digest(kind.encode())}
        for kind in ("a2a-message", "http-message", "ap2-mandate")
    ]
    carrier = proof(request(s__basis=entries))
    made.accept("basis", named, call(carrier), carrier)
    for name, basis in (
        ("basis-of-none", []),
        ("basis-of-nine", entries * 3),
        ("basis-with-more", [{**entries[0], "id": "urn:x:y"}]),
        ("basis-without-a-digest", [{"type": "ap2-mandate"}]),
    ):
        made.refused(name, named, "INVALID_CREDENTIAL", request(s__basis=basis))
    types = rule(
        "FORMAT", "Subject members, basis", "An entry of basis is a2a-message, http-message, ap2-mandate."
    )
    other = [{**entries[0], "type": "email"}]
    made.refused("basis-of-another-type", types, "INVALID_CREDENTIAL", request(s__basis=other))
