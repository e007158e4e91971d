"""`GET /openapi.json`: a valid description, whole, and no request that fits it breaks the service."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis.strategies import data
from schemathesis import GenerationMode
from schemathesis.specs.openapi.checks import positive_data_acceptance
from vc_service import Running, running


@pytest.fixture(scope="module")
def service() -> Iterator[Running]:
    with running(tls=False) as made:
        yield made


@pytest.fixture(scope="module")
def described(service: Running) -> dict[str, Any]:
    return service.get("/openapi.json").json()


def test_every_path_is_described_and_answers(service: Running, described: dict[str, Any]) -> None:
    assert described["openapi"] == "3.1.0"
    assert described["servers"] == [{"url": service.base}]
    assert set(described["paths"]) == {path for _, path in OPERATIONS}
    for path, item in described["paths"].items():
        method = "get" if "get" in item else "post"
        answer = service.client.request(method, path.format(instance="vc-jwt", did="did:a:b", list="none"))
        assert answer.status_code not in {404, 405} or "status-lists" in path or "identifiers" in path


def test_the_instances_are_named(service: Running, described: dict[str, Any]) -> None:
    parameters = described["paths"]["/instances/{instance}/credentials/issue"]["parameters"]
    assert parameters[0]["schema"]["enum"] == list(service.dids)


OPERATIONS = [
    *(
        ("POST", prefix + path)
        for prefix in ("", "/instances/{instance}")
        for path in (
            "/credentials/issue",
            "/credentials/verify",
            "/credentials/derive",
            "/credentials/status",
            "/presentations",
            "/presentations/verify",
        )
    ),
    ("GET", "/1.0/identifiers/{did}"),
    ("GET", "/status-lists/{list}"),
    ("GET", "/implementation.json"),
    ("GET", "/openapi.json"),
    ("GET", "/health"),
    ("GET", "/ready"),
]


# What is read takes any text, and so nothing that is wrong.
CASES = [
    (mode, method, path)
    for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE)
    for method, path in OPERATIONS
    if method == "POST" or mode is GenerationMode.POSITIVE
]


@pytest.mark.parametrize(("mode", "method", "path"), CASES)
def test_whatever_is_asked_is_answered_as_described(
    service: Running, described: dict[str, Any], mode: GenerationMode, method: str, path: str
) -> None:
    operation = schemathesis.openapi.from_dict(described)[path][method]

    @given(data())
    @settings(max_examples=6, suppress_health_check=list(HealthCheck), deadline=None, database=None)
    def ask(drawn: Any) -> None:
        case = drawn.draw(operation.as_strategy(generation_mode=mode))
        # A credential is an object to the description; whether it verifies is not for that to say.
        case.call_and_validate(base_url=service.base, excluded_checks=[positive_data_acceptance])

    ask()
