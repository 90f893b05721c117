"""Agents hear scenes: what the harness makes of a script, and what it notes."""

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from rxvoice.items import AudioFrame, Transcript
from rxvoice.testing import tone
from tests.operators.fakes import listen
from tests.providers.recordings import DATA, needs_recordings

TOOLS = Path(__file__).parent.parent / "tools"
RATE = 16_000
pytestmark = pytest.mark.skipif(not TOOLS.exists(), reason="the tools are not part of the package")
soundfile = pytest.importorskip("soundfile")


@pytest.fixture(scope="module")
def tool() -> Iterator[ModuleType]:
    sys.path.insert(0, str(TOOLS))
    try:
        import scenes  # pyright: ignore[reportMissingImports]

        yield scenes
    finally:
        sys.path.remove(str(TOOLS))


class Scenes:
    """A folder with a manifest, and ears that hear tones."""

    def __init__(self, folder: Path, tool: ModuleType) -> None:
        self.folder = folder
        self.manifest = folder / "manifest.json"
        self.entries: list[dict[str, Any]] = []
        self.words = ["one", "two", "three"]
        self._tool = tool

    def add(self, name: str, duration: float, user: list[tuple[float, float]], **more: Any) -> None:
        samples = np.zeros(round(duration * RATE), np.int16)
        for start, end in user:
            samples[round(start * RATE) : round(end * RATE)] = tone(end - start, RATE).samples
        soundfile.write(self.folder / name, samples, RATE)
        self.entries.append({"kind": "scene", "scene": "test", "file": name, **more})

    def logs(self, policy: str = "plain") -> dict[str, list[tuple[float, str]]]:
        log = self._tool.held(self.read(), policy, self.ears())
        return {name: [(e["t"], e["ev"]) for e in events] for name, events in log.items()}

    def read(self) -> list[Any]:
        self.manifest.write_text(json.dumps({"files": self.entries}), encoding="utf-8")
        return self._tool.read_scenes(self.manifest)

    def ears(self) -> Any:
        said = iter(self.words * 100)

        async def recognise(audio: AudioFrame) -> Transcript:
            return Transcript(next(said), True, True, pts=audio.pts, end=audio.end)

        async def judge(_: object) -> float:
            return 0.9

        return self._tool.Ears(
            vad=listen, recognise=recognise, end_of_turn=judge, end_of_text=judge
        )


@pytest.fixture
def scenes(tmp_path: Path, tool: ModuleType) -> Scenes:
    return Scenes(tmp_path, tool)


def line(start: float, end: float, **more: Any) -> dict[str, Any]:
    return {"t0": start, "t1": end, "text": "I will look. One moment.", **more}


def test_speech_turns_and_replies_are_noted_on_the_clock_of_the_scene(scenes: Scenes) -> None:
    scenes.add("a.flac", 6.0, [(1.0, 2.0)], bot=[line(3.0, 4.0)])
    assert scenes.logs() == {
        "a.flac": [
            (1.2, "speech_start"),
            (2.5, "speech_stop"),
            (2.5, "turn_end"),
            (3.0, "bot_start"),
        ]
    }


def test_an_interruption_stops_the_bot_before_its_planned_end(scenes: Scenes) -> None:
    scenes.add("a.flac", 7.0, [(1.0, 2.0), (4.0, 5.0)], bot=[line(3.0, 6.0)])
    heard = scenes.logs()["a.flac"][3:]
    assert heard == [
        (3.0, "bot_start"),
        (4.2, "speech_start"),
        (4.2, "bot_stop"),
        (5.5, "speech_stop"),
        (5.5, "turn_end"),
    ]


def test_the_bot_speaks_at_its_time_though_nobody_was_understood(scenes: Scenes) -> None:
    scenes.add("a.flac", 3.0, [], bot=[line(1.0, 2.0)])
    assert scenes.logs()["a.flac"] == [(1.0, "bot_start")]


def test_the_bot_speaks_at_its_time_after_a_turn_that_was_ended_in_a_pause(scenes: Scenes) -> None:
    scenes.add("a.flac", 6.0, [(1.0, 2.0), (2.8, 3.3)], bot=[line(4.5, 5.5)])
    assert [event for event in scenes.logs()["a.flac"] if "speech" not in event[1]] == [
        (2.5, "turn_end"),
        (3.8, "turn_end"),
        (4.5, "bot_start"),
    ]


def test_a_turn_that_ends_after_its_answer_has_begun_does_not_cut_it_off(scenes: Scenes) -> None:
    scenes.add("a.flac", 5.0, [(1.0, 2.0)], bot=[line(2.3, 4.0)])
    assert [event for event in scenes.logs()["a.flac"] if "speech" not in event[1]] == [
        (2.3, "bot_start"),
        (2.5, "turn_end"),
    ]


def test_lines_that_follow_closely_are_one_reply_and_others_are_not(scenes: Scenes) -> None:
    bot = [line(3.0, 4.0), line(4.25, 5.0), line(8.0, 9.0)]
    scenes.add("a.flac", 10.0, [(1.0, 2.0), (6.0, 7.0)], bot=bot)
    (scene,) = scenes.read()
    assert [[spoken.start for spoken in reply] for reply in scene.replies] == [[3.0, 4.25], [8.0]]
    assert [event for event in scenes.logs()["a.flac"] if "bot" in event[1]] == [
        (3.0, "bot_start"),
        (8.0, "bot_start"),
    ]


def test_a_reply_that_is_paused_and_goes_on_has_stopped_and_started(scenes: Scenes) -> None:
    """What is said over it is a backchannel."""
    scenes.words = ["uh-huh"]
    scenes.add("a.flac", 7.0, [(1.0, 2.0), (4.0, 4.4)], bot=[line(3.0, 6.0)])
    bot = [event for event in scenes.logs("best")["a.flac"] if "bot" in event[1]]
    assert [event for _, event in bot] == ["bot_start", "bot_stop", "bot_start"]
    assert bot[1][0] == pytest.approx(4.1, abs=0.05)
    assert bot[2][0] - bot[1][0] < 1.0


def test_the_voice_of_a_line_is_the_loudest_stretch_of_its_recording(scenes: Scenes) -> None:
    """Also where the folder that the manifest was written in is gone; else a tone."""
    (scenes.folder / "voice").mkdir()
    voice = np.zeros(RATE, np.int16)
    voice[4_000:12_000] = 9_000
    soundfile.write(scenes.folder / "voice" / "hello.wav", voice, RATE)
    bot = [line(0.0, 0.5, file="elsewhere/voice/hello.wav"), line(3.0, 3.5, file="gone.wav")]
    scenes.add("a.flac", 1.0, [], bot=bot)
    (scene,) = scenes.read()
    (found,), (missing,) = scene.replies
    assert np.array_equal(found.samples, voice[4_000:12_000])
    assert len(missing.samples) == 8_000
    assert missing.samples.any()


def test_a_split_and_other_kinds_of_files_are_left_out(scenes: Scenes, tool: ModuleType) -> None:
    scenes.add("a.flac", 1.0, [], split="dev")
    scenes.add("b.flac", 1.0, [], split="held")
    scenes.entries.append({"kind": "stt", "file": "c.wav"})
    assert [scene.name for scene in scenes.read()] == ["a.flac", "b.flac"]
    assert [s.name for s in tool.read_scenes(scenes.manifest, split="held")] == ["b.flac"]


def test_the_command_writes_the_log_and_prints_what_a_scorer_says(
    scenes: Scenes,
    tool: ModuleType,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    scenes.add("a.flac", 3.0, [(1.0, 2.0)])
    scenes.add("b.flac", 3.0, [])
    scenes.read()
    scorer, log = scenes.folder / "scorer.py", scenes.folder / "log.json"
    scorer.write_text(
        "def score(log, manifest):\n"
        "    files = len(manifest['files'])\n"
        "    return {'names': sorted(log), 'files': files, 'fails': [('a', 'b')]}\n",
        encoding="utf-8",
    )
    ears = scenes.ears()
    monkeypatch.setattr(tool, "Ears", lambda: ears)
    arguments = [str(scenes.manifest), "--log", str(log), "--scorer", str(scorer), "--only", "a*"]
    monkeypatch.setattr(sys, "argv", ["scenes.py", *arguments])
    assert tool.main() == 0
    out = capsys.readouterr().out
    assert "plain: 1 scenes, 3 s of audio" in out
    assert '"a.flac"' in out
    assert '"files": 1' in out
    assert "failed musts: 1" in out
    events = json.loads(log.read_text(encoding="utf-8"))["a.flac"]
    assert events[-1] == {"t": 2.5, "ev": "turn_end", "text": "one", "reason": "silence"}


def test_the_curve_counts_false_cut_offs_and_delays(scenes: Scenes, tool: ModuleType) -> None:
    """A pause of 0.6 s: silence of 0.5 s ends the turn in it, 0.8 s does not."""
    import turn_curve  # pyright: ignore[reportMissingImports]

    curve: Any = turn_curve
    rules = [
        {"rule": "no_turn_end", "frm": 1.0, "to": 3.6},
        {"rule": "turn_end", "frm": 3.6, "by": 4.6, "text": "one two"},
    ]
    about = {"scene": "pause", "label_tolerance_s": 0.05, "expect": rules}
    scenes.add("a.flac", 6.0, [(1.0, 2.0), (2.6, 3.6)], **about)
    (points,) = [
        [
            curve.measured(scenes.read(), scenes.ears(), "silence", knob, stop)
            for knob, stop in curve.ways(scenes.ears())["silence"].items()
            if knob in ("0.5 s", "0.8 s", "1.5 s")
        ]
    ]
    assert [(point.cut_off, point.late) for point in points] == [(1, 0), (0, 0), (0, 1)]
    assert [point.median for point in points[:2]] == pytest.approx([0.5, 0.8], abs=0.03)
    assert curve.table(points).count("\n| silence |") == 3
    assert curve.picture(points).count("<circle") == 3


@needs_recordings
def test_real_models_hear_a_turn_and_an_interruption(tool: ModuleType) -> None:
    """With the plain agent; the times are those that the manifest demands."""
    scenes = {scene.name: scene for scene in tool.read_scenes(DATA / "manifest.json")}
    (log,) = tool.held([scenes["d-interrupt-05.flac"]], "plain", tool.Ears()).values()
    ends = [entry["t"] for entry in log if entry["ev"] == "turn_end"]
    (stop,) = [entry["t"] for entry in log if entry["ev"] == "bot_stop"]
    assert len(ends) == 2
    assert 2.9 < ends[0] < 4.1
    assert 8.1 < stop < 8.5
    assert 10.63 < ends[1] < 12.13
