"""The RTVI client for JavaScript in versions that are old, and that do not exist."""

from typing import Any

from rxvoice.rtvi import Reports

from .agents import WHERE, Scripted, helpful
from .browser import OLD_MODULES, bundled, needs_browser, needs_client, of, tab
from .serving import served

pytestmark = [needs_browser, needs_client]

CONNECT = "host => client.connect({wsUrl: `ws://${host}/ws`})"


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


ADD = (
    """text => void client.appendToContext({role: "user", content: text, run_immediately: true})"""
)
