"""LM04: async functions as tools: what the model is told, and what reaches the function."""

import asyncio
import datetime
import functools
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, Annotated, Any, Literal, Optional

import pytest
from pydantic import BaseModel, Field

from rxvoice.context import Context, ToolAnswer, ToolUse, tool
from rxvoice.errors import ToolArgumentError
from rxvoice.items import Tool, ToolCall

if TYPE_CHECKING:
    from nowhere import Nothing  # type: ignore[import-not-found]  # pyright: ignore


def call(one: Tool, **arguments: Any) -> Any:
    """Run a tool as a conversation does."""
    use = ToolUse(ToolCall("1", one.name, arguments), Context(), "the resources", print)
    function = one.function
    assert function is not None

    async def run() -> Any:
        return await function(use, arguments)

    return asyncio.run(run())


class Colour(Enum):
    RED = "red"
    BLUE = "blue"


@dataclass
class Point:
    x: int
    y: float = 0.0


class Address(BaseModel):
    """Where somebody lives."""

    street: str
    at: Point | None = None


class TestWhatTheModelIsTold:
    def test_lm04_name_description_schema_and_required_come_from_the_function(self) -> None:
        async def book_table(day: str, guests: int = 2, *, outside: bool = False) -> None:
            """Book a table.

            Args:
                day: Such as Monday.
                guests: How many.
            """

        assert tool(book_table).name == "book_table"
        assert tool(book_table).description == "Book a table."
        assert tool(book_table).parameters == {
            "type": "object",
            "properties": {
                "day": {"type": "string", "description": "Such as Monday."},
                "guests": {"type": "integer", "default": 2, "description": "How many."},
                "outside": {"type": "boolean", "default": False},
            },
            "required": ["day"],
        }

    def test_lm04_no_docstring_gives_empty_descriptions(self) -> None:
        async def look(city: str, days) -> None:  # type: ignore[no-untyped-def]  # pyright: ignore
            pass

        made = tool(look)  # pyright: ignore
        assert made.description == ""
        assert made.parameters == {
            "type": "object",
            "properties": {"city": {"type": "string"}, "days": {}},
            "required": ["city", "days"],
        }

    def test_lm04_no_arguments_are_an_empty_object(self) -> None:
        async def now() -> None:
            pass

        assert tool(now).parameters == {"type": "object", "properties": {}}

    def test_lm04_types_become_schemas(self) -> None:
        async def f(
            a: Literal["x", "y"],
            b: Colour,
            c: list[int],
            d: Optional[str],  # noqa: UP045
            e: dict[str, float] | None,
            f: datetime.date,
            g: Address,
            h: Annotated[int, Field(ge=1, le=9, description="A digit.")],
        ) -> None:
            pass

        schema = tool(f).parameters
        properties = schema["properties"]
        assert properties["a"] == {"type": "string", "enum": ["x", "y"]}
        assert properties["b"] == {"$ref": "#/$defs/Colour"}
        assert properties["c"] == {"type": "array", "items": {"type": "integer"}}
        assert properties["d"] == {"anyOf": [{"type": "string"}, {"type": "null"}]}
        assert properties["e"]["anyOf"][0]["additionalProperties"] == {"type": "number"}
        assert properties["f"] == {"type": "string", "format": "date"}
        assert properties["g"] == {"$ref": "#/$defs/Address"}
        assert properties["h"] == {
            **{"type": "integer", "minimum": 1, "maximum": 9, "description": "A digit."}
        }
        assert schema["required"] == list("abcdefgh")
        assert schema["$defs"]["Colour"] == {"type": "string", "enum": ["red", "blue"]}
        assert schema["$defs"]["Point"] == {
            "type": "object",
            "properties": {"x": {"type": "integer"}, "y": {"type": "number", "default": 0.0}},
            "required": ["x"],
        }
        assert schema["$defs"]["Address"]["description"] == "Where somebody lives."
        assert "title" not in str(schema)

    def test_lm04_a_field_comes_before_the_docstring(self) -> None:
        async def f(
            a: Annotated[int, Field(description="From the field.")],
            b: int = Field(3, ge=2, description="From the default."),
            c: list[int] = Field(default_factory=list[int]),  # noqa: B008
            d: Annotated[int, "something else"] = 4,
        ) -> Any:
            """F.

            Args:
                a: Of the docstring.
                b: Of the docstring.
                c: Of the docstring.
                d: Of the docstring.
            """
            return a, b, c, d

        made = tool(f)
        said = {name: part["description"] for name, part in made.parameters["properties"].items()}
        assert said == {
            "a": "From the field.",
            "b": "From the default.",
            "c": "Of the docstring.",
            "d": "Of the docstring.",
        }
        assert made.parameters["required"] == ["a"]
        assert call(made, a=1) == (1, 3, [], 4)
        with pytest.raises(ToolArgumentError, match="b: Input should be greater than or equal to"):
            call(made, a=1, b=1)

    def test_lm04_a_default_of_none_makes_it_optional(self) -> None:
        async def f(a: str = None) -> Any:  # type: ignore[assignment]  # noqa: RUF013  # pyright: ignore
            return a

        made = tool(f)
        assert made.parameters["properties"]["a"] == {
            **{"anyOf": [{"type": "string"}, {"type": "null"}], "default": None}
        }
        assert call(made) is None
        assert call(made, a=None) is None
        assert call(made, a="x") == "x"

    def test_lm04_a_default_that_is_no_json_is_not_told(self) -> None:
        marker = object()

        async def f(a: Any = marker) -> Any:
            return a

        assert tool(f).parameters == {"type": "object", "properties": {"a": {}}}
        assert call(tool(f)) is marker

    def test_lm04_options_come_before_what_the_function_says(self) -> None:
        @tool(
            name="other",
            description="Other.",
            background=True,
            timeout=3.0,
            filler="Wait.",
            filler_after=2.0,
        )
        async def f() -> None:
            """F."""

        assert (f.name, f.description, f.background) == ("other", "Other.", True)
        assert (f.timeout, f.filler, f.filler_after) == (3.0, "Wait.", 2.0)

        @tool(description="")
        async def g() -> None:
            """G."""

        assert g.description == ""


class TestWhatReachesTheFunction:
    def test_lm04_arguments_are_converted(self) -> None:
        async def f(
            n: int, colour: Colour, when: datetime.date, where: Address, points: list[Point]
        ) -> Any:
            return n, colour, when, where, points

        arguments = {
            "n": "3",
            "colour": "blue",
            "when": "2026-05-04",
            "where": {"street": "High", "at": {"x": 1, "y": 2}},
            "points": [{"x": 5}],
        }
        assert call(tool(f), **arguments) == (
            3,
            Colour.BLUE,
            datetime.date(2026, 5, 4),
            Address(street="High", at=Point(1, 2.0)),
            [Point(5, 0.0)],
        )

    def test_lm04_extra_arguments_are_dropped(self) -> None:
        async def f(a: int) -> int:
            return a

        assert call(tool(f), a=1, b=2, self=3) == 1

    def test_lm04_what_does_not_fit_is_told_and_the_function_is_not_called(self) -> None:
        called: list[object] = []

        async def f(city: str, days: int, where: Address, colour: Colour) -> None:
            called.append(city)

        with pytest.raises(ToolArgumentError) as caught:
            call(tool(f), days="many", where={"at": {"x": "left"}}, colour="green")
        assert str(caught.value) == (
            "city: Field required; "
            "days: Input should be a valid integer, unable to parse string as an integer; "
            "where.street: Field required; "
            "where.at.x: Input should be a valid integer, unable to parse string as an integer; "
            "colour: Input should be 'red' or 'blue'"
        )
        assert called == []

    def test_lm04_the_first_parameter_may_be_the_use(self) -> None:
        async def first(use: ToolUse, city: str) -> Any:
            return use.resources, use.call.name, city

        async def only(use: ToolUse) -> Any:
            return use.resources

        async def positional(use: ToolUse, /, city: str) -> Any:
            return use.resources, city

        async def written(use: "ToolUse", city: "str") -> Any:
            return use.resources, city

        async def noted(use: Annotated[ToolUse, "it"], city: str) -> Any:
            return use.resources, city

        assert call(tool(first), city="Rome") == ("the resources", "first", "Rome")
        assert call(tool(only)) == "the resources"
        for function in (positional, written, noted):
            made = tool(function)
            assert list(made.parameters["properties"]) == ["city"]
            assert call(made, city="Rome", use="mine") == ("the resources", "Rome")

    def test_lm04_names_that_pydantic_wants_for_itself_are_fine(self) -> None:
        async def f(model_config: int, schema: int, self: int, _hidden: int, copy: int = 5) -> Any:
            return model_config, schema, self, _hidden, copy

        made = tool(f)
        assert made.parameters["required"] == ["model_config", "schema", "self", "_hidden"]
        assert call(made, model_config=1, schema=2, self=3, _hidden=4) == (1, 2, 3, 4, 5)

    def test_lm04_a_default_that_can_be_changed_is_the_functions_own(self) -> None:
        async def f(a: list[int] = []) -> Any:  # noqa: B006
            return a

        made = tool(f)
        call(made).append(1)
        assert call(made) == []
        assert made.parameters["properties"]["a"]["default"] == []

    def test_lm04_an_answer_passes(self) -> None:
        async def f() -> ToolAnswer:
            return ToolAnswer(1, run=False)

        assert call(tool(f)) == ToolAnswer(1, run=False)


class Shop:
    """A shop."""

    async def price(self, use: ToolUse, thing: str) -> Any:
        """Tell a price.

        Args:
            thing: What.
        """
        return self, use.resources, thing

    @classmethod
    async def kinds(cls, thing: str) -> Any:
        return cls, thing

    @staticmethod
    async def free(thing: str) -> Any:
        return thing


class Asks:
    """Ask somebody."""

    async def __call__(self, use: ToolUse, question: str) -> Any:
        return self, use.resources, question


class Answers:
    """Answer."""

    async def __call__(self, answer: str) -> Any:
        """Take an answer."""
        return answer


@dataclass
class Holds:
    thing: str

    async def __call__(self) -> Any:
        return self.thing


def logged(function: Callable[..., Awaitable[Any]]) -> Callable[..., Awaitable[Any]]:
    @functools.wraps(function)
    async def wrapper(*args: Any, **kwargs: Any) -> Any:
        return "logged", await function(*args, **kwargs)

    return wrapper


class TestWhatMayBeATool:
    def test_lm04_methods(self) -> None:
        shop = Shop()
        price = tool(shop.price)
        assert (price.name, price.description) == ("price", "Tell a price.")
        assert price.parameters["properties"] == {
            "thing": {"type": "string", "description": "What."}
        }
        assert call(price, thing="tea") == (shop, "the resources", "tea")
        assert call(tool(Shop.kinds), thing="tea") == (Shop, "tea")
        assert call(tool(shop.free), thing="tea") == "tea"

    def test_lm04_objects_that_can_be_called(self) -> None:
        asks = Asks()
        made = tool(asks)
        assert (made.name, made.description) == ("Asks", "Ask somebody.")
        assert call(made, question="why") == (asks, "the resources", "why")
        assert tool(Answers()).description == "Take an answer."
        assert tool(Holds("x")).description == ""
        assert call(tool(name="held")(Holds("x"))) == "x"

    def test_lm04_what_a_partial_fixes_is_not_told(self) -> None:
        async def find(use: ToolUse, database: object, city: str, *, limit: int = 5) -> Any:
            """Find.

            Args:
                city: Where.
            """
            return use.resources, database, city, limit

        database = object()
        made = tool(functools.partial(functools.partial(find, database=database), limit=3))
        assert (made.name, made.description) == ("find", "Find.")
        assert made.parameters["properties"] == {
            "city": {"type": "string", "description": "Where."}
        }
        assert call(made, city="Rome", limit=9) == ("the resources", database, "Rome", 3)

        async def keep(database: object, use: ToolUse, city: str) -> Any:
            return database, use.resources, city

        made = tool(functools.partial(keep, database))
        assert list(made.parameters["properties"]) == ["city"]
        assert call(made, city="Rome") == (database, "the resources", "Rome")

        made = tool(functools.partial(Asks()))
        assert (made.name, list(made.parameters["properties"])) == ("Asks", ["question"])

    def test_lm04_decorated_functions(self) -> None:
        @logged
        async def look(city: str) -> str:
            """Look."""
            return city

        made = tool(look)
        assert (made.name, made.description) == ("look", "Look.")
        assert made.parameters["required"] == ["city"]
        assert call(made, city="Rome") == ("logged", "Rome")

    def test_lm04_a_return_type_that_is_not_there_at_run_time_does_not_matter(self) -> None:
        async def f(a: "int") -> "Nothing":  # pyright: ignore
            return a

        assert call(tool(f), a="1") == 1  # pyright: ignore

    def test_lm04_what_is_no_async_function_is_refused(self) -> None:
        def plain() -> None:
            pass

        async def generator() -> Any:
            yield 1

        some: list[Any] = [plain, generator, Shop, Asks, print, 5, None, functools.partial(plain)]
        for one in some:
            if one is not None:
                with pytest.raises(TypeError, match="a tool must be an async function, got"):
                    tool(one)

    def test_lm04_parameters_that_cannot_be_told_are_refused(self) -> None:
        async def positional(a: int, /) -> None:
            pass

        async def many(*a: int) -> None:
            pass

        async def named(**a: int) -> None:
            pass

        async def late(a: int, use: ToolUse) -> None:
            pass

        async def function(a: Callable[[], None]) -> None:
            pass

        async def strange(a: Shop) -> None:
            pass

        async def unknown(a: "Nothing") -> None:  # pyright: ignore
            pass

        async def broken(a: "list[") -> None:  # type: ignore  # noqa: F722  # pyright: ignore
            pass

        refused: Mapping[Callable[..., Awaitable[None]], str] = {
            positional: "positional: the parameter a cannot be given by its name",
            many: "many: the parameter a cannot be given by its name",
            named: "named: the parameter a cannot be given by its name",
            late: "late: use is a ToolUse and must be the first parameter",
            function: "function: a parameter has a type that cannot be told a model",
            strange: "strange: a parameter has a type that cannot be told a model",
            unknown: "unknown: its types cannot be resolved: name 'Nothing' is not defined",
            broken: "broken: its types cannot be resolved",
        }
        for one, message in refused.items():
            with pytest.raises(TypeError, match=message):
                tool(one)

    def test_lm04_a_name_or_number_that_cannot_be_used_is_refused(self) -> None:
        async def größe() -> None:
            pass

        async def f() -> None:
            pass

        with pytest.raises(ValueError, match="name must be 1 to 64 letters"):
            tool(größe)
        assert tool(name="size")(größe).name == "size"
        with pytest.raises(ValueError, match="name must be 1 to 64 letters"):
            tool(name="")(f)
        with pytest.raises(ValueError, match="timeout must be positive, got 0"):
            tool(timeout=0.0)(f)
        with pytest.raises(ValueError, match="filler_after must not be negative, got -1"):
            tool(filler_after=-1.0)(f)
