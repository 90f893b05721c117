"""Providers that are made of others keep the laws where other providers stand (CO19, CO20)."""

import pytest

import rxvoice.operators
from rxvoice.testing.laws import check_operator

SHARED = {"independence": "who is asked is remembered for all subscribers"}
CALLS = (
    "respond(ab(llm, llm))",
    "respond(hedge(llm, llm, after=0.1))",
    "respond(race(llm, retry_with_backoff(llm, first=0.05, jitter=0.0)))",
    "synthesize(ab(tts, tts, live='b'))",
    "synthesize(failover(tts, tts))",
    "synthesize(hedge(tts, by_sentence(speak), after=0.1))",
    "synthesize(race(tts, tts))",
    "synthesize(retry_with_backoff(tts, first=0.05, jitter=0.0))",
    "synthesize(switchable({'a': tts}))",
    "transcribe(ab(stt, stt))",
    "transcribe(failover(stt, stt, recover=0.5))",
    "transcribe(hedge(stt, stt, after=0.1))",
    "transcribe(race(stt, utterances(recognise)))",
    "transcribe(retry_with_backoff(stt, first=0.05, jitter=0.0))",
    "transcribe(switchable({'a': stt}))",
)


@pytest.mark.usefixtures("half_as_many_cases")
@pytest.mark.parametrize("call", CALLS)
def test_what_is_made_of_providers_keeps_the_laws(call: str) -> None:
    operator = getattr(rxvoice.operators, call.partition("(")[0])
    check_operator(operator, call=call, skip=SHARED if "failover" in call else None)
