"""Responses: how the credential is secured and carried."""

from __future__ import annotations

from generator.book import rule
from generator.crypto import (
    AGENT,
    SERVER,
    SERVER_P256,
    SERVER_P384,
    nonce,
)
from generator.documents import (
    OUT,
    at,
    both,
    changed,
    jws,
    proof,
    request,
    response,
)
from generator.responses import ASKED, Responses


def add(made: Responses) -> None:
    """Add them."""
    forms = rule(
        "FORMAT",
        "Carriers",
        "The agent reads either securing of an answer, and verifies both where both are there.",
    )
    keys = rule("FORMAT", "Both credentials", "A server signs with Ed25519, P-256 or P-384.")
    plain = response(ASKED)
    hint = nonce(0)
    compact = made.accept("jws", forms, jws(plain, SERVER, hint=hint))
    double = made.accept("both", forms, both(plain, SERVER, hint=hint))
    made.accept("jws-eddsa", forms, jws(plain, SERVER, hint=hint, alg="EdDSA"))
    for name, key in (("p-256", SERVER_P256), ("p-384", SERVER_P384)):
        asked = proof(request(s__audience=key.did))
        made.accept(name, keys, proof(response(asked, key), key), asked=asked, key=key)
    asked = proof(request(s__audience=SERVER_P256.did))
    es256 = made.accept(
        "jws-es256",
        keys,
        jws(response(asked, SERVER_P256), SERVER_P256, hint=hint),
        asked=asked,
        key=SERVER_P256,
    )
    low_s = rule("FORMAT", "Bytes, One spelling", "ECDSA in an answer's securing is low-S.")
    high = jws(response(asked, SERVER_P256), SERVER_P256, hint=hint, sign=SERVER_P256.sign_other_s)
    made.answered(es256, "jws-es256-high-s", low_s, "PROOF_INVALID", high)
    agree = rule("FORMAT", "Carriers", "The two securings of an answer agree, else SECURINGS_DISAGREE.")
    other = changed(plain, s__completedAt=at("11:37:25.304"))
    made.answered(
        double,
        "both-of-different-credentials",
        agree,
        "SECURINGS_DISAGREE",
        {**both(plain, SERVER, hint=hint), **jws(other, SERVER, hint=hint)},
    )
    hints = rule(
        "FORMAT",
        "Carriers",
        "The hints beside an answer's JWS are its issuer, its validFrom and the request's nonce.",
    )
    made.answered(
        compact,
        "hint-signer-differs",
        hints,
        "INVALID_CREDENTIAL",
        {**jws(plain, SERVER, hint=hint), "signer": AGENT.did},
    )
    made.answered(
        compact,
        "hint-timestamp-absent",
        hints,
        "INVALID_CREDENTIAL",
        changed(jws(plain, SERVER, hint=hint), timestamp=OUT),
    )
    made.answered(
        compact, "hint-nonce-of-another-request", hints, "REQUEST_MISMATCH", jws(plain, SERVER, hint=nonce(1))
    )
    made.answered(compact, "hint-nonce-absent", hints, "REQUEST_MISMATCH", jws(plain, SERVER))
    carrier = rule("FORMAT", "Carriers", "In an answer the JWS stands under response_signature.")
    misnamed = {
        "request_signature" if name == "response_signature" else name: value
        for name, value in jws(plain, SERVER, hint=hint).items()
    }
    made.answered(compact, "jws-under-the-name-of-requests", carrier, "INVALID_CREDENTIAL", misnamed)
    headers = rule(
        "FORMAT", "Carriers", "The header of an answer's JWS is CANON, exactly alg, cty, kid and typ."
    )
    made.answered(
        compact,
        "jws-header-with-a-parameter-more",
        headers,
        "INVALID_CREDENTIAL",
        jws(plain, SERVER, hint=hint, iat=1),
    )
    made.answered(
        compact,
        "jws-alg-of-another-key",
        headers,
        "UNSUPPORTED_CRYPTOSUITE",
        jws(plain, SERVER, hint=hint, alg="ES256"),
    )
