"""The part of W3C's suite for the data model 2.0 that is of envelopes, over HTTP.

Under the tag ``EnvelopingProof`` it issues, verifies, and breaks the object around the envelope. Its
presentation is fixed: ``typ`` of ``JWT`` and a ``vp`` claim, which VC-JOSE-COSE forbids; so no verifier of
presentations has the tag, and its three tests are not exercised.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from typing import Any

import pytest
from identities import AGENT
from suite_client import Endpoint, Suite, codes, issued, refused, started, verified
from vc_service import V1, V2, credential_of, presentation_of

from signet_vc import api
from signet_vc.credential import enveloped
from signet_vc.envelopes import jws

TAG = "EnvelopingProof"
EXAMPLES = "https://www.w3.org/ns/credentials/examples/v2"
ABSENT = "(absent)"  # compared by identity; its repr is the same in every test process


@pytest.fixture(scope="module")
def suite(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Suite]:
    with started(tmp_path_factory.mktemp("enveloped")) as made:
        yield made


@pytest.fixture(scope="module")
def verifier(suite: Suite) -> Endpoint:
    return suite.verifier(TAG)


@pytest.fixture(scope="module")
def envelope(suite: Suite) -> Any:
    issuer = suite.issuer(TAG)
    return issued(issuer.issue(credential_of(issuer.id)))


def payload_of(envelope: Any) -> Any:
    """What the suite takes out of an envelope: without our own code."""
    part = envelope["id"].split(",")[1].split(".")[1]
    return json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))


def changed(document: Any, **members: Any) -> Any:
    return {name: value for name, value in {**document, **members}.items() if value is not ABSENT}


def test_what_is_issued_is_the_object_around_an_envelope(suite: Suite, envelope: Any) -> None:
    assert set(envelope) == {"@context", "id", "type"}
    assert envelope["@context"] in (V2, [V2])
    assert envelope["type"] == "EnvelopedVerifiableCredential"
    assert envelope["id"].startswith("data:application/vc+jwt,")
    assert payload_of(envelope) == credential_of(suite.issuer(TAG).id)


def test_it_verifies(verifier: Endpoint, envelope: Any) -> None:
    verified(verifier.verify(envelope))
    verified(verifier.verify(changed(envelope, **{"@context": [V2]}, type=[envelope["type"]])))
    verified(verifier.verify(changed(envelope, **{"@context": [V2, EXAMPLES]})))


@pytest.mark.parametrize("context", [[], EXAMPLES, [EXAMPLES], V1, [EXAMPLES, V2], None, 7, ABSENT])
def test_its_context_defines_its_terms(verifier: Endpoint, envelope: Any, context: Any) -> None:
    refused(verifier.verify(changed(envelope, **{"@context": context})))


@pytest.mark.parametrize("start", ["", "data:", "data:application/jwt,", "data:application/vp+jwt,"])
def test_its_id_is_a_data_url_of_the_media_type(verifier: Endpoint, envelope: Any, start: str) -> None:
    token = envelope["id"].split(",")[-1]
    refused(verifier.verify(changed(envelope, id=start + token)))


@pytest.mark.parametrize(
    "identifier", [ABSENT, None, 7, [], "https://example.org/a", "data:application/vc+jwt,"]
)
def test_an_id_that_carries_no_envelope(verifier: Endpoint, envelope: Any, identifier: Any) -> None:
    refused(verifier.verify(changed(envelope, id=identifier)))


@pytest.mark.parametrize(
    "type_",
    [
        ABSENT,
        None,
        "VerifiableCredential",
        ["VerifiableCredential"],
        "EnvelopedVerifiablePresentation",
        ["EnvelopedVerifiableCredential", "VerifiableCredential"],
    ],
)
def test_its_type_is_that_alone(verifier: Endpoint, envelope: Any, type_: Any) -> None:
    refused(verifier.verify(changed(envelope, type=type_)))


def test_a_changed_envelope_does_not_verify(verifier: Endpoint, envelope: Any) -> None:
    head, _, signature = envelope["id"].rpartition(".")
    other = ("A" if signature[0] != "A" else "B") + signature[1:]
    assert codes(verifier.verify({**envelope, "id": f"{head}.{other}"})) == {"PROOF_INVALID"}


@pytest.mark.parametrize(
    ("members", "contexts"),
    [
        ({"type": ["VerifiableCredential", "Undefined"]}, [V2]),
        ({"credentialSubject": {"id": AGENT.did, "undefined": "a"}}, [V2]),
        ({"credentialSubject": ABSENT}, [V2]),
        ({"credentialSubject": {}}, [V2]),
        ({"issuer": AGENT.did}, [V2]),
        ({"issuer": ABSENT}, [V2]),
        ({}, [EXAMPLES]),
        ({}, [V1]),  # VC-JOSE-COSE secures version 2.0
        ({"vc": {}}, [V2]),
        ({"vp": {}}, [V2]),
    ],
    ids=str,
)
def test_what_is_not_issued(suite: Suite, members: dict[str, Any], contexts: list[str]) -> None:
    issuer = suite.issuer(TAG)
    refused(issuer.issue(changed(credential_of(issuer.id), **{"@context": contexts}, **members)))


# -- presentations, which the suite does not come to ---------------------------------------------------------


def test_no_verifier_of_presentations_has_the_tag(suite: Suite) -> None:
    assert [each["tags"] for each in suite.manifest["vpVerifiers"]] == [["vc2.0"]]


def test_an_enveloped_credential_is_presented(suite: Suite, envelope: Any) -> None:
    vp = api.sign(presentation_of(envelope, holder=AGENT.did), AGENT, suite="eddsa-rdfc-2022")
    verified(suite.vp_verifier("vc2.0").verify_presentation(vp, checks=[]))


@pytest.mark.parametrize(
    "members",
    [{"type": ABSENT}, {"@context": []}, {"@context": ABSENT}, {"id": "no data URL"}, {"type": "Other"}],
    ids=str,
)
def test_one_in_a_wrong_object_is_not(suite: Suite, envelope: Any, members: dict[str, Any]) -> None:
    wrong = changed(envelope, **members)
    vp = enveloped_presentation(wrong)
    refused(suite.vp_verifier("vc2.0").verify_presentation(vp, checks=[]))


def enveloped_presentation(*credentials: Any) -> Any:
    """An enveloped presentation, made below the checks of an issuer."""
    vp = presentation_of(*credentials, holder=AGENT.did)
    header = {"alg": "EdDSA", "typ": "vp+jwt", "cty": "vp", "kid": AGENT.verification_method}
    to_sign = jws.prepare(json.dumps(vp).encode(), header)
    return enveloped.wrap("application/vp+jwt", to_sign.finish(AGENT.sign(to_sign.message)))


def test_an_enveloped_presentation_verifies(suite: Suite, envelope: Any) -> None:
    verified(suite.vp_verifier("vc2.0").verify_presentation(enveloped_presentation(envelope)))


@pytest.mark.parametrize("typ", ["JWT", "vp+jwt"])
def test_one_as_the_suite_has_it_does_not(suite: Suite, envelope: Any, typ: str) -> None:
    """``typ`` of ``JWT``, the presentation under ``vp``."""
    vp = presentation_of(envelope, holder=AGENT.did)
    header = {"alg": "EdDSA", "typ": typ, "kid": AGENT.verification_method}
    to_sign = jws.prepare(json.dumps({"iss": AGENT.did, "vp": vp}).encode(), header)
    token = to_sign.finish(AGENT.sign(to_sign.message))
    old = {
        "@context": V2,
        "type": "EnvelopedVerifiablePresentation",
        "id": f"data:application/jwt,{token}",
    }
    refused(suite.vp_verifier("vc2.0").verify_presentation(old))
    refused(suite.vp_verifier("vc2.0").verify_presentation(enveloped.wrap("application/vp+jwt", token)))


def test_deviation_d6_nested_credentials_are_verified_over_http(suite: Suite, envelope: Any) -> None:
    """Where keys are resolved, a credential that nobody can decode fails the presentation, and is told."""
    undecodable = enveloped.wrap("application/vc+jwt", "yJraWQiOiJFeEhr.eyJ0eXBlIjoiYSJ9.B5Nb-yK8")
    answer = suite.vp_verifier("vc2.0").verify_presentation(enveloped_presentation(envelope, undecodable))
    told = refused(answer)
    assert [each["verified"] for each in told["credentialResults"]] == [True, False]
    assert {each["pointer"].split("/")[2] for each in told["problemDetails"]} == {"1"}
