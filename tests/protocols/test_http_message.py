"""HTTP messages from text: what is read, and what is not repaired."""

from __future__ import annotations

from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from signet_vc.errors import Code, ProblemError
from signet_vc.protocols.http_message import HttpRequest, HttpResponse, looks_like, read, write

REQUEST: Final = (
    "POST /pay?x=1 HTTP/1.1\r\nHost: shop.example\r\nX-A:  one \r\nx-a: two\r\nContent-Length: 2\r\n\r\n{}"
)
RESPONSE: Final = "HTTP/1.1 201 Created\r\nContent-Type: text/plain\r\n\r\nhello"


@pytest.mark.parametrize("text", [REQUEST, REQUEST.replace("\r\n", "\n"), REQUEST.encode()])
def test_a_request(text: str | bytes) -> None:
    message = read(text)
    assert isinstance(message, HttpRequest)
    assert (message.method, message.target, message.authority) == ("POST", "/pay?x=1", "shop.example")
    assert (message.scheme, message.body) == ("https", b"{}")
    assert message.field("x-a") == "one, two"
    assert message.field("x-b") is None


def test_a_request_in_absolute_form() -> None:
    message = read("GET http://shop.example:80?q HTTP/1.1\r\nHost: shop.example:80\r\n\r\n")
    assert isinstance(message, HttpRequest)
    assert (message.scheme, message.target, message.authority) == ("http", "/?q", "shop.example:80")
    again = read(write(message))
    assert isinstance(again, HttpRequest)
    assert (again.scheme, again.target, again.authority) == ("http", "/?q", "shop.example:80")


def test_a_response_and_what_it_answers() -> None:
    asked = read(REQUEST)
    assert isinstance(asked, HttpRequest)
    message = read(RESPONSE, request=asked)
    assert isinstance(message, HttpResponse)
    assert (message.status, message.body, message.request) == (201, b"hello", asked)


def test_without_content_the_empty_line_may_be_missing() -> None:
    for end in ("", "\r\n", "\r\n\r\n"):
        assert read(f"GET / HTTP/1.1\r\nHost: shop.example{end}").body == b""


BROKEN: Final = {
    "nothing": "",
    "another version": REQUEST.replace("1.1", "1.0"),
    "HTTP/2": RESPONSE.replace("1.1", "2"),
    "two spaces": REQUEST.replace("POST ", "POST  "),
    "a long method": REQUEST.replace("POST", "P" * 33),
    "a long target": REQUEST.replace("x=1", "x" * 8192),
    "no host": REQUEST.replace("Host: shop.example\r\n", ""),
    "two hosts": REQUEST.replace("X-A:", "Host:"),
    "a host that is none": REQUEST.replace("shop.example", "shop.example/x"),
    "a user in the host": REQUEST.replace("shop.example", "me@shop.example"),
    "asterisk form": REQUEST.replace("/pay?x=1", "*"),
    "authority form": REQUEST.replace("/pay?x=1", "shop.example:443"),
    "another host in the target": REQUEST.replace("/pay", "https://other.example/pay"),
    "another scheme": REQUEST.replace("/pay", "ftp://shop.example/pay"),
    "a fragment": REQUEST.replace("?x=1", "#x"),
    "a path that is not ASCII": REQUEST.replace("/pay", "/pây"),
    "a folded line": REQUEST.replace("\r\nx-a", "\r\n x-a"),
    "a space before the colon": REQUEST.replace("X-A:", "X-A :"),
    "no colon": REQUEST.replace("X-A:", "X-A"),
    "no name": REQUEST.replace("X-A:", ":"),
    "a NUL": REQUEST.replace("one", "o\0e"),
    "a lone CR": REQUEST.replace("one", "o\re"),
    "a lone LF": REQUEST.replace("one \r\n", "one\n"),
    "a longer content": REQUEST + "x",
    "a shorter content": REQUEST[:-1],
    "two lengths": REQUEST.replace("X-A:  one ", "Content-Length: 2"),
    "a length with a sign": REQUEST.replace("Length: 2", "Length: +2"),
    "a length of many digits": REQUEST.replace("Length: 2", f"Length: {'9' * 5000}"),
    "a transfer coding": REQUEST.replace("X-A:  one", "Transfer-Encoding: chunked"),
    "a status of two digits": RESPONSE.replace("201", "20"),
    "a status of zeros": RESPONSE.replace("201", "000"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_what_is_no_message(name: str) -> None:
    with pytest.raises(ProblemError) as caught:
        read(BROKEN[name])
    assert caught.value.codes == (Code.MALFORMED_HTTP,)


@pytest.mark.parametrize(
    "text",
    [
        RESPONSE + "x" * (1 << 20),
        "GET / HTTP/1.1\r\nHost: a\r\n" + "X: y\r\n" * 128 + "\r\n",
        f"GET / HTTP/1.1\r\nHost: a\r\nX: {'y' * (64 << 10)}\r\n\r\n",
    ],
    ids=["content", "fields", "a field"],
)
def test_what_is_too_large(text: str) -> None:
    with pytest.raises(ProblemError) as caught:
        read(text)
    assert caught.value.codes == (Code.TOO_LARGE,)


@pytest.mark.parametrize(
    "url", ["https://", "https://a b/", "HTTPS://a.example", "https://a.example/#x", "//a/"]
)
def test_a_url_that_is_none(url: str) -> None:
    with pytest.raises(ProblemError) as caught:
        HttpRequest.of_url("GET", url)
    assert caught.value.codes == (Code.MALFORMED_HTTP,)


def test_an_object_holds_what_a_text_may_hold_alone() -> None:
    for fields in ((("a b", "c"),), (("a", "b\r\nc: d"),), (("a", "ü€"),)):
        with pytest.raises(ProblemError):
            HttpRequest(method="GET", target="/", authority="a.example", fields=fields)
    with pytest.raises(ProblemError):
        HttpResponse(status=99)


@pytest.mark.parametrize("data", [REQUEST, RESPONSE, b"GET / HTTP/1.1\n", "HTTP/1.1 200"])
def test_a_message_is_told_by_its_first_line(data: str | bytes) -> None:
    assert looks_like(data)


@pytest.mark.parametrize("data", ["", "{}", "GET /", "eyJ.e30.x", "HTTP/2 200", b"\xd2\x84", "\ud800"])
def test_what_is_something_else(data: str | bytes) -> None:
    assert not looks_like(data)


names = st.text("abcXYZ-09!#$%&'*+.^_`|~", min_size=1, max_size=8)
values = st.text(
    st.characters(min_codepoint=0x20, max_codepoint=0xFF, exclude_characters="\x7f"), max_size=12
)
fields = st.lists(
    st.tuples(names, values.filter(lambda value: not 0x7F <= max(map(ord, value or "a")) < 0x80))
)


@given(fields.map(tuple), st.binary(max_size=40))
def test_what_is_written_is_read_again(given_fields: tuple[tuple[str, str], ...], body: bytes) -> None:
    own = {"host", "content-length", "transfer-encoding"}
    kept = tuple((name, value.strip(" \t")) for name, value in given_fields if name.lower() not in own)
    message = HttpRequest(method="PUT", target="/a?b", authority="a.example:8", fields=kept, body=body)
    again = read(write(message))
    assert isinstance(again, HttpRequest)
    assert (again.method, again.target, again.authority) == ("PUT", "/a?b", "a.example:8")
    assert [each for each in again.fields if each[0].lower() not in own] == list(kept)
    assert again.body == body


@given(
    st.one_of(
        st.text(),
        st.binary(),
        st.text().map(REQUEST.__add__),
        st.text().map(RESPONSE.replace("201", "2").__add__),
    )
)
def test_whatever_comes_is_read_or_refused(data: str | bytes) -> None:
    assert refused(data) <= {Code.MALFORMED_HTTP, Code.TOO_LARGE}


def refused(data: str | bytes) -> set[Code]:
    try:
        read(data)
    except ProblemError as error:
        return set(error.codes)
    return set()
