"""What Soniox's ``/transcribe-websocket`` says: pieces of words."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from rxvoice.errors import ProviderRejected
from rxvoice.items import Transcript, Translation, Word
from rxvoice.providers._ear import EarEvent, Finalized
from rxvoice.providers._loose import fields, text
from rxvoice.providers._websocket import Received

NAME: Final = "soniox"

_ENOUGH: Final = 5.0
"""Seconds of final tokens after which a sentence's end makes a transcript of them."""

_ENDS: Final = (".", "?", "!", "。", "？", "！", "؟", "।")

Token = Mapping[str, Any]


class TokenReader:
    """Reads what ``/transcribe-websocket`` says.

    Each message has the tokens that have become final, once, and those that are not, all of them.
    What was final stays until the end of the utterance is told, or of a sentence after a while.
    """

    def __init__(self) -> None:
        self._heard: list[Token] = []
        self._translated: list[Token] = []

    def read(self, message: Received, /) -> Iterator[EarEvent]:
        """Return what a message means."""
        told = fields(message)
        if "error_code" in told:
            raise error_of(told)
        if "tokens" not in told:
            return
        interim: list[Token] = []
        new = False
        for token in told["tokens"]:
            content, final = token["text"], token["is_final"] is True
            if final and content in ("<end>", "<fin>"):
                yield from self._rest(told, finalized=content == "<fin>")
                new = False
            elif token.get("translation_status") == "translation":
                if final:
                    self._translated.append(token)
            elif final:
                self._heard.append(token)
                new = True
            else:
                interim.append(token)
        if told.get("finished") is True or (new and self._is_enough()):
            yield from self._rest(told, finalized=False)
        elif new or interim:
            yield from _transcript([*self._heard, *interim], told)

    def _is_enough(self) -> bool:
        first, last = self._heard[0], self._heard[-1]
        long = (last["end_ms"] - first["start_ms"]) / 1000.0 >= _ENOUGH
        return long and last["text"].rstrip().endswith(_ENDS)

    def _rest(self, told: Token, *, finalized: bool) -> Iterator[EarEvent]:
        """What was final, as a transcript, and what it means in another language."""
        heard, self._heard = self._heard, []
        translated, self._translated = self._translated, []
        spoken = list(_transcript(heard, told, is_final=True, is_finalized=finalized))
        yield from spoken
        yield from _translation(translated, heard)
        if finalized and not spoken:
            yield Finalized()


def error_of(told: Token) -> ProviderRejected:
    """Return the error that a message tells of."""
    code = told.get("error_code")
    kind = text(told.get("error_type"))
    return ProviderRejected(
        f"the server tells of an error: {kind or code}",
        provider=NAME,
        status=code if isinstance(code, int) else 500,
        code=kind,
    )


def _transcript(
    tokens: Sequence[Token], told: Token, *, is_final: bool = False, is_finalized: bool = False
) -> Iterator[Transcript]:
    content = "".join(token["text"] for token in tokens).strip()
    if content:
        words = tuple(_words(tokens))
        languages = [name for token in tokens if (name := text(token.get("language")))]
        speakers = [name for token in tokens if (name := text(token.get("speaker")))]
        yield Transcript(
            content,
            is_final=is_final,
            is_finalized=is_finalized,
            language=max(languages, key=languages.count, default=None),
            words=words,
            speaker=max(speakers, key=speakers.count, default=None),
            pts=words[0].pts,
            end=words[-1].end,
            raw=told,
        )


def _words(tokens: Sequence[Token]) -> Iterator[Word]:
    """Words: a blank begins one."""
    content, start, end = "", 0.0, 0.0
    for token in tokens:
        if token["text"][:1].isspace() and content.strip():
            yield Word(content.strip(), start, end)
            content = ""
        if not content.strip():
            start = token["start_ms"] / 1000.0
        content, end = content + token["text"], token["end_ms"] / 1000.0
    if content.strip():
        yield Word(content.strip(), start, end)


def _translation(tokens: Sequence[Token], heard: Sequence[Token]) -> Iterator[Translation]:
    content = "".join(token["text"] for token in tokens).strip()
    if content:
        last = tokens[-1]
        yield Translation(
            content,
            last["language"],
            source_language=text(last.get("source_language")) or None,
            pts=heard[0]["start_ms"] / 1000.0 if heard else 0.0,
            end=heard[-1]["end_ms"] / 1000.0 if heard else 0.0,
            speaker=text(last.get("speaker")) or None,
        )


__all__ = ["NAME", "TokenReader", "error_of"]
