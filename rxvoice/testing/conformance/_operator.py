"""Trials that suit every operator: a source is given, and something comes of it."""

from collections.abc import Callable, Sequence
from typing import Any, TypeAlias

from reactivex import Observable

from rxvoice.items import AudioFrame

from ._feed import Feed
from ._trial import Scenario, Trial

Provider: TypeAlias = Callable[[Observable[Any]], Observable[Any]]
Timed: TypeAlias = Sequence[tuple[float, Any]]
"""Seconds from the start, and item."""


class SourceFailure(Exception):
    """The error with which a source fails in a trial."""

    def __init__(self) -> None:
        super().__init__("the source of the trial failed")


async def give(trial: Trial, feed: Feed, items: Timed) -> None:
    """Let a source give items at their times, counted from now."""
    start = trial.loop.time()
    for at, item in items:
        if start + at > trial.loop.time():
            await trial.until(start + at)
        feed.give(_own(item))


def _own(item: Any) -> Any:
    """Copy audio, so that who writes to it spoils only one trial."""
    if isinstance(item, AudioFrame):
        return AudioFrame(item.samples.copy(), item.rate, item.pts)
    return item


def whole(items: Timed) -> Scenario:
    """Give everything, complete, and wait for the end."""

    async def scenario(trial: Trial, provider: Provider) -> None:
        feed = trial.feed()
        probe = trial.observe(lambda: provider(feed))
        await give(trial, feed, items)
        feed.complete()
        await trial.over(probe)

    return scenario


def together(*sources: Timed) -> Scenario:
    """Use one provider for several sources at the same time."""

    async def scenario(trial: Trial, provider: Provider) -> None:
        feeds = [trial.feed() for _ in sources]
        probes = [trial.observe(lambda feed=feed: provider(feed)) for feed in feeds]
        timed = [(at, n, item) for n, items in enumerate(sources) for at, item in items]
        start = trial.loop.time()
        for at, number, item in sorted(timed, key=lambda entry: entry[0]):
            await trial.until(start + at)
            feeds[number].give(_own(item))
        for feed in feeds:
            feed.complete()
        for probe in probes:
            await trial.over(probe)

    return scenario


def twice(first: Timed, second: Timed) -> Scenario:
    """Subscribe the same stream twice, one after the other, its source anew each time."""

    async def scenario(trial: Trial, provider: Provider) -> None:
        feed = trial.feed()
        stream = trial.call(provider, feed)
        for items in (first, second):
            feed.end = None
            probe = trial.observe(lambda: stream)
            await give(trial, feed, items)
            feed.complete()
            await trial.over(probe)

    return scenario


def unused() -> Scenario:
    """Make the stream and never subscribe it."""

    async def scenario(trial: Trial, provider: Provider) -> None:
        feed = trial.feed()
        trial.call(provider, feed)
        await trial.idle()

    return scenario


def failing_source(items: Timed) -> Scenario:
    """Let the source fail midway."""

    async def scenario(trial: Trial, provider: Provider) -> None:
        feed = trial.feed()
        probe = trial.observe(lambda: provider(feed))
        await give(trial, feed, items)
        feed.fail(SourceFailure())
        await trial.over(probe)

    return scenario


def after_interruption(items: Timed, again: Timed, *, answered: bool = False) -> Scenario:
    """Unsubscribe midway and subscribe anew in the same turn, as an interruption does.

    Args:
        items: What is given before.
        again: What is given afterwards.
        answered: Whether to wait for something to come before.
    """

    async def scenario(trial: Trial, provider: Provider) -> None:
        feed = trial.feed()
        probe = trial.observe(lambda: provider(feed))
        await give(trial, feed, items)
        if answered:
            trial.extend()
            await probe.until(lambda: bool(probe.items))
        probe.dispose()
        await whole(again)(trial, provider)

    return scenario


__all__ = [
    "Provider",
    "SourceFailure",
    "Timed",
    "after_interruption",
    "failing_source",
    "give",
    "together",
    "twice",
    "unused",
    "whole",
]
