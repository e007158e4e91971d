"""Put the questions to other implementations: each a process that reads a line and answers with a line.

Adapters run side by side. None is waited for longer than a case and the whole may take, no line is read
beyond a bound, and one that ends or hangs is started anew for the next question, a few times.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
import sys
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

from signet_vc.codec import jcs, strict_json
from signet_vc.codec.strict_json import Json, JsonObject
from signet_vc.errors import ProblemError
from signet_vc.interop.adapters import Adapter
from signet_vc.interop.matrix import Answer, Outcome, Row
from signet_vc.interop.questions import Question

__all__ = ["Bounds", "ask"]

_MAX_LINE: Final = 1 << 20
_MOST_OF_STDERR: Final = 2000  # characters: its end is what says why
_MOST_OF_A_REASON: Final = 300
_MOST_OF_A_VALUE: Final = 100
_STARTS: Final = 5


class Bounds(NamedTuple):
    """Seconds: until an adapter has said who it is, for one question, and for all of them."""

    hello: float = 60
    case: float = 10
    whole: float = 300


def ask(
    adapters: Sequence[Adapter],
    questions: Sequence[Question],
    *,
    progress: Callable[[int, int], None],
    bounds: Bounds = Bounds(),  # noqa: B008 - a tuple of numbers
) -> list[Row]:
    """Put every question to every adapter, and give what came of it, a row for each.

    progress: told how many questions have been answered or passed over, and of how many.
    """
    all_of_them, done = len(adapters) * len(questions), 0

    def tell() -> None:
        nonlocal done
        done += 1
        progress(done, all_of_them)

    async def together() -> list[Row]:
        return list(
            await asyncio.gather(*(_Asking(each, questions, bounds, tell).row() for each in adapters))
        )

    return asyncio.run(together())


class _EndedError(Exception):
    """The adapter gives no answer, and none can be expected of this process any more."""


@dataclass(slots=True)
class _Asking:
    """One adapter, from its start to its end."""

    adapter: Adapter
    questions: Sequence[Question]
    bounds: Bounds
    tell: Callable[[], None]
    process: asyncio.subprocess.Process | None = None
    reader: asyncio.Task[None] | None = None
    stderr: str = ""
    hello: tuple[str, str] | None = None
    starts: int = 0
    trouble: str = ""

    async def row(self) -> Row:
        ends = asyncio.get_running_loop().time() + self.bounds.whole
        answers = []
        try:
            with contextlib.suppress(_EndedError):  # told where a question finds it so
                await self._ready(ends)
            for number, question in enumerate(self.questions, 1):
                answers.append(await self._answer(number, question, ends))
                self.tell()
        finally:
            await self._stop()
        return Row(
            name=self.adapter.name,
            version=self._version(),
            answers=answers,
            known=self.adapter.known,
            trouble=self.trouble,
        )

    def _version(self) -> str:
        """The version; with the implementation's own name, where the adapter is called something else."""
        name, version = self.hello or (self.adapter.name, "")
        return version if name == self.adapter.name else f"{name} {version}"

    async def _answer(self, number: int, question: Question, ends: float) -> Answer:
        if passed_over := _why_not_asked(self.adapter, question):
            return Answer(question=question, outcome=Outcome.UNSUPPORTED, reason=passed_over)
        try:
            await self._ready(ends)
            said = await self._exchange(question.line(number))
        except _EndedError as error:
            await self._stop()
            self.trouble = f"{question.identifier}: {error}\n{self.stderr}".strip()
            return Answer(question=question, outcome=Outcome.FAILED, reason=str(error))
        return _judged(question, str(number), said)

    # -- the process ------------------------------------------------------------------------------------

    async def _ready(self, ends: float) -> None:
        if asyncio.get_running_loop().time() > ends:
            raise _EndedError(f"the whole took longer than {self.bounds.whole:g} s")
        if self.process is None:
            await self._start()

    async def _start(self) -> None:
        """Start the process and hear who it is."""
        try:
            await self._begin()
        except _EndedError as error:
            await self._stop()
            self.trouble = f"{error}\n{self.stderr}".strip()
            raise

    async def _begin(self) -> None:
        if self.starts == _STARTS or (self.starts and self.hello is None):
            raise _EndedError("it is not started again")
        self.starts += 1
        try:
            self.process = await asyncio.create_subprocess_exec(
                *self.adapter.command,
                cwd=self.adapter.folder,
                env={**os.environ, "PYTHONHASHSEED": "0"},  # what it says of sets reads the same each time
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.PIPE,
                limit=_MAX_LINE,
                start_new_session=True,
            )
        except OSError as error:
            raise _EndedError(f"it cannot be started: {error.strerror}") from error
        self.reader = asyncio.create_task(self._keep_stderr(self.process))
        hello = await self._line(self.bounds.hello)
        name, version = hello.get("name"), hello.get("version")
        if not (isinstance(name, str) and isinstance(version, str)):
            raise _EndedError("its first line does not say its name and version")
        self.hello = name[:_MOST_OF_A_REASON], version[:_MOST_OF_A_REASON]

    async def _keep_stderr(self, process: asyncio.subprocess.Process) -> None:
        assert process.stderr is not None  # noqa: S101 - it was asked for
        last: deque[bytes] = deque(maxlen=4)
        while data := await process.stderr.read(_MOST_OF_STDERR):
            last.append(data)
            self.stderr = b"".join(last).decode(errors="replace")[-_MOST_OF_STDERR:]

    async def _exchange(self, line: bytes) -> JsonObject:
        assert self.process is not None  # noqa: S101 - started
        assert self.process.stdin is not None  # noqa: S101 - it was asked for
        try:
            async with asyncio.timeout(self.bounds.case):
                self.process.stdin.write(line)
                await self.process.stdin.drain()
        except TimeoutError as error:
            raise _EndedError(f"it did not read a case within {self.bounds.case:g} s") from error
        except OSError as error:
            raise _EndedError("it ended") from error
        return await self._line(self.bounds.case)

    async def _line(self, seconds: float) -> JsonObject:
        assert self.process is not None  # noqa: S101 - started
        assert self.process.stdout is not None  # noqa: S101 - it was asked for
        try:
            async with asyncio.timeout(seconds):
                line = await self.process.stdout.readline()
        except TimeoutError as error:
            raise _EndedError(f"there was no answer within {seconds:g} s") from error
        except ValueError as error:
            raise _EndedError(f"its answer is a line of more than {_MAX_LINE} bytes") from error
        if not line:
            raise _EndedError("it ended")
        try:
            value = strict_json.loads(line, max_bytes=_MAX_LINE)
        except ProblemError as error:
            raise _EndedError("a line is no JSON") from error
        if not isinstance(value, dict):
            raise _EndedError("a line is no JSON object")
        return value

    async def _stop(self) -> None:
        """End the process, and what it started."""
        if self.process is None:
            return
        process, self.process = self.process, None
        with contextlib.suppress(ProcessLookupError):
            if sys.platform == "win32":
                process.kill()
            else:
                os.killpg(process.pid, signal.SIGKILL)
        if self.reader is not None:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self.reader, 1)
        # What left the group may hold the pipes, for whose end wait() would wait; asyncio gives no other way.
        process._transport.close()  # type: ignore[attr-defined]  # noqa: SLF001 - as above
        await process.wait()


# -- verdicts ------------------------------------------------------------------------------------------


def _why_not_asked(adapter: Adapter, question: Question) -> str:
    if question.kind not in adapter.kinds:
        return "not a kind that it is asked about"
    if question.verdict == "accept":
        return ""
    for named in (question.identifier, question.document):
        if named in adapter.beyond:
            return adapter.beyond[named]
    if question.codes and all(code in adapter.beyond for code in question.codes):
        return "; ".join(dict.fromkeys(adapter.beyond[code] for code in question.codes))
    return ""


def _judged(question: Question, identifier: str, said: JsonObject) -> Answer:
    verdict, reason = said.get("verdict"), said.get("reason", "")
    reason = reason[:_MOST_OF_A_REASON] if isinstance(reason, str) else ""
    if said.get("id") != identifier:
        return Answer(question=question, outcome=Outcome.FAILED, reason="it answered another question")
    if verdict == "unsupported":
        return Answer(question=question, outcome=Outcome.UNSUPPORTED, reason=reason)
    if verdict not in ("accept", "reject"):
        return Answer(question=question, outcome=Outcome.FAILED, reason="it gave no verdict")
    if verdict != question.verdict:
        wrongly = Outcome.REFUSED_WRONGLY if verdict == "reject" else Outcome.ACCEPTED_WRONGLY
        return Answer(question=question, outcome=wrongly, reason=reason)
    if verdict == "accept" and (another := _another_value(question, said.get("values"))):
        return Answer(question=question, outcome=Outcome.DIFFERS, reason=another)
    return Answer(question=question, outcome=Outcome.PASSED, reason=reason)


def _another_value(question: Question, values: object) -> str:
    """Name the first value that is stated and not the one expected, and show both."""
    if not isinstance(values, dict):
        return ""
    stated = {name: values[name] for name in question.values if name in values}
    for where, value, expected in _compared(stated, question.values):
        if not _same(value, expected):
            return f"another {where}: {_shown(value)}; expected: {_shown(expected)}"
    return ""


def _compared(stated: JsonObject, expected: Mapping[str, Json]) -> Iterator[tuple[str, Json, Json]]:
    """What is stated beside what is expected, by name; of ``proofs`` each member that is stated of each."""
    for name, value in stated.items():
        proofs = expected[name]
        if name != "proofs" or not _are_objects(value, proofs):
            yield name, value, proofs
            continue
        for number, (one, other) in enumerate(zip(value, proofs, strict=True)):
            for member, each in one.items():
                yield f"proofs/{number}/{member}", each, other.get(member)


def _are_objects(*lists: Any) -> bool:
    """Whether these are lists of objects, one as long as the other."""
    return all(isinstance(each, list) and all(isinstance(one, dict) for one in each) for each in lists) and (
        len({len(each) for each in lists}) == 1
    )


def _shown(value: Json) -> str:
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return text if len(text) <= _MOST_OF_A_VALUE else f"{text[:_MOST_OF_A_VALUE]}…"


def _same(stated: Json, expected: Json) -> bool:
    try:
        return jcs.canonicalize(stated) == jcs.canonicalize(expected)
    except ProblemError:  # what was stated has no canonical form, a number too large, say
        return False
