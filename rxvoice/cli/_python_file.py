"""Taking things from a user's Python file."""

import importlib.util
import sys
import traceback
from collections.abc import Mapping
from pathlib import Path
from types import ModuleType
from typing import Any, Final

USUAL: Final = "agent"
"""What the function that makes an agent is called unless one says otherwise."""


def load(place: str, *names: str) -> Any:
    """Run a Python file and return the first thing of some names that there is, to be called.

    Args:
        place: The file; a name may follow after a colon, and is the only one then.
        names: In their order; `USUAL` unless given.

    Raises:
        ValueError: In a line: there is no such file or name, or the file fails.
    """
    path, named = _split(place, "")
    module = _module(path)
    wanted = (named,) if named else names or (USUAL,)
    for name in wanted:
        found = getattr(module, name, None)
        if found is None:
            continue
        if not callable(found):
            raise ValueError(f"{name} in {path} is no function, but {type(found).__name__}")
        return found
    raise ValueError(f"{path} has no {' or '.join(map(repr, wanted))}; say which with {path}:NAME")


def choose(what: str, choice: str, known: Mapping[str, Any]) -> Any:
    """Return what a name stands for, or what a file has under it.

    Args:
        what: Told in errors.
        choice: A known name, or ``FILE.PY:NAME``.
        known: By name.

    Raises:
        ValueError: When there is none.
    """
    if choice in known:
        return known[choice]
    if ".py" not in choice:
        raise ValueError(
            f"{what} must be one of {', '.join(known)}, or FILE.PY:NAME, got {choice!r}"
        )
    path, name = _split(choice, what)
    found = getattr(_module(path), name, None)
    if found is None:
        raise ValueError(f"{path} has no {name!r}")
    return found


def clearly(error: Exception, place: str) -> Exception:
    """Return an error that says in a line what went wrong in somebody's code.

    Args:
        error: What it raised.
        place: The file, as given.
    """
    path, _ = _split(place, USUAL)
    frames = traceback.extract_tb(error.__traceback__)
    lines = [frame.lineno for frame in frames if Path(frame.filename) == path.resolve()]
    if not lines and isinstance(error, TypeError | ValueError):
        return ValueError(str(error))
    where = f"{path}, line {lines[-1]}" if lines else place
    notes = " ".join(getattr(error, "__notes__", ()))
    return ValueError(f"{where}: {type(error).__name__}: {error} {notes}".rstrip())


def _split(place: str, name: str) -> tuple[Path, str]:
    head, colon, tail = place.rpartition(":")
    if colon and tail.isidentifier():
        return Path(head), tail
    return Path(place), name


def _module(path: Path) -> ModuleType:
    """Run a file as a module of its own, which finds its neighbours, but not as the program."""
    if not path.is_file():
        raise ValueError(f"there is no file {path}")
    path = path.resolve()
    name = f"_rxvoice_{path.stem}"
    known = sys.modules.get(name)
    if known is not None and known.__file__ == str(path):
        return known
    spec = importlib.util.spec_from_file_location(name, path)
    if spec is None or spec.loader is None:
        raise ValueError(f"{path} is no Python file")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    if str(path.parent) not in sys.path:
        sys.path.insert(0, str(path.parent))
    try:
        spec.loader.exec_module(module)
    except SyntaxError as error:
        del sys.modules[name]
        raise ValueError(f"{path}, line {error.lineno}: {error.msg}") from error
    except SystemExit as error:
        del sys.modules[name]
        raise ValueError(f"{path} ends the program when it is loaded") from error
    except Exception as error:
        del sys.modules[name]
        raise clearly(error, str(path)) from error
    return module
