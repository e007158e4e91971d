"""What a case is, and the book that the generators write into.

The book holds the rules of the collection itself: unique names, a case to be refused beside the accepted
one that it differs from, no rule with more than five cases.
"""

from __future__ import annotations

import base64
import copy
import json
import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from generator.crypto import Document, TestKey

VERSION: Final = "1.2.0"
_ORIGIN: Final = "Made for this collection by interop/generate.py"
_LICENCE: Final = "Apache-2.0"
_MOST_CASES_OF_A_RULE: Final = 5

Bytes = str | bytes | list[str | bytes | tuple[str, int]]

# The documents that `spec` names, as the index lists them.
DOCUMENTS: Final = {
    "FORMAT": {"title": "The attestation format of signet-vc, version 1"},
    "RFC 8785": {
        "title": "JSON Canonicalization Scheme (JCS)",
        "url": "https://www.rfc-editor.org/rfc/rfc8785",
    },
    "RFC 7493": {"title": "The I-JSON Message Format", "url": "https://www.rfc-editor.org/rfc/rfc7493"},
    "RFC 8259": {
        "title": "The JavaScript Object Notation (JSON) Data Interchange Format",
        "url": "https://www.rfc-editor.org/rfc/rfc8259",
    },
    "RFC 7515": {"title": "JSON Web Signature (JWS)", "url": "https://www.rfc-editor.org/rfc/rfc7515"},
    "RFC 7518": {"title": "JSON Web Algorithms (JWA)", "url": "https://www.rfc-editor.org/rfc/rfc7518"},
    "RFC 7519": {"title": "JSON Web Token (JWT)", "url": "https://www.rfc-editor.org/rfc/rfc7519"},
    "RFC 8032": {
        "title": "Edwards-Curve Digital Signature Algorithm (EdDSA)",
        "url": "https://www.rfc-editor.org/rfc/rfc8032",
    },
    "RFC 9864": {
        "title": "Fully-Specified Algorithms for JOSE and COSE",
        "url": "https://www.rfc-editor.org/rfc/rfc9864",
    },
    "RFC 8037": {
        "title": "CFRG Elliptic Curve Diffie-Hellman and Signatures in JOSE",
        "url": "https://www.rfc-editor.org/rfc/rfc8037",
    },
    "RFC 2397": {"title": 'The "data" URL scheme', "url": "https://www.rfc-editor.org/rfc/rfc2397"},
    "RFC 8392": {"title": "CBOR Web Token (CWT)", "url": "https://www.rfc-editor.org/rfc/rfc8392"},
    "RFC 8949": {
        "title": "Concise Binary Object Representation (CBOR)",
        "url": "https://www.rfc-editor.org/rfc/rfc8949",
    },
    "RFC 9052": {
        "title": "CBOR Object Signing and Encryption (COSE): Structures and Process",
        "url": "https://www.rfc-editor.org/rfc/rfc9052",
    },
    "RFC 9053": {
        "title": "CBOR Object Signing and Encryption (COSE): Initial Algorithms",
        "url": "https://www.rfc-editor.org/rfc/rfc9053",
    },
    "RFC 9360": {
        "title": "COSE: Header Parameters for Carrying and Referencing X.509 Certificates",
        "url": "https://www.rfc-editor.org/rfc/rfc9360",
    },
    "RFC 9596": {
        "title": 'COSE "typ" (type) Header Parameter',
        "url": "https://www.rfc-editor.org/rfc/rfc9596",
    },
    "RFC 9597": {
        "title": "CBOR Web Token (CWT) Claims in COSE Headers",
        "url": "https://www.rfc-editor.org/rfc/rfc9597",
    },
    "RFC 9901": {
        "title": "Selective Disclosure for JSON Web Tokens",
        "url": "https://www.rfc-editor.org/rfc/rfc9901",
    },
    "JSON-RPC": {"title": "JSON-RPC 2.0 Specification", "url": "https://www.jsonrpc.org/specification"},
    "MCP": {
        "title": "Model Context Protocol, revisions 2025-11-25 and 2026-07-28",
        "url": "https://modelcontextprotocol.io/specification",
    },
    "did:key": {"title": "The did:key Method", "url": "https://w3c-ccg.github.io/did-method-key/"},
    "JSON-SCHEMA-CORE": {
        "title": "JSON Schema: A Media Type for Describing JSON Documents, 2020-12",
        "url": "https://json-schema.org/draft/2020-12/json-schema-core",
    },
    "JSON-SCHEMA-VALIDATION": {
        "title": "JSON Schema Validation: A Vocabulary for Structural Validation of JSON, 2020-12",
        "url": "https://json-schema.org/draft/2020-12/json-schema-validation",
    },
    "did:jwk": {"title": "did:jwk", "url": "https://github.com/quartzjer/did-jwk/blob/main/spec.md"},
    "CID": {
        "title": "Controlled Identifiers v1.0",
        "url": "https://www.w3.org/TR/2025/REC-cid-1.0-20250515/",
    },
    "VCDM": {
        "title": "Verifiable Credentials Data Model v2.0",
        "url": "https://www.w3.org/TR/2025/REC-vc-data-model-2.0-20250515/",
    },
    "VCDM 1.1": {
        "title": "Verifiable Credentials Data Model v1.1",
        "url": "https://www.w3.org/TR/2022/REC-vc-data-model-20220303/",
    },
    "VC-DATA-INTEGRITY": {
        "title": "Verifiable Credential Data Integrity 1.0",
        "url": "https://www.w3.org/TR/2025/REC-vc-data-integrity-20250515/",
    },
    "VC-DI-EDDSA": {
        "title": "Data Integrity EdDSA Cryptosuites v1.0",
        "url": "https://www.w3.org/TR/2025/REC-vc-di-eddsa-20250515/",
    },
    "VC-DI-ECDSA": {
        "title": "Data Integrity ECDSA Cryptosuites v1.0",
        "url": "https://www.w3.org/TR/2025/REC-vc-di-ecdsa-20250515/",
    },
    "VC-BITSTRING-STATUS-LIST": {
        "title": "Bitstring Status List v1.0",
        "url": "https://www.w3.org/TR/2025/REC-vc-bitstring-status-list-20250515/",
    },
    "VC-JSON-SCHEMA": {
        "title": "Verifiable Credentials JSON Schema Specification",
        "url": "https://www.w3.org/TR/vc-json-schema/",
    },
    "RDF-CANON": {
        "title": "RDF Dataset Canonicalization (RDFC-1.0)",
        "url": "https://www.w3.org/TR/2024/REC-rdf-canon-20240521/",
    },
    "JSON-LD": {"title": "JSON-LD 1.1", "url": "https://www.w3.org/TR/2020/REC-json-ld11-20200716/"},
    "JSON-LD-API": {
        "title": "JSON-LD 1.1 Processing Algorithms and API",
        "url": "https://www.w3.org/TR/2020/REC-json-ld11-api-20200716/",
    },
    "RFC 7517": {"title": "JSON Web Key (JWK)", "url": "https://www.rfc-editor.org/rfc/rfc7517"},
    "RFC 7638": {
        "title": "JSON Web Key (JWK) Thumbprint",
        "url": "https://www.rfc-editor.org/rfc/rfc7638",
    },
    "RFC 7797": {
        "title": "JSON Web Signature (JWS) Unencoded Payload Option",
        "url": "https://www.rfc-editor.org/rfc/rfc7797",
    },
    "RFC 7800": {
        "title": "Proof-of-Possession Key Semantics for JSON Web Tokens",
        "url": "https://www.rfc-editor.org/rfc/rfc7800",
    },
    "RFC 8725": {
        "title": "JSON Web Token Best Current Practices",
        "url": "https://www.rfc-editor.org/rfc/rfc8725",
    },
    "RFC 9112": {"title": "HTTP/1.1", "url": "https://www.rfc-editor.org/rfc/rfc9112"},
    "RFC 9421": {"title": "HTTP Message Signatures", "url": "https://www.rfc-editor.org/rfc/rfc9421"},
    "RFC 9530": {"title": "Digest Fields", "url": "https://www.rfc-editor.org/rfc/rfc9530"},
    "RFC 9651": {
        "title": "Structured Field Values for HTTP",
        "url": "https://www.rfc-editor.org/rfc/rfc9651",
    },
    "UCP": {
        "title": "Universal Commerce Protocol, 2026-04-08 and later",
        "url": "https://ucp.dev/specification/signatures/",
    },
    "WEB-BOT-AUTH": {
        "title": "HTTP Message Signatures for Web Bot Auth, draft",
        "url": "https://datatracker.ietf.org/doc/draft-meunier-webbotauth-httpsig-protocol/",
    },
    "A2A": {
        "title": "Agent2Agent (A2A) Protocol Specification, 1.0",
        "url": "https://a2a-protocol.org/latest/specification/",
    },
    "A2A-EXTENSION": {"title": "A2A: agent cards, and attestations in messages, of signet-vc"},
    "AP2": {
        "title": "Agent Payments Protocol, 0.2",
        "url": "https://ap2-protocol.org/specification/",
    },
    "VC-JOSE-COSE": {
        "title": "Securing Verifiable Credentials using JOSE and COSE",
        "url": "https://www.w3.org/TR/2025/REC-vc-jose-cose-20250515/",
    },
}


@dataclass(frozen=True, kw_only=True)
class Rule:
    """The one rule of a case: a sentence, and where it stands."""

    says: str
    document: str
    section: str

    def __post_init__(self) -> None:
        if self.document not in DOCUMENTS:
            raise ValueError(f"no such document: {self.document}")


def rule(document: str, section: str, says: str) -> Rule:
    """Make a rule."""
    return Rule(says=says, document=document, section=section)


@dataclass(frozen=True, kw_only=True)
class Case:
    """One case, as it will be written."""

    kind: str
    verdict: str
    name: str
    rule: Rule
    input: dict[str, Bytes]
    keys: tuple[TestKey, ...] = ()
    policy: Document = field(default_factory=dict)
    expected: Document = field(default_factory=dict)
    differs_from: str | None = None

    @property
    def identifier(self) -> str:
        """`kind/verdict/name`, also the path of its file."""
        return f"{self.kind}/{self.verdict}/{self.name}"

    def as_json(self) -> Document:
        """The content of its file."""
        return {
            "id": self.identifier,
            "kind": self.kind,
            "verdict": self.verdict,
            "rule": self.rule.says,
            "spec": {"document": self.rule.document, "section": self.rule.section},
            **({} if self.differs_from is None else {"differsFrom": self.differs_from}),
            "input": {name: _encoded(value) for name, value in self.input.items()},
            "keys": {key.name: key.public() for key in self.keys},
            "policy": self.policy,
            "expected": self.expected,
            "origin": _ORIGIN,
            "licence": _LICENCE,
        }


class Book:
    """All cases, in the order in which they are made."""

    def __init__(self) -> None:
        self.cases: list[Case] = []

    def accept(
        self,
        kind: str,
        name: str,
        of: Rule,
        *,
        input: dict[str, Bytes],  # noqa: A002 - the member's name
        keys: Iterable[TestKey] = (),
        policy: Document | None = None,
        expected: Document | None = None,
    ) -> Case:
        """A case that is to be accepted, with the values that it is to give."""
        return self._add(
            Case(
                kind=kind,
                verdict="accept",
                name=name,
                rule=of,
                input=input,
                keys=tuple(keys),
                policy=copy.deepcopy(policy or {}),
                expected=expected or {},
            )
        )

    def reject(
        self,
        beside: Case,
        name: str,
        of: Rule,
        *codes: str,
        may_also: Iterable[str] = (),
        keys: Iterable[TestKey] | None = None,
        policy: Document | None = None,
        **members: Bytes,
    ) -> Case:
        """A case that is to be refused: `beside` with these members of its input, or of its policy, changed.

        A member of the policy that is None is taken out.
        """
        changed = {**beside.input, **members}
        rules = {**copy.deepcopy(beside.policy), **(policy or {})}
        rules = {name: value for name, value in rules.items() if value is not None}
        if changed == beside.input and rules == beside.policy:
            raise ValueError(f"{name} does not differ from {beside.identifier}")
        expected: Document = {"codes": list(codes)}
        if may_also:
            expected["mayAlso"] = list(may_also)
        return self._add(
            Case(
                kind=beside.kind,
                verdict="reject",
                name=name,
                rule=of,
                input=changed,
                keys=beside.keys if keys is None else tuple(keys),
                policy=rules,
                expected=expected,
                differs_from=beside.identifier,
            )
        )

    def _add(self, case: Case) -> Case:
        if any(each.identifier == case.identifier for each in self.cases):
            raise ValueError(f"twice: {case.identifier}")
        if not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", case.name):
            raise ValueError(f"no name of a file: {case.name}")
        self.cases.append(case)
        return case

    def check(self) -> None:
        """The rules that only the whole book can break."""
        for says, number in Counter(case.rule.says for case in self.cases).items():
            if number > _MOST_CASES_OF_A_RULE:
                raise ValueError(f"{number} cases of one rule: {says}")
        for case in self.cases:
            if case.verdict == "reject" and not case.expected["codes"]:
                raise ValueError(f"no code: {case.identifier}")

    def write(self, folder: Path) -> None:
        """Write every case and the index."""
        for case in self.cases:
            _write(folder / f"{case.identifier}.json", case.as_json())
        kinds: Document = {}
        for case in self.cases:
            kinds.setdefault(case.kind, {"accept": 0, "reject": 0})[case.verdict] += 1
        used = {case.rule.document for case in self.cases}
        index = {
            "version": VERSION,
            "licence": _LICENCE,
            "specifications": {name: row for name, row in DOCUMENTS.items() if name in used},
            "kinds": kinds,
            "cases": [case.identifier for case in self.cases],
        }
        _write(folder / "index.json", index)


def replaced(text: str, old: str, new: str) -> str:
    """`text` with its one `old` changed to `new`."""
    if text.count(old) != 1:
        raise ValueError(f"{text.count(old)} times {old!r}")
    return text.replace(old, new)


def run_length(text: str, letter: str, times: int) -> list[str | bytes | tuple[str, int]]:
    """`text` in parts, of which its runs of `letter` are told by their length alone."""
    parts: list[str | bytes | tuple[str, int]] = []
    for index, piece in enumerate(text.split(letter * times)):
        parts += [(letter, times), piece] if index else [piece]
    return parts


def _encoded(value: Bytes) -> Any:
    """Bytes as a case holds them: text, base64, or parts of which one may be repeated."""
    if isinstance(value, bytes):
        return {"base64": base64.b64encode(value).decode()}
    if isinstance(value, list):
        return {
            "parts": [
                {"repeat": part[0], "times": part[1]} if isinstance(part, tuple) else _encoded(part)
                for part in value
            ]
        }
    return value


def _write(path: Path, value: Document) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(json.dumps(value, indent=1, ensure_ascii=False).encode() + b"\n")
