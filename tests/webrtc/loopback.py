"""Two ends of a peer connection on this machine."""

from collections.abc import Awaitable, Callable, Generator, Mapping
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch

import numpy as np
from numpy.typing import NDArray

from rxvoice import AudioFrame, Session
from rxvoice.testing import run_virtual
from rxvoice.transports.webrtc import PeerConnections, WebRtcTransport

RATE = 16_000


@contextmanager
def loopback() -> Generator[None]:
    """Let aioice, which skips them, use the addresses of this machine alone."""
    with patch("aioice.ice.get_host_addresses", lambda **_: ["127.0.0.1"]):
        yield


def tone(seconds: float, hz: float = 440.0, pts: float = 0.0, rate: int = RATE) -> AudioFrame:
    times = pts + np.arange(round(seconds * rate)) / rate
    return AudioFrame((8000 * np.sin(2 * np.pi * hz * times)).astype(np.int16), rate, pts)


def peak(samples: NDArray[np.int16], rate: int = RATE) -> float:
    """Return the strongest frequency."""
    spectrum = np.abs(np.fft.rfft(samples * np.hanning(len(samples))))
    return float(np.argmax(spectrum) * rate / len(samples))


def talk(
    serve: Callable[[WebRtcTransport, Session], Awaitable[None]],
    call: Callable[[WebRtcTransport, Session], Awaitable[None]],
    *,
    make: Callable[[], WebRtcTransport] = WebRtcTransport,
    **options: Any,
) -> PeerConnections:
    """Let a server's and a client's session talk, in virtual time."""

    async def main() -> PeerConnections:
        async with Session(name="server") as session:

            def arrived(line: WebRtcTransport) -> None:
                async def run() -> None:
                    await serve(line, session)

                session.scope.spawn(run, name="serve")

            peers = PeerConnections(arrived, make=make)

            async def signal(offer: Mapping[str, Any]) -> Mapping[str, Any]:
                return await peers.offer(dict(offer))

            async with Session(name="client") as other:
                await call(WebRtcTransport(signal=signal, name="client", **options), other)
            await peers.aclose()
        return peers

    with loopback():
        return run_virtual(main(), real_io=True)
