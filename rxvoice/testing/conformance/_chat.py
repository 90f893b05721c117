"""`check_chat`."""

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, cast, get_args

from rxvoice.context import Context
from rxvoice.contracts import Chat, Written
from rxvoice.errors import RxvoiceError
from rxvoice.items import Token, ToolCall, Usage

from ._chat_trials import ask, ask_again, call_only, cuts
from ._examination import Examination, Settings, usable
from ._explain import explain
from ._failing import judge_failing
from ._report import Report
from ._trial import Make, Trial

_STOP: Final = 1.0
"""Virtual seconds in which a model that nobody listens to must stop."""

GREETING: Final = Context().append("user", "Hello, who are you?")

POINTS: Final = usable(
    {
        "answers": "a conversation that ends with the user's words gives tokens with text",
        "completes": "it completes when the answer is written",
        "no error": "an ordinary conversation does not fail",
        "verbatim": "tokens come as the model writes them, blanks included: joined, they are its "
        "text",
        "usage": "what was used comes once, as the last item, with numbers that are not negative",
        "tool calls": "a tool call comes whole: an id, a name, and arguments by name that JSON can "
        "hold",
        "empty conversation": "a conversation without messages is answered, or fails with an error "
        "of rxvoice",
        "conversation untouched": "the conversation that is given is not changed",
        "cold": "each subscription is a request of its own, with the whole answer",
        "independent": "two calls at once get their own answers",
        "after interruption": "after an answer was cut off the next call is answered",
        "stops generating": "unsubscribing stops the model, not only its output",
        "failure": "a model that cannot be used fails with an error of rxvoice, and never hangs",
    }
)


def check_chat(
    make: Make[Chat],
    /,
    *,
    context: Context = GREETING,
    says: str | None = None,
    usage: bool = True,
    calling: Context | None = None,
    generating: Callable[[], int] | None = None,
    failing: Make[Chat] | None = None,
    real_io: bool = True,
    patience: float = 30.0,
) -> Report:
    """Check that a language model keeps `rxvoice.contracts.Chat`.

    Args:
        make: Makes the model.
        context: A conversation that it answers, with a few words for quickness.
        says: The answer, to the letter, where it is known.
        usage: Whether it tells what it used.
        calling: A conversation that it answers with a tool call.
        generating: Tells how many answers are being written at this moment, for instance by a fake
            server.
        failing: Makes one whose service cannot be reached or refuses.
        real_io: Whether it uses sockets or threads of its own; without, the check is quicker.
        patience: Virtual seconds that an answer may take.

    Returns:
        What was looked at, and what was skipped.

    Raises:
        ConformanceError: With all points that failed.
        ValueError: When ``patience`` is not positive.
    """
    __tracebackhide__ = True
    settings = Settings(real_io, patience)
    exam = Examination("check_chat", POINTS, make, settings, get_args(Written))
    for point, given, why in (
        ("verbatim", says is not None, "no says= was given"),
        ("usage", usage, "usage=False"),
        ("tool calls", calling is not None, "no calling= was given"),
        ("stops generating", generating is not None, "no generating= was given"),
    ):
        if not given:
            exam.skip(point, why)
    before = repr(context)
    trial = exam.run("one answer", ask(context))
    if trial is None or not _judge_answer(exam, trial, says, usage):
        return exam.conclude()
    exam.expect("conversation untouched", repr(context) == before, f"it is now {context}")
    exam.run("called and never subscribed", call_only(context), hang="usable")

    def answered(trial: Trial | None, point: str) -> None:
        for probe in [] if trial is None else trial.probes:
            if probe.cut is None:
                text, error = _text(probe.values), probe.error
                kept = error is None and bool(text) and (says is None or text == says)
                happened = f"the answer is {text!r}" + (f", and {explain(error)}" if error else "")
                exam.expect(point, kept, happened, trial)

    answered(exam.run("subscribed twice", ask_again(context), hang="cold"), "cold")
    both = ask(context, context)
    answered(exam.run("two calls at once", both, hang="independent"), "independent")
    trial = exam.run("no messages", ask(Context()), hang="empty conversation")
    if trial is not None:
        error = trial.probes[0].error
        kept = error is None or isinstance(error, RxvoiceError)
        exam.expect("empty conversation", kept, f"it failed with {explain(error)}", trial)
    for title, scenario in cuts(context):
        trial = exam.run(title, scenario, hang="after interruption")
        if trial is not None and len(trial.probes) > 1:
            answered(trial, "after interruption")
    if generating is not None:
        _judge_generating(exam, context, generating)
    if calling is not None:
        _judge_calls(exam, exam.run("a tool call", ask(calling), hang="tool calls"))
    judge_failing(exam, "failure", failing, ask(context), faults=False)
    return exam.conclude()


def _judge_answer(exam: Examination[Any], trial: Trial, says: str | None, usage: bool) -> bool:
    (probe,) = trial.probes
    text = _text(probe.values)
    kept = exam.expect(
        "no error", probe.error is None, f"it failed with {explain(probe.error)}", trial
    )
    if kept:
        exam.expect("answers", bool(text.strip()), f"the text is {text!r}", trial)
    if says is not None:
        exam.expect("verbatim", text == says, f"joined, the tokens are {text!r}", trial)
    if usage and kept:
        told = [value for value in probe.values if isinstance(value, Usage)]
        last = bool(told) and probe.values[-1] is told[0] and len(told) == 1
        sane = all(min(u.input_tokens, u.output_tokens) >= 0 and u.source for u in told)
        exam.expect("usage", last and sane, f"there came {told or 'none'}", trial)
    return kept and bool(text)


def _judge_calls(exam: Examination[Any], trial: Trial | None) -> None:
    if trial is None:
        return
    (probe,) = trial.probes
    calls = [value for value in probe.values if isinstance(value, ToolCall)]
    wrong = "no tool call came" if not calls else ""
    for call in calls:
        wrong = wrong or _wrong_call(call)
    if len({call.id for call in calls}) < len(calls):
        wrong = wrong or "two calls have the same id"
    exam.expect("tool calls", not wrong, wrong, trial)


def _wrong_call(call: ToolCall) -> str:
    arguments = cast(object, call.arguments)
    if not call.id or not call.name:
        return f"{call} lacks an id or a name"
    if not isinstance(arguments, Mapping):
        return f"the arguments of {call.name} are {arguments!r}"
    try:
        json.dumps(dict(call.arguments))
    except (TypeError, ValueError) as error:
        return f"the arguments of {call.name} are not JSON: {error}"
    return ""


def _judge_generating(
    exam: Examination[Any], context: Context, generating: Callable[[], int]
) -> None:
    counts: list[int] = []

    async def scenario(trial: Trial, chat: Chat) -> None:
        probe = trial.observe(lambda: chat(context))
        trial.extend()
        await probe.until(lambda: bool(probe.items))
        probe.dispose()
        until = trial.loop.time() + _STOP
        while generating() and trial.loop.time() < until:
            await trial.pause(0.05)
        if generating():  # in a thread, which knows nothing of virtual time
            await trial.settle()
            if trial.loop.time() > until + 0.1:
                counts.append(1)
                return
        counts.append(generating())

    trial = exam.run("is it still generating?", scenario, hang="stops generating")
    if trial is not None:
        happened = f"an answer was still being written {_STOP:g} s after unsubscribing"
        exam.expect("stops generating", counts[-1] == 0, happened, trial)


def _text(values: Sequence[Any]) -> str:
    return "".join(value.text for value in values if isinstance(value, Token))


__all__ = ["check_chat"]
