"""Starting calls, and reaching those that were started."""

import json
from collections.abc import Mapping
from typing import Any, Final, cast

from aiohttp import web

from ._door import CLAIMS, told
from ._keys import DOOR, GUARD, SERVER
from ._limits import Excess
from ._room_start import start_in_room
from ._server import Refused

routes: Final = web.RouteTableDef()


@routes.post("/start")
async def start(request: web.Request) -> web.Response:
    """Announce a call: the client that then comes under its id is told from others.

    The body is a JSON object, which the call's agent finds in ``session.start.body``; it may also
    be wrapped as ``{"body": {…}}``, beside wishes such as ``enableDefaultIceServers``. The answer
    holds ``sessionId``, ``wsUrl`` and, where one is needed, ``token``, which ``wsUrl`` has too.

    To ``{"transport": "livekit"}`` it makes a room, which the agent joins, and the answer is what a
    client of LiveKit joins it by: ``serverUrl``, ``participantToken``, ``roomName``.

    Clients of others take the answer as what they connect with. The one for websockets refuses
    what it does not know: to ``{"transport": "websocket"}`` the answer is ``wsUrl`` alone. The one
    for WebRTC finds its way by ``sessionId``; where a token is needed it is given that in
    ``webrtcRequestParams``.
    """
    server, door = request.app[SERVER], request.app[DOOR]
    if server.options.api_key and not door.knows_key(request):
        raise told(web.HTTPUnauthorized, "the key is needed that the server was given")
    if server.room < 1:  # better told now than by a refused websocket, whose reason nobody hears
        raise Refused(
            Excess("draining" if server.draining else "capacity", server.options.limits.retry_after)
        )
    asked = await body_of(request)
    body: object = asked.get("body", asked)
    if not isinstance(body, Mapping):
        raise told(web.HTTPBadRequest, "body must be an object")
    announced = server.announce(cast("Mapping[str, Any]", body))
    if asked.get("transport") == "livekit":
        return web.json_response(await start_in_room(server, announced, asked))
    secure = "s" if request.app[GUARD].secure(request) else ""
    place = f"://{server.options.proxy or request.host}/sessions/{announced.session_id}"
    token = door.issue(announced, request) if door.needed else ""
    query = f"?token={token}" if token else ""
    url = f"ws{secure}{place}/ws{query}"
    if asked.get("transport") == "websocket":
        return web.json_response({"wsUrl": url})
    answer: dict[str, Any] = {"sessionId": announced.session_id, "wsUrl": url}
    if token:
        answer["token"] = token
        answer["webrtcRequestParams"] = {"endpoint": f"http{secure}{place}/api/offer{query}"}
    if asked.get("enableDefaultIceServers"):
        servers = [{"urls": list(server.options.ice_servers)}] if server.options.ice_servers else []
        answer["iceConfig"] = {"iceServers": servers}
    return web.json_response(answer)


@routes.get("/sessions/{session_id}")
async def session(request: web.Request) -> web.Response:
    """Tell whether a call waits for its client, or goes on."""
    server = request.app[SERVER]
    session_id = request.match_info["session_id"]
    claims = request.get(CLAIMS)
    if request.app[DOOR].needed and (claims is None or claims.session != session_id):
        raise told(web.HTTPUnauthorized, "a token for the session is needed")
    if session_id in server.sessions:
        return web.json_response({"sessionId": session_id, "status": "active"})
    if server.announced(session_id) is None:
        raise told(web.HTTPNotFound, "there is no such session")
    return web.json_response({"sessionId": session_id, "status": "waiting"})


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
