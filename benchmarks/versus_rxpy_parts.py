"""What RxPY does not have: the way from an async generator to an observable, and the pace."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from typing import TypeVar

import reactivex as rx
from reactivex import Observable, abc
from reactivex.disposable import CompositeDisposable, Disposable, MultipleAssignmentDisposable
from versus_work import FRAME, TICK

T = TypeVar("T")

PACKET = FRAME * 2


def from_generator(make: Callable[[], AsyncIterator[T]]) -> Observable[T]:
    """Return what a generator yields, in a task; who unsubscribes cancels it."""

    def subscribe(
        observer: abc.ObserverBase[T], _: abc.SchedulerBase | None = None
    ) -> abc.DisposableBase:
        async def run() -> None:
            try:
                async for each in make():
                    observer.on_next(each)
            except Exception as error:
                observer.on_error(error)
            else:
                observer.on_completed()

        task = asyncio.create_task(run())

        def stop() -> None:
            task.cancel()

        return Disposable(stop)

    return rx.create(subscribe)


def paced(timers: abc.SchedulerBase) -> Callable[[Observable[bytes]], Observable[bytes]]:
    """Cut sound into packets, and let each go when the one before it has been heard."""

    def cut(source: Observable[bytes]) -> Observable[bytes]:
        def subscribe(
            observer: abc.ObserverBase[bytes], scheduler: abc.SchedulerBase | None = None
        ) -> abc.DisposableBase:
            sound = bytearray()
            timer = MultipleAssignmentDisposable()
            due = 0.0
            ended = sending = False

            def send(*_: object) -> None:
                nonlocal due, sending
                sending = len(sound) >= PACKET or (ended and bool(sound))
                if sending:
                    packet = bytes(sound[:PACKET])
                    del sound[:PACKET]
                    observer.on_next(packet)
                    due += TICK
                    wait = max(0.0, due - time.perf_counter())
                    timer.disposable = timers.schedule_relative(wait, send)
                elif ended:
                    observer.on_completed()

            def take(chunk: bytes) -> None:
                nonlocal due
                sound.extend(chunk)
                if not sending:
                    due = time.perf_counter()
                    send()

            def end() -> None:
                nonlocal ended
                ended = True
                if not sending:
                    send()

            heard = source.subscribe(take, observer.on_error, end, scheduler=scheduler)
            return CompositeDisposable(heard, timer)

        return rx.create(subscribe)

    return cut


__all__ = ["from_generator", "paced"]
