"""docs/a2a.md: what it shows runs."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

PAGE = (Path(__file__).parents[2] / "docs" / "a2a.md").read_text(encoding="utf-8")


def test_the_example_runs() -> None:
    (snippet,) = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
    names: dict[str, Any] = {}
    exec(compile(snippet, "docs/a2a.md", "exec"), names)  # noqa: S102 - our own page
    assert "artifact" in names
