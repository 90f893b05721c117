"""Servers of others on this machine, in real time."""

import asyncio
import json
import os
import re
from collections.abc import AsyncGenerator, Generator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any

import pytest

from rxvoice import models
from rxvoice.errors import ModelUnavailable

PATIENCE = 60.0
"""Seconds after which a test gives up: far more than anything takes."""

AIMOCK = Path(os.environ.get("RXVOICE_PEERS", "")) / "node_modules/@copilotkit/aimock/dist/cli.js"

needs_aimock = pytest.mark.skipif(
    not os.environ.get("RXVOICE_PEERS") or not AIMOCK.exists(),
    reason="aimock is not here: tools/peers.sh installs it, RXVOICE_PEERS tells where",
)


@asynccontextmanager
async def aimock(fixtures: list[dict[str, Any]], folder: Path) -> AsyncGenerator[str]:
    """Run aimock with fixtures, and give its address."""
    file = folder / "fixtures.json"
    file.write_text(json.dumps({"fixtures": fixtures}))
    server = await asyncio.create_subprocess_exec(
        "node", str(AIMOCK), "-p", "0", "-f", str(file), stdout=asyncio.subprocess.PIPE
    )
    try:
        assert server.stdout is not None
        async with asyncio.timeout(PATIENCE):
            while not (found := re.search(rb"http://[\d.:]+", await server.stdout.readline())):
                assert server.returncode is None
        yield found[0].decode()
    finally:
        server.terminate()
        await server.communicate()


@contextmanager
def llama_cpp(key: str) -> Generator[str]:
    """Run llama.cpp's own server, with one slot, and give its address."""
    runtime = pytest.importorskip("xllamacpp")
    try:
        path = models.path("smollm2-135m-instruct")
    except ModelUnavailable as error:
        pytest.skip(f"the model cannot be had: {error}")
    wanted = runtime.CommonParams()
    wanted.model.path = str(path)
    wanted.n_parallel = 1
    wanted.n_ctx = 2048
    wanted.cpuparams.n_threads = wanted.cpuparams_batch.n_threads = 1
    wanted.warmup = wanted.ui = False
    wanted.endpoint_slots = True
    wanted.verbosity = -1
    wanted.port = 0
    wanted.hostnames = ["127.0.0.1"]
    wanted.api_keys = [key]
    server = runtime.Server(wanted)
    try:
        yield server.listening_address
    finally:
        del server
