"""Frames by the real runtime of protocol buffers, from a description made here."""

from typing import Any

from google.protobuf import descriptor_pb2, descriptor_pool, message_factory

Field = descriptor_pb2.FieldDescriptorProto

_FIELDS: dict[str, list[tuple[int, str, Any]]] = {
    "TextFrame": [
        (1, "id", Field.TYPE_UINT64),
        (2, "name", Field.TYPE_STRING),
        (3, "text", Field.TYPE_STRING),
    ],
    "AudioRawFrame": [
        (1, "id", Field.TYPE_UINT64),
        (2, "name", Field.TYPE_STRING),
        (3, "audio", Field.TYPE_BYTES),
        (4, "sample_rate", Field.TYPE_UINT32),
        (5, "num_channels", Field.TYPE_UINT32),
        (6, "pts", Field.TYPE_UINT64),
    ],
    "TranscriptionFrame": [
        (1, "id", Field.TYPE_UINT64),
        (2, "name", Field.TYPE_STRING),
        (3, "text", Field.TYPE_STRING),
        (4, "user_id", Field.TYPE_STRING),
        (5, "timestamp", Field.TYPE_STRING),
    ],
    "MessageFrame": [(1, "data", Field.TYPE_STRING)],
    "InterruptionFrame": [(1, "id", Field.TYPE_UINT64), (2, "name", Field.TYPE_STRING)],
}
_ONE_OF = ["text", "audio", "transcription", "message", "interruption"]


def _described() -> descriptor_pb2.FileDescriptorProto:
    file = descriptor_pb2.FileDescriptorProto(
        name="rxvoice_test_frames.proto", package="rxvoice_test", syntax="proto3"
    )
    for name, fields in _FIELDS.items():
        kind = file.message_type.add(name=name)
        for number, field, value in fields:
            added = kind.field.add(
                name=field, number=number, type=value, label=Field.LABEL_OPTIONAL
            )
            if field == "pts":
                kind.oneof_decl.add(name="_pts")
                added.oneof_index, added.proto3_optional = 0, True
    frame = file.message_type.add(name="Frame")
    frame.oneof_decl.add(name="frame")
    for number, (field, kind_name) in enumerate(zip(_ONE_OF, _FIELDS, strict=True), 1):
        frame.field.add(
            name=field,
            number=number,
            type=Field.TYPE_MESSAGE,
            type_name=f".rxvoice_test.{kind_name}",
            label=Field.LABEL_OPTIONAL,
            oneof_index=0,
        )
    return file


_pool = descriptor_pool.DescriptorPool()
_pool.Add(_described())  # pyright: ignore[reportUnknownMemberType]

Frame: Any = message_factory.GetMessageClass(_pool.FindMessageTypeByName("rxvoice_test.Frame"))
"""The frame as generated code would have it."""


def read(data: bytes) -> tuple[str, dict[str, Any]] | None:
    """Return which frame it is, and its fields; None for none."""
    frame = Frame.FromString(data)
    which = frame.WhichOneof("frame")
    if which is None:
        return None
    message = getattr(frame, which)
    fields = {field.name: getattr(message, field.name) for field in message.DESCRIPTOR.fields}
    if which == "audio" and not message.HasField("pts"):
        fields["pts"] = None
    return which, fields
