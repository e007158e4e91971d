"""The canonical N-Quads of documents whose terms stand in a table here: enough of JSON-LD and RDFC-1.0.

The table is copied by hand from the contexts; what it lacks is a term of the examples' catch-all. Blank nodes
are named by their first-degree hashes alone (RDFC-1.0 §4.6): a document in which two have the same is refused
by this module, not canonicalized wrongly.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any, Final, NamedTuple

Document = dict[str, Any]

_CREDENTIALS: Final = "https://www.w3.org/2018/credentials#"
_SECURITY: Final = "https://w3id.org/security#"
_EXAMPLES: Final = "https://www.w3.org/ns/credentials/examples#"
_UNDEFINED: Final = "https://www.w3.org/ns/credentials/undefined-term#"
_RDF: Final = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
_XSD: Final = "http://www.w3.org/2001/XMLSchema#"

# term: its IRI, and the type of its value ("@id", "@vocab", "@graph", or a datatype), if it has one
_TERMS: Final[dict[str, tuple[str, str | None]]] = {
    "issuer": (_CREDENTIALS + "issuer", "@id"),
    "holder": (_CREDENTIALS + "holder", "@id"),
    "validFrom": (_CREDENTIALS + "validFrom", _XSD + "dateTime"),
    "validUntil": (_CREDENTIALS + "validUntil", _XSD + "dateTime"),
    "issuanceDate": (_CREDENTIALS + "issuanceDate", _XSD + "dateTime"),
    "credentialSubject": (_CREDENTIALS + "credentialSubject", "@id"),
    "evidence": (_CREDENTIALS + "evidence", "@id"),
    "verifiableCredential": (_CREDENTIALS + "verifiableCredential", "@graph"),
    "name": ("https://schema.org/name", None),
    "description": ("https://schema.org/description", None),
    "proof": (_SECURITY + "proof", "@graph"),
    "challenge": (_SECURITY + "challenge", None),
    "created": ("http://purl.org/dc/terms/created", _XSD + "dateTime"),
    "cryptosuite": (_SECURITY + "cryptosuite", _SECURITY + "cryptosuiteString"),
    "domain": (_SECURITY + "domain", None),
    "expires": (_SECURITY + "expiration", _XSD + "dateTime"),
    "nonce": (_SECURITY + "nonce", None),
    "previousProof": (_SECURITY + "previousProof", "@id"),
    "proofPurpose": (_SECURITY + "proofPurpose", "@vocab"),
    "proofValue": (_SECURITY + "proofValue", _SECURITY + "multibase"),
    "verificationMethod": (_SECURITY + "verificationMethod", "@id"),
    "DataIntegrityProof": (_SECURITY + "DataIntegrityProof", None),
    "VerifiableCredential": (_CREDENTIALS + "VerifiableCredential", None),
    "VerifiablePresentation": (_CREDENTIALS + "VerifiablePresentation", None),
    "JsonSchemaCredential": (_CREDENTIALS + "JsonSchemaCredential", None),
    "JsonSchema": (_CREDENTIALS + "JsonSchema", None),
    "jsonSchema": (_CREDENTIALS + "jsonSchema", "@json"),
    "EnvelopedVerifiableCredential": (_CREDENTIALS + "EnvelopedVerifiableCredential", None),
}
_PURPOSES: Final = {
    "assertionMethod": _SECURITY + "assertionMethod",
    "authentication": _SECURITY + "authenticationMethod",
    "capabilityInvocation": _SECURITY + "capabilityInvocationMethod",
}
_DOUBLES: Final = 1e21  # JSON-LD 1.1 API: from here on a whole number is a double too
# RDFC-1.0 §A, Canonical form of N-Quads
_ESCAPES: Final = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r", "\t": "\\t", "\b": "\\b", "\f": "\\f"}


class _Blank(NamedTuple):
    number: int


class _Quad(NamedTuple):
    """Each part is written already, but for blank nodes; graph: None for the default one."""

    subject: str | _Blank
    predicate: str
    object: str | _Blank
    graph: _Blank | None


def canonical(document: Document, new_hash: Callable[[bytes], Any]) -> bytes:
    """RDFC-1.0 of the RDF that a document states, with the hash of the suite."""
    quads = _Expansion(document).quads
    blanks = {part for quad in quads for part in quad if isinstance(part, _Blank)}
    hashes = {blank: _first_degree(blank, quads, new_hash) for blank in blanks}
    if len(set(hashes.values())) != len(blanks):
        raise ValueError("two blank nodes with the same first-degree hash")
    names = {blank: f"_:c14n{number}" for number, blank in enumerate(sorted(blanks, key=hashes.__getitem__))}
    return "".join(sorted({_line(quad, names.__getitem__) for quad in quads})).encode()


def _first_degree(blank: _Blank, quads: list[_Quad], new_hash: Callable[[bytes], Any]) -> str:
    """RDFC-1.0 §4.6.3."""
    lines = {_line(quad, lambda each: "_:a" if each == blank else "_:z") for quad in quads if blank in quad}
    hashed: str = new_hash("".join(sorted(lines)).encode()).hexdigest()
    return hashed


def _line(quad: _Quad, name: Callable[[_Blank], str]) -> str:
    parts = [name(part) if isinstance(part, _Blank) else part for part in quad if part is not None]
    return " ".join((*parts, ".\n"))


class _Expansion:
    """The quads of one document, its blank nodes numbered as they are met."""

    def __init__(self, document: Document) -> None:
        contexts = document.get("@context", [])
        contexts = contexts if isinstance(contexts, list) else [contexts]
        self._inline: dict[str, str] = {
            term: iri for each in contexts if isinstance(each, dict) for term, iri in each.items()
        }
        self._undefined = "https://www.w3.org/ns/credentials/undefined-terms/v2" in contexts
        self._blanks = 0
        self.quads: list[_Quad] = []
        self._node(document, None)

    def _blank(self) -> _Blank:
        self._blanks += 1
        return _Blank(self._blanks)

    def _node(self, node: Document, graph: _Blank | None) -> str | _Blank:
        subject = f"<{node['id']}>" if "id" in node else self._blank()
        for name, value in node.items():
            if name in {"@context", "id"}:
                continue
            predicate = f"<{_RDF}type>" if name == "type" else f"<{self._iri(name)}>"
            for each in value if isinstance(value, list) else [value]:
                self.quads += [
                    _Quad(subject, predicate, part, graph) for part in self._value(name, each, graph)
                ]
        return subject

    def _value(self, name: str, value: Any, graph: _Blank | None) -> Iterator[str | _Blank]:
        kind = "@type" if name == "type" else _TERMS.get(name, ("", None))[1]
        if kind == "@graph":
            inner = self._blank()
            self._node(value, inner)
            yield inner
        elif kind == "@json":
            text = json.dumps(value, sort_keys=True, separators=(",", ":"))  # RFC 8785, for letters of ASCII
            yield f"{_quoted(text)}^^<{_RDF}JSON>"
        elif isinstance(value, dict) and "@list" in value:
            yield self._list(name, value["@list"], graph)
        elif isinstance(value, dict) and "@value" in value:
            tag = f"@{value['@language']}" if "@language" in value else ""
            yield _quoted(value["@value"]) + (f"^^<{value['@type']}>" if "@type" in value else tag)
        elif isinstance(value, dict):
            yield self._node(value, graph)
        elif kind == "@type":
            yield f"<{self._iri(value)}>"
        elif kind == "@id":
            yield f"<{value}>"
        elif kind == "@vocab":
            yield f"<{_PURPOSES[value]}>"
        else:
            yield _literal(value, kind)

    def _list(self, name: str, values: list[Any], graph: _Blank | None) -> str | _Blank:
        """A node for each value, and the next one beside it."""
        rest: str | _Blank = f"<{_RDF}nil>"
        for value in reversed(values):
            node = self._blank()
            for part in self._value(name, value, graph):
                self.quads.append(_Quad(node, f"<{_RDF}first>", part, graph))
            self.quads.append(_Quad(node, f"<{_RDF}rest>", rest, graph))
            rest = node
        return rest

    def _iri(self, term: str) -> str:
        if ":" in term:
            return term
        if term in self._inline:
            return self._inline[term]
        vocabulary = _UNDEFINED if self._undefined else _EXAMPLES
        return _TERMS[term][0] if term in _TERMS else vocabulary + term


def _literal(value: Any, datatype: str | None) -> str:
    """JSON-LD 1.1 API §8.6: a native value in the canonical form of its type of XML Schema."""
    if value is True or value is False:
        return f'"{str(value).lower()}"^^<{_XSD}boolean>'
    if isinstance(value, float) and (value % 1 or abs(value) >= _DOUBLES):
        mantissa, exponent = f"{value:.15E}".split("E")
        mantissa = mantissa.rstrip("0") + ("0" if mantissa.rstrip("0").endswith(".") else "")
        return f'"{mantissa}E{int(exponent)}"^^<{_XSD}double>'
    if isinstance(value, int | float):
        return f'"{int(value)}"^^<{_XSD}integer>'
    return _quoted(value) + (f"^^<{datatype}>" if datatype else "")


def _quoted(text: str) -> str:
    return '"' + "".join(_escaped(letter) for letter in text) + '"'


def _escaped(letter: str) -> str:
    if letter in _ESCAPES:
        return _ESCAPES[letter]
    return f"\\u{ord(letter):04X}" if letter < " " or letter == "\x7f" else letter
