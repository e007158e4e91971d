"""Attestations of tool calls that travel in A2A: in the metadata of a Message, a Task or an Artifact.

What is verified is the attestation, by its own rules (FORMAT, *Carriers* and *As evidence*); the message
around it is not signed by anybody, and nothing of it is handed out.
Spec: FORMAT, *A2A carriage*; A2A 1.0 §4.6.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any, Final, NamedTuple

from signet_vc import verification
from signet_vc.attestation import carrier as carriers
from signet_vc.attestation.call import ABSENT
from signet_vc.attestation.carrier import Carrier, Kind
from signet_vc.codec import strict_json
from signet_vc.codec.jcs import pointer_to_wide_number
from signet_vc.codec.json_pointer import Path, pointer
from signet_vc.codec.strict_json import Json, JsonObject
from signet_vc.credential import profile
from signet_vc.errors import Code, Problem, ProblemError, UnavailableError, UsageError, problem
from signet_vc.policy import Policy
from signet_vc.protocols.a2a_form import EXTENSION
from signet_vc.protocols.neighbour import Neighbour, Raw
from signet_vc.protocols.steps import Steps, allowed_problems
from signet_vc.result import Verification

__all__ = ["A2A_MESSAGE", "FORMAT", "attach", "carried", "open_message", "verify_message"]

FORMAT: Final = "a2a-message"
_MOST_CARRIED: Final = 32  # each is the work of a verification
_SIGNATURES: Final[Mapping[str, Kind]] = {"request_signature": "request", "response_signature": "response"}
_COMMITMENTS: Final = (
    "argumentsDigest",
    "inputResponsesDigest",
    "requestStateDigest",
    "parametersDigest",
    "intentDigest",
    "resultDigest",
    "errorDigest",
)
_METADATA: Final = "metadata"
# What tells a Message, a Task and an Artifact; the first and the last say which extensions they use.
_NAMED_BY: Final[Mapping[str, str]] = {"messageId": "Message", "artifactId": "Artifact", "id": "Task"}
# §3.1, §3.2: members of requests, responses and events, and JSON-RPC's (§9.3) around them.
_TRAVELS_IN: Final = ("message", "task", "artifact", "artifactUpdate", "statusUpdate", "params", "result")
_LISTS: Final = ("history", "artifacts", "tasks")
_MARKERS: Final = (EXTENSION, EXTENSION.replace("/", "\\/"))  # some writers of JSON escape every slash


class _Carried(NamedTuple):
    """A carrier, where it stands."""

    path: Path
    value: Json


# --- putting in and taking out ------------------------------------------------------------------------


def attach(message: JsonObject, carrier: JsonObject) -> JsonObject:
    """Give a Message, Task or Artifact, as JSON, with a carrier in its metadata: a new object.

    A Message and an Artifact then name the extension too. Raises ProblemError of NUMBER_OUT_OF_RANGE for a
    carrier with a number beyond 2^53-1, which the protobuf on the way would round in silence; UsageError for
    a message that is none of the three, or carries one already.
    """
    kind = _kind_of(message)
    if kind is None:
        raise UsageError("an attestation is carried by a Message, a Task or an Artifact")
    metadata = message.get(_METADATA, {})
    if not isinstance(metadata, dict) or EXTENSION in metadata:
        raise UsageError(f"the {kind} carries an attestation already, or its metadata is no object")
    wide = pointer_to_wide_number(carrier)
    if wide is not None:
        raise ProblemError.of(Code.NUMBER_OUT_OF_RANGE, "a number beyond 2^53-1 does not survive A2A", wide)
    attached = {**message, _METADATA: {**metadata, EXTENSION: carrier}}
    if kind != "Task":
        named = message.get("extensions") or []
        attached["extensions"] = named if EXTENSION in named else [*named, EXTENSION]
    return attached


def carried(message: JsonObject) -> Json:
    """Give the carrier in the metadata of a Message, Task or Artifact itself; ABSENT if there is none."""
    metadata = message.get(_METADATA)
    return metadata.get(EXTENSION, ABSENT) if isinstance(metadata, dict) else ABSENT


def _kind_of(message: Json) -> str | None:
    if not isinstance(message, dict):
        return None
    return next((kind for member, kind in _NAMED_BY.items() if isinstance(message.get(member), str)), None)


# --- verifying ----------------------------------------------------------------------------------------


def open_message(data: Raw, policy: Policy) -> list[_Carried] | None:
    """Give every carrier in a Message, Task or Artifact; None if there is none.

    Of a Task those in its history, status and artifacts too; and whatever of these stands in a request, a
    response or an event, in JSON-RPC or without it. What is no strict JSON is something else here.
    """
    text = data if isinstance(data, str) else data.decode("latin-1")
    if not any(marker in text for marker in _MARKERS):
        return None
    limits = policy.limits
    try:
        message = strict_json.loads(data, max_bytes=limits.document_bytes, max_depth=limits.message_depth)
    except ProblemError:
        return None
    return list(_carriers(message, None)) or None


def verify_message(found: list[_Carried], policy: Policy, at_ns: int) -> Verification:
    """Verify every attestation that a message carries, as evidence, at a time in nanoseconds. Never raises.

    Each is one of ``credentials``, in order; all must verify. The document is the one attestation, or
    ``{"attestations": […]}``; the issuer is told where all have the same one. Whether the response answers
    the request beside it, and the request this server, is for the parties to the call (``attestation``).
    """
    steps = Steps()
    results: list[Verification] = []
    if steps.run("policy", lambda: allowed_problems(policy, FORMAT, ())):
        steps.run("attestations", lambda: _judge(found, policy, at_ns, results))
    else:
        steps.skip("attestations", "the policy does not allow it")
    steps.notices += [each for result in results for each in result.notices]
    documents = [result.document for result in results]
    issuers = {result.issuer for result in results}
    securings = dict.fromkeys(filter(None, (result.securing for result in results)))
    told = steps.result(
        document=documents[0] if len(documents) == 1 else {"attestations": documents},
        format=FORMAT,
        securing=", ".join(securings) or None,
        types=tuple(dict.fromkeys(each for result in results for each in result.types)),
        issuer=issuers.pop() if len(issuers) == 1 else None,
    )
    return replace(told, credentials=tuple(results))


A2A_MESSAGE: Final = Neighbour(format=FORMAT, opens=open_message, verify=verify_message)


def _carriers(message: Json, path: Path) -> Iterator[_Carried]:
    """The object's own, then those inside of a Task, or of what a Message or a Task travels in."""
    if not isinstance(message, dict):
        return
    if _kind_of(message) is not None:
        metadata = message.get(_METADATA)
        if isinstance(metadata, dict) and EXTENSION in metadata:
            yield _Carried(((path, _METADATA), EXTENSION), metadata[EXTENSION])
    status = message.get("status")
    if isinstance(status, dict):
        yield from _carriers(status.get("message"), ((path, "status"), "message"))
    for member in _LISTS:
        inner = message.get(member)
        for index, each in enumerate(inner if isinstance(inner, list) else ()):
            yield from _carriers(each, ((path, member), index))
    for member in _TRAVELS_IN:
        yield from _carriers(message.get(member), (path, member))


def _judge(
    found: list[_Carried], policy: Policy, at_ns: int, results: list[Verification]
) -> Iterator[Problem]:
    if len(found) > _MOST_CARRIED:
        yield problem(Code.TOO_LARGE, f"more than {_MOST_CARRIED} attestations")
        return
    for each in found:
        place = pointer(each.path)
        try:
            kind = _credential_kind(each.value)
            carrier = carriers.read(each.value, kind, limits=policy.limits)
        except ProblemError as error:
            yield from _within(place, error.problems)
            continue
        inner = "credential" if carrier.secured.jws is None else f"{kind}_signature"
        try:
            results.append(_attestation(carrier, kind, policy, at_ns))
        except ProblemError as error:
            yield from _within(f"{place}/{inner}", error.problems)
        except UnavailableError as error:
            yield from _within(f"{place}/{inner}", [error.as_problem()])
        else:
            yield from _within(f"{place}/{inner}", results[-1].problems)


def _within(place: str, found: Iterable[Problem]) -> Iterator[Problem]:
    return (replace(each, pointer=place + each.pointer) for each in found)


def _attestation(carrier: Carrier, kind: Kind, policy: Policy, at_ns: int) -> Verification:
    """Judge what a carrier holds as evidence: its shape, signer, signatures and times."""
    _, subject = carriers.shape(carrier, kind)
    secured = carrier.secured
    data = secured.text if secured.credential is None else secured.credential
    result = verification.verify(data, policy.for_carried(), at_ns=at_ns)
    further = _both(carrier, policy, at_ns) if result.verified else []
    if further:
        result = replace(result, verified=False, problems=tuple(further), document=None)
    return replace(result, notices=(*result.notices, *_unopened(subject)))


def _credential_kind(value: Json) -> Kind:
    if not isinstance(value, dict):
        raise ProblemError.of(Code.INVALID_CREDENTIAL, "the carrier is not an object")
    credential = value.get("credential")
    kinds = {kind for member, kind in _SIGNATURES.items() if member in value}
    named = profile.kind_of(credential) if isinstance(credential, dict) else None
    kinds |= set() if named is None else {named}
    if len(kinds) != 1:
        raise ProblemError.of(Code.INVALID_CREDENTIAL, "not the carrier of a request, and not of a response")
    return kinds.pop()


def _both(carrier: Carrier, policy: Policy, at_ns: int) -> list[Problem]:
    """Two securings agree, and are both there where that is demanded; one alone has been checked."""
    secured = carrier.secured
    if not policy.both_securings and (secured.credential is None or secured.jws is None):
        return []
    return carriers.proof_problems(carrier, policy, at_ns)


def _unopened(subject: Mapping[str, Any]) -> Iterator[Problem]:
    """A commitment whose value is elsewhere: that is told, and no fault."""
    for member in _COMMITMENTS:
        if member in subject:
            yield problem(
                Code.VALUE_ERASED, "its value is not in the message", f"/credentialSubject/{member}"
            )
