"""Vendors whose interface is that of OpenAI's chat completions."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final

from rxvoice.context._prepared import Warned
from rxvoice.providers._openai_messages import Adapter, Dialect


@dataclass(frozen=True, slots=True)
class Preset:
    """One vendor.

    Attributes:
        name: What it is called here, in faults, and by raw tools.
        base_url: Where its API is; empty where everybody has an own address.
        key: The variable of its key; empty for servers without keys.
        model: Used unless another is named; empty where one has to be.
        developer: Whether it knows remarks of the application. Without, they are the user's, and
            so are system messages after the first.
        one_system: Part of the names of those models that take one system message only.
        stepwise: Whether usage is reported again and again; only the last report counts.
        thoughts: Where reasoning comes: in a ``"field"`` of its own, or there or in ``"tags"``
            within the text.
        adapter: What is done to the messages at last.
        rejected: Parameters that it refuses, or that must not be sent.
        renamed: Parameters that have other names.
        names: Whether users can have names.
    """

    name: str
    base_url: str = ""
    key: str = ""
    model: str = ""
    developer: bool = True
    one_system: str = ""
    stepwise: bool = False
    thoughts: str = "field"
    adapter: Adapter = ""
    rejected: frozenset[str] = frozenset()
    renamed: Mapping[str, str] = field(default_factory=dict[str, str])
    names: bool = False

    def dialect(self, model: str) -> Dialect:
        """Return what a model of this vendor makes of messages."""
        single = bool(self.one_system) and self.one_system in model.lower()
        return Dialect(
            self.name,
            developer=self.developer and not single,
            names=self.names,
            adapter=self.adapter,
            lone=self.adapter != "perplexity",
        )

    def fitted(self, parameters: Mapping[str, Any], warned: Warned) -> dict[str, Any]:
        """Return parameters without those that are None or refused, under the vendor's names."""
        fitting: dict[str, Any] = {}
        for name, value in parameters.items():
            if value is None:
                continue
            if name not in self.rejected:
                fitting[self.renamed.get(name, name)] = value
            elif name != "stream_options":
                warned.once(name, logging.WARNING, "%s has no %s", self.name, name)
        return fitting


_MAX: Final = {"max_completion_tokens": "max_tokens"}
_PENALTIES: Final = frozenset({"frequency_penalty", "presence_penalty"})

_OPENAI: Final = Preset(
    "openai", "https://api.openai.com/v1", "OPENAI_API_KEY", "gpt-5.4-mini", names=True
)
_OPEN: Final = Preset("", developer=False, thoughts="tags", renamed=_MAX)
"""Servers of open models: their templates know few roles, and write thoughts as they like."""

_TABLE: Final = (
    _OPENAI,
    replace(_OPENAI, name="azure", base_url="", key="AZURE_OPENAI_API_KEY", model=""),
    replace(
        _OPEN,
        name="baseten",
        base_url="https://inference.baseten.co/v1",
        key="BASETEN_API_KEY",
        model="zai-org/GLM-4.7",
    ),
    replace(
        _OPEN,
        name="cerebras",
        base_url="https://api.cerebras.ai/v1",
        key="CEREBRAS_API_KEY",
        model="gpt-oss-120b",
        rejected=_PENALTIES,
        renamed={},
    ),
    replace(
        _OPEN,
        name="crusoe",
        base_url="https://api.inference.crusoecloud.com/v1",
        key="CRUSOE_API_KEY",
        model="zai/GLM-5.2",
    ),
    Preset(
        "deepseek",
        "https://api.deepseek.com/v1",
        "DEEPSEEK_API_KEY",
        "deepseek-chat",
        developer=False,
        rejected=frozenset({"seed"}),
        renamed=_MAX,
    ),
    Preset(
        "fireworks",
        "https://api.fireworks.ai/inference/v1",
        "FIREWORKS_API_KEY",
        "accounts/fireworks/models/gpt-oss-120b",
        thoughts="tags",
        rejected=frozenset({"seed", "stream_options"}),
        renamed=_MAX,
    ),
    Preset(
        "gemini",
        "https://generativelanguage.googleapis.com/v1beta/openai",
        "GEMINI_API_KEY",
        "gemini-2.5-flash",
        developer=False,
        rejected=_PENALTIES | {"seed", "service_tier"},
    ),
    Preset(
        "groq",
        "https://api.groq.com/openai/v1",
        "GROQ_API_KEY",
        "llama-3.3-70b-versatile",
        thoughts="tags",
    ),
    Preset(
        "inception",
        "https://api.inceptionlabs.ai/v1",
        "INCEPTION_API_KEY",
        "mercury-2",
        developer=False,
        renamed=_MAX,
    ),
    Preset(
        "mistral",
        "https://api.mistral.ai/v1",
        "MISTRAL_API_KEY",
        "mistral-small-latest",
        developer=False,
        adapter="mistral",
        rejected=frozenset({"service_tier", "stream_options"}),
        renamed={**_MAX, "seed": "random_seed"},
    ),
    replace(
        _OPEN,
        name="nebius",
        base_url="https://api.tokenfactory.nebius.com/v1",
        key="NEBIUS_API_KEY",
        model="meta-llama/Llama-3.3-70B-Instruct",
    ),
    Preset(
        "novita",
        "https://api.novita.ai/openai",
        "NOVITA_API_KEY",
        "meta-llama/llama-3.3-70b-instruct",
        thoughts="tags",
        renamed=_MAX,
    ),
    Preset(
        "nvidia",
        "https://integrate.api.nvidia.com/v1",
        "NVIDIA_API_KEY",
        "meta/llama-3.3-70b-instruct",
        stepwise=True,
        thoughts="tags",
        renamed=_MAX,
    ),
    Preset(
        "openrouter",
        "https://openrouter.ai/api/v1",
        "OPENROUTER_API_KEY",
        "openai/gpt-5.4-mini",
        one_system="gemini",
    ),
    Preset(
        "perplexity",
        "https://api.perplexity.ai",
        "PERPLEXITY_API_KEY",
        "sonar",
        developer=False,
        stepwise=True,
        thoughts="tags",
        adapter="perplexity",
        rejected=frozenset({"seed", "service_tier", "stream_options"}),
        renamed=_MAX,
    ),
    Preset(
        "qwen",
        "https://dashscope-intl.aliyuncs.com/compatible-mode/v1",
        "DASHSCOPE_API_KEY",
        "qwen-plus",
        developer=False,
        renamed=_MAX,
    ),
    replace(
        _OPEN,
        name="sambanova",
        base_url="https://api.sambanova.ai/v1",
        key="SAMBANOVA_API_KEY",
        model="Meta-Llama-3.3-70B-Instruct",
        rejected=_PENALTIES | {"seed"},
    ),
    replace(
        _OPEN,
        name="sarvam",
        base_url="https://api.sarvam.ai/v1",
        key="SARVAM_API_KEY",
        model="sarvam-m",
        rejected=frozenset({"service_tier", "stream_options"}),
    ),
    replace(
        _OPEN,
        name="together",
        base_url="https://api.together.xyz/v1",
        key="TOGETHER_API_KEY",
        model="meta-llama/Llama-3.3-70B-Instruct-Turbo",
    ),
    Preset(
        "xai",
        "https://api.x.ai/v1",
        "XAI_API_KEY",
        "grok-4-fast-non-reasoning",
        stepwise=True,
    ),
    replace(_OPEN, name="llama.cpp", base_url="http://localhost:8080/v1", model="default"),
    replace(_OPEN, name="lmstudio", base_url="http://localhost:1234/v1"),
    replace(_OPEN, name="ollama", base_url="http://localhost:11434/v1", model="llama3.2"),
    replace(_OPEN, name="vllm", base_url="http://localhost:8000/v1"),
)

PRESETS: Final[Mapping[str, Preset]] = {preset.name: preset for preset in _TABLE}
"""All vendors, by their names."""

__all__ = ["PRESETS", "Preset"]
