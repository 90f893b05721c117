"""Calls of methods of other participants."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, TypeAlias

from rxvoice.errors import RxvoiceError

_FAILED: Final = 1500


@dataclass(frozen=True, slots=True)
class RpcRequest:
    """A participant calls a method of this side.

    Attributes:
        method: Its name.
        payload: What it is given; mostly JSON.
        who: Identity of who calls.
        timeout: Seconds after which they do not wait any more.
    """

    method: str
    payload: str = field(repr=False)
    who: str
    timeout: float


class RpcFailed(RxvoiceError):
    """A call of a method has failed; a method raises it to say so to who has called it.

    Attributes:
        code: 1001…1999 are LiveKit's own, such as 1400 where there is no such method and 1502
            where it took too long; other numbers are the application's.
        data: What was told besides.
    """

    def __init__(self, message: str, code: int = _FAILED, data: str = "") -> None:
        super().__init__(message)
        self.code = code
        self.data = data


RpcMethod: TypeAlias = Callable[[RpcRequest], Awaitable[str]]
"""A coroutine function that answers a call."""


def register(rtc: Any, participant: Any, methods: Mapping[str, RpcMethod]) -> None:
    """Let others call methods.

    Args:
        rtc: The SDK.
        participant: Its own for this side.
        methods: By their names.
    """
    for name, method in methods.items():
        participant.register_rpc_method(name, _handler(rtc, name, method))


async def perform(
    rtc: Any, participant: Any, to: str, method: str, payload: str, patience: float
) -> str:
    """Call somebody's method and return what it returns.

    Raises:
        RpcFailed: When it fails, or does not answer in time.
    """
    try:
        async with asyncio.timeout(patience + 1.0):
            return await participant.perform_rpc(
                destination_identity=to, method=method, payload=payload, response_timeout=patience
            )
    except rtc.RpcError as error:
        raise RpcFailed(str(error.message), int(error.code), error.data or "") from None
    except TimeoutError:
        code = int(rtc.RpcError.ErrorCode.RESPONSE_TIMEOUT)
        raise RpcFailed(f"there was no answer within {patience:g} s", code) from None


def _handler(rtc: Any, name: str, method: RpcMethod) -> Callable[[Any], Awaitable[str]]:
    async def handle(call: Any) -> str:
        request = RpcRequest(name, call.payload, call.caller_identity, call.response_timeout)
        try:
            return await method(request)
        except RpcFailed as failed:
            raise rtc.RpcError(failed.code, str(failed), failed.data or None) from None

    return handle


__all__ = ["RpcFailed", "RpcMethod", "RpcRequest", "perform", "register"]
