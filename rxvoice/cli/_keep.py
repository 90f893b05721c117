"""What a conversation leaves behind."""

import json
from collections.abc import Sequence
from functools import reduce
from pathlib import Path

from rxvoice.context import Context, advance
from rxvoice.items import Stamped
from rxvoice.reports import (
    interruptions,
    latencies,
    latency_markdown,
    latency_table,
    plain,
    transcript_json,
    transcript_text,
)
from rxvoice.viz import conversation_svg

NAMES = (
    "conversation.wav",
    "transcript.txt",
    "transcript.json",
    "history.json",
    "latency.md",
    "conversation.svg",
)
"""Of the files; the first one is written while the conversation goes on, by those who hold it."""


def keep(folder: Path, events: Sequence[Stamped]) -> None:
    """Write the transcript, the latencies, the history and the picture, and print the table."""
    table = latencies(events)
    heard = reduce(advance, (event.item for event in events), Context())
    history = [
        {"role": message.role, "text": plain(message.text), "interrupted": message.interrupted}
        for message in heard.messages
    ]
    texts = (
        transcript_text(events),
        json.dumps(transcript_json(events), ensure_ascii=False, indent=1),
        json.dumps(history, ensure_ascii=False, indent=1),
        latency_markdown(table),
        conversation_svg(events, title="rxvoice"),
    )
    sound, *others = NAMES
    for name, text in zip(others, texts, strict=True):
        (folder / name).write_text(text.rstrip("\n") + "\n", encoding="utf-8")
    print()
    print(latency_table(table) if table else "no turn was heard")
    for cut in interruptions(events):
        late = 1000 * cut.overrun
        print(f"interrupted at {cut.decided:.2f} s: the bot was silent {late:.0f} ms later")
    print()
    there = NAMES if (folder / sound).exists() else others
    print(f"kept in {folder}: {', '.join(there)}")
