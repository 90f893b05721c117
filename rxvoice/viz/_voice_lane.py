"""The lane of the bot's voice: what was heard, the wait for it, and where it was cut off."""

import math
from typing import Final

from rxvoice.reports import Interruption, TurnLatency, minutes

from ._axis import Row
from ._call import Call
from ._lane import Lane
from ._listening import bar
from ._pauses import draw_pause
from ._svg import element, group, line, number
from ._text import BOLD, label, shorten, text_width
from ._voice import Voice

_SMALL: Final = 10.0
_GHOST: Final = 54.0


def draw_voice(row: Row, call: Call) -> Lane:
    """Draw the bot's voice with its loudness, how long the user waited for it, pauses and cuts."""
    y, height = 9.0, 28.0
    out = [part for wait in call.waits for part in _wait(row, call, wait, y + height / 2)]
    for pause in call.pauses:
        quiet = max([pause.start, *(v.end for v in call.voices if v.start < pause.start < v.end)])
        if row.meets(pause.start, pause.end) and quiet <= pause.end:
            out.append(draw_pause(row, pause, quiet, y, height))
    for index, voice in enumerate(call.voices):
        if row.meets(voice.start, voice.end):
            out.append(_voice(row, voice, y, height))
        cut = next((cut for cut in call.cuts if cut.reply == voice.reply), None)
        is_last = all(later.reply != voice.reply for later in call.voices[index + 1 :])
        if cut and is_last:
            at = _silenced(call, voice)
            if row.start < at <= row.end:
                out.append(_cut(row, at, voice, cut, _next(call, at), y, height))
    return Lane("bot speaks", "bot", 46.0, out)


def _silenced(call: Call, voice: Voice) -> float:
    """When a voice was cut off: at its end, or at that of the pause that it ended in."""
    last = [
        pause.end
        for pause in call.pauses
        if pause.reply == voice.reply and pause.outcome == "cut off"
    ]
    return max([voice.end, *last])


def _next(call: Call, at: float) -> float:
    """When the lane is needed again after an instant; at once where an answer is waited for."""
    starts = [voice.start for voice in call.voices if voice.start > at]
    for wait in call.waits:
        if wait.speech_end is not None and wait.first_sound is not None and wait.first_sound > at:
            starts.append(max(at, wait.speech_end))
    return min(starts, default=math.inf)


def _voice(row: Row, voice: Voice, y: float, height: float) -> str:
    times = f"{minutes(voice.start)} to {minutes(voice.end)}"
    about = f"answer to turn {voice.reply}" if voice.reply else "the bot speaks"
    columns: dict[int, float] = {}
    right = row.x(voice.end) - row.left
    for at, level in voice.levels:
        if row.has(at):
            column = int((row.x(at) - row.left) / 3)
            if column * 3 + 2.5 <= right:
                columns[column] = max(level, columns.get(column, 0.0))
    path = ""
    for column, level in columns.items():
        half = max(0.5, level * (height / 2 - 4))
        x = row.left + column * 3 + 1.5
        path += f"M{number(x)} {number(y + height / 2 - half)}v{number(2 * half)}"
    return group(
        f"{about}, heard {times}",
        bar(row, voice.start, voice.end, y, height, "bot-soft"),
        element("path", class_="bot-line wave", d=path) if path else "",
    )


def _wait(row: Row, call: Call, wait: TurnLatency, middle: float) -> list[str]:
    start, end = wait.speech_end, wait.first_sound
    if start is None or end is None:
        return []
    milliseconds = f"{round((end - start) * 1000)} ms"
    ends = [span.end for span in (*call.voices, *call.pauses) if span.end <= end]
    start = max([start, *ends])
    if not row.meets(start, end):
        return []
    x1, x2 = row.x(start), row.x(end) - 2
    parts = [line(x1, middle, x2, middle, "soft-line thin")]
    if start >= row.start:
        parts.append(line(x1, middle - 4, x1, middle + 4, "soft-line thin"))
    if end <= row.end and x2 - x1 > 6:
        d = f"M{number(x2 - 4)} {number(middle - 3)}l4 3l-4 3"
        parts.append(element("path", class_="soft-line thin", d=d))
    if text_width(milliseconds, _SMALL) <= x2 - x1 + 2:
        x = (x1 + x2) / 2
        parts.append(
            label(milliseconds, x, middle - 5, class_="soft", size=_SMALL, anchor="middle")
        )
    return [group(f"{milliseconds} from the end of the speech to the first sound", *parts)]


def _cut(
    row: Row, at: float, voice: Voice, cut: Interruption, following: float, y: float, height: float
) -> str:
    x = row.x(at)
    right = min(
        max(x + _GHOST, row.x(voice.planned + at - voice.end)), row.x(following) - 8, row.right
    )
    unheard = max(0.0, voice.planned - voice.end)
    tooltip = (
        f"cut off at {minutes(cut.decided)}; heard for {round(cut.overrun * 1000)} ms more; "
        f"{round(unheard * 1000)} ms that were ready were not heard"
    )
    parts: list[str] = []
    if right - x > 8:
        above, below = number(y + 0.5), number(y + height - 0.5)
        start, end = number(x + 5), number(right)
        ghost = f"M{start} {above}H{end}M{start} {below}H{end}"
        parts.append(element("path", class_="bot-line thin dashes", d=ghost))
        text = shorten("cut off", right - x - 12, _SMALL * BOLD)
        if text == "cut off":
            parts.append(
                label(text, x + 11, y + height / 2 + 3.5, class_="alarm strong", size=_SMALL)
            )
    slash = f"M{number(x - 2)} {number(y + height + 3)}l5 {number(-height - 6)}"
    slash += f"M{number(x + 2)} {number(y + height + 3)}l5 {number(-height - 6)}"
    parts.append(element("path", class_="ground-line", stroke_width=6, d=slash))
    parts.append(element("path", class_="alarm-line bold", d=slash))
    return group(tooltip, *parts)
