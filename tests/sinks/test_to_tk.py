"""TR10: pictures in a window, a fake one and, where there is a display, Tk's."""

import asyncio
import gc
import importlib
import io
import os
import shutil
import subprocess
import sys
import weakref
from collections.abc import Iterator
from itertools import pairwise
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest
import reactivex as rx
from PIL import Image
from reactivex.subject import Subject

from rxvoice import Session
from rxvoice.errors import DeviceError
from rxvoice.items import ImageFrame
from rxvoice.sinks import to_tk
from rxvoice.testing import pause, run_virtual, tone


def picture(colour: str, size: tuple[int, int] = (40, 20)) -> ImageFrame:
    written = io.BytesIO()
    Image.new("RGB", size, colour).save(written, "PNG")
    return ImageFrame(written.getvalue(), "image/png")


class FakeWindow:
    """Remembers what it showed, and when it was let live."""

    def __init__(self) -> None:
        self.shown: list[tuple[float, bytes]] = []
        self.lived: list[float] = []
        self.title = ""
        self.open = False
        self.refusal: Exception | None = None

    def __call__(self, *, title: str, size: tuple[int, int] | None) -> "FakeWindow":
        if self.refusal is not None:
            raise self.refusal
        self.title = f"{title} {size}"
        self.open = True
        return self

    def decode(self, picture: ImageFrame, /) -> object:
        if picture.data == b"broken":
            raise ValueError("a secret")
        return picture.data

    def show(self, image: object, /) -> None:
        assert isinstance(image, bytes)
        self.shown.append((asyncio.get_running_loop().time(), image))

    def update(self) -> bool:
        self.lived.append(asyncio.get_running_loop().time())
        return self.open

    def close(self) -> None:
        self.open = False


def test_tr10_pictures_are_shown_and_the_window_is_closed_with_the_stream() -> None:
    window = FakeWindow()

    async def main() -> None:
        async with Session() as session:
            pictures: Subject[object] = Subject()
            showing = to_tk(title="camera", size=(64, 48), open_window=window)(pictures, session)
            await pause(0.1)
            assert (window.open, window.title) == (True, "camera (64, 48)")
            pictures.on_next(tone(0.02))
            for name in (b"one", b"two", b"broken", b"three"):
                pictures.on_next(ImageFrame(name))
                await pause(0.1)
            pictures.on_completed()
            await showing

    run_virtual(main())
    assert [name for _, name in window.shown] == [b"one", b"two", b"three"]
    assert not window.open


def test_tr10_the_newest_picture_is_shown_and_not_more_than_so_many_a_second() -> None:
    window = FakeWindow()

    async def main() -> None:
        async with Session() as session:
            pictures: Subject[object] = Subject()
            showing = to_tk(fps=10.0, open_window=window)(pictures, session)
            for index in range(100):
                pictures.on_next(ImageFrame(bytes([index])))
                await pause(0.01)
            pictures.on_completed()
            await showing

    run_virtual(main())
    assert 10 <= len(window.shown) <= 12
    assert window.shown[-1][1] == bytes([99])
    times = [time for time, _ in window.shown]
    assert all(b - a >= 0.099 for a, b in pairwise(times))


def test_tr10_a_window_without_pictures_is_let_live() -> None:
    window = FakeWindow()

    async def main() -> None:
        async with Session() as session:
            showing = to_tk(open_window=window)(rx.never(), session)
            await pause(1.0)
            showing.cancel()  # type: ignore[attr-defined]
            await pause(0.1)
            assert not window.open

    run_virtual(main())
    assert len(window.lived) == pytest.approx(20, abs=2)


def test_tr10_whoever_closes_the_window_ends_it() -> None:
    window = FakeWindow()

    async def main() -> None:
        async with Session() as session:
            pictures: Subject[object] = Subject()
            showing = to_tk(open_window=window)(pictures, session)
            await pause(0.1)
            window.open = False
            await showing
            assert not pictures.observers
            pictures.on_next(ImageFrame(b"late"))

    run_virtual(main())
    assert not window.shown


def test_tr10_a_stream_that_fails_and_a_display_that_is_missing_are_told() -> None:
    async def main() -> None:
        async with Session() as session:
            window = FakeWindow()
            with pytest.raises(KeyError, match="a bug"):
                await to_tk(open_window=window)(rx.throw(KeyError("a bug")), session)
            assert not window.open
            window.refusal = DeviceError("there is no display")
            with pytest.raises(DeviceError, match="no display"):
                await to_tk(open_window=window)(rx.never(), session)

    run_virtual(main())


@pytest.mark.parametrize("options", [{"fps": 0.0}, {"size": (0, 10)}])
def test_options_that_make_no_sense_are_refused(options: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=next(iter(options))):
        to_tk(**options)


class Photo:
    """A picture of Tk's: it is blank once nobody holds it."""

    def __init__(self, image: Image.Image, master: object) -> None:
        self.size = image.size


class Label:
    """Knows pictures by name only, as Tk does."""

    def __init__(self, root: object) -> None:
        self.photo: weakref.ref[Photo] | None = None

    def pack(self, **_: object) -> None: ...

    def configure(self, image: Photo) -> None:
        self.photo = weakref.ref(image)


class Root:
    def __init__(self) -> None:
        self.calls: list[str] = []
        self.delete = lambda: None

    def title(self, text: str) -> None:
        self.calls.append(text)

    def geometry(self, text: str) -> None:
        self.calls.append(text)

    def protocol(self, name: str, action: Any) -> None:
        self.delete = action

    def update(self) -> None:
        self.calls.append("update")

    def destroy(self) -> None:
        self.calls.append("destroy")


@pytest.fixture
def tk(monkeypatch: pytest.MonkeyPatch) -> SimpleNamespace:
    """Modules in the place of tkinter and of Pillow's bridge to it."""
    made = SimpleNamespace(root=Root(), labels=[])

    def label(root: object) -> Label:
        made.labels.append(Label(root))
        return made.labels[-1]

    module: Any = ModuleType("tkinter")
    module.Tk, module.Label, module.TclError = (lambda: made.root), label, RuntimeError
    bridge: Any = ModuleType("PIL.ImageTk")
    bridge.PhotoImage = Photo
    monkeypatch.setitem(sys.modules, "tkinter", module)
    monkeypatch.setitem(sys.modules, "PIL.ImageTk", bridge)
    made.module = module
    return made


def test_tr10_the_window_keeps_the_picture_that_it_shows_and_no_other(tk: SimpleNamespace) -> None:
    async def main() -> None:
        async with Session() as session:
            pictures: Subject[object] = Subject()
            showing = to_tk(size=(80, 80))(pictures, session)
            await pause(0.1)
            pictures.on_next(picture("red"))
            await pause(0.1)
            gc.collect()
            first = tk.labels[0].photo
            assert first() is not None
            assert first().size == (80, 40)  # fitted
            pictures.on_next(picture("blue"))
            await pause(0.1)
            gc.collect()
            assert first() is None
            assert tk.labels[0].photo() is not None
            tk.root.delete()  # somebody closes it
            await showing

    run_virtual(main())
    assert tk.root.calls[:2] == ["rxvoice", "80x80"]
    assert tk.root.calls[-1] == "destroy"


def test_tr10_without_a_display_the_error_says_so(tk: SimpleNamespace) -> None:
    def refuse() -> Root:
        raise RuntimeError("no display name")

    tk.module.Tk = refuse

    async def main() -> None:
        async with Session() as session:
            with pytest.raises(DeviceError, match="no display for a window: no display name"):
                await to_tk()(rx.never(), session)

    run_virtual(main())


@pytest.mark.parametrize("missing", ["tkinter", "PIL.ImageTk"])
def test_tr10_without_a_package_the_error_says_how_to_install_it(
    missing: str, tk: SimpleNamespace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, missing, None)

    async def main() -> None:
        async with Session() as session:
            with pytest.raises(DeviceError, match="install"):
                await to_tk()(rx.never(), session)

    run_virtual(main())


@pytest.fixture
def display(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The display that there is, or one in memory."""
    pytest.importorskip("tkinter", reason="Python's tkinter is not installed")
    if os.environ.get("DISPLAY"):
        yield
        return
    program = shutil.which("Xvfb")
    if program is None:
        pytest.skip("there is no display, and Xvfb is not installed")
    reads, writes = os.pipe()
    server = subprocess.Popen(
        [program, "-displayfd", str(writes), "-screen", "0", "320x240x24", "-nolisten", "tcp"],
        pass_fds=[writes],
        stderr=subprocess.DEVNULL,
    )
    os.close(writes)
    with os.fdopen(reads) as told:
        monkeypatch.setenv("DISPLAY", f":{told.readline().strip()}")
    yield
    server.terminate()
    server.wait(10.0)


def test_tr10_tk_itself_shows_a_picture(display: None) -> None:
    async def main() -> str:
        tkinter: Any = importlib.import_module("tkinter")
        async with Session() as session:
            pictures: Subject[object] = Subject()
            showing = to_tk(size=(80, 40))(pictures, session)
            await asyncio.sleep(0.2)
            pictures.on_next(picture("#ff0000"))
            await asyncio.sleep(0.3)
            gc.collect()
            root = tkinter._default_root
            root.update()
            name = root.winfo_children()[0].cget("image")
            shown = root.tk.call(str(name), "get", 10, 10)
            pictures.on_completed()
            await showing
            return str(shown)

    assert asyncio.run(main()) in ("255 0 0", "(255, 0, 0)")
