"""What becomes of a command that is interrupted, or whose output goes nowhere; how the help reads."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from signet_vc.cli.main import signet

SIGNET = [sys.executable, "-m", "signet_vc.cli.main"]
# What is started in the background of a script ignores interrupts, and so do its children.
WITH_INTERRUPTS = """\
import os, signal, sys
signal.signal(signal.SIGINT, signal.SIG_DFL)
os.execv(sys.argv[1], sys.argv[1:])
"""
DID = "did:key:z6MkehRgf7yJbgaGfYsdoAsKdBPE3dj2CYhowQdcjqSJgvVd"


@pytest.mark.skipif(os.name != "posix", reason="signals of POSIX")
def test_an_interrupt_is_no_verdict_and_no_traceback() -> None:
    process = subprocess.Popen(
        [sys.executable, "-c", WITH_INTERRUPTS, *SIGNET, "verify", __file__, "-", "--trust-any"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert process.stdout.readline().startswith("NOT VERIFIED")  # it runs, and now waits for more
    process.send_signal(signal.SIGINT)
    process.wait(timeout=30)
    _, stderr = process.communicate()
    assert (process.returncode, stderr.strip()) == (130, "signet: interrupted")


def test_a_reader_that_has_gone_is_no_verdict_and_no_traceback() -> None:
    process = subprocess.Popen(
        [*SIGNET, "did", DID], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    process.stdout.close()
    assert process.stderr is not None
    with process.stderr as stderr:
        assert stderr.read() == ""
    assert process.wait(30) == 3


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="a device of Linux")
def test_a_full_disk_is_no_verdict_and_no_traceback() -> None:
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [*SIGNET, "did", DID], stdout=full, stderr=subprocess.PIPE, text=True, timeout=60, check=False
        )
    assert done.returncode == 3
    assert done.stderr == "signet: the output cannot be written: No space left on device\n"


def commands(command: click.Command, context: click.Context) -> Iterator[click.Context]:
    yield context
    if isinstance(command, click.Group):
        for name in command.list_commands(context):
            found = command.get_command(context, name)
            assert found is not None
            below = click.Context(
                found, info_name=name, parent=context, terminal_width=80, max_content_width=80
            )
            yield from commands(found, below)


@pytest.mark.parametrize(
    "context",
    list(commands(signet, click.Context(signet, info_name="signet", terminal_width=80))),
    ids=lambda each: each.command_path,
)
def test_the_help_has_an_example_and_cuts_nothing(context: click.Context) -> None:
    text = context.get_help()
    assert "Example" in text
    assert f"    {context.command_path}" in text
    assert not [line for line in text.splitlines()[1:] if line.endswith("...")]
