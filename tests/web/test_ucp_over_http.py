"""UCP's signatures over real HTTP: Starlette behind the middleware, called by httpx and httpx2."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import httpx
import httpx2
import pytest
from identities import AGENT, P256, STRANGER
from protocols.documents import Documents
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from web.loopback import serving

from signet_vc import Policy
from signet_vc.errors import Code, UsageError, problem
from signet_vc.keys.signing import Key
from signet_vc.protocols import ucp, ucp_keys
from signet_vc.protocols.http_message import HttpResponse
from signet_vc.web.asgi import UcpMiddleware
from signet_vc.web.httpx_auth import UcpAuth, verify_response

PLATFORM: Final = "https://platform.example/.well-known/ucp"
BUSINESS: Final = "https://merchant.example.com/.well-known/ucp"
OTHER: Final = Key.from_secret("P-256", bytes(range(2, 34)))
DOCUMENTS: Final = Documents(
    {
        PLATFORM: {"ucp": {}, "keys": [ucp_keys.published(P256.public_key, kid="platform-2026")]},
        BUSINESS: {"keys": [ucp_keys.published(OTHER.public_key, kid="merchant-2026")]},
    }
)
POLICY: Final = Policy(allowed_signers=[PLATFORM, AGENT.did], loader=DOCUMENTS)
AUTH: Final = UcpAuth(P256, profile_url=PLATFORM, keyid="platform-2026")
ORDER: Final = {"line_items": [{"item": {"id": "item_123"}, "quantity": 2}]}
LIBRARIES: Final = [httpx, httpx2]


async def checkout(request: Request) -> Response:
    """Answers, signed, with what the application was given."""
    verified = request.scope["signet_vc"]
    seen = {
        "signer": verified.issuer,
        "state": request.state.signet_vc.issuer,
        "body": (await request.body()).decode(),
        "idempotency": request.headers.get("idempotency-key"),
    }
    body = json.dumps(seen).encode()
    unsigned = HttpResponse(status=201, fields=(("Content-Type", "application/json"),), body=body)
    signed = ucp.sign_response(unsigned, OTHER, keyid="merchant-2026", created=1_700_000_000)
    return Response(body, 201, headers=dict(signed.fields))


async def profile(_request: Request) -> Response:
    return JSONResponse({"ucp": {}})


APP: Final = Starlette(
    routes=[
        Route("/checkout-sessions", checkout, methods=["GET", "POST", "HEAD"]),
        Route("/.well-known/ucp", profile),
    ]
)


@pytest.fixture(scope="module")
def base() -> Iterator[str]:
    public = ["/.well-known/ucp"]
    with serving(UcpMiddleware(APP, POLICY, public=public, max_body=10_000)) as url:
        yield url


@pytest.mark.parametrize("library", LIBRARIES, ids=lambda each: each.__name__)
def test_a_request_signed_by_the_client_reaches_the_application(base: str, library: Any) -> None:
    with library.Client(auth=AUTH) as client:
        answer = client.post(f"{base}/checkout-sessions?draft=1", json=ORDER)
    assert answer.status_code == 201
    seen = answer.json()
    assert (seen["signer"], seen["state"]) == (PLATFORM, PLATFORM)
    assert json.loads(seen["body"]) == ORDER
    assert len(seen["idempotency"]) == 22


@pytest.mark.parametrize("library", LIBRARIES, ids=lambda each: each.__name__)
def test_the_client_verifies_the_answer(base: str, library: Any) -> None:
    with library.Client(auth=AUTH, headers={"Accept-Encoding": "identity"}) as client:
        answer = client.post(f"{base}/checkout-sessions", json=ORDER)
    business = Policy(allowed_signers=[BUSINESS], loader=DOCUMENTS)
    result = verify_response(answer, business)
    assert (result.verified, result.issuer, result.problems) == (True, BUSINESS, ())
    assert result.document is not None
    assert result.document["status"] == 201
    stranger = verify_response(answer, Policy(allowed_signers=[PLATFORM], loader=DOCUMENTS))
    assert [each.code for each in stranger.problems] == [Code.KEY_NOT_FOUND]


@pytest.mark.parametrize("library", LIBRARIES, ids=lambda each: each.__name__)
def test_asynchronous_clients_sign_too(base: str, library: Any) -> None:
    async def called() -> int:
        async with library.AsyncClient(auth=AUTH) as client:
            answer = await client.get(f"{base}/checkout-sessions")
            return answer.status_code

    assert asyncio.run(called()) == 201


@pytest.mark.parametrize("library", LIBRARIES, ids=lambda each: each.__name__)
def test_for_web_bot_auth_too_and_by_a_did_without_a_profile(base: str, library: Any) -> None:
    bots = Documents({PLATFORM: {"keys": [ucp_keys.published(AGENT.public_key)]}})
    with serving(UcpMiddleware(APP, Policy(allowed_signers=[PLATFORM], loader=bots))) as url:
        auth = UcpAuth(AGENT, profile_url=PLATFORM, web_bot_auth=True)
        answer = library.post(f"{url}/checkout-sessions", json=ORDER, auth=auth)
        assert (answer.status_code, answer.json()["signer"]) == (201, PLATFORM)
    auth = UcpAuth(AGENT, keyid=AGENT.verification_method)
    answer = library.post(f"{base}/checkout-sessions", json=ORDER, auth=auth)
    assert (answer.status_code, answer.json()["signer"]) == (201, AGENT.did)


def signed_post(base: str, **changes: Any) -> httpx.Request:
    """A request as it is signed, and then changed."""
    return AUTH(httpx.Request("POST", f"{base}/checkout-sessions", json=ORDER, **changes))


def without(name: str, base: str) -> httpx.Request:
    request = signed_post(base)
    del request.headers[name]
    return request


def elsewhere(base: str) -> httpx.Request:
    request = signed_post(base)
    return httpx.Request(
        "POST", f"{base}/checkout-sessions?x=1", headers=request.headers, content=request.content
    )


def another_body(base: str) -> httpx.Request:
    request = signed_post(base)
    headers = {name: value for name, value in request.headers.items() if name != "content-length"}
    return httpx.Request("POST", request.url, headers=headers, content=request.content + b" ")


def by(key: Key, base: str, **how: Any) -> httpx.Request:
    return UcpAuth(key, **how)(httpx.Request("POST", f"{base}/checkout-sessions", json=ORDER))


REFUSED: Final = {
    "unsigned": (lambda base: httpx.Request("GET", f"{base}/checkout-sessions"), 401, "signature_missing"),
    "without one field": (lambda base: without("signature", base), 401, "signature_missing"),
    "without the idempotency key": (lambda base: without("idempotency-key", base), 401, "signature_invalid"),
    "at another place": (elsewhere, 401, "signature_invalid"),
    "another content": (another_body, 400, "digest_mismatch"),
    "an unknown key": (
        lambda base: by(OTHER, base, profile_url=PLATFORM, keyid="platform-2025"),
        401,
        "key_not_found",
    ),
    "another's key": (
        lambda base: by(OTHER, base, profile_url=PLATFORM, keyid="platform-2026"),
        401,
        "signature_invalid",
    ),
    "a stranger": (
        lambda base: by(P256, base, profile_url="https://stranger.example/ucp"),
        403,
        "profile_not_trusted",
    ),
    "a stranger's DID": (
        lambda base: by(STRANGER, base, keyid=STRANGER.verification_method),
        403,
        "profile_not_trusted",
    ),
    "too large": (
        lambda base: httpx.Request("POST", f"{base}/checkout-sessions", content=b"x" * 10_001),
        413,
        "content_too_large",
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_a_request_that_does_not_verify_never_reaches_the_application(base: str, name: str) -> None:
    make, status, code = REFUSED[name]
    with httpx.Client() as client:
        answer = client.send(make(base))
    assert (answer.status_code, answer.json()["code"]) == (status, code)


def test_a_stranger_does_not_choose_what_is_loaded(base: str) -> None:
    before = len(DOCUMENTS.asked)
    with httpx.Client() as client:
        client.send(by(P256, base, profile_url="https://stranger.example/ucp"))
    assert DOCUMENTS.asked[before:] == []


def test_a_redirect_is_refused_by_who_is_redirected_to(base: str) -> None:
    async def moved(_request: Request) -> Response:
        return Response(status_code=307, headers={"Location": f"{base}/checkout-sessions"})

    with serving(Starlette(routes=[Route("/", moved, methods=["POST"])])) as url:
        answer = httpx.post(url, json=ORDER, auth=AUTH, follow_redirects=True)
    assert (answer.status_code, answer.json()["code"]) == (401, "signature_invalid")


def test_what_is_public_needs_no_signature(base: str) -> None:
    assert httpx.get(f"{base}/.well-known/ucp").json() == {"ucp": {}}


def test_head_is_answered_without_content(base: str) -> None:
    assert httpx.head(f"{base}/checkout-sessions").content == b""


def test_at_an_mcp_endpoint_the_error_is_of_json_rpc() -> None:
    with serving(UcpMiddleware(APP, POLICY, json_rpc=True)) as url:
        answer = httpx.post(f"{url}/mcp", json={"jsonrpc": "2.0", "id": 42, "method": "tools/call"})
        broken = httpx.post(f"{url}/mcp", content=b"{")
    error = answer.json()
    assert (answer.status_code, error["id"], error["error"]["code"]) == (401, 42, -32000)
    assert error["error"]["data"]["code"] == "signature_missing"
    assert broken.json()["id"] is None


# --- without a socket: what no client of ours would send ---------------------------------------------


def scope(**members: Any) -> dict[str, Any]:
    return {
        "type": "http",
        "method": "GET",
        "path": "/",
        "raw_path": b"/",
        "query_string": b"",
        "scheme": "https",
        "headers": [(b"host", b"merchant.example.com")],
        **members,
    }


def answered(app: Any, given: dict[str, Any], *events: dict[str, Any]) -> list[dict[str, Any]]:
    """What is sent to a client that sends ``events`` and then nothing."""
    coming, sent = iter(events), []

    async def receive() -> dict[str, Any]:
        for event in coming:
            return event
        await asyncio.Event().wait()
        raise AssertionError

    async def send(event: dict[str, Any]) -> None:
        sent.append(event)

    asyncio.run(app(given, receive, send))
    return sent


async def never(_scope: Any, _receive: Any, _send: Any) -> None:
    pytest.fail("the application was called")


EMPTY: Final = {"type": "http.request", "body": b"", "more_body": False}


@pytest.mark.parametrize(
    "changes",
    [
        {"headers": []},
        {"headers": [(b"host", b"a.example"), (b"host", b"b.example")]},
        {"raw_path": None},
        {"raw_path": b""},
        {"query_string": b"a b"},
        {"headers": [(b"host", b"a.example"), (b"x", b"\0")]},
    ],
    ids=["no host", "two hosts", "no raw path", "an empty path", "a query that is none", "a NUL"],
)
def test_a_scope_that_is_no_request_is_refused(changes: dict[str, Any]) -> None:
    sent = answered(UcpMiddleware(never, POLICY), scope(**changes), EMPTY)
    assert sent[0]["status"] == 401


def test_a_websocket_is_refused() -> None:
    sent = answered(
        UcpMiddleware(never, POLICY), {"type": "websocket", "path": "/"}, {"type": "websocket.connect"}
    )
    assert sent == [{"type": "websocket.close", "code": 1008}]


def test_a_content_that_does_not_come_is_not_waited_for() -> None:
    sent = answered(UcpMiddleware(never, POLICY, body_seconds=0.01), scope(method="POST"))
    assert sent[0]["status"] == 408


def test_a_client_that_goes_away_is_not_answered() -> None:
    assert answered(UcpMiddleware(never, POLICY), scope(), {"type": "http.disconnect"}) == []


def test_the_content_comes_in_pieces_and_what_follows_it_is_passed_on() -> None:
    received: list[Any] = []

    async def app(given: Any, receive: Any, _send: Any) -> None:
        received.extend([given["signet_vc"].issuer, await receive(), await receive()])

    request = AUTH(httpx.Request("POST", "https://merchant.example.com/", json=ORDER))
    given = scope(method="POST", headers=[(name.lower(), value) for name, value in request.headers.raw])
    pieces = [
        {"type": "http.request", "body": request.content[:5], "more_body": True},
        {"type": "http.request", "body": request.content[5:]},
    ]
    answered(UcpMiddleware(app, POLICY), given, *pieces, {"type": "http.disconnect"})
    assert received == [
        PLATFORM,
        {"type": "http.request", "body": request.content, "more_body": False},
        {"type": "http.disconnect"},
    ]


def test_arguments_that_would_trust_nobody_or_everybody() -> None:
    with pytest.raises(UsageError):
        UcpMiddleware(never, Policy())
    with pytest.raises(UsageError):
        UcpMiddleware(never, POLICY, public="/.well-known/ucp")
    with pytest.raises(UsageError):
        UcpAuth(P256)
    with pytest.raises(UsageError):
        UcpAuth(P256, profile_url=PLATFORM, attesting=[P256.did])


def test_a_content_that_is_an_asynchronous_stream_is_not_signed() -> None:
    async def pieces() -> Any:
        yield b"{}"

    with pytest.raises(UsageError):
        AUTH(httpx.Request("POST", "https://merchant.example.com/", content=pieces()))


def test_the_page_tells_every_refusal() -> None:
    page = (Path(__file__).parents[2] / "docs" / "http-signatures.md").read_text(encoding="utf-8")
    told = dict(re.findall(r"^\| `([a-z_]+)` \| (\d{3}) \|", page, re.MULTILINE))
    refusals = {ucp.refusal([problem(code, "")]) for code in Code}
    refusals.add(ucp.refusal([problem(Code.MALFORMED_HTTP, "", "/fields/ucp-agent")]))
    assert told == {each.code: str(each.status) for each in refusals}
