"""Verifiers that nobody here wrote, each asked for its verdict on one credential.

An implementation that is not installed is reported as such, never as a pass.
"""

from __future__ import annotations

import importlib.metadata
import json
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from signet_vc.attestation.store import Record
from signet_vc.did import key as did_key
from signet_vc.keys import jwk

__all__ = ["VERIFIERS", "Said", "Verifier"]


class Said(StrEnum):
    """What a verifier said of a credential."""

    VERIFIED = "verified"
    REFUSED = "refused"
    NOT_ASKED = "not asked"  # it does not read this form
    MISSING = "not installed"


@dataclass(frozen=True, slots=True)
class Verifier:
    """``ask`` is given a credential (or a JWS) and returns whether it verified."""

    name: str
    distribution: str
    reads_jws: bool
    ask: Callable[[Any], bool]

    def version(self) -> str | None:
        """The installed version."""
        try:
            return importlib.metadata.version(self.distribution)
        except importlib.metadata.PackageNotFoundError:
            return None

    def verdict(self, record: Record) -> Said:
        """Ask about a record; one that is secured both ways has both forms."""
        embedded = record.secured.startswith("{")
        asked: Any
        if self.reads_jws:
            asked = record.jws if embedded else record.secured
        else:
            asked = json.loads(record.secured) if embedded else None
        if asked is None:
            return Said.NOT_ASKED
        if self.version() is None:
            return Said.MISSING
        return Said.VERIFIED if self.ask(asked) else Said.REFUSED


def _openvc(credential: dict[str, Any]) -> bool:
    import openvc  # noqa: PLC0415 - not a requirement of the package

    try:
        openvc.verify_credential(credential)
    except openvc.OpenvcError:
        return False
    return True


def _awr(credential: dict[str, Any]) -> bool:
    from awr.didkey import parse_did_key  # noqa: PLC0415 - not a requirement of the package
    from awr.errors import AwrError  # noqa: PLC0415 - as above
    from awr.proof import verify_document_signature  # noqa: PLC0415 - as above

    try:
        key = parse_did_key(credential["issuer"])
        return bool(verify_document_signature(credential, credential["proof"], key))
    except AwrError:
        return False


def _joserfc(token: str) -> bool:
    from joserfc import jws  # noqa: PLC0415 - not a requirement of the package
    from joserfc.errors import JoseError  # noqa: PLC0415 - as above
    from joserfc.jwk import OKPKey  # noqa: PLC0415 - as above

    issuer = json.loads(jws.extract_compact(token.encode()).payload)["issuer"]
    key = OKPKey.import_key({**jwk.public_to_jwk(did_key.parse(issuer))})
    try:
        jws.deserialize_compact(token, key, algorithms=["Ed25519", "EdDSA"])
    except JoseError:
        return False
    return True


VERIFIERS: Final = (
    Verifier("openvc-core", "openvc-core", reads_jws=False, ask=_openvc),
    Verifier("awr", "awr", reads_jws=False, ask=_awr),
    Verifier("joserfc", "joserfc", reads_jws=True, ask=_joserfc),
)
