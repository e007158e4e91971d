"""Kind `data-model`: what makes a document a credential, whatever secures it; here it is eddsa-jcs-2022."""

from __future__ import annotations

import json
from typing import Any, Final

from generator.book import AT, Book, Case, Rule, rule
from generator.credentials import degree
from generator.crypto import AGENT, Document, digest, jcs, secured
from generator.documents import CREDENTIALS_V2, EXAMPLES_V2, OUT, changed

__all__ = ["INVALID", "SCHEMA_URL", "Credentials", "add", "plain"]

_V1: Final = "https://www.w3.org/2018/credentials/v1"
_DATA_INTEGRITY: Final = "https://w3id.org/security/data-integrity/v2"
INVALID: Final = "INVALID_CREDENTIAL"

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
INLINE = rule("VCDM", "4.3", "A context may stand in the document, where the signature covers it.")
PROTECTED = rule(
    "VCDM", "4.3", "What the context of credentials protects is not defined again, not even in JSON."
)
COMPACTED = rule("VCDM", "6.1", "A credential is compacted: id and type are not written as keywords.")

SCHEMA_URL: Final = "https://issuer.example/schemas/alumni.json"


def signed(document: Document) -> Document:
    """A document with its issuer's proof, of a time that does not depend on it."""
    return secured(document, AGENT, created="2026-03-01T00:00:00Z")


def _under(contexts: Any) -> dict[str, Any]:
    return {"@context": contexts}


def plain(**members: Any) -> Document:
    """A credential that says nothing but what the context of credentials defines."""
    document = degree(AGENT, **{"@context": [CREDENTIALS_V2], "type": ["VerifiableCredential"]})
    document["credentialSubject"] = {"id": "did:example:abcdefgh"}
    return changed(document, **members)


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
        whole = signed(degree(AGENT, **members) if document is None else document)
        expected: Document = {"digest": digest(jcs(whole))}
        if notices:
            expected["notices"] = list(notices)
        return self._book.accept(
            "data-model",
            name,
            of,
            input={"document": json.dumps(whole, indent=1, ensure_ascii=False)},
            keys=[AGENT],
            policy={"at": AT, "allowedSigners": [AGENT.did], **(policy or {})},
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
        whole = signed(degree(AGENT, **members) if document is None else document)
        text = json.dumps(whole, indent=1, ensure_ascii=False)
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


def _contexts(made: Credentials, good: Case) -> None:
    made.accept("one-context", CONTEXTS, {**plain(), "@context": CREDENTIALS_V2})
    for name, context in (
        ("no-context", OUT),
        ("no-contexts", []),
        ("base-context-second", [EXAMPLES_V2, CREDENTIALS_V2]),
        ("only-another-context", [EXAMPLES_V2]),
    ):
        made.reject(good, name, CONTEXTS, INVALID, **{"@context": context})
    for name, context in (
        ("context-as-a-number", 5),
        ("context-that-is-no-url", "examples"),
        ("context-that-is-not-known", "https://issuer.example/context"),
    ):
        contexts = [CREDENTIALS_V2, EXAMPLES_V2, context]
        made.reject(good, name, CONTEXT_KNOWN, "UNKNOWN_CONTEXT", **{"@context": contexts})
    inline = [CREDENTIALS_V2, {"alumniOf": "https://issuer.example/alumniOf"}]
    own = made.accept("inline-context", INLINE, type=["VerifiableCredential"], **_under(inline))
    over = [
        CREDENTIALS_V2,
        {"alumniOf": "https://issuer.example/alumniOf", "name": "https://issuer.example/name"},
    ]
    made.reject(
        own,
        "protected-term-defined-again",
        PROTECTED,
        INVALID,
        type=["VerifiableCredential"],
        **_under(over),
    )


def _identity(made: Credentials, good: Case) -> None:
    value: Any
    made.accept("without-id", IDENTIFIERS, id=OUT)
    for name, value in (
        ("id-null", None),
        ("id-as-a-list", ["urn:example:1"]),
        ("id-that-is-no-url", "degree 1"),
    ):
        made.reject(good, name, IDENTIFIERS, INVALID, id=value)
    made.reject(good, "id-of-the-subject-that-is-no-url", IDENTIFIERS, INVALID, s__id="alice")
    made.accept("type-as-a-url", TYPES, type=["https://issuer.example/types#Alumni", "VerifiableCredential"])
    for name, value in (
        ("no-type", OUT),
        ("another-type-alone", ["AlumniCredential"]),
        ("type-as-a-number", ["VerifiableCredential", 1]),
    ):
        made.reject(good, name, TYPES, INVALID, type=value)
    described = {"id": AGENT.did, "name": {"@value": "École", "@language": "fr"}, "logo": "none"}
    made.accept("issuer-as-an-object", ISSUER, issuer=described)
    for name, value in (
        ("issuer-null", None),
        ("issuer-without-id", {"name": "Example"}),
        ("issuer-that-is-no-url", "Example"),
        ("issuers-as-a-list", [AGENT.did]),
    ):
        made.reject(good, name, ISSUER, INVALID, issuer=value)
    expanded = degree(AGENT, s__id=OUT)
    expanded["credentialSubject"]["@id"] = "did:example:abcdefgh"
    made.reject(good, "id-as-a-keyword", COMPACTED, INVALID, expanded)


def _texts(made: Credentials) -> None:
    value: Any
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
        made.reject(text, name, NAMES, INVALID, name=value)
    spoken = made.accept("name-in-a-language", LANGUAGE_VALUES, name=english)
    for name, value in (
        ("name-without-value", {"@language": "en"}),
        ("name-with-another-member", {**english, "url": "https://issuer.example/"}),
        ("name-whose-language-is-a-number", {"@value": "Degree", "@language": 1}),
    ):
        made.reject(spoken, name, LANGUAGE_VALUES, INVALID, name=value)


def _subjects(made: Credentials, good: Case) -> None:
    two = [{"id": "did:example:a", "alumniOf": "One"}, {"alumniOf": "Two"}]
    several = made.accept("two-subjects", SUBJECTS, credentialSubject=two)
    for name, value in (("no-subject", OUT), ("subject-null", None), ("no-subjects", [])):
        made.reject(good, name, SUBJECT, INVALID, credentialSubject=value)
    for name, value in (
        ("subject-as-a-text", "did:example:abcdefgh"),
        ("subject-without-claims", {}),
        ("one-of-the-subjects-without-claims", [*two, {}]),
    ):
        made.reject(several, name, SUBJECTS, INVALID, credentialSubject=value)


def _times(made: Credentials, good: Case) -> None:
    made.accept("without-times", TIMES, validFrom=OUT, validUntil=OUT)
    for name, value in (
        ("validfrom-as-a-day", "2026-03-01"),
        ("validfrom-of-a-day-that-is-none", "2026-02-29T00:00:00Z"),
        ("validfrom-as-a-number", 1772323200),
        ("validfrom-in-words", "March 1, 2026"),
    ):
        made.reject(good, name, TIMES, INVALID, validFrom=value)
    made.accept("fractions-of-a-second", SECONDS, validFrom="2026-03-01T00:00:00.123456789123Z")
    midnight = made.accept("twenty-four-hours", SECONDS, validFrom="2026-03-01T24:00:00Z")
    made.reject(midnight, "a-leap-second", SECONDS, INVALID, validFrom="2026-03-01T23:59:60Z")
    made.reject(
        midnight, "twenty-four-hours-and-a-second", SECONDS, INVALID, validFrom="2026-03-01T24:00:01Z"
    )
    made.reject(midnight, "a-time-without-seconds", SECONDS, INVALID, validFrom="2026-03-01T00:00Z")
    east = made.accept("an-offset", OFFSETS, validFrom="2026-03-01T14:00:00+14:00")
    made.reject(east, "an-offset-beyond-14-hours", OFFSETS, INVALID, validFrom="2026-03-01T14:00:00+14:01")
    made.reject(east, "an-offset-in-hours-alone", OFFSETS, INVALID, validFrom="2026-03-01T14:00:00+14")
    made.reject(east, "a-small-z", OFFSETS, INVALID, validFrom="2026-03-01T14:00:00z")
    made.accept("no-offset", OFFSETS, validFrom="2026-03-01T00:00:00", notices=(INVALID,))
    far = made.accept("a-far-year", PERIOD, validUntil="12026-03-01T00:00:00Z")
    made.reject(far, "until-before-from", PERIOD, INVALID, validUntil="2026-02-28T23:59:59Z")


def _typed(made: Credentials, good: Case) -> None:
    terms = {"type": "ExampleTerms", "id": "https://issuer.example/terms"}
    made.accept("terms-of-use-and-evidence", TYPED, termsOfUse=[terms], evidence={"type": "ExampleEvidence"})
    for name, members in (
        ("status-without-type", {"credentialStatus": {"id": "https://issuer.example/status"}}),
        ("terms-without-type", {"termsOfUse": [terms, {"id": "https://issuer.example/terms"}]}),
        ("evidence-as-a-text", {"evidence": "seen"}),
        ("refresh-service-without-claims", {"refreshService": {}}),
    ):
        made.reject(good, name, TYPED, INVALID, **members)
    for name, value in (
        ("schema-without-id", {"type": "JsonSchema"}),
        ("schema-without-type", {"id": SCHEMA_URL}),
        ("schema-whose-id-is-no-url", {"id": "alumni", "type": "JsonSchema"}),
        ("schema-as-a-text", SCHEMA_URL),
    ):
        made.reject(good, name, SCHEMA_FORM, INVALID, credentialSchema=value)
