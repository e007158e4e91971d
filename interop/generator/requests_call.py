"""Requests: the credential and the call that it comes with, and the text of the message."""

from __future__ import annotations

from typing import Final

from generator.book import replaced, rule
from generator.crypto import (
    Document,
    commitment,
    digest,
    nonce,
)
from generator.documents import (
    ARGUMENTS,
    OUT,
    REQUEST_KEY,
    call,
    changed,
    proof,
    request,
)
from generator.requests import EXAMPLE, Requests

_SALT: Final = nonce(0x10)


def add(made: Requests) -> None:
    """Add them."""
    _call(made)
    _text(made)


def _call(made: Requests) -> None:
    """The credential against the params."""
    equal = rule("FORMAT", "Bytes, Equality", "Equality with the actual call is equality of CANON.")
    numbers = {"n": 1, "m": [True, {"b": 0, "a": None}]}
    carrier = proof(request(s__arguments=numbers))
    message = call(carrier, arguments={"m": [True, {"a": None, "b": 0}], "n": 1})
    same = made.accept("equal-by-canon", equal, replaced(message, '"n":1}', '"n":1.0}'), carrier)
    made.sent(same, "true-for-one", equal, "CALL_MISMATCH", carrier, arguments={**numbers, "n": True})
    made.sent(
        same, "null-removed", equal, "CALL_MISMATCH", carrier, arguments={"n": 1, "m": [True, {"b": 0}]}
    )
    power: Document = {
        "s__arguments": OUT,
        "s__argumentsDigest": commitment("argumentsDigest", {"n": 10**21}, _SALT),
    }
    digits = {**proof(request(**power)), "salts": {"argumentsDigest": _SALT}}
    large = made.accept("integer-of-22-digits", equal, call(digits, arguments={"n": 10**21}), digits)
    made.reject(
        large,
        "integer-become-a-double",
        equal,
        "CALL_MISMATCH",
        message=replaced(call(digits, arguments={"n": 10**21}), "1000000000000000000000", "1e21"),
    )
    exactly = rule(
        "FORMAT",
        "Verification, At the server",
        "The call has exactly the method, tool and arguments that were signed.",
    )
    example = EXAMPLE
    made.sent(
        made.example,
        "changed-argument",
        exactly,
        "CALL_MISMATCH",
        example,
        arguments={**ARGUMENTS, "to": "mallory@example.com"},
    )
    made.sent(
        made.example,
        "added-argument",
        exactly,
        "CALL_MISMATCH",
        example,
        arguments={**ARGUMENTS, "bcc": "mallory@example.com"},
    )
    made.sent(made.example, "removed-arguments", exactly, "CALL_MISMATCH", example, arguments=OUT)
    made.sent(made.example, "another-tool", exactly, "CALL_MISMATCH", example, name="delete_email")
    empty = rule(
        "FORMAT",
        "Values and outcomes",
        "arguments absent or null reads {}; anything but an object is refused.",
    )
    nothing = proof(request(s__arguments={}))
    absent = made.accept("arguments-absent", empty, call(nothing, arguments=OUT), nothing)
    made.accept("arguments-null", empty, call(nothing, arguments=None), nothing)
    made.sent(absent, "arguments-an-array", empty, "CALL_MISMATCH", nothing, arguments=[])
    made.sent(absent, "arguments-a-string", empty, "CALL_MISMATCH", nothing, arguments="{}")
    unbound = rule(
        "FORMAT",
        "Subject members, Never bound",
        "The JSON-RPC id and all else in _meta may be rewritten on the way.",
    )
    hop = {
        "traceparent": "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
        "progressToken": "p1",
        "com.example/hop": {"n": 1},
    }
    made.accept("rewritten-by-a-gateway", unbound, call(example, identifier="gateway-7", meta=hop), example)
    made.accept("2026-07-28", unbound, call(example, modern=True), example)
    _retries(made)


def _retries(made: Requests) -> None:
    """Calls that continue an exchange."""
    retry = rule(
        "FORMAT",
        "Subject members, continuationOf",
        "continuationOf is there if and only if the call holds inputResponses or requestState.",
    )
    responses = {"confirm": {"action": "accept", "content": {"send": True}}}
    state = "eyJzdGVwIjoyfQ"
    members: Document = {
        "s__inputResponsesDigest": commitment("inputResponsesDigest", responses, nonce(0x20)),
        "s__requestStateDigest": commitment("requestStateDigest", state, nonce(0x30)),
        "s__continuationOf": {},
    }
    salts = {"inputResponsesDigest": nonce(0x20), "requestStateDigest": nonce(0x30)}
    carrier = {**proof(request(**members)), "salts": salts}
    params: Document = {"modern": True, "inputResponses": responses, "requestState": state}
    again = made.accept("retry", retry, call(carrier, **params), carrier)
    made.sent(
        again,
        "retry-without-continuation",
        retry,
        "INVALID_CREDENTIAL",
        {**proof(changed(request(**members), s__continuationOf=OUT)), "salts": salts},
        **params,
    )
    made.refused("continuation-without-retry", retry, "INVALID_CREDENTIAL", request(s__continuationOf={}))
    bound = rule(
        "FORMAT",
        "Subject members",
        "inputResponsesDigest, requestStateDigest and taskId stand for members of params, and all of them.",
    )
    made.sent(
        again,
        "answer-exchanged",
        bound,
        "CALL_MISMATCH",
        carrier,
        **{**params, "inputResponses": {"confirm": {"action": "decline"}}},
    )
    made.sent(
        again,
        "state-exchanged",
        bound,
        "CALL_MISMATCH",
        carrier,
        **{**params, "requestState": "eyJzdGVwIjozfQ"},
    )
    made.sent(again, "state-removed", bound, "CALL_MISMATCH", carrier, modern=True, inputResponses=responses)
    made.sent(made.example, "answer-unsigned", bound, "CALL_MISMATCH", EXAMPLE, inputResponses=responses)
    made.sent(made.example, "task-unsigned", bound, "CALL_MISMATCH", EXAMPLE, taskId="task-1")
    held = rule(
        "FORMAT",
        "Subject members, continuationOf",
        "A server that holds its answer refuses a continuation of another one, or with another requestState.",
    )
    before: Document = {"request": digest(b"the request"), "response": digest(b"the answer")}
    continued = {**proof(request(**{**members, "s__continuationOf": before})), "salts": salts}
    answers = [{**before, "tool": "send_email", "requestState": state}]
    known = made.accept(
        "retry-of-a-held-answer", held, call(continued, **params), continued, heldAnswers=answers
    )
    made.reject(
        known,
        "retry-of-an-answer-with-another-state",
        held,
        "CALL_MISMATCH",
        policy={"heldAnswers": [{**answers[0], "requestState": "other"}]},
    )
    made.reject(
        known,
        "retry-of-an-answer-to-another-request",
        held,
        "CALL_MISMATCH",
        policy={"heldAnswers": [{**answers[0], "request": digest(b"another")}]},
    )
    made.accept(
        "retry-of-an-answer-not-held",
        rule(
            "FORMAT",
            "Subject members, continuationOf",
            "A server that does not hold the answer that is continued notes it.",
        ),
        call(continued, **params),
        continued,
        notices=["REQUEST_MISMATCH"],
    )


def _text(made: Requests) -> None:
    """The text of the message."""
    message = call(EXAMPLE)
    strict = rule(
        "FORMAT",
        "Bytes",
        "Duplicate member names in a message are refused, escaped ones too, wherever they stand.",
    )
    made.reject(
        made.example,
        "duplicate-method",
        strict,
        "DUPLICATE_MEMBER",
        message=replaced(
            message, '"method":"tools/call","params"', '"method":"ping","method":"tools/call","params"'
        ),
    )
    made.reject(
        made.example,
        "duplicate-escaped",
        strict,
        "DUPLICATE_MEMBER",
        message=replaced(message, '"params":{', '"params":{"\\u006eame":"delete_email",'),
    )
    made.reject(
        made.example,
        "duplicate-in-the-arguments",
        strict,
        "DUPLICATE_MEMBER",
        message=replaced(
            message,
            '"params":{"name":"send_email","arguments":{',
            '"params":{"name":"send_email","arguments":{"to":"mallory@example.com",',
        ),
    )
    credential = message.index(f'"{REQUEST_KEY}"')
    doubled = message[:credential] + f'"{REQUEST_KEY}":null,' + message[credential:]
    made.reject(made.example, "duplicate-carrier", strict, "DUPLICATE_MEMBER", message=doubled)
    number = rule("FORMAT", "Bytes, CANON", "Number tokens that no double is are refused in a message too.")
    plain = '"subject":"Meeting tomorrow"},"_meta"'
    made.reject(
        made.example,
        "float-that-is-no-double",
        number,
        "NUMBER_OUT_OF_RANGE",
        message=replaced(message, plain, '"subject":9007199254740993.0},"_meta"'),
    )
    made.reject(
        made.example,
        "float-too-large",
        number,
        "NUMBER_OUT_OF_RANGE",
        message=replaced(message, plain, '"subject":1e400},"_meta"'),
    )
    malformed = rule(
        "FORMAT",
        "Bytes",
        "NaN, lone surrogates, invalid UTF-8 and a byte-order mark in a message are refused.",
    )
    made.reject(
        made.example,
        "nan-as-an-argument",
        malformed,
        "MALFORMED_JSON",
        message=replaced(message, plain, '"subject":NaN},"_meta"'),
    )
    made.reject(
        made.example,
        "lone-surrogate-as-an-argument",
        malformed,
        "MALFORMED_JSON",
        message=replaced(message, plain, '"subject":"\\ud800"},"_meta"'),
    )
    made.reject(
        made.example,
        "invalid-utf-8",
        malformed,
        "MALFORMED_JSON",
        message=replaced(message, plain, '"subject":"\x00"},"_meta"').encode().replace(b"\x00", b"\xff"),
    )
    made.reject(
        made.example,
        "byte-order-mark",
        malformed,
        "MALFORMED_JSON",
        message=b"\xef\xbb\xbf" + message.encode(),
    )
    deep = rule("FORMAT", "Bytes", "A message nests at most 80 deep.")
    meta = '"_meta":{"progressToken":7'
    made.reject(
        made.example,
        "message-too-deep",
        deep,
        "TOO_DEEP",
        message=[
            replaced(message, meta, meta + ',"x":\x00').split("\x00")[0],
            ("[", 78),
            ("]", 78),
            replaced(message, meta, meta + ',"x":\x00').split("\x00")[1],
        ],
    )
    looks = rule(
        "FORMAT",
        "Verification, At the server",
        "What was verified is what runs: a member that a lenient reader takes for a known one is refused.",
    )
    made.reject(
        made.example,
        "method-in-capitals",
        looks,
        "CALL_MISMATCH",
        message=replaced(message, '"params":{', '"Method":"tools/call","params":{'),
    )
    made.reject(
        made.example,
        "arguments-with-a-long-s",
        looks,
        "CALL_MISMATCH",
        message=replaced(message, '"params":{', '"params":{"argument\u017f":{"to":"mallory@example.com"},'),
    )
    made.reject(
        made.example,
        "params-with-a-long-s",
        looks,
        "CALL_MISMATCH",
        message=replaced(message, '"params":{', '"param\u017f":{},"params":{'),
    )
    identified = rule(
        "FORMAT", "Verification, At the server", "A tools/call without an id is refused and never runs."
    )
    made.sent(made.example, "without-an-id", identified, "CALL_MISMATCH", EXAMPLE, identifier=OUT)
    made.reject(
        made.example,
        "batch",
        rule("MCP", "2025-06-18 changelog", "Batches of JSON-RPC messages are not supported."),
        "MALFORMED_JSON",
        message=f"[{message}]",
    )
    spelled = replaced(message, '"tools/call","params"', '"tools\\u002fcall","params"')
    escaped = made.accept(
        "method-escaped",
        rule("RFC 8259", "8.3", "Escapes are undone before names and values are compared."),
        spelled,
        EXAMPLE,
    )
    made.reject(
        escaped,
        "method-escaped-and-unattested",
        rule("RFC 8259", "8.3", "An escaped method is the same method: it needs its attestation."),
        "ATTESTATION_MISSING",
        message=replaced(call(), '"tools/call"', '"tools\\u002fcall"'),
    )
