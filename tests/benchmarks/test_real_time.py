"""The benchmarks that hold calls over sockets, in real time, work."""

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from .programs import FOLDER, Load, finite, needs_benchmarks, output, positive, run

pytestmark = needs_benchmarks


def test_pacing_tells_how_late_packets_leave_and_arrive(tmp_path: Path) -> None:
    kept = tmp_path / "kept.json"
    short = ("--sessions", "1", "--seconds", "1", "--warm", "0.2")
    output(run("pacing.py", *short, "--json", str(kept)))
    found = json.loads(kept.read_text(encoding="utf-8"))["results"]
    title = "1 sessions that talk and listen"
    late = ["packet leaves late, median", "the same, p99", "the same, at most"]
    rest = [late[0].replace("leaves", "arrives"), *late[1:], "the same, of one core"]
    assert [line["name"] for line in found] == [
        *(f"{title}: {late[0]}", *late[1:]),
        *(f"the same, {rest[0]}", *rest[1:]),
        *(f"{title} with Silero: {late[0]}", *late[1:]),
        *(f"the same, {rest[0]}", *rest[1:]),
    ]
    assert all(" of 40 by 5 ms or more" in line["note"] for line in found if line["note"])
    assert finite(line["value"] for line in found)
    assert positive(line["value"] for line in found if line["unit"] == "%")


@pytest.fixture
def server() -> Iterator[tuple[int, int]]:
    """Serve, and tell the process's number and the port."""
    command = [sys.executable, "serving_rxvoice.py"]
    with subprocess.Popen(
        command, cwd=FOLDER, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    ) as process:
        assert process.stdout is not None
        yield process.pid, int(process.stdout.readline())
        process.kill()


def test_a_client_of_serving_is_answered_in_whole(load: Load, server: tuple[int, int]) -> None:
    pid, port = server
    script, loads = load("serving_script"), load("serving_load")
    clients = loads.Load(("127.0.0.1", port), "/ws", 1, pid)
    clients.connect()
    (client,) = clients.clients
    client.position = load("serving_client").TALKS - 25
    until = time.time() + 30.0
    whole = script.REPLY - 1.5 * script.FRAME
    while time.time() < until and not (client.turns and client.turns[0].heard[-1:] > [whole]):
        clients.run(time.time() + 0.1)
    client.socket.close()
    (turn,) = client.turns
    assert turn.heard[-1] == pytest.approx(script.REPLY, abs=0.05)
    assert turn.came[0] - turn.ended > script.EXPECTED - 0.05
    assert not client.gone
    assert loads.processor(pid) > 0.0
    assert loads.resident(pid) > 10_000_000


@pytest.fixture
def search(load: Load) -> ModuleType:
    return load("serving_search")


@pytest.mark.parametrize("most", [1, 49, 50, 187])
def test_serving_finds_the_most_sessions_within_its_precision(
    most: int, load: Load, search: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    found_type: Any = load("serving_load").Found
    shares = {"late", "first"}
    told: list[str] = []

    def loaded(kind: Any, count: int) -> Any:
        values: dict[str, Any] = {
            field.name: (0.0,) * 4 if field.name in shares else 0 for field in fields(found_type)
        }
        values |= {"sessions": count, "replies": count, "missing": int(count > most)}
        return found_type(**values)

    bench = search.Bench(6.0, 2, told.append, ahead=False)
    monkeypatch.setattr(bench, "load", loaded)
    found = bench.limit(search.Kind("any", "python", "any.py", 50))
    good = search.at_limit(found).sessions
    bad = min(one.sessions for one in found if not search.carries(one))
    assert good <= most < bad <= max(1.1 * good, good + 1)
    assert len(told) == len(found) <= 30
    assert load("serving").table({"any": found[0]}).count("\n") == 7
