"""From a configuration to a service: what is fetched, where lists are kept, who is tested as what."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from vc_service import credential_of, running

from signet_vc import SigningKey, keystore
from signet_vc.config import Config, state_directory
from signet_vc.errors import UsageError
from signet_vc.service.manifest import manifest
from signet_vc.service.settings import configured_service

BASE = "https://vc.example"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name, algorithm in (("ed", "Ed25519"), ("p256", "P-256"), ("p384", "P-384")):
        keystore.save(SigningKey.generate(algorithm), f"file:{tmp_path / name}.key")
    (tmp_path / "token").write_text("a-token-of-more-than-sixteen-characters")
    (tmp_path / "token").chmod(0o600)
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    return tmp_path


def configured(folder: Path, *instances: str, more: str = "") -> Config:
    file = folder / "config.yaml"
    listed = ", ".join(f"{{{each}}}" for each in instances)
    file.write_text(f"signet:\n{more}  serve: {{tokens: ['file:token'], instances: [{listed}]}}\n")
    return Config.load(file)


def instance(name: str, key: str, more: str = "") -> str:
    return f"name: {name}, key_source: 'file:{key}.key'" + (f", {more}" if more else "")


def test_a_key_that_attests_is_no_instances(folder: Path) -> None:
    (folder / "copy.key").write_bytes((folder / "ed.key").read_bytes())
    (folder / "copy.key").chmod(0o600)
    config = configured(folder, instance("a", "copy"), more="  agent_key_source: file:ed.key\n")
    with pytest.raises(UsageError):
        configured_service(config, BASE)


def test_a_key_that_the_proxy_made_is_no_instances(folder: Path) -> None:
    state_directory().mkdir(parents=True)
    keystore.save(keystore.load(f"file:{folder / 'ed.key'}"), f"file:{state_directory() / 'agent.key'}")
    with pytest.raises(UsageError):
        configured_service(configured(folder, instance("a", "ed")), BASE)


def test_the_key_that_attests_need_not_be_at_hand(folder: Path) -> None:
    config = configured(folder, instance("a", "ed"), more="  key_source: file:of-another-user.key\n")
    assert list(configured_service(config, BASE).instances) == ["a"]


def test_the_lists_are_kept_in_the_state_directory(folder: Path) -> None:
    service = configured_service(configured(folder, instance("a", "ed", "status: [revocation]")), BASE)
    assert (state_directory() / "status-lists.db").is_file()
    service.close()


def test_a_state_directory_that_cannot_be_made_is_an_error(folder: Path) -> None:
    (folder / "state").write_text("a file")
    with pytest.raises(UsageError):
        configured_service(configured(folder, instance("a", "ed", "status: [revocation]")), BASE)


def test_nothing_is_fetched_from_where_it_is_not_allowed(folder: Path) -> None:
    config = configured(folder, instance("a", "ed"), more="  allowed_domains: [issuer.example]\n")

    def make(base: str) -> Any:
        return configured_service(config, base)

    with running(make) as service:
        answer = service.get("/1.0/identifiers/did:web:other.example")
        assert answer.status_code >= 400
        assert answer.json()["didDocument"] == {}
        body = {"verifiableCredential": credential_of("did:web:other.example", proof={})}
        assert service.post("/credentials/verify", body).status_code == 400


def test_of_a_tag_the_first_instance_is_tested(folder: Path) -> None:
    config = configured(
        folder,
        instance("a", "ed"),
        instance("b", "ed", "suite: eddsa-jcs-2022"),
        instance("c", "ed", "suite: eddsa-rdfc-2022, status: [revocation]"),
        instance("d", "p384", "suite: ecdsa-rdfc-2019"),
        instance("e", "p256", "suite: ecdsa-rdfc-2019"),
        instance("f", "ed", "securing: jws"),
        instance("g", "ed", "securing: cose"),
    )
    service = configured_service(config, BASE)
    made = manifest(service.instances.values(), BASE)
    service.close()
    tags = {each["endpoint"].split("/")[-3]: each["tags"] for each in made["issuers"]}
    assert tags == {
        "a": ["vc2.0", "eddsa-jcs-2022"],
        "c": ["eddsa-rdfc-2022", "BitstringStatusList"],
        "d": ["ecdsa-rdfc-2019"],
        "f": ["EnvelopingProof"],
    }
    (ecdsa,) = [each for each in made["issuers"] if each["tags"] == ["ecdsa-rdfc-2019"]]
    assert ecdsa["supportedEcdsaKeyTypes"] == ["P-384", "P-256"]
