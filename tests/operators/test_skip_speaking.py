"""LM28: an item switches whether the model's output is spoken; see also test_unspoken_text."""

from typing import assert_type

import reactivex as rx
from reactivex import Observable
from reactivex.subject import Subject

from rxvoice import Command
from rxvoice.context import Context, Memory, advance
from rxvoice.items import Event, Metric, SetSpeaking, Thought, Token, Word
from rxvoice.operators import converse, skip_speaking
from rxvoice.testing import marbles
from rxvoice.testing.calls import conversation

VALUES: dict[str, Event] = {
    "a": Token("a"),
    "A": Token("a", spoken=False),
    "b": Token("b", spoken=False, remembered=False),
    "t": Thought("t"),
}


def test_lm28_tokens_are_marked_while_it_is_off_and_all_else_passes() -> None:
    memory = Memory(Context(speaking=False))
    with marbles() as m:
        source = m.hot("-a-b-t-|", VALUES)
        m.expect(source.pipe(skip_speaking(memory))).to_be("-A-b-t-|", VALUES)
        m.expect_subscriptions(source, "^------!")


def test_lm28_the_last_item_counts_also_in_the_midst_of_a_response() -> None:
    memory, said = Memory(), Subject[Event]()
    out: list[Event] = []
    said.pipe(memory.record()).subscribe()
    tokens = Subject[Event]()
    tokens.pipe(skip_speaking(memory)).subscribe(out.append)
    for active in (True, False, False, True):
        said.on_next(SetSpeaking(active))
        tokens.on_next(Token("a"))
    assert [item.spoken for item in out if isinstance(item, Token)] == [True, False, False, True]


def test_lm28_it_is_a_part_of_the_conversation_and_changes_nothing_else() -> None:
    context = Context("be kind").append("user", "Hi.")
    off = advance(context, SetSpeaking(False))
    assert not off.speaking
    assert off.messages == context.messages
    assert advance(off, SetSpeaking(True)) == context
    assert not off.append("user", "You?").with_messages([]).speaking


def test_never_empty_error_and_unsubscription() -> None:
    with marbles() as m:
        skip = skip_speaking(Memory())
        m.expect(m.cold("---").pipe(skip)).to_be("---")
        m.expect(m.cold("--|").pipe(skip)).to_be("--|")
        m.expect(m.hot("-a-#", VALUES).pipe(skip)).to_be("-a-#", VALUES)
        source = m.hot("-a-a-a|", VALUES)
        m.expect(source.pipe(skip), "^--!").to_be("-a--", VALUES)
        m.expect(source.pipe(skip), "--^").to_be("---a-a|", VALUES)
        m.expect_subscriptions(source, "^--!", "--^---!")


def test_lm28_a_command_makes_a_whole_conversation_silent() -> None:
    call = conversation(
        converse,
        user="[--]'hello' 3s [-]'and you'",
        llm=["I am fine. Thanks.", "So am I."],
        bot="-",
        history=["user: hello", "bot: I am fine. Thanks.", "user: and you", "bot: So am I."],
        commands=rx.of(SetSpeaking(False)),
    )
    assert not [word for word in call.only(Word) if word.spoken]


def test_types() -> None:
    source: Observable[Token | Metric] = rx.empty()
    assert_type(source.pipe(skip_speaking(Memory())), Observable[Token | Metric])
    commands: list[Command] = [SetSpeaking(False)]
    assert commands
