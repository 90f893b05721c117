"""What a client says and what happens in the conversation, as one reducer."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from rxvoice.audio import pcm_from_base64, to_mono
from rxvoice.errors import AudioFormatError
from rxvoice.items import (
    AppendMessages,
    AudioFrame,
    Command,
    Dtmf,
    Event,
    Message,
    ReplyEnded,
    ReplyStarted,
    SetSpeaking,
)

from ._client import Client, Settings
from ._effects import (
    NOTHING,
    ClientMessage,
    Disconnect,
    Effects,
    FunctionResult,
    UiKind,
    UiMessage,
)
from ._evaluation import MARK, evaluate
from ._handshake import greet
from ._incoming import Incoming, parse, refused
from ._said import (
    AppendToContext,
    ClientReady,
    CustomMessage,
    DisconnectBot,
    DtmfInput,
    FunctionCallResult,
    RawAudio,
    Said,
    SendFile,
    SendText,
    UiCancelJobGroup,
    UiEvent,
    UiSnapshot,
)
from ._sent_text import send_file, send_text

_SETTINGS: Final = Settings()


def receive(
    client: Client,
    raw: str | bytes | bytearray,
    /,
    *,
    timestamp: str = "",
    settings: Settings = _SETTINGS,
) -> tuple[Client, Effects]:
    """Take a message of a client.

    Whatever it is: what cannot be used is answered by an error, and changes nothing.

    Args:
        client: What is known of it.
        raw: JSON.
        timestamp: The time of day in ISO 8601, told with what the user typed.
        settings: How it is served.

    Returns:
        What is known of it then, and what is to be done.
    """
    message = parse(raw, max_size=settings.max_size)
    if message is None:
        return client, NOTHING
    if not isinstance(message, Incoming):
        return client, Effects(answers=(message,))
    id_ = message.id
    match message.said:
        case ClientReady() as said:
            return greet(client, id_, said, settings)
        case SendText() as said:
            return send_text(client, id_, said, timestamp)
        case SendFile() as said:
            return send_file(client, id_, said, settings)
        case RawAudio() as said:
            return _audio(client, id_, said)
        case CustomMessage() as said:
            return _custom(client, id_, said, settings)
        case _:
            return client, _plain(message)


def observe(client: Client, event: Event, /) -> tuple[Client, Effects]:
    """Take what happens in the conversation, as it comes out of the pipe.

    Whether answers are spoken is restored when the text has been answered that was to be answered
    otherwise.

    Args:
        client: What is known of it.
        event: What happens.

    Returns:
        What is known of it then, and what is to be done.
    """
    asked = client.asked
    match event:
        case ReplyStarted(number=number):
            if asked is not None and asked.appended and asked.reply is None:
                asked = replace(asked, reply=number)
            return replace(client, replying=number, asked=asked), NOTHING
        case ReplyEnded(number=number):
            if asked is None or asked.reply != number:
                return replace(client, replying=None), NOTHING
            client = replace(client, replying=None, speaking=asked.usual, asked=None)
            return client, Effects(commands=(SetSpeaking(asked.usual),))
        case AppendMessages(messages=messages) if asked is not None:
            if messages == asked.messages:
                client = replace(client, asked=replace(asked, appended=True))
            return client, NOTHING
        case SetSpeaking(active=active) if asked is None:
            return replace(client, speaking=active), NOTHING
        case _:
            return client, NOTHING


def _custom(
    client: Client, id_: str, said: CustomMessage, settings: Settings
) -> tuple[Client, Effects]:
    if settings.evaluation and said.t.startswith(MARK):
        done = evaluate(client, id_, said)
        if done is not None:
            return done
    return client, Effects(requests=(ClientMessage(id_, said.t, said.d),))


def _plain(message: Incoming) -> Effects:
    """Return what follows from a message that changes nothing of what is known."""
    match message.said:
        case DisconnectBot():
            return Effects(requests=(Disconnect(),))
        case FunctionCallResult() as said:
            result = FunctionResult(
                said.tool_call_id, said.function_name, said.result, said.arguments
            )
            return Effects(requests=(result,))
        case DtmfInput() as said:
            keys = said.buttons or ([] if said.button is None else [said.button])
            if not keys:
                return Effects(answers=(refused(message.id, "Invalid message: dtmf: no buttons"),))
            return Effects(inputs=tuple(map(Dtmf, keys)))
        case AppendToContext() as said:
            append = AppendMessages((Message(said.role, said.content),), run=said.run_immediately)
            commands: tuple[Command, ...] = (append,)
            return Effects(commands=commands)
        case UiEvent() as said:
            return _of_page(message.id, "ui-event", said)
        case UiSnapshot() as said:
            return _of_page(message.id, "ui-snapshot", said)
        case UiCancelJobGroup() as said:
            return _of_page(message.id, "ui-cancel-job-group", said)
        case _:
            return NOTHING


def _of_page(id_: str, kind: UiKind, said: Said) -> Effects:
    return Effects(requests=(UiMessage(id_, kind, said.model_dump()),))


def _audio(client: Client, id_: str, said: RawAudio) -> tuple[Client, Effects]:
    batch: Sequence[str | None] = said.base64AudioBatch or [said.base64Audio]
    pieces: list[NDArray[np.int16]] = []
    try:
        for piece in filter(None, batch):
            pieces.append(to_mono(pcm_from_base64(piece), said.numChannels))
    except AudioFormatError:
        return client, Effects(answers=(refused(id_, "Invalid message: raw-audio: no audio"),))
    samples = np.concatenate(pieces) if pieces else np.zeros(0, np.int16)
    if not len(samples):
        return client, NOTHING
    frame = AudioFrame(samples, said.sampleRate, client.heard)
    return replace(client, heard=frame.end), Effects(inputs=(frame,))


__all__ = ["observe", "receive"]
