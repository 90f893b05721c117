"""Sessions of onnxruntime, set up alike for all models."""

from collections.abc import Mapping, Sequence
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from rxvoice.audio import convert_rate, pcm_to_float
from rxvoice.errors import ModelError
from rxvoice.items import AudioFrame

Array = NDArray[Any]


class Value(Protocol):
    """A tensor that stays where the runtime made it."""

    def numpy(self) -> Array:
        """Return it as an array."""
        ...


class Binding(Protocol):
    """Arrays that a session reads from and writes to in place."""

    def bind_input(
        self, name: str, device: str, number: int, dtype: object, shape: Sequence[int], at: int
    ) -> None:
        """Read an input from memory."""
        ...

    def bind_output(
        self, name: str, device: str, number: int, dtype: object, shape: Sequence[int], at: int
    ) -> None:
        """Write an output to memory."""
        ...


class Session(Protocol):
    """The part of a session that is used. Several threads may run one at the same time."""

    def run(self, outputs: Sequence[str] | None, inputs: Mapping[str, Array]) -> list[Array]:
        """Run on arrays."""
        ...

    def run_with_ort_values(
        self, outputs: Sequence[str], inputs: Mapping[str, Value]
    ) -> list[Value]:
        """Run on tensors, without copies."""
        ...

    def io_binding(self) -> Binding:
        """Return a binding of this session."""
        ...

    def run_with_iobinding(self, binding: Binding) -> None:
        """Run on the arrays of a binding."""
        ...


def open_session(path: Path, *, keep_memory: bool = False) -> Session:
    """Load a model.

    A run uses the calling thread alone: many short runs of many sessions share the processor
    better than one that spreads.

    Args:
        path: The model file, ``.onnx`` or ``.ort``.
        keep_memory: Whether the memory of a run is kept for the next, which makes runs a little
            faster where all are small and alike. Else it goes back when the run ends.

    Raises:
        ModelError: When the file is not a model that onnxruntime can use.
    """
    runtime: Any = import_module("onnxruntime")
    options = runtime.SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    options.enable_cpu_mem_arena = keep_memory
    options.enable_mem_pattern = keep_memory
    options.log_severity_level = 4
    try:
        session: Session = runtime.InferenceSession(
            str(path), options, providers=["CPUExecutionProvider"]
        )
    except Exception as error:
        raise broken(path, error) from error
    return session


def tensor(array: Array) -> Value:
    """Return a tensor with an array's values."""
    runtime: Any = import_module("onnxruntime")
    value: Value = runtime.OrtValue.ortvalue_from_numpy(array)
    return value


class Bound:
    """A session that reads and writes given arrays in place.

    It holds the arrays, for the runtime only knows their addresses.

    Args:
        session: The session.
        inputs: What it reads, by name.
        outputs: What it writes, by name.

    Attributes:
        run: Runs once. It may be called only while this object lives.
    """

    def __init__(
        self, session: Session, *, inputs: dict[str, Array], outputs: dict[str, Array]
    ) -> None:
        self._arrays = inputs, outputs
        binding = session.io_binding()
        for name, array in inputs.items():
            binding.bind_input(name, "cpu", 0, array.dtype, array.shape, array.ctypes.data)
        for name, array in outputs.items():
            binding.bind_output(name, "cpu", 0, array.dtype, array.shape, array.ctypes.data)
        self.run = partial(session.run_with_iobinding, binding)


def broken(path: Path, error: BaseException) -> ModelError:
    """Return the error that says which model file is of no use, and why."""
    lines = str(error).strip().splitlines() or [type(error).__name__]
    return ModelError(f"cannot use the model file {path}: {lines[0]}")


def floats(audio: AudioFrame, rate: int) -> NDArray[np.float32]:
    """Return audio as numbers from −1 to 1 at the rate that a model wants."""
    return pcm_to_float(convert_rate(audio.samples, audio.rate, rate))
