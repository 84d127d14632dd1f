"""What the errors of OpenAI's client mean. Imports the client: in a worker only."""

from __future__ import annotations

from httpx2 import HTTPError, Timeout
from openai import APIConnectionError, APIStatusError, AsyncOpenAI, OpenAIError

from mediaserver.errors import ProviderFault
from pipelines.engines.cloud.account import ProviderAccount
from pipelines.workers.async_entry import RequestError


def openai_client(account: ProviderAccount, connect_s: float, answer_s: float) -> AsyncOpenAI:
    """It retries nothing: another engine is quicker. Its key is given with each request."""
    client = AsyncOpenAI(
        api_key="none", base_url=account.url, max_retries=0, timeout=Timeout(answer_s, connect=connect_s)
    )
    if account.url != "https://api.openai.com/v1":
        client.organization = client.project = None  # of OpenAI's account, from the environment
    return client


FAULTS = (OpenAIError, HTTPError)
"""What the client raises, and the HTTP client under it in the middle of an answer."""


def openai_fault(account: ProviderAccount, error: Exception) -> RequestError:
    if isinstance(error, APIStatusError):
        # what it says stands in the parsed body where it streams, for then there is no text
        body = error.response.content if error.response.is_stream_consumed else str(error.body or error)
        return account.provider.http_fault(error.status_code, body, dict(error.response.headers))
    if isinstance(error, APIConnectionError):
        cause = str(error.__cause__ or error) or type(error.__cause__ or error).__name__
        return account.provider.fault(ProviderFault.DOWN, cause)
    return account.provider.fault(ProviderFault.DOWN, str(error) or type(error).__name__)
