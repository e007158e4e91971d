"""The two credentials of the attestation format: which is which, their shape, what they contradict.

FORMAT: "What a credential shows by itself, without a key, is (2)." ``shape_problems`` is the schemas'
equivalent, fast enough for every call; ``consistency_problems`` what no schema can say. Both take a
document with its proof or without it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final, Literal

from signet_vc.credential.profile_forms import Level, OneOrList, constant, matching, recurring
from signet_vc.credential.profile_members import CONTEXT, CREDENTIAL_ID, DID, DID_URL, TIME
from signet_vc.credential.profile_request import REQUEST_SUBJECT, request_contradictions
from signet_vc.credential.profile_response import RESPONSE_SUBJECT, response_contradictions
from signet_vc.errors import Code, Problem, problem
from signet_vc.resources import CREDENTIALS_V2, SIGNET_V1

__all__ = [
    "CREDENTIAL_TYPES",
    "PROOF_SUITES",
    "VOCABULARY",
    "Kind",
    "consistency_problems",
    "kind_of",
    "names_profile",
    "shape_problems",
]

Kind = Literal["request", "response"]

VOCABULARY: Final = "https://w3id.org/signet-vc#"
CREDENTIAL_TYPES: Final[Mapping[Kind, str]] = {
    "request": "ToolCallRequestCredential",
    "response": "ToolCallResponseCredential",
}
# FORMAT: Ed25519 -> the first, P-256 and P-384 -> the second. Which a key demands is seen with the key.
PROOF_SUITES: Final = frozenset({"eddsa-jcs-2022", "ecdsa-jcs-2019"})

_OUR_TYPES: Final = frozenset({*CREDENTIAL_TYPES.values(), "ToolCallRequest", "ToolCallResponse"})


def names_profile(document: Mapping[str, Any]) -> bool:
    """Whether a document names one of our types or our context, and so is bound by the format.

    It may still be neither of the two credentials: then it has no shape that is accepted.
    """
    if SIGNET_V1 in _strings(document.get("@context")):
        return True
    subjects = document.get("credentialSubject")
    holders = [document, *(subjects if isinstance(subjects, list) else [subjects])]
    return any(
        name in _OUR_TYPES or name.startswith(VOCABULARY)
        for holder in holders
        if isinstance(holder, Mapping)
        for name in _strings(holder.get("type"))
    )


def kind_of(document: Mapping[str, Any]) -> Kind | None:
    """Which of the two credentials a document says it is; None if neither, or both."""
    types = document.get("type")
    for kind, exact in _TYPES.items():
        if types == exact:
            return kind
    named: list[Kind] = [kind for kind, name in CREDENTIAL_TYPES.items() if name in _strings(types)]
    return named[0] if len(named) == 1 else None


def shape_problems(document: Mapping[str, Any]) -> list[Problem]:
    """Hold a document to the schema of the credential that it says it is.

    INVALID_CREDENTIAL, and more exactly where there is a code for it: CONTEXT_MISMATCH and
    PROOF_PURPOSE_MISMATCH in a proof, NUMBER_OUT_OF_RANGE and TOO_DEEP in an embedded value.
    """
    kind = kind_of(document)
    if kind is None:
        detail = "must be exactly VerifiableCredential and one of the two types of tool calls"
        return [problem(Code.INVALID_CREDENTIAL, detail, "/type")]
    level = _LEVELS[kind]
    return [] if level.holds(document) else list(level.problems(document, ""))


def consistency_problems(document: Mapping[str, Any], *, proof_set: Sequence[str] = ()) -> list[Problem]:
    """What a document without shape problems shows to be wrong, without a key.

    ``proof_set``: the suites that the policy demands, in order; then, and only then, ``proof`` is an
    array of exactly these.

    UNSUPPORTED_CRYPTOSUITE; KEY_NOT_CONTROLLED_BY_ISSUER; INVALID_CREDENTIAL for ``created`` and
    ``deadline``; of a response TIME_MISMATCH, OUTCOME_MISMATCH, REQUEST_MISMATCH.
    """
    subject, valid_from = document["credentialSubject"], document["validFrom"]
    problems: list[Problem] = []
    if "proof" in document:
        problems += _proof_contradictions(document, proof_set)
    if kind_of(document) == "request":
        problems += request_contradictions(subject, valid_from)
    else:
        problems += response_contradictions(subject, valid_from)
    return problems


def _proof_contradictions(document: Mapping[str, Any], proof_set: Sequence[str]) -> Iterator[Problem]:
    found = document["proof"]
    proofs = found if isinstance(found, list) else [found]
    if isinstance(found, list) or proof_set:
        if not isinstance(found, list) or [proof["cryptosuite"] for proof in proofs] != list(proof_set):
            yield problem(Code.UNSUPPORTED_CRYPTOSUITE, "not the proofs that the policy names", "/proof")
    elif found["cryptosuite"] not in PROOF_SUITES:
        detail = "not a cryptosuite of this format"
        yield problem(Code.UNSUPPORTED_CRYPTOSUITE, detail, "/proof/cryptosuite")
    key_of_issuer = document["issuer"] + "#"
    for index, proof in enumerate(proofs):
        pointer = f"/proof/{index}" if isinstance(found, list) else "/proof"
        if not _is_cut(proof["created"], document["validFrom"]):
            detail = "not validFrom cut to the second"
            yield problem(Code.INVALID_CREDENTIAL, detail, f"{pointer}/created")
        if not proof["verificationMethod"].startswith(key_of_issuer):
            detail = "not a verification method of the issuer"
            yield problem(Code.KEY_NOT_CONTROLLED_BY_ISSUER, detail, f"{pointer}/verificationMethod")


def _is_cut(created: str, valid_from: str) -> bool:
    """Whether ``created`` is ``validFrom`` without its fraction; zeros may be written."""
    return created[:19] == valid_from[:19] and not created[19:-1].strip(".0")


def _strings(value: Any) -> Sequence[str]:
    if isinstance(value, str):
        return (value,)
    return [item for item in value if isinstance(item, str)] if isinstance(value, list) else ()


# -- the outer members -----------------------------------------------------------------------------

_PROOF: Final = Level(
    required={
        "@context": constant([CREDENTIALS_V2, SIGNET_V1], Code.CONTEXT_MISMATCH),
        "type": constant("DataIntegrityProof"),
        "cryptosuite": recurring(r"[a-z0-9]+(?:-[a-z0-9]+)*", "the name of a cryptosuite"),
        "created": TIME,
        "verificationMethod": DID_URL,
        "proofPurpose": constant("assertionMethod", Code.PROOF_PURPOSE_MISMATCH),
        "proofValue": matching(r"z[1-9A-HJ-NP-Za-km-z]+", "z and base58btc"),
    }
)
_TYPES: Final[Mapping[Kind, list[str]]] = {
    kind: ["VerifiableCredential", name] for kind, name in CREDENTIAL_TYPES.items()
}


def _credential(kind: Kind, subject: Level) -> Level:
    return Level(
        required={
            "@context": CONTEXT,
            "id": CREDENTIAL_ID,
            "type": constant(_TYPES[kind]),
            "issuer": DID,
            "validFrom": TIME,
            "credentialSubject": subject,
        },
        optional={"proof": OneOrList(form=_PROOF)},
    )


_LEVELS: Final[Mapping[Kind, Level]] = {
    "request": _credential("request", REQUEST_SUBJECT),
    "response": _credential("response", RESPONSE_SUBJECT),
}
