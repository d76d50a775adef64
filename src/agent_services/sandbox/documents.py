"""JSON documents: what the sandbox keeps and answers verbatim. Their shapes belong to the upstreams."""

import json
from collections.abc import Mapping
from typing import Any

# The one place of the sandbox where `Any` is right: records are JSON that it stores and hands back.
Document = dict[str, Any]


def to_text(document: Mapping[str, Any] | list[Any]) -> str:
    return json.dumps(document, separators=(",", ":"), ensure_ascii=False)


def without_absent(document: Mapping[str, Any]) -> Document:
    """The document without its members that are None: absent is omitted on the wire."""
    return {name: value for name, value in document.items() if value is not None}
