"""A report as a table for people."""

from collections.abc import Iterator, Mapping, Sequence
from html import escape
from typing import TYPE_CHECKING, TypeAlias

from rxvoice.reports import STEPS, minutes, plain
from rxvoice.testing.simulation._figures import PERCENTILES

if TYPE_CHECKING:
    from rxvoice.testing.simulation._report import Report

_MOST = 8  # failures that are told
_ABSENT = "–"
_Row: TypeAlias = tuple[str, ...]


def as_text(report: "Report") -> str:
    """Lay a report out as aligned text."""
    counts, times = _counts(report), _times(report.figures)
    names = max(len(row[0]) for row in (*counts, *times))
    lines = [_title(report), ""]
    for name, value, note in counts:
        lines.append(f"{name:{names}}  {value:>8}  {note}".rstrip())
    lines.append("")
    for name, *cells in times:
        lines.append(f"{name:{names}}" + "".join(f"  {cell:>8}" for cell in cells))
    failures = list(_failures(report))
    return "\n".join([*lines, *([""] if failures else []), *failures])


def as_html(report: "Report") -> str:
    """Lay a report out as tables in HTML."""
    parts = [
        f"<p>{escape(_title(report))}</p>",
        _html(_counts(report)),
        _html(_times(report.figures)),
    ]
    parts += [f"<p>{escape(failure)}</p>" for failure in _failures(report)]
    return "".join(parts)


def _html(rows: Sequence[_Row]) -> str:
    lines = ["".join(f"<td>{escape(cell)}</td>" for cell in row) for row in rows]
    return f"<table>{''.join(f'<tr>{line}</tr>' for line in lines)}</table>"


def _title(report: "Report") -> str:
    count = len(report.calls)
    time = minutes(sum(call.duration for call in report.calls))
    return (
        f"{count} simulated call{'' if count == 1 else 's'} of {report.persona} callers with "
        f"{report.agent}, {report.conditions} conditions, seed {report.seed}: {time} of talk"
    )


def _counts(report: "Report") -> list[_Row]:
    calls, found = report.calls, report.figures

    def total(name: str) -> int:
        return sum(getattr(call, name) for call in calls)

    def share(name: str, part: int, what: str, whole: int) -> tuple[str, str]:
        value = found[name]
        return (f"{100.0 * value:.1f} %" if value is not None and whole else _ABSENT), (
            f"{part} of {whole} {what}"
        )

    said, replies, noise = total("said"), total("replies"), total("by_noise")
    sources = ", ".join(f"{source} {count}" for source, count in report.faults.items())
    return [
        ("said by callers", f"{said}", f"and {total('noises')} coughs and backchannels"),
        ("turns", f"{total('turns')}", ""),
        ("replies heard", f"{replies}", ""),
        (
            "interruptions",
            *share("interruptions", total("interruptions"), "replies were cut off", replies),
        ),
        ("  false", *share("false_interruptions", noise, "by a cough or a backchannel", replies)),
        (
            "  missed",
            *share("missed_interruptions", total("missed"), "went unheeded", total("attempts")),
        ),
        ("cut-offs", *share("cut_offs", total("cut_offs"), "were not yet at their end", said)),
        ("dead air", *share("dead_air", total("dead_air"), "were not answered in time", said)),
        (
            "answered twice",
            *share("answered_twice", total("answered_twice"), "got more than one answer", said),
        ),
        ("stale frames", f"{total('stale_frames')}", "after an interruption"),
        ("faults", f"{total_faults(report.faults)}", sources),
        ("failed calls", f"{len(report.failed)}", ""),
    ]


def total_faults(faults: Mapping[str, int]) -> int:
    """Add up the faults of all sources."""
    return sum(faults.values())


def _times(found: Mapping[str, float | None]) -> list[_Row]:
    names = [("interruption → silence", "stop")]
    begins = ("speech end", *STEPS[:-1])
    for begin, step in zip(begins, STEPS, strict=True):
        names.append((f"{begin} → {step}", f"latency.{step.replace(' ', '_')}"))
    names.append(("speech end → first sound", "latency"))
    rows: list[_Row] = [("milliseconds", *(f"p{percent}" for percent in PERCENTILES))]
    for label, name in names:
        cells = [found[f"{name}.p{percent}"] for percent in PERCENTILES]
        rows.append(
            (label, *(_ABSENT if cell is None else f"{cell * 1000.0:.0f}" for cell in cells))
        )
    return rows


def _failures(report: "Report") -> Iterator[str]:
    failed = list(report.failed.items())
    for number, failure in failed[:_MOST]:
        yield f"call {number} failed: {plain(failure.splitlines()[0])}"
    if len(failed) > _MOST:
        yield f"and {len(failed) - _MOST} more"
