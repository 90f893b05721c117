"""Where handlers find things."""

from typing import Final

from aiohttp import web

from ._server import Server

SERVER: Final = web.AppKey("server", Server)

__all__ = ["SERVER"]
