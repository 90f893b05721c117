"""Whole numbers, seven bits a byte, the lowest first."""

LONGEST = 1000
"""Bytes that a number takes at most."""


def put(out: bytearray, number: int) -> None:
    """Append a number that is not negative."""
    while number > 0x7F:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    out.append(number)


def get(data: bytes, place: int) -> tuple[int, int]:
    """Return the number at a place, and the place after it.

    Raises:
        IndexError: When it is not whole.
        ValueError: When it is longer than `LONGEST`.
    """
    number = shift = 0
    while shift < 7 * LONGEST:
        byte = data[place]
        place += 1
        number |= (byte & 0x7F) << shift
        if byte < 0x80:
            return number, place
        shift += 7
    raise ValueError("a number is too long")


__all__ = ["LONGEST", "get", "put"]
