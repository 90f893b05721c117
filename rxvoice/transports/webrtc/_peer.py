"""One connection of aiortc's."""

import asyncio
from collections.abc import Callable, Coroutine, Iterable
from functools import partial
from typing import Any, Final, cast

import numpy as np
from aiortc import RTCDataChannel, RTCSessionDescription
from aiortc.mediastreams import MediaStreamTrack
from aiortc.sdp import candidate_from_sdp
from numpy.typing import NDArray

from rxvoice.aio import Scope

from ._connection import open_connection, quiet, taken
from ._ice import Candidate, IceServer
from ._owner import Owner
from ._readers import read_pictures, read_sound, shorten
from ._sdp import Description, read_description
from ._track import BotTrack

_ICE: Final = 0.05
"""Seconds in which aioice notices that it need not look for a way any more."""

CANDIDATES: Final = 200
"""Candidates that are tried of one connection."""


class Peer:
    """A connection to the far end, from its first description to its end.

    Args:
        owner: Is told what happens.
        scope: Owner of its tasks.
        packet: Returns what the far end is to hear next.
        servers: That help to find a way.
        one_way: Whether all media go the way of the first, which is audio.
        video: Whether pictures are wanted.
        reserve: Packets after which one that is missing is given up.
        silence: Seconds without anything from the far end after which it is believed lost.
    """

    def __init__(
        self,
        owner: Owner,
        scope: Scope,
        packet: Callable[[float], NDArray[np.int16]],
        *,
        servers: Iterable[IceServer],
        one_way: bool,
        video: bool,
        reserve: int,
        silence: float,
    ) -> None:
        self._owner = owner
        self._scope = scope
        self._video = video
        self._reserve = reserve
        self._silence = silence
        self._pc = open_connection(servers, one_way=one_way)
        self._pc.on("connectionstatechange", self._on_state)
        self._pc.on("datachannel", self._on_channel)
        self._track = BotTrack(packet)
        self._speaks = False
        self._description: Description | None = None
        self._read: set[MediaStreamTrack] = set()
        self._tried = 0
        self._connected = False
        self._over = False

    @property
    def description(self) -> Description | None:
        """What the far end has said last."""
        return self._description

    @property
    def latest(self) -> float:
        """Greatest lateness of a packet so far, in seconds."""
        return self._track.latest

    @property
    def connected(self) -> bool:
        """Whether there was a connection."""
        return self._connected

    @property
    def speaks(self) -> bool:
        """Whether the far end wants to hear something."""
        return self._description is None or self._description.wants_audio

    async def answer(self, offer: Description) -> str:
        """Take an offer and return the answer.

        Raises:
            ValueError: When no connection can be made of it.
        """
        self._speak(offer)
        await self._take(offer, "offer")
        try:
            await self._pc.setLocalDescription()
        except Exception as error:  # of aiortc, for descriptions that no check has caught
            raise ValueError("the offer cannot be answered") from error
        self._listen()
        self.try_candidates(offer.candidates)
        return self._pc.localDescription.sdp

    async def offer(self) -> str:
        """Return an offer, the first or one more."""
        if self._pc.sctp is None:
            self._keep_channel(self._pc.createDataChannel("chat"))
        if not self._speaks:
            self._speaks = True
            self._pc.addTrack(self._track)
        await self._pc.setLocalDescription(await self._pc.createOffer())
        return self._pc.localDescription.sdp

    async def accept(self, sdp: str) -> None:
        """Take the answer to an offer.

        Raises:
            ValueError: When no connection can be made of it.
        """
        answer = read_description(sdp, "answer")
        await self._take(answer, "answer")
        self._listen()
        self.try_candidates(answer.candidates)

    def try_candidates(self, candidates: Iterable[Candidate]) -> None:
        """Try addresses at which the far end may be reached; at most 200 of a connection."""
        for one in candidates:
            if self._tried < CANDIDATES and not self._over:
                self._tried += 1
                self._spawn("candidate", self._try, one)

    def decode_pictures(self, place: int, wanted: bool) -> None:
        """Decode the pictures of a video track, or discard them as they come.

        Args:
            place: Of the track among those with video, from 0.
            wanted: Whether to decode them.
        """
        videos = [one for one in self._pc.getTransceivers() if one.kind == "video"]
        if place < len(videos):
            videos[place].receiver._enabled = wanted  # pyright: ignore[reportPrivateUsage]

    def mute(self) -> None:
        """Take no more audio."""
        self._track.stop()

    async def flushed(self) -> None:
        """Wait until the far end has taken all messages."""
        await taken(self._pc)

    async def aclose(self) -> None:
        """End the connection."""
        self._over = True
        self._pc.remove_all_listeners("connectionstatechange")
        await self._pc.close()
        self._track.stop()
        if not self._connected:
            await asyncio.sleep(_ICE)

    def _speak(self, offer: Description) -> None:
        if offer.wants_audio and not self._speaks:
            self._speaks = True
            self._pc.addTrack(self._track)

    async def _take(self, description: Description, kind: str) -> None:
        try:
            await self._pc.setRemoteDescription(RTCSessionDescription(description.text, kind))
        except Exception as error:  # of aiortc, for descriptions that no check has caught
            raise ValueError(f"the {kind} does not fit the connection") from error
        self._description = description
        sound = True
        for transceiver in self._pc.getTransceivers():
            if transceiver.kind == "audio":
                wanted, sound = sound, False
            else:
                wanted = self._video
            if not wanted and kind == "offer":
                transceiver.direction = "inactive"

    def _listen(self) -> None:
        """Read the tracks that are new."""
        place = -1
        for transceiver in self._pc.getTransceivers():
            place += transceiver.kind == "video"
            track = cast("MediaStreamTrack | None", transceiver.receiver.track)
            if track is None or track in self._read or transceiver.direction == "inactive":
                continue
            self._read.add(track)
            if transceiver.kind == "audio":
                shorten(transceiver.receiver, self._reserve)
                self._spawn("hear", read_sound, track, partial(self._owner.on_sound, self))
            else:
                self.decode_pictures(place, False)
                self._spawn(
                    "see", read_pictures, track, partial(self._owner.on_picture, self, place)
                )
        self._owner.on_tracks(self)

    async def _try(self, candidate: Candidate) -> None:
        one = candidate_from_sdp(candidate.text)
        if self._description is not None:
            one.sdpMid = self._description.carrier  # whichever medium the far end has named
        await self._pc.addIceCandidate(one)

    def _on_state(self) -> None:
        state = self._pc.connectionState
        if state == "connected" and not self._connected:
            self._connected = True
            self._owner.on_connected(self)
            self._spawn("watch", self._watch)
        elif state in ("failed", "closed"):
            self._lose("the connection was lost" if state == "failed" else "")

    def _on_channel(self, channel: RTCDataChannel) -> None:
        self._keep_channel(channel)
        self._owner.on_channel(self, channel)

    def _keep_channel(self, channel: RTCDataChannel) -> None:
        channel.on("message", partial(self._owner.on_message, self))
        channel.on("open", partial(self._owner.on_channel, self, channel))

    async def _watch(self) -> None:
        if await quiet(self._pc, self._silence):
            self._lose("nothing came from the far end any more")

    def _lose(self, reason: str) -> None:
        if not self._over:
            self._over = True
            self._owner.on_lost(self, reason)

    def _spawn(self, what: str, work: Callable[..., Coroutine[Any, Any, None]], *args: Any) -> None:
        self._scope.spawn(partial(work, *args), name=f"{self._owner.name}: {what}")


__all__ = ["CANDIDATES", "Peer"]
