"""Fetching a file from an address, in several goes where need be."""

import http.client
import re
import urllib.error
import urllib.request
from collections.abc import Callable
from typing import cast

from ._content import CHUNK, PlaceFailed, different, digest
from ._file import Address, ModelFile
from ._partial import Partial

_ATTEMPTS = 20
_STALLED = 15.0


class _Cut(Exception):
    """The connection failed; going on may help."""


def from_web(
    address: Address, file: ModelFile, partial: Partial, report: Callable[[int], None]
) -> None:
    """Complete the file from an address.

    What an earlier attempt left is continued. When the whole then turns out wrong, the blame may
    lie with what was left, so it is fetched anew, once.

    Args:
        address: The place.
        file: What is wanted.
        partial: What is there so far; complete and right on return.
        report: Told how many bytes are there.

    Raises:
        PlaceFailed: When the address does not give the file.
    """
    continued = partial.length > 0
    while True:
        continued = _complete(address.url, partial, report) or continued
        found = digest(partial.path)
        if found == file.sha256:
            return
        partial.cut(0)
        if not continued:
            raise PlaceFailed(different(file.sha256, found), wrong=True)
        continued = False


def _complete(url: str, partial: Partial, report: Callable[[int], None]) -> bool:
    """Fetch what is missing; whether it took several goes."""
    furthest = partial.length
    for attempt in range(_ATTEMPTS):
        if partial.length == partial.size:
            return attempt > 1
        reason = "the connection was cut"
        try:
            if not _request(url, partial, report):
                furthest = -1
        except _Cut as error:
            reason = f"{error}"
        if partial.length <= furthest and partial.length < partial.size:
            raise PlaceFailed(f"{reason} after {partial.length:,} bytes")
        furthest = max(furthest, partial.length)
    if partial.length == partial.size:
        return True
    raise PlaceFailed(f"the connection was cut {_ATTEMPTS} times")


def _request(url: str, partial: Partial, report: Callable[[int], None]) -> bool:
    """Ask once; false when the server cannot go on from here and it must be asked from 0."""
    start = partial.length
    with _opened(url, start) as response:
        first, total = _range(response)
        if first is None or first > start:
            if not start:
                raise PlaceFailed("the server answers with another range than it was asked for")
            partial.cut(0)
            return False
        if total is not None and total != partial.size:
            raise PlaceFailed(
                f"wrong size: expected {partial.size:,} bytes, the server offers {total:,}",
                wrong=True,
            )
        partial.cut(first)
        with partial.appending() as append:
            done = first
            while chunk := _read(response):
                done += len(chunk)
                if done > partial.size:
                    raise PlaceFailed(f"sends more than {partial.size:,} bytes", wrong=True)
                append(chunk)
                report(done)
    return True


def _opened(url: str, start: int) -> http.client.HTTPResponse:
    request = urllib.request.Request(url, headers={"User-Agent": "rxvoice"})
    if start:
        request.add_header("Range", f"bytes={start}-")
    try:
        return cast(http.client.HTTPResponse, urllib.request.urlopen(request, timeout=_STALLED))
    except urllib.error.HTTPError as error:
        error.close()
        if error.code == 416 and start:
            return _opened(url, 0)
        raise PlaceFailed(f"HTTP status {error.code}") from error
    except urllib.error.URLError as error:
        raise _Cut(f"{error.reason}") from error
    except (OSError, http.client.HTTPException) as error:
        raise _Cut(f"{error or type(error).__name__}") from error


def _read(response: http.client.HTTPResponse) -> bytes:
    try:
        return response.read1(CHUNK // 4)  # as much as has come, so that it is kept
    except (OSError, http.client.HTTPException) as error:
        raise _Cut(f"{error or type(error).__name__}") from error


def _range(response: http.client.HTTPResponse) -> tuple[int | None, int | None]:
    """First byte of the answer and bytes of the whole file, where the server says them."""
    if response.status == 206:
        said = re.match(r"bytes (\d+)-\d+/(\d+|\*)", response.headers.get("Content-Range", ""))
        if said is None:
            return None, None
        return int(said[1]), None if said[2] == "*" else int(said[2])
    if response.status != 200:
        raise PlaceFailed(f"HTTP status {response.status}")
    length = response.headers.get("Content-Length", "")
    return 0, int(length) if length.isdecimal() else None
