"""Kinds `jcs`, `canon` and `commitment`: from bytes to canonical bytes to digests."""

from __future__ import annotations

import hashlib
import json
from typing import Any, Final

from generator.book import Book, Bytes, Case, rule
from generator.crypto import base58, base64url, canon, commitment, digest, jcs, nonce

SORTED = rule("RFC 8785", "3.2.3", "Members are sorted by the UTF-16 code units of their names.")
NUMBERS = rule("RFC 8785", "3.2.2.3", "Numbers are written as ECMAScript writes the double that they denote.")
STRINGS = rule(
    "RFC 8785",
    "3.2.2.2",
    "Strings are written with the fewest escapes, and otherwise as the characters themselves.",
)
NOT_NORMALIZED = rule("RFC 8785", "3.1", "Parsed strings stay as they are; Unicode is not normalized.")
WHITE_SPACE = rule("RFC 8785", "3.2.1", "There is no white space between tokens.")
ARRAYS = rule(
    "RFC 8785", "3.2.3", "The elements of arrays stay in their order, whatever is sorted inside of them."
)
ANY_VALUE = rule("RFC 8259", "2", "A JSON text is any value, not only an object or an array.")

UNIQUE = rule(
    "RFC 7493", "2.3", "Objects must not have members with duplicate names, after escapes are undone."
)
UNICODE = rule("RFC 7493", "2.1", "No name and no string contains a surrogate that is not one of a pair.")
UTF8 = rule("RFC 8259", "8.1", "JSON text is encoded in UTF-8, without a byte order mark.")
GRAMMAR = rule("RFC 8259", "2", "A JSON text conforms to the JSON grammar, and nothing else does.")
NUMBER_GRAMMAR = rule(
    "RFC 8259", "6", "Numbers are digits without leading zeros; NaN and infinities are none."
)
DOUBLES = rule("RFC 8785", "3.1", "Every number can be expressed as an IEEE 754 double.")

OWN_DIGITS = rule(
    "FORMAT",
    "Bytes, CANON",
    "A number token without fraction and exponent is its own digits, whatever its size.",
)
MINUS_ZERO = rule("FORMAT", "Bytes, CANON", "The integer token -0 is 0.")
DIGITS = rule("FORMAT", "Bytes, CANON", "An integer token has at most 4,300 digits.")
NEAREST = rule("FORMAT", "Bytes, CANON", "A token with fraction or exponent is the nearest double.")
EXACT = rule(
    "FORMAT",
    "Bytes, CANON",
    "A double of 2^53 or more is refused if RFC 8785's print of it denotes another number than the token.",
)
FINITE = rule("FORMAT", "Bytes, CANON", "A token whose nearest double is infinite is refused.")
DEPTH = rule(
    "FORMAT", "Bytes, CANON", "A value nests at most 64 deep, its outermost array or object being 1."
)
STRICT = rule(
    "FORMAT",
    "Bytes, CANON",
    "NaN, lone surrogates, duplicate member names, invalid UTF-8 and a byte-order mark are refused.",
)


_MOST_SHOWN: Final = 1024  # bytes of canonical text that a case holds; of longer ones it holds the digest


def add(book: Book) -> None:
    """Add the three kinds."""
    _jcs(book)
    _canon(book)
    _commitments(book)


# --- jcs --------------------------------------------------------------------------------------------


def _jcs(book: Book) -> None:
    def accept(name: str, of: Any, text: str) -> Case:
        return book.accept(
            "jcs", name, of, input={"json": text}, expected={"canonical": jcs(json.loads(text)).hex()}
        )

    pair = accept("utf-16-order", SORTED, '{"\\ufb33":1,"\\ud83d\\ude00":2,"\\u20ac":3,"é":4,"a":5}')
    nested = accept("nested-objects", SORTED, '{"b":{"d":1,"c":{"z":0,"Z":0}},"a":[],"":null}')
    accept("names-with-escapes", SORTED, '{"\\u0062":1,"\\u0061":2,"A":3,"1":4,"\\r":5}')
    exponents = accept("exponents", NUMBERS, "[1e30,4.50,2e-3,1e-27,333333333.33333329,1E2,-1.5e+1]")
    accept("exponent-bounds", NUMBERS, "[1e20,1e21,0.000001,1e-7,-1e21]")
    zeros = accept("zeros", NUMBERS, "[0,-0,0.0,-0.0,0e5,1.0,10.00]")
    accept("smallest-and-largest", NUMBERS, "[5e-324,1.7976931348623157e308,2.2250738585072014e-308]")
    integers = accept("safe-integers", NUMBERS, '{"most":9007199254740991,"least":-9007199254740991}')
    escapes = accept(
        "escapes",
        STRINGS,
        '["\\u0008\\t\\n\\f\\r\\u000f\\"\\\\\\/","\\u007f\\u2028\\u00e9","\\uD83D\\uDE00"]',
    )
    accept("combining-characters", NOT_NORMALIZED, '["e\\u0301","é","\\u212b"]')
    accept("white-space", WHITE_SPACE, ' {\r\n\t"a" : [ 1 , 2 ] , "b" : { } }\n')
    arrays = accept("arrays", ARRAYS, '[3,1,2,[],{},[{"b":0,"a":0}],null,true,false]')
    scalar = accept("a-string-alone", ANY_VALUE, '"text"')

    def reject(beside: Case, name: str, of: Any, code: str, text: Bytes) -> None:
        book.reject(beside, name, of, code, json=text)

    reject(pair, "duplicate-name", UNIQUE, "DUPLICATE_MEMBER", '{"a":5,"é":4,"a":5}')
    reject(pair, "duplicate-name-escaped", UNIQUE, "DUPLICATE_MEMBER", '{"a":5,"\\u0061":6}')
    reject(
        nested, "duplicate-name-nested", UNIQUE, "DUPLICATE_MEMBER", '{"b":{"d":1,"c":{"z":0,"z":0}},"a":[]}'
    )
    reject(pair, "duplicate-name-surrogates", UNIQUE, "DUPLICATE_MEMBER", '{"\\ud83d\\ude00":1,"😀":2}')
    reject(escapes, "lone-high-surrogate", UNICODE, "MALFORMED_JSON", '["\\uD83D"]')
    reject(escapes, "lone-low-surrogate", UNICODE, "MALFORMED_JSON", '["\\uDE00"]')
    reject(escapes, "surrogates-in-reverse", UNICODE, "MALFORMED_JSON", '["\\uDE00\\uD83D"]')
    reject(pair, "lone-surrogate-in-a-name", UNICODE, "MALFORMED_JSON", '{"\\ud83d":2}')
    reject(scalar, "surrogate-in-utf-8", UTF8, "MALFORMED_JSON", b'"\xed\xa0\xbd"')
    reject(scalar, "invalid-utf-8", UTF8, "MALFORMED_JSON", b'"te\xffxt"')
    reject(scalar, "overlong-utf-8", UTF8, "MALFORMED_JSON", b'"te\xc1\xb8t"')
    reject(scalar, "utf-16", UTF8, "MALFORMED_JSON", '"text"'.encode("utf-16-le"))
    reject(scalar, "byte-order-mark", UTF8, "MALFORMED_JSON", b"\xef\xbb\xbf" + b'"text"')
    reject(arrays, "trailing-comma", GRAMMAR, "MALFORMED_JSON", "[3,1,2,]")
    reject(arrays, "trailing-text", GRAMMAR, "MALFORMED_JSON", "[3,1,2] []")
    reject(arrays, "a-comment", GRAMMAR, "MALFORMED_JSON", "[3,1,2/* */]")
    reject(escapes, "an-unescaped-control-character", GRAMMAR, "MALFORMED_JSON", '["\n"]')
    reject(scalar, "nothing", GRAMMAR, "MALFORMED_JSON", "")
    reject(zeros, "leading-zero", NUMBER_GRAMMAR, "MALFORMED_JSON", "[00]")
    reject(exponents, "plus-sign", NUMBER_GRAMMAR, "MALFORMED_JSON", "[+1]")
    reject(exponents, "nan", NUMBER_GRAMMAR, "MALFORMED_JSON", "[NaN]")
    reject(exponents, "minus-infinity", NUMBER_GRAMMAR, "MALFORMED_JSON", "[-Infinity]")
    reject(exponents, "no-digit-after-the-point", NUMBER_GRAMMAR, "MALFORMED_JSON", "[1.]")
    reject(exponents, "too-large-for-a-double", DOUBLES, "NUMBER_OUT_OF_RANGE", "[1e400]")
    reject(integers, "integer-between-doubles", DOUBLES, "NUMBER_OUT_OF_RANGE", '{"most":9007199254740993}')


# --- canon ------------------------------------------------------------------------------------------


def _canon(book: Book) -> None:
    def accept(name: str, of: Any, text: Bytes, value: Any) -> Case:
        return book.accept(
            "canon",
            name,
            of,
            input={"json": text},
            expected={"canonicalDigest": digest(canon(value)), **_shown(value)},
        )

    def _shown(value: Any) -> dict[str, str]:
        canonical = canon(value)
        return {"canonical": canonical.hex()} if len(canonical) <= _MOST_SHOWN else {}

    wide = accept(
        "integer-beyond-2-53", OWN_DIGITS, '{"account":9007199254740993}', {"account": 9007199254740993}
    )
    accept("integer-beyond-64-bits", OWN_DIGITS, "[-18446744073709551617]", [-18446744073709551617])
    power = accept("a-power-of-ten-in-digits", OWN_DIGITS, "[1000000000000000000000]", [10**21])
    accept(
        "in-any-order",
        OWN_DIGITS,
        '{"\\ud83d\\ude00":36893488147419103232,"\\ufb33":1}',
        {"😀": 2**65, "\ufb33": 1},
    )
    accept("minus-zero", MINUS_ZERO, "[-0]", [0])
    longest = accept(
        "4300-digits",
        DIGITS,
        ["[", ("7", 4300), "]"],
        [int("7" * 43) * sum(10 ** (43 * i) for i in range(100))],
    )
    exponent = accept("a-power-of-ten-with-an-exponent", NEAREST, "[1e21,1e23]", [1e21, 1e23])
    accept(
        "fractions",
        NEAREST,
        '{"amount":12.5,"a":0.1,"b":0.10000000000000001}',
        {"amount": 12.5, "a": 0.1, "b": 0.1},
    )
    accept("an-integer-with-a-point", NEAREST, "[1.0,-0.0,100e-2]", [1, 0, 1])
    accept("underflow", NEAREST, "[1e-400]", [0])
    exact = accept("2-53-with-a-point", EXACT, "[9007199254740992.0]", [2**53])
    largest = accept("the-largest-double", EXACT, "[1.7976931348623157e308]", [1.7976931348623157e308])
    deep: Any = 0
    for _ in range(64):
        deep = [deep]
    nested = accept("64-deep", DEPTH, [("[", 64), "0", ("]", 64)], deep)

    def reject(beside: Case, name: str, of: Any, code: str, text: Bytes) -> None:
        book.reject(beside, name, of, code, json=text)

    reject(exact, "between-doubles-with-a-point", EXACT, "NUMBER_OUT_OF_RANGE", "[9007199254740993.0]")
    reject(exact, "a-double-that-prints-otherwise", EXACT, "NUMBER_OUT_OF_RANGE", "[4611686018427387904.0]")
    reject(exact, "rounded-up-to-2-53", EXACT, "NUMBER_OUT_OF_RANGE", "[9007199254740991.5]")
    reject(largest, "17-digits-too-many", FINITE, "NUMBER_OUT_OF_RANGE", "[1.7976931348623159e308]")
    reject(exponent, "exponent-of-400", FINITE, "NUMBER_OUT_OF_RANGE", "[1e400]")
    reject(exponent, "minus-exponent-of-400", FINITE, "NUMBER_OUT_OF_RANGE", "[-1E+400]")
    reject(longest, "4301-digits", DIGITS, "NUMBER_OUT_OF_RANGE", ["[", ("7", 4301), "]"])
    reject(nested, "65-deep", DEPTH, "TOO_DEEP", [("[", 65), "0", ("]", 65)])
    reject(nested, "65-deep-in-objects", DEPTH, "TOO_DEEP", [('{"a":', 65), "0", ("}", 65)])
    reject(nested, "100000-deep", DEPTH, "TOO_DEEP", [("[", 100_000), "0", ("]", 100_000)])
    reject(
        wide,
        "duplicate-name",
        STRICT,
        "DUPLICATE_MEMBER",
        '{"account":9007199254740993,"account":9007199254740993}',
    )
    reject(power, "nan", STRICT, "MALFORMED_JSON", "[NaN]")
    reject(wide, "lone-surrogate", STRICT, "MALFORMED_JSON", '{"account":"\\udfff"}')
    reject(wide, "byte-order-mark", STRICT, "MALFORMED_JSON", b'\xef\xbb\xbf{"account":9007199254740993}')


# --- commitment -------------------------------------------------------------------------------------

OPENS = rule(
    "FORMAT",
    "Bytes, Commitment",
    'A commitment is DIGEST(CANON({"member": NAME, "salt": S, "value": V})).',
)
OTHER_VALUE = rule("FORMAT", "Bytes, Commitment", "A commitment to another value does not open.")
COMMITTED_TO = rule(
    "FORMAT",
    "Bytes, Commitment",
    "A digest that was made of another member, under another salt or in another form does not open.",
)
BY_CANON = rule(
    "FORMAT", "Bytes, Equality", "Equality is equality of CANON: 1 equals 1.0, member order does not matter."
)
NOT_BY_CANON = rule(
    "FORMAT", "Bytes, Equality", "Values with different CANON are different, however alike they look."
)
SALT = rule(
    "FORMAT", "Bytes, Commitment", "A salt is u and the base64url of sixteen bytes, in its only spelling."
)
DIGEST = rule(
    "FORMAT",
    "Bytes, DIGEST",
    "A DIGEST is u and the unpadded base64url of 12 20 and the SHA-256, in its only spelling.",
)
VALUE = rule("FORMAT", "Bytes, CANON", "Only a value that has a CANON can be committed to.")

_SALT = nonce(0x10)


def _commitments(book: Book) -> None:
    def accept(name: str, of: Any, text: str, member: str = "argumentsDigest", signed: Any = None) -> Case:
        value = json.loads(text) if signed is None else signed
        preimage = canon({"member": member, "salt": _SALT, "value": value})
        return book.accept(
            "commitment",
            name,
            of,
            input={"member": member, "value": text, "salt": _SALT, "digest": digest(preimage)},
            expected={"preimage": preimage.decode(), "sha256": hashlib.sha256(preimage).hexdigest()},
        )

    example = accept("worked-example", OPENS, '{"account":9007199254740993,"amount":12.5}')
    accept("empty-object", OPENS, "{}")
    accept("null", OPENS, "null", "requestStateDigest")
    accept("a-string", OPENS, '"sent \\u00e9 \\ud83d\\ude00"', "intentDigest")
    result = accept(
        "a-result",
        OPENS,
        '{"content":[{"text":"sent","type":"text"}],"isError":false,"resultType":"complete"}',
        "resultDigest",
    )
    order = accept("member-order", BY_CANON, '{ "b" : [ ] , "a" : { "d" : null , "c" : true } }')
    accept("one-with-a-point", BY_CANON, '{"n":1.0}', signed={"n": 1})
    accept("one-with-an-exponent", BY_CANON, '{"n":10e-1}', signed={"n": 1})
    accept("minus-zero", BY_CANON, '{"n":-0.0}', signed={"n": 0})
    power = accept("integer-of-22-digits", BY_CANON, '{"n":1000000000000000000000}')

    def reject(beside: Case, name: str, of: Any, code: str, **members: Any) -> None:
        book.reject(beside, name, of, code, **members)

    value = {"account": 9007199254740993, "amount": 12.5}
    text = canon(value).decode()
    own = example.input["digest"]
    assert isinstance(own, str)  # noqa: S101 - for the type checker
    reject(
        example,
        "another-value",
        OTHER_VALUE,
        "CALL_MISMATCH",
        value='{"account":9007199254740993,"amount":12.51}',
    )
    book.reject(example, "another-member", COMMITTED_TO, "CALL_MISMATCH", member="parametersDigest")
    book.reject(example, "another-salt", COMMITTED_TO, "CALL_MISMATCH", salt=nonce(0x11))
    book.reject(
        example,
        "members-in-another-order",
        COMMITTED_TO,
        "CALL_MISMATCH",
        digest=digest(f'{{"salt":"{_SALT}","member":"argumentsDigest","value":{text}}}'.encode()),
    )
    book.reject(example, "unsalted", COMMITTED_TO, "CALL_MISMATCH", digest=digest(canon(value)))
    book.reject(
        result,
        "another-result",
        OTHER_VALUE,
        "RESULT_MISMATCH",
        value='{"content":[{"text":"Sent","type":"text"}],"isError":false,"resultType":"complete"}',
    )
    reject(
        example,
        "the-neighbouring-integer",
        NOT_BY_CANON,
        "CALL_MISMATCH",
        value='{"account":9007199254740992,"amount":12.5}',
    )
    reject(power, "the-same-power-as-a-double", NOT_BY_CANON, "CALL_MISMATCH", value='{"n":1e21}')
    reject(order, "one-for-true", NOT_BY_CANON, "CALL_MISMATCH", value='{"b":[],"a":{"d":null,"c":1}}')
    reject(order, "null-for-absent", NOT_BY_CANON, "CALL_MISMATCH", value='{"b":[],"a":{"c":true}}')
    reject(
        example,
        "as-a-string",
        NOT_BY_CANON,
        "CALL_MISMATCH",
        value='{"account":"9007199254740993","amount":12.5}',
    )
    for name, salt in (
        ("salt-of-15-bytes", "u" + base64url(bytes(15))),
        ("salt-without-its-letter", _SALT[1:]),
        ("salt-with-another-last-letter", _SALT[:-1] + "x"),
    ):
        reject(
            example,
            name,
            SALT,
            "INVALID_CREDENTIAL",
            salt=salt,
            digest=commitment("argumentsDigest", value, salt),
        )
    preimage = canon({"member": "argumentsDigest", "salt": _SALT, "value": value})
    reject(example, "digest-padded", DIGEST, "INVALID_CREDENTIAL", digest=own + "=")
    reject(
        example,
        "digest-without-multihash",
        DIGEST,
        "INVALID_CREDENTIAL",
        digest="u" + base64url(hashlib.sha256(preimage).digest()),
    )
    reject(
        example,
        "digest-in-base58",
        DIGEST,
        "INVALID_CREDENTIAL",
        digest="z" + base58(b"\x12\x20" + hashlib.sha256(preimage).digest()),
    )
    reject(
        example,
        "digest-in-base64",
        DIGEST,
        "INVALID_CREDENTIAL",
        digest=own.replace("-", "+").replace("_", "/"),
    )
    reject(
        example,
        "digest-of-sha-512",
        DIGEST,
        "INVALID_CREDENTIAL",
        digest="u" + base64url(b"\x13\x40" + hashlib.sha512(preimage).digest()),
    )
    reject(example, "value-with-a-duplicate", VALUE, "DUPLICATE_MEMBER", value='{"account":1,"account":1}')
    reject(
        example, "value-of-no-double", VALUE, "NUMBER_OUT_OF_RANGE", value='{"account":9007199254740993.0}'
    )
    reject(example, "value-that-is-no-json", VALUE, "MALFORMED_JSON", value="{account:1}")
