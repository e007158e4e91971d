"""Keys as text: a multicodec header and the raw bytes, in base58btc multibase (``z…``).

The codes and their varints are ``multiformats``'s, base58 is the codec's own. Base58btc alone is
read, since a key has one spelling here.
"""

from __future__ import annotations

from functools import lru_cache

from signet_vc.codec.multibase import EncodingError, base58btc_decode, base58btc_encode

__all__ = ["decode", "encode"]


def encode(codec: str, raw: bytes) -> str:
    """Write ``raw`` under the multicodec of that name, which is to be known to ``multiformats``."""
    return "z" + base58btc_encode(_header(codec) + raw)


def decode(text: str) -> tuple[str | None, bytes]:
    """Read the codec's name (None for an unregistered code) and the raw bytes.

    Raises ``EncodingError`` for anything else than a minimal varint in strict base58btc; its text
    holds nothing of the input, which may be a secret.
    """
    from multiformats import varint  # noqa: PLC0415 - costs 50 to 80 ms, and few programs parse no key

    if not text.startswith("z"):
        raise EncodingError("not base58btc in multibase")
    try:
        data = base58btc_decode(text[1:])
        code, size, _ = varint.decode_raw(data)
    except ValueError:
        message = "not base58btc of a multicodec"
    else:
        return _name(code), data[size:]
    raise EncodingError(message)  # outside of the handler, so that no chained exception holds the text


@lru_cache(maxsize=16)
def _header(codec: str) -> bytes:
    from multiformats import multicodec  # noqa: PLC0415 - see above

    return bytes(multicodec.wrap(codec, b""))


@lru_cache(maxsize=256)
def _name(code: int) -> str | None:
    from multiformats import multicodec  # noqa: PLC0415 - see above

    return multicodec.get(code=code).name if multicodec.exists(code=code) else None
