"""SEP-2787 and SEP-2828 records (experimental), verified by Vaara in a process of its own."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from copy import deepcopy
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from engine import AGENT, SERVER, START
from examples_of_every_member import REQUESTS, RESPONSES, example, named_digest
from identities import P256, P384, STRANGER
from recorded import FAILED, Recorded, altered

from signet_vc.attestation.call import ABSENT, Answer, OutcomeKind
from signet_vc.attestation.store import Record
from signet_vc.audit.export import document_of
from signet_vc.cli.main import signet
from signet_vc.codec.digest import digest
from signet_vc.did import jwk
from signet_vc.errors import Code, ProblemError, UsageError
from signet_vc.keys.multikey import secret_to_multibase
from signet_vc.keys.signing import Key
from signet_vc.limits import NANOSECONDS
from signet_vc.protocols import sep_records
from signet_vc.protocols.sep_records import Part
from signet_vc.securing import Securing
from signet_vc.store import open_store

ROOT = Path(__file__).resolve().parents[2]
PYTHON = ROOT / "interop" / "verifiers" / ".venv-vaara" / "bin" / "python"
ARGUMENTS = {"to": "alice@example.com", "subject": "Meeting tomorrow"}
RESULT = {"content": [{"type": "text", "text": "sent"}], "isError": False, "resultType": "complete"}
NONCE = "uAAECAwQFBgcICQoLDA0ODw"
OTHER_P256 = Key.from_secret("P-256", bytes(range(2, 34)))

# What Vaara says of the records on its standard input. It is AGPL: nothing of ours imports it.
ASK = """
import json, sys
from cryptography.hazmat.primitives.serialization import load_pem_public_key
from vaara.attestation import receipt as r, tool_call_attestation as a

given = json.load(sys.stdin)
key = load_pem_public_key(given["key"].encode())
attestation = a.parse_attestation(given["attestation"])
said = {"attestation": a.verify_attestation(attestation, verifying_material=key, now=given["now"])}
bound = attestation.payload_derived.tool_calls[0].args
said["arguments"] = a.verify_args_commitment(bound, runtime_arguments=given["arguments"]).ok
if given.get("outcome"):
    outcome = r.parse_receipt(given["outcome"])
    said["outcome"] = r.verify_receipt_signature(outcome, verifying_material=key)
    said["back link"] = r.verify_back_link(outcome, attestation=attestation).ok
    said["conforms"] = r.check_record_conformance(given["outcome"]).conforms
    if outcome.outcome_derived.result_commitment is not None:
        bound = outcome.outcome_derived.result_commitment
        said["result"] = a.verify_args_commitment(bound, runtime_arguments=given["result"]).ok
print(json.dumps(said))
"""


def vaara(
    attestation: Any,
    outcome: Any = None,
    *,
    arguments: Any = ARGUMENTS,
    result: Any = RESULT,
    key: Key = P256,
    now: float = START / NANOSECONDS,
) -> dict[str, bool]:
    """Vaara's verdicts, by what it looked at."""
    if not PYTHON.exists():
        pytest.skip("Vaara is not here: `make test` installs it")
    public = key.key_type.private_key(key.reveal_secret()).public_key()
    pem = public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
    given = {"key": pem, "now": now, "attestation": attestation, "outcome": outcome}
    asked = subprocess.run(
        [PYTHON, "-I", "-c", ASK],
        input=json.dumps({**given, "arguments": arguments, "result": result}),
        check=False,
        capture_output=True,
        text=True,
    )
    assert asked.returncode == 0, asked.stderr
    return json.loads(asked.stdout)


ACCEPTED = {
    "attestation": True,
    "arguments": True,
    "outcome": True,
    "back link": True,
    "conforms": True,
    "result": True,
}


def part(record: Record) -> Part:
    document = document_of(record.secured)
    assert document is not None
    return Part(document, record.digest, record.values, record.salts)


def called(
    answer: Any = None, kind: OutcomeKind = OutcomeKind.COMPLETED, **options: Any
) -> tuple[Part, Part]:
    recorded = Recorded(**options)
    request, response = recorded.called(answer, kind) if answer else recorded.called()
    return part(request), part(response)


def attested(request: Part, key: Key = P256) -> dict[str, Any]:
    to_sign = sep_records.attestation(
        request, key_type=key.key_type, verification_method=key.verification_method
    )
    return json.loads(json.dumps(to_sign.finish(key.sign(to_sign.message))))


def answered(request: Part, response: Part, attestation: Any, key: Key = P256) -> dict[str, Any] | None:
    by = {"key_type": key.key_type, "verification_method": key.verification_method}
    to_sign = sep_records.outcome(request, response, attestation, nonce=NONCE, **by)
    return None if to_sign is None else json.loads(json.dumps(to_sign.finish(key.sign(to_sign.message))))


def pair(**options: Any) -> tuple[Any, Any]:
    request, response = called(**options)
    attestation = attested(request)
    return attestation, answered(request, response, attestation)


# --- what Vaara takes, and what it refuses --------------------------------------------------------------


@pytest.mark.parametrize("how", list(Securing))
@pytest.mark.parametrize("payload", ["embed", "commit"])
def test_vaara_verifies_the_records(how: Securing, payload: str) -> None:
    assert vaara(*pair(securing=how, payload=payload)) == ACCEPTED


def test_the_members_are_those_of_the_credentials() -> None:
    request, response = called()
    attestation = attested(request)
    outcome = answered(request, response, attestation)
    asserted = attestation["issuerAsserted"]
    assert attestation["plannerDeclared"] == {"intent": "tools/call/send_email"}
    assert (asserted["iss"], asserted["sub"]) == (P256.did, AGENT.did)
    assert asserted["nonce"] == request.document["credentialSubject"]["nonce"]
    assert (asserted["iat"], asserted["expSeconds"]) == ("2026-03-30T11:37:25Z", 300)
    (tool,) = attestation["payloadDerived"]["toolCalls"]
    assert (tool["name"], tool["serverFingerprint"]) == ("send_email", SERVER.did)
    assert outcome is not None
    assert outcome["outcomeDerived"]["status"] == "executed"
    assert outcome["backLink"]["attestationNonce"] == asserted["nonce"]
    assert outcome["receiptAsserted"]["sub"] == AGENT.did


def _other_tool(attestation: Any, outcome: Any) -> None:
    attestation["payloadDerived"]["toolCalls"][0]["name"] = "delete_mail"


def _other_projection(attestation: Any, outcome: Any) -> None:
    attestation["payloadDerived"]["toolCalls"][0]["args"]["projection"] = "{}"


def _other_status(attestation: Any, outcome: Any) -> None:
    outcome["outcomeDerived"]["status"] = "refused"


def _other_back_link(attestation: Any, outcome: Any) -> None:
    outcome["backLink"]["attestationDigest"] = f"sha256:{'0' * 64}"


def _other_signature(attestation: Any, outcome: Any) -> None:
    attestation["signature"] = "0" * 127 + "1"


@pytest.mark.parametrize(
    ("change", "refused"),
    [
        (_other_tool, {"attestation", "back link"}),
        (_other_projection, {"attestation", "arguments", "back link"}),
        (_other_status, {"outcome"}),
        (_other_back_link, {"outcome", "back link"}),
        (_other_signature, {"attestation", "back link"}),
    ],
)
def test_vaara_refuses_what_was_changed(change: Callable[[Any, Any], None], refused: set[str]) -> None:
    attestation, outcome = pair()
    change(attestation, outcome)
    said = vaara(attestation, outcome)
    assert {name for name, holds in said.items() if not holds} == refused


def test_vaara_refuses_another_call_of_the_same_records() -> None:
    attestation, outcome = pair()
    said = vaara(attestation, outcome, arguments={**ARGUMENTS, "to": "mallory@example.com"})
    assert said == {**ACCEPTED, "arguments": False}
    said = vaara(attestation, outcome, result={**RESULT, "isError": True})
    assert said == {**ACCEPTED, "result": False}
    said = vaara(attestation, outcome, key=OTHER_P256)
    assert said == {**ACCEPTED, "attestation": False, "outcome": False}
    said = vaara(attestation, outcome, now=START / NANOSECONDS + 400)
    assert said == {**ACCEPTED, "attestation": False}


def test_vaara_refuses_the_back_link_to_another_attestation() -> None:
    request, response = called()
    outcome = answered(request, response, attested(request))
    other = attested(request, OTHER_P256)  # the same call under another key
    assert vaara(other, outcome, key=OTHER_P256)["attestation"] is True
    assert vaara(other, outcome)["back link"] is False


@pytest.mark.parametrize(
    ("answer", "kind", "status", "commits"),
    [
        (FAILED, OutcomeKind.FAILED, "errored", True),
        (Answer(error={"code": -32603, "message": "no"}), OutcomeKind.FAILED, "errored", True),
        (Answer(error={"code": -32000, "message": "no"}), OutcomeKind.DENIED, "refused", False),
        (
            Answer(result={**RESULT, "structuredContent": {"n": 1.5}}),
            OutcomeKind.COMPLETED,
            "executed",
            False,
        ),
    ],
)
def test_vaara_verifies_every_outcome(answer: Answer, kind: OutcomeKind, status: str, commits: bool) -> None:
    attestation, outcome = pair(answer=answer, kind=kind)
    assert outcome["outcomeDerived"]["status"] == status
    assert ("resultCommitment" in outcome["outcomeDerived"]) is commits
    said = vaara(attestation, outcome, result=answer.error if answer.result is ABSENT else answer.result)
    assert said == {name: True for name in ACCEPTED if commits or name != "result"}


def test_a_response_of_every_outcome_has_a_status_or_none() -> None:
    request = Part(example("smallest-request"), named_digest("request"), {}, {})
    statuses: dict[str, set[Any]] = {}
    for name in RESPONSES:
        document = example(name)
        if document["credentialSubject"].get("request"):
            outcome = answered(request, Part(document, "", {}, {}), {})
            status = outcome and outcome["outcomeDerived"]["status"]
            statuses.setdefault(document["credentialSubject"]["outcome"], set()).add(status)
    assert statuses == {
        "completed": {"executed"},
        "failed": {"errored"},
        "denied": {"refused"},
        "cancelled": {"refused"},
        "task": {None},
        "unknown": {None},
    }
    asks = Answer(result={"resultType": "input_required"})
    assert pair(answer=asks, kind=OutcomeKind.INPUT_REQUIRED)[1] is None


# --- what has no place in them --------------------------------------------------------------------------


@pytest.mark.parametrize("key", [AGENT, STRANGER, P384], ids=lambda key: key.key_type.name)
def test_only_a_p256_key_signs(key: Key) -> None:
    with pytest.raises(UsageError):
        attested(called()[0], key)


@pytest.mark.parametrize("did", [P256.did, jwk.from_public_key(P256.public_key)], ids=["key", "jwk"])
@pytest.mark.parametrize("member", ["issuer", "audience"])
def test_a_key_that_attests_signs_no_records(member: str, did: str) -> None:
    request, response = called()
    attestation = attested(request)
    its, answer = deepcopy(request), deepcopy(response)
    if member == "issuer":
        its.document["issuer"] = answer.document["credentialSubject"]["agent"] = did
    else:
        its.document["credentialSubject"]["audience"] = answer.document["issuer"] = did
    with pytest.raises(UsageError):
        attested(its)
    with pytest.raises(UsageError):
        answered(request, answer, attestation)


def code_of(work: Callable[[], Any]) -> Code:
    with pytest.raises(ProblemError) as caught:
        work()
    return caught.value.codes[0]


def test_arguments_that_are_not_there_or_are_others() -> None:
    request, _ = called(payload="commit")
    assert code_of(lambda: attested(request._replace(values={}))) == Code.VALUE_ERASED
    assert code_of(lambda: attested(request._replace(salts={}))) == Code.VALUE_ERASED
    others = {**request.values, "argumentsDigest": {**ARGUMENTS, "to": "mallory@example.com"}}
    assert code_of(lambda: attested(request._replace(values=others))) == Code.CALL_MISMATCH
    assert code_of(lambda: attested(request._replace(salts={"argumentsDigest": NONCE}))) == Code.CALL_MISMATCH


@pytest.mark.parametrize("number", [1.5, 2**53])
def test_arguments_with_a_number_that_is_no_small_integer(number: float) -> None:
    recorded = Recorded()
    request = part(recorded.store.find(recorded.asked(arguments={"n": [number]}).request.digest))
    assert code_of(lambda: attested(request)) == Code.NUMBER_OUT_OF_RANGE


def test_an_answer_to_another_request_or_with_another_result() -> None:
    request, response = called(payload="commit")
    attestation = attested(request)
    other = request._replace(digest=digest(b"another"))
    assert code_of(lambda: answered(other, response, attestation)) == Code.REQUEST_MISMATCH
    changed = response._replace(values={"resultDigest": {**RESULT, "isError": True}})
    assert code_of(lambda: answered(request, changed, attestation)) == Code.RESULT_MISMATCH
    erased = answered(request, response._replace(values={}), attestation)
    assert erased is not None
    assert "resultCommitment" not in erased["outcomeDerived"]


@pytest.mark.parametrize("name", [*REQUESTS, *RESPONSES])
def test_every_form_of_a_credential_is_stated_or_refused(name: str) -> None:
    """And raises nothing that is not ours."""
    own = Part(example(name), digest(b""), {}, {})
    for work in (
        lambda: attested(own),
        lambda: answered(called()[0], own, {}),
        lambda: answered(own, own, {}),
    ):
        try:
            assert work() is not None
        except ProblemError as error:
            assert error.codes[0] in {  # noqa: PT017 - either is right
                Code.INVALID_CREDENTIAL,
                Code.NUMBER_OUT_OF_RANGE,
                Code.REQUEST_MISMATCH,
                Code.VALUE_ERASED,
            }


def test_an_intent_that_can_be_read_is_the_intent() -> None:
    request, _ = called()
    request.document["credentialSubject"]["intent"] = "invite Alice"
    assert attested(request)["plannerDeclared"] == {"intent": "invite Alice"}


# --- signet audit export --as sep-records ---------------------------------------------------------------


@pytest.fixture
def url(tmp_path: Path) -> str:
    url = f"sqlite:{tmp_path / 'audit.db'}"
    with open_store(url) as store:
        recorded = Recorded(store)
        recorded.called()
        recorded.asked(arguments={"to": "bob@example.com"})
        recorded.asked(arguments={"share": 0.5})
    return url


def export(url: str, key: Key, *arguments: str) -> Any:
    runner = CliRunner(env={"EXPORT_KEY": secret_to_multibase(key)})
    options = ["--as", "sep-records", "--key", "env:EXPORT_KEY", *arguments]
    return runner.invoke(signet, ["audit", "export", "--store", url, *options])


def test_the_export_is_what_vaara_verifies(url: str) -> None:
    result = export(url, P256)
    assert result.exit_code == 0, result.output
    attestation, outcome, unanswered = map(json.loads, result.stdout.splitlines())
    assert vaara(attestation, outcome) == ACCEPTED
    assert vaara(unanswered, arguments={"to": "bob@example.com"}) == {"attestation": True, "arguments": True}
    assert vaara(unanswered, outcome)["back link"] is False
    assert "1 (NUMBER_OUT_OF_RANGE)" in result.stderr


def test_a_request_is_attested_once_and_what_was_unattested_is_left_out(tmp_path: Path) -> None:
    url = f"sqlite:{tmp_path / 'audit.db'}"
    with open_store(url) as store:
        recorded = Recorded(store)
        _, response = recorded.called()
        again = altered(response, completedAt="2026-03-30T11:37:25.130Z")
        alone = replace(altered(response, completedAt="2026-03-30T11:37:25.131Z"), request_digest=None)
        recorded.keep(again, alone)
    result = export(url, P256)
    attestation, first, second = map(json.loads, result.stdout.splitlines())
    assert first["receiptAsserted"]["nonce"] != second["receiptAsserted"]["nonce"]
    assert vaara(attestation, first) == vaara(attestation, second) == ACCEPTED
    assert "1 (ATTESTATION_MISSING)" in result.stderr


@pytest.mark.parametrize("key", [AGENT, SERVER, STRANGER])
def test_a_key_that_may_not_sign_exports_nothing(url: str, key: Key) -> None:
    result = export(url, key)
    assert result.exit_code == 2
    assert result.stdout == ""


def test_it_is_off_unless_asked_for_and_says_that_it_is_experimental(url: str) -> None:
    plain = CliRunner().invoke(signet, ["audit", "export", "--store", url])
    assert all("secured" in json.loads(line) for line in plain.stdout.splitlines())
    assert "EXPERIMENTAL" in CliRunner().invoke(signet, ["audit", "export", "--help"]).stdout
