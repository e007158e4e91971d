"""Lines out of bytes, and pipes, files and terminals as both ends."""

from __future__ import annotations

import asyncio
import os
import pty
import threading
from collections.abc import Awaitable
from pathlib import Path
from typing import TypeVar

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from signet_vc.mcp import streams

T = TypeVar("T")


def run(work: Awaitable[T]) -> T:
    async def main() -> T:
        return await asyncio.wait_for(work, 30)

    return asyncio.run(main())


class Chunks:
    """An inlet of chunks that are ready."""

    def __init__(self, *chunks: bytes) -> None:
        self._chunks = [chunk for chunk in chunks if chunk]

    async def read(self, n: int) -> bytes:
        return self._chunks.pop(0) if self._chunks else b""

    def close(self) -> None:
        self._chunks.clear()


async def lines_of(inlet: streams.Inlet, limit: int = 100) -> list[bytes]:
    lines = streams.Lines(inlet, limit)
    found = []
    while (line := await lines.next()) is not None:
        found.append(line)
    return found


@given(
    st.lists(st.text("ab\r\u2028é\0", max_size=6).map(str.encode), max_size=6), st.lists(st.integers(1, 5))
)
@settings(max_examples=100)
def test_lines_are_what_is_between_newlines_wherever_the_bytes_are_cut(expected, cuts):
    data, chunks = b"".join(line + b"\n" for line in expected), []
    for cut in cuts:
        chunks.append(data[:cut])
        data = data[cut:]
    assert run(lines_of(Chunks(*chunks, data))) == expected


@pytest.mark.parametrize(
    ("chunks", "expected"),
    [
        ([], []),
        ([b"\n\n"], [b"", b""]),
        ([b"a\nb"], [b"a", b"b"]),  # the last one lacks its newline
        ([b"1234\n12345\n"], [b"1234", b"12345"]),
        ([b"123456\nx\n"], [b"12345", b"x"]),
        ([b"123456789\nx\n"], [b"12345", b"x"]),
        ([b"123", b"456", b"789", b"\nx", b"\n"], [b"12345", b"x"]),
        ([b"123456", b"789", b"0" * 20], [b"12345"]),
        ([b"12345", b"6\n", b"x"], [b"12345", b"x"]),
        ([b"12345"], [b"12345"]),
    ],
)
def test_of_a_line_that_is_too_long_one_byte_more_than_the_limit_is_given(chunks, expected):
    assert run(lines_of(Chunks(*chunks), limit=4)) == expected


def test_a_pipe_carries_what_was_written():
    async def scenario():
        reading, writing = os.pipe()
        inlet, outlet = await streams.open_inlet(reading), await streams.open_outlet(writing)
        outlet.write(b"x" * 1_000_000)
        assert outlet.pending > 0
        read = asyncio.create_task(lines_of(inlet, limit=2_000_000))
        await outlet.drain()
        outlet.close()
        await outlet.closed()
        return await read

    assert run(scenario()) == [b"x" * 1_000_000]


def test_a_pipe_without_a_reader_is_an_error():
    async def scenario():
        reading, writing = os.pipe()
        outlet = await streams.open_outlet(writing)
        os.close(reading)
        try:
            while True:
                outlet.write(b"x")
                await outlet.drain()
        finally:
            await outlet.closed()

    with pytest.raises((BrokenPipeError, ConnectionResetError)):
        run(scenario())


@pytest.fixture
def standard_as():
    """Put descriptors in the place of standard input and output for a while."""
    kept = []

    def put(reading: int, writing: int) -> None:
        for place, descriptor in ((0, reading), (1, writing)):
            kept.append((place, os.dup(place)))
            os.dup2(descriptor, place)
            os.close(descriptor)

    yield put
    for place, descriptor in reversed(kept):
        os.dup2(descriptor, place)
        os.close(descriptor)


async def answered() -> list[bytes]:
    """Answer each line of standard input on standard output."""
    async with streams.standard() as (inlet, outlet):
        found = await lines_of(inlet)
        for line in found:
            outlet.write(line.upper() + b"\n")
            await outlet.drain()
        assert outlet.pending == 0
    return found


def test_standard_streams_may_be_pipes(standard_as):
    (reading, into), (out, writing) = os.pipe(), os.pipe()
    os.write(into, b"a\nb\n")
    os.close(into)
    standard_as(reading, writing)
    assert run(answered()) == [b"a", b"b"]
    assert os.get_blocking(0)
    assert os.get_blocking(1)
    assert os.read(out, 100) == b"A\nB\n"
    os.close(out)


def test_standard_streams_may_be_files(standard_as, tmp_path: Path):
    (tmp_path / "in").write_bytes(b"a\n" * 200_000)
    given = os.open(tmp_path / "in", os.O_RDONLY)
    standard_as(given, os.open(tmp_path / "out", os.O_WRONLY | os.O_CREAT))
    assert len(run(answered())) == 200_000
    assert (tmp_path / "out").read_bytes() == b"A\n" * 200_000


def test_a_terminal_that_is_hung_up_is_at_its_end(standard_as):
    ours, theirs = pty.openpty()
    standard_as(theirs, os.open(os.devnull, os.O_WRONLY))
    threading.Thread(target=lambda: (os.write(ours, b"a\n"), os.close(ours))).start()
    assert run(answered()) in ([b"a"], [])


def test_an_output_that_takes_nothing_is_an_error(standard_as, tmp_path: Path):
    (tmp_path / "in").write_bytes(b"a\nb\n")
    given = os.open(tmp_path / "in", os.O_RDONLY)
    standard_as(given, os.open("/dev/full", os.O_WRONLY))
    with pytest.raises(OSError, match="space"):
        run(answered())


def test_an_input_that_cannot_be_read_is_at_its_end(standard_as, tmp_path: Path):
    standard_as(os.open(tmp_path, os.O_RDONLY), os.open(os.devnull, os.O_WRONLY))
    assert run(answered()) == []
