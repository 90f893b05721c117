"""A second model beside the conversation (LM36)."""

from typing import Any

import pytest
import reactivex as rx
from reactivex import operators as ops

from rxvoice import Evaluation, Event, Fault, Operator, ReplyEnded, Thought, Token, ToolCall, Turn
from rxvoice.operators import evaluate, interrupt_at_once, interruptible, respond
from rxvoice.testing import Response, ScriptedLLM, marbles
from tests.operators.ensembles import BAD_KEY, LOST, chat, of, values

TURNS: dict[str, Any] = {k: Turn(k, n) for n, k in enumerate("TUVW", 1)}
JUDGED: dict[str, Any] = {k.lower(): Evaluation(turn, "fine") for k, turn in TURNS.items()}
ITEMS: dict[str, Any] = {**TURNS, **JUDGED, "x": Token("x")}


def judge(m: Any, *diagrams: str, error: Exception = LOST) -> Any:
    """Return a model that says "fine" where a diagram has an f."""
    said = {"f": Token(" fine "), "h": Thought("hm"), "c": ToolCall("1", "grade"), "e": Token("")}
    return chat(*(m.cold(diagram, said, error) for diagram in diagrams))


def test_lm36_nothing_waits_and_the_judgement_is_one_item() -> None:
    """What the model thinks, calls and writes on the way is hidden."""
    with marbles() as m:
        turns = m.hot("-T-x-x--|", ITEMS)
        out = turns.pipe(evaluate(judge(m, "hce-f-|"), instruction="Grade it."))
        m.expect(out).to_be("-T-x-x-t|", ITEMS)


def test_lm36_the_model_is_asked_with_the_instruction_and_the_turn_alone() -> None:
    model = ScriptedLLM("Good.", "Bad.")
    with marbles() as m:
        log = m.record(m.hot("-T---U---|", ITEMS).pipe(evaluate(model, instruction="Grade it.")))
    assert [(context.system, [w.text for w in context.messages]) for context in model.asked] == [
        ("Grade it.", ["T"]),
        ("Grade it.", ["U"]),
    ]
    assert [(e.turn.number, e.text) for e in of(Evaluation, values(log))] == [
        (1, "Good."),
        (2, "Bad."),
    ]


def test_lm36_the_conversation_does_not_notice() -> None:
    """The same is said at the same times, whatever becomes of the judgement."""
    turns = {"T": Turn("Hello.", 1), "U": Turn("Stop.", 2)}

    def talk(beside: Operator[Event, Event]) -> list[tuple[float, Event]]:
        answers = ScriptedLLM("One two three four five six.", "All right.")
        with marbles(tick=0.1) as m:
            reply = interruptible(
                lambda turn: rx.just(turn).pipe(respond(answers)), policy=interrupt_at_once()
            )
            log = m.record(m.hot("-T---U-------|", turns).pipe(beside, reply))
        hidden = (Evaluation, Fault)
        return [
            (at, i)
            for (at, _), i in zip(log, values(log), strict=False)
            if not isinstance(i, hidden)
        ]

    alone = talk(ops.map(lambda item: item))
    assert len(of(ReplyEnded, [item for _, item in alone])) == 2
    for says in ("Good.", LOST, BAD_KEY, Response("'never ends'")):
        beside = evaluate(ScriptedLLM(says, again=True), instruction="Grade it.")
        assert talk(beside) == alone


@pytest.mark.parametrize(
    ("diagram", "error", "message"),
    [
        ("-#", LOST, "ConnectionError: lost"),
        ("-f-#", LOST, "ConnectionError: lost"),
        ("-#", BAD_KEY, f"ProviderRejected: {BAD_KEY}"),
        ("-he|", LOST, "the model says nothing of turn 1"),
        ("-f---------", LOST, "the model took more than 0.1 s"),
    ],
)
def test_lm36_an_own_failure_is_a_fault_and_never_fatal(
    diagram: str, error: Exception, message: str
) -> None:
    with marbles() as m:
        model = judge(m, diagram, error=error)
        log = m.record(
            m.hot("-T-------|", ITEMS).pipe(evaluate(model, instruction="?", timeout=0.1))
        )
    assert of(Fault, values(log)) == [Fault("evaluator", message)]
    assert of(Evaluation, values(log)) == []


def test_lm36_the_number_in_flight_is_bounded() -> None:
    with marbles() as m:
        model = judge(m, "-----f|", "-----f|", "f|")
        log = m.record(
            m.hot("-TUV------W-|", ITEMS).pipe(evaluate(model, instruction="?", at_most=2))
        )
    assert [e.turn.text for e in of(Evaluation, values(log))] == ["T", "U", "W"]
    assert of(Fault, values(log)) == [Fault("evaluator", "turn 3 is not judged: 2 others are")]


def test_the_last_judgement_is_waited_for() -> None:
    with marbles() as m:
        out = m.hot("-(T|)", ITEMS).pipe(evaluate(judge(m, "--f-|"), instruction="?"))
        m.expect(out).to_be("-T---(t|)", ITEMS)


def test_without_a_timeout_it_takes_as_long_as_it_takes() -> None:
    with marbles() as m:
        model = judge(m, "60s f|")
        out = m.hot("T|", ITEMS).pipe(evaluate(model, instruction="?", timeout=0.0))
        m.expect(out).to_be("T 60s (t|)", ITEMS)


@pytest.mark.parametrize("ending", ["#", "!"])
def test_failing_and_unsubscribing_leave_nothing(ending: str) -> None:
    with marbles() as m:
        model = m.cold("-------")
        source = m.hot("-T-#" if ending == "#" else "-T------", ITEMS)
        out = source.pipe(evaluate(chat(model), instruction="?"))
        m.expect(out, "^" if ending == "#" else "^--!").to_be(
            "-T-#" if ending == "#" else "-T-", ITEMS
        )
        m.expect_subscriptions(model, "-^-!")


def test_two_subscribers_have_their_own_judgements() -> None:
    model = ScriptedLLM("a", "b", ttft=0.02)
    with marbles() as m:
        out = m.hot("-T---|", ITEMS).pipe(evaluate(model, instruction="?"))
        one, two = m.record(out), m.record(out)
    assert [e.text for e in of(Evaluation, values(one))] == ["a"]
    assert [e.text for e in of(Evaluation, values(two))] == ["b"]


def test_bad_arguments_are_refused_at_the_call() -> None:
    with pytest.raises(ValueError, match="at_most"):
        evaluate(chat(), instruction="?", at_most=0)
    with pytest.raises(ValueError, match="timeout"):
        evaluate(chat(), instruction="?", timeout=-1.0)
