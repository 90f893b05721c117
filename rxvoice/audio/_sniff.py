"""What a file that is no WAV file seems to be."""

_SIGNATURES: tuple[tuple[int, bytes, str], ...] = (
    (0, b"fLaC", "a FLAC"),
    (0, b"OggS", "an Ogg"),
    (0, b"ID3", "an MP3"),
    (4, b"ftyp", "an MP4 or M4A"),
    (0, b"FORM", "an AIFF"),
    (0, b".snd", "a Sun AU"),
    (0, b"riff\x2e\x91\xcf\x11", "a Sony Wave64"),
    (0, b"#!AMR", "an AMR"),
    (0, b"MThd", "a MIDI"),
    (0, b"caff", "a Core Audio"),
    (0, b"\x1a\x45\xdf\xa3", "a Matroska or WebM"),
    (0, b"\x30\x26\xb2\x75", "a Windows Media"),
    (0, b"PK\x03\x04", "a ZIP"),
    (0, b"\x1f\x8b", "a gzip"),
    (0, b"%PDF", "a PDF"),
    (0, b"\x89PNG", "a PNG"),
    (0, b"\xff\xd8\xff", "a JPEG"),
    (0, b"version https://git-lfs", "a Git LFS pointer"),
)


def describe(head: bytes) -> str:
    """Say in a few words what a file seems to be.

    Args:
        head: Its first bytes, 64 are enough.
    """
    if len(head) < 4:
        return f"it has only {len(head)} byte{'s' * (len(head) > 1)}" if head else "it is empty"
    if head[:4] in (b"RIFF", b"RIFX", b"RF64", b"BW64"):
        if len(head) < 12:
            return "it is a WAV file that is cut off in its header"
        return f"it is a RIFF file of the kind {head[8:12]!r}, not WAVE"
    for start, mark, name in _SIGNATURES:
        if head[start : start + len(mark)] == mark:
            return f"it seems to be {name} file"
    if len(head) > 2 and head[0] == 0xFF and head[1] & 0xE0 == 0xE0 and head[1] & 6:
        return "it seems to be an MP3 file"
    if _is_text(head):
        return "it seems to be a text file"
    if len(head) < 12:
        return f"it has only {len(head)} byte{'s' * (len(head) > 1)} and no known header"
    return f"it is in no known format (it begins with {head[:8].hex(' ')})"


def _is_text(head: bytes) -> bool:
    text = head.decode("utf-8", "ignore")
    whole = len(text.encode()) >= len(head) - 3
    return whole and all(letter.isprintable() or letter in "\t\n\r\ufeff" for letter in text)


__all__ = ["describe"]
