"""The scenes of the shared recordings, with the real models: what the agent promises."""

import sys
from pathlib import Path
from typing import Any

import pytest

from tests.providers.recordings import DATA, needs_recordings

TOOLS = Path(__file__).parent.parent / "tools"


@needs_recordings
@pytest.mark.skipif(not TOOLS.exists(), reason="the tools are not part of the package")
def test_no_must_is_missed_no_backchannel_and_no_echo_ends_a_reply(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """TU02, TU07, TU13: all scenes through the real graph, voice detection and recognition."""
    pytest.importorskip("soundfile")
    monkeypatch.setattr(sys, "path", [str(TOOLS), *sys.path])
    import scenes  # pyright: ignore[reportMissingImports]

    tool: Any = scenes
    found = tool.read_scenes(DATA / "manifest.json")
    log = tool.held(found, "best", tool.Ears())
    manifest = {"files": [dict(scene.about) for scene in found]}
    score: dict[str, Any] = tool.scorer(DATA / "score_scenes.py")(log, manifest)
    assert score["fails"] == []
    assert len(found) >= 75
    met, rules = map(int, score["quality"].split("/"))
    assert met >= 50
    assert rules == 57
    assert score["pause_takeover_rate"] <= 0.35
    latency = score["latency_ms"]
    assert latency["turn_end"]["p50"] <= 650
    assert latency["bot_stop"]["p90"] <= 350
    for rule in ("backchannel/bot_keeps/quality", "echo/bot_keeps/quality", "echo/bot_keeps/must"):
        kept, all_of_them = score["rules"][rule].split("/")
        assert kept == all_of_them, rule
