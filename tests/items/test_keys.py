"""AU14, AU15: the keys of a telephone, both ways."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rxvoice.items import KEYS, Dtmf, DtmfOut


def test_au14_the_keys_are_a_closed_set() -> None:
    assert [Dtmf(key).key for key in "0123456789*#"] == [*KEYS]


@pytest.mark.parametrize("key", ["A", "D", "a", "", "12", "١", "①", " ", "\n", "+"])
def test_au14_any_other_character_is_refused(key: str) -> None:
    with pytest.raises(ValueError, match="key must be one of"):
        Dtmf(key)
    with pytest.raises(ValueError, match="keys must be one of"):
        DtmfOut(["1", key])
    with pytest.raises(ValueError, match="button must be one of"):
        DtmfOut(button=key)


@pytest.mark.parametrize("key", [1, None, b"1", ["1"]])
def test_au14_what_is_no_text_is_refused_likewise(key: Any) -> None:
    with pytest.raises(ValueError, match="key must be one of"):
        Dtmf(key)


@given(st.text(KEYS, min_size=1))
def test_au15_what_is_dialled_becomes_keys_and_back(dialled: str) -> None:
    assert DtmfOut(dialled).keys == tuple(dialled)
    assert str(DtmfOut(dialled)) == dialled
    assert DtmfOut(list(dialled)) == DtmfOut(dialled)


def test_au15_a_button_is_short_for_a_list_of_one() -> None:
    assert DtmfOut(button="5") == DtmfOut(("5",))
    assert DtmfOut((), button="5").keys == ("5",)


def test_au15_the_list_wins_over_the_button() -> None:
    assert DtmfOut("12", button="5") == DtmfOut("12")


def test_au15_there_is_at_least_one_key() -> None:
    with pytest.raises(ValueError, match="keys must hold at least one key"):
        DtmfOut("")
    with pytest.raises(ValueError, match="keys must hold at least one key"):
        DtmfOut()


def test_au15_urgent_ones_are_something_else_than_ordered_ones() -> None:
    assert not DtmfOut("1").urgent
    assert DtmfOut("1", urgent=True) != DtmfOut("1")
    assert replace(DtmfOut("12"), urgent=True) == DtmfOut("12", True)
    assert {DtmfOut("1"): "first"}[DtmfOut(["1"])] == "first"
    assert repr(DtmfOut("1#")) == "DtmfOut(keys=('1', '#'), urgent=False)"
