"""What is one vendor's own."""

import json
from typing import Any

import numpy as np
import pytest

from rxvoice.audio import decode_alaw, encode_alaw, encode_mulaw
from rxvoice.items import AudioFrame, ClearAudio, Dtmf, DtmfOut, Fault
from rxvoice.telephony import CallStarted, MessageError, Telnyx, Twilio, Vonage
from tests.telephony.lines import (
    EXOTEL,
    PLIVO,
    PLIVO_START,
    TELNYX,
    TELNYX_ALAW,
    TWILIO,
    TWILIO_START,
    VONAGE,
    exotel_start,
    js,
    pcm,
    telnyx_start,
    told,
    tone,
    twilio_media,
    vonage_connected,
)

FRAME = tone(0.04, 8_000, pts=1.0)


def test_te02_twilio_is_sent_mulaw_and_a_mark_for_its_stream() -> None:
    media, mark = map(told, TWILIO.codec().encode(FRAME))
    assert media == {
        "event": "media",
        "streamSid": "MZ1",
        "media": {"payload": media["media"]["payload"]},
    }
    assert mark == {"event": "mark", "streamSid": "MZ1", "mark": {"name": mark["mark"]["name"]}}


def test_te02_twilio_tells_the_call() -> None:
    call = TWILIO.codec().call
    assert call is not None
    assert (call.stream, call.call, call.account) == ("MZ1", "CA1", "AC1")
    assert (call.caller, call.callee, call.encoding) == ("+15550100", "", "PCMU")


def test_te02_twilio_tells_keys() -> None:
    message = js(event="dtmf", streamSid="MZ1", dtmf={"track": "inbound_track", "digit": "#"})
    assert TWILIO.codec().decode(message) == [Dtmf("#")]


def test_te02_keys_that_the_bot_presses_have_to_be_tones_where_a_line_has_no_message() -> None:
    for vendor in (TWILIO, TELNYX, EXOTEL, VONAGE):
        codec = vendor.codec()
        assert not codec.presses
        assert codec.encode(DtmfOut("1")) == []


def test_te02_what_the_bot_itself_says_is_no_sound_of_the_caller() -> None:
    message = json.loads(twilio_media(1, encode_mulaw(FRAME.samples)))
    message["media"]["track"] = "outbound"
    assert TWILIO.codec().decode(json.dumps(message)) == []


def test_te02_a_jump_in_twilios_timestamps_is_a_gap() -> None:
    codec = TWILIO.codec()
    data = encode_mulaw(FRAME.samples[:160])
    stamps = (40, 60, 100, 120, 125, 145, 1_000)  # one lost; then five milliseconds of jitter
    times = [
        item.pts
        for number, stamp in enumerate(stamps, 1)
        for item in codec.decode(twilio_media(number, data, stamp))
        if isinstance(item, AudioFrame)
    ]
    assert times == pytest.approx([0.0, 0.02, 0.06, 0.08, 0.1, 0.12, 0.96])


@pytest.mark.parametrize(
    "message",
    [
        js(event="media"),
        js(event="media", media=[]),
        js(event="media", media={"payload": None}),
        js(event="media", media={"payload": "****"}),
        js(event="media", media={"payload": "é"}),
        js(event="start"),
        js(event="start", start={"streamSid": "MZ1"}),
        js(event="start", start={"streamSid": 3, "callSid": {}}),
    ],
)
def test_te02_a_broken_message_is_an_error_of_twilios(message: str) -> None:
    with pytest.raises(MessageError, match=r"^twilio: ") as error:
        Twilio(hang_up=False).codec().decode(message)
    assert error.value.vendor == "twilio"


def test_te02_an_encoding_that_nobody_knows_is_refused() -> None:
    message = TWILIO_START.replace("audio/x-mulaw", "audio/opus")
    with pytest.raises(MessageError, match="encoding"):
        Twilio(hang_up=False).codec().decode(message)


def test_te03_telnyx_may_write_and_want_different_codings() -> None:
    codec = Telnyx(hang_up=False, bidirectional_codec="PCMA").codec()
    (started,) = codec.decode(telnyx_start("PCMU"))
    assert isinstance(started, CallStarted)
    assert started.call.encoding == "PCMU"
    (heard,) = codec.decode(TELNYX.media(1, encode_mulaw(FRAME.samples)))
    assert isinstance(heard, AudioFrame)
    assert np.abs(heard.samples.astype(int) - FRAME.samples).max() <= 260
    sent = TELNYX_ALAW.heard(codec.encode(FRAME)[0])
    assert sent == encode_alaw(FRAME.samples)


def test_te03_telnyx_hears_alaw() -> None:
    data = encode_alaw(FRAME.samples)
    (heard,) = TELNYX_ALAW.codec().decode(TELNYX.media(1, data))
    assert isinstance(heard, AudioFrame)
    assert np.array_equal(heard.samples, decode_alaw(data))


def test_te03_telnyx_tells_the_call_and_its_control_id() -> None:
    call = TELNYX.codec().call
    assert call is not None
    assert (call.stream, call.call, call.account) == ("T1", "v2:C1", "U1")
    assert (call.caller, call.callee) == ("+15550100", "+15550101")


def test_te03_packets_of_telnyx_that_come_late_have_their_own_time_and_come_once() -> None:
    codec = TELNYX.codec()
    data = encode_mulaw(FRAME.samples[:160])
    heard: list[float | None] = []
    for number in (1, 3, 2, 2, 3, 6, 4):
        items = codec.decode(TELNYX.media(number, data))
        heard.append(items[0].pts if items and isinstance(items[0], AudioFrame) else None)
    assert heard == pytest.approx([0.0, 0.04, 0.02, None, None, 0.1, 0.06])


def test_te03_an_error_of_telnyxs_is_a_fault_without_its_words() -> None:
    message = js(event="error", payload={"code": 100003, "title": "secret", "detail": "secret"})
    assert TELNYX.codec().decode(message) == [Fault("telnyx", "the line reports error 100003")]
    assert TELNYX.codec().decode(js(event="error")) == [
        Fault("telnyx", "the line reports an error")
    ]


def test_te03_another_codec_is_refused() -> None:
    wrong: Any = "G722"
    with pytest.raises(ValueError, match="bidirectional_codec"):
        Telnyx(hang_up=False, bidirectional_codec=wrong)
    with pytest.raises(MessageError, match="encoding"):
        Telnyx(hang_up=False).codec().decode(telnyx_start("G722"))


def test_te04_plivo_is_sent_play_audio_and_a_checkpoint() -> None:
    play, checkpoint = map(told, PLIVO.codec().encode(FRAME))
    payload = play["media"]["payload"]
    assert play == {
        "event": "playAudio",
        "streamId": "PS1",
        "media": {"contentType": "audio/x-mulaw", "sampleRate": 8000, "payload": payload},
    }
    assert checkpoint == {"event": "checkpoint", "streamId": "PS1", "name": checkpoint["name"]}


def test_te04_plivo_tells_the_call_and_its_headers() -> None:
    call = PLIVO.codec().call
    assert call is not None
    assert (call.stream, call.call, call.account) == ("PS1", "PC1", "MA1")
    assert call.parameters == {"table": "4", "from": "15550100"}
    start = json.loads(PLIVO_START)
    for headers in ({"table": "4"}, "table=4", "table=4,", None):
        start["extra_headers"] = headers
        codec = PLIVO.line.codec()
        codec.decode(json.dumps(start))
        assert codec.call is not None
        assert codec.call.parameters == ({"table": "4"} if headers else {})


def test_te04_plivo_presses_keys_and_tells_them() -> None:
    codec = PLIVO.codec()
    assert codec.presses
    assert list(map(told, codec.encode(DtmfOut("12#")))) == [{"event": "sendDTMF", "dtmf": "12#"}]
    assert codec.decode(js(event="dtmf", dtmf={"track": "inbound", "digit": "7"})) == [Dtmf("7")]


def test_te04_the_jitter_of_plivos_clock_is_no_gap_but_a_lost_packet_is() -> None:
    codec = PLIVO.codec()
    data = encode_mulaw(FRAME.samples[:160])
    times: list[float] = []
    for number, late in ((1, 0), (2, 300), (3, 40), (5, 0)):
        message = json.loads(PLIVO.media(number, data))
        message["media"]["timestamp"] = str(int(message["media"]["timestamp"]) + late)
        times += [i.pts for i in codec.decode(json.dumps(message)) if isinstance(i, AudioFrame)]
    assert times == pytest.approx([0.0, 0.02, 0.04, 0.08])


def test_te05_exotel_speaks_like_twilio_with_other_names() -> None:
    codec = EXOTEL.codec()
    assert codec.encode(tone(0.04, 8_000)) == []  # it wants 100 ms at once
    media, mark = map(told, codec.encode(tone(0.06, 8_000, pts=0.04)))
    assert set(media) == {"event", "stream_sid", "media"}
    assert mark == {"event": "mark", "stream_sid": "ES1", "mark": {"name": mark["mark"]["name"]}}
    assert list(map(told, codec.encode(ClearAudio()))) == [{"event": "clear", "stream_sid": "ES1"}]
    assert codec.decode(js(event="dtmf", dtmf={"digit": "5", "duration": "100"})) == [Dtmf("5")]
    assert EXOTEL.line.hanging_up(codec.call) is None if codec.call else False


@pytest.mark.parametrize(
    ("told_rate", "rate"), [(16_000, 16_000), (24_000, 24_000), (11_025, 8_000)]
)
def test_te05_exotel_tells_its_rate(told_rate: int, rate: int) -> None:
    codec = EXOTEL.line.codec()
    codec.decode(exotel_start(told_rate))
    frame = tone(0.1, rate)
    (heard,) = codec.decode(EXOTEL.media(1, pcm(frame.samples)))
    assert heard == frame
    assert np.array_equal(EXOTEL.sound(codec.encode(frame)), frame.samples)


def test_te05_the_end_of_a_reply_is_whole_packets_for_exotel() -> None:
    codec = EXOTEL.codec()
    sent = [*codec.encode(tone(0.111, 8_000)), *codec.flush()]
    sizes = [len(data) for message in sent if (data := EXOTEL.heard(message)) is not None]
    assert sizes == [5 * 320, 320]


def test_te06_vonage_is_sent_whole_packets_as_bytes() -> None:
    codec = VONAGE.codec()
    sent = [*codec.encode(tone(0.05, 16_000)), *codec.flush()]
    audio = [message for message in sent if isinstance(message, bytes)]
    assert [len(message) for message in audio] == [640, 640, 640]
    assert not any(audio[-1][320:])


def test_te06_vonage_tells_keys_its_rate_and_what_the_answer_has_given_along() -> None:
    codec = Vonage().codec()
    (started,) = codec.decode(vonage_connected(8_000))
    assert isinstance(started, CallStarted)
    assert started.call.parameters == {"uuid": "VU1", "table": "4"}
    assert (started.call.call, started.call.rate, codec.rate) == ("VU1", 8_000, 8_000)
    event = js(event="websocket:dtmf", digit="5", duration=260)
    assert codec.decode(event) == [Dtmf("5")]
    assert codec.decode(js(event="websocket:dtmf", dtmf={"digit": "*"})) == [Dtmf("*")]
    assert codec.decode(js(event="websocket:cleared")) == []
    assert codec.decode(vonage_connected(8_000)) == []


def test_te06_vonages_broken_audio_and_unknown_formats_are_errors() -> None:
    with pytest.raises(MessageError, match=r"vonage: the last sample is cut off"):
        VONAGE.codec().decode(b"123")
    with pytest.raises(MessageError, match="format"):
        Vonage().codec().decode(vonage_connected(44_100))
