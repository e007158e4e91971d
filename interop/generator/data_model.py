"""Kind `data-model`: what makes a document a credential, whatever secures it; here it is eddsa-jcs-2022."""

from __future__ import annotations

import hashlib
import json
from base64 import b64encode
from typing import Any, Final

from generator.book import Book, Case, Rule, rule
from generator.credentials import UNDEFINED_TERMS, degree
from generator.crypto import AGENT, STRANGER, Document, base64url, digest, jcs, secured, wire
from generator.documents import CREDENTIALS_V2, EXAMPLES_V2, OUT, changed

__all__ = ["add"]

_AT: Final = "2026-03-30T12:00:00Z"
_V1: Final = "https://www.w3.org/2018/credentials/v1"
_DATA_INTEGRITY: Final = "https://w3id.org/security/data-integrity/v2"
_INVALID: Final = "INVALID_CREDENTIAL"

CONTEXTS = rule("VCDM", "4.3", "@context is a list that begins with the context of the version.")
CONTEXT_KNOWN = rule("VCDM", "4.3", "Each further context is one that is known, or an object.")
IDENTIFIERS = rule("VCDM", "4.4", "An id is one URL, wherever it stands.")
TYPES = rule("VCDM", "4.5", "type names VerifiableCredential, and terms or URLs beside it.")
NAMES = rule("VCDM", "4.6", "name and description are a text, a language value, or several of these.")
LANGUAGE_VALUES = rule(
    "VCDM", "11.1", "A language value has @value, and of @language and @direction what it needs."
)
ISSUER = rule("VCDM", "4.7", "The issuer is one URL, or an object with one and whatever else.")
SUBJECT = rule("VCDM", "4.8", "A credential says something of one subject or several.")
SUBJECTS = rule("VCDM", "4.8", "Each subject is an object with a claim.")
TIMES = rule("VCDM", "4.9", "validFrom and validUntil are xsd:dateTimeStamp values of days that exist.")
SECONDS = rule(
    "VCDM", "5.8", "A time has seconds from 00 to 59, and any fraction; 24:00:00 is the next day's midnight."
)
OFFSETS = rule(
    "VCDM", "5.8", "A time has Z or an offset to 14:00; without one it is read as UTC, with a notice."
)
PERIOD = rule("VCDM", "4.9", "validUntil is not before validFrom.")
TYPED = rule(
    "VCDM", "4.4", "Status, terms of use, evidence and refresh service are objects that say their type."
)
SCHEMA_FORM = rule("VCDM", "4.11", "A schema is an object with a type and an id that is a URL.")
RESOURCES = rule("VCDM", "5.3", "Related resources are objects with an id of their own and a digest.")
CONTEXT_DIGEST = rule("VCDM", "5.3", "The digest of a context that is held is always compared.")
RESOURCE_DIGEST = rule("VCDM", "5.3", "The digest of a resource that can be had is that of its bytes.")
STRONGEST = rule("VCDM", "5.3", "Of several hashes in digestSRI those of the strongest algorithm count.")
SCHEMA = rule("VC-JSON-SCHEMA", "3.1", "A credential keeps to the schema that it names.")
SCHEMA_DIGEST = rule("VCDM", "5.3", "The digest that stands beside a schema's URL is that of its bytes.")
SCHEMA_CREDENTIAL = rule(
    "VC-JSON-SCHEMA", "3.2", "A schema in a credential counts once that credential verifies."
)
INDETERMINATE = rule(
    "VC-JSON-SCHEMA", "4", "What cannot be evaluated is told as indeterminate, and refuses nothing."
)
DEFINED = rule("VCDM", "5.2", "Every term and every type is defined by the contexts.")
CATCH_ALL = rule(
    "VCDM", "5.2", "The context of undefined terms stands last, and defines what the others do not."
)
INLINE = rule("VCDM", "4.3", "A context may stand in the document, where the signature covers it.")
PROTECTED = rule(
    "VCDM", "4.3", "What the context of credentials protects is not defined again, not even in JSON."
)
COMPACTED = rule("VCDM", "6.1", "A credential is compacted: id and type are not written as keywords.")
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
_SCHEMA_URL: Final = "https://issuer.example/schemas/alumni.json"
_SCHEMA: Final[Document] = {
    "$id": _SCHEMA_URL,
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


def _signed(document: Document) -> Document:
    return secured(document, AGENT, created="2026-03-01T00:00:00Z")


class Credentials:
    """Writes cases of this kind into the book: documents, signed after the change."""

    def __init__(self, book: Book) -> None:
        self._book = book

    def accept(
        self,
        name: str,
        of: Rule,
        document: Document | None = None,
        /,
        *,
        notices: tuple[str, ...] = (),
        policy: Document | None = None,
        **members: Any,
    ) -> Case:
        """A credential that verifies: `document`, or the degree with these members changed."""
        signed = _signed(degree(AGENT, **members) if document is None else document)
        expected: Document = {"digest": digest(jcs(signed))}
        if notices:
            expected["notices"] = list(notices)
        return self._book.accept(
            "data-model",
            name,
            of,
            input={"document": json.dumps(signed, indent=1, ensure_ascii=False)},
            keys=[AGENT],
            policy={"at": _AT, "allowedSigners": [AGENT.did], **(policy or {})},
            expected=expected,
        )

    def reject(
        self,
        beside: Case,
        name: str,
        of: Rule,
        code: str,
        document: Document | None = None,
        /,
        **members: Any,
    ) -> None:
        """Another credential, which is refused."""
        signed = _signed(degree(AGENT, **members) if document is None else document)
        text = json.dumps(signed, indent=1, ensure_ascii=False)
        self._book.reject(beside, name, of, code, document=text)

    def judged(self, beside: Case, name: str, of: Rule, code: str, **policy: Any) -> None:
        """The same credential under another policy, which refuses it."""
        self._book.reject(beside, name, of, code, policy=policy)


def add(book: Book) -> None:
    """Add the kind."""
    made = Credentials(book)
    good = made.accept("general", SUBJECT)
    _contexts(made, good)
    _identity(made, good)
    _texts(made)
    _subjects(made, good)
    _times(made, good)
    _typed(made, good)
    _resources(made)
    _schemas(made)
    _terms(made, good)
    _version_1(made)


def _contexts(made: Credentials, good: Case) -> None:
    made.accept("one-context", CONTEXTS, {**_plain(), "@context": CREDENTIALS_V2})
    for name, context in (
        ("no-context", OUT),
        ("no-contexts", []),
        ("base-context-second", [EXAMPLES_V2, CREDENTIALS_V2]),
        ("only-another-context", [EXAMPLES_V2]),
    ):
        made.reject(good, name, CONTEXTS, _INVALID, **{"@context": context})
    for name, context in (
        ("context-as-a-number", 5),
        ("context-that-is-no-url", "examples"),
        ("context-that-is-not-known", "https://issuer.example/context"),
    ):
        contexts = [CREDENTIALS_V2, EXAMPLES_V2, context]
        made.reject(good, name, CONTEXT_KNOWN, "UNKNOWN_CONTEXT", **{"@context": contexts})
    inline = [CREDENTIALS_V2, {"alumniOf": "https://issuer.example/alumniOf"}]
    own = made.accept("inline-context", INLINE, type=["VerifiableCredential"], **{"@context": inline})
    over = [
        CREDENTIALS_V2,
        {"alumniOf": "https://issuer.example/alumniOf", "name": "https://issuer.example/name"},
    ]
    made.reject(
        own,
        "protected-term-defined-again",
        PROTECTED,
        _INVALID,
        type=["VerifiableCredential"],
        **{"@context": over},
    )


def _plain(**members: Any) -> Document:
    """A credential that says nothing but what the context of credentials defines."""
    document = degree(AGENT, **{"@context": [CREDENTIALS_V2], "type": ["VerifiableCredential"]})
    document["credentialSubject"] = {"id": "did:example:abcdefgh"}
    return changed(document, **members)


def _identity(made: Credentials, good: Case) -> None:
    made.accept("without-id", IDENTIFIERS, id=OUT)
    for name, value in (
        ("id-null", None),
        ("id-as-a-list", ["urn:example:1"]),
        ("id-that-is-no-url", "degree 1"),
    ):
        made.reject(good, name, IDENTIFIERS, _INVALID, id=value)
    made.reject(good, "id-of-the-subject-that-is-no-url", IDENTIFIERS, _INVALID, s__id="alice")
    made.accept("type-as-a-url", TYPES, type=["https://issuer.example/types#Alumni", "VerifiableCredential"])
    for name, value in (
        ("no-type", OUT),
        ("another-type-alone", ["AlumniCredential"]),
        ("type-as-a-number", ["VerifiableCredential", 1]),
    ):
        made.reject(good, name, TYPES, _INVALID, type=value)
    described = {"id": AGENT.did, "name": {"@value": "École", "@language": "fr"}, "logo": "none"}
    made.accept("issuer-as-an-object", ISSUER, issuer=described)
    for name, value in (
        ("issuer-null", None),
        ("issuer-without-id", {"name": "Example"}),
        ("issuer-that-is-no-url", "Example"),
        ("issuers-as-a-list", [AGENT.did]),
    ):
        made.reject(good, name, ISSUER, _INVALID, issuer=value)
    expanded = degree(AGENT, s__id=OUT)
    expanded["credentialSubject"]["@id"] = "did:example:abcdefgh"
    made.reject(good, "id-as-a-keyword", COMPACTED, _INVALID, expanded)


def _texts(made: Credentials) -> None:
    english, arabic = (
        {"@value": "Degree", "@language": "en"},
        {"@value": "درجة", "@language": "ar", "@direction": "rtl"},
    )
    text = made.accept("name-as-a-text", NAMES, name="Degree", description="Of the School")
    made.accept("name-in-two-languages", LANGUAGE_VALUES, name=[english, arabic])
    for name, value in (
        ("name-as-a-number", 1),
        ("name-null", None),
        ("a-number-among-the-names", [english, 1]),
    ):
        made.reject(text, name, NAMES, _INVALID, name=value)
    spoken = made.accept("name-in-a-language", LANGUAGE_VALUES, name=english)
    for name, value in (
        ("name-without-value", {"@language": "en"}),
        ("name-with-another-member", {**english, "url": "https://issuer.example/"}),
        ("name-whose-language-is-a-number", {"@value": "Degree", "@language": 1}),
    ):
        made.reject(spoken, name, LANGUAGE_VALUES, _INVALID, name=value)


def _subjects(made: Credentials, good: Case) -> None:
    two = [{"id": "did:example:a", "alumniOf": "One"}, {"alumniOf": "Two"}]
    several = made.accept("two-subjects", SUBJECTS, credentialSubject=two)
    for name, value in (("no-subject", OUT), ("subject-null", None), ("no-subjects", [])):
        made.reject(good, name, SUBJECT, _INVALID, credentialSubject=value)
    for name, value in (
        ("subject-as-a-text", "did:example:abcdefgh"),
        ("subject-without-claims", {}),
        ("one-of-the-subjects-without-claims", [*two, {}]),
    ):
        made.reject(several, name, SUBJECTS, _INVALID, credentialSubject=value)


def _times(made: Credentials, good: Case) -> None:
    made.accept("without-times", TIMES, validFrom=OUT, validUntil=OUT)
    for name, value in (
        ("validfrom-as-a-day", "2026-03-01"),
        ("validfrom-of-a-day-that-is-none", "2026-02-29T00:00:00Z"),
        ("validfrom-as-a-number", 1772323200),
        ("validfrom-in-words", "March 1, 2026"),
    ):
        made.reject(good, name, TIMES, _INVALID, validFrom=value)
    made.accept("fractions-of-a-second", SECONDS, validFrom="2026-03-01T00:00:00.123456789123Z")
    midnight = made.accept("twenty-four-hours", SECONDS, validFrom="2026-03-01T24:00:00Z")
    made.reject(midnight, "a-leap-second", SECONDS, _INVALID, validFrom="2026-03-01T23:59:60Z")
    made.reject(
        midnight, "twenty-four-hours-and-a-second", SECONDS, _INVALID, validFrom="2026-03-01T24:00:01Z"
    )
    made.reject(midnight, "a-time-without-seconds", SECONDS, _INVALID, validFrom="2026-03-01T00:00Z")
    east = made.accept("an-offset", OFFSETS, validFrom="2026-03-01T14:00:00+14:00")
    made.reject(east, "an-offset-beyond-14-hours", OFFSETS, _INVALID, validFrom="2026-03-01T14:00:00+14:01")
    made.reject(east, "an-offset-in-hours-alone", OFFSETS, _INVALID, validFrom="2026-03-01T14:00:00+14")
    made.reject(east, "a-small-z", OFFSETS, _INVALID, validFrom="2026-03-01T14:00:00z")
    made.accept("no-offset", OFFSETS, validFrom="2026-03-01T00:00:00", notices=(_INVALID,))
    far = made.accept("a-far-year", PERIOD, validUntil="12026-03-01T00:00:00Z")
    made.reject(far, "until-before-from", PERIOD, _INVALID, validUntil="2026-02-28T23:59:59Z")


def _typed(made: Credentials, good: Case) -> None:
    terms = {"type": "ExampleTerms", "id": "https://issuer.example/terms"}
    made.accept("terms-of-use-and-evidence", TYPED, termsOfUse=[terms], evidence={"type": "ExampleEvidence"})
    for name, members in (
        ("status-without-type", {"credentialStatus": {"id": "https://issuer.example/status"}}),
        ("terms-without-type", {"termsOfUse": [terms, {"id": "https://issuer.example/terms"}]}),
        ("evidence-as-a-text", {"evidence": "seen"}),
        ("refresh-service-without-claims", {"refreshService": {}}),
    ):
        made.reject(good, name, TYPED, _INVALID, **members)
    for name, value in (
        ("schema-without-id", {"type": "JsonSchema"}),
        ("schema-without-type", {"id": _SCHEMA_URL}),
        ("schema-whose-id-is-no-url", {"id": "alumni", "type": "JsonSchema"}),
        ("schema-as-a-text", _SCHEMA_URL),
    ):
        made.reject(good, name, SCHEMA_FORM, _INVALID, credentialSchema=value)


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
        made.reject(held, name, RESOURCES, _INVALID, relatedResource=value)
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
    bring: Document = {"documents": {_SCHEMA_URL: text}}
    entry = {"id": _SCHEMA_URL, "type": "JsonSchema"}
    notice = ("SCHEMA_INDETERMINATE",)
    good = made.accept("keeps-to-its-schema", SCHEMA, credentialSchema=entry, policy=bring)
    made.reject(
        good, "breaks-its-schema", SCHEMA, "SCHEMA_MISMATCH", credentialSchema=entry, s__alumniOf="MIT"
    )
    other = wire({**_SCHEMA, "required": ["evidence"]})
    made.judged(good, "breaks-another-schema", SCHEMA, "SCHEMA_MISMATCH", documents={_SCHEMA_URL: other})
    pinned = {**entry, "digestSRI": _sri(text)}
    digested = made.accept("schema-with-its-digest", SCHEMA_DIGEST, credentialSchema=pinned, policy=bring)
    made.judged(
        digested,
        "schema-with-another-digest",
        SCHEMA_DIGEST,
        "RELATED_RESOURCE_MISMATCH",
        documents={_SCHEMA_URL: text + " "},
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
        policy={"documents": {_SCHEMA_URL: older}},
    )
    unknown = {"id": _SCHEMA_URL, "type": "ExampleSchema"}
    made.accept(
        "schema-of-another-type", INDETERMINATE, credentialSchema=unknown, notices=notice, policy=bring
    )
    _schema_credentials(made)


def _schema_credentials(made: Credentials) -> None:
    url = "https://issuer.example/schemas/1"
    carrying = _plain(id=url, type=["VerifiableCredential", "JsonSchemaCredential"])
    carrying["credentialSubject"] = {"id": _SCHEMA_URL, "type": "JsonSchema", "jsonSchema": _SCHEMA}
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


def _terms(made: Credentials, good: Case) -> None:
    plain = made.accept("defined-terms", DEFINED, _plain(name="Degree"))
    made.reject(
        plain, "an-undefined-claim", DEFINED, "UNDEFINED_TERM", _plain(s__alumniOf="The School of Examples")
    )
    made.reject(
        plain, "an-undefined-type", DEFINED, "UNDEFINED_TERM", _plain(type=["VerifiableCredential", "Alumni"])
    )
    made.reject(plain, "an-undefined-member", DEFINED, "UNDEFINED_TERM", _plain(grade=1))
    made.reject(
        plain,
        "an-undefined-term-far-within",
        DEFINED,
        "UNDEFINED_TERM",
        _plain(evidence={"type": "https://issuer.example/Evidence", "seen": [{"by": "x"}]}),
    )
    last = [CREDENTIALS_V2, UNDEFINED_TERMS]
    caught = made.accept("undefined-terms-by-context", CATCH_ALL, **{"@context": last})
    first = [CREDENTIALS_V2, UNDEFINED_TERMS, EXAMPLES_V2]
    made.reject(caught, "undefined-terms-not-last", CATCH_ALL, _INVALID, **{"@context": first})
    made.reject(
        good, "a-context-of-version-1-1-beside", ONE_VERSION, _INVALID, **{"@context": [CREDENTIALS_V2, _V1]}
    )


def _version_1(made: Credentials) -> None:
    good = made.accept("version-1-1", VERSION, _older())
    made.reject(good, "version-1-1-without-issuance-date", VERSION, _INVALID, _older(issuanceDate=OUT))
    wrong = _older(issuanceDate=OUT, validFrom="2026-03-01T00:00:00Z")
    made.reject(good, "version-1-1-with-the-date-of-2-0", VERSION, _INVALID, wrong)
    made.reject(good, "version-1-1-issued-on-a-day", VERSION, _INVALID, _older(issuanceDate="2026-03-01"))
    ending = made.accept(
        "version-1-1-within-its-period", VERSION_TIMES, _older(expirationDate="2026-03-31T00:00:00Z")
    )
    made.judged(ending, "version-1-1-expired", VERSION_TIMES, "EXPIRED", at="2026-03-31T00:01:01Z")
    made.judged(
        ending, "version-1-1-from-the-future", VERSION_TIMES, "NOT_YET_VALID", at="2026-02-28T23:58:59Z"
    )
    backwards = _older(expirationDate="2026-02-28T00:00:00Z")
    made.reject(ending, "version-1-1-expired-before-issued", VERSION_TIMES, _INVALID, backwards)
    mixed = _older(**{"@context": [_V1, CREDENTIALS_V2]})
    made.reject(good, "both-versions", ONE_VERSION, _INVALID, mixed)
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
        _INVALID,
        _older(credentialStatus={"type": "ExampleStatus"}),
    )
