"""ElevenLabs' speech over HTTP."""

from ._call import Call
from ._clock import wait
from ._elevenlabs_shapes import format_of, timed_object
from ._voice import ToneVoice, encoded


async def speak(call: Call, voice: ToneVoice, *, whole: bool, timed: bool) -> None:
    """Answer one request with speech.

    Args:
        call: The request.
        voice: How it is spoken.
        whole: Whether the answer is one message, and comes when all is made.
        timed: Whether the answer is JSON with the characters' times.
    """
    found = format_of(call.exchange.query)
    assert found is not None
    encoding, rate = found
    text = str(call.exchange.json.get("text", ""))
    pieces = list(voice.timed(text, rate))
    if whole:
        await wait(sum(pause for pause, _ in pieces))
        pieces = [(0.0, voice.speak(text, rate))]
    headers = {"character-cost": str(len(text))}
    if timed and whole:
        await call.json(timed_object(pieces[0][1], encoding, 0.0), headers=headers)
        return
    how, kind = ("lines", "application/json") if timed else ("bytes", "application/octet-stream")
    offset = 0.0
    async with call.stream(how, kind, headers=headers) as answer:
        for pause, piece in pieces:
            await wait(pause)
            if timed:
                await answer.send(timed_object(piece, encoding, offset))
            else:
                await answer.send(encoded(piece.samples, encoding))
            offset += piece.duration


__all__ = ["speak"]
