"""Personas with names."""

from collections.abc import Mapping

from rxvoice.testing.simulation._persona import Persona
from rxvoice.testing.simulation._texts import LINES

_LONG = tuple(line for line in LINES if len(line.split()) > 6)
_SHORT = tuple(line for line in LINES if len(line.split()) < 6)

_ALL = (
    Persona(),
    Persona(
        name="hasty",
        lines=_SHORT,
        word=0.24,
        reaction=0.3,
        interrupts=0.5,
        interrupts_after=(0.4, 2.5),
        hangs_up=0.03,
        patience=3.0,
    ),
    Persona(
        name="talkative",
        lines=_LONG,
        turns=(5, 10),
        word=0.27,
        reaction=0.4,
        pauses=0.3,
        pause=(0.3, 1.0),
        interrupts=0.15,
        backchannels=0.5,
    ),
    Persona(
        name="hesitant",
        word=0.38,
        word_spread=0.25,
        reaction=1.1,
        reaction_spread=0.6,
        pauses=0.7,
        pause=(0.5, 1.5),
        patience=8.0,
    ),
    Persona(name="noisy", coughs=0.4, backchannels=0.2),
    Persona(name="keypad", lines=_SHORT, presses=0.6),
    Persona(
        name="mixed",
        word_spread=0.25,
        reaction_spread=0.5,
        pauses=0.2,
        interrupts=0.2,
        backchannels=0.2,
        coughs=0.1,
        presses=0.05,
        hangs_up=0.02,
    ),
)

PERSONAS: Mapping[str, Persona] = {persona.name: persona for persona in _ALL}
"""Personas by name.

============= ==================================================================================
``calm``      speaks without a break, lets the bot finish, makes no noise: the default
``hasty``     250 words a minute in short lines, interrupts every second reply, waits for 3 s
``talkative`` long lines with pauses up to 1 s, "mm-hm" in every second reply
``hesitant``  160 words a minute, pauses up to 1.5 s in most sentences, reacts slowly
``noisy``     coughs after two lines in five, "mm-hm" in every fifth reply
``keypad``    presses keys after most lines
``mixed``     a little of everything
============= ==================================================================================

The tempos lie around the 200 words a minute of English conversation; the probabilities are made
up, and higher than in most real calls, so that few calls show much.
"""
