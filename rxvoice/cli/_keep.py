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


def keep(folder: Path, events: Sequence[Stamped]) -> None:
    """Write the transcript, the latencies, the history and the picture, and print the table."""
    table = latencies(events)
    heard = reduce(advance, (event.item for event in events), Context())
    history = [
        {"role": message.role, "text": plain(message.text), "interrupted": message.interrupted}
        for message in heard.messages
    ]
    texts = {
        "transcript.txt": transcript_text(events),
        "transcript.json": json.dumps(transcript_json(events), ensure_ascii=False, indent=1),
        "history.json": json.dumps(history, ensure_ascii=False, indent=1),
        "latency.md": latency_markdown(table),
        "conversation.svg": conversation_svg(events, title="rxvoice"),
    }
    for name, text in texts.items():
        (folder / name).write_text(text.rstrip("\n") + "\n", encoding="utf-8")
    print()
    print(latency_table(table) if table else "no turn was heard")
    for cut in interruptions(events):
        late = 1000 * cut.overrun
        print(f"interrupted at {cut.decided:.2f} s: the bot was silent {late:.0f} ms later")
    print()
    print(f"kept in {folder}: conversation.wav, {', '.join(texts)}")
