"""Kind `eddsa-rdfc-2022`: what is signed is the RDF that a credential states."""

from __future__ import annotations

import hashlib
import json
from typing import Any, Final

from generator.book import Book, Case, replaced, rule
from generator.credentials import (
    MULTIKEY_V1,
    UNDEFINED_TERMS,
    Credentials,
    degree,
)
from generator.credentials import signed_as as signed_over
from generator.crypto import (
    AGENT,
    SERVER,
    STRANGER,
    Document,
    TestKey,
    jcs,
    proof_of,
)
from generator.documents import CREDENTIALS_V2

__all__ = ["DEFINED", "PLAIN", "add", "proof_over", "signed", "signed_as"]

_RDF: Final = "RDF-CANON"
STATED = rule(
    "VC-DI-EDDSA",
    "3.2.3",
    "What is signed is the RDF that the JSON states, as RDFC-1.0 writes it, not its text.",
)
SIGNED = rule("VC-DI-EDDSA", "3.2.2", "The signature is over this proof's configuration and this document.")
HASHED = rule("VC-DI-EDDSA", "3.2.4", "The hash of the canonical configuration stands before the document's.")
OPTIONS = rule(
    "VC-DI-EDDSA",
    "3.2.5",
    "The configuration is the proof without proofValue, under the document's contexts.",
)
OVERRIDDEN = rule(
    "VC-DI-EDDSA", "3.2.5", "A context that a proof over RDF states itself is replaced by the document's."
)
SUITE = rule("VC-DI-EDDSA", "2.2.1", "A proof over RDF by an Ed25519 key names eddsa-rdfc-2022.")
VALUE = rule("VC-DI-EDDSA", "3.2.7", "proofValue is z and the base58btc of the 64 bytes of a signature.")
NATIVE = rule("JSON-LD-API", "8.6", "Numbers and booleans become literals in their type's canonical form.")
LANGUAGE = rule("JSON-LD", "4.2.4", "A text in a language is a literal with its tag.")
UNORDERED = rule("JSON-LD", "4.3.2", "An array is a set: the order of its values says nothing.")
LIST = rule("JSON-LD", "4.3.1", "An @list keeps the order of its values: each is a node that names the next.")
TYPED = rule("JSON-LD", "4.2.1", "A value with an @type is a literal of that type.")
JSON = rule("JSON-LD", "10.2", "A JSON literal is signed as RFC 8785 writes it.")
NODE = rule("JSON-LD", "4.2.2", "An object with an id alone is a reference to the node, not a text.")
ESCAPED = rule(_RDF, "A", "Literals are written with the escapes of canonical N-Quads, and no others.")
BLANK = rule(_RDF, "4.4.3", "Nodes without an id are named by their hashes, not by their places.")
POISON = rule(_RDF, "7.1", "A graph made to ask for too much work is refused, not worked through.")
DEFINED = rule(
    "VC-DATA-INTEGRITY", "2.4.2", "What the contexts do not define would not be signed, and is refused."
)
ADDED = rule(
    "VC-DATA-INTEGRITY", "4.4", "Nothing that is added after the signature passes for signed, defined or not."
)
KNOWN = rule(
    "VC-DATA-INTEGRITY", "4.6", "A context is known beforehand or, by policy, stands in the document."
)
MEANING = rule(
    "VC-DATA-INTEGRITY", "4.6", "A context that gives a signed term another meaning breaks the signature."
)
PROTECTED = rule("VCDM", "4.3", "No context defines again what that of credentials protects.")
PROOFS = rule("VC-DATA-INTEGRITY", "2.1.1", "Each proof of a set verifies by itself.")
PERIOD = rule("VCDM", "4.9", "Also over RDF a credential is valid within its period alone.")
BY_ISSUER = rule("CID", "3.3", "A proof over RDF is by a key of the issuer's own.")
FOR_ISSUING = rule("VC-DATA-INTEGRITY", "4.4", "A proof over RDF serves assertionMethod in a credential.")
TRUSTED = rule("FORMAT", "Verification", "The signer of a proof over RDF is one that the policy allows.")
PLAIN: Final = {"@context": [CREDENTIALS_V2], "type": ["VerifiableCredential"]}


def signed(document: Document, key: TestKey, **members: Any) -> Document:
    """A document with a proof over its RDF; `members` as `proof_of` has them."""
    return {**document, "proof": proof_over(document, key, **members)}


def proof_over(
    document: Document, key: TestKey, *, without: tuple[str, ...] = (), **members: Any
) -> Document:
    """A proof over RDF. It has no `@context`: it takes the document's."""
    suite = key.suite.replace("-jcs-", "-rdfc-")
    return proof_of(document, key, without=("@context", *without), **{"cryptosuite": suite, **members})


def signed_as(document: Document, key: TestKey, message: Any) -> Document:
    """A proof over other bytes than the suite's, which `message` makes of its steps."""
    suite = key.suite.replace("-jcs-", "-rdfc-")
    return signed_over(document, key, message, without=("@context",), cryptosuite=suite)


def add(book: Book) -> None:
    """Add the kind."""
    made = Credentials(book, "eddsa-rdfc-2022")
    good = made.accept("general", SIGNED, signed(degree(AGENT), AGENT), AGENT)
    _same_rdf(made)
    _documents(made)
    _signatures(made, good)
    _undefined(made, good)
    _contexts(made, good)
    _proofs(made, good)
    _poison(made)


def _same_rdf(made: Credentials) -> None:
    """Other text, the same graph, the same signature."""
    made_of = signed(degree(AGENT), AGENT)
    backwards = json.dumps(dict(reversed(made_of.items())))
    made.accept("members-in-another-order", STATED, made_of, AGENT, text=backwards)
    longer = {**made_of, "@context": [*made_of["@context"], MULTIKEY_V1]}
    made.accept("context-appended-that-changes-nothing", STATED, longer, AGENT)
    names = ["The School of Examples", "Another School"]
    proof = proof_over(degree(AGENT, s__alumniOf=names), AGENT)
    turned = {**degree(AGENT, s__alumniOf=names[::-1]), "proof": proof}
    case = made.accept("values-in-another-order", UNORDERED, turned, AGENT)
    fewer = {**turned, "credentialSubject": degree(AGENT)["credentialSubject"]}
    made.reject(case, "a-value-less", UNORDERED, "PROOF_INVALID", fewer)


def _documents(made: Credentials) -> None:
    """What the canonical form has to get right."""
    for name, of, members in (
        ("numbers-and-booleans", NATIVE, {"s__score": [0.5, 1e21, 7, -3, 12.25], "s__passed": True}),
        ("escapes", ESCAPED, {"s__alumniOf": 'L’École "des\\Exemples"\n\t\b\f\x7f\x01 😀'}),
        ("a-text-in-a-language", LANGUAGE, {"name": {"@value": "Diplôme", "@language": "fr"}}),
        ("nested-nodes-without-id", BLANK, {"s__degree": {"type": "BachelorDegree", "name": "Arts"}}),
        (
            "several-nodes-without-id",
            BLANK,
            {
                "credentialSubject": [
                    {"alumniOf": "One"},
                    {"alumniOf": "Two"},
                    {"alumniOf": {"name": "Three"}},
                ]
            },
        ),
        ("undefined-terms-made-defined", DEFINED, {"@context": [CREDENTIALS_V2, UNDEFINED_TERMS]}),
        ("issuer-as-an-object", STATED, {"issuer": {"id": AGENT.did, "name": "Example"}}),
    ):
        made.accept(name, of, signed(degree(AGENT, **members), AGENT), AGENT)
    _kinds_of_values(made)
    half = made.accept("a-decimal", NATIVE, signed(degree(AGENT, s__score=0.5), AGENT), AGENT)
    text = replaced(str(half.input["document"]), '"score": 0.5', '"score": "0.5"')
    made.reject(half, "a-decimal-as-a-text", NATIVE, "PROOF_INVALID", text)
    named = signed(degree(AGENT, name={"@value": "Diplôme", "@language": "fr"}), AGENT)
    case = made.accept("a-name-in-a-language", LANGUAGE, named, AGENT)
    text = replaced(str(case.input["document"]), '"fr"', '"de"')
    made.reject(case, "the-language-changed", LANGUAGE, "PROOF_INVALID", text)
    ending = made.accept(
        "within-its-period", PERIOD, signed(degree(AGENT, validUntil="2026-03-31T00:00:00Z"), AGENT), AGENT
    )
    made.reject(ending, "after-its-period", PERIOD, "EXPIRED", policy={"at": "2026-03-31T00:01:01Z"})


def _kinds_of_values(made: Credentials) -> None:
    grades = {"@list": ["A", "B", "A"]}
    ordered = made.accept("a-list", LIST, signed(degree(AGENT, s__grades=grades), AGENT), AGENT)
    made.accept("a-list-of-nothing", LIST, signed(degree(AGENT, s__grades={"@list": []}), AGENT), AGENT)
    proof = proof_over(degree(AGENT, s__grades=grades), AGENT)
    turned = {**degree(AGENT, s__grades={"@list": ["B", "A", "A"]}), "proof": proof}
    made.reject(ordered, "a-list-in-another-order", LIST, "PROOF_INVALID", turned)
    plain = {**degree(AGENT, s__grades=["A", "B"]), "proof": proof}
    made.reject(ordered, "a-set-for-a-list", LIST, "PROOF_INVALID", plain)
    year = {"@value": "2026", "@type": "http://www.w3.org/2001/XMLSchema#gYear"}
    typed = made.accept("a-typed-value", TYPED, signed(degree(AGENT, s__year=year), AGENT), AGENT)
    proof = proof_over(degree(AGENT, s__year=year), AGENT)
    untyped = {**degree(AGENT, s__year="2026"), "proof": proof}
    made.reject(typed, "a-typed-value-without-its-type", TYPED, "PROOF_INVALID", untyped)
    carrying = degree(AGENT, **PLAIN)
    carrying["type"] = ["VerifiableCredential", "JsonSchemaCredential"]
    schema = {
        "type": "object",
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": "urn:example:1",
    }
    carrying["credentialSubject"] = {"id": "urn:example:1", "type": "JsonSchema", "jsonSchema": schema}
    literal = made.accept("a-json-literal", JSON, signed(carrying, AGENT), AGENT)
    changed = signed(carrying, AGENT)
    changed["credentialSubject"] = {
        **carrying["credentialSubject"],
        "jsonSchema": {**schema, "type": "array"},
    }
    made.reject(literal, "a-json-literal-changed", JSON, "PROOF_INVALID", changed)
    known = {"id": "did:example:bob"}
    referred = made.accept(
        "a-node-with-its-id-alone", NODE, signed(degree(AGENT, s__knows=known), AGENT), AGENT
    )
    proof = proof_over(degree(AGENT, s__knows=known), AGENT)
    text = {**degree(AGENT, s__knows="did:example:bob"), "proof": proof}
    made.reject(referred, "a-text-for-a-node", NODE, "PROOF_INVALID", text)


def _signatures(made: Credentials, good: Case) -> None:
    text, document = str(good.input["document"]), degree(AGENT)
    made.reject(good, "changed-claim", SIGNED, "PROOF_INVALID", replaced(text, "School of", "school of"))
    other = signed(document, AGENT, sign=STRANGER.sign)
    made.reject(good, "signature-of-another-key", SIGNED, "PROOF_INVALID", other)
    for name, message in (
        ("hashes-in-the-other-order", lambda steps: _hex(steps, "documentHash", "proofConfigurationHash")),
        ("document-hash-alone", lambda steps: _hex(steps, "documentHash")),
        ("text-without-hashing", lambda steps: steps["canonicalDocument"].encode()),
    ):
        made.reject(good, name, HASHED, "PROOF_INVALID", signed_as(document, AGENT, message))
    over_json = signed_as(document, AGENT, lambda _: _over_json(document))
    made.reject(good, "over-the-canonical-json", STATED, "PROOF_INVALID", over_json)
    for name, sign in (
        ("s-not-below-the-order", AGENT.sign_other_s),
        ("signature-of-63-bytes", lambda message: AGENT.sign(message)[:-1]),
        ("signature-of-65-bytes", lambda message: AGENT.sign(message) + b"\0"),
    ):
        made.reject(good, name, VALUE, "PROOF_INVALID", signed(document, AGENT, sign=sign))
    value = signed(document, AGENT)["proof"]["proofValue"]
    made.reject(
        good, "proof-value-without-its-letter", VALUE, "PROOF_INVALID", replaced(text, value, value[1:])
    )
    absent = signed(document, AGENT)
    del absent["proof"]["proofValue"]
    made.reject(good, "proof-value-absent", VALUE, "PROOF_INVALID", absent)


def _over_json(document: Document) -> bytes:
    """What eddsa-jcs-2022 would sign, under this suite's name."""
    options = {name: each for name, each in proof_over(document, AGENT).items() if name != "proofValue"}
    return b"".join(hashlib.sha256(jcs(each)).digest() for each in (options, document))


def _hex(steps: Document, *names: str) -> bytes:
    return b"".join(bytes.fromhex(steps[name]) for name in names)


def _undefined(made: Credentials, good: Case) -> None:
    """`degree` under the contexts of credentials alone, which define less than it says."""
    plain = degree(AGENT, **{**PLAIN, "credentialSubject": {"id": "did:example:abcdefgh"}})
    bare = made.accept("one-context", DEFINED, signed(plain, AGENT), AGENT)
    claims = {**plain, "credentialSubject": degree(AGENT)["credentialSubject"]}
    made.reject(bare, "undefined-claim", DEFINED, "UNDEFINED_TERM", signed(claims, AGENT))
    typed = {**plain, "type": ["VerifiableCredential", "AlumniCredential"]}
    made.reject(bare, "undefined-type", DEFINED, "UNDEFINED_TERM", signed(typed, AGENT))
    made.reject(bare, "undefined-proof-member", DEFINED, "UNDEFINED_TERM", signed(plain, AGENT, note="x"))
    proof = signed(plain, AGENT)["proof"]
    made.reject(bare, "undefined-claim-added", ADDED, "UNDEFINED_TERM", {**claims, "proof": proof})
    made.reject(bare, "undefined-type-added", ADDED, "UNDEFINED_TERM", {**typed, "proof": proof})
    noted = {**plain, "proof": {**proof, "note": "x"}}
    made.reject(bare, "undefined-proof-member-added", ADDED, "UNDEFINED_TERM", noted)
    more = {**signed(degree(AGENT), AGENT), "name": "Another"}
    made.reject(good, "defined-claim-added", ADDED, "PROOF_INVALID", more)
    more = {
        **signed(degree(AGENT), AGENT),
        "credentialSubject": {**degree(AGENT)["credentialSubject"], "grade": 1},
    }
    made.reject(good, "claim-of-the-catch-all-added", ADDED, "PROOF_INVALID", more)


def _contexts(made: Credentials, good: Case) -> None:
    inline = degree(
        AGENT,
        **{
            "@context": [CREDENTIALS_V2, {"alumniOf": "https://example.org/alumniOf"}],
            "type": ["VerifiableCredential"],
        },
    )
    document = signed(inline, AGENT)
    brought = made.accept("inline-context-by-policy", KNOWN, document, AGENT, policy={"inlineContexts": True})
    made.reject(brought, "inline-context", KNOWN, "UNKNOWN_CONTEXT", policy={"inlineContexts": None})
    moved = {**document, "@context": [CREDENTIALS_V2, {"alumniOf": "https://example.org/other"}]}
    made.reject(brought, "term-with-another-meaning", MEANING, "PROOF_INVALID", moved)
    longer = signed(degree(AGENT), AGENT)
    longer["@context"] = [*longer["@context"], "https://example.org/v1"]
    made.reject(good, "unknown-context", KNOWN, "UNKNOWN_CONTEXT", longer)
    over = {
        **document,
        "@context": [
            CREDENTIALS_V2,
            {"alumniOf": "https://example.org/alumniOf", "name": "https://example.org/name"},
        ],
    }
    made.reject(brought, "protected-term-defined-again", PROTECTED, "INVALID_CREDENTIAL", over)
    without = {**signed(degree(AGENT), AGENT), "@context": [CREDENTIALS_V2, UNDEFINED_TERMS]}
    made.reject(good, "another-vocabulary", MEANING, "PROOF_INVALID", without)


def _proofs(made: Credentials, good: Case) -> None:
    document = degree(AGENT)
    first, second = proof_over(document, AGENT), proof_over(document, AGENT, created="2026-03-02T00:00:00Z")
    pair = made.accept("two-proofs", PROOFS, {**document, "proof": [first, second]}, AGENT)
    mixed = {**document, "proof": [first, proof_of(document, AGENT)]}
    made.accept("beside-a-proof-over-json", PROOFS, mixed, AGENT)
    broken = {**second, "created": "2026-03-03T00:00:00Z"}
    made.reject(
        pair, "one-of-two-proofs-broken", PROOFS, "PROOF_INVALID", {**document, "proof": [first, broken]}
    )
    members = {
        "id": "urn:uuid:7a0d3b52-2f1c-4d5e-9a60-3d0f0f6f2b77",
        "nonce": "n",
        "expires": "2027-01-01T00:00:00Z",
    }
    full = made.accept("with-further-members", OPTIONS, signed(document, AGENT, **members), AGENT)
    made.accept("without-created", OPTIONS, signed(document, AGENT, without=("created",)), AGENT)
    own = signed(document, AGENT)
    own["proof"]["@context"] = [CREDENTIALS_V2]
    made.accept("with-a-context-of-its-own", OVERRIDDEN, own, AGENT, steps=False)
    text = str(full.input["document"])
    made.reject(
        full, "changed-nonce", OPTIONS, "PROOF_INVALID", replaced(text, '"nonce": "n"', '"nonce": "m"')
    )
    later = replaced(text, "2027-01-01", "2028-01-01")
    made.reject(full, "changed-expires", OPTIONS, "PROOF_INVALID", later)
    for name, of, code, changed in (
        ("cryptosuite-over-json", SUITE, "PROOF_INVALID", {"cryptosuite": "eddsa-jcs-2022"}),
        ("unknown-cryptosuite", SUITE, "UNSUPPORTED_CRYPTOSUITE", {"cryptosuite": "eddsa-rdfc-2099"}),
        ("cryptosuite-of-ecdsa", SUITE, "UNSUPPORTED_CRYPTOSUITE", {"cryptosuite": "ecdsa-rdfc-2019"}),
    ):
        document_of = {**document, "proof": {**first, **changed}}
        made.reject(good, name, of, code, document_of)
    purpose = signed(document, AGENT, proofPurpose="authentication")
    made.reject(good, "another-purpose", FOR_ISSUING, "PROOF_PURPOSE_MISMATCH", purpose)
    foreign = signed(document, STRANGER)
    made.reject(good, "key-of-another", BY_ISSUER, "KEY_NOT_CONTROLLED_BY_ISSUER", foreign)
    policy: Document = {"allowedSigners": [SERVER.did]}
    made.reject(good, "another-signer-is-allowed", TRUSTED, "SIGNER_NOT_ALLOWED", policy=policy)


def _poison(made: Credentials) -> None:
    """Two nodes that cannot be told apart, each with eight such nodes: 8! orders of each to be compared."""

    def people(number: int) -> Document:
        crowd = {"knows": [{"type": "Person"} for _ in range(number)]}
        return degree(AGENT, s__knows=[crowd, crowd])

    few = degree(AGENT, s__knows=[{"type": "Person", "name": "One"}, {"type": "Person", "name": "Two"}])
    case = made.accept("nodes-that-can-be-told-apart", POISON, signed(few, AGENT), AGENT)
    proof = signed(few, AGENT)["proof"]
    made.reject(
        case, "nodes-that-cannot-be-told-apart", POISON, "GRAPH_TOO_COMPLEX", {**people(12), "proof": proof}
    )
