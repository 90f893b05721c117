"""A conversation of a few seconds that has everything in it, for checks of the page."""

from typing import TYPE_CHECKING

from rxvoice.rtvi import (
    BotInterrupted,
    BotLlmStarted,
    BotLlmStopped,
    BotLlmText,
    BotOutput,
    BotStartedSpeaking,
    Error,
    FunctionCallInProgress,
    FunctionCallStopped,
    Metrics,
    UserInput,
    UserStartedSpeaking,
    UserStoppedSpeaking,
)
from rxvoice.rtvi._bot_messages import Progress

from .chromium import until
from .far_end import FarEnd

if TYPE_CHECKING:
    from playwright.async_api import Page

ANSWER = "Yes, there is a double room."
LATENCY = {
    "response_latency": [
        {"processor": "session", "value": 0.9},
        {"processor": "llm ttfb", "value": 0.3},
    ]
}


def typed_in(text: str, *, final: bool = True) -> UserInput:
    return UserInput(text=text, input_type="transcription", timestamp="", final=final)


def sentence(text: str, heard: str) -> BotOutput:
    progress = Progress(accumulated_text=heard, remaining_text=text[len(heard) :])
    return BotOutput(
        text=text,
        output_type="sentence",
        text_type="sentence",
        aggregated_by="sentence",
        segment_id=1,
        will_be_spoken=True,
        spoken_status="completed" if heard == text else "in-progress" if heard else "new",
        spoken_progress=progress,
    )


async def converse(far: FarEnd, page: "Page") -> None:
    """Have a turn, an answer with a function that is cut off, and another turn's beginning."""
    await far.tell(UserStartedSpeaking(), typed_in("Do you have", final=False))
    await until(page, "document.querySelector('.interim')?.textContent === 'Do you have'")
    await far.tell(typed_in("Do you have a room?"), UserStoppedSpeaking(), BotLlmStarted())
    await far.tell(FunctionCallInProgress(tool_call_id="1", function_name="free_rooms"))
    await far.tell(FunctionCallStopped(tool_call_id="1", cancelled=False))
    await far.tell(*[BotLlmText(text=f"{word} ") for word in ANSWER.split()], BotLlmStopped())
    await far.tell(BotStartedSpeaking(), sentence(ANSWER, ""), Metrics(measured=LATENCY))
    await far.say(2.0)
    await until(page, "rxvoice.playout.played > 0.2")
    await far.tell(sentence(ANSWER, "Yes, there"), UserStartedSpeaking())
    await far.interrupt()
    await far.tell(BotInterrupted(), typed_in("How much", final=False))
    await far.tell(Error(error="the voice is slow", message="the voice is slow"))
    await until(page, "document.querySelector('.cut-off') !== null")
    await until(page, "document.querySelectorAll('.entry').length === 5")


__all__ = ["ANSWER", "converse"]
