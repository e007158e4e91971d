"""Bundled contexts and schemas: by identifier, hash-checked, never from elsewhere."""

from __future__ import annotations

import hashlib
import json
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from signet_vc import resources
from signet_vc.errors import Code, ProblemError, UnavailableError, UsageError

CHECKOUT = Path(__file__).resolve().parents[1]
SCHEMAS = [
    resources.REQUEST_SCHEMA,
    resources.RESPONSE_SCHEMA,
    resources.CONFIG_SCHEMA,
    resources.VECTOR_SCHEMA,
]
CONSTANTS = {
    value
    for name, value in vars(resources).items()
    if name in resources.__all__ and name.isupper() and not name.endswith("_SCHEMA")
}


@pytest.fixture
def copied(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The resources of a package that lies elsewhere, nothing read yet."""
    for folder in ("contexts", "schemas"):
        shutil.copytree(CHECKOUT / folder, tmp_path / folder)
    monkeypatch.setattr(resources, "_root", lambda: tmp_path)
    forget()
    yield tmp_path
    forget()


def forget() -> None:
    for cached in (resources._checked_bytes, resources._identifiers, resources._index):
        cached.cache_clear()


def test_every_constant_is_a_bundled_context_and_the_other_way_round() -> None:
    assert resources.known_contexts() == CONSTANTS


@pytest.mark.parametrize("identifier", sorted(resources.known_contexts()))
def test_a_context_is_known_and_loads(identifier: str) -> None:
    assert resources.known_context(identifier)
    assert set(resources.load_context(identifier)) == {"@context"}


@pytest.mark.parametrize(
    "identifier",
    [
        "https://www.w3.org/ns/credentials/v3",
        "https://www.w3.org/ns/credentials/v2/",
        "http://www.w3.org/ns/credentials/v2",
        "https://www.w3.org/ns/credentials/V2",
        "credentials-v2.jsonld",
        "../contexts/credentials-v2.jsonld",
        "",
        "https://example.com/",
    ],
)
def test_threat_15_an_unknown_context_is_refused_and_not_fetched(
    identifier: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_network(*_: object) -> None:
        pytest.fail("a context was looked up in the network")

    monkeypatch.setattr(socket, "socket", no_network)
    assert not resources.known_context(identifier)
    with pytest.raises(ProblemError) as caught:
        resources.load_context(identifier)
    assert caught.value.codes == (Code.UNKNOWN_CONTEXT,)


@pytest.mark.parametrize("value", [None, 1, ["https://www.w3.org/ns/credentials/v2"], {"a": 1}, b"x"])
def test_only_a_string_is_a_known_context(value: object) -> None:
    assert not resources.known_context(value)


def test_what_is_loaded_may_be_changed() -> None:
    resources.load_context(resources.SIGNET_V1)["@context"].clear()
    assert resources.load_context(resources.SIGNET_V1)["@context"] != {}


@pytest.mark.parametrize("identifier", SCHEMAS)
def test_a_schema_loads_under_its_own_identifier(identifier: str) -> None:
    schema = resources.load_schema(identifier)
    assert schema["$id"] == identifier
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"


def test_the_index_of_schemas_has_the_hash_of_each_file() -> None:
    index = json.loads((CHECKOUT / "schemas" / "index.json").read_bytes())
    assert set(index) == set(SCHEMAS)
    assert {row["file"] for row in index.values()} == {
        path.name for path in (CHECKOUT / "schemas").glob("*.schema.json")
    }
    for row in index.values():
        data = (CHECKOUT / "schemas" / row["file"]).read_bytes()
        assert hashlib.sha256(data).hexdigest() == row["sha256"]


def test_an_unknown_schema_is_the_callers_mistake() -> None:
    with pytest.raises(UsageError):
        resources.load_schema("https://json-schema.org/draft/2020-12/schema")


@pytest.mark.parametrize("damage", ["altered", "missing"])
def test_a_damaged_context_is_not_used(copied: Path, damage: str) -> None:
    file = copied / "contexts" / "credentials-v2.jsonld"
    if damage == "altered":
        file.write_bytes(file.read_bytes() + b" ")
    else:
        file.unlink()
    assert resources.known_context(resources.CREDENTIALS_V2)
    with pytest.raises(UnavailableError):
        resources.load_context(resources.CREDENTIALS_V2)
    assert resources.load_context(resources.SIGNET_V1)


@pytest.mark.parametrize("content", [None, b"{", b"[\xff]"])
def test_a_damaged_index_makes_nothing_known(copied: Path, content: bytes | None) -> None:
    file = copied / "contexts" / "index.json"
    if content is None:
        file.unlink()
    else:
        file.write_bytes(content)
    with pytest.raises(UnavailableError):
        resources.known_context(resources.CREDENTIALS_V2)


def test_an_installed_package_reads_its_own_data(tmp_path: Path) -> None:
    package = tmp_path / "signet_vc"
    package.mkdir()
    for file in ("__init__.py", "errors.py", "resources.py"):
        source = CHECKOUT / "signet_vc" / file
        (package / file).write_text(source.read_text() if file != "__init__.py" else "")
    for folder in ("contexts", "schemas"):
        shutil.copytree(CHECKOUT / folder, package / "_data" / folder)
    program = (
        "from signet_vc import resources; import sys;"
        "print(resources.load_schema(resources.CONFIG_SCHEMA)['title'], resources.__file__)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    assert done.stdout.startswith("Signet configuration")
    assert str(tmp_path) in done.stdout
