"""DID resolution and dereferencing: every answer in each of its spellings."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from signet_vc.did import jwk as did_jwk
from signet_vc.did import key as did_key
from signet_vc.did.error import DidError
from signet_vc.did.resolution import Options, document, resolve
from signet_vc.did.resolution_result import Form, negotiate
from signet_vc.did.resolver import MethodNotSupportedError
from signet_vc.errors import Code, ProblemError, UnavailableError
from signet_vc.external import NotFoundError
from signet_vc.keys.signing import Key

KEY = Key.from_secret("Ed25519", bytes(range(32)))
DID = KEY.did
NAME = KEY.verification_method
JWK_DID = did_jwk.from_public_key(KEY.public_key)
WEB = "did:web:example.com"

SUITE = 'application/ld+json;profile="https://w3id.org/did-resolution"'
RESOLUTION = "application/did-resolution"
DEREFERENCING = "application/did-url-dereferencing"
TYPES = "https://www.w3.org/ns/did#"


class Fixed:
    def __init__(self, answer):
        self.answer = answer

    def resolve(self, did):
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


def draft(did_url, error, status, *, resolver=None, **options):
    """The did:key draft's answer of a failure: its name, and the metadata where it stands."""
    place = "didDereferencingMetadata" if any(each in did_url for each in "/?#") else "didResolutionMetadata"
    answer = resolve(did_url, {"accept": SUITE, **options}, resolver=resolver)
    assert answer == (
        status,
        {
            "@context": "https://w3id.org/did-resolution/v1",
            "didDocument": {},
            "didDocumentMetadata": {},
            place: {"error": error},
        },
        SUITE,
    )


def recommended(did_url, error, status, *, resolver=None, accept=RESOLUTION, types=TYPES, **options):
    """DID Resolution 1.0's answer of a failure."""
    answer = resolve(did_url, {"accept": accept, **options}, resolver=resolver)
    metadata = "didResolutionMetadata" if accept == RESOLUTION else "dereferencingMetadata"
    problem = answer.result[metadata]["error"]
    assert (answer.status, problem["type"], answer.content_type) == (status, types + error, accept)
    assert problem["status"] == status
    content = "didDocument" if accept == RESOLUTION else "contentStream"
    assert answer.result[content] is None
    assert len(answer.result) == 3


# --- success ---


@pytest.mark.parametrize("accept", [SUITE, "", "*/*", "text/html, */*;q=0.1", "application/ld+json"])
def test_a_document_as_the_did_key_suite_wants_it(accept):
    answer = resolve(DID, {"accept": accept})
    assert answer == (
        200,
        {
            "@context": "https://w3id.org/did-resolution/v1",
            "didDocument": did_key.document(DID),
            "didDocumentMetadata": {},
            "didResolutionMetadata": {"contentType": "application/did+ld+json"},
        },
        SUITE,
    )
    assert resolve(DID) == answer


def test_a_document_as_did_resolution_has_it():
    result = {
        "didDocument": did_key.document(DID),
        "didResolutionMetadata": {"contentType": "application/did+ld+json"},
        "didDocumentMetadata": {},
    }
    assert resolve(DID, {"accept": RESOLUTION}) == (200, result, RESOLUTION)


@pytest.mark.parametrize("media_type", ["application/did", "application/did+json", "application/did+ld+json"])
def test_a_document_alone(media_type):
    assert resolve(DID, {"accept": media_type}) == (200, did_key.document(DID), media_type)


@pytest.mark.parametrize("did", [DID, "did:key:1:" + DID[8:], JWK_DID])
def test_methods_whose_dids_hold_their_key(did):
    answer = resolve(did)
    assert answer.status == 200
    assert answer.result["didDocument"]["id"] == did
    assert document(did) == answer.result["didDocument"]


def test_the_options_of_did_key_as_a_query_has_them():
    answer = resolve(
        DID,
        {
            "publicKeyFormat": "JsonWebKey",
            "enableEncryptionKeyDerivation": "true",
            "enableExperimentalPublicKeyTypes": "false",
            "anything": "else",
        },
    )
    expected = did_key.document(DID, public_key_format="JsonWebKey", enable_encryption_key_derivation=True)
    assert answer.result["didDocument"] == expected
    options = Options(public_key_format="JsonWebKey", enable_encryption_key_derivation=True)
    assert document(DID, options) == expected


@pytest.mark.parametrize("accept", [SUITE, DEREFERENCING, "application/did+json"])
@pytest.mark.parametrize("derived", [False, True])
def test_a_fragment_gives_the_method(accept, derived):
    whole = did_key.document(DID, enable_encryption_key_derivation=True)
    method = whole["verificationMethod"][derived]
    answer = resolve(method["id"], {"accept": accept, "enableEncryptionKeyDerivation": True})
    expected = {"@context": whole["@context"], **method}
    assert (answer.status, answer.content_type) == (200, accept)
    if accept == SUITE:
        assert answer.result["didDocument"] == expected
        assert answer.result["didDocument"]["controller"] == DID
        assert answer.result["didDereferencingMetadata"] == {"contentType": "application/did+ld+json"}
    elif accept == DEREFERENCING:
        assert answer.result == {
            "dereferencingMetadata": {"contentType": "application/did+ld+json"},
            "contentStream": expected,
            "contentMetadata": {},
        }
    else:
        assert answer.result == expected


def test_a_did_is_a_did_url_too():
    answer = resolve(DID, {"accept": DEREFERENCING})
    assert answer.result["contentStream"] == did_key.document(DID)
    assert resolve(DID + "?", {"accept": DEREFERENCING}).result["contentStream"] == did_key.document(DID)


RELATIVE = {
    "id": WEB,
    "verificationMethod": [
        {
            "id": "#key-1",
            "type": "Multikey",
            "controller": WEB,
            "publicKeyMultibase": KEY.public_key.multibase,
        }
    ],
    "assertionMethod": ["#key-1", "did:web:other.example#key-9"],
    "authentication": [{"id": "#key-2", "type": "Multikey", "controller": WEB, "publicKeyMultibase": "z"}],
    "service": [
        {"id": "#files", "type": "S", "serviceEndpoint": "https://example.com/"},
        {"type": "T", "serviceEndpoint": {}},
    ],
}


def test_relative_names_are_written_in_full_where_that_is_asked_for():
    resolver = Fixed(RELATIVE)
    assert resolve(WEB, resolver=resolver).result["didDocument"] == RELATIVE
    for value in (True, "true"):
        full = resolve(WEB, {"expandRelativeUrls": value}, resolver=resolver).result["didDocument"]
        assert full["verificationMethod"][0]["id"] == f"{WEB}#key-1"
        assert full["assertionMethod"] == [f"{WEB}#key-1", "did:web:other.example#key-9"]
        assert full["authentication"][0]["id"] == f"{WEB}#key-2"
        assert full["service"][0]["id"] == f"{WEB}#files"
        assert full["service"][1] == RELATIVE["service"][1]
    assert RELATIVE["assertionMethod"][0] == "#key-1"


def test_a_fragment_names_methods_embedded_or_not_and_services():
    resolver = Fixed(RELATIVE)
    for fragment, type_ in (("key-1", "Multikey"), ("key-2", "Multikey"), ("files", "S")):
        found = resolve(f"{WEB}#{fragment}", resolver=resolver).result["didDocument"]
        assert (found["id"], found["type"]) == (f"{WEB}#{fragment}", type_)
    draft(f"{WEB}#key-3", "notFound", 404, resolver=resolver)
    twice = {**RELATIVE, "keyAgreement": RELATIVE["verificationMethod"]}
    draft(f"{WEB}#key-1", "notFound", 404, resolver=Fixed(twice))


def test_a_method_has_to_serve_the_relationship_that_is_asked_for():
    resolver = Fixed(RELATIVE)
    served = resolve(f"{WEB}#key-1", {"verificationRelationship": "assertionMethod"}, resolver=resolver)
    assert served.result["didDocument"]["id"] == f"{WEB}#key-1"
    for relationship in ("authentication", "keyAgreement", "verificationMethod", "id", ""):
        draft(
            f"{WEB}#key-1",
            "invalidRelationshipForVerificationMethod",
            500,
            resolver=resolver,
            verificationRelationship=relationship,
        )
    recommended(
        f"{WEB}#files",
        "INVALID_VERIFICATION_METHOD",
        500,
        accept=DEREFERENCING,
        types="https://w3id.org/security#",
        resolver=resolver,
        verificationRelationship="assertionMethod",
    )


# --- failure ---


@pytest.mark.parametrize(
    ("did", "name", "error", "status"),
    [
        ("notDid:key:" + DID[8:], "invalidDid", "INVALID_DID", 400),
        ("did:key:-4:" + DID[8:], "invalidDid", "INVALID_DID", 400),
        ("did:key:" + DID[9:], "invalidDid", "INVALID_DID", 400),
        ("did:key:@", "invalidDid", "INVALID_DID", 400),
        ("did:key:", "invalidDid", "INVALID_DID", 400),
        ("did:KEY:" + DID[8:], "invalidDid", "INVALID_DID", 400),
        ("did:jwk:e30", "unsupportedPublicKeyType", "FEATURE_NOT_SUPPORTED", 501),
        ("did:jwk:x", "invalidDid", "INVALID_DID", 400),
        ("", "invalidDid", "INVALID_DID", 400),
        (" " + DID, "invalidDid", "INVALID_DID", 400),
        ("did:key:z" + "2" * 1_000_000, "invalidDid", "INVALID_DID", 400),
        ("did:experimental:" + DID[8:], "methodNotSupported", "METHOD_NOT_SUPPORTED", 501),
        (WEB, "methodNotSupported", "METHOD_NOT_SUPPORTED", 501),
        ("did:key:zTjsVPtY", "invalidPublicKeyLength", "INVALID_DID", 400),
        ("did:key:z6MkeXATEjyXENzBXBxgC5EHk2JE5aqd7qMGGtDpLUH1e2Sj", "invalidPublicKey", "INVALID_DID", 400),
    ],
)
def test_what_is_no_did_that_resolves(did, name, error, status):
    draft(did, name, status)
    recommended(did, error, status)
    recommended(did, error, status, accept=DEREFERENCING)


@pytest.mark.parametrize(
    "did_url",
    [
        f"{DID}/^bar^/?query=`#{DID[8:]}",  # the suite's
        f"{DID}#a#b",
        f"{DID}#%zz",
        f"{DID}?a b",
        f"notDid:key:{DID[8:]}#x",
        "#x",
        "/",
        f"{DID}#" + "x" * 5000,
    ],
)
def test_what_is_no_did_url(did_url):
    draft(did_url, "invalidDidUrl", 400)
    recommended(did_url, "INVALID_DID_URL", 400, accept=DEREFERENCING)
    recommended(did_url, "INVALID_DID_URL", 400)


@pytest.mark.parametrize(
    ("did_url", "name", "error", "status"),
    [
        (f"{DID}#", "notFound", "NOT_FOUND", 404),
        (f"{DID}#x", "notFound", "NOT_FOUND", 404),
        (f"{DID}/path", "notFound", "NOT_FOUND", 404),
        (f"{DID}/path#{DID[8:]}", "notFound", "NOT_FOUND", 404),
        (f"{DID}?query", "notFound", "NOT_FOUND", 404),
        (f"{DID}?a=b&service=files", "featureNotSupported", "FEATURE_NOT_SUPPORTED", 501),
        (f"{DID}?versionId=1#{DID[8:]}", "featureNotSupported", "FEATURE_NOT_SUPPORTED", 501),
        (f"did:example:1#{DID[8:]}", "methodNotSupported", "METHOD_NOT_SUPPORTED", 501),
        (f"did:key:z#{DID[8:]}", "invalidDid", "INVALID_DID", 400),
    ],
)
def test_did_urls_under_which_there_is_nothing(did_url, name, error, status):
    draft(did_url, name, status)
    recommended(did_url, error, status, accept=DEREFERENCING)


def test_a_did_url_is_not_resolved():
    recommended(NAME, "INVALID_DID", 400)


@pytest.mark.parametrize(
    ("options", "name", "error", "status"),
    [
        ({"publicKeyFormat": "unknown"}, "unsupportedPublicKeyType", "FEATURE_NOT_SUPPORTED", 501),
        (
            {"publicKeyFormat": "Ed25519VerificationKey2018", "enableExperimentalPublicKeyTypes": "false"},
            "invalidPublicKeyType",
            "INVALID_OPTIONS",
            400,
        ),
        ({"publicKeyFormat": "Ed25519VerificationKey2018"}, "invalidPublicKeyType", "INVALID_OPTIONS", 400),
        (
            {"publicKeyFormat": "Ed25519VerificationKey2018", "enableExperimentalPublicKeyTypes": "true"},
            "unsupportedPublicKeyType",
            "FEATURE_NOT_SUPPORTED",
            501,
        ),
        ({"publicKeyFormat": ["Multikey"]}, "invalidOptions", "INVALID_OPTIONS", 400),
        ({"enableEncryptionKeyDerivation": "yes"}, "invalidOptions", "INVALID_OPTIONS", 400),
        ({"enableEncryptionKeyDerivation": 1}, "invalidOptions", "INVALID_OPTIONS", 400),
        ({"expandRelativeUrls": []}, "invalidOptions", "INVALID_OPTIONS", 400),
        ({"noCache": "x"}, "invalidOptions", "INVALID_OPTIONS", 400),
        ({"noCache": "true"}, "featureNotSupported", "FEATURE_NOT_SUPPORTED", 501),
        ({"versionId": "1"}, "featureNotSupported", "FEATURE_NOT_SUPPORTED", 501),
        ({"versionTime": "2026-01-01T00:00:00Z"}, "featureNotSupported", "FEATURE_NOT_SUPPORTED", 501),
    ],
)
def test_options_that_are_not_taken(options, name, error, status):
    draft(DID, name, status, **options)
    draft(NAME, name, status, **options)
    recommended(DID, error, status, **options)
    recommended(NAME, error, status, accept=DEREFERENCING, **options)


def test_an_option_that_nobody_knows_is_refused_where_did_resolution_is_asked_for():
    recommended(DID, "FEATURE_NOT_SUPPORTED", 501, anything=1)
    assert resolve(DID, {"anything": 1}).status == 200
    assert resolve(DID, {"accept": RESOLUTION, "noCache": "false"}).status == 200


def test_the_did_is_judged_before_its_options():
    recommended("did:example:1", "METHOD_NOT_SUPPORTED", 501, anything=1)
    recommended("did:key:@", "INVALID_DID", 400, noCache=True)


@pytest.mark.parametrize(
    "accept", ["text/html", "application/did-resolution;q=0", "x", ",,", 1, None, ["*/*"]]
)
def test_media_types_that_are_not_made(accept):
    for did_url, content_type in ((DID, RESOLUTION), (NAME, DEREFERENCING)):
        answer = resolve(did_url, {"accept": accept})
        assert (answer.status, answer.content_type) == (406, content_type)


def test_a_failure_where_the_document_alone_was_asked_for():
    answer = resolve("did:key:@", {"accept": "application/did+json"})
    assert (answer.status, answer.content_type) == (400, RESOLUTION)
    assert answer.result["didDocument"] is None


@pytest.mark.parametrize(
    ("accept", "form"),
    [
        ("", Form.DRAFT),
        ("*/*", Form.DRAFT),
        ("application/json", Form.DRAFT),
        ("APPLICATION/DID-RESOLUTION", Form.RESOLUTION),
        ("application/did-resolution;q=0.5, application/did+json", Form.CONTENT),
        ("application/did-resolution, application/did+json", Form.RESOLUTION),
        ("application/did+json;q=0.1,application/did-resolution;q=0.2", Form.RESOLUTION),
        ("application/did-resolution;q=nan, */*;q=0.1", Form.DRAFT),
        ("application/did-resolution;q=1e9, */*;q=0.1", Form.DRAFT),
        ("application/did-resolution;q=, */*;q=0.1", Form.DRAFT),
        ("*/*," * 100, Form.DRAFT),
    ],
)
def test_what_an_accept_header_chooses(accept, form):
    assert negotiate(accept).form is form


@pytest.mark.parametrize(
    ("failure", "name", "error", "status"),
    [
        (NotFoundError("no"), "notFound", "NOT_FOUND", 404),
        (MethodNotSupportedError(), "methodNotSupported", "METHOD_NOT_SUPPORTED", 501),
        (UnavailableError("down", code=Code.RESOLVER_UNAVAILABLE), "internalError", "INTERNAL_ERROR", 500),
        (OSError("down"), "internalError", "INTERNAL_ERROR", 500),
        (DidError.named("invalidDid", "no"), "invalidDid", "INVALID_DID", 400),
        (DidError.named("other", "no"), "other", "INTERNAL_ERROR", 500),
        (ProblemError.of(Code.KEY_INVALID, "no"), "invalidDid", "INVALID_DID", 400),
        (ProblemError.of(Code.FETCH_REFUSED, "no"), "featureNotSupported", "FEATURE_NOT_SUPPORTED", 501),
        (
            ProblemError.of(Code.CONTROLLER_DOCUMENT_INVALID, "no"),
            "invalidDidDocument",
            "INVALID_DID_DOCUMENT",
            500,
        ),
    ],
)
def test_what_a_resolver_s_failure_is_called(failure, name, error, status):
    draft(WEB, name, status, resolver=Fixed(failure))
    recommended(WEB, error, status, resolver=Fixed(failure))


@pytest.mark.parametrize(
    "answer", [{}, [], None, {**RELATIVE, "id": "did:web:other.example"}, {"id": WEB, "service": 1}]
)
def test_a_document_that_does_not_conform(answer):
    draft(WEB, "invalidDidDocument", 500, resolver=Fixed(answer))
    with pytest.raises(ProblemError) as caught:
        document(WEB, resolver=Fixed(answer))
    assert caught.value.codes == (Code.CONTROLLER_DOCUMENT_INVALID,)


def test_documents_for_callers():
    assert (
        document(WEB, Options(expand_relative_urls=True), resolver=Fixed(RELATIVE))["assertionMethod"][0]
        == f"{WEB}#key-1"
    )
    with pytest.raises(MethodNotSupportedError):
        document(WEB)
    with pytest.raises(DidError):
        document("did:key:@")


@settings(deadline=None, max_examples=300)
@given(
    did_url=st.text(max_size=40) | st.text("did:key#/?%z6Mk", max_size=40) | st.just(NAME) | st.just(WEB),
    options=st.dictionaries(
        st.sampled_from(
            ["accept", "publicKeyFormat", "noCache", "expandRelativeUrls", "x", "verificationRelationship"]
        ),
        st.none()
        | st.booleans()
        | st.text(max_size=10)
        | st.sampled_from([SUITE, RESOLUTION, DEREFERENCING]),
        max_size=4,
    ),
    answer=st.sampled_from([RELATIVE, None, OSError()]),
)
def test_every_input_has_an_answer(did_url, options, answer):
    given = dict(options)
    found = resolve(did_url, options, resolver=Fixed(answer))
    assert options == given
    assert found.status in (200, 400, 404, 406, 500, 501)
    assert (found.status == 200) == ("error" not in json.dumps(found.result))
    assert "json" in found.content_type or "did" in found.content_type
