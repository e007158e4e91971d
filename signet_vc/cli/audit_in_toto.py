"""``signet audit export --as in-toto``: calls for verifiers that know in-toto and not ours."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from signet_vc.audit import Call
from signet_vc.codec import strict_json
from signet_vc.keystore import load
from signet_vc.protocols import in_toto

__all__ = ["exported_calls"]


def exported_calls(calls: Iterable[Call], source: str) -> Iterator[bytes]:
    """Give an envelope a call, each a line without its end, signed with the key that ``source`` names.

    Raises UsageError for a source that is none, and for a key that attested one of the calls.
    """
    key = load(source)
    for call in calls:
        parts = [
            in_toto.Part(record.kind, record.digest, record.secured, record.issuer)
            for record in (call.request, call.response)
            if record is not None
        ]
        to_sign = in_toto.prepare(parts, key_type=key.key_type, verification_method=key.verification_method)
        yield strict_json.dumps(to_sign.finish(key.sign(to_sign.message)))
