"""Operators: functions from a stream to a stream, to be used in ``pipe``."""

from ._ab import ab
from ._agents import agents
from ._aggregate_dtmf import aggregate_dtmf
from ._aggregate_turn import aggregate_turn
from ._all_of import all_of
from ._any_of import any_of
from ._background_tools import background_tools
from ._bot_speaks import bot_speaks
from ._bot_speech import bot_speech
from ._by_sentence import by_sentence
from ._call_tools import call_tools
from ._completion_marks import completion_marks
from ._converse import converse
from ._dejitter import dejitter
from ._detect_dtmf import detect_dtmf
from ._echo_gate import echo_gate
from ._evaluate import evaluate
from ._fail_on_fatal import fail_on_fatal
from ._failover import failover
from ._fill_silence import fill_silence
from ._filter_audio import filter_audio
from ._first_bot_speech import in_first_bot_speech, until_first_bot_speech
from ._gain_control import gain_control
from ._hang_up import hang_up
from ._hear_when_ready import hear_when_ready
from ._hedge import hedge
from ._hold_turns import hold_turns
from ._interrupt_at_once import interrupt_at_once
from ._interrupt_never import interrupt_never
from ._interrupt_when import interrupt_when
from ._interruptible import interruptible
from ._lasting import lasting
from ._log_transcript import log_transcript
from ._measure_response import measure_response
from ._mix_background import mix_background
from ._mute_user import mute_user
from ._not import not_
from ._nudge import nudge
from ._on_time import on_time
from ._pace import pace
from ._pattern_pairs import pattern_pairs
from ._pause_and_decide import pause_and_decide
from ._play_dtmf import play_dtmf
from ._prewarm import prewarm
from ._probe import probe
from ._push_to_talk import push_to_talk
from ._race import race
from ._record import record
from ._resample import resample
from ._respond import respond
from ._retry_with_backoff import retry_with_backoff
from ._sentences import sentences
from ._share import share
from ._skip_speaking import skip_speaking
from ._speaks import speaks
from ._speculate import speculate
from ._start_after_words import start_after_words
from ._start_on_dtmf import start_on_dtmf
from ._start_on_external import start_on_external
from ._start_on_interruption import start_on_interruption
from ._start_on_speech import start_on_speech
from ._start_on_transcript import start_on_transcript
from ._start_on_wake_phrase import start_on_wake_phrase
from ._start_when import start_when
from ._steer import steer
from ._stop_after_silence import stop_after_silence
from ._stop_at_end_of_turn import stop_at_end_of_turn
from ._stop_on_dtmf import stop_on_dtmf
from ._stop_on_external import stop_on_external
from ._stop_when import stop_when
from ._stream_tokens import stream_tokens
from ._strip_markdown import strip_markdown
from ._summarise import summarise
from ._switchable import switchable
from ._synthesize import synthesize
from ._tap import tap
from ._tools_run import tools_run
from ._track_exchanges import track_exchanges
from ._transcribe import transcribe
from ._uninterruptible import uninterruptible
from ._user_idle import user_idle
from ._utterances import utterances
from ._vad_gate import vad_gate
from ._warn_missing_input import warn_missing_input
from ._warn_stalled import warn_stalled
from ._when_idle import when_idle
from ._while_bot_speaks import while_bot_speaks
from ._with_events import with_events
from ._with_feedback import with_feedback
from ._words import words

__all__ = [
    "ab",
    "agents",
    "aggregate_dtmf",
    "aggregate_turn",
    "all_of",
    "any_of",
    "background_tools",
    "bot_speaks",
    "bot_speech",
    "by_sentence",
    "call_tools",
    "completion_marks",
    "converse",
    "dejitter",
    "detect_dtmf",
    "echo_gate",
    "evaluate",
    "fail_on_fatal",
    "failover",
    "fill_silence",
    "filter_audio",
    "gain_control",
    "hang_up",
    "hear_when_ready",
    "hedge",
    "hold_turns",
    "in_first_bot_speech",
    "interrupt_at_once",
    "interrupt_never",
    "interrupt_when",
    "interruptible",
    "lasting",
    "log_transcript",
    "measure_response",
    "mix_background",
    "mute_user",
    "not_",
    "nudge",
    "on_time",
    "pace",
    "pattern_pairs",
    "pause_and_decide",
    "play_dtmf",
    "prewarm",
    "probe",
    "push_to_talk",
    "race",
    "record",
    "resample",
    "respond",
    "retry_with_backoff",
    "sentences",
    "share",
    "skip_speaking",
    "speaks",
    "speculate",
    "start_after_words",
    "start_on_dtmf",
    "start_on_external",
    "start_on_interruption",
    "start_on_speech",
    "start_on_transcript",
    "start_on_wake_phrase",
    "start_when",
    "steer",
    "stop_after_silence",
    "stop_at_end_of_turn",
    "stop_on_dtmf",
    "stop_on_external",
    "stop_when",
    "stream_tokens",
    "strip_markdown",
    "summarise",
    "switchable",
    "synthesize",
    "tap",
    "tools_run",
    "track_exchanges",
    "transcribe",
    "uninterruptible",
    "until_first_bot_speech",
    "user_idle",
    "utterances",
    "vad_gate",
    "warn_missing_input",
    "warn_stalled",
    "when_idle",
    "while_bot_speaks",
    "with_events",
    "with_feedback",
    "words",
]
