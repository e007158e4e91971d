"""Status lists that answer another question than was asked, or none: never an all-clear."""

from __future__ import annotations

import zlib
from typing import Any

import pytest
from identities import AGENT, SERVER, STRANGER, alumni_credential

from signet_vc import Policy, sign, verify
from signet_vc.codec import strict_json
from signet_vc.codec.multibase import base64url_encode
from signet_vc.credential import bitstring_status
from signet_vc.errors import Code, Problem, ProblemError, UnavailableError
from signet_vc.keys.signing import Key

REVOKED = 94_567
URL = "https://example.com/status/3"


def list_credential(
    url: str = URL, *, revoked: tuple[int, ...] = (REVOKED,), **options: Any
) -> dict[str, Any]:
    bits = bitstring_status.new_list()
    for index in revoked:
        bitstring_status.set(bits, index, 1)
    made = {"purposes": "revocation", "encoded": bitstring_status.encode(bits), **options}
    return bitstring_status.list_credential(id=url, issuer=AGENT.did, **made)


def bomb_data() -> bytes:
    """64 MiB of zeros in gzip, four times the limit."""
    deflate = zlib.compressobj(9, zlib.DEFLATED, 31)
    mebibyte = deflate.compress(bytes(1 << 20)) + deflate.flush(zlib.Z_FULL_FLUSH)
    rest = deflate.compress(bytes(1 << 20)) + deflate.flush(zlib.Z_FULL_FLUSH)
    return mebibyte + rest * 63


def problems(listed: dict[str, Any], **members: Any) -> list[Problem]:
    entry = {**bitstring_status.entry(list_url=URL, index=REVOKED), **members}
    credential = alumni_credential(AGENT.did, credentialStatus=entry)
    found, notices = bitstring_status.check(credential, fetch=lambda _: listed)
    assert notices == []
    return found


def codes(listed: dict[str, Any], **members: Any) -> list[str]:
    return [str(each.code) for each in problems(listed, **members)]


def test_threat_52_the_entry_is_revoked() -> None:
    """So each list below hides that, or shows something else in its place."""
    assert codes(list_credential()) == ["STATUS_REVOKED"]


def test_threat_52_a_list_for_another_purpose_is_no_answer() -> None:
    suspensions = list_credential(revoked=(), purposes="suspension")
    assert codes(suspensions) == ["STATUS_LIST_INVALID"]


def test_threat_52_a_list_of_the_same_issuer_from_another_place_is_no_answer() -> None:
    other = list_credential("https://example.com/status/4", revoked=())
    assert codes(other) == ["STATUS_LIST_INVALID"]


def test_threat_52_an_older_edition_of_the_list_is_no_answer_once_it_has_run_out() -> None:
    old = list_credential(revoked=(), valid_until="2026-03-29T12:00:00Z")
    entry = bitstring_status.entry(list_url=URL, index=REVOKED)
    credential = alumni_credential(AGENT.did, credentialStatus=entry)
    day = 86_400_000_000_000
    then = 1_774_785_600_000_000_000  # that noon
    for at, expected in ((then, []), (then + day, ["STATUS_LIST_INVALID"])):
        found, _ = bitstring_status.check(credential, fetch=lambda _: old, at_ns=at)
        assert [str(each.code) for each in found] == expected


@pytest.mark.parametrize("index", ["131072", "1048576", "340282366920938463463374607431768211456"])
def test_threat_52_an_index_past_the_end_is_no_zero(index: str) -> None:
    assert codes(list_credential(), statusListIndex=index) == ["STATUS_INDEX_OUT_OF_RANGE"]


@pytest.mark.parametrize("index", ["-1", "-36505", "094567", "94567.0", " 94567", "0x17167"])
def test_threat_52_an_index_that_some_read_as_another_is_refused(index: str) -> None:
    assert codes(list_credential(), statusListIndex=index) == ["INVALID_CREDENTIAL"]


def test_threat_52_an_entry_of_another_size_does_not_shift_what_is_read() -> None:
    two = [{"status": f"0x{value}", "message": "ok"} for value in range(4)]
    assert codes(list_credential(), statusSize=2, statusMessage=two) == ["STATUS_LIST_TOO_SHORT"]


def test_threat_52_a_short_list_that_singles_out_its_readers_is_refused() -> None:
    short = list_credential(encoded=bitstring_status.encode(bytes(16)))
    assert codes(short) == ["STATUS_LIST_TOO_SHORT"]


def test_threat_52_a_compression_bomb_is_refused_within_the_limit() -> None:
    packed = bomb_data()
    bomb = list_credential()
    bomb["credentialSubject"]["encodedList"] = "u" + base64url_encode(packed)
    assert len(packed) < 100_000
    assert codes(bomb) == ["TOO_LARGE"]


def test_threat_52_many_entries_do_not_expand_many_bombs() -> None:
    encoded = "u" + base64url_encode(bomb_data())
    asked: list[str] = []

    def fetch(url: str) -> dict[str, Any]:
        asked.append(url)
        bomb = list_credential(url)
        bomb["credentialSubject"]["encodedList"] = encoded
        return bomb

    entries = [
        bitstring_status.entry(list_url=f"https://example.com/{number}", index=0) for number in range(1_000)
    ]
    credential = alumni_credential(AGENT.did, credentialStatus=entries)
    found, _ = bitstring_status.check(credential, fetch=fetch)
    assert {str(each.code) for each in found} == {"TOO_LARGE"}
    assert (len(found), len(asked)) == (50, 8)


# --- through the whole verification, with real signatures ------------------------------------------------


class Published:
    """What stands at the address: a Loader."""

    def __init__(self, content: Any) -> None:
        self._content = content

    def load(self, url: str) -> bytes:
        assert url == URL
        if isinstance(self._content, Exception):
            raise self._content
        return self._content if isinstance(self._content, bytes) else strict_json.dumps(self._content)


def judged(content: Any, *, index: int = REVOKED) -> list[str]:
    """The codes of the problems of a credential that points to the list; AGENT and SERVER are trusted."""
    entry = bitstring_status.entry(list_url=URL, index=index)
    credential = sign(alumni_credential(AGENT.did, credentialStatus=entry), AGENT)
    policy = Policy(allowed_signers=[AGENT.did, SERVER.did], loader=Published(content))
    return [str(each.code) for each in verify(credential, policy).problems]


def signed_list(key: Key = AGENT, **options: Any) -> dict[str, Any]:
    return sign({**list_credential(**options), "issuer": key.did}, key)


def test_threat_52_a_list_is_taken_from_whom_the_verifier_trusts_and_is_verified() -> None:
    """Who issues the list need not be who issued the credential (§2.2)."""
    for key in (AGENT, SERVER):
        assert judged(signed_list(key)) == ["STATUS_REVOKED"]
        assert judged(signed_list(key), index=REVOKED + 1) == []


def test_threat_52_a_list_that_somebody_else_made_is_no_answer() -> None:
    assert judged(signed_list(STRANGER, revoked=())) == ["STATUS_LIST_INVALID"]


def test_threat_52_a_list_that_was_changed_or_never_signed_is_no_answer() -> None:
    clear = list_credential(revoked=())
    changed = signed_list()
    changed["credentialSubject"] = clear["credentialSubject"]
    assert judged(changed) == ["STATUS_LIST_INVALID"]
    assert judged(clear) == ["STATUS_LIST_INVALID"]
    for content in (b"", b"{}", b"[]", b"<html>", b"\xff"):
        assert judged(content) == ["STATUS_LIST_INVALID"]


def test_threat_52_another_list_of_the_issuer_and_a_credential_that_is_none_are_no_answer() -> None:
    assert judged(signed_list(url="https://example.com/status/4", revoked=())) == ["STATUS_LIST_INVALID"]
    assert judged(signed_list(purposes="suspension", revoked=())) == ["STATUS_LIST_INVALID"]
    assert judged(signed_list(revoked=(), valid_until="2024-01-01T00:00:00Z")) == ["STATUS_LIST_INVALID"]
    assert judged(sign(alumni_credential(AGENT.did), AGENT)) == ["INVALID_CREDENTIAL"]


@pytest.mark.parametrize(
    "error",
    [
        UnavailableError("no answer", code=Code.RESOLVER_UNAVAILABLE),
        ProblemError.of(Code.FETCH_REFUSED, "a private address"),
    ],
    ids=str,
)
def test_threat_52_a_list_that_cannot_be_had_is_no_answer(error: Exception) -> None:
    assert judged(error) == ["STATUS_UNAVAILABLE"]
