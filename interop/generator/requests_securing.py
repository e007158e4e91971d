"""Requests: how the credential is secured and carried."""

from __future__ import annotations

from generator.book import Case, rule
from generator.crypto import (
    AGENT,
    AGENT_P256,
    AGENT_P384,
    STRANGER,
    base64url,
    canon,
    header_of,
    nonce,
    secured,
    wire,
)
from generator.documents import (
    EXAMPLE_REQUEST,
    OUT,
    at,
    both,
    changed,
    jws,
    proof,
    request,
)
from generator.requests import Requests


def add(made: Requests) -> None:
    """Add them."""
    forms = rule(
        "FORMAT", "Carriers", "A verifier reads either securing, and verifies both where both are there."
    )
    alg = rule("FORMAT", "Carriers", "alg is Ed25519 or EdDSA, ES256 or ES384, as the key demands.")
    suites = rule(
        "FORMAT", "Both credentials", "Ed25519 goes with eddsa-jcs-2022, P-256 and P-384 with ecdsa-jcs-2019."
    )
    low_s = rule("FORMAT", "Bytes, One spelling", "ECDSA is low-S in both securings.")
    compact = made.stated("jws", forms, jws(request()))
    double = made.stated("both", forms, both(request()))
    made.stated("jws-eddsa", alg, jws(request(), alg="EdDSA"))
    es256 = made.stated("jws-es256", alg, jws(request(AGENT_P256), AGENT_P256), key=AGENT_P256)
    es384 = made.stated("jws-es384", alg, jws(request(AGENT_P384), AGENT_P384), key=AGENT_P384)
    p256 = made.stated("p-256", suites, proof(request(AGENT_P256), AGENT_P256), key=AGENT_P256)
    made.stated("p-384", suites, proof(request(AGENT_P384), AGENT_P384), key=AGENT_P384)
    made.stated("both-p-256", suites, both(request(AGENT_P256), AGENT_P256), key=AGENT_P256)
    agree = rule(
        "FORMAT",
        "Carriers",
        "Under both the two are equal but for the proof, and both valid, else SECURINGS_DISAGREE.",
    )
    other = request(s__tool="read_email")
    made.sent(
        double,
        "both-of-different-credentials",
        agree,
        "SECURINGS_DISAGREE",
        {**both(request()), **jws(other)},
    )
    signature = both(request())["request_signature"]
    broken = signature[:-10] + ("A" if signature[-10] != "A" else "B") + signature[-9:]
    made.sent(
        double,
        "both-with-a-broken-jws",
        agree,
        "SECURINGS_DISAGREE",
        {**both(request()), "request_signature": broken},
        may_also=("PROOF_INVALID",),
    )
    forged = both(request())
    forged["credential"]["proof"]["proofValue"] = secured(other, AGENT)["proof"]["proofValue"]
    made.sent(
        double, "both-with-a-broken-proof", agree, "SECURINGS_DISAGREE", forged, may_also=("PROOF_INVALID",)
    )
    hints = rule(
        "FORMAT",
        "Carriers",
        "signer, timestamp and nonce beside a JWS are required, and are issuer, validFrom and nonce.",
    )
    for member, value in (("signer", STRANGER.did), ("timestamp", at("11:37:25.12")), ("nonce", nonce(1))):
        made.sent(
            compact, f"hint-{member}-differs", hints, "INVALID_CREDENTIAL", {**jws(request()), member: value}
        )
    made.sent(compact, "hint-signer-absent", hints, "INVALID_CREDENTIAL", changed(jws(request()), signer=OUT))
    made.sent(compact, "hint-nonce-absent", hints, "INVALID_CREDENTIAL", changed(jws(request()), nonce=OUT))
    header = rule("FORMAT", "Carriers", "The header of the JWS is CANON, and exactly alg, cty, kid and typ.")
    made.sent(
        compact,
        "jws-header-with-a-parameter-more",
        header,
        "INVALID_CREDENTIAL",
        jws(request(), iat=1774870645),
    )
    reordered = wire(dict(reversed(header_of(AGENT).items()))).encode()
    made.sent(compact, "jws-header-not-canon", header, "INVALID_CREDENTIAL", jws(request(), header=reordered))
    payload = rule("FORMAT", "Carriers", "The payload of the JWS is CANON of the credential without proof.")
    made.sent(
        compact,
        "jws-payload-not-canon",
        payload,
        "INVALID_CREDENTIAL",
        jws(request(), payload=wire(request()).encode()),
    )
    made.sent(compact, "jws-payload-with-a-proof", payload, "INVALID_CREDENTIAL", jws(EXAMPLE_REQUEST))
    none = rule("FORMAT", "Carriers", "alg is never negotiated: none, and another key's, are refused.")
    unsigned = jws(request(), alg="none")
    unsigned["request_signature"] = unsigned["request_signature"].rpartition(".")[0] + "."
    made.sent(compact, "jws-alg-none", none, "PROOF_MISSING", unsigned)
    made.sent(compact, "jws-alg-of-another-key", none, "UNSUPPORTED_CRYPTOSUITE", jws(request(), alg="ES256"))
    made.sent(
        compact,
        "jws-kid-of-another",
        rule("FORMAT", "Carriers", "kid is a verification method of the issuer's."),
        "KEY_NOT_CONTROLLED_BY_ISSUER",
        jws(request(), STRANGER),
    )
    source = rule(
        "RFC 7515", "4.1.11", "A JWS with crit, or with a key or a place of keys in its header, is refused."
    )
    made.sent(compact, "jws-crit", source, "PROOF_INVALID", jws(request(), crit=["exp"], exp=1))
    made.sent(compact, "jws-jku", source, "PROOF_INVALID", jws(request(), jku="https://agent.example/keys"))
    made.sent(
        compact,
        "jws-jwk",
        source,
        "PROOF_INVALID",
        jws(request(), jwk={"kty": "OKP", "crv": "Ed25519", "x": base64url(AGENT.raw)}),
    )
    for beside, key, name in (
        (es256, AGENT_P256, "jws-es256-high-s"),
        (es384, AGENT_P384, "jws-es384-high-s"),
    ):
        sign = key.sign_other_s
        made.sent(beside, name, low_s, "PROOF_INVALID", jws(request(key), key, sign=sign))
    made.sent(
        p256,
        "p-256-high-s",
        low_s,
        "PROOF_INVALID",
        proof(request(AGENT_P256), AGENT_P256, sign=AGENT_P256.sign_other_s),
    )
    made.sent(
        p256,
        "p-256-cryptosuite-of-eddsa",
        suites,
        "UNSUPPORTED_CRYPTOSUITE",
        proof(request(AGENT_P256), AGENT_P256, cryptosuite="eddsa-jcs-2022"),
    )
    _carriers(made, compact)


def _carriers(made: Requests, compact: Case) -> None:
    """The object around the credential."""
    carrier = rule(
        "FORMAT", "Carriers", "A carrier is an object with a credential, or with a JWS and its hints."
    )
    extra = made.stated(
        "carrier-with-members-unknown",
        rule("FORMAT", "Carriers", "Other members of a carrier are ignored."),
        {**proof(request()), "x": None},
    )
    made.sent(extra, "carrier-without-a-credential", carrier, "INVALID_CREDENTIAL", {"x": None})
    made.sent(
        made.example,
        "carrier-null",
        rule(
            "FORMAT",
            "An unattested call",
            "A carrier that is there is verified, also where none is required; null counts.",
        ),
        "INVALID_CREDENTIAL",
        None,
        policy={"requireSignatures": False},
    )
    made.sent(
        made.example, "carrier-a-string", carrier, "INVALID_CREDENTIAL", canon(EXAMPLE_REQUEST).decode()
    )
    made.sent(
        compact,
        "carrier-of-a-response",
        carrier,
        "INVALID_CREDENTIAL",
        {
            "response_signature" if name == "request_signature" else name: value
            for name, value in jws(request()).items()
        },
    )
    made.sent(
        made.example,
        "credential-without-proof",
        rule("FORMAT", "Both credentials", "A credential that is not in a JWS has a proof."),
        "PROOF_MISSING",
        {"credential": request()},
    )
