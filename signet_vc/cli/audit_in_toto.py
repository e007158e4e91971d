"""``signet audit export --as in-toto``: calls for verifiers that know in-toto and not ours."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from signet_vc.audit import Call
from signet_vc.codec import strict_json
from signet_vc.keys.signing import Key
from signet_vc.protocols import in_toto

__all__ = ["exported_calls"]


def exported_calls(calls: Iterable[Call], key: Key) -> Iterator[bytes]:
    """Give an envelope a call, each a line without its end, signed with ``key``.

    Raises UsageError for a key that attested one of the calls.
    """
    for call in calls:
        parts = [
            in_toto.Part(record.kind, record.digest, record.secured, record.issuer)
            for record in (call.request, call.response)
            if record is not None
        ]
        to_sign = in_toto.prepare(parts, key_type=key.key_type, verification_method=key.verification_method)
        yield strict_json.dumps(to_sign.finish(key.sign(to_sign.message)))
