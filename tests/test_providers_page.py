"""The page of providers is written from what there is."""

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import pytest

from rxvoice.providers._catalogue import catalogue

ROOT = Path(__file__).parents[1]
TOOLS = ROOT / "tools"
pytestmark = pytest.mark.skipif(not TOOLS.exists(), reason="the tools are not part of the package")


@pytest.fixture
def tool(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    monkeypatch.syspath_prepend(TOOLS)  # pyright: ignore[reportUnknownMemberType]
    for name in ("behaviours", "provider_facts", "provider_tests"):
        monkeypatch.delitem(sys.modules, name, raising=False)
    spec = importlib.util.spec_from_file_location("providers_page", TOOLS / "providers.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def run(
    tool: ModuleType,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    root: Path,
    *options: str,
) -> tuple[int, str]:
    monkeypatch.setattr(sys, "argv", ["providers.py", "--root", str(root), *options])
    code: int = tool.main()
    return code, capsys.readouterr().err


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project with these tests of providers, and the real ones' catalogue."""
    (tmp_path / "docs").mkdir()
    (tmp_path / "tests" / "providers").mkdir(parents=True)
    for path in (ROOT / "tests" / "providers").glob("test_*.py"):
        text = path.read_text(encoding="utf-8")
        (tmp_path / "tests" / "providers" / path.name).write_text(text, encoding="utf-8")
    return tmp_path


@pytest.fixture
def small(tmp_path: Path) -> Path:
    """A project with one file of tests for each vendor, which have nothing but imports."""
    (tmp_path / "docs").mkdir()
    (tmp_path / "tests" / "providers").mkdir(parents=True)
    for entry in catalogue():
        module, _, name = entry.function.partition(":")
        with (tmp_path / "tests" / "providers" / f"test_{module}.py").open("a") as file:
            file.write(f"from rxvoice.providers.{module} import {name}\n")
    return tmp_path


def test_it_tells_of_each_vendor_what_it_can_do_and_what_is_tested(
    tool: ModuleType,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    project: Path,
) -> None:
    assert run(tool, monkeypatch, capsys, project) == (0, "")
    page = (project / "docs" / "providers.md").read_text(encoding="utf-8")
    cells = {
        row[0]: row[1:]
        for line in page.splitlines()
        if len(row := [cell.strip() for cell in line.strip("|").split("|")]) == 8
    }
    key = "`DEEPGRAM_API_KEY`"
    ear = cells["`deepgram_stt()`"]
    assert ear[1:6] == ["websocket", key, "0.35 s", "yes", "words, speakers"]
    assert "turns, early turns" in cells["`deepgram_flux()`"][5]
    voices = {
        "deepgram_tts": ("", "clear", "1 on a websocket"),
        "deepgram_tts_http": ("", "the request is dropped", ""),
        "elevenlabs_tts": ("yes", "context cancel", "5 on a websocket"),
        "hibari": ("yes", "work ends", ""),
        "lmnt_tts": ("", "reconnect", "1 on a websocket"),
        "rime_tts": ("yes", "cancel", "1 on a websocket"),
        "rime_tts_http": ("", "the request is dropped", ""),
    }
    assert {name: tuple(cells[f"`{name}()`"][3:6]) for name in voices} == voices
    _, vendor = page.split("### deepgram\n")
    vendor = vendor.split("###")[0]
    assert "`tests/providers/test_deepgram_tts.py`: `deepgram_tts`" in vendor
    assert "  - contract: `check_synthesizer`" in vendor
    assert "`Hang`" in vendor
    assert "  - TT01: `test_tt01_it_keeps_the_contract`" in vendor


def test_a_stale_page_fails_the_check_and_stays_as_it_is(
    tool: ModuleType,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    small: Path,
) -> None:
    stale = "providers: docs/providers.md is stale; run `python tools/providers.py`\n"
    assert run(tool, monkeypatch, capsys, small, "--check") == (1, stale)
    run(tool, monkeypatch, capsys, small)
    assert run(tool, monkeypatch, capsys, small, "--check") == (0, "")
    page = small / "docs" / "providers.md"
    page.write_text("", encoding="utf-8")
    assert run(tool, monkeypatch, capsys, small, "--check") == (1, stale)
    assert page.read_text(encoding="utf-8") == ""


def test_a_provider_without_a_test_is_named(
    tool: ModuleType,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    small: Path,
) -> None:
    (small / "tests" / "providers" / "test_lmnt.py").unlink()
    said = "providers: no test imports lmnt_tts, lmnt_tts_http\n"
    assert run(tool, monkeypatch, capsys, small) == (1, said)
