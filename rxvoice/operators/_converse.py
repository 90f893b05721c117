"""`converse`."""

import reactivex as rx

from rxvoice import Command, Context, Event, Memory, Played, contracts
from rxvoice.operators._aggregate_turn import aggregate_turn
from rxvoice.operators._background_tools import background_tools
from rxvoice.operators._bot_speech import bot_speech
from rxvoice.operators._echo_gate import echo_gate
from rxvoice.operators._hang_up import hang_up
from rxvoice.operators._interruptible import interruptible
from rxvoice.operators._pace import pace
from rxvoice.operators._prewarm import prewarm
from rxvoice.operators._respond import respond
from rxvoice.operators._skip_speaking import skip_speaking
from rxvoice.operators._steer import steer
from rxvoice.operators._synthesize import synthesize
from rxvoice.operators._transcribe import transcribe
from rxvoice.operators._vad_gate import vad_gate
from rxvoice.operators._with_feedback import with_feedback


def converse(
    *,
    vad: contracts.Vad,
    stt: contracts.Transcriber,
    llm: contracts.Chat,
    tts: contracts.Synthesizer,
    memory: Memory | Context | str = "",
    start: list[contracts.StartStrategy] | None = None,
    stop: list[contracts.StopStrategy] | contracts.StopStrategy | None = None,
    interruption: contracts.InterruptionPolicy | None = None,
    played: rx.Observable[Played] | None = None,
    commands: rx.Observable[Command] | None = None,
    loudspeaker: bool = False,
    rate: int | None = None,
    apology: str | None = None,
    first_clause: int = 0,
) -> contracts.Operator[Event, Event]:
    """Hold a conversation: from the user's audio to everything that is heard, said and decided.

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
        memory: The conversation, for one subscription at a time; or what each one's begins with.
        start: As for `aggregate_turn`.
        stop: As for `aggregate_turn`.
        interruption: As the ``policy`` of `interruptible`.
        played: As for `interruptible`.
        commands: As for `steer`.
        loudspeaker: Whether the user may hear the bot by a loudspeaker: adds the `echo_gate`.
        rate: Sample rate of the bot's audio in Hz; the voice's own unless given.
        apology: What to say when the model fails before its first word.
        first_clause: As for `synthesize`.

    Returns:
        The operator: those of this package in their natural order; write the pipe out to change it.
        `AudioFrame` items that come out are the bot's, with the session's time.
    """
    listen = rx.compose(vad_gate(vad), transcribe(stt), prewarm(stt, llm, tts))
    speak = rx.compose(synthesize(tts, first_clause=first_clause), pace(rate=rate))
    respond(llm, Memory())  # refuses here what is no model, as those above do, and not in a call

    def agent(feedback: rx.Observable[Event]) -> contracts.Operator[Event, Event]:
        heard = memory if isinstance(memory, Memory) else Memory(memory)
        reply = rx.compose(respond(llm, heard, apology=apology), skip_speaking(heard), speak)
        return rx.compose(
            rx.compose(echo_gate(feedback), listen) if loudspeaker else listen,
            aggregate_turn(start=start, stop=stop, feedback=feedback),
            steer(commands, feedback=feedback),
            interruptible(lambda turn: reply(rx.just(turn)), policy=interruption, played=played),
            rx.compose(background_tools(heard), bot_speech(), heard.record()),
        )

    return hang_up(with_feedback(agent))
