from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from signet_vc.codec import jcs
from signet_vc.errors import Code, ProblemError
from signet_vc.proofs.gap import canonicalize_around

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
NAMES = st.text(max_size=8) | st.sampled_from(
    ["proo", "proof ", "proofs", "\U0001f600", "\ufb33", "prooF", "pr"]
)


@given(st.dictionaries(NAMES, VALUES, max_size=6), VALUES, st.sampled_from(["proof", "proofValue", "m"]))
def test_both_texts_are_those_of_jcs(document, value, name):
    document.pop(name, None)
    gap = canonicalize_around(document, name)
    assert gap.closed() == jcs.canonicalize(document)
    member = jcs.canonicalize({name: value})[1:-1]
    assert gap.filled(member) == jcs.canonicalize({**document, name: value})


@given(st.dictionaries(NAMES, VALUES, max_size=6), VALUES)
def test_a_member_in_the_gap_is_left_out(document, value):
    document.pop("proof", None)
    assert canonicalize_around({**document, "proof": value}, "proof") == canonicalize_around(
        document, "proof"
    )


@pytest.mark.parametrize("document", [{1: "a"}, {"a": 1, None: 2}, {"a": {2: 3}}])
def test_what_is_no_json_is_refused(document):
    with pytest.raises(ProblemError) as raised:
        canonicalize_around(document, "proof")
    assert raised.value.codes == (Code.MALFORMED_JSON,)
