"""An independent reader of the attestation format, for the vectors of this folder.

    python interop/check.py [FOLDER] [--case ID]...

Written from docs/format.md, SPEC.md and the specifications that they name, and from nothing else: it shares
no line with the package. It needs the standard library and `cryptography`. A case agrees if the verdict
does, the code of a refusal, the notices, and the values of `expected` that are made here. What disagrees is
printed, then a line for each kind; the exit status is 1 if anything did.

It reads attestations alone, of issuers with a did:key. Other people's credentials among the kinds of
securing, and a task's final answer, are counted as beyond it.
"""  # noqa: INP001 - run as a program, not imported

from __future__ import annotations

import argparse
import base64
import hashlib
import json
import re
import sys
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Any, NoReturn

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

Object = dict[str, Any]
Notices = set[str]
Rule = Callable[[Any], bool]

OURS = "https://w3id.org/signet-vc/v1"
CONTEXTS = ["https://www.w3.org/ns/credentials/v2", OURS]
TYPES = ("ToolCallRequestCredential", "ToolCallResponseCredential")
REQUEST_KEY, RESPONSE_KEY = "org.w3id.signet-vc/request", "org.w3id.signet-vc/response"
DATA_KEY = "org.w3id.signet-vc/data"
MIB, SAFE, SECOND = 1 << 20, 2**53 - 1, 10**9


class Refusal(Exception):  # noqa: N818 - a verdict, not an error of this program
    """The input is refused, for the reason that `code` names."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class Beyond(Exception):  # noqa: N818 - as Refusal
    """The case needs what this reader does not have."""


def refuse(code: str) -> NoReturn:
    """Refuse what is judged."""
    raise Refusal(code)


def demand(holds: bool, code: str = "INVALID_CREDENTIAL") -> None:  # noqa: FBT001 - it is the subject
    """Refuse what is judged unless the condition holds."""
    if not holds:
        refuse(code)


# JSON and CANON: RFC 8259, RFC 7493, RFC 8785; format 5.1, 5.2


def parse_json(data: bytes, depth: int = 80) -> Any:
    """The value of a strict JSON text: integers exact, other numbers doubles."""
    try:
        text, level = data.decode(), 0
        for token in re.finditer(r'"(?:[^"\\]|\\.)*+"|[][{}]', text, re.DOTALL):
            level += {"[": 1, "{": 1, "]": -1, "}": -1}.get(token.group(), 0)
            demand(level <= depth, "TOO_DEEP")
        value = json.loads(
            text,
            object_pairs_hook=_object,
            parse_int=_integer,
            parse_float=_double,
            parse_constant=lambda _: refuse("MALFORMED_JSON"),
        )
        json.dumps(value, ensure_ascii=False).encode()  # fails at a lone surrogate
    except ValueError:
        refuse("MALFORMED_JSON")
    return value


def _object(pairs: list[tuple[str, Any]]) -> Object:
    demand(len(dict(pairs)) == len(pairs), "DUPLICATE_MEMBER")
    return dict(pairs)


def _integer(token: str) -> int:
    demand(len(token.lstrip("-")) <= 4300, "NUMBER_OUT_OF_RANGE")
    return int(token)


def _double(token: str) -> float:
    value = float(token)
    demand(abs(value) != float("inf"), "NUMBER_OUT_OF_RANGE")
    demand(abs(value) <= SAFE or Decimal(ecmascript(value)) == Decimal(token), "NUMBER_OUT_OF_RANGE")
    return value


def ecmascript(value: float) -> str:
    """A double as ECMAScript prints it. Spec: RFC 8785 §3.2.2.3."""
    _, figures, exponent = Decimal(repr(abs(value))).as_tuple()
    n = int(exponent) + len(figures)
    digits = "".join(map(str, figures)).rstrip("0")
    if not digits:
        return "0"
    if len(digits) <= n <= 21:
        text = digits + "0" * (n - len(digits))
    elif 0 < n <= 21:
        text = f"{digits[:n]}.{digits[n:]}"
    elif -6 < n <= 0:
        text = "0." + "0" * -n + digits
    else:
        text = digits[0] + ("." + digits[1:] if digits[1:] else "") + f"e{n - 1:+d}"
    return ("-" if value < 0 else "") + text


def canon(value: Any) -> bytes:
    """CANON of a value."""
    return _canon(value).encode()


def _canon(value: Any) -> str:
    if isinstance(value, dict):
        names = sorted(value, key=lambda name: name.encode("utf-16-be"))
        return "{" + ",".join(f"{_canon(name)}:{_canon(value[name])}" for name in names) + "}"
    if isinstance(value, list):
        return "[" + ",".join(map(_canon, value)) + "]"
    return ecmascript(value) if isinstance(value, float) else json.dumps(value, ensure_ascii=False)


def bounded(value: Any, depth: int = 64) -> Any:
    """The value, which nests no deeper than this."""
    if isinstance(value, dict | list):
        demand(depth > 0, "TOO_DEEP")
        for inner in value.values() if isinstance(value, dict) else value:
            bounded(inner, depth - 1)
    return value


# Encodings, digests, times: multibase, multihash, RFC 4648, did:key; format 2, 5.3 to 5.5


def from_base64url(text: Any) -> bytes | None:
    """The bytes of unpadded base64url in its only spelling, else None."""
    if not isinstance(text, str) or not re.fullmatch(r"[A-Za-z0-9_-]*", text) or len(text) % 4 == 1:
        return None
    data = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    return data if base64.urlsafe_b64encode(data).decode().rstrip("=") == text else None


def from_base58(text: Any) -> bytes | None:
    """The bytes of `z` and base58btc, else None; of at most 256 letters, since the cost is quadratic."""
    letters = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
    if (
        not isinstance(text, str)
        or not 1 < len(text) <= 256
        or text[0] != "z"
        or set(text[1:]) - set(letters)
    ):
        return None
    number = 0
    for letter in text[1:]:
        number = number * 58 + letters.index(letter)
    zeros = len(text) - 1 - len(text[1:].lstrip("1"))
    return bytes(zeros) + number.to_bytes((number.bit_length() + 7) // 8, "big")


def is_u(value: Any, size: int, prefix: bytes = b"") -> bool:
    """Whether this is `u` and the base64url of so many bytes that begin so."""
    data = from_base64url(value[1:]) if isinstance(value, str) and value[:1] == "u" else None
    return data is not None and len(data) == size and data.startswith(prefix)


def digest(data: bytes) -> str:
    """DIGEST of bytes."""
    return "u" + base64.urlsafe_b64encode(b"\x12\x20" + hashlib.sha256(data).digest()).decode().rstrip("=")


def nanoseconds(text: Any) -> int:
    """A time as nanoseconds; -1 if it is none."""
    pattern = r"(\d{4})-(\d\d)-(\d\d)T([01]\d|2[0-3]):([0-5]\d):([0-5]\d)(?:[.](\d{1,9}))?Z"
    found = re.fullmatch(pattern, text, re.ASCII) if isinstance(text, str) else None
    if found is None:
        return -1
    year, month, day, hour, minute, second = map(int, found.groups()[:6])
    try:
        days = date(year, month, day).toordinal()
    except ValueError:
        return -1
    return (((days * 24 + hour) * 60 + minute) * 60 + second) * SECOND + int((found[7] or "").ljust(9, "0"))


# Keys and signatures: did:key, RFC 8032, FIPS 186-5; format 5.3, 7.6


@dataclass(frozen=True)
class KeyType:
    """A type of key, and how it signs."""

    name: str
    codec: bytes  # its multicodec
    size: int  # of the raw key, in bytes
    suite: str  # its cryptosuite
    algorithms: tuple[str, ...]  # of JWS
    hash_name: str  # in Data Integrity, and of ECDSA
    curve: ec.EllipticCurve | None = None
    order: int = 0


EDDSA, ECDSA = "eddsa-jcs-2022", "ecdsa-jcs-2019"
N256 = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
N384 = 2**384 - 0x389CB27E0BC8D220A7E5F24DB74F58851313E695333AD68D
KEY_TYPES = (
    KeyType("Ed25519", b"\xed\x01", 32, EDDSA, ("Ed25519", "EdDSA"), "sha256"),
    KeyType("P-256", b"\x80\x24", 33, ECDSA, ("ES256",), "sha256", ec.SECP256R1(), N256),
    KeyType("P-384", b"\x81\x24", 49, ECDSA, ("ES384",), "sha384", ec.SECP384R1(), N384),
    KeyType("P-521", b"\x82\x24", 67, "none here", (), "sha512", ec.SECP521R1()),
)
P = 2**255 - 19
L = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, -1, P) % P


def sound_point(encoded: bytes, *, canonical: bool) -> bool:
    """Whether 32 bytes are a point of edwards25519 that is not of small order. Spec: RFC 8032 §5.1.3."""
    number = int.from_bytes(encoded, "little")
    sign, y = number >> 255, number & (1 << 255) - 1
    square = (y * y - 1) * pow(D * y * y + 1, -1, P) % P
    x = pow(square, (P + 3) // 8, P)
    if (x * x - square) % P:
        x = x * pow(2, (P - 1) // 4, P) % P
    if (x * x - square) % P or (canonical and (y >= P or (x == 0 and sign))):
        return False
    for _ in range(3):  # of small order is what eight times is the neutral element, whatever the sign of x
        product = D * x * x * y * y
        x, y = 2 * x * y * pow(1 + product, -1, P) % P, (y * y + x * x) * pow(1 - product, -1, P) % P
    return (x, y) != (0, 1)


@dataclass(frozen=True)
class Key:
    """The key that a did:key is."""

    did: str
    type: KeyType
    raw: bytes

    @staticmethod
    def of(did: str) -> Key:
        """Read a did:key; one that is not sound is refused."""
        data = from_base58(did.removeprefix("did:key:")) or b""
        kind = next((kind for kind in KEY_TYPES if data[:2] == kind.codec), None)
        if kind is None or not did.startswith("did:key:") or len(data) != 2 + kind.size:
            refuse("KEY_INVALID")
        if kind.curve is None:
            demand(sound_point(data[2:], canonical=True), "KEY_INVALID")
        else:
            try:
                demand(data[2] in {2, 3}, "KEY_INVALID")
                ec.EllipticCurvePublicKey.from_encoded_point(kind.curve, data[2:])
            except ValueError:
                refuse("KEY_INVALID")
        return Key(did, kind, data[2:])

    @staticmethod
    def of_issuer(method: str, issuer: str) -> Key:
        """The issuer's key, which the verification method has to name."""
        demand(issuer.startswith("did:key:"), "RESOLVER_UNAVAILABLE")
        key = Key.of(issuer)
        demand(method == key.method, "KEY_NOT_CONTROLLED_BY_ISSUER")
        return key

    @property
    def method(self) -> str:
        """Its verification method."""
        return f"{self.did}#{self.did.removeprefix('did:key:')}"

    def verify(self, message: bytes, signature: bytes) -> None:
        """Refuse a signature that is not this key's over the message, in its only spelling."""
        half = len(signature) // 2
        first, second = signature[:half], signature[half:]
        try:
            if self.type.curve is None:
                demand(half == 32 and sound_point(first, canonical=False), "PROOF_INVALID")
                demand(int.from_bytes(second, "little") < L, "PROOF_INVALID")
                ed25519.Ed25519PublicKey.from_public_bytes(self.raw).verify(signature, message)
                return
            demand(len(signature) == 2 * (self.type.size - 1), "PROOF_INVALID")
            r, s = int.from_bytes(first, "big"), int.from_bytes(second, "big")
            demand(0 < r < self.type.order and 0 < s <= self.type.order // 2, "PROOF_INVALID")
            public = ec.EllipticCurvePublicKey.from_encoded_point(self.type.curve, self.raw)
            algorithm = hashes.SHA256() if self.type.hash_name == "sha256" else hashes.SHA384()
            public.verify(encode_dss_signature(r, s), message, ec.ECDSA(algorithm))
        except InvalidSignature:
            refuse("PROOF_INVALID")


# What a credential shows by itself: format 2 to 4


def matching(pattern: str) -> Rule:
    """A rule: a string that the pattern matches whole."""
    return lambda value: isinstance(value, str) and re.fullmatch(pattern, value, re.ASCII) is not None


def members(required: str, optional: str = "", **rules: Rule) -> Rule:
    """A rule: an object of these members, each of which keeps the rule of its name."""

    def keeps(value: Any) -> bool:
        needed, known = required.split(), {*required.split(), *optional.split()}
        demand(isinstance(value, dict) and value.keys() >= {*needed} and value.keys() <= known)
        return all((rules.get(name) or RULES.get(name, is_digest))(value[name]) for name in value)

    return keeps


def embedded(rule: Rule) -> Rule:
    """A rule for a value that is embedded: it also is of bounded depth, and its numbers are safe."""

    def keeps(value: Any) -> bool:
        demand(all_safe(bounded(value)), "NUMBER_OUT_OF_RANGE")
        return rule(value)

    return keeps


def all_safe(value: Any) -> bool:
    """Whether every number is at most 2^53-1 in magnitude."""
    if isinstance(value, dict | list):
        return all(map(all_safe, value.values() if isinstance(value, dict) else value))
    return isinstance(value, bool | str | None) or abs(value) <= SAFE


def is_text(value: Any, least: int = 1) -> bool:
    """Whether this is a string of 1 to 1,024 code points."""
    return isinstance(value, str) and least <= len(value) <= 1024


def is_integer(value: Any) -> bool:
    """Whether CANON prints this as an integer."""
    return not isinstance(value, bool) and isinstance(value, int | float) and int(value) == value


def is_result(value: Any) -> bool:
    """Whether this is a result in projected form."""
    if not isinstance(value, dict) or "_meta" in value or not isinstance(value.get("resultType"), str):
        return False
    return isinstance(value.get("isError", value["resultType"] != "complete" or None), bool)


def is_list(rule: Rule) -> Rule:
    """A rule: a list of 1 to 8 items that keep the rule."""
    return lambda value: isinstance(value, list) and 1 <= len(value) <= 8 and all(map(rule, value))


is_digest: Rule = partial(is_u, size=34, prefix=b"\x12\x20")
is_nonce: Rule = partial(is_u, size=16)
is_did = matching(r"did:[a-z0-9]+:(?:[A-Za-z0-9._:-]|%[0-9A-Fa-f]{2})*(?:[A-Za-z0-9._-]|%[0-9A-Fa-f]{2})")
COMMON = " toolDefinitionDigest chain sequence previousDigest attester traceId protocolVersion arguments"
COMMON += " argumentsDigest taskId continuationOf "
SUBJECTS = {
    TYPES[0]: members(
        "type method tool audience nonce deadline",
        COMMON + "inputResponsesDigest requestStateDigest parametersDigest previousResponseDigest"
        " authorization basis confirmation intent intentDigest",
        type=matching("ToolCallRequest"),
    ),
    TYPES[1]: members(
        "type method tool outcome receivedAt completedAt",
        COMMON + "request agent result resultDigest error errorDigest decision",
        type=matching("ToolCallResponse"),
        request=members("id digestMultibase", "jwsDigest"),
    ),
}
RULES: dict[str, Rule] = {
    "@context": lambda value: bool(value == CONTEXTS),
    "id": matching(r"urn:uuid:[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"),
    "issuer": is_did,
    "agent": is_did,
    "method": matching("tools/call|tasks/update|tasks/cancel"),
    "audience": matching(r"[A-Za-z][A-Za-z0-9+.-]*:(?:[A-Za-z0-9._~:/?\[\]@!$&'()*+,;=-]|%[0-9A-Fa-f]{2})+"),
    "nonce": is_nonce,
    "chain": matching("[A-Za-z0-9._:-]{1,128}"),
    "sequence": lambda value: is_integer(value) and 1 <= value <= SAFE,
    "attester": matching("self|proxy"),
    "arguments": embedded(lambda value: isinstance(value, dict)),
    "continuationOf": members("", "request response"),
    "authorization": is_list(is_digest),
    "basis": is_list(members("type digestMultibase", type=matching("a2a-message|http-message|ap2-mandate"))),
    "confirmation": members("jkt", jkt=lambda value: len(from_base64url(value) or b"") == 32),
    "intent": partial(is_text, least=0),
    "outcome": matching("completed|failed|denied|input_required|task|cancelled|unknown"),
    "result": embedded(is_result),
    "error": embedded(members("code message", "data", data=lambda value: value != {})),
    "code": is_integer,
    "message": lambda value: isinstance(value, str),
    "decision": members("effect", "reason policyDigest approvalDigest"),
    "effect": matching("allow|deny|escalate"),
    "reason": matching("[A-Z][A-Z0-9_]{0,63}"),
    **dict.fromkeys(("tool", "taskId", "traceId", "protocolVersion"), is_text),
    **dict.fromkeys(
        ("validFrom", "deadline", "receivedAt", "completedAt"), lambda value: nanoseconds(value) >= 0
    ),
}


def check_credential(credential: Object, kind: str) -> None:
    """Refuse a credential, without its proof, that is not as sections 2 to 4 say."""
    known = members(
        "@context id type issuer validFrom credentialSubject",
        type=lambda value: bool(value == ["VerifiableCredential", kind]),
        credentialSubject=SUBJECTS[kind],
    )
    demand(known(credential))
    subject = credential["credentialSubject"]
    has, call = subject.__contains__, subject["method"] == "tools/call"
    demand(has("chain") == has("sequence"))
    demand(has("previousDigest") == (subject.get("sequence", 1) > 1))
    demand(has("arguments") + has("argumentsDigest") == (call and not has("request")))
    if kind == TYPES[1]:
        check_answer_members(subject)
        return
    continues = has("inputResponsesDigest") or has("requestStateDigest") or not call
    demand(has("continuationOf") == continues)
    demand(not (has("intent") and has("intentDigest")))
    demand(nanoseconds(subject["deadline"]) >= nanoseconds(credential["validFrom"]))


def check_answer_members(subject: Object) -> None:
    """What the members of a response's subject demand of one another."""
    has, outcome = subject.__contains__, subject["outcome"]
    demand(has("request") == has("agent"))
    values = [name for name in ("result", "resultDigest", "error", "errorDigest") if has(name)]
    demand((outcome not in {"cancelled", "unknown"}) <= len(values) <= (outcome != "cancelled"))
    demand(not (outcome == "input_required" and has("result")))
    demand(has("taskId") or outcome != "task")
    demand(has("continuationOf") == (outcome != "task" and has("taskId")))
    if former := subject.get("continuationOf"):
        demand("response" in former and ("request" in former) == has("request"))
        same = not has("request") or former["request"] == subject["request"]["digestMultibase"]
        demand(same, "REQUEST_MISMATCH")
    effect = subject.get("decision", {}).get("effect")
    demand(effect is None or (effect == "allow") == (outcome != "denied"))
    if has("result"):
        demand(outcome in outcomes_of("result", subject["result"]), "OUTCOME_MISMATCH")
        demand(outcome != "task" or task_id(subject["result"]) == subject["taskId"])
    elif has("resultDigest"):
        demand(outcome != "unknown", "OUTCOME_MISMATCH")
    elif values:
        demand(outcome in outcomes_of("error", None), "OUTCOME_MISMATCH")


def outcomes_of(member: str, value: Any) -> set[str]:
    """The outcomes that an answer in projected form can have. Spec: format §4.2."""
    if member == "error":
        return {"failed", "denied", "unknown"}
    kind, is_error = value["resultType"], value.get("isError", False)
    if kind == "task" or (kind == "complete" and "task" in value and "content" not in value):
        return {"task"}
    if kind not in ("complete", "input_required") or not isinstance(is_error, bool):
        return set()
    return {kind} if kind == "input_required" else {"failed", "denied"} if is_error else {"completed"}


def task_id(result: Object) -> Any:
    """The id of the task that a result begins."""
    task = result.get("task")
    return task.get("taskId") if isinstance(task, dict) else result.get("taskId")


# Securings and carriers: VC-DI-EDDSA 3.3, VC-DI-ECDSA 3.3, RFC 7515; format 2, 6


def check_proof(proof: Any, credential: Object) -> None:
    """Refuse a proof that shows by itself that it is none of this format's."""
    demand(not isinstance(proof, list), "UNSUPPORTED_CRYPTOSUITE")
    names = "@context type cryptosuite created verificationMethod proofPurpose proofValue"
    demand(isinstance(proof, dict) and proof.keys() == {*names.split()})
    demand(proof["@context"] == CONTEXTS, "CONTEXT_MISMATCH")
    demand(proof["cryptosuite"] in (EDDSA, ECDSA), "UNSUPPORTED_CRYPTOSUITE")
    demand(proof["proofPurpose"] == "assertionMethod", "PROOF_PURPOSE_MISMATCH")
    method = str(proof["verificationMethod"])
    demand(method.startswith(credential["issuer"] + "#"), "KEY_NOT_CONTROLLED_BY_ISSUER")
    created = nanoseconds(credential["validFrom"]) // SECOND * SECOND
    demand(proof["type"] == "DataIntegrityProof" and nanoseconds(proof["created"]) == created)
    demand(from_base58(proof["proofValue"]) is not None)


def read_token(token: Any) -> tuple[Object, Object, bytes]:
    """Header, payload and signature of a JWS that are as section 6.2 says."""
    demand(isinstance(token, str))
    demand(len(token) <= MIB, "TOO_LARGE")
    parts = [from_base64url(part) for part in token.split(".")]
    demand(len(parts) == 3 and None not in parts, "PROOF_INVALID")
    texts = [part or b"" for part in parts]
    header, payload = parse_json(texts[0]), parse_json(texts[1])
    demand(isinstance(header, dict) and isinstance(payload, dict))
    demand(texts[2] != b"", "PROOF_MISSING")
    demand(not {"crit", "b64", "jwk", "jku", "x5u", "x5c"} & header.keys(), "PROOF_INVALID")
    exact = members("alg cty kid typ", alg=is_text, cty=matching("vc"), kid=is_text, typ=matching(r"vc\+jwt"))
    demand(exact(header) and texts[:2] == [canon(header), canon(payload)])
    return header, payload, texts[2]


@dataclass(frozen=True)
class Attestation:
    """A credential of the format in one securing or both, checked but for keys, signatures and times."""

    credential: Object  # without its proof
    proof: Object | None
    token: str | None
    salts: Object
    nonce: Any = None  # the hint beside a token

    @staticmethod
    def read(kind: str, document: Any, token: Any, salts: Object, nonce: Any = None) -> Attestation:
        """Read what secures a credential, of which one may be None. Spec: format §7.1, step 2."""
        credential: Object = {}
        proof: Object | None = None
        if token is not None:
            header, credential, _ = read_token(token)
            check_credential(credential, kind)
            controlled = header["kid"].startswith(credential["issuer"] + "#")
            demand(controlled, "KEY_NOT_CONTROLLED_BY_ISSUER")
        if document is not None:
            demand(isinstance(document, dict))
            demand(len(canon(document)) <= MIB, "TOO_LARGE")
            credential = {name: value for name, value in document.items() if name != "proof"}
            check_credential(credential, kind)
            demand("proof" in document, "PROOF_MISSING")
            proof = document["proof"]
            check_proof(proof, credential)
        return Attestation(credential, proof, token, salts, nonce)

    @property
    def issuer(self) -> str:
        """Who states it."""
        return str(self.credential["issuer"])

    @property
    def subject(self) -> Object:
        """What is stated."""
        return dict(self.credential["credentialSubject"])

    def time(self, member: str) -> int:
        """One of its times."""
        return nanoseconds({**self.subject, **self.credential}[member])

    @property
    def digests(self) -> tuple[str, str | None]:
        """The DIGEST that a response states of it, and that of its JWS where there are both securings."""
        of_token = digest(self.token.encode()) if self.token is not None else None
        if self.proof is None:
            return of_token or "", None
        return digest(canon({**self.credential, "proof": self.proof})), of_token

    def verify(self) -> None:
        """Keys, signatures, and the agreement of two securings. Spec: format §7.1, step 4."""
        if self.proof is not None:
            key = Key.of_issuer(self.proof["verificationMethod"], self.issuer)
            demand(self.proof["cryptosuite"] == key.type.suite, "UNSUPPORTED_CRYPTOSUITE")
            options = {name: value for name, value in self.proof.items() if name != "proofValue"}
            hashed = [hashlib.new(key.type.hash_name, canon(part)) for part in (options, self.credential)]
            key.verify(b"".join(h.digest() for h in hashed), from_base58(self.proof["proofValue"]) or b"")
        if self.token is not None:
            header, payload, signature = read_token(self.token)
            demand(canon(payload) == canon(self.credential), "SECURINGS_DISAGREE")
            key = Key.of_issuer(header["kid"], self.issuer)
            demand(header["alg"] in key.type.algorithms, "UNSUPPORTED_CRYPTOSUITE")
            key.verify(self.token.rpartition(".")[0].encode(), signature)

    def binds(self, name: str, value: Any) -> bool:
        """Whether the value is embedded under the name, or committed to."""
        if name in self.subject:
            return canon(self.subject[name]) == canon(value)
        salt = self.salts.get(name + "Digest")
        opened = {"member": name + "Digest", "salt": salt, "value": value}
        return salt is not None and digest(canon(opened)) == self.subject.get(name + "Digest")


def read_carrier(carrier: Any, kind: str) -> Attestation:
    """What a carrier holds. Spec: format §6.1, §6.2."""
    name = "request_signature" if kind == TYPES[0] else "response_signature"
    demand(isinstance(carrier, dict) and bool({"credential", name} & carrier.keys()))
    demand(all(carrier[member] is not None for member in ("credential", name) if member in carrier))
    salts, listed = carrier.get("salts", {}), carrier.get("authorization", [])
    demand(isinstance(salts, dict) and all(map(is_nonce, salts.values())))
    demand(len(set(salts.values())) == len(salts))
    demand(isinstance(listed, list) and all(isinstance(item, dict | str) for item in listed))
    read = Attestation.read(kind, carrier.get("credential"), carrier.get(name), salts, carrier.get("nonce"))
    if name in carrier:
        _, stated, _ = read_token(carrier[name])
        demand((carrier.get("signer"), carrier.get("timestamp")) == (stated["issuer"], stated["validFrom"]))
        demand(kind == TYPES[1] or carrier.get("nonce") == stated["credentialSubject"]["nonce"])
    return read


# Signers and messages: SPEC.md, Policy; format 4.1, 6.3, 7.1, 7.5


def skew_of(policy: Object) -> int:
    """How far clocks may differ, in nanoseconds."""
    return int(policy.get("clockSkew", 60) * SECOND)


def entries_of(policy: Object, did: str, audience: str | None = None) -> list[Object]:
    """The entries of the policy that count now for a DID, and for an audience."""
    now, listed = nanoseconds(policy["at"]), policy.get("allowedSigners", [])
    entries: list[Object] = [{"did": entry} if isinstance(entry, str) else entry for entry in listed]
    entries = [entry for entry in entries if entry["did"] == did]
    entries = [entry for entry in entries if "until" not in entry or now <= nanoseconds(entry["until"])]
    return [entry for entry in entries if audience is None or entry.get("audience", audience) == audience]


def judge_signer(policy: Object, read: Attestation, audience: str | None = None) -> None:
    """Signer and proof. A stranger is told so only if the proof verifies. Spec: format §7.2, §7.5."""
    if audience is not None and audience.startswith("did:"):
        allowed = read.issuer == audience
    else:
        trust_any = bool(policy.get("trustAny", False))
        demand(trust_any or bool(policy.get("allowedSigners")), "NO_TRUST_ANCHOR")
        allowed = trust_any or bool(entries_of(policy, read.issuer, audience))
    try:
        demand(allowed or read.issuer.startswith("did:key:"), "PROOF_INVALID")
        read.verify()
    except Refusal as refusal:
        refuse(refusal.code if allowed else "PROOF_INVALID")
    demand(allowed, "SIGNER_NOT_ALLOWED")


def judge_definition(policy: Object, subject: Object, notices: Notices) -> None:
    """Whether the tool is defined as it was listed. Spec: format §3.4."""
    names = ("name", "title", "description", "inputSchema", "outputSchema", "annotations")
    for tool in policy.get("toolDefinitions", []):
        listed = digest(canon({name: tool[name] for name in names if name in tool}))
        if tool["name"] == subject["tool"] and subject.get("toolDefinitionDigest", listed) != listed:
            demand(not policy.get("demandToolDefinition", False), "TOOL_DEFINITION_CHANGED")
            notices.add("TOOL_DEFINITION_CHANGED")


def read_message(data: bytes) -> Object:
    """A JSON-RPC message, none of whose members a lenient reader could take for another."""
    demand(len(data) <= 64 * MIB, "TOO_LARGE")
    message = parse_json(data)
    demand(isinstance(message, dict) and not {"result", "error"} <= message.keys(), "MALFORMED_JSON")
    params = message.get("params", {})
    for value, names in (
        (message, "jsonrpc id method params result error"),
        (params, "name arguments inputResponses requestState taskId _meta"),
    ):
        folded = {name.casefold(): name for name in names.split()}
        known = isinstance(value, dict) and all(folded.get(n.casefold(), n) == n for n in value)
        demand(known, "CALL_MISMATCH")
    return dict(message)


def meta_of(holder: Any) -> Object:
    """The `_meta` of an object."""
    meta = holder.get("_meta") if isinstance(holder, dict) else None
    return meta if isinstance(meta, dict) else {}


def arguments_of(params: Object) -> Object:
    """The arguments of a call in projected form."""
    arguments = bounded(params.get("arguments"))
    demand(arguments is None or isinstance(arguments, dict), "CALL_MISMATCH")
    return arguments or {}


def check_request(message: bytes, policy: Object) -> tuple[Object, Notices]:
    """Judge a message at the server. Spec: format §7.1."""
    notices: Notices = set()
    call = read_message(message)
    method, params = call.get("method"), call.get("params", {})
    if not RULES["method"](method):
        return {}, notices
    demand("id" in call or method != "tools/call", "CALL_MISMATCH")
    if REQUEST_KEY not in meta_of(params):
        arguments_of(params)
        demand(not policy.get("requireSignatures", True), "ATTESTATION_MISSING")
        return {}, notices
    request = read_carrier(meta_of(params)[REQUEST_KEY], TYPES[0])
    judge_signer(policy, request)
    subject, now, skew = request.subject, nanoseconds(policy["at"]), skew_of(policy)
    start, deadline = request.time("validFrom"), request.time("deadline")
    demand(start - skew <= now, "NOT_YET_VALID")
    demand(now <= deadline + skew, "DEADLINE_PASSED")
    demand(deadline - start <= policy.get("maxLifetime", 300) * SECOND, "LIFETIME_TOO_LONG")
    demand(subject["audience"] == policy["audience"], "AUDIENCE_MISMATCH")
    claim = {"issuer": request.issuer, "audience": subject["audience"], "nonce": subject["nonce"]}
    demand(claim not in policy.get("noncesSeen", []), "REPLAYED")
    check_call(str(method), params, request)
    check_continuation(subject, params, policy, notices)
    demand("confirmation" not in subject, "POLICY_DENIED")
    rights = [entry.get("tools", ["*"]) for entry in entries_of(policy, request.issuer)] or [["*"]]
    demand(any(allows(tool, subject["tool"]) for tools in rights for tool in tools), "POLICY_DENIED")
    judge_definition(policy, subject, notices)
    if "authorization" in subject:
        notices.add("AUTHORIZATION_NOT_EVALUATED")
    return dict(zip(("digest", "jwsDigest"), request.digests, strict=True)), notices


def allows(pattern: str, tool: str) -> bool:
    """Whether a pattern of the policy names a tool; `*` and `?` are its only special characters."""
    parts = ({"*": ".*", "?": "."}.get(letter, re.escape(letter)) for letter in pattern)
    return re.fullmatch("".join(parts), tool, re.DOTALL) is not None


def check_call(method: str, params: Object, request: Attestation) -> None:
    """Equality with the actual call. Spec: format §7.1, step 8; §3.2, §3.4."""
    subject, bound = request.subject, {"_meta", "inputResponses", "requestState", "taskId"}
    demand(method == subject["method"], "CALL_MISMATCH")
    if method == "tools/call":
        bound |= {"name", "arguments"}
        demand(params.get("name") == subject["tool"], "CALL_MISMATCH")
        demand(request.binds("arguments", arguments_of(params)), "CALL_MISMATCH")
    demand(("taskId" in params) == ("taskId" in subject), "CALL_MISMATCH")
    demand(canon(params.get("taskId")) == canon(subject.get("taskId")), "CALL_MISMATCH")
    stated: Object = {name: params[name] for name in ("inputResponses", "requestState") if name in params}
    if others := {name: value for name, value in params.items() if name not in bound}:
        stated["parameters"] = others
    for name in ("inputResponses", "requestState", "parameters"):
        demand((name in stated) == (name + "Digest" in subject), "CALL_MISMATCH")
        demand(name not in stated or request.binds(name, bounded(stated[name])), "CALL_MISMATCH")


def check_continuation(subject: Object, params: Object, policy: Object, notices: Notices) -> None:
    """A continuation is of this server's own answer, where it holds that. Spec: format §3.4."""
    named = subject.get("continuationOf", {})
    held = [
        answer
        for answer in policy.get("heldAnswers", [])
        if any(answer[name] == named.get(name) for name in ("request", "response"))
    ]
    continued = {**named, "tool": subject["tool"], "requestState": params.get("requestState")}
    demand(not held or continued in held, "CALL_MISMATCH")
    if named and not held:
        notices.add("REQUEST_MISMATCH")


def check_answer(request_message: bytes, message: bytes, policy: Object) -> tuple[Object, Notices]:
    """Judge an answer at the agent. Spec: format §7.2."""
    notices: Notices = set()
    call, answer = read_message(request_message), read_message(message)
    sent = meta_of(call.get("params"))
    request = read_carrier(sent[REQUEST_KEY], TYPES[0]) if REQUEST_KEY in sent else None
    present, carrier, member, value = take_answer(answer)
    if not present:
        code = "ATTESTATION_STRIPPED" if policy.get("declared", False) else "ATTESTATION_MISSING"
        demand(not policy.get("requireSignatures", True), code)
        return {}, notices
    response = read_carrier(carrier, TYPES[1])
    subject = response.subject
    judge_signer(policy, response, request.subject["audience"] if request else policy.get("audience", ""))
    if "continuationOf" in subject:
        raise Beyond
    demand(names_call(call, request, response), "REQUEST_MISMATCH")
    demand(value is not None and subject["outcome"] in outcomes_of(member, value), "OUTCOME_MISMATCH")
    if {"result", "resultDigest", "error", "errorDigest"} & subject.keys():
        demand(response.binds(member, value), "RESULT_MISMATCH")
        demand(subject["outcome"] != "task" or task_id(value) == subject["taskId"], "RESULT_MISMATCH")
    received, completed = response.time("receivedAt"), response.time("completedAt")
    latest = nanoseconds(policy["at"]) + skew_of(policy)
    demand(received <= completed <= response.time("validFrom") <= latest, "TIME_MISMATCH")
    demand(request is None or request.time("validFrom") - skew_of(policy) <= received, "TIME_MISMATCH")
    judge_definition({**policy, "demandToolDefinition": False}, subject, notices)
    return {"digest": response.digests[0], "requestDigest": request and request.digests[0]}, notices


def take_answer(answer: Object) -> tuple[bool, Any, str, Any]:
    """Whether there is a carrier, which; `result` or `error`; it in projected form, None if it has none."""
    result, error = answer.get("result"), answer.get("error")
    demand("result" in answer or "error" in answer, "MALFORMED_JSON")
    if isinstance(result, dict):
        value = {"resultType": "complete", **{n: v for n, v in result.items() if n != "_meta"}}
        value = {**({"isError": False} if value["resultType"] == "complete" else {}), **value}
        return RESPONSE_KEY in meta_of(result), meta_of(result).get(RESPONSE_KEY), "result", bounded(value)
    if not isinstance(error, dict):
        return False, None, "error", None
    data = error.get("data", {})
    present, carrier = isinstance(data, dict) and RESPONSE_KEY in data, None
    if present:
        carrier = data[RESPONSE_KEY]
        data = {name: value for name, value in data.items() if name != RESPONSE_KEY}
        data = data[DATA_KEY] if data.keys() == {DATA_KEY} else data
    value = {name: error.get(name) for name in ("code", "message")} | ({} if data == {} else {"data": data})
    sound = is_integer(value["code"]) and isinstance(value["message"], str)
    return present, carrier, "error", bounded(value) if sound else None


def names_call(call: Object, request: Attestation | None, response: Attestation) -> bool:
    """Whether the answer names this call. Spec: format §3.3, §6.2, §7.3."""
    subject, params = response.subject, call.get("params", {})
    stated = (subject["method"], subject["tool"])
    if request is None:
        hinted = response.token is not None and response.nonce is not None
        known = "request" not in subject and not hinted and stated == (call.get("method"), params.get("name"))
        return known and response.binds("arguments", arguments_of(params))
    named = {"id": request.credential["id"]}
    named |= zip(("digestMultibase", "jwsDigest"), request.digests, strict=True)
    return (
        {"jwsDigest": None, **subject.get("request", {})} == named
        and subject["agent"] == request.issuer
        and stated == (request.subject["method"], request.subject["tool"])
        and (response.token is None or response.nonce == request.subject["nonce"])
    )


# The other kinds, and the run: SPEC.md; format 7.4


def check_evidence(data: bytes, policy: Object, *, token: bool = False) -> tuple[Object, Notices]:
    """Judge an attestation on its own. Spec: format §7.4."""
    payload = data
    if token and re.fullmatch(rb"[A-Za-z0-9_.=+/-]*", data):
        parts = [from_base64url(part) for part in data.decode().split(".")]
        demand(len(parts) == 3 and parts[1] is not None, "PROOF_INVALID")
        payload = parts[1] or b""
    document = parse_json(payload)
    stated = [document.get(name) for name in ("@context", "type")] if isinstance(document, dict) else []
    names = [item for value in stated for item in (value if isinstance(value, list) else [value])]
    if not any(name in names for name in (OURS, *TYPES)):
        raise Beyond
    kind = TYPES[TYPES[1] in names]
    read = Attestation.read(kind, None if token else document, data.decode() if token else None, {})
    judge_signer(policy, read)
    now, skew, subject = nanoseconds(policy["at"]), skew_of(policy), read.subject
    demand(read.time("validFrom") <= now + skew, "NOT_YET_VALID")
    late = "deadline" in subject and read.time("deadline") + skew < now
    commitments = {name + "Digest" for name in ("inputResponses", "requestState", "parameters", "intent")}
    commitments |= {"argumentsDigest", "resultDigest", "errorDigest"}
    reasons = {
        "DEADLINE_PASSED": late,
        "VALUE_ERASED": bool(commitments & subject.keys()),
        "AUTHORIZATION_NOT_EVALUATED": "authorization" in subject,
    }
    return {"digest": read.digests[0]}, {name for name, is_so in reasons.items() if is_so}


def check_canon(data: bytes) -> tuple[Object, Notices]:
    """Judge a JSON text by its CANON."""
    text = canon(parse_json(data, depth=64))
    return {"canonical": text.hex(), "canonicalDigest": digest(text)}, set()


def check_commitment(member: str, value: bytes, salt: str, stated: str) -> tuple[Object, Notices]:
    """Judge a commitment by what it should open to. Spec: format §5.5."""
    preimage = canon({"member": member, "salt": salt, "value": parse_json(value, depth=64)})
    demand(is_nonce(salt) and is_digest(stated))
    result = member in {"resultDigest", "errorDigest"}
    demand(digest(preimage) == stated, "RESULT_MISMATCH" if result else "CALL_MISMATCH")
    return {"preimage": preimage.decode(), "sha256": hashlib.sha256(preimage).hexdigest()}, set()


def check_did_key(did: str) -> tuple[Object, Notices]:
    """Judge a did:key; its document is not made here."""
    key = Key.of(did)
    values = {"keyType": key.type.name, "publicKeyHex": key.raw.hex(), "verificationMethod": key.method}
    return values, set()


def bytes_of(value: Any) -> bytes:
    """The bytes that a member of `input` writes."""
    if isinstance(value, str):
        return value.encode()
    if "base64" in value:
        return base64.b64decode(value["base64"], validate=True)
    parts = (
        (part, 1) if isinstance(part, str) else (part["repeat"], part["times"]) for part in value["parts"]
    )
    return b"".join(text.encode() * times for text, times in parts)


Given = dict[str, bytes]
KINDS: dict[str, Callable[[Given, Object], tuple[Object, Notices]]] = {
    "canon": lambda given, _: check_canon(given["json"]),
    "commitment": lambda given, _: check_commitment(
        given["member"].decode(), given["value"], given["salt"].decode(), given["digest"].decode()
    ),
    "did-key": lambda given, _: check_did_key(given["did"].decode()),
    EDDSA: lambda given, policy: check_evidence(given["document"], policy),
    ECDSA: lambda given, policy: check_evidence(given["document"], policy),
    "vc-jwt": lambda given, policy: check_evidence(given["token"], policy, token=True),
    "request": lambda given, policy: check_request(given["message"], policy),
    "response": lambda given, policy: check_answer(given["request"], given["message"], policy),
}


def disagreement(case: Object) -> str:
    """How this reader disagrees with a case; nothing if it does not."""
    given, expected = {name: bytes_of(value) for name, value in case["input"].items()}, case["expected"]
    try:
        values, notices = KINDS[case["kind"]](given, case["policy"])
    except Refusal as refusal:
        codes = expected.get("codes", []) + expected.get("mayAlso", [])
        return "" if case["verdict"] == "reject" and refusal.code in codes else f"refused: {refusal.code}"
    if case["verdict"] == "reject":
        return f"accepted, not refused for {expected['codes']}"
    stated = {"notices": sorted(notices), **values}
    wanted = {"notices": [], **expected}
    wrong = [name for name in stated if name in wanted and canon(stated[name]) != canon(wanted[name])]
    return ", ".join(f"{name}: {stated[name]}" for name in wrong)


def main() -> int:
    """Judge all cases of the kinds that are known here."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("folder", nargs="?", type=Path, default=Path(__file__).parent / "vectors")
    parser.add_argument(
        "--case", action="append", metavar="ID", help="judge this case alone; may be repeated"
    )
    arguments = parser.parse_args()
    index = parse_json((arguments.folder / "index.json").read_bytes())
    agreed, wrong, beyond = (Counter[str]() for _ in range(3))
    for name in arguments.case or index["cases"]:
        kind = name.partition("/")[0]
        if kind not in KINDS:
            continue
        try:
            reason = disagreement(parse_json((arguments.folder / f"{name}.json").read_bytes()))
        except Beyond:
            beyond[kind] += 1
            continue
        (wrong if reason else agreed)[kind] += 1
        if reason:
            sys.stdout.write(f"{name}: {reason}\n")
    for kind in KINDS:
        sys.stdout.write(f"{kind}: {agreed[kind]} agree, {wrong[kind]} disagree, {beyond[kind]} beyond\n")
    return 1 if wrong or not agreed else 0


if __name__ == "__main__":
    raise SystemExit(main())
