"""The laws about replies: interruption and history."""

from collections.abc import Callable
from typing import Any

from rxvoice.context import Context, Memory
from rxvoice.items import (
    AudioFrame,
    ClearAudio,
    CompletionMark,
    ReplyEnded,
    ReplyPaused,
    ReplyResumed,
    ReplyStarted,
    Turn,
    TurnStarted,
    Word,
    spoken_text,
)
from rxvoice.testing._notifications import OnNext

from ._broken import LawBroken, broken
from ._case import Case, Log
from ._parts import Make
from ._stage import Stage, items_of, run
from ._tags import tag_of

FADE = 0.05
"""Seconds in which a voice that was cut off may fall to silence."""

_TURNS = (TurnStarted, Turn)


def interruption(make: Make, case: Case) -> None:
    """After an interruption nothing of the old reply comes out, whatever its parts do.

    Every word, token, thought and frame of a reply comes between its `ReplyStarted` and its
    `ReplyEnded`, also when its parts go on after they were unsubscribed (``case.deaf``). When it
    ends, its parts have been unsubscribed. No turn starts within a reply. `ClearAudio` comes when
    a reply is interrupted or paused of which audio had come out, and only then. From there on
    nothing is heard but one short frame in which the voice falls to silence.

    The stand-ins that make replies must come from `Parts.tagged`, and turns have numbers that
    count up; otherwise there is nothing to see.
    """
    if not _holds(make, case, ReplyStarted):
        return
    given = [item for _, item in case.source.items]
    numbers = [item.number for item in given if isinstance(item, Turn)]
    if numbers != sorted(set(numbers)):
        return
    with Stage(make, case, deaf=case.deaf, seed=case.seed) as stage:
        probe = stage.probe()
        busy: list[str] = []

        def react(count: int) -> None:
            note = probe.log[-1][1]
            if isinstance(note, OnNext) and isinstance(note.value, ReplyEnded):
                busy.extend(
                    each.name for each in stage.parts.replying if each.open > each.iterating
                )

        if not case.deaf:
            probe.react = react
        stage.at(0.0, probe.start)
        stage.run()
        probe.stop()
    reason = f"{busy[0]} is still subscribed when it ends" if busy else None
    passing = {id(item) for item in given}
    items = items_of(probe.log)
    own = [item for item in items if id(item) not in passing or isinstance(item, _TURNS)]
    reason = reason or stale(own)
    if reason:
        raise broken("interruption", reason, case, {"out": probe.log})


def _holds(make: Make, case: Case, *kinds: type) -> bool:
    """Tell whether there is something to see."""
    log = run(make, case, deaf=case.deaf, seed=case.seed).log
    return any(isinstance(item, kinds) for item in items_of(log))


def stale(items: list[Any]) -> str | None:
    """Return what of a reply comes where it should not, or None."""
    reply: ReplyStarted | None = None
    tag = latest = 0
    audible = cleared = paused = False
    before: Any = None
    for item in items:
        previous, before = before, item
        match item:
            case ReplyStarted():
                reply, tag, audible, cleared, paused = item, 0, False, False, False
            case ReplyEnded(interrupted=interrupted):
                if reply is not None and cleared != (interrupted and audible):
                    return f"ClearAudio {'comes' if cleared else 'is missing'} before {item!r}"
                reply = None
            case ClearAudio():
                cleared = True
            case ReplyPaused():
                if reply is None or paused or cleared != audible:
                    return f"{item!r} comes without a reply, twice, or without ClearAudio"
                paused = True
            case ReplyResumed():
                if not paused:
                    return f"{item!r} comes for a reply that is not paused"
                paused = cleared = False
            case TurnStarted() | Turn():
                if reply is not None:
                    return f"{item!r} comes within the reply {reply.number}"
            case _:
                mine = tag_of(item) or 0
                wrong = mine and (reply is None or (mine != tag and (tag or mine <= latest)))
                if wrong:
                    where = f"within the reply {reply.number}" if reply else "outside of replies"
                    return f"{item!r} of reply {mine} comes {where}"
                fades = isinstance(previous, ClearAudio)
                if isinstance(item, AudioFrame) and (cleared or paused):
                    if not fades or item.duration > FADE:
                        return f"{item!r} comes after the audio of its reply was cleared"
                    continue
                if paused and isinstance(item, Word):
                    return f"{item!r} comes while its reply is paused"
                tag = mine or tag
                latest = max(latest, mine)
                audible = audible or isinstance(item, AudioFrame)
    return None


def history(make: Make, case: Case, *, memory: Callable[[], Memory] = Memory) -> None:
    """History is what was heard: a fold over what came out, up to the moment of unsubscribing.

    Each `ReplyEnded` tells the words that came out since its `ReplyStarted`. The messages of a
    memory that records the stream are the texts of the turns and those words, cut off where the
    reply was, or where somebody unsubscribed. What tools were called, and answered, is not looked
    at.

    Args:
        make: Makes the operator.
        case: The case; ``stop`` is when it is unsubscribed.
        memory: Makes the memory.
    """
    if not _holds(make, case, Turn, ReplyStarted):
        return
    held = memory()
    when = case.stop * case.tick
    with Stage(make, case, deaf=case.deaf, seed=case.seed) as stage:
        probe = stage.probe(stage.stream.pipe(held.record()), guarded=True)
        stage.at(0.0, probe.start)
        stage.at(when, probe.stop)
        stage.run(when)
    items = items_of(probe.log)
    expected, reason = fold(items, cut=True)
    if reason:
        raise broken("history", reason, case, {"out": probe.log})
    said = (message for message in held.context.messages if message.role in ("user", "assistant"))
    if tuple(message for message in said if not message.calls) != expected.messages:
        raise _forgotten(case, probe.log, expected, held.context)


def fold(items: list[Any], *, cut: bool = False) -> tuple[Context, str | None]:
    """Return the conversation that items tell of, and what is wrong with what they tell."""
    context = Context()
    words: list[Word] | None = None
    for item in items:
        match item:
            case Turn(text=text) if text:
                context = context.append("user", text)
            case ReplyStarted():
                words = []
            case Word() if words is not None:
                words.append(item)
            case ReplyEnded(spoken=spoken, interrupted=interrupted) if words is not None:
                played, words = spoken_text(words), None
                if spoken != played:
                    return context, f"{played!r} was played, {item!r} says otherwise"
                if played:
                    context = context.append("assistant", played, interrupted=interrupted)
            case CompletionMark(completeness="short" | "long", marker=marker):
                context = context.append("assistant", marker)
            case _:
                pass
    if words and cut:
        context = context.append("assistant", spoken_text(words), interrupted=True)
    return context, None


def _forgotten(case: Case, log: Log, expected: Context, actual: Context) -> LawBroken:
    def said(context: Context) -> str:
        lines = [
            f"  {m.role}: {m.text!r}{' (interrupted)' if m.interrupted else ''}"
            for m in context.messages
        ]
        return "\n".join(lines) or "  (nothing)"

    reason = f"it was played\n{said(expected)}\nbut it is remembered\n{said(actual)}"
    seen: Log = [(at, note) for at, note in log if isinstance(note, OnNext)]
    return broken("history", reason, case, {"out": seen})


__all__ = ["fold", "history", "interruption", "stale"]
