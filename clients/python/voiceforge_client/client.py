"""The client: one attribute for each resource."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any, Self, TypeVar

import httpx

from .api.agents import Agents, AsyncAgents
from .api.analytics import Analytics, AsyncAnalytics
from .api.asterisk import Asterisk, AsyncAsterisk
from .api.audit import AsyncAudit, Audit
from .api.calendars import AsyncCalendars, Calendars
from .api.calls import AsyncCalls, Calls
from .api.console import AsyncConsole, Console
from .api.engines import AsyncEngines, Engines
from .api.erasures import AsyncErasures, Erasures
from .api.events import AsyncEvents, Events
from .api.flow_drafts import AsyncFlowDrafts, FlowDrafts
from .api.flow_making import AsyncFlowMaking, FlowMaking
from .api.flow_publishing import AsyncFlowPublishing, FlowPublishing
from .api.flow_secrets import AsyncFlowSecrets, FlowSecrets
from .api.flow_simulating import AsyncFlowSimulating, FlowSimulating
from .api.flow_trying import AsyncFlowTrying, FlowTrying
from .api.flow_versions import AsyncFlowVersions, FlowVersions
from .api.flows import AsyncFlows, Flows
from .api.keys import AsyncKeys, Keys
from .api.knowledge import AsyncKnowledge, Knowledge
from .api.messages import AsyncMessages, Messages
from .api.numbers import AsyncNumbers, Numbers
from .api.openai import AsyncOpenai, Openai
from .api.outbound import AsyncOutbound, Outbound
from .api.phones import AsyncPhones, Phones
from .api.prompts import AsyncPrompts, Prompts
from .api.providers import AsyncProviders, Providers
from .api.routes import AsyncRoutes, Routes
from .api.server import AsyncServer, Server
from .api.sessions import AsyncSessions, Sessions
from .api.signalling import AsyncSignalling, Signalling
from .api.speech import AsyncSpeech, Speech
from .api.trunks import AsyncTrunks, Trunks
from .api.usage import AsyncUsage, Usage
from .api.voices import AsyncVoices, Voices
from .api.webhooks import AsyncWebhooks, Webhooks
from .api.webrtc import AsyncWebrtc, Webrtc
from .errors import refusal
from .types import EventReader, ServerEvent

T = TypeVar("T")
SERVER = "http://127.0.0.1:8080"
TIMEOUT_S = 60.0


def _settings(
    server: str, key: str, timeout_s: float, more: dict[str, Any]
) -> dict[str, Any]:
    headers = {"Authorization": f"Bearer {key}"} if key else {}
    return {"base_url": server, "headers": headers, "timeout": timeout_s, **more}


class VoiceForge:
    """Asks one server, with one key. What is refused is raised as `ApiError`, a server that does not answer
    as `httpx.TransportError`.

        with VoiceForge(key="vf_…") as server:
            for call in server.calls.list(state="live").items: ...
    """

    def __init__(
        self,
        server: str = SERVER,
        key: str = "",
        *,
        timeout_s: float = TIMEOUT_S,
        **more: Any,
    ) -> None:
        """`timeout_s`: without a sign of the server. `more`: for `httpx.Client`."""
        self.http = httpx.Client(**_settings(server, key, timeout_s, more))
        self.server = Server(self)
        self.keys = Keys(self)
        self.console = Console(self)
        self.audit = Audit(self)
        self.voices = Voices(self)
        self.engines = Engines(self)
        self.sessions = Sessions(self)
        self.openai = Openai(self)
        self.flows = Flows(self)
        self.flow_versions = FlowVersions(self)
        self.flow_drafts = FlowDrafts(self)
        self.flow_publishing = FlowPublishing(self)
        self.flow_secrets = FlowSecrets(self)
        self.flow_making = FlowMaking(self)
        self.flow_simulating = FlowSimulating(self)
        self.flow_trying = FlowTrying(self)
        self.knowledge = Knowledge(self)
        self.events = Events(self)
        self.webhooks = Webhooks(self)
        self.usage = Usage(self)
        self.analytics = Analytics(self)
        self.agents = Agents(self)
        self.numbers = Numbers(self)
        self.routes = Routes(self)
        self.calendars = Calendars(self)
        self.trunks = Trunks(self)
        self.providers = Providers(self)
        self.erasures = Erasures(self)
        self.calls = Calls(self)
        self.signalling = Signalling(self)
        self.outbound = Outbound(self)
        self.prompts = Prompts(self)
        self.messages = Messages(self)
        self.webrtc = Webrtc(self)
        self.phones = Phones(self)
        self.asterisk = Asterisk(self)
        self.speech = Speech(self)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        self.http.close()

    def ask(
        self, request: dict[str, Any], read: Callable[[httpx.Response], T], *alike: int
    ) -> T:
        """`alike`: statuses of refusals that say as much as a success. Raises ApiError."""
        response = self.http.request(**request)
        if not response.is_success and response.status_code not in alike:
            raise refusal(response)
        return read(response)

    def read_pieces(self, request: dict[str, Any]) -> Iterator[bytes]:
        """The body as it comes. Raises ApiError, once it is iterated."""
        with self.http.stream(**request) as response:
            if not response.is_success:
                response.read()
                raise refusal(response)
            yield from response.iter_bytes()

    def read_events(self, request: dict[str, Any]) -> Iterator[ServerEvent]:
        """Server-sent events as they come. Raises ApiError, once it is iterated."""
        reader = EventReader()
        with self.http.stream(**request) as response:
            if not response.is_success:
                response.read()
                raise refusal(response)
            for line in response.iter_lines():
                yield from reader.line(line)


class AsyncVoiceForge:
    """`VoiceForge` for asyncio.

    async with AsyncVoiceForge(key="vf_…") as server:
        async for event in server.calls.events(call.id): ...
    """

    def __init__(
        self,
        server: str = SERVER,
        key: str = "",
        *,
        timeout_s: float = TIMEOUT_S,
        **more: Any,
    ) -> None:
        """See `VoiceForge`; `more` is for `httpx.AsyncClient`."""
        self.http = httpx.AsyncClient(**_settings(server, key, timeout_s, more))
        self.server = AsyncServer(self)
        self.keys = AsyncKeys(self)
        self.console = AsyncConsole(self)
        self.audit = AsyncAudit(self)
        self.voices = AsyncVoices(self)
        self.engines = AsyncEngines(self)
        self.sessions = AsyncSessions(self)
        self.openai = AsyncOpenai(self)
        self.flows = AsyncFlows(self)
        self.flow_versions = AsyncFlowVersions(self)
        self.flow_drafts = AsyncFlowDrafts(self)
        self.flow_publishing = AsyncFlowPublishing(self)
        self.flow_secrets = AsyncFlowSecrets(self)
        self.flow_making = AsyncFlowMaking(self)
        self.flow_simulating = AsyncFlowSimulating(self)
        self.flow_trying = AsyncFlowTrying(self)
        self.knowledge = AsyncKnowledge(self)
        self.events = AsyncEvents(self)
        self.webhooks = AsyncWebhooks(self)
        self.usage = AsyncUsage(self)
        self.analytics = AsyncAnalytics(self)
        self.agents = AsyncAgents(self)
        self.numbers = AsyncNumbers(self)
        self.routes = AsyncRoutes(self)
        self.calendars = AsyncCalendars(self)
        self.trunks = AsyncTrunks(self)
        self.providers = AsyncProviders(self)
        self.erasures = AsyncErasures(self)
        self.calls = AsyncCalls(self)
        self.signalling = AsyncSignalling(self)
        self.outbound = AsyncOutbound(self)
        self.prompts = AsyncPrompts(self)
        self.messages = AsyncMessages(self)
        self.webrtc = AsyncWebrtc(self)
        self.phones = AsyncPhones(self)
        self.asterisk = AsyncAsterisk(self)
        self.speech = AsyncSpeech(self)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def close(self) -> None:
        await self.http.aclose()

    async def ask(
        self, request: dict[str, Any], read: Callable[[httpx.Response], T], *alike: int
    ) -> T:
        """`alike`: statuses of refusals that say as much as a success. Raises ApiError."""
        response = await self.http.request(**request)
        if not response.is_success and response.status_code not in alike:
            raise refusal(response)
        return read(response)

    async def read_pieces(self, request: dict[str, Any]) -> AsyncIterator[bytes]:
        """The body as it comes. Raises ApiError, once it is iterated."""
        async with self.http.stream(**request) as response:
            if not response.is_success:
                await response.aread()
                raise refusal(response)
            async for piece in response.aiter_bytes():
                yield piece

    async def read_events(self, request: dict[str, Any]) -> AsyncIterator[ServerEvent]:
        """Server-sent events as they come. Raises ApiError, once it is iterated."""
        reader = EventReader()
        async with self.http.stream(**request) as response:
            if not response.is_success:
                await response.aread()
                raise refusal(response)
            async for line in response.aiter_lines():
                for event in reader.line(line):
                    yield event
