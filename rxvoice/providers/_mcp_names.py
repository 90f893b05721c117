"""What tools of MCP servers are called, and take, where a language model sees them."""

import copy
import hashlib
import re
from collections.abc import Mapping
from typing import Any, Final, cast

_OTHER: Final = re.compile(r"[^A-Za-z0-9_-]+")
_FIRST: Final = re.compile(r"[A-Za-z_]")
_LONGEST: Final = 64
_KEPT: Final = 55

_NO_ARGUMENT: Final = ("$schema", "$id", "title")
"""Say something of the schema, nothing of the arguments; some vendors refuse them."""


def vendor_name(name: str) -> str:
    """Return a name that all vendors accept: letters, digits, ``_`` and ``-``, at most 64.

    Whatever stands between such signs becomes one ``_``; a name that does not begin with a letter
    or ``_`` gets one in front; of a longer one the beginning is kept, with a digest of the whole.

    Args:
        name: As the server says.
    """
    clean = _OTHER.sub("_", name)
    if not _FIRST.match(clean):
        clean = f"_{clean}"
    if len(clean) > _LONGEST:
        digest = hashlib.sha256(name.encode()).hexdigest()[: _LONGEST - _KEPT - 1]
        clean = f"{clean[:_KEPT]}_{digest}"
    return clean


def vendor_schema(schema: Mapping[str, Any]) -> dict[str, Any] | None:
    """Return a schema of named arguments, a copy; None when it describes something else."""
    kept = {key: copy.deepcopy(part) for key, part in schema.items() if key not in _NO_ARGUMENT}
    properties: Any = kept.get("properties") or {}
    required: Any = kept.get("required") or []
    if not isinstance(properties, dict) or not isinstance(required, list):
        return None
    named = cast("dict[str, Any]", properties)
    kept["properties"] = {
        name: part if isinstance(part, dict) else {} for name, part in named.items()
    }
    return {**kept, "type": "object"}


__all__ = ["vendor_name", "vendor_schema"]
