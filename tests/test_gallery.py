"""The gallery of operators is written from their docstrings, and is not stale."""

import importlib.util
import re
import sys
from pathlib import Path
from types import ModuleType
from xml.etree import ElementTree

import pytest

import rxvoice.operators

ROOT = Path(__file__).parent.parent
TOOL = ROOT / "tools" / "gallery.py"
pytestmark = pytest.mark.skipif(not TOOL.exists(), reason="the tools are not part of the package")
SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture(scope="module")
def tool() -> ModuleType:
    spec = importlib.util.spec_from_file_location("gallery", TOOL)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def files(tool: ModuleType) -> dict[str, str]:
    found: dict[str, str] = tool.gallery(rxvoice.operators.__all__)
    return found


def run(tool: ModuleType, monkeypatch: pytest.MonkeyPatch, root: Path, *options: str) -> int:
    monkeypatch.setattr(sys, "argv", ["gallery.py", "--root", str(root), *options])
    code: int = tool.main()
    return code


def test_the_gallery_is_up_to_date(
    tool: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(tool, monkeypatch, ROOT, "--check") == 0, capsys.readouterr().err


def test_what_is_stale_is_named(
    tool: ModuleType,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert run(tool, monkeypatch, tmp_path) == 0
    assert run(tool, monkeypatch, tmp_path, "--check") == 0
    page = tmp_path / "rxvoice/operators/README.md"
    page.write_text(page.read_text(encoding="utf-8") + "More.\n", encoding="utf-8")
    (tmp_path / "docs/operators/pace.svg").unlink()
    (tmp_path / "docs/operators/gone.svg").write_text("<svg/>", encoding="utf-8")
    assert run(tool, monkeypatch, tmp_path, "--check") == 1
    assert capsys.readouterr().err == (
        "gallery: stale: rxvoice/operators/README.md, docs/operators/pace.svg, "
        "docs/operators/gone.svg; run `python tools/gallery.py`\n"
    )
    assert run(tool, monkeypatch, tmp_path) == 0
    assert run(tool, monkeypatch, tmp_path, "--check") == 0


def test_every_operator_is_in_the_table_of_wishes(tool: ModuleType) -> None:
    public = rxvoice.operators.__all__
    with pytest.raises(tool.Problem, match=r"WISHES in tools/gallery\.py lacks whisper"):
        tool.gallery([*public, "whisper"])
    with pytest.raises(tool.Problem, match="has vad_gate, which is no operator"):
        tool.gallery([name for name in public if name != "vad_gate"])


def test_every_operator_has_a_row_a_section_and_a_picture(files: dict[str, str]) -> None:
    page = files["rxvoice/operators/README.md"]
    for name in rxvoice.operators.__all__:
        assert page.count(f" | [`{name}`](#{name}) |\n") == 1
        assert page.count(f"\n## {name}\n") == 1
        assert f"(../../docs/operators/{name}.svg)" in page


def test_links_lead_somewhere(files: dict[str, str]) -> None:
    page = files["rxvoice/operators/README.md"]
    links: list[str] = re.findall(r"\]\(([^)#][^)]*)\)", re.sub("`[^`]*`", "", page))
    assert len(links) == 2 * len(rxvoice.operators.__all__)
    for link in links:
        assert (ROOT / "rxvoice/operators" / link).resolve().exists(), link


def test_pictures_are_small_and_can_be_read_aloud(files: dict[str, str]) -> None:
    pictures = {name: text for name, text in files.items() if name.endswith(".svg")}
    assert len(pictures) == len(rxvoice.operators.__all__)
    for name, text in pictures.items():
        assert len(text.encode()) < 11_000, name
        root = ElementTree.fromstring(text)
        assert root.findtext(f"{SVG}title") == f"Marbles of {Path(name).stem}"
        assert Path(name).stem in (root.findtext(f"{SVG}desc") or "")
