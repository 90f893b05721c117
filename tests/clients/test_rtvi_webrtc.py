"""The RTVI client for JavaScript, over small WebRTC, in a browser."""

from typing import Any

import pytest

from rxvoice.items import ReplyEnded
from rxvoice.rtvi import Reports
from rxvoice.server import WebRtcStart
from tests.webrtc.loopback import loopback

from .agents import PITCHES, STORY, WHERE, Scripted, helpful
from .browser import bundled, needs_browser, needs_client, of, tab
from .hearing import sounds
from .serving import served

pytestmark = [needs_browser, needs_client]

MICROPHONE = (1.9, 0.4, 1.9, 0.5, 60.0)
"""There is time to connect before the first words: until then nobody hears them."""


def test_rt03_ru07_a_page_of_others_talks_with_an_agent_by_webrtc(browser: Any) -> None:
    agent = Scripted(stt=("hello there", "stop it please"), llm=(STORY, "I am quiet now."))
    with (
        loopback(),
        served(agent, files=bundled("page.js")) as site,
        tab(browser, site.page) as page,
    ):
        page.do("make('webrtc')")
        offer = {"webrtcRequestParams": {"endpoint": f"http://{site.host}/api/offer"}}
        ready = page.do("offer => client.connect(offer)", offer)
        page.wait("BotStoppedSpeaking", 2)
        log, played = page.log(), page.played()
        page.do("client.disconnect()")
        page.wait("Disconnected")

    assert (ready["version"], ready["about"]) == ("2.2.0", {"library": "rxvoice"})
    assert of(log, "Error") == of(log, "MessageError") == []
    finals = [said["text"] for said in of(log, "UserTranscript") if said["final"]]
    assert finals == [*agent.stt]

    # Both hear the other.
    (first, second) = sounds(*agent.ear)
    assert first.pitch == pytest.approx(1000.0, abs=5.0)
    assert second.pitch == pytest.approx(1000.0, abs=5.0)
    (old, new) = sounds(played.samples, played.rate)
    assert old.pitch == pytest.approx(PITCHES[0], abs=5.0)
    assert new.pitch == pytest.approx(PITCHES[1], abs=5.0)
    assert new.duration == pytest.approx(1.0, abs=0.4)

    # Of the old reply the browser hears what its own buffer holds, and no more.
    stopped = next(event for event in log if event["name"] == "BotStoppedSpeaking")
    assert old.end - stopped["heard"] < 0.5
    replies = [event for _, event in agent.events if isinstance(event, ReplyEnded)]
    assert [reply.interrupted for reply in replies] == [True, False]
    assert len(replies[0].spoken.split()) * 0.25 == pytest.approx(old.duration, abs=0.4)


def test_rt04_rt05_ru03_a_page_starts_types_answers_and_is_let_go_by_webrtc(browser: Any) -> None:
    talks = Scripted(llm=(WHERE, "You are in Rome."))
    with (
        loopback(),
        served(
            helpful(talks),
            files=bundled("page.js"),
            reports=Reports(levels={"where": "full"}),
            tokens=True,
        ) as site,
        tab(browser, site.page) as page,
    ):
        page.do("make('webrtc', {enableMic: false})")
        page.do(
            """client.registerFunctionCallHandler("where", async (call) => ({
                city: "Rome", asked: call.arguments.exactly,
            }))"""
        )
        asked = {"transport": "webrtc", "body": {"name": "Ada"}}
        start = {"endpoint": f"http://{site.host}/start", "requestData": asked}
        page.do("start => client.startBotAndConnect(start)", start)
        page.do("client.sendText('Where am I?')")
        page.wait("BotStoppedSpeaking")
        assert page.do("client.sendClientRequest('double', 21, 3000)") == 42
        log = page.log()
        page.do("client.disconnectBot()")
        page.wait("Disconnected")

    (session,) = talks.sessions
    assert isinstance(session.start, WebRtcStart)
    assert session.start.body == {"name": "Ada"}
    assert of(log, "ServerMessage") == [{"hello": "@pipecat-ai/client-js"}]
    (stopped,) = of(log, "LLMFunctionCallStopped")
    assert stopped["result"] == {"city": "Rome", "asked": True}
    assert "".join(one["text"] for one in of(log, "BotLlmText")) == "You are in Rome."
