"""The parts of `core.py` that hold calls, and the program itself."""

import json
from pathlib import Path

from .programs import Load, finite, needs_benchmarks, output, positive, run, tabled

pytestmark = needs_benchmarks


def test_interrupted_replies_leave_nothing(load: Load) -> None:
    voices = load("interrupting")
    lines = voices.interrupting(replies=8)
    names = [line.name.removesuffix(", memory more") for line in lines]
    assert names[::3] == list(voices.VOICES)
    assert set(names[::3]) <= tabled()
    assert set(names[1::3]) == {"the same, a reply"}
    assert set(names[2::3]) == {"the same, to cut it off, p99"}
    assert finite(line.value for line in lines)
    assert positive(line.value for line in lines if line.unit != "MB")
    for line in lines[::3]:
        assert line.note.startswith("8 replies; 0 tasks of replies and ")
        assert ", 0 tasks after the session; " in line.note
        assert line.note.endswith("; 0 frames came after an interruption")


def test_a_soak_answers_is_interrupted_and_leaves_no_task(load: Load) -> None:
    memory, objects, processor = load("soaking").soaking(hours=0.01)
    assert memory.note.startswith("0.01 virtual h, 12 replies, ")  # in 40 s, three in ten
    assert "tasks 6 to 6 meanwhile, 0 after it" in memory.note
    assert finite([memory.value, objects.value])
    assert positive([processor.value])


def test_memory_is_measured_in_a_process_of_its_own_in_which_all_sessions_hear_a_turn(
    load: Load,
) -> None:
    (line,) = load("memory").memory(("vad",), sessions=2)
    assert line.name in tabled()
    assert finite([line.value])
    assert " with 3; 3 turns were heard" in line.note


def test_the_program_measures_what_it_is_told_and_keeps_it(tmp_path: Path) -> None:
    kept = tmp_path / "folder" / "kept.json"
    shown = output(run("core.py", "--only", "text", "--json", str(kept)))
    found = json.loads(kept.read_text(encoding="utf-8"))
    names = [line["name"] for line in found["results"]]
    assert names == [
        "token from the model to the voice, prose",
        "the same, Markdown and tags",
    ]
    assert set(names) <= tabled()
    assert all(f"| {name} " in shown for name in names)
    assert positive(line[key] for line in found["results"] for key in ("value", "bare", "ratio"))
    assert f"python: {found['python']}" in shown
    assert {"machine", "system", "python", "rxvoice", "reactivex", "numpy"} <= found.keys()
