"""The kit's own scripted parts keep the contracts of what they stand for."""

from rxvoice.errors import ProviderError
from rxvoice.testing.calls import ScriptedLLM, ScriptedSTT, ScriptedTTS, ScriptedVAD
from rxvoice.testing.conformance import check_chat, check_synthesizer, check_transcriber, check_vad

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


def test_the_scripted_voice() -> None:
    def failing() -> ScriptedTTS:
        return ScriptedTTS(
            faults={number: ProviderError("no voice", provider="hum") for number in range(1, 9)}
        )

    assert not check_synthesizer(ScriptedTTS, failing=failing, real_io=False).skipped


def test_the_scripted_recogniser() -> None:
    def failing() -> ScriptedSTT:
        return ScriptedSTT(faults={number: ProviderError("no", provider="x") for number in (1, 2)})

    def knows() -> ScriptedSTT:
        return ScriptedSTT(*["hello"] * 9)

    report = check_transcriber(knows, audio=LOUD, says="hello", failing=failing, real_io=False)
    assert report.passed
