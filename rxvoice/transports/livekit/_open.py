"""How a room is reached."""

import os
from collections.abc import Callable, Mapping, Sequence

from ._methods import RpcMethod
from ._options import RoomSettings
from ._token import livekit_token
from ._transport import LiveKitTransport


def livekit_room(
    url: str | None = None,
    token: str | None = None,
    *,
    room: str = "",
    identity: str = "agent",
    hear: str | None = None,
    stay: bool = False,
    track: str = "agent",
    rate: int = 16_000,
    out_rate: int = 24_000,
    frame: float = 0.02,
    reserve: float = 0.1,
    capacity: float = 60.0,
    text_topics: Sequence[str] = ("lk.chat",),
    methods: Mapping[str, RpcMethod] | None = None,
    time_limit: float | None = None,
    patience: float = 10.0,
    name: str = "livekit",
) -> LiveKitTransport:
    """Reach a participant in a room of a LiveKit server.

    One participant is heard: who comes first, or whom ``hear`` names. LiveKit's own programs,
    which are other agents and recorders, are neither heard nor told of unless it does. Everybody
    hears the bot, on one track. Only what is needed is subscribed to.

    Needs the extra ``livekit``.

    Args:
        url: Of the server, ``ws://`` or ``wss://``; ``LIVEKIT_URL`` unless given.
        token: For the room. Unless given, one is signed for ``room`` with ``LIVEKIT_API_KEY`` and
            ``LIVEKIT_API_SECRET``, when the room is joined.
        room: Name of the room, where there is no token.
        identity: Of this side in the room, likewise; one room has it once.
        hear: Identity of who is heard.
        stay: Whether to stay when who is heard leaves, for whoever comes next. Otherwise
            ``incoming`` completes then.
        track: Name of the bot's track.
        rate: Samples a second of what is heard.
        out_rate: Samples a second of the bot's tracks; other audio is resampled.
        frame: Seconds of audio in what is heard.
        reserve: Seconds of audio that the SDK holds, against a loop that is busy for a moment. An
            interruption drops it with the rest.
        capacity: Seconds of audio that may wait to be played; what is more is dropped and logged.
        text_topics: Topics of what is sent and received as text streams, which have any length and
            are text. Messages of other topics are data packets, bytes that must fit in 15 KB.
        methods: What others may call, by name.
        time_limit: Seconds after which `rxvoice.items.ConnectionTimedOut` is told; never unless
            given. The connection stays.
        patience: Seconds that joining may take.
        name: Told in faults and logs.

    Returns:
        The transport, for one session.

    Raises:
        ValueError: When the URL or the token is missing, or an argument makes no sense.
        TransportError: When the extra is not installed.
    """
    url = url or os.environ.get("LIVEKIT_URL", "")
    missing = [] if url else ["url or LIVEKIT_URL"]
    if not token:
        keys = {"room": room} | {key: os.environ.get(key) for key in _KEYS}
        lacking = [key for key, value in keys.items() if not value]
        missing += [f"token, or {' and '.join(lacking)} to sign one"] if lacking else []
    if missing:
        raise ValueError(f"a room cannot be joined without {'; '.join(missing)}")
    settings = RoomSettings(
        url=url,
        token=_token_of(token, room, identity),
        hear=hear,
        stay=stay,
        track=track,
        rate=rate,
        out_rate=out_rate,
        frame=frame,
        reserve=reserve,
        capacity=capacity,
        text_topics=tuple(text_topics),
        methods=dict(methods or {}),
        patience=patience,
        name=name,
    )
    return LiveKitTransport(settings, time_limit=time_limit)


_KEYS = ("LIVEKIT_API_KEY", "LIVEKIT_API_SECRET")


def _token_of(token: str | None, room: str, identity: str) -> Callable[[], str]:
    if token:
        return lambda: token
    sign = lambda: livekit_token(room, identity, kind="agent", ttl=600.0)  # noqa: E731
    sign()  # a secret that is too short is told now
    return sign


__all__ = ["livekit_room"]
