"""Patterns of foreign schemas: the language of ECMA-262, in bounded work."""

from __future__ import annotations

import contextlib
import re
from time import process_time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from signet_vc.credential.schema_pattern import Pattern, PatternError


class TooMuchError(Exception):
    pass


def matches(expression, text, limit=10**7):
    left = [limit]

    def spend(work):
        left[0] -= work
        if left[0] < 0:
            raise TooMuchError

    return Pattern(expression).search(text, spend)


@pytest.mark.parametrize(
    ("expression", "matching", "other"),
    [
        ("", ["", "a"], []),
        ("abc", ["abc", "xabcx"], ["", "ab", "acb"]),
        ("^abc$", ["abc"], ["abcx", "xabc", "abc\n"]),
        ("^$", [""], ["\n", "a"]),
        ("a|b|", ["", "c"], []),
        ("^(a|b)$", ["a", "b"], ["", "ab", "|"]),
        ("^(?:a|bc)+$", ["a", "abca", "bcbc"], ["", "b", "ab"]),
        ("^(?<year>[0-9]{4})-(?<month>[0-9]{2})$", ["2026-11"], ["2026-1", "x2026-11"]),
        ("^a?$", ["", "a"], ["aa"]),
        ("^a*?$", ["", "aaa"], ["b"]),
        ("^a{2}$", ["aa"], ["a", "aaa"]),
        ("^a{2,}$", ["aa", "aaaa"], ["a"]),
        ("^a{1,3}?$", ["a", "aaa"], ["", "aaaa"]),
        ("^a{0}$", [""], ["a"]),
        ("^(ab){2,3}c$", ["ababc", "abababc"], ["abc", "ababababc"]),
        ("^x{$", ["x{"], ["x"]),
        ("^x{,3}$", ["x{,3}"], ["xxx"]),
        ("^]}$", ["]}"], ["]"]),
        ("^.$", ["a", "\u00e4", "\U0001f600", "\t"], ["\n", "\r", "\u2028", "\u2029", "", "ab"]),
        ("^[abc]$", ["a", "c"], ["d", "", "ab"]),
        ("^[^abc]$", ["d", "\n"], ["a"]),
        ("^[a-cx-z]$", ["b", "y"], ["d", "-"]),
        ("^[-a]$", ["-", "a"], ["b"]),
        ("^[a-]$", ["-", "a"], ["b"]),
        ("^[\\w-]$", ["-", "_"], [" "]),
        ("^[\\]\\\\]$", ["]", "\\"], ["["]),
        ("[]", [], ["", "a"]),
        ("^[^]$", ["a", "\n"], [""]),
        ("^[.*+?]$", [".", "?"], ["a"]),
        ("^[\\b]$", ["\b"], ["b"]),
        ("^\\d+$", ["0189"], ["", "\u0661", "a"]),
        ("^\\D$", ["a", "\u0661"], ["1"]),
        ("^\\w+$", ["aZ_9"], ["\u00e4", "-"]),
        ("^\\W$", ["\u00e4", "-"], ["a"]),
        (
            "^\\s$",
            [" ", "\t", "\n", "\v", "\f", "\r", "\u00a0", "\ufeff", "\u2028", "\u3000"],
            ["a", "\u200b", "\x1c"],
        ),
        ("^\\S$", ["a", "\x1c"], [" ", "\u00a0"]),
        ("\\bcat\\b", ["cat", "a cat!"], ["cats", "concat"]),
        ("a\\Bb", ["ab"], ["a b"]),
        ("^\\t\\n\\v\\f\\r\\0$", ["\t\n\v\f\r\0"], ["t"]),
        ("^\\x41\\u0042\\u{43}\\u{1F600}$", ["ABC\U0001f600"], ["ABC"]),
        ("^\\uD83D\\uDE00$", ["\U0001f600"], ["\ud83d"]),
        ("^\\cJ$", ["\n"], ["J"]),
        ("^\\p{L}\\p{Lu}\\P{N}$", ["\u00e4\u00c4a", "aAa"], ["aaa", "aA1"]),
        ("^\\p{gc=Nd}\\p{General_Category=L}$", ["1a"], ["a1"]),
        ("^\\^\\$\\.\\*\\+\\?\\(\\)\\[\\]\\{\\}\\|\\/\\\\\\-\\@$", ["^$.*+?()[]{}|/\\-@"], [""]),
        ("^[^@\\s]+@[^@\\s]+\\.[a-z]{2,}$", ["alice@example.com"], ["alice", "a@b", "a b@c.de"]),
        ("^(([a-z]+\\.)*[a-z]+)?$", ["", "a.b.c"], [".", "a."]),
        ("^did:[a-z0-9]+:.+", ["did:key:z6Mk"], ["did::x", "xdid:key:z"]),
    ],
)
def test_expressions(expression, matching, other):
    for text in matching:
        assert matches(expression, text), text
    for text in other:
        assert not matches(expression, text), text


@pytest.mark.parametrize(
    "expression",
    [
        "(",
        ")",
        "(a",
        "a)",
        "[",
        "[a",
        "[a-",
        "\\",
        "*",
        "+a",
        "?",
        "a**",
        "a{2}{3}",
        "a+*",
        "^*",
        "\\b+",
        "a{3,2}",
        "[b-a]",
        "[\\d-z]x[a-\\d]",
        "(?=a)",
        "(?!a)",
        "(?<=a)",
        "(?<!a)",
        "(?i)a",
        "(?P<n>a)",
        "(a)\\1",
        "(?<n>a)\\k<n>",
        "\\p{Script=Greek}",
        "\\pL",
        "\\p",
        "\\q",
        "\\u{110000}",
        "\\uZZZZ",
        "\\x4",
        "\\c1",
        "\\01",
        "a{3000}",
        "(a{50}){50}",
        "((a{9}){9}){9}" * 3,
        "(" * 41 + ")" * 41,
        "a" * 1001,
    ],
)
def test_what_is_not_matched_here(expression):
    with pytest.raises(PatternError):
        Pattern(expression)


@pytest.mark.parametrize(
    ("expression", "text"),
    [
        ("(a*)*b", "a" * 3000),
        ("(a|aa)+$", "a" * 3000 + "b"),
        ("^(([a-z])+.)+[A-Z]([a-z])+$", "a" * 3000),
        ("(.*)*(.*)*(.*)*x", "y" * 3000),
        ("(a?){300}a{300}", "a" * 300),
    ],
)
def test_threat_12_what_backtracks_elsewhere_is_linear_here(expression, text):
    spent = 200 * len(text) * 4
    start = process_time()
    if "300" in expression:
        spent = 10**6
    matches(expression, text, limit=spent)
    assert process_time() - start < 3  # 0.1 s measured


def test_threat_12_work_is_paid_for_before_it_is_done():
    start = process_time()
    with pytest.raises(TooMuchError):
        matches("[a-z]{1,255}\\d", "abc" * 300_000, limit=500_000)
    assert process_time() - start < 8  # 0.2 s measured, 1.1 s under coverage


def test_an_anchored_expression_is_given_up_at_once():
    assert not matches("^a", "b" * 1_000_000, limit=100)


ATOMS = st.sampled_from(["a", "b", "c", ".", "[ab]", "[^a]", "[a-c]", "\\w", "\\d", "^", "$", "\\b"])


def expressions():
    def grown(inner):
        return (
            st.lists(inner, min_size=1, max_size=3).map("".join)
            | st.lists(inner, min_size=2, max_size=3).map(lambda each: f"(?:{'|'.join(each)})")
            | st.tuples(inner, st.sampled_from(["*", "+", "?", "{2}", "{1,2}", "{2,}"])).map(
                lambda each: f"(?:{each[0]}){each[1]}"
            )
        )

    return st.recursive(ATOMS, grown, max_leaves=6)


@settings(max_examples=400)
@given(expression=expressions(), text=st.text("abc1 ", max_size=8))
def test_it_agrees_with_python_where_both_speak_the_same(expression, text):
    expected = re.search(expression, text, re.ASCII) is not None
    assert matches(expression, text) == expected


@given(expression=st.text("ab(){}[]|*+?^$.\\dwspux-,:<>=!0123", max_size=30), text=st.text(max_size=20))
def test_any_text_is_an_expression_or_refused(expression, text):
    with contextlib.suppress(PatternError):
        matches(expression, text)
