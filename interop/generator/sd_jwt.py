"""Kind `vc-sd-jwt`: credentials of which the holder shows what it was given to choose from."""

from __future__ import annotations

import hashlib
from typing import Any, Final

from generator.book import AT, NOW, Book, Bytes, Case, Rule, rule
from generator.credentials import degree
from generator.crypto import (
    AGENT,
    AGENT_P256,
    STRANGER,
    Document,
    TestKey,
    base64url,
    digest,
    jcs,
    token,
)

__all__ = [
    "NAME",
    "SCHOOL",
    "Tokens",
    "add",
    "disclosure",
    "hashed",
    "sd_jwt",
    "showing",
    "withholding",
]


_SD: Final = "RFC 9901"
SHOWN = rule(
    _SD, "7.1", "A disclosure whose digest stands in the token shows its member; others are left out."
)
BELONGS = rule(_SD, "7.1", "Each disclosure belongs to one digest of the token, and none comes twice.")
DIGEST_ONCE = rule(_SD, "7.1", "No digest stands in a token more than once.")
DISCLOSURE = rule(
    _SD, "4.2", "A disclosure is base64url of an array: salt, name and value, or salt and value."
)
ELEMENTS = rule(_SD, "4.2.4.2", "An element of an array is withheld as an object of its digest alone.")
NESTED = rule(_SD, "4.2.6", "What is disclosed may hold digests itself, which are met only if it is shown.")
NAMING = rule(_SD, "7.1", "No disclosed member is called _sd or ..., or has the name of one that is there.")
PLACE = rule(_SD, "7.1", "_sd is an array of texts in an object; ... stands in an element of an array alone.")
HASH = rule(_SD, "4.1.1", "_sd_alg names the hash of the digests; without it that is sha-256.")
OCTETS = rule(
    _SD, "4.2.3", "The digest is taken over the disclosure's own letters, whatever JSON they encode."
)
DECOY = rule(_SD, "4.2.5", "A digest that no disclosure answers may be a decoy and says nothing.")
SIGNED = rule(_SD, "7.1", "The signature is the issuer's over header and payload.")
FORM = rule(_SD, "4", "An SD-JWT is a JWT and disclosures, a tilde after each.")
TYPE = rule("VC-JOSE-COSE", "3.2.1", "The typ of a credential in an SD-JWT is vc+sd-jwt, its cty vc.")
ALGORITHM = rule("VC-JOSE-COSE", "3.2.1", "An SD-JWT is signed with the algorithm of the issuer's key.")
NEEDED = rule(
    "VC-JOSE-COSE", "3.2.1", "What a verifier needs should not be disclosable; a notice says where it is."
)
CONFORMS = rule("VC-JOSE-COSE", "5.2", "What is shown is a credential of the data model, every term defined.")
TIMES = rule("RFC 7519", "4.1.4", "A token whose disclosures are all shown still ends at its exp.")
TRUST = rule("FORMAT", "Verification", "The issuer of an SD-JWT is one that the policy allows.")


def disclosure(number: int, *contents: Any, text: str | None = None) -> str:
    """A disclosure with a salt of its own. `text`: its JSON, in place of the canonical one."""
    salt = base64url(bytes(range(number, number + 16)))
    return base64url(jcs([salt, *contents]) if text is None else text.encode())


def hashed(text: str, name: str = "sha256") -> str:
    """The digest of a disclosure."""
    return base64url(hashlib.new(name, text.encode()).digest())


def sd_jwt(payload: Document, key: TestKey, *disclosures: str, **members: Any) -> str:
    """A token with what is shown; `members` as `token` has them."""
    given = {"typ": "vc+sd-jwt", **members}
    return "~".join((token(payload, key, **given), *disclosures, ""))


NAME: Final = disclosure(0, "name", "Alice")
SCHOOL: Final = disclosure(1, "alumniOf", "The School of Examples")
ID: Final = "did:example:abcdefgh"


def withholding(*texts: str, key: TestKey = AGENT, **members: Any) -> Document:
    """The degree, its subject with the digests of `texts`."""
    subject = {"id": ID, "_sd": sorted(map(hashed, texts))}
    return degree(key, **{"credentialSubject": subject, "_sd_alg": "sha-256", **members})


def showing(key: TestKey = AGENT, **claims: Any) -> Document:
    """The degree, its subject with these claims: what a token comes to."""
    return degree(key, credentialSubject={"id": ID, **claims})


class Tokens:
    """Writes cases of this kind into the book."""

    def __init__(self, book: Book) -> None:
        self._book = book

    def accept(
        self,
        name: str,
        of: Rule,
        text: str,
        shown: Document,
        *,
        notices: list[str] | None = None,
        **policy: Any,
    ) -> Case:
        """A token that verifies, and the document that it shows."""
        expected: Document = {"digest": digest(text.encode()), "document": shown}
        if notices:
            expected["notices"] = notices
        key = AGENT_P256 if shown["issuer"] == AGENT_P256.did else AGENT
        return self._book.accept(
            "vc-sd-jwt",
            name,
            of,
            input={"token": text},
            keys=[key],
            policy={"at": AT, "allowedSigners": [key.did], **policy},
            expected=expected,
        )

    def reject(
        self, beside: Case, name: str, of: Rule, code: str, text: Bytes | None = None, **policy: Any
    ) -> None:
        """Another token, or another policy, which refuses it."""
        members: dict[str, Any] = {} if text is None else {"token": text}
        self._book.reject(beside, name, of, code, policy=policy, **members)


def add(book: Book) -> None:
    """Add the kind."""
    made = Tokens(book)
    payload = withholding(NAME, SCHOOL)
    full = sd_jwt(payload, AGENT, NAME, SCHOOL)
    good = made.accept("all-shown", SHOWN, full, showing(name="Alice", alumniOf="The School of Examples"))
    some = made.accept("some-shown", SHOWN, sd_jwt(payload, AGENT, NAME), showing(name="Alice"))
    made.accept("nothing-shown", SHOWN, sd_jwt(payload, AGENT), showing())
    turned = sd_jwt(payload, AGENT, SCHOOL, NAME)
    made.accept("in-another-order", SHOWN, turned, showing(name="Alice", alumniOf="The School of Examples"))
    _disclosures(made, good, some)
    _forms(made, good)
    _elements(made)
    _hashes(made)
    _headers(made, good)
    _conforming(made, good)


def _disclosures(made: Tokens, good: Case, some: Case) -> None:
    payload = withholding(NAME, SCHOOL)
    mallory = disclosure(0, "name", "Mallory")
    for name, texts in (
        ("changed-value", (mallory, SCHOOL)),
        ("other-salt", (disclosure(9, "name", "Alice"), SCHOOL)),
        ("a-disclosure-more", (NAME, SCHOOL, disclosure(2, "email", "alice@example.com"))),
    ):
        made.reject(good, name, BELONGS, "DISCLOSURE_INVALID", sd_jwt(payload, AGENT, *texts))
    made.reject(some, "a-disclosure-twice", BELONGS, "DISCLOSURE_INVALID", sd_jwt(payload, AGENT, NAME, NAME))
    spaced = disclosure(0, text='["AAECAwQFBgcICQoLDA0ODw", "name",  "Alice"]')
    loose = sd_jwt(withholding(spaced), AGENT, spaced)
    case = made.accept("json-with-white-space", OCTETS, loose, showing(name="Alice"))
    tight = disclosure(0, "name", "Alice")
    made.reject(
        case,
        "the-same-json-without-white-space",
        OCTETS,
        "DISCLOSURE_INVALID",
        sd_jwt(withholding(spaced), AGENT, tight),
    )
    twice = withholding(NAME, NAME)
    made.reject(some, "a-digest-twice", DIGEST_ONCE, "DISCLOSURE_INVALID", sd_jwt(twice, AGENT, NAME))
    elsewhere = {**withholding(NAME), "evidence": [{"type": "Evidence", "_sd": [hashed(NAME)]}]}
    made.reject(
        some, "a-digest-in-two-places", DIGEST_ONCE, "DISCLOSURE_INVALID", sd_jwt(elsewhere, AGENT, NAME)
    )
    decoys = withholding(NAME, "decoy one", "decoy two")
    made.accept("decoys", DECOY, sd_jwt(decoys, AGENT, NAME), showing(name="Alice"))


def _forms(made: Tokens, good: Case) -> None:
    for name, text in (
        ("no-base64url", "WyJ+Il0"),
        ("no-json", base64url(b"salt, name, value")),
        ("no-array", base64url(jcs({"name": "Alice"}))),
        ("an-array-of-four", disclosure(0, "name", "Alice", "Bob")),
        ("a-name-that-is-no-text", disclosure(0, 1, "Alice")),
    ):
        made.reject(good, name, DISCLOSURE, "DISCLOSURE_INVALID", sd_jwt(withholding(text), AGENT, text))
    for name, text in (
        ("a-member-called-sd", disclosure(0, "_sd", ["x"])),
        ("a-member-called-dots", disclosure(0, "...", "x")),
        ("a-member-that-is-there", disclosure(0, "id", "did:example:other")),
    ):
        made.reject(good, name, NAMING, "DISCLOSURE_INVALID", sd_jwt(withholding(text), AGENT, text))
    for name, subject in (
        ("sd-that-is-no-array", {"id": ID, "_sd": hashed(NAME)}),
        ("a-digest-that-is-no-text", {"id": ID, "_sd": [1]}),
        ("dots-in-an-object", {"id": ID, "...": hashed(NAME)}),
    ):
        payload = degree(AGENT, credentialSubject=subject)
        made.reject(good, name, PLACE, "DISCLOSURE_INVALID", sd_jwt(payload, AGENT))


def _elements(made: Tokens) -> None:
    first, second = disclosure(3, "The School of Examples"), disclosure(4, "Another School")
    schools: list[Any] = [{"...": hashed(first)}, "A School", {"...": hashed(second)}]
    payload = degree(AGENT, credentialSubject={"id": ID, "alumniOf": schools}, _sd_alg="sha-256")
    one = made.accept(
        "an-element-shown",
        ELEMENTS,
        sd_jwt(payload, AGENT, second),
        showing(alumniOf=["A School", "Another School"]),
    )
    made.accept("elements-withheld", ELEMENTS, sd_jwt(payload, AGENT), showing(alumniOf=["A School"]))
    beside = [{"...": hashed(second), "name": "x"}, "A School"]
    wrong = degree(AGENT, credentialSubject={"id": ID, "alumniOf": beside})
    made.reject(
        one, "a-member-beside-the-digest", ELEMENTS, "DISCLOSURE_INVALID", sd_jwt(wrong, AGENT, second)
    )
    member = disclosure(4, "name", "Another School")
    wrong = degree(AGENT, credentialSubject={"id": ID, "alumniOf": ["A School", {"...": hashed(member)}]})
    made.reject(
        one,
        "a-members-disclosure-for-an-element",
        ELEMENTS,
        "DISCLOSURE_INVALID",
        sd_jwt(wrong, AGENT, member),
    )
    inner = disclosure(5, "name", "Arts")
    outer = disclosure(6, "degree", {"type": "BachelorDegree", "_sd": [hashed(inner)]})
    nested = withholding(outer)
    both = showing(degree={"type": "BachelorDegree", "name": "Arts"})
    case = made.accept("nested", NESTED, sd_jwt(nested, AGENT, outer, inner), both)
    made.accept(
        "nested-the-outer-alone",
        NESTED,
        sd_jwt(nested, AGENT, outer),
        showing(degree={"type": "BachelorDegree"}),
    )
    made.reject(case, "nested-the-inner-alone", NESTED, "DISCLOSURE_INVALID", sd_jwt(nested, AGENT, inner))


def _hashes(made: Tokens) -> None:
    bare = {name: value for name, value in withholding(NAME).items() if name != "_sd_alg"}
    default = made.accept("sd-alg-absent", HASH, sd_jwt(bare, AGENT, NAME), showing(name="Alice"))
    longer = degree(AGENT, credentialSubject={"id": ID, "_sd": [hashed(NAME, "sha512")]}, _sd_alg="sha-512")
    made.accept("sha-512", HASH, sd_jwt(longer, AGENT, NAME), showing(name="Alice"))
    other = {**longer, "_sd_alg": "sha-256"}
    made.reject(default, "digests-of-another-hash", HASH, "DISCLOSURE_INVALID", sd_jwt(other, AGENT, NAME))
    for name, alg in (("sha-1", "sha-1"), ("sd-alg-that-is-no-text", 256)):
        unknown = {**withholding(NAME), "_sd_alg": alg}
        made.reject(default, name, HASH, "UNSUPPORTED_CRYPTOSUITE", sd_jwt(unknown, AGENT, NAME))


def _headers(made: Tokens, good: Case) -> None:
    payload = withholding(NAME, SCHOOL)
    signed = token(payload, AGENT, typ="vc+sd-jwt")
    head, _, signature = signed.split(".")
    altered = base64url(jcs(withholding(NAME, SCHOOL, name="Another")))
    made.reject(good, "changed-payload", SIGNED, "PROOF_INVALID", f"{head}.{altered}.{signature}~")
    stranger = sd_jwt(payload, AGENT, sign=STRANGER.sign)
    made.reject(good, "signature-of-another-key", SIGNED, "PROOF_INVALID", stranger)
    foreign = sd_jwt(payload, STRANGER)
    made.reject(good, "kid-of-another", SIGNED, "KEY_NOT_CONTROLLED_BY_ISSUER", foreign)
    made.reject(good, "no-tilde-at-all", FORM, "UNKNOWN_FORMAT", signed)
    made.reject(good, "no-tilde-at-the-end", FORM, "KEY_BINDING_INVALID", f"{signed}~{NAME}")
    made.reject(good, "an-empty-disclosure", FORM, "DISCLOSURE_INVALID", f"{signed}~~")
    for name, members in (
        ("typ-of-a-jwt", {"typ": "vc+jwt"}),
        ("typ-of-a-presentation", {"typ": "vp+sd-jwt"}),
        ("cty-of-a-presentation", {"cty": "vp"}),
    ):
        made.reject(good, name, TYPE, "UNKNOWN_FORMAT", sd_jwt(payload, AGENT, **members))
    bare = jcs({"alg": "Ed25519", "kid": AGENT.method})
    made.accept(
        "without-typ-and-cty",
        TYPE,
        sd_jwt(payload, AGENT, header=bare),
        showing(),
        notices=["UNKNOWN_FORMAT"],
    )
    curve = withholding(NAME, key=AGENT_P256)
    es256 = made.accept(
        "es256", ALGORITHM, sd_jwt(curve, AGENT_P256, NAME), showing(AGENT_P256, name="Alice")
    )
    wrong = sd_jwt(curve, AGENT_P256, NAME, alg="ES384")
    made.reject(es256, "es384-for-a-p-256-key", ALGORITHM, "UNSUPPORTED_CRYPTOSUITE", wrong)
    der = sd_jwt(curve, AGENT_P256, NAME, sign=AGENT_P256.sign_der)
    made.reject(es256, "der", ALGORITHM, "PROOF_INVALID", der)
    made.reject(good, "another-signer-is-allowed", TRUST, "SIGNER_NOT_ALLOWED", allowedSigners=[STRANGER.did])
    made.reject(good, "nobody-is-trusted", TRUST, "NO_TRUST_ANCHOR", allowedSigners=[])


def _conforming(made: Tokens, good: Case) -> None:
    kind = disclosure(7, "type", ["VerifiableCredential", "AlumniCredential"])
    payload = degree(AGENT, _sd=[hashed(kind)])
    del payload["type"]
    typed = made.accept(
        "type-disclosed", NEEDED, sd_jwt(payload, AGENT, kind), degree(AGENT), notices=["DISCLOSURE_INVALID"]
    )
    made.reject(typed, "type-withheld", NEEDED, "INVALID_CREDENTIAL", sd_jwt(payload, AGENT))
    subject = disclosure(7, "credentialSubject", {"alumniOf": "The School of Examples"})
    hidden = degree(AGENT, _sd=[hashed(subject)])
    del hidden["credentialSubject"]
    made.reject(good, "subject-withheld", CONFORMS, "INVALID_CREDENTIAL", sd_jwt(hidden, AGENT))
    wrapped = disclosure(7, "vc", {"name": "x"})
    claim = degree(AGENT, _sd=[hashed(wrapped)])
    made.reject(good, "vc-claim-disclosed", CONFORMS, "INVALID_CREDENTIAL", sd_jwt(claim, AGENT, wrapped))
    plain = degree(AGENT, **{"@context": degree(AGENT)["@context"][:1], "type": ["VerifiableCredential"]})
    undefined = {**plain, "credentialSubject": {"id": ID, "_sd": [hashed(SCHOOL)]}}
    case = made.accept(
        "an-undefined-term-withheld",
        CONFORMS,
        sd_jwt(undefined, AGENT),
        {**plain, "credentialSubject": {"id": ID}},
    )
    made.reject(case, "an-undefined-term-shown", CONFORMS, "UNDEFINED_TERM", sd_jwt(undefined, AGENT, SCHOOL))
    bounded = withholding(NAME, exp=NOW + 3600)
    timed = made.accept(
        "before-exp", TIMES, sd_jwt(bounded, AGENT, NAME), {**showing(name="Alice"), "exp": NOW + 3600}
    )
    made.reject(timed, "after-exp", TIMES, "EXPIRED", at="2026-03-30T13:01:01Z")
