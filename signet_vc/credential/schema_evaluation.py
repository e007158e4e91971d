"""Holding a document to a JSON Schema that somebody else wrote, in bounded work.

``jsonschema`` evaluates; but a schema can make it work for hours (a pattern that backtracks, references that
double, a value quoted in every message). So each keyword is paid for before it is evaluated, by the size of
what it looks at, and the few keywords whose work cannot be foreseen are evaluated here. Nothing is fetched:
references are resolved within the schema.

Spec: JSON Schema 2020-12, Core and Validation.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any, Final, NamedTuple, TypeAlias

import orjson

from signet_vc.codec import jcs
from signet_vc.codec.json_pointer import Path, pointer
from signet_vc.codec.strict_json import JsonObject
from signet_vc.credential.schema_dialect import (
    IndeterminateError,
    formats,
    has_inner_ids,
    metaschema,
    registry,
    without_dialect,
)
from signet_vc.credential.schema_pattern import Pattern, PatternError

if TYPE_CHECKING:
    from jsonschema import ValidationError

__all__ = ["Broken", "IndeterminateError", "Work", "broken_at"]

_MOST_WORK: Final = 500_000  # 0.2 to 0.5 µs a unit, measured
_KEYWORD: Final = 8  # calling it
_CHARACTERS_A_UNIT: Final = 60  # of what a message quotes, or equality compares
_ENTRIES_A_UNIT: Final = 2  # of a list or object that is gone through
_APPLIED: Final = 8  # a schema to one value
_REFERENCE: Final = 40  # following it
_PATTERN: Final = 2000  # reading one, and unfolding what it repeats
_CRAWL: Final = 10  # characters of a schema that is searched for an anchor, a unit
# They quote nothing of the document; what they look at below is paid for there.
_QUOTES_NOTHING: Final = frozenset(
    {
        "$ref",
        "$dynamicRef",
        "allOf",
        "dependentSchemas",
        "if",
        "patternProperties",
        "prefixItems",
        "properties",
        "propertyNames",
        "required",
        "unevaluatedItems",
        "unevaluatedProperties",
    }
)

_APPLICATORS: Final = frozenset(
    {
        "additionalProperties",
        "allOf",
        "anyOf",
        "contains",
        "items",
        "oneOf",
        "patternProperties",
        "prefixItems",
        "propertyNames",
        "unevaluatedItems",
        "unevaluatedProperties",
    }
)

_Validator: TypeAlias = Any  # jsonschema's; its protocol does not tell of ``descend``
_Errors: TypeAlias = Iterator[Any]  # of its ValidationError
_Keyword: TypeAlias = Callable[[_Validator, Any, Any, JsonObject], _Errors | None]


class Work:
    """What is left of the work that one verification spends on schemas."""

    __slots__ = ("_left",)

    def __init__(self, most: int = _MOST_WORK) -> None:
        self._left = most

    def spend(self, work: int) -> None:
        """Pay for work before it is done. Raises IndeterminateError if there is not enough left."""
        self._left -= work
        if self._left < 0:
            raise IndeterminateError("it asks for more work than the limit")


class Broken(NamedTuple):
    """The place in the document, a JSON Pointer, and the keyword that it breaks."""

    pointer: str
    keyword: str


def broken_at(document: JsonObject, schema: JsonObject, work: Work) -> Broken | None:
    """Say what ``document`` breaks of ``schema`` first; None if it keeps to it.

    ``schema`` is evaluated as of 2020-12, and so must be whatever is in it. The formats ``date``,
    ``date-time``, ``email`` and ``uri`` are assertions, all others annotations.

    Raises IndeterminateError: no valid schema, a reference that leads out of it or nowhere, a pattern or a
    combination of keywords that is not evaluated here, too much work.
    """
    try:
        return _broken_at(document, without_dialect(schema), work)
    except IndeterminateError:
        raise
    except RecursionError as error:
        raise IndeterminateError("it refers to itself without an end, or is too deep") from error
    except PatternError as error:
        raise IndeterminateError(f"a pattern is not evaluated here: {error}") from error
    except Exception as error:  # a schema may provoke any fault of what evaluates it
        raise IndeterminateError(f"it cannot be evaluated: {type(error).__name__}") from error


def _broken_at(document: JsonObject, schema: JsonObject, work: Work) -> Broken | None:
    if _Evaluation(metaschema(), schema, work, with_formats=False).first() is not None:
        raise IndeterminateError("it is no valid schema")
    return _Evaluation(schema, document, work, with_formats=True).first()


class _Evaluation:
    """One evaluation of one schema, which pays for what it does."""

    def __init__(self, schema: JsonObject, document: Any, work: Work, *, with_formats: bool) -> None:
        from jsonschema import Draft202012Validator  # noqa: PLC0415 - 50 ms, and most programs never need it
        from jsonschema.validators import extend  # noqa: PLC0415 - as above
        from referencing.jsonschema import DRAFT202012  # noqa: PLC0415 - as above

        self._work = work
        self._document = document
        self._sizes: dict[int, int] = {}
        self._patterns: dict[str, Pattern] = {}
        self._schema_size = self._size(schema)
        work.spend(self._schema_size // _CHARACTERS_A_UNIT)
        keywords: dict[str, _Keyword] = {**Draft202012Validator.VALIDATORS, **self._own_keywords()}
        evaluator = extend(  # type: ignore[no-untyped-call]  # jsonschema's own has no types
            Draft202012Validator, {name: self._paid(name, keyword) for name, keyword in keywords.items()}
        )
        local = registry()
        self._resolver: Any = local.resolver_with_root(DRAFT202012.create_resource(schema))
        self._validator = evaluator(
            schema, registry=local, format_checker=formats() if with_formats else None
        )
        self._has_inner_ids = has_inner_ids(schema)

    def first(self) -> Broken | None:
        error = next(self._validator.iter_errors(self._document), None)
        if error is None:
            return None
        path: Path = None
        for step in error.absolute_path:
            path = (path, step)
        return Broken(pointer(path), str(error.validator or "false"))

    # --- what it costs --------------------------------------------------------------------------------

    def _size(self, value: Any) -> int:
        """The characters of a value, about."""
        if isinstance(value, str):
            return len(value)
        if not isinstance(value, dict | list):
            return 1
        known = self._sizes.get(id(value))
        if known is None:
            try:
                known = len(orjson.dumps(value))
            except orjson.JSONEncodeError:  # an integer of more than 64 bits
                known = 1 << 20
            self._sizes[id(value)] = known
        return known

    def _paid(self, name: str, keyword: _Keyword) -> _Keyword:
        def evaluate(validator: _Validator, value: Any, instance: Any, schema: JsonObject) -> _Errors | None:
            self._work.spend(self._cost(name, value, instance))
            return keyword(validator, value, instance, schema)

        return evaluate

    def _cost(self, name: str, value: Any, instance: Any) -> int:
        cost = _KEYWORD + self._size(value) // _CHARACTERS_A_UNIT
        entries = sum(len(each) for each in (value, instance) if isinstance(each, dict | list))
        cost += entries * _APPLIED if name in _APPLICATORS else entries // _ENTRIES_A_UNIT
        if name not in _QUOTES_NOTHING:
            cost += self._size(instance) // _CHARACTERS_A_UNIT
        if name in {"$ref", "$dynamicRef"}:
            cost += _REFERENCE + (0 if str(value).startswith("#/") else self._schema_size // _CRAWL)
        return cost

    # --- what is evaluated here -----------------------------------------------------------------------

    def _own_keywords(self) -> dict[str, _Keyword]:
        return {
            "additionalProperties": self._additional_properties,
            "pattern": self._pattern,
            "patternProperties": self._pattern_properties,
            "unevaluatedItems": self._unevaluated,
            "unevaluatedProperties": self._unevaluated,
            "uniqueItems": self._unique_items,
        }

    def _matches(self, expression: str, text: str) -> bool:
        pattern = self._patterns.get(expression)
        if pattern is None:
            self._work.spend(_PATTERN)
            pattern = self._patterns[expression] = Pattern(expression)
        return pattern.search(text, self._work.spend)

    def _pattern(self, _validator: _Validator, value: str, instance: Any, _schema: JsonObject) -> _Errors:
        if isinstance(instance, str) and not self._matches(value, instance):
            yield _error()

    def _pattern_properties(
        self, validator: _Validator, value: JsonObject, instance: Any, _schema: JsonObject
    ) -> _Errors:
        if isinstance(instance, dict):
            for expression, subschema in value.items():
                for name, member in instance.items():
                    if self._matches(expression, name):
                        yield from _applied(validator, subschema, member, name)

    def _additional_properties(
        self, validator: _Validator, value: Any, instance: Any, schema: JsonObject
    ) -> _Errors:
        if isinstance(instance, dict):
            named = self._named(schema, instance)
            for name, member in instance.items():
                if name not in named:
                    yield from _applied(validator, value, member, name)

    def _named(self, schema: JsonObject, instance: JsonObject) -> set[str]:
        """The members that ``properties`` and ``patternProperties`` speak of."""
        named = {name for name in instance if name in schema.get("properties", {})}
        for expression in schema.get("patternProperties", {}):
            named |= {name for name in instance if name not in named and self._matches(expression, name)}
        return named

    def _unique_items(
        self, _validator: _Validator, value: Any, instance: Any, _schema: JsonObject
    ) -> _Errors:
        if value and isinstance(instance, list):
            self._work.spend(self._size(instance) // _CHARACTERS_A_UNIT + len(instance) * _APPLIED)
            if len({jcs.canonicalize_wide(each) for each in instance}) < len(instance):
                yield _error()

    def _unevaluated(self, validator: _Validator, value: Any, instance: Any, schema: JsonObject) -> _Errors:
        if self._has_inner_ids:
            raise IndeterminateError("unevaluated members of a schema with another one in it")
        if isinstance(instance, dict) and "unevaluatedProperties" in schema:
            members: Iterator[tuple[Any, Any]] = iter(instance.items())
        elif isinstance(instance, list) and "unevaluatedItems" in schema:
            members = enumerate(instance)
        else:
            return
        own = {
            name: each
            for name, each in schema.items()
            if name not in {"unevaluatedItems", "unevaluatedProperties"}
        }
        evaluated = self._evaluated(validator, instance, own)
        for step, member in members:
            if step not in evaluated:
                yield from _applied(validator, value, member, step)

    def _evaluated(self, validator: _Validator, instance: Any, schema: Any) -> set[Any]:
        """The members that a schema, to which ``instance`` keeps, and those in it speak of."""
        self._work.spend(_KEYWORD + len(instance) // _ENTRIES_A_UNIT)
        if not isinstance(schema, dict):
            return set()
        found: set[Any] = set()
        for subschema in self._in_place(validator, instance, schema):
            found |= self._evaluated(validator, instance, subschema)
        if isinstance(instance, dict):
            every = "additionalProperties" in schema or "unevaluatedProperties" in schema
            return found | (set(instance) if every else self._named(schema, instance))
        if "items" in schema or "unevaluatedItems" in schema:
            return set(range(len(instance)))
        found.update(range(len(schema.get("prefixItems", ()))))
        if "contains" in schema:
            found.update(
                index for index, each in enumerate(instance) if _keeps_to(validator, each, schema["contains"])
            )
        return found

    def _in_place(self, validator: _Validator, instance: Any, schema: JsonObject) -> Iterator[Any]:
        """The schemas in ``schema`` that hold for the whole of ``instance``."""
        for name in ("$ref", "$dynamicRef"):
            if name in schema:
                self._work.spend(self._cost(name, schema[name], None))
                yield self._resolver.lookup(schema[name]).contents
        yield from schema.get("allOf", ())
        for name in ("anyOf", "oneOf"):
            yield from (each for each in schema.get(name, ()) if _keeps_to(validator, instance, each))
        if "if" in schema:
            if _keeps_to(validator, instance, schema["if"]):
                yield schema["if"]
                yield schema.get("then", True)
            else:
                yield schema.get("else", True)
        if isinstance(instance, dict):
            for name, each in schema.get("dependentSchemas", {}).items():
                if name in instance:
                    yield each


def _keeps_to(validator: _Validator, instance: Any, schema: Any) -> bool:
    return next(iter(validator.descend(instance, schema)), None) is None


def _applied(validator: _Validator, schema: Any, member: Any, step: str | int) -> _Errors:
    if schema is False:
        yield _error(step)
    else:
        yield from validator.descend(member, schema, path=step)


def _error(*path: str | int) -> ValidationError:
    from jsonschema import ValidationError  # noqa: PLC0415 - as above

    return ValidationError("", path=path)
