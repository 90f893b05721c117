"""What a command of the command line printed."""

import re

KEY = "never-to-be-seen"


class Outcome:
    """What a command printed, and how it ended; the key is in neither.

    Attributes:
        code: The exit code.
        rows: What was measured, by name.
        error: The one line on the error stream.
    """

    def __init__(self, code: int, out: str, error: str) -> None:
        assert KEY not in out + error
        self.code = code
        self.error = error.strip()
        split = (re.split(r" {2,}", line, maxsplit=1) for line in out.splitlines())
        self.rows = {name: value for name, value in split}
        assert "\n" not in self.error
