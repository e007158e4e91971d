"""The forms of members, and the members that both subjects have.

FORMAT, *Both credentials* and *Subject members*. The same forms stand in ``schemas/`` as JSON Schema;
a property test holds the two to the same verdicts.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from signet_vc.codec.digest import DIGEST_PATTERN, NONCE_PATTERN
from signet_vc.codec.timestamps import parse
from signet_vc.credential.profile_forms import (
    Embedded,
    Form,
    Rule,
    Simple,
    constant,
    is_integer,
    matching,
    one_of,
    recurring,
)
from signet_vc.limits import MAX_SAFE_INTEGER
from signet_vc.resources import CREDENTIALS_V2, SIGNET_V1

__all__ = [
    "CHAINED",
    "COMMITMENT",
    "COMMON_MEMBERS",
    "COMMON_REQUIRED",
    "CONTEXT",
    "CREDENTIAL_ID",
    "DID",
    "DID_URL",
    "DIGEST",
    "NONCE",
    "OBJECT",
    "TEXT",
    "TIME",
    "URI",
    "in_order",
]

_PERCENT: Final = "%[0-9A-Fa-f]{2}"
_DID: Final = rf"did:[a-z0-9]+:[A-Za-z0-9._:-]*(?:{_PERCENT}[A-Za-z0-9._:-]*)*(?:[A-Za-z0-9._-]|{_PERCENT})"
# The calendar as a pattern: three times as fast as reading the time, and the schemas' own way to say it.
_YEAR: Final = "(?:[1-9][0-9]{3}|0[1-9][0-9]{2}|00[1-9][0-9]|000[1-9])"
_LEAP_YEAR: Final = "(?:[0-9]{2}(?:0[48]|[2468][048]|[13579][26])|(?:0[48]|[2468][048]|[13579][26])00)"
_DAY: Final = (
    "(?:(?:0[13578]|1[02])-(?:0[1-9]|[12][0-9]|3[01])"
    "|(?:0[469]|11)-(?:0[1-9]|[12][0-9]|30)"
    "|02-(?:0[1-9]|1[0-9]|2[0-8]))"
)
_TIME: Final = (
    rf"(?:{_YEAR}-{_DAY}|{_LEAP_YEAR}-02-29)"
    r"T(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](?:\.[0-9]{1,9})?Z"
)


def _some(characters: str) -> str:
    """One or more of these characters and percent-encoded octets, matched in linear time."""
    return rf"(?:[{characters}]|{_PERCENT})[{characters}]*(?:{_PERCENT}[{characters}]*)*"


CONTEXT: Final = constant([CREDENTIALS_V2, SIGNET_V1])
CREDENTIAL_ID: Final = matching(
    r"urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", "a urn:uuid: in lower case"
)
DID: Final = recurring(_DID, "a DID, as a string")
DID_URL: Final = recurring(
    _DID + "#" + _some(r"A-Za-z0-9._~!$&'()*+,;=:@/?-"), "a DID URL with a fragment and nothing else"
)
URI: Final = recurring(
    r"[A-Za-z][A-Za-z0-9+.-]*:" + _some(r"A-Za-z0-9._~:/?\[\]@!$&'()*+,;=-"), "a DID or an absolute URI"
)
TIME: Final = matching(_TIME, "a UTC time that exists: YYYY-MM-DDThh:mm:ss, 0 to 9 fraction digits, Z")
DIGEST: Final = matching(DIGEST_PATTERN, "u and the base64url of a SHA-256 multihash")
COMMITMENT: Final = DIGEST
NONCE: Final = matching(NONCE_PATTERN, "u and the base64url of 16 bytes")
TEXT: Final = Simple(
    holds=lambda item: isinstance(item, str) and 1 <= len(item) <= 1024,  # noqa: PLR2004 - FORMAT's own
    rule="a string of 1 to 1,024 code points",
)
OBJECT: Final = Simple(holds=lambda item: isinstance(item, dict), rule="an object")

# -- members that both subjects have ---------------------------------------------------------------

COMMON_REQUIRED: Final[Mapping[str, Form]] = {
    "method": one_of("tools/call", "tasks/update", "tasks/cancel"),
    "tool": TEXT,
}
COMMON_MEMBERS: Final[Mapping[str, Form]] = {
    "arguments": Embedded(form=OBJECT),
    "argumentsDigest": COMMITMENT,
    "taskId": TEXT,
    "toolDefinitionDigest": DIGEST,
    "chain": recurring(r"[A-Za-z0-9._:-]{1,128}", "1 to 128 of A-Z a-z 0-9 . _ : -"),
    "sequence": Simple(
        holds=lambda item: is_integer(item) and 1 <= item <= MAX_SAFE_INTEGER,
        rule="an integer from 1 to 2^53 - 1",
    ),
    "previousDigest": DIGEST,
    "attester": one_of("self", "proxy"),
    "traceId": TEXT,
    "protocolVersion": TEXT,
}
CHAINED: Final = (
    Rule(
        holds=lambda subject: ("chain" in subject) is ("sequence" in subject),
        member="chain",
        rule="chain and sequence stand together or not at all",
    ),
    Rule(
        holds=lambda subject: ("previousDigest" in subject) is (subject.get("sequence", 1) > 1),
        member="previousDigest",
        rule="there if and only if sequence is greater than 1",
    ),
)


def in_order(earlier: str, later: str) -> bool:
    """Whether one TIME is not after another.

    As text the seconds compare like the times, and so do fraction digits, but that ``.5`` stands before
    ``.50``: only where the text says no are the times read.
    """
    if earlier[:-1] <= later[:-1]:
        return True
    before, after = parse(earlier), parse(later)
    return before is not None and after is not None and before <= after
