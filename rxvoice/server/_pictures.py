"""Pictures of calls."""

from collections import OrderedDict
from typing import Final

from aiohttp import web

from rxvoice.aio import in_thread
from rxvoice.viz import Probes

from ._call_session import CallSession
from ._door import CLAIMS, told
from ._keys import DOOR

routes: Final = web.RouteTableDef()


_ITEMS: Final = 20_000
"""Items that each lane of a picture keeps; an hour of talking has some."""

_BYTES: Final = 4_000_000
"""Bytes of samples that each lane keeps, for its waves: two minutes at 16 kHz."""


class Pictures:
    """Takes down what happens in calls, for those that go on and the latest that ended.

    Args:
        most: How many calls.
    """

    def __init__(self, most: int = 20) -> None:
        self._most = most
        self._probes: OrderedDict[str, Probes] = OrderedDict()

    def watch(self, session: CallSession) -> None:
        """Take down what the probes of a call tell, from now on."""
        probes = Probes(limit=_ITEMS, audio=_BYTES)
        probes.watch(session)
        self._probes[session.id] = probes
        while len(self._probes) > self._most:
            self._probes.popitem(last=False)

    def of(self, session_id: str) -> Probes | None:
        """Return what is known of a call; None when nothing is."""
        return self._probes.get(session_id)


PICTURES: Final = web.AppKey("pictures", Pictures)


@routes.get("/sessions/{session_id}/picture.svg")
async def picture(request: web.Request) -> web.Response:
    """Draw a call: what came in and went out, and whatever its agent has put a probe on.

    It shows what was said. Where tokens are needed it wants that of the call, or the key of
    ``POST /start``.
    """
    session_id = request.match_info["session_id"]
    door = request.app[DOOR]
    claims = request.get(CLAIMS)
    mine = claims is not None and claims.session == session_id
    if door.needed and not mine and not door.knows_key(request):
        raise told(web.HTTPUnauthorized, "a token for the session is needed")
    probes = request.app[PICTURES].of(session_id)
    if probes is None:
        raise told(web.HTTPNotFound, "there is no picture of such a session")
    drawn = await in_thread(lambda: probes.svg(title=session_id), name="draw a call")
    return web.Response(text=drawn, content_type="image/svg+xml")


__all__ = ["PICTURES", "Pictures", "routes"]
