"""The optional members of a proof: the forms that they must have, for whoever makes or verifies one.

Spec: VC-DATA-INTEGRITY 1.0 §2.1 (Recommendation of 15 May 2025).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final

from signet_vc.codec import xsd_datetime
from signet_vc.codec.strict_json import Json, JsonObject
from signet_vc.errors import Code, ProblemError

__all__ = ["check_members", "domains_of", "previous_of"]

# RFC 3986: a scheme, and none of what no URI may hold.
_is_url: Final = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[^\s<>\"{}|\\^`\x00-\x20\x7f]+").fullmatch


def check_members(proof: JsonObject) -> None:
    """Hold the optional members to their forms. A time without an offset is one, in UTC.

    Raises PROOF_INVALID, with the JSON Pointer in the proof.
    """
    if "created" in proof and xsd_datetime.parse(proof["created"]) is None:
        raise _malformed("created", "not a time")
    if _RARE.isdisjoint(proof):  # almost always
        return
    for name, (has_form, form) in _FORMS.items():
        if name in proof and not has_form(proof[name]):
            raise _malformed(name, form)


def domains_of(proof: JsonObject) -> frozenset[str]:
    """The security domains of a proof whose members have their forms; a string is a set of one."""
    return frozenset(_as_strings(proof.get("domain", [])) or ())


def previous_of(proof: JsonObject) -> list[str]:
    """The names of the proofs that this one rests on. Raises PROOF_INVALID if they are malformed."""
    if "previousProof" not in proof:
        return []
    names = _as_strings(proof["previousProof"])
    if names is None:
        raise _malformed("previousProof", _FORMS["previousProof"][1])
    return names


def _malformed(name: str, form: str) -> ProblemError:
    return ProblemError.of(Code.PROOF_INVALID, form, f"/{name}")


def _as_strings(value: Json) -> list[str] | None:
    """Read one string or a set of them, each once; None for anything else."""
    if isinstance(value, str):
        return [value]
    if not isinstance(value, list):
        return None
    strings = [each for each in value if isinstance(each, str)]
    return strings if len(strings) == len(value) == len(set(strings)) else None


def _is_string(value: Json) -> bool:
    return isinstance(value, str)


def _names_url(value: Json) -> bool:
    return isinstance(value, str) and _is_url(value) is not None


def _is_time(value: Json) -> bool:
    return xsd_datetime.parse(value) is not None


_FORMS: Final[Mapping[str, tuple[Callable[[Json], bool], str]]] = MappingProxyType(
    {
        "id": (_names_url, "not a URL"),
        "expires": (_is_time, "not a time"),
        "domain": (lambda value: bool(_as_strings(value)), "neither a string nor a set of strings"),
        "challenge": (_is_string, "not a string"),
        "nonce": (_is_string, "not a string"),
        "previousProof": (
            lambda value: _as_strings(value) is not None,
            "neither a string nor a list of different strings",
        ),
    }
)
_RARE: Final = frozenset(_FORMS)
