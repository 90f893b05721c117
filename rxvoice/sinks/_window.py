"""A window that shows pictures, by Tk."""

import io
from importlib import import_module
from typing import Any, Protocol

from rxvoice.errors import DeviceError
from rxvoice.items import ImageFrame


class Window(Protocol):
    """What `rxvoice.sinks.to_tk` needs of a window; all but `decode` on the loop's thread."""

    def decode(self, picture: ImageFrame, /) -> object:
        """Turn a picture into what `show` is given; called in a thread.

        Raises:
            Exception: When it cannot be read.
        """
        ...

    def show(self, image: object, /) -> None:
        """Show what was decoded."""
        ...

    def update(self) -> bool:
        """Let the window live; return whether it is still there."""
        ...

    def close(self) -> None:
        """Close it; idempotent."""
        ...


class OpenWindow(Protocol):
    """Opens a window."""

    def __call__(self, *, title: str, size: tuple[int, int] | None) -> Window:
        """Open it.

        Args:
            title: What stands above it.
            size: Width and height, into which pictures are fitted; that of each picture if None.

        Raises:
            DeviceError: When that is not possible.
        """
        ...


def open_tk_window(*, title: str, size: tuple[int, int] | None) -> "TkWindow":
    """Open a window by Tk, as `OpenWindow` says."""
    tkinter = _module("tkinter", "Python's tkinter is missing (on Debian: apt install python3-tk)")
    hint = "Pillow is missing: pip install 'rxvoice[images]'"
    image, image_tk = _module("PIL.Image", hint), _module("PIL.ImageTk", hint)
    try:
        root = tkinter.Tk()
    except tkinter.TclError as error:
        raise DeviceError(f"there is no display for a window: {error}") from error
    return TkWindow(root, tkinter.Label(root), image, image_tk, title=title, size=size)


class TkWindow:
    """A window of Tk.

    Args:
        root: The window.
        label: What is in it.
        image: The module ``PIL.Image``.
        image_tk: The module ``PIL.ImageTk``.
        title: As for `OpenWindow`.
        size: Likewise.
    """

    def __init__(
        self,
        root: Any,
        label: Any,
        image: Any,
        image_tk: Any,
        *,
        title: str,
        size: tuple[int, int] | None,
    ) -> None:
        self._root = root
        self._label = label
        self._image = image
        self._image_tk = image_tk
        self._size = size
        self._shown: object = None
        self._open = True
        root.title(title)
        if size is not None:
            root.geometry(f"{size[0]}x{size[1]}")
        label.pack(expand=True)
        root.protocol("WM_DELETE_WINDOW", self.close)

    def decode(self, picture: ImageFrame, /) -> object:
        """Read a picture, and fit it into the window."""
        with self._image.open(io.BytesIO(picture.data)) as read:
            image = read.convert("RGB")
        if self._size is not None:
            scale = min(self._size[0] / image.width, self._size[1] / image.height)
            image = image.resize(
                (max(round(image.width * scale), 1), max(round(image.height * scale), 1))
            )
        return image

    def show(self, image: object, /) -> None:
        """Show an image."""
        if self._open:
            photo = self._image_tk.PhotoImage(image, master=self._root)
            self._label.configure(image=photo)
            self._shown = photo  # Tk itself keeps only its name, and forgets it with the object

    def update(self) -> bool:
        """Let the window draw and react; return whether it is still there."""
        if self._open:
            self._root.update()
        return self._open

    def close(self) -> None:
        """Close it."""
        if self._open:
            self._open = False
            self._shown = None
            self._root.destroy()


def _module(name: str, hint: str) -> Any:
    try:
        return import_module(name)
    except ImportError as error:
        raise DeviceError(hint) from error


__all__ = ["OpenWindow", "TkWindow", "Window", "open_tk_window"]
