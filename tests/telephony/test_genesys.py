"""The stateful protocol of Genesys."""

import json
from typing import Any

import numpy as np
import pytest

from rxvoice.audio import encode_mulaw, interleave
from rxvoice.items import AudioFrame, ClearAudio, Dtmf, Fault
from rxvoice.telephony import (
    CallEnded,
    CallPaused,
    CallResumed,
    CallStarted,
    CallUpdated,
    Genesys,
    GenesysCodec,
    MessageError,
)
from tests.telephony.lines import (
    answers,
    genesys,
    genesys_media,
    genesys_open,
    pcm,
    told,
    tone,
)

PACKET = encode_mulaw(tone(0.1, 8_000).samples)


def opened(**options: Any) -> GenesysCodec:
    codec = Genesys(**options).codec()
    codec.decode(genesys_open())
    return codec


def test_te07_open_is_answered_and_begins_the_call() -> None:
    codec = Genesys().codec()
    answer, started = codec.decode(
        genesys_open(inputVariables={"queue": "billing"}, language="es-ES")
    )
    assert answers([answer])[0] == {
        "version": "2",
        "id": "e160e428-53e2-487c-977d-96989bf5c99d",
        "type": "opened",
        "seq": 1,
        "clientseq": 1,
        "parameters": {"startPaused": False, "media": [genesys_media()]},
    }
    assert isinstance(started, CallStarted)
    call = started.call
    assert (call.call, call.account, call.language) == ("G1", "O1", "es-ES")
    assert (call.caller, call.callee) == ("+15550100", "+15550101")
    assert call.parameters == {"queue": "billing"}


def test_te07_messages_are_numbered_and_answer_the_latest_with_parameters_in_each() -> None:
    codec = opened()
    sent = [
        *answers(codec.decode(genesys("ping", 2, "PT1.5S", rtt="PT0.1S"))),
        *map(told, codec.encode(ClearAudio())),
        *answers(codec.decode(genesys("ping", 7, "PT3.25S"))),
        *map(told, codec.goodbye()),
        *answers(codec.decode(genesys("close", 8, "PT4S", reason="disconnect"))),
    ]
    assert [message["type"] for message in sent] == [
        "pong",
        "event",
        "pong",
        "disconnect",
        "closed",
    ]
    assert [message["seq"] for message in sent] == [2, 3, 4, 5, 6]
    assert [message["clientseq"] for message in sent] == [2, 2, 7, 7, 8]
    assert all(isinstance(message["parameters"], dict) for message in sent)
    assert codec.position == 4.0


def test_te07_the_outputs_are_told_at_the_end() -> None:
    codec = opened()
    codec.outputs.update(intent="billing", solved=True, score=3, nothing=None)
    expected = {"intent": "billing", "solved": "true", "score": "3", "nothing": ""}
    (message,) = map(told, codec.goodbye("completed"))
    assert message["parameters"] == {"reason": "completed", "outputVariables": expected}
    items = codec.decode(genesys("close", 2, reason="end"))
    (closed,) = answers(items)
    assert closed["parameters"] == {"outputVariables": expected}
    assert items[1:] == [CallEnded("end")]
    assert codec.goodbye() == []
    assert codec.encode(tone(1.0, 8_000)) == []
    assert codec.decode(PACKET) == []


def test_te07_without_outputs_there_are_none() -> None:
    codec = opened()
    (message,) = map(told, codec.goodbye("error"))
    assert message["parameters"] == {"reason": "error"}
    (closed,) = answers(codec.decode(genesys("close", 2, reason="end")))
    assert closed["parameters"] == {}


@pytest.mark.parametrize("kind", ["pause", "paused"])
def test_te07_in_a_pause_nothing_is_heard_or_played_and_then_time_has_passed(kind: str) -> None:
    codec = opened()
    codec.decode(PACKET)
    assert codec.decode(genesys(kind, 2)) == [CallPaused()]
    assert codec.paused
    assert codec.decode(PACKET) == []
    assert codec.encode(tone(1.0, 8_000)) == []
    assert len(answers(codec.decode(genesys("ping", 3)))) == 1
    resumed = genesys("resumed", 4, start="PT0.1S", discarded="PT2.5S")
    assert codec.decode(resumed) == [CallResumed()]
    (frame,) = codec.decode(PACKET)
    assert isinstance(frame, AudioFrame)
    assert frame.pts == pytest.approx(2.6)
    codec.decode(genesys("discarded", 5, start="PT2.7S", discarded="PT0.3S"))
    (frame,) = codec.decode(PACKET)
    assert isinstance(frame, AudioFrame)
    assert frame.pts == pytest.approx(3.0)
    assert codec.encode(tone(1.0, 8_000))


def test_te07_audio_before_the_session_is_open_is_not_heard() -> None:
    assert Genesys().codec().decode(PACKET) == []


def test_te07_keys_updates_and_errors_are_told() -> None:
    codec = opened()
    assert codec.decode(genesys("dtmf", 2, digit="*")) == [Dtmf("*")]
    (updated,) = codec.decode(genesys("update", 3, language="fr-FR", participant={"ani": "+1"}))
    assert isinstance(updated, CallUpdated)
    assert (updated.call.language, updated.call.caller) == ("fr-FR", "+1")
    assert updated.call.callee == "+15550101"
    error = genesys("error", 4, code=429, message="secret", retryAfter="PT3S")
    assert codec.decode(error) == [Fault("genesys", "the line reports error 429")]
    assert codec.decode(genesys("playback_completed", 5)) == []
    assert Genesys().codec().decode(genesys("update", 1)) == []


def test_te07_a_second_opening_is_answered_and_begins_no_second_call() -> None:
    codec = opened()
    answer, updated = codec.decode(genesys_open(inputVariables={"queue": "billing"}))
    assert answers([answer])[0]["type"] == "opened"
    assert isinstance(updated, CallUpdated)
    assert updated.call.parameters == {"queue": "billing"}


def test_te07_a_probe_of_the_connection_is_answered_and_is_no_call() -> None:
    probe = json.loads(genesys_open())
    probe["parameters"]["conversationId"] = "00000000-0000-0000-0000-000000000000"
    items = Genesys().codec().decode(json.dumps(probe))
    assert [message["type"] for message in answers(items)] == ["opened"]
    assert len(items) == 1


MONO = genesys_media("PCMU", "external")
AGENT = genesys_media("PCMU", "internal")
BOTH = genesys_media("PCMU", "external", "internal")
LINEAR = genesys_media("L16", "external")
OTHER = {**MONO, "rate": 48_000}


@pytest.mark.parametrize(
    ("wanted", "offered", "chosen"),
    [
        ("external", [BOTH, MONO], MONO),
        ("external", [LINEAR, MONO], MONO),
        ("external", [OTHER, LINEAR], LINEAR),
        ("external", [AGENT, BOTH], BOTH),
        ("internal", [BOTH, MONO, AGENT], AGENT),
        ("both", [MONO, BOTH], BOTH),
    ],
)
def test_te07_the_media_that_suits_best_is_chosen(
    wanted: Any, offered: list[dict[str, Any]], chosen: dict[str, Any]
) -> None:
    answer, _ = Genesys(channels=wanted).codec().decode(genesys_open(*offered))
    assert answers([answer])[0]["parameters"]["media"] == [chosen]


@pytest.mark.parametrize(
    ("wanted", "level"), [("external", 1_000), ("internal", 3_000), ("both", 2_000)]
)
def test_te07_of_two_channels_the_wanted_ones_are_heard(wanted: Any, level: int) -> None:
    codec = Genesys(channels=wanted).codec()
    codec.decode(genesys_open(genesys_media("L16", "external", "internal")))
    stereo = interleave(np.full(800, 1_000, np.int16), np.full(800, 3_000, np.int16))
    (frame,) = codec.decode(pcm(stereo))
    assert frame == AudioFrame(np.full(800, level, np.int16), 8_000)
    with pytest.raises(MessageError, match="second channel"):
        codec.decode(bytes(6))
    with pytest.raises(MessageError, match="last sample"):
        codec.decode(bytes(3))


@pytest.mark.parametrize("media", [[OTHER], [AGENT], [{"type": "video"}], []])
def test_te07_an_offer_without_usable_audio_is_turned_down(media: list[dict[str, Any]]) -> None:
    message = json.loads(genesys_open())
    message["parameters"]["media"] = media
    answer, fault = Genesys().codec().decode(json.dumps(message))
    (message,) = answers([answer])
    assert (message["type"], message["parameters"]) == ("disconnect", {"reason": "error"})
    assert isinstance(fault, Fault)
    assert fault.fatal


def test_te07_the_languages_are_told_when_asked_for_or_given() -> None:
    answer, _ = Genesys().codec().decode(genesys_open(supportedLanguages=True))
    assert answers([answer])[0]["parameters"]["supportedLanguages"] == []
    answer, _ = Genesys(languages=("en-US",)).codec().decode(genesys_open())
    assert answers([answer])[0]["parameters"]["supportedLanguages"] == ["en-US"]


def test_te07_audio_leaves_in_packets_of_the_length_that_was_set() -> None:
    codec = opened(packet=0.2)
    pieces = [p for n in range(10) for p in codec.encode(tone(0.04, 8_000, n * 0.04))]
    assert [len(piece) for piece in pieces] == [1_600, 1_600]


@pytest.mark.parametrize(
    "message",
    [
        '{"type": "open"}',
        '{"type": "open", "parameters": {"media": []}}',
        json.dumps({"type": "open", "id": "x" * 1_000, "parameters": {"media": []}}),
    ],
)
def test_te07_an_opening_without_its_parts_is_an_error(message: str) -> None:
    with pytest.raises(MessageError, match=r"^genesys: "):
        Genesys().codec().decode(message)


def test_te07_options_that_make_no_sense_are_refused() -> None:
    wrong: Any = "left"
    with pytest.raises(ValueError, match="channels"):
        Genesys(channels=wrong)
    with pytest.raises(ValueError, match="packet"):
        Genesys(packet=0.0)
