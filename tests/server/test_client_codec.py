"""Audio and messages on the websocket of a client."""

import tracemalloc

import pytest

from rxvoice.items import AudioFrame, ClearAudio, ReplyEnded
from rxvoice.rtvi import BotReady, ClientLane, RawAudioFrame, decode_frame
from rxvoice.server._client_codec import RATE, REMEMBERED, ClientCodec
from rxvoice.testing import frames, tone


def _sounds(messages: list[str | bytes]) -> list[RawAudioFrame]:
    read = [decode_frame(message) for message in messages if isinstance(message, bytes)]
    return [frame for frame in read if isinstance(frame, RawAudioFrame)]


@pytest.mark.parametrize("rate", [8_000, 16_000, 22_050, 24_000, 48_000])
def test_clients_that_play_all_audio_at_one_rate_are_given_that(rate: int) -> None:
    codec = ClientCodec(ClientLane())
    codec.decode(b"")
    sent = [one for frame in frames(tone(1.0, rate)) for one in codec.encode(frame)]
    sent += codec.flush()
    sounds = _sounds(sent)
    assert {frame.sample_rate for frame in sounds} == {RATE}
    assert sum(len(frame.audio) for frame in sounds) / 2 / RATE == pytest.approx(1.0, abs=0.001)
    assert codec.heard_at(0.5) == pytest.approx(0.5, abs=0.03)
    assert codec.heard_at(2.0) == pytest.approx(1.0, abs=0.001)


def test_tr06_a_client_that_never_tells_what_it_has_played_fills_no_memory() -> None:
    codec = ClientCodec(ClientLane())
    codec.decode(b"")
    packet = tone(0.02, RATE).samples

    def say(first: int, count: int) -> None:
        for number in range(first, first + count):
            codec.encode(AudioFrame(packet, RATE, number * 0.02))

    tracemalloc.start()
    say(0, REMEMBERED)
    before, _ = tracemalloc.get_traced_memory()
    say(REMEMBERED, 4_000)
    after, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert after - before < 100_000
    end = (REMEMBERED + 4_000) * 0.02
    assert codec.heard_at(end - 1.0) == pytest.approx(end - 1.0)  # in spite of what was forgotten


def test_what_is_held_back_is_forgotten_when_the_bot_is_interrupted() -> None:
    codec = ClientCodec(ClientLane())
    codec.decode(b"")
    for frame in frames(tone(0.1, 16_000)):
        codec.encode(frame)
    assert len(list(codec.encode(ClearAudio()))) == 1
    assert codec.flush() == []


def test_nothing_is_said_to_a_client_whose_language_is_not_known_yet() -> None:
    codec = ClientCodec(ClientLane())
    assert not codec.ready
    codec.decode("{}")
    assert codec.ready
    ready = BotReady(id="1", version="2.2.0")
    assert codec.encode(ready) == [ready.wire]
    assert codec.encode(AudioFrame(tone(0.02).samples, 16_000, 0.0)) == []
    assert codec.encode(ReplyEnded(1)) == []
