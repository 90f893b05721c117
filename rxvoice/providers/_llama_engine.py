"""A language model in this process, by llama.cpp."""

import atexit
import secrets
import threading
from collections import deque
from collections.abc import Mapping
from concurrent.futures import Future
from importlib import import_module
from pathlib import Path
from typing import Any, Final
from weakref import WeakSet

from rxvoice.aio import ThreadIngress
from rxvoice.errors import ModelError, ProviderError
from rxvoice.providers._llama_generation import Generation, Said, Server, likeliest

_BATCH: Final = 32
"""Tokens of a prompt between two looks at whether the answer is still wanted."""

_PATIENCE: Final = 10.0
"""Seconds that a closing engine waits for an answer to stop."""


class Engine:
    """A loaded model. As many answers are written at a time as it has slots.

    Args:
        path: The model, a ``.gguf`` file.
        slots: Answers at a time; each has a context of its own.
        context: Tokens of one slot, prompt and answer together.
        threads: Processor threads.

    Raises:
        ModelError: When the runtime is missing or cannot use the file.
    """

    def __init__(self, path: Path, *, slots: int, context: int, threads: int) -> None:
        self.slots: Final = slots
        self._server: Server | None = _open(path, slots, context, threads)
        self._lock = threading.Lock()
        self._free = slots
        self._waiting: deque[Future[None]] = deque()
        self._running: set[Generation] = set()
        _engines.add(self)

    def reserve(self) -> Future[None]:
        """Ask for a slot, in turn. The future is done when there is one for the caller.

        Cancel it to give up; where that comes too late, `release`.
        """
        place: Future[None] = Future()
        with self._lock:
            if self._server is None:
                place.set_exception(_closed())
            elif self._free:
                self._free -= 1
                place.set_result(None)
            else:
                self._waiting.append(place)
        return place

    def release(self) -> None:
        """Give back a slot that was reserved and in which nothing was started."""
        with self._lock:
            self._give()

    def start(self, request: Mapping[str, object], ingress: ThreadIngress[Said]) -> Generation:
        """Begin an answer in a slot that was reserved; it gives the slot back at its end."""
        with self._lock:
            if self._server is None:
                self._give()
                raise _closed()
            generation = Generation(self._server, request, ingress, self._over)
            self._running.add(generation)
            try:
                generation.start()  # while locked, so that `close` only joins what has started
            except RuntimeError:  # no more threads
                self._running.discard(generation)
                self._give()
                raise
        return generation

    def next_tokens(self, text: str, most: int) -> list[tuple[str, float]]:
        """Return the likeliest tokens that follow a text, with their probabilities; blocking.

        It needs no reserved slot; where all are taken it waits for one.

        Args:
            text: Shorter than the context of a slot.
            most: How many tokens.

        Raises:
            ProviderError: When the engine was closed or the model fails.
        """
        with self._lock:
            server = self._server
        if server is None:
            raise _closed()
        request = {"prompt": text, "n_predict": 1, "n_probs": most, "cache_prompt": True}
        return likeliest(server.handle_completions(request))

    def close(self) -> None:
        """Stop all answers, which fail, and free the model; idempotent. It blocks for a token."""
        with self._lock:
            server, self._server = self._server, None
            running, waiting = list(self._running), list(self._waiting)
            self._waiting.clear()
        for generation in running:
            generation.stop(_closed())
        for place in waiting:
            if place.set_running_or_notify_cancel():
                place.set_exception(_closed())
        if not all([generation.join(_PATIENCE) for generation in running]):
            _stuck.append(server)  # freeing it under a thread that uses it would crash

    def _over(self, generation: Generation) -> None:
        with self._lock:
            self._running.discard(generation)
            self._give()

    def _give(self) -> None:
        while self._waiting:
            place = self._waiting.popleft()
            if place.set_running_or_notify_cancel():
                place.set_result(None)
                return
        self._free += 1


def _open(path: Path, slots: int, context: int, threads: int) -> Server:
    try:
        runtime: Any = import_module("xllamacpp")
    except ImportError as error:
        message = "xllamacpp is missing; install it with `pip install 'rxvoice[local]'`"
        raise ModelError(message) from error
    wanted = runtime.CommonParams()
    wanted.model.path = str(path)
    wanted.n_parallel = slots
    wanted.n_ctx = slots * context
    wanted.n_batch = wanted.n_ubatch = _BATCH
    wanted.cpuparams.n_threads = wanted.cpuparams_batch.n_threads = threads
    wanted.cache_ram_mib = 0
    wanted.prefill_assistant = False
    wanted.verbosity = -1
    # It always listens. Nobody shall use that door: any port, loopback only, a key nobody knows.
    wanted.port = 0
    wanted.hostnames = ["127.0.0.1"]
    wanted.api_keys = [secrets.token_urlsafe(32)]
    wanted.n_threads_http = 1
    wanted.ui = False
    try:
        server: Server = runtime.Server(wanted)
    except Exception as error:
        raise ModelError(f"cannot use the model file {path}: llama.cpp refuses it") from error
    return server


def _closed() -> ProviderError:
    return ProviderError("the model was closed", provider="llama", retryable=False)


_engines: WeakSet[Engine] = WeakSet()
_stuck: list[object] = []


# The runtime's threads call Python; once the interpreter is gone that aborts the process.
@atexit.register
def _close_all() -> None:
    for engine in list(_engines):
        engine.close()


__all__ = ["Engine"]
