"""Listening to participants."""

from collections import Counter
from collections.abc import Callable
from typing import Any

from rxvoice.aio import Scope
from rxvoice.items import AudioFrame

from ._ears import Ears
from ._following import Fits, Following
from ._options import RoomSettings
from ._timeline import Timeline
from ._wires import Wires


class Hearing:
    """Follows tracks of one room, of which each is subscribed to while somebody wants it.

    Args:
        rtc: The SDK.
        settings: As asked for.
        timeline: Times what is heard.
    """

    def __init__(self, rtc: Any, settings: RoomSettings, timeline: Timeline) -> None:
        self._rtc = rtc
        self._settings = settings
        self._timeline = timeline
        self._claims: Counter[str] = Counter()

    def wires(self, room: Any) -> Wires:
        """Return wires to a room of the SDK."""
        return Wires(room, self._settings.name)

    def follow(self, room: Any, fits: Fits, on_track: Callable[[Any | None], None]) -> Following:
        """Return what keeps a track subscribed that fits."""
        return Following(room, self._claims, fits, on_track, self._settings.name)

    def listen_to(
        self, room: Any, fits: Fits, give: Callable[[AudioFrame], None], scope: Scope
    ) -> Following:
        """Return what follows the voice of whoever fits, and gives what it says.

        Args:
            room: The SDK's.
            fits: Tells of a participant whether it is they.
            give: Is given the audio.
            scope: Owner of the task that reads.
        """
        settings, rtc = self._settings, self._rtc
        voices = (rtc.TrackSource.SOURCE_MICROPHONE, rtc.TrackSource.SOURCE_UNKNOWN)

        def speaks(participant: Any, publication: Any) -> bool:
            is_audio = publication.kind == rtc.TrackKind.KIND_AUDIO
            return is_audio and publication.source in voices and fits(participant, publication)

        ears = Ears(
            rtc,
            give,
            timeline=self._timeline,
            scope=scope,
            rate=settings.rate,
            frame=settings.frame,
            name=settings.name,
        )
        return self.follow(room, speaks, ears.listen_to)


__all__ = ["Hearing"]
