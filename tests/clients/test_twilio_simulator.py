"""A simulator of Twilio's media streams from a package, which takes the part of Twilio."""

import asyncio
import urllib.request
import xml.etree.ElementTree as xml
from pathlib import Path
from typing import Any

import pytest

from rxvoice.audio import decode_mulaw, encode_mulaw
from rxvoice.items import Disconnected, Dtmf, ReplyEnded
from rxvoice.server import PhoneStart
from rxvoice.telephony import Twilio
from rxvoice.testing import tone

from .agents import PITCHES, STORY, Scripted
from .hearing import sounds
from .serving import Served, served

api: Any = pytest.importorskip("streamdouble.api")
chaos: Any = pytest.importorskip("streamdouble.chaos")
plan: Any = pytest.importorskip("streamdouble.scenario")
session: Any = pytest.importorskip("streamdouble.session")

RATE = 8_000
LINES = {"twilio": lambda: Twilio(hang_up=False)}


def test_te02_ru08_a_caller_on_a_bad_line_presses_keys_and_interrupts_the_bot() -> None:
    agent = Scripted(stt=("hello there", "stop it please"), llm=(STORY, "I am quiet now."))
    with served(agent, lines=LINES) as site:
        report = _call(
            site,
            plan.Wait(0.3),
            _say(0.5),
            plan.WaitFor("audio", 5.0),
            plan.Wait(0.8),
            plan.Dtmf("5"),
            _say(0.5),
            plan.WaitFor("clear", 5.0),
            plan.Expect("clear"),
            plan.Expect("no_violations"),
            plan.Wait(1.7),
            config=session.SessionConfig(
                custom_parameters=_answer(site),
                impairments=chaos.Impairments(loss=0.03, jitter_ms=25.0),
                chaos_seed=7,
                quiet_period_s=0.3,
            ),
        )
    result = report.result
    assert report.exit_code == 0, report.to_dict()
    assert result.frames_dropped > 0
    assert result.unknown_events == []

    # The call is the one that was answered.
    (call,) = agent.sessions
    assert isinstance(call.start, PhoneStart)
    assert call.start.call.vendor == "twilio"
    assert call.start.call.stream == report.stream_sid
    assert call.start.body["From"] == "+15550100"
    events = [event for _, event in agent.events]
    assert [event.key for event in events if isinstance(event, Dtmf)] == ["5"]

    # Both hear the other, for all that the line loses.
    assert [sound.pitch for sound in sounds(*agent.ear)] == pytest.approx([1000.0] * 2, abs=10.0)
    cleared = result.events_of("clear_received")[0].at
    old, late, new = _split(report, cleared, cleared + 0.6)
    assert sounds(decode_mulaw(old), RATE)[0].pitch == pytest.approx(PITCHES[0], abs=5.0)
    assert sounds(decode_mulaw(new), RATE)[0].pitch == pytest.approx(PITCHES[1], abs=5.0)

    # Once Twilio was told to forget it, at most one packet of the old reply comes.
    assert len(late) <= 0.02 * RATE

    # What was heard is known by the marks that came back.
    assert len(result.marks_echoed) > 40
    reply = next(event for event in events if isinstance(event, ReplyEnded))
    assert len(reply.spoken.split()) == pytest.approx(len(old) / RATE / 0.25, abs=1.0)
    assert reply.interrupted


def test_te11_a_caller_who_is_gone_without_a_word_ends_the_call() -> None:
    agent = Scripted(stt=("hello there",), llm=(STORY,))
    with served(agent, lines=LINES) as site:
        report = _call(site, _say(0.5), plan.WaitFor("audio", 5.0), plan.Hangup())
        assert report.result.closed_by == "caller"
        site.until(lambda: not site.server.sessions)
    assert any(isinstance(event, Disconnected) for _, event in agent.events)


def _call(site: Served, *steps: Any, config: Any = None) -> Any:
    scenario = plan.Scenario("a call", [*steps])
    url = f"ws://{site.host}/phone"
    return asyncio.run(api.run_scenario(url, scenario, config=config))


def _split(report: Any, *times: float) -> list[bytes]:
    """Return what came before each of some times, and after the last."""
    parts, rest = [b"" for _ in range(len(times) + 1)], report.audio_received
    for event in report.result.events_of("media_received"):
        part = sum(event.at >= time for time in times)
        parts[part] += rest[: event.detail["bytes"]]
        rest = rest[event.detail["bytes"] :]
    return parts


def _say(seconds: float) -> Any:
    sound = encode_mulaw(tone(seconds, RATE, frequency=1000.0, level=0.5).samples)
    frames = [sound[at : at + 160] for at in range(0, len(sound), 160)]
    return plan.Say(Path("a tone"), frames)


def _answer(site: Served) -> dict[str, str]:
    """Return what the server's answer to an incoming call hands on to the stream."""
    asked = urllib.request.Request(
        f"http://{site.host}/phone/twilio", b"CallSid=CA1&From=%2B15550100&To=%2B15550199"
    )
    with urllib.request.urlopen(asked, timeout=5.0) as answer:
        twiml = xml.fromstring(answer.read())
    stream = twiml.find("./Connect/Stream")
    assert stream is not None
    assert stream.attrib["url"] == f"wss://{site.host}/phone"
    return {one.attrib["name"]: one.attrib["value"] for one in stream.iter("Parameter")}
