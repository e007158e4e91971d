"""The configuration: one file, the environment over it, arguments over both; every slip is an error."""

from __future__ import annotations

import os
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from signet_vc.config import (
    Config,
    ConfigurationError,
    InstanceConfig,
    ServeConfig,
    config_directory,
    state_directory,
)
from signet_vc.policy import AllowedSigner
from signet_vc.securing import Securing

AGENT = "did:key:z6MkehRgf7yJbgaGfYsdoAsKdBPE3dj2CYhowQdcjqSJgvVd"
SERVER = "did:key:z6MkhFwXNFWosLeugvSf4wcL9t3uuRXueGSFTRgSvHhWj5G2"

EVERYTHING = f"""
signet:
  algorithm: P-256
  key_source: env:MAIL_KEY
  agent_key_source: file:agent.key
  require_signatures: false
  allowed_signers:
    - {AGENT}
    - {{did: {SERVER}, tools: ["git_*"], until: 2027-01-31T00:00:00Z, audience: "https://mail.example/mcp"}}
  attest_responses: never
  securing: both
  jws_alg: EdDSA
  payload: commit
  embed_limit: 1MiB
  audience: first-use
  max_lifetime: 2m
  clock_skew: 1h
  store: sqlite:audit.db
  pass_attestations: true
  allowed_domains: [issuer.example, "issuer.example:8443"]
  serve:
    public_url: https://vc.example/issuing
    tokens: [env:ISSUING_TOKEN, file:tokens/issuing]
    trust_any: true
    status_store: sqlite:status.db
    threads: 4
    waiting: 0
    instances:
      - {{name: alumni, key_source: file:a.key, suite: eddsa-rdfc-2022, status: [revocation, suspension]}}
      - {{name: tickets, key_source: "env:TICKETS_KEY", securing: sd-jwt}}
"""


def write(folder: Path, text: str) -> Path:
    file = folder / "config.yaml"
    file.write_text(text)
    return file


def load(text: str, folder: Path, environ: dict[str, str] | None = None, **overrides: Any) -> Config:
    return Config.load(write(folder, text), environ=environ or {}, overrides=overrides)


def test_nothing_configured_is_the_strict_default(tmp_path: Path) -> None:
    config = Config.load(environ={"HOME": str(tmp_path)})
    assert config == Config()
    assert config.require_signatures
    assert config.responses == "required"
    assert config.allowed_signers == ()
    assert config.embed_limit == 65_536
    assert (config.max_lifetime, config.clock_skew) == (300, 60)


def test_every_setting_of_a_file_is_read_and_typed(tmp_path: Path) -> None:
    config = load(EVERYTHING, tmp_path)
    assert config == Config(
        algorithm="P-256",
        key_source="env:MAIL_KEY",
        agent_key_source=f"file:{tmp_path}/agent.key",
        require_signatures=False,
        allowed_signers=(
            AllowedSigner(did=AGENT),
            AllowedSigner(
                did=SERVER,
                tools=("git_*",),
                until=datetime(2027, 1, 31, tzinfo=UTC),
                audience="https://mail.example/mcp",
            ),
        ),
        attest_responses="never",
        securing=Securing.BOTH,
        jws_alg="EdDSA",
        payload="commit",
        embed_limit=1 << 20,
        audience="first-use",
        max_lifetime=120,
        clock_skew=3600,
        store=f"sqlite:{tmp_path}/audit.db",
        pass_attestations=True,
        allowed_domains=("issuer.example", "issuer.example:8443"),
        serve=ServeConfig(
            public_url="https://vc.example/issuing",
            tokens=("env:ISSUING_TOKEN", f"file:{tmp_path}/tokens/issuing"),
            trust_any=True,
            status_store=f"sqlite:{tmp_path}/status.db",
            threads=4,
            waiting=0,
            instances=(
                InstanceConfig(
                    name="alumni",
                    key_source=f"file:{tmp_path}/a.key",
                    suite="eddsa-rdfc-2022",
                    status=("revocation", "suspension"),
                ),
                InstanceConfig(name="tickets", key_source="env:TICKETS_KEY", securing="sd-jwt"),
            ),
        ),
        path=tmp_path / "config.yaml",
        secret_variables=frozenset({"SIGNET_KEY_PASSPHRASE", "MAIL_KEY", "ISSUING_TOKEN", "TICKETS_KEY"}),
    )


@pytest.mark.parametrize("text", ["signet:\n", "signet: {}\n", "# nothing but a comment\nsignet:\n"])
def test_an_empty_section_is_the_default(tmp_path: Path, text: str) -> None:
    assert load(text, tmp_path) == Config(path=tmp_path / "config.yaml")


@pytest.mark.parametrize(
    ("required", "stated", "expected"),
    [
        (True, None, "required"),
        (False, None, "optional"),
        (False, "required", "required"),
        (True, "never", "never"),
    ],
)
def test_attest_responses_follows_require_signatures_unless_stated(
    required: bool,
    stated: Any,
    expected: str,
) -> None:
    assert Config(require_signatures=required, attest_responses=stated).responses == expected


@pytest.mark.parametrize(
    ("written", "size"), [("0", 0), ("64KiB", 65_536), ("1MiB", 1 << 20), ("10B", 10), ("1024", 1024)]
)
def test_sizes(tmp_path: Path, written: str, size: int) -> None:
    assert load(f"signet: {{embed_limit: {written}}}", tmp_path).embed_limit == size


@pytest.mark.parametrize(("written", "seconds"), [("300s", 300), ("5m", 300), ("1h", 3600), ("300", 300)])
def test_durations(tmp_path: Path, written: str, seconds: int) -> None:
    assert load(f"signet: {{max_lifetime: {written}}}", tmp_path).max_lifetime == seconds


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("algorithm", "RSA"),
        ("key_source", "z3u2en7t5LR2WtQH5PfFqMqwVHgeXouLzo6haApm8XHqvjxq"),
        ("key_source", "agent.key"),
        ("key_source", "7"),
        ("require_signatures", "maybe"),
        ("require_signatures", "1"),
        ("require_signatures", "'false'"),
        ("allowed_signers", AGENT),
        ("allowed_signers", "[alice]"),
        ("allowed_signers", "[[did:key:z6Mk]]"),
        ("allowed_signers", "[{tools: [a]}]"),
        ("allowed_signers", f"[{{did: {AGENT}, tool: [a]}}]"),
        ("allowed_signers", f"[{{did: {AGENT}, tools: git_*}}]"),
        ("allowed_signers", f"[{{did: {AGENT}, until: 2027-01-31}}]"),
        ("allowed_signers", f"[{{did: {AGENT}, until: 2027-02-30T00:00:00Z}}]"),
        ("allowed_signers", f"[{{did: {AGENT}, audience: mail}}]"),
        ("attest_responses", "off"),
        ("attest_responses", "always"),
        ("securing", "jwt"),
        ("jws_alg", "none"),
        ("payload", "encrypt"),
        ("embed_limit", "64KB"),
        ("embed_limit", "-1"),
        ("embed_limit", "true"),
        ("audience", "mail"),
        ("max_lifetime", "300 seconds"),
        ("max_lifetime", "-1s"),
        ("clock_skew", "0.5"),
        ("store", "audit.db"),
        ("pass_attestations", "[]"),
        ("allowed_domains", "issuer.example"),
        ("allowed_domains", "[Issuer.example]"),
        ("allowed_domains", "['https://issuer.example']"),
        ("allowed_domains", "[localhost]"),
        ("allowed_domains", "['issuer.example:0']"),
        ("allowed_domains", "['*.example']"),
        ("serve", "[]"),
        ("serve", "null"),
        ("require_signatures", "null"),
    ],
)
def test_a_wrong_value_names_file_and_key_and_not_the_value(tmp_path: Path, name: str, value: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        load(f"signet:\n  {name}: {value}\n", tmp_path)
    assert caught.value.key == name
    assert caught.value.source == str(tmp_path / "config.yaml")
    assert "z3u2" not in str(caught.value)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("public_url", "http://vc.example"),
        ("public_url", "https://vc.example/"),
        ("public_url", "https://user@vc.example"),
        ("tokens", "file:token"),
        ("tokens", "[a-token-itself-z3u2]"),
        ("tokens", "['keyring:a/b']"),
        ("instances", "{}"),
        ("instances", "[{name: a}]"),
        ("instances", "[{name: 'A b', key_source: 'file:a.key'}]"),
        ("instances", "[{name: a, key_source: z3u2secret}]"),
        ("instances", "[{name: a, key_source: 'file:a.key', securing: both}]"),
        ("instances", "[{name: a, key_source: 'file:a.key', suite: ecdsa-sd-2023}]"),
        ("instances", "[{name: a, key_source: 'file:a.key', status: [message]}]"),
        ("instances", "[{name: a, key_source: 'file:a.key', status: revocation}]"),
        ("instances", "[{name: a, key_source: 'file:a.key', tokens: []}]"),
        ("trust_any", "maybe"),
        ("status_store", "status.db"),
        ("status_store", "'sqlite::memory:'"),
        ("threads", "0"),
        ("threads", "2.5"),
        ("waiting", "-1"),
        ("public_urls", "https://vc.example"),
    ],
)
def test_a_wrong_value_of_the_service_names_the_member_and_not_the_value(
    tmp_path: Path, name: str, value: str
) -> None:
    with pytest.raises(ConfigurationError) as caught:
        load(f"signet:\n  serve:\n    {name}: {value}\n", tmp_path)
    assert caught.value.key == f"serve.{name}"
    assert "z3u2" not in str(caught.value)


def test_the_service_is_configured_in_the_file_alone() -> None:
    with pytest.raises(ConfigurationError):
        Config.load(environ={"HOME": "/nonexistent", "SIGNET_SERVE": "{}"})
    config = Config.load(environ={"HOME": "/nonexistent", "SIGNET_ALLOWED_DOMAINS": "a.example, b.example"})
    assert config.allowed_domains == ("a.example", "b.example")


@pytest.mark.parametrize(
    ("misspelt", "meant"),
    [
        ("require_signature", "require_signatures"),
        ("allowed_signer", "allowed_signers"),
        ("keysource", "key_source"),
    ],
)
def test_an_unknown_key_names_the_nearest(tmp_path: Path, misspelt: str, meant: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        load(f"signet:\n  {misspelt}: x\n", tmp_path)
    assert caught.value.key == misspelt
    assert meant in str(caught.value)


def test_a_key_that_is_like_none_names_them_all(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError) as caught:
        load("signet:\n  serve: {port: 80}\n", tmp_path)
    assert caught.value.key == "serve.port"
    assert {"public_url", "threads"} <= set(re.findall(r"\w+", str(caught.value)))


@pytest.mark.parametrize("entry", ["did:key:z6Mk", "{did: 'did:key:z6Mk', tools: [x]}"])
def test_a_did_that_was_cut_short_is_told_with_its_place(tmp_path: Path, entry: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        load(f"signet:\n  allowed_signers: ['did:example:good', {entry}]\n", tmp_path)
    assert (caught.value.source, caught.value.key) == (str(tmp_path / "config.yaml"), "allowed_signers")
    assert "entry 2" in str(caught.value)


@pytest.mark.parametrize(
    ("entry", "member", "meant"),
    [
        ("{did: 'did:example:a', tool: [x]}", "tool", "tools"),
        ("{did: 'did:example:a', until: tomorrow-z3u2}", "until", "time"),
        ("{did: z3u2, tools: [x]}", "did", "DID"),
        ("{did: 'did:example:a', tools: z3u2}", "tools", "list"),
        ("{did: 'did:example:a', audience: z3u2}", "audience", "URI"),
        ("{tools: [x]}", "did", "whose"),
    ],
)
def test_a_wrong_signer_is_told_by_its_number_and_member(
    tmp_path: Path, entry: str, member: str, meant: str
) -> None:
    with pytest.raises(ConfigurationError) as caught:
        load(f"signet:\n  allowed_signers: ['did:example:good', {entry}]\n", tmp_path)
    assert caught.value.key == "allowed_signers"
    told = re.findall(r"\w+", str(caught.value).partition("allowed_signers: ")[2])
    assert told[:3] == ["entry", "2", member]
    assert meant in told
    assert "z3u2" not in told


@pytest.mark.parametrize(
    "text",
    [
        "signet: {payload: embed, payload: commit}",
        "signet: {}\nsignet: {require_signatures: false}",
        f"signet: {{allowed_signers: [{{did: {AGENT}, did: {SERVER}}}]}}",
        "signet: {yes: 1}",
        "signet: {7: 1}",
        "base: &b {payload: commit}\nsignet:\n  <<: *b",
    ],
)
def test_a_key_that_stands_twice_or_is_no_text_is_an_error(tmp_path: Path, text: str) -> None:
    with pytest.raises(ConfigurationError):
        load(text, tmp_path)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"signet",
        b"- signet",
        b"signet: 7",
        b"signet: []",
        b"sigent: {}",
        b"signet: {}\nother: {}",
        b"signet: {\n",
        b"signet: *nobody",
        b"signet: !!python/object/apply:os.system [true]",
        b"signet: {payload: \xff}",
        b"signet: {payload: '\x00'}",
        b"signet: " + b"[" * 100_000,
        b"signet: {}\n" + b"#" * (1 << 20),
        b"signet: {}\n---\nsignet: {}\n",
    ],
    ids=lambda data: repr(data[:24]),
)
def test_a_file_that_is_no_configuration_is_an_error(tmp_path: Path, data: bytes) -> None:
    file = tmp_path / "config.yaml"
    file.write_bytes(data)
    with pytest.raises(ConfigurationError):
        Config.load(file, environ={})


def test_a_named_file_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError):
        Config.load(tmp_path / "none.yaml", environ={})
    with pytest.raises(ConfigurationError):
        Config.load(environ={"SIGNET_CONFIG": str(tmp_path / "none.yaml")})
    with pytest.raises(ConfigurationError):
        Config.load(tmp_path, environ={})


def test_the_file_is_looked_for_in_order_and_never_in_the_working_directory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, payload in (
        ("flag", "commit"),
        ("variable", "embed"),
        ("xdg/signet", "commit"),
        ("home", "commit"),
    ):
        (tmp_path / name).mkdir(parents=True)
        write(tmp_path / name, f"signet: {{payload: {payload}}}")
    working = tmp_path / "working"
    working.mkdir()
    write(working, "signet: {payload: commit}")
    monkeypatch.chdir(working)

    def path(argument: Path | None = None, **environ: str) -> Path | None:
        return Config.load(argument, environ={"HOME": str(tmp_path / "home"), **environ}).path

    variable = str(tmp_path / "variable/config.yaml")
    xdg = str(tmp_path / "xdg")
    assert path() is None
    assert path(XDG_CONFIG_HOME=xdg) == tmp_path / "xdg/signet/config.yaml"
    assert path(XDG_CONFIG_HOME="xdg") is None
    assert path(XDG_CONFIG_HOME=xdg, SIGNET_CONFIG=variable) == Path(variable)
    assert path(tmp_path / "flag/config.yaml", SIGNET_CONFIG=variable) == tmp_path / "flag/config.yaml"
    (tmp_path / "home/.config/signet").mkdir(parents=True)
    write(tmp_path / "home/.config/signet", "signet: {}")
    assert path() == tmp_path / "home/.config/signet/config.yaml"


def test_the_directories_of_a_user(tmp_path: Path) -> None:
    assert config_directory({"HOME": "/h"}) == Path("/h/.config/signet")
    assert state_directory({"HOME": "/h"}) == Path("/h/.local/state/signet")
    assert state_directory({"HOME": "/h", "XDG_STATE_HOME": str(tmp_path)}) == tmp_path / "signet"
    assert config_directory({}) == Path.home() / ".config/signet"
    assert state_directory().name == "signet"


def test_environment_over_file_and_arguments_over_both(tmp_path: Path) -> None:
    text = "signet: {payload: commit, securing: jws, clock_skew: 1s}"
    config = load(
        text, tmp_path, {"SIGNET_PAYLOAD": "embed", "SIGNET_SECURING": "both"}, securing="data-integrity"
    )
    assert (config.payload, config.securing, config.clock_skew) == ("embed", Securing.DATA_INTEGRITY, 1)


def test_the_environment_sets_every_kind_of_setting() -> None:
    config = Config.load(
        environ={
            "HOME": "/nonexistent",
            "SIGNET_ALGORITHM": "P-384",
            "SIGNET_REQUIRE_SIGNATURES": "false",
            "SIGNET_ALLOWED_SIGNERS": f"{AGENT}, {SERVER},",
            "SIGNET_EMBED_LIMIT": "2048",
            "SIGNET_MAX_LIFETIME": "90",
            "SIGNET_CLOCK_SKEW": "2m",
            "SIGNET_STORE": "sqlite:here.db",
            "SIGNET_PASS_ATTESTATIONS": "1",
            "SIGNET_KEY_SOURCE": "file:here.key",
        }
    )
    assert config.algorithm == "P-384"
    assert not config.require_signatures
    assert config.allowed_signers == (AllowedSigner(did=AGENT), AllowedSigner(did=SERVER))
    assert (config.embed_limit, config.max_lifetime, config.clock_skew) == (2048, 90, 120)
    assert config.store == "sqlite:here.db"  # relative to the working directory: no file names it
    assert config.key_source == "file:here.key"
    assert config.pass_attestations


def test_an_empty_list_in_the_environment_allows_nobody(tmp_path: Path) -> None:
    config = load(f"signet: {{allowed_signers: [{AGENT}]}}", tmp_path, {"SIGNET_ALLOWED_SIGNERS": ""})
    assert config.allowed_signers == ()


@pytest.mark.parametrize(
    ("variable", "text"),
    [
        ("SIGNET_REQUIRE_SIGNATURE", "false"),
        ("SIGNET_ALLOWED_SIGNER", AGENT),
        ("SIGNET_REQUIRE_SIGNATURES", "maybe"),
        ("SIGNET_REQUIRE_SIGNATURES", ""),
        ("SIGNET_ALLOWED_SIGNERS", "alice"),
        ("SIGNET_EMBED_LIMIT", "9" * 5000),
        ("SIGNET_EMBED_LIMIT", "\u0661\u0662"),
        ("SIGNET_KEY_SOURCE", "z3u2en7t5LR2WtQH5PfFqMqwVHgeXouLzo6haApm8XHqvjxq"),
    ],
)
def test_a_wrong_or_misspelt_variable_is_an_error(variable: str, text: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        Config.load(environ={"HOME": "/nonexistent", variable: text})
    assert caught.value.source == variable
    assert "z3u2" not in str(caught.value)


def test_variables_of_other_programs_and_secrets_are_no_settings(tmp_path: Path) -> None:
    environ = {
        "SIGNET_HOME": "/somewhere",
        "SIGNET_PRIVATE_KEY": "z3u2secret",
        "SIGNET_KEY_PASSPHRASE": "secret",
        "SIGNET_AUDIENCE": "z3u2secret",
        "SIGNET_STORE": "z3u2secret",
        "signet_payload": "commit",
        "SIGNETPAYLOAD": "commit",
    }
    text = "signet: {key_source: 'env:SIGNET_AUDIENCE', agent_key_source: 'env:SIGNET_STORE'}"
    config = load(text, tmp_path, environ)
    assert config.audience is None
    assert config.store is None
    assert config.payload == "embed"
    assert config.secret_variables == {"SIGNET_KEY_PASSPHRASE", "SIGNET_AUDIENCE", "SIGNET_STORE"}


def test_a_key_source_of_the_environment_or_of_an_argument_names_a_secret_too() -> None:
    environ = {
        "HOME": "/nonexistent",
        "SIGNET_KEY_SOURCE": "env:SIGNET_AUDIENCE",
        "SIGNET_AUDIENCE": "z3u2secret",
    }
    config = Config.load(environ=environ)
    assert (config.key_source, config.audience) == ("env:SIGNET_AUDIENCE", None)
    config = Config.load(
        environ={"HOME": "/nonexistent", "SIGNET_AUDIENCE": "z3u2secret"},
        overrides={"key_source": "env:SIGNET_AUDIENCE"},
    )
    assert config.secret_variables == {"SIGNET_KEY_PASSPHRASE", "SIGNET_AUDIENCE"}


def test_arguments_may_be_python_values() -> None:
    until = datetime(2027, 1, 31, tzinfo=UTC)
    config = Config.load(
        environ={"HOME": "/nonexistent"},
        overrides={
            "allowed_signers": (
                AllowedSigner(did=AGENT),
                SERVER,
                {"did": AGENT, "tools": ("a",), "until": until},
            ),
            "securing": Securing.JWS,
            "max_lifetime": timedelta(minutes=2),
            "clock_skew": 5,
            "require_signatures": False,
            "audience": None,
        },
    )
    assert config.allowed_signers == (
        AllowedSigner(did=AGENT),
        AllowedSigner(did=SERVER),
        AllowedSigner(did=AGENT, tools=("a",), until=until),
    )
    assert (config.securing, config.max_lifetime, config.clock_skew) == (Securing.JWS, 120, 5)
    assert not config.require_signatures


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("max_lifetime", timedelta(seconds=-1)),
        ("allowed_signers", "did:key:z6Mk"),
        ("required", True),
        ("path", "x"),
    ],
)
def test_a_wrong_argument_is_an_error(name: str, value: object) -> None:
    with pytest.raises(ConfigurationError) as caught:
        Config.load(environ={"HOME": "/nonexistent"}, overrides={name: value})
    assert (caught.value.source, caught.value.key) == ("argument", name)


def test_paths_are_relative_to_the_file_wherever_the_program_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "etc"
    folder.mkdir()
    write(
        folder,
        "signet: {key_source: 'file:keys/a.key', store: 'sqlite:a.db', agent_key_source: 'file:/abs/k'}",
    )
    monkeypatch.chdir(tmp_path)
    config = Config.load("etc/config.yaml", environ={})
    assert config.key_source == f"file:{folder}/keys/a.key"
    assert config.store == f"sqlite:{folder}/a.db"
    assert config.agent_key_source == "file:/abs/k"


def test_a_store_in_memory_and_other_stores_are_no_paths(tmp_path: Path) -> None:
    assert load("signet: {store: 'sqlite::memory:'}", tmp_path).store == "sqlite::memory:"
    assert load("signet: {store: 'postgres://db/audit'}", tmp_path).store == "postgres://db/audit"


def test_the_process_environment_is_the_default(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in list(os.environ):
        if name.startswith("SIGNET_"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    monkeypatch.setenv("SIGNET_PAYLOAD", "commit")
    assert Config.load().payload == "commit"
