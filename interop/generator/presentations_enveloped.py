"""Kind `presentation`, where envelopes secure it or what is in it."""

from __future__ import annotations

from typing import Any, Final

from generator.book import NOW, Book, rule
from generator.cose import cose
from generator.credentials import degree
from generator.crypto import AGENT, SERVER, STRANGER, Document, TestKey, token
from generator.documents import OUT, changed
from generator.presentations import (
    AS_COSE,
    AS_JWT,
    AS_SD_JWT,
    CHALLENGE_TEXT,
    DEGREE,
    DOMAIN_NAME,
    EACH,
    NOT_NESTED,
    Presentations,
    enveloped,
    presented,
    proved,
)
from generator.sd_jwt import disclosure, hashed, sd_jwt

__all__ = ["add"]

_JOSE: Final = "VC-JOSE-COSE"
ENVELOPED = rule(
    "VCDM", "4.13.1", "A credential in an envelope is presented as a data: URL of its media type."
)
DATA_URL = rule(
    "RFC 2397", "3", "A data: URL holds its text with percent escapes, or after ;base64 in base64."
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


def add(book: Book) -> None:
    """Add to the kind."""
    made = Presentations(book)
    _envelopes(made)
    _jwt(made)
    _sd_jwt(made)
    _cose(made)


def _envelopes(made: Presentations) -> None:
    cases = {
        name: made.accept(f"enveloped-{name}", ENVELOPED, proved(presented(credential)))
        for name, credential in (("jwt", AS_JWT), ("sd-jwt", AS_SD_JWT), ("cose", AS_COSE))
    }
    escaped = {**AS_SD_JWT, "id": str(AS_SD_JWT["id"]).replace("~", "%7E")}
    made.accept("enveloped-sd-jwt-with-escapes", DATA_URL, proved(presented(escaped)))
    encoded = enveloped("vc+jwt", token(degree(AGENT), AGENT).encode())
    in_base64 = made.accept("enveloped-jwt-in-base64", DATA_URL, proved(presented(encoded)))
    for name, carrier in (
        ("enveloped-with-a-broken-escape", {**AS_JWT, "id": f"{AS_JWT['id']}%"}),
        ("enveloped-in-broken-base64", {**encoded, "id": f"{encoded['id']}!"}),
    ):
        made.reject(in_base64, name, DATA_URL, "INVALID_CREDENTIAL", proved(presented(carrier)))
    mixed = proved(presented(AS_JWT, DEGREE, AS_COSE, AS_SD_JWT))
    made.accept("of-every-securing", ENVELOPED, mixed, issuers=(AGENT,) * 4)
    compact = token(degree(AGENT), AGENT)
    for name, members in (
        ("envelope-that-is-no-data-url", {"id": "https://issuer.example/credentials/1"}),
        ("envelope-with-another-type", {"type": ["EnvelopedVerifiableCredential", "AlumniCredential"]}),
        ("envelope-without-context", {"@context": OUT}),
        ("envelope-of-another-media-type", {"id": f"data:application/jwt,{compact}"}),
    ):
        given = proved(presented(changed(AS_JWT, **members)))
        made.reject(cases["jwt"], name, ENVELOPE_FORM, "INVALID_CREDENTIAL", given)
    unencoded = {**AS_COSE, "id": "data:application/vc+cose," + str(AS_COSE["id"]).partition(",")[2]}
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
    inner = token(presented(DEGREE), SERVER, typ="vp+jwt", cty="vp")
    nested = enveloped("vp+jwt", inner, type="EnvelopedVerifiablePresentation")
    made.reject(
        cases["jwt"],
        "an-enveloped-presentation-within",
        NOT_NESTED,
        "INVALID_PRESENTATION",
        proved(presented(nested)),
    )
    broken = enveloped("vc+jwt", token(degree(AGENT), AGENT, sign=STRANGER.sign))
    made.reject(
        cases["jwt"], "enveloped-credential-of-another-key", EACH, "PROOF_INVALID", proved(presented(broken))
    )


def _vp_token(document: Document, key: TestKey = SERVER, **members: Any) -> str:
    """A vp+jwt; `aud` and `nonce` stand in the payload."""
    claims: Document = {"aud": DOMAIN_NAME, "nonce": CHALLENGE_TEXT}
    claims |= {name: members.pop(name) for name in ("aud", "nonce", "iss", "exp", "vp") if name in members}
    payload = {**document, **{name: value for name, value in claims.items() if value is not OUT}}
    header: Document = {"typ": "vp+jwt", "cty": "vp", **members}
    return token(payload, key, **header)


def _jwt(made: Presentations) -> None:
    document = presented(DEGREE)
    good = made.accept("vp-jwt", JWT, _vp_token(document))
    made.accept("vp-jwt-of-a-jwt", JWT, _vp_token(presented(AS_JWT), iss=SERVER.did))
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
        ("vp-jwt-expired", JWT, "EXPIRED", {"exp": NOW - 3600}),
        ("vp-jwt-signature-of-another-key", JWT, "PROOF_INVALID", {"sign": STRANGER.sign}),
    ):
        made.reject(good, name, of, code, _vp_token(document, **members))
    made.reject(
        good, "vp-jwt-kid-of-another", ISS, "KEY_NOT_CONTROLLED_BY_HOLDER", _vp_token(document, STRANGER)
    )


def _sd_jwt(made: Presentations) -> None:
    shown = disclosure(0, "holder", SERVER.did)
    document = {name: value for name, value in presented(AS_SD_JWT).items() if name != "holder"}
    payload = {
        **document,
        "_sd": [hashed(shown)],
        "_sd_alg": "sha-256",
        "aud": DOMAIN_NAME,
        "nonce": CHALLENGE_TEXT,
    }
    whole = sd_jwt(payload, SERVER, shown, typ="vp+sd-jwt", cty="vp")
    good = made.accept("vp-sd-jwt", SD_JWT, whole)
    carried = enveloped("vp+sd-jwt", whole, type="EnvelopedVerifiablePresentation")
    made.accept("vp-sd-jwt-in-a-data-url", ENVELOPED_VP, carried)
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
    claims = {3: DOMAIN_NAME, 10: CHALLENGE_TEXT.encode()}
    document = presented(AS_COSE)
    message = cose(document, SERVER, kind="vp", _15=claims)
    good = made.accept("vp-cose", COSE, message)
    carried = enveloped("vp+cose", message, type="EnvelopedVerifiablePresentation")
    case = made.accept("vp-cose-in-a-data-url", ENVELOPED_VP, carried)
    wrong = {**carried, "id": str(carried["id"]).replace("vp+cose", "vp+jwt")}
    made.reject(case, "vp-cose-said-to-be-a-jwt", ENVELOPE_TYPE, "INVALID_PRESENTATION", wrong)
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
