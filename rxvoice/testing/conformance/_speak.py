"""`check_speak`."""

from collections.abc import AsyncGenerator, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any, cast

from rxvoice.contracts import Speak, Synthesizer
from rxvoice.operators import by_sentence

from ._report import Report
from ._synthesizer import SENTENCES, check_voice
from ._trial import Make


def check_speak(
    make: Make[Speak],
    /,
    *,
    sentences: Sequence[str] = SENTENCES,
    words: bool = True,
    failing: Make[Speak] | None = None,
    real_io: bool = True,
    patience: float = 30.0,
) -> Report:
    """Check that a function that speaks single sentences keeps `rxvoice.contracts.Speak`.

    It is used as `rxvoice.operators.by_sentence` uses it. Arguments and result are those of
    `check_synthesizer`.

    Args:
        make: Makes the function.
        sentences: What it is asked to say.
        words: Whether it tells when each word is spoken.
        failing: Makes one whose service cannot be reached or refuses.
        real_io: Whether it uses sockets or threads of its own; without, the check is quicker.
        patience: Virtual seconds that an answer may take.

    Returns:
        What was looked at, and what was skipped.

    Raises:
        ConformanceError: With all points that failed.
        ValueError: When an argument makes no sense.
    """
    __tracebackhide__ = True
    voice = _by_sentence(make)
    broken = None if failing is None else _by_sentence(failing)
    return check_voice("check_speak", voice, sentences, words, broken, real_io, patience)


def _by_sentence(make: Make[Speak]) -> Make[Synthesizer]:
    def made() -> Synthesizer | AbstractAsyncContextManager[Synthesizer]:
        speak: Any = make()
        if not hasattr(speak, "__aenter__"):
            return by_sentence(cast("Speak", speak))

        @asynccontextmanager
        async def entered() -> AsyncGenerator[Synthesizer]:
            async with cast("AbstractAsyncContextManager[Speak]", speak) as function:
                yield by_sentence(function)

        return entered()

    return made


__all__ = ["check_speak"]
