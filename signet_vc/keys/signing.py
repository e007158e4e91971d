"""Keys that sign and verify, and the one table of their types.

``PublicKey`` is only ever a key that has been checked. ``Signer`` and ``AsyncSigner`` are all that
the rest asks of a signing key, so that it may live in another process, an HSM or a KMS; ``Key`` is
the one that lives here.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final, NoReturn, Protocol, Self

from signet_vc.errors import Code, ProblemError, UsageError
from signet_vc.keys import multicodec
from signet_vc.keys.ed25519 import ED25519
from signet_vc.keys.key_type import KeyType, Sign, Verify
from signet_vc.keys.nist import P256, P384, P521

__all__ = ["KEY_TYPES", "AsyncSigner", "Key", "KeyType", "PublicKey", "Signer", "key_type", "public_key"]

KEY_TYPES: Final[Mapping[str, KeyType]] = MappingProxyType(
    {each.name: each for each in (ED25519, P256, P384, P521)}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicKey:
    """A public key that has passed every check; making one of a bad key raises KEY_INVALID.

    ``raw``: as in a Multikey, 32 bytes (Ed25519) or a compressed point of 33, 49 or 67. ``multibase``:
    the Multikey, ``z6Mk…`` (Ed25519), ``zDna…`` (P-256), ``z82L…`` (P-384), ``z2J9…``
    (P-521). Equal by type and ``raw``.
    """

    key_type: KeyType
    raw: bytes
    multibase: str = field(init=False, compare=False)
    _verify: Verify = field(init=False, compare=False)

    def __post_init__(self) -> None:
        _check_length(self.key_type, "key", self.raw, self.key_type.public_length)
        object.__setattr__(self, "_verify", self.key_type.verifier(self.raw))
        object.__setattr__(self, "multibase", multicodec.encode(self.key_type.public_codec, self.raw))

    @property
    def did(self) -> str:
        """The did:key that is this key."""
        return f"did:key:{self.multibase}"

    def verify(self, signature: bytes, message: bytes) -> bool:
        """Tell whether ``signature`` is this key's over ``message``, which is hashed as the type demands.

        ECDSA: r and s joined, any s (``key_type.is_low_s`` is for those who are strict). Never raises
        for bytes of any length.
        """
        return self._verify(signature, message)

    def __repr__(self) -> str:
        return f"PublicKey({self.multibase})"

    def __reduce__(self) -> tuple[Callable[[str, bytes], PublicKey], tuple[str, bytes]]:
        return public_key, (self.key_type.name, self.raw)


class Signer(Protocol):
    """What signs, wherever it lives."""

    @property
    def public_key(self) -> PublicKey:
        """The key that its signatures verify under."""

    @property
    def verification_method(self) -> str:
        """The DID URL that its proofs name."""

    def sign(self, message: bytes) -> bytes:
        """Sign; ECDSA as r and s joined with low s. Raises UnavailableError if it cannot be reached."""


class AsyncSigner(Protocol):
    """The same for a signer that has to be awaited: a KMS, an agent process."""

    @property
    def public_key(self) -> PublicKey:
        """As ``Signer`` has it."""

    @property
    def verification_method(self) -> str:
        """As ``Signer`` has it."""

    async def sign(self, message: bytes) -> bytes:
        """Sign, as ``Signer.sign`` does."""


class Key:
    """A signing key at hand: ``Signer`` over a function, in memory unless the function says otherwise.

    It shows its DID and nothing else: the secret is no attribute, no part of ``repr``, of a copy (a
    copy is the key itself) or of an exception, and a key cannot be pickled. Equal by public key.
    Whether the bytes stay in the process's memory after use is beyond Python's power.
    """

    __slots__ = ("_reveal", "_sign", "public_key", "verification_method")

    public_key: PublicKey
    verification_method: str
    _sign: Sign
    _reveal: Callable[[], bytes] | None

    def __init__(
        self,
        public_key: PublicKey,
        sign: Sign,
        *,
        verification_method: str | None = None,
        reveal: Callable[[], bytes] | None = None,
    ) -> None:
        """Take the signing function of ``public_key``; ``reveal`` gives the secret where it can be exported.

        ``verification_method``: a DID URL (default: the did:key's); whose it is is for verifiers to find.
        """
        own = f"{public_key.did}#{public_key.multibase}"
        for name, value in (
            ("public_key", public_key),
            ("verification_method", own if verification_method is None else verification_method),
            ("_sign", sign),
            ("_reveal", reveal),
        ):
            object.__setattr__(self, name, value)

    @classmethod
    def from_secret(cls, name: str, secret: bytes, *, verification_method: str | None = None) -> Self:
        """Make the key of ``name`` (see KEY_TYPES) from its raw secret, else KEY_INVALID."""
        row = key_type(name)
        _check_length(row, "secret", secret, row.secret_length)
        raw, sign = row.signer(secret)
        public = PublicKey(key_type=row, raw=raw)
        return cls(public, sign, verification_method=verification_method, reveal=lambda: secret)

    @classmethod
    def of(cls, key: Key) -> Self:
        """Give ``key`` as an instance of this class, a subclass that adds conveniences."""
        return cls(key.public_key, key._sign, verification_method=key.verification_method, reveal=key._reveal)

    @property
    def key_type(self) -> KeyType:
        """The row of KEY_TYPES."""
        return self.public_key.key_type

    @property
    def did(self) -> str:
        """The DID of ``verification_method``; this key's own did:key unless another was given."""
        return self.verification_method.partition("#")[0]

    def sign(self, message: bytes) -> bytes:
        """Sign ``message``, which is hashed as the key type demands; ECDSA: r and s joined, low s."""
        return self._sign(message)

    def reveal_secret(self) -> bytes:
        """Hand out the raw secret, for export; UsageError where the key has none to give."""
        if self._reveal is None:
            raise UsageError(f"the key of {self.did} cannot be exported from where it is")
        return self._reveal()

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.did})"

    def __eq__(self, other: object) -> bool:
        return self.public_key == other.public_key if isinstance(other, Key) else NotImplemented

    def __hash__(self) -> int:
        return hash(self.public_key)

    def __copy__(self) -> Self:
        return self

    def __deepcopy__(self, memo: object) -> Self:
        return self

    def __reduce_ex__(self, protocol: object) -> NoReturn:
        raise TypeError("a signing key cannot be pickled; export it with reveal_secret and load it again")

    def __setattr__(self, name: str, value: object) -> NoReturn:
        raise AttributeError(f"a key is immutable: {name}")

    def __delattr__(self, name: str) -> NoReturn:
        raise AttributeError(f"a key is immutable: {name}")


def key_type(name: str) -> KeyType:
    """Look a type up by its name in KEY_TYPES, else KEY_INVALID."""
    if name not in KEY_TYPES:
        raise ProblemError.of(Code.KEY_INVALID, f"the key is none of {', '.join(KEY_TYPES)}")
    return KEY_TYPES[name]


def public_key(name: str, raw: bytes) -> PublicKey:
    """Check ``raw`` (as in a Multikey) as a public key of the type ``name``, else KEY_INVALID."""
    return PublicKey(key_type=key_type(name), raw=raw)


def _check_length(row: KeyType, what: str, value: bytes, length: int) -> None:
    if len(value) != length:
        raise ProblemError.of(Code.KEY_INVALID, f"an {row.name} {what} has {length} bytes, not {len(value)}")
