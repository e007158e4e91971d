"""The reference pages say what the program does."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import click
import pytest
from command_line_page import PAGE, page

from signet_vc.cli.main import signet
from signet_vc.config import Config
from signet_vc.limits import DEFAULT_LIMITS
from signet_vc.service.openapi import description
from signet_vc.service.settings import ephemeral_service

ROOT = Path(__file__).parents[1]
CONFIGURATION = (ROOT / "docs" / "configuration.md").read_text(encoding="utf-8")
SERVICE = (ROOT / "docs" / "service.md").read_text(encoding="utf-8")
SCHEMA = json.loads((ROOT / "schemas" / "signet-config.schema.json").read_text(encoding="utf-8"))
SETTINGS = SCHEMA["properties"]["signet"]["properties"]


def section(name: str) -> str:
    return CONFIGURATION.partition(f"## {name}\n")[2].partition("\n## ")[0]


def rows(text: str) -> dict[str, list[str]]:
    """The rows of a table by what stands in backticks at their beginning."""
    cells = [re.split(r"(?<!\\)\|", line)[1:-1] for line in text.splitlines() if line.startswith("| `")]
    return {re.match(r" `([^`]+)`", row[0])[1]: [cell.strip() for cell in row] for row in cells}


def test_every_key_is_documented_and_no_other() -> None:
    assert list(rows(section("The keys"))) == list(SETTINGS)


@pytest.mark.parametrize("key", [name for name, schema in SETTINGS.items() if "default" in schema])
def test_the_default_is_the_schemas(key: str) -> None:
    default = SETTINGS[key]["default"]
    text = str(default).lower() if isinstance(default, bool) else str(default)
    assert rows(section("The keys"))[key][1].startswith(f"`{text}`")


def test_the_default_is_what_is_loaded(tmp_path: Path) -> None:
    """Without a file, and with every default of the schema written out."""
    none = Config.load(environ={"HOME": str(tmp_path)})
    file = tmp_path / "config.yaml"
    defaults = {name: schema["default"] for name, schema in SETTINGS.items() if "default" in schema}
    file.write_text(json.dumps({"signet": defaults}))
    written = Config.load(file, environ={})
    for name in defaults:
        if name != "attest_responses":
            assert getattr(none, name) == getattr(written, name), name
    assert (none.require_signatures, none.responses, written.responses) == (True, "required", "required")


def test_every_choice_is_documented() -> None:
    documented = rows(section("The keys"))
    for name, schema in SETTINGS.items():
        text = " ".join(documented[name])
        told = section("What they mean in each role") if name == "attest_responses" else text
        for choice in schema.get("enum", []):
            if name != "attest_responses":
                assert f"`{choice}`" in told, (name, choice)


def test_the_members_of_a_signer_are_documented() -> None:
    members = SCHEMA["$defs"]["signer"]["anyOf"][1]["properties"]
    assert set(members) <= set(rows(section("What they mean in each role")))


def test_the_flags_exist() -> None:
    for flag, cells in rows(section("Flags")).items():
        for command in re.findall(r"`signet (\w+)`", cells[1]):
            assert flag.split()[0] in options_of(command), (flag, command)


def options_of(name: str) -> set[str]:
    """All options of a command, and of the commands below it."""
    command = signet.get_command(click.Context(signet), name)
    assert command is not None
    below = [command]
    if isinstance(command, click.Group):
        below += command.commands.values()
    return {option for each in below for parameter in each.params for option in parameter.opts}


def test_the_command_lines_page_is_what_help_prints() -> None:
    """`python tests/command_line_page.py` makes it anew."""
    # In a process of its own: click keeps the help option of a command that another test called by itself.
    made = [sys.executable, "-c", "import command_line_page as of; print(of.page(), end='')"]
    printed = subprocess.run(made, cwd=PAGE.parents[1] / "tests", capture_output=True, check=True)
    assert PAGE.read_text(encoding="utf-8") == printed.stdout.decode()


def test_every_command_shows_an_example() -> None:
    for help_text in re.findall(r"```text\n(.*?)```", page(), re.DOTALL):
        if "COMMAND [ARGS]..." not in help_text:
            assert re.search(r"Examples?:\n +signet ", help_text), help_text


# -- the service -----------------------------------------------------------------------------------


def test_every_path_of_the_service_is_documented_and_no_other() -> None:
    itself = {"GET /openapi.json"}
    documented = {f"{method} {path}" for method, path in re.findall(r"`(GET|POST) (/[^`?]*)`", SERVICE)}
    described = {
        f"{method.upper()} {path}"
        for path, item in description("http://127.0.0.1", ["one"], asks_token=True)["paths"].items()
        for method in item
        if method != "parameters" and not path.startswith("/instances/")
    }
    assert of_any_name(documented | itself) == of_any_name(described | itself)


def of_any_name(operations: set[str]) -> set[str]:
    """The same with parameters that have no name of their own."""
    return {re.sub(r"{\w+}", "{}", operation) for operation in operations}


def test_every_instance_that_serves_by_itself_is_documented() -> None:
    table = re.findall(r"^\| (`.*?) \| (?:Ed25519|P-256, P-384) \|", SERVICE, re.MULTILINE)
    documented = {name for cell in table for name in re.findall(r"`([a-z][a-z0-9-]+)`", cell)}
    service = ephemeral_service("https://127.0.0.1:1")
    try:
        assert documented == {instance.name for instance in service.instances.values()}
    finally:
        service.close()


def test_the_bounds_of_a_document_are_documented() -> None:
    page = (ROOT / "docs" / "problem-codes.md").read_text(encoding="utf-8")
    told = f"{DEFAULT_LIMITS.document_bytes >> 20} MiB for a credential, carrier or file"
    assert told in page
    assert f"{DEFAULT_LIMITS.value_depth} in a value, {DEFAULT_LIMITS.message_depth} in a message" in page
