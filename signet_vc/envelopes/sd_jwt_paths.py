"""How a caller names the members and elements of a document that are to be disclosable, or disclosed.

``credentialSubject.degree.name`` and ``verifiableCredential[0]``, as W3C's test suite writes them, or a JSON
Pointer (RFC 6901), ``/credentialSubject/degree/name``, which reaches names with dots and brackets too.
"""

from __future__ import annotations

import re
from typing import Final

from signet_vc.codec.strict_json import Json
from signet_vc.envelopes.sd_jwt_disclosures import Steps
from signet_vc.errors import UsageError

__all__ = ["steps_to"]

_STEP: Final = re.compile(r"(?:^|\.)([^.\[\]]+)|\[(0|[1-9][0-9]{0,8})\]")
_INDEX: Final = re.compile(r"0|[1-9][0-9]{0,8}")


def steps_to(path: str, document: Json) -> Steps:
    """Find the way to ``path`` in ``document``; UsageError if it leads nowhere, or is the whole document."""
    steps: list[str | int] = []
    for step in _pointer_steps(path) if path.startswith("/") else _dotted_steps(path):
        if isinstance(document, dict) and isinstance(step, str) and step in document:
            document = document[step]
            steps.append(step)
        elif isinstance(document, list) and _index(step) < len(document):
            steps.append(_index(step))
            document = document[_index(step)]
        else:
            steps = []
            break
    if not steps:
        raise UsageError(f"the document has nothing at {path[:200]!r}")
    return tuple(steps)


def _dotted_steps(path: str) -> list[str | int]:
    steps: list[str | int] = []
    at = 0
    while at < len(path) and not path.startswith("."):
        match = _STEP.match(path, at)
        if match is None:
            return []
        steps.append(match[1] if match[1] is not None else int(match[2]))
        at = match.end()
    return steps


def _pointer_steps(path: str) -> list[str | int]:
    return [part.replace("~1", "/").replace("~0", "~") for part in path[1:].split("/")]


def _index(step: str | int) -> int:
    if isinstance(step, int):
        return step
    return int(step) if _INDEX.fullmatch(step) else 1 << 62
