"""What commands read: one file, or standard input, of bounded size."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any, Final

import click

from signet_vc.cli.output import shown
from signet_vc.codec import strict_json
from signet_vc.codec.strict_json import JsonObject
from signet_vc.errors import Code, ProblemError, UsageError
from signet_vc.limits import DEFAULT_LIMITS

__all__ = ["beside", "is_object", "object_in", "opened", "read", "text_in"]

_MAX_BYTES: Final = DEFAULT_LIMITS.document_bytes


@contextmanager
def opened(name: str) -> Iterator[IO[bytes]]:
    """The file, or standard input for ``-``. UsageError for a file that cannot be read."""
    if name == "-":
        yield sys.stdin.buffer
        return
    try:
        with click.open_file(name, "rb") as stream:
            yield stream
    except OSError as error:
        raise UsageError(f"{shown(name)} cannot be read: {error.strerror}") from error


def read(name: str) -> bytes:
    """Read a file that is judged; ``-`` is standard input.

    Raises UsageError for one that cannot be read, ProblemError (TOO_LARGE) for more than a document may have.
    """
    with opened(name) as stream:
        content = stream.read(_MAX_BYTES + 1)
    if len(content) > _MAX_BYTES:
        raise ProblemError.of(Code.TOO_LARGE, f"{shown(name)} has more than {_MAX_BYTES} bytes")
    return content


def beside(name: str) -> bytes:
    """Read a file that goes with what is judged. UsageError where that cannot be, or it is too large."""
    try:
        with Path(name).open("rb") as stream:
            content = stream.read(_MAX_BYTES + 1)
    except OSError as error:
        raise UsageError(f"{shown(name)} cannot be read: {error.strerror}") from error
    if len(content) > _MAX_BYTES:
        raise UsageError(f"{shown(name)} has more than {_MAX_BYTES} bytes")
    return content


def is_object(content: bytes) -> bool:
    """Whether a file holds a JSON object rather than a token."""
    return content.lstrip().startswith(b"{")


def object_in(content: bytes, name: str) -> JsonObject:
    """The JSON object in a file. ProblemError for what is no strict JSON, or no object."""
    value: Any = strict_json.loads(content)
    if not isinstance(value, dict):
        raise ProblemError.of(Code.UNKNOWN_FORMAT, f"{shown(name)} holds no JSON object")
    return value


def text_in(content: bytes, name: str) -> str:
    """The token in a file, white space around it taken off. ProblemError for what is no ASCII."""
    try:
        return content.decode("ascii").strip()
    except UnicodeDecodeError as error:
        raise ProblemError.of(Code.UNKNOWN_FORMAT, f"{shown(name)} holds no token") from error
