"""The one version of JSON Schema that is evaluated, 2020-12: its own schema, its formats, its addresses.

Spec: JSON Schema 2020-12, Core §8 and Validation §7; VC-JSON-SCHEMA §3.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import TYPE_CHECKING, Any, Final

from signet_vc.codec import xsd_datetime
from signet_vc.codec.strict_json import JsonObject
from signet_vc.credential.members import is_url

if TYPE_CHECKING:
    from jsonschema import FormatChecker
    from referencing import Registry

__all__ = [
    "DIALECT",
    "IndeterminateError",
    "formats",
    "has_inner_ids",
    "metaschema",
    "registry",
    "without_dialect",
]

DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"

_DATA: Final = frozenset({"const", "enum"})
_MOST_DEPTH: Final = 64  # of a schema


class IndeterminateError(Exception):
    """The schema cannot be evaluated here: what it asks for is not supported, or too much work."""


def without_dialect(schema: JsonObject) -> JsonObject:
    """Copy a schema without ``$schema``: where it stands, the library would change to another evaluator.

    Raises IndeterminateError for another version's, for one in a constant, and for more than 64 levels.
    """
    copy: JsonObject = _copied(schema, 0, in_data=False)
    return copy


def _copied(value: Any, depth: int, *, in_data: bool) -> Any:
    if depth > _MOST_DEPTH:
        raise IndeterminateError(f"it is nested deeper than {_MOST_DEPTH}")
    if isinstance(value, list):
        return [_copied(each, depth + 1, in_data=in_data) for each in value]
    if not isinstance(value, dict):
        return value
    dialect = value.get("$schema")
    named = isinstance(dialect, str)
    if named and (in_data or dialect != DIALECT):
        raise IndeterminateError("a version of JSON Schema that is not supported")
    return {
        name: _copied(each, depth + 1, in_data=in_data or name in _DATA)
        for name, each in value.items()
        if not (named and name == "$schema")
    }


def has_inner_ids(schema: JsonObject) -> bool:
    """Whether a schema within has an address of its own, so that references in it mean something else."""
    pending: list[Any] = list(schema.values())
    while pending:
        value = pending.pop()
        if isinstance(value, dict):
            if isinstance(value.get("$id"), str):
                return True
            pending += value.values()
        elif isinstance(value, list):
            pending += value
    return False


@cache
def registry() -> Registry[Any]:
    """The schemas that may be referred to from outside of them: the parts of the one for schemas, alone."""
    from jsonschema_specifications import (  # type: ignore[import-untyped]  # noqa: PLC0415 - with jsonschema
        REGISTRY,
    )
    from referencing import Registry  # noqa: PLC0415 - with jsonschema, at the first use
    from referencing.jsonschema import DRAFT202012  # noqa: PLC0415 - with jsonschema, at the first use

    parts = [uri for uri in REGISTRY if uri.startswith("https://json-schema.org/draft/2020-12/")]
    return (
        Registry()
        .with_resources(
            (uri, DRAFT202012.create_resource(without_dialect(REGISTRY.contents(uri)))) for uri in parts
        )
        .crawl()
    )


def metaschema() -> JsonObject:
    """The schema that every schema keeps to."""
    schema: JsonObject = registry().contents(DIALECT)
    return schema


@cache
def formats() -> FormatChecker:
    """The formats that are assertions."""
    from jsonschema import FormatChecker  # noqa: PLC0415 - with jsonschema, at the first use

    checker = FormatChecker(formats=())
    for name, holds in _FORMATS.items():
        checker.checks(name)(holds)
    return checker


def _is_email(value: Any) -> bool:
    if not isinstance(value, str):
        return True
    local, at, domain = value.rpartition("@")
    return bool(local and at and domain) and not any(each.isspace() for each in value)


def _is_date_time(value: Any) -> bool:
    moment = xsd_datetime.parse(value)
    return not isinstance(value, str) or (moment is not None and moment.zoned)


def _is_date(value: Any) -> bool:
    return not isinstance(value, str) or xsd_datetime.parse(f"{value}T00:00:00Z") is not None


def _is_uri(value: Any) -> bool:
    return not isinstance(value, str) or is_url(value)


_FORMATS: Final[dict[str, Callable[[Any], bool]]] = {
    "date": _is_date,
    "date-time": _is_date_time,
    "email": _is_email,
    "uri": _is_uri,
}
