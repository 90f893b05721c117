"""Filters of the user's audio: `filter_audio`."""

from collections.abc import Mapping
from typing import Any, assert_type

import numpy as np
import pytest
import reactivex as rx
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from reactivex import Observable

from rxvoice.contracts import AudioFilter, Operator
from rxvoice.items import AudioFrame, Dtmf, Event, Fault
from rxvoice.operators import filter_audio
from rxvoice.testing import MarbleError, OnNext, marbles, silence, tone
from tests.operators.fakes import chop

NONE: dict[str, Any] = {}


def has_400(frame: AudioFrame) -> bool:
    return len(frame.samples) == 400


class Halving:
    """Makes everything half as loud, in pieces of a size, and keeps the rest."""

    def __init__(self, size: int = 1, *, fails: frozenset[int] = frozenset()) -> None:
        self.size = size
        self.calls: list[Any] = []
        self.factor = 0.5
        self._fails = fails
        self._count = 0
        self._kept = np.empty(0, np.int16)

    def start(self, rate: int) -> None:
        self.calls.append(rate)
        self._kept = np.empty(0, np.int16)

    def __call__(self, samples: NDArray[np.int16], /) -> NDArray[np.int16]:
        self._count += 1
        if self._count - 1 in self._fails:
            raise ValueError("boom")
        kept = np.concatenate((self._kept, samples))
        ready = len(kept) - len(kept) % self.size
        self._kept = kept[ready:]
        return (kept[:ready] * self.factor).astype(np.int16)

    def tune(self, settings: Mapping[str, float], /) -> None:
        if "factor" not in settings:
            raise ValueError("only factor")
        self.calls.append(dict(settings))
        self.factor = settings["factor"]

    def flush(self) -> NDArray[np.int16]:
        self.calls.append("flush")
        kept, self._kept = self._kept, np.empty(0, np.int16)
        return (kept * self.factor).astype(np.int16)

    def close(self) -> None:
        self.calls.append("close")


def halved(frame: AudioFrame, factor: float = 0.5) -> AudioFrame:
    return AudioFrame((frame.samples * factor).astype(np.int16), frame.rate, frame.pts)


def at(pts: float, rate: int = 16_000) -> AudioFrame:
    return tone(0.02, rate, pts)


A, B, C, D = (at(round(0.02 * n, 2)) for n in range(4))
FRAMES: dict[str, Any] = {"a": A, "b": B, "c": C, "d": D}
HALVED: dict[str, Any] = {name: halved(frame) for name, frame in FRAMES.items()}


def test_au12_audio_goes_through_the_filter_with_its_times() -> None:
    """AU12: started with the real rate before the first samples, released at the end."""
    halving = Halving()
    with marbles() as m:
        mic = m.hot("-ab-(c k)d|", {**FRAMES, "k": Dtmf("1")})
        m.expect(mic.pipe(filter_audio(lambda: halving))).to_be(
            "-ab-(c k)d|", {**HALVED, "k": Dtmf("1")}
        )
    assert halving.calls == [16_000, "close"]


def test_au12_where_the_filter_gives_nothing_nothing_comes() -> None:
    """AU12: it may buffer; what it held back comes before the end, in its place."""
    halving = Halving(480)
    with marbles() as m:
        mic = m.hot("-ab-cd|", FRAMES)
        log = m.record(mic.pipe(filter_audio(lambda: halving)))
    came = [(when, note.value) for when, note in log if isinstance(note, OnNext)]
    assert [(round(when, 2), round(f.pts, 3), len(f.samples)) for when, f in came] == [
        (0.04, 0.0, 480),
        (0.08, 0.03, 480),
        (0.12, 0.06, 320),
    ]
    got = np.concatenate([frame.samples for _, frame in came])
    expected = np.concatenate([halved(frame).samples for frame in (A, B, C, D)])
    assert np.array_equal(got, expected)
    assert halving.calls == [16_000, "flush", "close"]


@given(st.lists(st.integers(1, 900), min_size=1, max_size=12), st.integers(1, 700))
def test_au12_each_sample_comes_once_at_its_time(sizes: list[int], size: int) -> None:
    """AU12: at any sizes of frames and of the filter's pieces."""
    ramp = AudioFrame(np.arange(4_000, dtype=np.int16), 16_000, 3.0)
    with marbles() as m:
        stream: Observable[Event] = rx.from_iterable(chop(ramp, sizes))
        log = m.record(stream.pipe(filter_audio(lambda: Halving(size))))
    came = [note.value for _, note in log if isinstance(note, OnNext)]
    for frame in came:
        first = round((frame.pts - 3.0) * 16_000)
        assert frame == halved(
            AudioFrame(ramp.samples[first:][: len(frame.samples)], 16_000, frame.pts)
        )
    assert sum(len(frame.samples) for frame in came) == 4_000


def test_au12_it_is_switched_while_it_runs() -> None:
    """AU12: frames pass untouched, after what was held back."""
    halving = Halving(400)
    with marbles() as m:
        mic, on = m.hot("-abcd|", FRAMES), m.hot("--ny--", {"n": False, "y": True})
        log = m.record(mic.pipe(filter_audio(lambda: halving, enabled=on)))
    came = [(round(when, 2), note.value) for when, note in log if isinstance(note, OnNext)]
    assert [(when, round(f.pts, 3), len(f.samples)) for when, f in came] == [
        (0.04, 0.0, 400),
        (0.04, 0.025, 240),
        (0.06, 0.04, 320),
        (0.1, 0.06, 320),
    ]
    assert came[2][1] is C
    assert halving.calls == [16_000, "flush", "flush", "close"]


def test_au12_it_may_be_off_from_the_beginning() -> None:
    halving = Halving()
    with marbles() as m:
        out = m.hot("-ab|", FRAMES).pipe(filter_audio(lambda: halving, enabled=rx.of(False)))
        m.expect(out).to_be("-ab|", FRAMES)
    assert halving.calls == ["close"]


def test_au12_it_is_tuned_while_it_runs() -> None:
    """AU12: and a setting that it refuses is a fault."""
    halving = Halving()
    with marbles() as m:
        values = {"f": {"factor": 0.25}, "x": {"depth": 1.0}}
        mic, knob = m.hot("-a-b-|", FRAMES), m.hot("--f-x-", values)
        m.expect(mic.pipe(filter_audio(lambda: halving, settings=knob))).to_be(
            "-a-bx|",
            {
                **HALVED,
                "b": halved(B, 0.25),
                "x": Fault("filter", "the audio filter refused its settings: only factor"),
            },
        )
    assert halving.calls == [16_000, {"factor": 0.25}, "close"]


def test_au12_a_filter_that_fails_lets_audio_pass_and_tells_once() -> None:
    """AU12: one fault for each run of failures."""
    halving = Halving(fails=frozenset([1, 2]))
    with marbles() as m:
        out = m.hot("-abcd|", FRAMES).pipe(filter_audio(lambda: halving))
        m.expect(out).to_be(
            "-A(f b)cD|",
            {
                **FRAMES,
                "A": HALVED["a"],
                "D": HALVED["d"],
                "f": Fault("filter", "the audio filter failed: boom"),
            },
        )


def test_au12_another_rate_starts_it_again() -> None:
    """AU12: after what it held back."""
    halving = Halving(300)
    other = tone(0.02, 8_000, 0.02)
    with marbles() as m:
        log = m.record(m.hot("-ab|", {"a": A, "b": other}).pipe(filter_audio(lambda: halving)))
    came = [note.value for _, note in log if isinstance(note, OnNext)]
    assert [(len(frame.samples), frame.rate) for frame in came] == [
        (300, 16_000),
        (20, 16_000),
        (160, 8_000),
    ]
    assert halving.calls == [16_000, "flush", 8_000, "flush", "close"]


def test_au12_a_hole_in_the_times_does_not_join_what_is_apart() -> None:
    with marbles() as m:
        late = at(1.0)
        log = m.record(m.hot("-ab|", {"a": A, "b": late}).pipe(filter_audio(lambda: Halving(300))))
    came = [note.value for _, note in log if isinstance(note, OnNext)]
    assert [len(frame.samples) for frame in came] == [300, 20, 300, 20]
    assert [frame.pts for frame in came] == pytest.approx([0.0, 0.01875, 1.0, 1.01875])


def test_au12_it_is_released_however_the_stream_ends() -> None:
    """AU12: error and unsubscription; what is held back comes before an error."""
    filters = [Halving(400), Halving(400), Halving(400)]
    with marbles() as m:
        failing, cut = m.hot("-a#", FRAMES), m.hot("-ab--", FRAMES)
        m.expect(failing.pipe(filter_audio(lambda: filters[0]))).to_be("--(a#)", HALVED)
        m.expect(cut.pipe(filter_audio(lambda: filters[1])), "^---!").to_be("--x", {"x": has_400})
        m.expect(m.cold("|", NONE).pipe(filter_audio(lambda: filters[2]))).to_be("|")
        m.expect_subscriptions(cut, "^---!")
    assert [each.calls[-1] for each in filters] == ["close"] * 3
    assert filters[1].calls == [16_000, "close"]


def test_au12_a_switch_that_fails_leaves_the_filter_as_it_is() -> None:
    with marbles() as m:
        on = m.hot("--#")
        out = m.hot("-a-b|", FRAMES).pipe(filter_audio(Halving, enabled=on))  # pyright: ignore[reportArgumentType]
        m.expect(out).to_be(
            "-afb|",
            {
                **HALVED,
                "f": Fault("filter", "the audio filter can no longer be switched or tuned: #"),
            },
        )


def test_two_subscribers_have_a_filter_each() -> None:
    made: list[AudioFilter] = []

    def opened() -> AudioFilter:
        made.append(Halving())
        return made[-1]

    with marbles() as m:
        stream = m.hot("-ab|", FRAMES).pipe(filter_audio(opened))
        m.expect(stream).to_be("-ab|", HALVED)
        m.expect(stream, "--^").to_be("--b|", HALVED)
    assert len(made) == 2


def test_a_filter_that_cannot_be_opened_fails_the_stream() -> None:
    def broken() -> AudioFilter:
        raise MarbleError

    with marbles() as m:
        mic = m.hot("-a|", FRAMES)
        m.expect(mic.pipe(filter_audio(broken))).to_be("#")
        m.expect_subscriptions(mic)


def test_frames_without_samples_pass() -> None:
    empty = silence(0.0)
    with marbles() as m:
        out = m.hot("-e|", {"e": empty}).pipe(filter_audio(lambda: Halving()))
        m.expect(out).to_be("-e|", {"e": empty})


def test_its_type_is_an_operator_of_events() -> None:
    assert_type(filter_audio(lambda: Halving()), Operator[Event, Event])
    with pytest.raises(TypeError):
        filter_audio()  # pyright: ignore[reportCallIssue]
