"""A restaurant takes orders: states, tools that lead from one to the next, and two voices.

A waiter greets, takes the order, reads it back and places it. Who wants to know what is in a pizza
is put through to the cook, who has a model and a voice of his own, and comes back. Nothing here
says which models; whoever makes the agent gives it the parts that it names::

    uv run rxvoice simulate examples/pizza_flow.py --persona noisy

In tests/test_pizza_flow.py a whole call is held with it, offline.
"""

from dataclasses import dataclass, field
from typing import Literal

from rxvoice import Event, Flow, Goto, Memory, Operator, flow, state
from rxvoice.contracts import Chat, Synthesizer, Transcriber, Vad
from rxvoice.operators import agents, converse

INSTRUCTION = "You work at Luigi's, a small restaurant. Answer in one or two short sentences."


@dataclass
class Order:
    """What the guest wants."""

    pizzas: list[str] = field(default_factory=list[str])
    placed: bool = False


def restaurant(order: Order) -> Flow:
    """Put the states of one call together."""

    async def start_order(takeaway: bool) -> Goto:
        """Begin the order.

        Args:
            takeaway: Whether they take it away.
        """
        return Goto("order", "to take away" if takeaway else "to eat here")

    async def add_pizza(name: Literal["margherita", "funghi", "diavola"], count: int = 1) -> str:
        """Add pizzas to the order."""
        order.pizzas += [name] * count
        return f"the order is: {', '.join(order.pizzas)}"

    async def finish_order() -> Goto | str:
        """Call this when they want nothing more."""
        if not order.pizzas:
            return "nothing was ordered yet"
        return Goto("confirm", order.pizzas)

    async def ask_the_cook() -> Goto:
        """Put them through to the cook, who knows what is in the pizzas."""
        return Goto("kitchen")

    async def back_to_the_waiter() -> Goto:
        """Call this when they know all that they want to know."""
        return Goto("order")

    async def change_order() -> Goto:
        """Call this when something is wrong; the order begins anew."""
        order.pizzas.clear()
        return Goto("order")

    async def place_order() -> Goto:
        """Call this when they have said that the order is right."""
        order.placed = True
        return Goto("done", "it will be ready in 20 minutes")

    return flow(
        state(
            "welcome",
            "Ask whether they eat here or take it away.",
            tools=[start_order],
            to=["order"],
            greeting="Luigi's, good evening. To eat here, or to take away?",
            agent="waiter",
        ),
        state(
            "order",
            "Take the order. Ask what else they want until they want nothing more.",
            tools=[add_pizza, finish_order, ask_the_cook],
            to=["confirm", "kitchen"],
            agent="waiter",
        ),
        state(
            "kitchen",
            "You are Marco, the cook. Tell what is in the pizzas: margherita has cheese, funghi "
            "cheese and mushrooms, diavola cheese and salami.",
            tools=[back_to_the_waiter],
            to=["order"],
            greeting="Marco here, from the kitchen. What do you want to know?",
            agent="cook",
        ),
        state(
            "confirm",
            "Read the order back and ask whether it is right.",
            tools=[place_order, change_order],
            to=["done", "order"],
        ),
        state("done", "Say when it is ready, thank them and say good bye.", to=[]),
    )


def agent(
    *,
    vad: Vad,
    stt: Transcriber,
    llm: Chat,
    tts: Synthesizer,
    cook_llm: Chat | None = None,
    cook_tts: Synthesizer | None = None,
    order: Order | None = None,
) -> Operator[Event, Event]:
    """Make the agent of one call; the cook thinks and speaks as the waiter does unless told."""
    memory = Memory(INSTRUCTION, flow=restaurant(order or Order()))
    staff = agents(memory, {"waiter": (llm, tts), "cook": (cook_llm or llm, cook_tts or tts)})
    return converse(
        vad=vad,
        stt=stt,
        llm=staff.llm,
        tts=staff.tts,
        memory=memory,
        apology="I am sorry, could you say that again?",
    )
