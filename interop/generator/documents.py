"""Credentials, carriers and messages that the cases are made of, and the ways in which they are changed."""

from __future__ import annotations

import copy
import json
from base64 import urlsafe_b64decode
from collections.abc import Mapping
from typing import Any, Final

from generator.crypto import AGENT, SERVER, Document, TestKey, canon, digest, nonce, secured, token, wire

CREDENTIALS_V2: Final = "https://www.w3.org/ns/credentials/v2"
EXAMPLES_V2: Final = "https://www.w3.org/ns/credentials/examples/v2"
SIGNET_V1: Final = "https://w3id.org/signet-vc/v1"
OURS: Final = [CREDENTIALS_V2, SIGNET_V1]

REQUEST_KEY: Final = "org.w3id.signet-vc/request"
RESPONSE_KEY: Final = "org.w3id.signet-vc/response"
DATA_KEY: Final = "org.w3id.signet-vc/data"
EXTENSION: Final = "org.w3id.signet-vc/attestation"

TOOL: Final = "send_email"
ARGUMENTS: Final[Document] = {"to": "alice@example.com", "subject": "Meeting tomorrow"}
RESULT: Final[Document] = {
    "content": [{"type": "text", "text": "sent"}],
    "isError": False,
    "resultType": "complete",
}
SIGNET_REFUSED: Final = {
    "code": -31901,
    "message": "Attestation refused",
    "data": {"problems": ["POLICY_DENIED"]},
}


def at(time: str) -> str:
    """A time of the day of the worked example."""
    return f"2026-03-30T{time}Z"


# --- changes ----------------------------------------------------------------------------------------

OUT: Final = object()


def changed(document: Document, **members: Any) -> Document:
    """A copy with these members set, or taken out where the value is `OUT`; `s__` leads into the subject."""
    copied = copy.deepcopy(document)
    for name, value in members.items():
        place = copied
        inner = name
        if name.startswith("s__"):
            place, inner = copied["credentialSubject"], name[3:]
        if value is OUT:
            place.pop(inner, None)
        else:
            place[inner] = value
    return copied


def claiming(document: Document, name: str, value: Any) -> Document:
    """A copy with one more claim, whose name need not be one of Python's."""
    copied = copy.deepcopy(document)
    copied["credentialSubject"][name] = value
    return copied


# --- the two credentials ----------------------------------------------------------------------------


def request(key: TestKey = AGENT, **members: Any) -> Document:
    """The request of the worked example, unsecured; changes as `changed` has them."""
    document = {
        "@context": OURS,
        "id": "urn:uuid:5f3a9c1e-7b1d-4c55-9d0a-2f6b8e4d1a01",
        "type": ["VerifiableCredential", "ToolCallRequestCredential"],
        "issuer": key.did,
        "validFrom": at("11:37:25.120"),
        "credentialSubject": {
            "type": "ToolCallRequest",
            "method": "tools/call",
            "tool": TOOL,
            "arguments": ARGUMENTS,
            "audience": SERVER.did,
            "nonce": nonce(0),
            "deadline": at("11:42:25.120"),
        },
    }
    return changed(document, **members)


def response(of: Document, key: TestKey = SERVER, **members: Any) -> Document:
    """The response of the worked example, unsecured, to the secured request of a carrier `of`."""
    asked = document_of(of)
    document = {
        "@context": OURS,
        "id": "urn:uuid:0d0f7c55-3a52-4e0e-8a55-6f1f3f6f2b02",
        "type": ["VerifiableCredential", "ToolCallResponseCredential"],
        "issuer": key.did,
        "validFrom": at("11:37:25.310"),
        "credentialSubject": {
            "type": "ToolCallResponse",
            "method": asked["credentialSubject"]["method"],
            "tool": asked["credentialSubject"]["tool"],
            "request": {"id": asked["id"], **digests(of)},
            "agent": asked["issuer"],
            "outcome": "completed",
            "result": RESULT,
            "receivedAt": at("11:37:25.140"),
            "completedAt": at("11:37:25.305"),
        },
    }
    return changed(document, **members)


def failure(of: Document, key: TestKey = SERVER, **members: Any) -> Document:
    """The answer with an error in place of a result."""
    return response(of, key, **{"s__result": OUT, "s__outcome": "failed", **members})


def unattested(key: TestKey = SERVER, **members: Any) -> Document:
    """The answer to a call that no request credential went with."""
    answer = response(proof(request()), key)
    return changed(answer, **{"s__request": OUT, "s__agent": OUT, "s__arguments": ARGUMENTS, **members})


# --- carriers ---------------------------------------------------------------------------------------

_SIGNATURE: Final = {
    "ToolCallRequestCredential": "request_signature",
    "ToolCallResponseCredential": "response_signature",
}


def proof(document: Document, key: TestKey = AGENT, **members: Any) -> Document:
    """The carrier of a credential with a proof."""
    return {"credential": secured(document, key, **members)}


def jws(document: Document, key: TestKey = AGENT, *, hint: str | None = None, **members: Any) -> Document:
    """The carrier of a compact JWS; `hint`: the nonce beside it, where the credential has none."""
    subject = document["credentialSubject"]
    hints = {"signer": document["issuer"], "timestamp": document["validFrom"]}
    stated = subject.get("nonce", hint)
    if stated is not None:
        hints["nonce"] = stated
    return {_SIGNATURE[document["type"][1]]: token(document, key, **members), **hints}


def both(document: Document, key: TestKey = AGENT, *, hint: str | None = None) -> Document:
    """The carrier of both."""
    return {**proof(document, key), **jws(document, key, hint=hint)}


def jws_of(carrier: Document) -> str | None:
    """The JWS in a carrier."""
    for name in _SIGNATURE.values():
        if name in carrier:
            return str(carrier[name])
    return None


def document_of(carrier: Document) -> Document:
    """The credential in a carrier, without its proof."""
    if "credential" in carrier:
        return changed(carrier["credential"], proof=OUT)
    text = (jws_of(carrier) or "").split(".")[1]
    decoded: Document = json.loads(urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    return decoded


def digests(carrier: Document) -> Document:
    """The DIGEST of a carrier's credential, and under both the JWS's beside it."""
    compact = jws_of(carrier)
    if "credential" not in carrier:
        return {"digestMultibase": digest((compact or "").encode())}
    found = {"digestMultibase": digest(canon(carrier["credential"]))}
    return found if compact is None else {**found, "jwsDigest": digest(compact.encode())}


# --- messages ---------------------------------------------------------------------------------------

_MODERN: Final = {
    "io.modelcontextprotocol/protocolVersion": "2026-07-28",
    "io.modelcontextprotocol/clientInfo": {"name": "example-client", "version": "1.0.0"},
    "io.modelcontextprotocol/clientCapabilities": {"extensions": {EXTENSION: {"version": 1}}},
}


def call(
    carrier: Any = OUT,
    *,
    modern: bool = False,
    identifier: Any = 1,
    meta: Mapping[str, Any] | None = None,
    **params: Any,
) -> str:
    """A `tools/call`; `modern`: of the revision 2026-07-28, else of 2025-11-25. `OUT` leaves a member out."""
    stated = dict(_MODERN if modern else {"progressToken": 7}) if meta is None else dict(meta)
    if carrier is not OUT:
        stated[REQUEST_KEY] = carrier
    members = {"name": TOOL, "arguments": ARGUMENTS, **params, **({"_meta": stated} if stated else {})}
    message = {
        "jsonrpc": "2.0",
        "id": identifier,
        "method": "tools/call",
        "params": {name: value for name, value in members.items() if value is not OUT},
    }
    return wire({name: value for name, value in message.items() if value is not OUT})


def answer(
    carrier: Any = OUT,
    result: Mapping[str, Any] = RESULT,
    *,
    identifier: Any = 1,
    meta: Mapping[str, Any] | None = None,
    **members: Any,
) -> str:
    """The answer with a result."""
    stated = dict(meta or {})
    if carrier is not OUT:
        stated[RESPONSE_KEY] = carrier
    whole = {**result, **members, **({"_meta": stated} if stated else {})}
    whole = {name: value for name, value in whole.items() if value is not OUT}
    return wire({"jsonrpc": "2.0", "id": identifier, "result": whole})


def error_answer(
    carrier: Any, error: Mapping[str, Any], *, identifier: Any = 1, wrapped: bool = False
) -> str:
    """The answer with an error; `wrapped`: its data under a key of its own, beside the carrier."""
    whole = dict(error)
    if wrapped:
        whole["data"] = {DATA_KEY: error["data"], RESPONSE_KEY: carrier}
    elif carrier is not OUT:
        whole["data"] = {**error.get("data", {}), RESPONSE_KEY: carrier}
    return wire({"jsonrpc": "2.0", "id": identifier, "error": whole})


# --- the worked example -----------------------------------------------------------------------------


def _checked(made: Document, stated: str) -> Document:
    if canon(made).decode() != stated:
        raise ValueError("the worked example is not reproduced")
    parsed: Document = json.loads(stated)
    return parsed


# As the specification prints them, byte for byte.
STATED_REQUEST: Final = (
    '{"@context":["https://www.w3.org/ns/credentials/v2","https://w3id.org/signet-vc/v1"],"credential'
    'Subject":{"arguments":{"subject":"Meeting tomorrow","to":"alice@example.com"},"audience":"did:ke'
    'y:z6MkhFwXNFWosLeugvSf4wcL9t3uuRXueGSFTRgSvHhWj5G2","deadline":"2026-03-30T11:42:25.120Z","metho'
    'd":"tools/call","nonce":"uAAECAwQFBgcICQoLDA0ODw","tool":"send_email","type":"ToolCallRequest"},'
    '"id":"urn:uuid:5f3a9c1e-7b1d-4c55-9d0a-2f6b8e4d1a01","issuer":"did:key:z6MkehRgf7yJbgaGfYsdoAsKd'
    'BPE3dj2CYhowQdcjqSJgvVd","proof":{"@context":["https://www.w3.org/ns/credentials/v2","https://w3'
    'id.org/signet-vc/v1"],"created":"2026-03-30T11:37:25Z","cryptosuite":"eddsa-jcs-2022","proofPurp'
    'ose":"assertionMethod","proofValue":"zmmiRgnygtPhpHppfwmk1b82oDGb29Qznc1xYQQsfS6Gka4C6Wee1kxU1EK'
    'Mg2vfLBe39nCzf4k1XqvkvW4Tc2Yf","type":"DataIntegrityProof","verificationMethod":"did:key:z6MkehR'
    'gf7yJbgaGfYsdoAsKdBPE3dj2CYhowQdcjqSJgvVd#z6MkehRgf7yJbgaGfYsdoAsKdBPE3dj2CYhowQdcjqSJgvVd"},"ty'
    'pe":["VerifiableCredential","ToolCallRequestCredential"],"validFrom":"2026-03-30T11:37:25.120Z"}'
)
STATED_RESPONSE: Final = (
    '{"@context":["https://www.w3.org/ns/credentials/v2","https://w3id.org/signet-vc/v1"],"credential'
    'Subject":{"agent":"did:key:z6MkehRgf7yJbgaGfYsdoAsKdBPE3dj2CYhowQdcjqSJgvVd","completedAt":"2026'
    '-03-30T11:37:25.305Z","method":"tools/call","outcome":"completed","receivedAt":"2026-03-30T11:37'
    ':25.140Z","request":{"digestMultibase":"uEiBQpNMbUFtYzROveLKPGLK-NOg6Z5X4Q0IwVWD80cbFVA","id":"u'
    'rn:uuid:5f3a9c1e-7b1d-4c55-9d0a-2f6b8e4d1a01"},"result":{"content":[{"text":"sent","type":"text"'
    '}],"isError":false,"resultType":"complete"},"tool":"send_email","type":"ToolCallResponse"},"id":'
    '"urn:uuid:0d0f7c55-3a52-4e0e-8a55-6f1f3f6f2b02","issuer":"did:key:z6MkhFwXNFWosLeugvSf4wcL9t3uuR'
    'XueGSFTRgSvHhWj5G2","proof":{"@context":["https://www.w3.org/ns/credentials/v2","https://w3id.or'
    'g/signet-vc/v1"],"created":"2026-03-30T11:37:25Z","cryptosuite":"eddsa-jcs-2022","proofPurpose":'
    '"assertionMethod","proofValue":"z55WsaU9t8aSmuAz8onPUcyTDZjMk34n3cR2bQZT9oJitr9d64SbmcCreM724TDJ'
    'Ka8qF4mzAfj86ZifpuBP8eJ66","type":"DataIntegrityProof","verificationMethod":"did:key:z6MkhFwXNFW'
    'osLeugvSf4wcL9t3uuRXueGSFTRgSvHhWj5G2#z6MkhFwXNFWosLeugvSf4wcL9t3uuRXueGSFTRgSvHhWj5G2"},"type":'
    '["VerifiableCredential","ToolCallResponseCredential"],"validFrom":"2026-03-30T11:37:25.310Z"}'
)
STATED_DENIAL: Final = (
    '{"@context":["https://www.w3.org/ns/credentials/v2","https://w3id.org/signet-vc/v1"],"credential'
    'Subject":{"agent":"did:key:z6MkehRgf7yJbgaGfYsdoAsKdBPE3dj2CYhowQdcjqSJgvVd","completedAt":"2026'
    '-03-30T11:37:25.145Z","decision":{"effect":"deny","reason":"RECIPIENT_NOT_ALLOWED"},"error":{"co'
    'de":-31901,"data":{"problems":["POLICY_DENIED"]},"message":"Attestation refused"},"method":"tool'
    's/call","outcome":"denied","receivedAt":"2026-03-30T11:37:25.140Z","request":{"digestMultibase":'
    '"uEiBQpNMbUFtYzROveLKPGLK-NOg6Z5X4Q0IwVWD80cbFVA","id":"urn:uuid:5f3a9c1e-7b1d-4c55-9d0a-2f6b8e4'
    'd1a01"},"tool":"send_email","type":"ToolCallResponse"},"id":"urn:uuid:0d0f7c55-3a52-4e0e-8a55-6f'
    '1f3f6f2b04","issuer":"did:key:z6MkhFwXNFWosLeugvSf4wcL9t3uuRXueGSFTRgSvHhWj5G2","proof":{"@conte'
    'xt":["https://www.w3.org/ns/credentials/v2","https://w3id.org/signet-vc/v1"],"created":"2026-03-'
    '30T11:37:25Z","cryptosuite":"eddsa-jcs-2022","proofPurpose":"assertionMethod","proofValue":"z5hX'
    'u3oxWeYVqm3K6TB5yEA3f8h3oX6VNY29WvEdmQadKfXsZ4XHq6KNCGcCrEmiAXAcuGQiku6LPwerfo5KXfxYz","type":"D'
    'ataIntegrityProof","verificationMethod":"did:key:z6MkhFwXNFWosLeugvSf4wcL9t3uuRXueGSFTRgSvHhWj5G'
    '2#z6MkhFwXNFWosLeugvSf4wcL9t3uuRXueGSFTRgSvHhWj5G2"},"type":["VerifiableCredential","ToolCallRes'
    'ponseCredential"],"validFrom":"2026-03-30T11:37:25.150Z"}'
)

EXAMPLE_REQUEST: Final = _checked(secured(request(), AGENT), STATED_REQUEST)
EXAMPLE_RESPONSE: Final = _checked(
    secured(response({"credential": EXAMPLE_REQUEST}), SERVER), STATED_RESPONSE
)
EXAMPLE_DENIAL: Final = _checked(
    secured(
        failure(
            {"credential": EXAMPLE_REQUEST},
            id="urn:uuid:0d0f7c55-3a52-4e0e-8a55-6f1f3f6f2b04",
            validFrom=at("11:37:25.150"),
            s__completedAt=at("11:37:25.145"),
            s__outcome="denied",
            s__error=SIGNET_REFUSED,
            s__decision={"effect": "deny", "reason": "RECIPIENT_NOT_ALLOWED"},
        ),
        SERVER,
    ),
    STATED_DENIAL,
)
