"""The documents that `spec` names in a case, as the index lists them."""

from __future__ import annotations

from typing import Final

__all__ = ["DOCUMENTS"]

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
