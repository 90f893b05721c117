"""Forms with files."""

import re

from ._exchange import Exchange


def form(exchange: Exchange) -> dict[str, bytes]:
    """Return the fields of a ``multipart/form-data`` request by name."""
    found = re.search(r'boundary="?([^";]+)', exchange.headers.get("Content-Type", ""))
    if found is None:
        return {}
    fields: dict[str, bytes] = {}
    for part in exchange.body.split(b"--" + found[1].encode())[1:-1]:
        head, _, content = part.partition(b"\r\n\r\n")
        name = re.search(rb'name="([^"]*)"', head)
        if name is not None:
            fields[name[1].decode()] = content.removesuffix(b"\r\n")
    return fields


__all__ = ["form"]
