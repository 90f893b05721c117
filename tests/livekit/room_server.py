"""A small LiveKit server: its signalling, and aiortc in the place of the SFU.

It speaks the protocol with one connection to publish and one to subscribe, to which all clients
fall back when they find no ``/rtc/v1``. It decodes and encodes what it forwards, knows neither
simulcast nor resumption, and serves the tests of one machine.
"""

import contextlib
import itertools
from collections.abc import AsyncGenerator
from typing import Any, Final

from aiohttp import WSMsgType, web
from livekit import api
from livekit.protocol import models, rtc

from .room_peer import Peer

KEY: Final = "key"
SECRET: Final = "a secret of at least thirty-two bytes"
CORS: Final = {"Access-Control-Allow-Origin": "*", "Access-Control-Allow-Headers": "*"}


class RoomServer:
    """All rooms of one server.

    Attributes:
        rooms: Who is in which room, by identity.
        tokens: What clients have shown.
    """

    def __init__(self) -> None:
        self.rooms: dict[str, dict[str, Peer]] = {}
        self.tokens: list[str] = []
        self._numbers = itertools.count(1)

    def app(self) -> web.Application:
        """Return the application."""
        app = web.Application()
        app.router.add_get("/rtc", self._signal)
        app.router.add_get("/rtc/validate", self._validate)
        app.router.add_route("*", "/rtc/v1{rest:.*}", self._nothing)
        return app

    async def remove(self, room: str, identity: str, reason: int) -> None:
        """Send somebody away."""
        peer = self.rooms[room][identity]
        leave = rtc.LeaveRequest(reason=reason, action=rtc.LeaveRequest.DISCONNECT)  # type: ignore[arg-type]
        await peer.tell(leave=leave)
        await peer.close_signal()

    async def drop_signal(self, room: str, identity: str) -> None:
        """Break somebody's signalling off, as a network does."""
        await self.rooms[room][identity].break_signal()

    def _claims(self, request: web.Request) -> Any:
        bearer = request.headers.get("Authorization", "").removeprefix("Bearer ")
        token = request.query.get("access_token") or bearer
        self.tokens.append(token)
        try:
            claims = api.TokenVerifier(KEY, SECRET).verify(token)
        except Exception:
            raise web.HTTPUnauthorized(text="no valid token", headers=CORS) from None
        if not claims.video or not claims.video.room_join or not claims.video.room:
            raise web.HTTPUnauthorized(text="no permission to join", headers=CORS)
        return claims

    async def _nothing(self, request: web.Request) -> web.Response:
        return web.Response(status=404, headers=CORS)

    async def _validate(self, request: web.Request) -> web.Response:
        self._claims(request)
        return web.Response(text="success", headers=CORS)

    async def _signal(self, request: web.Request) -> web.WebSocketResponse:
        claims = self._claims(request)
        if request.query.get("reconnect") == "1":
            raise web.HTTPNotFound(text="nothing can be resumed here", headers=CORS)
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        room = self.rooms.setdefault(claims.video.room, {})
        info = models.ParticipantInfo(
            sid=f"PA_{next(self._numbers)}",
            identity=claims.identity,
            name=claims.name,
            metadata=claims.metadata,
            attributes=claims.attributes or {},
            state=models.ParticipantInfo.ACTIVE,
            kind=(claims.kind or "standard").upper(),
            permission=models.ParticipantPermission(
                can_subscribe=True, can_publish=True, can_publish_data=True
            ),
        )
        peer = Peer(socket, info, room, self._numbers, request.query.get("auto_subscribe") == "1")
        others = [one.info for one in room.values()]
        room[claims.identity] = peer
        join = rtc.JoinResponse(
            room=models.Room(sid="RM_1", name=claims.video.room),
            participant=info,
            other_participants=others,
            subscriber_primary=True,
            ping_interval=10,
            ping_timeout=20,
            server_version="1.9.0",
            server_info=models.ServerInfo(version="1.9.0", protocol=16),
        )
        await peer.tell(join=join)
        await peer.tell_others()
        await peer.start()
        reason = models.CONNECTION_TIMEOUT
        try:
            async for message in socket:
                if message.type != WSMsgType.BINARY:
                    continue
                asked = rtc.SignalRequest.FromString(message.data)
                if asked.WhichOneof("message") == "leave":
                    reason = asked.leave.reason or models.CLIENT_INITIATED
                    break
                await peer.take(asked)
        finally:
            room.pop(claims.identity, None)
            info.state = models.ParticipantInfo.DISCONNECTED
            info.disconnect_reason = reason
            await peer.tell_others()
            await peer.aclose()
        return socket


@contextlib.asynccontextmanager
async def room_server(address: str) -> AsyncGenerator[tuple[RoomServer, str]]:
    """Serve rooms at an address.

    Yields:
        The server and its URL.
    """
    server = RoomServer()
    runner = web.AppRunner(server.app(), shutdown_timeout=1.0)
    await runner.setup()
    try:
        site = web.TCPSite(runner, address, 0)
        await site.start()
        port = runner.addresses[0][1]
        yield server, f"ws://{address}:{port}"
    finally:
        await runner.cleanup()


def token(identity: str, room: str = "room", *, kind: Any = "standard", name: str = "") -> str:
    """Return a token by LiveKit's own signer."""
    grants = api.VideoGrants(room_join=True, room=room)
    made = api.AccessToken(KEY, SECRET).with_identity(identity).with_grants(grants)
    return made.with_kind(kind).with_name(name).to_jwt()
