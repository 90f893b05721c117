"""`check_transcriber`."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final, get_args

from rxvoice.contracts import Recognised, Transcriber
from rxvoice.items import AudioFrame

from ._cuts import cut_everywhere
from ._examination import Examination, Settings, usable
from ._failing import judge_failing, judge_source_fails
from ._operator import (
    after_interruption,
    failing_source,
    together,
    twice,
    unused,
    whole,
)
from ._report import Report
from ._speech import Says, Setting, silent, text_of, write
from ._transcripts import Transcripts
from ._trial import Make

_SIZES: Final[tuple[tuple[str, tuple[float, ...]], ...]] = (
    ("10 ms", (0.01,)),
    ("20 ms", (0.02,)),
    ("33 ms", (0.033,)),
    ("odd sizes", (0.007, 0.0301, 0.1503, 0.0013)),
)

POINTS: Final = usable(
    {
        "text": "the final transcripts of a clear utterance hold what was said",
        "completes": "it completes once its source has and the last transcript is out",
        "no faults": "clear audio gives neither a Fault nor an error",
        "text is stripped": "texts have no blanks around them",
        "finality": "a transcript that is_finalized is also is_final",
        "finalized": "each utterance gives a transcript that is_finalized, and after that nothing "
        "until the next SpeechStarted",
        "times": "0 ≤ pts ≤ end, on the source's clock: near the speech and never beyond the audio "
        "that was given; final transcripts follow each other",
        "words": "words have times within their transcript, never go backwards, and together say "
        "its text",
        "source's clock": "times are those of the source, also when its clock does not begin at 0",
        "several utterances": "each of several utterances in one stream gives its own transcript, "
        "in order",
        "silence": "silence gives no text, whether or not it is marked as speech",
        "blank final": "an utterance without words gives a final transcript with blank text, so "
        "that who waits for it knows",
        "frame sizes": "the size of the frames does not matter: 10, 20, 33, 100 ms, odd ones",
        "empty frames": "frames without samples do no harm",
        "sample rates": "other sample rates give the same text",
        "empty source": "a source that completes at once gives completion and no text",
        "audio untouched": "the samples belong to everybody and are not written to",
        "source fails": "when its source fails the stream fails, or tells it by a Fault",
        "cold": "each subscription starts anew",
        "independent": "two subscriptions at once know nothing of each other",
        "after interruption": "who is unsubscribed midway and subscribed anew hears nothing of "
        "what was before",
        "failure": "a service that cannot be used gives an error or a Fault, and never hangs",
    }
)


def check_transcriber(
    make: Make[Transcriber],
    /,
    *,
    audio: AudioFrame,
    says: Says,
    words: bool = True,
    times: bool = True,
    blank: bool = True,
    finalizes: bool = True,
    marks: bool = True,
    rates: Sequence[int] = (8_000, 16_000, 24_000, 48_000),
    failing: Make[Transcriber] | None = None,
    real_io: bool = True,
    patience: float = 30.0,
) -> Report:
    """Check that a transcriber keeps `rxvoice.contracts.Transcriber`.

    It is tried some thirty times, each time on a virtual event loop of its own: audio comes in the
    time it lasts, and costs none. See `rxvoice.testing.conformance` for what is common to all
    checks.

    Args:
        make: Makes the transcriber.
        audio: One utterance, as short as you like, without silence around it.
        says: Words that its text must hold, whatever their case and punctuation, or a function
            that tells whether a text is right.
        words: Whether its transcripts hold words with times.
        times: Whether its transcripts hold times.
        blank: Whether an utterance without words gives a blank final transcript.
        finalizes: Whether it says, by ``is_finalized``, that an utterance is done.
        marks: Whether it is given `SpeechStarted` and `SpeechStopped`; False for one that is meant
            to be used without a voice detector.
        rates: Sample rates that it takes.
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
    if not len(audio.samples):
        raise ValueError("audio must hold samples")
    settings = Settings(real_io, patience)
    exam = Examination("check_transcriber", POINTS, make, settings, get_args(Recognised))
    for point, claimed, why in (
        ("words", words, "words=False"),
        ("times", times, "times=False"),
        ("source's clock", times, "times=False"),
        ("blank final", blank, "blank=False"),
        ("finalized", finalizes, "finalizes=False"),
        ("sample rates", bool(rates), "rates is empty"),
    ):
        if not claimed:
            exam.skip(point, why)
    plainly = Setting(marks=marks)
    script = write([audio], plainly)
    judge = Transcripts(exam, says, words=words, times=times, finalizes=finalizes and marks)

    text = judge.utterance(exam.run("one utterance", whole(script.items)), script)
    if not text:  # the rest would only say so again
        return exam.conclude()
    exam.run("never subscribed", unused(), hang="usable")

    later = write([audio], replace(plainly, pts=10.0))
    judge.clock(exam.run("a clock that begins at 10 s", whole(later.items)), later)

    two = write([audio, audio], plainly, gap=2.0)
    judge.several(exam.run("the utterance twice", whole(two.items)), two)

    nothing = write([silent(audio)], plainly)
    judge.silence(exam.run("silence", whole(nothing.items)), blank=blank and marks)
    quiet = write([silent(audio)], replace(plainly, marks=False))
    judge.silence(exam.run("silence that nobody took for speech", whole(quiet.items)), blank=False)
    judge.silence(
        exam.run("a source that completes at once", whole([]), hang="empty source"),
        blank=False,
        point="empty source",
    )
    for name, sizes in _SIZES:
        cut = write([audio], replace(plainly, frame=sizes))
        judge.same(exam.run(f"frames of {name}", whole(cut.items)), text, "frame sizes")
    strewn = write([audio], replace(plainly, empty=True))
    judge.same(exam.run("empty frames in between", whole(strewn.items)), text, "empty frames")
    for rate in rates:
        if rate != audio.rate:
            other = write([audio], replace(plainly, rate=rate))
            trial = exam.run(f"audio of {rate} Hz", whole(other.items), hang="sample rates")
            judge.says(trial, "sample rates")

    broken = failing_source(script.items[: len(script.items) // 2])
    judge_source_fails(exam, exam.run("a source that fails", broken, hang="source fails"))
    again = twice(script.items, nothing.items)
    trial = exam.run("subscribed twice, silence the second time", again, hang="cold")
    judge.each(trial, "cold", [text, ""])
    both = together(script.items, nothing.items, script.items)
    trial = exam.run("three at once, the second hears silence", both, hang="independent")
    judge.each(trial, "independent", [text, "", text])
    anew = after_interruption(script.items[: len(script.items) * 2 // 3], nothing.items)
    trial = exam.run("unsubscribed midway, then silence", anew, hang="after interruption")
    if trial is not None:
        heard = text_of(trial.probes[-1].values)
        happened = f"the new subscription was told {heard!r}, which was said before"
        exam.expect("after interruption", not heard, happened, trial)
    cut_everywhere(exam, script.items)
    judge_failing(exam, "failure", failing, whole(script.items))
    return exam.conclude()


__all__ = ["check_transcriber"]
