"""A network of its own, for clients that do not use the loopback interface.

WebRTC's native library ignores 127.0.0.1. Tests that are marked with ``namespace`` run in another
process, in a network namespace with one pair of interfaces and no way out.
"""

import functools
import os
import signal
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Final
from xml.etree import ElementTree

ADDRESS: Final = "10.99.0.1"
INSIDE: Final = "RXVOICE_TEST_NAMESPACE"
LIMIT: Final = 120.0
"""Seconds that all tests of a file may take."""

_SET_UP: Final = f"""
ip link set lo up &&
ip link add rxvoice0 type veth peer name rxvoice1 &&
ip addr add {ADDRESS}/24 dev rxvoice0 &&
ip link set rxvoice0 up &&
ip link set rxvoice1 up
"""


@functools.cache
def way_in() -> tuple[str, ...]:
    """Return the command that makes a namespace; empty where none can be made."""
    for command in (("unshare", "-n"), ("unshare", "-r", "-n")):
        try:
            tried = subprocess.run(
                [*command, "sh", "-c", _SET_UP], capture_output=True, timeout=10.0, check=False
            )
        except (OSError, subprocess.TimeoutExpired):
            continue
        if tried.returncode == 0:
            return command
    return ()


@functools.cache
def outcomes(file: Path) -> dict[str, str]:
    """Run all tests of a file in a namespace.

    Returns:
        What went wrong by the name of the test; nothing for one that has passed.
    """
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder, "report.xml")
        tests = [sys.executable, "-m", "pytest", "-n", "0", "-p", "no:cacheprovider"]
        tests += [f"--junitxml={report}", str(file)]
        script = f'{_SET_UP.strip()} && exec "$@"'
        process = subprocess.Popen(
            [*way_in(), "sh", "-c", script, "sh", *tests],
            env={**os.environ, INSIDE: "1"},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        try:
            told, _ = process.communicate(timeout=LIMIT)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            told, _ = process.communicate()
            return {"": f"not done after {LIMIT:g} s\n{told}"}
        if not report.exists():  # the exit code counts for nothing: the SDK may abort at exit
            return {"": f"no report\n{told}"}
        cases = ElementTree.parse(report).iter("testcase")
        return {case.get("name", ""): _trouble(case) for case in cases}


def _trouble(case: ElementTree.Element) -> str:
    troubles = [one for kind in ("failure", "error", "skipped") for one in case.findall(kind)]
    return "\n".join(one.text or one.get("message", "failed") for one in troubles)


__all__ = ["ADDRESS", "INSIDE", "outcomes", "way_in"]
