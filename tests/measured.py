"""Processes that tests start count for coverage too, where something between strips the environment."""

from __future__ import annotations

import os


def measured(**variables: str) -> dict[str, str]:
    """These variables and coverage's own: ``StdioServerParameters(env=...)`` passes on few others."""
    return {name: value for name, value in os.environ.items() if name.startswith("COVERAGE_")} | variables
