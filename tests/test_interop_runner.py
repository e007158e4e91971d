"""Other implementations behind adapters: the protocol, its bounds, the matrix and its forms."""

from __future__ import annotations

import json
import re
import shutil
import socket
import sys
import time
import xml.etree.ElementTree as ET
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from published import SHARED

from signet_vc.cli.main import signet
from signet_vc.errors import UsageError
from signet_vc.interop import Report, adapters, load, run, run_published, vectors_folder
from signet_vc.interop.emit import emit
from signet_vc.interop.html import as_html
from signet_vc.interop.implementations import Bounds, ask
from signet_vc.interop.junit import as_junit
from signet_vc.interop.matrix import Answer, Matrix, Outcome, Row, row_of_this_package
from signet_vc.interop.questions import Question, of_published, of_vectors
from signet_vc.interop.results import as_markdown, section_of

ROOT = Path(__file__).resolve().parents[1]
VERIFIERS = ROOT / "interop" / "verifiers"
PUBLISHED = SHARED / "vectors"
BOUNDS = Bounds(hello=60, case=60, whole=120)

HEAD = """
import json, sys, time
print(json.dumps({"name": "said", "version": "1"}), flush=True)
for line in sys.stdin:
    case = json.loads(line)
    answer = {"id": case["id"], "verdict": "accept"}
"""
SAY = """
    print(json.dumps(answer), flush=True)
"""


def question(name: str = "jcs/accept/a", **members: Any) -> Question:
    given = {
        "identifier": name,
        "kind": name.split("/", maxsplit=1)[0],
        "verdict": name.split("/")[1],
        "input": {"json": "{}"},
        "rule": "The rule.",
        "document": "RFC 8785",
    }
    return Question(**{**given, **members})


def asked(
    tmp_path: Path, program: str, *questions: Question, bounds: Bounds = BOUNDS, **described: Any
) -> Row:
    (tmp_path / "program.py").write_text(program, "utf-8")
    adapter = {"name": "said", "command": ["{python}", "program.py"], "kinds": ["jcs"], **described}
    (tmp_path / "said.json").write_text(json.dumps(adapter), "utf-8")
    chosen = adapters.select(tmp_path, ["said"])
    (row,) = ask(chosen, questions or (question(),), progress=lambda _done, _all: None, bounds=bounds)
    return row


def outcomes(row: Row) -> list[Outcome]:
    return [each.outcome for each in row.answers]


# -- the protocol -----------------------------------------------------------------------------------


def test_the_example_of_the_specification_is_a_whole_adapter(tmp_path: Path) -> None:
    text = (ROOT / "interop" / "SPEC.md").read_text("utf-8").partition("## Adapters")[2]
    described = re.findall(r"```json\n(.+?)```", text, re.DOTALL)[0]
    program = re.findall(r"```python\n(.+?)```", text, re.DOTALL)[0]
    assert len(program.splitlines()) <= 30
    (tmp_path / "rfc8785.json").write_text(described, "utf-8")
    (tmp_path / "ask_rfc8785.py").write_text(program, "utf-8")
    result = CliRunner().invoke(
        signet, ["interop", "run", "--with", "rfc8785", "--verifiers", str(tmp_path), "--json"]
    )
    (_, row) = json.loads(result.stdout)["implementations"]
    assert row["disagreements"] == []
    assert row["failed"] == 0
    assert row["passed"] >= 13
    assert row["kinds"]["vc-jwt"]["unsupported"] > 0


def test_verdicts_are_held_against_what_is_expected(tmp_path: Path) -> None:
    program = HEAD + '    answer["verdict"] = case["input"]["json"]' + SAY
    row = asked(
        tmp_path,
        program,
        question("jcs/accept/a", input={"json": "accept"}),
        question("jcs/accept/b", input={"json": "reject"}),
        question("jcs/reject/a", input={"json": "accept"}),
        question("jcs/reject/b", input={"json": "reject"}),
        question("jcs/accept/c", input={"json": "unsupported"}),
        question("jcs/accept/d", input={"json": "perhaps"}),
        question("canon/accept/a", input={"json": "accept"}),
    )
    assert outcomes(row) == [
        Outcome.PASSED,
        Outcome.REFUSED_WRONGLY,
        Outcome.ACCEPTED_WRONGLY,
        Outcome.PASSED,
        Outcome.UNSUPPORTED,
        Outcome.FAILED,
        Outcome.UNSUPPORTED,
    ]
    assert row.version == "1"
    assert row.as_json()["failed"] == 3


def test_values_are_compared_if_they_are_stated(tmp_path: Path) -> None:
    program = HEAD + '    answer["values"] = {"canonical": "00", "further": 1}' + SAY
    row = asked(
        tmp_path,
        program,
        question(values={"canonical": "00", "digest": "u"}),
        question(values={"canonical": "01"}),
    )
    assert outcomes(row) == [Outcome.PASSED, Outcome.DIFFERS]
    assert row.answers[1].reason == "another canonical: 00; expected: 01"


def test_of_a_proof_what_is_stated_is_compared(tmp_path: Path) -> None:
    program = HEAD + '    answer["values"] = {"proofs": [{}, {"combinedHash": "00"}]}' + SAY
    whole = {"canonicalDocument": "{}", "combinedHash": "00"}
    row = asked(
        tmp_path,
        program,
        question(values={"proofs": [whole, whole]}),
        question(values={"proofs": [whole, {**whole, "combinedHash": "01"}]}),
        question(values={"proofs": [whole]}),
        question(values={"proofs": [whole, {"canonicalDocument": "{}"}]}),
    )
    assert outcomes(row) == [Outcome.PASSED, Outcome.DIFFERS, Outcome.DIFFERS, Outcome.DIFFERS]
    assert row.answers[1].reason == "another proofs/1/combinedHash: 00; expected: 01"


@pytest.mark.parametrize(
    "stated", [str(1 << 65), "[" * 70 + "]" * 70, "null"], ids=["too large", "deep", "nothing"]
)
def test_a_value_of_any_form_is_another_one(tmp_path: Path, stated: str) -> None:
    program = (
        HEAD + f'    print(json.dumps(answer)[:-1] + \', "values": {{"digest": {stated}}}}}\', flush=True)'
    )
    row = asked(tmp_path, program, question(values={"digest": "abc"}), question())
    assert outcomes(row) == [Outcome.DIFFERS, Outcome.PASSED]


def test_what_tells_the_verdict_is_not_shown() -> None:
    for each in (*of_vectors(vectors_folder()), *(of_published(PUBLISHED) if PUBLISHED.is_dir() else ())):
        line = json.loads(each.line(7))
        assert line.keys() == {"id", "kind", "input", "policy", "keys"}
        assert line["id"] == "7"
        if "case" in line["input"]:
            told = json.loads(line["input"]["case"])
            assert not {"expect", "why", "id", "verdict_by_profile", "intermediate"} & told.keys()


def test_every_case_is_a_question() -> None:
    assert [each.identifier for each in of_vectors(vectors_folder())] == [
        identifier for identifier, _ in load(vectors_folder())
    ]


@pytest.mark.parametrize(
    ("identifier", "members"),
    [
        ("../outside", {}),
        ("jcs/a", {"verdict": "perhaps"}),
        ("jcs/a", {"kind": ["jcs"]}),
        ("jcs/a", {"id": "jcs/b"}),
        ("jcs/a", {"input": {"json": 1}}),
        ("jcs/a", {"spec": []}),
    ],
    ids=str,
)
def test_what_this_package_does_not_read_is_no_question(
    tmp_path: Path, identifier: str, members: dict[str, Any]
) -> None:
    folder = tmp_path / "vectors"
    (folder / "jcs").mkdir(parents=True)
    case = {"id": identifier, "kind": "jcs", "verdict": "accept", "input": {"json": "{}"}}
    case |= {"policy": {}, "expected": {}, **members}
    (folder / f"{identifier}.json").write_text(json.dumps(case), "utf-8")
    (folder / "index.json").write_text(json.dumps({"cases": [identifier]}), "utf-8")
    assert of_vectors(folder) == []


def test_what_an_implementation_makes_no_claim_to_is_not_put_to_it(tmp_path: Path) -> None:
    beyond = {"EXPIRED": "no time", "FORMAT": "another format", "jcs/reject/d": "the adapter's own"}
    row = asked(
        tmp_path,
        HEAD + SAY,
        question("jcs/reject/a", codes=("EXPIRED",)),
        question("jcs/reject/b", codes=("EXPIRED", "PROOF_INVALID")),
        question("jcs/reject/c", document="FORMAT"),
        question("jcs/reject/d"),
        question("jcs/reject/e"),
        question("jcs/accept/a", document="FORMAT"),  # what is to be accepted is always asked
        beyond=beyond,
    )
    wrong = Outcome.ACCEPTED_WRONGLY
    none = Outcome.UNSUPPORTED
    assert outcomes(row) == [none, wrong, none, none, wrong, Outcome.PASSED]
    assert row.answers[0].reason == "no time"


# -- its bounds -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "program",
    [
        pytest.param("import sys; sys.exit('no such library')", id="ends at once"),
        pytest.param("print('hello', flush=True)\nimport time; time.sleep(600)", id="no JSON"),
        pytest.param("print('[]', flush=True)\nimport time; time.sleep(600)", id="no object"),
        pytest.param('print(\'{"name": "said"}\', flush=True)\nimport time; time.sleep(60)', id="no version"),
        pytest.param(HEAD + "    sys.exit('ended within')", id="ends within"),
        pytest.param(HEAD + '    answer["id"] = "another"' + SAY, id="another question"),
        pytest.param(HEAD + "    print('x' * 2_000_000, flush=True); time.sleep(600)", id="too long a line"),
        pytest.param(HEAD + "    print('{\"id\": ', flush=True)", id="half a line"),
        pytest.param(HEAD + "    print('[' * 100_000, flush=True)", id="too deep"),
    ],
)
def test_whatever_an_adapter_does_there_is_a_result(tmp_path: Path, program: str) -> None:
    assert outcomes(asked(tmp_path, program)) == [Outcome.FAILED]


def test_an_answer_is_waited_for_no_longer_than_a_case_may_take(tmp_path: Path) -> None:
    bounds = Bounds(hello=60, case=0.5, whole=120)
    assert outcomes(asked(tmp_path, HEAD + "    time.sleep(600)", bounds=bounds)) == [Outcome.FAILED]


def test_the_end_of_what_it_wrote_to_standard_error_is_told(tmp_path: Path) -> None:
    program = "import sys; sys.stderr.write('x' * 100_000 + 'no such library'); sys.exit(1)"
    row = asked(tmp_path, program)
    assert row.trouble.endswith("no such library")
    assert len(row.trouble) < 3000


def test_a_case_that_ends_it_does_not_end_the_others(tmp_path: Path) -> None:
    program = HEAD + '    if case["input"]["json"] == "die": sys.exit(1)' + SAY
    die = {"json": "die"}
    row = asked(
        tmp_path, program, question(), question(input=die), question(), question(input=die), question()
    )
    passed, failed = Outcome.PASSED, Outcome.FAILED
    assert outcomes(row) == [passed, failed, passed, failed, passed]


def test_it_is_not_started_for_ever(tmp_path: Path) -> None:
    counted = "open('starts', 'a').write('x')\n" + HEAD + "    sys.exit(1)"
    row = asked(tmp_path, counted, *[question()] * 20)
    assert set(outcomes(row)) == {Outcome.FAILED}
    assert len((tmp_path / "starts").read_text()) == 5


def test_all_questions_together_are_bounded(tmp_path: Path) -> None:
    (tmp_path / "program.py").write_text(HEAD + SAY, "utf-8")
    described = {"name": "said", "command": ["{python}", "program.py"], "kinds": ["jcs"]}
    (tmp_path / "said.json").write_text(json.dumps(described), "utf-8")
    (row,) = ask(
        adapters.select(tmp_path, ["said"]),
        [question()],
        progress=lambda _done, _all: None,
        bounds=Bounds(whole=-1),
    )
    assert outcomes(row) == [Outcome.FAILED]


def test_what_it_started_ends_with_it(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        (tmp_path / "child.py").write_text(
            "import socket, time\n"
            f"held = socket.create_connection(('127.0.0.1', {listening.getsockname()[1]}))\n"
            "print('held', flush=True)\n"
            "time.sleep(600)\n",
            "utf-8",
        )
        starts = (
            "import subprocess, sys\n"
            "child = subprocess.Popen([sys.executable, 'child.py'], stdout=subprocess.PIPE)\n"
            "child.stdout.readline()\n"
        )
        assert outcomes(asked(tmp_path, starts + HEAD + SAY)) == [Outcome.PASSED]
        connection, _ = listening.accept()
        with connection:
            connection.settimeout(30)
            assert connection.recv(1) == b""  # closed: the process that held it is gone


def test_what_left_its_group_is_not_waited_for(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        (tmp_path / "child.py").write_text(
            "import socket\n"
            f"held = socket.create_connection(('127.0.0.1', {listening.getsockname()[1]}))\n"
            "held.settimeout(30)\n"  # it ends by itself where nobody lets it
            "held.recv(1)\n",
            "utf-8",
        )
        starts = (
            "import subprocess, sys\n"
            "subprocess.Popen([sys.executable, 'child.py'], start_new_session=True)\n"  # with its pipes
        )
        began = time.monotonic()
        bounds = Bounds(hello=60, case=1, whole=120)
        row = asked(tmp_path, starts + HEAD + "    time.sleep(600)", bounds=bounds)
        assert outcomes(row) == [Outcome.FAILED]
        assert time.monotonic() - began < 20
        connection, _ = listening.accept()
        connection.close()  # and so it ends


def test_a_command_that_is_not_there(tmp_path: Path) -> None:
    row = asked(tmp_path, "", command=["no-such-command-anywhere"])
    assert outcomes(row) == [Outcome.FAILED]
    assert row.version == ""


# -- which there are --------------------------------------------------------------------------------


def test_an_unknown_name_is_a_usage_error(tmp_path: Path) -> None:
    with pytest.raises(UsageError):
        adapters.select(tmp_path, ["nobody"])
    assert adapters.select(tmp_path, ["all"]) == []


@pytest.mark.parametrize(
    "described",
    [
        "",
        "[]",
        '{"name": "x", "kinds": []}',
        '{"name": "x", "command": "ls", "kinds": 1}',
        '{"name": 1, "command": [], "kinds": []}',
        '{"name": "x", "command": [1], "kinds": []}',
        '{"name": "x", "command": [], "kinds": [], "beyond": {"EXPIRED": 1}}',
    ],
)
def test_a_file_that_describes_no_adapter_is_a_usage_error(tmp_path: Path, described: str) -> None:
    (tmp_path / "x.json").write_text(described, "utf-8")
    with pytest.raises(UsageError):
        adapters.select(tmp_path, ["x"])


def test_without_a_checkout_the_folder_is_asked_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(adapters, "files", lambda _: tmp_path / "site-packages" / "signet_vc")
    result = CliRunner().invoke(signet, ["interop", "run", "--with", "joserfc"])
    assert result.exit_code == 2
    assert "--verifiers" in result.stderr
    assert adapters.adapters_folder(VERIFIERS) == VERIFIERS
    with pytest.raises(UsageError):
        adapters.adapters_folder(tmp_path / "nowhere")


def test_adapters_name_kinds_and_codes_that_there_are() -> None:
    questions = of_vectors(vectors_folder())
    kinds = {each.kind for each in questions}
    named = {each.identifier for each in questions}
    for each in adapters.select(VERIFIERS, ["all"]):
        assert all(kind in kinds or kind.startswith("published/") for kind in each.kinds), each.name
        cases = {name for name in each.beyond if "/" in name and not name.startswith("published/")}
        assert cases <= named, each.name


# -- its forms --------------------------------------------------------------------------------------

HOSTILE = "<script>alert(1)</script>\x1b[31m\u202e\x00 ]]> & | ` \ud800 end"


def matrix_of(outcome: Outcome, *, reason: str = HOSTILE) -> Matrix:
    each = question(
        kind=HOSTILE,
        rule=HOSTILE,
        input={"json": HOSTILE, "raw": {"base64": "AAEC"}},
        policy={"at": HOSTILE},
    )
    row = Row(
        name=HOSTILE,
        version=HOSTILE,
        answers=[Answer(question=each, outcome=outcome, reason=reason)],
        known=[HOSTILE],
        trouble=HOSTILE,
    )
    return Matrix(questions=[each], rows=[row])


@pytest.mark.parametrize("outcome", list(Outcome))
def test_the_page_holds_no_script_and_loads_nothing(outcome: Outcome) -> None:
    page = as_html(matrix_of(outcome)).encode("utf-8", "replace").decode()
    assert "<script" not in page
    assert "default-src 'none'" in page
    assert not re.search(r"<(img|link|iframe|object|embed|form|base|svg)\b|\son\w+=|url\(|@import", page)
    assert "\u202e" not in page


def test_a_link_leads_to_https_alone() -> None:
    each = question(url='javascript:alert(1)"')
    row = Row(name="it", version="1", answers=[Answer(question=each, outcome=Outcome.REFUSED_WRONGLY)])
    assert "javascript:" not in as_html(Matrix(questions=[each], rows=[row]))


def test_every_disagreement_can_be_opened() -> None:
    outcomes_of = (Outcome.REFUSED_WRONGLY, Outcome.ACCEPTED_WRONGLY, Outcome.DIFFERS, Outcome.FAILED)
    for outcome in outcomes_of:
        each = question(input={"json": "the bytes"}, url="https://www.rfc-editor.org/rfc/rfc8785")
        rows = [
            Row(
                name="one", version="1", answers=[Answer(question=each, outcome=outcome, reason="its words")]
            ),
            Row(name="two", version="1", answers=[Answer(question=each, outcome=Outcome.PASSED)]),
        ]
        page = as_html(Matrix(questions=[each], rows=rows)).partition("Disagreements")[2]
        for part in ("the bytes", "its words", "The rule.", each.url, "one", "two", each.identifier):
            assert part in page


def test_much_is_cut() -> None:
    each = question(input={"json": "x" * 1_000_000})
    row = Row(name="it", version="1", answers=[Answer(question=each, outcome=Outcome.FAILED)])
    assert len(as_html(Matrix(questions=[each], rows=[row]))) < 20_000


@pytest.mark.parametrize("outcome", list(Outcome))
def test_junit_is_xml_whatever_is_in_it(outcome: Outcome) -> None:
    suites = ET.fromstring(as_junit(matrix_of(outcome)).encode("utf-8"))  # noqa: S314 - written here
    (suite,) = suites
    (case,) = suite
    elements = {
        Outcome.PASSED: [],
        Outcome.UNSUPPORTED: ["skipped"],
        Outcome.FAILED: ["error"],
    }
    assert [each.tag for each in case] == elements.get(outcome, ["failure"])
    assert suite.get("failures") == str(int(matrix_of(outcome).rows[0].answers[0].disagrees))


@pytest.mark.parametrize("outcome", list(Outcome))
def test_markdown_stays_one_table(outcome: Outcome) -> None:
    text = as_markdown(matrix_of(outcome))
    assert "<script>" not in text
    assert "\x1b" not in text
    assert "\u202e" not in text
    rows = [line for line in section_of(matrix_of(outcome).rows[0]).splitlines() if line.startswith("| jcs")]
    assert all(len(re.findall(r"(?<!\\)\|", line)) == 5 for line in rows)


def some(folder: Path, *identifiers: str) -> Path:
    """Some of the vectors in a folder of their own."""
    for each in identifiers:
        (folder / each).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(ROOT / "interop" / "vectors" / f"{each}.json", folder / f"{each}.json")
    (folder / "index.json").write_text(json.dumps({"cases": list(identifiers)}), "utf-8")
    return folder


def test_the_row_of_this_package_is_its_own_run(tmp_path: Path) -> None:
    some(tmp_path, "jcs/accept/arrays")
    broken = json.loads((tmp_path / "jcs/accept/arrays.json").read_bytes())
    broken["expected"]["canonical"] = "00"
    (tmp_path / "jcs/accept/arrays.json").write_text(json.dumps(broken), "utf-8")
    report = Report()
    run(tmp_path, report)
    row = row_of_this_package(of_vectors(tmp_path), report)
    assert outcomes(row) == [Outcome.DIFFERS]


def test_the_command_writes_every_form(tmp_path: Path) -> None:
    (tmp_path / "program.py").write_text(HEAD + SAY, "utf-8")
    described = {"name": "said", "command": ["{python}", "program.py"], "kinds": ["jcs"]}
    (tmp_path / "said.json").write_text(json.dumps(described), "utf-8")
    written = {name: tmp_path / f"out.{name}" for name in ("junit", "html", "results")}
    options = [part for name, file in written.items() for part in (f"--{name}", str(file))]
    cases = ("jcs/accept/arrays", "jcs/reject/nan", "did-key/accept/ed25519")
    options += ["--vectors", str(some(tmp_path / "vectors", *cases)), "--verifiers", str(tmp_path)]
    result = CliRunner().invoke(signet, ["interop", "run", "--with", "said", *options])
    assert result.exit_code == 0
    assert "said 1: " in result.stdout
    assert "accepted wrongly" in result.stdout
    assert len(ET.parse(written["junit"]).getroot()) >= 2  # noqa: S314 - written here
    assert written["html"].read_text("utf-8").startswith("<!doctype html>")
    assert "## said 1" in written["results"].read_text("utf-8")


def test_a_file_that_cannot_be_written_is_a_usage_error(tmp_path: Path) -> None:
    index = tmp_path / "index.json"
    index.write_text('{"cases": []}', "utf-8")
    where = str(tmp_path / "nowhere" / "out.html")
    result = CliRunner().invoke(signet, ["interop", "run", "--vectors", str(tmp_path), "--html", where])
    assert result.exit_code == 2


# -- what is emitted --------------------------------------------------------------------------------


def there(adapter: adapters.Adapter) -> bool:
    """Whether an adapter has what it needs."""
    if adapter.environment == "node":
        return shutil.which("node") is not None and (VERIFIERS / "node" / "node_modules").is_dir()
    return Path(adapter.command[0]).is_file() or adapter.command[0] == sys.executable


def installed(names: Iterable[str]) -> tuple[list[adapters.Adapter], list[str]]:
    """The adapters that can run here, and the names of the others."""
    chosen = adapters.select(VERIFIERS, list(names))
    return [each for each in chosen if there(each)], [each.name for each in chosen if not there(each)]


def skip_loudly(missing: list[str]) -> None:
    """What could run has passed."""
    if missing:
        pytest.skip(f"adapters that are not installed (`make interop`): {', '.join(missing)}")


# How many of the emitted cases each verifies or refuses as it should; openvc-core demands a claim in JWTs
# that VC-JOSE-COSE forbids.
OF_EMITTED = {
    "awr": 2,
    "digitalbazaar": 14,
    "jose": 6,
    "joserfc": 6,
    "openentity": 2,
    "openvc-core": 15,
    "pycose": 6,
    "sd-jwt": 6,
    "vouch": 2,
}


def test_others_verify_what_is_emitted(tmp_path: Path) -> None:
    emit(tmp_path / "emitted")
    report = Report()
    run(tmp_path / "emitted", report)
    assert report.failures == []
    assert report.total.accept == report.total.reject >= 24
    kinds = {"request", "response", "presentation", "vc-jwt", "vc-sd-jwt", "vc-cose", "eddsa-jcs-2022"}
    assert report.kinds.keys() >= kinds
    chosen, missing = installed(OF_EMITTED)
    rows = ask(chosen, of_vectors(tmp_path / "emitted"), progress=lambda _done, _all: None)
    assert {row.name: row.total[Outcome.PASSED] for row in rows} == {
        name: number for name, number in OF_EMITTED.items() if name not in missing
    }
    disagreeing = {(row.name, each.question.kind) for row in rows for each in row.answers if each.is_open}
    assert disagreeing <= {("openvc-core", "vc-jwt")}
    skip_loudly(missing)


def test_nothing_is_written_over(tmp_path: Path) -> None:
    (tmp_path / "mine").write_text("mine", "utf-8")
    result = CliRunner().invoke(signet, ["interop", "emit", str(tmp_path)])
    assert result.exit_code == 2
    assert [each.name for each in tmp_path.iterdir()] == ["mine"]


# -- the results ------------------------------------------------------------------------------------


def without_reasons(section: str) -> list[str]:
    """Versions of Python word errors differently."""
    lines = section.strip().splitlines()
    return [line.rsplit(" | ", 1)[0] if line.startswith("| ") else line for line in lines]


def test_the_results_are_what_comes_out() -> None:
    """`make results` writes them."""
    if not PUBLISHED.is_dir():
        pytest.skip("not here: ../shared/vectors, vectors of other parties")
    text = (ROOT / "interop" / "RESULTS.md").read_text("utf-8")
    written = {each.split()[0]: without_reasons("## " + each) for each in re.split(r"(?m)^## ", text)[1:]}
    report = Report()
    run(vectors_folder(), report)
    run_published(PUBLISHED, report)
    questions = [*of_vectors(vectors_folder()), *of_published(PUBLISHED)]
    chosen, missing = installed(["all"])
    rows = ask(chosen, questions, progress=lambda _done, _all: None)
    for row in (row_of_this_package(questions, report), *rows):
        assert without_reasons(section_of(row)) == written.pop(row.name)
    assert written.keys() == set(missing)
    skip_loudly(missing)
