"""`signet audit`: what it prints, and its exit status."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing

import pytest
from click.testing import CliRunner
from engine import AGENT, SERVER, Sides, call
from recorded import FAILED, Recorded

from signet_vc import Policy, verify
from signet_vc.attestation.call import ABSENT, OutcomeKind
from signet_vc.cli.main import signet
from signet_vc.errors import Code, problem
from signet_vc.store import open_store

ODD = "git\u202elog\x1b[31m"


@pytest.fixture
def path(tmp_path):
    return tmp_path / "audit.db"


@pytest.fixture
def url(path):
    """A store with four calls, one of which failed and one was never answered, and two refusals."""
    url = f"sqlite:{path}"
    with open_store(url) as store:
        recorded = Recorded(store)
        recorded.called()
        recorded.called(FAILED, OutcomeKind.FAILED, tool="git_show", arguments={"revision": "none"})
        recorded.called(tool=ODD, arguments={"id": 2**70, "note": "\x1b[2J\u202e"})
        recorded.asked(tool="slow")
        recorded.sides.clock.pass_seconds(1)
        recorded.sides.admit(ABSENT, call(tool="delete_everything"))
        recorded.sides.clock.pass_seconds(1)
        note = recorded.sides.server.note_refusal((problem(Code.MALFORMED_JSON, "at \x1b[2J"),), tool="?")
        with pytest.raises(StopIteration):
            note.send(None)
    return url


def invoke(*arguments, **options):
    return CliRunner().invoke(signet, ["audit", *arguments], **options)


def change(path, statement, *arguments):
    with closing(sqlite3.connect(path)) as connection, connection:
        assert connection.execute(statement, arguments).rowcount == 1


def table(result):
    heading, *lines = result.stdout.splitlines()
    assert heading.split()[0] == "TIME"
    return [line.split("  ") for line in lines]


# -- list ------------------------------------------------------------------------------------------


def test_list(url):
    result = invoke("list", "--store", url)
    assert result.exit_code == 0
    lines = result.stdout.splitlines()
    assert [line[:19] for line in lines[1:3]] == ["2026-03-30 11:37:25", "2026-03-30 11:37:26"]
    assert [line[21:39].strip() for line in lines[1:]] == [
        "send_email",
        "git_show",
        r'"git\u202elog\x1b…',
        "slow",
        "delete_everything",
        '"?"',
    ]
    assert [line[41:60].strip() for line in lines[1:]] == [
        "completed",
        "failed",
        "completed",
        "unanswered",
        "ATTESTATION_MISSING",
        "MALFORMED_JSON",
    ]
    assert max(map(len, lines)) <= 100


def test_threat_10_names_are_shown_escaped(url):
    """No output moves the cursor, turns the direction, or colours what a stranger named."""
    for command in (["list"], ["verify", "--trust-any"], ["show", digest_of(url, ODD)], ["list", "--json"]):
        result = invoke(*command, "--store", url, color=True)
        assert "\u202e" not in result.output
        assert "\x1b[31m" not in result.output
        assert "\x1b[2J" not in result.output
    assert "3 tool names are in quotes" not in invoke("list", "--store", url).stderr
    assert "2 tool names are in quotes" in invoke("list", "--store", url).stderr


def digest_of(url, tool):
    with open_store(url, create=False) as store:
        return next(store.records(tool=tool)).digest


def test_list_as_json(url):
    lines = [json.loads(line) for line in invoke("list", "--store", url, "--json").stdout.splitlines()]
    assert [line["outcome"] for line in lines] == [
        "completed",
        "failed",
        "completed",
        "unanswered",
        "refused",
        "refused",
    ]
    assert lines[0]["agent"] == AGENT.did
    assert lines[0]["server"] == SERVER.did
    assert lines[3]["response"] is None
    assert lines[4]["codes"] == ["ATTESTATION_MISSING"]
    assert lines[2]["tool"] == ODD


@pytest.mark.parametrize(
    ("filters", "tools"),
    [
        (["--tool", "git_show"], ["git_show"]),
        (["--outcome", "failed"], ["git_show"]),
        (["--outcome", "unanswered"], ["slow"]),
        (["--outcome", "refused"], ["delete_everything", "?"]),
        (["--outcome", "refused", "--tool", "?"], ["?"]),
        (["--issuer", SERVER.did], ["send_email", "git_show", ODD]),
        (["--issuer", "did:example:nobody"], []),
        (["--since", "2026-03-30T11:37:27Z", "--until", "2026-03-30T11:37:28.999Z"], [ODD, "slow"]),
        (["--since", "2026-03-30T13:37:29+02:00"], ["delete_everything", "?"]),
        (["--until", "2026-03-30"], []),
        (["--since", "1h"], []),
        (["--until", "1s"], ["send_email", "git_show", ODD, "slow", "delete_everything", "?"]),
    ],
)
def test_filters(url, filters, tools):
    result = invoke("list", "--store", url, "--json", *filters)
    assert [json.loads(line)["tool"] for line in result.stdout.splitlines()] == tools


@pytest.mark.parametrize(
    "arguments",
    [
        ("list", "--outcome", "complete"),
        ("verify", "--trust-any", "--outcome", "complete"),
        ("verify", "--trust-any", "--outcome", "unanswered"),
        ("export", "--outcome", "refused"),
        ("export", "--outcome", "unanswered"),
    ],
)
def test_an_outcome_that_selects_nothing_is_a_slip(url, arguments):
    result = invoke(*arguments, "--store", url)
    assert (result.exit_code, result.stdout) == (2, "")


def test_an_empty_store(path):
    open_store(f"sqlite:{path}").close()
    result = invoke("list", "--store", f"sqlite:{path}")
    assert (result.exit_code, len(result.stdout.splitlines())) == (0, 1)
    assert invoke("verify", "--store", f"sqlite:{path}", "--trust-any").exit_code == 0
    assert (
        json.loads(invoke("verify", "--store", f"sqlite:{path}", "--trust-any", "--json").stdout)["results"]
        == []
    )
    assert invoke("export", "--store", f"sqlite:{path}").stdout == ""


# -- which store -----------------------------------------------------------------------------------


def test_the_store_of_the_configuration(url, path, tmp_path, monkeypatch):
    file = tmp_path / "config.yaml"
    file.write_text("signet: {store: 'sqlite:audit.db'}\n")
    assert len(invoke("list", "--config", str(file)).stdout.splitlines()) == 7
    monkeypatch.setenv("SIGNET_STORE", url)
    assert len(invoke("list").stdout.splitlines()) == 7


def test_the_store_in_the_user_s_state_directory(url, path, tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    assert invoke("list").exit_code == 2, "there is none yet, and reading makes none"
    assert not (tmp_path / "state").exists()
    (tmp_path / "state" / "signet").mkdir(parents=True)
    path.rename(tmp_path / "state" / "signet" / "audit.db")
    assert len(invoke("list").stdout.splitlines()) == 7


@pytest.mark.parametrize("command", [["list"], ["show", "u"], ["verify", "--trust-any"], ["export"]])
def test_a_store_that_is_not_there(command, tmp_path):
    result = invoke(*command, "--store", f"sqlite:{tmp_path / 'typo.db'}")
    assert result.exit_code == 2
    assert "typo.db" in result.stderr
    assert result.stdout == ""
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("command", [["list"], ["verify", "--trust-any"], ["export"]])
def test_a_store_that_fails(command, url, path):
    data = bytearray(path.read_bytes())
    data[4096:] = b"\xff" * (len(data) - 4096)
    path.write_bytes(data)
    result = invoke(*command, "--store", url)
    assert result.exit_code == 3
    assert str(path) in result.stderr


@pytest.mark.parametrize("time", ["yesterday", "5", "1w", "2026-02-30"])
def test_a_time_that_is_none(url, time):
    result = invoke("list", "--store", url, "--since", time)
    assert result.exit_code == 2
    assert time in result.stderr


# -- show ------------------------------------------------------------------------------------------


def test_show(url):
    digest = digest_of(url, "send_email")
    for given in (digest, digest[:10]):
        result = invoke("show", given, "--store", url)
        assert result.exit_code == 0
        assert digest in result.stdout
        assert "alice@example.com" in result.stdout
        assert "completed" in result.stdout


def test_show_opens_what_was_committed_to(url):
    result = invoke("show", digest_of(url, ODD), "--store", url)
    assert f'{{"id":{2**70},"note":"\\u001b[2J\\u202e"}}' in result.stdout
    assert "arguments (committed)" in result.stdout


def test_show_of_an_unanswered_call(url):
    result = invoke("show", digest_of(url, "slow"), "--store", url)
    assert result.exit_code == 0
    assert "No answer is recorded" in result.stdout


def test_show_as_json_gives_credentials_that_anybody_verifies(url):
    shown = json.loads(invoke("show", digest_of(url, "send_email"), "--store", url, "--json").stdout)
    assert shown["problems"] == []
    for record in (shown["request"], *shown["responses"]):
        assert verify(record["credential"], Policy(allowed_signers=[AGENT.did, SERVER.did])).verified
    unanswered = json.loads(invoke("show", digest_of(url, "slow"), "--store", url, "--json").stdout)
    assert unanswered["responses"] == []


def test_show_says_what_does_not_belong_together(url, path):
    digest = digest_of(url, "send_email")
    change(path, "UPDATE record SET digest = ? WHERE digest = ?", digest[:-4] + "AAAA", digest)
    result = invoke("show", digest[:-4] + "AAAA", "--store", url)
    assert result.exit_code == 1
    assert "INVALID_CREDENTIAL" in result.stdout


@pytest.mark.parametrize("secured", ["", "{}", "e.e.e", '{"credentialSubject":[]}'])
def test_show_of_a_record_that_was_altered(url, path, secured):
    digest = digest_of(url, "slow")
    change(path, "UPDATE record SET secured = ? WHERE digest = ?", secured, digest)
    assert invoke("show", digest, "--store", url).exit_code == 1


@pytest.mark.parametrize("digest", ["x", "", "\x1b[2J", "uEi"])
def test_show_of_no_one_call(url, digest):
    result = invoke("show", digest, "--store", url)
    assert result.exit_code == 2
    assert "\x1b" not in result.stderr


# -- verify ----------------------------------------------------------------------------------------


def test_verify(url):
    result = invoke("verify", "--store", url, "--allow", AGENT.did, "--allow", SERVER.did)
    assert result.exit_code == 0
    assert "7 verified" in result.stdout
    assert "2, unbroken" in result.stdout
    assert invoke("verify", "--store", url, "--trust-any").exit_code == 0


def test_verify_without_an_anchor_verifies_nothing(url):
    result = invoke("verify", "--store", url)
    assert result.exit_code == 1
    assert "NO_TRUST_ANCHOR" in result.stderr


def test_verify_trusts_only_whom_it_is_told_to(url):
    result = invoke("verify", "--store", url, "--allow", AGENT.did)
    assert result.exit_code == 1
    assert "4 verified, 3 NOT VERIFIED" in result.stdout
    assert result.stdout.count("SIGNER_NOT_ALLOWED") == 3


def test_verify_names_what_was_altered(url, path):
    digest = digest_of(url, "git_show")
    change(path, "UPDATE record SET secured = replace(secured, 'none', 'some') WHERE digest = ?", digest)
    result = invoke("verify", "--store", url, "--trust-any")
    assert result.exit_code == 1
    assert digest in result.stdout
    assert "PROOF_INVALID" in result.stdout
    assert "CHAIN_BROKEN" in result.stdout


def test_verify_notices_what_was_removed(url, path):
    change(path, "DELETE FROM record WHERE digest = ?", digest_of(url, "git_show"))
    result = invoke("verify", "--store", url, "--trust-any")
    assert result.exit_code == 0  # a notice: a store of one side has honest gaps
    assert "1 with gaps" in result.stdout
    assert "removed, or never received" in result.stdout
    filtered = invoke("verify", "--store", url, "--trust-any", "--tool", "slow")
    assert filtered.exit_code == 0
    assert "not looked at" in filtered.stdout


def test_verify_as_json(url, path):
    digest = digest_of(url, "slow")
    change(path, "UPDATE record SET secured = replace(secured, 'slow', 'fast') WHERE digest = ?", digest)
    result = invoke("verify", "--store", url, "--trust-any", "--json")
    report = json.loads(result.stdout)
    assert result.exit_code == 1
    assert (report["verified"], report["failed"], len(report["results"])) == (6, 1, 7)
    (failed,) = [each for each in report["results"] if not each["verified"]]
    assert failed["source"] == digest
    assert {each["code"] for each in failed["problems"]} >= {"PROOF_INVALID", "INVALID_CREDENTIAL"}
    assert [each["count"] for each in report["chains"]] == [3, 3]
    assert (
        json.loads(invoke("verify", "--store", url, "--trust-any", "--json", "--since", "1h").stdout)[
            "chains"
        ]
        is None
    )


def test_verify_of_a_store_of_many(path):
    with open_store(f"sqlite:{path}") as store:
        recorded = Recorded(store)
        for _ in range(150):
            recorded.asked()
    result = invoke("verify", "--store", f"sqlite:{path}", "--trust-any")
    assert result.exit_code == 0
    assert "150 verified" in result.stdout


# -- export ----------------------------------------------------------------------------------------


def test_the_skew_that_is_forgiven_is_the_configured_one(path, tmp_path):
    configured = tmp_path / "signet.yaml"
    policy = Policy(allowed_signers=[AGENT.did, SERVER.did], clock_skew=300)
    with open_store(f"sqlite:{path}") as store:
        sides = Sides(agent_options={"policy": policy}, server_options={"policy": policy, "store": store})
        sides.clock.pass_seconds(200)  # the agent's clock is ahead
        pending = sides.attest()
        sides.clock.pass_seconds(-200)
        sides.answer(sides.admitted(pending))
    asked = ("--config", str(configured), "--store", f"sqlite:{path}")
    for skew, status in (("300s", 0), ("60s", 1)):
        configured.write_text(f"signet:\n  clock_skew: {skew}\n")
        assert invoke("verify", "--trust-any", *asked).exit_code == status
        found = json.loads(invoke("show", pending.request.digest, "--json", *asked).stdout)
        assert [each["code"] for each in found["problems"]] == ["TIME_MISMATCH"] * status


def test_export(url):
    result = invoke("export", "--store", url)
    assert result.exit_code == 0
    lines = result.stdout.splitlines()
    assert len(lines) == 7
    assert {json.loads(line)["kind"] for line in lines} == {"request", "response"}
    filtered = invoke("export", "--store", url, "--outcome", "failed").stdout.splitlines()
    assert len(filtered) == 1
    assert filtered[0] in lines


def test_export_without_salts(url):
    result = invoke("export", "--store", url, "--without-salts")
    assert [set(json.loads(line)) for line in result.stdout.splitlines()] == [
        {"digest", "kind", "receivedAt", "secured"}
    ] * 7
    assert str(2**70) not in result.stdout


# -- help, terminals -------------------------------------------------------------------------------


@pytest.mark.parametrize("command", [[], ["list"], ["show"], ["verify"], ["export"]])
def test_help_has_an_example(command):
    result = invoke(*command, "--help")
    assert result.exit_code == 0
    assert f"signet {' '.join(['audit', *command])}" in result.stdout.split("Examples:")[1]


@pytest.mark.parametrize("command", [["verify", "--trust-any"], ["export"]])
def test_progress_is_shown_on_a_terminal_and_nowhere_else(url, command, monkeypatch):
    quiet = invoke(*command, "--store", url)
    assert quiet.stderr == ""
    monkeypatch.setattr("signet_vc.cli.output.is_terminal", lambda: True)
    watched = invoke(*command, "--store", url)
    assert watched.stdout == quiet.stdout
    assert "ing" in watched.stderr


def test_a_server_that_needs_no_signatures_is_listed_too(path):
    with open_store(f"sqlite:{path}") as store:
        sides = Sides(server_options={"store": store, "require_signatures": False})
        sides.answer(sides.admit(ABSENT, call()))
    (line,) = table(invoke("list", "--store", f"sqlite:{path}"))
    assert "completed" in [cell.strip() for cell in line]
    assert invoke("verify", "--store", f"sqlite:{path}", "--trust-any").exit_code == 0
