"""The RTVI client for JavaScript, over a websocket, in a browser."""

from typing import Any

import pytest

from rxvoice.items import ReplyEnded

from .agents import PITCHES, STORY, Scripted
from .browser import bundled, needs_browser, needs_client, of, tab
from .hearing import sounds
from .serving import served

pytestmark = [needs_browser, needs_client]

MICROPHONE = (0.6, 0.4, 1.9, 0.5, 60.0)


def test_rt01_rt03_rt11_a_page_of_others_talks_with_an_agent_and_interrupts_it(
    browser: Any,
) -> None:
    agent = Scripted(stt=("hello there", "stop it please"), llm=(STORY, "I am quiet now."))
    with (
        served(agent, files=bundled("page.js")) as site,
        tab(browser, site.page) as page,
    ):
        page.do("make('websocket')")
        ready = page.do("host => client.connect({wsUrl: `ws://${host}/ws`})", site.host)
        page.wait("BotStoppedSpeaking", 2)
        log, played = page.log(), page.played()
        page.do("client.disconnect()")
        page.wait("Disconnected")

    assert (ready["version"], ready["about"]) == ("2.2.0", {"library": "rxvoice"})
    names = [event["name"] for event in log]
    assert {*EXPECTED} <= {*names}
    assert "Error" not in names
    finals = [said["text"] for said in of(log, "UserTranscript") if said["final"]]
    assert finals == [said["text"] for said in of(log, "UserLlmText")] == [*agent.stt]
    assert "".join(wrote["text"] for wrote in of(log, "BotLlmText")) == STORY + "I am quiet now."

    # Both hear the other.
    (first, second) = sounds(*agent.ear)
    assert first.pitch == pytest.approx(1000.0, abs=5.0)
    assert second.pitch == pytest.approx(1000.0, abs=5.0)
    (old, new) = sounds(played.samples, played.rate)
    assert old.pitch == pytest.approx(PITCHES[0], abs=5.0)
    assert new.pitch == pytest.approx(PITCHES[1], abs=5.0)
    assert new.duration == pytest.approx(1.0, abs=0.4)

    # After the interruption at most one packet of the old reply comes; what the client holds of it
    # is what was late before.
    stopped = names.index("BotStoppedSpeaking")
    started = len(names) - 1 - names[::-1].index("BotStartedSpeaking")
    late = [event["data"] for event in log[stopped:started] if event["name"] == "Audio"]
    assert sum(late) <= 0.02 * played.rate
    assert old.end - log[stopped]["heard"] < 0.5

    # What is remembered is what was heard.
    replies = [event for _, event in agent.events if isinstance(event, ReplyEnded)]
    assert [reply.interrupted for reply in replies] == [True, False]
    words = len(replies[0].spoken.split())
    assert words * 0.25 == pytest.approx(old.duration, abs=0.3)
    told = [one for one in of(log, "BotOutput") if one["text"] == STORY][-1]
    assert told["spoken_progress"]["accumulated_text"].split() == STORY.split()[:words]


EXPECTED = (
    "Connected",
    "BotReady",
    "UserStartedSpeaking",
    "UserStoppedSpeaking",
    "UserTranscript",
    "UserLlmText",
    "BotLlmStarted",
    "BotLlmText",
    "BotLlmStopped",
    "BotTtsStarted",
    "BotTtsText",
    "BotTtsStopped",
    "BotStartedSpeaking",
    "BotStoppedSpeaking",
    "BotTranscript",
    "BotOutput",
    "Metrics",
)
