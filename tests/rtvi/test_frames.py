"""TE08, RT03: the binary format of own socket clients, against the real runtime."""

from dataclasses import asdict, replace
from typing import Any

import pytest
from google.protobuf.message import DecodeError
from hypothesis import example, given
from hypothesis import strategies as st

from rxvoice.audio import pcm_to_bytes
from rxvoice.items import ClearAudio, Dtmf, Interrupt, ReplyStarted, Transcript
from rxvoice.rtvi import (
    BotLlmText,
    Client,
    Effects,
    Frame,
    FrameError,
    InterruptionFrame,
    MessageFrame,
    RawAudioFrame,
    Settings,
    TextFrame,
    TranscriptionFrame,
    decode_frame,
    encode_frame,
    observe,
    receive,
    receive_frame,
)
from rxvoice.rtvi._audio_in import AudioReader
from rxvoice.testing import tone

from . import protobuf_frames
from .said import answers, says

NAMES: dict[type[Any], str] = {
    TextFrame: "text",
    RawAudioFrame: "audio",
    TranscriptionFrame: "transcription",
    MessageFrame: "message",
    InterruptionFrame: "interruption",
}

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
numbers = st.integers(0, 2**64 - 1)
small = st.integers(0, 2**32 - 1)
frames: st.SearchStrategy[Frame] = st.one_of(
    st.builds(TextFrame, texts, numbers, texts),
    st.builds(
        RawAudioFrame, st.binary(max_size=300), small, small, st.none() | numbers, numbers, texts
    ),
    st.builds(TranscriptionFrame, texts, texts, texts, numbers, texts),
    st.builds(MessageFrame, texts),
    st.builds(InterruptionFrame, numbers, texts),
)


def theirs(frame: Frame) -> bytes:
    """Return a frame as the real runtime writes it."""
    fields = {name: value for name, value in asdict(frame).items() if value is not None}
    message = protobuf_frames.Frame()
    getattr(message, NAMES[type(frame)]).SetInParent()
    for name, value in fields.items():
        setattr(getattr(message, NAMES[type(frame)]), name, value)
    return message.SerializeToString(deterministic=True)


@given(frames)
def test_te08_a_frame_is_written_as_the_real_runtime_writes_it(frame: Frame) -> None:
    written = encode_frame(frame)
    assert written == theirs(frame)
    assert protobuf_frames.read(written) == (NAMES[type(frame)], asdict(frame))


@given(frames)
def test_te08_a_frame_that_was_written_is_read(frame: Frame) -> None:
    assert decode_frame(encode_frame(frame)) == frame
    assert decode_frame(memoryview(theirs(frame))) == frame


def varint(value: int) -> bytes:
    return bytes([value]) if value < 0x80 else bytes([value & 0x7F | 0x80]) + varint(value >> 7)


def tagged(field: int, kind: int, body: bytes) -> bytes:
    return varint(field << 3 | kind) + body


def held(field: int, body: bytes) -> bytes:
    return tagged(field, 2, varint(len(body)) + body)


bits = st.one_of(
    st.binary(max_size=12),
    st.builds(held, st.integers(1, 7), st.binary(max_size=20)),
    st.builds(tagged, st.integers(0, 7), st.integers(0, 7), st.binary(max_size=12)),
    frames.map(encode_frame),
)
nested = st.builds(held, st.integers(1, 6), st.lists(bits, max_size=4).map(b"".join))
wild = st.lists(st.one_of(bits, nested), max_size=5).map(b"".join)


@given(wild)
@example(b"")
@example(held(1, held(3, b"\xff")) + held(4, b""))  # a wrong text, taken back
@example(held(2, tagged(4, 0, varint(2**40 + 7))))  # cut to 32 bits
@example(held(2, tagged(1, 0, b"\xff" * 9 + b"\x01")))  # the greatest number
@example(held(2, tagged(1, 0, b"\xff" * 9 + b"\x7f")))  # more than that
@example(held(2, tagged(1, 0, b"\x80" * 10 + b"\x01")))  # too long
@example(b"\xa2\x80\x80\x80\x80\x00\x00")  # a tag that is too long
@example(b"\x22\x80\x80\x80\x80\x80\x00")  # a length that is
@example(b"\xa2\x80\x00\x80\x80\x00")  # tag and length longer than they need to be
@example(held(2, held(3, b"ab")) + held(2, tagged(4, 0, b"\x08")))  # put together
@example(held(2, held(3, b"ab")) + held(1, b"") + held(2, b""))  # the last counts
@example(held(1, held(1, b"\x08")))  # another kind than the field has
@example(tagged(9, 3, tagged(2, 0, b"\x01") + tagged(9, 4, b"")) + held(4, b""))  # a group
@example(tagged(9, 3, tagged(8, 4, b"")))
@example(tagged(9, 3, b"") * 200 + tagged(9, 4, b"") * 200 + held(4, b""))
@example(tagged(9, 1, b"12345678") + tagged(9, 5, b"1234") + held(4, b""))
def test_te08_whatever_comes_is_read_as_by_the_real_runtime_or_refused(data: bytes) -> None:
    try:
        expected = protobuf_frames.read(data)
    except DecodeError:
        expected = None
    if expected is None:
        with pytest.raises(FrameError):
            decode_frame(data)
    else:
        frame = decode_frame(data)
        assert (NAMES[type(frame)], asdict(frame)) == expected


AUDIO = held(2, held(3, b"ab") + tagged(4, 0, varint(8000)))


@given(st.lists(wild | frames.map(encode_frame), min_size=1, max_size=4))
@example([AUDIO, AUDIO, held(2, held(3, b"cd") + tagged(4, 0, varint(8000)))])
@example([AUDIO, held(2, held(3, b"ab") + tagged(4, 0, varint(8001))), AUDIO])
@example([AUDIO, held(2, held(3, b"ab") + tagged(1, 0, varint(8000)))])
@example([held(2, held(3, b"abc") + tagged(4, 0, varint(8000)))] * 2)
@example([held(2, held(3, b"ab") + tagged(4, 0, varint(8000)) + held(2, b"\xff"))])
@example([held(2, held(3, b"abcd") + tagged(4, 0, varint(2**32 + 8000)))])
@example([held(2, held(3, b"ab") + b"\xa2\x80\x80\x80\x80\x00\x00")])
@example([held(2, held(3, b"ab") + tagged(0, 0, b"\x01"))])
def test_te08_audio_is_read_in_short_as_it_is_at_length(sent: list[bytes]) -> None:
    reader = AudioReader()
    for data in sent:
        audio = reader.read(data, 1.0)
        if audio is not None:
            frame = decode_frame(data)
            assert isinstance(frame, RawAudioFrame)
            assert audio == frame.at(1.0)


def test_te08_audio_as_clients_send_it_is_read_in_short() -> None:
    sound, reader = replace(tone(0.02), pts=0.25), AudioReader()
    for frame in (sound, RawAudioFrame(pcm_to_bytes(sound.samples), sound.rate, 1, 7, 8, "audio")):
        for _ in range(2):
            assert reader.read(encode_frame(frame), 0.25) == sound
            assert reader.read(theirs(decode_frame(encode_frame(frame))), 0.25) == sound
    for other in (RawAudioFrame(b"", 8000), RawAudioFrame(b"abcd", 8000, 2), MessageFrame("")):
        assert reader.read(encode_frame(other), 0.25) is None


def test_te08_audio_and_its_end_are_written_as_items() -> None:
    frame = tone(0.02)
    written = protobuf_frames.read(encode_frame(frame))
    assert written is not None
    assert written[0] == "audio"
    assert written[1]["sample_rate"] == frame.rate
    assert written[1]["num_channels"] == 1
    read = decode_frame(encode_frame(frame))
    assert isinstance(read, RawAudioFrame)
    assert read.at(0.0) == frame
    assert encode_frame(frame) == theirs(read)
    assert decode_frame(encode_frame(ClearAudio(3))) == InterruptionFrame()


def test_te08_numbers_that_do_not_fit_are_refused() -> None:
    for frame in (RawAudioFrame(b"", 2**32), RawAudioFrame(b"", 8000, 1, -1), TextFrame("", 2**64)):
        with pytest.raises(FrameError, match="does not fit"):
            encode_frame(frame)
    with pytest.raises(FrameError, match="a Dtmf is no frame"):
        encode_frame(Dtmf("1"))  # pyright: ignore[reportArgumentType]


@pytest.mark.parametrize(
    "frame",
    [
        RawAudioFrame(b"abc", 16_000),
        RawAudioFrame(b"ab", 0),
        RawAudioFrame(b"ab", 2**31),
        RawAudioFrame(b"ab", 16_000, 2),
        RawAudioFrame(b"ab", 16_000, 2**31),
    ],
)
def test_te08_audio_that_is_none_is_refused(frame: RawAudioFrame) -> None:
    with pytest.raises(FrameError):
        frame.at(0.0)
    client, effects = receive_frame(Client(), encode_frame(frame))
    assert client == Client()
    assert [answer["type"] for answer in answers(effects)] == ["error"]


def test_te08_audio_comes_on_the_clients_clock() -> None:
    first = tone(0.5)
    client, effects = receive_frame(Client(), encode_frame(first))
    assert effects.inputs == (first,)
    _, effects = receive_frame(client, encode_frame(first))
    assert effects.inputs == (replace(first, pts=0.5),)
    assert receive_frame(Client(), encode_frame(RawAudioFrame(b"", 8000)))[1] == Effects()


def test_te08_what_was_recognised_elsewhere_is_a_transcript() -> None:
    said = TranscriptionFrame(" Hello. ", "Ann", "2026-01-01T00:00:00Z")
    _, effects = receive_frame(Client(), encode_frame(said))
    assert effects.inputs == (Transcript("Hello.", True, True, speaker="Ann"),)


def test_te08_an_interruption_of_the_client_stops_the_reply() -> None:
    replying = observe(Client(), ReplyStarted(1))[0]
    stop = encode_frame(InterruptionFrame())
    assert receive_frame(replying, stop)[1] == Effects(commands=(Interrupt(),))
    assert receive_frame(Client(), stop)[1] == Effects()


def test_te08_a_bare_text_is_refused_and_says_what_to_send() -> None:
    (answer,) = answers(receive_frame(Client(), encode_frame(TextFrame("Hi.")))[1])
    assert "send-text" in answer["data"]["error"]


def test_rt03_messages_of_the_protocol_travel_in_frames() -> None:
    message = BotLlmText(text="Hi.")
    assert decode_frame(encode_frame(message)) == MessageFrame(message.wire)
    for raw in (says("client-ready", {"version": "2.2.0"}), says("disconnect-bot"), "no JSON"):
        framed = receive_frame(Client(), encode_frame(MessageFrame(raw)), timestamp="now")
        assert framed == receive(Client(), raw, timestamp="now")


def test_te08_a_frame_that_is_too_large_is_not_even_read() -> None:
    settings = Settings(max_size=100)
    (answer,) = answers(receive_frame(Client(), b"\xff" * 101, settings=settings)[1])
    assert "too large, the limit is 100" in answer["data"]["error"]


def test_te08_a_frame_of_many_small_pieces_is_read_in_time() -> None:
    data = held(2, held(3, b"x" * 500_000)) + held(2, b"") * 250_000
    frame = decode_frame(data)
    assert isinstance(frame, RawAudioFrame)
    assert len(frame.audio) == 500_000


def _with_header(samples: bytes) -> bytes:
    form = (
        b"fmt " + (16).to_bytes(4, "little") + bytes([1, 0, 1, 0]) + (16_000).to_bytes(4, "little")
    )
    form += (32_000).to_bytes(4, "little") + bytes([2, 0, 16, 0])
    data = b"data" + len(samples).to_bytes(4, "little") + samples
    return b"RIFF" + (4 + len(form) + len(data)).to_bytes(4, "little") + b"WAVE" + form + data


def test_te08_pieces_that_come_as_wav_files_are_read_without_their_headers() -> None:
    samples = pcm_to_bytes(tone(0.02).samples)
    bare = encode_frame(RawAudioFrame(samples + bytes(44), 16_000))  # as long as one with a header
    filed = encode_frame(RawAudioFrame(_with_header(samples), 16_000))
    reader = AudioReader()
    for frame, heard in ((bare, samples + bytes(44)), (filed, samples), (filed, samples)):
        found = reader.read(frame, 0.0)
        assert found is not None
        assert pcm_to_bytes(found.samples) == heard
    found = reader.read(bare, 0.0)
    assert found is not None
    assert pcm_to_bytes(found.samples) == samples + bytes(44)
