"""`filter_audio`."""

from __future__ import annotations

from collections.abc import Mapping

from reactivex import Observable, abc

from rxvoice._disposables import CompositeDisposable, Disposable, SingleAssignmentDisposable
from rxvoice._stream import Stream
from rxvoice._types import Operator
from rxvoice.aio._begun import begun
from rxvoice.aio._edge import edge
from rxvoice.contracts import OpenFilter
from rxvoice.items import Event
from rxvoice.operators._filtering import Filtering
from rxvoice.operators._provider import check_provider


def filter_audio(
    filter: OpenFilter,
    /,
    *,
    enabled: Observable[bool] | None = None,
    settings: Observable[Mapping[str, float]] | None = None,
) -> Operator[Event, Event]:
    """Send audio through a filter, such as one that takes noise away, which can be switched.

    Put it before `vad_gate`. The filter is opened by each subscription, started with the rate of
    the first frame, and closed with the subscription. It may hold audio back: then nothing comes
    until it gives some, with the ``pts`` of the same sound in the input. What it holds back comes
    before the stream ends, before it is switched off, and before a hole in the frames' ``pts``;
    where the rate changes it is started again. All items but `AudioFrame` pass at once.

    While it is switched off, frames pass untouched. When the filter raises, what it was given
    passes as it was, and one `Fault` tells of each run of failures. A setting that it refuses is a
    `Fault`, too, and so is the failure of what switches or tunes it.

    Marbles (one column is 20 ms)::

        audio  -ssssss|
        on     ----n--
        filter_audio(muting, enabled=on)
        out    -qqqqss|

        n: False

    Args:
        filter: Opens the filter.
        enabled: Switches it on and off from the next frame on; it is on until this says otherwise.
        settings: Each is given to the filter's ``tune``, from before its first frame on.

    Returns:
        The operator. It ends as the source does.

    Raises:
        TypeError: When ``filter`` is no function without arguments, or one that makes such
            functions.
    """
    check_provider("filter", filter, opens="a filter")

    def filtered(source: Observable[Event]) -> Observable[Event]:
        def subscribe(
            observer: abc.ObserverBase[Event], scheduler: abc.SchedulerBase | None = None
        ) -> abc.DisposableBase:
            filtering = Filtering(observer, filter())
            parts = [SingleAssignmentDisposable() for _ in range(3)]
            both = CompositeDisposable(*parts, Disposable(filtering.dispose))
            with begun(both):
                if enabled is not None:
                    parts[0].disposable = edge(enabled, "enabled").subscribe(
                        filtering.switch, filtering.on_control_lost, scheduler=scheduler
                    )
                if settings is not None:
                    parts[1].disposable = edge(settings, "settings").subscribe(
                        filtering.tune, filtering.on_control_lost, scheduler=scheduler
                    )
                parts[2].disposable = source.subscribe(
                    filtering.on_next,
                    filtering.on_error,
                    filtering.on_completed,
                    scheduler=scheduler,
                )
            return both

        return Stream(subscribe)

    return filtered
