"""LM01, LM06, LM30: recorded streams of OpenAI and others give what they say, cut anywhere."""

import json
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any, Final

import pytest

from rxvoice.contracts import Chat
from rxvoice.errors import ProviderRejected
from rxvoice.items import Fault, ToolCall, Usage
from rxvoice.providers.openai import openai_chat, openai_compatible, openai_responses
from rxvoice.testing.servers import Fault as ServerFault
from rxvoice.testing.servers import Merge, Split

from .openai_server import Asked, answer

DATA: Final = Path(__file__).parents[1] / "data" / "sse"
SHARED: Final = Path(__file__).parents[3] / "shared" / "data"


def recorded() -> dict[str, tuple[Path, dict[str, Any]]]:
    """Those of the repository, and the large ones where the shared data are here."""
    found = json.loads((DATA / "expected.json").read_text(encoding="utf-8"))
    entries = {name: (DATA / name, told) for name, told in found.items()}
    if (SHARED / "manifest.json").exists():
        for told in json.loads((SHARED / "manifest.json").read_text(encoding="utf-8"))["files"]:
            path = SHARED / told["file"]
            if told["kind"] == "llm-sse" and told["format"].startswith("openai"):
                entries.setdefault(path.name, (path, told))
    return entries


RECORDED: Final = recorded()
CHATS: Final = [name for name, (_, told) in RECORDED.items() if told["format"] == "openai-chat"]
RESPONSES: Final = sorted(set(RECORDED) - set(CHATS))
CUTS: Final[list[ServerFault | None]] = [
    None,
    Split(1),
    Split(seed=1),
    Split(seed=2, most=2000),
    Merge(7),
]


def maker(name: str) -> Callable[..., Chat]:
    for vendor in ("deepseek", "groq", "mistral", "xai"):
        if f"vercel-{vendor}" in name:
            return partial(openai_compatible, vendor)
    return openai_chat


def bearable(cut: ServerFault | None, path: Path) -> ServerFault | None:
    """Fewer pieces of a long stream, for each takes a turn of the loop."""
    size = path.stat().st_size
    if not isinstance(cut, Split) or size < 3_000:
        return cut
    if cut.size is not None:
        return replace(cut, size=max(7, size // 600))
    return replace(cut, most=max(cut.most, size // 100))


def check(asked: Asked, told: dict[str, Any]) -> None:
    expected = told["expect"]
    assert asked.error is None
    assert [[c.name, dict(c.arguments)] for c in asked.of(ToolCall)] == [
        [name, json.loads(arguments)] for name, arguments in expected["tools"]
    ]
    assert asked.text.startswith(expected["text"])  # refusals, which are text, are not in it
    cut = any("cut off" in fault.message for fault in asked.of(Fault))
    assert cut == (expected["finish"] == "length")
    if asked.of(Usage):
        assert asked.items[-1] is asked.of(Usage)[0]
        assert len(asked.of(Usage)) == 1


@pytest.mark.parametrize("cut", CUTS, ids=repr)
@pytest.mark.parametrize("name", CHATS)
def test_recorded_chat_completions(name: str, cut: ServerFault | None) -> None:
    path, told = RECORDED[name]
    asked = answer(maker(name), path.read_bytes(), faults=bearable(cut, path))
    check(asked, told)


@pytest.mark.parametrize(
    ("name", "text", "used", "thought"),
    [
        ("openai-chat-173417d5.sse", "I'm sorry, I can't assist with that request.", (79, 11), ""),
        ("vercel-xai-xai-text.sse", "Hello", (12, 291), "First, the user said"),
        ("vercel-mistral-mistral-text.sse", "Hello, world! This is a test response.", (13, 8), ""),
        ("vercel-groq-groq-tool-call.sse", "", (210, 15), ""),
    ],
)
def test_what_else_recorded_streams_say(
    name: str, text: str, used: tuple[int, int], thought: str
) -> None:
    asked = answer(maker(name), RECORDED[name][0].read_bytes())
    assert asked.text == text
    assert asked.thoughts == thought
    usage = asked.items[-1]
    assert (usage.input_tokens, usage.output_tokens) == used


@pytest.mark.parametrize("cut", CUTS, ids=repr)
@pytest.mark.parametrize("name", RESPONSES)
def test_recorded_responses(name: str, cut: ServerFault | None) -> None:
    path, told = RECORDED[name]
    asked = answer(openai_responses, path.read_bytes(), faults=bearable(cut, path))
    if told["expect"]["finish"] == "response.failed":
        assert isinstance(asked.error, ProviderRejected)
        assert asked.error.code == "insufficient_quota"
        return
    check(asked, told)
    assert isinstance(asked.items[-1], Usage)
    if "custom-tool" in name or "tool-search" in name:
        (fault,) = asked.of(Fault)
        assert "not run" in fault.message
