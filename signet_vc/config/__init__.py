"""What a person configures: one YAML file, the environment over it, flags or keyword arguments over both.

The file is ``--config``, else what ``SIGNET_CONFIG`` names, else ``config.yaml`` in the user's
configuration directory; never one of the working directory, which may belong to somebody else. What
a setting may be is said by ``schemas/signet-config.schema.json``, for every layer.
"""

from __future__ import annotations

import difflib
import os
from collections.abc import Callable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final, Literal

from signet_vc.codec.timestamps import format_s, parse
from signet_vc.config import serving
from signet_vc.config.error import ConfigurationError, unknown
from signet_vc.config.serving import InstanceConfig, ServeConfig
from signet_vc.config.yaml_file import read_yaml
from signet_vc.credential import schema
from signet_vc.errors import UsageError
from signet_vc.keystore import PASSPHRASE_VARIABLE, variables_of
from signet_vc.limits import DEFAULT_LIMITS, NANOSECONDS
from signet_vc.policy import AllowedSigner
from signet_vc.resources import CONFIG_SCHEMA
from signet_vc.securing import Securing

__all__ = [
    "Config",
    "ConfigurationError",
    "InstanceConfig",
    "ServeConfig",
    "config_directory",
    "state_directory",
]

_SECTION: Final = "signet"
_PREFIX: Final = "SIGNET_"
_KEY_SOURCES: Final = ("key_source", "agent_key_source")
_OWN_KEYS: Final = ("server.key", "agent.key")  # that the proxy makes for a user without configuration
_CONFIG_VARIABLE: Final = "SIGNET_CONFIG"
_LIKELY: Final = 0.8  # an unknown SIGNET_ variable that is this close to a setting's name is a slip
_BOOLEANS: Final[dict[str, bool]] = {"true": True, "1": True, "false": False, "0": False}


@dataclass(frozen=True, slots=True, kw_only=True)
class Config:
    """Every setting, typed, with its default.

    algorithm: of the keys that are made where none is there. key_source, agent_key_source: ``env:``,
        ``file:`` or ``keyring:``.
    attest_responses: None means ``required`` where signatures are required, else ``optional``.
    embed_limit: bytes. max_lifetime, clock_skew: seconds.
    audience: None means a server's own DID, and at an agent that none is known.
    store: a URL; None means the store in the user's state directory.
    pass_attestations: an agent-side proxy leaves our members in what it hands on.
    allowed_domains: hosts from which did:web documents and status lists are fetched; none by default.
    path: the file that was read. secret_variables: environment variables that hold secrets of this
        side, which no child process may inherit.
    """

    algorithm: Literal["Ed25519", "P-256", "P-384"] = "Ed25519"
    key_source: str | None = None
    agent_key_source: str | None = None
    require_signatures: bool = True
    allowed_signers: tuple[AllowedSigner, ...] = ()
    attest_responses: Literal["required", "optional", "never"] | None = None
    securing: Securing = Securing.DATA_INTEGRITY
    jws_alg: Literal["Ed25519", "EdDSA"] = "Ed25519"
    payload: Literal["embed", "commit"] = "embed"
    embed_limit: int = DEFAULT_LIMITS.embed_bytes
    audience: str | None = None
    max_lifetime: float = 300.0
    clock_skew: float = 60.0
    store: str | None = None
    pass_attestations: bool = False
    allowed_domains: tuple[str, ...] = ()
    serve: ServeConfig = field(default_factory=ServeConfig)
    path: Path | None = None
    secret_variables: frozenset[str] = field(default=frozenset({PASSPHRASE_VARIABLE}))

    @property
    def responses(self) -> Literal["required", "optional", "never"]:
        """``attest_responses`` with its default filled in."""
        if self.attest_responses is not None:
            return self.attest_responses
        return "required" if self.require_signatures else "optional"

    @property
    def attesting_sources(self) -> frozenset[str]:
        """Where the keys are that attest tool calls here: as configured, and those that the proxy made."""
        own = (state_directory() / name for name in _OWN_KEYS)
        configured = {each for each in (self.key_source, self.agent_key_source) if each is not None}
        return frozenset(configured | {f"file:{path}" for path in own if path.exists()})

    @classmethod
    def load(
        cls,
        path: str | Path | None = None,
        *,
        environ: Mapping[str, str] | None = None,
        overrides: Mapping[str, Any] | None = None,
    ) -> Config:
        """Read the configuration.

        Args:
            path: the file; None looks where a user's configuration is kept.
            environ: None means the process's own.
            overrides: flags or keyword arguments by setting; None is as if not given.

        Raises:
            ConfigurationError: a file that cannot be read, an unknown or duplicate key, a wrong value.
        """
        environ = os.environ if environ is None else environ
        given = _given(overrides or {})
        file = _find(path, environ)
        in_file = {} if file is None else _section(file)
        # A variable that holds a key is no setting, whichever layer names it.
        secrets = {PASSPHRASE_VARIABLE} | _named_variables(in_file) | _named_variables(given)
        secrets |= _named_variables(_environment(environ, secrets, only=_KEY_SOURCES))
        settings = in_file | _environment(environ, secrets) | given
        return cls(**_typed(settings), path=file, secret_variables=frozenset(secrets))

    def overridden(self, overrides: Mapping[str, Any]) -> Config:
        """This configuration with some settings changed; as ``load`` takes them, and raising the same."""
        given = _given(overrides)
        secrets = self.secret_variables | _named_variables(given)
        return replace(self, **_typed(given), secret_variables=secrets)


def config_directory(environ: Mapping[str, str] | None = None) -> Path:
    """Where a user's configuration and default key are: ``$XDG_CONFIG_HOME/signet``."""
    return _user_directory("XDG_CONFIG_HOME", ".config", environ)


def state_directory(environ: Mapping[str, str] | None = None) -> Path:
    """Where a user's store and pins are: ``$XDG_STATE_HOME/signet``."""
    return _user_directory("XDG_STATE_HOME", ".local/state", environ)


def _user_directory(variable: str, default: str, environ: Mapping[str, str] | None) -> Path:
    environ = os.environ if environ is None else environ
    base = Path(environ.get(variable, ""))
    if base.is_absolute():  # a relative one is ignored, as the XDG specification says
        return base / _SECTION
    home = environ.get("HOME")
    return (Path(home) if home else Path.home()) / default / _SECTION


# -- layers ----------------------------------------------------------------------------------------


def _find(path: str | Path | None, environ: Mapping[str, str]) -> Path | None:
    named = path if path is not None else environ.get(_CONFIG_VARIABLE) or None
    if named is not None:
        return Path(named).expanduser().absolute()
    default = config_directory(environ) / "config.yaml"
    return default if default.is_file() else None


def _section(file: Path) -> dict[str, Any]:
    """The settings of a file, valid, their paths made independent of where this program runs."""
    document = read_yaml(file)
    if not isinstance(document, dict):
        raise ConfigurationError(str(file), None, f"write the settings under one key, {_SECTION}:")
    for key in document:
        if key != _SECTION:
            raise ConfigurationError(str(file), key, f"unknown; the only key at the top is {_SECTION}:")
    settings = document.get(_SECTION)
    if settings is None:
        return {}
    if not isinstance(settings, dict):
        raise ConfigurationError(str(file), _SECTION, "write settings under it, each as NAME: VALUE")
    _check(settings, str(file))
    for name in (*_KEY_SOURCES, "store"):
        if name in settings:
            settings[name] = serving.beside(file, settings[name])
    if "serve" in settings:
        settings["serve"] = serving.served_beside(file, settings["serve"])
    return settings


def _environment(
    environ: Mapping[str, str], secrets: AbstractSet[str], *, only: tuple[str, ...] | None = None
) -> dict[str, Any]:
    """The settings of the environment, valid.

    Other programs may use the prefix too, so an unknown name is an error only where it is nearly a
    setting's: a misspelt SIGNET_REQUIRE_SIGNATURES must not silently do nothing.
    """
    settings: dict[str, Any] = {}
    for variable, text in environ.items():
        if not variable.startswith(_PREFIX) or variable == _CONFIG_VARIABLE or variable in secrets:
            continue
        name = variable.removeprefix(_PREFIX).lower()
        if only is not None and name not in only:
            continue
        if variable == _variable(name) and name in _FORMS:
            settings[name] = _from_text(name, text)
            _check({name: settings[name]}, variable)
        elif near := difflib.get_close_matches(name, _FORMS, n=1, cutoff=_LIKELY):
            raise ConfigurationError(variable, None, f"unknown; did you mean {_variable(near[0])}?")
    return settings


def _variable(name: str) -> str:
    return _PREFIX + name.upper()


def _named_variables(layer: Mapping[str, Any]) -> frozenset[str]:
    """The environment variables that hold secrets, as key and token sources of this layer name them."""
    sources = [layer[name] for name in _KEY_SOURCES if name in layer]
    sources += serving.sources_of(layer.get("serve", {}))
    return frozenset().union(*(variables_of(source) for source in sources))


def _from_text(name: str, text: str) -> object:
    """A variable's text in the shape that the file would have it in: lists are separated by commas."""
    if name in {"allowed_signers", "allowed_domains"}:
        return [part.strip() for part in text.split(",") if part.strip()]
    if name in {"require_signatures", "pass_attestations"}:
        return _BOOLEANS.get(text.lower(), text)
    if text.isascii() and text.isdigit():
        return int(text) if len(text) < 20 else text  # noqa: PLR2004 - no size or time has so many digits
    return text


# -- values ----------------------------------------------------------------------------------------

_SIGNER_FORM: Final = "write a DID, or {did, tools: [NAME], until: TIME, audience: DID or URI}"
_SIGNER_FORMS: Final[dict[str, str]] = {
    "did": "write a DID, such as did:key:z6Mk…",
    "tools": "write a list of names of tools, with * and ? as wildcards",
    "until": "write a time such as 2026-12-31T00:00:00Z",
    "audience": "write a DID or an absolute URI",
}

# What to write, by setting. The rules themselves are the schema's; this is for the person who broke one.
_FORMS: Final[dict[str, str]] = {
    "algorithm": "write Ed25519, P-256 or P-384",
    "key_source": "write env:NAME, file:PATH or keyring:SERVICE/NAME, never the key itself",
    "agent_key_source": "write env:NAME, file:PATH or keyring:SERVICE/NAME, never the key itself",
    "require_signatures": "write true or false",
    "allowed_signers": f"write a list; of each entry {_SIGNER_FORM}",
    "attest_responses": "write required, optional or never (off is a boolean in YAML)",
    "securing": "write data-integrity, jws or both",
    "jws_alg": "write Ed25519 or EdDSA",
    "payload": "write embed or commit",
    "embed_limit": "write a size such as 64KiB or 1MiB, or a number of bytes",
    "audience": "write a DID, an absolute URI, or first-use",
    "max_lifetime": "write a time such as 300s, 5m or 1h, or a number of seconds",
    "clock_skew": "write a time such as 60s, or a number of seconds",
    "store": "write a URL such as sqlite:audit.db",
    "pass_attestations": "write true or false",
    "allowed_domains": "write a list of host names in lower case, each with :PORT where that is not 443",
    "serve": serving.SERVE_FORM,
}


def _check(settings: Mapping[str, Any], source: str) -> None:
    """Hold settings against the schema, none of whose messages is shown: they repeat the value."""
    for name in settings:
        if name not in _FORMS:
            raise ConfigurationError(source, name, unknown(name, _FORMS))
    plain = {name: _plain(value) for name, value in settings.items()}
    for found in schema.problems({_SECTION: plain}, CONFIG_SCHEMA):
        _, _, name, *inner = found.pointer.split("/")
        if name == "serve":
            raise serving.wrong(source, settings[name], inner)
        if name == "allowed_signers" and inner:
            raise _wrong_signer(source, plain[name], int(inner[0]))
        raise ConfigurationError(source, name, _FORMS[name])
    for number, entry in enumerate(settings.get("allowed_signers", ()), 1):
        try:
            AllowedSigner.of(entry["did"] if isinstance(entry, Mapping) else entry)
        except UsageError as error:
            raise ConfigurationError(source, "allowed_signers", f"entry {number}: {error}") from error


def _wrong_signer(source: str, entries: Any, index: int) -> ConfigurationError:
    """Name the entry of ``allowed_signers`` that is wrong, and its member."""
    return ConfigurationError(source, "allowed_signers", f"entry {index + 1}: {_signer_form(entries[index])}")


def _signer_form(entry: object) -> str:
    if not isinstance(entry, Mapping):
        return _SIGNER_FORM
    for member, value in entry.items():
        if member not in _SIGNER_FORMS:
            return f"{member}: {unknown(str(member), _SIGNER_FORMS)}"
        signer = {"did": "did:example:anybody", member: value}
        if schema.problems({_SECTION: {"allowed_signers": [signer]}}, CONFIG_SCHEMA):
            return f"{member}: {_SIGNER_FORMS[member]}"
    return "did: name whose keys they are"


def _given(overrides: Mapping[str, Any]) -> dict[str, Any]:
    """The overrides that are there, valid."""
    given = {name: value for name, value in overrides.items() if value is not None}
    _check(given, "argument")
    return given


def _typed(settings: Mapping[str, Any]) -> dict[str, Any]:
    return {name: _TYPED[name](value) if name in _TYPED else value for name, value in settings.items()}


def _plain(value: object) -> object:
    """An argument of a program in the shape that the file would have it in."""
    if isinstance(value, timedelta):
        return f"{value // timedelta(seconds=1)}s" if value >= timedelta() else "negative"
    if isinstance(value, datetime):
        return format_s(int(value.timestamp()) * NANOSECONDS)
    if isinstance(value, AllowedSigner):
        return value.did
    if isinstance(value, Mapping):
        return {name: _plain(member) for name, member in value.items() if member is not None}
    if isinstance(value, list | tuple):
        return [_plain(member) for member in value]
    return value


def _size(value: int | str) -> int:
    """Bytes; a number, or a text of digits and a unit."""
    text = str(value)
    digits = text.rstrip("BKMi")
    return int(digits) * {"": 1, "B": 1, "KiB": 1 << 10, "MiB": 1 << 20}[text[len(digits) :]]


def _duration(value: int | str | timedelta) -> float:
    """Seconds; a number, or a text of digits and a unit."""
    if isinstance(value, timedelta):
        return value.total_seconds()
    text = str(value)
    digits = text.rstrip("smh")
    return float(digits) * {"": 1, "s": 1, "m": 60, "h": 3600}[text[len(digits) :]]


def _signers(value: Sequence[str | Mapping[str, Any] | AllowedSigner]) -> tuple[AllowedSigner, ...]:
    return tuple(_signer(entry) for entry in value)


def _signer(entry: str | Mapping[str, Any] | AllowedSigner) -> AllowedSigner:
    if isinstance(entry, Mapping) and isinstance(entry.get("until"), str):
        until = datetime.fromtimestamp((parse(entry["until"]) or 0) / NANOSECONDS, UTC)
        return AllowedSigner.of({**entry, "until": until})
    return AllowedSigner.of(entry)


_TYPED: Final[dict[str, Callable[[Any], Any]]] = {
    "allowed_signers": _signers,
    "securing": Securing,
    "embed_limit": _size,
    "max_lifetime": _duration,
    "clock_skew": _duration,
    "allowed_domains": tuple,
    "serve": serving.typed,
}
