"""Calls that are held in virtual time, recorded and replayed."""

from collections.abc import Collection, Sequence
from pathlib import Path
from typing import Any
from unittest import mock

import reactivex as rx
from reactivex import Observable
from reactivex import operators as ops

from rxvoice.operators import converse
from rxvoice.session import Session
from rxvoice.tape import Tape, read_tape, record, replay, taped
from rxvoice.tape._redact import Redacted
from rxvoice.testing import ScriptedLLM, ScriptedTTS, conversation
from rxvoice.testing.calls import Call
from rxvoice.testing.calls._vad import ScriptedVAD


def held(
    path: Path,
    user: Any,
    *,
    agent: Any = converse,
    sound: bool = True,
    redact: Collection[Redacted] = (),
    **options: Any,
) -> Call:
    """Hold a conversation of the testing kit and record it."""

    class Recorded(Session):
        def __init__(self, **given: Any) -> None:
            super().__init__(**given)
            record(self, path, sound=sound, redact=redact)

    with mock.patch("rxvoice.testing.calls._hold.Session", Recorded):
        return conversation(agent, user=user, **options)


def agent_of(
    texts: Sequence[Any] = (), *, audio: bool = False, agent: Any = converse, **options: Any
) -> Any:
    """Return the agent that `held` has recorded, made anew."""

    def made(source: Observable[Any]) -> Observable[Any]:
        stt = _heard if audio else _deaf
        parts: dict[str, Any] = {"vad": ScriptedVAD(), "stt": stt, "tts": ScriptedTTS()}
        return agent(**{**parts, "llm": ScriptedLLM(*texts), **options})(source)

    return made


def assert_identical(call: Call, path: Path, agent: Any) -> Tape:
    """Replay a call twice, and see that the same comes out, to the bit."""
    tape = read_tape(path)
    assert tape.is_complete
    assert tuple(tape.events) == call.events
    for _ in range(2):
        again = replay(tape, agent).check()
        assert tuple(again.events) == call.events
    return tape


def _deaf(source: Observable[Any]) -> Observable[Any]:
    return source.pipe(ops.ignore_elements())


def _heard(source: Observable[Any]) -> Observable[Any]:
    texts = rx.never().pipe(taped("texts"))
    failures = rx.never().pipe(taped("failures"))
    ended = source.pipe(ops.ignore_elements(), ops.materialize())
    return rx.merge(source.pipe(ops.ignore_elements()), texts, failures).pipe(ops.take_until(ended))
