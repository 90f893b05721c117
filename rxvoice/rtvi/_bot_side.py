"""What a client is told of the bot."""

from collections.abc import Iterable, Iterator
from typing import Any, TypeAlias

from rxvoice.audio import pcm_to_base64
from rxvoice.items import (
    AudioFrame,
    BotSpeechStarted,
    BotSpeechStopped,
    CompletionMark,
    ReplyEnded,
    ReplyStarted,
    ResponseEnded,
    ResponseStarted,
    Source,
    Sources,
    Token,
    Word,
)

from ._bot_messages import (
    BotAudioLevel,
    BotInterrupted,
    BotLlmMarker,
    BotLlmSearchResponse,
    BotLlmStarted,
    BotLlmStopped,
    BotLlmText,
    BotOutput,
    BotStartedSpeaking,
    BotStoppedSpeaking,
    BotTranscription,
    BotTtsStarted,
    BotTtsStopped,
    BotTtsText,
    LlmRawText,
    Progress,
    TtsRawText,
)
from ._measured import Levels
from ._messages import Outgoing
from ._options import Reports
from ._other_messages import EvalBotAudio
from ._segments import Output, Segments
from ._written import Written

OfBot: TypeAlias = (
    AudioFrame
    | BotSpeechStarted
    | BotSpeechStopped
    | CompletionMark
    | ReplyEnded
    | ReplyStarted
    | ResponseEnded
    | ResponseStarted
    | Sources
    | Token
    | Word
)


class BotSide:
    """Knows what the bot has written and what of it has been heard."""

    def __init__(self) -> None:
        self._levels = Levels()
        self._written = Written()
        self._segments = Segments()
        self._responding = False

    def take(self, event: OfBot, reports: Reports) -> Iterator[Outgoing]:
        """Return what the client is told of an event."""
        match event:
            case ResponseStarted():
                self._written = Written()
                self._responding = True
                yield BotLlmStarted()
            case Token():
                yield from self._wrote(event, reports)
            case ResponseEnded():
                yield from self._sentences(self._written.flush(), reports)
                yield from self._responded()
            case BotSpeechStarted():
                yield BotTtsStarted()
                yield BotStartedSpeaking()
                yield from self._outputs(self._segments.started(), reports)
            case Word() if event.spoken and event.text:
                yield from self._heard(event, reports)
            case BotSpeechStopped():
                yield from self._outputs(self._segments.stopped(), reports)
                yield BotTtsStopped()
                yield BotStoppedSpeaking()
            case ReplyEnded(interrupted=interrupted):
                if interrupted:
                    yield BotInterrupted()
                yield from self._responded()
                yield from self._outputs(self._segments.ended(interrupted=interrupted), reports)
                self._written = Written()
            case AudioFrame():
                yield from self._sounded(event, reports)
            case CompletionMark() if reports.markers:
                yield BotLlmMarker(text=event.marker, kind=event.completeness)
            case Sources() if event.sources:
                yield _found(event)
            case _:
                pass

    def _responded(self) -> Iterator[Outgoing]:
        if self._responding:
            self._responding = False
            yield BotLlmStopped()

    def _wrote(self, token: Token, reports: Reports) -> Iterator[Outgoing]:
        if reports.has_raw_text:
            yield LlmRawText(text=token.text)
        yield BotLlmText(text=token.text)
        yield from self._sentences(self._written.take(token), reports)

    def _sentences(
        self, sentences: Iterable[tuple[str, bool]], reports: Reports
    ) -> Iterator[Outgoing]:
        for text, spoken in sentences:
            yield from self._outputs(self._segments.write(text, spoken=spoken), reports)

    def _heard(self, word: Word, reports: Reports) -> Iterator[Outgoing]:
        if reports.is_legacy:
            yield _output(word.text, "word", spoken=True)
        if reports.has_raw_text:
            yield TtsRawText(text=word.text)
        yield BotTtsText(text=word.text)
        yield from self._outputs(self._segments.heard(word), reports)

    def _outputs(self, outputs: Iterable[Output], reports: Reports) -> Iterator[Outgoing]:
        for output in outputs:
            if not reports.is_legacy:
                yield _progress(output)
            elif output.status == "new":
                yield _output(output.text, "sentence", spoken=False)
            if output.first:
                yield BotTranscription(text=output.text)

    def _sounded(self, frame: AudioFrame, reports: Reports) -> Iterator[Outgoing]:
        if reports.bot_audio and len(frame.samples):
            yield EvalBotAudio(audio=pcm_to_base64(frame.samples), sampleRate=frame.rate)
        level = self._levels.take(frame, reports.level_every)
        if level is not None:
            yield BotAudioLevel(value=level)


def _output(text: str, kind: str, **more: Any) -> BotOutput:
    return BotOutput(text=text, output_type=kind, text_type=kind, aggregated_by=kind, **more)


def _progress(output: Output) -> BotOutput:
    progress = None
    if output.spoken:
        heard, rest = output.text[: output.at], output.text[output.at :]
        progress = Progress(accumulated_text=heard, remaining_text=rest)
    return _output(
        output.text,
        "sentence",
        segment_id=output.id,
        will_be_spoken=output.spoken,
        spoken_status=output.status,
        spoken_progress=progress,
    )


def _found(found: Sources) -> BotLlmSearchResponse:
    texts = [source.text for source in found.sources if source.text]
    origins = tuple(_origin(source) for source in found.sources)
    return BotLlmSearchResponse(search_result=" ".join(texts) or None, origins=origins)


def _origin(source: Source) -> dict[str, Any]:
    results: list[dict[str, Any]] = []
    if source.text:
        results.append({"text": source.text, "confidence": []})
    return {"site_uri": source.url, "site_title": source.title, "results": results}


__all__ = ["BotSide", "OfBot"]
