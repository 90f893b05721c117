"""Calls in rooms that the server makes."""

from collections.abc import Callable, Mapping
from typing import Any, Final

import reactivex as rx
from aiohttp import web

from rxvoice.errors import ProviderError

from ._call_session import CallSession
from ._door import told
from ._livekit_rooms import LiveKitRooms, livekit_signer
from ._rooms import ROOM_LIFETIME
from ._server import Arrival, Server, Started
from ._starts import RoomStart

_MINUTES: Final = 600.0


async def start_in_room(server: Server, started: Started, asked: Mapping[str, Any]) -> Any:
    """Make a room of LiveKit, let the agent join it, and return what a client joins it by.

    The room lasts `ROOM_LIFETIME` at most; it is deleted when the call ends, which puts everybody
    out of it.

    Args:
        server: What holds the calls.
        started: The call that was announced.
        asked: What was asked for: ``roomProperties``, in LiveKit's words, win over the defaults.

    Raises:
        web.HTTPNotImplemented: When the server knows no LiveKit.
        web.HTTPBadGateway: When LiveKit fails.
        web.HTTPBadRequest: When the properties are no object.
        Refused: When there are enough calls.
    """
    from rxvoice.transports.livekit import livekit_room, livekit_token

    try:
        rooms = server.options.rooms() if server.options.rooms else LiveKitRooms(livekit_signer())
        room = await rooms.make(properties=asked.get("roomProperties"))
        try:
            guest = livekit_token(room.name, f"user-{started.session_id}", ttl=_MINUTES)
            transport = livekit_room(room.url, room=room.name)
        except BaseException:
            await rooms.delete(room.name)
            raise
    except TypeError as error:
        raise told(web.HTTPBadRequest, f"roomProperties: {error}") from None
    except ValueError as error:
        raise told(web.HTTPNotImplemented, str(error)) from None
    except ProviderError as error:
        raise told(web.HTTPBadGateway, str(error)) from None

    async def finish(_: str) -> None:
        await rooms.delete(room.name)

    start = RoomStart(
        session_id=started.session_id,
        body=started.body,
        arguments=server.options.arguments,
        idle_timeout=server.options.idle_timeout,
        url=room.url,
        token="",
        room=room.name,
    )
    try:
        prepare = _lasting(ROOM_LIFETIME)
        server.launch(Arrival(transport, start, prepare=prepare, finish=finish))
    except BaseException:
        await rooms.delete(room.name)
        raise
    return {
        "sessionId": started.session_id,
        "serverUrl": room.url,
        "participantToken": guest,
        "roomName": room.name,
    }


def _lasting(seconds: float) -> Callable[[CallSession], object]:
    """End a call after some time."""

    def prepare(session: CallSession) -> None:
        over = rx.timer(seconds)
        session.subscribe(over, lambda _: session.end("the room has expired"))

    return prepare


__all__ = ["start_in_room"]
