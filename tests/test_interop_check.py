"""The independent reader of the attestation format, `interop/check.py`, run as a program of its own."""

from __future__ import annotations

import ast
import base64
import contextlib
import importlib.util
import json
import subprocess
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

INTEROP = Path(__file__).parents[1] / "interop"
CHECK, VECTORS = INTEROP / "check.py", INTEROP / "vectors"
INDEX = json.loads((VECTORS / "index.json").read_bytes())
WHOLE = ("canon", "commitment", "did-key", "request", "response")
SECURINGS = ("eddsa-jcs-2022", "ecdsa-jcs-2019", "vc-jwt")


def run(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-I", CHECK, *arguments], capture_output=True, text=True, check=False
    )


def counts(output: str) -> dict[str, list[int]]:
    lines = [line.partition(": ") for line in output.splitlines()[-len(WHOLE + SECURINGS) :]]
    return {kind: [int(word) for word in rest.split() if word.isdigit()] for kind, _, rest in lines}


def case(name: str) -> dict[str, Any]:
    return json.loads((VECTORS / f"{name}.json").read_bytes())


def is_attestation(name: str) -> bool:
    (content,) = case(name)["input"].values()
    text = content if isinstance(content, str) else json.dumps(content)
    if name.startswith("vc-jwt/") and text.count(".") == 2:
        payload = text.split(".")[1]
        text = base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)).decode("utf-8", "replace")
    return "https://w3id.org/signet-vc/v1" in text


@pytest.fixture(scope="module")
def checker() -> ModuleType:
    spec = importlib.util.spec_from_file_location("interop_check", CHECK)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


def test_it_agrees_with_every_vector_of_an_attestation():
    done = run()
    assert done.returncode == 0, done.stdout + done.stderr
    found = counts(done.stdout)
    for kind in WHOLE:
        assert found[kind] == [sum(INDEX["kinds"][kind].values()), 0, 0]
    for kind in SECURINGS:
        names = [name for name in INDEX["cases"] if name.startswith(f"{kind}/")]
        agreed, disagreed, beyond = found[kind]
        assert agreed >= sum(map(is_attestation, names)) > 0
        assert disagreed == 0
        assert agreed + beyond == len(names)


def test_it_imports_the_standard_library_and_cryptography_alone():
    names = set()
    for node in ast.walk(ast.parse(CHECK.read_bytes())):
        if isinstance(node, ast.Import):
            names |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0
            names.add(str(node.module).partition(".")[0])
        elif isinstance(node, ast.Name):
            assert node.id not in {"__import__", "eval", "exec", "compile"}
    assert "cryptography" in names
    assert names <= sys.stdlib_module_names - {"importlib", "runpy", "subprocess"} | {"cryptography"}


FLIPS = {
    "a-refused-request-as-accepted": ("request/reject/replayed", "verdict", "accept"),
    "an-accepted-request-as-refused": ("request/accept/worked-example", "verdict", "reject"),
    "a-refused-response-as-accepted": ("response/reject/changed-result", "verdict", "accept"),
    "an-accepted-response-as-refused": ("response/accept/worked-example", "verdict", "reject"),
    "an-accepted-proof-as-refused": ("eddsa-jcs-2022/accept/worked-example-request", "verdict", "reject"),
    "an-accepted-token-as-refused": ("vc-jwt/accept/worked-example", "verdict", "reject"),
    "another-reason": ("request/reject/another-server", "expected", {"codes": ["REPLAYED"]}),
    "another-digest": ("request/accept/worked-example", "expected", {"digest": "uEiAA"}),
    "other-canonical-bytes": ("canon/accept/minus-zero", "expected", {"canonical": "00"}),
    "another-key": ("did-key/accept/p-256-odd", "expected", {"publicKeyHex": "00"}),
}


@pytest.mark.parametrize(("name", "member", "value"), FLIPS.values(), ids=FLIPS)
def test_a_flipped_expectation_is_noticed(tmp_path, name, member, value):
    (tmp_path / "index.json").write_text(json.dumps({"cases": [name]}))
    path = tmp_path / f"{name}.json"
    path.parent.mkdir(parents=True)
    path.write_text(json.dumps(case(name)))
    assert run(tmp_path).returncode == 0
    changed = case(name) | {member: value}
    if (member, value) == ("verdict", "reject"):
        changed["expected"] = {"codes": ["PROOF_INVALID"]}
    path.write_text(json.dumps(changed))
    done = run(tmp_path)
    assert done.returncode == 1
    assert done.stdout.startswith(f"{name}: ")


def test_nothing_judged_is_no_agreement(tmp_path):
    (tmp_path / "index.json").write_text(json.dumps({"cases": []}))
    assert run(tmp_path).returncode == 1


def test_one_case_can_be_chosen():
    done = run("--case", "request/accept/worked-example")
    assert done.returncode == 0
    assert counts(done.stdout)["request"] == [1, 0, 0]
    assert counts(done.stdout)["response"] == [0, 0, 0]


TEXTS = st.sampled_from(
    ['"', "[", "{", "0", "-", "1e999", "null", "\\", "\\ud800", "A", "#", ".", "é", "true", "[[]]"]
)


@settings(max_examples=150, deadline=None)
@given(
    name=st.sampled_from(["request/accept/both", "request/accept/retry", "request/accept/two-commitments"]),
    place=st.floats(0, 1, exclude_max=True),
    length=st.integers(0, 12),
    text=TEXTS,
)
def test_a_changed_message_is_judged_and_never_an_exception(checker, name, place, length, text):
    given_case = case(name)
    message = given_case["input"]["message"]
    start = int(place * len(message))
    changed = message[:start] + text + message[start + length :]
    values = {}
    with contextlib.suppress(checker.Refusal):
        values = checker.check_request(changed.encode(), given_case["policy"])
    # One securing of two can be taken away: what is left states the same.
    assert values == {} or values["digest"] in given_case["expected"].values()


def paths(value: Any, start: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    steps = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [start, *(path for step, inner in steps for path in paths(inner, (*start, step)))]


def replaced(value: Any, path: tuple[Any, ...], other: Any) -> Any:
    if not path:
        return other
    copy = value.copy()
    copy[path[0]] = replaced(value[path[0]], path[1:], other)
    return copy


@pytest.mark.parametrize("kind", ["request", "response"])
@pytest.mark.parametrize("other", [None, True, 1.5, "", "x", [], [[]], {}, {"x": 1}], ids=json.dumps)
def test_a_member_of_another_kind_is_judged_and_never_an_exception(checker, kind, other):
    given_case = case(f"{kind}/accept/both")
    texts = {name: text.encode() for name, text in given_case["input"].items()}
    message = json.loads(texts["message"])
    refused = 0
    for path in paths(message)[1:]:
        changed = texts | {"message": json.dumps(replaced(message, path, other)).encode()}
        try:
            values = checker.KINDS[kind](changed, given_case["policy"])
        except checker.Refusal:
            refused += 1
        else:
            unbound = path[0] in {"jsonrpc", "id", "method"} or "_meta" in path
            assert unbound or values.get("digest") == given_case["expected"]["digest"]
    assert refused > len(paths(message)) / 2
