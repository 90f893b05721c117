"""The page that says which test proves which behaviour is written from the tests themselves."""

import runpy
import subprocess
import sys
from pathlib import Path

import pytest

TOOL = Path(__file__).parent.parent / "tools" / "behaviours.py"
pytestmark = pytest.mark.skipif(not TOOL.exists(), reason="the tools are not part of the package")

OWED: dict[str, tuple[int, ...]] = runpy.run_path(str(TOOL))["OWED"] if TOOL.exists() else {}
ROWS = [f"{area}{number:02}" for area, numbers in OWED.items() for number in numbers]
ALL = f'"""All of {", ".join(ROWS)}."""\n'


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "docs").mkdir()
    write(tmp_path, "tests/test_all.py", ALL)
    return tmp_path


def write(project: Path, name: str, text: str) -> None:
    path = project / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def run(project: Path, *options: str) -> tuple[int, str]:
    done = subprocess.run(
        [sys.executable, str(TOOL), "--root", str(project), *options],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout == ""
    return done.returncode, done.stderr


def page(project: Path) -> str:
    assert run(project) == (0, "")
    return (project / "docs" / "behaviours.md").read_text(encoding="utf-8")


def places(page: str, row: str) -> list[str]:
    _, _, rest = page.partition(f"- **{row}**")
    lines = rest.splitlines()[1:]
    end = next((i for i, line in enumerate(lines) if not line.startswith("  - ")), len(lines))
    return [line.removeprefix("  - ").strip("`") for line in lines[:end]]


def test_a_row_is_named_in_a_test_name_a_docstring_or_a_parameter_id(project: Path) -> None:
    write(
        project,
        "tests/operators/test_x.py",
        '''"""About SS05 as a whole."""

def test_ss01_ss02_the_name(): ...

async def test_docstring():
    """SS03: it waits."""

@pytest.mark.parametrize("x", [pytest.param(1, id="SS04 one"), 2])
def test_param(x): ...

@pytest.mark.parametrize("x", [1, 2], ids=["SS06", "other"])
def test_ids(x): ...

class TestMore:
    """SS07."""

    def test_one(self): ...

    def test_ss08_two(self): ...
''',
    )
    text = page(project)
    file = "tests/operators/test_x.py"
    assert places(text, "SS01") == places(text, "SS02") == [f"{file}::test_ss01_ss02_the_name"]
    assert places(text, "SS03") == [f"{file}::test_docstring"]
    assert places(text, "SS04") == [f"{file}::test_param"]
    assert places(text, "SS05") == [file]
    assert places(text, "SS06") == [f"{file}::test_ids"]
    assert places(text, "SS07") == [f"{file}::TestMore"]
    assert places(text, "SS08") == [f"{file}::TestMore::test_ss08_two"]


def test_what_only_looks_like_a_row_is_none(project: Path) -> None:
    write(
        project,
        "tests/test_x.py",
        '''def test_stass01_and_ss011():
    """XX01 SS1 SS012 ss09 ASS10."""

def helper_rt13(): ...

x = "SS14"
''',
    )
    write(project, "tests/helper.py", '"""SS15."""')
    assert "SS" not in page(project)


def test_a_module_is_not_named_beside_its_tests(project: Path) -> None:
    write(project, "tests/test_x.py", '"""SS01."""\ndef test_ss01_x(): ...\n')
    assert places(page(project), "SS01") == ["tests/test_x.py::test_ss01_x"]


def test_a_note_takes_the_place_of_a_test_or_stands_beside_it(project: Path) -> None:
    write(project, "tests/test_all.py", ALL.replace("TU24", "-"))
    code, complaint = run(project)
    assert code == 1
    assert complaint == "behaviours: neither a test nor a note has TU24\n"
    write(
        project,
        "docs/behaviours-notes.toml",
        '[TU24]\nhow = "differently"\nreason = """It | cannot\nbe."""\n[SS09]\nhow = "not"\n'
        'reason = "No."\n',
    )
    text = page(project)
    assert "| TU24 | done differently | It \\| cannot be. |" in text
    assert "- **SS09** (not done)" in text


@pytest.mark.parametrize(
    ("notes", "complaint"),
    [
        ("[TU24", "is not TOML"),
        ("[tu24]\n", "tu24 is not the id of a row"),
        ('TU24 = "x"\n', "TU24 needs `how` and `reason`, and nothing else"),
        ('[TU24]\nhow = "not"\n', "TU24 needs `how` and `reason`, and nothing else"),
        ('[TU24]\nhow = "no"\nreason = "x"\n', "how must be one of"),
        ('[TU24]\nhow = "not"\nreason = " "\n', "TU24 gives no reason"),
    ],
)
def test_notes_that_make_no_sense_are_refused(project: Path, notes: str, complaint: str) -> None:
    write(project, "docs/behaviours-notes.toml", notes)
    code, said = run(project)
    assert code == 1
    assert complaint in said
    assert said.count("\n") == 1


def test_a_stale_page_is_noticed_and_not_touched(project: Path) -> None:
    stale = "behaviours: docs/behaviours.md is stale; run `python tools/behaviours.py`\n"
    assert run(project, "--check") == (1, stale)
    before = page(project)
    assert run(project, "--check") == (0, "")
    write(project, "tests/test_x.py", "def test_ss01_x(): ...\n")
    assert run(project, "--check") == (1, stale)
    assert (project / "docs" / "behaviours.md").read_text(encoding="utf-8") == before


def test_a_row_that_is_owed_fails_the_check_of_a_fresh_page(project: Path) -> None:
    write(project, "tests/test_all.py", ALL.replace("AU10", "-").replace("LM02", "-"))
    owed = (1, "behaviours: neither a test nor a note has AU10, LM02\n")
    assert run(project) == owed
    assert run(project, "--check") == owed


def test_a_file_that_is_not_python_is_named(project: Path) -> None:
    write(project, "tests/test_x.py", "def (")
    code, said = run(project)
    assert code == 1
    assert said.startswith("behaviours: tests/test_x.py is not Python")
