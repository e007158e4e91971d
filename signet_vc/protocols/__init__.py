"""Artefacts of neighbouring protocols: told by their content, each verified by its own protocol's rules.

Pure, as the core is: keys and documents come from the policy's resolver and loader.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from signet_vc.errors import ProblemError
from signet_vc.policy import Policy
from signet_vc.protocols.a2a_card import AGENT_CARD
from signet_vc.protocols.a2a_carriage import A2A_MESSAGE
from signet_vc.protocols.ap2 import AP2_MANDATE
from signet_vc.protocols.neighbour import Neighbour, Raw
from signet_vc.protocols.ucp import HTTP_SIGNATURE
from signet_vc.protocols.ucp_checkout import UCP_CHECKOUT
from signet_vc.result import Check, Verification

__all__ = ["NEIGHBOURS", "Neighbour", "verify"]

# HTTP before AP2: a message's first line is no chain's, while its fields may hold what joins a chain.
NEIGHBOURS: Final[Mapping[str, Neighbour]] = MappingProxyType(
    {each.format: each for each in (AGENT_CARD, A2A_MESSAGE, HTTP_SIGNATURE, AP2_MANDATE, UCP_CHECKOUT)}
)


def verify(data: Raw, policy: Policy, *, at_ns: int) -> Verification | None:
    """Verify an artefact of a neighbouring protocol; None if it is none that is known here."""
    for neighbour in NEIGHBOURS.values():
        try:
            opened = neighbour.opens(data, policy)
        except ProblemError as error:
            return _broken(neighbour, error)
        if opened is not None:
            return neighbour.verify(opened, policy, at_ns)
    return None


def _broken(neighbour: Neighbour, error: ProblemError) -> Verification:
    return Verification(
        verified=False,
        problems=error.problems,
        notices=(),
        checks=(Check(name="parse", outcome="failed", reason=str(error)),),
        document=None,
        format=neighbour.format,
    )
