"""`simulate`."""

from collections.abc import Sequence
from typing import cast

from rxvoice.contracts import Chat, Synthesizer
from rxvoice.testing.calls import Agent, Behaviour, Call, ScriptedLLM
from rxvoice.testing.calls._llm import Says
from rxvoice.testing.simulation._conditions import Conditions
from rxvoice.testing.simulation._measure import measure
from rxvoice.testing.simulation._outcome import Outcome
from rxvoice.testing.simulation._persona import Persona
from rxvoice.testing.simulation._plan import Plan
from rxvoice.testing.simulation._report import Report

PATIENCE = 5.0
"""Seconds after which a caller who is no `Persona` counts as not answered."""


def simulate(
    agent: Agent,
    persona: Behaviour | None = None,
    /,
    *,
    calls: int = 100,
    seed: int = 0,
    only: int | None = None,
    llm: str | Sequence[Says] | Chat | None = None,
    tts: Synthesizer | None = None,
    conditions: Conditions | None = None,
    audio: bool = False,
    limit: float = 600.0,
    keep: int = 5,
    shuffle: bool = False,
    **options: object,
) -> Report:
    """Hold many calls with an agent in virtual time, and count what goes right and wrong.

        report = simulate(converse, PERSONAS["hasty"], calls=500)
        print(report)
        assert report.figures["cut_offs"] < 0.05
        print(report.call(17))

    The agent is the same kind of function as for `rxvoice.testing.conversation`: it
    makes its operator from those of the parts ``vad``, ``stt``, ``llm``, ``tts`` and ``session``
    that it names, and keeps its own for all others.

    The same arguments give the same report, in any process: each call draws from the seed and its
    own number alone, the callers, the model, the voice and the recogniser each for themselves. What
    the agent draws from the module `random` is seeded likewise; it must not depend on other chance,
    nor on what it remembers of earlier calls.

    Args:
        agent: Makes the agent.
        persona: Who calls: a `Persona`, the calm one unless given, or any coroutine function of a
            `Caller`. What they do by chance has to come from `Caller.random`. An `AssertionError`
            in it makes the call count as failed.
        calls: How many calls to hold.
        seed: Where all chance begins.
        only: The number of the one call to hold, from 1, to look at it alone.
        llm: What the language model says: texts or responses, one after another and then from the
            first again, or a model, which must not remember earlier calls; answers of made-up
            sentences unless given.
        tts: The voice; one that hums unless given. What holds for a model holds for it.
        conditions: How the providers behave; `Conditions` unless given.
        audio: Whether the agent is given audio, as in ``conversation``. Otherwise its speech is
            detected for it, which is several times faster, and the settings of its own detection do
            not matter.
        limit: Virtual seconds after which a call that does not end counts as failed.
        keep: How many calls to keep whole, with all events.
        shuffle: Whether what is due at the same instant happens in an order that is drawn for each
            call, to find races; see `rxvoice.testing.search_races`.
        options: Given to the agent by name.

    Returns:
        The report.

    Raises:
        ValueError: When an argument is out of range.
        TypeError: When the agent needs parts that there are not, or an argument is of another kind.
        Exception: What the agent's function or the persona raised, with the number of the call in
            its notes. What the agent's stream fails with is a failed call instead.
    """
    if calls < 1:
        raise ValueError(f"calls must be positive, got {calls}")
    if only is not None and only < 1:
        raise ValueError(f"only must be the number of a call, from 1, got {only}")
    if keep < 0:
        raise ValueError(f"keep must not be negative, got {keep}")
    if not limit > 0.0:
        raise ValueError(f"limit must be positive, got {limit}")
    if isinstance(llm, ScriptedLLM):
        raise ValueError(
            "llm must not be a ScriptedLLM, which goes on from call to call; give its texts"
        )
    who = Persona() if persona is None else persona
    how = Conditions() if conditions is None else conditions
    if not callable(cast(object, who)) or isinstance(who, type):
        raise TypeError(
            f"persona must be a Persona or a coroutine function of a Caller, got {who!r}; "
            "PERSONAS has some by name"
        )
    if not isinstance(cast(object, how), Conditions):
        raise TypeError(f"conditions must be Conditions, got {how!r}; CONDITIONS has some by name")
    plan = Plan(agent, who, how, seed, llm, tts, audio, limit, shuffle, options)
    patience = who.patience if isinstance(who, Persona) else PATIENCE
    outcomes: list[Outcome] = []
    kept: dict[int, tuple[Outcome, Call]] = {}
    for number in range(1, calls + 1) if only is None else [only]:
        call, acts, failure = plan.hold(number)
        outcome = measure(number, call.events, acts, call.duration, patience, failure)
        outcomes.append(outcome)
        kept[number] = (outcome, call)
        if len(kept) > keep:
            del kept[min(kept, key=lambda number: (kept[number][0].strangeness, -number))]
    ranked = sorted(kept, key=lambda number: kept[number][0].strangeness, reverse=True)
    return Report(
        agent=_name(agent),
        persona=_name(who),
        conditions=how.name,
        seed=seed,
        calls=tuple(outcomes),
        kept={number: kept[number][1] for number in ranked},
        _again=lambda number: plan.hold(number)[0],
    )


def _name(function: object) -> str:
    name = getattr(function, "name", None) or getattr(function, "__name__", None)
    return str(name or type(function).__name__)
