"""The lane between one client and a conversation."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

import reactivex as rx
from reactivex import Observable, abc
from reactivex import operators as ops
from reactivex.disposable import CompositeDisposable
from reactivex.subject import BehaviorSubject, Subject

from rxvoice._types import Operator
from rxvoice.aio._begun import begun
from rxvoice.aio._edge import edge
from rxvoice.clock import loop_scheduler
from rxvoice.items import AudioFrame, Command, Event

from ._audio_in import AudioReader
from ._binary import receive_frame
from ._client import Client, Settings
from ._effects import NOTHING, Effects, Request
from ._events import FromStage, Reportable, rtvi_messages
from ._kept import made_again
from ._messages import Outgoing
from ._options import Reports
from ._session import observe, receive

logger = logging.getLogger(__name__)


class ClientLane:
    """Both halves of the client protocol for one client: what it says, and what it is told.

    The state is a `Client`; `receive`, `receive_frame` and `observe` say how it changes. Everything
    happens on the session's loop.

    Args:
        client: What is known of it from the beginning, such as what it is told.
        settings: How it is served.
        receives: Whether the client is listened to.
        reports: Whether it is told what happens. Only one of both makes no sense, which is logged
            as an error.
        name: Told in logs.

    Attributes:
        commands: For ``converse(commands=…)``.
        inputs: To be merged into the agent's source.
        requests: For the application.
    """

    def __init__(
        self,
        client: Client | None = None,
        *,
        settings: Settings | None = None,
        receives: bool = True,
        reports: bool = True,
        name: str = "client",
    ) -> None:
        self._known = Client() if client is None else client
        self._heard = self._known.heard
        self._audio = AudioReader()
        self._settings = Settings() if settings is None else settings
        self._receives = receives
        self._reports = reports
        self._commands: Subject[Command] = Subject()
        self._inputs: Subject[Event] = Subject()
        self._requests: Subject[Request] = Subject()
        self._answers: Subject[Outgoing] = Subject()
        self._sent: Subject[Outgoing] = Subject()
        self._wishes: Subject[Reports] = Subject()
        self._telling = False
        self._wanted: BehaviorSubject[Reports] = BehaviorSubject(self._known.reports)
        self.commands: Observable[Command] = self._commands
        self.inputs: Observable[Event] = self._inputs
        self.requests: Observable[Request] = self._requests
        if receives is not reports:
            half = "listened to but told nothing" if receives else "told all but not listened to"
            logger.error("%s: it is %s; the protocol needs both", name, half)

    @property
    def client(self) -> Client:
        """What is known of it."""
        if self._heard != self._known.heard:
            self._known = replace(self._known, heard=self._heard)
        return self._known

    def audio(self, frame: bytes, /) -> AudioFrame | None:
        """Return the audio of a frame that the client sends; `take` takes all other frames.

        Whoever calls this gives the agent the audio, beside `inputs`. It costs much less than to
        `take` it.

        Args:
            frame: As it came.

        Returns:
            The audio; None when the frame holds something else, or nothing that can be used.
        """
        if not self._receives or len(frame) > self._settings.max_size:
            return None
        audio = self._audio.read(frame, self._heard)
        if audio is not None:
            self._heard = audio.end
        return audio

    def note_audio(self, end: float, /) -> None:
        """Hear of audio that `audio` has returned, where another lane has read it.

        Args:
            end: Of the frame, in seconds.
        """
        self._heard = max(self._heard, end)

    def take(self, message: str | bytes | bytearray, /, *, timestamp: str = "") -> None:
        """Take what the client sends: JSON as text, frames as bytes.

        Args:
            message: As it came.
            timestamp: The time of day in ISO 8601, told with what the user typed.
        """
        if not self._receives:
            return
        client, settings = self.client, self._settings
        if isinstance(message, str):
            self._go(*receive(client, message, timestamp=timestamp, settings=settings))
        else:
            self._go(*receive_frame(client, message, timestamp=timestamp, settings=settings))

    def send(self, message: Outgoing, /) -> None:
        """Send the client a message of the application, or an answer to one of its requests."""
        self._sent.on_next(message)

    def configure(self, reports: Reports, /) -> None:
        """Change what the client is told; the version of the protocol stays."""
        if self._telling:
            self._wishes.on_next(reports)
        else:
            self._configure(reports)

    def _configure(self, reports: Reports) -> None:
        client = self.client
        wanted = replace(reports, version=client.reports.version)
        self._go(replace(client, reports=wanted), NOTHING)

    def report(
        self,
        *,
        also: Sequence[Observable[Reportable]] = (),
        user_audio: Observable[AudioFrame] | None = None,
        began: datetime | None = None,
    ) -> Operator[Reportable, Outgoing]:
        """Return the operator that tells the client what happens, and answers it.

        It belongs behind the agent, for one subscription.

        Args:
            also: As for `rtvi_messages`.
            user_audio: As for `rtvi_messages`.
            began: As for `rtvi_messages`.

        Returns:
            The operator. It completes, or fails, as `rtvi_messages` does.
        """
        tell: Operator[Reportable, Outgoing] = (
            rtvi_messages(reports=self._wanted, also=also, user_audio=user_audio, began=began)
            if self._reports
            else _nothing
        )

        def told(source: Observable[Reportable]) -> Observable[Outgoing]:
            def subscribe(
                observer: abc.ObserverBase[Outgoing], scheduler: abc.SchedulerBase | None = None
            ) -> abc.DisposableBase:
                clock = loop_scheduler(scheduler)
                messages = source.pipe(ops.do_action(self._observe), tell)
                own = CompositeDisposable()
                self._telling = True
                with begun(own):
                    own.add(self._answers.subscribe(observer.on_next, scheduler=clock))
                    own.add(_taped(self._sent).subscribe(observer.on_next, scheduler=clock))
                    own.add(
                        edge(self._wishes, "reports").subscribe(self._configure, scheduler=clock)
                    )
                    own.add(
                        messages.subscribe(
                            observer.on_next,
                            observer.on_error,
                            observer.on_completed,
                            scheduler=clock,
                        )
                    )
                return own

            return Observable(subscribe)

        return told

    def _observe(self, item: Reportable) -> None:
        if not isinstance(item, AudioFrame | FromStage | Outgoing):
            client, effects = observe(self._known, item)
            if client is not self._known or effects is not NOTHING:
                self._go(client, effects)

    def _go(self, client: Client, effects: Effects) -> None:
        """Remember what is known now, and do what is to be done."""
        changed = client.reports is not self._known.reports
        self._known = client
        self._heard = max(self._heard, client.heard)
        if changed:
            self._wanted.on_next(client.reports)
        for answer in effects.answers:
            self._answers.on_next(answer)
        for event in effects.inputs:
            self._inputs.on_next(event)
        for command in effects.commands:
            self._commands.on_next(command)
        for request in effects.requests:
            self._requests.on_next(request)


def _taped(sent: Observable[Outgoing]) -> Observable[Outgoing]:
    """Return an edge, at which a tape keeps messages in its own way."""

    def subscribe(
        observer: abc.ObserverBase[Outgoing], scheduler: abc.SchedulerBase | None = None
    ) -> abc.DisposableBase:
        clock = loop_scheduler(scheduler)
        if clock.tape is None:
            return sent.subscribe(observer, scheduler=clock)
        kept = edge(sent.pipe(ops.map(lambda message: message.__taped__())), "sent")
        return kept.pipe(ops.map(made_again)).subscribe(observer, scheduler=clock)

    return Observable(subscribe)


def _nothing(source: Observable[Reportable]) -> Observable[Outgoing]:
    return source.pipe(ops.flat_map(lambda _: rx.empty()))


__all__ = ["ClientLane"]
