"""Microphones and loudspeakers: what a driver has to offer, and who closes what it opened."""

import threading
from collections.abc import Callable
from typing import Generic, Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray


class DeviceStream(Protocol):
    """A running stream of a device."""

    @property
    def rate(self) -> int:
        """Samples a second that the device really runs at."""
        ...

    def close(self) -> None:
        """Stop at once; afterwards none of its callbacks is running or will run."""
        ...


class OutputStream(DeviceStream, Protocol):
    """A running stream of a loudspeaker."""

    @property
    def latency(self) -> float:
        """Seconds from a sample in the callback to its sound."""
        ...


S = TypeVar("S", bound=DeviceStream)


class OpenInput(Protocol):
    """Opens and starts a microphone."""

    def __call__(
        self,
        *,
        rate: int,
        device: int | str | None,
        frame: float,
        receive: Callable[[NDArray[np.int16], int], object],
        ended: Callable[[], object],
    ) -> DeviceStream:
        """Return the running stream.

        Args:
            rate: Samples a second wanted; the device may run at another rate.
            device: Its number or a part of its name; the default unless given.
            frame: Seconds a call of ``receive``.
            receive: Called in the device's thread with samples, which it may keep, and their rate.
            ended: Called in any thread when the device has stopped.

        Raises:
            DeviceError: When there is no such device or it cannot be used.
        """
        ...


class OpenOutput(Protocol):
    """Opens and starts a loudspeaker."""

    def __call__(
        self,
        *,
        rate: int | None,
        device: int | str | None,
        fill: Callable[[NDArray[np.int16]], bool],
        ended: Callable[[], object],
    ) -> OutputStream:
        """Return the running stream.

        Args:
            rate: Samples a second wanted; the device's own unless given.
            device: Its number or a part of its name; the default unless given.
            fill: Called in the device's thread with an array to write samples into; returns
                whether more will come. After the last ones were heard the stream ends.
            ended: Called in any thread when the device has stopped.

        Raises:
            DeviceError: When there is no such device or it cannot be used.
        """
        ...


class Opening(Generic[S]):
    """A device that is opened in a thread and may be given up meanwhile.

    Args:
        start: Opens it.
    """

    def __init__(self, start: Callable[[], S]) -> None:
        self._start = start
        self._lock = threading.Lock()
        self._stream: S | None = None
        self._given_up = False

    def open(self) -> S:
        """Open it; to be called once, in any thread."""
        stream = self._start()
        with self._lock:
            self._stream = stream
            given_up = self._given_up
        if given_up:
            stream.close()
        return stream

    def close(self) -> None:
        """Close it, or let `open` do so when it is not there yet; in any thread."""
        with self._lock:
            self._given_up = True
            stream = self._stream
        if stream is not None:
            stream.close()


__all__ = ["DeviceStream", "OpenInput", "OpenOutput", "Opening", "OutputStream"]
