"""Streaming recognisers that have to remember something of each stream."""

from abc import abstractmethod
from dataclasses import dataclass
from typing import Self, cast

import reactivex as rx
from reactivex import Observable, abc

from rxvoice.contracts import Heard
from rxvoice.providers._ear import EarDialect, EarItem
from rxvoice.providers._ear_stt import StreamingStt


class OwnDialect(EarDialect):
    """A dialect with something that changes while a stream is under way."""

    __slots__ = ()

    @abstractmethod
    def anew(self) -> Self:
        """Return the same for another stream, which has nothing to remember yet."""
        ...


@dataclass(frozen=True, slots=True, eq=False)
class OwnStt(StreamingStt):
    """A recogniser behind a websocket, with an `OwnDialect`; see `StreamingStt`."""

    def __call__(self, heard: Observable[Heard], /) -> Observable[EarItem]:
        """Transcribe a stream."""

        def subscribed(_: abc.SchedulerBase | None) -> Observable[EarItem]:
            dialect = cast("OwnDialect", self.dialect).anew()
            stt = StreamingStt(dialect, self.changes, self.connect_timeout, self.reconnect)
            return stt(heard)

        return rx.defer(subscribed)


__all__ = ["OwnDialect", "OwnStt"]
