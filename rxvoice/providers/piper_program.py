"""A voice by Piper's own program, as a process on this machine."""

from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from reactivex import Observable

from rxvoice.aio import in_thread
from rxvoice.contracts import Spoken
from rxvoice.errors import ProviderError, ProviderTimeout
from rxvoice.items import AudioFrame, Sentence
from rxvoice.operators import by_sentence
from rxvoice.providers._keeping import Keeping
from rxvoice.providers._kept import Kept
from rxvoice.providers._piper_config import PiperConfig, read_config
from rxvoice.providers._program import Program, check_timeout, has_words, spoken, start
from rxvoice.providers._spare import Spare

_PROVIDER: Final = "piper"


def piper_program(
    voice: str | Path,
    *,
    config: str | Path | None = None,
    speaker: str | int | None = None,
    length_scale: float | None = None,
    noise_scale: float | None = None,
    noise_w: float | None = None,
    command: Sequence[str] = ("piper",),
    timeout: float = 30.0,
) -> "PiperProgram":
    """Return a voice by the program of Piper, without network, in the language of the voice.

    `rxvoice.providers.piper.piper` runs most voices by itself; this is for those that only Piper
    itself can speak, such as Chinese, Japanese and Hebrew ones, and for machines where it is
    installed anyway. Piper is under the GPL-3, so nothing of it is imported: the program that
    ``pip install piper-tts`` brings, in an environment of its own if you like, runs as a process.
    Any program does that takes ``--model FILE --config FILE --output_raw``, reads lines from its
    input and writes 16-bit samples, such as the older ``piper`` in C++. Linux and macOS.

    The program does not tell where the sound of a line ends but by ending itself. So each sentence
    has a process of its own, which is killed on unsubscribing, and within a session, or a block
    that entered this (``async with``), the next one is started as soon as a sentence is heard and
    has loaded the voice when it is needed. One such spare process waits until the session ends; it
    holds the voice in memory and does nothing else.

    Each sentence gives audio at the voice's own rate in frames of at most 0.1 s; its words are
    spread over it. Text without a letter or digit gives nothing. ``[[…]]`` in a text are phonemes.

    Args:
        voice: The voice's file, ``….onnx``.
        config: The file that describes it; ``….onnx.json`` beside it unless given.
        speaker: Name or number, of a voice that has several.
        length_scale: How slow, 1 for as usual; the voice's own value unless given.
        noise_scale: How much the sound varies; the voice's own value unless given.
        noise_w: How much the length of sounds varies; the voice's own value unless given.
        command: The program, and arguments that come first, such as
            ``("python3", "-m", "piper")``.
        timeout: Seconds without a sound after which a sentence has failed, loading the voice
            included; infinite for none.

    Returns:
        The synthesizer; its ``speak`` takes a single sentence. Speaking fails with a fatal
        `rxvoice.errors.ProviderError` when the program or a file is missing, or when the voice has
        no such speaker.

    Raises:
        ValueError: When a number is out of range or ``command`` is empty.
    """
    scales = {"length_scale": length_scale, "noise_scale": noise_scale, "noise_w": noise_w}
    for name, value in scales.items():
        if value is not None and not 0.0 <= value <= 10.0:
            raise ValueError(f"{name} must be from 0 to 10, got {value}")
    if length_scale == 0.0:
        raise ValueError("length_scale must be above 0")
    if isinstance(command, str) or not command or not command[0]:
        raise ValueError(f"command must be a program and its arguments, got {command!r}")
    check_timeout(timeout)
    file = Path(voice)
    beside = file.with_name(f"{file.name}.json") if config is None else Path(config)
    options = [(f"--{name}", str(value)) for name, value in scales.items() if value is not None]
    arguments = tuple(argument for option in options for argument in option)
    return PiperProgram(file, beside, speaker, tuple(command), arguments, timeout)


@dataclass(frozen=True, slots=True)
class PiperProgram(Keeping):
    """What `piper_program` returns: an `rxvoice.contracts.Synthesizer` that can be prepared.

    Attributes:
        voice: The voice's file.
        config: The file that describes it.
        speaker: Name or number, of a voice that has several.
        command: The program, with its first arguments.
        options: More arguments.
        timeout: Seconds without a sound after which a sentence has failed.
    """

    voice: Path
    config: Path
    speaker: str | int | None
    command: tuple[str, ...]
    options: tuple[str, ...]
    timeout: float
    _kept: Kept[Spare] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        kept = Kept(lambda: Spare(self._start), Spare.aclose, name=_PROVIDER)
        object.__setattr__(self, "_kept", kept)

    def __call__(self, sentences: Observable[Sentence], /) -> Observable[Spoken]:
        """Speak a stream of sentences."""
        return by_sentence(self.speak, name=_PROVIDER)(sentences)

    async def speak(self, text: str, /) -> AsyncGenerator[AudioFrame]:
        """Speak one sentence: an `rxvoice.contracts.Speak`.

        Raises:
            ProviderError: When it cannot be spoken.
        """
        if not has_words(text):
            return
        rate = (await self._read()).rate
        async with self._kept.opened() as spare:
            heard = is_new = False
            while not (heard or is_new):
                program, is_new = await spare.take()
                said = spoken(program, text, provider=_PROVIDER, rate=rate, patience=self.timeout)
                try:
                    async with aclosing(said) as frames:
                        async for frame in frames:
                            yield frame
                            if not heard and self._kept.holds(spare):
                                await spare.refill()
                            heard = True
                except ProviderError as error:  # one that has waited may have died meanwhile
                    if heard or is_new or isinstance(error, ProviderTimeout):
                        raise

    async def prepare(self) -> None:
        """Have it say a word; within a session, a process waits for the first sentence then.

        Raises:
            ProviderError: When the program or a file is missing or cannot be used.
        """
        async with aclosing(self.speak("Hello")) as frames:
            async for _ in frames:
                pass

    async def prewarm(self) -> None:
        """Start the process that will speak the next sentence, where it will be kept."""
        async with self._kept.opened() as spare:
            if self._kept.holds(spare):
                await spare.refill()

    def _connections(self) -> Kept[Any]:
        return self._kept

    async def _read(self) -> PiperConfig:
        return await in_thread(read_config, self.voice, self.config, name="read the voice")

    async def _start(self) -> Program:
        """Start a process."""
        chosen: tuple[str, ...] = ()
        if self.speaker is not None:
            chosen = ("--speaker", str((await self._read()).number(self.speaker)))
        files = ("--model", str(self.voice), "--config", str(self.config))
        command = (*self.command, *files, "--output_raw", *chosen, *self.options)
        return await start(command, provider=_PROVIDER)


__all__ = ["PiperProgram", "piper_program"]
