"""LM33: how the tools of an MCP server are listed, named and described, and what answers become."""

import logging
import subprocess
import sys
from typing import Any

import pytest
from mcp.types import ErrorData

from rxvoice.errors import ProviderError, ProviderTimeout
from rxvoice.items import Fault
from rxvoice.providers._mcp_names import vendor_name, vendor_schema
from rxvoice.providers.mcp import McpServer, mcp_client, mcp_http, mcp_sse, mcp_stdio

from .mcp_raw import INITIALIZED, RawServer, listing, raw, text
from .mcp_use import Uses, by_name

virtual = pytest.mark.virtual_time
PICTURE = "iVBORw0KGgo="


async def nothing(name: str) -> dict[str, Any] | None:
    return text(name)


@pytest.mark.parametrize(
    ("name", "wanted"),
    [
        ("get_weather-2", "get_weather-2"),
        ("files.read", "files_read"),
        ("look up / météo!", "look_up_m_t_o_"),
        ("2nd", "_2nd"),
        ("-x", "_-x"),
        ("_x", "_x"),
        ("天気", "_"),
        ("", "_"),
        ("a" * 64, "a" * 64),
        ("a" * 65, "a" * 55 + "_635361c4"),
        ("a" * 66, "a" * 55 + "_7d8b5a1f"),
    ],
)
def test_lm33_names_become_what_all_vendors_accept(name: str, wanted: str) -> None:
    made = vendor_name(name)
    assert made[:56] == wanted[:56]
    assert len(made) == len(wanted) <= 64


def test_lm33_long_names_that_differ_at_the_end_stay_different() -> None:
    assert len({vendor_name("a" * 64 + end) for end in ("1", "2", ".", "a")}) == 4


def test_lm33_a_schema_is_copied_and_says_nothing_but_the_arguments() -> None:
    deep = {"type": "object", "properties": {"x": {"$ref": "#/$defs/X"}, "any": True}}
    given: dict[str, Any] = {"$schema": "draft", "$id": "a", "title": "T", "$defs": {"X": {}}}
    made = vendor_schema({**given, **deep, "required": ["x"]})
    assert made == {
        "type": "object",
        "$defs": {"X": {}},
        "properties": {"x": {"$ref": "#/$defs/X"}, "any": {}},
        "required": ["x"],
    }
    assert made is not None
    made["$defs"]["X"]["type"] = "string"
    assert given["$defs"] == {"X": {}}
    assert vendor_schema({"type": "object"}) == {"type": "object", "properties": {}}
    assert vendor_schema({"properties": None}) == {"type": "object", "properties": {}}
    assert vendor_schema({"properties": ["x"]}) is None
    assert vendor_schema({"required": "x"}) is None


@virtual
async def test_lm33_only_what_is_allowed_and_not_denied_is_listed(
    caplog: pytest.LogCaptureFixture,
) -> None:
    names = ("read", "write", "delete", "list")
    async with McpServer(raw(listing(*names), nothing).connect) as server:
        assert tuple(by_name(await server.tools())) == names
        assert list(by_name(await server.tools(allow=["delete", "read"]))) == ["read", "delete"]
        assert list(by_name(await server.tools(deny={"delete"}))) == ["read", "write", "list"]
        both = await server.tools(allow=["delete", "read"], deny=["delete"])
        assert list(by_name(both)) == ["read"]
        assert await server.tools(allow=[]) == ()
        assert caplog.records == []
        with caplog.at_level(logging.WARNING):
            await server.tools(allow=["raed"], rename={"x": "y"})
        assert [record.getMessage() for record in caplog.records] == [
            "allow: the server mcp has no tool raed",
            "rename: the server mcp has no tool x",
        ]
        with pytest.raises(TypeError, match="allow must hold names, got 'read'"):
            await server.tools(allow="read")
        with pytest.raises(TypeError, match="background must hold names, got 'read'"):
            await server.tools(background="read")
        with pytest.raises(ValueError, match="timeout must be positive, got 0"):
            await server.tools(timeout=0)
        with pytest.raises(ValueError, match="progress_every must not be negative, got -1"):
            await server.tools(progress_every=-1)


@virtual
async def test_lm33_a_renamed_tool_is_called_by_the_servers_name() -> None:
    uses = Uses()
    async with McpServer(raw(listing("a.b", "c", "d"), nothing).connect) as server:
        named = by_name(await server.tools(rename={"c": "see"}, prefix="files."))
        assert list(named) == ["files_a_b", "see", "files_d"]
        assert [await uses.call(one) for one in named.values()] == ["a.b", "c", "d"]


@virtual
async def test_lm33_two_tools_of_one_name_are_refused() -> None:
    async with McpServer(raw(listing("a.b", "a b"), nothing).connect) as server:
        wanted = "the server's tools 'a.b' and 'a b' would both be called 'a_b'; use rename"
        with pytest.raises(ValueError, match=wanted):
            await server.tools()
        assert len(await server.tools(rename={"a b": "other"})) == 2
        assert len(await server.tools(deny=["a b"])) == 1
        with pytest.raises(ValueError, match="name must be 1 to 64 letters"):
            await server.tools(rename={"a b": "not a name"})


@virtual
async def test_lm33_a_list_in_pages_is_read_to_its_end_and_an_endless_one_is_not() -> None:
    pages = {None: "1", "1": "2", "2": None}
    endless = False

    async def answer(method: str, parameters: Any) -> dict[str, Any] | ErrorData:
        if method == "initialize":
            return INITIALIZED
        if method != "tools/list":
            return ErrorData(code=-32601, message="unknown")
        cursor: str | None = parameters.get("cursor") if parameters else None
        after = "on" if endless else pages[cursor]
        more = {} if after is None else {"nextCursor": after}
        return listing(f"after-{cursor}", **more)

    peer = RawServer(answer)
    async with McpServer(peer.connect) as server:
        assert list(by_name(await server.tools())) == ["after-None", "after-1", "after-2"]
        endless = True
        with pytest.raises(ProviderError, match="more than 100 pages"):
            await server.tools()


@pytest.mark.parametrize(
    ("tools", "told"),
    [
        ({"tools": [{"name": "x", "inputSchema": {"type": "string"}}]}, "tools.0.inputSchema.type"),
        ({"tools": "secret"}, "tools: Input should be a valid list"),
        ({}, "tools: Field required"),
        (ErrorData(code=-32000, message="secret"), "MCPError"),
    ],
)
@virtual
async def test_lm33_a_list_that_cannot_be_read_is_an_error(tools: Any, told: str) -> None:
    async with McpServer(raw(tools, nothing).connect) as server:
        with pytest.raises(ProviderError, match=f"cannot be listed: {told}") as caught:
            await server.tools()
        assert "secret" not in str(caught.value)


@virtual
async def test_lm33_a_tool_without_named_arguments_is_left_out(
    caplog: pytest.LogCaptureFixture,
) -> None:
    odd: dict[str, Any] = {
        "name": "odd",
        "inputSchema": {"type": "object", "properties": {"a": 1}, "required": "a"},
    }
    none = {"name": "none", "title": "Does it", "inputSchema": {"type": "object"}}
    newer = {"resultType": "complete", "ttlMs": 0, "cacheScope": "private"}

    async def answer(method: str, parameters: Any) -> dict[str, Any]:
        if method == "tools/list":
            return {"tools": [odd, none], **newer}
        return {"supportedVersions": ["2026-07-28"], "capabilities": {"tools": {}}, **newer}

    with caplog.at_level(logging.WARNING):
        async with McpServer(RawServer(answer).connect) as server:
            (listed,) = await server.tools()
    assert listed.description == "Does it"
    assert listed.parameters == {"type": "object", "properties": {}}
    (record,) = caplog.records
    assert record.getMessage() == "the tool odd takes no named arguments and is left out"


@virtual
async def test_lm33_a_server_that_never_answers_is_given_up() -> None:
    silent = True

    async def answer(method: str, parameters: Any) -> dict[str, Any] | None:
        return None if silent or method == "tools/list" else INITIALIZED

    peer = RawServer(answer)
    with pytest.raises(ProviderTimeout, match="did not answer within 12 s"):
        async with McpServer(peer.connect, connect_timeout=12.0):
            raise AssertionError
    silent = False
    async with McpServer(peer.connect, connect_timeout=12.0, mode="legacy") as server:
        with pytest.raises(ProviderTimeout, match="did not list its tools within 12 s"):
            await server.tools()


JSON = {"degrees": 21}
PART = {"type": "text", "text": "21 degrees"}
SAME = {"type": "text", "text": '{"degrees": 21}'}
FILE = {"uri": "file:///a", "mimeType": "application/pdf"}


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        (text("sunny"), "sunny"),
        ({"content": []}, ""),
        ({"content": [PART, PART]}, "21 degrees\n21 degrees"),
        ({"content": [SAME]}, '{"degrees": 21}'),
        ({"content": [SAME], "structuredContent": JSON}, JSON),
        ({"content": [], "structuredContent": JSON}, JSON),
        ({"content": [PART], "structuredContent": JSON}, {"data": JSON, "text": "21 degrees"}),
        (
            {
                "content": [{"type": "text", "text": "a"}, {"type": "text", "text": "2"}],
                "structuredContent": {"result": ["a", 2]},
            },
            {"result": ["a", 2]},
        ),
        (
            {"content": [{"type": "image", "data": PICTURE, "mimeType": "image/png"}]},
            "(a picture, image/png, 8 bytes)",
        ),
        (
            {"content": [{"type": "audio", "data": "AAAA" * 1000, "mimeType": "audio/wav"}]},
            "(a sound, audio/wav, 3 kB)",
        ),
        (
            {"content": [{"type": "resource", "resource": {**FILE, "blob": "AAA="}}]},
            "(a file, application/pdf, 2 bytes)",
        ),
        (
            {"content": [PART, {"type": "resource", "resource": {**FILE, "text": "Dear all"}}]},
            "21 degrees\nDear all",
        ),
        (
            {"content": [{"type": "resource_link", "name": "a.pdf", **FILE, "size": 123456}]},
            "(a link to a.pdf, application/pdf, 123 kB)",
        ),
        (
            {"content": [{"type": "resource_link", "name": "a", "uri": "file:///a"}]},
            "(a link to a)",
        ),
    ],
)
@virtual
async def test_lm33_answers_are_text_json_or_a_description(
    answer: dict[str, Any], told: object
) -> None:
    async def calls(name: str) -> dict[str, Any]:
        return answer

    uses = Uses()
    async with McpServer(raw(listing("x"), calls).connect) as server:
        (tool,) = await server.tools()
        assert await uses.call(tool) == told
    assert uses.events == []


STACK = 'Traceback (most recent call last):\n  File "secret.py"\nValueError: no city\n'
UNREADABLE = "The service gave an answer that cannot be read."


@pytest.mark.parametrize(
    ("answer", "told", "fault"),
    [
        (text("no city", isError=True), "no city", "the server says so"),
        (text(STACK, isError=True), "ValueError: no city", "the server says so"),
        (text(f"It broke.\n{STACK}", isError=True), "It broke.", "the server says so"),
        (text("x" * 900, isError=True), "x" * 499 + "…", "the server says so"),
        (
            {"content": [], "isError": True},
            "The service could not do it and does not say why.",
            "the server says so",
        ),
        (
            ErrorData(code=-32602, message="no\nsuch tool"),
            "no such tool",
            "the server refused it with code -32602",
        ),
        (
            ErrorData(code=-32603, message=""),
            "The service refuses to do it.",
            "the server refused it with code -32603",
        ),
        ({"content": "secret"}, UNREADABLE, "its answer cannot be read: ValidationError"),
        (
            {"content": [{"type": "hologram"}]},
            UNREADABLE,
            "its answer cannot be read: ValidationError",
        ),
    ],
)
@virtual
async def test_lm33_what_goes_wrong_is_a_sentence_for_the_model_and_a_fault(
    answer: Any, told: str, fault: str
) -> None:
    async def calls(name: str) -> Any:
        return answer

    uses = Uses()
    async with McpServer(raw(listing("x"), calls).connect, name="shop") as server:
        (tool,) = await server.tools()
        assert await uses.call(tool) == {"error": told}
        assert await uses.call(tool) == {"error": told}  # the session is as before
    assert uses.events == [Fault("shop", f"the tool x failed: {fault}")] * 2


@virtual
async def test_lm33_an_answer_that_does_not_fit_what_the_tool_promises_is_unreadable() -> None:
    async def calls(name: str) -> dict[str, Any]:
        return {"content": [], "structuredContent": {"degrees": "hot"}}

    promised = {"type": "object", "properties": {"degrees": {"type": "number"}}}
    tools = listing("x")
    tools["tools"][0]["outputSchema"] = promised
    uses = Uses()
    async with McpServer(raw(tools, calls).connect) as server:
        (tool,) = await server.tools()
        assert await uses.call(tool) == {"error": UNREADABLE}


@virtual
async def test_lm33_a_server_that_cannot_be_reached_again_is_told_in_the_call() -> None:
    async def calls(name: str) -> None:
        peer.hang_up()

    peer, uses = raw(listing("x"), calls), Uses()
    gone = False

    def connect() -> Any:
        if gone:
            raise OSError("secret")
        return peer.connect()

    async with McpServer(connect) as server:
        (tool,) = await server.tools()
        assert await uses.call(tool) == {"error": "The connection to the service was lost."}
        gone = True
        assert await uses.call(tool) == {"error": "The service cannot be reached."}
        gone = False
        assert await uses.call(tool) == {"error": "The connection to the service was lost."}


@virtual
async def test_lm33_lines_that_cannot_be_read_disturb_no_call() -> None:
    async def calls(name: str) -> dict[str, Any]:
        await peer.say(ValueError("no JSON"))
        await peer.tell("notifications/of_tomorrow", x=1)
        await peer.tell("notifications/progress", progressToken=99, progress=1)
        return text("well")

    peer, uses = raw(listing("x"), calls), Uses()
    async with McpServer(peer.connect) as server:
        (tool,) = await server.tools(background=True)
        assert await uses.call(tool) == "well"
    assert uses.events == []


def test_lm33_bad_arguments_are_refused() -> None:
    with pytest.raises(ValueError, match="url must begin with http"):
        mcp_http("example.com")
    with pytest.raises(ValueError, match="url must begin with http"):
        mcp_sse("ws://example.com")
    with pytest.raises(ValueError, match="connect_timeout must be positive, got 0"):
        mcp_stdio("x", connect_timeout=0)


def test_lm33_without_the_package_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "mcp", None)
    makers = (mcp_stdio, mcp_http, mcp_sse, mcp_client)
    for make in makers:
        with pytest.raises(ProviderError, match=r"pip install 'rxvoice\[mcp\]'"):
            make("http://example.com")


def test_lm33_the_package_is_imported_by_who_uses_it() -> None:
    code = "import sys, rxvoice.providers.mcp; assert not {'mcp', 'httpx2'} & {*sys.modules}"
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)
