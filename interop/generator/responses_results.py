"""Responses: the request, the result or the error that they are about."""

from __future__ import annotations

from typing import Final

from generator.book import rule
from generator.crypto import (
    SERVER,
    STRANGER,
    Document,
    commitment,
    digest,
    nonce,
)
from generator.documents import (
    ARGUMENTS,
    DATA_KEY,
    EXAMPLE_REQUEST,
    OUT,
    RESPONSE_KEY,
    RESULT,
    answer,
    both,
    call,
    changed,
    digests,
    error_answer,
    failure,
    jws,
    proof,
    request,
    response,
    unattested,
)
from generator.responses import ASKED, EXAMPLE, Responses

_SALT: Final = nonce(0x20)
_FAILED: Final = {"code": -32602, "message": "No such mailbox", "data": {"mailbox": "alice"}}
_SERVER_INFO: Final = {"io.modelcontextprotocol/serverInfo": {"name": "mail", "version": "1.0.0"}}


def add(made: Responses) -> None:
    """Add them."""
    _request(made)
    _results(made)
    _errors(made)


def _request(made: Responses) -> None:
    """Which request it answers."""
    same = rule(
        "FORMAT", "At the agent", "request, agent, method and tool are those of the call that was sent."
    )
    other = proof(request(s__nonce=nonce(1), id="urn:uuid:5f3a9c1e-7b1d-4c55-9d0a-2f6b8e4d1a09"))
    made.answered(
        made.example, "answer-to-another-request", same, "REQUEST_MISMATCH", proof(response(other), SERVER)
    )
    made.refused(
        "another-digest",
        same,
        "REQUEST_MISMATCH",
        response(ASKED, s__request={"id": EXAMPLE_REQUEST["id"], "digestMultibase": digest(b"another")}),
    )
    made.refused("another-agent", same, "REQUEST_MISMATCH", response(ASKED, s__agent=STRANGER.did))
    made.refused("another-tool", same, "REQUEST_MISMATCH", response(ASKED, s__tool="read_email"))
    digests_of_both = rule(
        "FORMAT",
        "Subject members, request",
        "jwsDigest is there if and only if the request's carrier held both.",
    )
    twice = both(request())
    double = made.accept("request-under-both", digests_of_both, proof(response(twice), SERVER), asked=twice)
    made.accept(
        "request-under-jws", digests_of_both, proof(response(jws(request())), SERVER), asked=jws(request())
    )
    bare = changed(
        response(twice),
        s__request={"id": EXAMPLE_REQUEST["id"], "digestMultibase": digests(twice)["digestMultibase"]},
    )
    made.answered(double, "jws-digest-absent", digests_of_both, "REQUEST_MISMATCH", proof(bare, SERVER))
    more = response(ASKED)["credentialSubject"]["request"]
    made.refused(
        "jws-digest-of-no-jws",
        digests_of_both,
        "REQUEST_MISMATCH",
        response(ASKED, s__request={**more, "jwsDigest": digest(b"jws")}),
    )
    without = rule(
        "FORMAT",
        "An unattested call",
        "The answer to an unattested call binds the arguments and names no request and no agent.",
    )
    unsigned: Document = {"asked": OUT, "audience": SERVER.did, "requireSignatures": False}
    free = made.accept("unattested-call", without, proof(unattested(), SERVER), sent=call(), **unsigned)
    hidden = commitment("argumentsDigest", ARGUMENTS, _SALT)
    salted = {
        **proof(unattested(s__arguments=OUT, s__argumentsDigest=hidden), SERVER),
        "salts": {"argumentsDigest": _SALT},
    }
    made.accept("unattested-call-committed", without, salted, sent=call(), **unsigned)
    hints = rule("FORMAT", "Carriers", "The hint nonce is absent in the answer to an unattested call.")
    token = made.accept(
        "unattested-call-under-jws", hints, jws(unattested(), SERVER), sent=call(), **unsigned
    )
    made.answered(
        token,
        "unattested-call-under-jws-with-a-nonce",
        hints,
        "REQUEST_MISMATCH",
        jws(unattested(), SERVER, hint=nonce(0)),
    )
    made.answered(
        free,
        "unattested-call-with-other-arguments",
        without,
        "REQUEST_MISMATCH",
        proof(unattested(s__arguments={**ARGUMENTS, "to": "mallory@example.com"}), SERVER),
    )
    made.answered(free, "unattested-call-answered-for-an-attested-one", without, "REQUEST_MISMATCH", EXAMPLE)
    made.answered(
        made.example,
        "attested-call-answered-as-unattested",
        rule(
            "FORMAT", "An unattested call", "A client that did sign refuses an answer that names no request."
        ),
        "REQUEST_MISMATCH",
        proof(unattested(), SERVER),
    )


def _results(made: Responses) -> None:
    """The result, as the eras of the protocol have it."""
    eras = rule(
        "FORMAT", "Values and outcomes", "Absent resultType reads complete; then absent isError reads false."
    )
    carrier = EXAMPLE
    old = made.accept("2025-11-25", eras, carrier, answer(carrier, {"content": RESULT["content"]}))
    made.accept(
        "2026-07-28",
        eras,
        carrier,
        answer(carrier, {"resultType": "complete", "content": RESULT["content"]}, meta=_SERVER_INFO),
        sent=call(ASKED, modern=True),
    )
    equal = rule("FORMAT", "At the agent", "The result is the one that was signed, by CANON.")
    made.answered(
        old,
        "changed-result",
        equal,
        "RESULT_MISMATCH",
        carrier,
        {"content": [{"type": "text", "text": "Sent"}]},
    )
    made.answered(
        made.example, "member-added-to-the-result", equal, "RESULT_MISMATCH", carrier, structuredContent={}
    )
    made.answered(
        made.example,
        "content-reordered",
        equal,
        "RESULT_MISMATCH",
        proof(
            response(
                ASKED, s__result={**RESULT, "content": [*RESULT["content"], {"type": "text", "text": "2"}]}
            ),
            SERVER,
        ),
        {**RESULT, "content": [{"type": "text", "text": "2"}, *RESULT["content"]]},
    )
    own = rule(
        "FORMAT", "Values and outcomes", "A result is signed without its own _meta; nested ones stay bound."
    )
    nested = {**RESULT, "content": [{"type": "text", "text": "sent", "_meta": {"source": "smtp"}}]}
    bound = proof(response(ASKED, s__result=nested), SERVER)
    inner = made.accept(
        "nested-meta", own, bound, answer(bound, nested, meta={"com.example/hop": 1, **_SERVER_INFO})
    )
    made.answered(
        inner,
        "nested-meta-changed",
        own,
        "RESULT_MISMATCH",
        bound,
        {**RESULT, "content": [{"type": "text", "text": "sent", "_meta": {"source": "imap"}}]},
    )
    made.answered(inner, "nested-meta-removed", own, "RESULT_MISMATCH", bound, RESULT)
    wide = {**RESULT, "structuredContent": {"messageId": 9007199254740993}}
    hidden = response(ASKED, s__result=OUT, s__resultDigest=commitment("resultDigest", wide, _SALT))
    salted = {**proof(hidden, SERVER), "salts": {"resultDigest": _SALT}}
    committed = rule("FORMAT", "Bytes, Commitment", "A committed result opens with the salt in the carrier.")
    digits = made.accept("committed", committed, salted, answer(salted, wide))
    made.answered(
        digits,
        "committed-to-another",
        committed,
        "RESULT_MISMATCH",
        salted,
        {**RESULT, "structuredContent": {"messageId": 9007199254740992}},
    )
    made.answered(digits, "committed-salt-absent", committed, "RESULT_MISMATCH", proof(hidden, SERVER), wide)
    made.answered(
        digits,
        "committed-number-become-a-double",
        committed,
        "RESULT_MISMATCH",
        {**salted},
        {**RESULT, "structuredContent": {"messageId": 9007199254740992.0}},
    )
    form = rule(
        "FORMAT", "Bytes, Commitment", "Readers refuse a salt of another form in an answer's carrier."
    )
    made.answered(
        digits,
        "committed-salt-of-another-form",
        form,
        "INVALID_CREDENTIAL",
        {**salted, "salts": {"resultDigest": _SALT[:-1]}},
        wide,
    )


def _errors(made: Responses) -> None:
    """The error, and where the carrier stands in it."""
    placed = rule(
        "FORMAT",
        "Carriers, Errors",
        "In an error the carrier stands in data: beside its members, or alone where there was none.",
    )
    wrapped = rule(
        "FORMAT",
        "Carriers, Errors",
        "data that is no object, null, or has such a key, is wrapped, and unwrapped where it stands alone.",
    )
    carrier = proof(failure(ASKED, s__error=_FAILED), SERVER)
    good = made.accept("error-with-data", placed, carrier, error_answer(carrier, _FAILED))
    plain = {"code": -32602, "message": "No such mailbox"}
    alone = proof(failure(ASKED, s__error=plain), SERVER)
    made.accept("error-without-data", placed, alone, error_answer(alone, plain))
    for name, data in (
        ("a-string", "mailbox"),
        ("null", None),
        ("with-our-key", {DATA_KEY: 1}),
        ("with-a-carrier", {RESPONSE_KEY: 1}),
    ):
        error = {**plain, "data": data}
        bound = proof(failure(ASKED, s__error=error), SERVER)
        made.accept(f"error-data-{name}", wrapped, bound, error_answer(bound, error, wrapped=True))
    made.reject(
        good,
        "error-data-wrapped-beside-another-member",
        wrapped,
        "RESULT_MISMATCH",
        message=error_answer(carrier, {**plain, "data": {DATA_KEY: _FAILED["data"], "x": 1}}),
    )
    stated = rule(
        "FORMAT",
        "Values and outcomes",
        "An error is signed as code, message and data; data {} reads absent, other members are taken out.",
    )
    empty = error_answer(alone, {**plain, "details": "/var/mail"})
    made.accept("error-with-another-member", stated, alone, empty)
    made.accept(
        "error-data-empty-where-wrapped",
        stated,
        alone,
        error_answer(alone, {**plain, "data": {}}, wrapped=True),
    )
    same = rule("FORMAT", "At the agent", "The error is the one that was signed.")
    made.reject(
        good,
        "error-code-changed",
        same,
        "RESULT_MISMATCH",
        message=error_answer(carrier, {**_FAILED, "code": -32603}),
    )
    made.reject(
        good,
        "error-message-changed",
        same,
        "RESULT_MISMATCH",
        message=error_answer(carrier, {**_FAILED, "message": "Sent"}),
    )
    made.reject(
        good,
        "error-data-changed",
        same,
        "RESULT_MISMATCH",
        message=error_answer(carrier, {**_FAILED, "data": {"mailbox": "bob"}}),
    )
    members = rule("JSON-RPC", "5.1", "An error has an integer code and a message.")
    made.reject(
        good,
        "error-without-a-code",
        members,
        "OUTCOME_MISMATCH",
        message=error_answer(carrier, changed(_FAILED, code=OUT)),
    )
