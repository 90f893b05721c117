"""Microphones and loudspeakers by the package sounddevice, which binds PortAudio."""

import logging
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rxvoice.errors import DeviceError

logger = logging.getLogger(__name__)

LIST = "list the devices with: python -m sounddevice"


def open_microphone(
    *,
    rate: int,
    device: int | str | None,
    frame: float,
    receive: Callable[[NDArray[np.int16], int], object],
    ended: Callable[[], object],
) -> "PortAudioStream":
    """Open and start a microphone, as `OpenInput` says."""

    def start(sounddevice: Any, rate: int, channels: int) -> PortAudioStream:
        stream = PortAudioStream(rate)

        def callback(data: Any, _count: int, _time: Any, status: Any) -> None:
            stream.lost += bool(status.input_overflow)
            samples = np.frombuffer(data, np.int16).reshape(-1, channels)
            receive(samples[:, 0].copy(), rate)

        opened = sounddevice.RawInputStream(
            samplerate=rate,
            blocksize=max(round(frame * rate), 1),
            device=device,
            channels=channels,
            dtype="int16",
            latency="low",
            callback=callback,
            finished_callback=ended,
        )
        return stream.start(opened)

    return _open("input", "microphone", device, rate, start)


def open_loudspeaker(
    *,
    rate: int | None,
    device: int | str | None,
    fill: Callable[[NDArray[np.int16]], bool],
    ended: Callable[[], object],
) -> "PortAudioStream":
    """Open and start a loudspeaker, as `OpenOutput` says."""

    def start(sounddevice: Any, rate: int, channels: int) -> PortAudioStream:
        stream = PortAudioStream(rate)

        def callback(data: Any, count: int, _time: Any, status: Any) -> None:
            stream.lost += bool(status.output_underflow)
            samples = np.empty(count, np.int16)
            more = fill(samples)
            np.frombuffer(data, np.int16).reshape(-1, channels)[:] = samples[:, None]
            if not more:
                raise sounddevice.CallbackStop

        opened = sounddevice.RawOutputStream(
            samplerate=rate,
            blocksize=round(0.01 * rate),
            device=device,
            channels=channels,
            dtype="int16",
            latency="low",
            callback=callback,
            finished_callback=ended,
        )
        return stream.start(opened)

    return _open("output", "loudspeaker", device, rate, start)


class PortAudioStream:
    """A stream of PortAudio.

    Attributes:
        rate: Samples a second.
        lost: How often the device's buffer was full or empty.
    """

    def __init__(self, rate: int) -> None:
        self.rate = rate
        self.lost = 0
        self._stream: Any = None

    @property
    def latency(self) -> float:
        """Seconds, as PortAudio estimates them."""
        return float(self._stream.latency)

    def start(self, stream: Any) -> "PortAudioStream":
        """Start an opened stream; close it when that fails."""
        self._stream = stream
        try:
            stream.start()
        except BaseException:
            stream.close(ignore_errors=True)
            raise
        return self

    def close(self) -> None:
        """Stop at once."""
        self._stream.abort(ignore_errors=True)
        self._stream.close(ignore_errors=True)
        if self.lost:
            logger.warning("the audio device was not served in time", extra={"times": self.lost})


def _open(
    kind: str,
    name: str,
    device: int | str | None,
    rate: int | None,
    start: Callable[[Any, int, int], PortAudioStream],
) -> PortAudioStream:
    sounddevice = _load(name)
    which = "" if device is None else f" {device!r}"
    try:
        info: dict[str, Any] = sounddevice.query_devices(device, kind)
    except (ValueError, sounddevice.PortAudioError) as error:
        raise DeviceError(f"no {name}{which} was found ({error}); {LIST}") from error
    failure: Exception | None = None
    for own_rate, channels in _ways(rate, info, kind):
        try:
            return start(sounddevice, own_rate, channels)
        except (ValueError, sounddevice.PortAudioError) as error:
            failure = failure or error
    raise DeviceError(
        f"the {name} {info['name']!r} cannot be opened ({failure}); {LIST}"
    ) from failure


def _ways(rate: int | None, info: dict[str, Any], kind: str) -> Iterator[tuple[int, int]]:
    """Name rates and numbers of channels to try, the best first."""
    own = round(info["default_samplerate"])
    wanted = rate or own
    yield wanted, 1
    if own != wanted:
        yield own, 1
    if info[f"max_{kind}_channels"] > 1:
        yield wanted, 2
        if own != wanted:
            yield own, 2


def require(name: str) -> None:
    """Check that devices can be opened at all.

    Raises:
        DeviceError: When sounddevice or PortAudio is missing; the message says how to install it.
    """
    _load(name)


def _load(name: str) -> Any:
    try:
        import sounddevice  # pyright: ignore[reportMissingTypeStubs]
    except ImportError as error:
        raise DeviceError(
            f"a {name} needs the package sounddevice: pip install 'rxvoice[audio]'"
        ) from error
    except OSError as error:
        raise DeviceError(
            f"a {name} needs the PortAudio library: apt install libportaudio2 (Debian, Ubuntu),"
            " dnf install portaudio (Fedora), brew install portaudio (macOS)"
        ) from error
    return sounddevice


__all__ = ["PortAudioStream", "open_loudspeaker", "open_microphone", "require"]
