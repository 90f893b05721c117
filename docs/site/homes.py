"""Each public name is documented once, in the package that it belongs to.

Several packages export the same names; the others only say where theirs come from.
"""

import importlib
from functools import cache
from typing import Any

from sphinx.application import Sphinx


@cache
def home(module: str, name: str) -> str | None:
    """Return the innermost public package above a module that exports a name of it."""
    while module:
        public = not any(part.startswith("_") for part in module.split("."))
        if public and name in getattr(importlib.import_module(module), "__all__", ()):
            return module
        module = module.rpartition(".")[0]
    return None


def skip(app: Sphinx, what: str, name: str, value: Any, skipped: bool, _: Any) -> bool | None:
    """Leave out what is documented elsewhere."""
    page = str(getattr(app.env.current_document, "autodoc_module", "") or "")
    origin = str(getattr(value, "__module__", None) or "")
    if what != "module" or not origin.startswith("rxvoice") or not isinstance(page, str):
        return None
    return True if home(origin, name) not in (None, page) or _borrowed(origin, page) else None


def _borrowed(origin: str, page: str) -> bool:
    """Tell whether a module exports what a private module beside it has."""
    return page.startswith("rxvoice.providers.") and origin != page


def setup(app: Sphinx) -> dict[str, bool]:
    """Take part in a build."""
    app.connect("autodoc-skip-member", skip)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
