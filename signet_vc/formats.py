"""How a credential or presentation may be secured, each way a row of FORMATS that is told by its content.

``read_content`` takes apart what came, and ``open_content`` opens it into what ``verification`` needs to know
of it. A further envelope is a further row of ENVELOPES.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Any, ClassVar, Final, NamedTuple, Protocol, TypeAlias

from signet_vc.codec import strict_json, xsd_datetime
from signet_vc.codec.strict_json import Json, JsonObject
from signet_vc.credential import enveloped
from signet_vc.credential.terms import REGISTERED_CLAIMS
from signet_vc.did.resolver import Resolver
from signet_vc.envelopes import cose, jws, registered_claims, sd_jwt, vc_jwt
from signet_vc.envelopes.cose_sign1 import CoseSign1
from signet_vc.envelopes.jws import Jws
from signet_vc.envelopes.sd_jwt import SdJwt
from signet_vc.errors import Code, Problem, ProblemError, problem
from signet_vc.limits import Limits
from signet_vc.proofs import data_integrity

__all__ = [
    "FORMATS",
    "Content",
    "Demands",
    "Opened",
    "SelfAsserted",
    "Verdict",
    "open_content",
    "read_content",
]

Token: TypeAlias = Jws | SdJwt | CoseSign1
Content: TypeAlias = Json | Token  # what was parsed


class Demands(NamedTuple):
    """What the signatures are held to.

    controller: the DID of the issuer, or holder. purpose: what its key must be for. resolver: for DIDs that
    do not hold their key. at_ns, skew_ns: the time of judgement, nanoseconds since 1970. strict: FORMAT binds
    the credential. domain, challenge: what a presentation must name; None: not asked. unknown_proofs: are
    only told of, beside one that is known.
    """

    controller: str
    purpose: str
    resolver: Resolver | None
    at_ns: int
    skew_ns: int
    strict: bool
    domain: frozenset[str] | None
    challenge: str | None
    unknown_proofs: bool


class Verdict(NamedTuple):
    """What the signatures came to. ``document``: what was signed; None if there is any problem."""

    problems: Sequence[Problem]
    notices: Sequence[Problem]
    document: JsonObject | None


class Opened(Protocol):
    """A secured credential or presentation of one format, nothing of it verified."""

    @property
    def format(self) -> str:
        """Name the format, as FORMATS does."""

    @property
    def credential(self) -> JsonObject:
        """Give what is held to its schema."""

    @property
    def securings(self) -> list[str]:
        """Name the cryptosuites, or the algorithm, that it claims."""

    @property
    def signer(self) -> str | None:
        """Name the DID whose key it claims to be signed by."""

    @property
    def signs_contexts(self) -> bool:
        """Tell whether the signature covers the contexts themselves, not what they make of the document."""

    @property
    def exempt(self) -> frozenset[str]:
        """Name the members that are the envelope's and need no definition."""

    def form_problems(self, *, strict: bool) -> list[Problem]:
        """Say what is wrong beside the credential itself, without a key. strict: FORMAT binds it."""

    def verify(self, demands: Demands) -> Verdict:
        """Check the signatures.

        Raises ProblemError for a bad key, UnavailableError if the DID cannot be resolved.
        """

    def time_problems(self, at_ns: int, skew_ns: int) -> tuple[list[Problem], list[Problem]]:
        """Judge the times that belong to the signature: problems and notices."""


# --- Data Integrity -------------------------------------------------------------------------------------


class _DataIntegrity:
    """A JSON object with a ``proof``."""

    __slots__ = ("_proofs", "credential")
    format: ClassVar[str] = "data-integrity"
    exempt: ClassVar[frozenset[str]] = frozenset()

    def __init__(self, credential: JsonObject) -> None:
        proof = credential["proof"]
        self.credential = credential
        self._proofs = [
            each for each in (proof if isinstance(proof, list) else [proof]) if isinstance(each, dict)
        ]

    @property
    def securings(self) -> list[str]:
        names = [proof.get("cryptosuite") for proof in self._proofs]
        return [name for name in names if isinstance(name, str)]

    @property
    def signer(self) -> str | None:
        methods = [proof.get("verificationMethod") for proof in self._proofs]
        named = [method.partition("#")[0] for method in methods if isinstance(method, str)]
        return named[0] if named else None

    @property
    def signs_contexts(self) -> bool:
        """Under JCS all that the proof repeats, which may be less than the document has."""
        suites = [data_integrity.SUITES.get(name) for name in self.securings]
        whole = self.credential.get("@context")
        return all(suite is None or suite.pins_context for suite in suites) and all(
            proof.get("@context", whole) == whole for proof in self._proofs
        )

    def form_problems(self, *, strict: bool) -> list[Problem]:  # noqa: ARG002 - there is nothing beside it
        return []

    def verify(self, demands: Demands) -> Verdict:
        result = data_integrity.verify(
            self.credential,
            controller=demands.controller,
            purpose=demands.purpose,
            resolver=demands.resolver,
            strict=demands.strict,
            at_ns=demands.at_ns,
            domain=demands.domain,
            challenge=demands.challenge,
            allow_unknown=demands.unknown_proofs,
        )
        return Verdict(result.problems, result.notices, result.document)

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
        return list(dict.fromkeys(problems)), list(dict.fromkeys(notices))  # there may be 30,000 proofs


# --- envelopes ------------------------------------------------------------------------------------------


class _Envelope(NamedTuple):
    """One kind of envelope: a row of ENVELOPES.

    mechanism: its module. registered: the claims about the signature, of a token and what it carries.
    """

    mechanism: Any
    registered: Callable[[Any, JsonObject], Mapping[str, Any]]
    algorithm: Callable[[Any], str]


ENVELOPES: Final[Mapping[type, _Envelope]] = MappingProxyType(
    {
        Jws: _Envelope(vc_jwt, lambda _, document: document, lambda token: str(token.header["alg"])),
        SdJwt: _Envelope(
            sd_jwt, lambda _, document: document, lambda parsed: str(parsed.token.header["alg"])
        ),
        CoseSign1: _Envelope(cose, cose.registered, cose.algorithm),
    }
)


class _Enveloped:
    """A token with a credential or presentation inside."""

    __slots__ = ("_envelope", "_token", "credential", "format")
    exempt: ClassVar[frozenset[str]] = REGISTERED_CLAIMS
    signs_contexts: ClassVar[bool] = True

    def __init__(self, token: Token, envelope: _Envelope) -> None:
        """Raises ProblemError if the payload is no JSON object."""
        self.credential: JsonObject = envelope.mechanism.claims(token)
        self.format: str = envelope.mechanism.media_type(self.credential)
        self._token = token
        self._envelope = envelope

    @property
    def securings(self) -> list[str]:
        return [self._envelope.algorithm(self._token)]

    @property
    def signer(self) -> str | None:
        named: str | None = self._envelope.mechanism.signer(self._token)
        return named

    def form_problems(self, *, strict: bool) -> list[Problem]:
        found: list[Problem] = self._envelope.mechanism.form_problems(
            self._token, self.credential, strict=strict
        )
        return found

    def verify(self, demands: Demands) -> Verdict:
        mechanism, token, document = self._envelope.mechanism, self._token, self.credential
        problems = mechanism.signature_problems(
            token,
            document,
            controller=demands.controller,
            purpose=demands.purpose,
            resolver=demands.resolver,
            at_ns=demands.at_ns,
            strict=demands.strict,
        )
        if not demands.strict:  # a call's credential names its audience itself
            problems = problems + self._binding_problems(demands)
        return Verdict(problems, mechanism.notices(token, document), None if problems else document)

    def _binding_problems(self, demands: Demands) -> list[Problem]:
        """Whom it was made for, and in answer to what: by its own claims, or its holder's key binding."""
        domain, challenge = demands.domain, demands.challenge
        found: list[Problem] = []
        if isinstance(self._token, SdJwt):
            asked = domain is not None or challenge is not None
            shown_by_holder = asked and demands.purpose == "assertionMethod"
            found += sd_jwt.key_binding_problems(
                self._token,
                audience=domain,
                nonce=challenge,
                at_ns=demands.at_ns,
                skew_ns=demands.skew_ns,
                required=shown_by_holder,
            )
            if shown_by_holder:
                domain = challenge = None  # asked of the key binding
        registered = self._envelope.registered(self._token, self.credential)
        return found + registered_claims.audience_problems(registered, domain=domain, challenge=challenge)

    def time_problems(self, at_ns: int, skew_ns: int) -> tuple[list[Problem], list[Problem]]:
        """``exp``, ``nbf``, ``iat`` (RFC 7519 §4.1)."""
        registered = self._envelope.registered(self._token, self.credential)
        return registered_claims.time_problems(registered, at_ns=at_ns, skew_ns=skew_ns)


class SelfAsserted:
    """What a holder claims of itself in a presentation, secured by the presentation's own proof alone.

    Spec: VCDM 2.0 §4.13.4.
    """

    __slots__ = ("_by", "_holds", "credential")
    securings: ClassVar[list[str]] = []

    def __init__(self, credential: JsonObject, by: Opened, *, holds: bool) -> None:
        """by: the presentation. holds: whether its signatures verify."""
        self.credential = credential
        self._by = by
        self._holds = holds

    @property
    def format(self) -> str:
        """That of the presentation."""
        return self._by.format

    @property
    def signer(self) -> str | None:
        """Who made the presentation."""
        return self._by.signer

    @property
    def signs_contexts(self) -> bool:
        """As the presentation's signature does."""
        return self._by.signs_contexts

    @property
    def exempt(self) -> frozenset[str]:
        """Nothing: it stands in no envelope of its own."""
        return frozenset()

    def form_problems(self, *, strict: bool) -> list[Problem]:  # noqa: ARG002 - as the presentation's
        """Nothing: what is beside it was looked at with the presentation."""
        return []

    def verify(self, demands: Demands) -> Verdict:  # noqa: ARG002 - as the presentation's
        """Take over whether the presentation's signatures hold."""
        if self._holds:
            return Verdict((), (), self.credential)
        detail = "the presentation that secures it does not verify"
        return Verdict([problem(Code.PROOF_INVALID, detail)], (), None)

    def time_problems(
        self,
        at_ns: int,  # noqa: ARG002 - the presentation's signature has the times
        skew_ns: int,  # noqa: ARG002 - as above
    ) -> tuple[list[Problem], list[Problem]]:
        """Nothing: the presentation's signature has the times."""
        return [], []


FORMATS: Final = (_DataIntegrity.format, *vc_jwt.TYPES, *sd_jwt.TYPES, *cose.TYPES)


# --- by their content -----------------------------------------------------------------------------------

# No JSON text begins with an e; the header of every JWS does, being an object.
_is_compact: Final = re.compile(r"e[A-Za-z0-9_-]*\.[!-~]*").fullmatch
_WHITE_SPACE: Final = " \t\r\n"
_COSE_SIGN1: Final = b"\xd2"  # its tag, with which no UTF-8 of a JSON text begins


def read_content(data: Any, limits: Limits) -> Content:
    """Take text, bytes or an object apart, strictly and within limits. Raises ProblemError."""
    if not isinstance(data, bytes | str):
        data = _as_text(data)
    if len(data) > limits.document_bytes:
        raise ProblemError.of(Code.TOO_LARGE, f"more than {limits.document_bytes} bytes")
    if data[:1] == _COSE_SIGN1:
        return cose.parse(data, max_bytes=limits.document_bytes)
    token = _compact(data)
    if token is None:
        return strict_json.loads(data, max_bytes=limits.document_bytes, max_depth=limits.message_depth)
    parse = sd_jwt.parse if sd_jwt.is_sd_jwt(token) else jws.parse
    return parse(token, max_bytes=limits.document_bytes)


def open_content(content: Content, limits: Limits) -> Opened | None:
    """Open parsed content by what it is; None if it is nothing known. Raises ProblemError if it is broken."""
    if isinstance(content, dict):
        carried = enveloped.unwrap(content)
        if carried is not None:
            return _unwrapped(carried, limits)
        return _DataIntegrity(content) if "proof" in content else None
    envelope = ENVELOPES.get(type(content))
    if envelope is None or not envelope.mechanism.is_typed(content):
        return None
    return _Enveloped(content, envelope)


def _unwrapped(carried: enveloped.Enveloped, limits: Limits) -> Opened:
    """What an object carries in its URL, which says what it is."""
    content = read_content(carried.content, limits)
    opened = None if isinstance(content, dict) else open_content(content, limits)
    if opened is None or f"application/{opened.format}" != carried.media_type:
        raise ProblemError.of(Code.UNKNOWN_FORMAT, "the envelope holds something else than it says", "/id")
    return opened


def _as_text(data: Any) -> bytes:
    """Give the text of an object that was parsed before: it is judged as that, and stays what was judged."""
    if isinstance(data, Mapping):
        return strict_json.dumps(data if type(data) is dict else dict(data))
    if isinstance(data, bytearray | memoryview):
        return bytes(data)
    raise ProblemError.of(Code.MALFORMED_JSON, "neither text nor an object")


def _compact(data: bytes | str) -> str | None:
    """The compact JWS that the data is, white space around it taken off (a file ends with a line)."""
    if data[:1] in {b"{", "{"}:
        return None
    text = data if isinstance(data, str) else data.decode("ascii", errors="replace")
    token = text.strip(_WHITE_SPACE)
    return token if _is_compact(token) else None
