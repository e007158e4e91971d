"""A tool call and what came of it, with no protocol in them.

An adapter turns its messages into these; the engine never sees JSON-RPC. A value that may be
absent is ``ABSENT`` then, since JSON's ``null`` is a value.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum, StrEnum
from typing import Any, Final, Literal

__all__ = ["ABSENT", "Absent", "Answer", "Outcome", "OutcomeKind", "ToolCall"]


class Absent(Enum):
    """The type of ``ABSENT``."""

    ABSENT = "absent"

    def __repr__(self) -> str:
        return "ABSENT"


ABSENT: Final[Literal[Absent.ABSENT]] = Absent.ABSENT


@dataclass(frozen=True, slots=True, kw_only=True)
class ToolCall:
    """What is asked for: the members that FORMAT binds, as they stand in ``params``.

    ``arguments``: ``{}`` where absent or null; ABSENT for ``tasks/*``. ``input_responses``,
    ``request_state``, ``task_id``: ABSENT unless in ``params``. ``parameters``: the other members
    of ``params``, without ``_meta``. ``trace_id`` and ``protocol_version`` are stated, never
    compared.
    """

    method: str
    tool: str
    arguments: Mapping[str, Any] | Absent = ABSENT
    input_responses: Any = ABSENT
    request_state: Any = ABSENT
    task_id: Any = ABSENT
    parameters: Mapping[str, Any] = field(default_factory=dict)
    trace_id: str | None = None
    protocol_version: str | None = None


class OutcomeKind(StrEnum):
    """How a call ended, as FORMAT's table of outcomes has it."""

    COMPLETED = "completed"
    FAILED = "failed"
    DENIED = "denied"
    INPUT_REQUIRED = "input_required"
    TASK = "task"
    CANCELLED = "cancelled"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What came back: a result or an error in projected form, exactly one of them.

    Result: without its own ``_meta``, ``resultType`` and ``isError`` written out. Error: ``code``,
    ``message`` and ``data`` alone, after the carrier has been taken out.
    """

    result: Mapping[str, Any] | Absent = ABSENT
    error: Mapping[str, Any] | Absent = ABSENT


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """An answer and what it means; ``task_id`` is there exactly for ``task``."""

    kind: OutcomeKind
    answer: Answer = field(default_factory=Answer)
    task_id: str | None = None
