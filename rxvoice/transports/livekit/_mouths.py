"""The bot's tracks."""

import asyncio
import logging
from collections.abc import Callable
from typing import Any

from rxvoice.aio import Scope

from ._mouth import Mouth
from ._options import RoomSettings

logger = logging.getLogger(__name__)


class Mouths:
    """Makes tracks as they are needed, and plays on them while there is a room.

    Args:
        rtc: The SDK.
        settings: As asked for.
        heard: Is told how far the first track was played.
        complain: Is told what goes wrong.
    """

    def __init__(
        self,
        rtc: Any,
        settings: RoomSettings,
        heard: Callable[[float], None],
        complain: Callable[[str], None],
    ) -> None:
        self._rtc = rtc
        self._settings = settings
        self._heard = heard
        self._complain = complain
        self._mouths: dict[str, Mouth] = {}
        self._playing: list[asyncio.Task[None]] = []
        self._participant: Any | None = None
        self._scope: Scope | None = None

    @property
    def waiting(self) -> float:
        """Seconds of audio that wait on all of them."""
        return sum(mouth.waiting for mouth in self._mouths.values())

    @property
    def capacity(self) -> float:
        """Seconds of audio that may."""
        return self._settings.capacity * max(len(self._mouths), 1)

    @property
    def dropped(self) -> float:
        """Seconds of audio that were too much."""
        return sum(mouth.dropped for mouth in self._mouths.values())

    def of(self, track: str) -> Mouth:
        """Return the track of a name, which is published if there was none."""
        mouth = self._mouths.get(track)
        if mouth is None:
            settings = self._settings
            mouth = self._mouths[track] = Mouth(
                self._rtc,
                track,
                rate=settings.out_rate,
                reserve=settings.reserve,
                capacity=settings.capacity,
                heard=self._heard if track == settings.track else _ignore,
            )
            self._play(mouth)
        return mouth

    def open(self, participant: Any, scope: Scope) -> None:
        """Publish all that there are, and those to come.

        Args:
            participant: The SDK's for this side.
            scope: Owner of the tasks that play.
        """
        self._participant, self._scope = participant, scope
        for mouth in self._mouths.values():
            self._play(mouth)

    def be_wanted(self, track: Any) -> None:
        """Hear that somebody has subscribed to a track."""
        mouth = self._mouths.get(track.name)
        if mouth is not None:
            mouth.be_wanted()

    def be_new(self, publication: Any, previous: str) -> None:
        """Hear that the SDK has published a track anew, to which nobody has subscribed yet."""
        mouth = self._mouths.get(publication.name)
        if mouth is not None:
            mouth.be_wanted(False)

    def hold(self, held: bool) -> None:
        """Play nothing while the connection is broken, or go on."""
        for mouth in self._mouths.values():
            mouth.hold(held)

    def close(self) -> None:
        """Play nothing any more."""
        playing, self._playing = self._playing, []
        if self._scope is not None:
            for task in playing:
                self._scope.end(task)
        for mouth in self._mouths.values():
            mouth.close()
            if mouth.dropped:
                details = {"track": mouth.name, "seconds": mouth.dropped}
                logger.warning("audio was dropped", extra=details)

    def _play(self, mouth: Mouth) -> None:
        if self._scope is not None:
            name = f"{self._settings.name}: play {mouth.name}"
            self._playing.append(self._scope.spawn(lambda: self._run(mouth), name=name))

    async def _run(self, mouth: Mouth) -> None:
        options = self._rtc.TrackPublishOptions()
        options.source = self._rtc.TrackSource.SOURCE_MICROPHONE
        try:
            await mouth.run(self._participant, options)
        except Exception as error:
            logger.warning("a track failed", extra={"error": type(error).__name__})
            self._complain(f"the track {mouth.name} cannot be played on: {type(error).__name__}")
        finally:
            mouth.close()


def _ignore(_: float) -> None:
    pass


__all__ = ["Mouths"]
