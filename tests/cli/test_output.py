from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from signet_vc.cli import output
from signet_vc.errors import Code, UsageError, problem
from signet_vc.limits import NANOSECONDS

NOW = 1_774_870_645 * NANOSECONDS


@given(st.text(st.characters(exclude_categories=[])))
def test_what_is_shown_is_visible(text):
    assert output.shown(text).isprintable()


@given(st.text(st.characters(codec="utf-8", categories=["L", "N", "P"])))
def test_plain_text_is_shown_as_it_is(text):
    assert output.shown(text) == text


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("git_log", "git_log"),
        ("a.b-C_9", "a.b-C_9"),
        ("x" * 128, "x" * 128),
        ("x" * 129, '"' + "x" * 129 + '"'),
        ("", '""'),
        ("git log", '"git log"'),
        ("g\u0131t_log", '"g\\u0131t_log"'),
        ("a\n", '"a\\n"'),
        ('a"b', '"a\\"b"'),
        ("\u202ea", '"\\u202ea"'),
    ],
)
def test_threat_10_a_tool_s_name(name, shown):
    assert output.shown_tool(name) == shown
    assert output.is_plain_tool(name) is (name == shown)


@pytest.mark.parametrize(
    ("did", "shown"),
    [
        (None, "-"),
        ("did:key:z6MkehRgf7yJbgaGfYsdoAsKdBPE3dj2CYhowQdcjqSJgvVd", "z6Mk…qSJgvVd"),
        ("did:web:a.b", "did:web:a.b"),
        ("did:web:example.com", "did:…ple.com"),
        ("", ""),
    ],
)
def test_a_short_did(did, shown):
    assert output.short_did(did) == shown
    assert len(shown) <= 12


@given(st.lists(st.tuples(st.text(), st.integers(1, 30)), min_size=1, max_size=6))
def test_a_row_is_never_wider_than_its_columns(cells):
    line = output.row([cell for cell, _ in cells], [width for _, width in cells])
    assert len(line) <= sum(width for _, width in cells) + 2 * (len(cells) - 1)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-03-30T11:37:25Z", NOW),
        ("2026-03-30T11:37:25.5Z", NOW + NANOSECONDS // 2),
        ("2026-03-30T13:37:25+02:00", NOW),
        ("2026-03-30 11:37:25", NOW),
        ("2026-03-30", NOW - (11 * 3600 + 37 * 60 + 25) * NANOSECONDS),
        ("30s", NOW - 30 * NANOSECONDS),
        ("5m", NOW - 300 * NANOSECONDS),
        ("1h", NOW - 3600 * NANOSECONDS),
        ("7d", NOW - 7 * 86400 * NANOSECONDS),
        ("1960-01-01", -315619200 * NANOSECONDS),
    ],
)
def test_a_time(text, expected):
    assert output.moment(text, NOW) == expected


@pytest.mark.parametrize(
    "text", ["", "now", "5", "1w", "-1h", "1.5h", "2026-13-01", "\x1b[2J", "9999999999d"]
)
def test_what_is_no_time(text):
    with pytest.raises(UsageError) as caught:
        output.moment(text, NOW)
    assert "\x1b" not in str(caught.value)


def test_a_time_as_text():
    assert output.time_text(NOW + 999_999_999) == "2026-03-30 11:37:25"
    assert output.time_text(10**30) == str(10**30)


@pytest.mark.parametrize(
    ("codes", "status"),
    [
        ([], 0),
        ([Code.PROOF_INVALID], 1),
        ([Code.STORE_UNAVAILABLE], 3),
        ([Code.PROOF_INVALID, Code.RESOLVER_UNAVAILABLE], 3),
    ],
)
def test_the_exit_status(codes, status):
    assert output.exit_code([problem(code, "") for code in codes]) == status
