"""Diagrams of RxJS become diagrams of the kit."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rxvoice.testing import parse
from tests.testing.rxjs.notation import (
    columns,
    translate,
    translate_unsubscription,
    translate_window,
)


@pytest.mark.parametrize(
    ("rxjs", "kit"),
    [
        ("  -a--b-|  ", "-a--b-|"),
        ("-(ab)--c|", "-(ab)-----c|"),
        ("---(c|)", "---(c|)"),
        ("(22)--(4444)--", "(22)-----(4444)-------"),
        ("-(4 )-5|", "-(4)---5|"),
        ("----(-#)   ", "----(#)"),
        ("--a--#--d--|", "--a--#"),
        ("-(a#bc)--d", "-(a#)"),
        ("(- )-r", "----r"),
        ("-a^-b|", "-a^-b|"),
        ("-", "-"),
        ("   ", ""),
    ],
)
def test_what_a_stream_does(rxjs: str, kit: str) -> None:
    assert translate(rxjs) == kit


@pytest.mark.parametrize(
    ("rxjs", "kit"),
    [("  ^--!  ", "^--!"), ("  --(^!) ", "--(^!)"), ("      ", None), ("--^--", "--^--")],
)
def test_when_a_stream_is_subscribed(rxjs: str, kit: str | None) -> None:
    window = translate_window(rxjs)
    assert (window and window.rstrip("-")) == (kit and kit.rstrip("-"))


@pytest.mark.parametrize(
    ("rxjs", "kit"),
    [("---!  ", "^--!"), ("!", "(^!)"), ("-^--!", "-^--!"), ("^-----(- )", "^--------")],
)
def test_when_a_result_is_left(rxjs: str, kit: str) -> None:
    assert translate_unsubscription(rxjs) == kit


@pytest.mark.parametrize("diagram", ["-(ab-c|", "-a)b|", "((a))", "-a 10ms b|"])
def test_what_cannot_be_translated_is_refused(diagram: str) -> None:
    with pytest.raises(ValueError, match=r"pairs|pauses"):
        translate(diagram)


def frames(rxjs: str) -> list[tuple[int, str]]:
    """Read a diagram of RxJS by its own rule: a group happens where its parenthesis stands."""
    found: list[tuple[int, str]] = []
    group: int | None = None
    for at, sign in enumerate(rxjs.replace(" ", "")):
        if sign == "(":
            group = at
        elif sign == ")":
            group = None
        elif sign != "-":
            found.append((at if group is None else group, sign))
        if sign in "|#":
            break
    return found


groups = st.text("ab- ", min_size=1, max_size=4).map(lambda inside: f"({inside})")
diagrams = st.tuples(
    st.lists(st.one_of(st.sampled_from("-ab "), groups), max_size=12).map("".join),
    st.sampled_from(["", "|", "#", "(a|)", "(#)", "|--a", "#(ab)"]),
).map("".join)


@given(diagrams)
def test_everything_happens_when_rxjs_has_it(diagram: str) -> None:
    marks = parse(translate(diagram), tick=0.001).marks
    assert [(at // 1_000, mark.key or mark.kind) for at, mark in marks] == frames(diagram)


def test_columns_are_ticks() -> None:
    assert columns("-a(bc)--|") == ["-", "a", "(bc)", "-", "-", "|"]
