"""Files for listening: voice activity, end of turn, recognition."""

from ._file import Address, ModelFile, Part, Wheels

_PIPECAT = "pipecat-ai==1.14.0"
_PIPECAT_WHEEL = 12_109_725

_SILERO = ModelFile(
    key="silero-vad",
    sha256="1a153a22f4509e292a94e67d6f9b85e8deb25b4988682b7e174c65279d8788e3",
    size=2_327_524,
    name="silero_vad.onnx",
    licence="MIT",
    purpose="voice activity",
    places=(
        Address(
            "https://github.com/snakers4/silero-vad/raw/v6.2.1/src/silero_vad/data/silero_vad.onnx"
        ),
        Wheels((Part("silero-vad==6.2.3", "silero_vad/data/silero_vad.onnx", wheel=11_317_527),)),
        Wheels((Part(_PIPECAT, "pipecat/audio/vad/data/silero_vad.onnx", wheel=_PIPECAT_WHEEL),)),
    ),
)

_SMART_TURN = ModelFile(
    key="smart-turn-v3.2",
    sha256="2bb026316b14a660486a75b1733cd3fbab8c2fd0314dc9af7be49f8cca967e4f",
    size=8_679_182,
    name="smart-turn-v3.2-cpu.onnx",
    licence="BSD-2-Clause",
    purpose="end of turn",
    places=(
        Address(
            "https://huggingface.co/pipecat-ai/smart-turn-v3/resolve/"
            "f766f81d3cfdf7737ac64aad813d91bbfd56bf93/smart-turn-v3.2-cpu.onnx"
        ),
        Wheels(
            (
                Part(
                    _PIPECAT,
                    "pipecat/audio/turn/smart_turn/data/smart-turn-v3.2-cpu.onnx",
                    wheel=_PIPECAT_WHEEL,
                ),
            )
        ),
    ),
)


def _moonshine(part: str, name: str, size: int, sha256: str) -> ModelFile:
    member = Part(
        "moonshine-voice==0.0.73",
        f"moonshine_voice/assets/tiny-en/{name}",
        platform="manylinux_2_34_x86_64",
        wheel=56_320_672,
    )
    return ModelFile(
        key=f"moonshine-tiny-en/{part}",
        sha256=sha256,
        size=size,
        name=name,
        licence="MIT",
        purpose=f"recognition, English: {part}",
        places=(
            Address(f"https://download.moonshine.ai/model/tiny-en/quantized/tiny-en/{name}"),
            Wheels((member,)),
        ),
    )


FILES = (
    _SILERO,
    _SMART_TURN,
    _moonshine(
        "encoder",
        "encoder_model.ort",
        13_281_600,
        "94e90a4654fc45cdfedb77c4c08e1739f48862998e58fada384b25118134f221",
    ),
    _moonshine(
        "decoder",
        "decoder_model_merged.ort",
        30_412_256,
        "cf524c4862d36e9e5ab032eddc73637efd822d70e868ac575cf1a46e1e4708a0",
    ),
    _moonshine(
        "tokenizer",
        "tokenizer.bin",
        249_974,
        "6884b35fd6377d4c4d32336a0bc152f36b64d1e45b6503683cdc238250a8472d",
    ),
)
