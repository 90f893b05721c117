"""EC02, EC03: a whole call with examples/pizza_flow.py, with scripted models and voices."""

import runpy
from pathlib import Path
from typing import Any

from rxvoice import Fault, StateEntered, ToolCall, ToolResult
from rxvoice.testing.calls import Caller, Response, ScriptedLLM, ScriptedTTS, conversation

EXAMPLE = runpy.run_path(str(Path(__file__).parents[1] / "examples" / "pizza_flow.py"))

SAID = (
    "to take away",
    "that is all",
    "what is in funghi",
    "well",
    "fine",
    "two of them",
    "yes",
)


def calls(name: str, text: str = "", /, **arguments: Any) -> Response:
    """A response that says something and calls a tool."""
    said = f"'{text}' " if text else ""
    return Response(f"{said}c|", {"c": ToolCall(name, name, arguments)})


async def guest(user: Caller) -> None:
    """Wait until the bot has spoken before each sentence."""
    for said in SAID:
        await user.hears_all(silence=1.5)
        await user.says(said)
    await user.hears_all(silence=1.5)


def test_a_guest_orders_asks_the_cook_and_confirms() -> None:
    waiter = ScriptedLLM(
        calls("start_order", takeaway=True),
        "What may it be?",
        calls("finish_order"),
        "But you ordered nothing.",
        calls("ask_the_cook", "I put you through."),
        "And what may it be?",
        calls("add_pizza", name="funghi", count=2),
        calls("finish_order"),
        "Two funghi, is that right?",
        calls("place_order"),
        "In twenty minutes. Thank you, good bye.",
    )
    cook = ScriptedLLM("Mushrooms, what else.", calls("back_to_the_waiter"))
    waiters_voice, cooks_voice = ScriptedTTS(), ScriptedTTS()
    order = EXAMPLE["Order"]()
    call = conversation(
        EXAMPLE["agent"],
        user=guest,
        llm=waiter,
        tts=waiters_voice,
        cook_llm=cook,
        cook_tts=cooks_voice,
        order=order,
        history=[
            "bot: Luigi's, good evening. To eat here, or to take away?",
            "user: to take away",
            "bot: What may it be?",
            "user: that is all",
            "bot: But you ordered nothing.",
            "user: what is in funghi",
            "bot: I put you through. Marco here, from the kitchen. What do you want to know?",
            "user: well",
            "bot: Mushrooms, what else.",
            "user: fine",
            "bot: And what may it be?",
            "user: two of them",
            "bot: Two funghi, is that right?",
            "user: yes",
            "bot: In twenty minutes. Thank you, good bye.",
        ],
    )
    assert [entered.name for entered in call.only(StateEntered)] == [
        "welcome",
        "order",
        "kitchen",
        "order",
        "confirm",
        "done",
    ]
    assert call.only(Fault) == []
    assert (order.pizzas, order.placed) == (["funghi", "funghi"], True)
    assert cooks_voice.asked == [
        "Marco here, from the kitchen. What do you want to know?",
        "Mushrooms, what else.",
    ]
    assert [one.result for one in call.only(ToolResult) if one.name == "finish_order"] == [
        "nothing was ordered yet",
        ["funghi", "funghi"],
    ]
    assert waiter.asked[-1].instruction.endswith("thank them and say good bye.")
    assert waiter.asked[-1].tools.standard == ()
