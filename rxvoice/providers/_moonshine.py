"""Moonshine's recogniser as plain computation."""

import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from rxvoice.providers._moonshine_audio import RATE, pieces, trimmed
from rxvoice.providers._onnx import Session, Value, broken, tensor

_PADDING: Final = RATE // 4
_SHORTEST: Final = RATE // 10
_SILENT: Final = 16.0 / 32768.0  # peak to peak
_TOKENS_A_SECOND: Final = 8.0
_FOREIGN: Final = re.compile("[^\u0000-\u024f\u2010-\u20cf]|©")  # not Latin
_BEGIN: Final = 1
_END: Final = 2
_LAYERS: Final = 6
_HEADS: Final = 8
_WIDTH: Final = 36
_CACHE: Final = [
    f"{layer}.{side}.{what}"
    for layer in range(_LAYERS)
    for side in ("decoder", "encoder")
    for what in ("key", "value")
]
_GROWING: Final = [name for name in _CACHE if ".decoder." in name]


@dataclass(frozen=True, slots=True)
class Piece:
    """What the model made of some audio.

    Attributes:
        text: What it wrote.
        log_probability: Mean over its tokens; minus infinity when it was not asked.
        tokens: How many it wrote, the end mark included.
        ended: Whether it came to an end by itself.
        ids: The tokens, without the end mark.
    """

    text: str
    log_probability: float
    tokens: int
    ended: bool
    ids: tuple[int, ...] = ()

    def is_speech(self, min_log_probability: float) -> bool:
        """Whether the text can be believed.

        On noise the model is often sure of a lone ``You`` without a full stop, or writes notes, a
        copyright line or another script; real words bring their punctuation as a second token.
        """
        return (
            self.ended
            and self.tokens > 2
            and self.log_probability >= min_log_probability
            and any(letter.isalnum() for letter in self.text)
            and not _FOREIGN.search(self.text)
        )


NOTHING: Final = Piece("", -math.inf, 0, True)


class Tokens:
    """The pieces that the model writes with.

    Args:
        path: ``tokenizer.bin``: each piece is preceded by its length in bytes, which from 128 on
            takes two bytes: the first 7 bits, then the rest.

    Raises:
        ModelError: When the file is not of that form.
    """

    def __init__(self, path: Path) -> None:
        data = path.read_bytes()
        self._pieces: list[bytes] = []
        at = 0
        try:
            while at < len(data):
                size = data[at]
                at += 1
                if size >= 128:
                    size += 128 * (data[at] - 1)
                    at += 1
                self._pieces.append(_piece(data[at : at + size]))
                at += size
        except (IndexError, ValueError) as error:
            raise broken(path, error) from error
        if at != len(data) or len(self._pieces) <= _END:
            raise broken(path, ValueError("it ends in the middle of a piece"))

    def __len__(self) -> int:
        return len(self._pieces)

    def text(self, ids: Sequence[int]) -> str:
        """Return the text that token ids stand for, without surrounding blanks."""
        joined = b"".join(self._pieces[number] for number in ids)
        return joined.decode("utf-8", "replace").replace("\u2581", " ").strip()


def _piece(data: bytes) -> bytes:
    if len(data) == 6 and data.startswith(b"<0x") and data.endswith(b">"):
        return bytes([int(data[3:5], 16)])
    return data


class MoonshineModel:
    """The model; blocking. Several threads may use one: all state of a run is its own.

    Args:
        encoder: Session of ``encoder_model.ort``.
        decoder: Session of ``decoder_model_merged.ort``.
        tokens: The pieces of text.
    """

    def __init__(self, encoder: Session, decoder: Session, tokens: Tokens) -> None:
        self._encoder = encoder
        self._decoder = decoder
        self._tokens = tokens

    def recognise(self, samples: NDArray[np.float32], said: Sequence[int] = ()) -> list[Piece]:
        """Return what is said, in pieces of at most 20 s.

        Longer audio is cut at its quietest fifth of a second between 10 and 20 s. What is shorter
        than 0.1 s or below 16 steps of a 16-bit sample is not given to the model, nor is silence
        at either end.

        Args:
            samples: Mono 16 kHz, shape ``(n,)``.
            said: Tokens of what is said at the beginning; what is returned comes after it.
        """
        first, *others = pieces(samples)
        return [self._recognise(first, said), *(self._recognise(piece, ()) for piece in others)]

    def _recognise(self, samples: NDArray[np.float32], said: Sequence[int]) -> Piece:
        if len(samples) < _SHORTEST or float(np.ptp(samples)) < _SILENT:
            return NOTHING
        samples = trimmed(samples)
        audio = np.zeros((1, len(samples) + 2 * _PADDING), np.float32)
        audio[0, _PADDING:-_PADDING] = samples
        limit = 4 + int(_TOKENS_A_SECOND * audio.shape[1] / RATE)
        ids: list[int] = []
        total = 0.0
        for token, log_probability in self._decode(audio, said):
            total += log_probability
            ids.append(token)
            if token == _END or len(ids) == limit:
                break
        ended = ids[-1] == _END
        written = tuple(ids[:-1] if ended else ids)
        return Piece(self._tokens.text(written), total / len(ids), len(ids), ended, written)

    def _decode(
        self, audio: NDArray[np.float32], said: Sequence[int]
    ) -> Iterator[tuple[int, float]]:
        """Yield the likeliest next token and its logarithmic probability, for ever."""
        mask = tensor(np.ones(audio.shape, np.int64))
        (seen,) = self._encoder.run_with_ort_values(
            ["last_hidden_state"], {"input_values": tensor(audio), "attention_mask": mask}
        )
        empty = tensor(np.zeros((1, _HEADS, 0, _WIDTH), np.float32))
        inputs: dict[str, Value] = {
            "encoder_hidden_states": seen,
            "encoder_attention_mask": mask,
            "use_cache_branch": tensor(np.array([False])),
            **{f"past_key_values.{name}": empty for name in _CACHE},
        }
        wanted = _CACHE
        written = [_BEGIN, *said]
        while True:
            inputs["input_ids"] = tensor(np.array([written], np.int64))
            names = ["logits", *(f"present.{name}" for name in wanted)]
            logits, *cache = self._decoder.run_with_ort_values(names, inputs)
            for name, value in zip(wanted, cache, strict=True):
                inputs[f"past_key_values.{name}"] = value
            if wanted is _CACHE:  # what the decoder keeps of the encoder does not change any more
                inputs["use_cache_branch"] = tensor(np.array([True]))
                wanted = _GROWING
            scores = logits.numpy()[0, -1].astype(np.float64)
            token = int(scores.argmax())
            written = [token]
            yield token, -math.log(float(np.exp(scores - scores[token]).sum()))


__all__ = ["RATE", "MoonshineModel", "Piece", "Tokens"]
