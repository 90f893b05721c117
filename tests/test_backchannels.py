"""What words mean that are said over the bot's voice."""

import pytest

from rxvoice.backchannels import BACKCHANNELS, COMMANDS, is_backchannel, meaning


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Uh-huh.", "backchannel"),
        ("Yeah, okay.", "backchannel"),
        ("Mm-hmm, I see, all right!", "backchannel"),
        ("RIGHT", "backchannel"),
        ("Stop.", "interruption"),
        ("No.", "interruption"),
        ("Yeah, but", "interruption"),
        ("Okay, wait.", "interruption"),
        ("What?", "interruption"),
        ("I would like to go", "interruption"),
        ("Uh, Montreal", "unclear"),
        ("two people", "unclear"),
        ("", "unclear"),
        ("…", "unclear"),
    ],
)
def test_words_mean_what_they_mean(text: str, expected: str) -> None:
    """TU07: backchannels, interruptions, and what may be either."""
    assert meaning(text) == expected
    assert is_backchannel(text) == (expected == "backchannel")


def test_how_many_words_are_few_may_be_said() -> None:
    assert meaning("two people please sir", few=4) == "interruption"  # "please" takes the floor
    assert meaning("a table for two", few=4) == "unclear"
    assert meaning("two people", few=0) == "interruption"


def test_other_phrases_may_count() -> None:
    assert is_backchannel("genau", phrases={"genau", "ja genau"})
    assert not is_backchannel("Right.", phrases={"genau"})


def test_no_phrase_means_both() -> None:
    assert COMMANDS.isdisjoint(BACKCHANNELS)
    assert all(meaning(phrase) == "backchannel" for phrase in BACKCHANNELS)
    assert all(meaning(word) == "interruption" for word in COMMANDS)
