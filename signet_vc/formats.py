"""How a credential may be secured, each way a row of FORMATS that is told by its content.

A row opens what was parsed into what ``verification`` needs to know of it; a further way (SD-JWT, COSE) is a
further row.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import ClassVar, Final, NamedTuple, Protocol, TypeAlias

from signet_vc.codec import xsd_datetime
from signet_vc.codec.strict_json import Json, JsonObject
from signet_vc.did.resolver import Resolver
from signet_vc.envelopes import vc_jwt
from signet_vc.envelopes.jws import Jws
from signet_vc.errors import Code, Problem, problem
from signet_vc.proofs import data_integrity

__all__ = ["FORMATS", "Content", "Opened", "Verdict", "open_content"]

Content: TypeAlias = Json | Jws  # what was parsed


class Verdict(NamedTuple):
    """What the signatures came to. ``document``: what was signed; None if there is any problem."""

    problems: Sequence[Problem]
    notices: Sequence[Problem]
    document: JsonObject | None


class Opened(Protocol):
    """A secured credential of one format, nothing of it verified."""

    @property
    def format(self) -> str:
        """Name the format, as FORMATS does."""

    @property
    def credential(self) -> JsonObject:
        """Give what is held to its schema."""

    @property
    def securings(self) -> list[str]:
        """Name the cryptosuites, or the algorithm, that it claims."""

    def form_problems(self, *, strict: bool) -> list[Problem]:
        """Say what is wrong beside the credential itself, without a key. strict: FORMAT binds it."""

    def verify(self, controller: str, resolver: Resolver | None, *, strict: bool) -> Verdict:
        """Check the signatures against the keys of ``controller``, a DID.

        Raises ProblemError for a bad key, UnavailableError if the DID cannot be resolved.
        """

    def time_problems(self, at_ns: int, skew_ns: int) -> tuple[list[Problem], list[Problem]]:
        """Judge the times that belong to the signature: problems and notices."""


class _DataIntegrity:
    """A JSON object with a ``proof``."""

    __slots__ = ("_proofs", "credential")
    format: ClassVar[str] = "data-integrity"

    def __init__(self, credential: JsonObject) -> None:
        proof = credential["proof"]
        self.credential = credential
        self._proofs = [
            each for each in (proof if isinstance(proof, list) else [proof]) if isinstance(each, dict)
        ]

    @classmethod
    def open(cls, content: Content) -> _DataIntegrity | None:
        return cls(content) if isinstance(content, dict) and "proof" in content else None

    @property
    def securings(self) -> list[str]:
        names = [proof.get("cryptosuite") for proof in self._proofs]
        return [name for name in names if isinstance(name, str)]

    def form_problems(self, *, strict: bool) -> list[Problem]:  # noqa: ARG002 - there is nothing beside it
        return []

    def verify(self, controller: str, resolver: Resolver | None, *, strict: bool) -> Verdict:
        result = data_integrity.verify(
            self.credential, controller=controller, resolver=resolver, strict=strict
        )
        return Verdict(result.problems, (), result.document)

    def time_problems(self, at_ns: int, skew_ns: int) -> tuple[list[Problem], list[Problem]]:
        """``expires`` (VC-DATA-INTEGRITY §2.1), which a proof without an offset means in UTC."""
        problems, notices = [], []
        for proof in self._proofs:
            moment = xsd_datetime.parse(proof.get("expires"))
            if moment is not None and moment.ns + skew_ns < at_ns:
                problems.append(problem(Code.EXPIRED, "a proof has expired", "/proof"))
            if moment is not None and not moment.zoned:
                detail = "the time of expiry has no offset and is read as UTC"
                notices.append(problem(Code.INVALID_CREDENTIAL, detail, "/proof"))
        return problems, notices


class _VcJwt:
    """A compact JWS whose header says ``vc+jwt``, or nothing of its type."""

    __slots__ = ("credential", "token")
    format: ClassVar[str] = vc_jwt.TYPE

    def __init__(self, token: Jws) -> None:
        """Raises ProblemError if the payload is no JSON object."""
        self.credential = vc_jwt.claims(token)
        self.token = token

    @classmethod
    def open(cls, content: Content) -> _VcJwt | None:
        return cls(content) if isinstance(content, Jws) and vc_jwt.is_typed(content) else None

    @property
    def securings(self) -> list[str]:
        return [self.token.header["alg"]]

    def form_problems(self, *, strict: bool) -> list[Problem]:
        return vc_jwt.form_problems(self.token, self.credential, strict=strict)

    def verify(self, controller: str, resolver: Resolver | None, *, strict: bool) -> Verdict:
        problems = vc_jwt.signature_problems(
            self.token, self.credential, controller=controller, resolver=resolver, strict=strict
        )
        return Verdict(problems, vc_jwt.notices(self.token), None if problems else self.credential)

    def time_problems(self, at_ns: int, skew_ns: int) -> tuple[list[Problem], list[Problem]]:
        """``exp``, ``nbf``, ``iat`` (RFC 7519 §4.1)."""
        return vc_jwt.time_problems(self.credential, at_ns=at_ns, skew_ns=skew_ns)


FORMATS: Final[Mapping[str, Callable[[Content], Opened | None]]] = MappingProxyType(
    {each.format: each.open for each in (_DataIntegrity, _VcJwt)}
)


def open_content(content: Content) -> Opened | None:
    """Open parsed content by the first row that knows it; None if none does. Raises as that row does."""
    for open_as in FORMATS.values():
        opened = open_as(content)
        if opened is not None:
            return opened
    return None
