"""Whether the server lives."""

from typing import Final

from aiohttp import web

from ._keys import SERVER

routes: Final = web.RouteTableDef()


@routes.get("/health")
async def health(request: web.Request) -> web.Response:
    """Tell whether the server takes calls: 200 when it does, 503 when not."""
    server = request.app[SERVER]
    status = "draining" if server.draining else "ok" if server.room else "full"
    return web.json_response(
        {
            "status": status,
            "sessions": len(server.sessions),
            "max_sessions": server.options.limits.max_sessions,
        },
        status=503 if server.draining else 200,
    )


__all__ = ["routes"]
