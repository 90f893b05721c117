"""The web application."""

from collections.abc import Awaitable, Callable
from typing import Final

from aiohttp import web

from rxvoice.errors import CapacityError

from ._keys import SERVER
from ._server import Server

routes: Final = web.RouteTableDef()
"""Routes of the user's own: what an agent's file adds here is served, too."""

_RETRY: Final = 5

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


def create_app(server: Server) -> web.Application:
    """Return the application that serves a server's agent.

    It can be mounted into another application, too.

    Args:
        server: What holds the calls.
    """
    from . import _health, _page, _phone, _start, _websocket

    app = web.Application(middlewares=[_refusals], client_max_size=server.options.client.max_size)
    app[SERVER] = server
    app.add_routes(routes)
    for module in (_health, _start, _websocket, _phone, _page):
        app.add_routes(module.routes)
    return app


@web.middleware
async def _refusals(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Turn refusals into answers."""
    try:
        return await handler(request)
    except CapacityError as error:
        return web.json_response(
            {"error": str(error)}, status=503, headers={"Retry-After": str(_RETRY)}
        )


__all__ = ["SERVER", "create_app", "routes"]
