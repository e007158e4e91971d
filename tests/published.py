"""Material of other parties, which is not part of the repository: ``../shared`` beside it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

SHARED = Path(__file__).resolve().parents[2] / "shared"


def published_json(path: str) -> Any:
    """Read a JSON file below ``../shared``; a module that asks for an absent one is skipped, loudly."""
    file = SHARED / path
    if not file.is_file():
        pytest.skip(f"not here: ../shared/{path}, vectors of other parties", allow_module_level=True)
    return json.loads(file.read_bytes())
