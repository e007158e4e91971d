"""Kind `presentation`: what a holder shows to whoever asked, in every securing."""

from __future__ import annotations

import base64
import json
from typing import Any, Final

from generator.book import AT, Book, Bytes, Case, Rule, Writer, rule
from generator.cose import cose
from generator.credentials import degree
from generator.crypto import (
    AGENT,
    AGENT_P256,
    SERVER,
    SERVER_P256,
    STRANGER,
    Document,
    TestKey,
    digest,
    jcs,
    secured,
    token,
    wire,
)
from generator.documents import CREDENTIALS_V2, OUT, changed
from generator.rdfc import signed
from generator.sd_jwt import disclosure, hashed, sd_jwt
from generator.status_lists import URL, list_credential, with_bits

__all__ = [
    "AS_COSE",
    "AS_JWT",
    "AS_SD_JWT",
    "CHALLENGE_TEXT",
    "DEGREE",
    "DOMAIN_NAME",
    "EACH",
    "NOT_NESTED",
    "Presentations",
    "add",
    "enveloped",
    "presented",
    "proved",
]

_CREATED: Final = "2026-03-30T11:59:50Z"
DOMAIN_NAME: Final = "verifier.example"
CHALLENGE_TEXT: Final = "1f44d55f-f161-4938-a659-f8026467f126"
_ASKED: Final[Document] = {"domain": [DOMAIN_NAME], "challenge": CHALLENGE_TEXT}

_DI: Final = "VC-DATA-INTEGRITY"
SHOWN = rule("VCDM", "4.13", "A presentation is secured by its holder, each credential in it by its issuer.")
HOLDER = rule(
    "VCDM", "4.13", "The holder is a URL or an object with one, and its key secures the presentation."
)
EACH = rule("VCDM", "4.13", "A credential that does not verify makes the presentation refused.")
OBJECTS = rule("VCDM", "4.13", "What is presented are objects, each a secured credential.")
MODEL = rule("VCDM", "4.13", "A presentation has the contexts and the type of its data model.")
CLAIMS = rule("VCDM", "4.13.4", "What a holder says of itself needs no proof beside the presentation's.")
NOT_NESTED = rule("VCDM", "4.13", "A presentation presents credentials, and no presentations.")
PURPOSE = rule(_DI, "2.1", "A presentation's proof serves authentication, a credential's assertionMethod.")
DOMAIN = rule(_DI, "4.4", "The domains of the proof are exactly those that the verifier asks for.")
CHALLENGE = rule(_DI, "4.4", "The challenge of the proof is the one that the verifier has given.")
UNASKED = rule(_DI, "4.4", "What the verifier does not ask for is not compared.")
INTEGRITY = rule(_DI, "4.4", "The proof of a presentation covers what is presented.")
EXPIRES = rule(_DI, "2.1", "The proof of a presentation does not verify after its expires.")
RDF = rule(
    _DI, "2.4.2", "Under a suite over RDF a presentation is signed as RDF, what it holds as named graphs."
)
TRUST = rule(
    "FORMAT", "Verification", "Trusted are the issuers of what is presented, and by policy the holder."
)
ONE_DOMAIN = rule(_DI, "2.1", "A domain as a text is the same as a list of that one.")
STATUS = rule("VCDM", "4.10", "The status of each presented credential is looked at.")
EITHER = rule("VCDM", "4.13", "A credential in a presentation is of its own version.")
HOLDERS = rule(
    "FORMAT", "Verification", "A policy may name holders; who presents nothing must be an allowed signer."
)
MANY = rule(
    "FORMAT", "Verification", "What a presentation may ask of a verifier has a bound: 32 credentials."
)
VERSION = rule("VCDM 1.1", "4.10", "Presentations of version 1.1 are told by their first context.")
DEFINED = rule("VCDM", "5.2", "The terms of a presentation are defined by its contexts.")


def presented(*credentials: Any, holder: Any = SERVER.did, **members: Any) -> Document:
    """A presentation, unsecured; changes as `changed` has them."""
    document = {
        "@context": [CREDENTIALS_V2],
        "type": ["VerifiablePresentation"],
        "holder": holder,
        "verifiableCredential": list(credentials),
    }
    if holder is OUT:
        del document["holder"]
    return changed(document, **members)


def proved(document: Document, key: TestKey = SERVER, **members: Any) -> Document:
    """A presentation with the holder's proof, for the verifier that asks."""
    given = {
        "created": _CREATED,
        "proofPurpose": "authentication",
        "domain": DOMAIN_NAME,
        "challenge": CHALLENGE_TEXT,
        **members,
    }
    given = {name: value for name, value in given.items() if value is not OUT}
    return secured(document, key, **given)


def enveloped(media_type: str, content: str | bytes, **members: Any) -> Document:
    """The object that carries a token or a message."""
    data = ";base64," + base64.b64encode(content).decode() if isinstance(content, bytes) else "," + content
    document = {
        "@context": CREDENTIALS_V2,
        "id": f"data:application/{media_type}{data}",
        "type": "EnvelopedVerifiableCredential",
    }
    return changed(document, **members)


DEGREE: Final = secured(degree(AGENT), AGENT)
AS_JWT: Final = enveloped("vc+jwt", token(degree(AGENT), AGENT))
AS_COSE: Final = enveloped("vc+cose", cose(degree(AGENT), AGENT))
NAME: Final = disclosure(0, "name", "Alice")
SD: Final = degree(AGENT, credentialSubject={"id": "did:example:abcdefgh", "_sd": [hashed(NAME)]})
AS_SD_JWT: Final = enveloped("vc+sd-jwt", sd_jwt(SD, AGENT, NAME))


class Presentations(Writer):
    """Writes cases of this kind into the book."""

    part = "presentation"

    def accept(
        self,
        name: str,
        of: Rule,
        given: Document | str | bytes,
        *,
        holder: TestKey = SERVER,
        issuers: tuple[TestKey, ...] = (AGENT,),
        policy: Document | None = None,
        asked: Document = _ASKED,
    ) -> Case:
        """A presentation that verifies; who holds it, and whose credentials are in it."""
        octets = jcs(given) if isinstance(given, dict) else given
        octets = octets.encode() if isinstance(octets, str) else octets
        return self._book.accept(
            "presentation",
            name,
            of,
            input={"presentation": _bytes_of(given)},
            keys=dict.fromkeys([holder, *issuers]),
            policy={"at": AT, "allowedSigners": [AGENT.did], **asked, **(policy or {})},
            expected={
                "digest": digest(octets),
                "holder": holder.did,
                "issuers": [each.did for each in issuers],
            },
        )

    def text_of(self, value: Any) -> Bytes:
        """Its text."""
        return _bytes_of(value)


def _bytes_of(given: Document | str | bytes) -> Bytes:
    return json.dumps(given, indent=1, ensure_ascii=False) if isinstance(given, dict) else given


def add(book: Book) -> None:
    """Add the kind."""
    made = Presentations(book)
    good = made.accept("embedded", SHOWN, proved(presented(DEGREE)))
    _asked(made, good)
    _holders(made, good)
    _credentials(made, good)
    _models(made, good)
    _self_asserted(made)
    _over_rdf(made)


def _asked(made: Presentations, good: Case) -> None:
    document = presented(DEGREE)
    bare = proved(document, domain=OUT, challenge=OUT)
    for name, of, code, given in (
        ("no-domain", DOMAIN, "DOMAIN_MISMATCH", proved(document, domain=OUT)),
        ("no-challenge", CHALLENGE, "CHALLENGE_MISMATCH", proved(document, challenge=OUT)),
        ("for-another-domain", DOMAIN, "DOMAIN_MISMATCH", proved(document, domain="other.example")),
        (
            "for-a-domain-more",
            DOMAIN,
            "DOMAIN_MISMATCH",
            proved(document, domain=[DOMAIN_NAME, "other.example"]),
        ),
        ("another-challenge", CHALLENGE, "CHALLENGE_MISMATCH", proved(document, challenge="another")),
        (
            "purpose-of-a-credential",
            PURPOSE,
            "PROOF_PURPOSE_MISMATCH",
            proved(document, proofPurpose="assertionMethod"),
        ),
    ):
        made.reject(good, name, of, code, given)
    made.reject(
        good,
        "challenge-in-another-case",
        CHALLENGE,
        "CHALLENGE_MISMATCH",
        policy={"challenge": CHALLENGE_TEXT.upper()},
    )
    two = proved(document, domain=[DOMAIN_NAME, "other.example"])
    several = made.accept("two-domains", DOMAIN, two, policy={"domain": ["other.example", DOMAIN_NAME]})
    made.reject(several, "one-of-two-domains", DOMAIN, "DOMAIN_MISMATCH", proved(document))
    made.accept("nothing-asked", UNASKED, proved(document), asked={})
    made.accept("nothing-asked-and-nothing-said", UNASKED, bare, asked={})
    made.accept("one-domain-as-a-list", ONE_DOMAIN, proved(document, domain=[DOMAIN_NAME]))
    ending = made.accept("before-expires", EXPIRES, proved(document, expires="2026-03-30T12:05:00Z"))
    made.reject(ending, "after-expires", EXPIRES, "EXPIRED", policy={"at": "2026-03-30T12:06:01Z"})


def _holders(made: Presentations, good: Case) -> None:
    made.accept("no-holder", HOLDER, proved(presented(DEGREE, holder=OUT)))
    described = proved(presented(DEGREE, holder={"id": SERVER.did, "name": "Example"}))
    made.accept("holder-as-an-object", HOLDER, described)
    curve = proved(presented(DEGREE, holder=SERVER_P256.did), SERVER_P256)
    made.accept("holder-on-p-256", SHOWN, curve, holder=SERVER_P256)
    theirs = proved(presented(DEGREE), STRANGER)
    made.reject(good, "signed-by-another", HOLDER, "KEY_NOT_CONTROLLED_BY_HOLDER", theirs)
    nameless = proved(presented(DEGREE, holder="Alice"))
    made.reject(good, "holder-that-is-no-url", HOLDER, "INVALID_PRESENTATION", nameless)
    empty = proved(presented(DEGREE, holder={"name": "Example"}))
    made.reject(good, "holder-without-id", MODEL, "INVALID_PRESENTATION", empty)
    known = made.accept(
        "a-holder-that-is-allowed",
        HOLDERS,
        proved(presented(DEGREE)),
        policy={"allowedHolders": [SERVER.did]},
    )
    made.reject(
        known,
        "a-holder-that-is-not-allowed",
        HOLDERS,
        "SIGNER_NOT_ALLOWED",
        policy={"allowedHolders": [STRANGER.did]},
    )
    made.reject(
        good,
        "an-issuer-that-is-not-allowed",
        TRUST,
        "SIGNER_NOT_ALLOWED",
        policy={"allowedSigners": [SERVER.did]},
    )
    made.reject(good, "nobody-is-trusted", TRUST, "NO_TRUST_ANCHOR", policy={"allowedSigners": []})


def _credentials(made: Presentations, good: Case) -> None:
    other = secured(degree(AGENT_P256), AGENT_P256)
    both: Document = {"allowedSigners": [AGENT.did, AGENT_P256.did]}
    pair = made.accept(
        "two-credentials", SHOWN, proved(presented(DEGREE, other)), issuers=(AGENT, AGENT_P256), policy=both
    )
    made.reject(
        pair, "one-of-two-issuers-allowed", EACH, "SIGNER_NOT_ALLOWED", policy={"allowedSigners": [AGENT.did]}
    )
    one = proved(changed(presented(), verifiableCredential=DEGREE))
    made.accept("one-credential-without-a-list", SHOWN, one)
    alone = proved(presented())
    nothing = made.accept(
        "no-credentials", HOLDERS, alone, issuers=(), policy={"allowedSigners": [SERVER.did]}
    )
    made.reject(
        nothing,
        "no-credentials-and-nobody-known",
        HOLDERS,
        "SIGNER_NOT_ALLOWED",
        policy={"allowedSigners": [AGENT.did]},
    )
    broken = {**DEGREE, "name": "Another"}
    ended = secured(degree(AGENT, validUntil="2026-03-29T00:00:00Z"), AGENT)
    theirs = secured(degree(AGENT), STRANGER)
    for name, of, code, credential in (
        ("credential-changed", EACH, "PROOF_INVALID", broken),
        ("credential-expired", EACH, "EXPIRED", ended),
        ("credential-of-another-key", EACH, "KEY_NOT_CONTROLLED_BY_ISSUER", theirs),
        ("credential-unsecured", OBJECTS, "INVALID_PRESENTATION", degree(AGENT)),
        ("credential-as-a-text", OBJECTS, "INVALID_PRESENTATION", token(degree(AGENT), AGENT)),
        ("no-credential", OBJECTS, "INVALID_PRESENTATION", secured(degree(AGENT, type=["Claims"]), AGENT)),
        ("a-presentation-within", NOT_NESTED, "INVALID_PRESENTATION", proved(presented(DEGREE))),
    ):
        made.reject(good, name, of, code, proved(presented(credential)))
    entry = {
        "type": "BitstringStatusListEntry",
        "statusPurpose": "revocation",
        "statusListIndex": "7",
        "statusListCredential": URL,
    }
    stated = proved(presented(secured(degree(AGENT, credentialStatus=entry), AGENT)))
    clear, revoked = (wire(secured(list_credential(with_bits(each)), AGENT)) for each in ([], [7]))
    valid = made.accept("credential-with-a-status", STATUS, stated, policy={"documents": {URL: clear}})
    made.reject(valid, "credential-revoked", STATUS, "STATUS_REVOKED", policy={"documents": {URL: revoked}})
    older = degree(AGENT, issuanceDate="2026-03-01T00:00:00Z", validFrom=OUT)
    older["@context"] = ["https://www.w3.org/2018/credentials/v1", *older["@context"][1:]]
    inner = secured(older, AGENT, created=_CREATED)
    made.accept("credential-of-version-1-1", EITHER, proved(presented(inner)))
    whole = proved(presented(DEGREE))
    taken = {**whole, "verifiableCredential": []}
    made.reject(good, "credential-taken-out", INTEGRITY, "PROOF_INVALID", taken)
    more = {**whole, "verifiableCredential": [DEGREE, DEGREE]}
    made.reject(good, "credential-put-in", INTEGRITY, "PROOF_INVALID", more)
    bare = {name: value for name, value in whole.items() if name != "proof"}
    made.reject(good, "no-proof", SHOWN, "PROOF_MISSING", bare)
    many = proved(presented(*[AS_JWT] * 33))
    made.reject(good, "33-credentials", MANY, "TOO_LARGE", many)


def _models(made: Presentations, good: Case) -> None:
    for name, members in (
        ("no-context", {"@context": OUT}),
        ("another-context-first", {"@context": ["https://www.w3.org/ns/did/v1", CREDENTIALS_V2]}),
        ("a-type-that-is-no-text", {"type": ["VerifiablePresentation", 1]}),
        ("id-that-is-no-url", {"id": "presentation"}),
    ):
        made.reject(good, name, MODEL, "INVALID_PRESENTATION", proved(presented(DEGREE, **members)))
    named = proved(presented(DEGREE, termsOfAgreement="none"))
    made.reject(good, "undefined-term", DEFINED, "UNDEFINED_TERM", named)
    typed = proved(presented(DEGREE, type=["VerifiablePresentation", "AlumniPresentation"]))
    made.reject(good, "undefined-type", DEFINED, "UNDEFINED_TERM", typed)
    first = ["https://www.w3.org/2018/credentials/v1", "https://w3id.org/security/data-integrity/v2"]
    older = presented(DEGREE, **{"@context": first})
    case = made.accept("version-1-1", VERSION, proved(older))
    mixed = presented(DEGREE, **{"@context": [first[0], CREDENTIALS_V2]})
    made.reject(case, "both-versions", VERSION, "INVALID_PRESENTATION", proved(mixed))


def _self_asserted(made: Presentations) -> None:
    own = degree(SERVER)
    trusted: Document = {"allowedSigners": [SERVER.did]}
    case = made.accept("self-asserted", CLAIMS, proved(presented(own)), issuers=(SERVER,), policy=trusted)
    other = proved(presented(degree(STRANGER)))
    made.reject(case, "asserted-of-another", CLAIMS, "INVALID_PRESENTATION", other)
    made.reject(
        case,
        "self-asserted-by-nobody-known",
        CLAIMS,
        "SIGNER_NOT_ALLOWED",
        policy={"allowedSigners": [AGENT.did]},
    )


def _over_rdf(made: Presentations) -> None:
    given: Document = {
        "created": _CREATED,
        "proofPurpose": "authentication",
        "domain": DOMAIN_NAME,
        "challenge": CHALLENGE_TEXT,
    }
    case = made.accept("over-rdf", RDF, signed(presented(DEGREE), SERVER, **given))
    made.accept("over-rdf-enveloped", RDF, signed(presented(AS_JWT), SERVER, **given))
    bare = signed(presented(), SERVER, **given)
    moved = {**bare, "verifiableCredential": [DEGREE]}
    made.reject(case, "over-rdf-credential-put-in", RDF, "PROOF_INVALID", moved)
    later = signed(presented(DEGREE), SERVER, **{**given, "challenge": "another"})
    made.reject(case, "over-rdf-another-challenge", CHALLENGE, "CHALLENGE_MISMATCH", later)
