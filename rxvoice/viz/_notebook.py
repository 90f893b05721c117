"""What there is to know of a notebook."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Shown:
    """An output.

    Attributes:
        html: For notebooks.
        text: For those that show text alone.
    """

    html: str
    text: str

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:
        return {"text/html": self.html, "text/plain": self.text}


def cell_name() -> str:
    """Return a name of the cell that runs: the same when it is run again.

    Front ends that do not tell which cell it is have one name for all.
    """
    shell = _shell()
    parent: Any = shell.get_parent() if hasattr(shell, "get_parent") else {}
    cell: Any = parent.get("metadata", {}).get("cellId") if parent else None
    return f"cell {cell}" if cell else "cell"


def show() -> Callable[[Shown], None]:
    """Make an output that the returned function fills and replaces.

    Raises:
        RuntimeError: When there is no notebook.
    """
    _shell()
    import IPython.display

    tools: Any = IPython.display
    handle: Any = None

    def put(shown: Shown) -> None:
        nonlocal handle
        if handle is None:
            handle = tools.display(shown, display_id=True)
        else:
            handle.update(shown)

    return put


def _shell() -> Any:
    try:
        from IPython.core.getipython import get_ipython
    except ImportError:
        shell: Any = None
    else:
        shell = get_ipython()
    if shell is None:
        raise RuntimeError("live pictures need a notebook; elsewhere use rxvoice.viz.Probes")
    return shell


__all__ = ["Shown", "cell_name", "show"]
