"""``python -m benchmarks.http_server work|nothing``: the service, or its server around an app without work.

It prints its port and the issuer that it is, and serves until it is ended.
"""

from __future__ import annotations

import asyncio
import sys

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from signet_vc.service.app import Bounds
from signet_vc.service.server import Server, bind, run
from signet_vc.service.settings import ephemeral_service

__all__ = ["main"]

_ANSWER = b'{"verified":true,"document":"' + b"x" * 1000 + b'"}'  # about as long as what the service answers


def main() -> None:
    """Serve."""
    listening = bind("127.0.0.1", 0)
    port = listening.getsockname()[1]
    service = ephemeral_service(f"http://127.0.0.1:{port}")
    print(port, next(iter(service.instances.values())).did, flush=True)
    if sys.argv[1] == "work":
        run(service, listening)
    else:
        app = Starlette(routes=[Route(path, _nothing, methods=["POST"]) for path in _PATHS])
        Server(app, Bounds()).listen(listening)


_PATHS = ("/credentials/issue", "/credentials/verify")


async def _nothing(request: Request) -> Response:
    await request.body()
    await asyncio.sleep(0)
    return Response(_ANSWER, media_type="application/json")


if __name__ == "__main__":
    main()
