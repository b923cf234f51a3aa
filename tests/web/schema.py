"""Checks a value against the part of JSON Schema that the API's document uses. Raises AssertionError."""

import re
from typing import Any

_TYPES: dict[str, type | tuple[type, ...]] = {
    "object": dict,
    "array": list,
    "string": str,
    "integer": int,
    "number": (int, float),
    "boolean": bool,
    "null": type(None),
}
_KNOWN = {
    *("$ref", "title", "description", "type", "enum", "anyOf", "properties", "required", "additionalProperties"),
    *("items", "minItems", "maxItems", "minLength", "maxLength", "minimum", "maximum", "pattern", "format", "default"),
}


def check(value: Any, schema: dict[str, Any], components: dict[str, Any], at: str = "$") -> None:
    """Whether ``value`` is as ``schema`` says, with no property that it does not name."""
    assert not set(schema) - _KNOWN, f"{at}: the checker does not know {set(schema) - _KNOWN}"
    if "$ref" in schema:
        check(value, components[schema["$ref"].rpartition("/")[2]], components, at)
    if "anyOf" in schema:
        _any(value, schema["anyOf"], components, at)
    if "enum" in schema:
        assert value in schema["enum"], f"{at}: {value!r}"
    if "type" in schema:
        expected = _TYPES[schema["type"]]
        assert isinstance(value, expected), f"{at}: {value!r} is no {schema['type']}"
        assert schema["type"] == "boolean" or not isinstance(value, bool), at
    if isinstance(value, str):
        assert re.search(schema.get("pattern", ""), value), at
    if isinstance(value, list):
        for index, item in enumerate(value):
            check(item, schema.get("items", {}), components, f"{at}[{index}]")
    if isinstance(value, dict) and "properties" in schema:
        _object(value, schema, components, at)


def _any(value: Any, schemas: list[dict[str, Any]], components: dict[str, Any], at: str) -> None:
    problems = []
    for schema in schemas:
        try:
            check(value, schema, components, at)
        except AssertionError as problem:
            problems.append(str(problem))
        else:
            return
    raise AssertionError(f"{at}: none fits: {problems}")


def _object(value: dict[str, Any], schema: dict[str, Any], components: dict[str, Any], at: str) -> None:
    missing = set(schema.get("required", ())) - set(value)
    assert not missing, f"{at}: {missing} missing"
    unknown = set(value) - set(schema["properties"])
    assert not unknown, f"{at}: {unknown} not in the schema"
    for name, item in value.items():
        check(item, schema["properties"][name], components, f"{at}.{name}")
