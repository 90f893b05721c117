"""Clients of the protocol, by WebRTC."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, cast

from aiohttp import web

from rxvoice.errors import CapacityError
from rxvoice.transports import TransportError

from ._door import told
from ._keys import DOOR, GUARD, SERVER
from ._limits import Excess
from ._server import Arrival, Refused, Server, Started
from ._start import body_of
from ._starts import WebRtcStart

if TYPE_CHECKING:
    from rxvoice.transports.webrtc import PeerConnections, WebRtcTransport

routes: Final = web.RouteTableDef()
PEERS: Final = web.AppKey("peers", dict[str, "PeerConnections"])
"""The connections, once there was one: aiortc is imported then."""


@dataclass(frozen=True, slots=True)
class _Caller:
    """Who has sent an offer."""

    started: Started
    address: str


@routes.post("/api/offer")
@routes.post("/sessions/{session_id}/api/offer")
async def offer(request: web.Request) -> web.Response:
    """Answer an offer: hold a call with the client, or renegotiate its connection."""
    server = request.app[SERVER]
    body = await body_of(request)
    peers = peers_of(request.app)
    context: _Caller | None = None
    if peers.get(_peer(body)) is None:
        if server.room < 1:
            raise Refused(Excess("draining" if server.draining else "capacity"))
        started = request.app[DOOR].enter(request)
        context = _Caller(started, request.app[GUARD].address(request))
    try:
        answer = await peers.offer(body, context=context)
    except ValueError as error:
        raise told(web.HTTPBadRequest, str(error)) from None
    except TransportError as error:
        raise told(web.HTTPNotImplemented, str(error)) from None
    except Refused:
        raise
    except CapacityError:
        raise Refused(Excess("capacity")) from None
    return web.json_response(answer)


@routes.patch("/api/offer")
@routes.patch("/sessions/{session_id}/api/offer")
async def candidates(request: web.Request) -> web.Response:
    """Take more addresses at which a client may be reached."""
    peers = request.app[PEERS].get("")
    try:
        body = await body_of(request)
        if peers is None:
            raise LookupError("there is no such connection")
        peers.candidates(body)
    except ValueError as error:
        raise told(web.HTTPBadRequest, str(error)) from None
    except LookupError as error:
        raise told(web.HTTPNotFound, str(error.args[0])) from None
    return web.json_response({"status": "success"})


def peers_of(app: web.Application) -> "PeerConnections":
    """Return the connections of an application.

    Raises:
        web.HTTPNotImplemented: When the extra ``webrtc`` is not installed.
    """
    made = app[PEERS]
    if "" not in made:
        from rxvoice.transports.webrtc import IceServer, PeerConnections, WebRtcTransport

        server = app[SERVER]
        ice = [IceServer(url) for url in server.options.ice_servers]

        def arrived(transport: WebRtcTransport) -> None:
            _launch(server, transport, cast("_Caller", transport.context))

        made[""] = PeerConnections(
            arrived,
            make=lambda: WebRtcTransport(ice_servers=ice),
            limit=2 * server.options.limits.max_sessions,
        )
    return made[""]


async def close(app: web.Application) -> None:
    """Close all connections."""
    for peers in app[PEERS].values():
        await peers.aclose()


def _launch(server: Server, transport: "WebRtcTransport", caller: _Caller) -> None:
    started = caller.started
    data: object = transport.request_data
    body: Mapping[str, Any] = started.body
    if not body and isinstance(data, Mapping):
        body = cast("Mapping[str, Any]", data)
    start = WebRtcStart(
        session_id=started.session_id,
        body=body,
        arguments=server.options.arguments,
        idle_timeout=server.options.idle_timeout,
        address=caller.address,
        peer=transport.id,
    )

    async def finish(_: str) -> None:
        await transport.aclose()  # an agent that has failed did not use it

    server.launch(Arrival(transport, start, client=server.lane(), finish=finish))


def _peer(body: Mapping[str, Any]) -> str:
    found = body.get("pc_id", body.get("pcId"))
    return found if isinstance(found, str) else ""


__all__ = ["PEERS", "close", "offer", "peers_of"]
