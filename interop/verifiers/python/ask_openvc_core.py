"""openvc-core: its ``verify_credential`` on whole credentials, at the time of the case where it takes one."""

from __future__ import annotations

import json
from base64 import urlsafe_b64decode
from datetime import datetime
from pathlib import Path
from typing import Any

import openvc
from adapting import Case, Unsupported, data, serve, text

CONTEXTS = Path(__file__).resolve().parents[3] / "contexts"
KNOWN = {
    url: json.loads((CONTEXTS / entry["file"]).read_bytes())
    for url, entry in json.loads((CONTEXTS / "index.json").read_bytes()).items()
}


def policy(case: Case) -> openvc.VerificationPolicy:
    """The time of judgement; a status is not asked for where the case brings no list."""
    at = case["policy"].get("at")
    now = datetime.fromisoformat(at) if at else None
    return openvc.VerificationPolicy(now=now, require_status=False)


def document(case: Case) -> None:
    """Verify a credential with embedded proofs."""
    value = json.loads(data(case["input"]["document"]))
    openvc.verify_credential(value, policy=policy(case), extra_contexts=KNOWN)


def token(case: Case) -> None:
    """Verify a compact JWS."""
    value = text(case["input"]["token"])
    if not case["policy"].get("at") or any(name in claims(value) for name in ("exp", "nbf", "validUntil")):
        raise Unsupported("tokens are judged by the present time, and the verdict would change with it")
    openvc.verify_credential(value, policy=policy(case))


def claims(value: str) -> Any:
    """What the payload holds, as far as it can be read."""
    try:
        payload = value.split(".")[1]
        return json.loads(urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    except (ValueError, IndexError):
        return ()


SUITES = ("eddsa-jcs-2022", "ecdsa-jcs-2019", "eddsa-rdfc-2022", "ecdsa-rdfc-2019", "data-model")
serve("openvc-core", {**dict.fromkeys(SUITES, document), "vc-jwt": token})
