"""Models small enough to be written by hand, in the format of ONNX (a Protocol Buffers message)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

FLOAT, INT32, INT64 = 1, 6, 7


@dataclass(frozen=True)
class Node:
    """One operation, by its name in ONNX."""

    kind: str
    inputs: Sequence[str]
    output: str
    numbers: Mapping[str, int] = field(default_factory=dict[str, int])


def written(
    path: Path,
    *,
    inputs: Mapping[str, tuple[int, Sequence[int]]],
    output: str,
    constants: Mapping[str, Sequence[float] | Sequence[int]],
    nodes: Sequence[Node],
) -> Path:
    """Write a model.

    Args:
        path: The file.
        inputs: Type and shape of each; −1 for a size that is not fixed.
        output: Name of the one output, of numbers in any shape.
        constants: Their values; floats become 32 bits, integers 64.
        nodes: In the order in which they work.
    """
    graph = b"".join(_field(1, _node(node)) for node in nodes)
    graph += _field(2, b"tiny")
    graph += b"".join(_field(5, _constant(name, values)) for name, values in constants.items())
    graph += b"".join(_field(11, _value(name, *about)) for name, about in inputs.items())
    graph += _field(12, _value(output, FLOAT, None))
    model = _number(1, 8) + _field(7, graph) + _field(8, _field(1, b"") + _number(2, 17))
    path.write_bytes(model)
    return path


def _node(node: Node) -> bytes:
    data = b"".join(_field(1, name.encode()) for name in node.inputs)
    data += _field(2, node.output.encode()) + _field(4, node.kind.encode())
    for name, number in node.numbers.items():
        data += _field(5, _field(1, name.encode()) + _number(3, number) + _number(20, 2))
    return data


def _constant(name: str, values: Sequence[float] | Sequence[int]) -> bytes:
    whole = all(isinstance(value, int) for value in values)
    array = np.array(values, np.int64 if whole else np.float32)
    kind = INT64 if whole else FLOAT
    tail = _field(8, name.encode()) + _field(9, array.tobytes())
    return _number(1, len(values)) + _number(2, kind) + tail


def _value(name: str, kind: int, shape: Sequence[int] | None) -> bytes:
    tensor = _number(1, kind)
    if shape is not None:
        sizes = (_field(2, b"n") if size < 0 else _number(1, size) for size in shape)
        tensor += _field(2, b"".join(_field(1, size) for size in sizes))
    return _field(1, name.encode()) + _field(2, _field(1, tensor))


def _field(number: int, content: bytes) -> bytes:
    return _varint(number << 3 | 2) + _varint(len(content)) + content


def _number(number: int, value: int) -> bytes:
    return _varint(number << 3) + _varint(value)


def _varint(value: int) -> bytes:
    out = bytearray()
    while value > 127:
        out.append(value & 127 | 128)
        value >>= 7
    out.append(value)
    return bytes(out)
