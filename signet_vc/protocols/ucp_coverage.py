"""What a UCP signature must cover: an integral part of a message that it leaves out anyone may change.

Spec: UCP, *Message Signatures*, Signed Components.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from signet_vc.protocols.http_message import HttpRequest, Message
from signet_vc.protocols.structured_fields import Item

__all__ = ["required"]

_OF_REQUESTS: Final = ("@method", "@authority", "@path")
_OF_CONTENT: Final = ("content-digest", "content-type")
_IF_THERE: Final = ("ucp-agent", "idempotency-key")
SIGNATURE_AGENT: Final = "signature-agent"


def required(message: Message, *, label: str, web_bot_auth: bool) -> list[Item]:
    """Give the components that a signature must cover, in the order in which UCP's examples have them.

    label: of the signature. web_bot_auth: it has that tag, and ``Signature-Agent`` is covered by its member.
    """
    if not isinstance(message, HttpRequest):
        names = ["@status"]
        return _items([*names, *_OF_CONTENT] if message.body else names)
    names = list(_OF_REQUESTS)
    if "?" in message.target:
        names.append("@query")
    components = _items(names)
    if message.field(SIGNATURE_AGENT) is not None or web_bot_auth:
        components.append((SIGNATURE_AGENT, {"key": label} if web_bot_auth else {}))
    components += _items(name for name in _IF_THERE if message.field(name) is not None)
    if message.body:
        components += _items(_OF_CONTENT)
    return components


def _items(names: Iterable[str]) -> list[Item]:
    return [(name, {}) for name in names]
