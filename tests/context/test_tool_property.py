"""LM04: whatever the signature, what fits the schema reaches the function; the rest does not."""

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum
from typing import Annotated, Any, Literal

import jsonschema
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import BaseModel, Field

from rxvoice.context import ToolUse, tool
from rxvoice.errors import ToolArgumentError


class Size(Enum):
    SMALL = "s"
    LARGE = 2


class Person(BaseModel):
    name: str
    age: int | None = None


@dataclass
class Spot:
    x: int
    tags: list[str] = field(default_factory=list[str])


@dataclass
class Kind:
    """A type, with what a model may write for it.

    Attributes:
        annotation: The type.
        valid: Pairs of what is written and what the function gets.
        invalid: What is wrong.
    """

    annotation: Any
    valid: st.SearchStrategy[tuple[Any, Any]]
    invalid: st.SearchStrategy[Any]


def same(strategy: st.SearchStrategy[Any]) -> st.SearchStrategy[tuple[Any, Any]]:
    return strategy.map(lambda value: (value, value))


NUMBERS = st.integers(-(10**6), 10**6)
WORDS = st.text(max_size=5)
SIMPLE = [
    Kind(int, same(NUMBERS), st.sampled_from(["x", None, [], {}, 1.5])),
    Kind(
        float,
        same(st.floats(-1e6, 1e6) | NUMBERS.map(float)) | NUMBERS.map(lambda n: (n, float(n))),
        st.sampled_from(["x", None, [], {}]),
    ),
    Kind(bool, same(st.booleans()), st.sampled_from(["perhaps", None, 7, []])),
    Kind(str, same(WORDS), st.sampled_from([1, None, True, []])),
    Kind(
        Literal["a", "b", 3],
        same(st.sampled_from(["a", "b", 3])),
        st.sampled_from(["c", 4, None, ["a"]]),
    ),
    Kind(
        Size,
        st.sampled_from([("s", Size.SMALL), (2, Size.LARGE)]),
        st.sampled_from(["SMALL", 3, None]),
    ),
    Kind(
        Annotated[int, Field(ge=0, le=9)],
        same(st.integers(0, 9)),
        st.sampled_from([-1, 10, "x", None]),
    ),
    Kind(
        Person,
        st.tuples(WORDS, NUMBERS).map(
            lambda p: ({"name": p[0], "age": p[1]}, Person(name=p[0], age=p[1]))
        )
        | WORDS.map(lambda name: ({"name": name}, Person(name=name))),
        st.sampled_from([{}, {"name": 1}, {"name": "x", "age": "old"}, "x", None]),
    ),
    Kind(
        Spot,
        st.tuples(NUMBERS, st.lists(WORDS, max_size=2)).map(
            lambda p: ({"x": p[0], "tags": p[1]}, Spot(*p))
        ),
        st.sampled_from([{}, {"x": "left"}, {"x": 1, "tags": "a"}, None]),
    ),
]


def listed(kind: Kind) -> Kind:
    pairs = st.lists(kind.valid, max_size=3)
    wrong = kind.invalid.map(lambda value: [value])
    return Kind(
        list[kind.annotation],
        pairs.map(lambda some: ([one for one, _ in some], [two for _, two in some])),
        wrong | st.sampled_from(["x", 5, None]),
    )


def named(kind: Kind) -> Kind:
    pairs = st.dictionaries(WORDS, kind.valid, max_size=3)
    return Kind(
        dict[str, kind.annotation],
        pairs.map(
            lambda some: ({k: v[0] for k, v in some.items()}, {k: v[1] for k, v in some.items()})
        ),
        kind.invalid.map(lambda value: {"key": value}) | st.sampled_from([[], 5, None]),
    )


def optional(kind: Kind) -> Kind:
    return Kind(
        kind.annotation | None,
        kind.valid | st.just((None, None)),
        kind.invalid.filter(lambda value: value is not None),
    )


WRAPPERS: list[Callable[[Kind], Kind]] = [listed, named, optional]
KINDS: st.SearchStrategy[Kind] = st.recursive(
    st.sampled_from(SIMPLE),
    lambda inner: st.tuples(st.sampled_from(WRAPPERS), inner).map(lambda pair: pair[0](pair[1])),
    max_leaves=2,
)


@dataclass
class Argument:
    kind: Kind
    has_default: bool
    is_keyword: bool


ARGUMENTS = st.lists(st.builds(Argument, KINDS, st.booleans(), st.booleans()), max_size=5)
DEFAULT = "the default"


def function_of(arguments: list[Argument], *, wants_use: bool) -> Any:
    """Return an async function with these arguments, which returns them."""
    names = {"ToolUse": ToolUse, "DEFAULT": DEFAULT}
    places: list[str] = ["use: ToolUse"] if wants_use else []
    keywords: list[str] = []
    for number, argument in enumerate(arguments):
        names[f"T{number}"] = argument.kind.annotation
        default = " = DEFAULT" if argument.has_default else ""
        where = keywords if argument.is_keyword or argument.has_default else places
        where.append(f"a{number}: T{number}{default}")
    star = ["*"] if keywords else []
    told = ", ".join(f"'a{number}': a{number}" for number in range(len(arguments)))
    source = f"async def f({', '.join([*places, *star, *keywords])}):\n    return {{{told}}}"
    exec(source, names)
    return names["f"]


@settings(max_examples=60, deadline=None)
@given(st.data(), ARGUMENTS, st.booleans())
def test_lm04_what_fits_the_schema_is_given_and_what_does_not_is_refused(
    data: st.DataObject, arguments: list[Argument], wants_use: bool
) -> None:
    made = tool(function_of(arguments, wants_use=wants_use))
    assert made.function is not None
    names = [f"a{number}" for number in range(len(arguments))]
    assert sorted(made.parameters["properties"]) == names
    required = [name for name, one in zip(names, arguments, strict=True) if not one.has_default]
    assert sorted(made.parameters.get("required", [])) == required
    schema: Any = jsonschema.Draft202012Validator(made.parameters)
    jsonschema.Draft202012Validator.check_schema(made.parameters)

    written: dict[str, Any] = {}
    wanted: dict[str, Any] = {}
    for name, argument in zip(names, arguments, strict=True):
        if argument.has_default and data.draw(st.booleans()):
            wanted[name] = DEFAULT
        else:
            written[name], wanted[name] = data.draw(argument.kind.valid)
    assert schema.is_valid(written)
    extra = {**written, "unknown": 1}
    for one in (written, extra):
        got = _call(made.function, one)
        assert got == wanted
        assert {name: type(value) for name, value in got.items()} == {
            name: type(value) for name, value in wanted.items()
        }

    for name, argument in zip(names, arguments, strict=True):
        wrong = {**written, name: data.draw(argument.kind.invalid)}
        assert not schema.is_valid(wrong)
        _assert_refused(made.function, wrong, name)
    for name in required:
        missing = {key: value for key, value in written.items() if key != name}
        assert not schema.is_valid(missing)
        _assert_refused(made.function, missing, name)


def _call(function: Any, arguments: dict[str, Any]) -> Any:
    """Run a tool that waits for nothing."""
    try:
        function("use", arguments).send(None)
    except StopIteration as end:
        return end.value
    raise AssertionError("it waits")


def _assert_refused(function: Any, arguments: dict[str, Any], name: str) -> None:
    with pytest.raises(ToolArgumentError, match=f"^{name}"):
        _call(function, arguments)
