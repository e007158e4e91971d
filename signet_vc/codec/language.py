"""Language tags: what is well-formed, for the language of a text."""

from __future__ import annotations

import re
from typing import Final

__all__ = ["is_well_formed"]

_LONGEST: Final = 200  # real ones have at most some thirty characters

_match: Final = re.compile(
    r"(?:(?:[a-z]{2,3}(?:-[a-z]{3}){0,3}|[a-z]{4}|[a-z]{5,8})"  # language, with up to three extensions
    r"(?:-[a-z]{4})?"  # script
    r"(?:-(?:[a-z]{2}|[0-9]{3}))?"  # region
    r"(?:-(?:[a-z0-9]{5,8}|[0-9][a-z0-9]{3}))*"  # variants
    r"(?:-[0-9a-wy-z](?:-[a-z0-9]{2,8})+)*"  # extensions
    r"(?:-x(?:-[a-z0-9]{1,8})+)?"  # private use
    r"|x(?:-[a-z0-9]{1,8})+"
    # The irregular ones of the grandfathered tags; the regular ones fit the form above.
    r"|en-gb-oed|i-(?:ami|bnn|default|enochian|hak|klingon|lux|mingo|navajo|pwn|tao|tay|tsu)"
    r"|sgn-(?:be-fr|be-nl|ch-de)|art-lojban|cel-gaulish|no-(?:bok|nyn)"
    r"|zh-(?:guoyu|hakka|min|min-nan|xiang))",
    re.ASCII | re.IGNORECASE,
).fullmatch


def is_well_formed(tag: object) -> bool:
    """Whether ``tag`` is a Language-Tag of at most 200 characters; whether its subtags exist is not asked.

    Spec: RFC 5646 (BCP 47) §§2.1, 2.2.9.
    """
    return isinstance(tag, str) and len(tag) <= _LONGEST and _match(tag) is not None
