"""What a target is, and the rule that it holds its parser to."""

from __future__ import annotations

import importlib
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random
from types import MappingProxyType
from typing import Final, NamedTuple, ParamSpec, TypeVar

from fuzz import mutation

__all__ = [
    "MOST_SECONDS",
    "TARGETS",
    "FindingError",
    "SlowError",
    "Target",
    "load",
    "require",
    "seeds",
    "timed",
]

MOST_SECONDS: Final = 1.0  # of processor time an input may take
_WORK_SECONDS: Final = 0.012  # that _work takes on the machine that this is said of, when it is idle
CORPUS: Final = Path(__file__).parent / "corpus"

P = ParamSpec("P")
T = TypeVar("T")
Mutator = Callable[[bytes, Random], bytes]


class FindingError(AssertionError):
    """A target's statement does not hold for an input."""


class SlowError(FindingError):
    """An input took more than MOST_SECONDS."""


class Row(NamedTuple):
    """A line of TARGETS. modules: whose lines count as its coverage."""

    what: str
    modules: Sequence[str]


# Each is a module of ``fuzz.targets``; this table imports none of them, nor any parser.
TARGETS: Final[Mapping[str, Row]] = MappingProxyType(
    {
        "strict_json": Row("strict JSON", ["codec.strict_json", "codec.json_locator", "codec.json_numbers"]),
        "jcs": Row("RFC 8785 and CANON", ["codec.jcs", "codec.json_value"]),
        "text": Row(
            "multibase, Multikey, xsd:dateTime",
            ["codec.multibase", "keys.multicodec", "keys.multikey", "codec.xsd_datetime", "codec.timestamps"],
        ),
        "did": Row(
            "did:key, did:jwk, did:web, DID URLs, their resolution",
            ["did.key", "did.jwk", "did.web", "did.did_url", "did.resolution"],
        ),
        "did_document": Row("DID documents, JSON Web Keys", ["did.document", "keys.jwk"]),
        "jws": Row("compact JWS, vc+jwt; also well signed", ["envelopes.jws", "envelopes.vc_jwt"]),
        "sd_jwt": Row(
            "SD-JWT; also well signed, also issued",
            ["envelopes.sd_jwt", "envelopes.sd_jwt_disclosures", "envelopes.sd_jwt_issuing"],
        ),
        "a2a": Row(
            "A2A cards and messages; also well signed",
            ["protocols.a2a_card", "protocols.a2a_normal", "protocols.a2a_form", "protocols.a2a_carriage"],
        ),
        "mandate": Row(
            "AP2 chains, UCP checkouts; also well signed",
            ["protocols.ap2", "protocols.ap2_chain", "protocols.ap2_constraints", "protocols.ucp_checkout"],
        ),
        "http_message": Row(
            "HTTP messages and their signatures; also well signed",
            [
                "protocols.http_message",
                "protocols.http_components",
                "protocols.http_signatures",
                "protocols.ucp",
            ],
        ),
        "cose": Row("COSE_Sign1, vc+cose; also well signed", ["envelopes.cose", "envelopes.cose_sign1"]),
        "enveloped": Row(
            "data: URLs, presentations, related resources",
            ["credential.enveloped", "credential.presentation", "credential.related_resource"],
        ),
        "status_list": Row(
            "status lists and their entries",
            ["credential.status_list", "credential.status_forms", "credential.bitstring_status"],
        ),
        "schema": Row(
            "JSON Schemas of others",
            ["credential.external_schema", "credential.schema_evaluation", "credential.schema_pattern"],
        ),
        "service": Row(
            "HTTP bodies and paths of the service",
            ["service.body", "service.handler", "service.issuing", "service.verifying", "service.deriving"],
        ),
        "rdfc": Row("RDF canonicalization", ["codec.rdfc", "codec.rdfc_algorithm", "codec.rdf_dataset"]),
        "verify": Row(
            "verify of any text; also well signed", ["verification", "formats", "credential", "proofs"]
        ),
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """One parser, and how it is fuzzed.

    run: raises for an input of which the target's statement does not hold. hostile: large inputs made in
    memory, each run once before the rest. mutate: changes an input in its own structure, half of the time in
    place of the engine's changes of bytes. longest: bytes of an input.
    """

    run: Callable[[bytes], None]
    hostile: Callable[[], Iterator[bytes]] = lambda: iter(())
    mutate: Mutator = mutation.of_bytes
    longest: int = 1 << 14


def load(name: str) -> Target:
    """Give the target of that name; its parser is imported here and not before."""
    target: Target = importlib.import_module(f"fuzz.targets.{name}").TARGET
    return target


def seeds(name: str) -> list[bytes]:
    """Give the committed inputs of a target."""
    return [each.read_bytes() for each in sorted((CORPUS / name).iterdir())]


def require(condition: object, statement: str) -> None:
    """Raise FindingError unless ``condition`` is true."""
    if not condition:
        raise FindingError(f"does not hold: {statement}")


def timed(parse: Callable[P, T], *arguments: P.args, **named: P.kwargs) -> T:
    """Call what is fuzzed, and that alone. Raises SlowError past MOST_SECONDS, and what ``parse`` raises."""
    start = time.process_time()
    try:
        return parse(*arguments, **named)
    finally:
        elapsed = time.process_time() - start
        if elapsed > MOST_SECONDS and elapsed > MOST_SECONDS * _slowness():
            raise SlowError(f"{getattr(parse, '__name__', parse)} took {elapsed:.2f} s")


def _slowness() -> float:
    """How many times as long as there this machine takes now: it may be another, or busy with others."""
    start = time.process_time()
    _work()
    return (time.process_time() - start) / _WORK_SECONDS


def _work() -> None:
    sums: dict[int, int] = {}
    for number in range(200_000):
        sums[number & 255] = sums.get(number & 255, 0) + number
