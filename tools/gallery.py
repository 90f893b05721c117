"""Write the gallery of operators: rxvoice/operators/README.md and docs/operators/*.svg.

Everything in it comes from the operators' docstrings, whose marbles are tests, except for the table
of wishes below. Run it from anywhere::

    python tools/gallery.py            writes the page and the pictures
    python tools/gallery.py --check    fails when one of them is stale
"""

import argparse
import inspect
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

import rxvoice.operators
from rxvoice.testing import Example, example_svg, read_example
from rxvoice.testing._example_legend import LETTERS

PAGE = "rxvoice/operators/README.md"
PICTURES = "docs/operators"

WISHES: Mapping[str, Mapping[str, str]] = {
    "Listen": {
        "dejitter": "put audio into order and pace that comes late, in bursts or not at all",
        "echo_gate": "use a loudspeaker, and not have the bot interrupt itself",
        "filter_audio": "take noise out of what the microphone hears",
        "gain_control": "hear who speaks softly or far away",
        "vad_gate": "know when the user speaks, and let nothing but speech through",
        "transcribe": "turn speech into text while it is spoken",
        "utterances": "recognise with a model that wants whole utterances",
    },
    "Take turns": {
        "aggregate_turn": "know when the user has finished, and what they said in all",
        "start_on_speech": "let a turn start as soon as there is a voice",
        "start_on_transcript": "let a turn start when something was understood",
        "start_on_interruption": "let a turn start when a model hears that the user cuts in",
        "start_after_words": "let a turn start after several words while the bot speaks",
        "start_on_wake_phrase": "let turns start only after a wake phrase",
        "start_on_external": "let a recogniser or a key decide when a turn starts",
        "start_on_dtmf": "let a turn start when a key of the telephone is pressed",
        "start_when": "let a turn start when something of your own choice holds",
        "while_bot_speaks": "start turns by other rules while the bot speaks",
        "stop_after_silence": "let a turn stop after a pause",
        "stop_at_end_of_turn": "let a turn stop when a model hears that it is complete",
        "stop_on_external": "let a recogniser or a key decide when a turn stops",
        "stop_when": "let a turn stop when something of your own choice holds",
        "push_to_talk": "let the user hold a key while they speak",
        "interruptible": "answer each turn, and fall silent when the user speaks again",
    },
    "Be interrupted": {
        "speculate": "begin to think before it is certain that the user has finished",
        "pause_and_decide": "stop the voice at every sound, and go on after a cough or an mm-hm",
        "interrupt_at_once": "fall silent for good at every sound",
        "interrupt_when": "fall silent after some words, or some time",
        "interrupt_never": "speak to the end whatever the user does",
        "uninterruptible": "protect a part of what is said",
    },
    "Tell what holds": {
        "speaks": "know whether the user is speaking",
        "lasting": "know whether the user has been speaking for a while",
        "words": "know whether the user has said so many words",
        "bot_speaks": "know whether the bot is being heard",
        "all_of": "know whether several conditions hold together",
        "any_of": "know whether at least one of several conditions holds",
        "not_": "know whether a condition does not hold",
    },
    "Use the keypad": {
        "detect_dtmf": "hear the tones of the keys that the user presses",
        "aggregate_dtmf": "get a row of keys as one text",
        "stop_on_dtmf": "let a turn stop as soon as the keys are complete",
        "play_dtmf": "press keys in somebody else's telephone menu",
    },
    "Answer": {
        "respond": "ask a language model, and survive when it fails",
        "sentences": "get whole sentences from tokens as early as possible",
        "synthesize": "speak a text while it is still being written",
        "by_sentence": "use a voice that speaks one sentence at a time",
        "completion_marks": "let the model hear that the user has not finished, and keep silent",
        "prewarm": "open connections while the user speaks, so that the answer need not wait",
        "pace": "send audio no sooner than it is heard, so that stopping really stops it",
        "mix_background": "let an office, or music, be heard under the voice and in the pauses",
        "fill_silence": "keep a line busy while nobody speaks, and after the last word",
    },
    "Use tools, and change the conversation": {
        "call_tools": "run the tools of an answer that was begun before it was wanted",
        "background_tools": "run tools that go on while the conversation does",
        "steer": "change the conversation from outside, and have the bot say something",
        "summarise": "keep a long conversation short",
        "hold_turns": "let the model wait until something else has happened",
        "agents": "hand the conversation over to another model and voice",
    },
    "Prepare the text for the voice": {
        "strip_markdown": "keep what no voice can say out of the text",
        "pattern_pairs": "find what stands between two signs, and do something else with it",
        "skip_speaking": "show an answer without speaking it",
        "stream_tokens": "give the voice the text as it comes, without waiting for sentences",
    },
    "Survive providers that fail": {
        "failover": "let another provider stand in for one that fails",
        "retry_with_backoff": "ask again when a provider failed for the moment",
        "hedge": "ask another provider when the first one is slow",
        "race": "ask several providers, and hear the quickest",
        "switchable": "change the provider by hand during the call",
        "ab": "try another provider where nobody hears it",
        "with_events": "see in the stream what stands in for what",
        "fail_on_fatal": "end the session when nothing can help any more",
    },
    "Watch a conversation": {
        "log_transcript": "know what each side said, and when",
        "evaluate": "have each turn judged by a second model that nobody hears",
        "bot_speech": "know when the bot is heard",
        "mute_user": "ignore the user at times, for instance while the bot speaks",
        "in_first_bot_speech": "mute the user while the bot speaks for the first time",
        "until_first_bot_speech": "mute the user until the bot has spoken once",
        "tools_run": "mute the user while a tool runs",
        "user_idle": "know when the user says nothing any more",
        "nudge": "let the bot say something when the user says nothing any more",
        "track_exchanges": "count what the user says and the bot answers, and know how it ended",
        "measure_response": "know how long the user waits for the bot, and what for",
        "probe": "see a stream in pictures, while it runs or afterwards",
        "hear_when_ready": "let the user's audio begin when their client is ready",
        "tap": "have a function called with some items, whatever becomes of it",
        "when_idle": "have a function called when nothing happens any more",
        "warn_missing_input": "notice that the user's audio does not come any more",
        "warn_stalled": "notice that a stage lets nothing through any more",
    },
    "Put together": {
        "converse": "have a whole voice agent in one operator",
        "hang_up": "end a call when the far end leaves, or when the bot has said goodbye",
        "with_feedback": "let a part of a pipe know what comes out of its end",
        "on_time": "let things happen at the times that they tell",
        "share": "let several listeners use one microphone",
        "resample": "change the sample rate of audio",
        "record": "keep what both sides said, in pieces or turn by turn",
    },
}
"""What people want to do, by operator, in the order of a conversation."""

HEAD = """\
# Operators

An operator is a function from a stream to a stream, to be used in `pipe`. This page is written by
`python tools/gallery.py` from the operators' docstrings, whose marbles are tests: what you see is
what happens.

How to read the pictures: time runs to the right. Above the box is what goes in, and what the
operator uses (a recogniser, a model, the replies); below it is what comes out. A dot is where a
stream is subscribed, a red stroke where it is unsubscribed; what is dotted behind the stroke never
happened. A bar is the end of a stream, a cross its failure. A box of letters is as many frames of
audio.

## I want to …
"""


class Problem(Exception):
    """Something is wrong with what is read; one line for people."""


def main() -> int:
    """Write or check the gallery."""
    parser = argparse.ArgumentParser(description="Write the gallery of operators.")
    parser.add_argument(
        "--check", action="store_true", help="write nothing; fail when a file is stale"
    )
    parser.add_argument("--root", type=Path, default=Path(__file__).resolve().parent.parent)
    args = parser.parse_args()
    try:
        run(args.root, check=args.check)
    except (Problem, ValueError) as problem:
        sys.stderr.write(f"gallery: {problem}\n")
        return 1
    return 0


def run(root: Path, *, check: bool) -> None:
    """Write or check the gallery of one project.

    Args:
        root: The project's folder.
        check: Whether to write nothing and to complain instead.

    Raises:
        Problem: When a file is stale, or an operator and the table of wishes do not fit.
        ValueError: When the marbles of an operator cannot be read.
    """
    wanted = gallery(rxvoice.operators.__all__)
    there = {f"{PICTURES}/{path.name}" for path in (root / PICTURES).glob("*.svg")}
    if check:
        stale = [name for name, text in wanted.items() if not _holds(root / name, text)]
        stale += sorted(there - wanted.keys())
        if stale:
            raise Problem(f"stale: {', '.join(stale)}; run `python tools/gallery.py`")
        return
    for name, text in wanted.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text, encoding="utf-8", newline="\n")
    for name in there - wanted.keys():
        (root / name).unlink()


def gallery(public: Sequence[str]) -> dict[str, str]:
    """Return the files of the gallery, by their names.

    Args:
        public: The names of all operators.

    Raises:
        Problem: When the table of wishes lacks an operator or has one that is none.
    """
    wishes = {name: wish for group in WISHES.values() for name, wish in group.items()}
    if missing := sorted(set(public) - wishes.keys()):
        raise Problem(f"WISHES in tools/gallery.py lacks {', '.join(missing)}")
    if spare := sorted(wishes.keys() - set(public)):
        raise Problem(f"WISHES in tools/gallery.py has {', '.join(spare)}, which is no operator")
    lines = [HEAD, "| | I want to … | operator |", "| --- | --- | --- |"]
    files = {PAGE: ""}
    sections: list[str] = []
    for area, group in WISHES.items():
        for index, (name, wish) in enumerate(group.items()):
            lines.append(f"| {'' if index else area} | {wish} | [`{name}`](#{name}) |")
            example = read_example(getattr(rxvoice.operators, name))
            sections += section(example)
            files[f"{PICTURES}/{name}.svg"] = example_svg(example)
    files[PAGE] = "\n".join([*lines, "", *sections])
    return files


def section(example: Example) -> list[str]:
    """Return the lines about an operator."""
    name = example.name
    file = Path(inspect.getsourcefile(example.operator) or "").name
    used = f"{example.source.name}.pipe({example.call})" if example.source else example.call
    meanings = [f"**{letter}** `{meaning}`" for letter, meaning in letters(example).items()]
    return [
        *(f"## {name}", "", summary(example), ""),
        *(f"![Marbles of {name}](../../{PICTURES}/{name}.svg)", ""),
        *("```python", used, "```", ""),
        *([" · ".join(meanings), ""] if meanings else []),
        *(f"All about it: [{file}]({file})", ""),
    ]


def summary(example: Example) -> str:
    """Return the first line of an operator's docstring."""
    return (inspect.getdoc(example.operator) or "").partition("\n")[0]


def letters(example: Example) -> dict[str, str]:
    """Return what the letters of an example mean, in the order in which they appear."""
    known = {**{letter: f"{value!r}" for letter, value in LETTERS.items()}, **example.legend}
    shown = [mark.key for row in example.rows for mark in row.marks(example.tick)]
    return {letter: known[letter] for letter in dict.fromkeys([*shown, "#"]) if letter in known}


def _holds(path: Path, text: str) -> bool:
    return path.exists() and path.read_text(encoding="utf-8") == text


if __name__ == "__main__":
    sys.exit(main())
