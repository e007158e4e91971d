"""Language tags: well-formed beside malformed."""

from __future__ import annotations

from time import process_time

import pytest

from signet_vc.codec.language import is_well_formed


@pytest.mark.parametrize(
    "tag",
    [
        "en",
        "EN-gb",
        "de-CH-1996",
        "zh-cmn-Hans-CN",
        "zh-yue-HK",
        "sr-Latn-RS",
        "sl-rozaj-biske-1994",
        "hy-Latn-IT-arevela",
        "es-419",
        "en-US-u-islamcal",
        "de-a-foo-b-bar-x-private-1",
        "x-whatever",
        "qaa-Qaaa-QM-x-southern",
        "abcd",
        "abcdefgh",
        "i-klingon",
        "sgn-BE-FR",
        "zh-min-nan",
        "en-GB-oed",
    ],
)
def test_well_formed(tag: str) -> None:
    assert is_well_formed(tag)


@pytest.mark.parametrize(
    "tag",
    [
        "",
        "e",
        "-",
        "en-",
        "-en",
        "en--US",
        "en_US",
        "english language",
        "abcdefghi",
        "en-a",
        "en-x",
        "x",
        "i-unknown",
        "en-US-abc",
        "en-u",
        "1a",
        "ἑλ",
        "en\n",
        "en-" + "a" * 9,
        "en" + "-abcde" * 40,
        None,
        7,
        ["en"],
    ],
)
def test_malformed(tag: object) -> None:
    assert not is_well_formed(tag)


def test_threat_12_a_long_tag_is_refused_at_once() -> None:
    start = process_time()
    assert not is_well_formed("en" + "-a1" * 300_000)
    assert not is_well_formed("en" + "-abcd1" * 33 + "!")
    assert process_time() - start < 1
