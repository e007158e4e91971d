"""Which question a retried call answers: `continuationOf`, FORMAT, *Subject members*."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping
from typing import Any, Final

from signet_vc.attestation.call import ABSENT, ToolCall
from signet_vc.codec import jcs
from signet_vc.codec.digest import digest
from signet_vc.codec.strict_json import JsonObject

__all__ = ["Exchanges"]

_MAX_OPEN: Final = 1_000  # questions that nobody answered; bounds memory


class Exchanges:
    """The questions (``input_required``) that this side was asked and has not answered yet.

    A retry is told by the server's opaque state, or without one by tool and arguments.
    """

    def __init__(self) -> None:
        self._open: OrderedDict[str, JsonObject] = OrderedDict()

    def asked(
        self, call: ToolCall, audience: str, result: Mapping[str, Any], request: str, response: str
    ) -> None:
        """Remember the digests of a request and of the answer that asked for input."""
        key = _key(call, audience, result.get("requestState", ABSENT))
        self._open[key] = {"request": request, "response": response}
        self._open.move_to_end(key)
        while len(self._open) > _MAX_OPEN:
            self._open.popitem(last=False)

    def continued_by(self, call: ToolCall, audience: str) -> JsonObject:
        """The member ``continuationOf`` of the retry; ``{}`` where nothing attested went before."""
        return dict(self._open.get(_key(call, audience, call.request_state), {}))


def _key(call: ToolCall, audience: str, state: Any) -> str:
    """A digest: state is the server's, who may make each as long as a message."""
    told_by: Any = [call.arguments] if state is ABSENT else {"state": state}
    return digest(jcs.canonicalize_wide([audience, call.tool, told_by]))
