"""Envelopes in data: URLs: each media type, and every way to get one wrong."""

from __future__ import annotations

from time import process_time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from signet_vc.credential.enveloped import MEDIA_TYPES, Enveloped, is_enveloped, unwrap, wrap
from signet_vc.errors import ProblemError, UsageError

V2 = "https://www.w3.org/ns/credentials/v2"
EXAMPLES_V2 = "https://www.w3.org/ns/credentials/examples/v2"
VC, VP = "EnvelopedVerifiableCredential", "EnvelopedVerifiablePresentation"
CODES = {VC: "INVALID_CREDENTIAL", VP: "INVALID_PRESENTATION"}
CONTENT = {
    "jwt": "eyJhbGciOiJFUzI1NiJ9.e30.AAAA",
    "sd-jwt": "eyJhbGciOiJFUzI1NiJ9.e30.AAAA~WyJzIiwiYSIsMV0~",
    "cose": b"\xd2\x84\xfb\xff\x00",
}


def enveloped(**members):
    """An envelope with these members; ... takes one out."""
    whole = {"@context": V2, "id": "data:application/vc+jwt,a.b.c", "type": VC, **members}
    return {name: value for name, value in whole.items() if value is not ...}


def refused(document):
    with pytest.raises(ProblemError) as caught:
        unwrap(document)
    (problem,) = caught.value.problems
    return str(problem.code), problem.pointer


@pytest.mark.parametrize("media_type", MEDIA_TYPES)
def test_each_media_type_goes_through(media_type):
    content = CONTENT[media_type.partition("+")[2]]
    document = wrap(media_type, content)
    assert document["@context"] == V2
    assert document["type"] == (VC if "/vc+" in media_type else VP)
    assert document["id"].startswith(
        f"data:{media_type};base64," if "cose" in media_type else f"data:{media_type},"
    )
    assert is_enveloped(document)
    assert unwrap(document) == Enveloped(media_type, content)


@pytest.mark.parametrize("document", [{}, {"type": "VerifiableCredential"}, {"type": 7}, {"type": []}])
def test_what_does_not_say_that_it_is_one(document):
    assert unwrap(document) is None
    assert not is_enveloped(document)


@pytest.mark.parametrize("context", [V2, [V2], [V2, EXAMPLES_V2]])
def test_contexts(context):
    assert unwrap(enveloped(**{"@context": context})) == Enveloped("application/vc+jwt", "a.b.c")


@pytest.mark.parametrize(
    ("context", "found"),
    [
        (..., ("INVALID_CREDENTIAL", "/@context")),
        (None, ("INVALID_CREDENTIAL", "/@context")),
        ([], ("INVALID_CREDENTIAL", "/@context")),
        (EXAMPLES_V2, ("INVALID_CREDENTIAL", "/@context")),
        ([EXAMPLES_V2], ("INVALID_CREDENTIAL", "/@context")),
        ([EXAMPLES_V2, V2], ("INVALID_CREDENTIAL", "/@context")),
        ("https://www.w3.org/2018/credentials/v1", ("INVALID_CREDENTIAL", "/@context")),
        ([V2, "https://example.com/x"], ("UNKNOWN_CONTEXT", "/@context/1")),
        ([V2, {"id": "ex:other"}], ("UNKNOWN_CONTEXT", "/@context/1")),
    ],
)
def test_other_contexts(context, found):
    assert refused(enveloped(**{"@context": context})) == found


@pytest.mark.parametrize("kind", [VC, VP])
def test_the_type_stands_alone(kind):
    document = wrap(f"application/{'vc' if kind == VC else 'vp'}+jwt", "a.b.c")
    assert unwrap({**document, "type": [kind]}) == unwrap(document)
    assert refused({**document, "type": [kind, "Other"]}) == (CODES[kind], "/type")
    assert refused({**document, "type": [kind, kind]}) == (CODES[kind], "/type")
    assert refused({**document, "type": [kind, 7]}) == (CODES[kind], "/type")


@pytest.mark.parametrize(
    "url",
    [
        "data:application/vc+jwt,a.b.c",
        "DATA:Application/VC+JWT,a.b.c",
        "data:application/vc+jwt,%61.b%2Ec",
        "data:application/vc+jwt;base64,YS5iLmM=",
        "data:application/vc+jwt;BASE64,YS5iLmM",
        "data:application/vc+jwt;base64,YS5iLmM%3D",
    ],
)
def test_spellings_of_a_token(url):
    assert unwrap(enveloped(id=url)) == Enveloped("application/vc+jwt", "a.b.c")


@pytest.mark.parametrize("url", ["0oT7/wA=", "0oT7/wA", "0oT7%2FwA%3d"])
def test_spellings_of_cose(url):
    document = enveloped(id=f"data:application/vc+cose;base64,{url}")
    assert unwrap(document) == Enveloped("application/vc+cose", CONTENT["cose"])


@pytest.mark.parametrize(
    "url",
    [
        ...,
        None,
        7,
        [],
        {},
        "",
        "data:",
        "data:,a.b.c",
        "data:a.b.c",
        "a.b.c",
        "https://example.com/a.b.c",
        "application/vc+jwt,a.b.c",
        "data:text/plain,a.b.c",
        "data:application/jwt,a.b.c",
        "data:application/vc,a.b.c",
        "data:application/vc+ld+json+jwt,a.b.c",
        "data:application/vp+jwt,a.b.c",
        "data:application/vc+jwt;a.b.c",
        "data:application/vc+jwt;charset=utf-8,a.b.c",
        "data:application/vc+jwt; base64,YS5iLmM=",
        "data:application/vc+jwt,",
        "data:application/vc+jwt,a b",
        "data:application/vc+jwt,a%20b",
        "data:application/vc+jwt,a.b.%",
        "data:application/vc+jwt,a.b.%4",
        "data:application/vc+jwt,a.b.%zz",
        "data:application/vc+jwt,ä.b.c",
        "data:application/vc+jwt,\ud800",
        "data:application/vc+jwt;base64,YS5iLmN=",
        "data:application/vc+jwt;base64,YS5iLmM==",
        "data:application/vc+jwt;base64,w6Q=",
        "data:application/vc+cose,%D2%84",
        "data:application/vc+cose;base64,",
        "data:application/vc+cose;base64,0oT7_wA",
        "data:application/vc+cose;base64,d284fbff00!",
        "data:application/vc+cose;base64,0oT7/wA===",
        "data:application/vc+cose;base64,0",
        "data:application/vc+cose;base64,0oT7/w A",
    ],
)
def test_other_addresses(url):
    assert refused(enveloped(id=url)) == ("INVALID_CREDENTIAL", "/id")
    if isinstance(url, str) and "vc+" in url:
        other = enveloped(id=url.replace("vc+", "vp+"), type=VP)
        assert refused(other) == ("INVALID_PRESENTATION", "/id")


@pytest.mark.parametrize(
    ("media_type", "content"),
    [
        ("text/plain", "a"),
        ("vc+jwt", "a.b.c"),
        ("application/vc+jwt", b"a.b.c"),
        ("application/vc+jwt", ""),
        ("application/vc+jwt", "a b"),
        ("application/vc+jwt", "a%20"),
        ("application/vc+jwt", "ä"),
        ("application/vc+cose", "a"),
    ],
)
def test_what_cannot_be_wrapped(media_type, content):
    with pytest.raises(UsageError):
        wrap(media_type, content)


@given(st.binary(min_size=1), st.sampled_from(["application/vc+cose", "application/vp+cose"]))
def test_any_bytes_come_back(content, media_type):
    assert unwrap(wrap(media_type, content)) == Enveloped(media_type, content)


@given(st.text() | st.from_regex(r"data:(application/v[cp]\+(jwt|sd-jwt|cose)|[a-z/]*)(;base64)?,[ -~]*"))
def test_any_text_is_taken_or_refused(url):
    try:
        found = unwrap(enveloped(id=url))
    except ProblemError:  # never another
        assert refused(enveloped(id=url)) == ("INVALID_CREDENTIAL", "/id")
    else:
        assert found is not None
        assert MEDIA_TYPES[found.media_type].type == VC


def test_threat_12_a_megabyte_is_read_quickly():
    start = process_time()
    for data in ("%41" * 350_000, "A" * 1_000_000, "%" * 1_000_000):
        for head in ("application/vc+jwt,", "application/vc+cose;base64,"):
            try:
                unwrap(enveloped(id=f"data:{head}{data}"))
            except ProblemError:
                continue
    assert process_time() - start < 6  # 0.4 s measured for all six
