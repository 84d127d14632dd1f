"""Hugging Face over HTTP, for a worker: inference endpoints (one request, one answer) and Spaces (Gradio's
queue: a call, then its events). A model that sleeps is not down: that is told as warming.

Only what lies under the address that the operator named is asked, whatever an answer says.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

import aiohttp

from mediaserver.errors import ProviderFault
from pipelines.engines.cloud.account import ProviderAccount
from pipelines.engines.cloud.faults import estimated, seconds
from pipelines.workers.async_entry import RequestError

MOST_BYTES = 64 << 20
MOST_EVENT = 8 << 20
WARMING_S = 15.0
"""Where nobody says how long it takes."""
REDIRECTS = range(300, 400)
WARMING = ("SLEEPING", "BUILDING", "APP_STARTING")
RUNNING = ("RUNNING", "RUNNING_BUILDING", "RUNNING_APP_STARTING")
HALTED = ("PAUSED", "STOPPED")
"""Stages of a Space; the others are errors of its own."""


class HuggingFaceRemote:
    """One address with its key."""

    def __init__(self, options: Mapping[str, Any]) -> None:
        self.account = ProviderAccount.told(options)
        self._connect_s = float(options["connect_s"])
        self._answer_s = float(options["answer_s"])
        self._space = str(options.get("space", ""))
        self._hub = str(options.get("hub_url", ""))
        self._prefix = str(options.get("api_prefix", ""))
        self._session: aiohttp.ClientSession | None = None

    async def close(self) -> None:
        if self._session is not None:
            await self._session.close()

    async def answer(self, kind: str = "", **content: Any) -> tuple[bytes, str]:
        """Of an inference endpoint: the body and its type. `content`: of aiohttp's `post`; `kind`: its media
        type, where that does not follow. Raises RequestError."""
        return await self._asked("POST", self.account.url, kind, **content)

    async def uploaded(self, content: bytes, name: str) -> dict[str, Any]:
        """A file as a Space takes it among the data of a call."""
        form = aiohttp.FormData()
        form.add_field("files", content, filename=name, content_type="audio/wav")
        body, _ = await self._asked("POST", f"{self._api}/upload", data=form)
        path = self._json(body)[0]
        return {"path": str(path), "meta": {"_type": "gradio.FileData"}}

    async def called(self, name: str, data: list[Any]) -> list[Any]:
        """What a Space's function of this name gives. Raises RequestError."""
        address = f"{self._api}/call/{quote(name, safe='')}"
        body, _ = await self._asked("POST", address, json={"data": data})
        event = self._json(body)
        id = event.get("event_id") if isinstance(event, dict) else None
        if not isinstance(id, str):
            raise self.unreadable("it gave no event_id")
        try:
            return await asyncio.wait_for(self._events(f"{address}/{quote(id, safe='')}"), self._answer_s)
        except (aiohttp.ClientError, OSError, asyncio.TimeoutError) as error:  # noqa: UP041 - Python 3.10
            raise await self._unreached(error) from None

    async def file(self, given: Mapping[str, Any]) -> bytes:
        """A file that a Space's function gave."""
        body, _ = await self._asked("GET", f"{self._api}/file={quote(str(given['path']))}")
        return body

    def unreadable(self, why: str) -> RequestError:
        return self.account.provider.fault(ProviderFault.DOWN, why)

    @property
    def _api(self) -> str:
        return f"{self.account.url}{self._prefix}"

    def _json(self, body: bytes) -> Any:
        try:
            return json.loads(body)
        except (ValueError, RecursionError):
            raise self.unreadable("it sent what is no JSON") from None

    async def _asked(self, method: str, url: str, kind: str = "", **content: Any) -> tuple[bytes, str]:
        headers = {**self._headers(), **({"Content-Type": kind} if kind else {})}
        try:
            async with self._http.request(
                method, url, headers=headers, allow_redirects=False, **content
            ) as response:
                body = await _limited(response)
                if response.status == 200 and body is not None:
                    return body, response.content_type
                headers, status = dict(response.headers), response.status
        except (aiohttp.ClientError, OSError, asyncio.TimeoutError) as error:  # noqa: UP041 - Python 3.10
            raise await self._unreached(error) from None
        if body is None:
            raise self.unreadable("its answer is too long")
        if status in REDIRECTS:
            raise self.unreadable("it sends us elsewhere; name that place in base_url")
        if status in (502, 503, 504) or (status == 404 and self._space):
            raise await self._asleep(status, body, headers)
        raise self.account.provider.http_fault(status, body, headers)

    async def _events(self, url: str) -> list[Any]:
        """Gradio's events (text/event-stream) up to the one that ends a call."""
        kind = ""
        async with self._http.get(url, headers=self._headers(), allow_redirects=False) as response:
            if response.status in REDIRECTS:
                raise self.unreadable("it sends us elsewhere; name that place in base_url")
            if response.status != 200:
                raise await self._asleep(response.status, b"", dict(response.headers))
            async for line in response.content:
                name, _, value = line.decode("utf-8", "replace").strip().partition(":")
                if name == "event":
                    kind = value.strip()
                elif name == "data" and kind == "complete":
                    data = self._json(value.strip().encode())
                    if not isinstance(data, list):
                        raise self.unreadable("it gave no list of outputs")
                    return data
                elif name == "data" and kind == "error":
                    raise self.account.provider.fault(ProviderFault.DOWN, f"its function failed: {value}")
        raise self.unreadable("its events end without an answer")

    async def _asleep(self, status: int, body: bytes, headers: Mapping[str, str]) -> RequestError:
        """Of an address that has no server now: an endpoint is scaled to zero, a Space has a stage."""
        provider = self.account.provider
        if self._space:
            return await self._stage() or provider.http_fault(status, body, headers)
        if status == 503:
            return provider.fault(
                ProviderFault.WARMING, after_s=estimated(body) or seconds(headers) or WARMING_S
            )
        return provider.http_fault(status, body, headers)

    async def _unreached(self, error: Exception) -> RequestError:
        told = str(error) or "it does not answer"
        return (await self._stage() if self._space else None) or self.account.provider.fault(
            ProviderFault.DOWN, told
        )

    async def _stage(self) -> RequestError | None:
        """What the hub says about a Space; None where that explains nothing."""
        url = f"{self._hub}/api/spaces/{quote(self._space)}/runtime"
        try:
            async with self._http.get(url, headers=self._headers(), allow_redirects=False) as response:
                stage = str(json.loads(await _limited(response) or b"")["stage"])
        except (aiohttp.ClientError, OSError, asyncio.TimeoutError, ValueError, KeyError):  # noqa: UP041
            return None
        except (TypeError, RecursionError):
            return None
        provider = self.account.provider
        if stage in WARMING:
            return provider.fault(ProviderFault.WARMING, stage, WARMING_S)
        if stage in RUNNING:
            return None
        mend = "restart it on its page" if stage in HALTED else "see its log on its page"
        return provider.fault(ProviderFault.DOWN, f"the Space {self._space} is {stage}: {mend}")

    def _headers(self) -> dict[str, str]:
        key = self.account.key()
        return {"Authorization": f"Bearer {key}"} if key else {}

    @property
    def _http(self) -> aiohttp.ClientSession:
        if self._session is None:
            limit = aiohttp.ClientTimeout(total=self._answer_s, connect=self._connect_s)
            self._session = aiohttp.ClientSession(
                timeout=limit, max_line_size=MOST_EVENT, read_bufsize=MOST_EVENT
            )
        return self._session


async def _limited(response: aiohttp.ClientResponse) -> bytes | None:
    """The body; None where it is too long."""
    body = bytearray()
    async for chunk in response.content.iter_any():
        body += chunk
        if len(body) > MOST_BYTES:
            return None
    return bytes(body)


def filled(inputs: list[Any], usual: list[Any], values: dict[str, Any]) -> list[Any]:
    """The inputs of a function. What is nothing but a name in braces becomes its value, whatever that is."""
    names = {f"{{{name}}}": value for name, value in values.items()}
    return [names.get(each, each) if isinstance(each, str) else each for each in inputs or usual]
