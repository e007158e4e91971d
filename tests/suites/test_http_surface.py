"""The HTTP surface that every W3C suite shares: calls, bodies, codes, content types, the manifest.

What is sent here is sent to the endpoints that the manifest names, and to each tag's.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any, NoReturn

import pytest
from identities import AGENT, STRANGER
from proofs.signed_proofs import signed_with
from suite_client import Endpoint, Suite, codes, issued, refused, started, verified
from vc_service import V1, V2, credential_of, presentation_of, running

from signet_vc import Policy, api
from signet_vc.service.app import Service
from signet_vc.service.settings import ephemeral_service

DATA_INTEGRITY = ["eddsa-rdfc-2022", "eddsa-jcs-2022", "ecdsa-rdfc-2019", "ecdsa-jcs-2019"]
EVERY = [*DATA_INTEGRITY, "vc2.0", "EnvelopingProof"]  # test_bitstring_suite has what is under https alone
BOTH_VERSIONS = [*DATA_INTEGRITY, "vc2.0"]  # VC-JOSE-COSE secures version 2.0
VERSION_1_1 = {"@context": [V1], "issuanceDate": "2020-03-10T04:24:12.164Z"}
ABSENT = "(absent)"  # compared by identity; its repr is the same in every test process


@pytest.fixture(scope="module", params=["https", "http"])
def suite(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Suite]:
    with started(tmp_path_factory.mktemp("surface"), tls=request.param == "https") as made:
        yield made


@pytest.fixture(params=EVERY)
def tag(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def body(credential: Any, options: Any = ABSENT) -> dict[str, Any]:
    return {"credential": credential} | ({} if options is ABSENT else {"options": options})


# -- the manifest --------------------------------------------------------------------------------------------


def test_the_manifest_is_what_a_suites_local_configuration_exports(suite: Suite) -> None:
    manifest = suite.manifest
    assert {"name", "implementation", "issuers", "verifiers", "vpVerifiers", "didResolvers"} <= set(manifest)
    for kind in ("issuers", "verifiers", "vpVerifiers", "didResolvers"):
        for entry in manifest[kind]:
            assert entry["id"].startswith("did:key:z")
            assert entry["endpoint"].startswith(f"{suite.client.base_url.scheme}://")
            assert entry["tags"]


def test_every_tag_leads_to_one_issuer_and_one_verifier(suite: Suite, tag: str) -> None:
    for kind in ("issuers", "verifiers"):
        (entry,) = [each for each in suite.manifest[kind] if tag in each["tags"]]
        assert entry["supports"]["vc"] == ["1.1", "2.0"]


@pytest.mark.parametrize("tag", ["ecdsa-rdfc-2019", "ecdsa-jcs-2019"])
def test_the_first_key_type_of_an_ecdsa_entry_is_its_keys(suite: Suite, tag: str) -> None:
    issuer = suite.issuer(tag)
    assert issuer.entry["supportedEcdsaKeyTypes"][0] == "P-256"
    assert issuer.id.startswith("did:key:zDn")


def test_what_would_be_asked_for_and_cannot_be_done_is_not_tagged(suite: Suite) -> None:
    tags = {
        tag
        for kind in ("issuers", "verifiers", "vpVerifiers")
        for each in suite.manifest[kind]
        for tag in each["tags"]
    }
    is_https = suite.client.base_url.scheme == "https"
    assert tags == {*EVERY, *(["BitstringStatusList"] if is_https else [])}


# -- issue and verify ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("tag", BOTH_VERSIONS)
@pytest.mark.parametrize("version", ["1.1", "2.0"])
def test_one_endpoint_issues_both_versions(suite: Suite, tag: str, version: str) -> None:
    issuer = suite.issuer(tag)
    members = VERSION_1_1 if version == "1.1" else {}
    made = issued(issuer.issue(credential_of(issuer.id, **members)))
    verified(suite.verifier(tag).verify(made))


@pytest.mark.parametrize("identifier", ["urn:uuid:58172aac-d8ba-11ed-83dd-0b3aef56cc33", None])
def test_the_id_is_kept_and_none_is_made(suite: Suite, identifier: str | None) -> None:
    issuer = suite.issuer("eddsa-rdfc-2022")
    made = issued(issuer.issue(credential_of(issuer.id, id=identifier)))
    assert made.get("id") == identifier


@pytest.mark.parametrize("options", [ABSENT, {}, None, {"checks": ["proof"]}, {"type": "Unknown", "x": [1]}])
def test_options_may_be_absent_empty_or_unknown(suite: Suite, tag: str, options: Any) -> None:
    issuer, verifier = suite.issuer(tag), suite.verifier(tag)
    made = issued(issuer.post(body(credential_of(issuer.id), options)))
    asked = {"verifiableCredential": made} | ({} if options is ABSENT else {"options": options})
    verified(verifier.post(asked))


@pytest.mark.parametrize("options", [7, "proof", [], True])
def test_options_that_are_no_object_are_refused(suite: Suite, options: Any) -> None:
    issuer = suite.issuer("eddsa-rdfc-2022")
    refused(issuer.post(body(credential_of(issuer.id), options)))


def test_an_issuer_may_be_an_object_with_its_id(suite: Suite, tag: str) -> None:
    issuer = suite.issuer(tag)
    made = issued(issuer.issue(credential_of({"id": issuer.id, "name": "An issuer"})))
    verified(suite.verifier(tag).verify(made))


@pytest.mark.parametrize(
    "other",
    [STRANGER.did, {"id": STRANGER.did}, "https://example.org/issuer", {"id": None}, {}, None, ABSENT, 7, []],
    ids=str,
)
def test_an_issuer_that_the_key_does_not_control_is_refused(suite: Suite, tag: str, other: Any) -> None:
    credential = {name: each for name, each in credential_of("a").items() if name != "issuer"}
    refused(suite.issuer(tag).issue(credential | ({} if other is ABSENT else {"issuer": other})))


@pytest.mark.parametrize("credential", [ABSENT, None, "a string", 7, [], True, {}])
def test_what_is_no_credential_is_not_issued(suite: Suite, tag: str, credential: Any) -> None:
    refused(suite.issuer(tag).post({} if credential is ABSENT else body(credential)))


@pytest.mark.parametrize("credential", [ABSENT, None, "a string", 7, [], True, {}])
def test_what_is_no_credential_does_not_verify(suite: Suite, tag: str, credential: Any) -> None:
    asked = {} if credential is ABSENT else {"verifiableCredential": credential}
    assert codes(suite.verifier(tag).post(asked))


def test_a_credential_as_the_text_of_json_does_not_verify(suite: Suite) -> None:
    made = signed_with(AGENT, credential_of(AGENT.did))
    verified(suite.verifier("eddsa-jcs-2022").verify(made))
    refused(suite.verifier("eddsa-jcs-2022").verify(json.dumps(made)))


def test_a_refusal_by_a_verifier_says_that_it_did_not_verify(suite: Suite, tag: str) -> None:
    told = refused(suite.verifier(tag).verify(credential_of(AGENT.did)))
    assert told["verified"] is False
    assert all(each["type"] and each["title"] and each["detail"] for each in told["problemDetails"])


# -- presentations -------------------------------------------------------------------------------------------


def vp_of(*credentials: Any, **how: Any) -> Any:
    return api.sign(presentation_of(*credentials, holder=AGENT.did), AGENT, suite="eddsa-rdfc-2022", **how)


def test_a_presentation_verifies(suite: Suite) -> None:
    vp_verifier = suite.vp_verifier("vc2.0")
    one = signed_with(AGENT, credential_of(AGENT.did))
    for count in (0, 1, 2):
        told = verified(vp_verifier.verify_presentation(vp_of(*[one] * count), checks=["proof"]))
        assert [each["verified"] for each in told["credentialResults"]] == [True] * count


def test_domain_and_challenge_are_text_and_must_agree(suite: Suite) -> None:
    vp_verifier = suite.vp_verifier("vc2.0")
    vp = vp_of(domain="a domain that is no URL", challenge="3182bdea-63d9-11ea-b6de-3b7c1404d57f")
    asked = {"domain": "a domain that is no URL", "challenge": "3182bdea-63d9-11ea-b6de-3b7c1404d57f"}
    verified(vp_verifier.verify_presentation(vp, **asked))
    assert codes(vp_verifier.verify_presentation(vp, **asked | {"domain": "b"})) == {"DOMAIN_MISMATCH"}
    assert codes(vp_verifier.verify_presentation(vp, **asked | {"challenge": "b"})) == {"CHALLENGE_MISMATCH"}
    assert "DOMAIN_MISMATCH" in codes(vp_verifier.verify_presentation(vp_of(), domain="b"))
    assert "CHALLENGE_MISMATCH" in codes(vp_verifier.verify_presentation(vp_of(), challenge="b"))


@pytest.mark.parametrize("presentation", [ABSENT, None, "a string", 7, [], {}, presentation_of()])
def test_what_is_no_presentation_does_not_verify(suite: Suite, presentation: Any) -> None:
    asked = {} if presentation is ABSENT else {"verifiablePresentation": presentation}
    assert codes(suite.vp_verifier("vc2.0").post(asked))


# -- HTTP itself ---------------------------------------------------------------------------------------------


def every_endpoint(suite: Suite) -> Iterator[Endpoint]:
    for kind in ("issuers", "verifiers", "vpVerifiers"):
        for entry in suite.manifest[kind]:
            yield Endpoint(suite.client, entry)


@pytest.mark.parametrize(
    "data",
    [b"", b"{", b"null", b"[]", b'"text"', b"7", b"\xff", b'{"credential": {"a": 1, "a": 1}}', b"[" * 2000],
    ids=lambda data: repr(data[:16]),
)
def test_a_body_that_is_none_is_refused_with_400_and_json(suite: Suite, data: bytes) -> None:
    for endpoint in every_endpoint(suite):
        refused(
            endpoint.client.post(endpoint.url, content=data, headers={"content-type": "application/json"})
        )


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "PATCH", "HEAD"])
def test_another_method_is_told_in_json(suite: Suite, method: str) -> None:
    endpoint = suite.issuer("eddsa-rdfc-2022")
    answer = suite.client.request(method, endpoint.url)
    assert answer.status_code == 405
    assert "json" in answer.headers["content-type"]
    assert method == "HEAD" or answer.json()["status"] == 405


@pytest.mark.parametrize(
    "path", ["/", "/credentials", "/credentials/issue/", "//credentials/issue", "/1.0/identifiers", "/%00"]
)
def test_what_is_not_there_is_told_in_json_and_never_elsewhere(suite: Suite, path: str) -> None:
    answer = suite.client.get(str(suite.client.base_url).rstrip("/") + path)
    assert answer.status_code in {404, 405}
    assert "location" not in answer.headers
    assert answer.json()["status"] == answer.status_code


def test_json_is_what_every_answer_is_and_accept_does_not_matter(suite: Suite, tag: str) -> None:
    issuer = suite.issuer(tag)
    for accept in ("text/html", "application/json", "*/*", "image/png"):
        answer = suite.client.post(
            issuer.url, json=body(credential_of(issuer.id)), headers={"accept": accept}
        )
        issued(answer)


def test_a_dids_failure_is_a_whole_result(suite: Suite) -> None:
    resolver = suite.resolver("did-key")
    for did in ("did:key:@", "", "no did", "did:web:example.com", "%25", "a" * 4000):
        answer = resolver.resolve(did, 'application/ld+json;profile="https://w3id.org/did-resolution"')
        assert 400 <= answer.status_code < 600
        if did:
            assert {"@context", "didDocument", "didDocumentMetadata"} <= set(answer.json())
        else:
            assert answer.json()


def test_a_service_that_fails_says_so_in_json() -> None:
    """Every answer is JSON: also that of a fault of ours, and it says nothing of the fault."""

    def make(base: str) -> Service:
        def policy(_domain: str | None, _challenge: str | None) -> Policy:
            fault("a secret of the service")

        return replace(ephemeral_service(base), policy=policy)

    with running(make) as service:
        answer = service.post("/credentials/verify", {"verifiableCredential": credential_of(AGENT.did)})
        assert answer.status_code == 500
        assert "secret" not in answer.text
        assert "json" in answer.headers["content-type"]
        assert answer.json()["status"] == 500
        assert service.get("/health").status_code == 200


def fault(text: str) -> NoReturn:
    raise RuntimeError(text)


# -- problem types -------------------------------------------------------------------------------------------

DATA_MODEL, SECURITY = "https://www.w3.org/TR/vc-data-model#", "https://w3id.org/security#"


def good() -> dict[str, Any]:
    return signed_with(AGENT, credential_of(AGENT.did))


def with_proof(**members: Any) -> dict[str, Any]:
    made = good()
    return {**made, "proof": {**made["proof"], **members}}


@pytest.mark.parametrize(
    ("document", "kinds"),
    [
        ({**good(), "name": "changed"}, {SECURITY + "PROOF_VERIFICATION_ERROR"}),
        (credential_of(AGENT.did), {DATA_MODEL + "CRYPTOGRAPHIC_SECURITY_ERROR"}),
        ({**good(), "credentialSubject": {}}, {DATA_MODEL + "MALFORMED_VALUE_ERROR"}),
        (
            signed_with(AGENT, credential_of(AGENT.did, undefined="a")),
            {SECURITY + "DATA_LOSS_DETECTION_ERROR"},
        ),
        (
            signed_with(AGENT, credential_of(AGENT.did), purpose="authentication"),
            {SECURITY + "INVALID_RELATIONSHIP_FOR_VERIFICATION_METHOD"},
        ),
        (signed_with(STRANGER, credential_of(AGENT.did)), {SECURITY + "INVALID_VERIFICATION_METHOD"}),
        (
            signed_with(AGENT, credential_of(AGENT.did), verification_method="no URL"),
            {SECURITY + "INVALID_VERIFICATION_METHOD_URL"},
        ),
    ],
    ids=["changed", "no-proof", "no-subject", "undefined", "purpose", "stranger", "method"],
)
def test_the_types_of_problems_are_those_of_the_recommendations(
    suite: Suite, document: dict[str, Any], kinds: set[str]
) -> None:
    told = refused(suite.verifier("eddsa-jcs-2022").verify(document))
    assert {each["type"] for each in told["problemDetails"]} == kinds
    assert told["type"] in kinds


def test_a_body_that_does_not_parse_is_a_parsing_error(suite: Suite) -> None:
    verifier = suite.verifier("eddsa-jcs-2022")
    answer = suite.client.post(verifier.url, content=b"{", headers={"content-type": "application/json"})
    assert [each["type"] for each in refused(answer)["problemDetails"]] == [DATA_MODEL + "PARSING_ERROR"]


@pytest.mark.parametrize("option", ["domain", "challenge"])
def test_domain_and_challenge_have_types_of_their_own(suite: Suite, option: str) -> None:
    told = refused(suite.vp_verifier("vc2.0").verify_presentation(vp_of(), **{option: "a"}))
    kind = f"{SECURITY}INVALID_{option.upper()}_ERROR"
    assert [each["type"] for each in told["problemDetails"]] == [kind]


# -- policies for issuing ------------------------------------------------------------------------------------

EXAMPLES = "https://www.w3.org/ns/credentials/examples/v2"


def test_deviation_d5_over_http_a_vocabulary_defines_every_term(suite: Suite, tag: str) -> None:
    """The policy of the command for VC-JOSE-COSE is not the service's: a ``@vocab`` defines."""
    issuer = suite.issuer(tag)
    credential = credential_of(
        issuer.id, **{"@context": [V2, EXAMPLES]}, anExtension={"type": "https://a.example/b"}
    )
    verified(suite.verifier(tag).verify(issued(issuer.issue(credential))))
    assert "UNDEFINED_TERM" in codes(issuer.issue({**credential, "@context": [V2]}))
