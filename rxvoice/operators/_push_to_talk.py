"""`push_to_talk`."""

from __future__ import annotations

from reactivex import Observable, abc

from rxvoice._disposables import CompositeDisposable
from rxvoice._stream import Stream
from rxvoice._types import Operator
from rxvoice.aio._begun import begun
from rxvoice.items import AudioFrame, Event, UserStarted, UserStopped
from rxvoice.operators._fault_of import fault_of

SOURCE = "push_to_talk"


def push_to_talk(held: Observable[bool], /, *, source: str = SOURCE) -> Operator[Event, Event]:
    """Say who has the floor by a key that the user holds down while they speak.

    `UserStarted` is added where the key is pressed, `UserStopped` where it is released; the turns
    are made of them by `start_on_external` and `stop_on_external`. A key that is still held when
    its stream ends counts as released; when that fails, a `Fault` says so. The stream ends as its
    source does.

    Marbles (one column is 100 ms)::

        audio  -a-a-a-a---a-|
        held   --y---n--y-
        push_to_talk(held)
        out    -aUa-aVa-U-a-(V |)

        y: True  n: False  a: Transcript("hello", is_final=True)
        U: UserStarted("push_to_talk")  V: UserStopped("push_to_talk")

    Args:
        held: Whether the key is held, at each change.
        source: What the marks say about who decided.

    Returns:
        The operator. The marks carry the time at which the audio so far ends.
    """

    def pushed(items: Observable[Event]) -> Observable[Event]:
        def subscribe(
            observer: abc.ObserverBase[Event], scheduler: abc.SchedulerBase | None = None
        ) -> abc.DisposableBase:
            down = False
            now = 0.0

            def on_key(pressed: bool) -> None:
                nonlocal down
                if pressed is not down:
                    down = pressed
                    observer.on_next((UserStarted if down else UserStopped)(source, now))

            def on_next(item: Event) -> None:
                nonlocal now
                if isinstance(item, AudioFrame):
                    now = item.end
                observer.on_next(item)

            def lost(error: Exception) -> None:
                on_key(False)
                observer.on_next(fault_of(source, error))

            def on_completed() -> None:
                on_key(False)
                observer.on_completed()

            def on_error(error: Exception) -> None:
                on_key(False)
                observer.on_error(error)

            own = CompositeDisposable()
            with begun(own):
                own.add(held.subscribe(on_key, lost, lambda: on_key(False), scheduler=scheduler))
                own.add(items.subscribe(on_next, on_error, on_completed, scheduler=scheduler))
            return own

        return Stream(subscribe)

    return pushed
