"""A commitment hides its value: trying all values needs the salt, and the salt is never in the credential."""

from __future__ import annotations

import json
from itertools import product
from typing import Any

import pytest
from engine import Sides, call, carrier_of

from signet_vc.codec import jcs
from signet_vc.codec.digest import commitment, digest

# A value space that is searched in no time: whom the mail goes to, and what it says.
PEOPLE = [f"{name}@example.com" for name in ("alice", "bob", "carol", "dave")]
SUBJECTS = [f"Diagnosis {letter}{number}" for letter in "ABCDEF" for number in range(40)]
SPACE = [{"to": to, "subject": subject} for to, subject in product(PEOPLE, SUBJECTS)]
SECRET = SPACE[777]

# What an attacker can guess a salt to be without having it.
GUESSED = ["", "u" + "A" * 22, "0" * 32]


def committed() -> tuple[dict[str, Any], dict[str, str]]:
    """A committed request: its credential, and the salts that travelled beside it."""
    sides = Sides(agent_options={"payload": "commit"})
    carrier = carrier_of(sides.attest(call(arguments=SECRET)))
    return carrier["credential"], carrier["salts"]


def searched(stated: str, salts: list[str]) -> list[dict[str, str]]:
    """All values of the space that one of the usual digests, or the commitment, fits."""
    found = []
    for value in SPACE:
        text = jcs.canonicalize(value)
        guesses = {digest(text), digest(b'{"arguments":' + text + b"}")}
        guesses |= {commitment("argumentsDigest", value, salt) for salt in salts}
        if stated in guesses:
            found.append(value)
    return found


def test_threat_56_brute_force_without_the_salt_finds_nothing() -> None:
    credential, _ = committed()
    subject = credential["credentialSubject"]
    everything_stated = [value for value in subject.values() if isinstance(value, str)]
    assert searched(subject["argumentsDigest"], [*GUESSED, *everything_stated]) == []


def test_threat_56_with_the_salt_it_finds_the_value_at_once() -> None:
    """So the search itself is right, and a salt is as confidential as its value."""
    credential, salts = committed()
    assert searched(credential["credentialSubject"]["argumentsDigest"], list(salts.values())) == [SECRET]


def test_threat_56_the_credential_holds_neither_value_nor_salt() -> None:
    credential, salts = committed()
    text = json.dumps(credential)
    assert not any(hidden in text for hidden in [*SECRET.values(), *salts.values()])


def test_threat_56_equal_values_have_different_commitments() -> None:
    sides = Sides(agent_options={"payload": "commit"}, server_options={"payload": "commit"})
    stated, salts = set(), set()
    for _ in range(20):
        pending = sides.attest(call(arguments=SECRET))
        answered = sides.answer(sides.admitted(pending))
        stated.add(carrier_of(pending)["credential"]["credentialSubject"]["argumentsDigest"])
        stated.add(answered["credential"]["credentialSubject"]["resultDigest"])
        salts |= {*carrier_of(pending)["salts"].values(), *answered["salts"].values()}
    assert len(stated) == len(salts) == 40


@pytest.mark.parametrize("member", ["argumentsDigest", "resultDigest"])
def test_threat_56_a_commitment_fits_one_member_alone(member: str) -> None:
    other = {"argumentsDigest": "resultDigest", "resultDigest": "argumentsDigest"}[member]
    salt = "u" + "B" * 21 + "A"
    assert commitment(member, SECRET, salt) != commitment(other, SECRET, salt)


def test_threat_56_the_intent_of_a_committed_request_stays_with_its_signer() -> None:
    sides = Sides(agent_options={"payload": "commit"})
    pending = sides.attest(intent="tell her the diagnosis")
    carrier = carrier_of(pending)
    assert "intentDigest" in carrier["credential"]["credentialSubject"]
    assert set(carrier["salts"]) == {"argumentsDigest"}
    assert "diagnosis" not in json.dumps(carrier)
