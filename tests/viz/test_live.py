"""Streams that notebooks run and draw."""

import asyncio
import subprocess
import sys
import threading
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from pathlib import Path

import pytest
import reactivex as rx
from reactivex import Observable
from reactivex import operators as ops

from rxvoice.aio import from_async
from rxvoice.operators import probe
from rxvoice.testing import run_virtual
from rxvoice.viz import Picture, live
from rxvoice.viz._note import Note
from rxvoice.viz._picture import Frame, picture_of_notes
from tests.viz.notebook import Outputs, notebook


@pytest.fixture
def outputs() -> Iterator[Outputs]:
    with notebook() as shown:
        yield shown


def numbers() -> Observable[int]:
    return rx.interval(0.1).pipe(ops.take(20), probe("numbers"), ops.map(lambda n: n % 2))


def test_the_picture_is_updated_in_its_place_a_few_times_a_second(outputs: Outputs) -> None:
    async def main() -> None:
        await live(numbers(), title="Numbers", every=0.5)

    run_virtual(main())
    assert len(set(outputs.places)) == 1
    running = [text for text in outputs.texts if "running" in text]
    assert len(running) == 4
    assert outputs.texts[-1] == "Numbers (ended): numbers, out"


def test_the_last_picture_can_be_seen_without_scripts(outputs: Outputs) -> None:
    async def main() -> None:
        await live(numbers())

    run_virtual(main())
    assert "data:image/svg+xml;base64," in outputs.pages[-1]
    assert all("data:image" not in page for page in outputs.pages[1:-1])


def test_running_it_again_closes_the_former_one_first(outputs: Outputs) -> None:
    told: list[str] = []

    def source(name: str) -> Observable[int]:
        async def items() -> AsyncIterator[int]:
            told.append(f"{name} opens")
            try:
                while True:
                    await asyncio.sleep(0.1)
                    yield 1
            finally:
                await asyncio.sleep(0.05)
                told.append(f"{name} is closed")

        return from_async(items)

    async def main() -> None:
        first = live(source("first"), name="microphone")
        await asyncio.sleep(0.35)
        second = live(source("second"), name="microphone")
        other = live(source("other"), name="other")
        await asyncio.sleep(0.35)
        assert not first.is_running
        assert second.is_running
        assert other.is_running
        second.stop()
        other.stop()
        await second.ended()
        await other.ended()

    run_virtual(main())
    assert told[:3] == ["first opens", "other opens", "first is closed"]
    assert told[3] == "second opens"


def test_a_cell_replaces_what_it_had_started_and_nothing_else(outputs: Outputs) -> None:
    async def main() -> None:
        outputs.enter("one")
        first = live(rx.interval(0.1))
        outputs.enter("two")
        second = live(rx.interval(0.1))
        await asyncio.sleep(0.3)
        outputs.enter("one")
        again = live(rx.interval(0.1))
        await asyncio.sleep(0.3)
        assert [each.is_running for each in (first, second, again)] == [False, True, True]
        for view in (second, again):
            view.stop()
            await view.ended()

    run_virtual(main())


def test_a_failure_is_shown_and_raised_to_who_waits(outputs: Outputs) -> None:
    async def main() -> None:
        with pytest.raises(KeyError):
            await live(rx.throw(KeyError("secret")))

    run_virtual(main())
    assert outputs.texts[-1].startswith("Live (failed: KeyError)")


def test_who_is_interrupted_while_waiting_stops_the_stream(outputs: Outputs) -> None:
    async def main() -> None:
        view = live(rx.interval(0.1))

        async def cell() -> None:
            await view

        waiting = asyncio.create_task(cell())
        await asyncio.sleep(0.25)
        waiting.cancel()
        await asyncio.wait([waiting])
        assert not view.is_running

    run_virtual(main())
    assert "stopped" in outputs.texts[-1]


def test_who_stops_it_twice_sees_its_end_too(outputs: Outputs) -> None:
    async def main() -> None:
        view = live(rx.interval(0.1))
        await asyncio.sleep(0.25)
        while view.is_running:
            view.stop()
            await asyncio.sleep(0)

    run_virtual(main())
    assert outputs.texts[-1] == "Live (stopped): out"


def test_the_end_is_drawn_beside_the_loop(
    outputs: Outputs, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An hour takes a second to draw, in which the streams of other cells go on."""
    drawn_by: dict[str, threading.Thread] = {}

    def spy(lanes: Mapping[str, Sequence[Note]], frame: Frame, *, left_out: str = "") -> Picture:
        drawn_by.update(dict.fromkeys(lanes, threading.current_thread()))
        return picture_of_notes(lanes, frame, left_out=left_out)

    async def main() -> None:
        await live(rx.of(1))

    monkeypatch.setattr("rxvoice.viz._live.picture_of_notes", spy)
    asyncio.run(main())
    assert outputs.texts[-1] == "Live (ended): out"
    assert drawn_by["out"] is not threading.main_thread()


def test_only_the_last_seconds_are_drawn_while_it_runs(outputs: Outputs) -> None:
    async def main() -> None:
        view = live(rx.interval(0.01), every=10.0, window=1.0)
        await asyncio.sleep(25.0)
        view.stop()
        await view.ended()

    run_virtual(main())
    sizes = [len(page) for page in outputs.pages]
    assert sizes[3] < sizes[2] * 1.1


def test_the_items_are_kept_for_later(outputs: Outputs) -> None:
    async def main() -> list[object]:
        view = live(numbers())
        await view
        return [event.item for event in view.probes.items("out")]

    assert run_virtual(main()) == [0, 1] * 10


def test_without_a_notebook_it_says_what_to_use() -> None:
    async def main() -> None:
        with pytest.raises(RuntimeError, match=r"need a notebook; elsewhere use .*Probes"):
            live(rx.of(1))

    run_virtual(main())


def test_bad_arguments_are_refused() -> None:
    with pytest.raises(ValueError, match="every and window must be positive"):
        live(rx.of(1), every=0.0)


NOTEBOOK = """
import sys

import nbformat
from nbclient import NotebookClient

CELLS = [
    "import reactivex as rx\\nfrom rxvoice.viz import live",
    "await live(rx.timer(0.3), title='Timer')",
    "view = live(rx.interval(0.05))",
    "view = live(rx.timer(0.2))\\nawait view\\nview.probes",
]
cells = [nbformat.v4.new_code_cell(cell) for cell in CELLS]
notebook = nbformat.v4.new_notebook(cells=cells)
NotebookClient(notebook, timeout=30).execute()
for cell in notebook.cells:
    for output in cell.outputs:
        shown = output.get("data", {})
        has_picture = "data:image/svg+xml" in shown.get("text/html", "")
        sys.stdout.write(f"{output.output_type} {shown.get('text/plain')} {has_picture}\\n")
"""


def test_a_notebook_is_executed_and_holds_pictures(tmp_path: Path) -> None:
    pytest.importorskip("nbclient")
    script = tmp_path / "execute.py"
    script.write_text(NOTEBOOK)
    ran = subprocess.run(
        [sys.executable, str(script)], capture_output=True, text=True, timeout=60, check=False
    )
    assert ran.stdout.splitlines() == [
        "display_data Timer (ended): out True",
        "display_data Live (begins):  True",
        "display_data Live (ended): out True",
        "execute_result Probes: out True",
    ], ran.stderr
