"""The end of a turn by its text: what a small language model expects next."""

import math
import os
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from rxvoice.aio import in_thread
from rxvoice.providers._llama_engine import Engine
from rxvoice.providers._shared import Shared
from rxvoice.providers.last_words import log_odds
from rxvoice.providers.llama import located, named

_COST: Final = 0.03
_CONTEXT: Final = 512
_BYTES: Final = 240
"""How much of the end of a text is read, some 40 words; a token is a byte at least."""

_PROMPT: Final = "- Yes.\n- I am not sure.\n- "
"""Sets the tone: lines of things that people say."""

_MOST: Final = 200
_ENDS: Final = (".", "?", "!", "\n", '"')


def llama_turn(*, model: str | os.PathLike[str] = "smollm2-135m-instruct") -> "LlamaTurn":
    """Return a judge of whether a text is complete: how likely a language model lets it end there.

    The text, without the sign that the recogniser put at its end, goes to the model. What counts is
    the probability that next comes a full stop, a question or exclamation mark, or the end. What
    `rxvoice.providers.last_words` knows is added. The last 40 words or so count. It is for English,
    as far as the model and those rules are.

    The model is loaded once for the process, at the first call or by ``prepare``, beside one that
    `rxvoice.providers.llama` may have loaded, with one thread and a memory of 0.2 GB. It runs in a
    worker thread, one text at a time. Each text begins like the one before, as a rule, and then
    only the words that are new are read.

    Args:
        model: A key of the model store, or a ``.gguf`` file.

    Returns:
        An `rxvoice.contracts.EndOfText`. Calling it raises `rxvoice.errors.ModelUnavailable` when
        the model cannot be had and `rxvoice.errors.ModelError` when it is broken.

    Raises:
        ValueError: When there is no such model.

    Where the numbers come from: as for `rxvoice.providers.last_words`. Area under the curve .83
    alone, .86 with Smart Turn; the way the model is asked hardly matters (eight ways: .81 to .83).
    A call takes 15 to 30 ms of one processor thread.
    """
    return LlamaTurn(named(model))


@dataclass(frozen=True, slots=True)
class LlamaTurn:
    """What `llama_turn` returns: an `rxvoice.contracts.EndOfText` that can be prepared.

    Attributes:
        model: Which loaded model it uses.
    """

    model: str | Path

    async def __call__(self, text: str, /) -> float:
        """Return the probability, 0 to 1, that a turn with this text is complete."""
        engine = await self._shared().get()
        return await in_thread(_judge, engine, text, name="llama_turn", cost=_COST)

    async def prepare(self) -> None:
        """Load the model and run it once."""
        await self("Hello.")

    def close(self) -> None:
        """Unload the model for all who share it; the next call loads it again."""
        with _lock:
            shared = _loaded.pop(self.model, None)
        if shared is not None and shared.made:
            shared.value.close()

    def _shared(self) -> Shared[Engine]:
        with _lock:
            if self.model not in _loaded:
                _loaded[self.model] = Shared(self._load, name="load llama_turn")
            return _loaded[self.model]

    def _load(self) -> Engine:
        return Engine(located(self.model), slots=1, context=_CONTEXT, threads=1)


def _judge(engine: Engine, text: str) -> float:
    said = " ".join(text.encode()[-_BYTES:].decode(errors="ignore").split())
    prompt = _PROMPT + said.rstrip(" .,;:?!…-")
    likely = engine.next_tokens(prompt, _MOST)
    ends = sum(chance for token, chance in likely if not token or token.strip(" ")[:1] in _ENDS)
    rules = log_odds(text, open_word=-0.93, no_stop=-0.87, answer=0.66)
    return 1.0 / (1.0 + math.exp(-1.5 - 0.87 * math.log(max(ends, 1e-3)) - rules))


_loaded: dict[str | Path, Shared[Engine]] = {}
_lock = threading.Lock()

__all__ = ["LlamaTurn", "llama_turn"]
