"""Clients of OpenAI's SDK."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from rxvoice.providers._kept import Kept

if TYPE_CHECKING:
    import ssl

    from openai import AsyncOpenAI


def kept_client(
    *,
    name: str,
    key: Callable[[], str],
    base_url: str,
    retries: int,
    connect_timeout: float,
    read_timeout: float,
    api_version: str = "",
) -> "Kept[AsyncOpenAI]":
    """Return a client for each event loop; it imports the SDK, which takes most of a second.

    Args:
        name: Of the provider.
        key: Reads what authorises, when a client is opened.
        base_url: Where the API is; of Azure, where the resource is.
        retries: How often what failed before an answer began is asked again.
        connect_timeout: Seconds until a connection stands.
        read_timeout: Seconds of silence.
        api_version: Of Azure, in its form of addresses.

    Raises:
        ImportError: When the SDK is not installed.
        ValueError: When a number is out of range.
    """
    if retries < 0:
        raise ValueError(f"retries must not be negative, got {retries}")
    for argument, value in (("connect_timeout", connect_timeout), ("read_timeout", read_timeout)):
        if not value > 0.0:
            raise ValueError(f"{argument} must be positive, got {value}")
    openai = sdk()
    if not base_url.startswith(("http://", "https://")):
        raise ValueError(f"base_url must begin with http:// or https://, got {base_url!r}")
    verify = _certificates() if base_url.startswith("https://") else False

    def client() -> "AsyncOpenAI":
        options: dict[str, Any] = {
            "api_key": key(),
            "max_retries": retries,
            "timeout": openai.Timeout(read_timeout, connect=connect_timeout),
            "http_client": openai.DefaultAsyncHttpxClient(
                verify=verify, follow_redirects=bool(verify)
            ),
        }
        if api_version:
            return openai.AsyncAzureOpenAI(
                **options, azure_endpoint=base_url, api_version=api_version
            )
        made = openai.AsyncOpenAI(**options, base_url=base_url)
        if name != "openai":  # the environment's are nobody else's business
            made.organization = made.project = None
        return made

    return Kept(client, lambda client: client.close(), name=name)


def sdk() -> Any:
    """Import the SDK.

    Raises:
        ImportError: When it is not installed; it tells how to do that.
    """
    try:
        import openai
    except ImportError as error:
        message = "OpenAI's SDK is missing: pip install 'rxvoice[openai]'"
        raise ImportError(message) from error
    return openai


def _certificates() -> "ssl.SSLContext":
    """Load the certificates, which takes too long to be done while somebody speaks."""
    import httpx2

    return httpx2.create_ssl_context()


__all__ = ["kept_client", "sdk"]
