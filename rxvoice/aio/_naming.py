"""Names of functions, for people who look for the one that was slow."""

import functools
import os
import sys
import sysconfig
from collections.abc import Iterator
from types import FrameType
from typing import Any, Final, cast

_OURS: Final = "rxvoice."
_SERVED: Final = "_rxvoice_"
"""Before the names of modules that the command line has loaded from files."""
_PLUMBING: Final = (
    "rxvoice.aio",
    "rxvoice.clock",
    "rxvoice.telemetry",
    "rxvoice._",
    "rxvoice.session",
    "reactivex",
)
_INSTALLED: Final = tuple({sysconfig.get_path("purelib"), sysconfig.get_path("platlib")})


def name_of(function: Any) -> str:
    """Return where a callable is from, such as ``"rxvoice.operators.pace"``."""
    while isinstance(function, functools.partial):
        function = cast("functools.partial[Any]", function).func
    module = getattr(function, "__module__", "") or ""
    qualname = getattr(function, "__qualname__", "") or type(function).__qualname__
    return _named(module, qualname)


def name_of_running(frame: FrameType | None) -> str:
    """Return who is answerable for what runs: the innermost operator, or code of an application.

    Args:
        frame: The innermost frame.

    Returns:
        The name; empty where there is nothing but plumbing.
    """
    for outer in _outwards(frame):
        module = str(outer.f_globals.get("__name__", ""))
        if not _is_plumbing(module, outer.f_code.co_filename):
            return _named(module, outer.f_code.co_qualname)
    return ""


def _outwards(frame: FrameType | None) -> Iterator[FrameType]:
    while frame is not None:
        yield frame
        frame = frame.f_back


def _is_plumbing(module: str, file: str) -> bool:
    if module.startswith(_PLUMBING) or module.partition(".")[0] in sys.stdlib_module_names:
        return True
    if module.startswith(_OURS):
        return False
    return file.startswith("<") or os.path.abspath(file).startswith(_INSTALLED)


def _named(module: str, qualname: str) -> str:
    module = module.removeprefix(_SERVED)
    if module.startswith(_OURS):  # a file holds one operator and has its name
        return ".".join(part.lstrip("_") for part in module.split("."))
    return f"{module}.{qualname}".replace(".<locals>", "")


__all__ = ["name_of", "name_of_running"]
