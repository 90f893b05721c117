"""Each public name is documented once, in the package that it belongs to.

Several packages export the same names; those further out, or further on, leave them out.
"""

import importlib
from functools import cache
from pathlib import Path
from typing import Any

from sphinx.application import Sphinx

ROOT = Path(__file__).resolve().parents[2] / "rxvoice"


@cache
def packages() -> tuple[str, ...]:
    """Return all public packages and modules that say what is public in them."""
    names: list[str] = []
    for path in sorted(ROOT.rglob("*.py")):
        parts = ("rxvoice", *path.relative_to(ROOT).with_suffix("").parts)
        parts = parts[:-1] if parts[-1] == "__init__" else parts
        hidden = any(part.startswith("_") for part in parts) or parts[1:2] in (("cli",), ("data",))
        if not hidden and parts[-1] != "plugin" and "__all__" in path.read_text(encoding="utf-8"):
            names.append(".".join(parts))
    return tuple(names)


@cache
def home(origin: str, name: str) -> str | None:
    """Return where a name is documented that a module defines.

    That is the innermost package around the module that exports the name, or else the first.
    """
    exports = [each for each in packages() if name in importlib.import_module(each).__all__]
    around = [each for each in exports if f"{origin}.".startswith(f"{each}.")]
    return max(around, key=len, default=None) or next(iter(exports), None)


def skip(app: Sphinx, what: str, name: str, value: Any, skipped: bool, _: Any) -> bool | None:
    """Leave out what is documented elsewhere, and what pydantic adds."""
    if name == "model_config":
        return True
    page = str(getattr(app.env.current_document, "autodoc_module", "") or "")
    origin = getattr(value, "__module__", None)
    if what != "module" or not str(origin).startswith("rxvoice"):
        return None
    return True if home(str(origin), name) not in (None, page) else None


def setup(app: Sphinx) -> dict[str, bool]:
    """Take part in a build."""
    app.connect("autodoc-skip-member", skip)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
