"""The vectors: what the collection promises, that this package passes, and that the runner can fail."""

from __future__ import annotations

import ast
import gzip
import hashlib
import json
import os
import shutil
import subprocess
import sys
import tarfile
from base64 import urlsafe_b64encode
from collections import Counter
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from published import SHARED

from signet_vc import resources
from signet_vc.errors import Code, UsageError
from signet_vc.interop import Report, load, run, run_published, vectors_folder
from signet_vc.interop import cases as cases_module
from signet_vc.interop.cases import BrokenCaseError, Case
from signet_vc.interop.finding import differences
from signet_vc.interop.judges import JUDGES, judge
from signet_vc.keys.multikey import secret_to_multibase
from signet_vc.keys.signing import Key

ROOT = Path(__file__).resolve().parents[1]
VECTORS = ROOT / "interop" / "vectors"
GENERATOR = ROOT / "interop"

SOME = [
    "jcs/accept/arrays",
    "canon/accept/integer-beyond-2-53",
    "commitment/accept/worked-example",
    "did-key/accept/ed25519",
    "did-key/accept/p-256-odd",
    "eddsa-jcs-2022/accept/general",
    "eddsa-jcs-2022/accept/worked-example-request",
    "ecdsa-jcs-2019/accept/p-384",
    "vc-jwt/accept/ed25519",
    "vc-jwt/accept/es256",
    "request/accept/worked-example",
    "request/accept/both",
    "request/accept/authorization",
    "request/reject/changed-argument",
    "request/reject/replayed",
    "request/reject/both-with-a-broken-jws",
    "response/accept/worked-example",
    "response/accept/2026-07-28",
    "response/accept/jws",
    "eddsa-rdfc-2022/accept/general",
    "ecdsa-rdfc-2019/accept/p-384",
    "proof-chain/accept/chain",
    "vc-sd-jwt/accept/all-shown",
    "vc-cose/accept/es512",
    "presentation/accept/embedded",
    "status/accept/not-revoked",
    "did-jwk/accept/ed25519",
    "data-model/accept/keeps-to-its-schema",
    "controller/accept/multikey",
    "http-signature/accept/order",
    "a2a-agent-card/accept/ed25519",
    "a2a-message/accept/message",
    "ap2-mandate/accept/checkout",
    "ucp-checkout/accept/es256",
]

# What no message, token or document can provoke: a chain's or a store's state, an edge (what may be fetched
# is for whoever runs it to say), a later format; what led to a call is compared by an auditor who has it.
NOT_PROVOKED_BY_INPUT = {
    Code.ATTESTATION_UNAVAILABLE,
    Code.BASIS_MISMATCH,
    Code.CHAIN_BROKEN,
    Code.DELEGATION_INVALID,
    Code.FETCH_REFUSED,
    Code.PEER_CHANGED,
    Code.STORE_UNAVAILABLE,
}


@cache
def index() -> dict[str, Any]:
    return json.loads((VECTORS / "index.json").read_bytes())


@cache
def files() -> dict[str, dict[str, Any]]:
    return {each: json.loads((VECTORS / f"{each}.json").read_bytes()) for each in index()["cases"]}


@cache
def cases() -> dict[str, Case | BrokenCaseError]:
    return dict(load(VECTORS))


@pytest.fixture
def copied(tmp_path: Path) -> Path:
    """Some of the vectors in a folder of their own, to be damaged."""
    folder = tmp_path / "vectors"
    for identifier in SOME:
        (folder / identifier).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(VECTORS / f"{identifier}.json", folder / f"{identifier}.json")
    (folder / "index.json").write_text(json.dumps({"cases": SOME}), "utf-8")
    return folder


def report_of(folder: Path) -> Report:
    report = Report()
    run(folder, report)
    return report


def failed(folder: Path) -> list[str]:
    return [each.identifier for each in report_of(folder).failures]


# -- this package ----------------------------------------------------------------------------------


@pytest.mark.parametrize("identifier", index()["cases"])
def test_vector(identifier: str) -> None:
    case = cases()[identifier]
    assert isinstance(case, Case), case
    assert differences(case, judge(case)) == []


def test_the_folder_is_the_checkouts_or_the_wheels() -> None:
    assert (vectors_folder() / "index.json").read_bytes() == (VECTORS / "index.json").read_bytes()


def test_a_run_counts_every_case_and_tells_its_progress() -> None:
    told: list[tuple[int, int]] = []
    report = Report()
    run(VECTORS, report, progress=lambda done, of: told.append((done, of)))
    number = len(index()["cases"])
    assert told == [(done, number) for done in range(1, number + 1)]
    kinds = {kind: {"accept": each.accept, "reject": each.reject} for kind, each in report.kinds.items()}
    assert kinds == index()["kinds"]
    assert report.total.all == number
    assert report.failures == []


# -- the collection --------------------------------------------------------------------------------


def test_the_index_names_every_file() -> None:
    there = {path.relative_to(VECTORS).with_suffix("").as_posix() for path in VECTORS.rglob("*.json")}
    assert there == {"index", *index()["cases"]}
    assert Counter(each["kind"] for each in files().values()) == {
        kind: row["accept"] + row["reject"] for kind, row in index()["kinds"].items()
    }


def test_the_files_are_of_the_schema() -> None:
    validator = Draft202012Validator(resources.load_schema(resources.VECTOR_SCHEMA))
    for identifier, case in {"index": index(), **files()}.items():
        assert [error.message for error in validator.iter_errors(case)] == [], identifier


def test_there_are_enough_of_each_kind() -> None:
    rows = index()["kinds"]
    assert set(rows) == set(JUDGES)
    assert all(row["accept"] >= 10 and row["reject"] >= 10 for row in rows.values())
    accepted = sum(row["accept"] for row in rows.values())
    assert len(index()["cases"]) >= max(80, 2 * accepted)


def test_no_rule_has_more_than_five_cases() -> None:
    assert max(Counter(each["rule"] for each in files().values()).values()) <= 5


def test_every_rule_stands_in_a_document_of_the_index() -> None:
    assert {each["spec"]["document"] for each in files().values()} == set(index()["specifications"])


def test_a_case_to_be_refused_stands_beside_one_to_be_accepted() -> None:
    for case in files().values():
        if case["verdict"] == "reject":
            beside = files()[case["differsFrom"]]
            assert (beside["kind"], beside["verdict"]) == (case["kind"], "accept")
            assert (beside["input"], beside["policy"]) != (case["input"], case["policy"]), case["id"]


def test_every_code_that_an_input_can_provoke_is_provoked() -> None:
    provoked = {
        code
        for each in files().values()
        for name in ("codes", "notices")
        for code in each["expected"].get(name, ())
    }
    assert provoked == set(Code) - NOT_PROVOKED_BY_INPUT


def test_the_worked_example_is_there() -> None:
    """The digests that FORMAT prints."""
    expected = {
        "eddsa-jcs-2022/accept/worked-example-request": "uEiBQpNMbUFtYzROveLKPGLK-NOg6Z5X4Q0IwVWD80cbFVA",
        "request/accept/worked-example": "uEiBQpNMbUFtYzROveLKPGLK-NOg6Z5X4Q0IwVWD80cbFVA",
        "vc-jwt/accept/worked-example": "uEiAtlrcKPcmSpMs-TnecQXDcbwq1NqyGrHlS4GiiQ_4ICw",
    }
    assert {name: files()[name]["expected"]["digest"] for name in expected} == expected
    commitment = files()["commitment/accept/worked-example"]["input"]["digest"]
    assert commitment == "uEiDJThP48hBu7gW--013IhkI80NTo81r9OJr0e60TzpCfQ"


# -- where it comes from ---------------------------------------------------------------------------


@pytest.mark.parametrize("seed", ["0", "1"])
def test_the_generator_writes_the_same_bytes_on_every_run(tmp_path: Path, seed: str) -> None:
    subprocess.run(
        [sys.executable, GENERATOR / "generate.py", tmp_path / "again"],
        env={**os.environ, "PYTHONHASHSEED": seed},
        check=True,
        capture_output=True,
    )
    again = {
        path.relative_to(tmp_path / "again"): path.read_bytes()
        for path in (tmp_path / "again").rglob("*.json")
    }
    assert again == {path.relative_to(VECTORS): path.read_bytes() for path in VECTORS.rglob("*.json")}


def test_the_generator_asks_nothing_of_this_package() -> None:
    allowed = {*sys.stdlib_module_names, "cryptography", "rfc8785", "generator"}
    for path in (GENERATOR / "generate.py", *(GENERATOR / "generator").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_bytes())):
            modules = [each.name for each in node.names] if isinstance(node, ast.Import) else []
            if isinstance(node, ast.ImportFrom):
                assert node.level == 0
                modules = [node.module or ""]
            assert {module.partition(".")[0] for module in modules} <= allowed, path


def archived(folder: Path) -> Path:
    subprocess.run([sys.executable, GENERATOR / "archive.py", folder], check=True, capture_output=True)
    (archive,) = folder.iterdir()
    return archive


def test_the_archive_holds_what_the_index_names_in_the_same_bytes_on_every_run(tmp_path: Path) -> None:
    archive, again = (archived(tmp_path / name) for name in ("one", "other"))
    assert archive.read_bytes() == again.read_bytes()
    root = f"signet-vectors-{index()['version']}"
    assert archive.name == f"{root}.tar.gz"
    with tarfile.open(archive) as opened:
        opened.extractall(tmp_path, filter="data")
    unpacked = {path.relative_to(tmp_path / root).as_posix(): path for path in (tmp_path / root).rglob("*.*")}
    beside = {"SPEC.md", "CHANGELOG.md", "signet-vector.schema.json"}
    assert set(unpacked) == {f"vectors/{each}.json" for each in ("index", *index()["cases"])} | beside
    assert report_of(tmp_path / root / "vectors").total.all == len(index()["cases"])
    assert f"## {index()['version']}\n" in unpacked["CHANGELOG.md"].read_text("utf-8")


# -- that it can fail ------------------------------------------------------------------------------

# One byte of an accepted case's input, of each kind.
FLIPS = {
    "jcs/accept/arrays": ("[3,1,2", "[3,1,4"),
    "canon/accept/integer-beyond-2-53": ("9007199254740993", "9007199254740995"),
    "commitment/accept/worked-example": ("12.5", "12.4"),
    "did-key/accept/ed25519": ('"did:key:z6MkehRgf7yJ', '"did:key:z6MkehRgf7yK'),
    "eddsa-jcs-2022/accept/worked-example-request": ("Meeting", "Meetinf"),
    "ecdsa-jcs-2019/accept/p-384": ("School", "Schoon"),
    "vc-jwt/accept/es256": ('{\n  "token": "eyJhbGci', '{\n  "token": "eyJhbGcj'),
    "request/accept/worked-example": ('{\\"name\\":\\"send_email', '{\\"name\\":\\"sent_email'),
    "response/accept/2026-07-28": ('\\"sent\\"}]', '\\"sens\\"}]'),
    "eddsa-rdfc-2022/accept/general": ("School of", "Schoon of"),
    "ecdsa-rdfc-2019/accept/p-384": ("School of", "Schoon of"),
    "proof-chain/accept/chain": ("School of", "Schoon of"),
    "vc-sd-jwt/accept/all-shown": ('"token": "eyJhbGci', '"token": "eyJhbGcj'),
    "vc-cose/accept/es512": ('"base64": "0oRY', '"base64": "0oRZ'),
    "presentation/accept/embedded": ("School of", "Schoon of"),
    "status/accept/not-revoked": ("School of", "Schoon of"),
    "did-jwk/accept/ed25519": ('"did:jwk:eyJjcnYiOiJFZDI1NTE5', '"did:jwk:eyJjcnYiOiJFZDI1NTE4'),
    "data-model/accept/keeps-to-its-schema": ("School of", "Schoon of"),
    "controller/accept/multikey": ("School of", "Schoon of"),
    "http-signature/accept/order": ('\\"quantity\\":2', '\\"quantity\\":9'),
    "a2a-agent-card/accept/ed25519": ("Weather Agent", "Whether Agent"),
    "a2a-message/accept/message": ("Meeting", "Meetinf"),
    "ucp-checkout/accept/es256": ("chk_abc123", "chk_abc124"),
    "ap2-mandate/accept/checkout": ('"chain": "eyJhbGci', '"chain": "eyJhbGcj'),
}


def flip(folder: Path, identifier: str, old: str, new: str) -> None:
    path = folder / f"{identifier}.json"
    text = path.read_text("utf-8")
    assert old in text, identifier
    assert len(old) == len(new)
    path.write_text(text.replace(old, new, 1), "utf-8")


def test_a_flipped_byte_of_an_input_is_seen(copied: Path) -> None:
    for identifier, (old, new) in FLIPS.items():
        flip(copied, identifier, old, new)
    assert set(FLIPS) == set(failed(copied))
    assert {each.partition("/")[0] for each in FLIPS} == set(JUDGES)


@pytest.mark.parametrize(
    ("identifier", "member"),
    [
        ("jcs/accept/arrays", "canonical"),
        ("canon/accept/integer-beyond-2-53", "canonicalDigest"),
        ("commitment/accept/worked-example", "sha256"),
        ("did-key/accept/p-256-odd", "publicKeyHex"),
        ("vc-jwt/accept/ed25519", "digest"),
        ("request/accept/both", "jwsDigest"),
        ("response/accept/jws", "requestDigest"),
        ("vc-sd-jwt/accept/all-shown", "digest"),
        ("vc-cose/accept/es512", "digest"),
        ("presentation/accept/embedded", "holder"),
        ("did-jwk/accept/ed25519", "publicKeyHex"),
        ("http-signature/accept/order", "signatureBase"),
        ("a2a-agent-card/accept/ed25519", "canonicalDocument"),
        ("ap2-mandate/accept/checkout", "digest"),
    ],
)
def test_a_flipped_byte_of_a_value_is_seen(copied: Path, identifier: str, member: str) -> None:
    change(copied, identifier, expected={member: "00" + files()[identifier]["expected"][member][2:]})
    assert failed(copied) == [identifier]


@pytest.mark.parametrize(
    "identifier",
    ["eddsa-jcs-2022/accept/general", "eddsa-rdfc-2022/accept/general", "proof-chain/accept/chain"],
)
@pytest.mark.parametrize("step", ["documentHash", "proofConfigurationHash", "canonicalDocument"])
def test_a_changed_intermediate_value_is_seen(copied: Path, identifier: str, step: str) -> None:
    *others, steps = files()[identifier]["expected"]["proofs"]
    change(copied, identifier, expected={"proofs": [*others, {**steps, step: "00" * 32}]})
    assert failed(copied) == [identifier]


def test_a_changed_document_that_is_shown_is_seen(copied: Path) -> None:
    identifier = "vc-sd-jwt/accept/all-shown"
    shown = files()[identifier]["expected"]["document"]
    change(copied, identifier, expected={"document": {**shown, "credentialSubject": {}}})
    assert failed(copied) == [identifier]


@pytest.mark.parametrize(
    ("identifier", "old", "new"),
    [
        ("status/accept/not-revoked", "2026-03-01", "2026-03-02"),
        ("data-model/accept/keeps-to-its-schema", '"minLength":5', '"minLength":50'),
        ("controller/accept/multikey", "assertionMethod", "authentication"),
    ],
)
def test_a_changed_document_behind_a_url_is_seen(copied: Path, identifier: str, old: str, new: str) -> None:
    ((url, text),) = files()[identifier]["policy"]["documents"].items()
    assert old in text
    change(copied, identifier, policy={"documents": {url: text.replace(old, new)}})
    assert failed(copied) == [identifier]


def change(folder: Path, identifier: str, **members: Any) -> None:
    """Replace members of a case; those that are objects are filled up with what was there."""
    case = dict(files()[identifier])
    for name, value in members.items():
        case[name] = {**case[name], **value} if isinstance(value, dict) else value
    (folder / f"{identifier}.json").write_text(json.dumps(case), "utf-8")


def test_swapped_verdicts_are_seen(copied: Path) -> None:
    accepted, refused = "request/accept/worked-example", "request/reject/changed-argument"
    change(copied, accepted, verdict="reject", expected={"codes": ["CALL_MISMATCH"]})
    change(copied, refused, verdict="accept")
    report = report_of(copied)
    assert {each.identifier: (each.verdict, each.found) for each in report.failures} == {
        accepted: ("reject", ()),
        refused: ("accept", ("CALL_MISMATCH",)),
    }


@pytest.mark.parametrize(
    "expected",
    [
        {"codes": ["PROOF_INVALID"]},
        {"codes": ["AUDIENCE_MISMATCH", "REPLAYED"]},
        {"codes": []},
        {"codes": "REPLAYED"},
    ],
    ids=["another code", "one code more", "no code", "no list"],
)
def test_another_reason_for_a_refusal_is_seen(copied: Path, expected: dict[str, Any]) -> None:
    identifier = "request/reject/replayed"
    change(copied, identifier, expected=expected)
    assert failed(copied) == [identifier]


def test_a_further_code_is_a_failure_unless_the_case_allows_it(copied: Path) -> None:
    identifier = "request/reject/both-with-a-broken-jws"
    change(copied, identifier, expected={"mayAlso": []})
    assert failed(copied) == [identifier]


def test_a_notice_too_many_or_too_few_is_seen(copied: Path) -> None:
    silent, noticed = "request/accept/worked-example", "request/accept/authorization"
    change(copied, silent, expected={"notices": ["AUTHORIZATION_NOT_EVALUATED"]})
    change(copied, noticed, expected={"notices": []})
    assert set(failed(copied)) == {silent, noticed}


# -- what is no case -------------------------------------------------------------------------------

EXAMPLE = "request/accept/worked-example"


@pytest.mark.parametrize(
    "members",
    [
        {"id": "request/accept/another"},
        {"kind": "unheard-of"},
        {"kind": 1},
        {"verdict": "perhaps"},
        {"policy": []},
        {"policy": {"at": "yesterday"}},
        {"policy": {"allowedSigners": ["alice"]}},
        {"policy": {"allowedSigners": 7}},
        {"policy": {"allowedSigners": [{"did": "did:key:z6Mk", "until": 1}]}},
        {"policy": {"noncesSeen": [{}]}},
        {"policy": {"documents": []}},
        {"policy": {"documents": {"https://issuer.example/": 1}}},
        {"policy": {"domain": 1}},
        {"policy": {"challenge": 1}},
        {"policy": {"inlineContexts": "no"}},
        {"input": []},
        {"input": {"message": 1}},
        {"input": {"message": {"base64": "?"}}},
        {"input": {"message": {"parts": [{"repeat": "a", "times": -1}]}}},
        {"input": {"message": {"parts": [{"repeat": "a", "times": 1 << 40}]}}},
        {"input": {"message": {"parts": [{"repeat": "a", "times": 1.5}]}}},
        {"input": {"message": '{"jsonrpc":"2.0","id":1,"method":"ping"}'}},
    ],
    ids=str,
)
def test_a_damaged_case_counts_as_failed(copied: Path, members: dict[str, Any]) -> None:
    change(copied, EXAMPLE, **members)
    report = report_of(copied)
    assert [each.identifier for each in report.failures] == [EXAMPLE]
    assert report.total.all == len(SOME)


def test_a_damaged_response_counts_as_failed(copied: Path) -> None:
    identifier = "response/accept/worked-example"
    change(copied, identifier, input={"message": '{"jsonrpc":"2.0","method":"ping"}'})
    assert failed(copied) == [identifier]


@pytest.mark.parametrize("content", [None, b"", b"\xff", b"[]", b"{}"], ids=str)
def test_a_file_that_is_no_case_counts_as_failed(copied: Path, content: bytes | None) -> None:
    accepted, refused = EXAMPLE, "request/reject/replayed"
    for each in (accepted, refused):
        path = copied / f"{each}.json"
        if content is None:
            path.unlink()
        else:
            path.write_bytes(content)
    report = report_of(copied)
    assert {each.identifier: each.verdict for each in report.failures} == {
        accepted: "accept",
        refused: "reject",
    }


@pytest.mark.parametrize("identifier", ["../index", "request//x", "request/./x", "request/a\0", ""])
def test_an_id_that_leads_elsewhere_counts_as_failed(copied: Path, identifier: str) -> None:
    (copied / "index.json").write_text(json.dumps({"cases": [identifier]}), "utf-8")
    assert failed(copied) == [identifier]


@pytest.mark.parametrize("content", [None, b"{", b"[]", b"{}", b'{"cases": [1]}'], ids=str)
def test_without_an_index_there_is_nothing_to_run(copied: Path, content: bytes | None) -> None:
    (copied / "index.json").unlink()
    if content is not None:
        (copied / "index.json").write_bytes(content)
    with pytest.raises(UsageError):
        report_of(copied)


def test_parts_are_joined(copied: Path) -> None:
    identifier = "jcs/accept/arrays"
    text = files()[identifier]["input"]["json"]
    change(
        copied,
        identifier,
        input={"json": {"parts": [text[:5], {"repeat": " ", "times": 3}, {"base64": "IA=="}, text[5:]]}},
    )
    assert failed(copied) == []


@pytest.mark.parametrize(
    "parts",
    [
        [{"repeat": " ", "times": 60}, {"repeat": " ", "times": 60}],
        [{"repeat": "\u20ac", "times": 40}],
        ["a" * 60, {"parts": ["a" * 60]}],
    ],
    ids=["two", "bytes, not characters", "one within"],
)
def test_what_parts_add_up_to_is_bounded(monkeypatch: pytest.MonkeyPatch, parts: list[Any]) -> None:
    monkeypatch.setattr(cases_module, "_MAX_INPUT", 119)
    with pytest.raises(BrokenCaseError):
        cases_module.bytes_of({"parts": parts})
    monkeypatch.setattr(cases_module, "_MAX_INPUT", 120)
    assert len(cases_module.bytes_of({"parts": parts})) == 120


# -- other parties' --------------------------------------------------------------------------------


def published_report(folder: Path) -> Report:
    report = Report()
    run_published(folder, report)
    return report


@pytest.mark.skipif(
    not (SHARED / "vectors").is_dir(), reason="not here: ../shared/vectors, vectors of other parties"
)
def test_published_vectors() -> None:
    report = published_report(SHARED / "vectors")
    assert report.failures == []
    counts = {
        kind.removeprefix("published/"): (each.accept, each.reject) for kind, each in report.kinds.items()
    }
    assert counts == {
        "a2a": (7, 9),
        "ap2": (4, 7),
        "bitstring-status-list": (8, 27),
        "did-key": (28, 26),
        "jcs": (6, 0),
        "rfc9421": (5, 6),
        "ucp": (6, 7),
        "w3c-vc-di-ecdsa/ecdsa-jcs-2019-p256": (6, 0),
        "w3c-vc-di-ecdsa/ecdsa-jcs-2019-p384": (6, 0),
        "w3c-vc-di-ecdsa/ecdsa-rdfc-2019-p256": (6, 0),
        "w3c-vc-di-eddsa/eddsa-jcs-2022": (7, 0),
        "w3c-vc-di-eddsa/eddsa-rdfc-2022": (7, 0),
        "w3c-vc-di-eddsa/proof-set-chain": (4, 0),
        "wycheproof": (88, 63),
    }
    assert report.unsupported == {}


@pytest.fixture
def others(tmp_path: Path) -> Path:
    """Vectors in the layouts of other parties, made here: right ones, of which a test spoils some."""
    did = "did:key:z6MkehRgf7yJbgaGfYsdoAsKdBPE3dj2CYhowQdcjqSJgvVd"
    document = files()["did-key/accept/ed25519"]["expected"]["document"]
    case = files()["eddsa-jcs-2022/accept/general"]
    (steps,) = case["expected"]["proofs"]
    signature = (  # RFC 8032 §7.1, test 1
        "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555"
        "fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b"
    )
    write(tmp_path / "jcs" / "input" / "one.json", b'{"b":1,"a":2.50}')
    write(tmp_path / "jcs" / "outhex" / "one.txt", b'{"a":2.5,"b":1}'.hex(" ").encode())
    write_json(tmp_path / "did-key" / "documents.json", {"cases": [{"did": did, "didDocument": document}]})
    write_json(
        tmp_path / "did-key" / "invalid.json", {"cases": [{"did": "did:key:@", "error": "invalidDid"}]}
    )
    tests = [
        {"tcId": 1, "msg": "", "sig": signature, "result": "valid"},
        {"tcId": 2, "msg": "00", "sig": signature, "result": "invalid"},
    ]
    public = "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a"
    groups = [
        {"publicKey": {"pk": public}, "tests": tests},
        {"publicKey": {"pk": "01" + "00" * 31}, "tests": [{**tests[1], "tcId": 3}]},
    ]
    write_json(tmp_path / "wycheproof" / "ed25519_test.json", {"testGroups": groups})
    suite = tmp_path / "w3c-vc-di-eddsa" / "eddsa-jcs-2022"
    write(suite / "signedJCS.json", case["input"]["document"].encode())
    for name, step in (
        ("canonDoc", "canonicalDocument"),
        ("docHash", "documentHash"),
        ("proofCanon", "canonicalProofConfiguration"),
        ("proofHash", "proofConfigurationHash"),
        ("combinedHash", "combinedHash"),
    ):
        write(suite / f"{name}JCS.txt", steps[step].encode())
    secret = secret_to_multibase(Key.from_secret("Ed25519", bytes(range(32))))
    write_json(tmp_path / "w3c-vc-di-eddsa" / "keyPair.json", {"privateKeyMultibase": secret})
    chain = files()["proof-chain/accept/chain"]["input"]["document"]
    write(tmp_path / "w3c-vc-di-eddsa" / "proof-set-chain" / "signedChain.json", chain.encode())
    bits = bytes(16_384)
    listed = {
        "statusSize": 1,
        "encodedList": "u" + urlsafe_b64encode(gzip.compress(bits)).rstrip(b"=").decode(),
        "sha256OfBitstring": hashlib.sha256(bits).hexdigest(),
        "expect": [{"statusListIndex": "7", "status": 0}],
    }
    refused = {**listed, "statusListIndex": "131072", "error": "RANGE_ERROR"}
    write_json(tmp_path / "bitstring-status-list" / "lists.json", {"cases": [listed]})
    write_json(tmp_path / "bitstring-status-list" / "invalid.json", {"cases": [refused]})
    write_json(tmp_path / "unheard-of" / "one.json", {})
    write(tmp_path / "README.md", b"a file beside the folders")
    return tmp_path


def write(path: Path, data: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)


def write_json(path: Path, value: Any) -> None:
    write(path, json.dumps(value).encode())


def test_vectors_of_others_in_their_layouts(others: Path) -> None:
    report = published_report(others)
    assert [(each.identifier, each.detail) for each in report.failures] == []
    assert report.total.all == 16
    assert report.unsupported == {"published/unheard-of": 1}
    assert report.as_json()["implementations"][0]["unsupported"] == 1


@pytest.mark.parametrize(
    ("path", "old", "new", "identifiers"),
    [
        ("jcs/outhex/one.txt", "32", "33", {"jcs/one"}),
        ("jcs/input/one.json", '"a"', '"b"', {"jcs/one"}),
        ("did-key/documents.json", "Multikey", "Jultikey", {"did-key/documents/1"}),
        ("did-key/documents.json", '"did": "did:key:z6Mk', '"did": "did:kez:z6Mk', {"did-key/documents/1"}),
        (
            "did-key/invalid.json",
            "@",
            "z6MkehRgf7yJbgaGfYsdoAsKdBPE3dj2CYhowQdcjqSJgvVd",
            {"did-key/invalid/1"},
        ),
        ("did-key/invalid.json", "invalidDid", "invalidKey", {"did-key/invalid/1"}),
        ("wycheproof/ed25519_test.json", '"msg": ""', '"msg": "01"', {"wycheproof/ed25519/1"}),
        ("wycheproof/ed25519_test.json", '"invalid"', '"valid"', {"wycheproof/ed25519/2"}),
        (
            "w3c-vc-di-eddsa/eddsa-jcs-2022/docHashJCS.txt",
            "",
            "0",
            {"w3c-vc-di-eddsa/eddsa-jcs-2022/docHash"},
        ),
        (
            "w3c-vc-di-eddsa/eddsa-jcs-2022/signedJCS.json",
            '"proofValue": "z',
            '"proofValue": "z2',
            {"w3c-vc-di-eddsa/eddsa-jcs-2022/verify", "w3c-vc-di-eddsa/eddsa-jcs-2022/sign"},
        ),
        (
            "w3c-vc-di-eddsa/proof-set-chain/signedChain.json",
            "School",
            "Schoon",
            {"w3c-vc-di-eddsa/proof-set-chain/signedChain"},
        ),
        (
            "bitstring-status-list/lists.json",
            '"status": 0',
            '"status": 1',
            {"bitstring-status-list/lists/1"},
        ),
        (
            "bitstring-status-list/lists.json",
            '"sha256OfBitstring": "',
            '"sha256OfBitstring": "0',
            {"bitstring-status-list/lists/1"},
        ),
        (
            "bitstring-status-list/lists.json",
            '"encodedList": "u',
            '"encodedList": "z',
            {"bitstring-status-list/lists/1"},
        ),
        (
            "bitstring-status-list/invalid.json",
            "131072",
            "131071",
            {"bitstring-status-list/invalid/1"},
        ),
        (
            "bitstring-status-list/invalid.json",
            "RANGE_ERROR",
            "STATUS_RETRIEVAL_ERROR",
            {"bitstring-status-list/invalid/1"},
        ),
    ],
)
def test_a_spoiled_vector_of_others_fails(
    others: Path, path: str, old: str, new: str, identifiers: set[str]
) -> None:
    file = others / path
    file.write_text(file.read_text("utf-8").replace(old, new, 1), "utf-8")
    assert {each.identifier for each in published_report(others).failures} == {
        f"published/{each}" for each in identifiers
    }


def test_a_folder_of_others_that_is_none(tmp_path: Path, others: Path) -> None:
    with pytest.raises(UsageError):
        published_report(tmp_path / "nowhere")
    write_json(others / "did-key" / "documents.json", [])
    with pytest.raises(UsageError):
        published_report(others)
