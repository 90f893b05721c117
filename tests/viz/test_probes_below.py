"""What probes told, below the conversation that it belongs to."""

from collections.abc import Iterable

import numpy as np
import pytest
import reactivex as rx

from rxvoice import Event, Operator, Turn, run
from rxvoice.contracts import Chat, Synthesizer
from rxvoice.items import AudioFrame, Stamped, Token, Transcript
from rxvoice.operators import aggregate_turn, interruptible, pace, probe, respond, synthesize
from rxvoice.testing import MarbleFailure, conversation, run_virtual
from rxvoice.testing.calls import Call
from rxvoice.viz import Probes, conversation_svg
from tests.scripted_call import scripted_call
from tests.viz.reading import Drawn, read
from tests.viz.test_conversation_svg import assert_readable, shown

LONG = "everything that comes out of the agent, named by somebody who likes names"


def agent(llm: Chat, tts: Synthesizer) -> Operator[Event, Event]:
    def reply(turn: Turn) -> rx.Observable[Event]:
        voice = rx.just(turn).pipe(respond(llm), synthesize(tts), probe("voice"), pace())
        return voice.pipe(probe("reply"))

    return rx.compose(probe("heard"), aggregate_turn(), interruptible(reply), probe(LONG))


def held(user: str = "[-]'hello' 3s [-]'and you' 2s") -> Call:
    return conversation(agent, user=user, llm=["I am the assistant of the library.", "Fine."])


def places(drawn: Drawn, text: str) -> list[float]:
    return [each.left for each in drawn.texts if each.text == text]


def test_a_call_and_what_probes_told_have_one_axis() -> None:
    drawn = read(held().svg())
    assert_readable(drawn)
    texts = [text.text for text in drawn.texts]
    assert texts.count("0 s") + texts.count("0.0 s") == 1
    assert {"user speaks", "bot speaks", "probes", "heard", "voice", "reply"} <= set(texts)
    for said in ("hello", "and you"):  # as transcript, before the agent and behind it
        first, *_ = found = places(drawn, said)
        assert found.count(first) == 3


def test_a_failing_conversation_shows_them_so() -> None:
    with pytest.raises(MarbleFailure) as failure:
        held().expect(history=["user: hello"])
    drawn = read(failure.value.svg())
    assert_readable(drawn)
    assert {"transcripts", "probes", "heard"} <= {text.text for text in drawn.texts}


@pytest.mark.parametrize("width", [480, 800, 1080, 2000])
@pytest.mark.parametrize("row", [0.7, 3.0, 15.0])
def test_texts_never_overlap_whatever_the_width(width: float, row: float) -> None:
    call = held()
    drawn = read(conversation_svg(call.events, width=width, row=row, probes=call.probes))
    assert_readable(drawn)


def test_names_that_are_too_long_are_told_by_a_tooltip() -> None:
    drawn = read(held().svg())
    assert any(text.text.startswith("everything") for text in drawn.texts)
    assert LONG in drawn.tips


def test_it_is_told_in_words_too() -> None:
    svg = held().svg()
    assert "4 probes below the conversation" in shown(read(svg))
    assert "probe reply: " in svg


def test_without_probes_nothing_is_told_of_them() -> None:
    call = scripted_call()
    assert conversation_svg(call, probes=Probes()) == conversation_svg(call)
    assert "probes" not in conversation_svg(call)


def test_rows_in_which_only_probes_tell_are_drawn() -> None:
    async def main() -> Probes:
        with Probes() as probes:
            await run(rx.timer(40.0).pipe(probe("late")))
        return probes

    events = [Stamped(1.0, Transcript("hello", is_final=True)), Stamped(90.0, Turn("bye"))]
    drawn = read(conversation_svg(events, probes=run_virtual(main())))
    assert_readable(drawn)
    text = shown(drawn)
    assert "nothing from 0:15.0 to 0:30.0" in text
    assert "nothing from 0:45.0 to 1:15.0" in text or "nothing from 0:45.0 to 1:30.0" in text


def test_audio_that_is_heard_after_the_call_makes_it_longer() -> None:
    frames: Iterable[AudioFrame] = [AudioFrame(np.full(16_000, 900, np.int16), 16_000)] * 20

    async def main() -> Probes:
        with Probes() as probes:
            await run(rx.from_iterable(frames).pipe(probe("voice")))
        return probes

    drawn = read(conversation_svg([Stamped(1.0, Token("hello"))], probes=run_virtual(main())))
    assert_readable(drawn)
    assert "15 s" in shown(drawn)
    assert "audio, 0.00 to 20.00 s, 16000 Hz" in drawn.tips
