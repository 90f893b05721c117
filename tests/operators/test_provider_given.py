"""Providers that cannot be called as such are refused where they are given."""

import asyncio
from collections.abc import Awaitable, Callable
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
import reactivex as rx
from reactivex import Observable

from rxvoice import AudioFrame, Memory, Session
from rxvoice.contracts import AudioFilter, VoiceDetector
from rxvoice.operators import (
    by_sentence,
    converse,
    evaluate,
    failover,
    filter_audio,
    hedge,
    race,
    respond,
    start_on_interruption,
    stop_at_end_of_turn,
    summarise,
    switchable,
    synthesize,
    transcribe,
    utterances,
    vad_gate,
)
from rxvoice.providers._catalogue import catalogue
from rxvoice.testing import (
    ScriptedLLM,
    ScriptedSTT,
    ScriptedTTS,
    ScriptedVAD,
    run_virtual,
    tone,
)


def made(*, model: str = "small") -> Callable[[Any], Any]:
    """Make a provider, as those of vendors are made."""
    return lambda stream: stream


OPERATORS: dict[str, Callable[[Any], Any]] = {
    "stt must be a function of a stream of audio": transcribe,
    "tts must be a function of a stream of sentences": synthesize,
    "llm must be a function of a conversation": respond,
    "recognise must be a function of audio": utterances,
    "speak must be a function of a text": by_sentence,
    "model must be a function of audio": stop_at_end_of_turn,
    "text must be a function of a text": lambda text: stop_at_end_of_turn(made(), text=text),
    "llm must be a function of a conversation, got": partial(evaluate, instruction="Is it polite?"),
    "llm must be a function of a conversation, got <": lambda llm: summarise(llm, Memory()),
    "a provider must be a function of a request or a stream": failover,
    "a provider must be a function of a request or a stream, got": partial(race, ScriptedLLM()),
    "a provider must be a function of a request or a stream, got <": partial(hedge, ScriptedTTS()),
    "a provider must be a function of a request or a stream, got <f": lambda any_kind: switchable(
        {"big": ScriptedSTT(), "small": any_kind}
    ),
}


@pytest.mark.parametrize("message", OPERATORS)
def test_a_provider_without_its_parentheses_is_refused_at_once(message: str) -> None:
    operator = OPERATORS[message]
    with pytest.raises(TypeError, match=rf"{message}.*; is made\(\) meant\?"):
        operator(made)
    operator(made())


@pytest.mark.parametrize(
    "operator", [*OPERATORS.values(), vad_gate, filter_audio, start_on_interruption]
)
def test_a_module_is_no_provider(operator: Callable[[Any], Any]) -> None:
    with pytest.raises(TypeError, match=r"must be a function .*, got <module 'pytest'"):
        operator(pytest)


KINDS: dict[str, Callable[[Any], Any]] = {
    "stt": transcribe,
    "tts": synthesize,
    "llm": respond,
    "vad": vad_gate,
    "turn": stop_at_end_of_turn,
    "audio": filter_audio,
}


@pytest.mark.parametrize(
    ("kind", "place"),
    sorted({(entry.kind, entry.function) for entry in catalogue() if entry.kind in KINDS}),
)
def test_every_maker_of_providers_is_told_from_what_it_makes(kind: str, place: str) -> None:
    module, _, name = place.partition(":")
    maker = getattr(import_module(f"rxvoice.providers.{module}"), name)
    with pytest.raises(TypeError, match=rf"; is {name}\(\) meant\?"):
        KINDS[kind](maker)


@pytest.mark.parametrize("name", ["vad", "stt", "llm", "tts"])
def test_a_conversation_refuses_it_before_there_is_a_call(name: str) -> None:
    parts: dict[str, Any] = {
        "vad": ScriptedVAD(),
        "stt": ScriptedSTT("hello"),
        "llm": ScriptedLLM("hello"),
        "tts": ScriptedTTS(),
    }
    converse(**parts)
    without: dict[str, Any] = {**parts, name: ScriptedVAD if name == "vad" else made}
    with pytest.raises(TypeError, match=rf"{name} must be .*; is \w+\(\) meant\?"):
        converse(**without)


class Opener:
    """Opens detectors."""

    def __call__(self) -> VoiceDetector:
        return ScriptedVAD()()


class Preparing:
    """Will be a detector."""

    def __call__(self) -> None:
        """Do something else."""

    def __await__(self) -> Any:
        return asyncio.sleep(0.0, ScriptedVAD()()).__await__()


class Hearing:
    """Is a detector itself, made anew for each stream."""

    rate = 16_000
    window = 320

    def __call__(self, samples: Any = None, /) -> float:
        return 1.0

    def reset(self) -> None:
        """Remember nothing."""

    def close(self) -> None:
        """Hold nothing."""


class Made(type):
    """Makes something else of a class that is called."""

    def __call__(cls) -> Any:
        return ScriptedVAD()()


class Odd(metaclass=Made):
    """A class that opens detectors."""

    def __call__(self) -> None:
        """Nobody has one."""


class New:
    """Likewise."""

    def __new__(cls) -> Any:
        return ScriptedVAD()()

    def __call__(self) -> None:
        """Nobody has one."""


def opener() -> Opener:
    """Return what opens detectors."""
    return Opener()


def known_later() -> "Opener":
    return Opener()


def openers() -> Callable[[], VoiceDetector]:
    return Opener()


def filters() -> Callable[[], AudioFilter]:
    raise NotImplementedError


@pytest.mark.parametrize("maker", [filters])
def test_what_makes_something_that_opens_filters_opens_none(maker: Any) -> None:
    with pytest.raises(TypeError, match="filter must be a function without arguments that opens"):
        filter_audio(maker)


@pytest.mark.parametrize("maker", [opener, known_later, openers, Opener, ScriptedVAD])
def test_what_makes_something_that_opens_detectors_opens_none(maker: Any) -> None:
    for operator in (vad_gate, start_on_interruption):
        message = rf"that opens a detector, got .*; is {maker.__name__}\(\) meant\?"
        with pytest.raises(TypeError, match=message):
            operator(maker)
        operator(maker())


def detector() -> Hearing:
    return Hearing()


def soon() -> Preparing:
    return Preparing()


def either() -> VoiceDetector | Awaitable[VoiceDetector]:
    return Hearing()


def nowhere() -> "Nowhere":  # type: ignore[name-defined] # noqa: F821  # pyright: ignore
    return Hearing()


async def loads() -> VoiceDetector:
    return Hearing()


FUNCTIONS: list[Any] = [detector, soon, either, nowhere, loads, lambda: Hearing()]
CLASSES: list[Any] = [Hearing, Preparing, Odd, New]
OTHERS: list[Any] = [partial(Hearing), Opener(), Opener().__call__]
SENSELESS: list[Any] = [lambda: Opener(), partial(dict[str, int]), lambda: asyncio.sleep(0.0, 3)]


@pytest.mark.parametrize("vad", [*FUNCTIONS, *CLASSES, *OTHERS])
def test_whatever_opens_a_detector_may_do_so(vad: Any) -> None:
    async def main() -> list[Any]:
        got: list[Any] = []
        async with Session() as session:
            frames = rx.from_iterable([tone(0.02, 16_000)] * 20)
            session.subscribe(frames.pipe(vad_gate(vad)), got.append)
            await asyncio.sleep(1.0)
        return got

    assert any(isinstance(item, AudioFrame) for item in run_virtual(main()))


@pytest.mark.parametrize("gate", [vad_gate, start_on_interruption])
@pytest.mark.parametrize("vad", SENSELESS)
def test_what_has_opened_something_else_is_told_by_the_stream(
    gate: Callable[[Any], Any], vad: Any
) -> None:
    async def main() -> list[Any]:
        failed: list[Any] = []
        async with Session() as session:
            session.subscribe(rx.never().pipe(gate(vad)), None, failed.append)
            await asyncio.sleep(1.0)
        return failed

    (error,) = run_virtual(main())
    assert isinstance(error, TypeError)
    assert " must open a detector, but " in str(error)


class Hears:
    """A recogniser that has more to set."""

    def __call__(self, stream: Any, /, *options: Any, fast: bool = True) -> Any:
        return stream


def streams(stream: Observable[Any]) -> Observable[Any]:
    return stream


def texts(text: str) -> Any:
    """Speak, or judge."""


def anything(stream: Any, voice: str = "") -> Any:
    return stream


def named(name: "str", path: Path | None = None) -> Any:
    """Say no more than a text, which may mean anything."""


def many(*names: str) -> Any:
    """Take any number."""


def test_whatever_can_be_called_as_one_is_a_provider() -> None:
    for provider in (Hears(), Hears().__call__, streams, anything, named, many, made()):
        transcribe(provider)
        synthesize(provider)
        respond(provider)
    transcribe(ScriptedSTT("hello"))
    synthesize(ScriptedTTS())
    respond(ScriptedLLM("hello"))
    vad_gate(ScriptedVAD())
    by_sentence(texts)
    stop_at_end_of_turn(made(), text=texts)
    start_on_interruption(None)
