"""Several processes and threads that want the same file, and processes that are killed."""

from __future__ import annotations

import signal
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest

from rxvoice.models import Address, ModelFile, Store

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.models.conftest import Bench

CODE = """
import sys
from pathlib import Path
from rxvoice.models import Address, ModelFile, Store

def tell(done, total, place):
    print("told", done, place, flush=True)

cache, sha256, size, url = sys.argv[1:]
file = ModelFile("model", sha256, int(size), "model.onnx", places=(Address(url),))
print("path", Store(cache=Path(cache), table={}).path(file, progress=tell), flush=True)
"""


class Fetcher:
    """A process that fetches."""

    def __init__(self, bench: Bench, file: ModelFile) -> None:
        address = file.places[0]
        assert isinstance(address, Address)
        arguments = [str(bench.cache), file.sha256, str(file.size), address.url]
        self.process = subprocess.Popen(
            [sys.executable, "-c", CODE, *arguments],
            stdout=subprocess.PIPE,
            text=True,
            env=bench.environ,
        )

    def read_until(self, wanted: Callable[[str], bool]) -> str:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            if wanted(line):
                return line.strip()
        raise AssertionError("the process ended before it said that")

    def end(self) -> int:
        assert self.process.stdout is not None
        self.process.stdout.close()
        return self.process.wait(30)


@pytest.fixture
def start(bench: Bench) -> Iterator[Callable[[ModelFile], Fetcher]]:
    """Starts a process that fetches a file; none outlives the test."""
    started: list[Fetcher] = []

    def begin(file: ModelFile) -> Fetcher:
        started.append(Fetcher(bench, file))
        return started[-1]

    yield begin
    for fetcher in started:
        fetcher.process.kill()
        fetcher.end()


def has_some(line: str) -> bool:
    return line.startswith("told") and not line.startswith("told 0")


def test_of_two_processes_one_fetches_and_the_other_waits(
    bench: Bench, content: bytes, start: Callable[[ModelFile], Fetcher]
) -> None:
    held = threading.Event()
    file = bench.file(content, bench.hub.address("m", bench.page(content, held=held)))
    first = start(file)
    first.read_until(has_some)
    second = start(file)
    second.read_until(lambda line: line == "told 0 somebody else's download\n")
    held.set()
    paths = [each.read_until(lambda line: line.startswith("path")) for each in (first, second)]
    assert paths[0] == paths[1] == f"path {bench.cache / file.sha256 / file.name}"
    assert [first.end(), second.end()] == [0, 0]
    assert bench.hub.asked == [("/m", "")]


def test_a_killed_process_blocks_nobody_and_what_it_fetched_is_used(
    bench: Bench, content: bytes, start: Callable[[ModelFile], Fetcher]
) -> None:
    held = threading.Event()
    page = bench.page(content, held=held)
    file = bench.file(content, bench.hub.address("m", page))
    first = start(file)
    first.read_until(has_some)
    second = start(file)
    second.read_until(lambda line: "somebody else's" in line)
    first.process.kill()
    assert first.end() != 0
    page.held = None
    held.set()
    second.read_until(lambda line: line.startswith("path"))
    assert second.end() == 0
    assert (bench.cache / file.sha256 / file.name).read_bytes() == content
    assert bench.hub.asked[0] == ("/m", "")
    assert bench.hub.asked[1][1].startswith("bytes=")
    assert len(bench.hub.asked) == 2


def test_an_interrupted_process_leaves_what_came(
    bench: Bench, content: bytes, start: Callable[[ModelFile], Fetcher]
) -> None:
    held = threading.Event()
    page = bench.page(content, held=held)
    file = bench.file(content, bench.hub.address("m", page))
    first = start(file)
    first.read_until(has_some)
    first.process.send_signal(signal.SIGTERM)
    assert first.end() != 0
    page.held = None
    held.set()
    assert bench.store(file).path("model").read_bytes() == content
    assert bench.hub.asked[1][1].startswith("bytes=")


def test_threads_that_want_members_of_one_wheel_download_it_once(
    bench: Bench, content: bytes
) -> None:
    files = [
        bench.file(content + bytes([n]), bench.in_wheel(f"data/{n}"), key=f"f{n}") for n in range(3)
    ]
    wheel = bench.wheel({f"data/{n}": content + bytes([n]) for n in range(3)})
    link = f'<a href="/{wheel.name}">{wheel.name}</a>'.encode()
    bench.hub.address("simple/carrier/", bench.page(link, html=True))
    bench.hub.address(wheel.name, bench.page(wheel.read_bytes()))
    index = f"{bench.hub.url}/simple"
    store: Store = bench.store(*files, PIP_NO_INDEX="0", PIP_FIND_LINKS="", PIP_INDEX_URL=index)
    with ThreadPoolExecutor(3) as threads:
        paths = list(threads.map(store.path, [file.key for file in files]))
    assert [path.read_bytes()[-1] for path in paths] == [0, 1, 2]
    assert sum(path == f"/{wheel.name}" for path, _ in bench.hub.asked) == 1
