"""What a conversation that was written down has to look like."""

from typing import Annotated, Any, ClassVar, Literal, cast

from pydantic import BaseModel, ConfigDict, Field, PlainValidator, model_validator

from rxvoice.items import (
    AudioPart,
    Context,
    Flow,
    ImagePart,
    Keep,
    Message,
    Role,
    State,
    Tool,
    ToolCall,
    Tools,
)


def _is_text(value: object) -> str:
    """Let a text pass, half surrogates and all, which pydantic would refuse."""
    if not isinstance(value, str):
        raise ValueError("a text is wanted")
    return value


_Text = Annotated[str, PlainValidator(_is_text)]
_Object = dict[Any, Any]


class _Saved(BaseModel):
    """What becomes an item; the fields that are missing have the item's defaults."""

    model_config = ConfigDict(extra="forbid", strict=True)
    becomes: ClassVar[type]

    def made(self) -> Any:
        """Return the item."""
        given = self.model_fields_set - {"kind", "version"}
        return self.becomes(**{name: _made(getattr(self, name)) for name in given})

    @model_validator(mode="after")
    def _whole(self) -> "_Saved":
        self.made()
        return self


def _made(value: Any) -> Any:
    if isinstance(value, _Saved):
        return value.made()
    if isinstance(value, list):
        return tuple(map(_made, cast("list[Any]", value)))
    return value


class _Image(_Saved):
    becomes = ImagePart
    kind: Literal["image"]
    data: bytes = b""
    media_type: _Text = ""
    url: _Text = ""
    text: _Text = ""


class _Audio(_Saved):
    becomes = AudioPart
    kind: Literal["audio"]
    data: bytes
    text: _Text = ""


class _Call(_Saved):
    becomes = ToolCall
    id: _Text
    name: _Text
    arguments: _Object = {}
    background: bool = False


class _Message(_Saved):
    becomes = Message
    role: Role
    text: _Text = ""
    interrupted: bool = False
    parts: list[Annotated[_Image | _Audio, Field(discriminator="kind")]] = []
    calls: list[_Call] = []
    answers: _Text = ""
    name: _Text = ""
    provider: _Text = ""
    data: _Object = {}


class _Tool(_Saved):
    becomes = Tool
    name: _Text
    description: _Text = ""
    parameters: _Object = {}
    background: bool = False
    timeout: float | None = None
    filler: _Text = ""
    filler_after: float = 1.0


class _Tools(_Saved):
    becomes = Tools
    standard: list[_Tool] = []
    raw: dict[_Text, tuple[_Object, ...]] = {}


class _State(_Saved):
    becomes = State
    name: _Text
    instruction: _Text = ""
    tools: _Tools = _Tools()
    to: list[_Text] | None = None
    greeting: _Text = ""
    agent: _Text = ""
    tool_choice: _Text = "auto"
    keep: Keep = "all"


class _Flow(_Saved):
    becomes = Flow
    states: list[_State] = []
    current: _State | None = None
    agent: _Text = ""
    moves: int = 0
    tools: _Tools = _Tools()


class SavedContext(_Saved):
    """A whole conversation."""

    becomes = Context
    version: int
    system: _Text = ""
    messages: list[_Message]
    tools: _Tools = _Tools()
    tool_choice: _Text = "auto"
    additions: list[Annotated[list[_Text], Field(min_length=2, max_length=2)]] = []
    speaking: bool = True
    flow: _Flow | None = None
    speaking: bool = True


__all__ = ["SavedContext"]
