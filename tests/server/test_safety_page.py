"""What docs/serving-safely.md says is so."""

import dataclasses
import re
import sys
from pathlib import Path
from types import ModuleType

import pytest

import rxvoice.items
from rxvoice import Event, Operator
from rxvoice.aio import Queues
from rxvoice.server import CallSession, Limits
from rxvoice.server._metrics import ServerMetrics
from rxvoice.server._webhooks_secrets import VARIABLES
from rxvoice.server._whatsapp import whatsapp_account
from rxvoice.transports._outbox import Outbox
from tests.test_guide import BLOCK, run_block

PAGE = Path(__file__).parents[2] / "docs" / "serving-safely.md"
TEXT = PAGE.read_text(encoding="utf-8")


def served(session: CallSession) -> Operator[Event, Event]:
    return lambda source: source


def test_the_code_of_the_page_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    page = ModuleType("serving_safely")
    monkeypatch.setitem(sys.modules, "serving_safely", page)
    blocks = [code for kind, code in BLOCK.findall(TEXT) if kind == "python"]
    for code in blocks:
        run_block(code, page)
    assert len(blocks) == 3
    assert vars(page)["options"].limits.max_sessions == 40
    application = vars(page)["application"](served)
    assert "/start" in [resource.canonical for resource in application.router.resources()]


def test_the_page_tells_the_limits_that_there_are() -> None:
    rows = dict(re.findall(r"^\| `(\w+)` \| ([\d,]+)", TEXT, re.MULTILINE))
    told = {name: float(value.replace(",", "")) for name, value in rows.items()}
    defaults = dataclasses.asdict(Limits())
    assert told == {name: float(value) for name, value in defaults.items()}


def test_the_page_tells_the_metrics_that_there_are() -> None:
    metrics = ServerMetrics()
    queues = Queues()
    queues.add(Outbox("client: write"))
    metrics.session("websocket", 0.0, queues).received(1)
    metrics.refused("capacity")
    for event in [
        rxvoice.items.Fault("llm", "any"),
        rxvoice.items.ResponseLatency(0.5, breakdown=(rxvoice.items.Metric("turn", "wait", 0.5),)),
        rxvoice.items.Metric("tts", "ttfb", 0.1),
        rxvoice.items.Metric("vad_gate", "blocked", 0.1),
        rxvoice.items.Usage("openai", 10, 2, 5, 1.5, cached_tokens=4, reasoning_tokens=1),
        rxvoice.items.ReplyEnded(1),
    ]:
        metrics.observe(event)
    said = metrics.expose().body.decode()
    there = {
        name: {
            label
            for labels in re.findall(rf"^{name}\w*{{(.*?)}} ", said, re.MULTILINE)
            for label in re.findall(r'(\w+)="', labels)
        }
        - {"le"}
        for name in re.findall(r"^# TYPE (\S+) ", said, re.MULTILINE)
    }
    rows = re.findall(r"^\| `(rxvoice_\w+)` \|(.*)\|$", TEXT, re.MULTILINE)
    assert {name: set(re.findall(r"`(\w+)`", labels)) for name, labels in rows} == there


def test_the_page_tells_the_variables_of_telephone_vendors() -> None:
    told = re.findall(
        r"^\| `((?:TWILIO|PLIVO|TELNYX|VONAGE|EXOTEL|GENESYS)_\w+)`", TEXT, re.MULTILINE
    )
    assert told == [*VARIABLES.values()]


def test_the_page_tells_the_variables_of_whatsapp() -> None:
    with pytest.raises(ValueError, match="WHATSAPP") as caught:
        whatsapp_account({})
    asked = set(re.findall(r"WHATSAPP_\w+", str(caught.value)))
    assert set(re.findall(r"^\| `(WHATSAPP_\w+)`", TEXT, re.MULTILINE)) == asked
