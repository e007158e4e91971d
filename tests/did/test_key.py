"""did:key: one name for a key, and the document that it has."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from multiformats import multibase, multicodec

from signet_vc.did import key as did_key
from signet_vc.did.error import DidError
from signet_vc.errors import Code
from signet_vc.keys.signing import KEY_TYPES, Key

KEYS = {
    name: Key.from_secret(name, bytes(range(1, row.secret_length + 1))) for name, row in KEY_TYPES.items()
}
each_type = pytest.mark.parametrize("name", KEY_TYPES)
PLAIN = KEYS["Ed25519"].did
IDENTITY = "did:key:z6MkeXATEjyXENzBXBxgC5EHk2JE5aqd7qMGGtDpLUH1e2Sj"


def refused(function, did, **options):
    with pytest.raises(DidError) as caught:
        function(did, **options)
    assert caught.value.codes == (Code.KEY_INVALID,)
    return caught.value.error


@each_type
def test_round_trip(name):
    public_key = KEYS[name].public_key
    did = did_key.from_public_key(public_key)
    assert did == KEYS[name].did
    assert did_key.parse(did) == public_key
    assert did_key.parse(did) is did_key.parse(did)  # kept
    assert did_key.verification_method(public_key) == KEYS[name].verification_method
    assert did_key.verification_key(did, public_key.multibase) == public_key


@settings(deadline=None, max_examples=50)
@given(seed=st.binary(min_size=32, max_size=32))
def test_round_trip_of_any_key(seed):
    public_key = Key.from_secret("Ed25519", seed).public_key
    assert did_key.parse(did_key.from_public_key(public_key)) == public_key


def test_the_examples_of_the_format():
    for first, did in (
        (0, "z6MkehRgf7yJbgaGfYsdoAsKdBPE3dj2CYhowQdcjqSJgvVd"),
        (32, "z6MkhFwXNFWosLeugvSf4wcL9t3uuRXueGSFTRgSvHhWj5G2"),
    ):
        assert Key.from_secret("Ed25519", bytes(range(first, first + 32))).did == f"did:key:{did}"


def test_threat_26_the_identity_point_is_no_key():
    assert refused(did_key.parse, IDENTITY) == "invalidPublicKey"
    assert refused(did_key.document, IDENTITY) == "invalidPublicKey"


@pytest.mark.parametrize(
    "alias",
    [
        PLAIN.replace("did:key:", "did:key:1:"),
        PLAIN + "#" + PLAIN[8:],
        PLAIN + "?a=b",
        PLAIN + "/a",
        PLAIN + " ",
        PLAIN + "\n",
        " " + PLAIN,
        PLAIN.replace("did:key:z", "did:key:z1"),
        PLAIN.replace("did:", "DID:"),
        PLAIN.replace(":key:", ":KEY:"),
        PLAIN.upper(),
        PLAIN.replace(":z", ":Z"),
        PLAIN.replace(":z", "%3Az"),
        PLAIN.replace(":z", ":%7A"),
        PLAIN[:-1],
        PLAIN + "1",
        "did:key:",
        "did:key",
        "did:",
        "",
        "z" + PLAIN[9:],
        "did:key:" + multibase.encode(multicodec.wrap("ed25519-pub", bytes(range(32))), "base64url"),
        "did:key:" + multibase.encode(b"\xed\x81\x00" + KEYS["Ed25519"].public_key.raw, "base58btc"),
        "did:key:" + multibase.encode(multicodec.wrap("x25519-pub", bytes(32)), "base58btc"),
        "did:web:example.com",
        "did:key:z" + "2" * 1_000_000,
    ],
)
def test_threat_51_no_other_spelling_names_the_key(alias):
    refused(did_key.parse, alias)


@settings(deadline=None, max_examples=300)
@given(text=st.text(max_size=60) | st.text("z6Mk:123abc", max_size=60).map("did:key:".__add__))
def test_threat_51_what_parses_is_its_only_name(text):
    with contextlib.suppress(DidError):
        assert did_key.from_public_key(did_key.parse(text)) == text


def test_threat_51_reencoding_holds_even_if_a_decoder_were_lenient(monkeypatch):
    lenient = did_key.multicodec.decode
    monkeypatch.setattr(did_key.multicodec, "decode", lambda text: lenient(text.rstrip()))
    assert did_key.document(PLAIN)
    assert refused(did_key.document, PLAIN + " ") == "invalidDid"


@pytest.mark.parametrize("value", [None, 1, [], {}, PLAIN.encode()])
def test_what_is_no_string_is_refused(value):
    assert refused(did_key.parse, value) == "invalidDid"
    assert refused(did_key.document, value) == "invalidDid"


def test_another_key_s_fragment_is_none():
    assert did_key.verification_key(PLAIN, KEYS["P-256"].public_key.multibase) is None
    assert did_key.verification_key(PLAIN, "") is None


@each_type
@pytest.mark.parametrize("public_key_format", ["Multikey", "JsonWebKey"])
def test_a_document_may_have_a_name_with_the_version(name, public_key_format):
    plain = KEYS[name].did
    versioned = plain.replace("did:key:", "did:key:1:")
    document = did_key.document(versioned, public_key_format=public_key_format)
    assert document["id"] == versioned
    assert str(document) == str(did_key.document(plain, public_key_format=public_key_format)).replace(
        plain, versioned
    )


@pytest.mark.parametrize("version", ["0", "2", "-1", "01", "1.1", "+1", "1 ", "", "one", "1:1"])
def test_other_versions_have_no_document(version):
    assert refused(did_key.document, f"did:key:{version}:{PLAIN[8:]}") == "invalidDid"


OLDER = "https://w3id.org/security/suites/"


def test_the_older_formats_of_the_draft():
    jwk = did_key.document(PLAIN, public_key_format="JsonWebKey", enable_encryption_key_derivation=True)
    jwk_2020 = did_key.document(
        PLAIN, public_key_format="JsonWebKey2020", enable_encryption_key_derivation=True
    )
    assert jwk_2020["@context"] == ["https://www.w3.org/ns/did/v1", OLDER + "jws-2020/v1"]
    assert [{**each, "type": "JsonWebKey"} for each in jwk_2020["verificationMethod"]] == jwk[
        "verificationMethod"
    ]
    multikey = did_key.document(PLAIN, enable_encryption_key_derivation=True)
    older = did_key.document(
        PLAIN, public_key_format="Ed25519VerificationKey2020", enable_encryption_key_derivation=True
    )
    assert older["@context"] == [
        "https://www.w3.org/ns/did/v1",
        OLDER + "ed25519-2020/v1",
        OLDER + "x25519-2020/v1",
    ]
    types = [each["type"] for each in older["verificationMethod"]]
    assert types == ["Ed25519VerificationKey2020", "X25519KeyAgreementKey2020"]
    assert [{**each, "type": "Multikey"} for each in older["verificationMethod"]] == multikey[
        "verificationMethod"
    ]
    assert older["keyAgreement"] == multikey["keyAgreement"]
    alone = did_key.document(PLAIN, public_key_format="Ed25519VerificationKey2020")
    assert alone["@context"] == ["https://www.w3.org/ns/did/v1", OLDER + "ed25519-2020/v1"]


@pytest.mark.parametrize(
    ("did", "options", "error"),
    [
        (KEYS["P-256"].did, {"public_key_format": "Ed25519VerificationKey2020"}, "invalidPublicKeyType"),
        (PLAIN, {"public_key_format": "X25519KeyAgreementKey2020"}, "invalidPublicKeyType"),
        (PLAIN, {"public_key_format": "X25519KeyAgreementKey2019"}, "invalidPublicKeyType"),
        (
            PLAIN,
            {"public_key_format": "Ed25519VerificationKey2018", "enable_experimental_public_key_types": True},
            "unsupportedPublicKeyType",
        ),
    ],
)
def test_formats_that_have_no_document(did, options, error):
    assert refused(did_key.document, did, **options) == error


@pytest.mark.parametrize("name", ["P-256", "P-384"])
def test_nist_keys_derive_no_agreement_key(name):
    did = KEYS[name].did
    assert did_key.document(did, enable_encryption_key_derivation=True) == did_key.document(did)


def test_documents_are_fresh():
    first, second = did_key.document(PLAIN), did_key.document(PLAIN)
    first["verificationMethod"][0]["controller"] = "did:key:other"
    first["assertionMethod"].clear()
    assert second == did_key.document(PLAIN)
    assert first["authentication"]
