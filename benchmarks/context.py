"""Cost of folding one event into a long conversation, and of preparing it for a provider."""

import time
from collections.abc import Callable

from measured import Measured

from rxvoice import Context, Message, ReplyEnded, ToolCall, ToolResult, Turn
from rxvoice.context import advance, from_json, to_json
from rxvoice.context._prepared import Warned, prepare
from rxvoice.context._summary import estimated_tokens, summary_range

MESSAGES = 200
TIMES = 200
ROUNDS = 7
AIM = 1000.0
TEXT = "I would like to book a table for two on Friday evening, please, somewhere quiet."


def context() -> list[Measured]:
    """Measure with a conversation of 200 messages, a tenth of which are calls and answers."""
    held = _conversation()
    called = advance(held, ToolCall("last", "look", {"at": "it"}))
    answer = ToolResult("last", "look", {"found": TEXT})

    def saved() -> Context:
        return from_json(to_json(held))

    return [
        Measured("a turn into 200 messages", _best(lambda: advance(held, TURN)), "µs", AIM),
        Measured("a reply into 200 messages", _best(lambda: advance(held, REPLY)), "µs", AIM),
        Measured("a result of a tool", _best(lambda: advance(called, answer)), "µs", AIM),
        Measured("200 messages prepared", _best(lambda: prepare(held, "p", WARNED)), "µs", AIM),
        Measured(
            "200 messages looked through for a summary",
            _best(lambda: (estimated_tokens(held.messages), summary_range(held, 4))),
            "µs",
            AIM,
        ),
        Measured("200 messages saved and loaded", _best(saved, 5) / 1000.0, "ms"),
    ]


TURN = Turn(TEXT, 1)
REPLY = ReplyEnded(1, TEXT)
WARNED = Warned()


def _conversation() -> Context:
    made = Context("You take bookings.")
    while len(made.messages) < MESSAGES:
        number = str(len(made.messages))
        made = made.append("user", TEXT).append("assistant", TEXT)
        if len(made.messages) % 20 == 18:
            calls = (ToolCall(number, "look", {"at": TEXT}),)
            made = made.add(
                Message("assistant", calls=calls),
                Message("tool", TEXT, answers=number, name="look"),
            )
    return made


def _best(function: Callable[[], object], times: int = TIMES) -> float:
    """Return the processor time of a call in the best round, in microseconds."""
    best = float("inf")
    for _ in range(ROUNDS):
        begin = time.thread_time()
        for _ in range(times):
            function()
        best = min(best, (time.thread_time() - begin) / times * 1e6)
    return best


__all__ = ["context"]
