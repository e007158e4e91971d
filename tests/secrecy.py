"""Looking for a secret where none may be (threat 55)."""

from __future__ import annotations

import base64
import traceback

from multiformats import multibase


def spellings(secret: bytes) -> list[str]:
    """Every way in which code is likely to print some bytes."""
    return [
        secret.hex(),
        repr(secret)[2:-1],
        repr(list(secret))[1:-1],
        str(int.from_bytes(secret, "big")),
        str(int.from_bytes(secret, "little")),
        base64.b64encode(secret).decode().rstrip("="),
        base64.urlsafe_b64encode(secret).decode().rstrip("="),
        multibase.encode(secret, "base58btc")[1:],
    ]


def everything_in(error: BaseException) -> str:
    """All text that an exception carries: itself, what it holds, and all that is chained to it."""
    texts: list[str] = []
    waiting: list[BaseException | None] = [error]
    while waiting:
        current = waiting.pop()
        if current is not None:
            texts += [str(current), repr(current), repr(current.args), repr(getattr(current, "__dict__", {}))]
            texts += [repr(getattr(current, name, "")) for name in ("object", "doc", "problems")]
            texts += traceback.format_exception(current)
            waiting += [current.__cause__, current.__context__]
    return "\n".join(texts)


def leaked(text: str, *secrets: str | bytes) -> list[str]:
    """Give the spellings of the secrets that stand in ``text``."""
    wanted = [
        spelling
        for secret in secrets
        for spelling in (spellings(secret) if isinstance(secret, bytes) else [secret])
    ]
    return [spelling for spelling in wanted if spelling in text]
