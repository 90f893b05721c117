"""An agent that is served: browsers, telephones and rooms reach it.

::

    uv run --extra local rxvoice serve examples/served_agent.py

The function is called for each call. Models are loaded once, by the first one.
"""

from rxvoice import Event, Operator
from rxvoice.context import end_call, tools
from rxvoice.items import Context
from rxvoice.operators import converse, stop_at_end_of_turn
from rxvoice.providers.hibari import hibari
from rxvoice.providers.llama import llama
from rxvoice.providers.moonshine import moonshine
from rxvoice.providers.silero import silero
from rxvoice.providers.smart_turn import smart_turn
from rxvoice.server import CallSession, PhoneStart

INSTRUCTION = "You are a friendly assistant. Answer in two short sentences."

vad, stt, llm, tts = silero(), moonshine(), llama(), hibari()
turns = smart_turn()


def agent(session: CallSession) -> Operator[Event, Event]:
    """Make the agent of one call."""
    instruction = INSTRUCTION
    if isinstance(session.start, PhoneStart):
        instruction += f" You are on the telephone with {session.start.call.caller or 'somebody'}."
    return converse(
        vad=vad,
        stt=stt,
        llm=llm,
        tts=tts,
        memory=Context(instruction, tools=tools(end_call)),
        stop=stop_at_end_of_turn(turns),
        played=session.played,
        commands=session.commands,
    )
