"""Kind `data-model`: what a credential refers to, what defines its terms, and version 1.1."""

from __future__ import annotations

import hashlib
from base64 import b64encode
from typing import Any, Final

from generator.book import Book, rule
from generator.credentials import UNDEFINED_TERMS
from generator.crypto import AGENT, STRANGER, Document, base64url, secured, wire
from generator.data_model import INVALID, SCHEMA_URL, Credentials, plain
from generator.documents import CREDENTIALS_V2, EXAMPLES_V2, OUT, changed

__all__ = ["add"]

_V1: Final = "https://www.w3.org/2018/credentials/v1"
_DATA_INTEGRITY: Final = "https://w3id.org/security/data-integrity/v2"

RESOURCES = rule("VCDM", "5.3", "Related resources are objects with an id of their own and a digest.")
CONTEXT_DIGEST = rule("VCDM", "5.3", "The digest of a context that is held is always compared.")
RESOURCE_DIGEST = rule("VCDM", "5.3", "The digest of a resource that can be had is that of its bytes.")
STRONGEST = rule("VCDM", "5.3", "Of several hashes in digestSRI those of the strongest algorithm count.")
SCHEMA = rule("VC-JSON-SCHEMA", "4", "A credential keeps to the schema that it names.")
SCHEMA_DIGEST = rule("VCDM", "5.3", "The digest that stands beside a schema's URL is that of its bytes.")
SCHEMA_CREDENTIAL = rule(
    "VC-JSON-SCHEMA", "2.2", "A schema in a credential counts once that credential verifies."
)
INDETERMINATE = rule(
    "VC-JSON-SCHEMA", "4", "What cannot be evaluated is told as indeterminate, and refuses nothing."
)
DEFINED = rule("VCDM", "5.2", "Every term and every type is defined by the contexts.")
CATCH_ALL = rule(
    "VCDM", "5.2", "The context of undefined terms stands last, and defines what the others do not."
)
VERSION = rule(
    "VCDM 1.1", "4.6", "A credential of version 1.1 has issuanceDate, and may have expirationDate."
)
VERSION_TIMES = rule(
    "VCDM 1.1", "4.8", "The period of version 1.1 is that of issuanceDate and expirationDate."
)
ONE_VERSION = rule("VCDM", "4.3", "No credential is of two versions.")
VERSION_STATUS = rule("VCDM 1.1", "4.9", "A status and a refresh service of version 1.1 have an id.")

_NAME_URL: Final = "https://issuer.example/name.txt"
_NAME: Final = "The School of Examples"
_SCHEMA: Final[Document] = {
    "$id": SCHEMA_URL,
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "type": "object",
    "properties": {
        "credentialSubject": {
            "type": "object",
            "properties": {"alumniOf": {"type": "string", "minLength": 5}},
        }
    },
}
# What W3C publishes of the digests of its context
_V2_SRI: Final = "sha384-l/HrjlBCNWyAX91hr6LFV2Y3heB5Tcr6IeE4/Tje8YyzYBM8IhqjHWiWpr8+ZbYU"
_V2_MULTIBASE: Final = "uEiBZlVztZpfWHgPyslVv6-UwirFoQoRvW1htfx963sknNA"


def _sri(text: str, name: str = "sha256") -> str:
    return f"{name}-{b64encode(hashlib.new(name, text.encode()).digest()).decode()}"


def _multibase(text: str) -> str:
    return "u" + base64url(b"\x12\x20" + hashlib.sha256(text.encode()).digest())


def _older(**members: Any) -> Document:
    """The degree in version 1.1."""
    document = {
        "@context": [_V1, EXAMPLES_V2, _DATA_INTEGRITY],
        "id": "urn:uuid:58172aac-d8ba-11ed-83dd-0b3aef56cc33",
        "type": ["VerifiableCredential", "AlumniCredential"],
        "issuer": AGENT.did,
        "issuanceDate": "2026-03-01T00:00:00Z",
        "credentialSubject": {"id": "did:example:abcdefgh", "alumniOf": "The School of Examples"},
    }
    return changed(document, **members)


def add(book: Book) -> None:
    """Add to the kind."""
    made = Credentials(book)
    _resources(made)
    _schemas(made)
    _terms(made)
    _version_1(made)


def _resources(made: Credentials) -> None:
    mismatch = "RELATED_RESOURCE_MISMATCH"
    v2 = {"id": CREDENTIALS_V2, "digestSRI": _V2_SRI, "digestMultibase": _V2_MULTIBASE}
    held = made.accept("digests-of-the-context", CONTEXT_DIGEST, relatedResource=[v2])
    for name, change in (
        ("sri-of-another-context", {"digestSRI": _sri("another", "sha384")}),
        ("multihash-of-another-context", {"digestMultibase": _multibase("another")}),
    ):
        made.reject(held, name, CONTEXT_DIGEST, mismatch, relatedResource={**v2, **change})
    for name, value in (
        ("resource-without-digest", {"id": _NAME_URL}),
        ("resource-without-id", {"digestSRI": _sri(_NAME)}),
        ("resource-twice", [v2, v2]),
        (
            "resource-with-a-bare-hash",
            {"id": _NAME_URL, "digestMultibase": "u" + base64url(hashlib.sha256(_NAME.encode()).digest())},
        ),
        ("resource-as-a-text", [CREDENTIALS_V2]),
    ):
        made.reject(held, name, RESOURCES, INVALID, relatedResource=value)
    bring: Document = {"documents": {_NAME_URL: _NAME}}
    there = made.accept(
        "a-resource-that-can-be-had",
        RESOURCE_DIGEST,
        relatedResource={"id": _NAME_URL, "digestSRI": _sri(_NAME)},
        policy=bring,
    )
    made.accept(
        "a-resource-that-is-not-looked-up",
        RESOURCE_DIGEST,
        relatedResource={"id": _NAME_URL, "digestSRI": _sri("x")},
    )
    made.judged(
        there,
        "a-resource-that-has-changed",
        RESOURCE_DIGEST,
        mismatch,
        documents={_NAME_URL: "Another School"},
    )
    made.judged(there, "a-resource-that-is-gone", RESOURCE_DIGEST, "RESOLVER_UNAVAILABLE", documents={})
    weak, strong = _sri("another"), _sri(_NAME, "sha512")
    both = made.accept(
        "the-strongest-hash",
        STRONGEST,
        relatedResource={"id": _NAME_URL, "digestSRI": f"{weak} {strong}"},
        policy=bring,
    )
    made.reject(
        both,
        "the-weakest-hash",
        STRONGEST,
        mismatch,
        relatedResource={"id": _NAME_URL, "digestSRI": f"{_sri(_NAME)} {_sri('another', 'sha512')}"},
    )


def _schemas(made: Credentials) -> None:
    text = wire(_SCHEMA)
    bring: Document = {"documents": {SCHEMA_URL: text}}
    entry = {"id": SCHEMA_URL, "type": "JsonSchema"}
    notice = ("SCHEMA_INDETERMINATE",)
    good = made.accept("keeps-to-its-schema", SCHEMA, credentialSchema=entry, policy=bring)
    made.reject(
        good, "breaks-its-schema", SCHEMA, "SCHEMA_MISMATCH", credentialSchema=entry, s__alumniOf="MIT"
    )
    other = wire({**_SCHEMA, "required": ["evidence"]})
    made.judged(good, "breaks-another-schema", SCHEMA, "SCHEMA_MISMATCH", documents={SCHEMA_URL: other})
    pinned = {**entry, "digestSRI": _sri(text)}
    digested = made.accept("schema-with-its-digest", SCHEMA_DIGEST, credentialSchema=pinned, policy=bring)
    made.judged(
        digested,
        "schema-with-another-digest",
        SCHEMA_DIGEST,
        "RELATED_RESOURCE_MISMATCH",
        documents={SCHEMA_URL: text + " "},
    )
    made.accept("schema-that-is-not-looked-up", INDETERMINATE, credentialSchema=entry, notices=notice)
    made.accept(
        "schema-that-is-gone", INDETERMINATE, credentialSchema=entry, notices=notice, policy={"documents": {}}
    )
    older = wire({**_SCHEMA, "$schema": "http://json-schema.org/draft-07/schema#"})
    made.accept(
        "schema-of-another-dialect",
        INDETERMINATE,
        credentialSchema=entry,
        notices=notice,
        policy={"documents": {SCHEMA_URL: older}},
    )
    unknown = {"id": SCHEMA_URL, "type": "ExampleSchema"}
    made.accept(
        "schema-of-another-type", INDETERMINATE, credentialSchema=unknown, notices=notice, policy=bring
    )
    _schema_credentials(made)


def _schema_credentials(made: Credentials) -> None:
    url = "https://issuer.example/schemas/1"
    carrying = plain(id=url, type=["VerifiableCredential", "JsonSchemaCredential"])
    carrying["credentialSubject"] = {"id": SCHEMA_URL, "type": "JsonSchema", "jsonSchema": _SCHEMA}
    whole = secured(carrying, AGENT)
    entry = {"id": url, "type": "JsonSchemaCredential"}
    good = made.accept(
        "schema-in-a-credential",
        SCHEMA_CREDENTIAL,
        credentialSchema=entry,
        policy={"documents": {url: wire(whole)}},
    )
    made.reject(
        good,
        "breaks-a-schema-in-a-credential",
        SCHEMA_CREDENTIAL,
        "SCHEMA_MISMATCH",
        credentialSchema=entry,
        s__alumniOf="MIT",
    )
    for name, text in (
        ("schema-in-a-changed-credential", wire({**whole, "name": "Another"})),
        ("schema-in-a-strangers-credential", wire(secured({**carrying, "issuer": STRANGER.did}, STRANGER))),
        ("schema-in-an-unsecured-credential", wire(carrying)),
    ):
        made.judged(good, name, SCHEMA_CREDENTIAL, "SCHEMA_INDETERMINATE", documents={url: text})


def _terms(made: Credentials) -> None:
    defined = made.accept("defined-terms", DEFINED, plain(name="Degree"))
    made.reject(
        defined, "an-undefined-claim", DEFINED, "UNDEFINED_TERM", plain(s__alumniOf="The School of Examples")
    )
    made.reject(
        defined,
        "an-undefined-type",
        DEFINED,
        "UNDEFINED_TERM",
        plain(type=["VerifiableCredential", "Alumni"]),
    )
    made.reject(defined, "an-undefined-member", DEFINED, "UNDEFINED_TERM", plain(grade=1))
    made.reject(
        defined,
        "an-undefined-term-far-within",
        DEFINED,
        "UNDEFINED_TERM",
        plain(evidence={"type": "https://issuer.example/Evidence", "seen": [{"by": "x"}]}),
    )
    caught_by: Document = {"@context": [CREDENTIALS_V2, UNDEFINED_TERMS]}
    caught = made.accept("undefined-terms-by-context", CATCH_ALL, **caught_by)
    first = [CREDENTIALS_V2, UNDEFINED_TERMS, EXAMPLES_V2]
    made.reject(caught, "undefined-terms-not-last", CATCH_ALL, INVALID, **{"@context": first})
    made.reject(
        caught,
        "a-context-of-version-1-1-beside",
        ONE_VERSION,
        INVALID,
        **{"@context": [CREDENTIALS_V2, _V1, UNDEFINED_TERMS]},
    )


def _version_1(made: Credentials) -> None:
    good = made.accept("version-1-1", VERSION, _older())
    made.reject(good, "version-1-1-without-issuance-date", VERSION, INVALID, _older(issuanceDate=OUT))
    wrong = _older(issuanceDate=OUT, validFrom="2026-03-01T00:00:00Z")
    made.reject(good, "version-1-1-with-the-date-of-2-0", VERSION, INVALID, wrong)
    made.reject(good, "version-1-1-issued-on-a-day", VERSION, INVALID, _older(issuanceDate="2026-03-01"))
    ending = made.accept(
        "version-1-1-within-its-period", VERSION_TIMES, _older(expirationDate="2026-03-31T00:00:00Z")
    )
    made.judged(ending, "version-1-1-expired", VERSION_TIMES, "EXPIRED", at="2026-03-31T00:01:01Z")
    made.judged(
        ending, "version-1-1-from-the-future", VERSION_TIMES, "NOT_YET_VALID", at="2026-02-28T23:58:59Z"
    )
    backwards = _older(expirationDate="2026-02-28T00:00:00Z")
    made.reject(ending, "version-1-1-expired-before-issued", VERSION_TIMES, INVALID, backwards)
    mixed = _older(**{"@context": [_V1, CREDENTIALS_V2]})
    made.reject(good, "both-versions", ONE_VERSION, INVALID, mixed)
    status = {"type": "ExampleStatus", "id": "https://issuer.example/status/5"}
    stated = made.accept(
        "version-1-1-with-a-status",
        VERSION_STATUS,
        _older(credentialStatus=status),
        notices=("STATUS_NOT_EVALUATED",),
    )
    made.reject(
        stated,
        "version-1-1-status-without-id",
        VERSION_STATUS,
        INVALID,
        _older(credentialStatus={"type": "ExampleStatus"}),
    )
