"""Language models by llama.cpp, local."""

import os
import threading
from asyncio import wrap_future
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from reactivex import Observable

from rxvoice import models
from rxvoice.aio import ThreadIngress, from_async, pull
from rxvoice.context import Context
from rxvoice.items import Thought, Token, ToolCall, Usage
from rxvoice.providers._llama_engine import Engine
from rxvoice.providers._llama_generation import Said, TooLong
from rxvoice.providers._llama_prompt import Message, Ruler, fit, messages
from rxvoice.providers._shared import Shared

_TRIES: Final = 4


def llama(
    *,
    model: str | os.PathLike[str] = "auto",
    max_tokens: int = 256,
    temperature: float = 0.7,
    seed: int | None = None,
    threads: int | None = None,
    slots: int = 2,
    context: int = 2048,
) -> "Llama":
    """Return a language model that runs in this process, without network.

    A call with a `rxvoice.context.Context` gives a cold observable: the answer as `Token` items (a
    reasoning model's thoughts as `Thought`) and one `Usage` at the end. Unsubscribing stops the
    model after the token under way, or after at most 32 tokens of the prompt. The model is loaded
    once for the process, at the first call or by ``prepare``, for all that name the same file,
    slots, context and threads.

    Where the history does not fit into the context, its oldest messages are dropped, several at a
    time, so that the model seldom has to read what is left anew; the instruction and the last
    message stay. Neighbouring messages of one role are joined, blank ones left out. The model is
    not told of tools: models of this size write a call as text, whatever their template says.

    Args:
        model: A key of the model store, a ``.gguf`` file, or ``"auto"``: the 0.5B of Qwen when it
            can be had, else SmolLM2, which is fluent and usually wrong.
        max_tokens: Length of an answer.
        temperature: 0 for always the likeliest token.
        seed: Makes answers repeatable, where no other session shares the model.
        threads: Processor threads; one less than this process may use, at most 8, unless given.
            They wait for each other at every step, busily: with all processors an answer comes
            half again as fast on an idle machine, and ten times slower, event loop included, on
            one where other work keeps a processor busy.
        slots: Answers that are written at the same time; more sessions take turns.
        context: Tokens of one slot, prompt and answer together.

    Returns:
        An `rxvoice.contracts.Chat`. Its streams fail with `rxvoice.errors.ProviderRejected` when
        the instruction and the last message alone are too long, with
        `rxvoice.errors.ProviderError` when the model fails or is closed, with
        `rxvoice.errors.ModelUnavailable` when the file cannot be had, and with
        `rxvoice.errors.ModelError` when it is broken.

    Raises:
        ValueError: When there is no such model or a number is out of range.

    Measured on 2 cores, model and context alone (tokens a second with 2 threads and 1; first token
    after a turn of 10 tokens with the prefix warm; memory): SmolLM2 71 and 46, 0.06 s, 0.24 GB;
    Qwen 0.5B 20 and 11, 0.13 s, 0.65 GB. A cold prompt is read at 300 and 140 tokens a second.
    """
    if max_tokens < 1:
        raise ValueError(f"max_tokens must be at least 1, got {max_tokens}")
    if not temperature >= 0.0:
        raise ValueError(f"temperature must not be negative, got {temperature}")
    if threads is not None and threads < 1:
        raise ValueError(f"threads must be at least 1, got {threads}")
    if slots < 1:
        raise ValueError(f"slots must be at least 1, got {slots}")
    if context < 2 * max_tokens:
        raise ValueError(f"context must be at least twice max_tokens, got {context}")
    place = _Place(named(model), slots, context, threads or _processors())
    return Llama(place, max_tokens, temperature, seed)


def named(model: str | os.PathLike[str]) -> str | Path:
    """Return the key of the model store, or the path, that a user names.

    Raises:
        ValueError: When there is no such model.
    """
    keys = [key for key, file in models.TABLE.items() if file.name.endswith(".gguf")]
    if isinstance(model, str) and model in ("auto", *keys):
        return model
    path = Path(model)
    if not path.is_file():
        choices = ", ".join(["auto", *keys])
        raise ValueError(f"model must be one of {choices}, or a file; got {str(model)!r}")
    return path.resolve()


def located(model: str | Path) -> Path:
    """Return where the file of a model is; fetched when it is not here, which blocks."""
    if isinstance(model, Path):
        return model
    return models.first()[1] if model == "auto" else models.path(model)


def _processors() -> int:
    usable = getattr(os, "sched_getaffinity", None)
    return max(1, min(8, (len(usable(0)) if usable else os.cpu_count() or 1) - 1))


@dataclass(frozen=True, slots=True)
class _Place:
    """What answers must have in common to share a loaded model."""

    model: str | Path
    slots: int
    context: int
    threads: int

    def load(self) -> Engine:
        path = located(self.model)
        return Engine(path, slots=self.slots, context=self.context, threads=self.threads)


_loaded: dict[_Place, Shared[Engine]] = {}
_lock = threading.Lock()


@dataclass(frozen=True, slots=True)
class Llama:
    """What `llama` returns: an `rxvoice.contracts.Chat` that can be prepared.

    Attributes:
        place: Which loaded model it uses.
        max_tokens: Length of an answer.
        temperature: 0 for always the likeliest token.
        seed: Makes answers repeatable.
    """

    place: _Place
    max_tokens: int
    temperature: float
    seed: int | None

    def __call__(self, context: Context, /) -> Observable[Token | Thought | ToolCall | Usage]:
        """Answer a conversation."""

        def answered() -> AsyncIterator[Token | Thought | ToolCall | Usage]:
            return self._answer(context)

        return from_async(answered, name="llama")

    async def prepare(self, context: Context | None = None) -> None:
        """Load the model; with a context, have all slots read its instruction in advance.

        Args:
            context: What conversations begin with. Reading it costs as long as `llama` says, for
                each slot; a turn later reads only what follows it.
        """
        engine = await self._shared().get()
        system = messages(Context(context.instruction)) if context is not None else []
        for slot in range(engine.slots if system else 0):
            asked: list[Message] = [*system, {"role": "user", "content": "-"}]
            async with aclosing(self._ask(engine, asked, id_slot=slot, max_tokens=1)) as items:
                async for _ in items:
                    pass

    def close(self) -> None:
        """Unload the model for all who share it: their answers fail; the next one loads it again.

        It blocks until the token under way is done. At the end of the process models are unloaded
        by themselves.
        """
        with _lock:
            shared = _loaded.pop(self.place, None)
        if shared is not None and shared.made:
            shared.value.close()

    def _shared(self) -> Shared[Engine]:
        with _lock:
            if self.place not in _loaded:
                _loaded[self.place] = Shared(self.place.load, name="load llama")
            return _loaded[self.place]

    async def _answer(self, context: Context) -> AsyncIterator[Said]:
        engine = await self._shared().get()
        chat = messages(context)
        room, ruler = self.place.context - self.max_tokens, Ruler()
        for tries in range(1, _TRIES + 1):
            fitting = fit(chat, room, ruler)
            try:
                async with aclosing(self._ask(engine, fitting)) as items:
                    async for item in items:
                        yield item
                return
            except TooLong as error:
                if tries == _TRIES or len(fitting) == 1:
                    raise
                room = min(room, error.context - self.max_tokens)
                ruler = ruler.corrected(fitting, error.tokens)

    async def _ask(
        self, engine: Engine, chat: list[Message], **options: object
    ) -> AsyncGenerator[Said]:
        request: dict[str, object] = {
            "messages": chat,
            "max_tokens": self.max_tokens,
            "temperature": self.temperature,
            "cache_prompt": True,
            "stream": True,
            "stream_options": {"include_usage": True},
            "return_progress": True,
        }
        if self.seed is not None:
            request["seed"] = self.seed
        capacity = self.max_tokens + 16
        place = engine.reserve()
        try:
            await wrap_future(place)
        except BaseException:
            if not place.cancel() and place.exception() is None:
                engine.release()
            raise
        ingress: ThreadIngress[Said] = ThreadIngress(capacity, "error", name="llama")
        generation = engine.start(request | options, ingress)
        try:
            async with pull(ingress.stream, capacity=capacity, name="llama") as items:
                async for item in items:
                    yield item
        finally:
            generation.stop()
            await wrap_future(generation.ended)
            generation.join(1.0)  # it has nothing left to do but to go


__all__ = ["Llama", "llama"]
