"""The page."""

import json
from importlib.resources import files
from typing import Final

from aiohttp import web

from ._keys import SERVER

routes: Final = web.RouteTableDef()

_KINDS: Final = {
    ".css": "text/css",
    ".html": "text/html",
    ".js": "text/javascript",
    ".svg": "image/svg+xml",
}
_CONFIG: Final = '<script type="application/json" id="config">'

POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "connect-src 'self' ws: wss:; media-src 'self' blob:; worker-src 'self' blob:; "
    "manifest-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
"""Content-Security-Policy of the page: nothing from elsewhere."""


@routes.get("/")
@routes.get("/client")
@routes.get("/client/")
async def page(request: web.Request) -> web.Response:
    """Serve the page that talks to the agent."""
    server = request.app[SERVER]
    config = {
        "ws": "/ws",
        "offer": "/api/offer",
        "start": "/start",
        "token": None,
        "title": server.options.title,
        "transport": "webrtc" if server.options.transport == "webrtc" else "websocket",
    }
    text = _read("index.html").decode()
    head, mark, tail = text.partition(_CONFIG)
    inside = json.dumps(config).replace("<", "\\u003c")
    rest = tail[tail.index("</script>") :] if mark else ""
    return _answer(f"{head}{mark}{inside}{rest}".encode(), ".html")


@routes.get("/page/{name}")
async def asset(request: web.Request) -> web.Response:
    """Serve what the page consists of."""
    name = request.match_info["name"]
    known = {one.name for one in files("rxvoice.server").joinpath("page").iterdir()}
    suffix = name[name.rfind(".") :]
    if name not in known or suffix not in _KINDS or suffix == ".html":
        raise web.HTTPNotFound
    return _answer(_read(name), suffix)


def _read(name: str) -> bytes:
    return files("rxvoice.server").joinpath("page", name).read_bytes()


def _answer(body: bytes, suffix: str) -> web.Response:
    return web.Response(
        body=body,
        content_type=_KINDS[suffix],
        charset="utf-8",
        headers={
            "Cache-Control": "no-cache",
            "Content-Security-Policy": POLICY,
            "Permissions-Policy": "microphone=(self), camera=(self)",
            "Referrer-Policy": "no-referrer",
            "X-Content-Type-Options": "nosniff",
        },
    )


__all__ = ["POLICY", "routes"]
