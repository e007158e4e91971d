"""``signet serve``: the VC-API service."""

from __future__ import annotations

import ipaddress
import logging
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

import click

from signet_vc.config import Config
from signet_vc.errors import UsageError

if TYPE_CHECKING:
    import ssl

    from signet_vc.service.app import Service

__all__ = ["serve"]

_HTTP_PORT: Final = 80
# How long a thread that computes keeps the loop from its next step, ten times for each request. Beside two
# poison graphs: 340 requests/s in place of 230, the slowest hundredth after 115 ms in place of 310.
_SWITCH_SECONDS: Final = 0.0005
# As the configuration's schema has it.
_match_public_url: Final = re.compile(
    r"https://[A-Za-z0-9.-]+(?::[1-9][0-9]{0,4})?(?:/[A-Za-z0-9._~-]+)*"
).fullmatch


@click.command(
    short_help="Serve the VC-API over HTTP.",
    epilog="""\b
Examples:
  signet serve --ephemeral
  signet serve --ephemeral --tls --port 8443
  signet serve --config service.yaml --tls-cert chain.pem --tls-key key.pem --host vc.example --port 443
  signet serve --config service.yaml --public-url https://vc.example
""",
)
@click.option(
    "--config", "config_path", type=click.Path(path_type=Path), metavar="FILE", help="Configuration file."
)
@click.option("--host", default="127.0.0.1", show_default=True, metavar="H", help="Address to listen on.")
@click.option(
    "--port",
    default=8080,
    show_default=True,
    metavar="N",
    type=click.IntRange(0, 65535),
    help="Port to listen on; 0 for any that is free.",
)
@click.option(
    "--ephemeral", is_flag=True, help="Try it out: keys for this run, one a suite, no tokens, loopback alone."
)
@click.option("--tls", is_flag=True, help="With --ephemeral: make a certificate for this run.")
@click.option(
    "--tls-cert", type=click.Path(path_type=Path), metavar="FILE", help="Certificate and its chain, PEM."
)
@click.option(
    "--tls-key", type=click.Path(path_type=Path), metavar="FILE", help="Its key, PEM, not encrypted."
)
@click.option(
    "--public-url", metavar="URL", help="The https URL of the proxy in front, if one has the certificate."
)
def serve(
    *,
    config_path: Path | None,
    host: str,
    port: int,
    ephemeral: bool,
    tls: bool,
    tls_cert: Path | None,
    tls_key: Path | None,
    public_url: str | None,
) -> None:
    """Serve the VC-API: issue, verify, present, derive, change a status; resolve DIDs.

    The addresses and, with --ephemeral, the issuers' DIDs go to standard error, then one line of JSON a
    request. It ends with status 0 when SIGTERM or SIGINT told it to, after what was under way.
    """
    _check_extra()
    config = Config() if ephemeral else Config.load(config_path)
    public = public_url if public_url is not None else config.serve.public_url
    if public is not None and not _is_public_url(public):
        raise UsageError("--public-url is an https URL without a slash at its end")
    if ephemeral and (config_path is not None or public is not None or not _is_loopback(host)):
        raise UsageError(
            "--ephemeral asks for no token: it listens on loopback alone and has no configuration"
        )
    context = _context(ephemeral=ephemeral, tls=tls, certificate=tls_cert, key=tls_key)
    if context is None and public is None and not _is_loopback(host):
        raise UsageError(
            "beyond loopback it takes --tls-cert and --tls-key, or the --public-url of a proxy that has them"
        )
    if public is None and _is_any(host):
        raise UsageError(f"{host} is no address to be reached at: name that with --public-url")
    _run(config if not ephemeral else None, host, port, public, context)


def _check_extra() -> None:
    try:
        import starlette  # noqa: F401, PLC0415 - it is an extra, and only asked for here
        import uvicorn  # noqa: F401, PLC0415 - as above
    except ImportError as error:
        raise UsageError(
            'the service needs packages that are not installed: pip install "signet-vc[service]"'
        ) from error


def _run(
    config: Config | None, host: str, port: int, public: str | None, context: ssl.SSLContext | None
) -> None:
    """Serve until told to stop. config: None for an ephemeral service."""
    from signet_vc.service import server, settings  # noqa: PLC0415 - an extra, and only this command needs it

    sys.setswitchinterval(_SWITCH_SECONDS)
    with server.bind(host, port) as listening:  # first, so that the address is known
        here = _address("http" if context is None else "https", host, listening.getsockname()[1])
        base = here if public is None else public
        service = (
            settings.ephemeral_service(base) if config is None else settings.configured_service(config, base)
        )
        # Where a certificate names the host, a page that rebinds its name to loopback does not get this far.
        hosts = _hosts(here, public) if context is None and _is_loopback(host) else None
        _log_to_stderr()
        _say(service, here, ephemeral=config is None)
        server.run(service, listening, hosts=hosts, context=context)


def _context(
    *, ephemeral: bool, tls: bool, certificate: Path | None, key: Path | None
) -> ssl.SSLContext | None:
    from signet_vc.service.certificate import context_for_this_run, context_from_files  # noqa: PLC0415 - as above

    if tls:
        if not ephemeral or certificate is not None or key is not None:
            raise UsageError(
                "--tls makes a certificate with --ephemeral; else name one with --tls-cert, --tls-key"
            )
        return context_for_this_run()
    if (certificate is None) != (key is None):
        raise UsageError("--tls-cert and --tls-key go together")
    return None if certificate is None else context_from_files(certificate, key)


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _is_any(host: str) -> bool:
    """Tell whether the host is every address of this machine."""
    try:
        return ipaddress.ip_address(host).is_unspecified
    except ValueError:
        return False


def _is_public_url(url: str) -> bool:
    return _match_public_url(url) is not None


def _address(scheme: str, host: str, port: int) -> str:
    return f"{scheme}://{f'[{host}]' if ':' in host else host}:{port}"


def _hosts(here: str, public: str | None) -> set[str]:
    """The values of the Host header that the service answers to."""
    port = urlsplit(here).port
    names = {urlsplit(here).netloc, *(f"{name}:{port}" for name in ("localhost", "127.0.0.1", "[::1]"))}
    if port == _HTTP_PORT:
        names |= {name.rpartition(":")[0] for name in names}
    return names if public is None else names | {urlsplit(public).netloc.lower()}


def _say(service: Service, here: str, *, ephemeral: bool) -> None:
    """Tell a person, on standard error, where it is and who it is."""
    click.echo(f"signet: serving {here}", err=True)
    if service.base != here:
        click.echo(f"signet: reached as {service.base}", err=True)
    click.echo(f"signet: what it answers is described at {service.base}/openapi.json", err=True)
    if not service.instances:
        click.echo(
            "signet: no instance is configured: it verifies and resolves, and issues nothing", err=True
        )
    for each in service.instances.values():
        how = each.suite or each.securing
        lists = ", status lists" if each.lists is not None else ""
        click.echo(f"signet: {service.base}/instances/{each.name}  {how}{lists}  {each.did}", err=True)
    if ephemeral and not service.base.startswith("https:"):
        click.echo("signet: no status lists, whose address is an https one: --tls makes it so", err=True)


def _log_to_stderr() -> None:
    """One line of JSON a request; uvicorn would add lines of its own, and what it was sent."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(logging.Formatter("%(message)s"))
    log = logging.getLogger("signet_vc.service")
    log.addHandler(handler)
    log.setLevel(logging.INFO)
    log.propagate = False
    logging.getLogger("uvicorn.error").setLevel(logging.CRITICAL)
