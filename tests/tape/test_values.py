"""Whatever crosses an edge comes back as it was."""

import enum
import math
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rxvoice.errors import ProviderRejected, ProviderTimeout
from rxvoice.items import AudioFrame, Fault, ToolCall, Transcript, Turn, Word
from rxvoice.tape import TapedError, TapeError, Unknown, keepable
from rxvoice.tape._canon import canon
from rxvoice.tape._decode import Decoder
from rxvoice.tape._encode import Encoder
from rxvoice.tape._strangers import NotKept


def again(value: Any) -> Any:
    """Write and read a value."""
    decoder, out = Decoder(), bytearray()
    Encoder(decoder.define).put(out, value)
    read, place = decoder.get(bytes(out), 0)
    assert place == len(out)
    return read


def assert_kept(value: Any) -> None:
    read = again(value)
    assert type(read) is type(value)
    assert canon(read) == canon(value)


scalars = (
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.binary(max_size=50)
)
values = st.recursive(
    scalars,
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner) | st.tuples(inner, inner),
    max_leaves=20,
)


@given(values)
def test_any_json_and_more_comes_back(value: Any) -> None:
    assert_kept(value)


@given(st.lists(st.integers(-(2**15), 2**15 - 1)), st.floats(0, 1e6))
def test_audio_comes_back_without_loss(samples: list[int], pts: float) -> None:
    frame = AudioFrame(np.array(samples, np.int16), 16_000, pts)
    assert again(frame) == frame
    assert not again(frame).samples.flags.writeable


@pytest.mark.parametrize(
    "item",
    [
        Turn("a", 1, transcripts=(Transcript("a", True, True, words=(Word("a", 0.0, 1.0),)),)),
        ToolCall("1", "look", {"at": [1, None, {"deep": 1.5}]}),
        Fault("stt", "lost", cause=ConnectionError("gone")),
        {"set": {1, 2}, "frozen": frozenset({"a"}), "at": datetime(2020, 1, 1, tzinfo=UTC)},
        np.arange(6, dtype=np.float32).reshape(2, 3),
        math.nan,
        -(2**80),
    ],
)
def test_items_come_back(item: Any) -> None:
    assert_kept(item)


def test_a_cause_comes_back_with_its_class_and_what_it_knows() -> None:
    error = ProviderTimeout("too late", provider="fake", retry_after=2.0)
    read = again(error)
    assert type(read) is ProviderTimeout
    assert (str(read), vars(read)) == (str(error), vars(error))
    assert str(again(OSError(2, "no such file"))) == str(OSError(2, "no such file"))
    assert type(again(ProviderRejected("no", provider="fake", status=401))) is ProviderRejected


class Colour(enum.Enum):
    """Of this file."""

    RED = 1


@dataclass(frozen=True, slots=True)
class Mine:
    """Of this file."""

    colour: Colour
    made: int = field(init=False, default=3)


class MyError(Exception):
    """Of this file."""


def test_a_class_of_ones_own_comes_back_when_it_was_made_known() -> None:
    stranger = again(Mine(Colour.RED))
    assert isinstance(stranger, Unknown)
    assert stranger.name.endswith(":Mine")
    assert isinstance(again(MyError("x")), TapedError)
    keepable(Mine)
    keepable(Colour)
    keepable(MyError)
    assert again(Mine(Colour.RED)) == Mine(Colour.RED)
    assert type(again(MyError("x"))) is MyError


@dataclass(frozen=True)
class Strange:
    """Of this file, and never made known."""

    what: Any


class Odd(enum.Enum):
    """Never made known."""

    ONE = 1


class StrangeError(Exception):
    """Never made known."""


def test_what_is_not_known_is_the_same_as_what_it_stands_for() -> None:
    error = StrangeError("x", 2)
    error.add_note("no part of it")
    error.status = 3  # pyright: ignore[reportAttributeAccessIssue]
    for value in (Strange(1), Strange([Odd.ONE]), error, object(), {"in": Strange(error)}, helper):
        assert canon(again(value)) == canon(value)
        assert canon(again(again(value))) == canon(value)
    assert canon(again(Strange(1))) != canon(Strange(2))


def helper() -> int:
    """Of this file."""
    return 1


def test_a_tape_makes_nothing_run_that_was_not_made_known() -> None:
    read = again({"function": helper})["function"]
    assert isinstance(read, NotKept)
    with pytest.raises(TapeError, match="helper is not kept"):
        read()
    keepable(helper)
    assert again(helper) is helper
    with pytest.raises(TypeError, match="expected a class or a function"):
        keepable(3)
    with pytest.raises(TypeError, match="expected a dataclass"):
        keepable(int)


def test_what_cannot_be_kept_is_named() -> None:
    assert again(object()) == Unknown("builtins:object")
