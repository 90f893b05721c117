"""`rtvi_messages`."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias

from reactivex import Observable, abc
from reactivex.disposable import CompositeDisposable, SerialDisposable

from rxvoice._types import Operator
from rxvoice.aio._begun import begun
from rxvoice.clock import loop_scheduler
from rxvoice.items import (
    AudioFrame,
    Event,
    Fault,
    Metric,
    ProviderSwitched,
    ResponseLatency,
    ResponseStarted,
    ToolCall,
    ToolResult,
    ToolsCancelled,
    Usage,
)

from ._bot_side import BotSide, OfBot
from ._measured import Levels, of_measurement
from ._messages import Outgoing, error
from ._once import Once
from ._options import Reports
from ._tool_reports import of_call
from ._user_messages import UserAudioLevel
from ._user_side import OfUser, UserSide


@dataclass(frozen=True, slots=True)
class FromStage:
    """An event of a stage that has a name, such as a silent evaluator.

    Attributes:
        stage: Its name, for ``Reports.ignored``.
        event: The event.
    """

    stage: str
    event: Event


Reportable: TypeAlias = Event | FromStage | Outgoing
"""What a client may be told: events, and messages as they are."""


def rtvi_messages(
    *,
    reports: Reports | Observable[Reports] | None = None,
    also: Sequence[Observable[Reportable]] = (),
    user_audio: Observable[AudioFrame] | None = None,
    began: datetime | None = None,
) -> Operator[Reportable, Outgoing]:
    """Tell a client what happens in a conversation, as messages of the RTVI protocol.

    It belongs behind `rxvoice.operators.converse`, or whatever is paced and has marks of when the
    bot is heard: a `Word` that comes has been heard. Each event gives its messages at once and in
    order, most of them one, many none. What the bot writes is told as it comes (``bot-llm-text``)
    and sentence by sentence (``bot-output``), the sentences not before the bot begins to be heard;
    how much of each has been heard follows, word by word. Sentences that are not spoken do not wait
    for anything but those before them. Those that wait when the bot is interrupted are never told;
    those that wait when its reply ends are told as not spoken.

    Messages among the events pass, in their place.

    Marbles (one column is 20 ms)::

        events   -1taE-b--w--x--e---|
        rtvi_messages()
        model    -LpqS--------------|
        voice    ------(B C)--W--X--(F G)---|

        1: ResponseStarted(1)  t: Token("Hi")  a: Token(" there.")  E: ResponseEnded(1, "Hi there.")
        b: BotSpeechStarted(1)  w: Word("Hi", 0.0)  x: Word("there.", 0.2)  e: BotSpeechStopped(1)
        L: BotLlmStarted()  p: BotLlmText(text="Hi")  q: BotLlmText(text=" there.")
        S: BotLlmStopped()  B: BotTtsStarted()  C: BotStartedSpeaking()
        W: BotTtsText(text="Hi")  X: BotTtsText(text="there.")
        F: BotTtsStopped()  G: BotStoppedSpeaking()

    Args:
        reports: What is told, from each value on; the usual until the first comes.
        also: Other places at which events are taken, such as that of an evaluator. The same object
            from several places counts once.
        user_audio: The audio of the user, for levels; it is subscribed while those are told.
        began: When the clock of the source was 0, for times of what the user says; these are empty
            unless given.

    Returns:
        The operator. It completes when the source and those of ``also`` have; it fails as soon as
        one of all these streams does.
    """

    def told(source: Observable[Reportable]) -> Observable[Outgoing]:
        def subscribe(
            observer: abc.ObserverBase[Outgoing], scheduler: abc.SchedulerBase | None = None
        ) -> abc.DisposableBase:
            clock = loop_scheduler(scheduler)
            ear = SerialDisposable()

            def listen(wanted: bool) -> None:
                ear.disposable = (
                    user_audio.subscribe(telling.hear, observer.on_error, scheduler=clock)
                    if wanted and user_audio is not None
                    else None
                )

            telling = _Telling(observer, began, len(also) + 1, listen)
            own = CompositeDisposable(ear)
            with begun(own):
                if isinstance(reports, Observable):
                    own.add(
                        reports.subscribe(telling.configure, observer.on_error, scheduler=clock)
                    )
                elif reports is not None:
                    telling.configure(reports)
                for number, stream in enumerate((*also, source)):
                    own.add(
                        stream.subscribe(
                            lambda item, number=number: telling.take(item, number),
                            observer.on_error,
                            telling.complete,
                            scheduler=clock,
                        )
                    )
            return own

        return Observable(subscribe)

    return told


class _Telling:
    """One subscription."""

    def __init__(
        self,
        observer: abc.ObserverBase[Outgoing],
        began: datetime | None,
        streams: int,
        listen: Callable[[bool], None],
    ) -> None:
        self._observer = observer
        self._listen = listen
        self._streams = streams
        self._several = streams > 1
        self._reports = Reports()
        self._tells_sound = False
        self._once = Once()
        self._user = UserSide(began)
        self._bot = BotSide()
        self._levels = Levels()

    def configure(self, reports: Reports) -> None:
        """Take what is told from now on."""
        if bool(reports.level_every) is not bool(self._reports.level_every):
            self._levels = Levels()
            self._listen(bool(reports.level_every))
        self._reports = reports
        self._tells_sound = bool(reports.level_every) or reports.bot_audio

    def hear(self, frame: AudioFrame) -> None:
        """Take audio of the user."""
        level = self._levels.take(frame, self._reports.level_every)
        if level is not None:
            self._observer.on_next(UserAudioLevel(value=level))

    def take(self, item: Reportable, stream: int) -> None:
        """Take an item of a stream."""
        if self._several and not self._once.is_new(item, stream):
            return
        if isinstance(item, FromStage):
            if item.stage in self._reports.ignored:
                return
            item = item.event
        if isinstance(item, Outgoing):
            self._observer.on_next(item)
            return
        if isinstance(item, AudioFrame) and not self._tells_sound:
            return
        for message in list(self._messages(item)):
            self._observer.on_next(message)

    def complete(self) -> None:
        """Take that a stream has ended."""
        self._streams -= 1
        if not self._streams:
            self._observer.on_completed()

    def _messages(self, event: Event) -> Iterable[Outgoing]:
        reports = self._reports
        match event:
            case Fault() | Metric() | Usage() | ProviderSwitched() if (
                event.source in reports.ignored
            ):
                return ()
            case Fault(message=message, fatal=fatal):
                return (error(message, fatal=fatal),)
            case Metric() | Usage() | ResponseLatency():
                return (of_measurement(event),) if reports.metrics else ()
            case ToolCall() | ToolResult() | ToolsCancelled():
                return of_call(event, reports)
            case ResponseStarted():
                return (*self._user.asked(event), *self._bot.take(event, reports))
            case _ if isinstance(event, OfUser):
                return self._user.take(event, reports)
            case _ if isinstance(event, OfBot):
                return self._bot.take(event, reports)
            case _:
                return ()


__all__ = ["FromStage", "Reportable", "rtvi_messages"]
