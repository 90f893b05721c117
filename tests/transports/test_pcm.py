"""Bare samples in binary messages, with headers and in packets of a fixed size."""

import io
import wave

import numpy as np
import pytest
import reactivex as rx
from hypothesis import given
from hypothesis import strategies as st

from rxvoice import AudioFrame, ClearAudio, Session
from rxvoice.items import BotSpeechStopped, MessageReceived, ReplyEnded, SendMessage
from rxvoice.transports import PcmCodec, Wire
from tests.transports.ends import RATE, FarEnd, held, pcm, tone


def test_tr06_each_message_can_be_a_wav_file_of_its_own() -> None:
    codec = PcmCodec(RATE, out_rate=24_000, wav_header=True)
    (message,) = codec.encode(AudioFrame(np.arange(480, dtype=np.int16), 24_000))
    assert isinstance(message, bytes)
    with wave.open(io.BytesIO(message)) as file:
        assert file.getparams()[:4] == (1, 2, 24_000, 480)
        samples = np.frombuffer(file.readframes(480), "<i2")
    assert samples.tolist() == [*range(480)]


@given(st.lists(st.sampled_from([0.001, 0.013, 0.02, 0.2])), st.sampled_from([0.02, 0.04, 0.1]))
def test_tr06_packets_have_a_fixed_size_and_hold_all_that_was_said(
    lengths: list[float], packet: float
) -> None:
    codec = PcmCodec(RATE, packet=packet)
    messages: list[Wire] = []
    end = 0.0
    for length in lengths:
        frame = tone(length, pts=end)
        messages += codec.encode(frame)
        end = frame.end
    messages += codec.flush()
    assert {len(message) for message in messages} <= {round(packet * RATE) * 2}
    samples = np.frombuffer(b"".join(m for m in messages if isinstance(m, bytes)), "<i2")
    said = sum(round(length * RATE) for length in lengths)
    assert np.all(samples[:said] == 1000)
    assert not np.any(samples[said:])
    assert len(samples) - said < packet * RATE


@pytest.mark.parametrize("end", [BotSpeechStopped(1), ReplyEnded(1)])
def test_tr06_the_last_packet_is_filled_up_with_silence(end: object) -> None:
    codec = PcmCodec(RATE, packet=0.1)
    assert not codec.encode(tone(0.05))
    (message,) = codec.encode(end)
    assert message == pcm(0.05) + bytes(1600)
    assert not codec.encode(end)


def test_tr02_a_clear_drops_the_partial_packet_and_what_a_resampler_holds() -> None:
    codec = PcmCodec(RATE, out_rate=8_000, packet=0.1)
    codec.encode(tone(0.25))
    assert codec.encode(ClearAudio()) == ['{"type": "clear"}']
    assert not codec.flush()


def test_tr06_a_server_sends_packets_of_a_fixed_size_at_the_pace_of_playback() -> None:
    async def call(far_end: FarEnd, session: Session) -> None:
        codec = PcmCodec(RATE, out_rate=8_000, packet=0.04, wav_header=True)
        line = far_end.transport(codec, packet=0.04)
        await line.outgoing(rx.of(tone(1.0)), session)

    times, messages = zip(*held(call).sent, strict=True)
    assert {len(message) for message in messages} == {44 + 640}
    assert all(abs(np.diff(times)[1:] - 0.04) < 0.021)
    assert times[-1] == pytest.approx(1.0, abs=0.05)


def test_messages_are_texts_and_objects() -> None:
    codec = PcmCodec()
    assert codec.encode(SendMessage("tëxt")) == ["tëxt"]
    assert codec.encode(SendMessage({"a": "ë"})) == ['{"a": "ë"}']
    assert codec.decode("tëxt") == [MessageReceived("tëxt")]
    assert codec.decode(b"") == []
    assert codec.goodbye() == []
    assert codec.ready


@pytest.mark.parametrize(
    ("name", "value"), [("rate", 0), ("out_rate", 1_000_000), ("packet", 0.0), ("packet", 2.0)]
)
def test_options_that_make_no_sense_are_refused(name: str, value: float) -> None:
    with pytest.raises(ValueError, match=name):
        PcmCodec(**{name: value})  # type: ignore[arg-type]
