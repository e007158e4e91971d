"""The matrix as one page of HTML that needs nothing else: no script, no font, no picture, no network.

Everything that comes from a case or an implementation is text there, escaped; a content security policy in
the page forbids whatever else a browser could be made to load or run.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from html import escape
from typing import Final

from signet_vc.codec.strict_json import Json
from signet_vc.interop.matrix import Answer, Matrix, Outcome, Row
from signet_vc.interop.questions import Question

__all__ = ["as_html"]

_MOST_OF_AN_INPUT: Final = 8000  # characters
_MARKS: Final = {
    Outcome.REFUSED_WRONGLY: ("−", "refused, though they are to be accepted"),
    Outcome.ACCEPTED_WRONGLY: ("+", "accepted, though they are to be refused"),
    Outcome.DIFFERS: ("≠", "accepted, with another value"),
    Outcome.FAILED: ("!", "without a verdict"),
}
_WORDS: Final = {
    Outcome.PASSED: "as expected",
    Outcome.REFUSED_WRONGLY: "refuses it",
    Outcome.ACCEPTED_WRONGLY: "accepts it",
    Outcome.DIFFERS: "states another value",
    Outcome.FAILED: "gave no verdict",
}
_FORBIDDEN: Final = (
    "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'; "
    "base-uri 'none'; form-action 'none'\">"
)
_STYLE: Final = """
:root { color-scheme: light dark; --line: #8885; --good: #1a7f37; --bad: #cf222e; --odd: #9a6700 }
@media (prefers-color-scheme: dark) { :root { --good: #3fb950; --bad: #ff7b72; --odd: #d29922 } }
body { font: 15px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 110rem; padding: 0 1.5rem }
h1 { font-size: 1.5rem } h2 { font-size: 1.15rem; margin-top: 2.5rem }
.wide { overflow-x: auto } table { border-collapse: collapse }
th, td { border-bottom: 1px solid var(--line); padding: .3rem .7rem; text-align: left; vertical-align: top }
thead th { vertical-align: bottom; max-width: 8rem } thead small { display: block; font-weight: normal }
.matrix tbody th { position: sticky; left: 0; background: Canvas }
tbody th { font-weight: 500; white-space: nowrap } td { font-variant-numeric: tabular-nums }
.all { color: var(--good) } .wrong { color: var(--bad); font-weight: 600 } .none { opacity: .4 }
.odd { color: var(--odd) } .matrix td { white-space: nowrap }
details { border-bottom: 1px solid var(--line); padding: .35rem 0 } summary { cursor: pointer }
details > :not(summary) { margin-left: 1.1rem }
pre { white-space: pre-wrap; overflow-wrap: anywhere; background: #8881; padding: .7rem; max-height: 24rem;
  overflow-y: auto; font-size: 13px }
td { overflow-wrap: anywhere } code { font-size: .92em }
blockquote { border-left: 3px solid var(--line); margin: .6rem 1.1rem; padding-left: 1rem }
"""


def as_html(matrix: Matrix) -> str:
    """The page: the matrix, what is known of each implementation, and every disagreement to be opened."""
    return "\n".join(
        [
            "<!doctype html>",
            '<html lang="en"><head><meta charset="utf-8">',
            _FORBIDDEN,
            '<meta name="viewport" content="width=device-width, initial-scale=1">',
            f"<title>Interoperability</title><style>{_STYLE}</style></head><body>",
            "<h1>Who verifies what</h1>",
            *_matrix(matrix),
            *_implementations(matrix),
            *_disputed(matrix),
            "</body></html>",
            "",
        ]
    )


def _matrix(matrix: Matrix) -> Iterator[str]:
    meanings = "; ".join(f"<b>{mark}</b> {meaning}" for mark, meaning in _MARKS.values())
    yield (
        f"<p>Cases that passed, of each kind; {meanings}; <b>·</b> not put to it. "
        "A disagreement is one with the specification that the case names.</p>"
    )
    yield '<div class="wide"><table class="matrix"><thead><tr><th></th>'
    yield from (f"<th>{_text(row.name)}<small>{_text(row.version)}</small></th>" for row in matrix.rows)
    yield "</tr></thead><tbody>"
    cells = [row.cells for row in matrix.rows]
    for kind in matrix.kinds:
        yield (
            f"<tr><th>{_text(kind)}</th>"
            + "".join(_cell(each.get(kind, Counter())) for each in cells)
            + "</tr>"
        )
    yield "</tbody></table></div>"


def _cell(cell: Counter[Outcome]) -> str:
    if cell.total() == cell[Outcome.UNSUPPORTED]:
        return '<td class="none">·</td>'
    wrong = " ".join(f"{mark}{cell[outcome]}" for outcome, (mark, _) in _MARKS.items() if cell[outcome])
    if not wrong:
        return f'<td class="all">{cell[Outcome.PASSED]}</td>'
    return f'<td>{cell[Outcome.PASSED]} <span class="wrong">{wrong}</span></td>'


def _implementations(matrix: Matrix) -> Iterator[str]:
    if not any(row.known or row.trouble for row in matrix.rows):
        return
    yield "<h2>What is known of them</h2>"
    for row in matrix.rows:
        if row.known or row.trouble:
            yield f"<details><summary>{_text(row.name)}</summary>"
            if row.trouble:
                yield f"<pre>{_text(row.trouble)}</pre>"
            yield "<ul>" + "".join(f"<li>{_text(each)}</li>" for each in row.known) + "</ul></details>"


def _disputed(matrix: Matrix) -> Iterator[str]:
    disputed = matrix.disputed
    yield f"<h2>Disagreements: {len(disputed)}</h2>"
    for question, answers in disputed:
        yield from _dispute(question, answers)


def _dispute(question: Question, answers: list[tuple[Row, Answer]]) -> Iterator[str]:
    against = ", ".join(_text(row.name) for row, each in answers if each.is_open)
    yield f"<details><summary><code>{_text(question.identifier)}</code> · {against}</summary>"
    source = _text(question.source)
    if question.url.startswith("https://"):
        source = f'<a href="{_text(question.url)}" rel="noreferrer">{source}</a>'
    yield f"<blockquote>{_text(question.rule)}<br><small>{source}</small></blockquote>"
    codes = f" ({_text(', '.join(question.codes))})" if question.codes else ""
    yield f"<p>Expected: <b>{_text(question.verdict)}</b>{codes}</p><table><tbody>"
    for row, each in answers:
        style = "wrong" if each.disagrees else "odd" if each.outcome is Outcome.FAILED else "all"
        yield (
            f'<tr><th>{_text(row.name)}</th><td class="{style}">{_WORDS[each.outcome]}</td>'
            f"<td>{_text(each.reason)}</td></tr>"
        )
    yield "</tbody></table>"
    for name, value in question.input.items():
        yield f"<p><code>{_text(name)}</code></p><pre>{escape(_shown(value))}</pre>"
    if question.policy:
        policy = json.dumps(question.policy, indent=1, ensure_ascii=False)
        yield f"<p>policy</p><pre>{escape(_cut(policy))}</pre>"
    yield "</details>"


def _shown(value: Json) -> str:
    return _cut(value if isinstance(value, str) else f"base64: {value['base64']}")


def _text(value: str) -> str:
    return escape(_visible(value))


def _visible(text: str) -> str:
    """What reorders or hides text is shown by its number, so that it reads as it is."""
    return "".join(each if each.isprintable() or each in "\n\t" else f"\\u{{{ord(each):x}}}" for each in text)


def _cut(text: str) -> str:
    plain = _visible(text)
    rest = len(plain) - _MOST_OF_AN_INPUT
    return plain if rest <= 0 else f"{plain[:_MOST_OF_AN_INPUT]}\n… and {rest} characters more"
