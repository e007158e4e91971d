"""Proofs that rest on others (``previousProof``): W3C's vectors, what is refused, and random chains."""

from __future__ import annotations

import time
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from identities import AGENT, ALL, P256, P384, SERVER, STRANGER, alumni_credential
from mutation import mutants
from proofs.signed_proofs import CREATED, proof_over, signed_with
from published import published_json

from signet_vc.errors import UsageError
from signet_vc.keys.multikey import secret_from_multibase
from signet_vc.keys.signing import Key
from signet_vc.proofs import data_integrity
from signet_vc.proofs.data_integrity import SUITES, Controller, verify

CREDENTIAL = alumni_credential(AGENT.did)
FIRST, SECOND, THIRD = "urn:uuid:1", "urn:uuid:2", "urn:uuid:3"


def told(document, **arguments):
    result = verify(document, **{"controller": Controller.ANY, **arguments})
    assert (result.document is None) == bool(result.problems)
    return [(str(each.code), each.pointer) for each in result.problems]


def codes(document, **arguments):
    return [code for code, _ in told(document, **arguments)]


def with_proofs(*proofs):
    return {**CREDENTIAL, "proof": list(proofs)}


def chain():
    """Two proofs, one that rests on both, one that rests on that: as in W3C's vectors, made by hand."""
    first = proof_over(AGENT, CREDENTIAL, id=FIRST)
    second = proof_over(SERVER, CREDENTIAL, id=SECOND)
    third = proof_over(P256, with_proofs(first, second), id=THIRD, previousProof=[FIRST, SECOND])
    fourth = proof_over(P384, with_proofs(third), previousProof=THIRD)
    return [first, second, third, fourth]


CHAIN = chain()


# --- W3C's vectors ---

FOLDER = "vectors/w3c-vc-di-eddsa/proof-set-chain"
# a file of the options, one of the proof, one of the document that it signs, one of the document with all
STEPS = {
    "set 1": ("proofSetConfig1", "proofSetConfigSigned1", "unsigned", "signedProofSet1"),
    "set 2": ("proofSetConfig2", "proofSetConfigSigned2", "unsigned", "signedProofSet2"),
    "chain 1": ("proofChainConfig1", "proofChainConfigSigned1", "proofChainTempDoc1", "signedProofChain1"),
    "chain 2": ("proofChainConfig2", "proofChainConfigSigned2", "proofChainTempDoc2", "signedProofChain2"),
}
BEFORE = {
    "set 1": "unsigned",
    "set 2": "signedProofSet1",
    "chain 1": "signedProofSet2",
    "chain 2": "signedProofChain1",
}


def published(name):
    return published_json(f"{FOLDER}/{name}.json")


def published_keys():
    pairs = published("multiKeyPairs").values()
    keys = [Key.from_secret(*secret_from_multibase(each["privateKeyMultibase"])) for each in pairs]
    return {key.verification_method: key for key in keys}


@pytest.fixture(params=STEPS)
def step(request):
    return request.param


def prepared(step):
    options, _, _, _ = map(published, STEPS[step])
    named = ("type", "cryptosuite", "created", "verificationMethod", "proofPurpose", "@context")
    key = published_keys()[options["verificationMethod"]]
    return key, data_integrity.prepare(
        published(BEFORE[step]),
        suite=SUITES[options["cryptosuite"]],
        key_type=key.key_type,
        verification_method=key.verification_method,
        created=options["created"],
        options={name: value for name, value in options.items() if name not in named},
    )


def test_published_options(step):
    assert prepared(step)[1].proof == {
        name: value for name, value in published(STEPS[step][0]).items() if name != "@context"
    }


def test_published_document_that_is_signed(step):
    """The document with the list of the proofs named, no ``proof`` where none is."""
    key, to_sign = prepared(step)
    signed = published(STEPS[step][2])
    suite = SUITES[to_sign.proof["cryptosuite"]]
    assert to_sign.transformed == suite.transform(signed, key.key_type.digest, None)


def test_published_proof(step):
    """Ed25519 has one signature for a message."""
    key, to_sign = prepared(step)
    signed = published(STEPS[step][1])
    assert to_sign.proof_value(key.sign(to_sign.message)) == signed["proofValue"]
    assert {**to_sign.proof, "proofValue": signed["proofValue"]} == signed


def test_published_secured_document(step):
    key, to_sign = prepared(step)
    secured, expected = to_sign.finish(key.sign(to_sign.message)), published(STEPS[step][3])
    if isinstance(expected["proof"], list) and isinstance(secured["proof"], dict):
        secured = {**secured, "proof": [secured["proof"]]}
    assert secured == expected


def test_published_secured_document_verifies(step):
    document = published(STEPS[step][3])
    result = verify(document, controller=Controller.ANY)
    assert result.problems == ()
    assert result.document == published("unsigned")
    for key in {each["verificationMethod"].partition("#")[0] for each in _proofs(document)}:
        assert codes(document, controller=key) == []
    assert set(codes(document, controller=document["issuer"])) == {"KEY_NOT_CONTROLLED_BY_ISSUER"}


def test_published_proofs_may_stand_in_any_order():
    document = published("signedProofChain2")
    for proofs in permutations(document["proof"]):
        assert codes({**document, "proof": list(proofs)}) == []


def test_published_chain_is_seen_to_be_changed_anywhere():
    document = published("signedProofChain2")
    for place, proof in enumerate(document["proof"]):
        for name in sorted(proof):
            changed = list(document["proof"])
            changed[place] = {key: value for key, value in proof.items() if key != name}
            assert codes({**document, "proof": changed}), f"{place} {name}"
        without = [each for each in document["proof"] if each is not proof]
        assert bool(codes({**document, "proof": without})) == (place < 3)


def _proofs(document):
    proof = document["proof"]
    return proof if isinstance(proof, list) else [proof]


# --- what verifies ---


def test_a_chain_verifies_in_any_order():
    """Also where a proof rests on several and signs their order (JCS)."""
    for proofs in permutations(CHAIN):
        result = verify(with_proofs(*proofs), controller=AGENT.did)
        assert result.problems == ()
        assert result.document == CREDENTIAL
        assert [each.pointer for each in result.notices] == [
            f"/proof/{place}" for place in range(4) if proofs[place] is not CHAIN[0]
        ]


def test_the_order_of_the_document_is_what_the_specification_signs():
    """§4.5 step 3.2 takes the proofs as they stand, whatever the order in which they are named."""
    first, second = CHAIN[:2]
    third = proof_over(P256, with_proofs(first, second), previousProof=[SECOND, FIRST])
    assert codes(with_proofs(first, second, third)) == []
    assert codes(with_proofs(third, first, second)) == []
    assert codes(with_proofs(second, first, third)) == ["PROOF_INVALID"]  # by now nothing says the old order


def test_a_chain_signs_what_is_named_and_nothing_else():
    first, second, _, _ = CHAIN
    good = proof_over(P256, with_proofs(first), previousProof=FIRST)
    assert codes(with_proofs(first, second, good)) == []
    for signed in (
        CREDENTIAL,
        with_proofs(second),
        with_proofs(first, second),
        {**CREDENTIAL, "proof": first},
    ):
        other = proof_over(P256, signed, previousProof=FIRST)
        assert told(with_proofs(first, second, other)) == [("PROOF_INVALID", "/proof/2")]
    without = proof_over(P256, with_proofs(first))
    assert told(with_proofs(first, second, without)) == [("PROOF_INVALID", "/proof/2")]


def test_a_list_of_one_and_a_list_of_none():
    first = CHAIN[0]
    listed = proof_over(P256, with_proofs(first), previousProof=[FIRST])
    assert codes(with_proofs(first, listed)) == []
    alone = proof_over(P256, CREDENTIAL, previousProof=[])
    assert codes(with_proofs(first, alone)) == []
    assert codes({**CREDENTIAL, "proof": alone}) == []


def test_a_chain_under_a_shorter_context():
    whole = alumni_credential(AGENT.did)
    shorter = {**whole, "@context": whole["@context"][:1]}
    first = proof_over(AGENT, whole, id=FIRST)
    second = proof_over(SERVER, {**shorter, "proof": [first]}, previousProof=FIRST)
    result = verify({**whole, "proof": [first, second]}, controller=AGENT.did)
    assert result.problems == ()
    assert result.document == shorter


@pytest.mark.parametrize(
    "suites", [("eddsa-rdfc-2022", "eddsa-jcs-2022"), ("eddsa-jcs-2022", "eddsa-rdfc-2022")]
)
def test_a_chain_of_two_kinds_of_suites(suites):
    document = data_integrity.create(
        CREDENTIAL, AGENT, created=CREATED, suite=SUITES[suites[0]], options={"id": FIRST}
    )
    document = data_integrity.create(
        document, SERVER, created=CREATED, suite=SUITES[suites[1]], options={"previousProof": FIRST}
    )
    result = verify(document, controller=AGENT.did)
    assert result.problems == ()
    assert result.cryptosuites == suites
    assert set(codes({**document, "name": "other"})) == {"PROOF_INVALID"}


# --- what is refused ---


def test_in_the_attestation_format_there_are_no_chains():
    document = with_proofs(*CHAIN)
    assert told(document, strict=True) == [
        ("UNSUPPORTED_CRYPTOSUITE", f"/proof/{place}/previousProof") for place in (2, 3)
    ]
    alone = signed_with(AGENT, CREDENTIAL, previousProof=FIRST)
    assert told(alone, strict=True) == [("UNSUPPORTED_CRYPTOSUITE", "/proof/previousProof")]


@pytest.mark.parametrize("value", ["urn:uuid:9", "", ["urn:uuid:9"], [FIRST, "urn:uuid:9"], THIRD.upper()])
def test_a_proof_that_is_named_must_be_there(value):
    first, second, third, _ = CHAIN
    made = proof_over(P256, with_proofs(first), previousProof=value)
    pointer = "/proof/3/previousProof"
    assert told(with_proofs(first, second, third, made)) == [("PROOF_CHAIN_BROKEN", pointer)]


def test_the_only_proof_rests_on_none():
    made = signed_with(AGENT, CREDENTIAL, previousProof=FIRST)
    assert told(made) == [("PROOF_CHAIN_BROKEN", "/proof/previousProof")]
    itself = signed_with(AGENT, CREDENTIAL, id=FIRST, previousProof=FIRST)
    assert told(itself) == [("PROOF_CHAIN_BROKEN", "/proof/previousProof")]


@pytest.mark.parametrize("value", [1, True, None, {}, [1], [None], [[FIRST]], {"id": FIRST}, [FIRST, FIRST]])
def test_what_names_no_proof_is_malformed(value):
    first = CHAIN[0]
    made = {**proof_over(P256, with_proofs(first), previousProof=FIRST), "previousProof": value}
    assert told(with_proofs(first, made)) == [("PROOF_INVALID", "/proof/1/previousProof")]
    assert told(with_proofs(made, first)) == [("PROOF_INVALID", "/proof/0/previousProof")]
    assert told({**CREDENTIAL, "proof": made}) == [("PROOF_INVALID", "/proof/previousProof")]


@pytest.mark.parametrize(
    "named",
    [
        {FIRST: FIRST},
        {FIRST: [FIRST]},
        {FIRST: SECOND, SECOND: FIRST},
        {FIRST: [SECOND, THIRD], SECOND: [THIRD], THIRD: [FIRST]},
        {FIRST: [], SECOND: [FIRST, THIRD], THIRD: [SECOND]},
    ],
)
def test_proofs_do_not_rest_on_one_another_in_a_circle(named):
    proofs = [proof_over(AGENT, CREDENTIAL, id=name, previousProof=names) for name, names in named.items()]
    assert codes(with_proofs(*proofs)) == ["PROOF_CHAIN_BROKEN"]


def test_two_proofs_of_one_name_are_not_told_apart():
    first, second, third, fourth = CHAIN
    twice = proof_over(STRANGER, CREDENTIAL, id=FIRST)
    assert told(with_proofs(first, second, third, fourth, twice)) == [("PROOF_INVALID", "/proof")]


def test_what_rests_on_a_failed_proof_fails():
    first, second, third, fourth = CHAIN
    forged = {**first, "proofValue": second["proofValue"]}
    third = proof_over(P256, with_proofs(forged, second), id=THIRD, previousProof=[FIRST, SECOND])
    fourth = proof_over(P384, with_proofs(third), previousProof=THIRD)
    document = with_proofs(fourth, third, second, forged)
    assert told(document) == [
        ("PROOF_INVALID", "/proof/3"),
        ("PROOF_CHAIN_BROKEN", "/proof/0/previousProof"),
        ("PROOF_CHAIN_BROKEN", "/proof/1/previousProof"),
    ]
    result = verify(document, controller=Controller.ANY)
    assert result.verification_methods == (SERVER.verification_method,)
    assert told(document, controller=SERVER.did) == told(document)


def test_what_rests_on_a_proof_that_is_not_known_fails():
    unknown = {"type": "Ed25519Signature2020", "id": FIRST, "proofValue": "z1"}
    made = proof_over(AGENT, with_proofs(unknown), previousProof=FIRST)
    assert codes(with_proofs(unknown, made)) == ["PROOF_INVALID", "PROOF_CHAIN_BROKEN"]
    assert told(with_proofs(unknown, made), allow_unknown=True) == [
        ("PROOF_CHAIN_BROKEN", "/proof/1/previousProof")
    ]


def test_a_notary_does_not_make_a_credential_the_issuers():
    """A stranger's proof that rests on the issuer's is told; one of the issuer must still be there."""
    first = proof_over(AGENT, CREDENTIAL, id=FIRST)
    notary = proof_over(SERVER, with_proofs(first), previousProof=FIRST)
    assert codes(with_proofs(first, notary), controller=AGENT.did) == []
    assert codes(with_proofs(notary), controller=AGENT.did) == ["PROOF_CHAIN_BROKEN"]
    assert codes(with_proofs(first, notary), controller=STRANGER.did) == ["KEY_NOT_CONTROLLED_BY_ISSUER"] * 2


@pytest.mark.parametrize("previous", [FIRST, [FIRST]])
@pytest.mark.parametrize("suite", ["eddsa-jcs-2022", "eddsa-rdfc-2022"])
def test_the_issuer_may_sign_after_another(suite, previous):
    """As in the fixtures of W3C's suite: another has signed first, and the issuer signed that too."""
    document = CREDENTIAL
    for key, options in ((SERVER, {"id": FIRST}), (AGENT, {"previousProof": previous})):
        document = data_integrity.create(document, key, created=CREATED, suite=SUITES[suite], options=options)
    result = verify(document, controller=AGENT.did)
    assert result.problems == ()
    assert [each.pointer for each in result.notices] == ["/proof/0"]
    first, second = document["proof"]
    for other in ("urn:uuid:9", ["urn:uuid:9"], [FIRST, "urn:uuid:9"], 1):
        broken = {**document, "proof": [first, {**second, "previousProof": other}]}
        assert set(codes(broken)) <= {"PROOF_CHAIN_BROKEN", "PROOF_INVALID"}
        assert codes(broken)


def test_pointers_are_those_of_the_document():
    """What is found in a proof that is signed is told where that stands in the document."""
    first = {**proof_over(AGENT, CREDENTIAL, id=FIRST), "note": 2**60}
    made = {**proof_over(SERVER, CREDENTIAL), "previousProof": FIRST}
    assert set(told(with_proofs(made, first))) == {("NUMBER_OUT_OF_RANGE", "/proof/1/note")}


# --- making one ---


def test_a_chain_is_made_proof_by_proof():
    document = CREDENTIAL
    for key, options in (
        (AGENT, {"id": FIRST}),
        (SERVER, {"id": SECOND}),
        (P256, {"id": THIRD, "previousProof": [SECOND, FIRST]}),
        (P384, {"previousProof": THIRD}),
    ):
        document = data_integrity.create(document, key, created=CREATED, options=options)
    assert document["proof"][2]["previousProof"] == [FIRST, SECOND]  # the order in which they were hashed
    for proofs in permutations(document["proof"]):
        assert codes({**document, "proof": list(proofs)}, controller=AGENT.did) == []


@pytest.mark.parametrize(
    "value", [THIRD, [FIRST, THIRD], [FIRST, FIRST], 1, None, {"id": FIRST}, "", [""], SECOND.upper()]
)
def test_no_proof_is_made_that_rests_on_none(value):
    document = signed_with(AGENT, CREDENTIAL, id=FIRST)
    for given_document in (document, CREDENTIAL):
        with pytest.raises(UsageError):
            data_integrity.create(given_document, SERVER, created=CREATED, options={"previousProof": value})


def test_making_changes_nothing_that_is_given():
    document = signed_with(AGENT, CREDENTIAL, id=FIRST)
    before = {**document, "proof": dict(document["proof"])}
    options = {"previousProof": [FIRST]}
    made = data_integrity.create(document, SERVER, created=CREATED, options=options)
    assert document == before
    assert options == {"previousProof": [FIRST]}
    assert made["proof"][0] == document["proof"]


# --- properties ---


def test_threat_20_every_change_of_a_chain_is_seen():
    """Whatever still verifies is what was signed: its proofs moved, the last one gone, contexts added."""
    document = with_proofs(*CHAIN)
    seen, kept = 0, []
    for pointer, mutant in mutants(document):
        result = verify(mutant, controller=AGENT.did)
        seen += 1
        if not result.problems:
            kept.append(pointer)
            assert result.document == CREDENTIAL, pointer
            assert all(proof in CHAIN for proof in mutant["proof"]), pointer
    assert seen > 800
    assert set(kept) <= {"/@context", "/proof", "/proof/1", "/proof/2", "/proof/3"}  # moved, or the last gone


KEYS = st.sampled_from([*ALL.values(), SERVER, STRANGER])


@st.composite
def chains(draw):
    """Any graph of proofs without a circle, made by the algorithm, in any order."""
    document = CREDENTIAL
    count = draw(st.integers(1, 7))
    for place in range(count):
        options = {"id": f"urn:example:{place}"}
        earlier = [f"urn:example:{each}" for each in range(place)]
        if earlier and draw(st.booleans()):
            named = draw(st.lists(st.sampled_from(earlier), unique=True))
            options["previousProof"] = named[0] if len(named) == 1 and draw(st.booleans()) else named
        document = data_integrity.create(document, draw(KEYS), created=CREATED, options=options)
    proofs = document["proof"] if isinstance(document["proof"], list) else [document["proof"]]
    return {**document, "proof": draw(st.permutations(proofs))}


@given(chains(), KEYS)
def test_any_chain_verifies_in_any_order(document, controller):
    signers = {each["verificationMethod"] for each in document["proof"]}
    assert codes(document) == []
    assert (not codes(document, controller=controller.did)) == (controller.verification_method in signers)


@given(chains(), st.data())
def test_any_chain_is_seen_to_be_changed(document, data):
    """A proof that is changed fails, and with it all that rest on it, in turn."""
    proofs = list(document["proof"])
    place = data.draw(st.integers(0, len(proofs) - 1))
    name = data.draw(st.sampled_from(["created", "proofValue", "nonce", "domain"]))
    value = {"created": "2026-03-30T11:37:26Z", "nonce": "n", "domain": "d"}.get(
        name, proofs[place]["proofValue"][:-1]
    )
    proofs[place] = {**proofs[place], name: value}
    result = verify({**document, "proof": proofs}, controller=Controller.ANY)
    assert result.document is None
    failed = {each.pointer.split("/")[2] for each in result.problems}
    assert failed == {str(each) for each in _resting_on(proofs, place)}


def _resting_on(proofs, place):
    """Give ``place`` and the places of all proofs that rest on it, in turn."""
    found, names = {place}, {proofs[place]["id"]}
    while True:
        more = {
            each
            for each, proof in enumerate(proofs)
            if names.intersection(
                [proof["previousProof"]]
                if isinstance(proof.get("previousProof"), str)
                else proof.get("previousProof", [])
            )
        }
        if more <= found:
            return found
        found |= more
        names |= {proofs[each]["id"] for each in more}


VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-9, 9)
    | st.sampled_from([FIRST, SECOND, THIRD, "", "urn:uuid:9"]),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["id", "type"]), inner, max_size=2)
    ),
    max_leaves=4,
)
MEMBERS = [
    "id",
    "previousProof",
    "type",
    "cryptosuite",
    "domain",
    "proofPurpose",
    "verificationMethod",
    "@context",
]


@given(st.lists(st.dictionaries(st.sampled_from(MEMBERS), VALUES), max_size=4), st.booleans())
def test_whatever_the_proofs_are_there_is_a_result(changes, allow_unknown):
    """No exception, and nothing that verifies but what was signed."""
    proofs = [{**proof, **change} for proof, change in zip(CHAIN, changes, strict=False)]
    document = with_proofs(*proofs)
    result = verify(document, controller=Controller.ANY, allow_unknown=allow_unknown)
    assert result.problems or all(each in CHAIN or allow_unknown for each in proofs)


# --- bounds ---


def test_threat_12_the_most_entangled_chain_is_verified_within_a_second():
    """Sixteen proofs that rest on all before them; measured at 0.02 s."""
    document = CREDENTIAL
    for place in range(16):
        options = {"id": f"urn:a:{place}", "previousProof": [f"urn:a:{each}" for each in range(place)]}
        document = data_integrity.create(document, AGENT, created=CREATED, options=options)
    document = {**document, "proof": document["proof"][::-1]}
    began = time.process_time()
    assert codes(document) == []
    assert time.process_time() - began < 1


def clique(count):
    """Blank nodes that all know one another: the most alike that they can be."""
    names = [f"_:b{place}" for place in range(count)]
    return [{"id": name, "knows": [each for each in names if each != name]} for name in names]


def rdf_chain(subjects, length):
    """A chain in which each proof rests on the one before, over a graph of such subjects."""
    knows = {"knows": {"@id": "https://example.org/knows", "@type": "@id"}}
    contexts = [*CREDENTIAL["@context"], knows]
    document = {**CREDENTIAL, "@context": contexts, "credentialSubject": subjects}
    options = {"id": "urn:a:0"}
    for place in range(1, length + 1):
        document = data_integrity.create(
            document, AGENT, created=CREATED, suite=SUITES["eddsa-rdfc-2022"], options=options
        )
        options = {"id": f"urn:a:{place}", "previousProof": f"urn:a:{place - 1}"}
    return document


def test_a_long_chain_over_a_plain_graph():
    document = rdf_chain([{"id": "urn:a:subject", "knows": "urn:a:other"}], 16)
    assert codes(document) == []


def test_threat_13_a_chain_does_not_multiply_a_graph_that_is_nearly_poisoned():
    """Measured at 0.3 s, at 1 s under coverage."""
    document = rdf_chain(clique(5), 8)
    began = time.process_time()
    found = told(document)
    assert time.process_time() - began < 10
    assert found[0] == ("GRAPH_TOO_COMPLEX", "/proof/6")
    assert len(verify(document, controller=AGENT.did).verified) == 6
    assert codes(rdf_chain(clique(5), 3)) == []


def test_threat_13_a_poisoned_graph_is_refused_once():
    """All proofs of a chain sign it; after the first it is not canonicalized again. Measured at 0.2 s."""
    subjects = {"knows": {"@id": "https://example.org/knows", "@type": "@id"}}
    document = {
        **CREDENTIAL,
        "@context": [*CREDENTIAL["@context"], subjects],
        "credentialSubject": clique(9),
        "proof": [
            {
                **proof_over(AGENT, CREDENTIAL, id=f"urn:a:{place}", cryptosuite="eddsa-rdfc-2022"),
                **({"previousProof": f"urn:a:{place - 1}"} if place else {}),
            }
            for place in range(16)
        ],
    }
    began = time.process_time()
    found = codes(document)
    assert time.process_time() - began < 3
    assert set(found) == {"GRAPH_TOO_COMPLEX"}


ODD = [1e22, 1e-7, 1.0, {"\U0001f600": 1, "\uffff": [2.5]}]  # what the fast serializer writes in another way


def test_threat_13_a_chain_does_not_multiply_what_is_slow_to_canonicalize():
    """Sixteen proofs over 1 MiB: 20 s when each was canonicalized with the document anew."""
    document = {**CREDENTIAL, "credentialSubject": {"id": "urn:a:b", "alumniOf": ODD * 20_000}}
    proof = proof_over(AGENT, CREDENTIAL)
    proofs = [
        {
            **proof,
            "id": f"urn:a:{place}",
            "previousProof": [f"urn:a:{each}" for each in reversed(range(place))],
        }
        for place in range(16)
    ]
    began = time.process_time()
    found = codes({**document, "proof": proofs})
    assert time.process_time() - began < 5  # 0.4 s measured
    assert found == ["PROOF_INVALID"] * 16


def test_a_chain_over_what_is_slow_to_canonicalize():
    document = {**CREDENTIAL, "credentialSubject": {"id": "urn:a:b", "alumniOf": ODD}}
    for place in range(3):
        options = {"id": f"urn:a:{place}", "previousProof": [f"urn:a:{each}" for each in range(place)]}
        document = data_integrity.create(document, AGENT, created=CREATED, options=options)
    assert codes(document) == []
    document["credentialSubject"]["alumniOf"][2] = 2**53
    place = "/credentialSubject/alumniOf/2"
    assert told(document) == [("NUMBER_OUT_OF_RANGE", place)]
