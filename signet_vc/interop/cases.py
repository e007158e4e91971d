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

__all__ = ["BrokenCaseError", "Case", "Verdict", "bytes_of", "load", "read", "vectors_folder"]

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
        return read(folder, identifier)[0]
    except BrokenCaseError as error:
        return error


def read(folder: Traversable, identifier: str) -> tuple[Case, JsonObject]:
    """Give one case, and all that its file says. Raises BrokenCaseError."""
    try:
        value = loads(_file(folder, identifier).read_bytes(), max_bytes=_MAX_FILE)
    except (OSError, ProblemError) as error:
        raise BrokenCaseError(f"the file of the case cannot be read: {error}") from error
    if not isinstance(value, dict) or value.get("id") != identifier:
        raise BrokenCaseError("the file holds another case than the index says")
    return _case(identifier, value), value


def _file(folder: Traversable, identifier: str) -> Traversable:
    steps = identifier.split("/")
    if "\0" in identifier or not all(step and step.strip(".") for step in steps):
        raise BrokenCaseError("the id is no path below the folder")
    for step in steps[:-1]:
        folder /= step
    return folder / f"{steps[-1]}.json"


def _case(identifier: str, value: JsonObject) -> Case:
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
        return _joined(value["parts"])
    raise BrokenCaseError("an input is neither text, base64 nor parts")


def _joined(parts: list[Json]) -> bytes:
    data = bytearray()
    for each in parts:
        data += _part(each, _MAX_INPUT - len(data))
    return bytes(data)


def _part(value: Json, most: int) -> bytes:
    """Give one of several parts, of at most so many bytes."""
    if not isinstance(value, dict) or value.keys() != {"repeat", "times"}:
        data, times = bytes_of(value), 1
    elif isinstance(value["repeat"], str) and type(value["times"]) is int and value["times"] >= 0:
        data, times = value["repeat"].encode(), value["times"]
    else:
        raise BrokenCaseError("a part is no repetition")
    if len(data) * times > most:
        raise BrokenCaseError("the parts add up to too much")
    return data * times
