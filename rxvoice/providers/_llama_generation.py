"""One answer of a language model."""

import math
import threading
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from typing import Any, Protocol

from rxvoice.aio import ThreadIngress
from rxvoice.errors import ProviderError, ProviderRejected
from rxvoice.items import Thought, Token, Usage

Said = Token | Thought | Usage


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

    def handle_completions(self, prompt: Mapping[str, object], /) -> Mapping[str, Any]:
        """Continue a text in the calling thread."""
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


def likeliest(answer: Mapping[str, Any]) -> list[tuple[str, float]]:
    """Read the likeliest tokens of a completion, with their probabilities.

    There are none where the likeliest is only a part of a letter.

    Raises:
        ProviderError: When the answer is an error, or is of another form.
    """
    if error := answer.get("error"):
        raise _failure(error)
    try:
        told = answer["choices"][0]["logprobs"]
        if told is None:
            return []
        (said, *_) = told["content"]
        return [(item["token"], math.exp(item["logprob"])) for item in said["top_logprobs"]]
    except (KeyError, IndexError, TypeError, ValueError) as error:
        message = "the model gave no probabilities"
        raise ProviderError(message, provider="llama", retryable=False) from error


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


__all__ = ["Generation", "Said", "Server", "TooLong", "said"]
