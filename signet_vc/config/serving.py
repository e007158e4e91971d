"""The section ``serve``: what ``signet serve`` does."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Literal

from signet_vc.config.error import ConfigurationError, unknown

__all__ = [
    "SERVE_FORM",
    "InstanceConfig",
    "ServeConfig",
    "beside",
    "served_beside",
    "sources_of",
    "typed",
    "wrong",
]

SERVE_FORM: Final = "write, in the file alone, what signet serve does, member by member"
_SERVE_FORMS: Final[dict[str, str]] = {
    "public_url": "write an https URL without a slash at its end",
    "tokens": "write a list of env:NAME or file:PATH, never a token itself",
    "instances": "write a list of {name, key_source, securing, suite, status}",
    "trust_any": "write true or false",
    "inline_contexts": "write true or false",
    "status_store": "write sqlite: and a path",
    "threads": "write a number from 1 to 64",
    "waiting": "write a number from 0 to 65536",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class InstanceConfig:
    """An instance of ``signet serve``: its name, key source, securing, suite, status lists' purposes."""

    name: str
    key_source: str
    securing: Literal["data-integrity", "jws", "sd-jwt", "cose"] = "data-integrity"
    suite: str | None = None
    status: tuple[Literal["revocation", "suspension"], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ServeConfig:
    """What ``signet serve`` does.

    tokens: ``env:`` or ``file:``. status_store: a URL; None means the user's state directory. threads,
    waiting: documents at once, and requests that wait for their turn.
    """

    public_url: str | None = None
    tokens: tuple[str, ...] = ()
    instances: tuple[InstanceConfig, ...] = ()
    trust_any: bool = False
    inline_contexts: bool = False
    status_store: str | None = None
    threads: int = 2
    waiting: int = 256


def typed(value: Mapping[str, Any]) -> ServeConfig:
    """Give a valid section its type."""
    members: dict[str, Any] = {
        name: tuple(each) if isinstance(each, list) else each for name, each in value.items()
    }
    if "instances" in value:
        members["instances"] = tuple(
            InstanceConfig(**{**each, "status": tuple(each.get("status", ()))}) for each in value["instances"]
        )
    return ServeConfig(**members)


def sources_of(value: Mapping[str, Any]) -> list[str]:
    """Give the sources of keys and tokens that a valid section names."""
    return [*(each["key_source"] for each in value.get("instances", [])), *value.get("tokens", [])]


def beside(file: Path, value: str) -> str:
    """A source or store of a file, its path made absolute."""
    for scheme in ("file:", "sqlite:"):
        if value.startswith(scheme) and value != "sqlite::memory:":
            return scheme + str(file.parent / Path(value.removeprefix(scheme)).expanduser())
    return value


def served_beside(file: Path, serve: dict[str, Any]) -> dict[str, Any]:
    """The section with the paths of a file made absolute."""
    changed = dict(serve)
    if "status_store" in serve:
        changed["status_store"] = beside(file, serve["status_store"])
    if "tokens" in serve:
        changed["tokens"] = [beside(file, each) for each in serve["tokens"]]
    if "instances" in serve:
        changed["instances"] = [
            {**each, "key_source": beside(file, each["key_source"])} for each in serve["instances"]
        ]
    return changed


def wrong(source: str, value: object, inner: list[str]) -> ConfigurationError:
    """Name the member of ``serve`` that is wrong, or that nobody knows."""
    if inner:
        entry = f"entry {int(inner[1]) + 1}: " if len(inner) > 1 else ""
        return ConfigurationError(source, f"serve.{inner[0]}", entry + _SERVE_FORMS[inner[0]])
    if isinstance(value, Mapping):
        for name in value:
            if name not in _SERVE_FORMS:
                return ConfigurationError(source, f"serve.{name}", unknown(str(name), _SERVE_FORMS))
    return ConfigurationError(source, "serve", SERVE_FORM)
