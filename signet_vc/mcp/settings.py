"""What a peer says of itself: the settings of the extension, in both eras. FORMAT, *Names*.

They are unauthenticated: they never weaken local policy and are no trust anchor.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from signet_vc.attestation.call import ABSENT, Absent
from signet_vc.codec.strict_json import Json, JsonObject
from signet_vc.errors import Code, ProblemError
from signet_vc.mcp import wire
from signet_vc.mcp.messages import EXTENSION, PROTOCOL_VERSION

__all__ = [
    "CLIENT_CAPABILITIES",
    "DISCOVER",
    "INITIALIZE",
    "OWN_VERSION",
    "Settings",
    "client_path",
    "declare",
    "declared_by_client",
    "declared_by_server",
    "put_client",
    "put_server",
    "server_settings",
    "take_server",
]

INITIALIZE: Final = "initialize"
DISCOVER: Final = "server/discover"
CLIENT_CAPABILITIES: Final = "io.modelcontextprotocol/clientCapabilities"
OWN_VERSION: Final = 1

_CLIENT_SETTINGS: Final[JsonObject] = {"version": OWN_VERSION}
_SERVER_PATH: Final = ("result", "capabilities", "extensions", EXTENSION)
_SECURINGS: Final = frozenset(("data-integrity", "jws", "both"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """A peer's settings, those members that are known here. ``did`` is there for every server."""

    version: int
    did: str | None = None
    securing: str | None = None
    cryptosuites: tuple[str, ...] = ()
    did_methods: tuple[str, ...] = ()
    required: bool = False


def server_settings(*, did: str, securing: str, required: bool) -> JsonObject:
    """The settings that a server, or the proxy in front of it, declares."""
    return {
        "version": OWN_VERSION,
        "did": did,
        "securing": securing,
        "cryptosuites": ["eddsa-jcs-2022", "ecdsa-jcs-2019"],
        "didMethods": ["key"],
        "required": required,
    }


def client_path(method: str, params: Json | Absent) -> tuple[str, ...] | None:
    """Where in ``params`` the client's capabilities stand; None if this message has none.

    In ``initialize`` of the handshake, and from 2026-07-28 on in the ``_meta`` of every request.
    """
    if not isinstance(params, dict):
        return None
    if method == INITIALIZE:
        return ("capabilities",) if isinstance(params.get("capabilities"), dict) else None
    meta = params.get("_meta")
    if not isinstance(meta, dict) or PROTOCOL_VERSION not in meta:
        return None
    return ("_meta", CLIENT_CAPABILITIES) if isinstance(meta.get(CLIENT_CAPABILITIES), dict) else None


def declared_by_client(method: str, params: Json | Absent) -> Settings | None:
    """What the client declares in this message; None where it does not.

    Raises:
        ProblemError: INVALID_CREDENTIAL for settings that cannot be read: answered with -32602, but
            never to ``server/discover``.
    """
    path = client_path(method, params)
    if path is None or not isinstance(params, dict):
        return None
    return _read(_at(params, path), "/params/" + "/".join(step.replace("/", "~1") for step in path))


def declared_by_server(result: Json) -> Settings | None:
    """What the server declares in the result of ``initialize`` or ``server/discover``.

    Raises:
        ProblemError: INVALID_CREDENTIAL for settings that cannot be read, or without a DID.
    """
    if not isinstance(result, dict):
        return None
    settings = _read(result.get("capabilities"), "/result/capabilities")
    if settings is not None and settings.did is None:
        raise _unreadable("/result/capabilities", "a server names its DID")
    return settings


def declare(capabilities: JsonObject) -> JsonObject:
    """A client's capabilities with the extension among them; as they are where it is, or cannot be put."""
    extensions = capabilities.get("extensions", {})
    if not isinstance(extensions, dict) or EXTENSION in extensions:
        return capabilities
    return {**capabilities, "extensions": {**extensions, EXTENSION: _CLIENT_SETTINGS}}


# -- in the text of a message ----------------------------------------------------------------------


def put_client(text: str, message: JsonObject) -> str:
    """``text`` of a request with the extension among its client's capabilities, where they stand in it."""
    params = message.get("params")
    path = client_path(message["method"], params)
    if path is None:
        return text
    capabilities = _at(params, path)
    if declare(capabilities) is capabilities:
        return text
    return wire.put(text, message, ("params", *path, "extensions", EXTENSION), _CLIENT_SETTINGS)


def put_server(text: str, message: JsonObject, settings: JsonObject) -> str:
    """``text`` of a result with our settings in place of any; as it is where it has no capabilities."""
    result = message["result"]
    capabilities = result.get("capabilities") if isinstance(result, dict) else None
    if not isinstance(capabilities, dict) or not isinstance(capabilities.get("extensions", {}), dict):
        return text
    return wire.put(text, message, _SERVER_PATH, settings)


def take_server(text: str, message: JsonObject) -> str:
    """``text`` of a result without the settings of the extension, if it has any."""
    value: Json = message
    for step in _SERVER_PATH:
        if not isinstance(value, dict) or step not in value:
            return text
        value = value[step]
    return wire.take(text, _SERVER_PATH, kept=2)


# -- parts -----------------------------------------------------------------------------------------


def _at(value: Json, path: tuple[str, ...]) -> Json:
    for step in path:
        value = value[step]
    return value


def _read(capabilities: Json, pointer: str) -> Settings | None:
    extensions = capabilities.get("extensions") if isinstance(capabilities, dict) else None
    value = extensions.get(EXTENSION, ABSENT) if isinstance(extensions, dict) else ABSENT
    if value is ABSENT:
        return None
    if not isinstance(value, dict):
        raise _unreadable(pointer, "not an object")
    return _settings(value, pointer)


def _settings(value: Mapping[str, Any], pointer: str) -> Settings:
    version, did, securing = value.get("version"), value.get("did"), value.get("securing")
    required = value.get("required", False)
    if type(version) is not int or version < 1:
        raise _unreadable(pointer, "version is not a positive integer")
    if did is not None and not (isinstance(did, str) and did.startswith("did:")):
        raise _unreadable(pointer, "did is not a DID")
    if securing is not None and not (isinstance(securing, str) and securing in _SECURINGS):
        raise _unreadable(pointer, "securing is none that is known")
    if not isinstance(required, bool):
        raise _unreadable(pointer, "required is not a boolean")
    return Settings(
        version=version,
        did=did,
        securing=securing,
        cryptosuites=_names(value, "cryptosuites", pointer),
        did_methods=_names(value, "didMethods", pointer),
        required=required,
    )


def _names(value: Mapping[str, Any], member: str, pointer: str) -> tuple[str, ...]:
    names = value.get(member, [])
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        raise _unreadable(pointer, f"{member} is not a list of names")
    return tuple(names)


def _unreadable(pointer: str, detail: str) -> ProblemError:
    where = f"{pointer}/extensions/{EXTENSION.replace('/', '~1')}"
    return ProblemError.of(Code.INVALID_CREDENTIAL, f"settings of the extension: {detail}", where)
