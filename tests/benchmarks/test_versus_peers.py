"""`versus_measure.py` measures the peers, where their environments are."""

from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from subprocess import CompletedProcess

import pytest

from .programs import PEERS, finite, needs_benchmarks, numbers
from .stacks import CHECKS, in_turn, told

pytestmark = needs_benchmarks

Running = dict[str, Future[CompletedProcess[str]]]


def environment(stack: str) -> pytest.MarkDecorator:
    """Skip a test where a peer is not installed."""
    return pytest.mark.skipif(
        not (PEERS / stack / "bin/python").exists(),
        reason=f"{stack} is not here: tools/peers.sh installs it, RXVOICE_PEERS tells where",
    )


@pytest.fixture(scope="module")
def running() -> Iterator[Running]:
    """Begin with all peers at once: they wait most of the time."""
    pythons = {stack: PEERS / stack / "bin/python" for stack in ("pipecat", "livekit")}
    with ThreadPoolExecutor(2) as pool:
        yield {
            stack: pool.submit(in_turn, stack, python)
            for stack, python in pythons.items()
            if python.exists()
        }


@pytest.mark.parametrize(
    "stack",
    [
        pytest.param("pipecat", marks=environment("pipecat")),
        pytest.param("livekit", marks=environment("livekit")),
    ],
)
def test_the_measures_of_a_peer_tell_finite_numbers(stack: str, running: Running) -> None:
    found = told(running[stack].result())
    names = [name for name in CHECKS if name != "flood"]
    for name, each in zip(names, found, strict=True):
        if each.get(
            "failed"
        ):  # the others keep the machine too busy for the peer to answer in time
            assert finite(numbers(each))
        else:
            CHECKS[name](each)
