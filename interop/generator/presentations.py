"""Kind `presentation`: what a holder shows to whoever asked, in every securing."""

from __future__ import annotations

import base64
import json
from typing import Any, Final

from generator.book import Book, Bytes, Case, Rule, rule
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
)
from generator.documents import CREDENTIALS_V2, OUT, changed
from generator.rdfc import signed
from generator.sd_jwt import disclosure, hashed, sd_jwt

__all__ = ["add"]

_AT: Final = "2026-03-30T12:00:00Z"
_NOW: Final = 1774872000  # the same moment
_CREATED: Final = "2026-03-30T11:59:50Z"
_DOMAIN: Final = "verifier.example"
_CHALLENGE: Final = "1f44d55f-f161-4938-a659-f8026467f126"
_ASKED: Final[Document] = {"domain": [_DOMAIN], "challenge": _CHALLENGE}

_DI, _JOSE = "VC-DATA-INTEGRITY", "VC-JOSE-COSE"
SHOWN = rule("VCDM", "4.13", "A presentation is secured by its holder, each credential in it by its issuer.")
HOLDER = rule(
    "VCDM", "4.13", "The holder is a URL or an object with one, and its key secures the presentation."
)
EACH = rule("VCDM", "4.13", "A credential that does not verify makes the presentation refused.")
OBJECTS = rule("VCDM", "4.13", "What is presented are objects, each a secured credential.")
MODEL = rule("VCDM", "4.13", "A presentation has the contexts and the type of its data model.")
CLAIMS = rule("VCDM", "4.13.4", "What a holder says of itself needs no proof beside the presentation's.")
ENVELOPED = rule(
    "VCDM", "4.13.1", "A credential in an envelope is presented as a data: URL of its media type."
)
ENVELOPE_FORM = rule(
    "VCDM",
    "4.13.1",
    "The object of an enveloped credential has its context, its type alone and its data: URL.",
)
ENVELOPE_TYPE = rule("VCDM", "4.13.1", "What the data: URL holds is what its media type says.")
ENVELOPED_VP = rule(
    "VCDM", "4.13.2", "A presentation in an envelope may come as a data: URL of its media type."
)
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
JWT = rule(_JOSE, "3.1.2", "A presentation is the payload of a vp+jwt, signed by its holder.")
JWT_TYPE = rule(_JOSE, "3.1.2", "The typ of a presentation in a JWT is vp+jwt, its cty vp.")
SD_JWT = rule(
    _JOSE, "3.2.2", "A presentation is the payload of a vp+sd-jwt, of which members may be disclosed."
)
COSE = rule(_JOSE, "3.3.2", "A presentation is the payload of a vp+cose.")
ISS = rule(_JOSE, "4.1.2", "iss and kid of a presentation's token name its holder.")
AUD = rule("RFC 7519", "4.1.3", "The token of a presentation names the verifier in aud.")
NONCE = rule(_JOSE, "3.1.3", "nonce of a presentation's token is the verifier's challenge.")
NO_WRAPPING = rule(_JOSE, "1.1.2.1", "A vp+jwt has no claim vp: its payload is the presentation.")
TRUST = rule(
    "FORMAT", "Verification", "Trusted are the issuers of what is presented, and by policy the holder."
)
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
        "domain": _DOMAIN,
        "challenge": _CHALLENGE,
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


_DEGREE: Final = secured(degree(AGENT), AGENT)
_AS_JWT: Final = enveloped("vc+jwt", token(degree(AGENT), AGENT))
_AS_COSE: Final = enveloped("vc+cose", cose(degree(AGENT), AGENT))
_NAME: Final = disclosure(0, "name", "Alice")
_SD: Final = degree(AGENT, credentialSubject={"id": "did:example:abcdefgh", "_sd": [hashed(_NAME)]})
_AS_SD_JWT: Final = enveloped("vc+sd-jwt", sd_jwt(_SD, AGENT, _NAME))


class Presentations:
    """Writes cases of this kind into the book."""

    def __init__(self, book: Book) -> None:
        self._book = book

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
            policy={"at": _AT, "allowedSigners": [AGENT.did], **asked, **(policy or {})},
            expected={
                "digest": digest(octets),
                "holder": holder.did,
                "issuers": [each.did for each in issuers],
            },
        )

    def reject(
        self,
        beside: Case,
        name: str,
        of: Rule,
        code: str,
        given: Document | str | bytes | None = None,
        **changes: Any,
    ) -> None:
        """Another presentation, or another policy, which refuses it."""
        if given is not None:
            changes["presentation"] = _bytes_of(given)
        self._book.reject(beside, name, of, code, **changes)


def _bytes_of(given: Document | str | bytes) -> Bytes:
    return json.dumps(given, indent=1, ensure_ascii=False) if isinstance(given, dict) else given


def add(book: Book) -> None:
    """Add the kind."""
    made = Presentations(book)
    good = made.accept("embedded", SHOWN, proved(presented(_DEGREE)))
    _asked(made, good)
    _holders(made, good)
    _credentials(made, good)
    _models(made, good)
    _envelopes(made, good)
    _self_asserted(made)
    _over_rdf(made)
    _jwt(made)
    _sd_jwt(made)
    _cose(made)


def _asked(made: Presentations, good: Case) -> None:
    document = presented(_DEGREE)
    bare = proved(document, domain=OUT, challenge=OUT)
    for name, of, code, given in (
        ("no-domain", DOMAIN, "DOMAIN_MISMATCH", proved(document, domain=OUT)),
        ("no-challenge", CHALLENGE, "CHALLENGE_MISMATCH", proved(document, challenge=OUT)),
        ("for-another-domain", DOMAIN, "DOMAIN_MISMATCH", proved(document, domain="other.example")),
        ("for-a-domain-more", DOMAIN, "DOMAIN_MISMATCH", proved(document, domain=[_DOMAIN, "other.example"])),
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
        policy={"challenge": _CHALLENGE.upper()},
    )
    two = proved(document, domain=[_DOMAIN, "other.example"])
    several = made.accept("two-domains", DOMAIN, two, policy={"domain": ["other.example", _DOMAIN]})
    made.reject(several, "one-of-two-domains", DOMAIN, "DOMAIN_MISMATCH", proved(document))
    made.accept("nothing-asked", UNASKED, proved(document), asked={})
    made.accept("nothing-asked-and-nothing-said", UNASKED, bare, asked={})
    ending = made.accept("before-expires", EXPIRES, proved(document, expires="2026-03-30T12:05:00Z"))
    made.reject(ending, "after-expires", EXPIRES, "EXPIRED", policy={"at": "2026-03-30T12:06:01Z"})


def _holders(made: Presentations, good: Case) -> None:
    made.accept("no-holder", HOLDER, proved(presented(_DEGREE, holder=OUT)))
    described = proved(presented(_DEGREE, holder={"id": SERVER.did, "name": "Example"}))
    made.accept("holder-as-an-object", HOLDER, described)
    curve = proved(presented(_DEGREE, holder=SERVER_P256.did), SERVER_P256)
    made.accept("holder-on-p-256", SHOWN, curve, holder=SERVER_P256)
    theirs = proved(presented(_DEGREE), STRANGER)
    made.reject(good, "signed-by-another", HOLDER, "KEY_NOT_CONTROLLED_BY_HOLDER", theirs)
    nameless = proved(presented(_DEGREE, holder="Alice"))
    made.reject(good, "holder-that-is-no-url", HOLDER, "INVALID_PRESENTATION", nameless)
    empty = proved(presented(_DEGREE, holder={"name": "Example"}))
    made.reject(good, "holder-without-id", MODEL, "INVALID_PRESENTATION", empty)
    known = made.accept(
        "a-holder-that-is-allowed",
        HOLDERS,
        proved(presented(_DEGREE)),
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
        "two-credentials", SHOWN, proved(presented(_DEGREE, other)), issuers=(AGENT, AGENT_P256), policy=both
    )
    made.reject(
        pair, "one-of-two-issuers-allowed", EACH, "SIGNER_NOT_ALLOWED", policy={"allowedSigners": [AGENT.did]}
    )
    one = proved(changed(presented(), verifiableCredential=_DEGREE))
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
    broken = {**_DEGREE, "name": "Another"}
    ended = secured(degree(AGENT, validUntil="2026-03-29T00:00:00Z"), AGENT)
    theirs = secured(degree(AGENT), STRANGER)
    for name, of, code, credential in (
        ("credential-changed", EACH, "PROOF_INVALID", broken),
        ("credential-expired", EACH, "EXPIRED", ended),
        ("credential-of-another-key", EACH, "KEY_NOT_CONTROLLED_BY_ISSUER", theirs),
        ("credential-unsecured", OBJECTS, "INVALID_PRESENTATION", degree(AGENT)),
        ("credential-as-a-text", OBJECTS, "INVALID_PRESENTATION", token(degree(AGENT), AGENT)),
        ("no-credential", OBJECTS, "INVALID_PRESENTATION", secured(degree(AGENT, type=["Claims"]), AGENT)),
        ("a-presentation-within", NOT_NESTED, "INVALID_PRESENTATION", proved(presented(_DEGREE))),
    ):
        made.reject(good, name, of, code, proved(presented(credential)))
    whole = proved(presented(_DEGREE))
    taken = {**whole, "verifiableCredential": []}
    made.reject(good, "credential-taken-out", INTEGRITY, "PROOF_INVALID", taken)
    more = {**whole, "verifiableCredential": [_DEGREE, _DEGREE]}
    made.reject(good, "credential-put-in", INTEGRITY, "PROOF_INVALID", more)
    bare = {name: value for name, value in whole.items() if name != "proof"}
    made.reject(good, "no-proof", SHOWN, "PROOF_MISSING", bare)
    many = proved(presented(*[_AS_JWT] * 33))
    made.reject(good, "33-credentials", MANY, "TOO_LARGE", many)


def _models(made: Presentations, good: Case) -> None:
    for name, members in (
        ("no-context", {"@context": OUT}),
        ("another-context-first", {"@context": ["https://www.w3.org/ns/did/v1", CREDENTIALS_V2]}),
        ("a-type-that-is-no-text", {"type": ["VerifiablePresentation", 1]}),
        ("id-that-is-no-url", {"id": "presentation"}),
    ):
        made.reject(good, name, MODEL, "INVALID_PRESENTATION", proved(presented(_DEGREE, **members)))
    named = proved(presented(_DEGREE, termsOfAgreement="none"))
    made.reject(good, "undefined-term", DEFINED, "UNDEFINED_TERM", named)
    typed = proved(presented(_DEGREE, type=["VerifiablePresentation", "AlumniPresentation"]))
    made.reject(good, "undefined-type", DEFINED, "UNDEFINED_TERM", typed)
    first = ["https://www.w3.org/2018/credentials/v1", "https://w3id.org/security/data-integrity/v2"]
    older = presented(_DEGREE, **{"@context": first})
    case = made.accept("version-1-1", VERSION, proved(older))
    mixed = presented(_DEGREE, **{"@context": [first[0], CREDENTIALS_V2]})
    made.reject(case, "both-versions", VERSION, "INVALID_PRESENTATION", proved(mixed))


def _envelopes(made: Presentations, good: Case) -> None:
    cases = {
        name: made.accept(f"enveloped-{name}", ENVELOPED, proved(presented(credential)))
        for name, credential in (("jwt", _AS_JWT), ("sd-jwt", _AS_SD_JWT), ("cose", _AS_COSE))
    }
    mixed = proved(presented(_AS_JWT, _DEGREE, _AS_COSE, _AS_SD_JWT))
    made.accept("of-every-securing", ENVELOPED, mixed, issuers=(AGENT,) * 4)
    compact = token(degree(AGENT), AGENT)
    for name, members in (
        ("envelope-that-is-no-data-url", {"id": "https://issuer.example/credentials/1"}),
        ("envelope-with-another-type", {"type": ["EnvelopedVerifiableCredential", "AlumniCredential"]}),
        ("envelope-without-context", {"@context": OUT}),
        ("envelope-of-another-media-type", {"id": f"data:application/jwt,{compact}"}),
    ):
        given = proved(presented(changed(_AS_JWT, **members)))
        made.reject(cases["jwt"], name, ENVELOPE_FORM, "INVALID_CREDENTIAL", given)
    unencoded = {**_AS_COSE, "id": "data:application/vc+cose," + str(_AS_COSE["id"]).partition(",")[2]}
    made.reject(
        cases["cose"],
        "cose-without-base64",
        ENVELOPE_FORM,
        "INVALID_CREDENTIAL",
        proved(presented(unencoded)),
    )
    wrong = enveloped("vc+sd-jwt", compact)
    made.reject(
        cases["sd-jwt"],
        "a-jwt-said-to-be-an-sd-jwt",
        ENVELOPE_TYPE,
        "UNKNOWN_FORMAT",
        proved(presented(wrong)),
    )
    text = enveloped("vc+cose", compact.encode())
    made.reject(
        cases["cose"], "a-jwt-said-to-be-cose", ENVELOPE_TYPE, "UNKNOWN_FORMAT", proved(presented(text))
    )
    inner = token(presented(_DEGREE), SERVER, typ="vp+jwt", cty="vp")
    nested = enveloped("vp+jwt", inner, type="EnvelopedVerifiablePresentation")
    made.reject(
        good,
        "an-enveloped-presentation-within",
        NOT_NESTED,
        "INVALID_PRESENTATION",
        proved(presented(nested)),
    )
    broken = enveloped("vc+jwt", token(degree(AGENT), AGENT, sign=STRANGER.sign))
    made.reject(
        cases["jwt"], "enveloped-credential-of-another-key", EACH, "PROOF_INVALID", proved(presented(broken))
    )


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
        "domain": _DOMAIN,
        "challenge": _CHALLENGE,
    }
    case = made.accept("over-rdf", RDF, signed(presented(_DEGREE), SERVER, **given))
    made.accept("over-rdf-enveloped", RDF, signed(presented(_AS_JWT), SERVER, **given))
    bare = signed(presented(), SERVER, **given)
    moved = {**bare, "verifiableCredential": [_DEGREE]}
    made.reject(case, "over-rdf-credential-put-in", RDF, "PROOF_INVALID", moved)
    later = signed(presented(_DEGREE), SERVER, **{**given, "challenge": "another"})
    made.reject(case, "over-rdf-another-challenge", CHALLENGE, "CHALLENGE_MISMATCH", later)


def _vp_token(document: Document, key: TestKey = SERVER, **members: Any) -> str:
    """A vp+jwt; `aud` and `nonce` stand in the payload."""
    claims: Document = {"aud": _DOMAIN, "nonce": _CHALLENGE}
    claims |= {name: members.pop(name) for name in ("aud", "nonce", "iss", "exp", "vp") if name in members}
    payload = {**document, **{name: value for name, value in claims.items() if value is not OUT}}
    header: Document = {"typ": "vp+jwt", "cty": "vp", **members}
    return token(payload, key, **header)


def _jwt(made: Presentations) -> None:
    document = presented(_DEGREE)
    good = made.accept("vp-jwt", JWT, _vp_token(document))
    made.accept("vp-jwt-of-a-jwt", JWT, _vp_token(presented(_AS_JWT), iss=SERVER.did))
    carried = enveloped("vp+jwt", _vp_token(document), type="EnvelopedVerifiablePresentation")
    case = made.accept("vp-jwt-in-a-data-url", ENVELOPED_VP, carried)
    wrong = {**carried, "type": "EnvelopedVerifiableCredential"}
    made.reject(case, "vp-jwt-said-to-be-a-credential", ENVELOPED_VP, "INVALID_CREDENTIAL", wrong)
    for name, of, code, members in (
        ("vp-jwt-for-another", AUD, "DOMAIN_MISMATCH", {"aud": "other.example"}),
        ("vp-jwt-for-nobody", AUD, "DOMAIN_MISMATCH", {"aud": OUT}),
        ("vp-jwt-another-nonce", NONCE, "CHALLENGE_MISMATCH", {"nonce": "another"}),
        ("vp-jwt-no-nonce", NONCE, "CHALLENGE_MISMATCH", {"nonce": OUT}),
        ("vp-jwt-iss-of-another", ISS, "KEY_NOT_CONTROLLED_BY_HOLDER", {"iss": STRANGER.did}),
        ("vp-jwt-typ-of-a-credential", JWT_TYPE, "UNKNOWN_FORMAT", {"typ": "vc+jwt"}),
        ("vp-jwt-cty-of-a-credential", JWT_TYPE, "UNKNOWN_FORMAT", {"cty": "vc"}),
        ("vp-jwt-typ-jwt", JWT_TYPE, "UNKNOWN_FORMAT", {"typ": "JWT"}),
        ("vp-jwt-with-a-vp-claim", NO_WRAPPING, "INVALID_PRESENTATION", {"vp": document}),
        ("vp-jwt-expired", JWT, "EXPIRED", {"exp": _NOW - 3600}),
        ("vp-jwt-signature-of-another-key", JWT, "PROOF_INVALID", {"sign": STRANGER.sign}),
    ):
        made.reject(good, name, of, code, _vp_token(document, **members))
    made.reject(
        good, "vp-jwt-kid-of-another", ISS, "KEY_NOT_CONTROLLED_BY_HOLDER", _vp_token(document, STRANGER)
    )


def _sd_jwt(made: Presentations) -> None:
    shown = disclosure(0, "holder", SERVER.did)
    document = {name: value for name, value in presented(_AS_SD_JWT).items() if name != "holder"}
    payload = {**document, "_sd": [hashed(shown)], "_sd_alg": "sha-256", "aud": _DOMAIN, "nonce": _CHALLENGE}
    whole = sd_jwt(payload, SERVER, shown, typ="vp+sd-jwt", cty="vp")
    good = made.accept("vp-sd-jwt", SD_JWT, whole)
    made.accept("vp-sd-jwt-holder-withheld", SD_JWT, sd_jwt(payload, SERVER, typ="vp+sd-jwt", cty="vp"))
    other = disclosure(1, "holder", SERVER.did)
    made.reject(
        good,
        "vp-sd-jwt-another-disclosure",
        SD_JWT,
        "DISCLOSURE_INVALID",
        sd_jwt(payload, SERVER, other, typ="vp+sd-jwt", cty="vp"),
    )
    theirs = disclosure(0, "holder", STRANGER.did)
    lying = {**payload, "_sd": [hashed(theirs)]}
    made.reject(
        good,
        "vp-sd-jwt-holder-of-another",
        ISS,
        "KEY_NOT_CONTROLLED_BY_HOLDER",
        sd_jwt(lying, SERVER, theirs, typ="vp+sd-jwt", cty="vp"),
    )
    elsewhere = {**payload, "aud": "other.example"}
    made.reject(
        good,
        "vp-sd-jwt-for-another",
        AUD,
        "DOMAIN_MISMATCH",
        sd_jwt(elsewhere, SERVER, shown, typ="vp+sd-jwt", cty="vp"),
    )


def _cose(made: Presentations) -> None:
    claims = {3: _DOMAIN, 10: _CHALLENGE.encode()}
    document = presented(_AS_COSE)
    good = made.accept("vp-cose", COSE, cose(document, SERVER, kind="vp", _15=claims))
    for name, of, code, message in (
        (
            "vp-cose-for-another",
            AUD,
            "DOMAIN_MISMATCH",
            cose(document, SERVER, kind="vp", _15={**claims, 3: "other.example"}),
        ),
        (
            "vp-cose-another-nonce",
            NONCE,
            "CHALLENGE_MISMATCH",
            cose(document, SERVER, kind="vp", _15={**claims, 10: b"another one"}),
        ),
        (
            "vp-cose-typ-of-a-credential",
            COSE,
            "UNKNOWN_FORMAT",
            cose(document, SERVER, kind="vp", _15=claims, _16="application/vc+cose"),
        ),
        (
            "vp-cose-kid-of-another",
            ISS,
            "KEY_NOT_CONTROLLED_BY_HOLDER",
            cose(document, STRANGER, kind="vp", _15=claims),
        ),
        (
            "vp-cose-signature-of-another-key",
            COSE,
            "PROOF_INVALID",
            cose(document, SERVER, kind="vp", _15=claims, sign=STRANGER.sign),
        ),
    ):
        made.reject(good, name, of, code, message)
