"""What the RTVI client for JavaScript asks of a bot besides talking, in several versions."""

from typing import Any

import pytest

from rxvoice.items import AppendMessages
from rxvoice.rtvi import Reports
from rxvoice.server import WebsocketStart

from .agents import WHERE, Scripted, helpful
from .browser import OLD_MODULES, Tab, bundled, needs_browser, needs_client, of, tab
from .serving import served

pytestmark = [needs_browser, needs_client]

CONNECT = "host => client.connect({wsUrl: `ws://${host}/ws`})"
ADD = (
    """text => void client.appendToContext({role: "user", content: text, run_immediately: true})"""
)


def test_rt04_rt05_rt06_rt10_a_page_of_others_types_asks_answers_and_leaves(browser: Any) -> None:
    failure = RuntimeError("no model")
    talks = Scripted(llm=("You have typed.", WHERE, "You are in Rome.", failure))
    with (
        served(
            helpful(talks),
            files=bundled("page.js"),
            reports=Reports(levels={"where": "full"}),
        ) as site,
        tab(browser, site.page) as page,
    ):
        page.do("make('websocket', {enableMic: false})")
        page.do(
            """client.registerFunctionCallHandler("where", async (call) => ({
                city: "Rome", asked: call.arguments.exactly,
            }))"""
        )
        asked = {"transport": "websocket", "body": {"name": "Ada"}}
        start = {"endpoint": f"http://{site.host}/start", "requestData": asked}
        page.do("start => client.startBotAndConnect(start)", start)
        _type(page, "Hello")
        page.wait("BotStoppedSpeaking")
        _type(page, "Where am I?", audio_response=False)
        page.wait("BotLlmStopped", 3)
        sounds = page.names().count("Audio")
        _type(page, "Fail!")
        page.wait("Error")
        _type(page, "This is for later.", run_immediately=False)
        assert page.do("client.sendClientRequest('double', 21, 3000)") == 42
        refusal = page.do("client.sendClientRequest('triple', 7, 3000).catch((told) => told.data)")
        assert refusal == {"error": "nobody knows"}
        names, log = page.names(), page.log()
        page.do("client.disconnectBot()")
        page.wait("Disconnected")

    (session,) = talks.sessions
    assert isinstance(session.start, WebsocketStart)
    assert session.start.body == {"name": "Ada"}
    assert of(log, "ServerMessage") == [{"hello": "@pipecat-ai/client-js"}]
    wrote = "".join(one["text"] for one in of(log, "BotLlmText"))
    assert wrote == "You have typed.You are in Rome."
    assert [one["text"] for one in of(log, "BotTtsText")] == ["You", "have", "typed."]
    assert names.count("BotStartedSpeaking") == 1
    assert sounds == pytest.approx(3 * 0.25 / 0.02, abs=3), "only the first answer is spoken"
    assert of(log, "LLMFunctionCallStarted") == [{"function_name": "where"}]
    (stopped,) = of(log, "LLMFunctionCallStopped")
    assert stopped["result"] == {"city": "Rome", "asked": True}
    (failed,) = of(log, "Error")
    assert failed["data"]["fatal"] is False
    assert "MessageError" in names
    events = [event for _, event in talks.events]
    added = [event.messages[0].text for event in events if isinstance(event, AppendMessages)]
    assert added == ["Hello", "Where am I?", "Fail!", "This is for later."]
    assert not talks.heard


def test_rt02_a_client_of_another_version_is_told_so_and_served(browser: Any) -> None:
    agent = Scripted(llm=("Yes.",))
    with (
        served(agent, files=bundled("page.js")) as site,
        tab(browser, site.page) as page,
    ):
        page.do("make('websocket', {enableMic: false, version: '9.1.0'})")
        ready = page.do(CONNECT, site.host)
        assert ready["version"] == "2.2.0"
        page.do("client.sendText('Is anybody there?')")
        page.wait("BotStoppedSpeaking")
        names = page.names()
        (complaint,) = page.of("MessageError")
        page.do("client.disconnect()")
    assert "RTVI version 9.1.0 is not compatible" in complaint["data"]["error"]
    assert names.index("MessageError") < names.index("BotReady")


def test_rt02_a_client_of_rtvi_1_is_served_by_the_old_names(browser: Any) -> None:
    talks = Scripted(llm=("Yes, I am. And you?", WHERE, "You are in Rome."))
    files = bundled("old_page.js", modules=OLD_MODULES)
    with (
        served(helpful(talks), files=files, reports=Reports(levels={"where": "full"})) as site,
        tab(browser, site.page) as page,
    ):
        page.do("make()")
        page.do(
            """client.registerFunctionCallHandler("where", async (call) => ({
                city: "Rome", asked: call.arguments.exactly,
            }))"""
        )
        ready = page.do("host => client.connect({ws_url: `ws://${host}/ws`})", site.host)
        assert ready["version"].startswith("1.")
        page.do(f"({ADD})('Is anybody there?')")
        page.wait("BotStoppedSpeaking")
        page.do(f"({ADD})('Where am I?')")
        page.wait("BotStoppedSpeaking", 2)
        assert page.do("client.sendClientRequest('double', 21)") == 42
        log = page.log()
        page.do("client.disconnect()")
        page.wait("Disconnected")
    texts = [said["text"] for said in of(log, "BotTranscript")]
    assert texts == ["Yes, I am.", "And you?", "You are in Rome."]
    wrote = "".join(said["text"] for said in of(log, "BotLlmText"))
    assert wrote == "Yes, I am. And you?You are in Rome."
    assert len(of(log, "BotTtsText")) == 9
    assert of(log, "MessageError") == of(log, "Error") == []


def _type(page: Tab, text: str, **options: bool) -> None:
    page.do("([text, options]) => client.sendText(text, options)", [text, options])
