"""Groups whose commands are loaded at their first use: each starts without what the others need."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from typing import Any, ClassVar

import click

__all__ = ["LazyGroup"]


class LazyGroup(click.Group):
    """``places``: of each command by its name, the module and what it is called there."""

    places: ClassVar[Mapping[str, tuple[str, str]]]

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - as click has it
        """Name the commands, in order."""
        return list(self.places)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 - as click has it
        """Load a command."""
        if cmd_name not in self.places:
            return None
        module, name = self.places[cmd_name]
        command: Any = getattr(import_module(module), name)
        return command  # type: ignore[no-any-return]  # what the table names
