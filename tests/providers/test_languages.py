"""ST17: languages, as vendors name them."""

import json
import logging

import pytest

from rxvoice.providers._languages import language_code
from rxvoice.providers._speechmatics_listen import SpeechmaticsListen

KNOWN = ("en", "en-US", "de", "zh-CN", "pt_BR")


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ("en-US", "en-US"),
        ("EN-us", "en-US"),
        ("en_US", "en-US"),
        ("de-AT", "de"),
        ("pt-BR", "pt_BR"),
        (" de ", "de"),
        ("xx-YY", "xx-YY"),
        ("zh", "zh"),
    ],
)
def test_st17_a_language_is_found_with_its_region_or_without(given: str, code: str) -> None:
    assert language_code(given, KNOWN, provider="any") == code


def test_st17_an_unknown_one_passes_and_is_told_at_debug(
    caplog: pytest.LogCaptureFixture,
) -> None:
    with caplog.at_level(logging.DEBUG, logger="rxvoice"):
        assert language_code("tlh", KNOWN, provider="any") == "tlh"
    assert [record.levelno for record in caplog.records] == [logging.DEBUG]


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ("de-DE", "de"),
        ("zh-CN", "cmn"),
        ("nb-NO", "no"),
        ("cmn_en", "cmn_en"),
        ("yue-HK", "yue"),
        ("tlh", "tlh"),
    ],
)
def test_st17_speechmatics_is_asked_for_a_language_that_it_knows(given: str, code: str) -> None:
    dialect = SpeechmaticsListen(language=given, target_languages=[given])
    (frame,) = dialect.greet()
    told = json.loads(frame)
    assert told["transcription_config"]["language"] == code
    assert told["translation_config"]["target_languages"] == [code]
