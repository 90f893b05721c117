"""Providers that behave as conditions say."""

from collections.abc import Sequence
from random import Random
from typing import Any

import reactivex as rx
from reactivex import Observable
from reactivex import operators as ops

from rxvoice.context import Context
from rxvoice.contracts import Chat, Spoken, Synthesizer, Written
from rxvoice.errors import ProviderError
from rxvoice.items import Sentence, Token
from rxvoice.testing.calls import Recogniser, ScriptedLLM, ScriptedTTS
from rxvoice.testing.calls._llm import Says
from rxvoice.testing.calls._timed import timed
from rxvoice.testing.simulation._chance import happens, spread_around
from rxvoice.testing.simulation._conditions import Conditions
from rxvoice.testing.simulation._texts import ANSWERS, MISHEARD

_ANSWERS = tuple(
    (len(text.split()), tuple(f" {word}" for word in text.split())) for text in ANSWERS
)


def model(llm: str | Sequence[Says] | Chat | None, conditions: Conditions, random: Random) -> Chat:
    """Return the language model of one call.

    Args:
        llm: As for `simulate`.
        conditions: What it suffers.
        random: Where chance comes from, for this model alone.
    """
    if llm is None:
        return _troubled(lambda _: _answer(conditions, random), conditions, random)
    if callable(llm):
        return _troubled(llm, conditions, random)
    says = [llm] if isinstance(llm, str) else llm
    pace = 1.0 / conditions.tokens
    scripted = ScriptedLLM(*says, ttft=conditions.ttft, every=pace, again=True)
    return _troubled(scripted, conditions, random)


def _answer(conditions: Conditions, random: Random) -> Observable[Written]:
    """Write whole sentences until there are enough words."""
    at = spread_around(random, conditions.ttft, conditions.spread)
    pace = 1.0 / conditions.tokens
    wanted = random.randint(*conditions.words)
    written: list[tuple[float, Written]] = []
    while wanted > 0:
        count, words = random.choice(_ANSWERS)
        wanted -= count
        for word in words:
            written.append((at, Token(word)))
            at += pace
    return timed(written, at)


def _troubled(chat: Chat, conditions: Conditions, random: Random) -> Chat:
    def asked(context: Context) -> Observable[Written]:
        fails = happens(random, conditions.llm_fails)
        hangs = happens(random, conditions.llm_hangs)
        late = happens(random, conditions.llm_late)
        if fails:
            error = ProviderError("the model failed", provider="llm")
            return timed([], conditions.ttft, error)
        if hangs:
            return rx.never()
        answer = chat(context)
        if not late:
            return answer
        wait: Observable[Any] = timed([], conditions.lateness)
        return wait.pipe(ops.concat(answer))

    return asked


def voice(tts: Synthesizer | None, conditions: Conditions, random: Random) -> Synthesizer:
    """Return the voice of one call; arguments as for `model`."""

    def speaks(source: Observable[Sentence]) -> Observable[Spoken]:
        ttfb = spread_around(random, conditions.ttfb, conditions.spread)
        if happens(random, conditions.tts_fails):
            error = ProviderError("the voice failed", provider="tts")
            return ScriptedTTS(ttfb=ttfb, faults={1: error})(source)
        return ScriptedTTS(ttfb=ttfb)(source) if tts is None else tts(source)

    return speaks


def recogniser(conditions: Conditions, random: Random) -> Recogniser:
    """Return what is understood of a caller; arguments as for `model`."""

    def understands(text: str, is_final: bool) -> tuple[str | Exception | None, float]:
        delay = spread_around(random, conditions.recognition, conditions.spread)
        if not is_final or not text:
            return text, delay
        fails = happens(random, conditions.stt_fails)
        silent = happens(random, conditions.stt_silent)
        blank = happens(random, conditions.stt_blank)
        if happens(random, conditions.stt_mishears):
            words = text.split()
            words[random.randrange(len(words))] = random.choice(MISHEARD)
            text = " ".join(words)
        if fails:
            return ProviderError("the recogniser failed", provider="stt"), delay
        return None if silent else "" if blank else text, delay

    return understands
