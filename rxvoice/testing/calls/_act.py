"""What a user means to do."""

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

Intent: TypeAlias = Literal["says", "interrupts", "backchannels", "coughs", "presses"]
"""What somebody means by what they do.

``says`` is meant as a turn, ``interrupts`` likewise, while the bot is being heard.
``backchannels`` only shows that somebody listens, ``coughs`` means nothing.
"""

Recogniser: TypeAlias = Callable[[str, bool], tuple[str | Exception | None, float]]
"""Takes what was said and whether the answer is to be final.

It answers with the text of the transcript (or `None` for no transcript, or what the recogniser
fails with), and the seconds until it comes.
"""


@dataclass(slots=True)
class Act:
    """Something that the user meant to do: the truth that an agent is measured by.

    Attributes:
        intent: What they meant by it.
        begin: In seconds since the call began.
        end: Likewise; infinity while it goes on.
        text: What they said, or the keys that they pressed.
        spans: When they were really heard, pauses left out: begins and ends.
    """

    intent: Intent
    begin: float
    end: float = math.inf
    text: str = ""
    spans: list[tuple[float, float]] = field(default_factory=list[tuple[float, float]])
