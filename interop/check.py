"""An independent reader of the attestation format, for the vectors of this folder.

    python interop/check.py [FOLDER] [--case ID]...

Written from docs/format.md (§ below), SPEC.md and what they name alone. A case agrees if verdict, code and
values do; notices are not made. Others' credentials and a task's final answer are beyond it.
"""  # noqa: INP001 - run as a program, not imported

import argparse
import base64
import hashlib
import json
import re
import sys
from datetime import date
from decimal import Decimal
from math import inf
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

Object = dict[str, Any]
CONTEXTS = ["https://www.w3.org/ns/credentials/v2", "https://w3id.org/signet-vc/v1"]
TYPES = {"request": "ToolCallRequestCredential", "response": "ToolCallResponseCredential"}
KEY, EDDSA, ECDSA = "org.w3id.signet-vc/", "eddsa-jcs-2022", "ecdsa-jcs-2019"
MIB, SAFE, SECOND, ACCEPTED, BEYOND = 1 << 20, 2**53 - 1, 10**9, "accepted", "beyond"


class Refusal(Exception):  # noqa: N818 - a verdict, not an error of this program
    """The input is refused; the argument is the code, or BEYOND where this reader cannot tell."""


def _demand(holds: object, code: str = "INVALID_CREDENTIAL") -> None:  # or refuse, for this reason
    if not holds:
        raise Refusal(code)


def _parse(data: bytes, depth: int = 80, largest: float = inf) -> Any:  # strict JSON, §5.1, §5.2; RFC 7493
    def once(pairs: list[tuple[str, Any]]) -> Object:
        _demand(len(dict(pairs)) == len(pairs), "DUPLICATE_MEMBER")
        return dict(pairs)

    def num(token: str) -> float:
        digits = token.lstrip("-")
        value = int(token) if digits.isdigit() and len(digits) <= 4300 else float(token)
        is_exact = abs(value) <= SAFE or (abs(value) < inf and Decimal(repr(value)) == Decimal(token))
        _demand(is_exact and abs(value) <= largest, "NUMBER_OUT_OF_RANGE")
        return value

    try:
        text, level = data.decode(), 0
        for token in re.finditer(r'"(?:[^"\\]|\\.)*+"|[][{}]', text, re.DOTALL):
            level += {"[": 1, "{": 1, "]": -1, "}": -1}.get(token[0], 0)
            _demand(level <= depth, "TOO_DEEP")
        value = json.loads(text, object_pairs_hook=once, parse_int=num, parse_float=num, parse_constant=int)
        _canon(value)  # fails at a lone surrogate, as int does at NaN
    except ValueError:
        raise Refusal("MALFORMED_JSON") from None
    return value


def _canon(value: Any) -> bytes:  # CANON, §5.1; RFC 8785, whose digits are those of Python, not its exponents
    if isinstance(value, dict):
        names = sorted(value, key=lambda name: name.encode("utf-16-be"))
        return b"{" + b",".join(_canon(name) + b":" + _canon(value[name]) for name in names) + b"}"
    if isinstance(value, list):
        return b"[" + b",".join(map(_canon, value)) + b"]"
    if not isinstance(value, float):
        return json.dumps(value, ensure_ascii=False).encode()
    is_plain = value == 0 or 1e-6 <= abs(value) < 1e21
    text = format(Decimal(repr(value or 0.0)), "f") if is_plain else repr(value).replace("e-0", "e-")
    return text.removesuffix(".0").encode()


def _digest(data: bytes) -> str:  # DIGEST, §5.4
    return "u" + base64.urlsafe_b64encode(b"\x12\x20" + hashlib.sha256(data).digest()).decode().rstrip("=")


def _base58(text: Any) -> bytes:  # of `z` and base58btc; nothing if it is not that, or long: it is quadratic
    letters = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
    if not _fits(text, f"z[{letters}]{{1,255}}"):
        return b""
    number, zeros = 0, len(text) - 1 - len(text[1:].lstrip("1"))
    for letter in text[1:]:
        number = number * 58 + letters.index(letter)
    return bytes(zeros) + number.to_bytes((number.bit_length() + 7) // 8)


def _time(text: Any) -> int:  # in nanoseconds; 0 if it is none, §2
    if not _fits(text, r"\d{4}-\d\d-\d\dT([01]\d|2[0-3])(:[0-5]\d){2}([.]\d{1,9})?Z"):
        return 0
    try:
        hours = date.fromisoformat(text[:10]).toordinal() * 24 + int(text[11:13])
    except ValueError:  # there is no such day
        return 0
    return ((hours * 60 + int(text[14:16])) * 60 + int(text[17:19])) * SECOND + int(text[20:-1].ljust(9, "0"))


def _object(value: Any) -> Object:  # or an empty one
    return value if isinstance(value, dict) else {}


def _fits(value: Any, rule: Any) -> bool:  # a rule is written as in the tables below
    if isinstance(rule, str):  # a string that this pattern matches whole
        return isinstance(value, str) and bool(re.fullmatch(rule, value, re.ASCII | re.DOTALL))
    if isinstance(rule, list):  # a list of 1 to 8 items that keep the rule
        return isinstance(value, list) and 0 < len(value) < 9 and all(_fits(item, rule[0]) for item in value)
    if isinstance(rule, dict):  # an object of these members, and no others
        named = {name: inner for names, inner in rule.items() for name in names.split()}
        known = {name.rstrip("?"): inner for name, inner in named.items()}
        is_known = isinstance(value, dict) and named.keys() & known.keys() <= value.keys() <= known.keys()
        return is_known and all(_fits(value[name], known[name]) for name in value)
    if rule is int:  # a number that CANON prints as an integer
        return isinstance(value, int | float) and not isinstance(value, bool) and int(value) == value
    if rule is dict:  # an object that may be embedded, §5.2, §5.5
        return isinstance(_parse(_canon(value), depth=64, largest=SAFE), dict)
    return bool(rule(value))


DIGEST, NONCE = r"uEi[A-D][\w-]{42}[AQgw]", r"u[\w-]{21}[AQgw]"  # a last letter has no bits to spare
BASE64URL = r"([\w-]{4})*([\w-][AQgw]|[\w-]{2}[AEIMQUYcgkosw048])?"
JWS = rf"{BASE64URL}\.{BASE64URL}\.{BASE64URL}"
TEXT, UUID = ".{1,1024}", "urn:uuid:[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"
DID = r"did:[a-z0-9]+:([\w.:-]|%[0-9A-Fa-f]{2})*([\w.-]|%[0-9A-Fa-f]{2})"
URI = r"[A-Za-z][A-Za-z0-9+.-]*:([\w.~:/?\[\]@!$&'()*+,;=-]|%[0-9A-Fa-f]{2})+"
METHOD, EFFECT, REASON = "tools/call|tasks/update|tasks/cancel", "allow|deny|escalate", "[A-Z][A-Z0-9_]{0,63}"
OF_ERRORS = {"failed", "denied", "unknown"}
ERROR = {"code": int, "message": ".*", "data?": lambda value: value != {}}
DEFINITION = ("name", "title", "description", "inputSchema", "outputSchema", "annotations")
# Members with the same rule share an entry; those with a question mark may be absent.
CREDENTIAL: Object = {"@context type": [TEXT], "id": UUID, "issuer": DID, "validFrom": _time}  # §2
BOTH: Object = {"method": METHOD, "tool taskId? traceId? protocolVersion?": TEXT, "attester?": "self|proxy"}
BOTH |= {"toolDefinitionDigest? previousDigest? argumentsDigest?": DIGEST, "arguments?": dict}  # §3.1
BOTH |= {"chain?": r"[\w.:-]{1,128}", "sequence?": lambda value: _fits(value, int) and 1 <= value <= SAFE}
BOTH |= {"continuationOf?": {"request? response?": DIGEST}}
ASKED = BOTH | {"type": "ToolCallRequest", "audience": URI, "nonce": NONCE, "deadline": _time}  # §3.2
ASKED |= {"inputResponsesDigest? requestStateDigest? parametersDigest? previousResponseDigest?": DIGEST}
ASKED |= {"basis?": [{"type": "a2a-message|http-message|ap2-mandate", "digestMultibase": DIGEST}]}
ASKED |= {"authorization?": [DIGEST], "confirmation?": {"jkt": r"[\w-]{42}[AEIMQUYcgkosw048]"}}
ASKED |= {"intent?": ".{0,1024}", "intentDigest?": DIGEST}
ANSWERED = BOTH | {"type": "ToolCallResponse", "agent?": DID, "receivedAt completedAt": _time}  # §3.3
ANSWERED |= {"outcome": "completed|failed|denied|input_required|task|cancelled|unknown"}
ANSWERED |= {"result? error?": dict, "resultDigest? errorDigest?": DIGEST}
ANSWERED |= {"request?": {"id": UUID, "digestMultibase jwsDigest?": DIGEST}}
ANSWERED |= {"decision?": {"effect": EFFECT, "reason?": REASON, "policyDigest? approvalDigest?": DIGEST}}


def _check_credential(credential: Object, kind: str) -> None:  # without its proof, §2 to §4
    _demand(_fits(credential, CREDENTIAL | {"credentialSubject": ASKED if kind == "request" else ANSWERED}))
    _demand((credential["@context"], credential["type"]) == (CONTEXTS, ["VerifiableCredential", TYPES[kind]]))
    subject = credential["credentialSubject"]
    has, outcome, is_call = subject.__contains__, subject.get("outcome"), subject["method"] == "tools/call"
    _demand(has("chain") == has("sequence") and has("previousDigest") == (subject.get("sequence", 1) > 1))
    _demand(has("arguments") + has("argumentsDigest") == (is_call and not has("request")))
    if kind == "request":
        is_retry = has("inputResponsesDigest") or has("requestStateDigest") or not is_call
        _demand(has("continuationOf") == is_retry and not (has("intent") and has("intentDigest")))
        _demand(_time(subject["deadline"]) >= _time(credential["validFrom"]))
        return
    number = sum(map(has, ("result", "resultDigest", "error", "errorDigest")))
    _demand((outcome not in {"cancelled", "unknown"}) <= number <= (outcome != "cancelled"))
    _demand(has("request") == has("agent") and has("taskId") >= (outcome == "task"))
    _demand(has("continuationOf") == (has("taskId") and outcome != "task"))
    _demand(not has("continuationOf"), BEYOND)
    _demand(not has("decision") or (subject["decision"]["effect"] == "allow") == (outcome != "denied"))
    _demand(not has("error") or _fits(subject["error"], ERROR))
    if has("result"):
        result, of = subject["result"], subject["result"].get("resultType")
        _demand("_meta" not in result and isinstance(of, str) and outcome != "input_required")
        _demand(isinstance(result.get("isError", None if of == "complete" else False), bool))
        _demand(outcome in _outcomes(result), "OUTCOME_MISMATCH")
        _demand(outcome != "task" or _object(result.get("task", result)).get("taskId") == subject["taskId"])
    _demand(not has("resultDigest") or outcome != "unknown", "OUTCOME_MISMATCH")
    _demand(not (has("error") or has("errorDigest")) or outcome in OF_ERRORS, "OUTCOME_MISMATCH")


def _outcomes(result: Object) -> set[str]:  # that a result in projected form can have, §4.2
    kind, is_error = result["resultType"], result.get("isError", False)
    if kind == "task" or (kind == "complete" and "task" in result and "content" not in result):
        return {"task"}
    possible = {kind} if kind == "input_required" else {"failed", "denied"} if is_error else {"completed"}
    return possible if kind in ("complete", "input_required") and isinstance(is_error, bool) else set()


def _read(kind: str, carrier: Any, *, alone: bool = False) -> Object:  # checked but for keys, proofs, times
    name = kind + "_signature"
    _demand(isinstance(carrier, dict) and {"credential", name} & carrier.keys())
    salts, listed = carrier.get("salts", {}), carrier.get("authorization", [])
    _demand(isinstance(salts, dict) and all(_fits(salt, NONCE) for salt in salts.values()))
    _demand(len({*salts.values()}) == len(salts))
    _demand(isinstance(listed, list) and all(isinstance(item, dict | str) for item in listed))
    read: Object = {"salts": salts, "securings": []}  # credential, text, method, algorithm, signed, proof
    if "credential" in carrier:
        document = _object(carrier["credential"])
        _demand(len(_canon(document)) <= MIB, "TOO_LARGE")
        credential = {name: value for name, value in document.items() if name != "proof"}
        _check_credential(credential, kind)
        _demand("proof" in document, "PROOF_MISSING")
        proof, names = document["proof"], "@context type cryptosuite created proofPurpose proofValue"
        _demand(not isinstance(proof, list), "UNSUPPORTED_CRYPTOSUITE")
        _demand(isinstance(proof, dict) and proof.keys() == {*names.split(), "verificationMethod"})
        _demand(proof["@context"] == CONTEXTS, "CONTEXT_MISMATCH")
        _demand(proof["cryptosuite"] in (EDDSA, ECDSA), "UNSUPPORTED_CRYPTOSUITE")
        _demand(proof["proofPurpose"] == "assertionMethod", "PROOF_PURPOSE_MISMATCH")
        method, signature = str(proof["verificationMethod"]), _base58(proof["proofValue"])
        _demand(method.startswith(credential["issuer"] + "#"), "KEY_NOT_CONTROLLED_BY_ISSUER")
        _demand(_time(proof["created"]) == _time(credential["validFrom"]) // SECOND * SECOND)
        _demand(proof["type"] == "DataIntegrityProof" and signature)
        signed = [_canon({name: proof[name] for name in proof if name != "proofValue"}), _canon(credential)]
        read["securings"] += [(credential, _canon(document), method, proof["cryptosuite"], signed, signature)]
    if name in carrier:
        _demand(isinstance(carrier[name], str))
        token = carrier[name].encode()
        _demand(len(token) <= MIB, "TOO_LARGE")
        _demand(_fits(carrier[name], JWS), "PROOF_INVALID")
        first, second, signature = (base64.urlsafe_b64decode(part + b"==") for part in token.split(b"."))
        header, credential = _parse(first), _parse(second)
        _demand(signature, "PROOF_MISSING")
        _demand(not {"crit", "b64", "jwk", "jku", "x5u", "x5c"} & _object(header).keys(), "PROOF_INVALID")
        _demand(_fits(header, {"alg kid": TEXT, "cty": "vc", "typ": r"vc\+jwt"}))
        _demand((first, second) == (_canon(header), _canon(credential)))
        _check_credential(credential, kind)
        method, issuer, signed = header["kid"], credential["issuer"], [token.rpartition(b".")[0]]
        _demand(method.startswith(issuer + "#"), "KEY_NOT_CONTROLLED_BY_ISSUER")
        if not alone:
            hints, read["nonce"] = (carrier.get("signer"), carrier.get("timestamp")), carrier.get("nonce")
            _demand(hints == (issuer, credential["validFrom"]))
            _demand(kind == "response" or read["nonce"] == credential["credentialSubject"]["nonce"])
        read["securings"] += [(credential, token, method, "JWS " + header["alg"], signed, signature)]
    credential, digests = read["securings"][0][0], [_digest(securing[1]) for securing in read["securings"]]
    reference = dict(zip(("digestMultibase", "jwsDigest"), digests, strict=False)) | {"id": credential["id"]}
    read |= {"issuer": credential["issuer"], "start": _time(credential["validFrom"]), "reference": reference}
    return read | {"subject": credential["credentialSubject"], "digest": digests[0]}


KEY_TYPES: dict[bytes, Object] = {  # by multicodec; `size` is that of the raw key
    b"\xed\x01": {"type": "Ed25519", "size": 32, "algorithms": (EDDSA, "JWS Ed25519", "JWS EdDSA")},
    b"\x80\x24": {"type": "P-256", "size": 33, "algorithms": (ECDSA, "JWS ES256"), "curve": ec.SECP256R1()},
    b"\x81\x24": {"type": "P-384", "size": 49, "algorithms": (ECDSA, "JWS ES384"), "curve": ec.SECP384R1()},
    b"\x82\x24": {"type": "P-521", "size": 67, "algorithms": (), "curve": ec.SECP521R1()},
}
P, L = 2**255 - 19, 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, -1, P) % P


def _is_sound_point(encoded: bytes) -> bool:  # in canonical form and not of small order, §7.6; RFC 8032
    y = int.from_bytes(encoded, "little") & (1 << 255) - 1
    x_squared = (y * y - 1) * pow(D * y * y + 1, -1, P) % P
    is_small = y * (y * y - 1) * (D * y**4 + 2 * y * y - 1) % P == 0  # y = 0, 1 or -1, or doubles to y = 0
    return y < P and not is_small and pow(x_squared, P // 2, P) == 1


def _read_key(did: str) -> Object:  # of a did:key, §5.3, §7.6
    data = _base58(did[8:])
    key = KEY_TYPES.get(data[:2], {}) | {"raw": data[2:], "method": f"{did}#{did[8:]}"}
    _demand(did.startswith("did:key:") and len(data[2:]) == key.get("size"), "KEY_INVALID")
    try:
        public = "curve" in key and ec.EllipticCurvePublicKey.from_encoded_point(key["curve"], data[2:])
    except ValueError:
        raise Refusal("KEY_INVALID") from None
    _demand(public or _is_sound_point(data[2:]), "KEY_INVALID")
    return key | {"public": public or ed25519.Ed25519PublicKey.from_public_bytes(data[2:])}


def _verify(read: Object) -> None:  # keys, signatures, agreement of two securings, §2, §5.3, §6.2, §7.6
    _demand(read["issuer"].startswith("did:key:"), "RESOLVER_UNAVAILABLE")
    key = _read_key(read["issuer"])
    hash_ = hashes.SHA384() if key["type"] == "P-384" else hashes.SHA256()
    for credential, _, method, algorithm, signed, signature in read["securings"]:
        _demand(_canon(credential) == _canon(read["securings"][0][0]), "SECURINGS_DISAGREE")
        _demand(method == key["method"], "KEY_NOT_CONTROLLED_BY_ISSUER")
        _demand(algorithm in key["algorithms"], "UNSUPPORTED_CRYPTOSUITE")
        hashed = b"".join(hashlib.new(hash_.name, part).digest() for part in signed)
        message = signed[0] if algorithm.startswith("JWS ") else hashed
        try:
            if "curve" in key:
                size, highest = key["size"] - 1, key["curve"].group_order // 2
                r, s = int.from_bytes(signature[:size]), int.from_bytes(signature[size:])
                _demand(len(signature) == 2 * size and s <= highest, "PROOF_INVALID")
                key["public"].verify(encode_dss_signature(r, s), message, ec.ECDSA(hash_))
            else:
                is_low = int.from_bytes(signature[32:], "little") < L
                _demand(is_low and _is_sound_point(signature[:32]), "PROOF_INVALID")
                key["public"].verify(signature, message)
        except InvalidSignature:
            raise Refusal("PROOF_INVALID") from None


def _check_signer(read: Object, policy: Object, audience: str | None = None) -> list[Object]:  # §7.2, §7.5
    issuer, now, listed = read["issuer"], policy["at"], policy.get("allowedSigners", [])
    entries = [{"did": entry} if isinstance(entry, str) else entry for entry in listed]
    entries = [e for e in entries if e["did"] == issuer and _time(now) <= _time(e.get("until", now))]
    entries = [e for e in entries if audience in {None, e.get("audience", audience)}]
    is_named, trusts_any = (audience or "").startswith("did:"), policy.get("trustAny", False)
    _demand(is_named or trusts_any or listed, "NO_TRUST_ANCHOR")
    is_allowed = issuer == audience if is_named else bool(entries or trusts_any)
    try:
        _verify(read)
    except Refusal:
        _demand(is_allowed, "PROOF_INVALID")
        raise
    _demand(is_allowed, "SIGNER_NOT_ALLOWED")  # of which a stranger is told only if the proof verifies
    return entries


def _read_message(data: bytes) -> tuple[Object, Object, Object]:  # and its `params` and `_meta`, §5.2, §7.1
    _demand(len(data) <= 64 * MIB, "TOO_LARGE")
    message, names = _parse(data), "jsonrpc id method params result error"
    _demand(isinstance(message, dict) and not {"result", "error"} <= message.keys(), "MALFORMED_JSON")
    params, known = message.get("params", {}), "name arguments inputResponses requestState taskId _meta"
    for value, exact in ((message, names.split()), (params, known.split())):
        folded = {name.casefold() for name in exact}
        is_exact = isinstance(value, dict) and all(n in exact or n.casefold() not in folded for n in value)
        _demand(is_exact, "CALL_MISMATCH")
    return message, params, _object(params.get("_meta"))


def _arguments(params: Object) -> Object:  # in projected form, §4.1
    arguments = _parse(_canon(params.get("arguments")), depth=64)
    _demand(arguments is None or isinstance(arguments, dict), "CALL_MISMATCH")
    return arguments or {}


def _binds(read: Object, name: str, values: Object) -> bool:  # embedded, committed, absent, §5.5, §5.6
    subject, member, value = read["subject"], name + "Digest", values.get(name)
    if (name in values) != (name in subject or member in subject):
        return False
    if member not in subject:
        return _canon(value) == _canon(subject.get(name))
    opened = {"member": member, "salt": read["salts"].get(member), "value": _parse(_canon(value), depth=64)}
    return member in read["salts"] and bool(_digest(_canon(opened)) == subject[member])


def check_request(message: bytes, policy: Object) -> Object:
    """Judge a message at the server. Spec: §7.1."""
    call, params, meta = _read_message(message)  # steps 1 and 2
    method, is_call = call.get("method"), call.get("method") == "tools/call"
    if not _fits(method, METHOD):
        return {}
    _demand("id" in call or not is_call, "CALL_MISMATCH")
    if KEY + "request" not in meta:
        _arguments(params)
        _demand(not policy.get("requireSignatures", True), "ATTESTATION_MISSING")
        return {}
    request = _read("request", meta[KEY + "request"])
    subject, entries = request["subject"], _check_signer(request, policy)  # steps 3 and 4
    now, skew = _time(policy["at"]), policy.get("clockSkew", 60) * SECOND  # step 5
    start, deadline = request["start"], _time(subject["deadline"])
    _demand(start - skew <= now, "NOT_YET_VALID")
    _demand(now <= deadline + skew, "DEADLINE_PASSED")
    _demand(deadline - start <= policy.get("maxLifetime", 300) * SECOND, "LIFETIME_TOO_LONG")
    _demand(subject["audience"] == policy["audience"], "AUDIENCE_MISMATCH")  # step 6
    claim = {"issuer": request["issuer"], "audience": subject["audience"], "nonce": subject["nonce"]}
    _demand(claim not in policy.get("noncesSeen", []), "REPLAYED")  # step 7
    bound = ["taskId", "inputResponses", "requestState", "_meta", *(["name", "arguments"] if is_call else [])]
    others = {name: value for name, value in params.items() if name not in bound}  # step 8
    actual = {name: params[name] for name in bound[:3] if name in params} | {"method": method}
    actual |= {"tool": params.get("name"), "arguments": _arguments(params)} if is_call else {}
    actual |= {"parameters": others} if others else {}
    names = {"arguments", "taskId", "inputResponses", "requestState", "parameters", *actual}
    _demand(all(_binds(request, name, actual) for name in names), "CALL_MISMATCH")
    named = subject.get("continuationOf", {})
    held = [a for a in policy.get("heldAnswers", []) if any(a[name] == named[name] for name in named)]
    continued = {**named, "tool": subject["tool"], "requestState": params.get("requestState")}
    _demand(not held or continued in held, "CALL_MISMATCH")
    _demand("confirmation" not in subject, "POLICY_DENIED")  # step 9
    tools = [re.escape(tool) for entry in entries for tool in entry.get("tools", ["*"])]
    tools = [tool.replace(r"\*", ".*").replace(r"\?", ".") for tool in tools]
    _demand(not entries or any(_fits(subject["tool"], tool) for tool in tools), "POLICY_DENIED")
    for tool in policy.get("toolDefinitions", []) if policy.get("demandToolDefinition") else []:
        listed = _digest(_canon({name: tool[name] for name in DEFINITION if name in tool}))
        is_listed = tool["name"] != subject["tool"] or subject.get("toolDefinitionDigest", listed) == listed
        _demand(is_listed, "TOOL_DEFINITION_CHANGED")
    return {"digest": request["digest"], "jwsDigest": request["reference"].get("jwsDigest")}


def _check_response(given: Object, policy: Object) -> Object:  # at the agent, §7.2, §7.3
    (call, sent, meta), (answer, _, _) = map(_read_message, (given["request"], given["message"]))
    request = _read("request", meta[KEY + "request"]) if KEY + "request" in meta else None
    _demand({"result", "error"} & answer.keys(), "MALFORMED_JSON")
    member = "result" if isinstance(answer.get("result"), dict) else "error"
    whole = _object(answer.get(member))
    if member == "result":  # in projected form, §4.1
        holder, value = _object(whole.get("_meta")), {"resultType": "complete", **whole}
        value.pop("_meta", None)
        value = {"isError": False, **value} if value["resultType"] == "complete" else value
    else:  # without the carrier, §6.3
        data, holder = whole.get("data", {}), _object(whole.get("data"))
        if KEY + "response" in holder:
            data = {name: inner for name, inner in holder.items() if name != KEY + "response"}
            data = data[KEY + "data"] if data.keys() == {KEY + "data"} else data
        value = {n: whole.get(n) for n in ("code", "message")} | ({"data": data} if data != {} else {})
    projected: Any = _parse(_canon(value), depth=64) if member == "result" or _fits(value, ERROR) else None
    if KEY + "response" not in holder:
        code = "ATTESTATION_STRIPPED" if policy.get("declared") else "ATTESTATION_MISSING"
        _demand(not policy.get("requireSignatures", True), code)
        return {}
    response = _read("response", holder[KEY + "response"])
    subject, outcome = response["subject"], response["subject"]["outcome"]
    if request:
        asked, actual = request["subject"], {"request": request["reference"], "agent": request["issuer"]}
    else:
        asked, actual = {"audience": policy.get("audience", "")}, {"arguments": _arguments(sent)}
        asked |= {"method": call.get("method"), "tool": sent.get("name")}
    actual |= {"method": asked["method"], "tool": asked["tool"]}
    _check_signer(response, policy, asked["audience"])
    is_same = all(_binds(response, name, actual) for name in {*actual, "request", "agent", "arguments"})
    _demand(is_same and response.get("nonce", asked.get("nonce")) == asked.get("nonce"), "REQUEST_MISMATCH")
    possible = _outcomes(projected) if member == "result" else OF_ERRORS
    _demand(projected is not None and outcome in possible, "OUTCOME_MISMATCH")
    is_bare = not {"result", "resultDigest", "error", "errorDigest"} & subject.keys()
    task = _object(projected.get("task", projected))
    is_same = outcome != "task" or task.get("taskId") == subject["taskId"]
    _demand(is_same and (is_bare or _binds(response, member, {member: projected})), "RESULT_MISMATCH")
    skew, times = policy.get("clockSkew", 60) * SECOND, [subject["receivedAt"], subject["completedAt"]]
    times = [*map(_time, times), response["start"], _time(policy["at"]) + skew]
    times = [request["start"] - skew, *times] if request else times
    _demand(times == sorted(times), "TIME_MISMATCH")
    return {"digest": response["digest"], "requestDigest": request["digest"] if request else None}


def check_evidence(given: Object, policy: Object) -> Object:
    """Judge an attestation on its own: `document`, or a JWS as `token`. Spec: §7.4."""
    token, data = given.get("token"), given["token" if "token" in given else "document"]
    is_compact = token is not None and re.fullmatch(rb"[A-Za-z0-9_.=+/-]*", token)
    _demand(not is_compact or _fits(data.decode(), JWS), "PROOF_INVALID")
    document = _parse(base64.urlsafe_b64decode(data.split(b".")[1] + b"==") if is_compact else data)
    stated = [_object(document).get(name) for name in ("@context", "type")]
    names = [item for value in stated for item in (value if isinstance(value, list) else [value])]
    _demand(any(name in names for name in (CONTEXTS[1], *TYPES.values())), BEYOND)
    kind = "response" if TYPES["response"] in names else "request"
    carrier = {"credential": document} if token is None else {kind + "_signature": token.decode()}
    read = _read(kind, carrier, alone=True)
    _check_signer(read, policy)
    _demand(read["start"] <= _time(policy["at"]) + policy.get("clockSkew", 60) * SECOND, "NOT_YET_VALID")
    return {"digest": read["digest"]}


def _check_part(given: Object, _: Object) -> Object:  # what comes before it, §5.1, §5.5, §7.6
    if "json" in given:
        text = _canon(_parse(given["json"], depth=64))
        return {"canonical": text.hex(), "canonicalDigest": _digest(text)}
    if "did" in given:
        key = _read_key(given["did"].decode(errors="replace"))
        return {"keyType": key["type"], "publicKeyHex": key["raw"].hex(), "verificationMethod": key["method"]}
    member, salt, stated = (given[name].decode(errors="replace") for name in ("member", "salt", "digest"))
    opened = _canon({"member": member, "salt": salt, "value": _parse(given["value"], depth=64)})
    _demand(_fits(salt, NONCE) and _fits(stated, DIGEST))
    is_answer = member in {"resultDigest", "errorDigest"}
    _demand(_digest(opened) == stated, "RESULT_MISMATCH" if is_answer else "CALL_MISMATCH")
    return {"preimage": opened.decode(), "sha256": hashlib.sha256(opened).hexdigest()}


KINDS: Object = {"response": _check_response, **dict.fromkeys((EDDSA, ECDSA, "vc-jwt"), check_evidence)}
KINDS |= {"request": lambda given, policy: check_request(given["message"], policy)}
KINDS |= dict.fromkeys(("canon", "commitment", "did-key"), _check_part)


def _bytes_of(value: Any) -> bytes:  # that a member of `input` writes: SPEC.md, Bytes
    if isinstance(value, dict) and "base64" in value:
        return base64.b64decode(value["base64"], validate=True)
    parts = value["parts"] if isinstance(value, dict) else [value]
    return b"".join(p.encode() if isinstance(p, str) else p["repeat"].encode() * p["times"] for p in parts)


def _judge(case: Object) -> str:  # `agree`, `beyond`, or what was found, and what should have been
    given, expected = {name: _bytes_of(value) for name, value in case["input"].items()}, case["expected"]
    codes = [ACCEPTED] if case["verdict"] == "accept" else [*expected["codes"], *expected.get("mayAlso", [])]
    try:
        values = KINDS[case["kind"]](given, case["policy"])
        wrong = {name: values[name] for name in values if name in expected and values[name] != expected[name]}
        found = f"{ACCEPTED}, with {wrong}" if wrong else ACCEPTED
    except Refusal as refusal:
        found = str(refusal)
    return found if found == BEYOND else "agree" if found in codes else f"{found}, not {codes}"


def main() -> int:
    """Judge all cases of the kinds that are known here."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("folder", nargs="?", type=Path, default=Path(__file__).parent / "vectors")
    parser.add_argument("--case", action="append", metavar="ID", help="judge this case; may be repeated")
    chosen, results = parser.parse_args(), []
    for name in chosen.case or _parse((chosen.folder / "index.json").read_bytes())["cases"]:
        kind = name.partition("/")[0]
        found = _judge(_parse((chosen.folder / f"{name}.json").read_bytes())) if kind in KINDS else BEYOND
        results.append((kind, found if found in {"agree", BEYOND} else "disagree"))
        sys.stdout.write(f"{name}: {found}\n" if results[-1][1] == "disagree" else "")
    for kind in KINDS:
        counts = [f"{results.count((kind, word))} {word}" for word in ("agree", "disagree", BEYOND)]
        sys.stdout.write(f"{kind}: {', '.join(counts)}\n")
    return int({word for _, word in results} - {BEYOND} != {"agree"})


if __name__ == "__main__":
    raise SystemExit(main())
