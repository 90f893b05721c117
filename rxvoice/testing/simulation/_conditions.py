"""`Conditions`."""

from collections.abc import Mapping
from dataclasses import dataclass, fields

from rxvoice.testing.simulation._chance import (
    check_not_negative,
    check_positive,
    check_probability,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Conditions:
    """How the providers of simulated calls behave.

    Times are medians of lognormal distributions with the spread ``spread``; probabilities count
    for each response, reply or transcript. The defaults are the order of magnitude that hosted
    services have on a good day, and assumptions of rxvoice: measure yours (`rxvoice demo` and
    `rxvoice.reports.latencies` do) and put in their numbers.

    Attributes:
        name: Told in reports.
        ttft: Seconds to the language model's first token.
        tokens: Tokens a second from there on; a token is a word here.
        ttfb: Seconds from the first sentence to the voice's first audio.
        recognition: Seconds from the end of a word, or of speech, to its transcript.
        spread: Standard deviation of the logarithm of these times.
        words: How many words an answer of the default model has, at least and at most.
        llm_fails: Probability that the model fails instead of answering.
        llm_hangs: Probability that it never answers.
        llm_late: Probability that it answers ``lateness`` later.
        lateness: Seconds.
        tts_fails: Probability that the voice fails in a reply.
        stt_mishears: Probability that a final transcript has a wrong word.
        stt_blank: Probability that a final transcript is blank though words were said.
        stt_silent: Probability that a final transcript never comes.
        stt_fails: Probability that the recogniser fails instead of giving a final transcript.
        min_speech: Seconds of sound that make speech, see `rxvoice.operators.vad_gate`; only for
            calls without audio, where nothing else detects it.
        min_silence: Seconds of silence that end it, likewise.

    Raises:
        ValueError: When an argument is out of range.
    """

    name: str = "usual"
    ttft: float = 0.4
    tokens: float = 50.0
    ttfb: float = 0.15
    recognition: float = 0.25
    spread: float = 0.3
    words: tuple[int, int] = (5, 30)
    llm_fails: float = 0.0
    llm_hangs: float = 0.0
    llm_late: float = 0.0
    lateness: float = 3.0
    tts_fails: float = 0.0
    stt_mishears: float = 0.0
    stt_blank: float = 0.0
    stt_silent: float = 0.0
    stt_fails: float = 0.0
    min_speech: float = 0.2
    min_silence: float = 0.2

    def __post_init__(self) -> None:
        check_positive("tokens", self.tokens)
        if not 1 <= self.words[0] <= self.words[1]:
            raise ValueError(f"words must be a range such as (5, 30), got {self.words}")
        times = ("ttft", "ttfb", "recognition", "spread", "lateness", "min_speech", "min_silence")
        for name in times:
            check_not_negative(name, getattr(self, name))
        for field in fields(self):
            if field.name.startswith(("llm_", "tts_", "stt_")):
                check_probability(field.name, getattr(self, field.name))


_ALL = (
    Conditions(),
    Conditions(name="ideal", ttft=0.1, tokens=200.0, ttfb=0.05, recognition=0.1, spread=0.0),
    Conditions(
        name="slow", ttft=1.2, tokens=15.0, ttfb=0.5, recognition=0.7, spread=0.5, llm_late=0.05
    ),
    Conditions(
        name="troubled",
        spread=0.6,
        llm_fails=0.05,
        llm_hangs=0.02,
        llm_late=0.1,
        tts_fails=0.05,
        stt_mishears=0.2,
        stt_blank=0.03,
        stt_silent=0.02,
        stt_fails=0.02,
    ),
)

CONDITIONS: Mapping[str, Conditions] = {conditions.name: conditions for conditions in _ALL}
"""Conditions by name.

============ ===================================================================================
``usual``    hosted services on a good day: the default
``ideal``    short times that do not vary
``slow``     long times that vary much
``troubled`` everything fails now and then
============ ===================================================================================
"""
