"""Streaming recognisers, as operators."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from reactivex import Observable, abc
from reactivex.disposable import CompositeDisposable, Disposable

from rxvoice.aio import from_async
from rxvoice.aio._begun import begun
from rxvoice.clock import loop_scheduler
from rxvoice.contracts import Heard
from rxvoice.providers._ear import EarDialect, EarItem
from rxvoice.providers._ear_losses import Reconnect
from rxvoice.providers._ear_session import EarSession
from rxvoice.providers._ear_tape import Tape
from rxvoice.providers._option_checks import check_time


@dataclass(frozen=True, slots=True, eq=False)
class StreamingStt:
    """A recogniser behind a websocket: an `rxvoice.contracts.Transcriber`.

    Each subscription has a connection of its own, which is opened at once. When it is lost, a
    `Fault` tells so, once, and another one is opened. Audio waits for it, and what was sent and not
    recognised yet is sent again, in order: up to 30 s of it, and 60 s together; what is lost beyond
    that is told by a `Fault`. After three attempts in vain, or three
    connections that did not last five seconds, the stream fails with a `ProviderError` that is
    not fatal; wrong credentials are. A message of an unknown type is ignored; one that cannot be
    read gives one `Fault`.

    At `SpeechStopped` the vendor is asked for the rest of the utterance, where it can be: then each
    gives a transcript that is finalised, a blank one when nothing comes within ``latency``. When
    the user speaks again before, it is final only, for more will come.

    A vendor that cannot be asked is sent silence after `SpeechStopped`, as though audio went on,
    until it tells what was said, for three seconds at most.

    When the source completes, what is under way is still recognised; for a server that says
    nothing, that is waited for three seconds.

    Attributes:
        dialect: The vendor, and its options.
        changes: Options that are others from now on, by their names.
        connect_timeout: Seconds until a connection stands.
        reconnect: How connections are opened again.
    """

    dialect: EarDialect
    changes: Observable[Mapping[str, Any]] | None = field(default=None, repr=False)
    connect_timeout: float = 5.0
    reconnect: Reconnect = field(default_factory=Reconnect)

    def __post_init__(self) -> None:
        check_time("connect_timeout", self.connect_timeout)
        if self.changes is not None and not callable(getattr(self.changes, "subscribe", None)):
            raise TypeError(f"changes must be observable, got {type(self.changes).__name__}")

    @property
    def latency(self) -> float:
        """Seconds from the end of speech in which 99 % of final transcripts come."""
        return self.dialect.latency

    def __call__(self, heard: Observable[Heard], /) -> Observable[EarItem]:
        """Transcribe a stream."""

        def subscribe(
            observer: abc.ObserverBase[EarItem], scheduler: abc.SchedulerBase | None = None
        ) -> abc.DisposableBase:
            clock = loop_scheduler(scheduler)
            tape = Tape(self.dialect.rate)
            session = EarSession(self.dialect, tape, self.connect_timeout, self.reconnect)
            fed = from_async(session.run, name=self.dialect.provider).subscribe(
                observer.on_next, observer.on_error, observer.on_completed, scheduler=clock
            )
            own = [fed, Disposable(tape.close)]
            with begun(*own):
                if self.changes is not None:
                    own.append(self.changes.subscribe(session.change, _ignore, scheduler=clock))
                source = heard.subscribe(
                    tape.on_next, tape.on_error, tape.on_completed, scheduler=clock
                )
            return CompositeDisposable(source, *own)

        return Observable(subscribe)


def _ignore(error: Exception) -> None:
    """The options stay as they are."""


__all__ = ["StreamingStt"]
