"""Two ends of a peer connection on this machine."""

import asyncio
from collections.abc import Awaitable, Callable, Generator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch

import numpy as np
from numpy.typing import NDArray

from rxvoice import AudioFrame, Session
from rxvoice.testing import run_virtual
from rxvoice.transports.webrtc import PeerConnections, WebRtcTransport

RATE = 16_000

Half = Callable[[WebRtcTransport, Session], Awaitable[None]]
"""What one end does."""


def _this_machine(**_: object) -> list[str]:
    return ["127.0.0.1"]


@contextmanager
def loopback() -> Generator[None]:
    """Let aioice, which skips them, use the addresses of this machine alone."""
    with patch("aioice.ice.get_host_addresses", _this_machine):
        yield


def tone(seconds: float, hz: float = 440.0, pts: float = 0.0, rate: int = RATE) -> AudioFrame:
    times = pts + np.arange(round(seconds * rate)) / rate
    return AudioFrame((8000 * np.sin(2 * np.pi * hz * times)).astype(np.int16), rate, pts)


def sound(items: Sequence[object]) -> NDArray[np.int16]:
    """Return the samples of all frames."""
    frames = [item.samples for item in items if isinstance(item, AudioFrame)]
    return np.concatenate([np.zeros(0, np.int16), *frames])


def peak(samples: NDArray[np.int16], rate: int = RATE) -> float:
    """Return the strongest frequency."""
    spectrum = np.abs(np.fft.rfft(samples * np.hanning(len(samples))))
    return float(np.argmax(spectrum) * rate / len(samples))


def loud(samples: NDArray[np.int16], rate: int = RATE) -> float:
    """Return how many seconds are not silent."""
    return float(np.count_nonzero(np.abs(samples.astype(np.int32)) > 300) / rate)


async def until(condition: Callable[[], object], patience: float = 20.0) -> None:
    """Wait until something holds.

    Raises:
        TimeoutError: When it does not in time.
    """
    async with asyncio.timeout(patience):
        while True:
            if condition():
                return
            await asyncio.sleep(0.01)


def talk(
    serve: Half,
    call: Half,
    *,
    make: Callable[[], WebRtcTransport] = WebRtcTransport,
    **options: Any,
) -> PeerConnections:
    """Let a server's and a client's session talk, in virtual time; both have to end.

    Args:
        serve: What the server does with each client that comes.
        call: What the client does.
        make: Makes the server's transport.
        **options: Of the client's.
    """

    async def main() -> PeerConnections:
        async with Session(name="server") as session:
            served: list[asyncio.Task[None]] = []

            def arrived(line: WebRtcTransport) -> None:
                served.append(session.scope.spawn(lambda: _run(serve, line, session), name="serve"))

            peers = PeerConnections(arrived, make=make)

            async def signal(offer: Mapping[str, Any]) -> Mapping[str, Any]:
                return await peers.offer(dict(offer))

            async with Session(name="client") as other:
                await call(WebRtcTransport(signal=signal, name="client", **options), other)
            async with asyncio.timeout(60.0):
                await asyncio.gather(*served)
            assert len(peers) == 0
            await peers.aclose()
        return peers

    with loopback():
        return run_virtual(main(), real_io=True)


async def _run(half: Half, line: WebRtcTransport, session: Session) -> None:
    await half(line, session)
