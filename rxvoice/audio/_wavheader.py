"""Finding the samples in a WAV file, without reading it."""

from collections.abc import Generator
from dataclasses import dataclass

from rxvoice.audio._wavformat import ByteOrder, WavFormat, parse_format
from rxvoice.errors import AudioFormatError

ORDERS: dict[bytes, ByteOrder] = {
    b"RIFF": "little",
    b"RIFX": "big",
    b"RF64": "little",
    b"BW64": "little",
}
MAX_CHUNKS = 1000


@dataclass(frozen=True, slots=True)
class WavHeader:
    """Where a WAV file's samples are.

    Attributes:
        format: What they mean.
        start: Position of the first.
        size: How many bytes are announced; ``None`` when the writer did not know.
        end: Where the file ends as its first bytes say; 0 when the writer did not know.
    """

    format: WavFormat
    start: int
    size: int | None
    end: int


def wav_header() -> Generator[int, bytes, WavHeader]:
    """Parse a header step by step.

    Yields:
        How many bytes it wants next; fewer are sent at the end of the file. A negative number
        asks to skip as many, and for nothing to be sent.

    Returns:
        The header. It is known when the samples begin, or after them in files that put their
        format behind.

    Raises:
        AudioFormatError: When there is no WAV file or nothing in it that can be played.
    """
    head = yield 12
    order = ORDERS.get(head[:4])
    if order is None or len(head) < 12 or head[8:] != b"WAVE":
        raise AudioFormatError("it is no WAV file")
    whole = _announced(int.from_bytes(head[4:8], order), None)
    large: int | None = None
    form: WavFormat | None = None
    data: tuple[int, int | None] | None = None
    position = 12
    carried = b""
    for _ in range(MAX_CHUNKS):
        name = carried + (yield 8 - len(carried))
        if len(name) < 8:
            break
        position += 8
        size = int.from_bytes(name[4:], order)
        name = name[:4]
        if name == b"data":
            data = position, _announced(size, large)
            if form is not None:
                break
            if data[1] is None:
                raise AudioFormatError("its samples come before their format and have no length")
            size = data[1]
        taken = b""
        if name == b"fmt ":
            taken = yield min(size, 64)
            if len(taken) < min(size, 64):
                raise AudioFormatError(
                    f"its fmt chunk claims {size} bytes, which is more than there are"
                )
            form = parse_format(taken, order)
            if data is not None:
                break
        elif name == b"ds64":
            taken = yield min(size, 16)
            if len(taken) == 16:
                large = int.from_bytes(taken[8:], order)
        if size > len(taken):
            yield len(taken) - size
        position += size
        carried = b""
        if size % 2:
            padding = yield 1
            position += 1
            # Some writers leave the padding out: then this is the next chunk's first letter.
            if padding and 0x20 < padding[0] < 0x7F:
                carried = padding
                position -= 1
    else:
        raise AudioFormatError(f"it has more than {MAX_CHUNKS} chunks before its samples")
    if data is None:
        raise AudioFormatError("it ends before its samples begin")
    if form is None:
        raise AudioFormatError("it does not say what its samples mean (no fmt chunk)")
    return WavHeader(form, *data, 0 if whole is None else whole + 8)


def _announced(size: int, large: int | None) -> int | None:
    """Return the length of the samples; ``None`` for what writers put who do not know it."""
    if size == 0xFFFFFFFF and large is not None:
        return large
    return None if size >= 0xFFFF0000 or 0x7FFFF000 <= size <= 0x80000000 else size


__all__ = ["WavHeader", "wav_header"]
