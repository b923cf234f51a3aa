"""The OpenAPI 3.1 document, made from the table of routes and the structs they take and give."""

from collections.abc import Iterable, Sequence
from typing import Any

import msgspec
from msgspec import Struct

from samovar.web.errors import ErrorBody
from samovar.web.params import Nothing

JSON = "application/json"
_PREFIX = "#/components/schemas/"
_PROBLEMS = {
    "400": "what is asked cannot be understood; `position` tells where in `q`",
    "401": "log in first",
    "403": "refused",
    "404": "there is no such thing",
    "429": "too many tries or feeds; wait",
    "503": "busy or too slow; try again, or ask for less",
}


class Operation(Struct, frozen=True, kw_only=True):
    """One route as it is documented."""

    method: str
    path: str  # with {name} for what params holds of the path
    summary: str
    params: type[Struct] = Nothing
    body: type[Struct] | None = None
    answer: type[Struct] | None = None  # None: not JSON
    media_type: str = JSON
    open: bool = False  # answered to strangers


def document(operations: Sequence[Operation], version: str) -> bytes:
    """The document as JSON."""
    kinds = _kinds(operations)
    schemas, components = msgspec.json.schema_components(kinds, ref_template=_PREFIX + "{name}")
    by_kind = dict(zip(kinds, schemas, strict=True))
    paths: dict[str, dict[str, Any]] = {}
    for operation in operations:
        entry = _operation(operation, by_kind, components)
        paths.setdefault(operation.path, {})[operation.method.lower()] = entry
    inputs = {operation.params.__name__ for operation in operations}
    return msgspec.json.encode(
        {
            "openapi": "3.1.0",
            "info": {
                "title": "Samovar",
                "version": version,
                "description": "Attacks, as Samovar recorded them. Times are ISO 8601, UTC.",
            },
            "servers": [{"url": "/"}],
            "security": [{"session": []}, {"token": []}],
            "paths": paths,
            "components": {
                "schemas": {name: schema for name, schema in components.items() if name not in inputs},
                "securitySchemes": {
                    "session": {"type": "apiKey", "in": "cookie", "name": "session-PORT"},
                    "token": {"type": "http", "scheme": "bearer", "description": "the content of DATA/api-token"},
                },
            },
        }
    )


def _kinds(operations: Iterable[Operation]) -> list[type[Struct]]:
    kinds: dict[type[Struct], None] = {ErrorBody: None}
    for operation in operations:
        for kind in (operation.params, operation.body, operation.answer):
            if kind is not None:
                kinds[kind] = None
    return list(kinds)


def _operation(
    operation: Operation, schemas: dict[type[Struct], dict[str, Any]], components: dict[str, Any]
) -> dict[str, Any]:
    answer = {"type": "string"} if operation.answer is None else schemas[operation.answer]
    entry: dict[str, Any] = {
        "summary": operation.summary,
        "operationId": _identifier(operation),
        "parameters": _parameters(operation, components),
        "responses": {
            "200": {"description": "the answer", "content": {operation.media_type: {"schema": answer}}},
            **{
                status: {"description": text, "content": {JSON: {"schema": schemas[ErrorBody]}}}
                for status, text in _PROBLEMS.items()
            },
        },
    }
    if operation.body is not None:
        entry["requestBody"] = {"required": True, "content": {JSON: {"schema": schemas[operation.body]}}}
    if operation.open:
        entry["security"] = []
    return entry


def _identifier(operation: Operation) -> str:
    parts = operation.path.removeprefix("/api/v1/").strip("/").translate({ord(c): "_" for c in "/.{}"})
    return f"{operation.method.lower()}_{parts.strip('_').replace('__', '_')}"


def _parameters(operation: Operation, components: dict[str, Any]) -> list[dict[str, Any]]:
    component = components[operation.params.__name__]
    required = component.get("required", ())
    parameters = []
    for name, schema in component.get("properties", {}).items():
        in_path = "{" + name + "}" in operation.path
        entry = {
            "name": name,
            "in": "path" if in_path else "query",
            "required": in_path or name in required,
            "schema": schema,
        }
        if schema.get("type") == "array":
            entry |= {"style": "form", "explode": True}
        parameters.append(entry)
    return parameters
