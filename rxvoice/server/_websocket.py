"""Clients of the protocol, by websockets."""

import asyncio
from typing import Final

from aiohttp import web

from rxvoice.transports import ServerChannel, SocketTransport
from rxvoice.transports._contract import Channel

from ._client_codec import ClientCodec
from ._guarded import GuardedChannel
from ._keys import DOOR, GUARD, SERVER
from ._server import Arrival
from ._starts import WebsocketStart

routes: Final = web.RouteTableDef()

_HEARTBEAT: Final = 20.0
_CLOSING: Final = 1.0


@routes.get("/ws")
@routes.get("/sessions/{session_id}/ws")
async def websocket(request: web.Request) -> web.StreamResponse:
    """Hold a call with a client of the protocol, in JSON or in binary frames."""
    server = request.app[SERVER]
    announced = request.app[DOOR].enter(request)
    with server.admitted():
        socket = web.WebSocketResponse(
            heartbeat=_HEARTBEAT,
            timeout=_CLOSING,
            max_msg_size=server.options.limits.max_message,
            compress=False,  # speech does not shrink, and each connection would hold 300 kB
        )
        await socket.prepare(request)
        clock = asyncio.get_running_loop().time
        channel = GuardedChannel(ServerChannel(socket), server.options.limits, clock)
        lane = server.lane()
        codec = ClientCodec(lane)

        async def open_channel() -> Channel:
            return channel

        transport = SocketTransport(open_channel, codec, name="client")
        start = WebsocketStart(
            session_id=announced.session_id,
            body=announced.body,
            arguments=server.options.arguments,
            idle_timeout=server.options.idle_timeout,
            address=request.app[GUARD].address(request),
            origin=request.headers.get("Origin", ""),
        )

        async def finish(failure: str) -> None:
            await channel.aclose(1011 if failure else 1000, failure)

        await server.serve(
            Arrival(
                transport,
                start,
                client=lane,
                channel=channel,
                prepare=lambda session: session.believe_playout(codec.heard_at),
                finish=finish,
            )
        )
        return socket


__all__ = ["routes"]
