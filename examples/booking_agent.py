"""An agent that takes bookings, made of parts that it is given, and put to the test.

Nothing here says which models it has: whoever makes the agent gives it the parts that it names.
So can `rxvoice simulate`, which calls it a hundred times in virtual time, without models or keys,
and counts how often it was cut off by mistake, spoke too soon or kept the caller waiting::

    uv run rxvoice simulate examples/booking_agent.py --persona noisy
    uv run rxvoice simulate examples/booking_agent.py:quick --fail-if 'cut_offs>5%'
    uv run rxvoice simulate examples/booking_agent.py --persona examples/booking_agent.py:guest
"""

from rxvoice import Event, Operator
from rxvoice.contracts import Chat, Synthesizer, Transcriber, Vad
from rxvoice.operators import converse, start_on_transcript, stop_after_silence
from rxvoice.testing.calls import Caller

INSTRUCTION = "You take bookings for a small restaurant. Answer in one or two short sentences."


def agent(*, vad: Vad, stt: Transcriber, llm: Chat, tts: Synthesizer) -> Operator[Event, Event]:
    """Make an agent that only words can interrupt, so that it talks on when the guest coughs."""
    return converse(
        vad=vad,
        stt=stt,
        llm=llm,
        tts=tts,
        memory=INSTRUCTION,
        start=[start_on_transcript()],
        stop=stop_after_silence(min_delay=0.8),
        apology="I am sorry, could you say that again?",
    )


def quick(*, vad: Vad, stt: Transcriber, llm: Chat, tts: Synthesizer) -> Operator[Event, Event]:
    """Make an agent that answers at the first pause, whether the guest has finished or not."""
    return converse(
        vad=vad,
        stt=stt,
        llm=llm,
        tts=tts,
        memory=INSTRUCTION,
        stop=stop_after_silence(min_delay=0.2),
    )


async def guest(user: Caller) -> None:
    """Call as somebody who changes their mind while the agent repeats what they have said."""
    await user.says("A table for two on Friday, please.")
    await user.hears_for(user.random.uniform(0.5, 2.0))
    await user.says("No, for four.")
    assert await user.hears_all(), "the change was not answered"
