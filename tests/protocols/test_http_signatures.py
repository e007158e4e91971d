"""RFC 9421: components and their values, the fields, the base; and another implementation's verdict."""

from __future__ import annotations

import time
from typing import Any, Final

import http_sf
import pytest
from hypothesis import given
from hypothesis import strategies as st
from identities import AGENT, ALL, P256

from signet_vc.errors import Code, ProblemError, UsageError
from signet_vc.keys.signing import Key
from signet_vc.limits import NANOSECONDS
from signet_vc.protocols.content_digest import content_digest, digest_problems
from signet_vc.protocols.http_components import signature_base
from signet_vc.protocols.http_message import HttpRequest, HttpResponse, Message
from signet_vc.protocols.http_signatures import (
    Candidate,
    algorithm_of,
    candidates,
    prepare,
    signature_problems,
    time_problems,
)

MESSAGE: Final = HttpRequest.of_url(
    "POST",
    "https://WWW.Example.com:443/path?param=value&foo=bar&baz=batman&qux=&Pet=dog&Pet=cat",
    fields=(
        ("Host", "www.example.com"),
        ("X-OWS-Header", "  Leading and trailing whitespace.   "),
        ("Cache-Control", "max-age=60"),
        ("Cache-Control", "   must-revalidate"),
        ("Example-Dict", "  a=1,    b=2;x=1;y=2,   c=(a   b   c), d"),
        ("X-Empty-Header", ""),
        ("Priority", "u=1,   i"),
    ),
)
RESPONSE: Final = HttpResponse(status=503, fields=(("Content-Type", "text/plain"),), request=MESSAGE)


def covered(text: str) -> Any:
    """An inner list with its parameters, as ``Signature-Input`` has it."""
    return http_sf.parse(f"s={text}".encode(), tltype="dictionary")["s"]


def line(component: str, message: Message = MESSAGE) -> str:
    """The one line of a base that covers one component, without the component."""
    first, last = signature_base(message, covered(f"({component})")).split("\n")
    assert last == f'"@signature-params": ({component})'
    name, _, value = first.partition(": ")
    assert name == component
    return value


# RFC 9421 §2.1 to §2.2.8, and the values that stand there
VALUES: Final = {
    '"host"': "www.example.com",
    '"x-ows-header"': "Leading and trailing whitespace.",
    '"cache-control"': "max-age=60, must-revalidate",
    '"example-dict"': "a=1,    b=2;x=1;y=2,   c=(a   b   c), d",
    '"x-empty-header"': "",
    '"priority";sf': "u=1, i",
    '"example-dict";key="a"': "1",
    '"example-dict";key="b"': "2;x=1;y=2",
    '"example-dict";key="c"': "(a b c)",
    '"example-dict";key="d"': "?1",
    '"cache-control";bs': ":bWF4LWFnZT02MA==:, :bXVzdC1yZXZhbGlkYXRl:",
    '"@method"': "POST",
    '"@target-uri"': "https://www.example.com/path?param=value&foo=bar&baz=batman&qux=&Pet=dog&Pet=cat",
    '"@authority"': "www.example.com",
    '"@scheme"': "https",
    '"@request-target"': "/path?param=value&foo=bar&baz=batman&qux=&Pet=dog&Pet=cat",
    '"@path"': "/path",
    '"@query"': "?param=value&foo=bar&baz=batman&qux=&Pet=dog&Pet=cat",
    '"@query-param";name="baz"': "batman",
    '"@query-param";name="qux"': "",
    '"@query-param";name="param"': "value",
}


@pytest.mark.parametrize("component", VALUES)
def test_the_value_of_a_component(component: str) -> None:
    assert line(component) == VALUES[component]


def test_query_parameters_are_decoded_and_percent_encoded() -> None:
    query = (
        "var=this%20is%20a%20big%0Amultiline%20value&bar=with+plus+whitespace&fa%C3%A7ade%22%3A%20=something"
    )
    target = f"/?{query}"
    message = HttpRequest(method="GET", target=target, authority="example.com")
    assert line('"@query-param";name="var"', message) == "this%20is%20a%20big%0Amultiline%20value"
    assert line('"@query-param";name="bar"', message) == "with%20plus%20whitespace"
    assert line('"@query-param";name="fa%C3%A7ade%22%3A%20"', message) == "something"


def test_without_a_query_the_question_mark_stands_alone() -> None:
    for target in ("/", "/?"):
        message = HttpRequest(method="GET", target=target, authority="example.com")
        assert (line('"@query"', message), line('"@path"', message)) == ("?", "/")


@pytest.mark.parametrize(
    ("scheme", "authority", "value"),
    [
        ("https", "Example.com:443", "example.com"),
        ("https", "example.com:8443", "example.com:8443"),
        ("http", "example.com:80", "example.com"),
        ("http", "example.com:443", "example.com:443"),
        ("https", "example.com:", "example.com"),
    ],
)
def test_the_authority_is_in_lower_case_without_the_default_port(
    scheme: str, authority: str, value: str
) -> None:
    message = HttpRequest(method="GET", target="/", authority=authority, scheme=scheme)
    assert line('"@authority"', message) == value


def test_a_response_covers_its_status_and_what_it_answers() -> None:
    assert line('"@status"', RESPONSE) == "503"
    assert line('"@method";req', RESPONSE) == "POST"
    assert line('"cache-control";bs;req', RESPONSE) == VALUES['"cache-control";bs']
    assert line('"example-dict";req;key="a"', RESPONSE) == "1"


REFUSED: Final = {
    "a field that is not there": '"x-other"',
    "a name in upper case": '"Host"',
    "a name that is a token": "host",
    "a name that is a number": "1",
    "an empty name": '""',
    "twice": '"host" "host"',
    "twice, its parameters in another order": '"example-dict";key="a";sf "example-dict";sf;key="a"',
    "the parameters of the signature": '"@signature-params"',
    "a derived component that is not known": '"@port"',
    "a parameter that is not known": '"host";x',
    "a parameter of a derived component": '"@method";sf',
    "a flag that is false": '"priority";sf=?0',
    "a flag with a value": '"priority";sf="a"',
    "bytes of a structured field": '"priority";bs;sf',
    "a trailer": '"host";tr',
    "a field whose type is not known": '"x-ows-header";sf',
    "a member that is not there": '"example-dict";key="z"',
    "a member named by a token": '"example-dict";key=a',
    "a member of no Dictionary": '"x-ows-header";key="a"',
    "the status of a request": '"@status"',
    "a request of a request": '"@method";req',
    "a query parameter that is not there": '"@query-param";name="other"',
    "a query parameter that stands twice": '"@query-param";name="Pet"',
    "a query parameter without a name": '"@query-param"',
    "a query parameter with more": '"@query-param";name="baz";sf',
}


@pytest.mark.parametrize("name", REFUSED)
def test_a_component_that_is_none(name: str) -> None:
    with pytest.raises(ProblemError) as caught:
        signature_base(MESSAGE, covered(f"({REFUSED[name]})"))
    assert caught.value.codes == (Code.MALFORMED_HTTP,)


@pytest.mark.parametrize(
    "component", ['"@method"', '"@path"', '"@query-param";name="baz"', '"@status";req', '"@status";sf']
)
def test_a_component_that_no_response_has(component: str) -> None:
    with pytest.raises(ProblemError) as caught:
        signature_base(RESPONSE, covered(f"({component})"))
    assert caught.value.codes == (Code.MALFORMED_HTTP,)


def test_what_is_answered_must_be_at_hand() -> None:
    with pytest.raises(ProblemError):
        signature_base(HttpResponse(status=200), covered('("@method";req)'))


def test_a_base_is_of_ascii() -> None:
    message = HttpRequest(method="GET", target="/", authority="a.example", fields=(("X", "\xe9"),))
    with pytest.raises(ProblemError):
        signature_base(message, covered('("x")'))
    assert line('"x";bs', message) == ":6Q==:"


# --- the two fields ---


def with_fields(described: str | None, signature: str | None) -> HttpRequest:
    pairs = (("Signature-Input", described), ("Signature", signature))
    fields = tuple((name, value) for name, value in pairs if value is not None)
    return HttpRequest(method="GET", target="/", authority="a.example", fields=fields)


FIELDS: Final = {
    "no input": (None, "s=:AA==:", Code.PROOF_MISSING),
    "no signature": ('s=("@method")', None, Code.PROOF_MISSING),
    "both empty": ("", "", Code.PROOF_MISSING),
    "no dictionary": ('("@method")', "s=:AA==:", Code.MALFORMED_HTTP),
    "a label twice": ('s=("@path"), s=("@method")', "s=:AA==:", Code.MALFORMED_HTTP),
    "a parameter twice": ('s=("@path");keyid="a";keyid="b"', "s=:AA==:", Code.MALFORMED_HTTP),
    "another label": ('s=("@method")', "t=:AA==:", Code.MALFORMED_HTTP),
    "one label more": ('s=("@method")', "s=:AA==:, t=:AA==:", Code.MALFORMED_HTTP),
    "no list": ('s="@method"', "s=:AA==:", Code.MALFORMED_HTTP),
    "no bytes": ('s=("@method")', 's="AA=="', Code.MALFORMED_HTTP),
    "a signature in another spelling": ('s=("@method")', "s=:AB==:", Code.MALFORMED_HTTP),
    "a signature without padding": ('s=("@method")', "s=:AA:", Code.MALFORMED_HTTP),
    "a long label": (f'{"s" * 65}=("@method")', f"{'s' * 65}=:AA==:", Code.MALFORMED_HTTP),
    "created as a text": ('s=("@method");created="1"', "s=:AA==:", Code.MALFORMED_HTTP),
    "created as a decimal": ('s=("@method");created=1.0', "s=:AA==:", Code.MALFORMED_HTTP),
    "created as true": ('s=("@method");created', "s=:AA==:", Code.MALFORMED_HTTP),
    "keyid as a token": ('s=("@method");keyid=a', "s=:AA==:", Code.MALFORMED_HTTP),
    "a key in upper case": ('s=("@method");keyId="a"', "s=:AA==:", Code.MALFORMED_HTTP),
    "many signatures": (
        ", ".join(f's{number}=("@method")' for number in range(9)),
        ", ".join(f"s{number}=:AA==:" for number in range(9)),
        Code.TOO_LARGE,
    ),
    "a long field": (f's=("@method");nonce="{"a" * 33_000}"', "s=:AA==:", Code.TOO_LARGE),
}


@pytest.mark.parametrize("name", FIELDS)
def test_fields_that_hold_no_signature(name: str) -> None:
    described, signature, code = FIELDS[name]
    with pytest.raises(ProblemError) as caught:
        candidates(with_fields(described, signature))
    assert caught.value.codes == (code,)


def test_two_lines_of_a_field_are_one() -> None:
    fields = (
        ("Signature-Input", 'a=("@method")'),
        ("Signature", "a=:AA==:, b=:AQ==:"),
        ("Signature-Input", "b=()"),
    )
    message = HttpRequest(method="GET", target="/", authority="a.example", fields=fields)
    assert [(each.label, each.signature) for each in candidates(message)] == [("a", b"\0"), ("b", b"\1")]


# --- signing and verifying ---

COMPONENTS: Final[list[Any]] = [
    ("@method", {}),
    ("@authority", {}),
    ("cache-control", {}),
    ("example-dict", {"key": "b"}),
]


def signed(key: Key, **parameters: Any) -> tuple[Message, Candidate]:
    to_sign = prepare(MESSAGE, COMPONENTS, {"keyid": "k", **parameters})
    message = to_sign.finish(key.sign(to_sign.message))
    (candidate,) = candidates(message)
    return message, candidate


@pytest.mark.parametrize("name", ALL)
def test_each_type_of_key_signs(name: str) -> None:
    key = ALL[name]
    message, candidate = signed(key, alg=algorithm_of(key.key_type))
    assert signature_problems(message, candidate, key.public_key) == []
    other = AGENT if key is not AGENT else P256
    (found,) = signature_problems(message, candidate, other.public_key)
    assert found.code is Code.UNSUPPORTED_CRYPTOSUITE  # alg is of another type of key
    message, candidate = signed(key)
    (found,) = signature_problems(message, candidate, other.public_key)
    assert found.code is Code.PROOF_INVALID


def test_p521_has_no_algorithm() -> None:
    key = Key.from_secret("P-521", bytes(65) + b"\1")
    message, candidate = signed(AGENT)
    with pytest.raises(ProblemError) as caught:
        signature_problems(message, candidate, key.public_key)
    assert caught.value.codes == (Code.UNSUPPORTED_CRYPTOSUITE,)


def refused(message: Message) -> set[Code]:
    """Why the signatures of a message are none of AGENT's; nothing if they are."""
    try:
        found = [signature_problems(message, each, AGENT.public_key) for each in candidates(message)]
    except ProblemError as error:
        return set(error.codes)
    return {each.code for problems in found for each in problems}


def test_every_byte_of_the_signature_counts() -> None:
    message, candidate = signed(P256)
    for place in range(len(candidate.signature)):
        changed = bytearray(candidate.signature)
        changed[place] ^= 1
        found = signature_problems(message, candidate._replace(signature=bytes(changed)), P256.public_key)
        assert [each.code for each in found] == [Code.PROOF_INVALID]


def test_every_character_of_the_input_counts() -> None:
    message, candidate = signed(AGENT, created=1_700_000_000, tag="t")
    text = message.field("signature-input")
    assert text is not None
    for place in range(len(text)):
        letter = "a" if text[place] != "a" else "b"
        fields = tuple(
            (name, text[:place] + letter + text[place + 1 :] if name == "Signature-Input" else value)
            for name, value in message.fields
        )
        changed = HttpRequest(
            method="POST", target=MESSAGE.target, authority=MESSAGE.authority, fields=fields
        )
        assert refused(changed), text[place]
    assert not signature_problems(message, candidate, AGENT.public_key)


@pytest.mark.parametrize(
    ("parameters", "at", "codes"),
    [
        ({}, 0, []),
        ({"created": 1000}, 1000, []),
        ({"created": 1060}, 1000, []),
        ({"created": 1061}, 1000, [Code.NOT_YET_VALID]),
        ({"created": 0, "expires": 940}, 1000, []),
        ({"created": 0, "expires": 939}, 1000, [Code.EXPIRED]),
        ({"expires": -1}, 1000, [Code.EXPIRED]),
    ],
)
def test_times(parameters: dict[str, int], at: int, codes: list[Code]) -> None:
    _, candidate = signed(AGENT, **parameters)
    found = time_problems(candidate, at_ns=at * NANOSECONDS, skew_ns=60 * NANOSECONDS)
    assert [each.code for each in found] == codes


def test_a_second_signature_stands_beside_the_first() -> None:
    message, _ = signed(AGENT)
    with pytest.raises(UsageError):
        prepare(message, COMPONENTS, {"keyid": "k"})
    to_sign = prepare(message, COMPONENTS, {"keyid": "k"}, label="sig2")
    both = candidates(to_sign.finish(P256.sign(to_sign.message)))
    assert [each.label for each in both] == ["sig1", "sig2"]


@pytest.mark.parametrize("name", ["Signature-Input", "Signature"])
def test_beside_a_field_that_holds_no_signature_none_is_made(name: str) -> None:
    for value in ("", "s=:AA==:"):
        message = HttpRequest(method="GET", target="/", authority="a.example", fields=((name, value),))
        with pytest.raises(UsageError):
            prepare(message, [("@method", {})], {})


@pytest.mark.parametrize(
    ("components", "parameters", "label"),
    [
        ([("x-other", {})], {}, "sig1"),
        (COMPONENTS, {}, "Sig1"),
        (COMPONENTS, {"keyid": "é"}, "sig1"),
        (COMPONENTS, {"created": 10**15}, "sig1"),
    ],
)
def test_what_cannot_be_signed(components: list[Any], parameters: dict[str, Any], label: str) -> None:
    with pytest.raises(UsageError):
        prepare(MESSAGE, components, parameters, label=label)


# --- content ---

HELLO: Final = b'{"hello": "world"}'
SHA_256: Final = "sha-256=:X48E9qOokqqrvdts8nOJRJN3OWDUoyWxBf7kbu9DBPE=:"
SHA_512: Final = (
    "sha-512=:WZDPaVn/7XgHaAy8pmojAkGWoRx2UFChF41A2svX+TaPm+AbwAgBWnrIiYllu7BNNyealdVLvRwEmTHWXvJwew==:"
)


def test_the_digest_of_rfc_9530() -> None:
    assert content_digest(HELLO) == SHA_256


@pytest.mark.parametrize(
    ("value", "required", "fits"),
    [
        (SHA_256, "sha-256", True),
        (SHA_512, None, True),
        (f"{SHA_256}, {SHA_512}", "sha-256", True),
        (f"{SHA_256}, md5=:AA==:", "sha-256", True),
        (SHA_512, "sha-256", False),
        ("md5=:AA==:", None, False),
        (f"{SHA_256}, sha-512=:AA==:", "sha-256", False),
        ('sha-256="X48E9qOokqqrvdts8nOJRJN3OWDUoyWxBf7kbu9DBPE="', None, False),
        ("sha-256", None, False),
        (None, None, False),
    ],
)
def test_the_content_fits_every_digest(value: str | None, required: str | None, *, fits: bool) -> None:
    fields = () if value is None else (("Content-Digest", value),)
    found = digest_problems(HttpResponse(status=200, fields=fields, body=HELLO), required=required)
    assert [each.code for each in found] == [] if fits else [Code.DIGEST_MISMATCH]


# --- whatever comes ---

pieces = st.lists(
    st.sampled_from(
        [
            "s",
            "=",
            "(",
            ")",
            '"@method"',
            '"host"',
            ";",
            "key",
            '"a"',
            ",",
            " ",
            "1",
            "-1.5",
            "?0",
            "@9",
            '%"x"',
            ":AA==:",
        ]
    )
).map("".join)


@given(pieces, pieces, st.booleans())
def test_whatever_stands_in_the_fields_is_read_or_refused(
    described: str, signature: str, whole: bool
) -> None:
    message = with_fields(f"s=({described})" if whole else described, f"s={signature}")
    codes = {Code.MALFORMED_HTTP, Code.PROOF_MISSING, Code.TOO_LARGE, Code.PROOF_INVALID}
    assert refused(message)
    assert refused(message) <= codes


def test_a_message_of_much_work_takes_little_time() -> None:
    """64 components in each of 8 signatures, over one field of 30,000 characters: a second at most."""
    dictionary = ", ".join(f"k{number}" for number in range(4000))
    components = " ".join(f'"x";key="k{number}"' for number in range(63))
    inputs = ", ".join(f's{number}=({components} "x");keyid="k"' for number in range(8))
    signatures = ", ".join(f"s{number}=:AA==:" for number in range(8))
    fields = (("X", dictionary), ("Signature-Input", inputs), ("Signature", signatures))
    message = HttpRequest(method="GET", target="/", authority="a.example", fields=fields)
    began = time.process_time()
    for each in candidates(message):
        assert signature_problems(message, each, AGENT.public_key)
    assert time.process_time() - began < 1


def test_a_base_that_grows_by_repetition_is_refused() -> None:
    message = HttpRequest(method="GET", target="/", authority="a.example", fields=(("X", "y" * 60_000),))
    with pytest.raises(ProblemError) as caught:
        signature_base(message, covered('("x" "x";bs)'))
    assert caught.value.codes == (Code.TOO_LARGE,)
