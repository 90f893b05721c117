"""The main job, in real time and with real models: the one test that looks at a clock.

It proves what no virtual clock can: that the models keep up with a live caller on this machine.
"""

import argparse
import asyncio
import io
import json
from dataclasses import dataclass
from functools import reduce
from importlib.resources import files
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import pytest
from numpy.typing import NDArray

from rxvoice import Operator
from rxvoice.audio import deinterleave, pcm_from_bytes
from rxvoice.cli import _agent
from rxvoice.cli._demo import converse_with, shown
from rxvoice.cli._keep import keep
from rxvoice.cli._live import LiveView
from rxvoice.context import Context, advance
from rxvoice.items import (
    AudioFrame,
    Event,
    Fault,
    ReplyEnded,
    ReplyStarted,
    Stamped,
    Turn,
    Word,
)
from rxvoice.operators import stop_after_silence
from rxvoice.providers.moonshine import moonshine
from rxvoice.reports import interruptions, latencies, word_error_rate
from rxvoice.tape import Tape, fork, read_tape, replay

pytest.importorskip("hibari")
pytest.importorskip("xllamacpp")
T = TypeVar("T")
CALLER = Path(str(files("rxvoice") / "data" / "caller.wav"))
SAID = [line["text"] for line in json.loads(CALLER.with_suffix(".json").read_text())]


@dataclass
class Call:
    folder: Path
    events: list[Stamped]
    screen: str
    tape: Path

    def of(self, kind: type[T]) -> list[tuple[float, T]]:
        return [(event.at, event.item) for event in self.events if isinstance(event.item, kind)]

    def recording(self) -> tuple[NDArray[np.int16], NDArray[np.int16], int]:
        data = (self.folder / "conversation.wav").read_bytes()
        rate = int.from_bytes(data[24:28], "little")
        user, bot = deinterleave(pcm_from_bytes(data[44:]), 2)
        return user, bot, rate


@pytest.fixture(scope="module")
def call(tmp_path_factory: pytest.TempPathFactory) -> Call:
    folder = tmp_path_factory.mktemp("demo")
    parser = argparse.ArgumentParser()
    _agent.add_arguments(parser)
    args = parser.parse_args(["--llm", "smollm2-135m-instruct"])
    args.tape = tmp_path_factory.mktemp("tape") / "call.rxv"
    events: list[Stamped] = []
    screen = io.StringIO()
    with pytest.MonkeyPatch.context() as patch, LiveView(screen, total=None) as view:
        patch.setattr(_agent, "MAX_TOKENS", 25)  # seconds of speech that nobody waits for
        asyncio.run(converse_with(args, CALLER, folder, shown(events, view)))
    keep(folder, events)
    return Call(folder, events, screen.getvalue(), args.tape)


def test_the_transcripts_are_right(call: Call) -> None:
    heard = " ".join(turn.text for _, turn in call.of(Turn))
    assert word_error_rate(" ".join(SAID), heard) < 0.1
    assert len(call.of(Turn)) == len(SAID)
    assert not call.of(Fault)


def test_an_interruption_cuts_the_voice_within_sixty_milliseconds(call: Call) -> None:
    cuts = interruptions(call.events)
    assert any(cut.turn == len(SAID) for cut in cuts)
    assert max(cut.overrun for cut in cuts) <= 0.06


def test_nothing_of_a_cut_reply_is_in_the_recording_afterwards(call: Call) -> None:
    _, bot, rate = call.recording()
    starts = [at for at, _ in call.of(AudioFrame)]
    cuts = [cut for cut in interruptions(call.events) if cut.voice_end is not None]
    assert cuts
    for cut in cuts:
        again = min((at for at in starts if at > cut.decided), default=len(bot) / rate)
        silent = bot[round((cut.decided + 0.06) * rate) : round((again - 0.02) * rate)]
        assert len(silent) > 0.3 * rate
        assert not silent.any()


def test_history_holds_exactly_the_words_that_were_played(call: Call) -> None:
    heard = reduce(advance, (event.item for event in call.events), Context())
    played: list[str] = []
    for event in call.events:
        match event.item:
            case ReplyStarted():
                played.append("")
            case Word(text=text):
                played[-1] += f" {text}"
            case _:
                pass
    replies = [message for message in heard.messages if message.role == "assistant"]
    assert [reply.text for reply in replies] == [text.strip() for text in played if text]
    ended = [reply for _, reply in call.of(ReplyEnded) if reply.spoken]
    assert [reply.interrupted for reply in replies] == [reply.interrupted for reply in ended]


def test_what_history_says_is_what_a_listener_hears(call: Call) -> None:
    _, bot, rate = call.recording()
    end, reply = [(at, reply) for at, reply in call.of(ReplyEnded) if not reply.interrupted][-1]
    start = max(at for at, _ in call.of(ReplyStarted) if at < end)
    audio = AudioFrame(bot[round(start * rate) : round(end * rate)].copy(), rate)
    heard = asyncio.run(moonshine().recognise(audio))
    assert word_error_rate(reply.spoken, heard.text) < 0.25


def test_the_caller_is_on_the_left_where_it_spoke(call: Call) -> None:
    user, bot, rate = call.recording()
    assert len(user) == len(bot)
    for line in json.loads(CALLER.with_suffix(".json").read_text()):
        middle = (line["start"] + line["end"]) / 2
        around = user[round((middle - 0.3) * rate) : round((middle + 0.3) * rate)]
        assert int(np.abs(around).max()) > 1000


def test_the_parts_of_each_latency_sum_to_the_whole(call: Call) -> None:
    table = latencies(call.events)
    assert len(table) == len(SAID)
    for row in table:
        parts = [part for part in row.parts if part is not None]
        assert all(part >= 0.0 for part in parts)
        assert sum(parts) == pytest.approx(row.total)


def test_the_folder_and_the_screen_tell_the_call(call: Call) -> None:
    names = {path.name for path in call.folder.iterdir()}
    assert names == {
        "conversation.svg",
        "conversation.wav",
        "history.json",
        "latency.md",
        "transcript.json",
        "transcript.txt",
    }
    assert "order number 12345" in (call.folder / "transcript.txt").read_text()
    assert "order number 12345" in (call.folder / "conversation.svg").read_text()
    assert "interrupted" in call.screen


def test_the_tape_replays_to_the_identical_events_audio_included(call: Call) -> None:
    tape = read_tape(call.tape)
    assert tape.is_complete
    assert replay(tape, _again(tape)).check().events == call.events


def test_with_another_threshold_it_is_another_call_that_explains_itself(call: Call) -> None:
    tape = read_tape(call.tape)
    forked = fork(tape, _again(tape, stop=stop_after_silence(min_delay=1.2)))
    recorded = [(at, turn.text) for at, turn in call.of(Turn)]
    turns = [(event.at, event.item.text) for event in forked.events if isinstance(event.item, Turn)]
    assert turns[0][0] > recorded[0][0]
    assert forked.divergence is not None
    assert "end_of_turn" in forked.divergence.recorded


def _again(tape: Tape, **options: Any) -> Operator[Event, Event]:
    """Make the agent anew; the tape answers for all models but voice detection."""
    args = argparse.Namespace(**tape.header["settings"])
    return asyncio.run(_agent.local_agents(args, answered=True))(**options)
