"""The items: checked, read-only, compared by value."""

import math
from dataclasses import FrozenInstanceError, fields, is_dataclass
from typing import Any, get_args

import numpy as np
import pytest

from rxvoice import items
from rxvoice.errors import AudioFormatError
from rxvoice.items import AudioFrame, Dtmf, Event, SpeechStopped, Word, spoken_text


def samples(count: int = 160) -> Any:
    return np.arange(count, dtype=np.int16)


@pytest.mark.parametrize("kind", get_args(Event), ids=lambda kind: kind.__name__)
def test_every_item_is_a_frozen_slotted_dataclass_with_documented_fields(kind: type) -> None:
    assert is_dataclass(kind)
    assert hasattr(kind, "__slots__")
    text = kind.__doc__ or ""
    assert all(f"{field.name}:" in text for field in fields(kind))


def test_the_union_of_events_is_made_of_public_items() -> None:
    assert {kind.__name__ for kind in get_args(Event)} <= set(items.__all__)


def test_frames_are_compared_by_value() -> None:
    assert AudioFrame(samples(), 16_000, 0.5) == AudioFrame(samples(), 16_000, 0.5)
    assert hash(AudioFrame(samples(), 16_000)) == hash(AudioFrame(samples(), 16_000))
    assert AudioFrame(samples(), 16_000) != AudioFrame(samples() + 1, 16_000)
    assert AudioFrame(samples(), 16_000) != AudioFrame(samples(), 8_000)
    assert AudioFrame(samples(), 16_000) != AudioFrame(samples(), 16_000, 0.1)
    assert AudioFrame(samples(), 16_000) != "a frame"


def test_nobody_can_edit_what_others_hear() -> None:
    frame = AudioFrame(samples(), 16_000)
    with pytest.raises(ValueError, match="read-only"):
        frame.samples[0] = 1
    with pytest.raises(FrozenInstanceError):
        frame.rate = 8_000  # pyright: ignore[reportAttributeAccessIssue]


def test_a_frame_knows_how_long_it_is() -> None:
    frame = AudioFrame(samples(320), 16_000, 1.0)
    assert frame.duration == pytest.approx(0.02)
    assert frame.end == pytest.approx(1.02)
    assert AudioFrame(samples(0), 8_000).duration == 0.0
    assert "320 samples" in repr(frame)


@pytest.mark.parametrize(
    "broken",
    [
        (samples().astype(np.float32), 16_000, 0.0),
        (samples().reshape(2, 80), 16_000, 0.0),
        (np.int16(3), 16_000, 0.0),
        ([1, 2, 3], 16_000, 0.0),
        (b"\0\0", 16_000, 0.0),
        (None, 16_000, 0.0),
        (samples(), 0, 0.0),
        (samples(), -8_000, 0.0),
        (samples(), 10**9, 0.0),
        (samples(), 16_000, math.nan),
        (samples(), 16_000, math.inf),
    ],
)
def test_audio_of_another_kind_is_refused(broken: tuple[Any, int, float]) -> None:
    with pytest.raises(AudioFormatError):
        AudioFrame(*broken)


def test_marks_know_the_real_time_of_speech() -> None:
    """AU05: marks carry the delay after which they were declared."""
    assert SpeechStopped(2.0, 0.2).speech_pts == pytest.approx(1.8)


@pytest.mark.parametrize("key", ["", "12", "A", "a", " ", "１"])
def test_a_key_is_one_of_the_twelve(key: str) -> None:
    with pytest.raises(ValueError, match="key"):
        Dtmf(key)
    assert Dtmf("#").key == "#"


def test_words_are_joined_as_they_were_spoken() -> None:
    words = [Word("Hello,", 0.0, 0.4), Word("world.", 0.4, 0.9)]
    assert spoken_text(words) == "Hello, world."
    verbatim = [Word(text, 0.0, verbatim=True) for text in ("Hel", "lo", ", ", "you")]
    assert spoken_text(verbatim) == "Hello, you"
    assert spoken_text([]) == ""


def test_a_word_never_ends_before_it_starts() -> None:
    assert Word("x", 2.0).end == 2.0


@pytest.mark.parametrize(
    ("words", "text"),
    [
        ([("Hello", False), ("you.", False)], "Hello you."),
        ([("Hel", True), ("lo", True), (", you", True)], "Hello, you"),
        ([(" Hello", True), ("there", False), ("Bob", True), ("by", True)], "Hello there Bobby"),
        ([("Hello ", True), ("there", False), (" Bob", True)], "Hello there Bob"),
        (
            [("Look:", False), ("\n```x\n```", True), ("\n", True), ("Ok", False)],
            "Look:\n```x\n```\nOk",
        ),
        ([("Hello", False), (",", True), ("you", False), ("(", True)], "Hello, you ("),
        ([("", False), ("a", False), ("", True), ("b", False), (" ", True)], "a b"),
        ([(" ", True), ("a", False)], "a"),
    ],
)
def test_cx13_a_blank_is_added_only_where_neither_side_has_one(
    words: list[tuple[str, bool]], text: str
) -> None:
    spoken = [Word(part, 0.0, verbatim=verbatim) for part, verbatim in words]
    assert spoken_text(spoken) == text


def test_cx25_what_is_not_remembered_is_no_part_of_the_text() -> None:
    words = [Word("One", 0.0, remembered=False), Word("Yes", 0.0), Word("[x]", 0.0, spoken=False)]
    assert spoken_text(words) == "Yes [x]"
