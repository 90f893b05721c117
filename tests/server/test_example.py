"""The example that is served."""

import runpy
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from rxvoice import AudioFrame, Context, Event, Operator, ReplyEnded
from rxvoice.providers.energy import energy
from rxvoice.server import CallSession, Options
from rxvoice.telephony import Twilio
from rxvoice.testing import ScriptedLLM, ScriptedTTS, run_virtual
from tests.telephony.lines import TWILIO

from .agents import READY, connected, hears, loud, message, quiet, served

EXAMPLE = Path(__file__).parents[2] / "examples" / "served_agent.py"

pytestmark = pytest.mark.skipif(not EXAMPLE.exists(), reason="only in a clone")


async def _complete(_: AudioFrame) -> float:
    return 1.0


def _example(llm: ScriptedLLM) -> Callable[[CallSession], Operator[Event, Event]]:
    """Load the example, and put providers without models into it."""
    pytest.importorskip("hibari")
    pytest.importorskip("xllamacpp")
    agent: Any = runpy.run_path(str(EXAMPLE))["agent"]
    agent.__globals__.update(
        vad=energy(), stt=hears("Hello?"), llm=llm, tts=ScriptedTTS(), turns=_complete
    )
    return agent


def test_dx03_a_client_and_a_telephone_call_the_example() -> None:
    llm = ScriptedLLM("I am here.", again=True)
    ended: list[ReplyEnded] = []

    async def main() -> None:
        options = Options(lines={"twilio": lambda: Twilio(hang_up=False)})
        async with served(_example(llm), options) as (server, site):
            server.observers.append(
                lambda _, event: ended.append(event) if isinstance(event, ReplyEnded) else None
            )
            async with connected(site) as client:
                await client.send(READY)
                await client.told("bot-ready")
                await client.send(quiet(0.5))
                await client.send(loud(0.5))
                for _ in range(60):
                    await client.send(quiet(0.02))
                await client.told("bot-stopped-speaking")
                await client.send(message("disconnect-bot", "2"))
            async with connected(site, "/phone") as line:
                for start in TWILIO.start:
                    await line.socket.send_str(start)
                number = 1
                for part in (quiet(0.5), loud(0.5), quiet(1.5)):
                    samples = part.samples[::2]
                    for at in range(0, len(samples), 160):
                        data = TWILIO.encode(samples[at : at + 160])
                        await line.socket.send_str(str(TWILIO.media(number, data)))
                        number += 1
                while "media" not in await line.socket.receive_str():
                    pass

    run_virtual(main(), real_io=True)
    assert ended[0].spoken == "I am here."
    browser, telephone = llm.asked
    assert _instruction(browser) == "You are a friendly assistant. Answer in two short sentences."
    assert "on the telephone with +15550100" in _instruction(telephone)


def _instruction(context: Context) -> str:
    return context.instruction or ""
