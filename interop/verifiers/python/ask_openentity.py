"""openentity: its ``verify_object`` on documents with an eddsa-jcs-2022 proof, and RFC 8785."""

from __future__ import annotations

import json
from typing import Any

from adapting import Case, Refused, data, serve
from openentity.core import canonicalize, verify_object


def document(case: Case) -> None:
    """Verify an object by the key that its method spells."""
    verified, said = verify_object(json.loads(data(case["input"]["document"])))
    if not verified:
        raise Refused(said)


def jcs(case: Case) -> dict[str, Any]:
    """Canonicalize a parsed value."""
    return {"canonical": canonicalize(json.loads(data(case["input"]["json"]))).encode().hex()}


suite = "w3c-vc-di-eddsa/eddsa-jcs-2022"
serve("openentity", {"jcs": jcs, "eddsa-jcs-2022": document, f"published/{suite}": document})
