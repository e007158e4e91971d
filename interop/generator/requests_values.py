"""Requests: values embedded and committed to, and their limits."""

from __future__ import annotations

from typing import Any, Final

from generator.book import rule, run_length
from generator.crypto import (
    Document,
    base64url,
    commitment,
    jcs,
    nonce,
)
from generator.documents import (
    OUT,
    call,
    jws,
    proof,
    request,
)
from generator.requests import EXAMPLE, Requests

_WIDE: Final = {"account": 9007199254740993, "amount": 12.5}
_SALT: Final = nonce(0x10)


def add(made: Requests) -> None:
    """Add them."""
    digits: Document = {
        "s__arguments": OUT,
        "s__argumentsDigest": commitment("argumentsDigest", _WIDE, _SALT),
    }
    salted = {**proof(request(**digits)), "salts": {"argumentsDigest": _SALT}}
    committed = rule(
        "FORMAT",
        "Bytes, Commitment",
        "A commitment in the credential opens with the salt in the carrier and the value in the call.",
    )
    wide = made.accept("committed", committed, call(salted, arguments=_WIDE), salted)
    made.sent(
        wide,
        "committed-to-the-neighbouring-integer",
        committed,
        "CALL_MISMATCH",
        salted,
        arguments={**_WIDE, "account": 9007199254740992},
    )
    salts = rule("FORMAT", "Verification, At the server", "Every salt of a value in params is present.")
    made.sent(wide, "salt-absent", salts, "CALL_MISMATCH", proof(request(**digits)), arguments=_WIDE)
    made.sent(
        wide,
        "salt-under-another-name",
        salts,
        "CALL_MISMATCH",
        {**salted, "salts": {"parametersDigest": _SALT}},
        arguments=_WIDE,
    )
    made.sent(
        wide,
        "salt-of-another",
        committed,
        "CALL_MISMATCH",
        {**salted, "salts": {"argumentsDigest": nonce(0x40)}},
        arguments=_WIDE,
    )
    forms = rule(
        "FORMAT",
        "Bytes, Commitment",
        "Readers refuse a salt of another form, and two equal ones in a carrier.",
    )
    made.sent(
        wide,
        "salt-of-another-form",
        forms,
        "INVALID_CREDENTIAL",
        {**salted, "salts": {"argumentsDigest": _SALT + "="}},
        arguments=_WIDE,
    )
    made.sent(wide, "salts-null", forms, "INVALID_CREDENTIAL", {**salted, "salts": None}, arguments=_WIDE)
    task = {"ttl": 60000}
    parameters = commitment("parametersDigest", {"task": task}, nonce(0x20))
    document = request(**digits, s__parametersDigest=parameters)
    two = {**proof(document), "salts": {"argumentsDigest": _SALT, "parametersDigest": nonce(0x20)}}
    other = rule(
        "FORMAT",
        "Subject members, parametersDigest",
        "The other members of params are committed to, if and only if there are any.",
    )
    pair = made.accept("two-commitments", other, call(two, arguments=_WIDE, task=task), two)
    same = request(**digits, s__parametersDigest=commitment("parametersDigest", {"task": task}, _SALT))
    made.sent(
        pair,
        "two-salts-equal",
        forms,
        "INVALID_CREDENTIAL",
        {**proof(same), "salts": {"argumentsDigest": _SALT, "parametersDigest": _SALT}},
        arguments=_WIDE,
        task=task,
    )
    made.sent(
        pair, "parameter-added", other, "CALL_MISMATCH", two, arguments=_WIDE, task=task, priority="high"
    )
    made.sent(pair, "parameter-removed", other, "CALL_MISMATCH", two, arguments=_WIDE)
    made.sent(made.example, "parameter-unsigned", other, "CALL_MISMATCH", EXAMPLE, task=task)
    intent = {**proof(request(s__intentDigest=commitment("intentDigest", "Remind Alice", nonce(0x30))))}
    made.stated(
        "intent-committed",
        rule("FORMAT", "Subject members, intent", "A committed intent's value and salt do not travel."),
        intent,
    )
    both_forms = rule(
        "FORMAT",
        "Subject members, arguments",
        "A tools/call has exactly one of arguments and argumentsDigest.",
    )
    made.refused(
        "arguments-twice",
        both_forms,
        "INVALID_CREDENTIAL",
        request(s__argumentsDigest=digits["s__argumentsDigest"]),
    )
    made.refused("arguments-not-bound", both_forms, "INVALID_CREDENTIAL", request(s__arguments=OUT))
    embedded = rule(
        "FORMAT", "Bytes", "An embedded number is at most 2^53-1 in magnitude, written as an integer or not."
    )
    most = {"n": [9007199254740991, -9007199254740991, 0.1, 1e-07]}
    safe = made.accept("embedded-numbers", embedded, call(proof(request(s__arguments=most)), arguments=most))
    for name, value in (("embedded-2-53", 2**53), ("embedded-minus-2-53", -(2**53)), ("embedded-1e20", 1e20)):
        large = {"n": [value]}
        made.sent(
            safe, name, embedded, "NUMBER_OUT_OF_RANGE", proof(request(s__arguments=large)), arguments=large
        )
    deep: Any = {"to": "alice@example.com"}
    for _ in range(63):
        deep = {"a": deep}
    depth = rule("FORMAT", "Bytes", "A value nests at most 64 deep.")
    fits = made.accept("arguments-64-deep", depth, call(proof(request(s__arguments=deep)), arguments=deep))
    made.sent(
        fits,
        "arguments-65-deep",
        depth,
        "TOO_DEEP",
        proof(request(s__arguments={"a": deep})),
        arguments={"a": deep},
    )
    _sizes(made)


def _sizes(made: Requests) -> None:
    """Values that are larger than a credential may be."""
    size = rule(
        "FORMAT",
        "Bytes",
        "A credential whose CANON or JWS is over 1 MiB is refused; a message may be larger.",
    )
    text = "a" * (1 << 20)
    hidden = commitment("argumentsDigest", {"text": text}, _SALT)
    small = {
        **proof(request(s__arguments=OUT, s__argumentsDigest=hidden)),
        "salts": {"argumentsDigest": _SALT},
    }
    made.accept(
        "large-value-committed", size, run_length(call(small, arguments={"text": text}), "a", 1 << 20), small
    )
    large = proof(request(s__arguments={"text": text}))
    made.reject(
        made.example,
        "credential-over-1-mib",
        size,
        "TOO_LARGE",
        message=run_length(call(large, arguments={"text": text}), "a", 1 << 20),
    )
    accented = "é" * (9 << 16)
    wide = proof(request(s__arguments={"text": accented}))
    made.reject(
        made.example,
        "credential-over-1-mib-in-utf-8",
        size,
        "TOO_LARGE",
        message=run_length(call(wide, arguments={"text": accented}), "é", 9 << 16),
    )
    encoded = base64url(jcs(request(s__arguments={"text": "a" * 786432})))
    run = "YWFh" * 262140
    if encoded.count(run) != 1:
        raise ValueError("the base64url of a run of letters is no run")
    compact = call(jws(request(s__arguments={"text": "a" * 786432})), arguments={"text": "a" * 786432})
    before, after = compact.split(run)
    made.reject(
        made.example,
        "jws-over-1-mib",
        size,
        "TOO_LARGE",
        message=[*run_length(before, "a", 786432), ("YWFh", 262140), *run_length(after, "a", 786432)],
    )
