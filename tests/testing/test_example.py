"""Reading and running the marbles of docstrings."""

import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from types import ModuleType
from typing import Any

import pytest
import reactivex as rx
from reactivex import Observable
from reactivex import operators as ops

from rxvoice import Operator
from rxvoice.aio import from_async
from rxvoice.items import AudioFrame, Token, Turn
from rxvoice.testing import Example, ExampleError, check_example, examples, marbles, read_example
from rxvoice.testing._example_run import Stage


def upper() -> Operator[str, str]:
    """Write large.

    Marbles (one column is 20 ms: "a" is a letter)::

        small  -a-b-|
        upper()
        out    -A-B-|

    Returns:
        The operator.
    """
    return ops.map(str.upper)


def answered(answer: Callable[[Any], Observable[Any]], /) -> Operator[Any, Any]:
    """Switch to an answer.

    Marbles (one column is 100 ms)::

        asked   -x---y-----|
        answer   -a-b-c|
                -^---!
        answer       -d|
                -----^-!
        answered(answer)
        out     --a-b-d----|
    """
    return rx.compose(ops.map(answer), ops.switch_latest())


def told(speak: Callable[[], AsyncIterator[Any]]) -> Observable[Any]:
    """Tell what a generator says.

    Marbles (one column is 20 ms)::

        speak  -s-q|
               ^---!
        told(speak)
        out    -s-q|
    """
    return from_async(speak)


def asked(judge: Callable[[], Awaitable[float]]) -> Observable[float]:
    """Ask once.

    Marbles (one column is 20 ms)::

        judge  --p
        asked(judge)
        out    --(p|)

        p: 0.25
    """

    async def ask() -> AsyncIterator[float]:
        yield await judge()

    return from_async(ask)


def split() -> Operator[Any, Any]:
    """Give tokens and turns.

    Marbles (one column is 20 ms)::

        text    -a-b|
        split()
        tokens  -x-y|
        turns   -T-U|

        x: Token("a")  y: Token("b")
        T: Turn("a")  U: Turn("b")
    """
    return ops.flat_map(lambda text: rx.of(Token(str(text)), Turn(str(text), 7, pts=1.0)))


def documented(text: str) -> Callable[[], Operator[Any, Any]]:
    """Return an operator with these marbles."""

    def same() -> Operator[Any, Any]:
        return ops.map(lambda item: item)

    same.__doc__ = f"Change nothing.\n\n    {text}"
    return same


def block(*lines: str) -> Callable[[], Operator[Any, Any]]:
    body = "".join(f"        {line}\n" for line in lines)
    return documented(f"Marbles (one column is 20 ms)::\n\n{body}\n    Returns:\n        It.\n")


@pytest.mark.parametrize("operator", [upper, answered, told, asked, split])
def test_marbles_that_are_true(operator: Callable[..., Any]) -> None:
    check_example(operator)


def test_what_a_block_says() -> None:
    example = read_example(answered)
    assert example.name == "answered"
    assert example.tick == 0.1
    assert example.call == "answered(answer)"
    assert example.source is not None
    assert (example.source.name, example.source.diagram) == ("asked", "-x---y-----|")
    assert [part.windows for part in example.parts] == [("-^---!",), ("-----^-!",)]
    assert [row.name for row in example.rows] == ["asked", "answer", "answer", "out"]
    assert example.place.startswith("test_example.py:")


def test_a_call_and_a_legend_may_take_several_lines() -> None:
    example = read_example(
        block("a  -x|", "same(", ")", "out  -x|", "", "x: Turn(", '    "hello: there",', ")")
    )
    assert example.call == "same( )"
    assert example.legend == {"x": 'Turn( "hello: there", )'}


WRONG = [
    (documented("No picture."), "has no marbles"),
    (documented("Marbles (one column is a second)::\n\n        a  -|"), "the heading should"),
    (documented("Marbles (one column is 0 ms)::\n\n        a  -|"), "must take some time"),
    (block("a  -x|", "same()", "out  -x|", "", "x: 1", "", "y: 2"), "explains 'y', which is in no"),
    (block("a  -x|", "same()", "out  -x|", "", "x: 1  x: 2"), "explains 'x' twice"),
    (block("a  -x|", "same()", "out  -x|", "", "x: Turn("), "legend's 'x' is no Python"),
    (block("a  -x|", "same()", "same()", "out  -x|"), "a second call"),
    (block("a  -x|", "same(", "out  -x|"), "the call is no Python"),
    (block("a  -x|", "other()", "out  -x|"), "the call does not use same"),
    (block("a  -x|", "out  -x|"), "its marbles have no call"),
    (block("a  -x|", "same()"), "no row below the call"),
    (block("a  -x|", "b  -x|", "same()", "out  -x|"), "names neither 'a' and 'b'"),
    (block("a  -(x|", "same()", "out  -x|"), "'a' cannot be read: column 2: this ( is never"),
    (block("^--!", "a  -x|", "same()", "out  -x|"), "stands below the row"),
    (block("a  -x|", "-^-x", "same()", "out  -x|"), "no meaning in a subscription"),
    (block("a  -x|", "same()", "out  -x|", "?"), "neither a row, nor the call, nor the legend"),
]


@pytest.mark.parametrize(("operator", "problem"), WRONG, ids=lambda case: str(case)[:30])
def test_a_block_that_cannot_be_read_is_told_with_its_operator(
    operator: Callable[..., Any], problem: str
) -> None:
    with pytest.raises(ExampleError) as caught:
        read_example(operator)
    assert str(caught.value).startswith("same (test_example.py:")
    assert problem in str(caught.value)


def test_two_blocks_are_refused() -> None:
    one = "Marbles (one column is 20 ms)::\n\n        a  -x|\n        same()\n        out  -x|\n\n"
    with pytest.raises(ExampleError, match="two blocks"):
        read_example(documented(f"{one}    {one}"))


FALSE = [
    (block("a  -x|", "same()", "out  --x|"), "0.02 s early"),
    (block("a  -x|", "same()", "out  -x-|"), "0.02 s early"),
    (block("a  -x|", "same()", "out  -y|"), "wrong value"),
    (block("a  -x|", "^----!", "same()", "out  -x|"), "not subscribed as expected"),
    (block("a  -x|", "same()", "out  -x|", "^-!", "out  -x|"), "missing"),
    (block("a  -x|", "same()", "out  -z|", "", 'x: Turn("a", 1)  z: Turn("a", 2)'), "wrong value"),
    (block("a  -s|", "same()", "out  -q|"), "wrong value"),
    (block("a  -x|", "same()", "out  -z|", "", "x: speech()  z: speech(0.01)"), "wrong value"),
]


@pytest.mark.parametrize(("operator", "problem"), FALSE, ids=lambda case: str(case)[:30])
def test_marbles_that_are_not_true_fail_with_the_block(
    operator: Callable[..., Any], problem: str
) -> None:
    with pytest.raises(AssertionError) as caught:
        check_example(operator)
    text = str(caught.value)
    assert text.startswith("the marbles of same (test_example.py:")
    assert "    same()\n" in text
    assert problem in text


def test_the_block_stays_true_when_only_what_it_does_not_say_differs() -> None:
    said = block("a  -x|", "same()", "out  -y|", "", 'x: Turn("a", 2, pts=0.1 + 0.2)  y: Turn("a")')
    check_example(said)
    other = block("a  -x|", "same()", "out  -y|", "", 'x: Turn("a", 2)  y: Turn("a", 1)')
    with pytest.raises(AssertionError, match="wrong value"):
        check_example(other)
    near = block(
        "a  -x|",
        "same()",
        "out  -y|",
        "",
        'x: Turn("a", pts=0.1 + 0.2)  y: ' + 'Turn("a", pts=0.3)',
    )
    check_example(near)


@pytest.mark.parametrize(
    ("rows", "problem"),
    [
        (("answer  -a|", "-^---!"), "not subscribed as expected"),
        (("answer  -a|",), "used from 0.02 s on"),
        (("answer  -a|", "-^-!", "answer  -b|"), "is never used"),
        (("answer  -a|", "-^-!", "-^-!"), "not subscribed as expected"),
    ],
)
def test_when_a_row_is_used_has_to_be_shown_and_true(rows: tuple[str, ...], problem: str) -> None:
    def answered(answer: Callable[[Any], Observable[Any]]) -> Operator[Any, Any]:
        return ops.flat_map(answer)

    answered.__doc__ = block("asked  -x-|", *rows, "answered(answer)", "out  --a|").__doc__
    with pytest.raises(AssertionError) as caught:
        check_example(answered)
    assert problem in str(caught.value)


def test_the_error_sign_has_the_legends_meaning() -> None:
    check_example(block("a  -x#", "same()", "out  -x#", "", '#: ValueError("no")'))


def test_names_that_nobody_knows_are_told() -> None:
    with pytest.raises(ExampleError, match=r"the legend's 'x' cannot be evaluated: Tuna\(1\)"):
        check_example(block("a  -x|", "same()", "out  -x|", "", "x: Tuna(1)"))


@pytest.mark.parametrize(
    ("lines", "problem"),
    [
        (("a  -x|", "same() and 1", "out  -x|"), "gave no operator, but 1"),
        (("same()", "out  -x|"), "gave no stream, but <"),
    ],
)
def test_a_call_that_gives_something_else_is_told(lines: tuple[str, ...], problem: str) -> None:
    with pytest.raises(ExampleError) as caught:
        check_example(block(*lines))
    assert problem in str(caught.value)


def test_times_may_differ_by_what_the_heading_says() -> None:
    near = "        a  -x|\n        same()\n        out  12ms x 8ms |\n"
    check_example(documented(f"Marbles (one column is 20 ms, within 8 ms: more)::\n\n{near}"))
    with pytest.raises(AssertionError, match=r"something else|late|early"):
        check_example(documented(f"Marbles (one column is 20 ms, within 7 ms)::\n\n{near}"))


def test_stand_ins_come_before_what_is_known() -> None:
    operator = block("a  -x-z|", "same()", "out  -x-z|", "", "x: Token(text)")
    check_example(operator, text="hello", z=[1, 2], Token=str)


def test_audio_in_a_row_has_no_gap_and_starts_anew_for_each_subscriber() -> None:
    operator = block("a  -s-q-x|", "same()", "out  -s-q-x|", "", "x: speech(0.5, rate=8000)")
    seen: list[AudioFrame] = []
    example = read_example(operator)
    with marbles() as m:
        stage = Stage(example, m)
        assert example.source is not None
        made: Observable[Any] = stage.hot(example.source.diagram).pipe(stage.made)
        m.expect(made.pipe(ops.do_action(seen.append))).to_be("-s-q-x|", stage.expected)
        m.expect(made).to_be("-s-q-x|", stage.expected)
    assert [(frame.pts, frame.duration, frame.rate) for frame in seen] == [
        (0.0, 0.02, 16_000),
        (0.02, 0.02, 16_000),
        (0.04, 0.5, 8_000),
    ]


def test_the_examples_of_a_package_are_found(monkeypatch: pytest.MonkeyPatch) -> None:
    package = ModuleType("somebodys")
    monkeypatch.setitem(sys.modules, "somebodys", package)
    vars(package).update(upper=upper, split=split, _split=split, Turn=Turn, plain=documented("No."))
    assert set(examples(package)) == {upper, split}
    vars(package)["__all__"] = ["split", "plain"]
    assert examples(package) == [split]
    vars(package)["__all__"] = ["plain"]
    with pytest.raises(ExampleError, match="no function of somebodys has marbles"):
        examples(package)


def test_an_example_can_be_checked_after_it_was_read() -> None:
    example = read_example(upper)
    assert isinstance(example, Example)
    check_example(example)
