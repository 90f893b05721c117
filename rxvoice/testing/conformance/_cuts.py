"""Unsubscribing an operator at many instants."""

from collections.abc import Callable
from typing import Any, Final, TypeAlias

from ._examination import Examination
from ._feed import Feed
from ._operator import Provider, Timed, give
from ._probe import Probe
from ._trial import Trial

Cut: TypeAlias = Callable[[Trial, Feed, Probe, Timed], Any]


async def _at_once(trial: Trial, feed: Feed, probe: Probe, items: Timed) -> None:
    probe.dispose()


async def _a_turn_later(trial: Trial, feed: Feed, probe: Probe, items: Timed) -> None:
    await trial.pause()
    probe.dispose()


async def _before_an_item(trial: Trial, feed: Feed, probe: Probe, items: Timed) -> None:
    await trial.pause(0.05)
    probe.dispose()


async def _midway(trial: Trial, feed: Feed, probe: Probe, items: Timed) -> None:
    await give(trial, feed, items[: (len(items) + 1) // 2])
    probe.dispose()
    await give(trial, feed, [(0.0, item) for _, item in items[-1:]])


async def _after_all(trial: Trial, feed: Feed, probe: Probe, items: Timed) -> None:
    await give(trial, feed, items)
    probe.dispose()


async def _as_it_completes(trial: Trial, feed: Feed, probe: Probe, items: Timed) -> None:
    await give(trial, feed, items)
    feed.complete()
    probe.dispose()


async def _as_it_ends(trial: Trial, feed: Feed, probe: Probe, items: Timed) -> None:
    await give(trial, feed, items)
    feed.complete()
    for _ in range(2):
        await trial.pause()
    probe.dispose()


async def _to_the_end(trial: Trial, feed: Feed, probe: Probe, items: Timed) -> None:
    await give(trial, feed, items)
    feed.complete()
    await trial.over(probe)


_CUTS: Final[tuple[tuple[str, Cut, int | None], ...]] = (
    ("unsubscribed in the turn in which it was subscribed", _at_once, None),
    ("unsubscribed a turn later", _a_turn_later, None),
    ("unsubscribed before its source gave anything", _before_an_item, None),
    ("unsubscribed midway", _midway, None),
    ("unsubscribed after the last item of its source", _after_all, None),
    ("unsubscribed in the turn in which its source completed", _as_it_completes, None),
    ("unsubscribed two turns after its source completed", _as_it_ends, None),
    ("unsubscribed within its first item", _to_the_end, 0),
    ("unsubscribed within its second item", _to_the_end, 1),
)


def cut_everywhere(exam: Examination[Any], items: Timed) -> None:
    """Unsubscribe at many instants."""
    for title, cut, inside in _CUTS:

        async def scenario(
            trial: Trial, provider: Provider, cut: Cut = cut, inside: int | None = inside
        ) -> None:
            feed = trial.feed()
            probe = trial.observe(lambda: provider(feed), cut_inside=inside)
            await cut(trial, feed, probe, items)

        exam.run(title, scenario)


__all__ = ["cut_everywhere"]
