"""``signet vc jose-cose``: the command that W3C's test suite for VC-JOSE-COSE calls, once a test.

What came of it is always written; the exit status is 0 unless the command line or a file of it is wrong.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import click

from signet_vc.cli import vc_one_key
from signet_vc.cli.files import read
from signet_vc.cli.output import problem_mapping, shown
from signet_vc.codec import strict_json
from signet_vc.errors import ProblemError, SignetError, UnavailableError, UsageError

__all__ = ["jose_cose"]

_MOST_PATHS: Final = 1024


@click.group(
    epilog="""\b
Examples:
  signet vc jose-cose issue --input vc.json --key vm.json --feature credential_jose --output result.json
  signet vc jose-cose verify --input vc.txt --key vm.json --feature credential_cose --output result.json
"""
)
def jose_cose() -> None:
    """Issue and verify as W3C's VC-JOSE-COSE test suite asks.

    The key that is given is taken for the issuer's or holder's: nothing is looked up. For trust, use `signet
    verify`. The result is always written, with exit status 0: {"result": "success", "data": "..."}, else
    "failure" or "indeterminate".
    """


def _files(command: Callable[..., Any]) -> Callable[..., Any]:
    for option in (
        click.option(
            "--output",
            required=True,
            type=click.Path(path_type=Path, dir_okay=False),
            metavar="FILE",
            help="Where the result is written.",
        ),
        click.option(
            "--feature", required=True, type=click.Choice(list(vc_one_key.FEATURES)), help="What of, in what."
        ),
        click.option(
            "--key",
            "key_file",
            required=True,
            metavar="FILE",
            help="A JsonWebKey verification method; to issue, with secretKeyJwk.",
        ),
        click.option(
            "--input", "input_file", required=True, metavar="FILE", help="What to secure or to verify."
        ),
    ):
        command = option(command)
    return command


@jose_cose.command(
    epilog="""\b
Examples:
  signet vc jose-cose issue --input vc.json --key vm.json --feature credential_sdjwt \\
    --sd '["credentialSubject.name", "credentialSubject.emails[0]"]' --output result.json
"""
)
@_files
@click.option("--sd", "disclosable", metavar="LIST", help="JSON list of what the holder may leave out.")
def issue(*, input_file: str, key_file: str, feature: str, output: Path, disclosable: str | None) -> None:
    """Secure the credential or presentation in a file."""
    paths = _paths(disclosable)

    def work(content: bytes, method: vc_one_key.Method) -> dict[str, Any]:
        document = strict_json.loads(content)
        if not isinstance(document, dict):
            raise UsageError("the input is no JSON object")
        return {"data": vc_one_key.issue(document, method, feature, paths)}

    _run(input_file, key_file, output, work)


@jose_cose.command(
    epilog="""\b
Examples:
  signet vc jose-cose verify --input vc.txt --key vm.json --feature credential_jose --output result.json
"""
)
@_files
def verify(*, input_file: str, key_file: str, feature: str, output: Path) -> None:
    """Verify the token in a file; COSE is written in base64."""
    _run(input_file, key_file, output, lambda content, method: vc_one_key.verify(content, method, feature))


def _run(
    input_file: str,
    key_file: str,
    output: Path,
    work: Callable[[bytes, vc_one_key.Method], dict[str, Any]],
) -> None:
    """Write what comes of the work, whatever it is."""
    try:
        content, key = read(input_file), read(key_file)
    except SignetError as error:
        _write(output, _failed(error))
        raise
    try:
        result = {"result": "success", **work(content, vc_one_key.Method.read(strict_json.loads(key)))}
    except SignetError as error:
        result = _failed(error)
    _write(output, result)


def _failed(error: SignetError) -> dict[str, Any]:
    told: dict[str, Any] = {
        "result": "indeterminate" if isinstance(error, UnavailableError) else "failure",
        "data": str(error),
    }
    if isinstance(error, ProblemError):
        told["problems"] = [problem_mapping(each) for each in error.problems]
    return told


def _write(output: Path, result: dict[str, Any]) -> None:
    try:
        output.write_text(json.dumps(result) + "\n", encoding="utf-8")
    except OSError as error:
        raise UsageError(f"{shown(str(output))} cannot be written: {error.strerror}") from error


def _paths(text: str | None) -> list[str]:
    if text is None:
        return []
    try:
        paths = strict_json.loads(text)
    except ProblemError as error:
        raise UsageError("--sd takes a JSON list of paths") from error
    if not isinstance(paths, list) or not all(isinstance(each, str) for each in paths):
        raise UsageError("--sd takes a JSON list of paths")
    if len(paths) > _MOST_PATHS:
        raise UsageError(f"--sd takes at most {_MOST_PATHS} paths")
    return paths
