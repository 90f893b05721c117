"""Cartesia's speech over HTTP: as bytes, and as server-sent events."""

from base64 import b64encode
from typing import Any

from ._call import Call
from ._cartesia_request import format_of, timestamps, wrong_request
from ._clock import wait
from ._exchange import Json
from ._voice import ToneVoice, encoded, endless_wav_head


async def speak_bytes(call: Call, voice: ToneVoice) -> None:
    """Answer one request with audio."""
    fields = await _asked(call)
    if fields is None:
        return
    encoding, rate = format_of(fields)
    contained = fields["output_format"]["container"] == "wav"
    head = endless_wav_head(rate) if contained else b""
    async with call.stream("bytes", "audio/wav" if contained else "audio/pcm") as answer:
        for pause, piece in voice.timed(fields["transcript"], rate):
            await wait(pause)
            await answer.send(head + encoded(piece.samples, encoding))
            head = b""


async def speak_events(call: Call, voice: ToneVoice) -> None:
    """Answer one request with events, each named by its type."""
    fields = await _asked(call)
    if fields is None:
        return
    encoding, rate = format_of(fields)
    speech = voice.speak(fields["transcript"], rate)
    begin = 0.0
    common: dict[str, Any] = {"done": False, "status_code": 206}
    if "context_id" in fields:
        common["context_id"] = fields["context_id"]
    async with call.stream("named sse") as answer:
        for pause, piece in voice.timed(speech.text, rate):
            await wait(pause)
            data = b64encode(encoded(piece.samples, encoding)).decode()
            await answer.send({"type": "chunk", "data": data, "step_time": 1.0, **common})
            end = begin + piece.duration
            words = timestamps(speech, begin, end, 0.0)
            if fields.get("add_timestamps") and words["words"]:
                await answer.send({"type": "timestamps", "word_timestamps": words, **common})
            begin = end
        await answer.send({"type": "done", **common, "done": True})


async def _asked(call: Call) -> Json | None:
    """The request; None when it was refused."""
    try:
        fields = call.exchange.json
    except ValueError:
        await call.refuse(400, "The body is no JSON object.")
        return None
    wrong = wrong_request(fields, socket=False)
    if wrong is None and call.exchange.path == "/tts/sse":
        raw = fields["output_format"]["container"] == "raw"
        wrong = None if raw else "Events have raw audio."
    if wrong is not None:
        await call.refuse(400, wrong)
        return None
    return fields


__all__ = ["speak_bytes", "speak_events"]
