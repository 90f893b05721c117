"""Races in calls: what is due at one instant."""

import reactivex as rx
from reactivex import Observable
from reactivex import operators as ops

from rxvoice import Event, Operator, SpeechStarted, Transcript, Turn, TurnStarted
from rxvoice.testing import search_races, seeded
from rxvoice.testing.calls import Caller, conversation

SEEDS = range(20)


def orders(agent: Operator[Event, Event], user: str) -> set[str]:
    """Return what the turns of a call are, in the orders of some seeds."""
    found: set[str] = set()
    search_races(lambda: found.add(conversation(lambda: agent, user=user).turns.strip("-")), SEEDS)
    return found


def either(source: Observable[Event]) -> Observable[Event]:
    """Take a turn after 0.3 s, and end it when the user begins to speak."""
    speech = source.pipe(ops.filter(lambda item: isinstance(item, SpeechStarted)))
    return rx.merge(
        speech.pipe(ops.map(lambda _: Turn("now"))),
        rx.timer(0.3).pipe(ops.map(lambda _: TurnStarted(1))),
    )


def test_a_user_who_acts_when_the_agents_timer_is_due_may_be_earlier_or_later() -> None:
    assert orders(either, "---[-]|") == {"(S T)", "(T S)"}


def test_what_a_diagram_says_of_one_instant_keeps_its_order() -> None:
    texts: set[tuple[str, ...]] = set()

    def call() -> None:
        held = conversation(lambda: ops.map(lambda item: item), user="[-]('hello' 1 'you' 2 |)")
        texts.add(tuple(type(event.item).__name__ for event in held.events))

    search_races(call, SEEDS)
    marks = ("SpeechStarted", "SpeechStopped")
    assert texts == {(*marks, "Transcript", "Dtmf", "Transcript", "Dtmf")}


def test_transcripts_come_in_the_order_of_the_words_though_they_come_at_one_instant() -> None:
    delays = iter([0.9, 0.6, 0.3] * (len(SEEDS) + 1))  # words of 0.3 s each

    async def user(user: Caller) -> None:
        user.recogniser = lambda text, is_final: (text, next(delays))
        await user.says("one two three")
        await user.waits(1.0)

    def call() -> None:
        held = conversation(
            lambda: ops.filter(lambda item: isinstance(item, Transcript)), user=user
        )
        assert [item.text for item in held.only(Transcript)] == ["one", "one two", "one two three"]

    search_races(call, SEEDS)


def test_the_same_seed_gives_the_same_order() -> None:
    def turns(seed: int) -> str:
        with seeded(seed):
            return conversation(lambda: either, user="---[-]|").turns

    assert [turns(seed) for seed in SEEDS] == [turns(seed) for seed in SEEDS]
