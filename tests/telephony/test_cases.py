"""Cases restated from the test suites of others."""

import hashlib
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from rxvoice.audio import decode_mulaw
from rxvoice.items import AudioFrame, Dtmf
from rxvoice.telephony import (
    CallEnded,
    CallPaused,
    CallStarted,
    Genesys,
    Plivo,
    detect,
)
from tests.telephony.lines import VENDORS, Vendor, answers

DATA = Path(__file__).parents[3] / "shared/data"
FILE = DATA / "cases/telephony.json"

pytestmark = pytest.mark.skipif(not FILE.is_file(), reason="the shared data are not there")


def case(name: str) -> dict[str, Any]:
    cases: list[dict[str, Any]] = json.loads(FILE.read_text())["cases"]
    return next(case for case in cases if case["id"] == name)


def test_te04_plivos_start_is_recognised_without_its_event() -> None:
    found = case("plivo-detect")
    messages = list(map(json.dumps, found["messages"]))
    detected = detect(messages)
    assert detected.call is not None
    assert (detected.call.vendor, detected.call.stream) == ("plivo", found["expect"]["stream"])
    (started,) = Plivo(hang_up=False).codec().decode(messages[0])
    assert isinstance(started, CallStarted)
    assert started.call.stream == found["expect"]["stream"]


@pytest.mark.parametrize("apart", [False, True])
def test_te07_genesys_messages_are_answered_as_expected(apart: bool) -> None:
    found = case("genesys-audiohook")
    replies: dict[str, list[Any]] = {}
    codec = Genesys().codec()
    sent: list[dict[str, Any]] = []
    for name, message in zip(found["names"], found["messages"], strict=True):
        if apart:
            codec = Genesys().codec()
            codec.decode(json.dumps(found["messages"][0]))
        items = codec.decode(json.dumps(message))
        replies[name] = items
        for answer in answers(items):
            assert answer["id"] == "test-session-123"
            assert answer["clientseq"] == message["seq"]
            assert isinstance(answer["parameters"], dict)
            sent.append(answer)
        if name == "sample_open_message":
            (frame,) = codec.decode(bytes(160))
            assert frame == AudioFrame(decode_mulaw(bytes(160)), 8_000)
    assert [answer["type"] for answer in sent] == ["opened", "opened", "pong", "closed"]
    if not apart:
        assert [answer["seq"] for answer in sent] == [1, 2, 3, 4]
    assert replies["sample_close_message"][1:] == [CallEnded("disconnect")]
    assert replies["sample_pause_message"] == [CallPaused()]
    digits = [item.key for name in found["names"] for item in replies[name] if type(item) is Dtmf]
    assert digits == ["5", "*", "#"]


@pytest.mark.parametrize("vendor", VENDORS, ids=lambda vendor: vendor.name)
def test_te01_a_recorded_callers_audio_arrives(vendor: Vendor) -> None:
    recorded = (DATA / "audio/stt/tau2-order_status.ulaw").read_bytes()
    told: dict[str, Any] = json.loads(FILE.read_text())
    assert hashlib.sha256(recorded).hexdigest() == told["ulaw_sha256"]
    samples = decode_mulaw(recorded[:480])
    if vendor.rate != 8_000:
        samples = np.repeat(samples, vendor.rate // 8_000)
    codec = vendor.codec()
    size = len(samples) // 3
    heard: list[AudioFrame] = []
    for number in range(3):
        data = vendor.encode(samples[number * size : (number + 1) * size])
        heard += [i for i in codec.decode(vendor.media(number + 1, data)) if type(i) is AudioFrame]
    assert sum(frame.duration for frame in heard) == pytest.approx(0.06)
    if vendor.name != "telnyx-alaw":
        assert np.array_equal(np.concatenate([frame.samples for frame in heard]), samples)
