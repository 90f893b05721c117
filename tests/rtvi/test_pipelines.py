"""Clients that are servers of others: pipelines of Pipecat, and what else speaks both sides."""

import io
import json
import wave
from typing import Any

import numpy as np
import pytest

from rxvoice.items import AudioFrame
from rxvoice.rtvi import Client, Effects, RawAudioFrame, encode_frame, receive, receive_frame

from .said import says


@pytest.mark.parametrize("kind", ["error", "error-response", "server-response"])
@pytest.mark.parametrize("more", [{}, {"id": "7"}, {"id": "7", "data": {"error": "Oh."}}])
def test_rt10_what_is_an_answer_is_not_answered(kind: str, more: dict[str, Any]) -> None:
    """A client that is somebody's server complains of complaints, and neither would cease."""
    message = json.dumps({"label": "rtvi-ai", "type": kind, **more})
    assert receive(Client(), message) == (Client(), Effects())


def test_rt10_no_complaint_of_ours_is_answered_when_it_comes_back() -> None:
    complaints = [
        *receive(Client(), "no JSON")[1].answers,
        *receive(Client(), says("nonsense"))[1].answers,
        *receive_frame(Client(), b"\xff")[1].answers,
    ]
    assert len(complaints) == 3
    assert all(receive(Client(), each.wire)[1] == Effects() for each in complaints)


@pytest.mark.parametrize("extra", [b"", b"LIST\x03\0\0\0abc\0"])
def test_te08_a_client_may_send_each_piece_as_a_wav_file(extra: bytes) -> None:
    buffer = io.BytesIO()
    with wave.open(buffer, "wb") as file:
        file.setparams((1, 2, 16_000, 0, "NONE", ""))
        file.writeframes(b"\1\0\2\0\3\0")
    piece = buffer.getvalue()
    piece = piece[:12] + extra + piece[12:]
    frame = encode_frame(RawAudioFrame(piece, 16_000))
    (audio,) = receive_frame(Client(), frame)[1].inputs
    assert audio == AudioFrame(np.array([1, 2, 3], np.int16), 16_000, 0.0)


@pytest.mark.parametrize("piece", [b"RIFF", b"RIFF\0\0\0\0WAVE", b"RIFF\0\0\0\0WAVE" + bytes(400)])
def test_te08_what_only_begins_like_a_wav_file_is_audio(piece: bytes) -> None:
    assert len(RawAudioFrame(piece, 16_000).at(0.0).samples) == len(piece) // 2
