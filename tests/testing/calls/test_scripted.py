"""The scripted model, voice and detector alone."""

from typing import Any

import numpy as np
import pytest
from reactivex import operators as ops

from rxvoice.context import Context
from rxvoice.items import AudioFrame, Sentence, Token, ToolCall, Word
from rxvoice.testing import anything, approx, marbles
from rxvoice.testing.calls import (
    Response,
    ScriptedLLM,
    ScriptedTTS,
    ScriptedVAD,
    ScriptExhausted,
)


def test_a_text_comes_word_by_word_with_its_blanks() -> None:
    llm = ScriptedLLM("Hi there,  you.", ttft=0.1, every=0.04)
    with marbles() as m:
        out = m.expect(llm(Context()))
        out.to_be("100ms a-b-(c|)", {"a": Token("Hi"), "b": Token(" there,"), "c": Token("  you.")})


def test_responses_follow_each_other_and_each_subscription_is_a_question() -> None:
    llm = ScriptedLLM("a", ValueError("no"), lambda context: context.system, ttft=0.02)
    with marbles() as m:
        one, two, three = (llm(Context(f"question {at}")) for at in range(3))
        m.expect(one).to_be("-(a|)", {"a": Token("a")})
        m.expect(two, "-----^").to_be("------#", error=ValueError("no"))
        words = [(0.22, Token("question")), (0.25, Token(" 2"))]
        m.expect(three, f"{'-' * 10}^").to_be_items(words)
    assert [context.system for context in llm.asked] == [f"question {at}" for at in range(3)]
    assert llm.open == 0
    assert not llm.is_exhausted


def test_a_script_that_is_over_fails_or_begins_anew() -> None:
    llm = ScriptedLLM("a", ttft=0.02)
    with marbles() as m:
        m.expect(llm(Context())).to_be("-(a|)", {"a": Token("a")})
        m.expect(llm(Context()), "-----^").to_be("-----#", error=ScriptExhausted)
    assert llm.is_exhausted
    again = ScriptedLLM("a", ttft=0.02, again=True)
    with marbles() as m:
        m.expect(again(Context())).to_be("-(a|)", {"a": Token("a")})
        m.expect(again(Context()), "-----^").to_be("------(a|)", {"a": Token("a")})


def test_unsubscribing_stops_a_response() -> None:
    llm = ScriptedLLM("one two three", ttft=0.02, every=0.02)
    with marbles() as m:
        m.expect(llm(Context()), "^-!").to_be("-a", {"a": Token("one")})
        m.at(1, lambda: opened.append(llm.open))
        m.at(3, lambda: opened.append(llm.open))
        opened: list[int] = []
    assert opened == [1, 0]


def test_a_response_is_what_its_diagram_says() -> None:
    call = ToolCall("1", "weather", {"city": "Rome"})
    with marbles() as m:
        done = ScriptedLLM(Response("'Let me '-t|", {"t": call}))
        m.expect(done(Context())).to_be("a-t|", {"a": Token("Let me "), "t": call})
        failed = ScriptedLLM(Response("-'a'#", error=OSError("gone")))
        m.expect(failed(Context())).to_be("-a#", {"a": Token("a")}, error=OSError("gone"))
        hangs = ScriptedLLM(Response("-'a'"))
        m.expect(hangs(Context()), "^ 1s !").to_be("-a 1s", {"a": Token("a")})


def test_a_response_that_means_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="values has no 'x'"):
        Response("--x")
    with pytest.raises(ValueError, match="ttft must not be negative, got -1"):
        ScriptedLLM("a", ttft=-1.0)
    with pytest.raises(ValueError, match="responses must not be empty"):
        ScriptedLLM(again=True)


def test_a_response_is_a_text_and_a_mapping() -> None:
    """What a diagram and its values are is told where they are given."""
    wrong: Any = ToolCall("1", "weather")
    with pytest.raises(TypeError, match="values must be a mapping, got ToolCall"):
        Response("t|", wrong)
    with pytest.raises(TypeError, match="diagram must be a text, got ToolCall"):
        Response(wrong)


def test_a_voice_speaks_sentences_in_order_with_times_for_words() -> None:
    tts = ScriptedTTS(word=0.5, ttfb=0.06, rate=8_000)
    with marbles() as m:
        text = m.hot("a-b--|", {"a": Sentence("One two."), "b": Sentence("Three.")})
        items: list[tuple[float, Any]] = [
            (0.06, Word("One", 0.0, 0.5)),
            (0.06, Word("two.", 0.5, 1.0)),
            (0.06, _hum(1.0, 0.0)),
            (0.06, approx(Word("Three.", 1.0, 1.5))),
            (0.06, _hum(0.5, 1.0)),
        ]
        m.expect(text.pipe(tts)).to_be_items(items)
    assert tts.asked == ["One two.", "Three."]
    assert tts.open == 0


def test_a_voice_pays_its_first_byte_again_when_it_was_idle() -> None:
    tts = ScriptedTTS(ttfb=0.04, words=False)
    with marbles() as m:
        text = m.hot("a 80ms b|", {"a": Sentence("One."), "b": Sentence("Two.")})
        m.expect(text.pipe(tts, ops.map(lambda item: round(item.pts, 2)))).to_be(  # pyright: ignore
            "--a 80ms b|".replace("80ms b|", "80ms (b|)"), {"a": 0.0, "b": 0.25}
        )


def test_a_voice_fails_where_it_was_told_to_and_stops_when_unsubscribed() -> None:
    tts = ScriptedTTS(ttfb=0.02, words=False, faults={2: OSError("no voice")})
    with marbles() as m:
        text = m.cold("(a b)", {"a": Sentence("One."), "b": Sentence("Two.")})
        m.expect(text.pipe(tts)).to_be("-(a #)", {"a": anything}, error=OSError("no voice"))
        again = m.cold("a", {"a": Sentence("One.")})
        m.expect(again.pipe(tts), "^!").to_be("")
    assert tts.asked == ["One.", "Two."]
    assert tts.open == 0


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"word": 0.0}, "word must be positive"),
        ({"ttfb": -0.1}, "ttfb must not be negative"),
        ({"rate": 0}, "rate must be positive"),
    ],
)
def test_a_voice_that_cannot_be_is_refused(options: dict[str, float], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        ScriptedTTS(**options)  # pyright: ignore[reportArgumentType]


def test_a_detector_hears_sound_and_is_closed_once() -> None:
    vad = ScriptedVAD()
    detector = vad()
    assert vad.open == 1
    assert detector(np.full(detector.window, 5_000, np.int16)) == 1.0
    assert detector(np.zeros(detector.window, np.int16)) == 0.0
    detector.reset()
    detector.close()
    detector.close()
    assert vad.open == 0


def _hum(duration: float, pts: float) -> Any:
    def fits(frame: object) -> bool:
        return (
            isinstance(frame, AudioFrame)
            and frame.duration == duration
            and frame.pts == pts
            and bool(frame.samples.any())
        )

    return fits
