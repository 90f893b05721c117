"""Speechmatics' speech over HTTP."""

from ._call import Call
from ._clock import wait
from ._voice import ToneVoice, encoded, endless_wav_head

_RATE = 16_000


async def generate(call: Call, voice: ToneVoice) -> None:
    """Answer one request with audio, in pieces with an odd number of bytes."""
    try:
        body = call.exchange.json
    except ValueError:
        body = {}
    text = body.get("text")
    kind = call.exchange.query.get("output_format", "wav_16000")
    if not isinstance(text, str) or set(body) != {"text"}:
        await call.refuse(400, "text is required")
        return
    if kind not in ("wav_16000", "pcm_16000"):
        await call.refuse(400, "output_format must be wav_16000 or pcm_16000")
        return
    contained = kind == "wav_16000"
    async with call.stream("bytes", "audio/wav" if contained else "audio/pcm") as answer:
        rest = endless_wav_head(_RATE) if contained else b""
        for pause, piece in voice.timed(text, _RATE):
            await wait(pause)
            rest += encoded(piece.samples, "pcm")
            size = len(rest) - 1 + len(rest) % 2
            await answer.send(rest[:size])
            rest = rest[size:]
        if rest:
            await answer.send(rest)


__all__ = ["generate"]
