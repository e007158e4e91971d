"""For every problem code an input that provokes it, given to ``verify``, the engine, a session or an edge."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any, Final

import ap2_chains as ap2
import protocol_examples_http
from engine import ABSENT, AGENT, RESULT, SERVER, STRANGER, Sides, call, carrier_of, memory_store, run
from failing_store import FailingStore
from identities import P256
from proofs.signed_proofs import signed_with
from protocol_examples_a2a import signed_card

from signet_vc import Policy, audit, present, sign, verify
from signet_vc.attestation.call import Answer
from signet_vc.attestation.store import AttestationStore
from signet_vc.codec.digest import digest
from signet_vc.credential import bitstring_status
from signet_vc.errors import Code, Problem, ProblemError, UnavailableError
from signet_vc.fetch import Fetcher
from signet_vc.mcp import AgentSession
from signet_vc.mcp.messages import EXTENSION
from signet_vc.policy import AllowedSigner
from signet_vc.protocols import basis, ucp
from signet_vc.protocols.http_message import write
from signet_vc.securing import Securing

__all__ = ["CASES"]

Found = Iterable[Code | str]
Case = Callable[[], Found]

IDENTITY_POINT: Final = "did:key:z6MkeXATEjyXENzBXBxgC5EHk2JE5aqd7qMGGtDpLUH1e2Sj"
ELSEWHERE: Final = "did:web:example.com"
URI: Final = "https://mail.example.com/mcp"
DIGESTS: Final = (digest(b"one definition"), digest(b"another"))


def codes(problems: Iterable[Problem]) -> list[Code]:
    return [each.code for each in problems]


# -- verify ----------------------------------------------------------------------------------------


def credential(**members: Any) -> dict[str, Any]:
    return {
        "@context": ["https://www.w3.org/ns/credentials/v2"],
        "type": ["VerifiableCredential"],
        "issuer": AGENT.did,
        "credentialSubject": {"id": "urn:example:anything"},
        **members,
    }


def signed(**members: Any) -> dict[str, Any]:
    return sign(credential(**members), AGENT)


def with_proof(**members: Any) -> dict[str, Any]:
    document = signed()
    return {**document, "proof": {**document["proof"], **members}}


def verified(data: Any, *allowed: str, **policy: Any) -> Found:
    verdict = verify(data, Policy(**{"allowed_signers": [AGENT.did, *allowed], **policy}))
    return codes([*verdict.problems, *verdict.notices])


def by_the_identity_point() -> Found:
    document = with_proof(verificationMethod=f"{IDENTITY_POINT}#{IDENTITY_POINT.removeprefix('did:key:')}")
    return verified({**document, "issuer": IDENTITY_POINT}, IDENTITY_POINT)


def by_a_key_of_another() -> Found:
    return verified(with_proof(verificationMethod=STRANGER.verification_method))


def by_a_did_that_nobody_resolves() -> Found:
    document = with_proof(verificationMethod=f"{ELSEWHERE}#key")
    return verified({**document, "issuer": ELSEWHERE}, ELSEWHERE)


# -- credentials and presentations of others -------------------------------------------------------

ASKED: Final = {"domain": "shop.example", "challenge": "a8fR3n-0017"}
EXAMPLES: Final = ["https://www.w3.org/ns/credentials/v2", "https://www.w3.org/ns/credentials/examples/v2"]
V2: Final = EXAMPLES[0]


def of_others(**members: Any) -> dict[str, Any]:
    """A signed credential with members that an issuer would be refused."""
    return signed_with(AGENT, credential(**members))


def presented(**how: Any) -> Any:
    return present([signed()], P256, **{**ASKED, **how})


def by_a_key_that_is_not_the_holders() -> Found:
    return verified({**presented(), "holder": STRANGER.did}, **ASKED)


def on_a_proof_that_is_not_there() -> Found:
    return verified(signed_with(AGENT, credential(), previousProof="urn:uuid:1"))


def a_crowd() -> Found:
    """More nodes than are expanded, in a document of ordinary size."""
    subjects = [{"knows": {"knows": {"knows": {"type": "Person"}}}}] * 3000
    proof = {**signed()["proof"], "cryptosuite": "eddsa-rdfc-2022"}
    document = {**credential(), "@context": EXAMPLES, "credentialSubject": subjects, "proof": proof}
    return verified(document)


def by_a_document_of_another() -> Found:
    class Elsewhere:
        def resolve(self, _did: str) -> dict[str, Any]:
            return {"id": "did:web:other.example"}

    document = with_proof(verificationMethod=f"{ELSEWHERE}#key")
    return verified({**document, "issuer": ELSEWHERE}, ELSEWHERE, resolver=Elsewhere())


def disclosed(rest: str, **policy: Any) -> Found:
    """An SD-JWT that names a holder's key, with something at its end."""
    token = sign(credential(), AGENT, securing="sd-jwt", holder_key=P256.public_key)
    return verified(token + rest, **policy)


def of_a_schema(schema: dict[str, Any] | None) -> Found:
    url = "https://example.com/schema.json"
    document = signed(credentialSchema={"id": url, "type": "JsonSchema"})
    full = {"$schema": "https://json-schema.org/draft/2020-12/schema", "$id": url, **(schema or {})}
    return verified(document, loader=None if schema is None else Loaded(json.dumps(full).encode()))


class Loaded:
    """Gives the same for every URL, or cannot."""

    def __init__(self, data: bytes | None) -> None:
        self.data = data

    def load(self, _url: str) -> bytes:
        if self.data is None:
            raise UnavailableError("nobody answers", code=Code.RESOLVER_UNAVAILABLE)
        return self.data


LIST: Final = "https://example.com/status/1"


def listed(purpose: str, *, index: int = 7, of: str | None = None, length: int | None = None) -> Found:
    """A credential whose bit is set in a list of this purpose, or of another, or of this length in bytes."""
    bits = bitstring_status.new_list()
    bitstring_status.set(bits, 7, 1, 1)
    document = bitstring_status.list_credential(
        id=LIST,
        issuer=AGENT.did,
        purposes=of or purpose,
        encoded=bitstring_status.encode(bits if length is None else bytes(length)),
    )
    served = Loaded(json.dumps(signed_with(AGENT, document)).encode())
    return verified(of_others(credentialStatus=entry(purpose, index)), loader=served)


def entry(purpose: str, index: int) -> dict[str, Any]:
    return bitstring_status.entry(list_url=LIST, index=index, purpose=purpose)


def fetched(url: str) -> Found:
    try:
        Fetcher([]).load(url)
    except ProblemError as error:
        return codes(error.problems)
    return []


def mandated(chain: str) -> Found:
    return codes(verify(chain, ap2.policy(), at=ap2.AT).problems)


# -- the server ------------------------------------------------------------------------------------


def admitted(sides: Sides, *, carrier: Any = None, what: Any = None, **options: Any) -> Found:
    verdict = sides.admit(sides.attest().carrier if carrier is None else carrier, what, **options)
    return codes([*getattr(verdict, "problems", ()), *verdict.notices])


def two_securings() -> Found:
    sides = Sides(agent_options={"securing": Securing.BOTH})
    one, other = carrier_of(sides.attest()), carrier_of(sides.attest())
    hints = {name: other[name] for name in ("request_signature", "signer", "timestamp", "nonce")}
    return admitted(sides, carrier={**hints, **one, "request_signature": other["request_signature"]})


def from_a_long_lived_signer() -> Found:
    return admitted(Sides(server_options={"policy": Policy(allowed_signers=[AGENT.did], max_lifetime=1)}))


def after_the_deadline() -> Found:
    sides = Sides()
    carrier = sides.attest().carrier
    sides.clock.pass_seconds(361)
    return admitted(sides, carrier=carrier)


def from_the_future() -> Found:
    sides = Sides()
    carrier = sides.attest().carrier
    sides.clock.pass_seconds(-61)
    return admitted(sides, carrier=carrier)


def for_another_server() -> Found:
    sides = Sides()
    return admitted(sides, carrier=sides.attest(audience=STRANGER.did).carrier)


def twice() -> Found:
    sides = Sides()
    carrier = sides.attest().carrier
    sides.admit(carrier)
    return admitted(sides, carrier=carrier)


def another_call() -> Found:
    return admitted(Sides(), what=call(tool="delete_email"))


def beyond_the_entry() -> Found:
    entry = AllowedSigner(did=AGENT.did, tools=("read_*",))
    return admitted(Sides(server_options={"policy": Policy(allowed_signers=[entry])}))


def another_definition() -> Found:
    sides = Sides()
    carrier = sides.attest(tool_definition_digest=DIGESTS[0]).carrier
    return admitted(sides, carrier=carrier, tool_definition_digest=DIGESTS[1])


def an_authorization() -> Found:
    sides = Sides()
    return admitted(sides, carrier=sides.attest(authorization=["a.b.c"]).carrier)


# -- the agent -------------------------------------------------------------------------------------


def checked(
    *, answer: dict[str, Any] = RESULT, of_another: bool = False, seconds: float = 0, declared: bool = False
) -> Found:
    """The verdict on an answer: to another request, ``seconds`` before it was signed, or as it is."""
    sides = Sides()
    pending = sides.attest()
    carrier = sides.answer(sides.admitted(sides.attest() if of_another else pending))
    sides.clock.pass_seconds(-seconds)
    verdict = sides.check(pending, ABSENT if declared else carrier, Answer(result=answer), declared=declared)
    return codes(verdict.problems)


# -- a session -------------------------------------------------------------------------------------


def refused_by_a_session(
    audience: str | None, *, store: AttestationStore | None = None, did: str = ""
) -> Found:
    """The codes that an agent's session refuses a call with, after a handshake with a server of this DID."""
    sides = Sides(agent_options={"store": store or memory_store()})
    session = AgentSession(sides.agent, audience=audience, subject="mail")
    extensions = {EXTENSION: {"version": 1, "did": did}} if did else {}
    capabilities = {"capabilities": {"extensions": extensions}, "protocolVersion": "2025-11-25"}
    run(session.from_client(message(id=0, method="initialize", params={"capabilities": {}})))
    run(session.from_server(message(id=0, result=capabilities)))
    sends = run(session.from_client(message(id=1, method="tools/call", params={"name": "send_email"})))
    assert [send.to for send in sends] == ["client"]
    return list(json.loads(sends[0].data)["error"]["data"]["problems"])


def message(**members: Any) -> bytes:
    return json.dumps({"jsonrpc": "2.0", **members}).encode()


def another_peer() -> Found:
    store = memory_store()
    run(store.pin("mail", SERVER.did))
    return refused_by_a_session("first-use", store=store, did=STRANGER.did)


# -- records ---------------------------------------------------------------------------------------

TRUST_ANY: Final = Policy(trust_any=True)


def one_removed() -> Found:
    """Three calls of one chain, of which the second is gone."""
    sides, chains = Sides(), audit.Chains()
    digests = [reference.digest for reference in (sides.attest().request for _ in range(3)) if reference]
    for digest_of_record in (digests[0], digests[2]):
        record = run(sides.agent_store.get(digest_of_record))
        link = None if record is None else audit.judge(record, TRUST_ANY, at_ns=sides.clock()).link
        assert link is not None
        chains.add(link)
    return codes(problem for report in chains.reports() for problem in report.notices)


def without_its_salts() -> Found:
    sides = Sides(agent_options={"payload": "commit"})
    reference = sides.attest().request
    record = None if reference is None else run(sides.agent_store.get(reference.digest))
    assert record is not None
    line = audit.export_line(record, with_salts=False)
    verdict = audit.verify_line(line, TRUST_ANY, at_ns=sides.clock())
    assert verdict.verified
    return codes(verdict.notices)


# -- the table -------------------------------------------------------------------------------------

PAST, FUTURE = "2000-01-01T00:00:00Z", "2999-01-01T00:00:00Z"


def beside_what_was_signed() -> Found:
    """A query that was appended to a signed request."""
    request = ucp.sign_request(protocol_examples_http.REQUEST, P256)
    changed = write(replace(request, target=f"{request.target}?draft=1"))
    return codes(verify(changed, protocol_examples_http.trusting()).problems)


CASES: Final[dict[Code, Case]] = {
    Code.MALFORMED_JSON: lambda: verified(b"{"),
    Code.DUPLICATE_MEMBER: lambda: verified(b'{"proof":{},"pr\\u006fof":{}}'),
    Code.TOO_LARGE: lambda: verified(b'"' + b"a" * (1 << 20) + b'"'),
    Code.TOO_DEEP: lambda: verified(b"[" * 100_000),
    Code.NUMBER_OUT_OF_RANGE: lambda: verified(b'{"amount":1e400}'),
    Code.UNKNOWN_FORMAT: lambda: verified(b"[]"),
    Code.INVALID_CREDENTIAL: lambda: verified({**signed(), "issuer": 1}),
    Code.UNKNOWN_CONTEXT: lambda: verified(
        {**signed(), "@context": ["https://www.w3.org/ns/credentials/v2", "https://example.com/v1"]}
    ),
    Code.PROOF_MISSING: lambda: verified(credential()),
    Code.PROOF_INVALID: lambda: verified({**signed(), "name": "Another name"}),
    Code.PROOF_PURPOSE_MISMATCH: lambda: verified(with_proof(proofPurpose="authentication")),
    Code.CONTEXT_MISMATCH: lambda: verified(with_proof(**{"@context": ["https://www.w3.org/ns/did/v1"]})),
    Code.UNSUPPORTED_CRYPTOSUITE: lambda: verified(with_proof(cryptosuite="eddsa-2077")),
    Code.KEY_INVALID: by_the_identity_point,
    Code.KEY_NOT_CONTROLLED_BY_ISSUER: by_a_key_of_another,
    Code.SECURINGS_DISAGREE: two_securings,
    Code.NO_TRUST_ANCHOR: lambda: verified(signed(), allowed_signers=[]),
    Code.SIGNER_NOT_ALLOWED: lambda: verified(signed(), allowed_signers=[STRANGER.did]),
    Code.NOT_YET_VALID: lambda: [*verified(signed(validFrom=FUTURE)), *from_the_future()],
    Code.EXPIRED: lambda: verified(signed(validUntil=PAST)),
    Code.LIFETIME_TOO_LONG: from_a_long_lived_signer,
    Code.DEADLINE_PASSED: after_the_deadline,
    Code.AUDIENCE_MISMATCH: for_another_server,
    Code.REPLAYED: twice,
    Code.CALL_MISMATCH: another_call,
    Code.REQUEST_MISMATCH: lambda: checked(of_another=True),
    Code.RESULT_MISMATCH: lambda: checked(answer={**RESULT, "content": []}),
    Code.OUTCOME_MISMATCH: lambda: checked(answer={**RESULT, "isError": True}),
    Code.TIME_MISMATCH: lambda: checked(seconds=61),
    Code.TOOL_DEFINITION_CHANGED: another_definition,
    Code.POLICY_DENIED: beyond_the_entry,
    Code.ATTESTATION_MISSING: lambda: admitted(Sides(), carrier=ABSENT),
    Code.ATTESTATION_UNAVAILABLE: lambda: refused_by_a_session(None),
    Code.ATTESTATION_STRIPPED: lambda: checked(declared=True),
    Code.PEER_CHANGED: another_peer,
    Code.STORE_UNAVAILABLE: lambda: admitted(Sides(server_options={"store": FailingStore()})),
    Code.RESOLVER_UNAVAILABLE: by_a_did_that_nobody_resolves,
    Code.CHAIN_BROKEN: one_removed,
    Code.VALUE_ERASED: without_its_salts,
    Code.AUTHORIZATION_NOT_EVALUATED: an_authorization,
    Code.UNDEFINED_TERM: lambda: verified(of_others(nickname="undefined")),
    Code.GRAPH_TOO_COMPLEX: a_crowd,
    Code.INVALID_PRESENTATION: lambda: verified({**presented(), "holder": 1}, **ASKED),
    Code.CHALLENGE_MISMATCH: lambda: verified(presented(challenge="another"), **ASKED),
    Code.DOMAIN_MISMATCH: lambda: verified(presented(domain="other.example"), **ASKED),
    Code.PROOF_CHAIN_BROKEN: on_a_proof_that_is_not_there,
    Code.KEY_NOT_CONTROLLED_BY_HOLDER: by_a_key_that_is_not_the_holders,
    Code.CONTROLLER_DOCUMENT_INVALID: by_a_document_of_another,
    Code.VERIFICATION_METHOD_URL_INVALID: lambda: verified(with_proof(verificationMethod="#key")),
    Code.MALFORMED_CBOR: lambda: verified(b"\xd2\x84"),
    Code.DISCLOSURE_INVALID: lambda: disclosed("WyJzYWx0IiwibmFtZSIsIk5vYm9keSJd~"),
    Code.KEY_BINDING_MISSING: lambda: disclosed("", **ASKED),
    Code.KEY_BINDING_INVALID: lambda: disclosed("e30.e30.e30", **ASKED),
    Code.RELATED_RESOURCE_MISMATCH: lambda: verified(
        of_others(relatedResource={"id": V2, "digestSRI": "sha256-" + "A" * 43 + "="})
    ),
    Code.SCHEMA_MISMATCH: lambda: of_a_schema({"required": ["name"]}),
    Code.SCHEMA_INDETERMINATE: lambda: of_a_schema(None),
    Code.STATUS_REVOKED: lambda: listed("revocation"),
    Code.STATUS_SUSPENDED: lambda: listed("suspension"),
    Code.STATUS_MESSAGE: lambda: listed("refresh"),
    Code.STATUS_NOT_EVALUATED: lambda: verified(
        of_others(**{"@context": EXAMPLES}, credentialStatus={"type": "Other"})
    ),
    Code.STATUS_UNAVAILABLE: lambda: verified(
        of_others(credentialStatus=entry("revocation", 7)), loader=Loaded(None)
    ),
    Code.STATUS_LIST_INVALID: lambda: listed("revocation", of="suspension"),
    Code.STATUS_LIST_TOO_SHORT: lambda: listed("revocation", length=16),
    Code.STATUS_INDEX_OUT_OF_RANGE: lambda: listed("revocation", index=131_072),
    Code.FETCH_REFUSED: lambda: fetched("https://example.com/"),
    Code.MALFORMED_HTTP: lambda: verified(b"GET / HTTP/1.1\r\n\r\n"),
    Code.COVERAGE_INSUFFICIENT: beside_what_was_signed,
    Code.INVALID_AGENT_CARD: lambda: verified({**signed_card(), "version": 1}),
    Code.INVALID_MANDATE: lambda: mandated(ap2.chain({"vct": "mandate.checkout.2"})),
    Code.CONSTRAINT_UNRESOLVED: lambda: mandated(ap2.chain(constraints=[{"type": "org.example.other"}])),
    Code.BASIS_MISMATCH: lambda: codes(basis.matches({}, [basis.entries_of(b"chain")])[1]),
    Code.DIGEST_MISMATCH: lambda: mandated(ap2.chain(ap2.closed_checkout(checkout_hash="another"))),
    Code.KEY_NOT_FOUND: lambda: mandated(ap2.chain(ap2.closed_checkout(ap2.checkout(kid="another")))),
}
