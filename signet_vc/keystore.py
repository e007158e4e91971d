"""Where signing keys are kept: ``env:NAME``, ``file:PATH``, ``keyring:SERVICE/NAME``.

What is kept there is told by its content: a secret Multikey (``z3u2…``), a PKCS#8 PEM, encrypted or
not, or a JWK. Whatever is wrong is a ``UsageError`` that says what and how to mend it, and never any
of the content. Another kind of source, an HSM say, is one more row of SOURCES.
"""

from __future__ import annotations

import contextlib
import errno
import os
import re
import secrets
import stat
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType, ModuleType
from typing import Final, TypeAlias

from signet_vc.codec import strict_json
from signet_vc.errors import Code, ProblemError, UsageError
from signet_vc.keys.jwk import secret_from_jwk
from signet_vc.keys.multikey import secret_from_multibase, secret_to_multibase
from signet_vc.keys.pem import is_encrypted, secret_from_pem, secret_to_pem
from signet_vc.keys.signing import Key

__all__ = [
    "PASSPHRASE_VARIABLE",
    "SOURCES",
    "Access",
    "KeyExistsError",
    "Passphrase",
    "Source",
    "load",
    "read_token",
    "readable",
    "save",
    "variables_of",
]

PASSPHRASE_VARIABLE: Final = "SIGNET_KEY_PASSPHRASE"  # noqa: S105 - its name, not its value
Passphrase: TypeAlias = Callable[[], bytes | None] | bytes | None

_FORMS: Final = "env:NAME, file:PATH or keyring:SERVICE/NAME"
_MAX_BYTES: Final = 1 << 16  # of a key file: a wrong path may name anything
_VARIABLE: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]*", re.ASCII)


class KeyExistsError(UsageError):
    """There is a key where one was to be kept; it stays."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """What a source may need besides its name; see ``load``."""

    passphrase: Passphrase
    allow_readable: bool
    environ: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """One kind of place. All functions take what follows the colon.

    open: give the key. create: keep the content (bytes) there, KeyExistsError if there is any; None if
    the place is not ours to write. variables: the environment variables that hold the key.
    """

    open: Callable[[str, Access], Key]
    create: Callable[[str, bytes], None] | None = None
    variables: Callable[[str], frozenset[str]] = lambda _locator: frozenset()


def load(
    source: str,
    *,
    passphrase: Passphrase = None,
    allow_readable: bool = False,
    environ: Mapping[str, str] = os.environ,
) -> Key:
    """Load the signing key that ``source`` names, else UsageError.

    passphrase: for an encrypted PEM; bytes, or a function that asks for it (None: nobody to ask),
    called only if SIGNET_KEY_PASSPHRASE is not in ``environ``. allow_readable: take a key file that
    others than its owner may read or write.
    """
    row, locator = _row(source)
    access = Access(passphrase=passphrase, allow_readable=allow_readable, environ=environ)
    return row.open(locator, access)


def readable(sources: Iterable[str]) -> set[str]:
    """Give the did:keys of the keys that can be read here, whatever else names them."""
    dids = set()
    for source in sources:
        with contextlib.suppress(UsageError):
            dids.add(load(source).public_key.did)
    return dids


def save(key: Key, target: str, *, passphrase: bytes | None = None) -> None:
    """Keep ``key`` at ``target`` (``file:`` or ``keyring:``), never over what is there (KeyExistsError).

    Written is the secret Multikey, or with a passphrase an encrypted PKCS#8 PEM. A file has mode 0600
    and appears whole or not at all; its folder is made if need be. UsageError where that fails.
    """
    row, locator = _row(target)
    if row.create is None:
        raise UsageError("a key can be kept in file:PATH or keyring:SERVICE/NAME, not in the environment")
    content = (
        secret_to_multibase(key).encode() + b"\n" if passphrase is None else secret_to_pem(key, passphrase)
    )
    row.create(locator, content)


def read_token(source: str, *, environ: Mapping[str, str] | None = None) -> str:
    """Read a bearer token, one line of text, from ``env:NAME`` or ``file:PATH``, else UsageError.

    A file that others than its owner can read is refused, as a key's is.
    """
    scheme, _, locator = source.partition(":")
    if scheme == "env":
        _check_variable(locator)
        content = (os.environ if environ is None else environ).get(locator, "").encode(errors="replace")
    elif scheme == "file":
        path = _path(locator)
        with _failing(f"the file {path} cannot be read"):
            content = _read(path, allow_readable=False)
    else:
        raise UsageError("a token is kept in env:NAME or file:PATH")
    token = content.strip()
    if not token or not all(0x21 <= each <= 0x7E for each in token):  # noqa: PLR2004 - RFC 6750: visible ASCII
        raise UsageError("a token is one line of visible ASCII characters, without spaces")
    return token.decode("ascii")


def variables_of(source: str) -> frozenset[str]:
    """Name the environment variables that no child process may inherit, the passphrase's included."""
    row, locator = _row(source)
    return row.variables(locator) | {PASSPHRASE_VARIABLE}


def _row(source: str) -> tuple[Source, str]:
    scheme, _, locator = source.partition(":")
    if _looks_like_key(source) or _looks_like_key(locator):
        raise UsageError(
            f"a key source names where the key is ({_FORMS}); this one seems to hold the key itself"
        )
    if scheme not in SOURCES or not locator:  # not echoed: what is no source may be a secret
        raise UsageError(f"a key source is {_FORMS}")
    return SOURCES[scheme], locator


def _looks_like_key(text: str) -> bool:
    if "PRIVATE KEY" in text or text.lstrip().startswith("{"):
        return True
    with contextlib.suppress(ProblemError):
        secret_from_multibase(text)
        return True
    return False


# --- content ---


def _key_from(content: bytes, where: str, access: Access) -> Key:
    """Make the key that ``content`` holds; ``where`` is for messages."""
    try:
        return Key.from_secret(*_secret_from(content.strip(), where, access))
    except ProblemError as error:
        # Details of KEY_INVALID are the key readers' own and hold nothing of the input.
        reason = "; ".join(
            each.detail if each.code is Code.KEY_INVALID else each.title for each in error.problems
        )
    # Raised outside of the handler: an exception chained to it might hold the content.
    raise UsageError(f"no usable key in {where}: {reason}")


def _secret_from(content: bytes, where: str, access: Access) -> tuple[str, bytes]:
    if content.startswith(b"-----BEGIN "):
        return secret_from_pem(content, _passphrase(where, access) if is_encrypted(content) else None)
    if content.startswith(b"{"):
        return secret_from_jwk(strict_json.loads(content))
    if not content.isascii() or len(content.split()) != 1:
        raise ProblemError.of(Code.KEY_INVALID, "it holds no Multikey, PKCS#8 PEM or JWK")
    return secret_from_multibase(content.decode())


def _passphrase(where: str, access: Access) -> bytes:
    given = access.passphrase
    if not isinstance(given, bytes):
        given = _encoded(access.environ.get(PASSPHRASE_VARIABLE, "")) or (
            given() if given is not None else None
        )
    if not given:
        raise UsageError(f"the key in {where} is encrypted: set {PASSPHRASE_VARIABLE} to its passphrase")
    return given


def _encoded(text: str) -> bytes:
    """Give the bytes behind a text of the system's; any other text becomes unusable, not an error."""
    with contextlib.suppress(UnicodeEncodeError):
        return os.fsencode(text)
    return text.encode(errors="replace")


# --- env:NAME ---


def _open_variable(name: str, access: Access) -> Key:
    _check_variable(name)
    value = access.environ.get(name, "")
    if not value.strip():
        raise UsageError(
            f"the environment variable {name} is not set; it is to hold a key, such as the content of a file"
            " that signet keygen --out makes"
        )
    return _key_from(_encoded(value), f"env:{name}", access)


def _variables(name: str) -> frozenset[str]:
    _check_variable(name)
    return frozenset({name})


def _check_variable(name: str) -> None:
    if not _VARIABLE.fullmatch(name):
        raise UsageError("env: takes the name of an environment variable: letters, digits and underscores")


# --- file:PATH ---


def _open_file(locator: str, access: Access) -> Key:
    path = _path(locator)
    with _failing(f"the key file {path} cannot be read"):
        try:
            content = _read(path, allow_readable=access.allow_readable)
        except FileNotFoundError as error:
            raise UsageError(f"there is no key file {path}; signet keygen --out {path} makes one") from error
    return _key_from(content, f"file:{path}", access)


def _read(path: Path, *, allow_readable: bool) -> bytes:
    """Read at most _MAX_BYTES, judging the file that was opened and no other of its name."""
    flags = os.O_RDONLY | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_NONBLOCK", 0)  # a FIFO does not block
    with os.fdopen(os.open(path, flags), "rb") as file:
        mode = os.fstat(file.fileno()).st_mode
        if not stat.S_ISREG(mode):
            raise UsageError(f"the file {path} is not a regular file")
        if os.name == "posix" and mode & 0o077 and not allow_readable:
            raise UsageError(f"the file {path} is open to others than its owner: chmod 600 {path}")
        content = file.read(_MAX_BYTES + 1)
    if len(content) > _MAX_BYTES:
        raise UsageError(f"the file {path} is larger than any key or token")
    return content


def _create_file(locator: str, content: bytes) -> None:
    """Write beside, then link into place: that fails if the name is taken, and shows no half-written key."""
    path = _path(locator)
    beside = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    with _failing(f"the key file {path} cannot be made"):
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        _write_new(beside, content)
        try:
            _link(beside, path, content)
        except FileExistsError as error:
            raise KeyExistsError(f"{path} is there already, and is kept as it is") from error
        finally:
            beside.unlink()
        _sync_folder(path.parent)


def _link(beside: Path, path: Path, content: bytes) -> None:
    try:
        os.link(beside, path)
    except OSError as error:
        if error.errno not in {errno.EPERM, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS}:
            raise
        _write_new(path, content)  # a file system without hard links: exclusive still, but not atomic


def _write_new(path: Path, content: bytes) -> None:
    """Make the file durably, or leave none."""
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        try:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        except OSError:
            path.unlink()
            raise


def _sync_folder(folder: Path) -> None:
    """Make the new name durable, where the system can do that: Windows and some network drives cannot."""
    with contextlib.suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def _path(locator: str) -> Path:
    try:
        return Path(locator).expanduser()
    except RuntimeError as error:
        raise UsageError("the key file's path begins with ~, and there is no such home folder") from error


@contextlib.contextmanager
def _failing(what: str) -> Iterator[None]:
    """Turn a failure of the system into a UsageError that begins with ``what``."""
    try:
        yield
    except OSError as error:
        raise UsageError(f"{what}: {error.strerror}") from error
    except ValueError as error:  # a NUL or a lone surrogate in the path
        raise UsageError(f"{what}: its path is none") from error


# --- keyring:SERVICE/NAME ---


def _open_entry(locator: str, access: Access) -> Key:
    service, name = _entry(locator)
    with _using_keyring() as keyring:
        value = keyring.get_password(service, name)
    if value is None:
        raise UsageError(f"the keyring has no entry {name} of {service}; signet keygen --out makes one")
    return _key_from(_encoded(value), f"keyring:{locator}", access)


def _create_entry(locator: str, content: bytes) -> None:
    service, name = _entry(locator)
    with _using_keyring() as keyring:
        if keyring.get_password(service, name) is not None:
            raise KeyExistsError(f"the keyring has an entry {name} of {service}, and it is kept")
        keyring.set_password(service, name, content.decode().strip())


def _entry(locator: str) -> tuple[str, str]:
    service, _, name = locator.rpartition("/")
    if not service or not name:
        raise UsageError("keyring: takes SERVICE/NAME")
    return service, name


@contextlib.contextmanager
def _using_keyring() -> Iterator[ModuleType]:
    """Give the keyring package, turning its failures into a UsageError."""
    try:
        import keyring  # noqa: PLC0415 - an extra, and slow to import
        from keyring.errors import KeyringError  # noqa: PLC0415 - see above
    except ImportError as error:
        raise UsageError(
            'keyring: needs a package that is not installed: pip install "signet-vc[keyring]"'
        ) from error
    try:
        yield keyring
    except KeyringError as error:
        raise UsageError("the system's keyring is not to be used here; file:PATH keeps a key too") from error


SOURCES: Final[Mapping[str, Source]] = MappingProxyType(
    {
        "env": Source(open=_open_variable, variables=_variables),
        "file": Source(open=_open_file, create=_create_file),
        "keyring": Source(open=_open_entry, create=_create_entry),
    }
)
