"""``credentialSchema``: the schemas that a credential says it keeps to.

Three outcomes: it does, it does not, and (a type or version that is not supported, a schema that was not had,
a schema that asks for too much) indeterminate.

Spec: VCDM 2.0 §4.11; VC-JSON-SCHEMA §§2 to 4.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, NamedTuple

from signet_vc.codec import strict_json
from signet_vc.codec.strict_json import JsonObject
from signet_vc.credential.members import entries, types_of
from signet_vc.credential.related_resource import digest_problems
from signet_vc.credential.schema_dialect import DIALECT, IndeterminateError
from signet_vc.credential.schema_evaluation import Work, broken_at
from signet_vc.errors import Code, Problem, ProblemError, UnavailableError, problem

__all__ = ["Findings", "check"]

_MOST_SCHEMAS: Final = 8  # each may be a look-up
_MOST_BYTES: Final = 256 << 10  # of a schema, or of the credential that carries one
_NOT_EVALUATED: Final = Code.SCHEMA_INDETERMINATE

Load = Callable[[str], bytes | None]
Verify = Callable[[bytes], JsonObject]


class Findings(NamedTuple):
    """``problems`` decide; ``notices`` say what was not evaluated."""

    problems: list[Problem]
    notices: list[Problem]


class _RefusedError(Exception):
    """What stands for the schema is not what its issuer meant; carries the problems."""

    def __init__(self, *problems: Problem) -> None:
        super().__init__()
        self.problems = problems


def check(document: JsonObject, *, load: Load | None, verify: Verify | None = None) -> Findings:
    """Hold a credential that passed the data model's check to the schemas that it names.

    load: gives the bytes behind a URL, None where it has none; it may raise ProblemError or
    UnavailableError. verify: gives the credential in such bytes once it is verified, else raises ProblemError
    or UnavailableError; without it a JsonSchemaCredential is not evaluated. The credential as it is given,
    all of it, is what the schema describes.

    Problems: SCHEMA_MISMATCH with the pointer of what breaks the schema; RELATED_RESOURCE_MISMATCH for a
    schema with another digest than the entry's (INVALID_CREDENTIAL for a digest that cannot be read);
    SCHEMA_INDETERMINATE for a credential with a schema that does not verify. Notices: SCHEMA_INDETERMINATE.
    """
    findings = Findings([], [])
    work = Work()
    listed = entries(document.get("credentialSchema", []), "/credentialSchema")
    for place, entry in listed[:_MOST_SCHEMAS]:
        try:
            broken = broken_at(document, _schema(entry, place, load, verify), work)
        except _RefusedError as error:
            findings.problems.extend(error.problems)
        except IndeterminateError as error:
            findings.notices.append(problem(_NOT_EVALUATED, str(error), place))
        else:
            if broken is not None:
                detail = f"breaks {broken.keyword} of the schema at {place}"
                findings.problems.append(problem(Code.SCHEMA_MISMATCH, detail, broken.pointer))
    for place, _ in listed[_MOST_SCHEMAS:]:
        findings.notices.append(problem(_NOT_EVALUATED, f"more than {_MOST_SCHEMAS} schemas", place))
    return findings


def _schema(entry: JsonObject, place: str, load: Load | None, verify: Verify | None) -> JsonObject:
    """Get the schema of an entry. VC-JSON-SCHEMA §§2.1, 2.2, 3.1, 4.1."""
    types = types_of(entry)
    if "JsonSchema" in types:
        schema = _json(_loaded(entry, place, load))
    elif "JsonSchemaCredential" in types:
        schema = _carried(_loaded(entry, place, load), place, verify)
    else:
        raise IndeterminateError("a type of schema that is not supported")
    if not isinstance(schema, dict):
        raise IndeterminateError("the schema is no object")
    if schema.get("$schema") != DIALECT:
        raise IndeterminateError("the schema does not say that it is of version 2020-12")
    if not isinstance(schema.get("$id"), str):
        raise IndeterminateError("the schema has no $id")
    return schema


def _loaded(entry: JsonObject, place: str, load: Load | None) -> bytes:
    """Get the bytes, and hold them to the entry's digests before anything reads them."""
    try:
        data = None if load is None else load(entry["id"])
    except ProblemError as error:
        raise IndeterminateError(f"the schema was not had: {error.codes[0]}") from error
    except UnavailableError as error:
        raise IndeterminateError(f"the schema was not had: {error.code}") from error
    if data is None:
        raise IndeterminateError("the schema was not had")
    mismatches = digest_problems(entry, place, data)
    if mismatches:
        raise _RefusedError(*mismatches)
    return data


def _json(data: bytes) -> Any:
    try:
        return strict_json.loads(data, max_bytes=_MOST_BYTES)
    except ProblemError as error:
        raise IndeterminateError(f"the schema cannot be read: {error.codes[0]}") from error


def _carried(data: bytes, place: str, verify: Verify | None) -> Any:
    """Take the schema out of a credential that carries one, once that is verified."""
    if verify is None:
        raise IndeterminateError("no credential with a schema is verified here")
    if len(data) > _MOST_BYTES:
        raise IndeterminateError(f"the schema cannot be read: {Code.TOO_LARGE}")
    try:
        credential = verify(data)
    except ProblemError as error:
        detail = f"the credential with the schema does not verify: {error.codes[0]}"
        raise _RefusedError(problem(_NOT_EVALUATED, detail, place)) from error
    except UnavailableError as error:
        raise IndeterminateError(f"the credential with the schema was not verified: {error.code}") from error
    subject = credential.get("credentialSubject")
    if not isinstance(subject, dict) or subject.get("type") not in ("JsonSchema", ["JsonSchema"]):
        raise IndeterminateError("the credential with the schema has no subject of type JsonSchema alone")
    return subject.get("jsonSchema")
