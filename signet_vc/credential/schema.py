"""Holding a document to a bundled JSON Schema.

For what is judged rarely: a configuration, and the proof that the fast equivalent of the credentials'
schemas is one. ``jsonschema`` is loaded at the first use.
"""

from __future__ import annotations

from functools import cache
from itertools import islice
from typing import TYPE_CHECKING, Any, Final

from signet_vc.codec.json_pointer import Path, pointer
from signet_vc.credential.profile_forms import nests_deeper
from signet_vc.errors import Code, Problem, problem
from signet_vc.limits import DEFAULT_LIMITS
from signet_vc.resources import load_schema

if TYPE_CHECKING:
    from jsonschema import ValidationError
    from jsonschema.protocols import Validator

__all__ = ["problems"]

_MOST_PROBLEMS: Final = 50
_QUOTES_ONLY_THE_SCHEMA: Final = frozenset({"required", "dependentRequired"})


def problems(document: Any, schema: str) -> list[Problem]:
    """What a document breaks of the bundled schema with this ``$id``; at most fifty problems.

    INVALID_CREDENTIAL with a pointer into the document, its detail from the schema's own words, never
    from the document's; TOO_DEEP for more than ``DEFAULT_LIMITS.message_depth`` levels, which are not
    descended into. Raises ``UsageError`` for an unknown schema.
    """
    validator = _validator(schema)
    if nests_deeper(document, DEFAULT_LIMITS.message_depth):
        return [problem(Code.TOO_DEEP, f"nested deeper than {DEFAULT_LIMITS.message_depth}")]
    errors = islice(validator.iter_errors(document), _MOST_PROBLEMS)
    return [problem(Code.INVALID_CREDENTIAL, _detail(error), _pointer(error)) for error in errors]


def _detail(error: ValidationError) -> str:
    """What is asked for: the schema's description of the place, or the rule that it breaks."""
    if error.validator in _QUOTES_ONLY_THE_SCHEMA:
        return error.message
    description = error.schema.get("description") if isinstance(error.schema, dict) else None
    return f"must be: {description}" if description else f"breaks the rule {error.validator}"


def _pointer(error: ValidationError) -> str:
    path: Path = None
    for step in error.absolute_path:
        path = (path, step)
    return pointer(path)


@cache
def _validator(schema: str) -> Validator:
    from jsonschema import Draft202012Validator  # noqa: PLC0415 - 50 ms, and most programs never need it
    from referencing import Registry  # noqa: PLC0415 - as above

    # An empty registry: a reference out of the schema is an error and is not looked up.
    return Draft202012Validator(load_schema(schema), registry=Registry())
