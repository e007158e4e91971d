"""What stands in an A2A AgentCard: every message of it, and of each member its type and its presence.

Presence decides what a canonical form keeps of an empty value; type, what a card may hold there at all.
Spec: A2A 1.0 §8.4.1, and its a2a.proto (field_behavior, ``optional``, oneof).
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final, Literal, NamedTuple, TypeAlias

__all__ = ["CARD", "MESSAGES", "Field", "Presence", "proto_name"]

Presence: TypeAlias = Literal["required", "optional", "message", "implicit"]
CARD: Final = "AgentCard"


class Field(NamedTuple):
    """One member. type: ``string``, ``bool``, ``struct`` (free JSON), or a message; many: how it repeats.

    presence: ``required`` is always kept, ``optional`` and ``message`` (a oneof's too) where they are
    present, ``implicit`` unless it has its type's default.
    """

    type: str
    many: Literal["", "list", "map"]
    presence: Presence


def _fields(**members: str) -> Mapping[str, Field]:
    """Read ``type``, ``type[]`` or ``type{}``, and the presence, which is ``implicit`` if none is named."""
    fields: dict[str, Field] = {}
    for name, written in members.items():
        kind, _, named = written.partition(" ")
        presence: Presence = "implicit"
        if named in ("required", "optional", "message"):
            presence = named  # type: ignore[assignment] # a literal of the line before
        base = kind.removesuffix("[]").removesuffix("{}")
        many: Literal["", "list", "map"] = ""
        if kind != base:
            many = "list" if kind.endswith("[]") else "map"
        fields[name] = Field(base, many, presence)
    return MappingProxyType(fields)


MESSAGES: Final[Mapping[str, Mapping[str, Field]]] = MappingProxyType(
    {
        "AgentCard": _fields(
            name="string required",
            description="string required",
            supportedInterfaces="AgentInterface[] required",
            provider="AgentProvider message",
            version="string required",
            documentationUrl="string optional",
            capabilities="AgentCapabilities required",
            securitySchemes="SecurityScheme{}",
            securityRequirements="SecurityRequirement[]",
            defaultInputModes="string[] required",
            defaultOutputModes="string[] required",
            skills="AgentSkill[] required",
            signatures="AgentCardSignature[]",
            iconUrl="string optional",
        ),
        "AgentInterface": _fields(
            url="string required",
            protocolBinding="string required",
            tenant="string",
            protocolVersion="string required",
        ),
        "AgentProvider": _fields(url="string required", organization="string required"),
        "AgentCapabilities": _fields(
            streaming="bool optional",
            pushNotifications="bool optional",
            extensions="AgentExtension[]",
            extendedAgentCard="bool optional",
        ),
        "AgentExtension": _fields(
            uri="string", description="string", required="bool", params="struct message"
        ),
        "SecurityScheme": _fields(
            apiKeySecurityScheme="APIKeySecurityScheme message",
            httpAuthSecurityScheme="HTTPAuthSecurityScheme message",
            oauth2SecurityScheme="OAuth2SecurityScheme message",
            openIdConnectSecurityScheme="OpenIdConnectSecurityScheme message",
            mtlsSecurityScheme="MutualTlsSecurityScheme message",
        ),
        "APIKeySecurityScheme": _fields(
            description="string", location="string required", name="string required"
        ),
        "HTTPAuthSecurityScheme": _fields(
            description="string", scheme="string required", bearerFormat="string"
        ),
        "OAuth2SecurityScheme": _fields(
            description="string", flows="OAuthFlows required", oauth2MetadataUrl="string"
        ),
        "OAuthFlows": _fields(
            authorizationCode="AuthorizationCodeOAuthFlow message",
            clientCredentials="ClientCredentialsOAuthFlow message",
            implicit="ImplicitOAuthFlow message",
            password="PasswordOAuthFlow message",  # noqa: S106 - a flow's name
            deviceCode="DeviceCodeOAuthFlow message",
        ),
        "AuthorizationCodeOAuthFlow": _fields(
            authorizationUrl="string required",
            tokenUrl="string required",
            refreshUrl="string",
            scopes="string{} required",
            pkceRequired="bool",
        ),
        "ClientCredentialsOAuthFlow": _fields(
            tokenUrl="string required",
            refreshUrl="string",
            scopes="string{} required",
        ),
        "DeviceCodeOAuthFlow": _fields(
            deviceAuthorizationUrl="string required",
            tokenUrl="string required",
            refreshUrl="string",
            scopes="string{} required",
        ),
        "ImplicitOAuthFlow": _fields(authorizationUrl="string", refreshUrl="string", scopes="string{}"),
        "PasswordOAuthFlow": _fields(
            tokenUrl="string",
            refreshUrl="string",
            scopes="string{}",
        ),
        "OpenIdConnectSecurityScheme": _fields(description="string", openIdConnectUrl="string required"),
        "MutualTlsSecurityScheme": _fields(description="string"),
        "SecurityRequirement": _fields(schemes="StringList{}"),
        "StringList": _fields(list="string[]"),
        "AgentSkill": _fields(
            id="string required",
            name="string required",
            description="string required",
            tags="string[] required",
            examples="string[]",
            inputModes="string[]",
            outputModes="string[]",
            securityRequirements="SecurityRequirement[]",
        ),
        "AgentCardSignature": _fields(
            protected="string required", signature="string required", header="struct message"
        ),
    }
)


def proto_name(name: str) -> str:
    """The member's name in the .proto file, which ProtoJSON reads too: ``defaultInputModes`` with ``_``."""
    return "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in name)
