"""Code of a caller, type-checked by `make lint` and never run: what the public names promise.

The package is found where it is installed, by its ``py.typed``.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, assert_type

from signet_vc import Check, Policy, Problem, SigningKey, Verification, sign, verify


def signs(credential: dict[str, Any]) -> None:
    key = SigningKey.generate()
    assert_type(key, SigningKey)
    assert_type(SigningKey.generate("P-256"), SigningKey)
    assert_type(SigningKey.load("env:SIGNET_PRIVATE_KEY"), SigningKey)
    assert_type(key.did, str)
    assert_type(sign(credential, key), dict[str, Any])
    assert_type(sign(credential, key, suite="eddsa-jcs-2022"), dict[str, Any])
    assert_type(sign(credential, key, securing="data-integrity"), dict[str, Any])
    assert_type(sign(credential, key, securing="jws"), str)


def verifies(credential: dict[str, Any]) -> None:
    policy = Policy(allowed_signers=["did:key:z6Mk", {"did": "did:key:z6Mk", "tools": ["git_*"]}])
    assert_type(verify(credential, policy), Verification)
    assert_type(verify(b"{}", policy), Verification)
    result = verify("{}", Policy(trust_any=True), at=datetime.now(UTC))
    assert_type(result.verified, bool)
    assert_type(result.problems, tuple[Problem, ...])
    assert_type(result.notices, tuple[Problem, ...])
    assert_type(result.checks, tuple[Check, ...])
    assert_type(result.problems[0].pointer, str)
    result.raise_for_problems()
