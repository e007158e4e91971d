"""What an artefact of a neighbouring protocol is here: a format, told by its content, with its own rules."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple, TypeAlias

from signet_vc.policy import Policy
from signet_vc.result import Verification

__all__ = ["Neighbour", "Raw"]

Raw: TypeAlias = bytes | str  # as it came; an object that was parsed before is given as its text


class Neighbour(NamedTuple):
    """One format: a row of NEIGHBOURS.

    format: its name in a ``Verification``. opens: takes what came, within the policy's limits, and gives what
    ``verify`` needs, or None if it is something else (a quick look: most of what comes is). It raises
    ProblemError for what is this format and broken. verify: of what was opened, under a policy, at a time in
    nanoseconds; never raises. Trust anchors are the policy's ``allowed_signers``: DIDs and https URLs.
    """

    format: str
    opens: Callable[[Raw, Policy], Any | None]
    verify: Callable[[Any, Policy, int], Verification]
