"""Credentials, presentations and attested calls of every kind, made now by fresh keys, for others to verify.

What is written is a collection in the layout of the vectors (interop/SPEC.md): each case to be accepted is
what this package signs, and beside it stands the same with one word changed after signing, to be refused. Any
runner of the vectors runs it; ``signet interop run --vectors DIR --with all`` puts it to all adapters.
"""

from __future__ import annotations

import asyncio
import json
import secrets
import time
from base64 import b64encode, urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final, NamedTuple

from signet_vc import api
from signet_vc._version import __version__
from signet_vc.attestation.agent import Agent
from signet_vc.attestation.role import AgentRole, ServerRole
from signet_vc.attestation.server import Server
from signet_vc.codec.strict_json import JsonObject, dumps
from signet_vc.codec.timestamps import format_s
from signet_vc.errors import Code, UsageError
from signet_vc.mcp.agent_session import AgentSession
from signet_vc.mcp.server_session import ServerSession
from signet_vc.policy import Policy
from signet_vc.proofs.suites import SUITES
from signet_vc.securing import Securing
from signet_vc.store.memory import MemoryStore

__all__ = ["emit"]

_WORD: Final = b"The School of Examples"
_OTHER: Final = b"The School of Exemples"
_CONTEXT: Final = ["https://www.w3.org/ns/credentials/v2", "https://www.w3.org/ns/credentials/examples/v2"]
_ENVELOPES: Final = {
    "vc-jwt": ("jws", "token"),
    "vc-sd-jwt": ("sd-jwt", "token"),
    "vc-cose": ("cose", "message"),
}
_DOMAIN: Final = "https://verifier.example"
_RULES: Final = {
    "accept": "What this package signs verifies.",
    "reject": "What was changed after signing does not verify.",
}

_SPECIFICATIONS: Final[JsonObject] = {
    "FORMAT": {"title": "The attestation format of signet-vc, version 1"},
    "VCDM": {
        "title": "Verifiable Credentials Data Model v2.0",
        "url": "https://www.w3.org/TR/2025/REC-vc-data-model-2.0-20250515/",
    },
}
_OF_CREDENTIALS: Final = {"document": "VCDM", "section": "7.1"}
_OF_CALLS: Final = {"document": "FORMAT", "section": "Verification"}
# A changed call is told by the signed digest of it where the credential itself is out of reach, in a JWS.
_CODES: Final[Mapping[str, Mapping[Securing, Sequence[Code]]]] = {
    "request": {Securing.JWS: (Code.CALL_MISMATCH,)},
    "response": {Securing.JWS: (Code.RESULT_MISMATCH,)},
}
_OF_BOTH: Final = (Code.PROOF_INVALID, Code.SECURINGS_DISAGREE)


class _Made(NamedTuple):
    """A case. The last of ``input`` is what is judged."""

    kind: str
    name: str
    input: Mapping[str, bytes]
    keys: Sequence[api.SigningKey]
    policy: JsonObject = {}  # noqa: RUF012 - never changed
    codes: Sequence[Code] = (Code.PROOF_INVALID,)


def emit(folder: Path) -> int:
    """Write the collection into ``folder``, which is new or empty, and give how many cases there are.

    Raises UsageError for a folder that holds something, or cannot be written.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if any(folder.iterdir()):
            raise UsageError(f"{folder} is not empty")
        cases = [case for made in _all() for case in _cases(made)]
        for each in cases:
            file = folder / f"{each['id']}.json"
            file.parent.mkdir(parents=True, exist_ok=True)
            _write(file, each)
        _write(folder / "index.json", _index(cases))
    except OSError as error:
        raise UsageError(f"{folder} cannot be written: {error.strerror}") from error
    return len(cases)


def _write(file: Path, value: JsonObject) -> None:
    file.write_text(json.dumps(value, indent=1, ensure_ascii=False) + "\n", "utf-8")


def _index(cases: Sequence[JsonObject]) -> JsonObject:
    kinds: dict[str, dict[str, int]] = {}
    for each in cases:
        kinds.setdefault(each["kind"], {"accept": 0, "reject": 0})[each["verdict"]] += 1
    return {
        "version": "1.0.0",
        "licence": "Apache-2.0",
        "specifications": _SPECIFICATIONS,
        "kinds": kinds,
        "cases": [each["id"] for each in cases],
    }


def _cases(made: _Made) -> Iterator[JsonObject]:
    *_, judged = made.input
    changed = {**made.input, judged: _changed(made.input[judged])}
    for verdict, inputs in (("accept", made.input), ("reject", changed)):
        refused: JsonObject = {"codes": [str(code) for code in made.codes]}
        yield {
            "id": f"{made.kind}/{verdict}/{made.name}",
            "kind": made.kind,
            "verdict": verdict,
            "rule": _RULES[verdict],
            "spec": _OF_CALLS if made.kind in _CODES else _OF_CREDENTIALS,
            **({"differsFrom": f"{made.kind}/accept/{made.name}"} if verdict == "reject" else {}),
            "input": {name: _told(value) for name, value in inputs.items()},
            "keys": {each.did: _key(each) for each in made.keys},
            "policy": {
                "at": format_s(time.time_ns()),
                "allowedSigners": [each.did for each in made.keys],
                **made.policy,
            },
            "expected": refused if verdict == "reject" else {},
            "origin": f"Made by signet-vc {__version__}, signet interop emit",
            "licence": "Apache-2.0",
        }


def _key(key: api.SigningKey) -> JsonObject:
    public = key.public_key
    return {"type": public.key_type.name, "did": key.did, "publicKeyHex": public.raw.hex()}


def _told(value: bytes) -> JsonObject | str:
    try:
        return value.decode()
    except UnicodeDecodeError:
        return {"base64": b64encode(value).decode()}


def _changed(value: bytes) -> bytes:
    """One letter of a claim is another: in the text, or in the payload of a token."""
    if _WORD in value or b"." not in value:
        return value.replace(_WORD, _OTHER)
    head, payload, rest = value.split(b".", 2)
    clear = urlsafe_b64decode(payload + b"=" * (-len(payload) % 4)).replace(_WORD, _OTHER)
    return b".".join((head, urlsafe_b64encode(clear).rstrip(b"="), rest))


# --- what is made ---------------------------------------------------------------------------------------


def _all() -> Iterator[_Made]:
    yield from _credentials()
    yield from _presentations()
    for securing in Securing:
        yield from asyncio.run(_call(securing))


def _credentials() -> Iterator[_Made]:
    for suite in SUITES.values():
        for algorithm in suite.key_types:
            key = api.SigningKey.generate(algorithm)
            signed = api.sign(_credential(key), key, suite=suite.name)
            yield _Made(suite.name, algorithm.lower(), {"document": dumps(signed)}, [key])
    for kind, (securing, member) in _ENVELOPES.items():
        for algorithm in ("Ed25519", "P-256", "P-384"):
            key = api.SigningKey.generate(algorithm)
            held: dict[str, Any] = {"disclosable": ["/credentialSubject/id"]} if securing == "sd-jwt" else {}
            token = api.sign(_credential(key), key, securing=securing, **held)
            yield _Made(kind, algorithm.lower(), {member: _as_bytes(token)}, [key])


def _presentations() -> Iterator[_Made]:
    issuer, holder = api.SigningKey.generate(), api.SigningKey.generate()
    credential = api.sign(_credential(issuer), issuer)
    for securing in ("data-integrity", "jws", "cose"):
        challenge = secrets.token_urlsafe(16)
        presented = api.present([credential], holder, securing=securing, domain=_DOMAIN, challenge=challenge)
        policy: JsonObject = {"domain": [_DOMAIN], "challenge": challenge}
        yield _Made(
            "presentation", securing, {"presentation": _as_bytes(presented)}, [issuer, holder], policy
        )


def _as_bytes(secured: JsonObject | str | bytes) -> bytes:
    if isinstance(secured, bytes):
        return secured
    return secured.encode() if isinstance(secured, str) else dumps(secured)


def _credential(key: api.SigningKey) -> JsonObject:
    return {
        "@context": _CONTEXT,
        "type": ["VerifiableCredential", "AlumniCredential"],
        "issuer": key.did,
        "validFrom": format_s(time.time_ns()),
        "credentialSubject": {"id": "did:example:alumna", "alumniOf": _WORD.decode()},
    }


async def _call(securing: Securing) -> list[_Made]:
    """One attested call and its attested answer, as the messages that pass between the two sides."""
    agent, server = api.SigningKey.generate(), api.SigningKey.generate()
    common: dict[str, Any] = {"clock": time.time_ns, "entropy": secrets.token_bytes, "securing": securing}
    asking = AgentSession(
        Agent(
            AgentRole(signer=agent, policy=Policy(allowed_signers=[server.did]), store=None, **common),
        ),
        audience=server.did,
    )
    answering = ServerSession(
        Server(
            ServerRole(
                signer=server,
                policy=Policy(allowed_signers=[agent.did]),
                audience=server.did,
                store=MemoryStore(clock=lambda: 0),
                **common,
            )
        )
    )
    call = {"name": "find_school", "arguments": {"name": _WORD.decode()}}
    request = {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": call}
    answer = {"jsonrpc": "2.0", "id": 1, "result": {"content": [{"type": "text", "text": _WORD.decode()}]}}
    (sent,) = await asking.from_client(dumps(request))
    await answering.from_client(sent.data)
    (returned,) = await answering.from_server(dumps(answer))
    name = str(securing)
    told = _OF_BOTH if securing is Securing.BOTH else (Code.PROOF_INVALID,)
    of_request, of_response = (_CODES[kind].get(securing, told) for kind in ("request", "response"))
    asked = {"message": sent.data}
    answered = {"request": sent.data, "message": returned.data}
    return [
        _Made("request", name, asked, [agent], {"audience": server.did}, of_request),
        _Made("response", name, answered, [server], {}, of_response),
    ]
