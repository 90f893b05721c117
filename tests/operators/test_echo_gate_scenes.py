"""Issue "Turns and interruptions", 4: the labelled scenes with echo."""

from typing import Any

import numpy as np
import pytest

from rxvoice.audio import convert_rate
from rxvoice.items import AudioFrame
from tests.operators.rooms import gate, heard, starts
from tests.operators.test_echo_gate_rooms import guarded
from tests.providers.recordings import entries, flac, recording

SCENES = {
    name.removeprefix("scenes/"): scene
    for name, scene in entries("scene").items()
    if scene["scene"].startswith("echo")
}


def played(scene: dict[str, Any], rate: int) -> AudioFrame:
    """What the loudspeaker played: the files, without the silence before them."""
    whole = np.zeros(round((scene["duration"] + 1.0) * rate), np.int16)
    for reply in scene["bot"]:
        name = reply["file"].removeprefix("dev/audio/").removeprefix("held/audio/")
        samples = recording(name.removesuffix(".wav"), rate=rate).samples
        sizes = np.abs(samples.astype(np.int32))
        onset = int(np.argmax(sizes > sizes.max() * 0.01) / rate * 100) / 100
        first = round(max(onset - 0.012, 0.0) * rate)  # as the scenes were made
        at, end = round(reply["t0"] * rate), round(reply["t1"] * rate)
        samples = samples[first : first + end - at]
        whole[at : at + len(samples)] = samples
    return AudioFrame(whole, rate)


@pytest.mark.parametrize("name", SCENES)
def test_only_the_user_is_heard(name: str) -> None:
    """The bot's own voice starts nothing; who interrupts it is heard within 0.35 s."""
    scene, mic = SCENES[name], flac(f"scenes/{name}")
    found = starts(heard(guarded, mic, played(scene, mic.rate)))
    tolerance = scene["label_tolerance_s"]
    interruptions = [said["t0"] for said in scene["user"] if said["role"] == "interruption"]
    for at in interruptions:
        assert any(at - tolerance < start <= at + 0.35 for start in found)
    spoken = [(said["t0"] - tolerance, said["t1"] + tolerance) for said in scene["user"]]
    wrong = [at for at in found if not any(first < at < last for first, last in spoken)]
    assert wrong == []


@pytest.mark.parametrize("name", SCENES)
def test_a_telephone_and_a_voice_of_another_rate_change_nothing(name: str) -> None:
    scene, mic = SCENES[name], flac(f"scenes/{name}")
    narrow = AudioFrame(convert_rate(mic.samples, mic.rate, 8_000), 8_000)
    said = scene["user"][-1]
    last = said["t0"] if said["role"] == "interruption" else scene["bot_end"] + 0.4
    found = starts(heard(guarded, narrow, played(scene, 24_000), chunk=0.03))
    assert [at for at in found if scene["bot_start"] < at < last] == []


def test_without_the_gate_the_bot_interrupts_itself() -> None:
    """Else there would be nothing to prove."""
    wrong = 0
    for name, scene in SCENES.items():
        mic = flac(f"scenes/{name}")
        found = starts(heard(lambda _: gate(), mic, played(scene, mic.rate)))
        wrong += any(scene["bot_start"] < at < scene["user"][-1]["t0"] for at in found) or (
            len(scene["user"]) == 1 and any(at > scene["bot_start"] for at in found)
        )
    assert wrong >= len(SCENES) / 2
