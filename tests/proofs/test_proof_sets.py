"""Several proofs of one document: who must have made them, what is looked up for them, what comes of it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from identities import AGENT, ALL, P256, P384, SERVER, STRANGER, alumni_credential
from proofs.signed_proofs import proof_over, proof_set, signed_with

from signet_vc.errors import Code, ProblemError, UnavailableError, UsageError
from signet_vc.keys.signing import Key
from signet_vc.proofs import data_integrity
from signet_vc.proofs.data_integrity import SUITES, Controller, default_suite, prepare, verify
from signet_vc.proofs.suite import Suite

CREATED = "2026-03-30T11:37:25Z"
CREDENTIAL = alumni_credential(AGENT.did)
CREDENTIALS_V2, EXAMPLES_V2 = CREDENTIAL["@context"]
WEB = "did:web:example.com"
ELSEWHERE = "did:web:stranger.example"


def told(document, **arguments):
    """What is wrong, and what is told beside it, as (code, pointer)."""
    result = verify(document, **{"controller": AGENT.did, **arguments})
    assert (result.document is None) == bool(result.problems)
    return (
        [(str(each.code), each.pointer) for each in result.problems],
        [(str(each.code), each.pointer) for each in result.notices],
    )


def codes(document, **arguments):
    return [code for code, _ in told(document, **arguments)[0]]


def set_of(*keys, **members):
    return {**CREDENTIAL, "proof": [proof_over(key, CREDENTIAL, **members) for key in keys]}


class Documents:
    """A resolver of the documents that it is given, which keeps account of what it is asked."""

    def __init__(self, *documents):
        self.documents = {each["id"]: each for each in documents}
        self.asked = []

    def resolve(self, did):
        self.asked.append(did)
        if did not in self.documents:
            raise UnavailableError("not reached", code=Code.RESOLVER_UNAVAILABLE)
        return self.documents[did]


def web_document(did, **keys):
    """Give a DID document with a method for each key, all for assertions."""
    return {
        "id": did,
        "verificationMethod": [
            {
                "id": f"{did}#{name}",
                "type": "Multikey",
                "controller": did,
                "publicKeyMultibase": key.did.removeprefix("did:key:"),
            }
            for name, key in keys.items()
        ],
        "assertionMethod": [f"{did}#{name}" for name in keys],
    }


# --- all must hold ---


def test_every_proof_of_a_set_must_verify():
    document = signed_with(AGENT, CREDENTIAL)
    second = signed_with(AGENT, CREDENTIAL, created="2026-03-30T11:37:26Z")
    both = proof_set(document, second)
    result = verify(both, controller=AGENT.did)
    assert result.problems == result.notices == ()
    assert result.document == CREDENTIAL
    assert result.cryptosuites == ("eddsa-jcs-2022", "eddsa-jcs-2022")
    assert codes({**both, "name": "other"}) == ["PROOF_INVALID", "PROOF_INVALID"]
    broken = proof_set(document, {**second, "proof": {**second["proof"], "created": CREATED}})
    assert told(broken) == ([("PROOF_INVALID", "/proof/1")], [])
    assert verify(broken, controller=AGENT.did).cryptosuites == ("eddsa-jcs-2022",)


def test_a_set_of_one_is_a_proof():
    document = signed_with(AGENT, CREDENTIAL)
    assert told({**document, "proof": [document["proof"]]}) == ([], [])
    assert told({**document, "name": "other", "proof": [document["proof"]]}) == (
        [("PROOF_INVALID", "/proof/0")],
        [],
    )
    foreign = signed_with(SERVER, CREDENTIAL)
    assert told({**document, "proof": [foreign["proof"]]}) == (
        [("KEY_NOT_CONTROLLED_BY_ISSUER", "/proof/0/verificationMethod")],
        [],
    )


@pytest.mark.parametrize("strict", [False, True])
def test_two_proofs_have_not_one_name(strict):
    document = signed_with(AGENT, CREDENTIAL, id="urn:uuid:1")
    assert codes(document, strict=strict) == []
    assert codes(proof_set(document, document), strict=strict) == ["PROOF_INVALID"]
    other = signed_with(AGENT, CREDENTIAL, id="urn:uuid:2")
    assert codes(proof_set(document, other), strict=strict) == []


def test_the_number_of_proofs_is_bounded():
    document = signed_with(AGENT, CREDENTIAL)
    assert codes({**document, "proof": [document["proof"]] * 16}) == []
    assert codes({**document, "proof": [document["proof"]] * 17}) == ["TOO_LARGE"]


def test_of_a_set_only_what_all_have_signed_is_handed_out():
    first = signed_with(AGENT, {**CREDENTIAL, "@context": [CREDENTIALS_V2]})
    second = signed_with(SERVER, CREDENTIAL)
    for proofs in ([first["proof"], second["proof"]], [second["proof"], first["proof"]]):
        result = verify({**CREDENTIAL, "proof": proofs}, controller=AGENT.did)
        assert result.problems == ()
        assert result.document == {**CREDENTIAL, "@context": [CREDENTIALS_V2]}


def test_problems_of_the_document_are_told_once():
    document = set_of(AGENT, SERVER, P256)
    document["credentialSubject"] = {"account": 2**60}
    assert told(document) == ([("NUMBER_OUT_OF_RANGE", "/credentialSubject/account")], [])


# --- the controller's, and others ---


@pytest.mark.parametrize("order", [(AGENT, P384, SERVER), (P384, AGENT, SERVER), (P384, SERVER, AGENT)])
def test_threat_17_others_that_signed_are_told_and_not_taken_for_the_issuer(order):
    document = set_of(*order)
    others = [("KEY_NOT_CONTROLLED_BY_ISSUER", f"/proof/{place}") for place in (0, 1, 2)
              if order[place] is not AGENT]  # fmt: skip
    assert told(document) == ([], others)
    assert verify(document, controller=AGENT.did).verification_methods == tuple(
        key.verification_method for key in order
    )
    for key in order:
        assert codes(document, controller=key.did) == []
    assert codes(document, controller=STRANGER.did) == ["KEY_NOT_CONTROLLED_BY_ISSUER"] * 3
    assert told(document, controller=Controller.ANY) == ([], [])


def test_threat_17_without_a_proof_of_the_controller_nothing_verifies():
    document = set_of(SERVER, P256)
    assert told(document) == (
        [("KEY_NOT_CONTROLLED_BY_ISSUER", f"/proof/{place}/verificationMethod") for place in (0, 1)],
        [],
    )
    assert verify(document, controller=AGENT.did).verified == ()


def test_threat_17_a_strangers_proof_must_verify_too():
    good, other = set_of(AGENT)["proof"][0], proof_over(SERVER, {**CREDENTIAL, "name": "other"})
    assert told({**CREDENTIAL, "proof": [other, good]}) == ([("PROOF_INVALID", "/proof/0")], [])
    renamed = {**proof_over(SERVER, CREDENTIAL), "verificationMethod": P256.verification_method}
    assert codes({**CREDENTIAL, "proof": [good, renamed]}) == ["UNSUPPORTED_CRYPTOSUITE"]
    for method, code in (
        (f"{SERVER.did}#key-1", "KEY_NOT_CONTROLLED_BY_ISSUER"),
        (SERVER.did, "KEY_INVALID"),
        ("", "VERIFICATION_METHOD_URL_INVALID"),
        ("#key-1", "VERIFICATION_METHOD_URL_INVALID"),
        (None, "PROOF_INVALID"),
    ):
        made = proof_over(SERVER, CREDENTIAL, verification_method=method)
        assert told({**CREDENTIAL, "proof": [good, made]}) == ([(code, "/proof/1/verificationMethod")], [])


def test_threat_17_a_proof_under_the_controllers_name_is_the_controllers_or_none():
    good = proof_over(AGENT, CREDENTIAL)
    forged = proof_over(SERVER, CREDENTIAL, verification_method=AGENT.verification_method)
    assert told({**CREDENTIAL, "proof": [good, forged]}) == ([("PROOF_INVALID", "/proof/1")], [])


def test_in_the_attestation_format_every_proof_is_the_issuers():
    assert told(set_of(AGENT, SERVER), strict=True) == (
        [("KEY_NOT_CONTROLLED_BY_ISSUER", "/proof/1/verificationMethod")],
        [],
    )
    assert told(set_of(AGENT, AGENT), strict=True) == ([], [])


def test_threat_16_every_proof_of_a_set_serves_the_purpose():
    good = proof_over(AGENT, CREDENTIAL)
    login = proof_over(SERVER, CREDENTIAL, purpose="authentication")
    document = {**CREDENTIAL, "proof": [good, login]}
    assert told(document) == ([("PROOF_PURPOSE_MISMATCH", "/proof/1/proofPurpose")], [])
    assert "PROOF_PURPOSE_MISMATCH" in codes(document, controller=SERVER.did, purpose="authentication")


def test_several_keys_of_one_controller():
    resolver = Documents(web_document(WEB, one=AGENT, two=P256))
    credential = alumni_credential(WEB)
    proofs = [
        proof_over(AGENT, credential, verification_method=f"{WEB}#one"),
        proof_over(P256, credential, verification_method=f"{WEB}#two"),
    ]
    document = {**credential, "proof": proofs}
    assert told(document, controller=WEB, resolver=resolver) == ([], [])
    swapped = [{**each, "verificationMethod": f"{WEB}#one"} for each in proofs]
    assert codes({**credential, "proof": swapped}, controller=WEB, resolver=resolver) == [
        "UNSUPPORTED_CRYPTOSUITE"
    ]


# --- what is looked up ---


def test_threat_25_nothing_is_looked_up_for_a_stranger_before_the_controller_has_signed():
    document = web_document(ELSEWHERE, key=SERVER)
    theirs = proof_over(SERVER, CREDENTIAL, verification_method=f"{ELSEWHERE}#key")
    good = proof_over(AGENT, CREDENTIAL)
    resolver = Documents(document)
    for proofs in ([theirs, good], [good, theirs]):
        assert codes({**CREDENTIAL, "proof": proofs}, resolver=resolver) == []
    assert resolver.asked == [ELSEWHERE, ELSEWHERE]

    resolver = Documents(document)
    forged = proof_over(SERVER, CREDENTIAL, verification_method=AGENT.verification_method)
    assert codes({**CREDENTIAL, "proof": [theirs, forged]}, resolver=resolver) == ["PROOF_INVALID"]
    assert codes({**CREDENTIAL, "proof": theirs}, resolver=resolver) == ["KEY_NOT_CONTROLLED_BY_ISSUER"]
    assert (
        codes({**CREDENTIAL, "proof": [theirs, theirs]}, resolver=resolver)
        == ["KEY_NOT_CONTROLLED_BY_ISSUER"] * 2
    )
    assert resolver.asked == []


@pytest.mark.parametrize("resolver", [None, Documents()])
def test_threat_25_a_stranger_who_cannot_be_resolved_leaves_it_open(resolver):
    theirs = proof_over(SERVER, CREDENTIAL, verification_method=f"{ELSEWHERE}#key")
    document = {**CREDENTIAL, "proof": [proof_over(AGENT, CREDENTIAL), theirs]}
    with pytest.raises(UnavailableError):
        verify(document, controller=AGENT.did, resolver=resolver)


def test_a_resolver_is_told_the_time():
    document = web_document(WEB, key=AGENT)
    document["verificationMethod"][0]["expires"] = "2026-04-01T00:00:00Z"
    credential = signed_with(AGENT, alumni_credential(WEB), verification_method=f"{WEB}#key")
    resolver = Documents(document)
    march, may = 1_774_870_645_000_000_000, 1_777_600_000_000_000_000
    assert codes(credential, controller=WEB, resolver=resolver, at_ns=march) == []
    assert codes(credential, controller=WEB, resolver=resolver, at_ns=may) == ["KEY_INVALID"]
    assert codes(credential, controller=WEB, resolver=resolver) == ["KEY_INVALID"]


# --- proofs that are not known ---

UNKNOWN = [
    {"type": "Ed25519Signature2020", "proofValue": "z1", "verificationMethod": "did:key:z1#z1"},
    {**proof_over(AGENT, CREDENTIAL), "cryptosuite": "mldsa44-jcs-2024"},
    {**proof_over(SERVER, CREDENTIAL), "cryptosuite": "bbs-2023"},
]


@pytest.mark.parametrize("unknown", UNKNOWN)
def test_a_proof_that_is_not_known_is_refused_unless_the_caller_says_otherwise(unknown):
    good = proof_over(AGENT, CREDENTIAL)
    for place, proofs in enumerate(([unknown, good], [good, unknown])):
        document = {**CREDENTIAL, "proof": proofs}
        refused = codes(document)
        assert len(refused) == 1
        assert refused[0] in {"UNSUPPORTED_CRYPTOSUITE", "PROOF_INVALID"}
        assert told(document, allow_unknown=True) == (
            [],
            [("UNSUPPORTED_CRYPTOSUITE", f"/proof/{place}")],
        )
        assert verify(document, controller=AGENT.did, allow_unknown=True).cryptosuites == ("eddsa-jcs-2022",)
        assert codes({**document, "name": "other"}, allow_unknown=True) == ["PROOF_INVALID"]


@pytest.mark.parametrize("unknown", UNKNOWN)
def test_a_proof_that_is_not_known_is_never_enough(unknown):
    for proof in (unknown, [unknown], [unknown, unknown]):
        document = {**CREDENTIAL, "proof": proof}
        assert codes(document)
        assert codes(document, allow_unknown=True)
        assert codes(document, allow_unknown=True, controller=Controller.ANY)


def test_a_strangers_proof_beside_an_unknown_one_is_not_the_controllers():
    mine = {**proof_over(AGENT, CREDENTIAL), "cryptosuite": "mldsa44-jcs-2024"}
    document = {**CREDENTIAL, "proof": [mine, proof_over(SERVER, CREDENTIAL)]}
    assert told(document, allow_unknown=True) == (
        [("UNSUPPORTED_CRYPTOSUITE", "/proof")],
        [("UNSUPPORTED_CRYPTOSUITE", "/proof/0")],
    )


@pytest.mark.parametrize("value", [None, 1, [], {}, ""])
@pytest.mark.parametrize("name", ["type", "cryptosuite", "proofPurpose", "verificationMethod"])
def test_a_malformed_proof_is_not_one_that_is_not_known(name, value):
    good = proof_over(AGENT, CREDENTIAL)
    made = {**good, name: value}
    if value is None:
        del made[name]
    if value != "":
        assert codes({**CREDENTIAL, "proof": [good, made]}, allow_unknown=True) == ["PROOF_INVALID"]
    elif name in {"type", "cryptosuite"}:
        assert codes({**CREDENTIAL, "proof": [good, made]}) == ["UNSUPPORTED_CRYPTOSUITE"]


# --- optional members ---


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("id", "not a url"), ("id", ""), ("id", 1), ("id", None), ("id", ["urn:a:1"]), ("id", "urn:a b"),
        ("domain", 1), ("domain", []), ("domain", {}), ("domain", [1]), ("domain", ["a", "a"]),
        ("domain", ["a", None]), ("domain", None),
        ("challenge", 1), ("challenge", ["a"]), ("challenge", None),
        ("nonce", 1), ("nonce", ["a"]), ("nonce", {}), ("nonce", None),
    ],
)  # fmt: skip
def test_an_optional_member_has_its_form(name, value):
    proof = proof_over(AGENT, CREDENTIAL, **{name: "urn:example:1"})
    assert codes({**CREDENTIAL, "proof": proof}) == []
    bad = {**proof, name: value}
    assert told({**CREDENTIAL, "proof": bad}) == ([("PROOF_INVALID", f"/proof/{name}")], [])
    assert told({**CREDENTIAL, "proof": [proof_over(AGENT, CREDENTIAL), bad]}) == (
        [("PROOF_INVALID", f"/proof/1/{name}")],
        [],
    )


@pytest.mark.parametrize(
    ("domain", "expected", "same"),
    [
        ("a", {"a"}, True),
        (["a"], {"a"}, True),
        (["a", "b"], {"b", "a"}, True),
        (["b", "a"], {"b", "a"}, True),
        ("a", {"b"}, False),
        ("a", {"a", "b"}, False),
        (["a", "b"], {"a"}, False),
        ("A", {"a"}, False),
        ("ab", {"a", "b"}, False),
        (None, {"a"}, False),
        ("a", set(), False),
        (None, set(), True),
    ],
)
def test_threat_3_domains_are_equal_as_sets(domain, expected, same):
    document = signed_with(AGENT, CREDENTIAL, domain=domain)
    assert codes(document) == []
    found = told(document, domain=frozenset(expected))[0]
    assert found == ([] if same else [("DOMAIN_MISMATCH", "/proof/domain")])
    beside = {**document, "proof": [proof_over(SERVER, CREDENTIAL), document["proof"]]}
    assert ("DOMAIN_MISMATCH" in codes(beside, domain=frozenset(expected))) == (not same or bool(expected))


def test_threat_1_the_challenge_is_the_expected_one():
    document = signed_with(AGENT, CREDENTIAL, challenge="one")
    assert codes(document) == []
    assert codes(document, challenge="one") == []
    assert told(document, challenge="two")[0] == [("CHALLENGE_MISMATCH", "/proof/challenge")]
    assert codes(signed_with(AGENT, CREDENTIAL), challenge="two") == ["CHALLENGE_MISMATCH"]
    assert codes(signed_with(AGENT, CREDENTIAL), challenge="") == ["CHALLENGE_MISMATCH"]
    forged = {**document, "proof": {**document["proof"], "challenge": "two"}}
    assert codes(forged, challenge="two") == ["PROOF_INVALID"]


def test_nothing_is_resolved_for_a_proof_that_is_meant_for_others():
    resolver = Documents(web_document(WEB, key=AGENT))
    made = signed_with(AGENT, alumni_credential(WEB), verification_method=f"{WEB}#key", challenge="one")
    arguments = {"controller": WEB, "resolver": resolver}
    assert codes(made, challenge="two", **arguments) == ["CHALLENGE_MISMATCH"]
    assert codes(made, domain=frozenset({"a"}), **arguments) == ["DOMAIN_MISMATCH"]
    assert resolver.asked == []
    assert codes(made, challenge="one", **arguments) == []


# --- making one ---


def test_a_document_that_has_proofs_is_given_one_more():
    document = CREDENTIAL
    for count, key in enumerate((AGENT, P256, P384), start=1):
        before = document
        document = data_integrity.create(document, key, created=CREATED)
        proofs = document["proof"]
        assert count == 1 or proofs[:-1] == (before["proof"] if count > 2 else [before["proof"]])
        assert codes(document) == []
    assert verify(document, controller=AGENT.did).document == CREDENTIAL
    assert verify(document, controller=AGENT.did).cryptosuites == (
        "eddsa-jcs-2022",
        "ecdsa-jcs-2019",
        "ecdsa-jcs-2019",
    )


def test_a_list_of_one_stays_a_list():
    document = {**CREDENTIAL, "proof": [proof_over(AGENT, CREDENTIAL)]}
    assert len(data_integrity.create(document, P256, created=CREATED)["proof"]) == 2


def test_options_that_a_verifier_looks_at():
    options = {
        "id": "urn:uuid:1",
        "domain": ["a", "b"],
        "challenge": "c",
        "nonce": "n",
        "expires": "2030-01-01T00:00:00Z",
    }
    document = data_integrity.create(
        CREDENTIAL, AGENT, created=CREATED, purpose="authentication", options=options
    )
    assert document["proof"].items() >= options.items()
    expected = {"purpose": "authentication", "domain": frozenset("ab"), "challenge": "c"}
    assert codes(document, **expected) == []
    assert codes(document) == ["PROOF_PURPOSE_MISMATCH"]


@pytest.mark.parametrize(
    "wrong",
    [
        {"options": {"id": "no url"}},
        {"options": {"id": "urn:uuid:1"}},
        {"options": {"domain": []}},
        {"options": {"domain": ["a", "a"]}},
        {"options": {"challenge": 1}},
        {"options": {"nonce": None}},
        {"options": {"expires": "tomorrow"}},
        {"options": {"proofValue": "z1"}},
        {"created": "yesterday"},
        {"purpose": "keyAgreement"},
        {"purpose": ""},
        {"purpose": "login"},
    ],
)
def test_no_proof_is_made_that_would_be_refused(wrong):
    document = signed_with(AGENT, CREDENTIAL, id="urn:uuid:1")
    with pytest.raises(UsageError):
        data_integrity.create(document, SERVER, **{"created": CREATED, **wrong})


@pytest.mark.parametrize(
    ("proof", "code"),
    [
        (None, Code.PROOF_MISSING),
        ([], Code.PROOF_MISSING),
        ("proof", Code.PROOF_INVALID),
        ([{}, 1], Code.PROOF_INVALID),
        ([{"id": "urn:a:1"}, {"id": "urn:a:1"}], Code.PROOF_INVALID),
        ([{"previousProof": "urn:a:1"}], Code.PROOF_CHAIN_BROKEN),
    ],
)
def test_a_document_whose_proofs_are_none_is_given_no_other(proof, code):
    with pytest.raises(ProblemError) as raised:
        data_integrity.create({**CREDENTIAL, "proof": proof}, AGENT, created=CREATED)
    assert raised.value.codes == (code,)


def test_a_document_is_given_no_more_proofs_than_are_verified():
    document = CREDENTIAL
    for _ in range(16):
        document = data_integrity.create(document, AGENT, created=CREATED)
    assert codes(document) == []
    with pytest.raises(UsageError):
        data_integrity.create(document, AGENT, created=CREATED)


def test_a_canonical_form_is_of_a_document_without_proof():
    """``securing`` and ``api`` hand one over, and have their refusal from this."""
    with pytest.raises(UsageError):
        prepare(
            signed_with(AGENT, CREDENTIAL),
            suite=default_suite(AGENT.key_type),
            key_type=AGENT.key_type,
            verification_method=AGENT.verification_method,
            created=CREATED,
            canonical=b"{}",
        )


@pytest.mark.parametrize("method", ["", "#key", AGENT.did, f"{AGENT.did}#"])
def test_a_proof_names_the_key_that_makes_it(method):
    with pytest.raises(UsageError):
        prepare(
            CREDENTIAL,
            suite=default_suite(AGENT.key_type),
            key_type=AGENT.key_type,
            verification_method=method,
            created=CREATED,
        )


def test_a_key_without_a_suite_makes_no_proof():
    key = Key.from_secret("P-521", (1).to_bytes(66, "big"))
    with pytest.raises(UsageError):
        data_integrity.create(CREDENTIAL, key, created=CREATED)
    with pytest.raises(UsageError):
        data_integrity.create(CREDENTIAL, key, created=CREATED, suite=SUITES["ecdsa-jcs-2019"])
    proof = {**proof_over(P256, CREDENTIAL), "verificationMethod": key.verification_method}
    assert codes({**CREDENTIAL, "proof": proof}, controller=key.did) == ["UNSUPPORTED_CRYPTOSUITE"]


# --- bounds ---


class Counting:
    """A suite like the RDF ones: it pins no context, and what it transforms is counted."""

    def __init__(self):
        jcs = SUITES["eddsa-jcs-2022"]
        self.transformed = 0

        def transform(document, digest, _):
            self.transformed += 1
            return jcs.transform(document, digest, None)

        self.suite = Suite(
            name="eddsa-other-2022",
            key_types=("Ed25519",),
            transform=transform,
            configure=jcs.configure,
            pins_context=False,
        )


def test_what_a_set_signs_is_transformed_once():
    counting = Counting()
    document = CREDENTIAL
    for _ in range(16):
        document = data_integrity.create(document, AGENT, created=CREATED, suite=counting.suite)
    counting.transformed = 0
    suites = {counting.suite.name: counting.suite}
    assert codes(document, suites=suites) == []
    assert counting.transformed == 1
    assert set(codes({**document, "name": "other"}, suites=suites)) == {"PROOF_INVALID"}
    assert counting.transformed == 2


def test_threat_13_a_chain_does_not_multiply_a_large_document():
    counting = Counting()
    suites = {counting.suite.name: counting.suite}
    document = {**CREDENTIAL, "credentialSubject": [{"id": "urn:a:1"}] * 1000}
    options = {"id": "urn:a:0"}
    for number in range(1, 16):
        document = data_integrity.create(
            document, AGENT, created=CREATED, suite=counting.suite, options=options
        )
        options = {"id": f"urn:a:{number}", "previousProof": f"urn:a:{number - 1}"}
        if number < 3:
            assert codes(document, suites=suites) == []
    counting.transformed = 0
    assert "GRAPH_TOO_COMPLEX" in codes(document, suites=suites)
    assert counting.transformed < 6


# --- properties ---

KEYS = st.sampled_from([*ALL.values(), SERVER, STRANGER])


@given(st.lists(KEYS, min_size=1, max_size=5), KEYS)
def test_a_set_verifies_for_whoever_signed_it_and_for_nobody_else(keys, controller):
    result = verify(set_of(*keys), controller=controller.did)
    assert (not result.problems) == (controller in keys)
    if controller in keys:
        others = [place for place, key in enumerate(keys) if key is not controller]
        assert [each.pointer for each in result.notices] == [f"/proof/{place}" for place in others]


@given(st.data())
def test_every_changed_member_of_every_proof_of_a_set_is_seen(data):
    document = set_of(AGENT, SERVER, P256, domain="a", challenge="c", nonce="n", id=None)
    place = data.draw(st.integers(0, 2))
    proof = dict(document["proof"][place])
    name = data.draw(st.sampled_from(sorted(proof)))
    if data.draw(st.booleans()):
        del proof[name]
    else:
        proof[name] = data.draw(st.none() | st.text(max_size=5) | st.just([proof[name]]) | st.integers(0, 9))
    changed = list(document["proof"])
    changed[place] = proof
    assert codes({**document, "proof": changed}) or proof == document["proof"][place]


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**60), 2**60)
    | st.floats()
    | st.text(max_size=6)
    | st.sampled_from(
        ["DataIntegrityProof", "urn:a:1", AGENT.verification_method, f"{AGENT.did}#", "did:jwk:e30#0", "z1"]
    ),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=6,
)
NAMES = st.sampled_from(
    ["@context", "id", "type", "cryptosuite", "created", "expires", "domain", "challenge", "nonce",
     "proofPurpose", "verificationMethod", "proofValue", "previousProof", "", "other"]
)  # fmt: skip
PROOFS = st.dictionaries(NAMES, JSON, max_size=4).map(lambda members: {**SIGNED["proof"], **members})
SIGNED = signed_with(AGENT, CREDENTIAL)


@given(JSON | PROOFS | st.lists(PROOFS | st.just(SIGNED["proof"]), max_size=3), st.booleans())
def test_whatever_stands_for_a_proof_there_is_a_result(proof, allow_unknown):
    """No exception but that something could not be resolved; nothing that nobody signed is handed out."""
    document = {**CREDENTIAL, "proof": proof}
    for controller in (AGENT.did, Controller.ANY):
        try:
            result = verify(
                document,
                controller=controller,
                suites=SUITES,
                at_ns=0,
                domain=None,
                challenge=None,
                allow_unknown=allow_unknown,
            )
        except UnavailableError:
            continue
        assert result.problems or result.document == CREDENTIAL


@given(JSON | st.lists(PROOFS, max_size=3), st.dictionaries(NAMES, JSON, max_size=3))
def test_whatever_is_asked_for_a_proof_is_made_or_refused(proof, options):
    """What is made verifies, as far as it is the new proof's affair."""
    try:
        made = data_integrity.create({**CREDENTIAL, "proof": proof}, AGENT, created=CREATED, options=options)
    except (ProblemError, UsageError):
        return
    assert made["proof"][-1].items() >= {"type": "DataIntegrityProof"}.items()
    place = f"/proof/{len(made['proof']) - 1}"
    found = [each for each in verify(made, controller=AGENT.did).problems if each.pointer.startswith(place)]
    assert {each.code for each in found} <= {Code.PROOF_CHAIN_BROKEN}
