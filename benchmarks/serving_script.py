"""The conversation that `serving` holds many times over, for all who take part."""

from typing import Final

FRAME: Final = 0.02
"""Seconds of a packet, both ways."""

HEARD_RATE: Final = 16_000
"""Samples a second of the user."""

SPOKEN_RATE: Final = 24_000
"""Samples a second of the bot."""

SPEECH: Final = 2.0
"""Seconds that the user speaks, …"""

PAUSE: Final = 4.0
"""… and is silent then."""

LOUD: Final = 1_000
"""Peak from which a window of 20 ms counts as speech, …"""

EVERY: Final = 20
"""… among one sample in so many."""

START: Final = 0.2
"""Seconds of speech that make a start."""

STOP: Final = 0.2
"""Seconds of silence that make a stop, when the transcript is there at once."""

PATIENCE: Final = 0.2
"""Seconds from there to the end of the turn."""

FIRST_TOKEN: Final = 0.2
"""Seconds that the model takes for its first word, …"""

TOKEN: Final = 0.02
"""… and for each further one."""

FIRST_SOUND: Final = 0.1
"""Seconds that the voice takes for the first sound; then it is faster than one listens."""

WORD: Final = 0.3
"""Seconds that a word is heard."""

HEARD: Final = "What do you think of that?"
ANSWER: Final = "I think it is fine. Do go on."
REPLY: Final = len(ANSWER.split()) * WORD
"""Seconds of the bot's answer."""

EXPECTED: Final = STOP + PATIENCE + FIRST_TOKEN + 4 * TOKEN + FIRST_SOUND
"""Seconds from the end of speech to the first sound, when nothing takes any time."""

CHUNK: Final = 0.1
"""Seconds of audio that the voice gives at a time."""
