"""Related resources and their digests, accept beside reject."""

from __future__ import annotations

import hashlib
import json
from base64 import b64encode, urlsafe_b64encode
from pathlib import Path
from time import process_time

import pytest
from published import SHARED

from signet_vc import resources
from signet_vc.codec.multibase import base58btc_encode, base64url_encode
from signet_vc.credential import related_resource
from signet_vc.credential.published_contexts import published_digest
from signet_vc.errors import Code, UnavailableError

V2 = "https://www.w3.org/ns/credentials/v2"
PICTURE = "https://example.com/picture.png"
BYTES = b"a picture"
INVALID, MISMATCH = "INVALID_CREDENTIAL", "RELATED_RESOURCE_MISMATCH"
# w3c.md: of the bytes that W3C gives out for credentials/v2
V2_SRI = "sha384-l/HrjlBCNWyAX91hr6LFV2Y3heB5Tcr6IeE4/Tje8YyzYBM8IhqjHWiWpr8+ZbYU"
V2_MULTIBASE = "uEiBZlVztZpfWHgPyslVv6-UwirFoQoRvW1htfx963sknNA"
V2_OF_JULY_2024 = "24a18c90e9856d526111f29376e302d970b2bd10182e33959995b0207d7043b9"
INDEX = json.loads((Path(resources.__file__).parents[1] / "contexts" / "index.json").read_bytes())
MULTIHASHES = {
    "sha256": b"\x12\x20",
    "sha384": b"\x20\x30",
    "sha512": b"\x13\x40",
    "sha3_256": b"\x16\x20",
    "sha3_384": b"\x15\x30",
}


def sri(algorithm, data=BYTES):
    return f"{algorithm}-{b64encode(hashlib.new(algorithm, data).digest()).decode()}"


def multihash(algorithm, data=BYTES):
    return MULTIHASHES[algorithm] + hashlib.new(algorithm, data).digest()


def multibase(algorithm, data=BYTES):
    return "u" + base64url_encode(multihash(algorithm, data))


def formed(value):
    return [(str(each.code), each.pointer) for each in related_resource.form_problems(value)]


def found(*listed, load=lambda _: BYTES):
    document = {"relatedResource": list(listed)}
    assert formed(document["relatedResource"]) == []
    return [(str(each.code), each.pointer) for each in related_resource.problems(document, load=load)]


def picture(**members):
    return {"id": PICTURE, **members}


READABLE = [
    {"digestSRI": sri("sha256")},
    {"digestSRI": sri("sha384")},
    {"digestSRI": sri("sha512")},
    {"digestSRI": f"{sri('sha256')} {sri('sha512')}"},
    {"digestSRI": f"  {sri('sha256')}\t{sri('sha384')} "},
    {"digestSRI": [sri("sha256"), sri("sha384")]},
    {"digestSRI": sri("sha256").rstrip("=")},
    {"digestSRI": sri("sha256") + "?ct=image/png"},
    {"digestSRI": "sha512-" + urlsafe_b64encode(hashlib.sha512(BYTES).digest()).decode()},
    *({"digestMultibase": multibase(name)} for name in MULTIHASHES),
    {"digestMultibase": [multibase("sha256"), multibase("sha3_384")]},
    {"digestMultibase": "z" + base58btc_encode(multihash("sha256"))},
    {"digestSRI": sri("sha384"), "digestMultibase": multibase("sha256"), "mediaType": "image/png"},
]


@pytest.mark.parametrize("members", READABLE)
def test_digests_that_are_the_resources(members):
    assert formed(picture(**members)) == formed([picture(**members)]) == []
    assert found(picture(**members)) == []


@pytest.mark.parametrize("members", READABLE)
def test_digests_of_something_else(members):
    name = "digestSRI" if "digestSRI" in members else "digestMultibase"
    other = found(picture(**members), load=lambda _: b"another picture")
    assert (MISMATCH, f"/relatedResource/0/{name}") in other
    if "digestSRI" in members and "digestMultibase" in members:
        assert (MISMATCH, "/relatedResource/0/digestMultibase") in other


def test_the_strongest_hash_counts_and_one_of_its_values():
    good, bad = sri("sha512"), sri("sha512", b"other")
    assert found(picture(digestSRI=f"{sri('sha256', b'other')} {good}")) == []
    assert found(picture(digestSRI=f"{bad} {good}")) == []
    wrong = [(MISMATCH, "/relatedResource/0/digestSRI")]
    assert found(picture(digestSRI=f"{sri('sha256')} {bad}")) == wrong
    assert found(picture(digestSRI=f"{sri('sha384')} {sri('sha512', b'other')}")) == wrong


def test_every_multihash_counts():
    both = [multibase("sha256"), multibase("sha512", b"other")]
    assert found(picture(digestMultibase=both)) == [(MISMATCH, "/relatedResource/0/digestMultibase")]


def test_both_members_count():
    one = picture(digestSRI=sri("sha256"), digestMultibase=multibase("sha256", b"other"))
    other = picture(digestSRI=sri("sha256", b"other"), digestMultibase=multibase("sha256"))
    assert found(one) == [(MISMATCH, "/relatedResource/0/digestMultibase")]
    assert found(other) == [(MISMATCH, "/relatedResource/0/digestSRI")]


@pytest.mark.parametrize(
    ("value", "place"),
    [
        (None, ""),
        ([], ""),
        ("https://example.com/", ""),
        (7, ""),
        ({}, ""),
        ([PICTURE], "/0"),
        ([picture(digestSRI=sri("sha256")), None], "/1"),
        ({"digestSRI": sri("sha256")}, ""),
        (picture(), ""),
        ([picture(digestSRI=sri("sha256")), picture(digestSRI=sri("sha384"))], "/1/id"),
        (picture(digestSRI=sri("sha256"), mediaType=7), "/mediaType"),
        ([picture(digestSRI=sri("sha256"))] * 65, ""),
    ],
)
def test_what_is_no_related_resource(value, place):
    assert (INVALID, f"/relatedResource{place}") in formed(value)


@pytest.mark.parametrize(
    "value",
    [
        None,
        7,
        "",
        " ",
        [],
        {},
        [None],
        "sha256",
        "sha256-",
        "sha1-2jmj7l5rSw0yVb/vlWAYkK/YBwk=",
        "md5-1B2M2Y8AsgTpgAmY7PhCfg==",
        sri("sha256").replace("sha256", "SHA256"),
        sri("sha256").replace("sha256", "sha384"),
        sri("sha256")[:-4],
        sri("sha256") + "=A",
        "sha256-" + "ä" * 43,
        f"{sri('sha256')},{sri('sha384')}",
        f"{sri('sha256')} sha256",
        " ".join([sri("sha256")] * 9),
    ],
)
def test_what_is_no_sri_digest(value):
    assert formed(picture(digestSRI=value)) == [(INVALID, "/relatedResource/digestSRI")]


@pytest.mark.parametrize(
    "value",
    [
        None,
        7,
        "",
        [],
        {},
        [None],
        "u",
        "zz",  # one byte of no known code
        "z",
        "u" + base64url_encode(hashlib.sha256(BYTES).digest()),  # D3: a hash is no multihash
        multibase("sha256")[1:],
        "m" + multibase("sha256")[1:],
        multibase("sha256") + "=",
        multibase("sha256") + "A",
        multibase("sha256")[:-2],
        "u" + base64url_encode(b"\x12\x20" + bytes(31)),
        "u" + base64url_encode(b"\x12\x1f" + bytes(31)),
        "u" + base64url_encode(b"\x12\x1f" + bytes(32)),
        "u" + base64url_encode(b"\x11\x14" + bytes(20)),
        "z" + base58btc_encode(b"\x12\x20" + bytes(33)),
        "z" + "1" * 100_000,
        [multibase("sha256"), "u"],
        [multibase("sha256")] * 9,
    ],
)
def test_what_is_no_multihash(value):
    assert formed(picture(digestMultibase=value)) == [(INVALID, "/relatedResource/digestMultibase")]


# --- bundled contexts -------------------------------------------------------------------------------------


def never(_url):
    raise AssertionError("a bundled context is not loaded")


@pytest.mark.parametrize(
    "members",
    [{"digestSRI": V2_SRI}, {"digestMultibase": V2_MULTIBASE}, {"digestSRI": V2_SRI, "mediaType": "x"}],
)
def test_the_published_digests_of_the_base_context(members):
    assert found({"id": V2, **members}, load=never) == []
    assert found({"id": V2, **members}, load=None) == []


def test_d3_the_digests_of_july_2024_are_of_other_bytes():
    old = bytes.fromhex(V2_OF_JULY_2024)
    listed = {"id": V2, "digestSRI": "sha256-" + b64encode(old).decode()}
    assert found(listed, load=None) == [(MISMATCH, "/relatedResource/0/digestSRI")]
    listed = {"id": V2, "digestMultibase": "u" + base64url_encode(b"\x12\x20" + old)}
    assert found(listed, load=None) == [(MISMATCH, "/relatedResource/0/digestMultibase")]


@pytest.mark.parametrize("identifier", sorted(resources.known_contexts()))
def test_every_bundled_context_has_its_digests(identifier):
    """Those of SHA-256 are the index's; the others of the bytes beside this repository, or of our own."""
    row = INDEX[identifier]
    assert published_digest(identifier, "sha256") == bytes.fromhex(row["publishedSha256"])
    folder = (
        SHARED / "contexts"
        if row["sha256"] != row["publishedSha256"]
        else Path(resources.__file__).parents[1] / "contexts"
    )
    file = folder / row["file"]
    if not file.is_file():
        pytest.skip(f"not here: ../shared/contexts/{row['file']}, contexts of other parties")
    for algorithm, head in MULTIHASHES.items():
        actual = hashlib.new(algorithm, file.read_bytes()).digest()
        assert published_digest(identifier, algorithm) == actual
        listed = {
            "id": identifier,
            "digestMultibase": "u" + base64url_encode(head + actual),
        }
        assert found(listed, load=None) == []
    assert published_digest(identifier, "sha1") is None


def test_no_digest_of_another_context():
    assert published_digest("https://example.com/", "sha256") is None


# --- loading ----------------------------------------------------------------------------------------------


def test_what_is_not_had_is_not_compared():
    listed = picture(digestSRI=sri("sha256", b"other"))
    assert found(listed, load=None) == found(listed, load=lambda _: None) == []
    assert related_resource.problems({}, load=never) == []


def test_what_the_loader_raises_is_the_callers():
    def unavailable(_url):
        raise UnavailableError("down", code=Code.RESOLVER_UNAVAILABLE)

    with pytest.raises(UnavailableError):
        found(picture(digestSRI=sri("sha256")), load=unavailable)


def test_any_object_may_carry_digests():
    annotated = {"id": PICTURE, "type": "Evidence", "digestSRI": sri("sha256")}
    assert related_resource.digest_problems(annotated, "/evidence", BYTES) == []
    assert related_resource.digest_problems({"id": PICTURE}, "/evidence", BYTES) == []
    (other,) = related_resource.digest_problems(annotated, "/evidence", b"other")
    assert (other.code, other.pointer) == (Code.RELATED_RESOURCE_MISMATCH, "/evidence/digestSRI")
    (unreadable,) = related_resource.digest_problems({"digestSRI": 7}, "/evidence", BYTES)
    assert (unreadable.code, unreadable.pointer) == (Code.INVALID_CREDENTIAL, "/evidence/digestSRI")


def test_threat_12_many_or_long_digests_are_refused_quickly():
    start = process_time()
    formed(picture(digestSRI="sha256-" + "A" * 1_000_000))
    formed(picture(digestSRI="sha256-A= " * 100_000))
    formed(picture(digestMultibase=["u" + "A" * 10_000] * 100))
    formed(picture(digestMultibase="u" + "A" * 1_000_000))
    formed([picture(digestSRI=sri("sha256"))] * 20_000)
    assert process_time() - start < 2  # 0.05 s measured
