"""TT34: espeak-ng as a process, for real where it is installed, and a program that acts like it."""

import asyncio
import os
import shutil
import sys
from itertools import pairwise
from pathlib import Path
from typing import Any, assert_type

import numpy as np
import pytest
import reactivex as rx
from reactivex import Observable

from rxvoice.aio import in_thread, pull
from rxvoice.contracts import Speak, Spoken, Synthesizer
from rxvoice.errors import ModelError
from rxvoice.items import AudioFrame, Fault, Sentence, Word
from rxvoice.providers._espeak import phonemes
from rxvoice.providers._shared import Preparable
from rxvoice.providers.espeak import Espeak, espeak
from rxvoice.providers.moonshine import moonshine
from rxvoice.session import Session
from rxvoice.testing import run_virtual
from rxvoice.testing.conformance import check_speak, check_synthesizer

PROGRAM = shutil.which("espeak-ng")
needs_espeak = pytest.mark.skipif(PROGRAM is None, reason="espeak-ng is not installed")
POOL = "The swimming pool opens at seven in the morning, and breakfast is on the second floor."


def program(folder: Path, body: str) -> str:
    """Write a program that is called as espeak-ng is."""
    path = folder / "speaks"
    path.write_text(f"#!{sys.executable}\nimport os, sys, time, wave\n{body}", encoding="utf-8")
    path.chmod(0o755)
    return str(path)


SPEAKS = """
text = sys.stdin.read()
out = sys.stdout.buffer
with wave.open(out, "wb") as file:
    file.setnchannels(1), file.setsampwidth(2), file.setframerate(22050)
    file.setnframes(2**29)
    file.writeframesraw(b"\\x10\\x20" * 2205 * len(text.split()))
    out.flush()
    os._exit(0)
"""


async def say(text: str, voice: Espeak) -> list[AudioFrame | Word]:
    return [item async for item in voice.speak(text)]


def frames(items: list[Any]) -> list[AudioFrame]:
    return [item for item in items if isinstance(item, AudioFrame)]


def test_tt34_it_is_a_synthesizer() -> None:
    voice = espeak()
    synthesizer: Synthesizer = voice
    speak: Speak = voice.speak
    sentences: Observable[Sentence] = rx.empty()
    assert_type(voice(sentences), Observable[Spoken])
    assert callable(synthesizer)
    assert callable(speak)


def test_tt34_preparing_it_tells_whether_it_can_speak(tmp_path: Path) -> None:
    voice = espeak(program=program(tmp_path, SPEAKS))
    assert isinstance(voice, Preparable)
    asyncio.run(voice.prepare())
    broken = espeak(program=program(tmp_path, "sys.exit(1)"))
    with pytest.raises(ModelError, match="failed with code 1"):
        asyncio.run(broken.prepare())


def test_tt34_audio_comes_in_short_frames_that_follow_each_other(tmp_path: Path) -> None:
    voice = espeak(program=program(tmp_path, SPEAKS))
    spoken = frames(run_virtual(say("one two three four five", voice)))
    assert {frame.rate for frame in spoken} == {22_050}
    assert all(0.0 < frame.duration <= 0.1 for frame in spoken)
    assert all(later.pts == pytest.approx(one.end) for one, later in pairwise(spoken))
    assert spoken[-1].end == pytest.approx(0.5)
    assert all((frame.samples == 0x2010).all() for frame in spoken)


def test_tt34_words_are_laid_over_the_audio_each_before_its_frame(tmp_path: Path) -> None:
    voice = espeak(program=program(tmp_path, SPEAKS))
    items = run_virtual(say("one two, three four five six!", voice))
    heard = 0.0
    for item in items:
        if isinstance(item, AudioFrame):
            heard = item.end
        else:
            assert item.pts >= heard - 1e-9
    words = [item for item in items if isinstance(item, Word)]
    assert [word.text for word in words] == ["one", "two,", "three", "four", "five", "six!"]
    assert words[0].pts == 0.0
    assert words[-1].end == pytest.approx(heard - 0.3)


def test_text_is_not_among_the_arguments_and_options_are(tmp_path: Path) -> None:
    told = tmp_path / "told"
    body = f"open({str(told)!r}, 'w').write(repr([sys.argv[1:], sys.stdin.read()]))\n"
    voice = espeak("de", speed=90, pitch=7, amplitude=3, program=program(tmp_path, body))
    assert run_virtual(say("Guten Tag, Jürgen", voice)) == []
    arguments = ["-v", "de", "-s", "90", "-p", "7", "-a", "3", "-b", "1", "--stdin", "--stdout"]
    assert told.read_text(encoding="utf-8") == repr([arguments, "Guten Tag, Jürgen"])


@pytest.mark.parametrize("text", ["", " \n", "...", "😊"])
def test_text_without_a_letter_runs_nothing(text: str) -> None:
    assert run_virtual(say(text, espeak(program="/nowhere/to/be/found"))) == []


ENDLESS = """
open({ready!r}, "w").write(str(os.getpid()))
sys.stdout.buffer.write(bytes(4410))
sys.stdout.buffer.flush()
time.sleep(1000)
"""

SILENT = """
open({ready!r}, "w").write(str(os.getpid()))
time.sleep(1000)
"""


def is_running(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


@pytest.mark.parametrize("body", [ENDLESS, SILENT], ids=["it speaks on", "it says nothing"])
def test_tt34_unsubscribing_kills_the_program(body: str, tmp_path: Path) -> None:
    ready = tmp_path / "ready"
    os.mkfifo(ready)
    voice = espeak(program=program(tmp_path, body.format(ready=str(ready))))

    async def main() -> int:
        async with Session() as session:
            stream = voice(rx.of(Sentence("Never ending.")))
            subscription = session.subscribe(stream, lambda _: None)
            pid = int(await in_thread(ready.read_text))
            assert is_running(pid)
            subscription.dispose()
        return pid

    assert not is_running(asyncio.run(main()))


def test_a_failure_is_a_fault_and_the_next_sentence_is_spoken(tmp_path: Path) -> None:
    body = "text = sys.stdin.read()\nif 'bad' in text: sys.exit(3)\n" + SPEAKS.replace(
        "text = sys.stdin.read()", ""
    )
    path = program(tmp_path, body)

    async def main() -> list[Spoken]:
        async with Session() as session:
            stream = espeak(program=path)(rx.of(Sentence("bad."), Sentence("good.")))
            async with pull(stream, scheduler=session.scheduler) as items:
                return [item async for item in items]

    items = asyncio.run(main())
    (fault,) = [item for item in items if isinstance(item, Fault)]
    assert "failed with code 3" in fault.message
    assert frames(items)


def test_a_program_that_never_ends_is_cut_off(tmp_path: Path) -> None:
    body = "while True: sys.stdout.buffer.write(bytes(2**20))\n"
    with pytest.raises(ModelError, match="longer than 600 s"):
        run_virtual(say("Hello.", espeak(program=program(tmp_path, body))))


@pytest.mark.parametrize("name", ["not-there-at-all", "/nowhere/espeak-ng"])
def test_a_missing_program_is_named(name: str) -> None:
    with pytest.raises(ModelError, match=f"{name} is not installed"):
        run_virtual(say("Hello.", espeak(program=name)))


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"speed": 79}, "speed must be from 80 to 500"),
        ({"pitch": 100}, "pitch must be from 0 to 99"),
        ({"amplitude": -1}, "amplitude must be from 0 to 200"),
        ({"voice": ""}, "voice must be a name"),
        ({"voice": "-x"}, "voice must be a name"),
    ],
)
def test_bad_arguments_are_refused(options: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        espeak(**options)


@needs_espeak
def test_tt34_what_it_says_can_be_understood() -> None:
    spoken = frames(run_virtual(say(POOL, espeak())))
    audio = AudioFrame(np.concatenate([frame.samples for frame in spoken]), spoken[0].rate)
    assert 3.0 < audio.duration < 7.0

    async def recognise() -> str:
        return (await moonshine().recognise(audio)).text

    assert "swimming pool" in asyncio.run(recognise()).lower()


@needs_espeak
def test_tt34_it_passes_the_conformance_checks() -> None:
    report = check_synthesizer(espeak, real_io=False)
    assert sorted(report.skipped) == ["failure"]
    report = check_speak(lambda: espeak().speak, real_io=False)
    assert sorted(report.skipped) == ["failure"]


@needs_espeak
def test_a_voice_that_it_does_not_know_is_an_error() -> None:
    with pytest.raises(ModelError, match="failed with code"):
        run_virtual(say("Hello.", espeak("qqq")))


@needs_espeak
def test_clauses_keep_their_phonemes_apart() -> None:
    assert PROGRAM is not None
    spoken = phonemes(["Hello", "Dr. Smith", "[[h@]]", "x"], "en-us", PROGRAM)
    assert len(spoken) == 4
    assert spoken[0] == "həlˈoʊ"
    assert spoken[1].split() == ["dˈɑːktɚ", "smˈɪθ"]
    assert "smɪθ" not in spoken[2]
    with pytest.raises(ModelError, match="with the voice 'nobody'"):
        phonemes(["Hello"], "nobody", PROGRAM)
