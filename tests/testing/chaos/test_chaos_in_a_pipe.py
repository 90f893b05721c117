"""Chaos where it is meant to be: between the operators of an agent."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import reactivex as rx
from reactivex import operators as ops
from reactivex.subject import Subject

from rxvoice import Operator
from rxvoice.items import AudioFrame, Fault, SpeechStarted, SpeechStopped, Transcript
from rxvoice.operators import pace, transcribe, vad_gate
from rxvoice.testing import OnNext, frames, marbles, silence
from rxvoice.testing.chaos import delayed, disconnect_at, echo, jitter, lossy, noise
from tests.operators.fakes import FakeRecogniser, as_letters, listen, sound

CALL = frames(sound("q" * 30 + "s" * 40 + "q" * 60))
LETTERS = {chr(0x4E00 + at): frame for at, frame in enumerate(CALL)}
LINES: dict[str, Callable[[], Operator[Any, Any]]] = {
    "delayed": lambda: delayed(0.3),
    "jitter": lambda: jitter(0.06),
    "lossy": lambda: lossy(0.05, burst=2.0),
    "noise": lambda: noise(snr_db=20.0, kind="pink"),
    "all": lambda: rx.compose(noise(level_db=-45.0), lossy(0.03), jitter(0.04), delayed(0.08)),
}


@pytest.mark.parametrize("line", LINES.values(), ids=LINES)
def test_somebody_who_speaks_on_a_bad_line_is_still_heard(
    line: Callable[[], Operator[Any, Any]],
) -> None:
    with marbles() as m:
        user = m.hot("".join(LETTERS) + "|", LETTERS)
        heard = user.pipe(line(), vad_gate(listen))
        log = m.record(heard)
    items = [n.value for _, n in log if isinstance(n, OnNext)]
    began = [item.speech_pts for item in items if isinstance(item, SpeechStarted)]
    ended = [item.speech_pts for item in items if isinstance(item, SpeechStopped)]
    assert began == pytest.approx([0.6], abs=0.1)
    assert ended == pytest.approx([1.4], abs=0.1)


def test_a_recogniser_whose_connection_is_cut_is_started_anew() -> None:
    """The first connection is cut after one answer, and the second one likewise."""
    said = Transcript("hello", True)
    recogniser = FakeRecogniser(lambda item: [said] * 2 if isinstance(item, SpeechStopped) else [])
    with marbles() as m:
        begin, end = SpeechStarted(0.0), SpeechStopped(0.0)
        user = m.hot("B-E----B-E--|", {"B": begin, "E": end})
        stt = rx.compose(recogniser, disconnect_at(items=1))
        heard = user.pipe(transcribe(stt), ops.filter(lambda i: isinstance(i, Transcript | Fault)))
        m.expect(as_letters(heard)).to_be("--(t f)------(t f)--|", {"t": said})
    assert len(recogniser.heard) == recogniser.disposed == 2


def test_without_echo_cancellation_the_agent_hears_itself() -> None:
    quiet = frames(silence(1.2))
    letters = {chr(0x4E00 + at): frame for at, frame in enumerate(quiet)}
    with marbles() as m:
        room: Subject[Any] = Subject()
        user = m.hot("".join(letters) + "|", letters)
        bot = m.cold("----------r|", {"r": sound("s" * 20)})
        m.record(bot.pipe(pace(), ops.do_action(room.on_next)))
        loud, faint = (
            m.record(user.pipe(echo(room, gain_db=gain, delay=0.1), vad_gate(listen)))
            for gain in (-6.0, -40.0)
        )
    began = [n.value.speech_pts for _, n in loud if isinstance(n, OnNext) and is_start(n.value)]
    assert began == pytest.approx([0.3], abs=0.021)
    assert not any(isinstance(n, OnNext) and is_start(n.value) for _, n in faint)


def is_start(item: object) -> bool:
    return isinstance(item, SpeechStarted)


def test_a_half_open_line_hangs_up_only_when_somebody_asks() -> None:
    with marbles() as m:
        user = m.hot("abcdef|")
        line = user.pipe(disconnect_at(0.06, how="silence"))
        m.expect(line.pipe(ops.timeout(0.1))).to_be("abc----#", error=Exception("Timeout"))
        m.expect_subscriptions(user, "^-----!")


def test_chaos_leaves_its_input_alone() -> None:
    """Frames may be shared with others, who must not hear the noise."""
    frame = AudioFrame(np.zeros(320, np.int16), 16_000)
    with marbles() as m:
        shared = m.hot("-f|", {"f": frame})
        m.record(shared.pipe(noise(level_db=-10.0), echo(m.hot("p", {"p": sound("s")}))))
        m.expect(shared).to_be("-f|", {"f": silence(0.02)})
