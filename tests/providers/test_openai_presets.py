"""LM31: each vendor gets what it accepts, under its names, and nothing that it refuses."""

import json
import logging
import re
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any, Final

import pytest

from rxvoice.context import Context, tools
from rxvoice.errors import ProviderError
from rxvoice.items import Fault, Token, Usage
from rxvoice.providers.openai import PRESETS, openai_compatible
from rxvoice.testing import run_virtual
from rxvoice.testing.servers import FakeOpenAI

from .openai_server import HELLO, Asked, answer, served

EVERYTHING: Final[dict[str, Any]] = {
    "temperature": 0.5,
    "top_p": 0.9,
    "seed": 7,
    "frequency_penalty": 0.1,
    "presence_penalty": 0.2,
    "max_tokens": 9,
    "reasoning_effort": "low",
    "service_tier": "auto",
}
REFUSED: Final[dict[str, set[str]]] = {
    "cerebras": {"frequency_penalty", "presence_penalty"},
    "deepseek": {"seed", "max_completion_tokens"},
    "fireworks": {"seed", "max_completion_tokens", "stream_options"},
    "mistral": {"seed", "max_completion_tokens", "stream_options"},
    "sambanova": {"frequency_penalty", "presence_penalty", "seed"},
    "sarvam": {"stream_options", "max_completion_tokens", "service_tier"},
}
"""What vendors refuse, by their documents."""

NO_DEVELOPER: Final = {
    "cerebras", "deepseek", "mistral", "nebius", "ollama", "perplexity", "qwen", "sambanova",
    "sarvam", "together",
}  # fmt: skip
LOCAL: Final = {"llama.cpp", "lmstudio", "ollama", "vllm"}
VENDORS: Final = sorted(set(PRESETS) - LOCAL - {"openai", "azure"})


async def ring(times: int) -> None: ...


def ask(vendor: str, context: Context = HELLO, **options: Any) -> dict[str, Any]:
    """The body of the request that a vendor gets."""

    async def main() -> dict[str, Any]:
        make = partial(openai_compatible, vendor)
        async with served(make, ["Hi."], **{"model": "any", **options}) as (server, asking):
            asked = await asking(context).end()
            assert (asked.error, asked.text) == (None, "Hi.")
            return server.requests[0].json

    return run_virtual(main(), real_io=True)


@pytest.mark.parametrize("vendor", PRESETS)
def test_a_request_holds_nothing_that_is_refused(
    vendor: str, caplog: pytest.LogCaptureFixture
) -> None:
    preset = PRESETS[vendor]
    context = replace(HELLO.append("developer", "It is Monday."), tools=tools(ring))
    with caplog.at_level(logging.WARNING):
        body = ask(vendor, context, **EVERYTHING)
    refused = REFUSED.get(vendor, set()) | preset.rejected
    assert not body.keys() & refused
    given = {"max_completion_tokens" if name == "max_tokens" else name for name in EVERYTHING}
    names = {preset.renamed.get(name, name) for name in given - preset.rejected}
    usual = {"model", "messages", "stream", "tools", "tool_choice", "stream_options"}
    assert body.keys() == names | (usual - preset.rejected)
    dropped = given & preset.rejected
    assert len(caplog.records) == len(dropped)
    roles = [message["role"] for message in body["messages"]]
    assert ("developer" in roles) == preset.developer
    assert body["messages"][0] == {"role": "system", "content": "Be brief."}


def test_there_are_nineteen_vendors_and_four_local_servers() -> None:
    assert len(VENDORS) == 19
    assert set(REFUSED) < set(PRESETS)
    assert {name for name in PRESETS if not PRESETS[name].developer} >= NO_DEVELOPER
    assert PRESETS["openai"].developer
    assert PRESETS["mistral"].renamed["seed"] == "random_seed"
    for name, preset in PRESETS.items():
        assert preset.name == name
        assert (
            preset.base_url.startswith("http" if name in LOCAL else "https://") or name == "azure"
        )
        assert bool(preset.key) == (name not in LOCAL)


@pytest.mark.parametrize("vendor", VENDORS)
def test_lm24_a_missing_key_is_told_by_its_name(
    vendor: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    variable = PRESETS[vendor].key
    monkeypatch.delenv(variable, raising=False)
    asked = answer(partial(openai_compatible, vendor), [], api_key=None)
    assert isinstance(asked.error, ProviderError)
    assert asked.error.provider == vendor
    assert variable in str(asked.error)
    monkeypatch.setenv(variable, "secret")
    assert answer(partial(openai_compatible, vendor), "Hi.", api_key=None).text == "Hi."
    assert "secret" not in repr(openai_compatible(vendor))


def test_keys_are_told_in_the_example_of_an_environment() -> None:
    example = (Path(__file__).parents[2] / "env.example").read_text(encoding="utf-8")
    told = set(re.findall(r"^# (\w+)=", example, re.MULTILINE))
    assert {preset.key for preset in PRESETS.values() if preset.key} <= told


@pytest.mark.parametrize("vendor", sorted(LOCAL))
def test_local_servers_need_no_key(vendor: str) -> None:
    async def main() -> None:
        async with (
            FakeOpenAI(["Hi."]) as server,
            openai_compatible(vendor, model="any", base_url=server.api) as chat,
        ):
            assert isinstance(await chat(HELLO), Usage)

    run_virtual(main(), real_io=True)
    assert PRESETS[vendor].base_url.startswith("http://localhost:")


def test_what_is_missing_is_told() -> None:
    with pytest.raises(ValueError, match="vendor must be one of"):
        openai_compatible("acme")
    with pytest.raises(ValueError, match="vllm needs a model"):
        openai_compatible("vllm")
    with pytest.raises(ValueError, match="azure needs base_url"):
        openai_compatible("azure", model="gpt", api_key="any")


def test_azure_by_resource_and_version() -> None:
    async def main() -> None:
        async with FakeOpenAI(["Hi.", "Ho."], key="secret") as server:
            for version in ("2024-10-21", ""):
                base = server.url if version else server.api
                async with openai_compatible(
                    "azure", model="my-gpt", base_url=base, api_version=version, api_key="secret"
                ) as chat:
                    assert isinstance(await chat(HELLO), Usage)
            old, new = server.requests
            assert old.path == "/openai/deployments/my-gpt/chat/completions"
            assert old.query["api-version"] == "2024-10-21"
            assert new.path == "/v1/chat/completions"

    run_virtual(main(), real_io=True)


@pytest.mark.parametrize(
    ("model", "roles"),
    [
        ("google/gemini-3-flash", ["system", "user", "user", "user"]),
        ("openai/gpt-5.4-mini", ["system", "user", "system", "developer"]),
    ],
)
def test_openrouters_gemini_gets_one_system_message(model: str, roles: list[str]) -> None:
    context = HELLO.append("system", "It rains.").append("developer", "It is Monday.")
    body = ask("openrouter", context, model=model)
    assert [message["role"] for message in body["messages"]] == roles


def test_mistral_and_perplexity_get_their_messages() -> None:
    context = HELLO.append("assistant", "Hel")
    assert ask("mistral", context)["messages"][-1]["prefix"] is True
    assert ask("perplexity", context)["messages"][-1]["role"] == "user"
    lone = ask("perplexity", Context("Be brief."))["messages"]
    assert lone == [{"role": "system", "content": "Be brief."}]


THOUGHTS: Final[list[list[dict[str, Any]]]] = [
    [{"content": "<think>Hm"}, {"content": " well.</think>\n\nHi."}],
    [{"reasoning_content": "Hm well."}, {"content": "Hi."}],
    [{"reasoning": "Hm well."}, {"content": "Hi."}],
]


@pytest.mark.parametrize("deltas", THOUGHTS, ids=["tags", "reasoning_content", "reasoning"])
def test_lm27_nvidias_thoughts_and_usage_step_by_step(deltas: list[dict[str, Any]]) -> None:
    """NVIDIA: thoughts in a field or in tags, chunks without choices, usage in each chunk."""
    chunks: list[dict[str, Any]] = [{"choices": []}]
    for count, delta in enumerate(deltas, 1):
        usage = {"prompt_tokens": 5, "completion_tokens": count}
        chunks.append({"choices": [{"index": 0, "delta": delta}], "usage": usage})
    chunks.append({"choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]})
    asked = recorded("nvidia", chunks)
    assert asked.items[-1] == Usage("nvidia", 5, 2)
    assert asked.text == "Hi."
    assert asked.thoughts == "Hm well."
    assert not asked.of(Fault)


@pytest.mark.parametrize("vendor", ["openai", "xai"])
def test_lm27_tags_are_text_where_no_thoughts_come_in_tags(vendor: str) -> None:
    chunks = [{"choices": [{"delta": {"content": "<think>"}, "finish_reason": "stop"}]}]
    assert recorded(vendor, chunks).items == [Token("<think>")]


def test_lm30_usage_that_is_told_step_by_step_is_told_once() -> None:
    for vendor in (name for name, preset in PRESETS.items() if preset.stepwise):
        chunks: list[dict[str, Any]] = [
            {
                "choices": [{"delta": {"content": "a"}}],
                "usage": {"prompt_tokens": 3, "completion_tokens": count},
            }
            for count in range(1, 4)
        ]
        chunks.append({"choices": [{"delta": {}, "finish_reason": "stop"}]})
        assert recorded(vendor, chunks).of(Usage) == [Usage(vendor, 3, 3)]


def test_the_environment_of_openai_is_not_sent_to_others(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_ORG_ID", "org-mine")
    monkeypatch.setenv("OPENAI_PROJECT_ID", "proj-mine")
    monkeypatch.setenv("OPENAI_BASE_URL", "http://127.0.0.1:9/v1")

    async def main() -> None:
        async with served(partial(openai_compatible, "groq"), ["Hi."]) as (server, asking):
            await asking().end()
            assert not [name for name in server.requests[0].headers if "openai-" in name.lower()]

    run_virtual(main(), real_io=True)


def recorded(vendor: str, chunks: list[dict[str, Any]]) -> Asked:
    stream = "".join(f"data: {json.dumps(chunk)}\n\n" for chunk in chunks) + "data: [DONE]\n\n"
    return answer(partial(openai_compatible, vendor), stream.encode())
