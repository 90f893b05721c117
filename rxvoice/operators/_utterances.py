"""`utterances`."""

from collections.abc import AsyncIterator

from reactivex import Observable

from rxvoice.aio import Pulled, lift
from rxvoice.contracts import Heard, Recognise, Transcriber
from rxvoice.items import AudioFrame, Fault, SpeechStarted, SpeechStopped, Transcript
from rxvoice.operators._audio_span import AudioSpan

CAPACITY = 4096


def utterances(
    recognise: Recognise,
    /,
    *,
    prefix_padding: float = 1.0,
    interim_every: float | None = None,
    rate: int = 16_000,
    max_duration: float = 30.0,
    name: str = "stt",
) -> Transcriber:
    """Make a transcriber of a function that recognises whole utterances.

    An utterance lasts from ``prefix_padding`` before `SpeechStarted` to `SpeechStopped`. Each gives
    one transcript that is final and finalised, in order; its text is blank when nothing was said,
    so that who waits for a transcript knows. One that lasts longer than ``max_duration`` is
    recognised in pieces. A function that raises gives a `Fault` and, so that nobody waits, a blank
    transcript. When the source completes during speech, what was heard is still recognised.

    Args:
        recognise: Called for one utterance at a time.
        prefix_padding: Seconds before `SpeechStarted` that belong to it (Pipecat's value).
        interim_every: Seconds of new audio after which what was heard so far is recognised for an
            interim transcript; ``None`` for none. It is skipped while other work waits.
        rate: Samples a second that the function wants.
        max_duration: Seconds.
        name: Source of the faults.

    Returns:
        The transcriber.

    Raises:
        ValueError: When an argument is out of range.
    """
    if prefix_padding < 0.0:
        raise ValueError(f"prefix_padding must not be negative, got {prefix_padding}")
    if interim_every is not None and interim_every <= 0.0:
        raise ValueError(f"interim_every must be positive, got {interim_every}")
    if max_duration <= 0.0:
        raise ValueError(f"max_duration must be positive, got {max_duration}")

    async def heard(items: Pulled[Heard]) -> AsyncIterator[Transcript | Fault]:
        span = AudioSpan(rate)
        speaking = False
        shown = 0.0

        async def final(end: float) -> AsyncIterator[Transcript | Fault]:
            audio = span.audio()
            try:
                found = await recognise(audio)
                yield Transcript(
                    found.text,
                    is_final=True,
                    is_finalized=True,
                    language=found.language,
                    words=found.words,
                    speaker=found.speaker,
                    pts=audio.pts,
                    end=end,
                    raw=found.raw,
                )
            except Exception as error:
                yield Fault(name, f"recognition failed: {error}", cause=error)
                yield Transcript("", is_final=True, is_finalized=True, pts=audio.pts, end=end)

        async for item in items:
            match item:
                case SpeechStarted(pts=pts):
                    speaking = True
                    span.forget_before(pts - prefix_padding)
                    shown = pts
                case SpeechStopped():
                    if speaking:
                        async for result in final(item.speech_pts):
                            yield result
                    speaking = False
                    span.clear()
                case AudioFrame():
                    span.add(item)
                    if not speaking:
                        span.forget_before(item.end - prefix_padding)
                        continue
                    if span.duration >= max_duration:
                        async for result in final(item.end):
                            yield result
                        span.clear()
                    elif (
                        interim_every is not None
                        and item.end >= shown + interim_every
                        and not len(items)
                    ):
                        shown = item.end
                        audio = span.audio()
                        try:
                            found = await recognise(audio)
                        except Exception as error:
                            yield Fault(name, f"recognition failed: {error}", cause=error)
                            continue
                        if found.text:
                            yield Transcript(
                                found.text,
                                is_final=False,
                                language=found.language,
                                pts=audio.pts,
                                end=item.end,
                            )
        if speaking and span.duration:
            async for result in final(span.end):
                yield result

    lifted = lift(heard, capacity=CAPACITY, policy="drop_oldest", name=name)

    def transcribed(source: Observable[Heard]) -> Observable[Transcript | Fault]:
        return lifted(source)

    return transcribed
