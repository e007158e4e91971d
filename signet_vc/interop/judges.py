"""What this package says to a case of each kind: problems, notices, and the values on the way."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from types import MappingProxyType
from typing import Final

from signet_vc import protocols, verification
from signet_vc.codec import jcs, strict_json
from signet_vc.codec.digest import commitment, digest, is_digest, is_nonce, sha256_of
from signet_vc.codec.strict_json import JsonObject
from signet_vc.did import jwk as did_jwk
from signet_vc.did import key as did_key
from signet_vc.errors import Code, ProblemError, problem
from signet_vc.interop.cases import BrokenCaseError, Case
from signet_vc.interop.exchanges import judge_request, judge_response
from signet_vc.interop.finding import Finding
from signet_vc.interop.policies import policy_of, time_of
from signet_vc.interop.proof_steps import proof_steps
from signet_vc.limits import DEFAULT_LIMITS
from signet_vc.protocols import a2a_card, ap2, http_message, ucp, ucp_checkout
from signet_vc.protocols.http_message import HttpResponse
from signet_vc.result import Verification

__all__ = ["JUDGES", "judge"]


def judge(case: Case) -> Finding:
    """The finding on a case. Raises BrokenCaseError for a kind or a member that is not known here."""
    if case.kind not in JUDGES:
        raise BrokenCaseError(f"a kind that is not known: {case.kind[:64]}")
    try:
        return JUDGES[case.kind](case)
    except ProblemError as error:
        return Finding.refused(error.problems)
    except (AttributeError, KeyError, TypeError, ValueError) as error:  # a damaged case does not end the run
        raise BrokenCaseError(f"the case is not of the form of its kind: {error!r}") from error


def _jcs(case: Case) -> Finding:
    canonical = jcs.canonicalize(strict_json.loads(case.input["json"]))
    return Finding(values={"canonical": canonical.hex()})


def _canon(case: Case) -> Finding:
    value = strict_json.loads(case.input["json"], max_depth=DEFAULT_LIMITS.value_depth)
    canonical = jcs.canonicalize_wide(value)
    return Finding(values={"canonical": canonical.hex(), "canonicalDigest": digest(canonical)})


def _did_key(case: Case) -> Finding:
    did = case.text("did")
    public_key = did_key.parse(did)
    named = case.text("publicKeyFormat") if "publicKeyFormat" in case.input else "Multikey"
    return Finding(
        values={
            "keyType": public_key.key_type.name,
            "publicKeyHex": public_key.raw.hex(),
            "verificationMethod": did_key.verification_method(public_key),
            "document": did_key.document(did, public_key_format=named),
        }
    )


# A commitment that does not open is the call's fault at the server, the answer's at the agent.
_OF_ANSWERS: Final = frozenset({"resultDigest", "errorDigest"})


def _commitment(case: Case) -> Finding:
    member, salt, stated = case.text("member"), case.text("salt"), case.text("digest")
    for text, is_spelled in ((salt, is_nonce), (stated, is_digest)):
        if not is_spelled(text):
            raise ProblemError.of(Code.INVALID_CREDENTIAL, "not in its only spelling")
    value = strict_json.loads(case.input["value"], max_depth=DEFAULT_LIMITS.value_depth)
    if commitment(member, value, salt) != stated:
        code = Code.RESULT_MISMATCH if member in _OF_ANSWERS else Code.CALL_MISMATCH
        raise ProblemError.of(code, "the commitment does not open")
    preimage = jcs.canonicalize_wide({"member": member, "salt": salt, "value": value})
    return Finding(values={"preimage": preimage.decode(), "sha256": sha256_of(stated).hex()})


def _did_jwk(case: Case) -> Finding:
    did = case.text("did")
    document = did_jwk.document(did)
    values: JsonObject = {"document": document}
    if "assertionMethod" in document:  # else its key is for encryption, and has no type here
        public_key = did_jwk.parse(did)
        values["keyType"] = public_key.key_type.name
        values["publicKeyHex"] = public_key.raw.hex()
        values["verificationMethod"] = document["assertionMethod"][0]
    return Finding(values=values)


def _secured(member: str, case: Case) -> Finding:
    """A credential or presentation in any securing: the one verification, as evidence at a time."""
    data = case.input[member]
    result = verification.verify(data, policy_of(case), at_ns=time_of(case))
    if result.problems:
        return Finding.refused(result.problems)
    values: JsonObject = {
        "document": result.document,
        "holder": result.issuer,
        "issuers": [each.issuer for each in result.credentials],
    }
    if data.lstrip()[:1] != b"{":
        return _found(result, {**values, "digest": digest(data)})
    whole = strict_json.loads(data)
    if "proofs" in case.expected:
        proofs = whole["proof"] if isinstance(whole["proof"], list) else [whole["proof"]]
        values["proofs"] = [proof_steps(whole, proof) for proof in proofs]
    return _found(result, {**values, "digest": digest(jcs.canonicalize(whole))})


def _http(case: Case) -> Finding:
    """An HTTP message, with the request that it answers where the case has one."""
    asked = http_message.read(case.input["request"]) if "request" in case.input else None
    if isinstance(asked, HttpResponse):
        raise BrokenCaseError("a response answers a request")
    message = http_message.read(case.input["message"], request=asked)
    result = ucp.verify(message, policy_of(case), at_ns=time_of(case))
    if result.document is None:
        return Finding.refused(result.problems)
    return _found(
        result,
        {
            "issuer": result.issuer,
            "signatureBase": result.document["signatureBase"],
            "digest": result.document["signatureBaseDigest"],
        },
    )


def _neighbour(member: str, case: Case) -> Finding:
    """An artefact of a neighbouring protocol, told by its content."""
    data = case.input[member]
    result = protocols.verify(data, policy_of(case), at_ns=time_of(case))
    if result is None or result.format != case.kind:
        return Finding.refused([problem(Code.UNKNOWN_FORMAT, "it is nothing of this kind")])
    if result.document is None:
        return Finding.refused(result.problems)
    values: JsonObject = {
        "issuer": result.issuer,
        "issuers": [each.issuer for each in result.credentials],
        "document": result.document,
        "digest": digest(data),
    }
    if case.kind == ap2.FORMAT:
        values |= {name: result.document.get(name) for name in ("mandates", "checkout")}
    if case.kind in {a2a_card.FORMAT, ucp_checkout.FORMAT}:
        values["canonicalDocument"] = jcs.canonicalize(result.document).decode()
    return _found(result, values)


def _found(result: Verification, values: JsonObject) -> Finding:
    return Finding(notices=tuple(each.code for each in result.notices), values=values)


_document: Final = partial(_secured, "document")
_token: Final = partial(_secured, "token")

JUDGES: Final[Mapping[str, Callable[[Case], Finding]]] = MappingProxyType(
    {
        "jcs": _jcs,
        "canon": _canon,
        "did-key": _did_key,
        "did-jwk": _did_jwk,
        "eddsa-jcs-2022": _document,
        "ecdsa-jcs-2019": _document,
        "eddsa-rdfc-2022": _document,
        "ecdsa-rdfc-2019": _document,
        "proof-chain": _document,
        "controller": _document,
        "data-model": _document,
        "status": _document,
        "vc-jwt": _token,
        "vc-sd-jwt": _token,
        "vc-cose": partial(_secured, "message"),
        "presentation": partial(_secured, "presentation"),
        "commitment": _commitment,
        "http-signature": _http,
        "a2a-agent-card": partial(_neighbour, "card"),
        "a2a-message": partial(_neighbour, "message"),
        "ap2-mandate": partial(_neighbour, "chain"),
        "ucp-checkout": partial(_neighbour, "checkout"),
        "request": judge_request,
        "response": judge_response,
    }
)
