"""Whole calls: what a user does, as diagrams of `rxvoice.testing.conversation`."""

from hypothesis import strategies as st

from ._items import texts

_NOTHING = "-"
_PAUSES = ("", "-", " 1.5s ", " 2s ", " 2.5s ", " 2.5s ", " 3s ", " 5s ")
_KINDS = (*["says"] * 8, "coughs", "mumbles", "writes", "presses")


@st.composite
def callers(draw: st.DrawFn, *, max_size: int = 4) -> str:
    """What a user does in a call, as a diagram for `rxvoice.testing.conversation`.

    They speak and are understood in time, late or in parts, cough, press keys, and hang up in the
    midst of something or wait until there is nothing more to hear. Some are not understood at all;
    those hang up, for an agent may wait for a transcript as long as the call lasts. Pauses are so
    long that some words meet a bot that is speaking.

    Args:
        draw: Given by Hypothesis.
        max_size: The most things that they do.
    """
    count = min(draw(st.integers(0, 2 * max_size)), max_size)  # rather many than few
    kinds = [draw(st.sampled_from(_KINDS)) for _ in range(count)]
    done = "".join(_one(draw, kind) for kind in kinds)
    if draw(st.booleans()) and "mumbles" not in kinds:
        return done
    return f"{done}{_NOTHING * draw(st.integers(0, 12))}|"


def _one(draw: st.DrawFn, kind: str) -> str:
    before = draw(st.sampled_from(_PAUSES))
    if kind == "presses":
        return f"{before}{draw(st.sampled_from('0123456789'))}"
    text = draw(texts(max_words=3))
    if kind == "writes":  # a transcript without any speech
        return f"{before}'{text}'"
    speech = _NOTHING * draw(st.integers(1, 4))
    if kind == "coughs":
        return f"{before}[{speech}]''"
    if kind == "mumbles":
        return f"{before}[{speech}]"
    first = f"'{text.split()[0]}…'" if draw(st.booleans()) else ""
    late = _NOTHING * draw(st.integers(0, 3))
    if draw(st.integers(0, 3)) == 3:
        late += " 1.5s "
    return f"{before}[{first}{speech}]{late}'{text}'"


__all__ = ["callers"]
