"""Starting calls, and reaching those that were started."""

import json
from collections.abc import Mapping
from typing import Any, Final, cast

from aiohttp import web

from ._door import told
from ._keys import DOOR, GUARD, SERVER

routes: Final = web.RouteTableDef()


@routes.post("/start")
async def start(request: web.Request) -> web.Response:
    """Announce a call: the client that then comes under its id is told from others.

    The body is a JSON object, which the call's agent finds in ``session.start.body``; it may also
    be wrapped as ``{"body": {…}}``, beside wishes such as ``enableDefaultIceServers``. The answer
    holds ``sessionId``, ``wsUrl`` and, where one is needed, ``token``, which ``wsUrl`` has too.
    """
    server, door = request.app[SERVER], request.app[DOOR]
    if server.options.api_key and not door.knows_key(request):
        raise told(web.HTTPUnauthorized, "the key is needed that the server was given")
    asked = await body_of(request)
    body: object = asked.get("body", asked)
    if not isinstance(body, Mapping):
        raise told(web.HTTPBadRequest, "body must be an object")
    announced = server.announce(cast("Mapping[str, Any]", body))
    scheme = "wss" if request.app[GUARD].secure(request) else "ws"
    url = f"{scheme}://{server.options.proxy or request.host}"
    url += f"/sessions/{announced.session_id}/ws"
    answer: dict[str, Any] = {"sessionId": announced.session_id}
    if door.needed:
        token = door.issue(announced, request)
        answer["token"] = token
        url += f"?token={token}"
    answer["wsUrl"] = url
    if asked.get("enableDefaultIceServers"):
        servers = [{"urls": list(server.options.ice_servers)}] if server.options.ice_servers else []
        answer["iceConfig"] = {"iceServers": servers}
    return web.json_response(answer)


async def body_of(request: web.Request) -> Mapping[str, Any]:
    """Return the JSON object that a request brings; an empty one for no body.

    Raises:
        web.HTTPBadRequest: When it brings something else.
    """
    try:
        text = await request.text()
        body: object = json.loads(text) if text.strip() else {}
    except (ValueError, LookupError, RecursionError):
        body = None
    if not isinstance(body, dict):
        raise told(web.HTTPBadRequest, "the body must be a JSON object")
    return cast("dict[str, Any]", body)


__all__ = ["body_of", "routes"]
