"""Whether the server lives, and how."""

import asyncio
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


@routes.get("/metrics")
async def metrics(request: web.Request) -> web.Response:
    """Tell what was measured, to collectors such as Prometheus."""
    server = request.app[SERVER]
    told = server.metrics.expose(request.headers.get("Accept", ""))
    return web.Response(body=told.body, headers={"Content-Type": told.content_type})


@routes.get("/metrics/sessions")
async def sessions(request: web.Request) -> web.Response:
    """Tell of each call that goes on how long it is, and how; without ids and names."""
    now = asyncio.get_running_loop().time()
    return web.json_response({"sessions": request.app[SERVER].metrics.rows(now)})


__all__ = ["routes"]
