"""What strangers name is not fetched: a document, a status list, a schema and its references."""

from __future__ import annotations

import json

import pytest
from loopback_https import serving

from signet_vc import Policy, SigningKey, sign, verify
from signet_vc.credential import external_schema, status_list
from signet_vc.credential.status_issuing import entry, list_credential
from signet_vc.fetch import Fetcher, WebResolver, is_public

KEY = bytes(range(32))
INSIDE = [
    "http://127.0.0.1/",
    "https://169.254.169.254/latest/meta-data/",
    "https://[::1]/",
    "file:///etc/passwd",
]


class World:
    """An issuer whose did:web document and status list stand on one server, and a verifier that allows it."""

    def __init__(self, server):
        server.forget()
        self.server = server
        self.did = f"did:web:{server.name}%3A{server.port}"
        self.key = SigningKey.from_secret("Ed25519", KEY, verification_method=f"{self.did}#key-1")
        self.put("/.well-known/did.json", self.document())
        self.put("/status/1", sign(self.status_list(), self.key))
        self.credential = sign(
            {
                "@context": ["https://www.w3.org/ns/credentials/v2"],
                "type": ["VerifiableCredential"],
                "issuer": self.did,
                "credentialSubject": {"id": "did:example:1"},
                "credentialStatus": entry(list_url=server.url("/status/1"), index=7, purpose="revocation"),
            },
            self.key,
        )

    def document(self):
        method = {
            "id": f"{self.did}#key-1",
            "type": "Multikey",
            "controller": self.did,
            "publicKeyMultibase": self.key.public_key.multibase,
        }
        return {"id": self.did, "verificationMethod": [method], "assertionMethod": [method["id"]]}

    def status_list(self):
        encoded = status_list.encode(status_list.new_list())
        return list_credential(
            id=self.server.url("/status/1"), issuer=self.did, purposes="revocation", encoded=encoded
        )

    def put(self, path, value):
        body = json.dumps(value).encode()
        self.server.answers[path] = lambda c: c.answer(body)

    def redirect(self, path, location):
        self.server.answers[path] = lambda c: c.answer(b"", f"Location: {location}", status="302 Found")

    @property
    def asked(self):
        return [request.split()[1].decode() for request in self.server.requests]

    def fetcher(self, **options):
        inner = {
            "addresses": lambda _address: True,
            "lookup": self.server.lookup,
            "context": self.server.trust,
        }
        return Fetcher([self.server.domain], **{**inner, **options})

    def verify(self, fetcher=None):
        """The codes of the problems; an empty list if the credential verifies."""
        fetcher = fetcher or self.fetcher()
        policy = Policy(allowed_signers=[self.did], resolver=WebResolver(fetcher), loader=fetcher)
        result = verify(self.credential, policy)
        assert result.verified == (not result.problems)
        return [each.code for each in result.problems]


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    with serving(tmp_path_factory.mktemp("https")) as server:
        yield server


@pytest.fixture
def world(server):
    return World(server)


def test_what_is_allowed_is_fetched_and_verifies(world):
    assert world.verify() == []
    assert world.asked == ["/.well-known/did.json", "/status/1"]  # the second signed by the same, kept key


def test_threat_25_nothing_is_fetched_unless_somebody_is_handed_in(world):
    result = verify(world.credential, Policy(allowed_signers=[world.did]))
    assert [each.code for each in result.problems] == ["RESOLVER_UNAVAILABLE"]
    assert world.verify(Fetcher([])) == ["FETCH_REFUSED"]
    assert world.asked == []


@pytest.mark.parametrize("location", INSIDE)
def test_threat_25_an_issuer_s_document_leads_nowhere(world, location):
    world.redirect("/.well-known/did.json", location)
    assert world.verify() == ["FETCH_REFUSED"]
    assert world.asked == ["/.well-known/did.json"]


@pytest.mark.parametrize("location", INSIDE)
def test_threat_25_a_status_list_leads_nowhere(world, location):
    world.redirect("/status/1", location)
    assert world.verify() == ["STATUS_UNAVAILABLE"]
    assert world.asked == ["/.well-known/did.json", "/status/1"]


@pytest.mark.parametrize("address", ["127.0.0.1", "169.254.169.254", "10.0.0.1", "::1", "::ffff:127.0.0.1"])
def test_threat_25_an_allowed_name_of_an_inner_address_is_not_connected_to(world, address):
    fetcher = world.fetcher(addresses=is_public, lookup=lambda _host, _port: [address])
    assert world.verify(fetcher) == ["FETCH_REFUSED"]
    assert world.asked == []


@pytest.mark.parametrize("url", [*INSIDE, "https://other.example/status/1", "https://signet.test/status/1"])
def test_threat_25_a_status_list_elsewhere_is_not_asked_for(world, url):
    unsigned = {name: value for name, value in world.credential.items() if name != "proof"}
    status = {**unsigned["credentialStatus"], "statusListCredential": url}
    world.credential = sign({**unsigned, "credentialStatus": status}, world.key)
    assert set(world.verify()) <= {"STATUS_UNAVAILABLE", "INVALID_CREDENTIAL"}
    assert world.verify()
    assert "/status/1" not in world.asked


@pytest.mark.parametrize("location", [*INSIDE, "https://signet.test/other"])
def test_threat_25_a_schema_s_references_are_not_followed(world, location):
    schema = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": world.server.url("/schema"),
        "type": "object",
        "properties": {"credentialSubject": {"$ref": location}},
    }
    world.put("/schema", schema)
    credential = {
        **world.credential,
        "credentialSchema": {"id": world.server.url("/schema"), "type": "JsonSchema"},
    }
    found = external_schema.check(credential, load=world.fetcher().load)
    assert found.problems == []
    assert [each.code for each in found.notices] == ["SCHEMA_INDETERMINATE"]
    assert world.asked == ["/schema"]


@pytest.mark.parametrize("location", INSIDE)
def test_threat_25_a_schema_leads_nowhere(world, location):
    world.redirect("/schema", location)
    for url in (world.server.url("/schema"), location):
        credential = {**world.credential, "credentialSchema": {"id": url, "type": "JsonSchema"}}
        found = external_schema.check(credential, load=world.fetcher().load)
        assert found.problems == []
        assert [each.code for each in found.notices] == ["SCHEMA_INDETERMINATE"]
    assert world.asked == ["/schema"]
