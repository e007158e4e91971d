"""The bundled JSON-LD contexts and JSON Schemas, by identifier and held to their SHA-256.

This is the one module of the core that reads files, and it reads only the package's own. Nothing
is ever fetched: an identifier that is not in an index is unknown.
"""

from __future__ import annotations

import hashlib
from functools import cache
from typing import TYPE_CHECKING, Any, Final, Literal

import orjson

from signet_vc.errors import Code, ProblemError, UnavailableError, UsageError

if TYPE_CHECKING:
    from importlib.resources.abc import Traversable

__all__ = [
    "CID_V1",
    "CONFIG_SCHEMA",
    "CREDENTIALS_V1",
    "CREDENTIALS_V2",
    "DATA_INTEGRITY_V2",
    "DID_V1",
    "EXAMPLES_V2",
    "JWK_V1",
    "MULTIKEY_V1",
    "REQUEST_SCHEMA",
    "RESPONSE_SCHEMA",
    "SIGNET_V1",
    "STATUS_V1",
    "UNDEFINED_TERMS_V2",
    "VECTOR_SCHEMA",
    "known_context",
    "known_contexts",
    "load_context",
    "load_schema",
]

SIGNET_V1: Final = "https://w3id.org/signet-vc/v1"
CREDENTIALS_V2: Final = "https://www.w3.org/ns/credentials/v2"
CREDENTIALS_V1: Final = "https://www.w3.org/2018/credentials/v1"
EXAMPLES_V2: Final = "https://www.w3.org/ns/credentials/examples/v2"
UNDEFINED_TERMS_V2: Final = "https://www.w3.org/ns/credentials/undefined-terms/v2"
STATUS_V1: Final = "https://www.w3.org/ns/credentials/status/v1"
DATA_INTEGRITY_V2: Final = "https://w3id.org/security/data-integrity/v2"
MULTIKEY_V1: Final = "https://w3id.org/security/multikey/v1"
JWK_V1: Final = "https://w3id.org/security/jwk/v1"
CID_V1: Final = "https://www.w3.org/ns/cid/v1"
DID_V1: Final = "https://www.w3.org/ns/did/v1"

REQUEST_SCHEMA: Final = "https://w3id.org/signet-vc/schemas/signet-request-credential.schema.json"
RESPONSE_SCHEMA: Final = "https://w3id.org/signet-vc/schemas/signet-response-credential.schema.json"
CONFIG_SCHEMA: Final = "https://w3id.org/signet-vc/schemas/signet-config.schema.json"
VECTOR_SCHEMA: Final = "https://w3id.org/signet-vc/schemas/signet-vector.schema.json"

_Folder = Literal["contexts", "schemas"]


def known_contexts() -> frozenset[str]:
    """The identifiers of all bundled contexts."""
    return _identifiers("contexts")


def known_context(identifier: object) -> bool:
    """Whether a context is bundled under exactly this identifier. Reads no context."""
    return isinstance(identifier, str) and identifier in _identifiers("contexts")


def load_context(identifier: str) -> dict[str, Any]:
    """The bundled context document, a new object at each call.

    Raises ``ProblemError`` (UNKNOWN_CONTEXT) for any identifier that is not bundled, and
    ``UnavailableError`` if the file is not the one that the index names.
    """
    if not known_context(identifier):
        raise ProblemError.of(Code.UNKNOWN_CONTEXT, "no context is bundled under this identifier")
    return _document("contexts", identifier)


def load_schema(identifier: str) -> dict[str, Any]:
    """The bundled JSON Schema with this ``$id``, a new object at each call.

    Raises ``UsageError`` for any other identifier, and ``UnavailableError`` as ``load_context``.
    """
    if identifier not in _identifiers("schemas"):
        raise UsageError(f"no schema is bundled under {identifier!r}")
    return _document("schemas", identifier)


def _document(folder: _Folder, identifier: str) -> dict[str, Any]:
    document: dict[str, Any] = orjson.loads(_checked_bytes(folder, identifier))
    return document


@cache
def _checked_bytes(folder: _Folder, identifier: str) -> bytes:
    row = _index(folder)[identifier]
    try:
        data = (_root() / folder / row["file"]).read_bytes()
    except OSError as error:
        raise _damaged(row["file"]) from error
    if hashlib.sha256(data).hexdigest() != row["sha256"]:
        raise _damaged(row["file"])
    return data


@cache
def _identifiers(folder: _Folder) -> frozenset[str]:
    return frozenset(_index(folder))


@cache
def _index(folder: _Folder) -> dict[str, dict[str, str]]:
    try:
        index: dict[str, dict[str, str]] = orjson.loads((_root() / folder / "index.json").read_bytes())
    except (OSError, ValueError) as error:
        raise _damaged(f"{folder}/index.json") from error
    return index


def _root() -> Traversable:
    """Where ``contexts`` and ``schemas`` are: in a wheel the package's data, else the checkout."""
    from importlib.resources import files  # noqa: PLC0415 - 15 ms, and many programs load no context

    package = files("signet_vc")
    data = package / "_data"
    return data if data.is_dir() else package / ".."


def _damaged(file: str) -> UnavailableError:
    return UnavailableError(
        f"the bundled file {file} is missing or altered: install the package again",
        code=Code.RESOLVER_UNAVAILABLE,
    )
