"""Packets for paths that take only short ones."""

from typing import Final

SMALLEST: Final = 100
"""Bytes of a chunk."""


def limit_chunks(size: int) -> None:
    """Cut messages into shorter pieces than the 1160 bytes of aiortc.

    Where a tunnel or a mobile network silently drops packets that are longer than it can take,
    messages of data channels never arrive otherwise. It holds for all connections of this process
    from now on; of several sizes the smallest counts.

    Args:
        size: Bytes of a message in one packet, which is 110 bytes longer with IPv4.

    Raises:
        ValueError: When it is below 100.
    """
    if size < SMALLEST:
        raise ValueError(f"a chunk must hold {SMALLEST} bytes or more, got {size}")
    from aiortc import rtcsctptransport

    smaller = min(size // 4 * 4, rtcsctptransport.USERDATA_MAX_LENGTH)
    rtcsctptransport.USERDATA_MAX_LENGTH = smaller


__all__ = ["limit_chunks"]
