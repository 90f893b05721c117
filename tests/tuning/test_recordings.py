"""Reading recordings that may be anything."""

import json
import sys
from pathlib import Path

import numpy as np
import pytest

from rxvoice.errors import AudioFormatError
from rxvoice.items import AudioFrame
from rxvoice.providers.energy import energy
from rxvoice.tuning import LabelledTurn, Labels, Recording, read_recordings, tune
from tests.tuning.recordings import RATE, recording, tones, write_wav

TORTURE = Path(__file__).parents[3] / "shared/data/torture/audio"
ONE = Labels((LabelledTurn(0.1, 0.4),))


def flac(path: Path, *channels: "np.ndarray[tuple[int], np.dtype[np.int16]]") -> Path:
    soundfile = pytest.importorskip("soundfile")
    soundfile.write(path, np.stack(channels, axis=1), RATE, subtype="PCM_16")
    return path


def test_of_a_stereo_recording_the_user_is_on_the_left(tmp_path: Path) -> None:
    """As `rxvoice.sinks.to_wav` with ``user`` writes it."""
    user, bot = tones([(0.1, 0.4)], 1.0), tones([(0.5, 0.9)], 1.0)
    for path in (write_wav(tmp_path / "a.wav", user, bot), flac(tmp_path / "a.flac", user, bot)):
        audio, told = Recording("a", ONE, path).load()
        assert np.array_equal(audio.samples, user)
        assert not told
        right = Recording("a", Labels((), channel=1), path).load()[0]
        assert np.array_equal(right.samples, bot)
        with pytest.raises(AudioFormatError, match="channel 2 was asked for"):
            Recording("a", Labels((), channel=2), path).load()


def test_more_channels_are_mixed(tmp_path: Path) -> None:
    channels = [np.full(RATE, value, np.int16) for value in (30, 60, 90)]
    for path in (write_wav(tmp_path / "a.wav", *channels), flac(tmp_path / "a.flac", *channels)):
        assert set(Recording("a", ONE, path).load()[0].samples) == {60}


def test_a_label_behind_the_end_is_told(tmp_path: Path) -> None:
    made = Recording(
        "a.wav", Labels((LabelledTurn(0.5, 3.0),)), write_wav(tmp_path / "a.wav", tones([], 1.0))
    )
    with pytest.raises(
        AudioFormatError, match=r"a\.wav ends at 1\.00 s, but a turn is labelled until 3"
    ):
        made.load()


def test_a_recording_begins_at_0_whatever_its_pts() -> None:
    audio, _ = Recording("a", ONE, AudioFrame(tones([], 1.0), RATE, 17.0)).load()
    assert audio.pts == 0.0


@pytest.mark.parametrize("name", ["a.wav", "a.flac"])
def test_an_empty_or_missing_file_is_told(tmp_path: Path, name: str) -> None:
    pytest.importorskip("soundfile")
    path = tmp_path / name
    with pytest.raises(FileNotFoundError, match="there is no file"):
        Recording("a", ONE, path).load()
    path.write_bytes(b"")
    with pytest.raises(AudioFormatError, match=rf"{name} cannot be read"):
        Recording("a", ONE, path).load()


def test_without_soundfile_only_wav_files_are_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "soundfile", None)
    with pytest.raises(AudioFormatError, match=r"pip install 'rxvoice\[tune\]'"):
        Recording("a", ONE, tmp_path / "a.flac").load()
    path = write_wav(tmp_path / "a.wav", tones([], 1.0))
    assert Recording("a", ONE, path).load()[0].duration == 1.0


def test_a_recording_that_is_cut_off_is_used_as_far_as_it_goes(tmp_path: Path) -> None:
    path = write_wav(tmp_path / "a.wav", tones([(0.1, 0.4)], 2.0))
    path.write_bytes(path.read_bytes()[: 44 + RATE * 2])
    made = Recording("a.wav", ONE, path)
    assert made.load()[0].duration == 1.0
    result = tune([made], ["silence"], vad=energy())
    (problem,) = result.problems
    assert "ends after 1.000 s of the 2.000 s that it announces" in problem
    assert len(result.scores[0].outcomes) == 1


def test_a_recording_that_cannot_be_used_costs_only_itself(tmp_path: Path) -> None:
    (tmp_path / "bad.wav").write_bytes(b"RIFF\xff\xff\xff\xffWAVE")
    bad = Recording("bad.wav", ONE, tmp_path / "bad.wav")
    good = recording(LabelledTurn(1.0, 2.0), duration=3.0)
    result = tune([bad, good], ["silence"], vad=energy())
    assert [outcome.recording for outcome in result.scores[0].outcomes] == ["made"]
    assert len(result.problems) == 1
    with pytest.raises(ValueError, match=r"no recording can be used: .*bad\.wav"):
        tune([bad], ["silence"], vad=energy())


@pytest.mark.skipif(not TORTURE.is_dir(), reason="the project's data is not here")
def test_hostile_files_give_a_line_each_and_never_a_crash(tmp_path: Path) -> None:
    pytest.importorskip("soundfile")
    names = [path.name for path in TORTURE.iterdir() if path.suffix in (".wav", ".flac")]
    for name in names:
        (tmp_path / name).write_bytes((TORTURE / name).read_bytes())
        labels = [{"start": 0.0, "end": 0.01, "text": "hello"}]
        (tmp_path / name).with_suffix(".json").write_text(json.dumps(labels), encoding="utf-8")
    found = read_recordings(tmp_path)
    assert len(found) == len(names) > 30
    result = tune(found, ["silence"], vad=energy())
    used = [outcome.recording for outcome in result.scores[0].outcomes]
    assert "jfk-cut-176039.wav" in used
    assert len(used) > 10
    for name in set(names) - set(used):
        assert sum(name in problem for problem in result.problems) == 1
    assert all("\n" not in problem for problem in result.problems)
