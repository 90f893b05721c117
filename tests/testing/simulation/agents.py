"""Agents with one vice each."""

import asyncio
import random

import reactivex as rx
from reactivex import Observable
from reactivex import operators as ops

from rxvoice import AudioFrame, Event, Memory, Operator, Turn
from rxvoice.contracts import Chat, Synthesizer, Transcriber, Vad
from rxvoice.operators import (
    aggregate_turn,
    converse,
    interrupt_at_once,
    interruptible,
    pace,
    respond,
    start_on_transcript,
    stop_after_silence,
    synthesize,
    transcribe,
    vad_gate,
)


def hasty(*, vad: Vad, stt: Transcriber, llm: Chat, tts: Synthesizer) -> Operator[Event, Event]:
    """Takes any pause for an end."""
    stop = stop_after_silence(min_delay=0.1)
    return converse(vad=vad, stt=stt, llm=llm, tts=tts, stop=stop)


def steadfast(*, vad: Vad, stt: Transcriber, llm: Chat, tts: Synthesizer) -> Operator[Event, Event]:
    """Does not mind noise."""
    start = [start_on_transcript()]
    reflex = interrupt_at_once()
    return converse(vad=vad, stt=stt, llm=llm, tts=tts, start=start, interruption=reflex)


def jumpy(*, vad: Vad, stt: Transcriber, llm: Chat, tts: Synthesizer) -> Operator[Event, Event]:
    """Falls silent at every sound."""
    return converse(vad=vad, stt=stt, llm=llm, tts=tts, interruption=interrupt_at_once())


def unstoppable(
    *, vad: Vad, stt: Transcriber, llm: Chat, tts: Synthesizer
) -> Operator[Event, Event]:
    """Speaks to its end, whoever speaks meanwhile, and then answers that."""
    memory = Memory()

    def reply(turn: Event) -> Observable[Event]:
        asked: Observable[Event] = rx.just(turn)
        return asked.pipe(respond(llm, memory), synthesize(tts), pace())

    def answered(source: Observable[Event]) -> Observable[Event]:
        turns: Observable[Event] = source.pipe(ops.share())
        replies: Observable[Event] = turns.pipe(
            ops.filter(lambda item: isinstance(item, Turn)), ops.concat_map(reply)
        )
        return rx.merge(turns, replies)

    return rx.compose(vad_gate(vad), transcribe(stt), aggregate_turn(), answered, memory.record())


def eager(*, vad: Vad, stt: Transcriber, llm: Chat, tts: Synthesizer) -> Operator[Event, Event]:
    """Hands its audio out long before it is heard, and is interrupted by final transcripts."""

    def reply(turn: Turn) -> Observable[Event]:
        asked: Observable[Event] = rx.just(turn)
        return asked.pipe(respond(llm), synthesize(tts), pace(lead=5.0))

    turns = aggregate_turn(start=[start_on_transcript(interim=False)])
    answer = interruptible(reply, policy=interrupt_at_once())
    return rx.compose(vad_gate(vad), transcribe(stt), turns, answer)


def twofold(*, vad: Vad, stt: Transcriber, llm: Chat, tts: Synthesizer) -> Operator[Event, Event]:
    """Lets some of the audio that it had cut off out, late."""
    operator = converse(vad=vad, stt=stt, llm=llm, tts=tts)

    def leaking(source: Observable[Event]) -> Observable[Event]:
        def late(item: Event) -> Observable[Event]:
            if not isinstance(item, AudioFrame):
                return rx.just(item)
            return rx.merge(rx.just(item), rx.just(item).pipe(ops.delay(0.05)))

        return operator(source).pipe(ops.flat_map(late))

    return leaking


def moody(*, vad: Vad, stt: Transcriber, llm: Chat, tts: Synthesizer) -> Operator[Event, Event]:
    """Has a temper that comes from the module `random`."""
    stop = stop_after_silence(min_delay=random.choice([0.1, 0.5, 0.9]))
    return converse(vad=vad, stt=stt, llm=llm, tts=tts, stop=stop)


def broken(*, vad: Vad, stt: Transcriber, llm: Chat, tts: Synthesizer) -> Operator[Event, Event]:
    """Fails at the second turn."""
    operator = converse(vad=vad, stt=stt, llm=llm, tts=tts)

    def look(item: Event) -> None:
        if isinstance(item, Turn) and item.number == 2:
            raise KeyError("the second turn")

    return rx.compose(operator, ops.do_action(look))


def endless(*, vad: Vad, stt: Transcriber, llm: Chat, tts: Synthesizer) -> Operator[Event, Event]:
    """Does not end when the caller has hung up."""
    operator = converse(vad=vad, stt=stt, llm=llm, tts=tts)
    return lambda source: rx.merge(operator(source), rx.never())


def untidy(*, vad: Vad, stt: Transcriber, llm: Chat, tts: Synthesizer) -> Operator[Event, Event]:
    """Leaves a timer behind."""
    operator = converse(vad=vad, stt=stt, llm=llm, tts=tts)

    def left(source: Observable[Event]) -> Observable[Event]:
        asyncio.get_running_loop().call_later(10_000.0, print)
        return operator(source)

    return left
