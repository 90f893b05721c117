"""RT04: what a client adds to the conversation."""

import base64

from rxvoice.items import (
    AppendMessages,
    AudioPart,
    Command,
    Event,
    ImagePart,
    Interrupt,
    Message,
    ReplyEnded,
    ReplyStarted,
    SetSpeaking,
)
from rxvoice.rtvi import (
    Client,
    Effects,
    Settings,
    observe,
    receive,
)

from .said import after, answers, appended, says


def commands(effects: Effects) -> tuple[Command, ...]:
    return effects.commands


def test_rt04_a_text_is_added_and_answered() -> None:
    effects = after("send-text", {"content": "Hi."}, timestamp="2026-01-01T00:00:00Z")
    assert commands(effects) == (appended("Hi.", run=True),)
    assert effects.inputs == ()
    assert answers(effects) == [
        {
            "type": "user-input",
            "data": {
                "text": "Hi.",
                "input_type": "chat",
                "timestamp": "2026-01-01T00:00:00Z",
                "final": True,
                "msg_id": "7",
            },
        }
    ]


def test_rt04_a_text_interrupts_the_reply_in_progress() -> None:
    client = observe(Client(), ReplyStarted(3))[0]
    effects = after("send-text", {"content": "Stop."}, client)
    assert effects.inputs == ()
    assert commands(effects) == (Interrupt(), appended("Stop.", run=True))
    over = observe(client, ReplyEnded(3))[0]
    assert commands(after("send-text", {"content": "Stop."}, over)) == (
        appended("Stop.", run=True),
    )


def test_rt04_a_text_need_not_be_answered() -> None:
    client = observe(Client(), ReplyStarted(3))[0]
    options = {"run_immediately": False, "audio_response": False}
    effects = after("send-text", {"content": "By the way.", "options": options}, client)
    assert commands(effects) == (appended("By the way.", run=False),)
    assert effects.inputs == ()


def follow(client: Client, *events: Event) -> tuple[Client, list[Command]]:
    """Let things happen in the conversation."""
    wanted: list[Command] = []
    for event in events:
        client, effects = observe(client, event)
        wanted += effects.commands
    return client, wanted


SILENT = {"content": "Hi.", "options": {"audio_response": False}}


def test_rt04_an_answer_may_be_silent_and_the_next_is_spoken_again() -> None:
    client, effects = receive(Client(), says("send-text", SILENT))
    append = appended("Hi.", run=True)
    assert commands(effects) == (SetSpeaking(False), append)
    client, wanted = follow(client, SetSpeaking(False), append, ReplyStarted(4))
    assert wanted == []
    client, wanted = follow(client, ReplyEnded(4, "Hello."))
    assert wanted == [SetSpeaking(True)]
    assert client == Client()


def test_rt04_speech_is_not_restored_before_the_text_is_answered() -> None:
    client = observe(Client(), ReplyStarted(3))[0]
    client, _ = receive(client, says("send-text", SILENT))
    cut = ReplyEnded(3, "Once", interrupted=True)
    append = appended("Hi.", run=True)
    client, wanted = follow(client, cut, SetSpeaking(False), append, ReplyStarted(5))
    assert wanted == []
    assert follow(client, ReplyEnded(5))[1] == [SetSpeaking(True)]


def test_rt04_where_answers_are_silent_anyway_one_may_be_spoken() -> None:
    client = observe(Client(), SetSpeaking(False))[0]
    assert commands(after("send-text", SILENT, client)) == (appended("Hi.", run=True),)
    client, effects = receive(client, says("send-text", {"content": "Hi."}))
    assert commands(effects)[0] == SetSpeaking(True)
    client, wanted = follow(client, appended("Hi.", run=True), ReplyStarted(1), ReplyEnded(1))
    assert wanted == [SetSpeaking(False)]


def test_rt04_a_second_text_leaves_what_is_usual_as_it_was() -> None:
    client, _ = receive(Client(), says("send-text", SILENT))
    client, effects = receive(client, says("send-text", {"content": "Aloud."}))
    assert commands(effects) == (SetSpeaking(True), appended("Aloud.", run=True))
    assert follow(client, appended("Aloud.", run=True), ReplyStarted(1), ReplyEnded(1))[1] == []
    client, _ = receive(Client(), says("send-text", SILENT))
    client, effects = receive(client, says("send-text", SILENT | {"content": "Again."}))
    assert commands(effects) == (appended("Again.", run=True),)
    again = [appended("Again.", run=True), ReplyStarted(2), ReplyEnded(2)]
    assert follow(client, *again)[1] == [SetSpeaking(True)]


def test_rt04_pictures_and_recordings_are_added_too() -> None:
    data = base64.b64encode(b"JPEG").decode()
    for encoded in (data, f"data:image/jpeg;base64,{data}"):
        file = {"format": "image/jpeg", "source": {"type": "bytes", "bytes": encoded}}
        sent = {"content": "See?", "file": file, "options": {"run_immediately": False}}
        (append,) = commands(after("send-file", sent))
        picture = Message("user", "See?", parts=(ImagePart(b"JPEG", "image/jpeg"),))
        assert append == AppendMessages((picture,))
    file = {"format": "audio/wav", "source": {"type": "bytes", "bytes": data}}
    (append,) = commands(after("send-file", {"file": file}))
    assert append == AppendMessages((Message("user", parts=(AudioPart(b"JPEG"),)),), run=True)


def test_rt04_addresses_of_files_are_taken_only_where_that_is_allowed() -> None:
    source = {"type": "url", "url": "https://a.example/b.png"}
    file = {"format": "image/png", "source": source}
    assert answers(after("send-file", {"file": file}))[0]["type"] == "error-response"
    settings = Settings(urls=True)
    (append,) = commands(after("send-file", {"file": file}, settings=settings))
    assert isinstance(append, AppendMessages)
    assert append.messages[0].parts == (
        ImagePart(media_type="image/png", url="https://a.example/b.png"),
    )
    source["url"] = "file:///etc/passwd"
    assert commands(after("send-file", {"file": file}, settings=settings)) == ()


def test_rt04_the_older_name_of_a_text_is_understood() -> None:
    said = {"role": "assistant", "content": "I said so.", "run_immediately": False}
    assert commands(after("append-to-context", said)) == (
        AppendMessages((Message("assistant", "I said so."),)),
    )
