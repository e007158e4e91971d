"""The form of an A2A AgentCard: what no card may hold, and what one must be before it is signed.

Spec: A2A 1.0 §4.4 and its a2a.proto; the normal form is this project's (docs/a2a.md): every reading of §8.4.1
gives the same bytes for it.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import Any, Final

from signet_vc.codec.jcs import pointer_to_wide_number
from signet_vc.codec.json_pointer import Path, pointer
from signet_vc.codec.strict_json import Json, JsonObject
from signet_vc.did.did_url import is_did
from signet_vc.errors import Code, Problem, problem
from signet_vc.protocols.a2a_fields import CARD, MESSAGES, Field

__all__ = [
    "EXTENSION",
    "attestation_did",
    "authority_of",
    "form_problems",
    "is_card",
    "normal_form_problems",
    "origin_of",
]

EXTENSION: Final = "https://w3id.org/signet-vc/a2a/v1"

_CODE: Final = Code.INVALID_AGENT_CARD
_MOST_PROBLEMS: Final = 20
# Any two of these, or one with signatures: no other document that is known here has them.
_TELLING: Final = ("supportedInterfaces", "capabilities", "skills", "defaultInputModes", "defaultOutputModes")
_TYPES: Final[dict[str, type[Any]]] = {"string": str, "bool": bool, "struct": dict}
_TYPE_NAMES: Final = {"string": "a string", "bool": "true or false"}
_HTTPS: Final = "https://"


def is_card(value: Json) -> bool:
    """Tell a card, signed or not, by its members."""
    if not isinstance(value, dict) or "name" not in value or "@context" in value:
        return False
    telling = sum(name in value for name in _TELLING)
    return telling > 1 or (telling == 1 and "signatures" in value)


def attestation_did(card: Any) -> str | None:
    """Name the DID that attests this agent's tool calls: ``params.did`` of our extension, or None.

    Who takes it for the agent's must have verified the card.
    """
    return next((str(did) for _, did in _attestation_dids(card) if is_did(did)), None)


def _attestation_dids(card: Any) -> Iterator[tuple[Path, Json]]:
    capabilities = card.get("capabilities") if isinstance(card, dict) else None
    extensions = capabilities.get("extensions") if isinstance(capabilities, dict) else None
    if not isinstance(extensions, list):
        return
    for index, extension in enumerate(extensions):
        if isinstance(extension, dict) and extension.get("uri") == EXTENSION:
            params = extension.get("params")
            if isinstance(params, dict) and "did" in params:
                path: Path = (((None, "capabilities"), "extensions"), index)
                yield ((path, "params"), "did"), params["did"]


def origin_of(card: JsonObject) -> str | None:
    """Give the authority (host, and a port that is not 443) that all interfaces of a card share, or None."""
    origins = set()
    interfaces = card.get("supportedInterfaces")
    for interface in interfaces if isinstance(interfaces, list) else []:
        url = interface.get("url") if isinstance(interface, dict) else None
        origins.add(authority_of(url))
    return origins.pop() if len(origins) == 1 else None


def authority_of(url: object) -> str | None:
    """Give the authority of an https URL, in lower case and without its default port; None for another."""
    if not isinstance(url, str) or not url.startswith(_HTTPS):
        return None
    authority = url.removeprefix(_HTTPS).partition("/")[0].partition("?")[0].partition("#")[0]
    if not authority or "@" in authority or "\\" in authority:  # readers differ over these
        return None
    return authority.lower().removesuffix(":443")


def form_problems(card: JsonObject) -> list[Problem]:
    """What stands in a card and is of another type than its member has; at most 20.

    What is missing is not told: the specification's own example is a fragment.
    """
    found = [
        *islice(_type_problems(card, CARD, None), _MOST_PROBLEMS),
        *islice(_naming_problems(card), _MOST_PROBLEMS),
    ]
    return found[:_MOST_PROBLEMS]


def _naming_problems(card: JsonObject) -> Iterator[Problem]:
    """Our extension names one DID: of two, readers would take different ones."""
    for number, (path, did) in enumerate(_attestation_dids(card)):
        if number > 0 or not is_did(did):
            yield _wrong(path, "named twice" if number > 0 else "not a DID")


def _wrong(path: Path, detail: str) -> Problem:
    return problem(_CODE, detail, pointer(path))


def _type_problems(value: JsonObject, message: str, path: Path) -> Iterator[Problem]:
    for name, item in value.items():
        field = MESSAGES[message].get(name)
        if field is not None and item is not None:  # null is how ProtoJSON writes what is absent
            yield from _field_problems(item, field, (path, name))


def _field_problems(value: Json, field: Field, path: Path) -> Iterator[Problem]:
    if not field.many:
        yield from _single_problems(value, field.type, path)
        return
    if not isinstance(value, list if field.many == "list" else dict):
        yield _wrong(path, "not an array" if field.many == "list" else "not an object")
        return
    for key, item in enumerate(value) if isinstance(value, list) else value.items():
        yield from _single_problems(item, field.type, (path, key))


def _single_problems(value: Any, kind: str, path: Path) -> Iterator[Problem]:
    if not isinstance(value, _TYPES.get(kind, dict)):
        yield _wrong(path, f"not {_TYPE_NAMES.get(kind, 'an object')}")
    elif kind in MESSAGES:
        yield from _type_problems(value, kind, path)


# --- normal form --------------------------------------------------------------------------------------


def normal_form_problems(card: JsonObject) -> list[Problem]:
    """What keeps a card from being signed, at most 20: whatever readers of §8.4.1 take in different ways.

    A null, an empty text, array or object anywhere, a default that stands where it need not, a member that
    the specification does not know or that is written as in the .proto file, one that it demands and is
    missing, a number beyond 2^53-1; and every ``form_problems``.
    """
    found = form_problems(card)
    if found:
        return found
    wide = pointer_to_wide_number(card)
    if wide is not None:
        return [problem(_CODE, "a number beyond 2^53-1, which readers round", wide)]
    unsigned = {name: item for name, item in card.items() if name != "signatures"}
    return list(islice(_deviations(unsigned, CARD, None), _MOST_PROBLEMS))


def _deviations(value: Json, kind: str, path: Path) -> Iterator[Problem]:
    """Go through a message, or through free JSON, of which only what is empty is told."""
    if value is None or value in ("", [], {}):
        yield _wrong(path, "empty: leave it out, or say something")
        return
    if isinstance(value, list):
        for index, item in enumerate(value):
            yield from _deviations(item, kind, (path, index))
        return
    if not isinstance(value, dict):
        return
    fields = MESSAGES.get(kind, {})
    for name, field in fields.items():
        if field.presence == "required" and name not in value:
            yield _wrong((path, name), "demanded, and missing")
    for name, item in value.items():
        yield from _member_deviations(item, kind, name, (path, name))


def _member_deviations(value: Json, kind: str, name: str, path: Path) -> Iterator[Problem]:
    if kind not in MESSAGES:
        yield from _deviations(value, kind, path)
        return
    field = MESSAGES[kind].get(name)
    if field is None:
        yield _wrong(path, "not a member that the specification knows")
    elif field.presence == "implicit" and value is False:
        yield _wrong(path, "the default: leave it out")
    elif field.many == "map" and isinstance(value, dict) and value:
        for key, item in value.items():
            yield from _deviations(item, field.type, (path, key))
    else:
        yield from _deviations(value, field.type, path)
