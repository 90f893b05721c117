"""What a check says."""

import pytest
from reactivex import empty

from rxvoice.items import AudioFrame
from rxvoice.testing import tone
from rxvoice.testing.conformance import (
    ConformanceError,
    Report,
    check_source,
    check_synthesizer,
    check_vad,
)

from .good import Detector, Voice
from .mutants import failed


class CountsEachSentence(Voice):
    def say(self, word: str, at: float) -> list[AudioFrame]:  # pyright: ignore[reportIncompatibleMethodOverride]
        return [tone(0.1)]


def test_a_failure_says_what_was_wanted_what_came_and_draws_it() -> None:
    error = failed(
        lambda: check_synthesizer(
            CountsEachSentence, sentences=["One.", "Two.", "Three."], words=False, real_io=False
        )
    )
    assert isinstance(error, AssertionError)
    assert str(error) == str(error.report)
    assert error.points == ("times",)
    (failure,) = error.report.failed
    assert failure.times > 1
    assert str(failure) == (
        "✗ times\n"
        "    wanted: pts counts from 0, the first sample of the reply, and each frame begins where "
        "the\n"
        "            one before ends, over all sentences\n"
        "\n"
        "    got:    a frame at 0 s follows one that ends at 0.1 s\n"
        "      In the trial “all sentences at once”:\n"
        "      source  (s*3 |)----------------------------------\n"
        "      stream  ----------------a---------a---------(a |)\n"
        "              one column is 0.001 s\n"
        "      s = Sentence\n"
        "      a = AudioFrame\n"
        "\n"
        f"    in all {failure.times} times"
    )


def test_a_report_lists_what_was_kept_and_why_something_was_skipped() -> None:
    report = Report("check_x", ("usable", "lazy"), (), {"words": "words=False"}, 7)
    assert str(report) == (
        "check_x: 2 of 2 points kept, 7 trials\n✓ usable, lazy\n– skipped (words=False): words"
    )


def test_an_impossible_option_is_refused() -> None:
    with pytest.raises(ValueError, match="sentences must be three at least"):
        check_synthesizer(Voice, sentences=["One."])
    with pytest.raises(ValueError, match="patience must be positive"):
        check_synthesizer(Voice, patience=0.0)
    assert issubclass(ConformanceError, AssertionError)


def test_the_provider_itself_in_place_of_what_makes_it_is_refused() -> None:
    with pytest.raises(TypeError, match=r"make must be .* give lambda: it .* 'sentences'"):
        check_synthesizer(Voice())  # pyright: ignore[reportArgumentType]
    with pytest.raises(TypeError, match="failing must be a function without arguments"):
        check_synthesizer(
            Voice,
            failing=Voice(),  # pyright: ignore[reportArgumentType]
            real_io=False,
        )
    with pytest.raises(TypeError, match="make must be a function that makes the provider, got"):
        check_source(empty())  # pyright: ignore[reportArgumentType]
    error = failed(lambda: check_vad(Detector, speech=tone(0.5)))  # pyright: ignore
    assert error.points == ("usable",)
    assert "make opened a detector" in str(error)
