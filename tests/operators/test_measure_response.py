"""How long the user waits for the bot (OB05)."""

import reactivex as rx
from reactivex import Observable

from rxvoice import Memory, Operator
from rxvoice.contracts import Chat, Synthesizer, Transcriber, Vad
from rxvoice.items import (
    BotSpeechStarted,
    BotSpeechStopped,
    Connected,
    Event,
    Metric,
    ReplyEnded,
    ReplyStarted,
    ResponseLatency,
    SpeechStarted,
    SpeechStopped,
    Token,
    ToolCall,
    ToolResult,
    Transcript,
    Turn,
    TurnDropped,
    TurnStarted,
)
from rxvoice.operators import (
    aggregate_turn,
    bot_speech,
    interruptible,
    measure_response,
    pace,
    respond,
    synthesize,
    transcribe,
    vad_gate,
)
from rxvoice.testing import OnNext, approx, conversation, marbles

SAID = Transcript("Hello.", is_final=True)
ITEMS: dict[str, Event] = {
    "s": SpeechStarted(100.0),
    "e": SpeechStopped(200.0, 0.2),
    "S": TurnStarted(1),
    "T": Turn("Hello.", 1, 50.0, 49.5, transcripts=(SAID,)),
    "N": Turn("(The user is silent.)", 1, 50.0, 50.0, "idle"),
    "D": TurnDropped(1),
    "r": ReplyStarted(1),
    "x": ReplyEnded(1, interrupted=True),
    "z": ReplyEnded(1),
    "l": Metric("llm", "ttfb", 0.2),
    "v": Metric("tts", "ttfb", 0.1),
    "o": Metric("stt", "latency", 0.3),
    "t": Token("Hi."),
    "c": ToolCall("1", "weather"),
    "C": ToolResult("1", "weather"),
    "B": BotSpeechStarted(1),
    "E": BotSpeechStopped(1),
    "k": Connected(),
}


def first(value: float) -> ResponseLatency:
    """Return the latency of a first word that nothing is known of."""
    return ResponseLatency(value, (), True, (Metric("other", "wait", value),))


def latencies(events: str) -> list[tuple[float, list[str], bool]]:
    """Return what was measured: the time, the parts, whether it is the first word."""
    with marbles(0.1) as m:
        log = m.record(m.hot(events, ITEMS).pipe(measure_response()))
    found = [note.value for _, note in log if isinstance(note, OnNext)]
    return [
        (
            round(item.value, 6),
            [f"{part.source} {part.name} {part.value:.1f}" for part in item.parts],
            item.first,
        )
        for item in found
        if isinstance(item, ResponseLatency)
    ]


def test_ob05_from_the_real_end_of_the_speech_to_the_bots_first_sound() -> None:
    """On the session's clock, whatever the clock of the user's audio says."""
    assert latencies("s---e---B") == [(0.6, [], False)]


def test_ob05_the_breakdown_is_in_the_order_of_time() -> None:
    assert latencies("s---eo--T-l-t--v-B") == [
        (
            1.5,
            ["turn wait 0.6", "llm ttfb 0.2", "tts first_sentence 0.2", "tts ttfb 0.1"],
            False,
        )
    ]


def test_ob05_tools_have_their_place_in_it() -> None:
    assert latencies("s---e--T-lc---C--lt-v-B") == [
        (
            2.0,
            [
                "turn wait 0.5",
                "llm ttfb 0.2",
                "weather tool_call 0.4",
                "llm ttfb 0.2",
                "tts first_sentence 0.1",
                "tts ttfb 0.1",
            ],
            False,
        )
    ]


def test_a_tool_that_still_runs_is_no_part() -> None:
    assert latencies("s---e--Tc-B-C") == [(0.8, ["turn wait 0.5"], False)]


def test_ob05_the_first_word_of_the_bot_is_measured_once_from_the_beginning() -> None:
    assert latencies("--l--v-B--E--B") == [(0.7, ["llm ttfb 0.2", "tts ttfb 0.1"], True)]


def test_ob05_the_first_word_is_measured_from_when_the_client_has_connected() -> None:
    assert latencies("---k-l--v-B-E-k-B") == [(0.7, ["llm ttfb 0.2", "tts ttfb 0.1"], True)]
    assert latencies("s-e-k---B") == [(0.8, [], False)]


def test_ob05_the_first_word_is_dropped_when_the_user_speaks_first() -> None:
    assert latencies("--s-------B") == []
    assert latencies("--S-------B") == []
    assert latencies("--s---e---B") == [(0.6, [], False)]


def test_ob05_an_interruption_throws_away_what_was_collected() -> None:
    assert latencies("s---e---Trlt-v-sxS---e--TrltvB") == [
        (
            1.0,
            ["turn wait 0.5", "llm ttfb 0.2", "tts first_sentence 0.0", "tts ttfb 0.1"],
            False,
        )
    ]


def test_ob05_what_a_reply_that_was_cut_off_took_is_no_part_of_the_next_one() -> None:
    """Also where the next one answers no other turn."""
    assert latencies("s---e--Trlt-v-x--rlB") == [(1.7, ["llm ttfb 0.2"], False)]


def test_ob05_what_began_earlier_comes_first_whenever_it_was_told() -> None:
    assert latencies("s---e--Tc-v--C-B") == [
        (1.3, ["turn wait 0.5", "weather tool_call 0.5", "tts ttfb 0.1"], False)
    ]


def test_ob05_the_first_sentence_is_that_of_the_answer_and_not_of_words_before_a_tool() -> None:
    assert latencies("s---e--T-ltc--C--lt-v-B") == [
        (
            2.0,
            [
                "turn wait 0.5",
                "llm ttfb 0.2",
                "weather tool_call 0.3",
                "llm ttfb 0.2",
                "tts first_sentence 0.1",
                "tts ttfb 0.1",
            ],
            False,
        )
    ]


def test_the_user_going_on_begins_it_anew() -> None:
    assert latencies("s---e--s---e---T--B") == [(0.9, ["turn wait 0.6"], False)]


def test_a_noise_while_the_bot_thinks_changes_nothing() -> None:
    """The answer is to what was said before it."""
    assert latencies("s---e---Tr--s--e--DB") == [(1.7, ["turn wait 0.6"], False)]


def test_a_turn_without_voice_activity_tells_when_the_speech_ended() -> None:
    assert latencies("---S---T---B") == [(0.9, ["turn wait 0.5"], False)]


def test_what_the_bot_says_by_itself_is_no_answer() -> None:
    assert latencies("s---e-Tr-B-E--z-----Nr-B") == [(0.7, ["turn wait 0.4"], False)]


def test_a_reply_that_is_paused_and_goes_on_is_measured_once() -> None:
    assert len(latencies("s---e-Tr-B-E--B-E")) == 1


def test_ob05_in_a_call_the_parts_add_up() -> None:
    """With voice detection, a model and a voice that take their time."""

    def agent(vad: Vad, stt: Transcriber, llm: Chat, tts: Synthesizer) -> Operator[Event, Event]:
        memory = Memory()

        def reply(turn: Turn) -> Observable[Event]:
            asked: Observable[Event] = rx.just(turn)
            return asked.pipe(respond(llm, memory), synthesize(tts), pace())

        hear = rx.compose(vad_gate(vad), transcribe(stt), aggregate_turn())
        return rx.compose(hear, interruptible(reply), bot_speech(), measure_response())

    call = conversation(agent, user="[------]'what is on'", llm=["Nothing."], audio=True)
    (latency,) = call.only(ResponseLatency)
    names = [(part.source, part.name) for part in latency.parts]
    assert names == [
        ("turn", "wait"),
        ("llm", "ttfb"),
        ("tts", "first_sentence"),
        ("tts", "ttfb"),
    ]
    assert sum(part.value for part in latency.parts) == approx(latency.value)
    (heard,) = call.only(BotSpeechStarted)
    assert heard.pts - latency.value == approx(0.7 + 0.02, abs=0.05)


def test_it_passes_everything_and_ends_as_the_source_does() -> None:
    values = {**ITEMS, "R": approx(first(0.1))}
    with marbles(0.1) as m:
        m.expect(m.hot("-B-E-#", ITEMS).pipe(measure_response())).to_be("-(B R)-E-#", values)
        m.expect(m.cold("|", ITEMS).pipe(measure_response())).to_be("|")
        m.expect(m.hot("---", ITEMS).pipe(measure_response())).to_be("---")


def test_two_subscribers_measure_each_from_their_own_beginning() -> None:
    with marbles(0.1) as m:
        source = m.hot("----B", ITEMS)
        stream = source.pipe(measure_response())
        m.expect(stream).to_be("----(B R)", {**ITEMS, "R": approx(first(0.4))})
        m.expect(stream, "--^").to_be("----(B R)", {**ITEMS, "R": approx(first(0.2))})
        m.expect(stream, "^-!").to_be("---")
        m.expect_subscriptions(source, "^", "^-!", "--^")
