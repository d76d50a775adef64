"""What the OpenAPI page says about bodies that are read by hand, and about answers."""

from typing import Any

from pydantic import TypeAdapter

JSON_OBJECT: dict[int | str, dict[str, Any]] = {200: {"content": {"application/json": {"schema": {"type": "object"}}}}}
_ERROR = {"content": {"application/json": {"schema": {"type": "object"}}}}
FAILURES: dict[int | str, dict[str, Any]] = {
    400: {"description": "The body or a parameter is not of the expected form", **_ERROR},
    404: {"description": "There is no such thing", **_ERROR},
    409: {"description": "It is there already, or its state does not allow it", **_ERROR},
}


def body_of(shape: Any, *, is_required: bool = True) -> dict[str, Any]:
    """The OpenAPI fragment of a JSON body of that shape."""
    schema = TypeAdapter(shape).json_schema(ref_template="#/components/schemas/{model}", by_alias=True)
    definitions = schema.pop("$defs", {})
    return {
        "requestBody": {
            "required": is_required,
            "content": {"application/json": {"schema": _inlined(schema, definitions)}},
        }
    }


def _inlined(schema: Any, definitions: dict[str, Any]) -> Any:
    """The schema with its references replaced by what they name: these bodies are small and not recursive."""
    if isinstance(schema, list):
        return [_inlined(each, definitions) for each in schema]
    if not isinstance(schema, dict):
        return schema
    reference = schema.get("$ref")
    if isinstance(reference, str):
        return _inlined(definitions[reference.rpartition("/")[2]], definitions)
    return {name: _inlined(value, definitions) for name, value in schema.items()}
