"""Laws that every operator keeps, to be tried on operators of one's own.

An operator whose docstring has marbles (see `rxvoice.testing`) is made and fed as they show::

    from rxvoice.testing.laws import check_operator

    def test_my_operator_keeps_the_laws() -> None:
        check_operator(my_operator)

For any other one say how it is made, and what it is given::

    from rxvoice.testing.laws import Parts, check
    from rxvoice.testing.strategies import replies, turns

    def make(parts: Parts) -> Operator[Event, Event]:
        return my_switch(lambda turn: parts.tagged("reply", turn.number))

    def test_my_switch_keeps_the_laws() -> None:
        check(make, turns(), {"reply": replies()})

Both try every law on many cases. A law that is broken is shown with the shortest case that breaks
it, as diagrams below each other. This switch forgets to unsubscribe from the old reply::

    interruption: reply of reply 1 is still subscribed when it ends

    source  T(U a)    (b |)-
    reply   -|        -    -
    out     T(U R F a)(b c)(d |)
    T = TurnStarted(1, reason='speech')
    U = Turn('turn 1')
    …

Laws
    `grammar`, `endings`
        ``on_next* (on_error|on_completed)?``, and the source's end is the stream's.
    `order`
        What an operator does not know passes; nothing is swapped or doubled.
    `brackets`
        What starts, ends exactly once: replies, responses, turns, speech.
    `interruption`
        After an interruption nothing of the old reply comes out, whatever its parts do.
    `history`
        What is remembered is what was played.
    `unsubscribing`, `unsubscribing_inside`
        Nothing is left and nothing comes, whenever it is done.
    `raising`
        What a subscriber raises is not swallowed and makes no further harm.
    `independence`
        Several subscribers each get what one alone gets.
    `determinism`
        The same happens every time.

Each law is a function that runs one `Case`, which may be written down::

    case = Case(Timeline.of("-a-b|"), stop=2)
    unsubscribing(lambda parts: my_operator(), case)

Whole agents have laws, too, which are tried in whole calls with a scripted user, language model
and voice::

    from rxvoice.testing.laws import check_agent

    def test_my_agent_keeps_the_laws() -> None:
        check_agent(my_agent)

A law that is meant not to hold is left out with its reason: ``skip={"order": "sorts"}``. How many
cases are tried is said by Hypothesis' settings. This module needs Hypothesis.
"""

from ._agents import AGENT_LAWS, check_agent
from ._brackets import brackets
from ._broken import LawBroken
from ._by_example import check_operator
from ._case import Aside, Case, cases
from ._check import LAWS, Law, check
from ._grammar import determinism, endings, grammar, order
from ._independence import independence
from ._leaving import raising, unsubscribing, unsubscribing_inside
from ._parts import Make, Parts
from ._replies import history, interruption
from ._tags import tag_of, tagged

__all__ = [
    "AGENT_LAWS",
    "LAWS",
    "Aside",
    "Case",
    "Law",
    "LawBroken",
    "Make",
    "Parts",
    "brackets",
    "cases",
    "check",
    "check_agent",
    "check_operator",
    "determinism",
    "endings",
    "grammar",
    "history",
    "independence",
    "interruption",
    "order",
    "raising",
    "tag_of",
    "tagged",
    "unsubscribing",
    "unsubscribing_inside",
]
