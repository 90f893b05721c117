"""LM03, LM05: tools by name, those in a provider's own form, and the one that takes the rest."""

from dataclasses import FrozenInstanceError, replace
from typing import Any

import pytest

from rxvoice.context import Memory, tool, tools
from rxvoice.items import Context, SetTools, Tool, Tools


async def look(city: str) -> str:
    """Look."""
    return city


async def rest(use: Any, arguments: Any) -> Any:
    return use.call.name, arguments


class TestByName:
    def test_lm03_a_tool_is_found_by_its_name(self) -> None:
        some = tools(look, Tool("gone", "Told only."))
        assert some.find("look") is some.standard[0]
        assert some.find("gone") == Tool("gone", "Told only.")
        assert some.find("loo") is None
        assert some.find("LOOK") is None
        assert some.find("") is None

    def test_lm03_a_tool_is_removed_and_the_others_stay_as_they_were(self) -> None:
        some = tools(look, Tool("b"), raw={"openai": [{"type": "web_search"}]}, other=rest)
        less = some.without("look")
        assert [one.name for one in less.standard] == ["b"]
        assert (less.raw, less.other) == (some.raw, some.other)
        assert some.find("look") is not None
        assert less.without("never there") == less

    def test_lm03_a_tool_takes_the_place_of_one_of_the_same_name(self) -> None:
        some = tools(look, Tool("b"), raw={"openai": [{}]}, other=rest)
        more = some.plus(Tool("look", "Another."), Tool("c"))
        assert [one.name for one in more.standard] == ["b", "look", "c"]
        found = more.find("look")
        assert found is not None
        assert found.description == "Another."
        assert (more.raw, more.other) == (some.raw, some.other)
        assert some.plus() == some

    def test_lm03_one_function_takes_all_other_calls(self) -> None:
        some = tools(look, other=rest)
        assert some.find("look") is some.standard[0]
        found = some.find("anything-else_1")
        assert found == Tool("anything-else_1", function=rest)
        assert some.find("no name") is None  # that no vendor would pass on
        assert replace(some, other=None).find("anything") is None

    def test_lm03_the_one_that_takes_all_other_calls_may_have_options(self) -> None:
        other = Tool("any", function=rest, background=True, timeout=3.0, filler="Wait.")
        some = tools(look, other=other)
        assert some.find("sing") == replace(other, name="sing")
        assert some.find("look") is some.standard[0]
        assert [one.name for one in some.standard] == ["look"]

    def test_lm03_options_are_those_of_the_tool(self) -> None:
        some = tools(tool(background=True, timeout=3.0)(look))
        found = some.find("look")
        assert found is not None
        assert (found.background, found.timeout) == (True, 3.0)

    def test_lm03_two_of_one_name_are_refused(self) -> None:
        with pytest.raises(ValueError, match="two tools have the name 'look'"):
            tools(look, look)
        with pytest.raises(ValueError, match="two tools have the name 'a'"):
            tools(look).plus(Tool("a"), Tool("a", "Again."))


WRONG: list[tuple[Any, list[Any], dict[str, Any], str]] = [
    (Tools, [(look,)], {}, "standard must hold Tool, got <function look"),
    (Tools, ["look"], {}, "standard must hold Tool, got 'l'"),
    (Tools, [({"name": "a"},)], {}, "standard must hold Tool, got {'name': 'a'}"),
    (Tools, [5], {}, "not iterable"),
    (Tools, [], {"raw": [{}]}, "raw must hold tools by the provider's name"),
    (Tools, [], {"raw": {"openai": {}}}, "raw must hold a sequence for openai, got {}"),
    (Tools, [], {"raw": {"openai": "x"}}, "raw must hold a sequence for openai, got 'x'"),
    (Tools, [], {"raw": {"openai": ["x"]}}, "raw must hold mappings for openai, got 'x'"),
    (Tools, [], {"other": "look"}, "other must be a Tool or a function, got 'look'"),
    (tools, [5], {}, "a tool must be an async function, got 5"),
    (tools, [[look]], {}, "a tool must be an async function"),
    (Tool, ["a"], {"parameters": "x"}, "parameters must be a JSON schema, got 'x'"),
    (Tool, ["a"], {"function": "x"}, "function must be callable, got 'x'"),
    (Context, [], {"tools": [look]}, "tools must be Tools"),
    (Context, [], {"tools": None}, "tools must be Tools, got None"),
    (SetTools, [[]], {}, "tools must be Tools"),
    (Memory, [], {"tools": 5}, "must be an iterable"),
]


class TestSchemas:
    @pytest.mark.parametrize("kind", [list[Any], tuple[Any, ...], iter])
    def test_lm05_any_sequence_is_copied(self, kind: Any) -> None:
        given = [Tool("a"), Tool("b")]
        some = Tools(kind(given))
        given.clear()
        assert some.standard == (Tool("a"), Tool("b"))

    def test_lm05_functions_and_tools_may_be_mixed(self) -> None:
        some = tools(look, Tool("b"), tool(name="c")(look))
        assert [one.name for one in some.standard] == ["look", "b", "c"]
        memory = Memory("Hello.", tools=[look, Tool("b")])
        assert [one.name for one in memory.context.tools.standard] == ["look", "b"]

    def test_lm05_tools_in_a_providers_own_form_are_copied(self) -> None:
        search: dict[str, Any] = {"type": "web_search", "place": {"country": "IT"}}
        given: dict[str, list[dict[str, Any]]] = {"openai": [search], "gemini": []}
        some = tools(look, raw=given)
        search["place"]["country"] = "FR"
        given["openai"].append({})
        given["anthropic"] = [{}]
        assert some.raw == {
            "openai": ({"type": "web_search", "place": {"country": "IT"}},),
            "gemini": (),
        }
        assert Tools(raw=given).raw["openai"][0]["place"] == {"country": "FR"}

    def test_lm05_schemas_are_copied(self) -> None:
        schema: dict[str, Any] = {"type": "object", "properties": {"x": {"type": "string"}}}
        one = Tool("a", parameters=schema)
        schema["properties"]["x"]["type"] = "number"
        assert one.parameters["properties"] == {"x": {"type": "string"}}

    def test_lm05_there_is_something_to_be_told_or_not(self) -> None:
        assert not Tools()
        assert not tools(other=rest)
        assert tools(look)
        assert tools(raw={"openai": [{}]})

    def test_lm05_they_are_values(self) -> None:
        assert tools(Tool("a"), raw={"x": [{}]}) == tools(Tool("a"), raw={"x": ({},)})
        assert tools(Tool("a")) != tools(Tool("a", "A."))
        some: Any = tools(look)
        with pytest.raises(FrozenInstanceError):
            some.standard = ()

    @pytest.mark.parametrize(("kind", "given", "named", "message"), WRONG)
    def test_lm05_anything_else_is_a_type_error(
        self, kind: Any, given: list[Any], named: dict[str, Any], message: str
    ) -> None:
        with pytest.raises(TypeError, match=message):
            kind(*given, **named)

    def test_lm05_a_schema_that_is_no_object_is_refused(self) -> None:
        with pytest.raises(ValueError, match="parameters must describe an object"):
            Tool("a", parameters={"type": "string"})
