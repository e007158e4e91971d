"""JSON Pointers (RFC 6901) to places that a walk has come to."""

from __future__ import annotations

from typing import Final, TypeAlias

__all__ = ["Path", "pointer"]

# The way to a place, linked upwards: a step costs the same however long names on the way are. The
# pointer itself is written only for the one place that is reported.
Path: TypeAlias = "tuple[Path, str | int] | None"

_MAX_CHARACTERS: Final = 2048  # a pointer is read by people and goes into logs


def pointer(path: Path) -> str:
    """The pointer to ``path``, or to its nearest ancestor with a pointer of at most 2,048 characters."""
    steps: list[str] = []
    while path is not None:
        path, step = path
        steps.append(str(step).replace("~", "~0").replace("/", "~1"))
    text = ""
    for step in reversed(steps):
        if len(text) + 1 + len(step) > _MAX_CHARACTERS:
            break
        text += "/" + step
    return text
