"""Clients of the protocol, by websockets."""

from typing import Final

from aiohttp import web

from rxvoice.transports import Channel, SocketTransport

from ._client_codec import ClientCodec
from ._guarded import upgraded
from ._keys import DOOR, GUARD, SERVER
from ._server import Arrival
from ._starts import WebsocketStart

routes: Final = web.RouteTableDef()


@routes.get("/ws")
@routes.get("/sessions/{session_id}/ws")
async def websocket(request: web.Request) -> web.StreamResponse:
    """Hold a call with a client of the protocol, in JSON or in binary frames."""
    server = request.app[SERVER]
    announced = request.app[DOOR].enter(request)
    with server.admitted():
        socket, channel = await upgraded(request, server.options.limits)
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
