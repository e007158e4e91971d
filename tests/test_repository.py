"""What holds for the files of the repository as such: no traces of a machine, no silent exception."""

from __future__ import annotations

import re
import shutil
import subprocess
import tomllib
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
LOCKS = sorted((ROOT / "requirements").glob("*.txt"))

MAX_LINES = 400  # past that a module has two subjects
MACHINE_PATHS = re.compile(
    r"(?:file://|(?<![\w.~$}/-]))/(?:work|root|opt|home/\w+|Users/\w+|private/tmp)/[\w.]"
)
REGISTRY_HOSTS = re.compile(
    r"(?:pypi|pythonhosted|npmjs|yarnpkg)\.(?:org|com)\b|(?:deb|security)\.debian\.org|proxy\.golang\.org|crates\.io"
)
SUPPRESSION = re.compile(r"#\s*(?:noqa\b|type:\s*ignore|pragma:|mypy:|ruff:|nosec\b)")
WITH_REASON = re.compile(
    r"#\s*(?:noqa: [A-Z]+\d+(?:, ?[A-Z]+\d+)* - \S.{4,}|type: ignore\[[\w-]+(?:, ?[\w-]+)*\]  ?# \S.{4,})"
)
PIN = re.compile(r"[a-z0-9-]+==[\w.]+( ; [\w.'<>=!() ]+)? \\")
HASH = re.compile(r"    --hash=sha256:[0-9a-f]{64}( \\)?")


@cache
def tracked() -> list[Path]:
    """Every file that is in the repository or about to be."""
    if shutil.which("git") is None or not (ROOT / ".git").exists():
        pytest.skip("not applicable: no git checkout")
    command = "git -c safe.directory=* ls-files -z --cached --others --exclude-standard"
    listed = subprocess.run(command.split(), cwd=ROOT, check=True, capture_output=True, text=True).stdout
    return [ROOT / name for name in listed.split("\0") if name and (ROOT / name).is_file()]


def lines_of(file: Path) -> list[str]:
    return file.read_text(encoding="utf-8", errors="replace").splitlines()


def places(pattern: re.Pattern[str], files: list[Path]) -> list[str]:
    found = []
    for file in files:
        for number, line in enumerate(lines_of(file), start=1):
            if match := pattern.search(line):
                found.append(f"{file.relative_to(ROOT)}:{number}: {match.group()}")
    return found


def python_files() -> list[Path]:
    return [file for file in tracked() if file.suffix in {".py", ".pyi"}]


def test_no_file_names_a_path_of_a_machine():
    assert places(MACHINE_PATHS, tracked()) == []


def test_no_file_names_the_host_of_a_package_registry():
    assert places(REGISTRY_HOSTS, tracked()) == []


@pytest.mark.parametrize("folder", ["work", "root", "opt", "home/me", "Users/me"])
@pytest.mark.parametrize("before", ["", " ", "'", "file://"])
def test_a_path_of_a_machine_is_recognized(before, folder):
    assert MACHINE_PATHS.search(f"{before}/{folder}/project")


@pytest.mark.parametrize(
    "text", ["https://example.org/work/x", "~/work/x", "a/opt/b", "/usr/bin/env", "$HOME/opt/x"]
)
def test_an_ordinary_path_is_not(text):
    assert not MACHINE_PATHS.search(text)


def test_every_suppression_says_why():
    lines = [
        f"{file.relative_to(ROOT)}:{number}: {line.strip()}"
        for file in python_files()
        if file != Path(__file__)
        for number, line in enumerate(lines_of(file), start=1)
        if SUPPRESSION.search(line) and not WITH_REASON.search(line)
    ]
    assert lines == []


def test_modules_have_one_subject():
    lengths = {
        str(file.relative_to(ROOT)): len(lines_of(file))
        for file in python_files()
        if file.is_relative_to(ROOT / "signet_vc")
    }
    assert {name: length for name, length in lengths.items() if length > MAX_LINES} == {}


def test_no_package_under_tests_shadows_another():
    assert list((ROOT / "tests").rglob("__init__.py")) == []


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.stem)
def test_a_lock_holds_pins_and_hashes_only(lock):
    lines = [line for line in lines_of(lock) if not line.startswith("#")]
    assert [line for line in lines if not PIN.fullmatch(line) and not HASH.fullmatch(line)] == []
    assert sum(line.startswith(" ") for line in lines) > sum(not line.startswith(" ") for line in lines)


def test_the_locks_agree_with_one_another():
    pins: dict[str, set[str]] = {}
    for lock in LOCKS:
        for line in lines_of(lock):
            if PIN.fullmatch(line):
                name, _, version = line.removesuffix(" \\").partition("==")
                pins.setdefault(f"{name} {version.partition(' ; ')[2]}", set()).add(version)
    assert len(LOCKS) == 3
    assert {name: versions for name, versions in pins.items() if len(versions) > 1} == {}


def test_every_direct_dependency_is_explained():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    requirements = [
        *project["project"]["dependencies"],
        *(name for extra in project["project"]["optional-dependencies"].values() for name in extra),
        *(name for group in project["dependency-groups"].values() for name in group),
    ]
    explained = (ROOT / "docs" / "dependencies.md").read_text(encoding="utf-8")
    names = {re.match(r"[A-Za-z0-9-]+", requirement).group() for requirement in requirements}
    assert {name for name in names if f"`{name}`" not in explained} == set()


def test_the_npm_lock_names_no_address():
    text = (ROOT / "tests" / "node" / "package-lock.json").read_text(encoding="utf-8")
    assert '"resolved"' not in text
    assert text.count('"integrity"') > 100


@pytest.mark.parametrize(
    "target", ["help", "env", "demo", "test", "bench", "bench-all", "fuzz", "lint", "lock"]
)
def test_the_target_exists(target):
    run = subprocess.run(
        ["make", "--dry-run", "--always-make", target], cwd=ROOT, check=False, capture_output=True, text=True
    )
    assert run.returncode == 0, run.stderr


@pytest.mark.parametrize(
    ("target", "command"), [("demo", "bin/signet demo"), ("test", "-m pytest"), ("bench", "-m benchmarks")]
)
def test_the_target_calls_what_it_says(target, command):
    run = subprocess.run(
        ["make", "--dry-run", "--always-make", target], cwd=ROOT, check=True, capture_output=True, text=True
    )
    assert command in run.stdout


def test_ci_calls_the_targets_and_closes_with_the_summary():
    script = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    assert script.index("make test") < script.index("make lint") < script.index(" passed")
