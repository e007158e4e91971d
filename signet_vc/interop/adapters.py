"""Adapters to other implementations: each a file of JSON in a folder. interop/SPEC.md describes them."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Final

from signet_vc.codec import strict_json
from signet_vc.codec.strict_json import Json
from signet_vc.errors import ProblemError, UsageError

__all__ = ["ALL", "Adapter", "adapters_folder", "select"]

ALL: Final = "all"
_MAX_FILE: Final = 1 << 20
_PYTHON: Final = "{python}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Adapter:
    """How an implementation is asked. ``command`` is run in ``folder``.

    ``kinds``: what it is asked about. ``beyond``: what it makes no claim to, each with the reason: problem
    codes, documents, ids of cases; a case to be refused for nothing else is not put to it. ``known``: where
    it is known to differ from a specification, with the evidence, for people.
    """

    name: str
    folder: Path
    command: tuple[str, ...]
    kinds: frozenset[str]
    beyond: Mapping[str, str]
    known: tuple[str, ...]
    environment: str


def adapters_folder(given: Path | None) -> Path:
    """Where adapters are: the folder that the caller names, else the checkout's ``interop/verifiers``.

    Raises UsageError where there is neither: a wheel carries the vectors alone.
    """
    if given is not None:
        if not given.is_dir():
            raise UsageError(f"{given} is no folder")
        return given
    package = files("signet_vc")
    checkout = Path(str(package)).parent / "interop" / "verifiers"
    if checkout.is_dir():
        return checkout
    raise UsageError(
        "--with needs adapters to other implementations, and an installed package carries the vectors alone: "
        "name a folder of adapters with --verifiers DIR, such as interop/verifiers of a checkout"
    )


def select(folder: Path, names: Sequence[str]) -> list[Adapter]:
    """The adapters of these names, ``all`` for every one there is, in alphabetical order.

    Raises UsageError for a name that is none, and a file that describes no adapter.
    """
    there = {file.stem: file for file in sorted(folder.glob("*.json"))}
    wanted = there if ALL in names else dict.fromkeys(names)
    for name in wanted:
        if name not in there:
            known = ", ".join(there) or "none"
            raise UsageError(
                f"--with {name[:64]!r}: there is no such adapter in {folder}; there are: {known}"
            )
    return [_adapter(there[name]) for name in sorted(wanted)]


def _adapter(file: Path) -> Adapter:
    try:
        value = strict_json.loads(file.read_bytes(), max_bytes=_MAX_FILE)
        environment = _text(value.get("environment", ""))
        command = tuple(_text(each) for each in value["command"])
        return Adapter(
            name=_text(value["name"]),
            folder=file.parent.resolve(),
            command=tuple(_interpreter(file, environment) if each == _PYTHON else each for each in command),
            kinds=frozenset(_text(each) for each in value["kinds"]),
            beyond={code: _text(reason) for code, reason in value.get("beyond", {}).items()},
            known=tuple(_text(each) for each in value.get("known", [])),
            environment=environment,
        )
    except (OSError, ProblemError, AttributeError, KeyError, TypeError) as error:
        raise UsageError(f"{file} does not describe an adapter: {error!r}") from error


def _text(value: Json) -> str:
    if not isinstance(value, str):
        raise TypeError("text is expected")
    return value


def _interpreter(file: Path, environment: str) -> str:
    """This interpreter, or that of an environment of the adapter's own, beside its file."""
    if environment != "own":
        return sys.executable
    scripts = "Scripts" if sys.platform == "win32" else "bin"
    return str((file.parent / f".venv-{file.stem}" / scripts / "python").absolute())
