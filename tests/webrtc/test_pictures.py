"""What the far end shows: its camera and its screen."""

import asyncio
import io
import json
from collections.abc import Awaitable, Callable
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from aiortc import (
    RTCBundlePolicy,
    RTCConfiguration,
    RTCDataChannel,
    RTCPeerConnection,
    RTCSessionDescription,
)
from aiortc.mediastreams import MediaStreamTrack
from av import VideoFrame
from PIL import Image

from rxvoice import Session
from rxvoice.items import Connected, ImageFrame
from rxvoice.testing import run_virtual
from rxvoice.transports.webrtc import PeerConnections, WebRtcTransport

from .loopback import loopback, until


class Film(MediaStreamTrack):
    """Shows one colour, 25 times a second.

    Attributes:
        shown: Pictures so far.
    """

    kind: str = "video"

    def __init__(self, colour: tuple[int, int, int]) -> None:
        super().__init__()
        self.shown = 0
        self._pixels = np.full((240, 320, 3), colour, np.uint8)

    async def recv(self) -> VideoFrame:
        await asyncio.sleep(0.04)
        frame = VideoFrame.from_ndarray(self._pixels, format="rgb24")
        frame.pts, frame.time_base = self.shown, Fraction(1, 25)
        self.shown += 1
        return frame


def show(
    watch: Callable[[WebRtcTransport, list[object], RTCDataChannel], Awaitable[None]],
    *,
    video: bool = True,
) -> None:
    """Let a page show its red camera and its blue screen."""

    async def main() -> None:
        lines: list[WebRtcTransport] = []
        peers = PeerConnections(lines.append, make=lambda: WebRtcTransport(video=video))
        page = RTCPeerConnection(RTCConfiguration([], bundlePolicy=RTCBundlePolicy.MAX_BUNDLE))
        page.addTransceiver("audio", "recvonly")
        page.addTrack(Film((255, 0, 0)))
        page.addTrack(Film((0, 0, 255)))
        channel = page.createDataChannel("chat")
        await page.setLocalDescription(await page.createOffer())
        offer = {"sdp": page.localDescription.sdp, "type": "offer"}
        answer = await peers.offer(offer)
        await page.setRemoteDescription(RTCSessionDescription(answer["sdp"], "answer"))
        heard: list[object] = []
        async with Session(name="server") as session:
            session.subscribe(lines[0].incoming, heard.append)
            await until(lambda: Connected() in heard and channel.readyState == "open")
            await watch(lines[0], heard, channel)
        await page.close()
        await peers.aclose()

    with loopback():
        run_virtual(main(), real_io=True)


def colour(picture: ImageFrame) -> tuple[int, int, int]:
    assert picture.mime == "image/jpeg"
    image = Image.open(io.BytesIO(picture.data))
    red, green, blue = np.asarray(image.convert("RGB")).reshape(-1, 3).mean(axis=0)
    return round(red), round(green), round(blue)


def test_tr14_the_camera_and_the_screen_are_pictures_so_many_a_second_while_somebody_looks() -> (
    None
):
    async def watch(line: WebRtcTransport, heard: list[object], channel: RTCDataChannel) -> None:
        async with Session(name="viewer") as viewer:
            camera: list[ImageFrame] = []
            screen: list[ImageFrame] = []
            viewer.subscribe(line.capture(fps=2.0), camera.append)
            viewer.subscribe(line.capture("screen", fps=5.0, longest=64), screen.append)
            await asyncio.sleep(4.0)
            assert 6 <= len(camera) <= 9
            assert 15 <= len(screen) <= 21
            assert np.allclose(colour(camera[-1]), (255, 0, 0), atol=12)
            assert np.allclose(colour(screen[-1]), (0, 0, 255), atol=12)
            assert Image.open(io.BytesIO(screen[0].data)).size == (64, 48)
            assert Image.open(io.BytesIO(camera[0].data)).size == (320, 240)
        count = len(camera)
        await asyncio.sleep(1.0)
        assert len(camera) == count
        channel.send(switched(1, on=False))
        await asyncio.sleep(0.5)
        async with Session(name="another") as viewer:
            later: list[ImageFrame] = []
            viewer.subscribe(line.capture(fps=10.0), later.append)
            await asyncio.sleep(2.0)
            assert later == []  # it was switched off
            channel.send(switched(1, on=True))
            await until(lambda: len(later) > 3)

    show(watch)


def switched(index: int, *, on: bool) -> str:
    status = {"type": "trackStatus", "receiver_index": index, "enabled": on}
    return json.dumps({"type": "signalling", "message": status})


def test_tr14_pictures_end_with_the_far_end() -> None:
    async def watch(line: WebRtcTransport, heard: list[object], channel: RTCDataChannel) -> None:
        async with Session(name="viewer") as viewer:
            ended: list[str] = []
            viewer.subscribe(line.capture(), on_completed=lambda: ended.append("camera"))
            await asyncio.sleep(1.0)
            await line.aclose()
            await until(lambda: ended == ["camera"])

    show(watch)


def test_tr14_nothing_is_decoded_that_nobody_looks_at(monkeypatch: pytest.MonkeyPatch) -> None:
    decoded: list[str] = []
    original: Any = __import__("aiortc.rtcrtpreceiver").rtcrtpreceiver.get_decoder

    def counted(codec: Any) -> Any:
        if codec.mimeType.startswith("video"):
            decoded.append(codec.name)
        return original(codec)

    monkeypatch.setattr("aiortc.rtcrtpreceiver.get_decoder", counted)

    async def watch(line: WebRtcTransport, heard: list[object], channel: RTCDataChannel) -> None:
        await asyncio.sleep(2.0)
        assert decoded == []
        async with Session(name="viewer") as viewer:
            camera: list[ImageFrame] = []
            viewer.subscribe(line.capture(), camera.append)
            await until(lambda: camera)
        assert decoded == ["VP8"]

    show(watch)


def test_tr14_pictures_that_were_not_asked_for_are_not_sent() -> None:
    async def watch(line: WebRtcTransport, heard: list[object], channel: RTCDataChannel) -> None:
        with pytest.raises(ValueError, match="without video=True"):
            line.capture()

    show(watch, video=False)


@pytest.mark.parametrize(
    "options", [{"fps": 0.0}, {"fps": 11.0}, {"longest": 4}, {"quality": 0}, {"quality": 100}]
)
def test_tr14_wishes_that_make_no_sense_are_refused(options: dict[str, Any]) -> None:
    async def main() -> None:
        line = WebRtcTransport(video=True)
        with pytest.raises(ValueError, match=next(iter(options))):
            line.capture(**options)
        with pytest.raises(ValueError, match="'camera' or 'screen'"):
            line.capture("window")  # type: ignore[arg-type]

    run_virtual(main())
