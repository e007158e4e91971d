"""``signet sign --as agent-card``: an A2A AgentCard, by a key that attests no tool calls."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from signet_vc import keystore
from signet_vc.cli.output import shown
from signet_vc.codec import strict_json
from signet_vc.codec.strict_json import JsonObject
from signet_vc.config import Config
from signet_vc.errors import ProblemError, UsageError
from signet_vc.keys.signing import Key
from signet_vc.limits import DEFAULT_LIMITS
from signet_vc.protocols.a2a_signing import sign_card

__all__ = ["signed_card"]


def signed_card(
    card: JsonObject, key: Key, *, kid: str | None, jku: str | None, did_document: Path | None, config: Config
) -> JsonObject:
    """Sign a card, unless the key is one that the configuration gives to attestation.

    did_document: a file, of the DID that ``kid`` is under. Raises as ``sign_card``, and UsageError for a
    configured key that cannot be read: whether it is the same cannot be seen then.
    """
    document: Any = None if did_document is None else _read(did_document)
    attesting = {keystore.load(source).public_key.did for source in config.attesting_sources}
    return sign_card(card, key, kid=kid, jku=jku, attesting=attesting, did_document=document)


def _read(path: Path) -> Any:
    try:
        with path.open("rb") as stream:
            data = stream.read(DEFAULT_LIMITS.document_bytes + 1)
        return strict_json.loads(data)
    except OSError as error:
        raise UsageError(f"{shown(str(path))} cannot be read: {error.strerror}") from error
    except ProblemError as error:
        raise UsageError(f"{shown(str(path))} is no DID document: {error}") from error
