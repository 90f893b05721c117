"""`converse`."""

import reactivex as rx
from reactivex import Observable, abc

from rxvoice._types import Operator
from rxvoice.context import Memory
from rxvoice.contracts import (
    Chat,
    InterruptionPolicy,
    StartStrategy,
    StopStrategy,
    Synthesizer,
    Transcriber,
    Vad,
)
from rxvoice.items import Event, Turn
from rxvoice.operators._aggregate_turn import aggregate_turn
from rxvoice.operators._interruptible import interruptible
from rxvoice.operators._pace import pace
from rxvoice.operators._respond import respond
from rxvoice.operators._synthesize import synthesize
from rxvoice.operators._transcribe import transcribe
from rxvoice.operators._vad_gate import vad_gate


def converse(
    *,
    vad: Vad,
    stt: Transcriber,
    llm: Chat,
    tts: Synthesizer,
    memory: Memory | str = "",
    start: list[StartStrategy] | None = None,
    stop: list[StopStrategy] | StopStrategy | None = None,
    interruption: InterruptionPolicy | None = None,
    rate: int | None = None,
    apology: str | None = None,
    first_clause: int = 0,
) -> Operator[Event, Event]:
    """Hold a conversation: from the user's audio to everything that is heard, said and decided.

    This is nothing but the operators of this package in their natural order. Where something else
    is wanted, write the pipe out and change it.

    Marbles (one column is 100 ms: "s" is a frame of speech, "q" a quiet one)::

        audio  qsssssqqqqqqqqqqqqqqqqsssssssss
        stt    ------h
        llm                 -ab|
               -------------^--!
        tts                 ----vx-wx----------y|
               -------------^--------------!
        converse(vad=vad, stt=stt, llm=llm, tts=tts)
        turns  --1----------T--------------2
        voice  ------------------V-W--p----i

        h: Transcript("Tell me a story.", is_final=True, is_finalized=True)
        1: TurnStarted(1)  T: Turn("Tell me a story.", 1)  2: TurnStarted(2)  p: ReplyPaused(1)
        a: Token("Once")  b: Token(" upon a time.")  x: speech(0.1)
        v: Word("Once", 0.0)  w: Word("upon", 0.1)  y: Word("a", 0.2)
        V: Word("Once", 1.8)  W: Word("upon", 1.9)  i: ReplyEnded(1, "Once upon", interrupted=True)

    Args:
        vad: Voice detection.
        stt: Speech recognition.
        llm: The language model.
        tts: The voice.
        memory: The conversation so far, or the model's instruction. A `Memory` serves one
            subscription at a time; from an instruction each subscription makes its own.
        start: As for `aggregate_turn`.
        stop: As for `aggregate_turn`.
        interruption: As the ``policy`` of `interruptible`.
        rate: Sample rate of the bot's audio in Hz; the voice's own unless given.
        apology: What to say when the model fails before its first word.
        first_clause: As for `synthesize`.

    Returns:
        The operator. `AudioFrame` items that come out are the bot's, with the session's time.
    """

    def conversed(audio: Observable[Event]) -> Observable[Event]:
        def subscribed(_: abc.SchedulerBase) -> Observable[Event]:
            heard = Memory(memory) if isinstance(memory, str) else memory

            def reply(turn: Turn) -> Observable[Event]:
                asked: Observable[Event] = rx.just(turn)
                return asked.pipe(
                    respond(llm, heard, apology=apology),
                    synthesize(tts, first_clause=first_clause),
                    pace(rate=rate),
                )

            return audio.pipe(
                vad_gate(vad),
                transcribe(stt),
                aggregate_turn(start=start, stop=stop),
                interruptible(reply, policy=interruption),
                heard.record(),
            )

        return rx.defer(subscribed)

    return conversed
