"""Kind `data-model`: the keywords of the schemas that a credential may name, JSON Schema 2020-12."""

from __future__ import annotations

from typing import Any, Final

from generator.book import Book, Rule, rule
from generator.crypto import Document, wire
from generator.data_model import SCHEMA_URL, Credentials

__all__ = ["add"]

_CORE, _VALIDATION = "JSON-SCHEMA-CORE", "JSON-SCHEMA-VALIDATION"
TYPE = rule(_VALIDATION, "6.1", "type, enum and const hold a value to its kind, to one of several, to one.")
NUMBERS = rule(_VALIDATION, "6.2", "Numbers are held to bounds and to multiples.")
STRINGS = rule(_VALIDATION, "6.3", "Lengths of a text are those of its characters.")
PATTERN = rule(_VALIDATION, "6.3.3", "A pattern is looked for anywhere in a text.")
ARRAYS = rule(_VALIDATION, "6.4", "Arrays are held to their length, and to have no item twice.")
OBJECTS = rule(_VALIDATION, "6.5", "Objects are held to their number of members, and to have those required.")
FORMAT = rule(_VALIDATION, "7.3", "format is an assertion about dates, times, addresses and URIs.")
COMBINED = rule(_CORE, "10.2.1", "allOf, anyOf, oneOf and not combine schemas.")
CONDITIONAL = rule(_CORE, "10.2.2", "if, then, else and dependentSchemas apply a schema where another holds.")
ITEMS = rule(_CORE, "10.3.1", "prefixItems, items and contains apply schemas to the items of an array.")
MEMBERS = rule(
    _CORE,
    "10.3.2",
    "properties, patternProperties and additionalProperties apply to the members of an object.",
)
UNEVALUATED = rule(_CORE, "11", "unevaluatedProperties applies to what no other schema has looked at.")
REFERENCE = rule(_CORE, "8.2.3", "$ref applies the schema that it names, by its place or by its anchor.")
NOT_LOADED = rule(
    _CORE, "8.2.3", "A reference to another document is not followed; the outcome is then open."
)
NOT_A_SCHEMA = rule("VC-JSON-SCHEMA", "4", "What is no schema of the dialect decides nothing.")

_ENTRY: Final[Document] = {"id": SCHEMA_URL, "type": "JsonSchema"}


def _schema(of_score: Any, **members: Any) -> str:
    """The text of a schema for a credential's subject, whose `score` is held to `of_score`."""
    subject = {"type": "object", "properties": {"score": of_score}}
    return wire(
        {
            "$id": SCHEMA_URL,
            "$schema": "https://json-schema.org/draft/2020-12/schema",
            "type": "object",
            "properties": {"credentialSubject": subject},
            **members,
        }
    )


# name, rule, the schema of a claim, a value that keeps to it, one that does not
_ROWS: Final[tuple[tuple[str, Rule, Any, Any, Any], ...]] = (
    ("enum", TYPE, {"enum": ["A", "B", 1]}, 1, "C"),
    ("const", TYPE, {"const": {"grade": "A"}}, {"grade": "A"}, {"grade": "B"}),
    ("bounds", NUMBERS, {"minimum": 1, "exclusiveMaximum": 6}, 1, 6),
    ("multiples", NUMBERS, {"multipleOf": 0.5}, 2.5, 2.25),
    ("length", STRINGS, {"minLength": 2, "maxLength": 3}, "😀😀😀", "😀"),
    ("pattern", PATTERN, {"pattern": "b[0-9]+"}, "ab12c", "abc"),
    ("anchored-pattern", PATTERN, {"pattern": "^(?:A|B)[+-]?$"}, "A-", "A--"),
    ("unique-items", ARRAYS, {"uniqueItems": True}, [1, "1", True], [1, 2, 1.0]),
    ("number-of-items", ARRAYS, {"minItems": 2, "maxItems": 3}, [1, 2], [1]),
    ("required", OBJECTS, {"required": ["by"], "maxProperties": 2}, {"by": "x"}, {"of": "x"}),
    ("dependent-required", OBJECTS, {"dependentRequired": {"by": ["at"]}}, {"at": 1}, {"by": "x"}),
    ("format-date", FORMAT, {"format": "date"}, "2024-02-29", "2023-02-29"),
    ("format-uri", FORMAT, {"format": "uri"}, "urn:example:1", "example 1"),
    ("one-of", COMBINED, {"oneOf": [{"type": "integer"}, {"minimum": 5}]}, 4, 7),
    ("not-any-of", COMBINED, {"not": {"anyOf": [{"type": "string"}, {"const": 1}]}}, 2, 1),
    (
        "if-then-else",
        CONDITIONAL,
        {"if": {"type": "integer"}, "then": {"minimum": 1}, "else": {"minLength": 1}},
        "A",
        0,
    ),
    ("dependent-schemas", CONDITIONAL, {"dependentSchemas": {"by": {"required": ["at"]}}}, {}, {"by": "x"}),
    ("prefix-items", ITEMS, {"prefixItems": [{"type": "string"}], "items": False}, ["A"], ["A", 1]),
    ("contains", ITEMS, {"contains": {"const": 1}, "maxContains": 1}, [1, 2], [1, 1]),
    (
        "additional-properties",
        MEMBERS,
        {"properties": {"by": {}}, "additionalProperties": False},
        {"by": 1},
        {"at": 1},
    ),
    (
        "pattern-properties",
        MEMBERS,
        {"patternProperties": {"^x-": {"type": "integer"}}},
        {"x-a": 1},
        {"x-a": "1"},
    ),
    (
        "unevaluated-properties",
        UNEVALUATED,
        {"allOf": [{"properties": {"by": {}}}], "unevaluatedProperties": False},
        {"by": 1},
        {"at": 1},
    ),
)


def add(book: Book) -> None:
    """Add to the kind."""
    made = Credentials(book)
    for name, of, schema, right, wrong in _ROWS:
        _pair(made, name, of, _schema(schema), (right, wrong))
    grades = {"$defs": {"grade": {"$anchor": "grade", "enum": ["A", "B"]}}}
    _pair(made, "reference-by-place", REFERENCE, _schema({"$ref": "#/$defs/grade"}, **grades), ("A", "C"))
    _pair(made, "reference-by-anchor", REFERENCE, _schema({"$ref": "#grade"}, **grades), ("B", "C"))
    elsewhere = _schema({"$ref": "https://issuer.example/schemas/grades.json"})
    for name, of, text in (
        ("reference-elsewhere", NOT_LOADED, elsewhere),
        ("no-schema", NOT_A_SCHEMA, _schema({"minimum": "1"})),
        ("schema-without-id", NOT_A_SCHEMA, _schema({}).replace('"$id"', '"id"')),
        ("schema-that-is-no-json", NOT_A_SCHEMA, "schema"),
    ):
        made.accept(
            f"schema-{name.removeprefix('schema-')}",
            of,
            credentialSchema=_ENTRY,
            s__score="A",
            notices=("SCHEMA_INDETERMINATE",),
            policy={"documents": {SCHEMA_URL: text}},
        )


def _pair(made: Credentials, name: str, of: Rule, text: str, claims: tuple[Any, Any]) -> None:
    """A claim that keeps to a schema, and one that does not."""
    right, wrong = claims
    bring: Document = {"documents": {SCHEMA_URL: text}}
    case = made.accept(f"schema-{name}", of, credentialSchema=_ENTRY, s__score=right, policy=bring)
    made.reject(case, f"schema-{name}-broken", of, "SCHEMA_MISMATCH", credentialSchema=_ENTRY, s__score=wrong)
