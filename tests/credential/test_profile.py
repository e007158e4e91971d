"""The two credentials by themselves: which is which, what they must look like, what they contradict."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from examples_of_every_member import AGENT, EXAMPLES, REQUESTS, SERVER, example, kind, named_digest

from signet_vc.credential import profile
from signet_vc.credential.profile_members import DID
from signet_vc.credential.profile_response import outcomes_of_result
from signet_vc.errors import Code, Problem

Change = Callable[[dict[str, Any]], object]


def codes(problems: list[Problem]) -> list[tuple[Code, str]]:
    return [(each.code, each.pointer) for each in problems]


# -- which is which --------------------------------------------------------------------------------


@pytest.mark.parametrize("name", EXAMPLES)
def test_an_example_is_of_its_kind(name: str) -> None:
    assert profile.kind_of(example(name)) == kind(name)
    assert profile.names_profile(example(name))


@pytest.mark.parametrize(
    "types",
    [
        None,
        [],
        {},
        7,
        "VerifiableCredential",
        ["VerifiableCredential"],
        ["VerifiableCredential", "ToolCallRequest"],
        ["VerifiableCredential", "toolCallRequestCredential"],
        ["VerifiableCredential", "ToolCallRequestCredential", "ToolCallResponseCredential"],
        ["VerifiableCredential", "https://w3id.org/signet-vc#ToolCallRequestCredential"],
    ],
)
def test_a_document_of_neither_type_or_of_both_has_no_kind_and_no_shape(types: Any) -> None:
    document = example("smallest-request") | {"type": types}
    assert profile.kind_of(document) is None
    assert codes(profile.shape_problems(document)) == [(Code.INVALID_CREDENTIAL, "/type")]


@pytest.mark.parametrize(
    "document",
    [
        {"type": "ToolCallRequestCredential"},
        {"type": ["VerifiableCredential", "ToolCallResponseCredential"]},
        {"type": ["VerifiableCredential", "https://w3id.org/signet-vc#ToolCallRequestCredential"]},
        {"@context": "https://w3id.org/signet-vc/v1"},
        {"@context": ["https://www.w3.org/ns/credentials/v2", "https://w3id.org/signet-vc/v1", {}]},
        {"credentialSubject": {"type": "ToolCallRequest"}},
        {"credentialSubject": [{}, {"type": ["Other", "ToolCallResponse"]}]},
    ],
)
def test_whatever_names_our_types_or_our_context_is_bound(document: dict[str, Any]) -> None:
    assert profile.names_profile(document)
    assert profile.shape_problems(document) != []


@pytest.mark.parametrize(
    "document",
    [
        {},
        {"@context": None, "type": None, "credentialSubject": None},
        {"@context": ["https://www.w3.org/ns/credentials/v2"], "type": ["VerifiableCredential", "Alumni"]},
        {"@context": ["https://w3id.org/signet-vc/v10"], "credentialSubject": ["ToolCallRequest"]},
        {"credentialSubject": {"knows": {"type": "ToolCall"}}, "name": "ToolCallRequestCredential"},
    ],
)
def test_other_peoples_credentials_are_not_bound(document: dict[str, Any]) -> None:
    assert not profile.names_profile(document)


# -- shape -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", EXAMPLES)
@pytest.mark.parametrize("secured", [True, False])
def test_an_example_has_no_problem(name: str, secured: bool) -> None:
    document = example(name)
    if not secured:
        del document["proof"]
    before = repr(document)
    assert profile.shape_problems(document) == []
    assert profile.consistency_problems(document) == []
    assert repr(document) == before


def test_every_problem_is_named_with_its_place() -> None:
    document = example("request-that-embeds")
    document["validFrom"] = "yesterday"
    document["credentialSubject"]["a/b~c"] = 1
    document["credentialSubject"]["authorization"][1] = "?"
    del document["proof"]["created"]
    del document["id"]
    assert set(codes(profile.shape_problems(document))) == {
        (Code.INVALID_CREDENTIAL, ""),
        (Code.INVALID_CREDENTIAL, "/validFrom"),
        (Code.INVALID_CREDENTIAL, "/credentialSubject/a~1b~0c"),
        (Code.INVALID_CREDENTIAL, "/credentialSubject/authorization/1"),
        (Code.INVALID_CREDENTIAL, "/proof"),
    }


def test_no_detail_repeats_a_value() -> None:
    document = example("smallest-request")
    document["issuer"] = document["validFrom"] = document["credentialSubject"]["tool"] = "secret" * 1000
    problems = profile.shape_problems(document)
    assert len(problems) == 3
    assert not any("secret" in str(each) for each in problems)


def test_many_problems_are_cut_off() -> None:
    document = example("smallest-request")
    document["credentialSubject"] |= {f"member {index}": index for index in range(10_000)}
    assert len(profile.shape_problems(document)) == 50
    document = example("smallest-request")
    document["proof"] = [{}] * 10_000
    assert len(profile.shape_problems(document)) == 50


def test_a_long_name_is_not_repeated() -> None:
    document = example("smallest-request") | {"x" * 100_000: 1}
    assert codes(profile.shape_problems(document)) == [(Code.INVALID_CREDENTIAL, "")]


@pytest.mark.parametrize(
    ("name", "change", "code", "pointer"),
    [
        (
            "smallest-request",
            lambda vc: vc["proof"].update(proofPurpose="authentication"),
            Code.PROOF_PURPOSE_MISMATCH,
            "/proof/proofPurpose",
        ),
        (
            "smallest-request",
            lambda vc: vc["proof"].update({"@context": vc["@context"][:1]}),
            Code.CONTEXT_MISMATCH,
            "/proof/@context",
        ),
        ("smallest-request", lambda vc: vc.update(proof=None), Code.INVALID_CREDENTIAL, "/proof"),
        ("smallest-request", lambda vc: vc.update(proof=[]), Code.INVALID_CREDENTIAL, "/proof"),
        (
            "smallest-request",
            lambda vc: vc.update(proof=[vc["proof"], 1]),
            Code.INVALID_CREDENTIAL,
            "/proof/1",
        ),
        (
            "smallest-request",
            lambda vc: vc.update(credentialSubject=[]),
            Code.INVALID_CREDENTIAL,
            "/credentialSubject",
        ),
        ("smallest-request", lambda vc: vc.update({1: 2}), Code.INVALID_CREDENTIAL, ""),
        (
            "denied",
            lambda vc: vc["credentialSubject"]["decision"].update(effect="allow"),
            Code.INVALID_CREDENTIAL,
            "/credentialSubject/decision",
        ),
        (
            "smallest-request",
            lambda vc: vc["credentialSubject"]["arguments"].update(when={1, 2}),
            Code.MALFORMED_JSON,
            "/credentialSubject/arguments/when",
        ),
    ],
)
def test_a_problem_has_the_exact_code_that_there_is(
    name: str, change: Change, code: Code, pointer: str
) -> None:
    document = example(name)
    change(document)
    assert codes(profile.shape_problems(document)) == [(code, pointer)]


@pytest.mark.parametrize("holder", ["", "credentialSubject", "proof"])
@pytest.mark.parametrize(
    "fold",
    [
        str.upper,
        str.capitalize,
        lambda name: name.replace("s", "\u017f"),
        lambda name: name.replace("k", "\u212a"),
    ],
)
def test_threat_07_a_folded_member_name_is_another_member(holder: str, fold: Callable[[str], str]) -> None:
    names = example("request-that-embeds")
    for name in names[holder] if holder else names:
        if fold(name) == name:
            continue
        document = example("request-that-embeds")
        inner = document[holder] if holder else document
        inner[fold(name)] = inner[name]  # beside the right one: whichever a lax reader takes
        assert profile.shape_problems(document) != []
        del inner[name]
        assert profile.shape_problems(document) != []


# -- embedded values -------------------------------------------------------------------------------

WIDEST = 2**53 - 1


@pytest.mark.parametrize("number", [WIDEST, -WIDEST, float(WIDEST), 0.1, -0.0, 5e-324, True])
@pytest.mark.parametrize("name", ["smallest-request", "failed-unattested", "completed", "denied"])
def test_a_number_within_2_53_may_be_embedded(name: str, number: float) -> None:
    assert embed(name, number) == []


@pytest.mark.parametrize(
    "number", [WIDEST + 1, -WIDEST - 1, 1e20, -1e300, 10**400, float("nan"), float("inf")]
)
@pytest.mark.parametrize("name", ["smallest-request", "failed-unattested", "completed", "denied"])
def test_threat_09_a_number_beyond_2_53_is_not_read_when_embedded(name: str, number: float) -> None:
    member = {"completed": "result", "denied": "error/data"}.get(name, "arguments")
    assert embed(name, number) == [(Code.NUMBER_OUT_OF_RANGE, f"/credentialSubject/{member}/list/1/n")]


def embed(name: str, number: float) -> list[tuple[Code, str]]:
    document = example(name)
    subject = document["credentialSubject"]
    value = subject.get("arguments", subject.get("result", subject.get("error", {}).get("data")))
    value["list"] = ["", {"n": number}]
    return codes(profile.shape_problems(document))


@pytest.mark.parametrize("container", [lambda value: [value], lambda value: {"a": value, "b": 0}])
@pytest.mark.parametrize(("depth", "accepted"), [(64, True), (65, False), (5_000, False)])
def test_threat_12_a_value_is_at_most_64_deep(container: Change, depth: int, accepted: bool) -> None:
    value: Any = container(0)
    for _ in range(depth - 2):
        value = container(value)
    document = example("smallest-request")
    document["credentialSubject"]["arguments"] = {"a": value}
    expected = [] if accepted else [(Code.TOO_DEEP, "/credentialSubject/arguments")]
    assert codes(profile.shape_problems(document)) == expected


def test_a_value_that_contains_itself_is_refused_at_once() -> None:
    value: list[Any] = []
    value += [value, value]
    document = example("smallest-request")
    document["credentialSubject"]["arguments"] = {"a": value}
    assert codes(profile.shape_problems(document)) == [(Code.TOO_DEEP, "/credentialSubject/arguments")]


# -- what a credential contradicts by itself -------------------------------------------------------

SUBJECT = "/credentialSubject"
CONTRADICTIONS: list[tuple[str, str, Change, Code, str]] = [
    (
        "created is another second",
        "smallest-request",
        lambda vc: vc["proof"].update(created="2026-03-30T11:37:26Z"),
        Code.INVALID_CREDENTIAL,
        "/proof/created",
    ),
    (
        "created is not cut",
        "smallest-request",
        lambda vc: vc["proof"].update(created="2026-03-30T11:37:25.120Z"),
        Code.INVALID_CREDENTIAL,
        "/proof/created",
    ),
    (
        "a key of somebody else",
        "smallest-request",
        lambda vc: vc["proof"].update(verificationMethod=f"{SERVER}#{SERVER[8:]}"),
        Code.KEY_NOT_CONTROLLED_BY_ISSUER,
        "/proof/verificationMethod",
    ),
    (
        "a DID that begins like the issuer's",
        "smallest-request",
        lambda vc: vc["proof"].update(verificationMethod=f"{AGENT}x#{AGENT[8:]}"),
        Code.KEY_NOT_CONTROLLED_BY_ISSUER,
        "/proof/verificationMethod",
    ),
    (
        "unknown suite",
        "completed",
        lambda vc: vc["proof"].update(cryptosuite="eddsa-rdfc-2022"),
        Code.UNSUPPORTED_CRYPTOSUITE,
        "/proof/cryptosuite",
    ),
    (
        "proof set that no policy asks for",
        "completed",
        lambda vc: vc.update(proof=[vc["proof"]]),
        Code.UNSUPPORTED_CRYPTOSUITE,
        "/proof",
    ),
    (
        "deadline before validFrom",
        "smallest-request",
        lambda vc: vc["credentialSubject"].update(deadline="2026-03-30T11:37:25.119999999Z"),
        Code.INVALID_CREDENTIAL,
        f"{SUBJECT}/deadline",
    ),
    (
        "received after completion",
        "completed",
        lambda vc: vc["credentialSubject"].update(receivedAt="2026-03-30T11:37:25.305123457Z"),
        Code.TIME_MISMATCH,
        f"{SUBJECT}/receivedAt",
    ),
    (
        "completed after signing",
        "completed",
        lambda vc: vc["credentialSubject"].update(completedAt="2026-03-30T11:37:25.310000001Z"),
        Code.TIME_MISMATCH,
        f"{SUBJECT}/completedAt",
    ),
    (
        "the final answer of another task",
        "final-answer-of-a-task",
        lambda vc: vc["credentialSubject"]["continuationOf"].update(request=named_digest("other")),
        Code.REQUEST_MISMATCH,
        f"{SUBJECT}/continuationOf/request",
    ),
]


@pytest.mark.parametrize(
    ("name", "change", "code", "pointer"),
    [case[1:] for case in CONTRADICTIONS],
    ids=[case[0] for case in CONTRADICTIONS],
)
def test_a_contradiction_is_found_without_a_key(name: str, change: Change, code: Code, pointer: str) -> None:
    document = example(name)
    change(document)
    assert profile.shape_problems(document) == []
    assert codes(profile.consistency_problems(document)) == [(code, pointer)]


@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("smallest-request", lambda vc: vc["proof"].update(created="2026-03-30T11:37:25.000Z")),
        ("smallest-request", lambda vc: vc["proof"].update(cryptosuite="ecdsa-jcs-2019")),
        ("smallest-request", lambda vc: vc["credentialSubject"].update(deadline=vc["validFrom"])),
        ("smallest-request", lambda vc: vc["credentialSubject"].update(deadline="2026-03-30T11:37:25.12Z")),
        (
            "completed",
            lambda vc: vc["credentialSubject"].update(completedAt=vc["credentialSubject"]["receivedAt"]),
        ),
        (
            "completed",
            lambda vc: vc["credentialSubject"].update(completedAt="2026-03-30T11:37:25.310000000Z"),
        ),
    ],
)
def test_no_contradiction_where_there_is_none(name: str, change: Change) -> None:
    document = example(name)
    change(document)
    assert profile.shape_problems(document) == []
    assert profile.consistency_problems(document) == []


@pytest.mark.parametrize(
    ("suites", "proof_set", "accepted"),
    [
        (["eddsa-jcs-2022", "later-suite-2027"], ["eddsa-jcs-2022", "later-suite-2027"], True),
        (["later-suite-2027", "eddsa-jcs-2022"], ["eddsa-jcs-2022", "later-suite-2027"], False),
        (["eddsa-jcs-2022"], ["eddsa-jcs-2022", "later-suite-2027"], False),
        (["eddsa-jcs-2022", "eddsa-jcs-2022"], ["eddsa-jcs-2022"], False),
        (["eddsa-jcs-2022"], ["eddsa-jcs-2022"], True),
        ([], ["eddsa-jcs-2022"], False),
    ],
)
def test_a_proof_set_is_exactly_what_the_policy_names(
    suites: list[str],
    proof_set: list[str],
    accepted: bool,
) -> None:
    document = example("completed")
    document["proof"] = [document["proof"] | {"cryptosuite": suite} for suite in suites] or document["proof"]
    found = codes(profile.consistency_problems(document, proof_set=proof_set))
    assert found == ([] if accepted else [(Code.UNSUPPORTED_CRYPTOSUITE, "/proof")])


# -- outcomes --------------------------------------------------------------------------------------

COMPLETE = {"resultType": "complete", "isError": False, "content": []}
FAILED = {"resultType": "complete", "isError": True, "content": []}
TASK = {"resultType": "task", "taskId": "t"}
TASK_OF_2025 = {"resultType": "complete", "isError": False, "task": {"taskId": "t"}}
OF_ERROR = {"failed", "denied", "unknown"}
OUTCOMES = ["completed", "failed", "denied", "input_required", "task", "cancelled", "unknown"]


@pytest.mark.parametrize(
    ("answer", "possible"),
    [
        ({"result": COMPLETE}, {"completed"}),
        ({"result": FAILED}, {"failed", "denied"}),
        ({"result": TASK}, {"task"}),
        ({"result": TASK_OF_2025}, {"task"}),
        ({"result": TASK_OF_2025 | {"content": []}}, {"completed"}),
        ({"result": {"resultType": "input_required", "requestState": "s"}}, set()),
        ({"result": {"resultType": "stream"}}, set()),
        ({"resultDigest": named_digest("r")}, {"completed", "failed", "denied", "input_required", "task"}),
        ({"error": {"code": -32603, "message": "no"}}, OF_ERROR),
        ({"errorDigest": named_digest("e")}, OF_ERROR),
        ({}, {"cancelled", "unknown"}),
    ],
    ids=[
        "complete",
        "failed",
        "task",
        "task-2025",
        "complete-task",
        "input",
        "other",
        "result#",
        "error",
        "error#",
        "none",
    ],
)
@pytest.mark.parametrize("outcome", OUTCOMES)
def test_an_outcome_is_refused_that_its_own_answer_contradicts(
    answer: dict[str, Any], possible: set[str], outcome: str
) -> None:
    document = example("cancelled")
    subject = document["credentialSubject"]
    subject |= answer | {"outcome": outcome}
    if outcome == "task":
        subject["taskId"] = "t"
    shape = profile.shape_problems(document)
    problems = shape or profile.consistency_problems(document)
    assert (problems == []) is (outcome in possible)
    if problems and not shape:
        assert codes(problems) == [(Code.OUTCOME_MISMATCH, f"{SUBJECT}/outcome")]


@pytest.mark.parametrize("result", [COMPLETE, FAILED, TASK, TASK_OF_2025])
def test_a_result_has_the_outcomes_that_a_credential_may_state(result: dict[str, Any]) -> None:
    assert outcomes_of_result(result) <= set(OUTCOMES)


def test_a_completed_call_with_an_error_is_a_contradiction_not_a_wrong_shape() -> None:
    document = example("completed")
    document["credentialSubject"]["result"]["isError"] = True
    assert profile.shape_problems(document) == []
    assert codes(profile.consistency_problems(document)) == [(Code.OUTCOME_MISMATCH, f"{SUBJECT}/outcome")]


def test_requests_are_judged_as_requests() -> None:
    assert {profile.kind_of(example(name)) for name in REQUESTS} == {"request"}


@pytest.mark.parametrize("length", [1, 244, 245, 5_000])  # 256 characters and fewer are remembered
def test_a_name_is_judged_alike_whatever_its_length_and_however_often(length):
    name = "did:example:" + "a" * length
    for _ in range(2):
        assert DID.holds(name)
        assert not DID.holds(name + " ")
    for other in (1, None, [name], (name,), name.encode()):
        with pytest.raises(TypeError):
            DID.holds(other)
