"""Records as JSON Lines, both ways."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from recorded import BOTH, LATER, Recorded, codes, notices

from signet_vc import audit
from signet_vc.attestation.call import Answer, OutcomeKind
from signet_vc.errors import ProblemError
from signet_vc.limits import Limits
from signet_vc.securing import Securing


@pytest.fixture(params=[Securing.DATA_INTEGRITY, Securing.JWS, Securing.BOTH])
def securing(request):
    return request.param


def records(**options):
    recorded = Recorded(**options)
    recorded.called(arguments={"id": 2**70, "amount": 1.5, "who": "Zoë"})
    recorded.called(
        Answer(error={"code": -32602, "message": "no"}),
        OutcomeKind.FAILED,
        tool="git_show",
        parameters={"x": 1},
    )
    return list(recorded.store.records())


@pytest.mark.parametrize("payload", ["embed", "commit"])
def test_a_record_comes_back(securing, payload):
    for record in records(securing=securing, payload=payload):
        line = audit.export_line(record)
        assert b"\n" not in line
        assert audit.parse_line(line) == record
        assert audit.parse_line(line.decode()) == record
        assert audit.is_export(line)


def test_the_members(securing):
    for record in records(securing=securing, payload="commit"):
        members = ["digest", "kind", "receivedAt", "secured"]
        members += ["jws"] if securing is Securing.BOTH else []
        line = json.loads(audit.export_line(record))
        assert list(line) == [*members, "salts", "values"]
        assert line["secured"] == record.secured
        assert list(json.loads(audit.export_line(record, with_salts=False))) == members


def test_every_line_verifies(securing):
    for record in records(securing=securing, payload="commit"):
        result = audit.verify_line(audit.export_line(record), BOTH, at_ns=LATER)
        assert result.verified, result.problems
        assert "VALUE_ERASED" not in notices(result)


def test_without_salts_nothing_confidential_is_left(securing):
    for record in records(securing=securing, payload="commit"):
        line = audit.export_line(record, with_salts=False)
        for salt in record.salts.values():
            assert salt.encode() not in line
        result = audit.verify_line(line, BOTH, at_ns=LATER)
        assert result.verified, result.problems
        assert "VALUE_ERASED" in notices(result)


def test_a_line_that_was_altered_fails():
    (record, *_) = records(payload="commit")
    line = json.loads(audit.export_line(record))
    other = {
        "digest": "uEiBQpNMbUFtYzROveLKPGLK-NOg6Z5X4Q0IwVWD80cbFVA",
        "kind": "response",
        "secured": line["secured"].replace("send_email", "send_emall"),
        "salts": {**line["salts"], "argumentsDigest": "uAAECAwQFBgcICQoLDA0ODw"},
        "values": {**line["values"], "argumentsDigest": {"id": 2**70 + 1, "amount": 1.5, "who": "Zoë"}},
    }
    assert audit.verify_line(json.dumps(line), BOTH, at_ns=LATER).verified
    for name, value in other.items():
        result = audit.verify_line(json.dumps({**line, name: value}), BOTH, at_ns=LATER)
        assert not result.verified, name
        assert result.document is None


def test_a_member_that_is_not_ours_is_ignored():
    (record, *_) = records()
    line = json.loads(audit.export_line(record)) | {"note": "seen"}
    assert audit.parse_line(json.dumps(line)) == record


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("digest", "u"),
        ("digest", None),
        ("kind", "refusal"),
        ("kind", ["request"]),
        ("receivedAt", "yesterday"),
        ("receivedAt", 5),
        ("secured", {}),
        ("jws", None),
        ("salts", []),
        ("salts", {"argumentsDigest": "short"}),
        ("salts", {"argumentsDigest": None}),
        ("values", None),
    ],
)
def test_a_member_that_cannot_be(name, value):
    (record, *_) = records()
    line = json.loads(audit.export_line(record)) | {name: value}
    with pytest.raises(ProblemError) as caught:
        audit.parse_line(json.dumps(line))
    assert caught.value.codes == ("INVALID_CREDENTIAL",)
    assert caught.value.problems[0].pointer.startswith(f"/{name}")
    assert codes(audit.verify_line(json.dumps(line), BOTH, at_ns=LATER)) == ["INVALID_CREDENTIAL"]


@pytest.mark.parametrize(
    ("line", "code"),
    [
        (b"", "MALFORMED_JSON"),
        (b"{", "MALFORMED_JSON"),
        (b"\xff", "MALFORMED_JSON"),
        (b"[1]", "UNKNOWN_FORMAT"),
        (b"5", "UNKNOWN_FORMAT"),
        (b'{"digest":1}', "UNKNOWN_FORMAT"),
        (b'{"digest":1,"digest":2}', "DUPLICATE_MEMBER"),
        (b"[" * 100_000, "TOO_DEEP"),
    ],
)
def test_what_is_no_record(line, code):
    with pytest.raises(ProblemError) as caught:
        audit.parse_line(line)
    assert caught.value.codes == (code,)
    assert codes(audit.verify_line(line, BOTH, at_ns=LATER)) == [code]
    assert audit.is_export(line) is False


def test_a_line_has_a_greatest_length():
    (record, *_) = records()
    with pytest.raises(ProblemError) as caught:
        audit.parse_line(audit.export_line(record), limits=Limits(message_bytes=100))
    assert caught.value.codes == ("TOO_LARGE",)


def test_a_credential_is_no_export():
    for record in records():
        assert audit.is_export(record.secured.encode()) is False


@pytest.mark.parametrize(
    "secured", ["", "{}", "{", "a.b.c", '{"credentialSubject":7,"issuer":[]}', "[]", "\x00"]
)
def test_whatever_stands_for_the_credential_is_judged(secured):
    (record, *_) = records()
    line = audit.export_line(replace(record, secured=secured))
    assert audit.verify_line(line, BOTH, at_ns=LATER).verified is False


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


@given(json_values)
def test_nothing_is_raised_for_any_line(value):
    assert audit.verify_line(json.dumps(value), BOTH, at_ns=LATER).verified is False


(SAMPLE, *_) = records(payload="commit")


@given(
    st.sampled_from(["digest", "kind", "receivedAt", "secured", "jws", "salts", "values"]),
    json_values | st.text(),
)
def test_nothing_is_raised_for_any_member(name, value):
    line = json.loads(audit.export_line(SAMPLE)) | {name: value}
    result = audit.verify_line(json.dumps(line), BOTH, at_ns=LATER)
    assert result.verified is not bool(result.problems)


@given(st.dictionaries(st.sampled_from(["argumentsDigest", "resultDigest", "x"]), json_values, max_size=3))
def test_any_value_comes_back(values):
    assert audit.parse_line(audit.export_line(replace(SAMPLE, values=values))).values == values
