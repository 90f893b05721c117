"""``rxvoice tune``."""

import json
import sys
import textwrap
import xml.etree.ElementTree as ElementTree
from collections.abc import Iterator
from pathlib import Path

import pytest

from rxvoice.cli import main
from rxvoice.errors import ModelUnavailable
from rxvoice.providers import silero as silero_module
from rxvoice.providers import smart_turn as smart_turn_module
from rxvoice.providers._shared import Shared
from tests.tuning.recordings import tones, write_wav

STRATEGY = """
    from reactivex import operators as ops
    from rxvoice.items import SpeechStopped, StopTurn
    from rxvoice.providers.energy import energy

    def stop(*, wait=0.0):
        return lambda source: source.pipe(
            ops.filter(lambda item: isinstance(item, SpeechStopped)),
            ops.delay(wait),
            ops.map(lambda _: StopTurn("mine")),
        )

    def broken():
        return lambda source: source.pipe(ops.map(lambda item: item.nothing))

    def lazy():
        raise KeyError("later")

    detector = energy
    constant = 3
"""


@pytest.fixture(autouse=True)
def _forget_the_files() -> Iterator[None]:  # pyright: ignore[reportUnusedFunction]
    modules, path = set(sys.modules), list(sys.path)
    yield
    for name in set(sys.modules) - modules:
        if name.startswith("_rxvoice_"):
            del sys.modules[name]
    sys.path[:] = path


@pytest.fixture
def calls(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a labelled call, from which the command is run."""
    monkeypatch.chdir(tmp_path)
    folder = tmp_path / "calls"
    folder.mkdir()
    write_wav(folder / "one.wav", tones([(1.0, 2.0), (2.8, 3.5)], 5.0))
    turns = [{"start": 1.0, "end": 3.5, "text": "hello there", "pauses": [[2.0, 2.8]]}]
    (folder / "one.json").write_text(json.dumps({"turns": turns}), encoding="utf-8")
    return folder


def mine(folder: Path) -> str:
    path = folder.parent / "mine.py"
    path.write_text(textwrap.dedent(STRATEGY), encoding="utf-8")
    return str(path)


def tune(*args: object) -> int:
    return main(["tune", *map(str, args)])


def the_error(capsys: pytest.CaptureFixture[str]) -> str:
    text = capsys.readouterr().err
    assert text.startswith("rxvoice: error: ")
    assert text.count("\n") == 1
    return text


def test_a_table_and_a_picture_come_out(calls: Path, capsys: pytest.CaptureFixture[str]) -> None:
    sweep = "silence(min_delay=0.1..0.9/0.4)"
    assert tune(calls, "--vad", "energy", "--sweep", sweep, "--latency", "0") == 0
    told = capsys.readouterr()
    assert "1 recording, 0:05.0 of audio: 1 labelled turns, 1 labelled pauses" in told.out
    assert "silence(min_delay=0.1)  100.0 %" in told.out
    assert "fastest with at most 5 % cut off: silence(min_delay=0.9)" in told.out
    assert "the picture is rxvoice-tune.svg" in told.err
    assert ElementTree.parse("rxvoice-tune.svg").getroot().tag.endswith("svg")


def test_the_same_arguments_print_the_same(calls: Path, capsys: pytest.CaptureFixture[str]) -> None:
    printed: list[str] = []
    for _ in range(2):
        assert tune(calls, "--vad", "energy", "--sweep", "silence", "--svg", "-") == 0
        printed.append(capsys.readouterr().out)
    assert printed[0] == printed[1]
    assert not Path("rxvoice-tune.svg").exists()


def test_the_numbers_are_written(calls: Path) -> None:
    assert tune(calls, "--vad", "energy", "--sweep", "silence", "--json", "numbers.json") == 0
    written = json.loads(Path("numbers.json").read_text(encoding="utf-8"))
    assert written["policies"][0]["turns"] == 1


def test_a_strategy_from_a_file_is_tried_beside_silence(
    calls: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    place = mine(calls)
    detector = f"{place}:detector"
    sweeps = ("--sweep", f"{place}:stop(wait=0,0.5)", "--sweep", place)
    assert tune(calls, "--vad", detector, *sweeps, "--svg", "-") == 0
    out = capsys.readouterr().out
    assert "silence(min_delay=0.1)" in out
    assert f"{place}:stop(wait=0.5)" in out
    assert f"{place} " in out


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("broken", "failed in one.wav: a turn strategy failed: 'SpeechStarted' object has no"),
        ("broken", "mine.py, line 14: AttributeError"),
        ("lazy", "lazy failed: KeyError: 'later'"),
        ("lazy", "mine.py, line 17: KeyError"),
        ("nothing", "mine.py has no 'nothing'"),
        ("constant", "constant in mine.py is no function, but int"),
        ("stop(speed=1)", "has no setting 'speed'; it has wait, vad.threshold"),
    ],
)
def test_a_strategy_that_fails_is_one_line(
    calls: Path, name: str, told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    mine(calls)
    assert tune(calls, "--vad", "energy", "--sweep", f"mine.py:{name}") == 1
    assert told in the_error(capsys)


@pytest.mark.parametrize(
    ("args", "told"),
    [
        (("nowhere",), "there is no file or folder nowhere"),
        (("calls", "--only", "two*"), "calls has nothing to tune on: no recordings were found"),
        (("calls", "--sweep", "silence(min_delay=0..1)"), "a range must be like 0.2..1.4/0.2"),
        (("calls", "--sweep", "quiet"), "there is no strategy 'quiet'"),
        (("calls", "--sweep", "gone.py:stop"), "there is no file gone.py"),
        (("calls", "--vad", "ears"), "vad must be one of auto, silero, energy, or FILE.PY:NAME"),
        (("calls", "--stt", "ears"), "stt must be one of labels, moonshine, or FILE.PY:NAME"),
        (("calls", "--vad", "mine.py:constant"), "mine.py:constant is no function"),
        (("calls", "--vad", "mine.py:lazy"), "mine.py, line 17: KeyError: 'later'"),
        (("calls", "--latency", "-1", "--sweep", "silence"), "latency must not be negative"),
    ],
)
def test_a_wrong_argument_is_one_line(
    calls: Path, args: tuple[str, ...], told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    mine(calls)
    assert tune(*args) == 1
    assert told in the_error(capsys)


def test_a_broken_recording_is_told_and_the_others_count(
    calls: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (calls / "two.wav").write_bytes(b"RIFF")
    (calls / "two.json").write_text("[]", encoding="utf-8")
    (calls / "three.wav").write_bytes(b"RIFF")
    (calls / "three.json").write_text("{}", encoding="utf-8")
    assert tune(calls, "--vad", "energy", "--sweep", "silence") == 0
    told = capsys.readouterr()
    assert told.out.startswith("1 recording,")
    assert "rxvoice: calls/two.wav cannot be read" in told.err.replace(f"{calls.parent}/", "")
    assert "three.json: turns: field required" in told.err


def test_where_models_cannot_be_had_loudness_and_silence_are_left(
    calls: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def missing() -> None:
        raise ModelUnavailable("it is nowhere")

    for module in (silero_module, smart_turn_module):
        monkeypatch.setattr(module, "_model", Shared(missing, name="load"))
    assert tune(calls) == 0
    told = capsys.readouterr()
    assert "Silero cannot be had: speech is detected by loudness alone" in told.out
    assert "the end-of-turn model cannot be had: only silence is tried" in told.err
    assert "silence(min_delay=1.3)" in told.out


def test_by_default_the_end_of_turn_model_is_compared_with_silence(
    calls: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert tune(calls, "--vad", "energy") == 0
    assert "end_of_turn(threshold=0.5)" in capsys.readouterr().out
