"""One request over a connection, and its answer, until a deadline for both and up to a size."""

from __future__ import annotations

import io
import ssl
import time
from http.client import HTTPResponse
from typing import Final, NamedTuple

__all__ = ["HTTPS_PORT", "AbsentError", "BadAnswerError", "NotAllowedError", "Place", "exchange", "remaining"]

HTTPS_PORT: Final = 443
_OK: Final = 200
_REDIRECTS: Final = range(300, 400)
_ABSENT: Final = (404, 410)
_HEAD_BYTES: Final = 64 << 10  # of status line, headers and the frames of chunks, beside the body


class Place(NamedTuple):
    """Where something stands. ``target``: path and query."""

    host: str
    port: int
    target: str


class NotAllowedError(Exception):
    """The address, or where it leads to, may not be asked."""


class BadAnswerError(OSError):
    """An answer that is not taken; the text is ours."""


class AbsentError(BadAnswerError):
    """The server says that it has no such thing."""


def remaining(deadline: float) -> float:
    """Give the seconds until ``deadline`` (of ``time.monotonic``), TimeoutError if none are left."""
    left = deadline - time.monotonic()
    if left <= 0:
        raise TimeoutError
    return left


def exchange(connection: ssl.SSLSocket, place: Place, deadline: float, most: int) -> bytes:
    """Send the request and read the answer, of at most ``most`` bytes; then the connection is at its end.

    Raises NotAllowedError (a redirect), BadAnswerError, AbsentError, and what sockets and ``http.client``
    raise: OSError, HTTPException, ValueError.
    """
    host = place.host if place.port == HTTPS_PORT else f"{place.host}:{place.port}"
    request = (
        f"GET {place.target} HTTP/1.1\r\nHost: {host}\r\nAccept: application/json, */*;q=0.5\r\n"
        "Accept-Encoding: identity\r\nUser-Agent: signet-vc\r\nConnection: close\r\n\r\n"
    )
    connection.settimeout(remaining(deadline))
    connection.sendall(request.encode("ascii"))
    response = HTTPResponse(_Incoming(connection, deadline, most + _HEAD_BYTES))  # type: ignore[arg-type]  # all it asks of a socket
    response.begin()
    if response.status in _REDIRECTS:
        raise NotAllowedError("the address redirects to another, which is not followed")
    if response.status in _ABSENT:
        raise AbsentError(f"status {response.status}")
    if response.status != _OK:
        raise BadAnswerError(f"status {response.status}")
    if response.getheader("Content-Encoding", "identity").lower() != "identity":
        raise BadAnswerError("the body is compressed, unasked")
    if response.getheader("Transfer-Encoding", "chunked").lower() != "chunked":
        raise BadAnswerError("the body is encoded, unasked")
    body = response.read(most + 1)
    if len(body) > most:
        raise BadAnswerError("the answer is too large")
    if response.length:
        raise BadAnswerError("the body is cut short")
    return body


class _Incoming(io.RawIOBase):
    """What a connection sends, until a deadline for all of it and up to so many bytes.

    A timeout of the socket alone would begin again with every byte (slow loris).
    """

    def __init__(self, connection: ssl.SSLSocket, deadline: float, most: int) -> None:
        super().__init__()
        self._connection = connection
        self._deadline = deadline
        self._left = most

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]  # what BufferedReader hands in
        if self._left <= 0:
            raise BadAnswerError("the answer is too large")
        self._connection.settimeout(remaining(self._deadline))
        count = self._connection.recv_into(memoryview(buffer)[: self._left])
        self._left -= count
        return count

    def makefile(self, _mode: str) -> io.BufferedReader:
        """What HTTPResponse asks of a socket."""
        return io.BufferedReader(self)
