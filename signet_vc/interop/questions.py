"""What other implementations are asked: the cases, without the verdict that is expected of them."""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Iterator
from dataclasses import dataclass, field
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any, Final

from signet_vc.codec import strict_json
from signet_vc.codec.strict_json import Json, JsonObject
from signet_vc.errors import ProblemError, UsageError
from signet_vc.interop.cases import BrokenCaseError, Verdict, bytes_of, read

__all__ = ["Question", "of_published", "of_vectors"]

_MAX_FILE: Final = 16 << 20
_PROTOCOLS: Final = ("a2a", "ap2", "rfc9421", "ucp")
# What a published case says of its own verdict; none of it is shown to whom it is put.
_ANSWERS: Final = frozenset(
    {
        "expect", "why", "id", "intermediate", "verdict_by_profile", "ucp_error", "max_age_check",
        "private_key_d",
    }
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """One case. ``codes``: the problems that a refusal is for; ``values``: what an acceptance states.

    ``rule``: the sentence that decides; it stands in ``section`` of ``document``, at ``url`` if there is one.
    """

    identifier: str
    kind: str
    verdict: Verdict
    codes: tuple[str, ...] = ()
    values: JsonObject = field(default_factory=dict)
    input: JsonObject
    policy: JsonObject = field(default_factory=dict)
    keys: JsonObject = field(default_factory=dict)
    rule: str
    document: str
    section: str = ""
    url: str = ""

    @property
    def source(self) -> str:
        """Where the rule stands."""
        return f"{self.document} {self.section}".strip()

    def line(self, number: int) -> bytes:
        """The question as an adapter reads it: a line of JSON, its id a number that tells nothing."""
        asked = {
            "id": str(number),
            "kind": self.kind,
            "input": self.input,
            "policy": self.policy,
            "keys": self.keys,
        }
        return json.dumps(asked, separators=(",", ":")).encode() + b"\n"


# --- the vectors of this project's layout ---------------------------------------------------------------


def of_vectors(folder: Traversable) -> list[Question]:
    """The cases that the index of ``folder`` names, in its order; those that cannot be read are left out.

    Raises UsageError if there is no index that can be read.
    """
    try:
        index = strict_json.loads((folder / "index.json").read_bytes(), max_bytes=_MAX_FILE)
        identifiers, specifications = index["cases"], index.get("specifications", {})
        return [
            question
            for each in identifiers
            if (question := _question(folder, each, specifications)) is not None
        ]
    except (OSError, ProblemError, AttributeError, KeyError, TypeError) as error:
        raise UsageError(f"no index of vectors can be read in {folder}") from error


def _question(folder: Traversable, identifier: str, specifications: JsonObject) -> Question | None:
    """A case that cannot be read fails in this package's own run, and is not put to others."""
    try:
        case, told = read(folder, identifier)
        spec, expected = told.get("spec", {}), case.expected
        return Question(
            identifier=identifier,
            kind=case.kind,
            verdict=case.verdict,
            codes=tuple(map(str, (*expected.get("codes", ()), *expected.get("mayAlso", ())))),
            values={
                name: value for name, value in expected.items() if name not in {"codes", "mayAlso", "notices"}
            },
            input={name: _sent(data) for name, data in case.input.items()},
            policy=_policy(case.policy),
            keys=told.get("keys", {}),
            rule=str(told.get("rule", "")),
            document=str(spec.get("document", "")),
            section=str(spec.get("section", "")),
            url=str(specifications.get(spec.get("document"), {}).get("url", "")),
        )
    except (BrokenCaseError, AttributeError, TypeError):
        return None


def _policy(policy: JsonObject) -> JsonObject:
    if "documents" not in policy:
        return policy
    return {
        **policy,
        "documents": {url: _sent(bytes_of(value)) for url, value in policy["documents"].items()},
    }


def _sent(data: bytes) -> Json:
    """Bytes as text where they are UTF-8, else as base64."""
    try:
        return data.decode()
    except UnicodeDecodeError:
        return {"base64": b64encode(data).decode()}


# --- other parties' --------------------------------------------------------------------------------------


def of_published(folder: Path) -> list[Question]:
    """Other parties' vectors that adapters know: the agent protocols', and W3C's secured documents.

    Raises UsageError for a file that is not what its place says.
    """
    try:
        return [*_of_protocols(folder), *_of_w3c(folder)]
    except (OSError, ProblemError, AttributeError, KeyError, TypeError) as error:
        raise UsageError(f"{folder} does not hold published vectors: {error!r}") from error


def _of_protocols(folder: Path) -> Iterator[Question]:
    for name in _PROTOCOLS:
        for file in sorted((folder / name).glob("*.json")):
            case = _read(file)
            if not isinstance(case, dict) or case.get("expect") not in {"accept", "reject"}:
                continue
            told = {member: value for member, value in case.items() if member not in _ANSWERS}
            yield Question(
                identifier=f"published/{name}/{file.stem}",
                kind=f"published/{name}",
                verdict=case["expect"],
                input={"case": json.dumps(told)},
                rule=str(case.get("why", "")),
                document=str(case.get("source", "")),
            )


def _of_w3c(folder: Path) -> Iterator[Question]:
    for suite in sorted(folder.glob("w3c-*/*")):
        kind = f"published/{suite.relative_to(folder).as_posix()}"
        for file in sorted(suite.glob("signed*.json")):
            yield Question(
                identifier=f"{kind}/{file.stem}",
                kind=kind,
                verdict="accept",
                input={"document": file.read_text("utf-8")},
                policy={"trustAny": True},
                rule="W3C's own test vector: the signature verifies.",
                document=suite.parent.name.removeprefix("w3c-"),
            )


def _read(file: Path) -> Any:
    return strict_json.loads(file.read_bytes(), max_bytes=_MAX_FILE)
