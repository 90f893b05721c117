"""The audio that the pages of a live picture bring."""

import asyncio
import base64
import json
import re
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
import reactivex as rx
from numpy.typing import NDArray
from reactivex import Observable
from reactivex import operators as ops

from rxvoice import run
from rxvoice.audio import encode_mulaw
from rxvoice.items import AudioFrame
from rxvoice.operators import probe
from rxvoice.testing import run_virtual
from rxvoice.viz import Probes, live
from rxvoice.viz._live_sound import LiveSound, Piece
from rxvoice.viz._note import Note
from tests.viz.notebook import Outputs, notebook

RATE = 8_000
SAMPLES = np.random.default_rng(1).integers(-9000, 9000, 120 * RATE).astype(np.int16)


@pytest.fixture
def outputs() -> Iterator[Outputs]:
    with notebook() as shown:
        yield shown


def frame(index: int, samples: NDArray[np.int16] = SAMPLES) -> AudioFrame:
    """20 ms."""
    return AudioFrame(samples[index * 160 : (index + 1) * 160], RATE)


def spoken() -> Observable[AudioFrame]:
    """A voice as it is heard."""
    return rx.interval(0.02).pipe(ops.map(frame))


def data_of(page: str) -> dict[str, Any]:
    """Return what a page gives its script."""
    (written,) = re.findall(r'\nbegin\("\w+", (.*)\);\n\}\)', page)
    return json.loads(written)


def told(*frames: tuple[float, AudioFrame], segment: int = 0) -> list[Note]:
    return [Note(at, segment, "", each, at) for at, each in frames]


def test_pages_of_what_runs_bring_all_audio_and_each_of_them_little(outputs: Outputs) -> None:
    async def main() -> None:
        view = live(spoken().pipe(probe("voice")), every=0.5, window=10.0)
        await asyncio.sleep(60.0)
        view.stop()
        await view.ended()

    run_virtual(main())
    pages = [data_of(page) for page in outputs.pages[1:-1]]
    assert len(pages) > 100
    voice: dict[float, str] = {}
    for page in pages:
        assert sum(len(piece[4]) for piece in page["pieces"]) < 60_000  # two lanes of 8 kHz, ×4/3
        voice |= {piece[2]: piece[4] for piece in page["pieces"] if piece[0] == "voice"}
    heard = b"".join(base64.b64decode(voice[at]) for at in sorted(voice))
    assert len(heard) > 59 * RATE
    assert heard == encode_mulaw(SAMPLES)[: len(heard)]


def test_what_a_notebook_left_out_is_brought_again() -> None:
    sound = LiveSound(again=8_000)
    for second in range(10):
        frames = [(second + index / 50, frame(second * 50 + index)) for index in range(50)]
        sound.bring({"voice": told(*frames)}, 0.0)
    later = [piece.heard for _ in range(20) for piece in sound.bring({}, 0.0)]
    assert set(later) == set(map(float, range(10)))
    assert len(sound.bring({}, 0.0)) < 10


def test_what_has_left_the_picture_is_forgotten() -> None:
    sound = LiveSound()
    sound.bring({"voice": told((0.0, frame(0)), (1.0, frame(1)))}, 0.0)
    assert [piece.heard for piece in sound.bring({}, 0.5)] == [1.0]
    assert sound.bring({}, 2.0) == []


def test_there_is_never_more_than_a_bound_and_the_newest_stays() -> None:
    sound = LiveSound(most=1_600)
    for index in range(100):
        sound.bring({"voice": told((index / 50, frame(index)))}, 0.0)
    assert sorted(piece.heard for piece in sound.bring({}, 0.0)) == [i / 50 for i in range(90, 100)]


def test_a_burst_is_brought_by_several_pages() -> None:
    long = AudioFrame(SAMPLES, RATE)
    sound = LiveSound(new=20_000, again=0)
    pages = [sound.bring({"voice": told((0.0, long))}, 0.0)]
    while more := sound.bring({}, 0.0):
        pages.append(more)
    assert max(sum(len(piece.data) for piece in page) for page in pages) <= 20_000
    brought = b"".join(piece.data for page in pages for piece in page)
    assert brought == encode_mulaw(SAMPLES)


def test_frames_that_follow_each_other_are_one_piece_and_others_are_not() -> None:
    first, second = (0.0, frame(0)), (0.02, frame(1))
    other = told((0.02, frame(7)), segment=1)
    late = (0.5, frame(2))
    wide = (0.52, AudioFrame(SAMPLES[:320], 16_000))
    pieces = LiveSound().bring({"voice": [*told(first, second), *other, *told(late, wide)]}, 0.0)
    assert sorted(
        (piece.segment, piece.heard, piece.rate, len(piece.data)) for piece in pieces
    ) == [
        (0, 0.0, 8_000, 320),
        (0, 0.5, 8_000, 160),
        (0, 0.52, 16_000, 320),
        (1, 0.02, 8_000, 160),
    ]


def test_a_piece_knows_when_it_ends() -> None:
    assert Piece("voice", 0, 1.0, 8_000, bytes(4_000)).until == 1.5


def test_what_is_heard_at_an_instant_is_drawn_though_it_came_long_before() -> None:
    """Voices are faster than they speak: ten seconds came in one tick."""

    async def main() -> Probes:
        with Probes() as probes:
            await run(rx.from_iterable(map(frame, range(500))).pipe(probe("voice")))
        return probes

    probes = run_virtual(main())
    (strip,) = probes.picture(start=4.0, end=6.0).strips
    (sound,) = strip.sounds
    assert sound.start == pytest.approx(4.0, abs=0.02)
    assert sound.end == pytest.approx(10.0)
    assert sum(map(len, sound.pieces)) in (300 * 160, 301 * 160)
