"""The kit's own scripted parts keep the contracts of what they stand for."""

from rxvoice.testing.conformance import check_chat, check_vad
from rxvoice.testing.conversation import ScriptedLLM, ScriptedVAD

from .good import LOUD


def test_the_scripted_voice_detector() -> None:
    assert not check_vad(ScriptedVAD, speech=LOUD, real_io=False).skipped


def test_the_scripted_language_model() -> None:
    models: list[ScriptedLLM] = []

    def chat() -> ScriptedLLM:
        models.append(ScriptedLLM("I say  what I was told.", again=True))
        return models[-1]

    report = check_chat(
        chat,
        says="I say  what I was told.",
        usage=False,
        generating=lambda: models[-1].open,
        real_io=False,
    )
    assert set(report.skipped) == {"usage", "tool calls", "failure"}
