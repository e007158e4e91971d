"""``GET /implementation.json``: what W3C's test suites read to find the endpoints of an implementation."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from signet_vc.service.instance import Instance

__all__ = ["manifest"]

NAME: Final = "signet-vc"
_VERSIONS: Final = {"vc": ["1.1", "2.0"]}
_ECDSA: Final = "ecdsa"


def manifest(instances: Iterable[Instance], base: str) -> dict[str, Any]:
    """Make the manifest: one entry an instance with tags, so one a cryptosuite; addresses are absolute.

    The first key type of an entry is that of its key, as the suite for ECDSA takes it.
    """
    tagged = [each for each in instances if each.tags]
    return {
        "name": NAME,
        "implementation": NAME,
        "issuers": [_entry(each, base, "credentials/issue") for each in tagged],
        "verifiers": [_entry(each, base, "credentials/verify") for each in tagged],
        "vpVerifiers": [
            {"id": each.did, "endpoint": f"{_under(each, base)}/presentations/verify", "tags": ["vc2.0"]}
            for each in tagged
            if "vc2.0" in each.tags
        ],
        "didResolvers": [
            {"id": each.did, "endpoint": f"{base}/1.0/identifiers", "tags": ["did-key"]}
            for each in tagged[:1]
        ],
        "jose-cose": {
            "features": {
                f"{what}_{how}": True
                for how in ("jose", "sdjwt", "cose")
                for what in ("credential", "presentation")
            }
        },
    }


def _entry(instance: Instance, base: str, path: str) -> dict[str, Any]:
    entry: dict[str, Any] = {
        "id": instance.did,
        "endpoint": f"{_under(instance, base)}/{path}",
        "options": {},
        "supports": _VERSIONS,
        "tags": list(instance.tags),
    }
    if any(tag.startswith(_ECDSA) for tag in instance.tags):
        others = [name for name in ("P-256", "P-384") if name != instance.algorithm]
        entry["supportedEcdsaKeyTypes"] = [instance.algorithm, *others]
    return entry


def _under(instance: Instance, base: str) -> str:
    return f"{base}/instances/{instance.name}"
