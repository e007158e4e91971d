"""Kind `status`: what the lists say that a credential's entries point into."""

from __future__ import annotations

import json
import zlib
from typing import Any, Final

from generator.book import AT, Book, Bytes, Case, Rule, rule
from generator.credentials import degree
from generator.crypto import AGENT, STRANGER, Document, base64url, digest, jcs, secured, token, wire
from generator.documents import CREDENTIALS_V2, OUT, changed
from generator.status_lists import ENTRIES, URL, encoded, gzipped, list_credential, with_bits

__all__ = ["add"]

_INDEX: Final = 94567
_OTHER_URL: Final = "https://issuer.example/status/4"
_SPEC: Final = "VC-BITSTRING-STATUS-LIST"

ENTRY = rule(
    _SPEC, "2.1", "An entry names a list, an index in it and the purpose: 0 says nothing against it."
)
REVOKED = rule(_SPEC, "2.1", "A set entry for revocation makes the credential refused, for good.")
SUSPENDED = rule(_SPEC, "2.1", "A set entry for suspension makes the credential refused.")
EVERY = rule(_SPEC, "2.1", "A credential may have several entries, and each of them counts.")
REPORTED = rule(_SPEC, "2.1", "A refresh, a message and an unknown purpose are reported, and refuse nothing.")
ORDER = rule(_SPEC, "3.3", "The left-most bit of the first byte is the entry of index 0.")
SIZES = rule(_SPEC, "2.1", "Of statusSize bits the entry begins at that many times the index.")
INDEX = rule(_SPEC, "2.1", "The index is an integer from 0 on, in base 10, as a text.")
MEMBERS = rule(_SPEC, "2.1", "An entry has statusPurpose, statusListIndex and the URL of its list.")
MESSAGES = rule(_SPEC, "2.1", "An entry of several bits has a message for each of its values.")
OWN_ID = rule(_SPEC, "2.1", "The id of an entry, if it has one, is not that of the list.")
RANGE = rule(_SPEC, "3.2", "An index past the end of the list is an error of range.")
LENGTH = rule(_SPEC, "3.2", "A list has at least 131072 entries.")
RETRIEVED = rule(
    _SPEC, "3.2", "A list that cannot be retrieved says nothing, and nothing verifies without it."
)
VERIFIED = rule(_SPEC, "3.2", "The list's credential verifies itself, as of a trusted issuer.")
LIST_TIME = rule(_SPEC, "2.2", "A list counts within its own validity period alone.")
SAME = rule(_SPEC, "3.2", "The list is for the purpose that the entry states.")
NAMED = rule(_SPEC, "2.2", "A list's credential, if it has an id, is that of the URL which the entry names.")
LIST_FORM = rule(
    _SPEC, "2.2", "A list's credential has the type, and its subject the list with type and purpose."
)
ENCODED = rule(_SPEC, "3.4", "encodedList is u and base64url of one whole gzip member.")
BOMB = rule(_SPEC, "3.4", "A list is not expanded without a bound.")
SECURINGS = rule(_SPEC, "3.2", "The list's credential may be secured in any way that is known.")
NOT_ASKED = rule(
    "FORMAT", "Verification", "Where nothing can be looked up a notice says so; nothing is fetched."
)
OTHER_TYPES = rule("VCDM", "4.10", "A status of a type that is not known is reported.")
TERMS = rule("VCDM", "4.10", "The members of an entry are defined by the contexts, as all others.")


def _entry(index: Any = _INDEX, purpose: Any = "revocation", **members: Any) -> Document:
    document = {
        "id": f"{URL}#{_INDEX}",
        "type": "BitstringStatusListEntry",
        "statusPurpose": purpose,
        "statusListIndex": str(index) if type(index) is int else index,
        "statusListCredential": URL,
    }
    return changed(document, **members)


def _with(*entries: Document) -> Document:
    """A credential with this status, secured."""
    status = entries[0] if len(entries) == 1 else list(entries)
    return secured(degree(AGENT, credentialStatus=status), AGENT)


def _listed(bits: bytes | str = b"", **members: Any) -> str:
    """The text of a list's credential, secured by its issuer."""
    return wire(secured(list_credential(bits or with_bits([]), **members), AGENT))


def _numbered(index: Any) -> Document:
    """An entry whose index is not turned into a text."""
    return {**_entry(), "statusListIndex": index}


class Statuses:
    """Writes cases of this kind into the book."""

    def __init__(self, book: Book) -> None:
        self._book = book

    def accept(
        self,
        name: str,
        of: Rule,
        document: Document,
        listed: Bytes | None = None,
        *,
        notices: list[str] | None = None,
    ) -> Case:
        """A credential that verifies, and the list behind the URL; without a list nothing is looked up."""
        expected: Document = {"digest": digest(jcs(document))}
        if notices:
            expected["notices"] = notices
        policy: Document = {"at": AT, "allowedSigners": [AGENT.did]}
        if listed is not None:
            policy["documents"] = {URL: listed}
        return self._book.accept(
            "status",
            name,
            of,
            input={"document": json.dumps(document, indent=1)},
            keys=[AGENT],
            policy=policy,
            expected=expected,
        )

    def listed(self, beside: Case, name: str, of: Rule, code: str, listed: Any) -> None:
        """The same credential with another list."""
        self.at(beside, name, of, code, {} if listed is None else {URL: listed})

    def at(self, beside: Case, name: str, of: Rule, code: str, documents: Document) -> None:
        """The same credential, and other documents."""
        self._book.reject(beside, name, of, code, policy={"documents": documents})

    def document(self, beside: Case, name: str, of: Rule, code: str, document: Document) -> None:
        """Another credential with the same list."""
        self._book.reject(beside, name, of, code, document=json.dumps(document, indent=1))

    def entry(self, beside: Case, name: str, of: Rule, code: str, *entries: Document) -> None:
        """Another status, signed, with the same list."""
        self.document(beside, name, of, code, _with(*entries))


def add(book: Book) -> None:
    """Add the kind."""
    made = Statuses(book)
    good = made.accept("not-revoked", ENTRY, _with(_entry()), _listed())
    _meanings(made, good)
    _bits(made)
    _sizes(made)
    _entries(made, good)
    _lists(made, good)
    _encodings(made, good)
    made.accept("nothing-looked-up", NOT_ASKED, _with(_entry()), notices=["STATUS_NOT_EVALUATED"])
    other = _with({"id": "https://issuer.example/status/5", "type": "ExampleStatus"})
    made.accept("another-type", OTHER_TYPES, other, _listed(), notices=["STATUS_NOT_EVALUATED"])


def _meanings(made: Statuses, good: Case) -> None:
    made.listed(good, "revoked", REVOKED, "STATUS_REVOKED", _listed(with_bits([_INDEX])))
    made.listed(good, "every-entry-revoked", REVOKED, "STATUS_REVOKED", _listed(with_bits(range(ENTRIES))))
    held = made.accept(
        "not-suspended", SUSPENDED, _with(_entry(purpose="suspension")), _listed(purpose="suspension")
    )
    made.listed(
        held, "suspended", SUSPENDED, "STATUS_SUSPENDED", _listed(with_bits([_INDEX]), purpose="suspension")
    )
    both = ["revocation", "suspension"]
    two = _with(_entry(5), _entry(6, "suspension", id=OUT))
    pair = made.accept("two-entries", EVERY, two, _listed(purpose=both))
    made.listed(
        pair, "the-second-entry-set", EVERY, "STATUS_SUSPENDED", _listed(with_bits([6]), purpose=both)
    )
    made.listed(pair, "the-first-entry-set", EVERY, "STATUS_REVOKED", _listed(with_bits([5]), purpose=both))
    for purpose in ("refresh", "message", "com.example.audited"):
        document = _with(_entry(purpose=purpose))
        listed = _listed(with_bits([_INDEX]), purpose=purpose)
        name = f"set-for-{purpose.replace('.', '-')}"
        made.accept(name, REPORTED, document, listed, notices=["STATUS_MESSAGE"])


def _bits(made: Statuses) -> None:
    around = with_bits([1, 7, 8, ENTRIES - 2])
    first = made.accept("first-of-the-list", ORDER, _with(_entry(0)), _listed(around))
    last = made.accept("last-of-the-list", ORDER, _with(_entry(ENTRIES - 1)), _listed(around))
    made.listed(first, "first-of-the-list-revoked", ORDER, "STATUS_REVOKED", _listed(with_bits([0])))
    made.listed(last, "last-of-the-list-revoked", ORDER, "STATUS_REVOKED", _listed(with_bits([ENTRIES - 1])))
    for name, index in (("one-past-the-end", ENTRIES), ("far-past-the-end", 1 << 64)):
        made.entry(last, name, RANGE, "STATUS_INDEX_OUT_OF_RANGE", _entry(index))


def _messages(size: int) -> list[Document]:
    return [{"status": f"{value:#x}", "message": f"message {value}"} for value in range(1 << size)]


def _sizes(made: Statuses) -> None:
    sized = _entry(7, "message", statusSize=2, statusMessage=_messages(2))
    bits = with_bits([7], size=2, value=2)
    case = made.accept(
        "a-message-of-two-bits",
        SIZES,
        _with(sized),
        _listed(bits, purpose="message"),
        notices=["STATUS_MESSAGE"],
    )
    three = _entry(7, statusSize=3, statusMessage=_messages(3))
    crossing = with_bits([6, 8], size=3)
    wide = made.accept("an-entry-of-three-bits", SIZES, _with(three), _listed(crossing))
    made.listed(
        wide, "an-entry-of-three-bits-set", SIZES, "STATUS_REVOKED", _listed(with_bits([7], size=3, value=1))
    )
    made.listed(wide, "three-bits-in-a-list-for-one", LENGTH, "STATUS_LIST_TOO_SHORT", _listed())
    for name, change in (
        ("no-messages", {"statusMessage": OUT}),
        ("three-messages-for-two-bits", {"statusMessage": _messages(2)[:3]}),
        ("a-message-twice", {"statusMessage": [*_messages(2)[:3], _messages(2)[0]]}),
        (
            "a-status-in-decimal",
            {"statusMessage": [{"status": str(value), "message": "m"} for value in range(4)]},
        ),
    ):
        made.entry(case, name, MESSAGES, "INVALID_CREDENTIAL", changed(sized, **change))
    made.entry(case, "size-of-zero", SIZES, "INVALID_CREDENTIAL", changed(sized, statusSize=0))


def _entries(made: Statuses, good: Case) -> None:
    bare = made.accept("entry-without-id", OWN_ID, _with(_entry(id=OUT)), _listed())
    made.entry(bare, "entry-with-the-id-of-the-list", OWN_ID, "INVALID_CREDENTIAL", _entry(id=URL))
    for name, index in (
        ("index-as-a-number", _INDEX),
        ("index-with-a-leading-zero", "094567"),
        ("index-below-zero", "-1"),
        ("index-in-hexadecimal", "0x17"),
        ("index-in-other-digits", "\u0667"),
    ):
        made.entry(good, name, INDEX, "INVALID_CREDENTIAL", _numbered(index))
    for name, change in (
        ("entry-without-purpose", {"statusPurpose": OUT}),
        ("entry-without-index", {"statusListIndex": OUT}),
        ("entry-without-list", {"statusListCredential": OUT}),
        ("a-list-that-is-no-url", {"statusListCredential": "status"}),
    ):
        made.entry(good, name, MEMBERS, "INVALID_CREDENTIAL", _entry(**change))
    plain = degree(AGENT, **{"@context": [CREDENTIALS_V2], "type": ["VerifiableCredential"]})
    plain["credentialSubject"] = {"id": "did:example:abcdefgh"}
    stated = secured({**plain, "credentialStatus": _entry()}, AGENT)
    case = made.accept("one-context", TERMS, stated, _listed())
    more = secured({**plain, "credentialStatus": _entry(statusEntry="x")}, AGENT)
    made.document(case, "an-undefined-member", TERMS, "UNDEFINED_TERM", more)


def _lists(made: Statuses, good: Case) -> None:
    made.listed(good, "no-list", RETRIEVED, "STATUS_UNAVAILABLE", None)
    elsewhere = {_OTHER_URL: _listed()}
    made.at(good, "another-list", RETRIEVED, "STATUS_UNAVAILABLE", elsewhere)
    invalid = "STATUS_LIST_INVALID"
    unsecured = list_credential(with_bits([]))
    broken = {**json.loads(_listed()), "validFrom": "2026-03-02T00:00:00Z"}
    theirs = wire(secured(list_credential(with_bits([]), key=STRANGER), STRANGER))
    forged = wire(secured(list_credential(with_bits([])), STRANGER))
    for name, listed in (
        ("list-unsecured", wire(unsecured)),
        ("list-changed", wire(broken)),
        ("list-of-a-stranger", theirs),
        ("list-signed-by-a-stranger", forged),
        ("list-that-is-no-json", "not found"),
    ):
        made.listed(good, name, VERIFIED, invalid, listed)
    made.accept("list-in-a-jws", SECURINGS, _with(_entry()), token(unsecured, AGENT))
    jws = token(unsecured, AGENT, sign=STRANGER.sign)
    made.listed(good, "list-in-a-jws-of-another-key", SECURINGS, invalid, jws)
    period = made.accept(
        "list-within-its-period", LIST_TIME, _with(_entry()), _listed(validUntil="2026-03-31T00:00:00Z")
    )
    made.listed(
        period, "list-after-its-period", LIST_TIME, invalid, _listed(validUntil="2026-03-29T00:00:00Z")
    )
    made.listed(
        period, "list-before-its-period", LIST_TIME, invalid, _listed(validFrom="2026-04-01T00:00:00Z")
    )
    made.listed(good, "list-for-another-purpose", SAME, invalid, _listed(purpose="suspension"))
    made.accept("list-without-id", NAMED, _with(_entry()), _listed(id=OUT))
    made.listed(good, "list-of-another-url", NAMED, invalid, _listed(id=_OTHER_URL))
    untyped = _listed(type=["VerifiableCredential"])
    made.listed(good, "list-without-its-type", LIST_FORM, "INVALID_CREDENTIAL", untyped)
    for name, members in (
        ("list-whose-subject-has-another-type", {"s__type": "BitstringStatusListEntry"}),
        ("list-without-purpose", {"s__statusPurpose": OUT}),
        ("list-without-list", {"s__encodedList": OUT}),
    ):
        made.listed(good, name, LIST_FORM, "INVALID_CREDENTIAL", _listed(**members))
    made.listed(
        good, "a-byte-under-the-minimum", LENGTH, "STATUS_LIST_TOO_SHORT", _listed(bytes(ENTRIES // 8 - 1))
    )
    made.accept("a-longer-list", LENGTH, _with(_entry(300_000)), _listed(with_bits([], entries=1 << 20)))


def _encodings(made: Statuses, good: Case) -> None:
    bits = with_bits([])
    packed = gzipped(bits)
    for name, text in (
        ("list-without-its-letter", encoded(bits)[1:]),
        ("list-as-zlib", "u" + base64url(zlib.compress(b"") + packed)),
        ("list-uncompressed", "u" + base64url(bits)),
        ("list-cut-short", "u" + base64url(packed[:-12])),
        ("list-of-two-members", "u" + base64url(packed + packed)),
    ):
        made.listed(good, name, ENCODED, "INVALID_CREDENTIAL", _listed(text))
    made.listed(good, "list-of-20-mib", BOMB, "TOO_LARGE", _in_parts(_listed(bytes(20 << 20))))


def _in_parts(text: str) -> Any:
    """A text with the one run in it that repeats: base64url of 13 bits each 8 times, in 52 letters."""
    period = 52
    start = len(text) // 2
    piece = text[start : start + period]
    first, last = start, start
    while text[first - period : first] == piece:
        first -= period
    while text[last : last + period] == piece:
        last += period
    return {"parts": [text[:first], {"repeat": piece, "times": (last - first) // period}, text[last:]]}
