"""What all codecs have in common."""

import dataclasses
import json
from typing import Any

import numpy as np
import pytest

from rxvoice.items import (
    AudioFrame,
    BotSpeechStopped,
    ClearAudio,
    DtmfOut,
    Played,
    ReplyEnded,
    Token,
)
from rxvoice.telephony import CallEnded, CallStarted, MessageError
from tests.telephony.lines import (
    EXOTEL,
    GENESYS,
    PLIVO,
    TELNYX,
    TWILIO,
    VENDORS,
    VONAGE,
    Vendor,
    told,
    tone,
)

each = pytest.mark.parametrize("vendor", VENDORS, ids=lambda vendor: vendor.name)
marking = pytest.mark.parametrize(
    "vendor", [TWILIO, TELNYX, PLIVO, EXOTEL, VONAGE], ids=lambda vendor: vendor.name
)


@each
def test_te01_the_lines_audio_becomes_frames_whose_times_count_from_the_first(
    vendor: Vendor,
) -> None:
    codec = vendor.codec()
    sound = tone(0.06, vendor.rate)
    size = vendor.rate // 50
    frames: list[Any] = []
    for number in range(3):
        data = vendor.encode(sound.samples[number * size : (number + 1) * size])
        frames.extend(codec.decode(vendor.media(number + 7, data)))
    assert [type(frame) for frame in frames] == [AudioFrame] * 3
    assert [frame.pts for frame in frames] == pytest.approx([0.0, 0.02, 0.04])
    assert {frame.rate for frame in frames} == {vendor.rate} == {codec.rate}
    heard = np.concatenate([frame.samples for frame in frames])
    assert np.abs(heard.astype(int) - sound.samples).max() <= 260  # G.711's steps at this level


@each
@pytest.mark.parametrize("rate", [8_000, 24_000])
def test_te01_what_is_encoded_arrives_whatever_its_rate(vendor: Vendor, rate: int) -> None:
    codec = vendor.codec()
    messages: list[bytes | str] = []
    for number in range(10):
        messages.extend(codec.encode(tone(0.04, rate, pts=3.0 + 0.04 * number)))
    messages.extend(codec.encode(BotSpeechStopped()))
    sent = vendor.sound(messages)
    size = round(0.4 * vendor.rate)
    assert 0 <= len(sent) - size < 0.02 * vendor.rate  # silence up to a whole packet
    times = np.arange(size) / vendor.rate + 3.0
    wave = np.mean(sent[:size] * np.exp(-2j * np.pi * 440 * times)) * 2j
    assert abs(wave) == pytest.approx(8_000, rel=0.03)
    assert abs(np.angle(wave)) / (2 * np.pi * 440) < 0.000_5  # seconds that it is shifted


@each
def test_te01_what_a_codec_sends_another_one_hears(vendor: Vendor) -> None:
    there, back = vendor.codec(), vendor.codec()
    frame = tone(0.2, vendor.rate)
    sent = vendor.sound(there.encode(frame))
    (item,) = back.decode(vendor.media(1, vendor.encode(sent)))
    assert isinstance(item, AudioFrame)
    assert np.array_equal(item.samples, sent)  # coding twice changes nothing more


@each
def test_te01_unknown_messages_and_items_give_nothing(vendor: Vendor) -> None:
    codec = vendor.codec()
    assert codec.decode('{"event": "weather", "type": "weather"}') == []
    assert codec.decode("{}") == []
    assert codec.encode(Token("Hello")) == []
    assert codec.encode(None) == []


@each
def test_te01_messages_of_the_client_protocol_stay_away_from_the_line(vendor: Vendor) -> None:
    message = {"label": "rtvi-ai", "type": "bot-ready", "id": "1"}
    assert vendor.codec().encode(message) == []
    (own,) = vendor.codec().encode({"event": "mine"})
    assert told(own) == {"event": "mine"}
    line: Any = vendor.line
    wanting = dataclasses.replace(vendor, line=dataclasses.replace(line, client_messages=True))
    (sent,) = wanting.codec().encode(message)
    assert told(sent) == message


@each
def test_te01_nothing_is_sent_before_the_line_is_there(vendor: Vendor) -> None:
    codec = vendor.line.codec()
    assert codec.call is None
    for item in (tone(1.0, 8_000), ClearAudio(), DtmfOut("1"), {"event": "mine"}):
        assert codec.encode(item) == []
    assert codec.flush() == []
    assert codec.goodbye() == []


@each
@pytest.mark.parametrize("message", ["", "{", "[]", "3", '"x"', "null", "[" * 100_000, "9" * 5_000])
def test_te01_what_cannot_be_read_is_a_clear_error_that_tells_nothing_of_it(
    vendor: Vendor, message: str
) -> None:
    codec = vendor.codec()
    with pytest.raises(MessageError, match=r"^\w+: a message is no JSON( object)?$") as told:
        codec.decode(message)
    assert told.value.vendor == codec.vendor
    data = vendor.encode(tone(0.02, vendor.rate).samples)
    (item,) = codec.decode(vendor.media(1, data))  # the next one can be
    assert isinstance(item, AudioFrame)


@each
def test_te01_a_message_that_is_too_long_is_refused(vendor: Vendor) -> None:
    codec = vendor.codec()
    with pytest.raises(MessageError, match="longer than"):
        codec.decode(json.dumps({"event": "x" * 2_000_000}))
    with pytest.raises(MessageError, match="longer than"):
        codec.decode(bytes(2_000_000))


@each
def test_an_interruption_clears_the_line_and_what_the_codec_holds(vendor: Vendor) -> None:
    codec = vendor.codec()
    codec.encode(tone(0.011, 24_000))  # less than a packet, and within the resampler's delay
    (clear,) = codec.encode(ClearAudio())
    assert told(clear) == vendor.clear
    assert codec.flush() == []


@marking
def test_what_was_played_is_known_by_the_lines_answers(vendor: Vendor) -> None:
    codec = vendor.codec()
    frames = [tone(0.1, vendor.rate, pts) for pts in (1.0, 1.1, 1.2)]
    names = [name for frame in frames for name in marks_of(codec.encode(frame))]
    assert len(names) == len(set(names))
    played = [item for name in names for item in codec.decode(answer(vendor, name))]
    assert all(isinstance(item, Played) for item in played)
    times = [item.pts for item in played if isinstance(item, Played)]
    assert times == sorted(times)
    assert times[-1] == pytest.approx(1.3)


@marking
def test_a_mark_stands_for_all_before_it_and_counts_once(vendor: Vendor) -> None:
    codec = vendor.codec()
    frames = tone(0.1, vendor.rate), tone(0.1, vendor.rate, 0.1)
    names = marks_of([message for frame in frames for message in codec.encode(frame)])
    (last,) = codec.decode(answer(vendor, names[-1]))
    assert isinstance(last, Played)
    assert last.pts == pytest.approx(0.2)
    assert [codec.decode(answer(vendor, name)) for name in names] == [[]] * len(names)
    assert codec.decode(answer(vendor, "no such mark")) == []


@marking
def test_marks_stand_behind_every_frame_and_within_long_ones(vendor: Vendor) -> None:
    codec = vendor.codec()
    assert len(marks_of(codec.encode(tone(0.1, vendor.rate)))) == 1
    names = marks_of(codec.encode(tone(1.0, vendor.rate, 0.1)))
    assert 5 <= len(names) <= 11
    (last,) = codec.decode(answer(vendor, names[-1]))
    assert isinstance(last, Played)
    assert last.pts == pytest.approx(1.1)


@marking
def test_marks_that_a_line_sends_back_for_what_was_dropped_do_not_count(vendor: Vendor) -> None:
    codec = vendor.codec()
    old = marks_of(codec.encode(tone(0.2, vendor.rate)))
    codec.encode(ClearAudio())
    new = marks_of(codec.encode(tone(0.2, vendor.rate, pts=5.0)))
    assert [codec.decode(answer(vendor, name)) for name in old] == [[]] * len(old)
    (last,) = codec.decode(answer(vendor, new[-1]))
    assert isinstance(last, Played)
    assert last.pts == pytest.approx(5.2)


@each
def test_a_line_without_marks_reports_nothing(vendor: Vendor) -> None:
    line: Any = vendor.line
    if vendor is not GENESYS:
        line = dataclasses.replace(line, marks=False)
    codec = dataclasses.replace(vendor, line=line).codec()
    messages = codec.encode(tone(0.2, vendor.rate))
    assert messages
    assert all(vendor.heard(message) is not None for message in messages)


@each
def test_the_tail_of_a_reply_is_sent_when_it_has_ended(vendor: Vendor) -> None:
    codec = vendor.codec()
    sent = [*codec.encode(tone(0.05, 48_000)), *codec.encode(ReplyEnded(1))]
    assert len(vendor.sound(sent)) >= 0.05 * vendor.rate
    assert codec.encode(ReplyEnded(1)) == []


@marking
def test_audio_after_a_pause_does_not_stick_to_what_came_before(vendor: Vendor) -> None:
    codec = vendor.codec()
    codec.encode(tone(0.11, 24_000))
    names = marks_of(codec.encode(tone(0.4, 24_000, pts=9.0)))
    played = [item for name in names for item in codec.decode(answer(vendor, name))]
    times = [item.pts for item in played if isinstance(item, Played)]
    assert times == sorted(times)
    assert max(time for time in times if time < 9.0) == pytest.approx(0.11, abs=0.001)
    assert times[-1] > 9.0


@each
def test_frames_may_change_their_rate(vendor: Vendor) -> None:
    codec = vendor.codec()
    sent = [
        *codec.encode(tone(0.1, 24_000)),
        *codec.encode(tone(0.1, vendor.rate, 0.1)),
        *codec.encode(tone(0.1, 48_000, 0.2)),
        *codec.flush(),
    ]
    assert len(vendor.sound(sent)) == pytest.approx(0.3 * vendor.rate, abs=0.06 * vendor.rate)


@each
def test_a_long_frame_is_sent_in_pieces(vendor: Vendor) -> None:
    codec = vendor.codec()
    messages = codec.encode(tone(2.0, vendor.rate))
    pieces = [data for message in messages if (data := vendor.heard(message)) is not None]
    assert max(len(vendor.decode(piece)) for piece in pieces) <= 0.2 * vendor.rate
    assert len(vendor.sound(messages)) == 2.0 * vendor.rate


@pytest.mark.parametrize("vendor", VENDORS[:5], ids=lambda vendor: vendor.name)
def test_a_call_begins_and_ends_once(vendor: Vendor) -> None:
    codec = vendor.line.codec()
    (began,) = [item for message in vendor.start for item in codec.decode(message)]
    assert isinstance(began, CallStarted)
    assert codec.call == began.call
    assert codec.decode(vendor.start[-1]) == []
    assert codec.decode('{"event": "stop"}') == [CallEnded("stop")]
    assert codec.decode('{"event": "stop"}') == []
    assert codec.encode(tone(1.0, 8_000)) == []


@each
def test_the_parameters_of_a_call_are_known(vendor: Vendor) -> None:
    call = vendor.codec().call
    assert call is not None
    assert call.vendor == vendor.line.vendor
    assert call.rate == vendor.rate
    assert call.stream
    assert call.call
    if vendor is not GENESYS:
        assert call.parameters["table"] == "4"
    hash(call)


@each
@pytest.mark.parametrize("digit", ["A", "", "12", None, 7.5, ["1"], {"digit": "1"}])
def test_keys_that_do_not_exist_give_nothing(vendor: Vendor, digit: Any) -> None:
    codec = vendor.codec()
    keyed = {"dtmf": {"digit": digit}, "digit": digit, "parameters": {"digit": digit}}
    for event in ("dtmf", "websocket:dtmf"):
        assert codec.decode(json.dumps({"event": event, "type": "dtmf", **keyed})) == []


def marks_of(messages: list[bytes | str]) -> list[str]:
    """The names of the marks among what a line is sent."""
    found: list[str] = []
    for message in messages:
        if isinstance(message, str):
            fields = told(message)
            holder = fields.get("mark") or fields.get("payload") or fields
            if fields.get("event") in ("mark", "checkpoint") or fields.get("action") == "notify":
                found.append(holder["name"])
    assert found
    return found


def answer(vendor: Vendor, name: str) -> str:
    """How the line tells that a mark was reached."""
    if vendor is PLIVO:
        return json.dumps({"event": "playedStream", "streamId": "PS1", "name": name})
    if vendor is VONAGE:
        return json.dumps({"event": "websocket:notify", "payload": {"name": name}})
    return json.dumps({"event": "mark", "mark": {"name": name}})
