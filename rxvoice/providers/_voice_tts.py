"""Voices behind websockets, as operators."""

import math
from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing
from dataclasses import dataclass
from typing import Any

from reactivex import Observable, abc
from reactivex.disposable import CompositeDisposable, Disposable

from rxvoice.aio import from_async
from rxvoice.aio._begun import begun
from rxvoice.clock import loop_scheduler
from rxvoice.items import Sentence
from rxvoice.providers._address import check_base
from rxvoice.providers._keeping import Keeping
from rxvoice.providers._kept import Kept
from rxvoice.providers._voice import VoiceDialect
from rxvoice.providers._voice_lines import VoiceLines
from rxvoice.providers._voice_reply import Patience, VoiceItem, VoiceReply
from rxvoice.providers._voice_script import Script


@dataclass(frozen=True, slots=True, eq=False)
class StreamingTts(Keeping):
    """A voice behind a websocket: an `rxvoice.contracts.Synthesizer`.

    Each subscription is one reply: one context, whose sentences are spoken in order, each as soon
    as it comes. Unsubscribing cancels it, and nothing of it reaches the next one. A context is
    opened with its first text, so that a reply that is cut off before costs nothing.

    Websockets are kept within a session, or within a block that entered this (``async with``):
    then a reply need not wait for one, and `prewarm` opens it before the first.

    When a connection is lost in the midst of a reply, a `Fault` tells so and the reply goes on over
    another one, where it was: what was given of a sentence is not given again. Three failures
    without a sound between are the end: the stream fails with a `ProviderError`. So does the first
    that speaks of wrong credentials.

    Attributes:
        dialect: The vendor, and its options.
        kept: The websockets.
        changes: Options that hold from the next sentence on, by their names; what is said before is
            spoken to its end, in a context of its own. Give a `BehaviorSubject` for those that are
            to hold for the next reply, too.
        patience: How long a reply waits.
    """

    dialect: VoiceDialect
    kept: Kept[VoiceLines]
    changes: Observable[Mapping[str, Any]] | None
    patience: Patience

    def __call__(self, sentences: Observable[Sentence], /) -> Observable[VoiceItem]:
        """Speak a stream of sentences."""

        def subscribe(
            observer: abc.ObserverBase[VoiceItem], scheduler: abc.SchedulerBase | None = None
        ) -> abc.DisposableBase:
            clock = loop_scheduler(scheduler)
            script = Script(self.dialect.longest)
            reply = VoiceReply(self.dialect, script, self.patience)
            fed = from_async(lambda: self._spoken(reply), name=self.dialect.provider).subscribe(
                observer.on_next, observer.on_error, observer.on_completed, scheduler=clock
            )
            own: list[abc.DisposableBase] = [Disposable(reply.abandon), fed]
            with begun(*own):
                if self.changes is not None:
                    own.append(self.changes.subscribe(reply.change, _ignore, scheduler=clock))
                source = sentences.subscribe(
                    script.on_next, script.on_error, script.on_completed, scheduler=clock
                )
            return CompositeDisposable(source, *own)

        return Observable(subscribe)

    async def prewarm(self) -> None:
        """Open a websocket, so that the next reply need not wait for it.

        One that a reply is on is left to that, and to the next one.

        Raises:
            ProviderError: When it cannot be opened.
        """
        async with self.kept.opened() as lines:
            await lines.near(self.dialect).ready()

    def _connections(self) -> Kept[VoiceLines]:
        return self.kept

    async def _spoken(self, reply: VoiceReply) -> AsyncGenerator[VoiceItem]:
        over = False
        while not over:
            async with self.kept.opened() as lines, aclosing(reply.run(lines)) as items:
                async for item in items:
                    yield item
                over = reply.over or not lines.closed


def streaming_tts(
    dialect: VoiceDialect,
    changes: Observable[Mapping[str, Any]] | None = None,
    *,
    connect_timeout: float = 5.0,
    patience: Patience | None = None,
) -> StreamingTts:
    """Return a voice behind a websocket.

    Args:
        dialect: The vendor, and its options.
        changes: As for `StreamingTts`.
        connect_timeout: Seconds until a connection stands.
        patience: How long a reply waits.

    Raises:
        ValueError: When a number is out of range.
    """
    if not 0.0 < connect_timeout < math.inf:
        raise ValueError(f"connect_timeout must be positive, got {connect_timeout}")
    check_base(dialect)

    def lines() -> VoiceLines:
        return VoiceLines(connect_timeout)

    kept = Kept(lines, VoiceLines.aclose, name=dialect.provider)
    return StreamingTts(dialect, kept, changes, patience or Patience())


def _ignore(error: Exception) -> None:
    """The options stay as they are."""


__all__ = ["StreamingTts", "streaming_tts"]
