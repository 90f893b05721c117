"""The web application."""

from typing import Final

from aiohttp import web

from ._door import Door
from ._guard import Guard
from ._hosts import is_loopback
from ._keys import DOOR, GUARD, SERVER, WEBHOOKS
from ._request_log import RequestLog
from ._server import Server
from ._tokens import Tokens
from ._webhooks import Webhooks
from ._whatsapp import WhatsAppCalls

routes: Final = web.RouteTableDef()
"""Routes of the user's own: what an agent's file adds here is served, too."""


def create_app(server: Server) -> web.Application:
    """Return the application that serves a server's agent.

    It can be mounted into another application, too.

    Args:
        server: What holds the calls.

    Raises:
        ValueError: When a secret, or the options of a telephone vendor, make no sense.
    """
    from . import _health, _offer, _page, _phone, _phone_answers, _start, _websocket

    options = server.options
    reached = bool(options.proxy) or not is_loopback(options.host)  # by others
    needed = reached if options.tokens is None else options.tokens
    door = Door(server, Tokens(options.secrets), needed=needed)
    guard = Guard(options, door.proven, server.metrics.refused)
    app = web.Application(
        middlewares=[guard.middleware],
        client_max_size=options.limits.max_body,
        handler_args={
            "max_line_size": options.limits.max_header,
            "max_field_size": options.limits.max_header,
            "logger": RequestLog(),
        },
    )
    app[SERVER] = server
    app[GUARD] = guard
    app[DOOR] = door
    app[WEBHOOKS] = Webhooks(server, guard, needed=needed)
    app[_offer.PEERS] = {}
    app.add_routes(routes)
    for module in (_health, _start, _websocket, _offer, _phone_answers, _phone, _page):
        app.add_routes(module.routes)
    if options.whatsapp is not None:
        from . import _whatsapp_calls

        app[_whatsapp_calls.CALLS] = WhatsAppCalls(options.whatsapp)
        app[_whatsapp_calls.GOING_ON] = {}
        app.add_routes(_whatsapp_calls.routes)
    if options.pictures:
        from . import _pictures

        app[_pictures.PICTURES] = pictures = _pictures.Pictures()
        server.beginners.append(pictures.watch)
        app.add_routes(_pictures.routes)
    if options.folder is not None:
        app.router.add_static("/files/", options.folder, follow_symlinks=False)
    app.on_shutdown.append(_stop)
    app.on_shutdown.append(_offer.close)
    return app


async def _stop(app: web.Application) -> None:
    await app[SERVER].stop()


__all__ = ["create_app", "routes"]
