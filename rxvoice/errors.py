"""Errors.

RxvoiceError
  AudioFormatError       also a ValueError: audio that cannot be read or has the wrong shape
  BufferOverflow         a bounded edge with the policy "error" was full
  CapacityError          a process-wide limit was reached
  DeviceError            a microphone or loudspeaker is missing or failed
  ModelError             a local model could not be had or used
    ModelUnavailable     no place holds a file with the right hash
  ProviderError          retryable: bool, provider: str
    ProviderTimeout      the provider did not answer in time
    ProviderRejected     status: int
  StragglerError         something of a session was still running when it gave up waiting

Bad arguments raise ``ValueError`` or ``TypeError`` where the operator is called, not where it is
subscribed. Faults that a conversation survives are not errors but `rxvoice.Fault` items.
"""

from collections.abc import Sequence


class RxvoiceError(Exception):
    """Base of all errors raised by rxvoice."""


class AudioFormatError(RxvoiceError, ValueError):
    """Audio that cannot be read, or whose shape, type or rate is not what was announced."""


class BufferOverflow(RxvoiceError):
    """A bounded edge with the policy ``"error"`` was full."""


class CapacityError(RxvoiceError):
    """A process-wide limit was reached."""


class DeviceError(RxvoiceError):
    """A microphone or loudspeaker is missing or failed."""


class ModelError(RxvoiceError):
    """A local model could not be had or used."""


class ModelUnavailable(ModelError):
    """No place holds the model file with the right hash.

    The message lists the places that were tried and how to give the file by hand.
    """


class ProviderError(RxvoiceError):
    """A speech or language provider failed.

    Attributes:
        provider: Name of the provider, such as ``"deepgram"``.
        retryable: Whether trying again may help.
    """

    def __init__(self, message: str, *, provider: str, retryable: bool = True) -> None:
        super().__init__(message)
        self.provider = provider
        self.retryable = retryable


class ProviderTimeout(ProviderError):
    """The provider did not answer in time."""


class ProviderRejected(ProviderError):
    """The provider refused the request.

    Attributes:
        status: HTTP status or close code.
    """

    def __init__(
        self, message: str, *, provider: str, status: int, retryable: bool = False
    ) -> None:
        super().__init__(message, provider=provider, retryable=retryable)
        self.status = status


class StragglerError(RxvoiceError):
    """Something of a session was still running when it gave up waiting.

    Attributes:
        stragglers: Names of the tasks and thread jobs that did not end.
    """

    def __init__(self, stragglers: Sequence[str], grace: float) -> None:
        super().__init__(f"still running {grace:g} s after aclose: {', '.join(stragglers)}")
        self.stragglers: tuple[str, ...] = tuple(stragglers)


__all__ = [
    "AudioFormatError",
    "BufferOverflow",
    "CapacityError",
    "DeviceError",
    "ModelError",
    "ModelUnavailable",
    "ProviderError",
    "ProviderRejected",
    "ProviderTimeout",
    "RxvoiceError",
    "StragglerError",
]
