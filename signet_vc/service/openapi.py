"""``GET /openapi.json``: the interface, in OpenAPI 3.1."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from signet_vc import __version__

__all__ = ["description"]

_JSON: Final = "application/json"
_PROBLEM: Final = "application/problem+json"
_SECURED: Final = {"$ref": "#/components/schemas/Secured"}
_TEXT: Final = {"type": "string", "minLength": 1, "maxLength": 2048}
_POINTERS: Final = {"type": "array", "items": {"type": "string", "maxLength": 2048}, "maxItems": 256}
_RETURN: Final = {"type": "boolean"}

Schema = dict[str, Any]


def description(base: str, instances: list[str], *, asks_token: bool) -> Schema:
    """Describe the service. instances: their names; the paths of each stand under ``/instances/{name}``.

    asks_token: whether issuing, presenting, deriving and changing a status ask for a bearer token.
    """
    paths: Schema = {}
    for prefix, named in (("", False), ("/instances/{instance}", True)):
        if named and not instances:
            continue
        for path, operation in _operations(bool(instances), asks_token=asks_token):
            name = operation["operationId"]
            described: Schema = {"post": {**operation, "operationId": name + ("OfInstance" if named else "")}}
            if named:
                operation["responses"]["404"] = {"$ref": "#/components/responses/404"}
                described["parameters"] = [
                    {
                        "name": "instance",
                        "in": "path",
                        "required": True,
                        "schema": {"type": "string", "enum": instances},
                    }
                ]
            paths[prefix + path] = described
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "signet-vc",
            "version": __version__,
            "summary": "Issue, verify, present and derive Verifiable Credentials; resolve DIDs.",
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": base}],
        "paths": {**paths, **_READ},
        "components": {
            "schemas": _SCHEMAS,
            "responses": _RESPONSES,
            "securitySchemes": {"bearer": {"type": "http", "scheme": "bearer"}},
        },
    }


def _operations(has_instances: bool, *, asks_token: bool) -> Iterable[tuple[str, Schema]]:  # noqa: FBT001 - of its one caller
    token: list[Schema] = [{"bearer": []}] if asks_token else []
    if has_instances:
        yield (
            "/credentials/issue",
            _operation(
                "issueCredential",
                "Secure a credential with the instance's key.",
                {"credential": {"type": "object"}},
                {
                    "credentialId": _TEXT,
                    "created": _TEXT,
                    "domain": _TEXT,
                    "challenge": _TEXT,
                    "disclosable": _POINTERS,
                },
                (201, _SECURED),
                token,
            ),
        )
        yield (
            "/credentials/derive",
            _operation(
                "deriveCredential",
                "Leave out of an SD-JWT all but what is chosen.",
                {"verifiableCredential": {"type": "object"}},
                {"selectivePointers": _POINTERS},
                (201, _SECURED),
                token,
            ),
        )
        yield (
            "/presentations",
            _operation(
                "createPresentation",
                "Secure a presentation as its holder.",
                {"presentation": {"type": "object"}},
                {
                    "created": _TEXT,
                    "domain": _TEXT,
                    "challenge": _TEXT,
                    "proofPurpose": {"const": "authentication"},
                },
                (
                    201,
                    {
                        "type": "object",
                        "required": ["verifiablePresentation"],
                        "properties": {"verifiablePresentation": _SECURED},
                    },
                ),
                token,
            ),
        )
        yield "/credentials/status", _status_operation(token)
    verified = {"$ref": "#/components/schemas/Verified"}
    yield (
        "/credentials/verify",
        _operation(
            "verifyCredential",
            "Verify a credential in any securing that is known.",
            {"verifiableCredential": {"type": "object"}},
            {"returnCredential": _RETURN},
            (200, verified),
            [],
        ),
    )
    yield (
        "/presentations/verify",
        _operation(
            "verifyPresentation",
            "Verify a presentation, and each credential in it.",
            {"verifiablePresentation": {"type": "object"}},
            {"domain": _TEXT, "challenge": _TEXT, "returnPresentation": _RETURN},
            (200, verified),
            [],
        ),
    )


def _operation(  # noqa: PLR0917 - a row of a table
    name: str,
    summary: str,
    members: Schema,
    options: Schema,
    success: tuple[int, Schema],
    security: list[Schema],
) -> Schema:
    code, schema = success
    body = {
        "type": "object",
        "required": list(members),
        "properties": {**members, "options": {"type": ["object", "null"], "properties": options}},
    }
    return {
        "operationId": name,
        "summary": summary,
        "security": security,
        "requestBody": {"required": True, "content": {_JSON: {"schema": body}}},
        "responses": {
            str(code): {"description": "Done", "content": {_JSON: {"schema": schema}}},
            **{
                each: {"$ref": f"#/components/responses/{each}"}
                for each in _REFUSALS
                if each != "401" or security
            },
        },
    }


def _status_operation(security: list[Schema]) -> Schema:
    entry = {
        "type": "object",
        "required": ["type", "statusPurpose"],
        "properties": {
            "type": {"enum": ["BitstringStatusListEntry", "BitstringStatusList"]},
            "statusPurpose": _TEXT,
            "statusListCredential": _TEXT,
            "statusListIndex": _TEXT,
        },
    }
    operation = _operation(
        "updateCredentialStatus",
        "Set or clear a status of a credential that was issued here.",
        {"credentialStatus": entry, "status": {"type": "boolean"}},
        {},
        (200, {"type": "object"}),
        security,
    )
    operation["requestBody"]["content"][_JSON]["schema"]["properties"]["credentialId"] = _TEXT
    operation["responses"]["404"] = {"$ref": "#/components/responses/404"}
    return operation


_REFUSALS: Final = ("400", "401", "408", "413", "415", "421", "500", "503")
_RESPONSES: Final[Schema] = {
    code: {"description": text, "content": {_PROBLEM: {"schema": {"$ref": "#/components/schemas/Problem"}}}}
    for code, text in {
        "400": "What was sent is wrong, or does not verify",
        "401": "A bearer token is needed",
        "404": "There is no such thing here",
        "408": "The body did not arrive in time",
        "413": "The body is too large",
        "415": "The body is not application/json",
        "421": "The request is for another host",
        "500": "The service failed",
        "503": "Too much is asked at once, or something that is needed cannot be reached; ask again",
    }.items()
}

_SCHEMAS: Final[Schema] = {
    "Secured": {
        "type": "object",
        "description": "A secured credential or presentation, or the object that carries its envelope.",
        "required": ["@context", "type"],
    },
    "Problem": {
        "type": "object",
        "description": "RFC 9457, with a stable code and a JSON Pointer into what is wrong.",
        "required": ["type", "title", "status", "detail"],
        "properties": {
            "type": {"type": "string"},
            "title": {"type": "string"},
            "status": {"type": "integer"},
            "detail": {"type": "string"},
            "code": {"type": "string"},
            "pointer": {"type": "string"},
            "verified": {"const": False},
            "problemDetails": {"type": "array", "items": {"$ref": "#/components/schemas/Detail"}},
        },
    },
    "Detail": {
        "type": "object",
        "required": ["type", "code", "title", "detail", "pointer"],
        "properties": {name: {"type": "string"} for name in ("type", "code", "title", "detail", "pointer")},
    },
    "Verified": {
        "type": "object",
        "required": ["verified", "format", "problemDetails", "warnings", "checks"],
        "properties": {
            "verified": {"const": True},
            "format": {"type": "string"},
            "securing": {"type": ["string", "null"]},
            "issuer": {"type": ["string", "null"]},
            "problemDetails": {"type": "array", "maxItems": 0},
            "warnings": {"type": "array", "items": {"$ref": "#/components/schemas/Detail"}},
            "checks": {"type": "array", "items": {"type": "object"}},
            "credentialResults": {"type": "array", "items": {"type": "object"}},
        },
    },
}


def _read_operation(name: str, summary: str, *refused: str, parameter: str | None = None) -> Schema:
    described: Schema = {
        "get": {
            "operationId": name,
            "summary": summary,
            "responses": {
                "200": {"description": "Given", "content": {_JSON: {"schema": {"type": "object"}}}},
                **{each: {"$ref": f"#/components/responses/{each}"} for each in (*refused, "421", "500")},
            },
        }
    }
    if parameter is not None:
        described["parameters"] = [
            {"name": parameter, "in": "path", "required": True, "schema": {"type": "string", "minLength": 1}}
        ]
    return described


def _resolving() -> Schema:
    described = _read_operation(
        "resolve", "Resolve a DID, or dereference a DID URL (percent-encoded).", parameter="did"
    )
    resolution = {"content": {media: {"schema": {"type": "object"}} for media in _RESOLUTIONS}}
    described["get"]["responses"] = {
        "200": {"description": "Resolved", **resolution},
        "default": {"description": "Not resolved: a resolution result whose metadata say why", **resolution},
    }
    return described


_RESOLUTIONS: Final = (
    _JSON,
    'application/ld+json;profile="https://w3id.org/did-resolution"',
    "application/did-resolution",
    _PROBLEM,
)
_READ: Final[Schema] = {
    "/1.0/identifiers/{did}": _resolving(),
    "/status-lists/{list}": _read_operation(
        "statusList", "A secured status list credential.", "404", "503", parameter="list"
    ),
    "/implementation.json": _read_operation("manifest", "What W3C's test suites read."),
    "/openapi.json": _read_operation("openapi", "This description."),
    "/health": _read_operation("health", "Whether the service runs."),
    "/ready": _read_operation("ready", "Whether it takes more work.", "503"),
}
