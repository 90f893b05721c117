"""Operators for resilience keep the kind of a provider, as type checkers see it (CO19, CO20)."""

from collections.abc import AsyncIterator
from typing import assert_type

import reactivex as rx
from reactivex import Observable

from rxvoice.context import Context
from rxvoice.contracts import (
    Chat,
    EndOfText,
    EndOfTurn,
    Recognise,
    Speak,
    Synthesizer,
    Transcriber,
)
from rxvoice.items import AudioFrame, Token, Transcript, Word
from rxvoice.operators import (
    ab,
    by_sentence,
    failover,
    hedge,
    race,
    respond,
    retry_with_backoff,
    switchable,
    synthesize,
    transcribe,
    utterances,
)
from rxvoice.operators._rota import Failover
from rxvoice.testing import ScriptedLLM, silence


def chat(context: Context) -> Observable[Token]:
    return rx.just(Token(context.system))


async def recognise(audio: AudioFrame) -> Transcript:
    return Transcript(f"{audio.duration:g}", is_final=True)


async def speak(text: str) -> AsyncIterator[AudioFrame | Word]:
    yield Word(text, 0.0)
    yield silence(0.02)


async def how_sure(_: AudioFrame) -> float:
    return 0.5


async def how_complete(_: str) -> float:
    return 0.5


def test_what_is_made_of_providers_is_a_provider_of_the_same_kind() -> None:
    made = failover(chat, chat)
    assert_type(made, Failover[Context, Observable[Token]])
    chats: list[Chat] = [
        made,
        failover(ScriptedLLM("a"), chat),
        race(chat, ScriptedLLM("a")),
        hedge(chat, ScriptedLLM("a"), after=1.0),
        retry_with_backoff(ScriptedLLM("a")),
        switchable({"a": chat, "b": chat}),
        ab(chat, ScriptedLLM("a")),
        failover(race(chat, chat), retry_with_backoff(chat)),
    ]
    recognisers: list[Recognise] = [failover(recognise, recognise), race(recognise, recognise)]
    voices: list[Speak] = [hedge(speak, speak), ab(speak, speak)]
    judges: list[EndOfTurn] = [retry_with_backoff(how_sure)]
    readers: list[EndOfText] = [switchable({"a": how_complete})]
    stt, tts = utterances(recognise), by_sentence(speak)
    transcribers: list[Transcriber] = [failover(stt, stt), race(stt, stt), switchable({"a": stt})]
    synthesizers: list[Synthesizer] = [hedge(tts, tts), ab(tts, tts), retry_with_backoff(tts)]
    for llm in chats:
        respond(llm)
    for transcriber in transcribers:
        transcribe(transcriber)
    for synthesizer in synthesizers:
        synthesize(synthesizer)
    for recogniser in recognisers:
        utterances(recogniser)
    for voice in voices:
        by_sentence(voice)
    assert judges
    assert readers
