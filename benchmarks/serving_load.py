"""Many clients in one process, which load a server and tell what it did as JSON.

It is run by `serving`, and needs no package.
"""

import argparse
import array
import gc
import json
import os
import random
import select
import sys
import time
from dataclasses import asdict, dataclass
from pathlib import Path

from serving_client import CYCLE, TALKS, Client
from serving_script import FRAME, PAUSE, REPLY, SPEECH
from serving_wire import audio, binary


@dataclass(slots=True)
class Found:
    """What one load has shown.

    Attributes:
        sessions: How many clients there were.
        late: Milliseconds that packets came late, at 50, 95, 99 and 100 %.
        first: Milliseconds from the end of speech to the first sound, at 50, 95, 99 and 100 %.
        replies: How many answers should have come in whole, …
        missing: … and how many did not.
        lost: How many connections were lost.
        messages: How many messages that are no audio came in a session and second.
        cpu: Seconds of processor time that the server took for a session and second.
        busy: Its share of one core.
        memory: Bytes by which its resident memory grew for a session.
        own: Share of one core that the clients took.
        behind: Milliseconds that the clients were late themselves, at 99 %.
    """

    sessions: int
    late: tuple[float, ...]
    first: tuple[float, ...]
    replies: int
    missing: int
    lost: int
    messages: float
    cpu: float
    busy: float
    memory: float
    own: float
    behind: float


class Load:
    """All clients.

    Args:
        address: Of the server.
        path: Of the websocket.
        count: How many.
        pid: The server's process.
    """

    def __init__(self, address: tuple[str, int], path: str, count: int, pid: int) -> None:
        self.clients: list[Client] = []
        self._address, self._path, self._count, self._pid = address, path, count, pid
        self._poll = select.epoll()
        self._by_number: dict[int, Client] = {}
        noise = random.Random(1)
        self._packets = [
            binary(
                audio(array.array("h", [noise.randint(-6000, 6000) for _ in range(320)]).tobytes())
            )
            for _ in range(TALKS)
        ]
        self._quiet = binary(audio(bytes(640)))
        self._due = [0.0] * count
        self.behind: list[float] = []

    def connect(self) -> None:
        """Let one more come; they are spread evenly over a packet and over the conversation."""
        number = len(self.clients)
        position = number * CYCLE // self._count * 7 % CYCLE
        client = Client(self._address, self._path, position)
        self.clients.append(client)
        self._by_number[client.socket.fileno()] = client
        self._poll.register(client.socket.fileno(), select.EPOLLIN)
        now = time.time()
        phase = number / self._count * FRAME
        self._due[number] = now - now % FRAME + phase

    def run(self, until: float) -> None:
        """Send and receive until then."""
        clients, due, step = self.clients, self._due, FRAME
        while (now := time.time()) < until:
            following = until
            for number, client in enumerate(clients):
                at = due[number]
                if at <= now:
                    due[number] = at + step
                    if client.open and not client.gone:
                        self.behind.append(now - at)
                        client.send(at, self._packets, self._quiet)
                    following = min(following, at + step)
                elif at < following:
                    following = at
            wait = min(max(following - time.time(), 0.0), 0.001)
            for number, _ in self._poll.poll(wait, 64):
                client = self._by_number[number]
                client.receive()
                if client.gone:
                    self._poll.unregister(number)
                    client.socket.close()
                    del self._by_number[number]

    def come(self) -> float:
        """Let all come, one when the one before is there; return the resident memory with one."""
        self.connect()
        self.run(time.time() + 4.0)
        memory = resident(self._pid)
        for _ in range(self._count - 1):
            self.connect()
            patience = time.time() + 10.0
            while not self.clients[-1].open and time.time() < patience:
                self.run(time.time() + 0.01)
            self.run(time.time() + 0.01)
        return memory

    def measure(self, seconds: float) -> Found:
        """Load the server for a while, and tell what it did."""
        memory = self.come()
        self.run(time.time() + SPEECH + PAUSE)
        self.behind.clear()
        messages = sum(client.messages for client in self.clients)
        began, used, own = time.time(), processor(self._pid), time.process_time()
        self.run(began + seconds)
        ended = time.time()
        used, own = processor(self._pid) - used, time.process_time() - own
        messages = sum(client.messages for client in self.clients) - messages
        behind = sorted(self.behind)
        self.run(ended + PAUSE)
        grown = resident(self._pid) - memory
        count, passed = self._count, ended - began
        late, first, missing = self._answers(began, ended)
        return Found(
            sessions=count,
            late=shares(late),
            first=shares(first),
            replies=len(first) + missing,
            missing=missing,
            lost=sum(client.gone for client in self.clients),
            messages=messages / count / passed,
            cpu=used / count / passed,
            busy=used / passed,
            memory=grown / max(count - 1, 1),
            own=own / passed,
            behind=1e3 * at_share(behind, 0.99),
        )

    def _answers(self, began: float, ended: float) -> tuple[list[float], list[float], int]:
        late: list[float] = []
        first: list[float] = []
        missing = 0
        for client in self.clients:
            for turn in client.turns:
                if not began <= turn.ended < ended:
                    continue
                if not turn.heard or turn.heard[-1] < REPLY - 1.5 * FRAME:
                    missing += 1
                    continue
                first.append(1e3 * (turn.came[0] - turn.ended))
                began_at = turn.came[0]
                late += [
                    1e3 * (came - began_at - before)
                    for came, before in zip(turn.came[1:], turn.heard, strict=False)
                ]
        return late, first, missing


def shares(values: list[float]) -> tuple[float, ...]:
    """Return the median, 95 %, 99 % and the greatest."""
    values.sort()
    return tuple(at_share(values, share) for share in (0.5, 0.95, 0.99, 1.0))


def at_share(values: list[float], share: float) -> float:
    """Return the value that a share of sorted values does not exceed; 0 when there are none."""
    return values[min(int(share * len(values)), len(values) - 1)] if values else 0.0


def processor(pid: int) -> float:
    """Return the seconds of processor time that a process has taken."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def resident(pid: int) -> int:
    """Return the bytes of memory that a process has."""
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def main() -> None:
    """Load a server."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("port", type=int)
    parser.add_argument("--path", default="/ws")
    parser.add_argument("--sessions", type=int, required=True)
    parser.add_argument("--seconds", type=float, default=SPEECH + PAUSE)
    parser.add_argument("--pid", type=int, required=True, help="the server's process")
    args = parser.parse_args()
    gc.disable()
    load = Load(("127.0.0.1", args.port), args.path, args.sessions, args.pid)
    json.dump(asdict(load.measure(args.seconds)), sys.stdout)


if __name__ == "__main__":
    main()
