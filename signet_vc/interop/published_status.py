"""Other parties' status lists: what each list says at some indexes, and what is refused with which error.

Spec: VC-BITSTRING-STATUS-LIST §§3.2 to 3.5 (Recommendation of 15 May 2025).
"""

from __future__ import annotations

import hashlib
from typing import Any, Final

from signet_vc.codec.strict_json import JsonObject
from signet_vc.credential import bitstring_status
from signet_vc.errors import Code, ProblemError

__all__ = ["list_differences", "refusal_differences"]

_URL: Final = "https://issuer.example/status"


def list_differences(case: JsonObject) -> str:
    """Tell where a published list, ``encodedList``, is not what the case says of it; nothing if it is."""
    size = case["statusSize"]
    try:
        bits = bitstring_status.decode(case["encodedList"])
        for each in case["expect"]:
            found = bitstring_status.get(bits, int(each["statusListIndex"]), size)
            if found != each["status"]:
                return f"status {found} at {each['statusListIndex']}"
    except ProblemError as error:
        return f"refused: {error}"
    return "" if hashlib.sha256(bits).hexdigest() == case["sha256OfBitstring"] else "other bits"


def refusal_differences(case: JsonObject) -> str:
    """Tell if an index in a list is not refused with the case's ``error``; nothing if it is.

    A list that is too large to be read is refused as that, whatever the case calls it.
    """
    size, index = case["statusSize"], case["statusListIndex"]
    status: JsonObject = {
        "type": bitstring_status.ENTRY,
        "statusPurpose": "revocation",
        "statusListIndex": index,
        "statusListCredential": _URL,
    }
    if size != 1 or type(size) is not int:
        status |= {"statusSize": size, "statusMessage": _messages(size)}
    listed: JsonObject = {
        "type": ["VerifiableCredential", bitstring_status.LIST_CREDENTIAL],
        "id": _URL,
        "credentialSubject": {
            "type": bitstring_status.LIST,
            "statusPurpose": "revocation",
            "encodedList": case["encodedList"],
        },
    }
    try:
        bitstring_status.evaluate(status, listed)
    except ProblemError as error:
        names = [str(each.type).rpartition("#")[2] for each in error.problems]
        as_said = case["error"] in names or Code.TOO_LARGE in error.codes
        return "" if as_said else f"refused as {', '.join(names)}"
    return "accepted"


def _messages(size: Any) -> list[JsonObject]:
    """A message for each value, so that nothing is wrong with them."""
    values = range(1 << size) if type(size) is int and 0 < size <= 1 << 3 else range(0)
    return [{"status": f"{value:#x}", "message": "any"} for value in values]
