"""One participant of the small LiveKit server."""

import asyncio
import json
import re
from collections.abc import Iterator
from typing import Any

from aiohttp import web
from aiortc import (
    MediaStreamTrack,
    RTCBundlePolicy,
    RTCConfiguration,
    RTCDataChannel,
    RTCPeerConnection,
    RTCRtpTransceiver,
    RTCSessionDescription,
)
from aiortc.contrib.media import MediaRelay
from aiortc.sdp import candidate_from_sdp
from livekit.protocol import models, rtc


class Peer:
    """A participant: its signalling, the connection that it publishes by, and the other one.

    Args:
        socket: Of the signalling.
        info: What others are told of it.
        room: All who are there, by identity.
        numbers: For ids.
        auto: Whether it hears and sees everything without asking.
    """

    def __init__(
        self,
        socket: web.WebSocketResponse,
        info: models.ParticipantInfo,
        room: "dict[str, Peer]",
        numbers: Iterator[int],
        auto: bool,
    ) -> None:
        self.info = info
        self.media: dict[str, MediaStreamTrack] = {}
        self._socket = socket
        self._room = room
        self._numbers = numbers
        self._auto = auto
        settings = RTCConfiguration(iceServers=[], bundlePolicy=RTCBundlePolicy.MAX_BUNDLE)
        self._publisher = RTCPeerConnection(settings)
        self._subscriber = RTCPeerConnection(settings)
        self._connections = (self._publisher, self._subscriber)
        self._early: list[tuple[RTCPeerConnection, str]] = []
        self._announced: dict[str, models.TrackInfo] = {}
        self._sent: dict[str, RTCRtpTransceiver] = {}
        self._relay = MediaRelay()
        self._dirty = False
        self._answered = False
        self._negotiating = asyncio.Lock()
        self._pending: list[tuple[Peer, str]] = []
        self._untold: list[tuple[Peer, str]] = []
        self._channels: dict[str, RTCDataChannel] = {}
        self._publisher.on("track", self._published)
        self._publisher.on("datachannel", self._opened)

    async def tell(self, **message: Any) -> None:
        """Send a message of the signalling."""
        if not self._socket.closed:
            await self._socket.send_bytes(rtc.SignalResponse(**message).SerializeToString())

    async def tell_others(self) -> None:
        """Tell all others what is known of this one."""
        for other in list(self._room.values()):
            if other is not self:
                await other.tell(update=rtc.ParticipantUpdate(participants=[self.info]))

    async def start(self) -> None:
        """Offer the connection by which it subscribes."""
        create = self._subscriber.createDataChannel
        self._channels["_reliable"] = create("_reliable")
        self._channels["_lossy"] = create("_lossy", ordered=False, maxRetransmits=0)
        if self._auto:
            for other in self._room.values():
                self._pending += [(other, sid) for sid in other.media]
        await self._negotiate()

    async def take(self, asked: rtc.SignalRequest) -> None:
        """Do what it asks for."""
        match asked.WhichOneof("message"):
            case "offer":
                sdp = re.sub(
                    r"(a=msid-semantic: ?WMS).*", r"\1 *", asked.offer.sdp
                )  # or aiortc names no track
                await self._publisher.setRemoteDescription(RTCSessionDescription(sdp, "offer"))
                await self._publisher.setLocalDescription(await self._publisher.createAnswer())
                await self.tell(answer=_described(self._publisher, asked.offer.id))
                await self._add_early()
            case "answer":
                async with self._negotiating:
                    await self._subscriber.setRemoteDescription(
                        RTCSessionDescription(asked.answer.sdp, "answer")
                    )
                self._answered = True
                await self._add_early()
                await self._tell_owners()
                if self._dirty or self._pending:
                    await self._negotiate()
            case "trickle":
                target = self._connections[asked.trickle.target]
                self._early.append((target, asked.trickle.candidateInit))
                await self._add_early()
            case "add_track":
                await self._announce(asked.add_track)
            case "subscription":
                wanted = [*asked.subscription.track_sids]
                for tracks in asked.subscription.participant_tracks:
                    wanted += tracks.track_sids
                await self._subscribe(wanted, asked.subscription.subscribe)
            case "mute":
                for track in self.info.tracks:
                    if track.sid == asked.mute.sid:
                        track.muted = asked.mute.muted
                await self.tell_others()
            case "ping_req":
                await self.tell(
                    pong_resp=rtc.Pong(last_ping_timestamp=asked.ping_req.timestamp, timestamp=1)
                )
            case "ping":
                await self.tell(pong=asked.ping)
            case _:
                pass

    async def close_signal(self) -> None:
        """Close the signalling in good form."""
        await self._socket.close()

    async def break_signal(self) -> None:
        """Close the signalling as a broken network does."""
        transport = self._socket._req.transport  # pyright: ignore
        if transport is not None:
            transport.abort()

    async def aclose(self) -> None:
        """Close both connections."""
        for connection in self._connections:
            await connection.close()

    async def _announce(self, asked: rtc.AddTrackRequest) -> None:
        track = models.TrackInfo(
            sid=f"TR_{next(self._numbers)}",
            type=asked.type,
            name=asked.name,
            muted=asked.muted,
            width=asked.width,
            height=asked.height,
            source=asked.source,
            mime_type="audio/opus" if asked.type == models.AUDIO else "video/vp8",
        )
        self._announced[asked.cid] = track
        await self.tell(track_published=rtc.TrackPublishedResponse(cid=asked.cid, track=track))

    async def _published(self, track: MediaStreamTrack) -> None:
        info = self._announced[track.id]
        self.media[info.sid] = track
        self.info.tracks.append(info)
        await self.tell_others()
        for other in list(self._room.values()):
            if other is not self and other._auto:
                await other._subscribe([info.sid], True)

    def _opened(self, channel: RTCDataChannel) -> None:
        def forward(message: bytes) -> None:
            packet = models.DataPacket.FromString(message)
            packet.participant_identity = self.info.identity
            packet.participant_sid = self.info.sid
            to = {*packet.destination_identities, *packet.user.destination_identities}
            for identity, other in self._room.items():
                if other is not self and (not to or identity in to):
                    other._channels[channel.label].send(packet.SerializeToString())

        if channel.label in self._channels:
            channel.on("message", forward)

    async def _subscribe(self, sids: list[str], subscribe: bool) -> None:
        for sid in sids:
            owner = next((one for one in self._room.values() if sid in one.media), None)
            if subscribe and owner is not None and sid not in self._sent:
                self._pending.append((owner, sid))
            elif not subscribe and sid in self._sent:
                sent = self._sent.pop(sid)
                sent.sender.replaceTrack(None)
                sent.direction = "inactive"
        await self._negotiate()

    def _send(self, owner: "Peer", sid: str) -> None:
        if sid in self._sent or sid not in owner.media:
            return
        track = self._relay.subscribe(owner.media[sid], buffered=False)
        sent = self._subscriber.addTransceiver(track, direction="sendonly")
        sent.sender._stream_id = f"{owner.info.sid}|{sid}"  # pyright: ignore
        sent.sender._track_id = sid  # pyright: ignore
        self._sent[sid] = sent
        self._untold.append((owner, sid))

    async def _tell_owners(self) -> None:
        """Tell those who have published that their track arrives, now that it does."""
        untold, self._untold = self._untold, []
        for owner, sid in untold:
            if sid in self._sent:
                await owner.tell(track_subscribed=rtc.TrackSubscribed(track_sid=sid))

    async def _negotiate(self) -> None:
        async with self._negotiating:
            self._dirty = self._subscriber.signalingState != "stable"
            if self._dirty or not self._channels:  # it waits for an answer, or for its beginning
                return
            if self._answered:  # with a track in its first offer aiortc takes no candidates
                pending, self._pending = self._pending, []
                for owner, sid in pending:
                    self._send(owner, sid)
            await self._subscriber.setLocalDescription(await self._subscriber.createOffer())
            await self.tell(offer=_described(self._subscriber, next(self._numbers)))

    async def _add_early(self) -> None:
        waiting, self._early = self._early, []
        for target, init in waiting:
            if target.remoteDescription is None:  # pyright: ignore[reportUnnecessaryComparison]
                self._early.append((target, init))
                continue
            told = json.loads(init)
            line = str(told["candidate"]).removeprefix("candidate:")
            if not line or " tcp " in line.lower() or ".local" in line:
                continue
            candidate = candidate_from_sdp(line)
            candidate.sdpMid = told.get("sdpMid")
            candidate.sdpMLineIndex = told.get("sdpMLineIndex")
            await target.addIceCandidate(candidate)


def _described(connection: RTCPeerConnection, number: int) -> rtc.SessionDescription:
    local = connection.localDescription
    return rtc.SessionDescription(type=local.type, sdp=local.sdp, id=number)
