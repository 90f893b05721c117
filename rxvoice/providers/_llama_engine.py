"""A language model in this process, by llama.cpp."""

import atexit
import secrets
import threading
from collections import deque
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from importlib import import_module
from pathlib import Path
from typing import Any, Final, Protocol
from weakref import WeakSet

from rxvoice.aio import ThreadIngress
from rxvoice.errors import ModelError, ProviderError, ProviderRejected
from rxvoice.items import Thought, Token, Usage

Said = Token | Thought | Usage

_BATCH: Final = 32
"""Tokens of a prompt between two looks at whether the answer is still wanted."""

_PATIENCE: Final = 10.0
"""Seconds that a closing engine waits for an answer to stop."""


class TooLong(ProviderRejected):
    """The prompt has more tokens than the context.

    Attributes:
        tokens: Tokens of the prompt.
        context: Tokens that there is room for.
    """

    def __init__(self, tokens: int, context: int) -> None:
        message = f"the prompt has {tokens} tokens, the context only {context}"
        super().__init__(message, provider="llama", status=400)
        self.tokens = tokens
        self.context = context


class Server(Protocol):
    """The part of the runtime that is used."""

    def handle_chat_completions(
        self, prompt: Mapping[str, object], callback: Callable[[dict[str, Any]], bool], /
    ) -> object:
        """Answer in the calling thread, until the callback returns true."""
        ...


class Generation:
    """One answer that is being written, in a thread of its own.

    Args:
        server: Writes it.
        request: What it is asked.
        ingress: Takes what it says. It must have room for all of it, so that the thread never
            waits for a loop.
        over: Called in the thread at its end.

    Attributes:
        ended: Done when the thread has nothing more to do.
    """

    def __init__(
        self,
        server: Server,
        request: Mapping[str, object],
        ingress: ThreadIngress[Said],
        over: Callable[["Generation"], None],
    ) -> None:
        self.ended: Future[None] = Future()
        self.ended.set_running_or_notify_cancel()
        self._server: Server | None = server
        self._request = request
        self._ingress = ingress
        self._over = over
        self._stopped = False
        self._error: Exception | None = None
        # A daemon, for a thread that is waited for at exit could not be told to stop before.
        self._thread = threading.Thread(target=self._run, name="rxvoice-llama", daemon=True)

    def start(self) -> None:
        """Start the thread."""
        self._thread.start()

    def stop(self, error: Exception | None = None) -> None:
        """Have it end after the token, or the piece of the prompt, that is under way."""
        self._error = self._error or error
        self._stopped = True

    def join(self, timeout: float) -> bool:
        """Wait for the thread; tell whether it has ended."""
        self._thread.join(timeout)
        return not self._thread.is_alive()

    def _run(self) -> None:
        server, self._server = self._server, None
        try:
            if server is not None:
                server.handle_chat_completions(self._request, self._take)
        except Exception as error:
            self._error = self._error or ProviderError(
                f"the model failed: {type(error).__name__}", provider="llama", retryable=False
            )
            self._error.__cause__ = error
        finally:
            del server
            self._over(self)
            self._ingress.end(self._error)
            self.ended.set_result(None)

    def _take(self, chunk: dict[str, Any]) -> bool:
        """Take a piece from the runtime; return whether it shall stop."""
        try:
            return self._stopped or not all(map(self._ingress.put, said(chunk)))
        except Exception as error:  # the runtime would swallow it
            self._error = self._error or error
            return True


def said(chunk: dict[str, Any]) -> list[Said]:
    """Read one event of an answer.

    Raises:
        ProviderError: When the event tells of an error.
    """
    if error := chunk.get("error"):
        raise _failure(error)
    items: list[Said] = []
    for choice in chunk.get("choices", ()):
        delta: dict[str, Any] = choice.get("delta") or {}
        if thought := delta.get("reasoning_content"):
            items.append(Thought(thought))
        if text := delta.get("content"):
            items.append(Token(text))
    if usage := chunk.get("usage"):
        items.append(Usage("llama", usage["prompt_tokens"], usage["completion_tokens"]))
    return items


def _failure(error: dict[str, Any]) -> ProviderError:
    if error.get("type") == "exceed_context_size_error":
        return TooLong(error["n_prompt_tokens"], error["n_ctx"])
    status = int(error.get("code", 500))
    message = f"the model refused the request: {error.get('message', error)}"
    if 400 <= status < 500:
        return ProviderRejected(message, provider="llama", status=status)
    return ProviderError(message, provider="llama")


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


__all__ = ["Engine", "Generation", "Said", "TooLong"]
