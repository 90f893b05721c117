"""Starting calls, and reaching those that were started."""

import json
from collections.abc import Mapping
from typing import Any, Final, cast

from aiohttp import web

from ._keys import SERVER
from ._server import Started

routes: Final = web.RouteTableDef()


@routes.post("/start")
async def start(request: web.Request) -> web.Response:
    """Announce a call: the client that then comes under its id is told from others.

    The answer holds ``sessionId``, ``wsUrl`` and, where they are needed, ``token``.
    """
    server = request.app[SERVER]
    body = await body_of(request)
    announced = server.announce(body)
    path = f"/sessions/{announced.session_id}/ws"
    scheme = "wss" if request.secure else "ws"
    answer: dict[str, Any] = {
        "sessionId": announced.session_id,
        "wsUrl": f"{scheme}://{request.host}{path}",
    }
    return web.json_response(answer)


def started(request: web.Request) -> Started:
    """Return what is known of the call that a request belongs to.

    Raises:
        web.HTTPNotFound: When its path names a call that is not known.
    """
    server = request.app[SERVER]
    session_id = request.match_info.get("session_id")
    if session_id is None:
        return server.announce({})
    announced = server.announced(session_id)
    if announced is None:
        raise web.HTTPNotFound(
            text=json.dumps({"error": "there is no such session"}), content_type="application/json"
        )
    return announced


async def body_of(request: web.Request) -> Mapping[str, Any]:
    """Return the JSON object that a request brings; an empty one for no body.

    Raises:
        web.HTTPBadRequest: When it brings something else.
    """
    text = await request.text()
    if not text.strip():
        return {}
    try:
        body: object = json.loads(text)
    except (ValueError, RecursionError):
        body = None
    if not isinstance(body, dict):
        raise web.HTTPBadRequest(
            text=json.dumps({"error": "the body must be a JSON object"}),
            content_type="application/json",
        )
    return cast("dict[str, Any]", body)


__all__ = ["body_of", "routes", "started"]
