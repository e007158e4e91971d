"""Cases as they stand in their files. interop/SPEC.md says what each member means."""

from __future__ import annotations

from base64 import b64decode
from binascii import Error as Base64Error
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Final, Literal

from signet_vc.codec.strict_json import Json, JsonObject, loads
from signet_vc.errors import ProblemError, UsageError

__all__ = ["BrokenCaseError", "Case", "Verdict", "bytes_of", "load", "vectors_folder"]

Verdict = Literal["accept", "reject"]
_MAX_FILE: Final = 8 << 20
_MAX_INPUT: Final = 128 << 20  # what parts may add up to; a damaged count must not fill the memory


class BrokenCaseError(Exception):
    """A case that cannot be read; it counts as failed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One case. ``input``: bytes by name; ``policy``, ``expected``: as in the file."""

    identifier: str
    kind: str
    verdict: Verdict
    input: Mapping[str, bytes]
    policy: JsonObject
    expected: JsonObject

    def text(self, name: str) -> str:
        """An input that is an identifier or a token, and so ASCII or at least UTF-8."""
        return self.input[name].decode()


def vectors_folder() -> Traversable:
    """Where this package's own vectors are: in a wheel its data, else the checkout's ``interop``."""
    package = files("signet_vc")
    data = package / "_data" / "vectors"
    return data if data.is_dir() else package / ".." / "interop" / "vectors"


def load(folder: Traversable) -> Iterator[tuple[str, Case | BrokenCaseError]]:
    """Every case that the index of ``folder`` names, by its id, in that order.

    Raises UsageError, before the first, if there is no index that can be read.
    """
    try:
        index = loads((folder / "index.json").read_bytes(), max_bytes=_MAX_FILE)
    except (OSError, ProblemError) as error:
        raise UsageError(f"no index of vectors can be read in {folder}") from error
    identifiers = index.get("cases") if isinstance(index, dict) else None
    if not isinstance(identifiers, list) or not all(isinstance(each, str) for each in identifiers):
        raise UsageError(f"the index of vectors in {folder} names no cases")
    return ((each, _load(folder, each)) for each in identifiers)


def _load(folder: Traversable, identifier: str) -> Case | BrokenCaseError:
    try:
        return _read(identifier, loads(_file(folder, identifier).read_bytes(), max_bytes=_MAX_FILE))
    except (OSError, ProblemError) as error:
        return BrokenCaseError(f"the file of the case cannot be read: {error}")
    except BrokenCaseError as error:
        return error


def _file(folder: Traversable, identifier: str) -> Traversable:
    steps = identifier.split("/")
    if not all(step and step.strip(".") for step in steps):
        raise BrokenCaseError("the id is no path below the folder")
    for step in steps[:-1]:
        folder /= step
    return folder / f"{steps[-1]}.json"


def _read(identifier: str, value: Json) -> Case:
    if not isinstance(value, dict) or value.get("id") != identifier:
        raise BrokenCaseError("the file holds another case than the index says")
    verdict, kind = value.get("verdict"), value.get("kind")
    inputs, policy, expected = value.get("input"), value.get("policy"), value.get("expected")
    if not isinstance(kind, str) or not (verdict == "accept" or verdict == "reject"):  # noqa: PLR1714 - narrows
        raise BrokenCaseError("kind or verdict is none")
    if not (isinstance(inputs, dict) and isinstance(policy, dict) and isinstance(expected, dict)):
        raise BrokenCaseError("input, policy or expected is no object")
    return Case(
        identifier=identifier,
        kind=kind,
        verdict=verdict,
        input={name: bytes_of(each) for name, each in inputs.items()},
        policy=policy,
        expected=expected,
    )


def bytes_of(value: Json) -> bytes:
    """Give the bytes that a case holds as their text, their base64, or parts of which one may be repeated."""
    if isinstance(value, str):
        return value.encode()
    if isinstance(value, dict) and value.keys() == {"base64"} and isinstance(value["base64"], str):
        try:
            return b64decode(value["base64"], validate=True)
        except (Base64Error, ValueError) as error:
            raise BrokenCaseError("an input is not base64") from error
    if isinstance(value, dict) and value.keys() == {"parts"} and isinstance(value["parts"], list):
        return b"".join(map(_part, value["parts"]))
    raise BrokenCaseError("an input is neither text, base64 nor parts")


def _part(value: Json) -> bytes:
    if not isinstance(value, dict) or value.keys() != {"repeat", "times"}:
        return bytes_of(value)
    repeated, times = value["repeat"], value["times"]
    if (
        not isinstance(repeated, str)
        or type(times) is not int
        or not 0 <= times * len(repeated) <= _MAX_INPUT
    ):
        raise BrokenCaseError("a part is no repetition")
    return repeated.encode() * times
