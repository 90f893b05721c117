"""A notebook without a front end: IPython's own shell, whose outputs are kept."""

from collections.abc import Generator
from contextlib import contextmanager
from typing import Any

from IPython.core.displaypub import CapturingDisplayPublisher
from IPython.core.interactiveshell import InteractiveShell
from traitlets.config import Config


class Outputs:
    """What was displayed.

    Args:
        shell: IPython's.
    """

    def __init__(self, shell: Any) -> None:
        self._shell = shell
        self._publisher = shell.display_pub

    def enter(self, cell: str) -> None:
        """Run in a cell, as front ends tell kernels."""
        self._shell.get_parent = lambda: {"metadata": {"cellId": cell}}

    @property
    def texts(self) -> list[str]:
        """What each output showed, one after the other, in words."""
        return [each["data"]["text/plain"] for each in self._publisher.outputs]

    @property
    def pages(self) -> list[str]:
        """Likewise, as HTML."""
        return [each["data"]["text/html"] for each in self._publisher.outputs]

    @property
    def places(self) -> list[str]:
        """Where each was shown."""
        return [each["transient"]["display_id"] for each in self._publisher.outputs]


@contextmanager
def notebook() -> Generator[Outputs]:
    """Have a notebook."""
    config = Config()
    config.HistoryManager.enabled = False
    shell: Any = InteractiveShell.instance(config=config)
    before, shell.display_pub = shell.display_pub, CapturingDisplayPublisher()
    try:
        yield Outputs(shell)
    finally:
        shell.display_pub = before
        InteractiveShell.clear_instance()


__all__ = ["Outputs", "notebook"]
