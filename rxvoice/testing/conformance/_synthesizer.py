"""`check_synthesizer`."""

from collections.abc import Sequence
from typing import Any, Final, get_args

from rxvoice.contracts import Spoken as Voiced
from rxvoice.contracts import Synthesizer
from rxvoice.items import Sentence

from ._cuts import cut_everywhere
from ._examination import Examination, Settings, usable
from ._failing import judge_failing, judge_source_fails
from ._operator import (
    Provider,
    after_interruption,
    failing_source,
    together,
    twice,
    unused,
    whole,
)
from ._report import Report
from ._speech import plain
from ._spoken import Spoken, frames_of
from ._trial import Make, Trial

SENTENCES: Final = ("Hello there.", "How are you today?", "Good bye!")
_MUTE: Final = ("", "  ", "…", "?!", "😊")
_PAUSE: Final = 20.0

POINTS: Final = usable(
    {
        "speaks": "all text is spoken, in order",
        "completes": "it completes once its source has and the last sentence was spoken",
        "no faults": "plain text gives neither a Fault nor an error",
        "frames": "frames hold samples, not only silence, and all have one rate",
        "times": "pts counts from 0, the first sample of the reply, and each frame begins where "
        "the one before ends, over all sentences",
        "words": "words never go backwards and lie within the audio",
        "words come first": "each word comes before the audio that it starts in",
        "speaks at once": "a sentence is spoken when it comes, without waiting for the next one "
        "or for the end of the text",
        "long pause": "a sentence that comes 20 s after the one before goes on as if there had "
        "been no pause",
        "empty sentences": "text without a word (blank, marks, emoji) does no harm",
        "empty source": "a source that completes at once gives completion, and nothing to hear",
        "source fails": "when its source fails the stream fails, or tells it by a Fault",
        "cold": "each subscription starts anew",
        "independent": "two subscriptions at once know nothing of each other",
        "after interruption": "who is unsubscribed midway and subscribed anew says nothing of what "
        "was before, and its times count from 0 again",
        "failure": "a service that cannot be used gives an error or a Fault, and never hangs",
    }
)


def check_synthesizer(
    make: Make[Synthesizer],
    /,
    *,
    sentences: Sequence[str] = SENTENCES,
    words: bool = True,
    failing: Make[Synthesizer] | None = None,
    real_io: bool = True,
    patience: float = 30.0,
) -> Report:
    """Check that a voice keeps `rxvoice.contracts.Synthesizer`.

    Args:
        make: Makes the voice.
        sentences: What it is asked to say: three sentences at least, with words of which each is
            spoken as it is written.
        words: Whether it tells when each word is spoken.
        failing: Makes one whose service cannot be reached or refuses.
        real_io: Whether it uses sockets or threads of its own; without, the check is quicker.
        patience: Virtual seconds that an answer may take.

    Returns:
        What was looked at, and what was skipped.

    Raises:
        ConformanceError: With all points that failed.
        ValueError: When an argument makes no sense.
    """
    __tracebackhide__ = True
    return check_voice("check_synthesizer", make, sentences, words, failing, real_io, patience)


def check_voice(
    check: str,
    make: Make[Synthesizer],
    sentences: Sequence[str],
    words: bool,
    failing: Make[Synthesizer] | None,
    real_io: bool,
    patience: float,
) -> Report:
    """Check a voice; ``check`` is the name under which it is reported."""
    if len(sentences) < 3 or not all(map(plain, sentences)):
        raise ValueError("sentences must be three at least, each with a word")
    settings = Settings(real_io, patience)
    exam = Examination(check, POINTS, make, settings, get_args(Voiced))
    judge = Spoken(exam, words=words)
    if not words:
        exam.skip("words", "words=False")
        exam.skip("words come first", "words=False")
    one, two, three = sentences[:3]

    trial = exam.run("all sentences at once", whole(_at(0.0, *sentences)))
    if not judge.reply(trial, sentences, "speaks"):
        return exam.conclude()
    exam.run("never subscribed", unused(), hang="usable")
    trial = exam.run(
        "two sentences, a long pause between", _paused(one, two), hang="speaks at once"
    )
    if judge.reply(trial, [one, two], "long pause"):
        exam.expect("speaks at once", True)
    mute = [*_MUTE, one, *_MUTE, two]
    trial = exam.run("empty sentences", whole(_at(0.0, *mute)), hang="empty sentences")
    judge.reply(trial, [one, two], "empty sentences")
    trial = exam.run("a source that completes at once", whole([]), hang="empty source")
    judge.nothing(trial, "empty source")
    broken = failing_source(_at(0.0, one, two))
    judge_source_fails(exam, exam.run("a source that fails", broken, hang="source fails"))
    trial = exam.run("subscribed twice", twice(_at(0.0, one, two), _at(0.0, three)), hang="cold")
    judge.said(trial, 0, [one, two], "cold")
    judge.said(trial, -1, [three], "cold")
    both = together(_at(0.0, one), _at(0.0, two, three))
    trial = exam.run("two at once", both, hang="independent")
    judge.said(trial, 0, [one], "independent")
    judge.said(trial, 1, [two, three], "independent")
    again = after_interruption(_at(0.0, one, two), _at(0.0, three), answered=True)
    trial = exam.run("interrupted, then another sentence", again, hang="after interruption")
    judge.reply(trial, [three], "after interruption")
    cut_everywhere(exam, [*_at(0.0, one), *_at(0.3, two), *_at(0.6, three)])
    judge_failing(exam, "failure", failing, whole(_at(0.0, one)))
    return exam.conclude()


def _at(at: float, *sentences: str) -> list[tuple[float, Any]]:
    return [(at, Sentence(text)) for text in sentences]


def _paused(one: str, two: str) -> Any:
    async def scenario(trial: Trial, provider: Provider) -> None:
        feed = trial.feed()
        probe = trial.observe(lambda: provider(feed))
        feed.give(Sentence(one))
        trial.extend()
        await probe.until(lambda: bool(frames_of(probe.values)))
        await trial.pause(_PAUSE)
        feed.give(Sentence(two))
        feed.complete()
        await trial.over(probe)

    return scenario


__all__ = ["SENTENCES", "check_synthesizer", "check_voice"]
