"""Number tokens of JSON: which value they have, and which of them are refused (FORMAT, CANON).

The functions are hooks of ``json.JSONDecoder``; what they raise has no pointer, since a hook does not
know where it stands.
"""

from __future__ import annotations

from decimal import Decimal
from math import isinf
from typing import Final, NoReturn

from signet_vc.errors import Code, ProblemError
from signet_vc.limits import DEFAULT_LIMITS

__all__ = ["integer", "integer_text", "is_printable", "no_constant", "real", "real_or_none"]

_MAX_DIGITS: Final = DEFAULT_LIMITS.integer_digits
_TOO_LONG: Final[int] = 10**_MAX_DIGITS
_EXACT: Final = float(2**53)  # below it a double tells apart all integers

# A decimal of 15 digits and the double nearest to it determine each other, and a token of so many
# characters has no more digits: its double's shortest decimal is the token's number.
_SHORT_TOKEN: Final = 15


def integer(token: str) -> int:
    """The exact value of a token without fraction and exponent; longer than 4,300 digits is refused."""
    digits = len(token) - token.startswith("-")
    if digits > _MAX_DIGITS:
        raise ProblemError.of(Code.NUMBER_OUT_OF_RANGE, f"an integer of {digits} digits")
    try:
        return int(token)
    except ValueError:  # the environment of the process may set a limit below ours; Decimal knows none
        return int(Decimal(token))


def real(token: str) -> float:
    """The nearest double of a token with fraction or exponent.

    Refused if it is infinite, or 2^53 or more in magnitude and its shortest decimal, which RFC 8785
    prints, is another number than the token: a reader that takes such a token for an integer, or has
    more precision than a double, would act on something else than what was signed.
    """
    number = real_or_none(token)
    if number is None:
        beyond = isinf(float(token))
        detail = "a number beyond the range of a double" if beyond else "a number that no double represents"
        raise ProblemError.of(Code.NUMBER_OUT_OF_RANGE, detail)
    return number


def real_or_none(token: str) -> float | None:
    """``real``; None for what it refuses, at no greater cost: a text may be full of it."""
    number = float(token)
    if -_EXACT < number < _EXACT:
        return number
    if isinf(number) or (len(token) > _SHORT_TOKEN and Decimal(token) != Decimal(repr(number))):
        return None
    return number


def no_constant(token: str) -> NoReturn:
    """Refuse NaN, Infinity and -Infinity, which are no JSON."""
    raise ProblemError.of(Code.MALFORMED_JSON, f"{token} is no JSON value")


def is_printable(number: int) -> bool:
    """Whether ``integer`` would read it back: at most 4,300 digits."""
    return -_TOO_LONG < number < _TOO_LONG


def integer_text(number: int) -> str:
    """The digits of an integer that ``is_printable``."""
    try:
        return str(number)
    except ValueError:  # as in ``integer``
        return str(Decimal(number))
