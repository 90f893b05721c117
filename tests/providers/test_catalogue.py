"""The catalogue of providers lists what is there."""

import importlib
import inspect
import pkgutil
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest

import rxvoice.providers
from rxvoice.providers._audio_presets import AUDIO_PRESETS
from rxvoice.providers._catalogue import EXTRAS, KINDS, Entry, catalogue
from rxvoice.providers._presets import PRESETS

ROOT = Path(__file__).parents[2]
ENTRIES = catalogue()
WAYS = {
    "FileStt": "http",
    "HttpTts": "http",
    "StreamingStt": "websocket",
    "StreamingTts": "websocket",
}


def named(entry: Entry) -> str:
    return f"{entry.call} of {entry.vendor}"


def public_functions() -> set[str]:
    """All public functions of the modules of providers, as ``module:function``."""
    found: set[str] = set()
    for info in pkgutil.iter_modules(rxvoice.providers.__path__):
        if not info.name.startswith("_"):
            module = importlib.import_module(f"rxvoice.providers.{info.name}")
            names: list[str] = module.__all__
            functions = [name for name in names if inspect.isfunction(getattr(module, name))]
            found |= {f"{info.name}:{name}" for name in functions}
    return found


def test_every_public_provider_is_in_the_catalogue() -> None:
    there, listed = public_functions(), {entry.function for entry in ENTRIES}
    missing, wrong = sorted(there - listed), sorted(listed - there)
    assert not missing, f"rxvoice/providers/_catalogue.py lacks {', '.join(missing)}"
    assert not wrong, f"rxvoice.providers has no {', '.join(wrong)}"


def test_every_preset_is_in_the_catalogue() -> None:
    presets = {(entry.name, entry.preset) for entry in ENTRIES if entry.preset}
    wanted = {("openai_compatible", name) for name in PRESETS}
    for name, preset in AUDIO_PRESETS.items():
        wanted |= {("openai_compatible_stt", name)} if preset.hears else set()
        wanted |= {("openai_compatible_tts", name)}
    assert presets == wanted


def test_nothing_stands_in_it_twice() -> None:
    assert len({(entry.function, entry.preset) for entry in ENTRIES}) == len(ENTRIES)


@pytest.mark.parametrize("entry", ENTRIES, ids=named)
def test_an_entry_is_what_it_says(entry: Entry) -> None:
    assert entry.kind in KINDS
    assert (entry.transport == "process") <= entry.local
    assert not (entry.keys and entry.local)
    make: Any = entry.load()
    signature = inspect.signature(make)
    returned = getattr(signature.return_annotation, "__name__", "")
    assert entry.transport == WAYS.get(returned, entry.transport)
    if entry.keys and all(p.kind is not p.VAR_KEYWORD for p in signature.parameters.values()):
        assert "api_key" in signature.parameters


def test_the_extras_are_those_of_the_project() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    extras = project["project"]["optional-dependencies"]
    assert set(EXTRAS.values()) <= set(extras)
    assert {entry.package for entry in ENTRIES if entry.package} == set(EXTRAS)


def test_the_catalogue_imports_no_vendor() -> None:
    code = (
        "import sys\n"
        "from rxvoice.providers._catalogue import catalogue\n"
        "[(entry.has_key, entry.is_installed, entry.extra) for entry in catalogue()]\n"
        "vendors = [m for m in sys.modules if m.startswith('rxvoice.providers.')]\n"
        "print([m for m in vendors if not m.startswith('rxvoice.providers._')])\n"
        "others = ('openai', 'hibari', 'xllamacpp', 'mcp', 'livekit', 'aiohttp', 'websockets')\n"
        "print([m for m in others if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["[]", "[]"]
