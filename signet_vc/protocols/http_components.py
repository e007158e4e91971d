"""What an HTTP signature covers: component identifiers, their values, and the signature base.

Spec: RFC 9421 §2. Trailers are not read, so a component of one (``tr``) is not there.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Any, Final

from signet_vc.errors import Code, ProblemError
from signet_vc.protocols.http_message import HttpRequest, HttpResponse, Message
from signet_vc.protocols.structured_fields import (
    InnerList,
    Item,
    dictionary,
    write_byte_sequence,
    write_member,
    write_strict,
)

__all__ = ["names", "signature_base"]

_MOST_COMPONENTS: Final = 64
_MOST_BASE: Final = 128 << 10  # bytes: a component may be named with many parameters, each its whole value

_DEFAULT_PORTS: Final[Mapping[str, str]] = MappingProxyType({"https": ":443", "http": ":80"})
_IN_REQUEST: Final = "req"
_FLAGS: Final = frozenset({"sf", "bs", "tr", _IN_REQUEST})  # Booleans; `key` and `name` have a value
_is_field_name: Final = re.compile(r"[!#$%&'*+.^_`|~0-9a-z-]{1,128}").fullmatch
# §2.5: a derived value is printable ASCII; a field's may hold a tab besides
_is_base_value: Final = re.compile(r"[\t -~]*").fullmatch


def signature_base(message: Message, covered: InnerList) -> str:
    """Give the signature base of ``message`` for the covered components and their parameters (§2.5).

    covered: as ``Signature-Input`` has it: components in order, then the signature's parameters in order.
    Raises ProblemError of MALFORMED_HTTP: a component that is not known, not there, named twice, or not of
    this kind of message; TOO_LARGE.
    """
    components, _ = covered
    if len(components) > _MOST_COMPONENTS:
        raise ProblemError.of(
            Code.TOO_LARGE, f"more than {_MOST_COMPONENTS} components", "/fields/signature-input"
        )
    values = _Values()
    seen: set[tuple[str, frozenset[tuple[str, Any]]]] = set()
    lines: list[str] = []
    size = 0
    for component in components:
        name, parameters = component
        if type(name) is not str:
            raise _bad("a component is not named by a string")
        identity = (name, frozenset(parameters.items()))  # §2: the order of parameters makes no other
        if identity in seen:
            raise _bad("a component is named twice")
        seen.add(identity)
        value = values.of(message, name, parameters)
        if not _is_base_value(value):
            raise _bad("a component's value holds what no signature base may hold")
        # a name that has a value holds nothing that a String would escape
        identifier = write_member(component) if parameters else f'"{name}"'
        lines.append(f"{identifier}: {value}")
        size += len(lines[-1])
        if size > _MOST_BASE:
            raise ProblemError.of(Code.TOO_LARGE, f"more than {_MOST_BASE} bytes to sign")
    lines.append(f'"@signature-params": {write_member(covered)}')
    return "\n".join(lines)


def _bad(detail: str) -> ProblemError:
    return ProblemError.of(Code.MALFORMED_HTTP, detail, "/fields/signature-input")


class _Values:
    """The values of components; each dictionary of a message is read once."""

    def __init__(self) -> None:
        self._dictionaries: dict[tuple[bool, str], dict[str, Item | InnerList]] = {}

    def of(self, message: Message, name: str, parameters: Mapping[str, Any]) -> str:
        rest = dict(parameters)
        for flag in _FLAGS & rest.keys():
            if rest[flag] is not True:
                raise _bad("a component's flag is not true")
        of_request = rest.pop(_IN_REQUEST, False)
        if of_request:
            if isinstance(message, HttpRequest):
                raise _bad("a request's signature covers no other request")
            if message.request is None:
                raise _bad("the signature covers parts of the request, which is not at hand")
            message = message.request
        if name.startswith("@"):
            return _derived(message, name, rest)
        return self._field(message, name, rest, of_request=of_request)

    def _field(self, message: Message, name: str, parameters: dict[str, Any], *, of_request: bool) -> str:
        """§2.1: a field, as a whole or a part of it."""
        if not _is_field_name(name) or not parameters.keys() <= {"sf", "key", "bs"}:
            raise _bad("a component is named as none is, or has a parameter that is not known")
        value = message.field(name)
        if value is None:
            raise _bad("a field that the signature covers is not there")
        if "bs" in parameters:
            if len(parameters) > 1:
                raise _bad("a field is taken as bytes, and as a structured field")
            lines = message.by_name[name]
            return ", ".join(write_byte_sequence(line.encode("latin-1")) for line in lines)
        if "key" in parameters:
            return self._member(name, value, parameters["key"], of_request=of_request)
        return write_strict(value, name) if "sf" in parameters else value

    def _member(self, name: str, value: str, key: object, *, of_request: bool) -> str:
        """§2.1.2: one member of a Dictionary, without its name."""
        place = (of_request, name)
        if place not in self._dictionaries:
            self._dictionaries[place] = dictionary(value, name)
        member = self._dictionaries[place].get(key) if type(key) is str else None
        if member is None:
            raise _bad("a member that the signature covers is not in its field")
        return write_member(member)


# --- derived components (§2.2) --------------------------------------------------------------------------


def _derived(message: Message, name: str, parameters: dict[str, Any]) -> str:
    if name == "@status" and isinstance(message, HttpResponse) and not parameters:
        return str(message.status)
    if name == "@query-param" and isinstance(message, HttpRequest) and parameters.keys() == {"name"}:
        return _query_parameter(message, parameters["name"])
    derive = _OF_REQUESTS.get(name)
    if derive is None or not isinstance(message, HttpRequest) or parameters:
        raise _bad("a derived component that is not known, or not of this kind of message")
    return derive(message)


def _authority(request: HttpRequest) -> str:
    """§2.2.3: in lower case, without the scheme's own port."""
    return request.authority.lower().removesuffix(_DEFAULT_PORTS[request.scheme]).removesuffix(":")


def _query(request: HttpRequest) -> str:
    """§2.2.7: with its question mark, which stands alone if there is no query."""
    return "?" + request.target.partition("?")[2]


_OF_REQUESTS: Final[Mapping[str, Callable[[HttpRequest], str]]] = MappingProxyType(
    {
        "@method": lambda request: request.method,
        "@target-uri": lambda request: f"{request.scheme}://{_authority(request)}{request.target}",
        "@authority": _authority,
        "@scheme": lambda request: request.scheme,
        "@request-target": lambda request: request.target,
        "@path": lambda request: request.target.partition("?")[0],
        "@query": _query,
    }
)


# --- query parameters (§2.2.8, URL Standard §5) ---------------------------------------------------------

_ESCAPE: Final = re.compile(rb"%([0-9A-Fa-f]{2})")
_KEPT: Final = frozenset(b"*-._0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz")


def _query_parameter(request: HttpRequest, name: object) -> str:
    found = [value for each, value in _query_parameters(request) if each == name]
    if len(found) != 1:
        raise _bad("a query parameter that the signature covers is not there, or more than once")
    return found[0]


def _query_parameters(request: HttpRequest) -> Iterator[tuple[str, str]]:
    for pair in _query(request)[1:].split("&"):
        name, _, value = pair.partition("=")
        if pair:
            yield _written(name), _written(value)


def _written(text: str) -> str:
    """Decode a name or value of a form, and write it percent-encoded, a space as ``%20``."""
    data = _ESCAPE.sub(lambda match: bytes([int(match[1], 16)]), text.replace("+", " ").encode("ascii"))
    return "".join(
        chr(byte) if byte in _KEPT else f"%{byte:02X}" for byte in data.decode("utf-8", "replace").encode()
    )


def names(components: Sequence[Item]) -> frozenset[str]:
    """The components that are covered as a whole and of this message itself: those without parameters."""
    return frozenset(name for name, parameters in components if type(name) is str and not parameters)
