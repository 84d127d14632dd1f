"""OpenAI's own client, for OpenAI and for whoever speaks like it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipelines.engines.llm.maker import Access, Given, Maker

if TYPE_CHECKING:
    from httpx2 import AsyncClient
    from openai import AsyncOpenAI

OPENAI = Maker("https://api.openai.com/v1", "OPENAI_API_KEY", "OPENAI_BASE_URL")


def openai_client(access: Access[Given], http: AsyncClient) -> AsyncOpenAI:
    """It retries nothing: who uses it knows how long somebody waits. Imports it: on a thread."""
    from openai import AsyncOpenAI

    client = AsyncOpenAI(api_key=access.key, base_url=access.url, max_retries=0, http_client=http)
    if access.given.base_url:
        client.organization = client.project = None  # of OpenAI's account, from the environment
    return client
