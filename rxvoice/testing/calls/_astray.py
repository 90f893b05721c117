"""Events from threads that may not emit."""

import threading


class Strays:
    """Remembers what comes from another thread than the one that it is made in."""

    def __init__(self) -> None:
        self._thread = threading.get_ident()
        self._found: list[str] = []

    def note(self, what: str) -> bool:
        """Return whether something comes from another thread, and remember it."""
        if threading.get_ident() == self._thread:
            return False
        self._found.append(f"{what} from thread {threading.current_thread().name!r}")
        return True

    def __str__(self) -> str:
        """Return what is wrong, or nothing."""
        if not self._found:
            return ""
        return (
            f"the agent emitted {self._found[0]}; what other threads find has to be brought to "
            "the loop, by rxvoice.aio.in_thread, map_in_thread or ThreadIngress"
        )
