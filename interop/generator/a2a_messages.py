"""Kind `a2a-message`: attestations of tool calls in the metadata of A2A's Messages, Tasks and Artifacts."""

from __future__ import annotations

import json
from typing import Any, Final

from generator.a2a_cards import A2A_EXTENSION
from generator.book import Book, Bytes, Case, Rule, Writer, replaced, rule
from generator.credentials import degree
from generator.crypto import (
    AGENT,
    AGENT_P256,
    SERVER,
    SERVER_P256,
    STRANGER,
    Document,
    TestKey,
    commitment,
    nonce,
    secured,
    wire,
)
from generator.documents import ARGUMENTS, OUT, RESULT, at, both, jws, proof, request, response

__all__ = ["add"]

_NOW: Final = at("11:37:26")
_SENT: Final = '"text":"sent"}],"isError"'
_SEEN: Final = '"text":"seen"}],"isError"'
CARRIED = rule("A2A", "4.6", "What an extension adds stands in metadata, under the extension's whole URI.")
EACH_KIND = rule(
    "A2A-EXTENSION",
    "Attestations in messages",
    "A Message, a Task and an Artifact each carry a request or a response.",
)
INSIDE = rule(
    "A2A-EXTENSION",
    "Attestations in messages",
    "What a Task holds in status, history and artifacts is verified with it.",
)
ALL = rule(
    "A2A-EXTENSION",
    "Attestations in messages",
    "Every attestation that is carried verifies, or the whole is refused.",
)
AGAIN = rule(
    "A2A", "4.6", "Metadata survives a way through protobuf: order, spelling and spacing do not matter."
)
WIDE = rule(
    "A2A-EXTENSION",
    "Attestations in messages",
    "No number beyond 2^53-1 is carried, which the way would round.",
)
TRAVELS = rule(
    "A2A-EXTENSION", "Attestations in messages", "What a request, a response or an event carries is verified."
)
OTHERS = rule("A2A", "4.6", "Metadata of other extensions stands beside.")
VERSION = rule("A2A", "4.6.3", "Another URI is another extension, and another version one.")
CARRIER = rule("FORMAT", "Carriers", "A carrier is an object with a credential, a JWS, or both.")
ONE_KIND = rule("FORMAT", "Carriers", "A carrier is that of a request or of a response.")
AGREE = rule("FORMAT", "Carriers", "Credential and JWS of a carrier are one attestation.")
HINTS = rule("FORMAT", "Carriers", "The hints beside a JWS repeat what it says.")
INTEGRITY = rule(
    "FORMAT", "Verification", "An attestation that was changed after it was signed does not verify."
)
TRUST = rule("FORMAT", "Verification", "Who attests is one that the policy allows.")
SECURED = rule("FORMAT", "Both credentials", "An attestation is secured, by a proof or in a JWS.")
COMMITTED = rule("FORMAT", "Values and outcomes", "A value that is committed to, and not there, is told of.")
TIMES = rule("FORMAT", "Verification", "An attestation is none before its validFrom.")
BOUND = rule("FORMAT", "Verification", "What a message may ask of a verifier has a bound: 32 attestations.")


def _message(carrier: Any, *, uri: str = A2A_EXTENSION, **members: Any) -> Document:
    message = {
        "messageId": "msg-1",
        "role": "ROLE_USER",
        "parts": [{"text": "Please send the invitation."}],
        "metadata": {uri: carrier},
        "extensions": [uri],
        **members,
    }
    return {name: value for name, value in message.items() if value is not OUT}


def _artifact(carrier: Any) -> Document:
    return {
        "artifactId": "art-1",
        "parts": [{"text": "sent"}],
        "metadata": {A2A_EXTENSION: carrier},
        "extensions": [A2A_EXTENSION],
    }


def _task(carrier: Any = OUT, **members: Any) -> Document:
    task: Document = {
        "id": "task-1",
        "contextId": "ctx-1",
        "status": {"state": "TASK_STATE_COMPLETED"},
        **members,
    }
    return task if carrier is OUT else {**task, "metadata": {A2A_EXTENSION: carrier}}


class _Messages(Writer):
    """Writes cases of this kind into the book."""

    part = "message"

    def accept(
        self,
        name: str,
        of: Rule,
        message: Document,
        *signers: TestKey,
        document: Document | None = None,
        text: str | None = None,
        notices: list[str] | None = None,
    ) -> Case:
        """A message all of whose attestations verify. `document`: the one that it carries."""
        expected: Document = {"issuers": [each.did for each in signers]}
        if document is not None:
            expected["document"] = document
        if notices:
            expected["notices"] = notices
        keys = list(dict.fromkeys(signers))
        return self._book.accept(
            "a2a-message",
            name,
            of,
            input={"message": wire(message) if text is None else text},
            keys=keys,
            policy={"at": _NOW, "allowedSigners": [each.did for each in keys]},
            expected=expected,
        )

    def text_of(self, value: Any) -> Bytes:
        """Its text."""
        return wire(value)


def add(book: Book) -> None:
    """Write the cases."""
    messages = _Messages(book)
    asked = proof(request())
    first = messages.accept("message", CARRIED, _message(asked), AGENT, document=request())
    _carried(messages, first, asked)
    _carriers(messages, first, asked)
    _attestations(messages, first, asked)


def _carried(messages: _Messages, first: Case, asked: Document) -> None:
    answered = proof(response(asked), SERVER)
    messages.accept("artifact", EACH_KIND, _artifact(answered), SERVER, document=response(asked))
    messages.accept("task", EACH_KIND, _task(answered), SERVER, document=response(asked))
    messages.accept("message-with-a-response", EACH_KIND, _message(answered, role="ROLE_AGENT"), SERVER)
    whole = _task(history=[_message(asked)], artifacts=[_artifact(answered)])
    trail = messages.accept("task-with-history-and-artifact", INSIDE, whole, AGENT, SERVER)
    status = _task(status={"state": "TASK_STATE_COMPLETED", "message": _message(answered, role="ROLE_AGENT")})
    within = messages.accept("message-of-a-status", INSIDE, status, SERVER, document=response(asked))
    text = replaced(wire(whole), _SENT, _SEEN)
    messages.reject(trail, "broken-artifact-of-a-task", ALL, "PROOF_INVALID", text)
    messages.reject(
        trail,
        "broken-history-of-a-task",
        ALL,
        "PROOF_INVALID",
        replaced(wire(whole), "Meeting tomorrow", "Meeting today"),
    )
    messages.reject(
        trail, "stranger-in-an-artifact", ALL, "SIGNER_NOT_ALLOWED", policy={"allowedSigners": [AGENT.did]}
    )
    messages.reject(
        within,
        "broken-message-of-a-status",
        ALL,
        "PROOF_INVALID",
        replaced(wire(status), _SENT, _SEEN),
    )
    send = {"jsonrpc": "2.0", "id": 1, "method": "SendMessage", "params": {"message": _message(asked)}}
    sent = messages.accept("in-a-request", TRAVELS, send, AGENT, document=request())
    messages.reject(
        sent, "broken-in-a-request", TRAVELS, "PROOF_INVALID", replaced(wire(send), "tomorrow", "tonight")
    )
    result = {"jsonrpc": "2.0", "id": 1, "result": {"task": _task(artifacts=[_artifact(answered)])}}
    messages.accept("in-a-response", TRAVELS, result, SERVER, document=response(asked))
    update = {"artifactUpdate": {"taskId": "task-1", "contextId": "ctx-1", "artifact": _artifact(answered)}}
    messages.accept("in-an-event", TRAVELS, update, SERVER, document=response(asked))
    numbered = proof(request(s__arguments={"amount": 1, "rate": 0.5}))
    turned = json.loads(wire(_message(numbered)))
    turned["metadata"][A2A_EXTENSION]["credential"] = dict(
        reversed(turned["metadata"][A2A_EXTENSION]["credential"].items())
    )
    spelled = json.dumps(turned, indent=2).replace('"amount": 1', '"amount": 1.0').replace("0.5", "5e-1")
    struct = messages.accept("through-protobuf", AGAIN, _message(numbered), AGENT, text=spelled)
    messages.reject(
        struct, "through-protobuf-another-number", AGAIN, "PROOF_INVALID", spelled.replace("5e-1", "5e-2")
    )
    exact = proof(request(s__arguments={"account": 2**53 - 1}))
    kept = messages.accept("widest-integer", WIDE, _message(exact), AGENT)
    rounded = wire(_message(proof(request(s__arguments={"account": 2**53 + 1}))))
    messages.reject(
        kept, "rounded-integer", WIDE, "NUMBER_OUT_OF_RANGE", rounded.replace(str(2**53 + 1), str(2**53))
    )
    others = _message(asked)
    others["metadata"]["https://example.com/timestamp/v1"] = {"at": _NOW}
    others["extensions"].append("https://example.com/timestamp/v1")
    messages.accept("another-extension-beside", OTHERS, others, AGENT, document=request())
    messages.accept("extension-not-listed", CARRIED, _message(asked, extensions=OUT), AGENT)
    for name, uri in (
        ("another-version", A2A_EXTENSION[:-1] + "2"),
        ("another-extension", "https://example.com/attestations/v1"),
        ("capital-letters", A2A_EXTENSION.replace("signet", "Signet")),
    ):
        messages.reject(first, name, VERSION, "UNKNOWN_FORMAT", _message(asked, uri=uri))
    beside = {**_message(OUT, metadata={}), A2A_EXTENSION: asked}
    messages.reject(first, "beside-the-metadata", CARRIED, "UNKNOWN_FORMAT", beside)
    in_part = _message(asked, metadata=OUT, parts=[{"data": {A2A_EXTENSION: asked}}])
    messages.reject(first, "in-a-part", CARRIED, "UNKNOWN_FORMAT", in_part)


def _carriers(messages: _Messages, first: Case, asked: Document) -> None:
    as_jws = messages.accept("jws", CARRIER, _message(jws(request())), AGENT)
    of_both = messages.accept("both", AGREE, _message(both(request())), AGENT)
    for name, carrier in (("carrier-is-a-text", "eyJhbGciOiJFZERTQSJ9.e30.c2ln"), ("carrier-is-empty", {})):
        messages.reject(first, name, CARRIER, "INVALID_CREDENTIAL", _message(carrier))
    messages.accept("carrier-with-another-member", CARRIER, _message({**asked, "note": "x"}), AGENT)
    named = jws(request())
    messages.reject(
        as_jws,
        "of-a-request-and-a-response",
        ONE_KIND,
        "INVALID_CREDENTIAL",
        _message({**named, "response_signature": jws(response(asked), SERVER)["response_signature"]}),
    )
    renamed = {
        ("response_signature" if each == "request_signature" else each): was for each, was in named.items()
    }
    messages.reject(
        as_jws, "request-under-a-responses-name", ONE_KIND, "INVALID_CREDENTIAL", _message(renamed)
    )
    other = both(request())
    other["credential"] = proof(request(id="urn:uuid:5f3a9c1e-7b1d-4c55-9d0a-2f6b8e4d1a77"))["credential"]
    messages.reject(of_both, "credential-and-jws-differ", AGREE, "SECURINGS_DISAGREE", _message(other))
    for name, member, value in (
        ("hint-of-another-signer", "signer", STRANGER.did),
        ("hint-of-another-nonce", "nonce", nonce(16)),
        ("hint-of-another-time", "timestamp", at("11:37:25.121")),
    ):
        messages.reject(as_jws, name, HINTS, "INVALID_CREDENTIAL", _message({**named, member: value}))


def _attestations(messages: _Messages, first: Case, asked: Document) -> None:
    text = wire(_message(asked))
    messages.reject(
        first, "changed-argument", INTEGRITY, "PROOF_INVALID", replaced(text, "tomorrow", "tonight")
    )
    messages.reject(
        first, "changed-tool", INTEGRITY, "PROOF_INVALID", replaced(text, "send_email", "sent_email")
    )
    messages.reject(
        first,
        "changed-issuer",
        INTEGRITY,
        "KEY_NOT_CONTROLLED_BY_ISSUER",
        replaced(text, f'"issuer":"{AGENT.did}"', f'"issuer":"{SERVER.did}"'),
        policy={"allowedSigners": [AGENT.did, SERVER.did]},
    )
    p256 = messages.accept("p-256", TRUST, _message(proof(request(AGENT_P256), AGENT_P256)), AGENT_P256)
    messages.accept(
        "p-256-answer", TRUST, _artifact(proof(response(asked, SERVER_P256), SERVER_P256)), SERVER_P256
    )
    messages.reject(
        p256, "signer-not-allowed", TRUST, "SIGNER_NOT_ALLOWED", policy={"allowedSigners": [SERVER.did]}
    )
    messages.reject(p256, "no-anchor", TRUST, "NO_TRUST_ANCHOR", policy={"allowedSigners": None})
    messages.reject(
        first, "stranger", TRUST, "SIGNER_NOT_ALLOWED", _message(proof(request(STRANGER), STRANGER))
    )
    messages.reject(first, "unsecured", SECURED, "PROOF_MISSING", _message({"credential": request()}))
    messages.reject(
        first,
        "another-credential",
        ONE_KIND,
        "INVALID_CREDENTIAL",
        _message({"credential": secured(degree(AGENT), AGENT)}),
    )
    salt = nonce(32)
    committed = request(s__arguments=OUT, s__argumentsDigest=commitment("argumentsDigest", ARGUMENTS, salt))
    messages.accept("committed", COMMITTED, _message(proof(committed)), AGENT, notices=["VALUE_ERASED"])
    hidden = response(asked, s__result=OUT, s__resultDigest=commitment("resultDigest", RESULT, salt))
    messages.accept(
        "committed-answer", COMMITTED, _artifact(proof(hidden, SERVER)), SERVER, notices=["VALUE_ERASED"]
    )
    messages.reject(first, "before-its-time", TIMES, "NOT_YET_VALID", policy={"at": at("11:36:00")})
    many = _task(history=[_message(asked)] * 33)
    filled = _task(history=[_message(asked, messageId=f"msg-{each}") for each in range(2)])
    two = messages.accept("two-messages", BOUND, filled, AGENT, AGENT)
    messages.reject(two, "too-many", BOUND, "TOO_LARGE", many)
