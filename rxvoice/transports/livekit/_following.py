"""The track of a participant that is wanted."""

from collections import Counter
from collections.abc import Callable
from typing import Any

from ._wires import Wires

Fits = Callable[[Any, Any], bool]
"""Tells of a participant and a publication whether it is wanted."""


class Following:
    """Keeps one track subscribed: the first that fits, and after its end the next.

    Args:
        room: The SDK's.
        claims: How many want a publication, by its id; one for the whole room.
        fits: Tells what is wanted.
        on_track: Is given the track when it is there, and None when it is no more.
        name: Told in errors.
    """

    def __init__(
        self,
        room: Any,
        claims: Counter[str],
        fits: Fits,
        on_track: Callable[[Any | None], None],
        name: str,
    ) -> None:
        self._room = room
        self._claims = claims
        self._fits = fits
        self._on_track = on_track
        self._wires = Wires(room, name)
        self._publication: Any | None = None
        self._has_track = False

    def start(self) -> None:
        """Look for a track, now and whenever something changes."""
        on = self._wires.on
        on("track_published", lambda *_: self._look())
        on("track_subscribed", self._subscribed)
        on("track_unsubscribed", self._unsubscribed)
        on("track_unpublished", self._unpublished)
        on("participant_disconnected", self._left)
        on("reconnected", self._ask_again)
        self._look()

    def look_again(self) -> None:
        """Let go of what does not fit any more, and look for something that does."""
        self._release()
        self._look()

    def close(self) -> None:
        """Want nothing any more."""
        self._wires.cut()
        self._release()

    def _look(self) -> None:
        if self._publication is not None:
            return
        for participant in list(self._room.remote_participants.values()):
            for publication in list(participant.track_publications.values()):
                if self._fits(participant, publication):
                    self._claim(publication)
                    return

    def _claim(self, publication: Any) -> None:
        self._publication = publication
        self._claims[publication.sid] += 1
        publication.set_subscribed(True)
        if publication.track is not None:
            self._give(publication.track)

    def _ask_again(self) -> None:
        """Ask for the track once more: what is asked of a broken connection is lost."""
        if self._publication is not None and not self._has_track:
            self._publication.set_subscribed(True)

    def _release(self) -> None:
        publication, self._publication = self._publication, None
        if publication is None:
            return
        self._give(None)
        self._claims[publication.sid] -= 1
        if self._claims[publication.sid] <= 0:
            del self._claims[publication.sid]
            if self._room.isconnected():
                publication.set_subscribed(False)

    def _is_ours(self, publication: Any) -> bool:
        return self._publication is not None and publication.sid == self._publication.sid

    def _subscribed(self, track: Any, publication: Any, participant: Any) -> None:
        if self._is_ours(publication):
            self._give(track)

    def _unsubscribed(self, track: Any, publication: Any, participant: Any) -> None:
        if self._is_ours(publication):
            self._give(None)

    def _unpublished(self, publication: Any, participant: Any) -> None:
        if self._is_ours(publication):
            self._lose()

    def _left(self, participant: Any) -> None:
        if any(self._is_ours(one) for one in participant.track_publications.values()):
            self._lose()

    def _lose(self) -> None:
        """Forget a publication that is no more."""
        if self._publication is not None:
            self._claims.pop(self._publication.sid, None)
            self._publication = None
            self._give(None)
        self._look()

    def _give(self, track: Any | None) -> None:
        if track is not None or self._has_track:
            self._has_track = track is not None
            self._on_track(track)


__all__ = ["Fits", "Following"]
