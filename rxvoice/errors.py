"""Errors.

What is derived from what::

    RxvoiceError
      AudioFormatError       also a ValueError: audio that cannot be read or has the wrong shape
      BufferOverflow         a bounded edge with the policy "error" was full
      CapacityError          a process-wide limit was reached
      DeviceError            a microphone or loudspeaker is missing or failed
      ModelError             a local model could not be had or used
        ModelUnavailable     no place holds a file with the right hash
      ProviderError          provider: str, retryable: bool, fatal: bool, retry_after: float | None
        ProviderTimeout      the provider did not answer in time
        ProviderRejected     status: int, code: str
      StragglerError         something of a session was still running when it gave up waiting
      ToolArgumentError      also a ValueError: what a model wrote does not fit the tool it calls

Bad arguments raise ``ValueError`` or ``TypeError`` where the operator is called, not where it is
subscribed. Faults that a conversation survives are not errors but `rxvoice.Fault` items.
"""

from collections.abc import Sequence

from rxvoice._classify import Classified, classify, classify_status, retry_after_of


class RxvoiceError(Exception):
    """Base of all errors raised by rxvoice."""


class AudioFormatError(RxvoiceError, ValueError):
    """Audio that cannot be read, or whose shape, type or rate is not what was announced."""


class BufferOverflow(RxvoiceError):
    """A bounded edge with the policy ``"error"`` was full."""


class CapacityError(RxvoiceError):
    """A process-wide limit was reached."""


class DeviceError(RxvoiceError):
    """A microphone, a loudspeaker or a display is missing or failed."""


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
        retryable: Whether trying the same again may help.
        fatal: Whether it will not do anything else either, for instance with bad credentials. What
            cannot be tried again is, unless it says otherwise.
        retry_after: Seconds that the provider asked to wait for before.
    """

    def __init__(
        self,
        message: str,
        *,
        provider: str,
        retryable: bool = True,
        fatal: bool | None = None,
        retry_after: float | None = None,
    ) -> None:
        super().__init__(message)
        self.provider = provider
        self.retryable = retryable
        self.fatal: bool = not retryable if fatal is None else fatal
        self.retry_after = retry_after


class ProviderTimeout(ProviderError):
    """The provider did not answer in time."""


class ProviderRejected(ProviderError):
    """The provider refused the request.

    What is not said of it follows from its status and code; see `classify`. The message of one that
    is fatal for its credentials says what to check.

    Attributes:
        status: HTTP status or close code.
        code: The vendor's own name of the error.
    """

    def __init__(
        self,
        message: str,
        *,
        provider: str,
        status: int,
        code: str = "",
        retryable: bool | None = None,
        fatal: bool | None = None,
        retry_after: float | None = None,
    ) -> None:
        found = classify_status(status, code)
        if retryable:
            found = Classified(fatal=False, retryable=True)
        fatal = found.fatal if fatal is None else fatal
        if fatal and found.hint and found.hint not in message:
            message = f"{message} ({found.hint})"
        super().__init__(
            message,
            provider=provider,
            retryable=found.retryable if retryable is None else retryable,
            fatal=fatal,
            retry_after=retry_after,
        )
        self.status = status
        self.code = code


class StragglerError(RxvoiceError):
    """Something of a session was still running when it gave up waiting.

    Attributes:
        stragglers: Names of the tasks and thread jobs that did not end.
    """

    def __init__(self, stragglers: Sequence[str], grace: float) -> None:
        super().__init__(f"still running {grace:g} s after aclose: {', '.join(stragglers)}")
        self.stragglers: tuple[str, ...] = tuple(stragglers)


class ToolArgumentError(RxvoiceError, ValueError):
    """What a language model wrote does not fit the arguments of the tool that it calls."""


__all__ = [
    "AudioFormatError",
    "BufferOverflow",
    "CapacityError",
    "Classified",
    "DeviceError",
    "ModelError",
    "ModelUnavailable",
    "ProviderError",
    "ProviderRejected",
    "ProviderTimeout",
    "RxvoiceError",
    "StragglerError",
    "ToolArgumentError",
    "classify",
    "classify_status",
    "retry_after_of",
]
