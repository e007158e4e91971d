"""Responses: keys, signers, times, and the text of the message."""

from __future__ import annotations

from typing import Final

from generator.book import replaced, rule
from generator.crypto import (
    AGENT,
    IDENTITY,
    SERVER,
    STRANGER,
    Document,
    multikey,
    secured,
)
from generator.documents import (
    EXAMPLE_RESPONSE,
    OUT,
    RESPONSE_KEY,
    answer,
    at,
    call,
    error_answer,
    proof,
    request,
    response,
    unattested,
)
from generator.responses import ASKED, EXAMPLE, Responses

_FAILED: Final = {"code": -32602, "message": "No such mailbox", "data": {"mailbox": "alice"}}


def add(made: Responses) -> None:
    """Add them."""
    _signers(made)
    _times(made)
    _text(made)


def _signers(made: Responses) -> None:
    """Who may answer."""
    signed = rule("FORMAT", "At the agent", "The proof of an answer is its issuer's, over this credential.")
    tampered = {
        **EXAMPLE_RESPONSE,
        "credentialSubject": {**EXAMPLE_RESPONSE["credentialSubject"], "completedAt": at("11:37:25.306")},
    }
    made.answered(made.example, "changed-credential", signed, "PROOF_INVALID", {"credential": tampered})
    made.answered(
        made.example,
        "signed-by-another-key",
        signed,
        "PROOF_INVALID",
        proof(response(ASKED), SERVER, sign=STRANGER.sign),
    )
    made.answered(
        made.example,
        "proof-by-the-method-of-another",
        signed,
        "KEY_NOT_CONTROLLED_BY_ISSUER",
        proof(response(ASKED), STRANGER),
    )
    who = rule(
        "FORMAT", "At the agent", "The signer is the audience if that is a DID, whoever else is allowed."
    )
    foreign = answer(proof(response(ASKED, STRANGER), STRANGER))
    made.reject(
        made.example,
        "signed-by-another-server",
        who,
        "SIGNER_NOT_ALLOWED",
        message=foreign,
        keys=(AGENT, STRANGER),
    )
    made.reject(
        made.example,
        "signed-by-a-server-that-is-allowed",
        who,
        "SIGNER_NOT_ALLOWED",
        message=foreign,
        keys=(AGENT, STRANGER),
        policy={"allowedSigners": [STRANGER.did]},
    )
    made.answered(
        made.example,
        "signed-by-the-agent-itself",
        who,
        "SIGNER_NOT_ALLOWED",
        proof(response(ASKED, AGENT), AGENT),
    )
    listed = rule(
        "FORMAT",
        "At the agent",
        "Where the audience is a URI, the signer is a DID that policy lists for that audience.",
    )
    uri = "https://mail.example/mcp"
    asked = proof(request(s__audience=uri))
    plain = made.accept(
        "audience-a-uri", listed, proof(response(asked), SERVER), asked=asked, allowedSigners=[SERVER.did]
    )
    made.accept(
        "audience-a-uri-of-this-signer",
        listed,
        proof(response(asked), SERVER),
        asked=asked,
        allowedSigners=[{"did": SERVER.did, "audience": uri}],
    )
    made.reject(
        plain,
        "signer-listed-for-another-audience",
        listed,
        "SIGNER_NOT_ALLOWED",
        policy={"allowedSigners": [{"did": SERVER.did, "audience": uri + "/"}]},
    )
    made.reject(
        plain, "signer-not-listed", listed, "SIGNER_NOT_ALLOWED", policy={"allowedSigners": [STRANGER.did]}
    )
    made.reject(
        plain,
        "nobody-is-listed",
        rule("FORMAT", "Verification", "Without an anchor for responses no response is verified."),
        "NO_TRUST_ANCHOR",
        policy={"allowedSigners": []},
    )
    small = f"did:key:{multikey('Ed25519', IDENTITY)}"
    to_small = proof(request(s__audience=small))
    forged = {
        "credential": secured(
            response(to_small, issuer=small),
            SERVER,
            verificationMethod=f"{small}#{small[8:]}",
            sign=lambda _: IDENTITY + bytes(32),
        )
    }
    made.reject(
        plain,
        "key-of-small-order",
        rule(
            "FORMAT",
            "Verification, Keys",
            "A server's key of small order is refused, though the call was addressed to it.",
        ),
        "KEY_INVALID",
        message=answer(forged),
        request=call(to_small),
        keys=(AGENT,),
    )
    missing = rule("FORMAT", "At the agent", "Where attestation is demanded, an answer without is refused.")
    made.answered(made.example, "unattested", missing, "ATTESTATION_MISSING")
    made.reject(
        made.example, "unattested-error", missing, "ATTESTATION_MISSING", message=error_answer(OUT, _FAILED)
    )
    made.answered(
        made.example,
        "unattested-by-one-that-declared",
        rule(
            "FORMAT",
            "Names, Settings",
            "A server that declared the attestation and answers without it is refused where it is required.",
        ),
        "ATTESTATION_STRIPPED",
        policy={"declared": True},
    )
    null = rule("FORMAT", "An unattested call", "A carrier that is there counts, null too.")
    made.answered(made.example, "carrier-null", null, "INVALID_CREDENTIAL", None)


def _times(made: Responses) -> None:
    """The times of an answer."""
    order = rule(
        "FORMAT",
        "Subject members, receivedAt",
        "request.validFrom - skew <= receivedAt <= completedAt <= validFrom, else TIME_MISMATCH.",
    )
    present = rule(
        "FORMAT",
        "Subject members, receivedAt",
        "validFrom of a response is not after now + skew at the agent.",
    )
    early: Document = {
        "s__receivedAt": at("11:36:25.120"),
        "s__completedAt": at("11:36:25.120"),
        "validFrom": at("11:36:25.120"),
    }
    first = made.accept("received-as-early-as-skew-allows", order, proof(response(ASKED, **early), SERVER))
    made.answered(
        first,
        "received-too-early",
        order,
        "TIME_MISMATCH",
        proof(response(ASKED, **{**early, "s__receivedAt": at("11:36:25.119999999")}), SERVER),
    )
    made.refused(
        "received-after-completed", order, "TIME_MISMATCH", response(ASKED, s__receivedAt=at("11:37:25.306"))
    )
    made.refused(
        "completed-after-signed", order, "TIME_MISMATCH", response(ASKED, s__completedAt=at("11:37:25.311"))
    )
    last = made.accept(
        "signed-as-late-as-skew-allows", present, proof(response(ASKED, validFrom=at("11:38:25.400")), SERVER)
    )
    made.answered(
        last,
        "signed-in-the-future",
        present,
        "TIME_MISMATCH",
        proof(response(ASKED, validFrom=at("11:38:25.401")), SERVER),
    )
    made.reject(
        last, "signed-in-the-future-for-a-smaller-skew", present, "TIME_MISMATCH", policy={"clockSkew": 59}
    )
    unsigned: Document = {"asked": OUT, "sent": call(), "audience": SERVER.did, "requireSignatures": False}
    free = made.accept(
        "unattested-call-signed-late",
        present,
        proof(unattested(validFrom=at("11:38:25.400")), SERVER),
        **unsigned,
    )
    made.answered(
        free,
        "unattested-call-signed-in-the-future",
        present,
        "TIME_MISMATCH",
        proof(unattested(validFrom=at("11:38:25.401")), SERVER),
    )
    fraction = rule(
        "FORMAT", "Both credentials", "Times with and without fractions are compared as times, not as text."
    )
    made.accept(
        "times-of-unequal-length",
        fraction,
        proof(
            response(
                ASKED,
                s__receivedAt=at("11:37:25.3"),
                s__completedAt=at("11:37:25.300000"),
                validFrom=at("11:37:25.3"),
            ),
            SERVER,
        ),
    )
    made.answered(
        made.example,
        "created-a-second-later",
        rule("FORMAT", "Both credentials", "created of a response is validFrom cut to the second."),
        "INVALID_CREDENTIAL",
        proof(response(ASKED), SERVER, created=at("11:37:26")),
    )


def _text(made: Responses) -> None:
    """The text of the message."""
    message = answer(EXAMPLE)
    strict = rule("FORMAT", "Bytes", "Duplicate member names in an answer are refused, escaped ones too.")
    made.reject(
        made.example,
        "duplicate-in-the-result",
        strict,
        "DUPLICATE_MEMBER",
        message=replaced(
            message,
            '"result":{"content":[{"type":"text","text":"sent"}],',
            '"result":{"content":[],"content":[{"type":"text","text":"sent"}],',
        ),
    )
    made.reject(
        made.example,
        "duplicate-escaped",
        strict,
        "DUPLICATE_MEMBER",
        message=replaced(message, '"id":1,"result":{', '"id":1,"\\u0072esult":{"content":[]},"result":{'),
    )
    doubled = message.index(f'"{RESPONSE_KEY}"')
    made.reject(
        made.example,
        "duplicate-carrier",
        strict,
        "DUPLICATE_MEMBER",
        message=message[:doubled] + f'"{RESPONSE_KEY}":null,' + message[doubled:],
    )
    outside = rule(
        "FORMAT",
        "Values and outcomes",
        "A result outside CANON is not delivered where attestation is required.",
    )
    plain = '"result":{"content":[{"type":"text","text":"sent"}]'
    made.reject(
        made.example,
        "nan-in-the-result",
        outside,
        "MALFORMED_JSON",
        message=replaced(message, plain, plain + ',"structuredContent":{"n":NaN}'),
    )
    made.reject(
        made.example,
        "float-that-is-no-double",
        outside,
        "NUMBER_OUT_OF_RANGE",
        message=replaced(message, plain, plain + ',"structuredContent":{"n":9007199254740993.0}'),
    )
    made.reject(
        made.example,
        "lone-surrogate-in-the-result",
        outside,
        "MALFORMED_JSON",
        message=replaced(message, plain, plain.replace("sent", "\\udc00")),
    )
    before, after = replaced(message, plain, plain + ',"structuredContent":\x00').split("\x00")
    made.reject(
        made.example,
        "result-65-deep",
        rule("FORMAT", "Bytes", "A result nests at most 64 deep."),
        "TOO_DEEP",
        message=[before, ("[", 64), ("]", 64), after],
    )
    looks = rule(
        "FORMAT",
        "Verification",
        "A member of an answer that a lenient reader takes for result or error is refused.",
    )
    made.reject(
        made.example,
        "result-in-capitals",
        looks,
        "CALL_MISMATCH",
        message=replaced(message, '"id":1,', '"id":1,"Result":{"content":[]},'),
    )
    both_members = rule("JSON-RPC", "5", "An answer has a result or an error, not both.")
    made.reject(
        made.example,
        "result-beside-error",
        both_members,
        "MALFORMED_JSON",
        message=replaced(message, '"id":1,', '"id":1,"error":{"code":-1,"message":"x"},'),
    )
