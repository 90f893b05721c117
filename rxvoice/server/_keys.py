"""Where handlers find things."""

from typing import Final

from aiohttp import web

from ._door import Door
from ._guard import Guard
from ._server import Server
from ._webhooks import Webhooks

SERVER: Final = web.AppKey("server", Server)
DOOR: Final = web.AppKey("door", Door)
GUARD: Final = web.AppKey("guard", Guard)
WEBHOOKS: Final = web.AppKey("webhooks", Webhooks)

__all__ = ["DOOR", "GUARD", "SERVER", "WEBHOOKS"]
