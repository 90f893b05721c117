"""Whether a host on the web answers, found out quickly."""

import socket
import threading
import urllib.request
from urllib.parse import urlsplit

from ._content import PlaceFailed


class Reach:
    """Remembers which hosts do not answer.

    Looking a name up has no time limit of its own, and a host behind a wall never answers. So one
    that takes too long is given up, and all of them together cost at most ``budget``. A host that
    refuses at once costs nothing and is asked again the next time.

    Args:
        budget: Seconds that may be lost on hosts that do not answer.
        patience: Seconds that one host may take.
    """

    def __init__(self, *, budget: float = 2.0, patience: float = 1.5) -> None:
        self._budget = budget
        self._patience = patience
        self._silent: dict[tuple[str, int], str] = {}
        self._lock = threading.Lock()

    def check(self, url: str) -> None:
        """Raise `PlaceFailed` unless a connection to the host can be had."""
        target = _target(url)
        with self._lock:
            if target not in self._silent:
                self._ask(*target)
            if reason := self._silent.get(target):
                raise PlaceFailed(reason)

    def _ask(self, host: str, port: int) -> None:
        allowed = min(self._patience, self._budget)
        if allowed < 0.1:
            raise PlaceFailed("not tried: other hosts did not answer either")
        outcome: list[Exception | None] = []

        def connect() -> None:
            try:
                socket.create_connection((host, port), timeout=allowed).close()
            except (OSError, UnicodeError) as error:
                outcome.append(error)
            else:
                outcome.append(None)

        # A look-up cannot be cancelled; the thread ends when the resolver gives up.
        thread = threading.Thread(target=connect, name="rxvoice-reach", daemon=True)
        thread.start()
        thread.join(allowed)
        failure = outcome[0] if outcome else TimeoutError()
        if isinstance(failure, TimeoutError):
            self._budget -= allowed
            self._silent[host, port] = f"{host} did not answer within {allowed:g} s"
        elif failure is not None:
            raise PlaceFailed(f"{host} cannot be reached: {failure}") from failure


def _target(url: str) -> tuple[str, int]:
    parts = urlsplit(url)
    host = parts.hostname or ""
    proxy = urllib.request.getproxies().get(parts.scheme)
    if proxy and not urllib.request.proxy_bypass(host):
        parts = urlsplit(proxy if "//" in proxy else f"//{proxy}", scheme="http")
        host = parts.hostname or ""
    return host, parts.port or (443 if parts.scheme == "https" else 80)
