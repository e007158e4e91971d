"""What a case is, and the book that the generators write into.

The book holds the rules of the collection itself: unique names, a case to be refused beside the accepted
one that it differs from, no rule with more than five cases.
"""

from __future__ import annotations

import base64
import copy
import json
import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar, Final

from generator.crypto import Document, TestKey
from generator.specifications import DOCUMENTS

VERSION: Final = "1.2.1"
_ORIGIN: Final = "Made for this collection by interop/generate.py"
_LICENCE: Final = "Apache-2.0"
_MOST_CASES_OF_A_RULE: Final = 5
AT: Final = "2026-03-30T12:00:00Z"  # when the cases of other people's documents are judged
NOW: Final = 1774872000  # the same in seconds

Bytes = str | bytes | list[str | bytes | tuple[str, int]]


@dataclass(frozen=True, kw_only=True)
class Rule:
    """The one rule of a case: a sentence, and where it stands."""

    says: str
    document: str
    section: str

    def __post_init__(self) -> None:
        if self.document not in DOCUMENTS:
            raise ValueError(f"no such document: {self.document}")


def rule(document: str, section: str, says: str) -> Rule:
    """Make a rule."""
    return Rule(says=says, document=document, section=section)


@dataclass(frozen=True, kw_only=True)
class Case:
    """One case, as it will be written."""

    kind: str
    verdict: str
    name: str
    rule: Rule
    input: dict[str, Bytes]
    keys: tuple[TestKey, ...] = ()
    policy: Document = field(default_factory=dict)
    expected: Document = field(default_factory=dict)
    differs_from: str | None = None

    @property
    def identifier(self) -> str:
        """`kind/verdict/name`, also the path of its file."""
        return f"{self.kind}/{self.verdict}/{self.name}"

    def as_json(self) -> Document:
        """The content of its file."""
        return {
            "id": self.identifier,
            "kind": self.kind,
            "verdict": self.verdict,
            "rule": self.rule.says,
            "spec": {"document": self.rule.document, "section": self.rule.section},
            **({} if self.differs_from is None else {"differsFrom": self.differs_from}),
            "input": {name: _encoded(value) for name, value in self.input.items()},
            "keys": {key.name: key.public() for key in self.keys},
            "policy": self.policy,
            "expected": self.expected,
            "origin": _ORIGIN,
            "licence": _LICENCE,
        }


class Book:
    """All cases, in the order in which they are made."""

    def __init__(self) -> None:
        self.cases: list[Case] = []

    def accept(
        self,
        kind: str,
        name: str,
        of: Rule,
        *,
        input: dict[str, Bytes],  # noqa: A002 - the member's name
        keys: Iterable[TestKey] = (),
        policy: Document | None = None,
        expected: Document | None = None,
    ) -> Case:
        """A case that is to be accepted, with the values that it is to give."""
        return self._add(
            Case(
                kind=kind,
                verdict="accept",
                name=name,
                rule=of,
                input=input,
                keys=tuple(keys),
                policy=copy.deepcopy(policy or {}),
                expected=expected or {},
            )
        )

    def reject(
        self,
        beside: Case,
        name: str,
        of: Rule,
        *codes: str,
        may_also: Iterable[str] = (),
        keys: Iterable[TestKey] | None = None,
        policy: Document | None = None,
        **members: Bytes,
    ) -> Case:
        """A case that is to be refused: `beside` with these members of its input, or of its policy, changed.

        A member of the policy that is None is taken out.
        """
        changed = {**beside.input, **members}
        rules = {**copy.deepcopy(beside.policy), **(policy or {})}
        rules = {name: value for name, value in rules.items() if value is not None}
        if changed == beside.input and rules == beside.policy:
            raise ValueError(f"{name} does not differ from {beside.identifier}")
        expected: Document = {"codes": list(codes)}
        if may_also:
            expected["mayAlso"] = list(may_also)
        return self._add(
            Case(
                kind=beside.kind,
                verdict="reject",
                name=name,
                rule=of,
                input=changed,
                keys=beside.keys if keys is None else tuple(keys),
                policy=rules,
                expected=expected,
                differs_from=beside.identifier,
            )
        )

    def _add(self, case: Case) -> Case:
        if any(each.identifier == case.identifier for each in self.cases):
            raise ValueError(f"twice: {case.identifier}")
        if not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", case.name):
            raise ValueError(f"no name of a file: {case.name}")
        self.cases.append(case)
        return case

    def check(self) -> None:
        """The rules that only the whole book can break."""
        for says, number in Counter(case.rule.says for case in self.cases).items():
            if number > _MOST_CASES_OF_A_RULE:
                raise ValueError(f"{number} cases of one rule: {says}")
        for case in self.cases:
            if case.verdict == "reject" and not case.expected["codes"]:
                raise ValueError(f"no code: {case.identifier}")

    def write(self, folder: Path) -> None:
        """Write every case and the index."""
        for case in self.cases:
            _write(folder / f"{case.identifier}.json", case.as_json())
        kinds: Document = {}
        for case in self.cases:
            kinds.setdefault(case.kind, {"accept": 0, "reject": 0})[case.verdict] += 1
        used = {case.rule.document for case in self.cases}
        index = {
            "version": VERSION,
            "licence": _LICENCE,
            "specifications": {name: row for name, row in DOCUMENTS.items() if name in used},
            "kinds": kinds,
            "cases": [case.identifier for case in self.cases],
        }
        _write(folder / "index.json", index)


class Writer:
    """Writes cases of one kind into a book: each has one input, `part`, that is another's in each case."""

    part: ClassVar[str]

    def __init__(self, book: Book) -> None:
        self._book = book

    def text_of(self, value: Any) -> Bytes:
        """What stands in a case for a value that is no text yet."""
        raise NotImplementedError

    def reject(
        self, beside: Case, name: str, of: Rule, code: str, value: Any | None = None, /, **changes: Any
    ) -> None:
        """Another value of `part`, as itself or as its text, or another policy, which is refused."""
        if value is not None:
            changes[self.part] = value if isinstance(value, str | bytes | list) else self.text_of(value)
        self._book.reject(beside, name, of, code, **changes)


def replaced(text: str, old: str, new: str) -> str:
    """`text` with its one `old` changed to `new`."""
    if text.count(old) != 1:
        raise ValueError(f"{text.count(old)} times {old!r}")
    return text.replace(old, new)


def run_length(text: str, letter: str, times: int) -> list[str | bytes | tuple[str, int]]:
    """`text` in parts, of which its runs of `letter` are told by their length alone."""
    parts: list[str | bytes | tuple[str, int]] = []
    for index, piece in enumerate(text.split(letter * times)):
        parts += [(letter, times), piece] if index else [piece]
    return parts


def _encoded(value: Bytes) -> Any:
    """Bytes as a case holds them: text, base64, or parts of which one may be repeated."""
    if isinstance(value, bytes):
        return {"base64": base64.b64encode(value).decode()}
    if isinstance(value, list):
        return {
            "parts": [
                {"repeat": part[0], "times": part[1]} if isinstance(part, tuple) else _encoded(part)
                for part in value
            ]
        }
    return value


def _write(path: Path, value: Document) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(json.dumps(value, indent=1, ensure_ascii=False).encode() + b"\n")
