"""One HTTP/1.1 message: a request or response as an object, and strictly read from its text.

The text is what a file or a capture holds: start line, fields, an empty line, the content. Readers that
repair what they are given differ in what they see, so nothing is repaired: no folded lines, no space before a
colon, no transfer coding, one ``Host``, and a ``Content-Length`` that is the number of bytes that follow.
Spec: RFC 9110 §5, RFC 9112 §2–6.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from typing import Final, TypeAlias

from signet_vc.errors import Code, ProblemError
from signet_vc.limits import DEFAULT_LIMITS, Limits

__all__ = ["Fields", "HttpRequest", "HttpResponse", "Message", "looks_like", "read", "write"]

Fields: TypeAlias = tuple[tuple[str, str], ...]  # names and values in order, each field line by itself

_MOST_HEAD: Final = 64 << 10  # bytes before the content: every field may be signed, and is then parsed
_MOST_FIELDS: Final = 128

_NAME: Final = r"[!#$%&'*+.^_`|~0-9A-Za-z-]+"
_starts: Final = re.compile(
    rb"(?:HTTP/1\.[01] \d|[!#$%&'*+.^_`|~0-9A-Za-z-]{1,32} [^\s]{1,8192} HTTP/1\.)"
).match
_request_line: Final = re.compile(rf"({_NAME[:-1]}{{1,32}}) ([!-~]{{1,8192}}) HTTP/1\.1").fullmatch
_status_line: Final = re.compile(r"HTTP/1\.1 ([1-9][0-9]{2})(?: [\t -~\x80-\xff]*)?").fullmatch
_field_line: Final = re.compile(rf"({_NAME}):[\t ]*([\t -~\x80-\xff]*)").fullmatch
_is_name: Final = re.compile(_NAME).fullmatch
_is_value: Final = re.compile(r"[\t -~\x80-\xff]*").fullmatch
_is_length: Final = re.compile(r"0|[1-9][0-9]{0,14}").fullmatch
_authority: Final = r"(?:[A-Za-z0-9._~-]+|\[[0-9A-Fa-f:.]+\])(?::[0-9]{0,5})?"
_is_authority: Final = re.compile(_authority).fullmatch
_is_origin_form: Final = re.compile(r"/[!\"$-~]*").fullmatch  # all that is visible but `#`
_absolute_form: Final = re.compile(
    rf"(https?)://({_authority})((?:/[!\"$->@-~]*)?(?:\?[!\"$-~]*)?)"
).fullmatch


class _Message:
    """What requests and responses share."""

    __slots__ = ()
    fields: Fields
    body: bytes

    @cached_property
    def by_name(self) -> dict[str, list[str]]:
        """The values of each field, by its name in lower case, in order and without white space around."""
        found: dict[str, list[str]] = {}
        for name, value in self.fields:
            found.setdefault(name.lower(), []).append(value.strip(" \t"))
        return found

    def field(self, name: str) -> str | None:
        """Give the field's value, its lines joined with comma and space (RFC 9110 §5.2); None without it."""
        values = self.by_name.get(name)
        return None if values is None else ", ".join(values)


@dataclass(frozen=True, kw_only=True)
class HttpRequest(_Message):
    """A request. UsageError, MALFORMED_HTTP from ``read``, for what cannot be one.

    method: as sent. target: path and query as sent, beginning with ``/``. scheme: ``https`` or ``http``.
    authority: host and port as ``Host`` has them. body: the content as transferred.
    """

    method: str
    target: str
    authority: str
    scheme: str = "https"
    fields: Fields = ()
    body: bytes = b""

    def __post_init__(self) -> None:
        if (
            not _is_name(self.method)
            or not _is_origin_form(self.target)
            or not _is_authority(self.authority)
            or self.scheme not in {"https", "http"}
        ):
            raise ProblemError.of(Code.MALFORMED_HTTP, "the request has no method, path or host that is one")
        _check_fields(self.fields)

    @classmethod
    def of_url(cls, method: str, url: str, *, fields: Fields = (), body: bytes = b"") -> HttpRequest:
        """Make one of an absolute http or https URL without fragment and user, else MALFORMED_HTTP."""
        match = _absolute_form(url)
        if match is None:
            raise ProblemError.of(Code.MALFORMED_HTTP, "the request's URL is none of http or https")
        scheme, authority, rest = match.groups()
        target = rest if rest.startswith("/") else f"/{rest}"
        return cls(method=method, target=target, authority=authority, scheme=scheme, fields=fields, body=body)


@dataclass(frozen=True, kw_only=True)
class HttpResponse(_Message):
    """A response; ``request``: what it answers, for signatures that cover parts of it."""

    status: int
    fields: Fields = ()
    body: bytes = b""
    request: HttpRequest | None = None

    def __post_init__(self) -> None:
        if not 100 <= self.status <= 999:  # noqa: PLR2004 - three digits
            raise ProblemError.of(Code.MALFORMED_HTTP, "the status is no number of three digits")
        _check_fields(self.fields)


Message: TypeAlias = HttpRequest | HttpResponse


def looks_like(data: bytes | str) -> bool:
    """Tell at a glance whether ``data`` begins as an HTTP/1 message does."""
    start = data[:8300]
    return _starts(start.encode("utf-8", "replace") if isinstance(start, str) else start) is not None


def read(
    data: bytes | str, *, request: HttpRequest | None = None, limits: Limits = DEFAULT_LIMITS
) -> Message:
    """Read one message; text counts as its UTF-8.

    Lines end in CRLF throughout, or throughout in LF as editors write them. The scheme of a request that does
    not name it is https. request: what a response answers. Raises ProblemError: MALFORMED_HTTP, TOO_LARGE.
    """
    raw = _raw(data, limits.document_bytes)
    lines, body = _split(raw)
    fields = tuple(map(_field, lines[1:]))
    _check_framing(fields, body)
    status = _status_line(lines[0])
    if status is not None:
        return HttpResponse(status=int(status[1]), fields=fields, body=body, request=request)
    return _request(lines[0], fields, body)


def write(message: Message) -> bytes:
    """Write a message as ``read`` reads it: ``Host`` first, and the ``Content-Length`` at the end."""
    own = {"host", "content-length"} if isinstance(message, HttpRequest) else {"content-length"}
    if isinstance(message, HttpRequest):
        # a target in origin form is taken for https
        place = "" if message.scheme == "https" else f"{message.scheme}://{message.authority}"
        lines = [f"{message.method} {place}{message.target} HTTP/1.1", f"Host: {message.authority}"]
    else:
        lines = [f"HTTP/1.1 {message.status} "]
    lines += [f"{name}: {value}" for name, value in message.fields if name.lower() not in own]
    if message.body:
        lines.append(f"Content-Length: {len(message.body)}")
    return "\r\n".join([*lines, "", ""]).encode("latin-1") + message.body


def _raw(data: bytes | str, most: int) -> bytes:
    if len(data) <= most:
        raw = data if isinstance(data, bytes) else data.encode(errors="surrogatepass")
        if len(raw) <= most:
            return raw
    raise ProblemError.of(Code.TOO_LARGE, f"more than {most} bytes")


def _split(raw: bytes) -> tuple[list[str], bytes]:
    """The lines before the content, and the content. RFC 9112 §2.1, §2.2."""
    first = raw.find(b"\n", 0, _MOST_HEAD)
    end = b"\r\n" if raw[first - 1 : first] == b"\r" else b"\n"
    head, found, body = raw.partition(end + end)
    if not found:
        head, body = raw.removesuffix(end), b""
    if len(head) > _MOST_HEAD:
        raise ProblemError.of(Code.TOO_LARGE, f"more than {_MOST_HEAD} bytes before the content")
    lines = head.decode("latin-1").split(end.decode("ascii"))
    if len(lines) > _MOST_FIELDS + 1:
        raise ProblemError.of(Code.TOO_LARGE, f"more than {_MOST_FIELDS} fields")
    return lines, body


def _field(line: str) -> tuple[str, str]:
    match = _field_line(line)  # a folded line, a stray CR or LF and a space before the colon are none
    if match is None:
        raise ProblemError.of(Code.MALFORMED_HTTP, "a line before the content is no field")
    return match[1], match[2].strip(" \t")


def _check_fields(fields: Fields) -> None:
    for name, value in fields:
        if not _is_name(name) or not _is_value(value):
            raise ProblemError.of(Code.MALFORMED_HTTP, "a field's name or value holds what none may hold")


def _check_framing(fields: Fields, body: bytes) -> None:
    """RFC 9112 §6: the content is what follows, and its length, where it stands, is that."""
    lengths = [value for name, value in fields if name.lower() == "content-length"]
    if any(name.lower() == "transfer-encoding" for name, _ in fields):
        raise ProblemError.of(Code.MALFORMED_HTTP, "a transfer coding: give the content itself")
    if lengths and (len(lengths) > 1 or not _is_length(lengths[0]) or int(lengths[0]) != len(body)):
        raise ProblemError.of(Code.MALFORMED_HTTP, "Content-Length is not the number of bytes that follow")


def _request(line: str, fields: Fields, body: bytes) -> HttpRequest:
    """RFC 9112 §3: a request in origin form, or in absolute form with the same host."""
    match = _request_line(line)
    if match is None:
        raise ProblemError.of(Code.MALFORMED_HTTP, "the first line is that of no request and no response")
    method, target = match.groups()
    hosts = [value for name, value in fields if name.lower() == "host"]
    if len(hosts) != 1:
        raise ProblemError.of(Code.MALFORMED_HTTP, "a request has exactly one Host")
    if target.startswith("/"):
        return HttpRequest(method=method, target=target, authority=hosts[0], fields=fields, body=body)
    request = HttpRequest.of_url(method, target, fields=fields, body=body)
    if request.authority != hosts[0]:
        raise ProblemError.of(Code.MALFORMED_HTTP, "Host is not the host of the request's target")
    return request
