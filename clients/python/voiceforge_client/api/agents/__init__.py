"""agents"""

from __future__ import annotations

import datetime
from collections.abc import AsyncIterator, Iterator
from typing import TYPE_CHECKING, Any, List, Literal, cast
from uuid import UUID

from ...models.agent_body import AgentBody
from ...models.agent_body_assistant import AgentBodyAssistant
from ...models.agent_body_background import AgentBodyBackground
from ...models.agent_body_insight import AgentBodyInsight
from ...models.agent_body_kind import AgentBodyKind, check_agent_body_kind
from ...models.agent_body_redaction import AgentBodyRedaction
from ...models.agent_body_retention import AgentBodyRetention
from ...models.agent_body_turn import AgentBodyTurn
from ...models.agent_shown import AgentShown
from ...models.new_agent import NewAgent
from ...models.new_agent_assistant import NewAgentAssistant
from ...models.new_agent_background import NewAgentBackground
from ...models.new_agent_insight import NewAgentInsight
from ...models.new_agent_kind import NewAgentKind, check_new_agent_kind
from ...models.new_agent_redaction import NewAgentRedaction
from ...models.new_agent_retention import NewAgentRetention
from ...models.new_agent_turn import NewAgentTurn
from ...models.page_agent_shown import PageAgentShown
from ...models.problem_shown import ProblemShown
from ...types import UNSET, File, ServerEvent, Unset
from . import agent as _agent
from . import agents as _agents
from . import agents_add as _agents_add
from . import agents_change as _agents_change
from . import agents_remove as _agents_remove

if TYPE_CHECKING:
    from ...client import AsyncVoiceForge, VoiceForge


class Agents:
    def __init__(self, client: VoiceForge) -> None:
        self._client = client

    def list(
        self,
        *,
        limit: int | Unset = 50,
        cursor: str | Unset = "",
    ) -> PageAgentShown:
        """Your own agents and the operator's, by name."""
        return self._client.ask(
            _agents.request(
                limit=limit,
                cursor=cursor,
            ),
            _agents.read,
        )

    def add(
        self,
        *,
        kind: NewAgentKind,
        name: str,
        flow: str | Unset = "",
        prompt: str | Unset = "",
        entry: str | Unset = "",
        voice: str | Unset = "",
        language: str | Unset = "",
        stt: List[str] | Unset = UNSET,
        tts: List[str] | Unset = UNSET,
        llm: List[str] | Unset = UNSET,
        recording: bool | Unset = True,
        tools: List[str] | Unset = UNSET,
        turn: NewAgentTurn | dict[str, Any] | Unset = UNSET,
        insight: NewAgentInsight | dict[str, Any] | Unset = UNSET,
        assistant: NewAgentAssistant | dict[str, Any] | Unset = UNSET,
        background: NewAgentBackground | dict[str, Any] | Unset = UNSET,
        retention: NewAgentRetention | dict[str, Any] | Unset = UNSET,
        redaction: NewAgentRedaction | dict[str, Any] | Unset = UNSET,
    ) -> AgentShown:
        """Add an agent.

        It answers calls that are placed by its name; a route or a number leads others to it.
        """
        return self._client.ask(
            _agents_add.request(
                body=NewAgent(
                    kind=kind,
                    name=name,
                    flow=flow,
                    prompt=prompt,
                    entry=entry,
                    voice=voice,
                    language=language,
                    stt=stt,
                    tts=tts,
                    llm=llm,
                    recording=recording,
                    tools=tools,
                    turn=NewAgentTurn.from_dict(turn)
                    if isinstance(turn, dict)
                    else turn,
                    insight=NewAgentInsight.from_dict(insight)
                    if isinstance(insight, dict)
                    else insight,
                    assistant=NewAgentAssistant.from_dict(assistant)
                    if isinstance(assistant, dict)
                    else assistant,
                    background=NewAgentBackground.from_dict(background)
                    if isinstance(background, dict)
                    else background,
                    retention=NewAgentRetention.from_dict(retention)
                    if isinstance(retention, dict)
                    else retention,
                    redaction=NewAgentRedaction.from_dict(redaction)
                    if isinstance(redaction, dict)
                    else redaction,
                ),
            ),
            _agents_add.read,
        )

    def get(
        self,
        name: str,
    ) -> AgentShown:
        """One agent."""
        return self._client.ask(
            _agent.request(
                name=name,
            ),
            _agent.read,
        )

    def change(
        self,
        name: str,
        *,
        kind: AgentBodyKind,
        flow: str | Unset = "",
        prompt: str | Unset = "",
        entry: str | Unset = "",
        voice: str | Unset = "",
        language: str | Unset = "",
        stt: List[str] | Unset = UNSET,
        tts: List[str] | Unset = UNSET,
        llm: List[str] | Unset = UNSET,
        recording: bool | Unset = True,
        tools: List[str] | Unset = UNSET,
        turn: AgentBodyTurn | dict[str, Any] | Unset = UNSET,
        insight: AgentBodyInsight | dict[str, Any] | Unset = UNSET,
        assistant: AgentBodyAssistant | dict[str, Any] | Unset = UNSET,
        background: AgentBodyBackground | dict[str, Any] | Unset = UNSET,
        retention: AgentBodyRetention | dict[str, Any] | Unset = UNSET,
        redaction: AgentBodyRedaction | dict[str, Any] | Unset = UNSET,
    ) -> AgentShown:
        """Put this in the place of an agent of yours.

        It counts from the next call on. With If-Match and a version it is done only while that is the
        version.
        """
        return self._client.ask(
            _agents_change.request(
                name=name,
                body=AgentBody(
                    kind=kind,
                    flow=flow,
                    prompt=prompt,
                    entry=entry,
                    voice=voice,
                    language=language,
                    stt=stt,
                    tts=tts,
                    llm=llm,
                    recording=recording,
                    tools=tools,
                    turn=AgentBodyTurn.from_dict(turn)
                    if isinstance(turn, dict)
                    else turn,
                    insight=AgentBodyInsight.from_dict(insight)
                    if isinstance(insight, dict)
                    else insight,
                    assistant=AgentBodyAssistant.from_dict(assistant)
                    if isinstance(assistant, dict)
                    else assistant,
                    background=AgentBodyBackground.from_dict(background)
                    if isinstance(background, dict)
                    else background,
                    retention=AgentBodyRetention.from_dict(retention)
                    if isinstance(retention, dict)
                    else retention,
                    redaction=AgentBodyRedaction.from_dict(redaction)
                    if isinstance(redaction, dict)
                    else redaction,
                ),
            ),
            _agents_change.read,
        )

    def remove(
        self,
        name: str,
    ) -> None:
        """Remove an agent of yours that no route and no number leads to.

        Calls that it has go on to their end.
        """
        return self._client.ask(
            _agents_remove.request(
                name=name,
            ),
            _agents_remove.read,
        )


class AsyncAgents:
    def __init__(self, client: AsyncVoiceForge) -> None:
        self._client = client

    async def list(
        self,
        *,
        limit: int | Unset = 50,
        cursor: str | Unset = "",
    ) -> PageAgentShown:
        """Your own agents and the operator's, by name."""
        return await self._client.ask(
            _agents.request(
                limit=limit,
                cursor=cursor,
            ),
            _agents.read,
        )

    async def add(
        self,
        *,
        kind: NewAgentKind,
        name: str,
        flow: str | Unset = "",
        prompt: str | Unset = "",
        entry: str | Unset = "",
        voice: str | Unset = "",
        language: str | Unset = "",
        stt: List[str] | Unset = UNSET,
        tts: List[str] | Unset = UNSET,
        llm: List[str] | Unset = UNSET,
        recording: bool | Unset = True,
        tools: List[str] | Unset = UNSET,
        turn: NewAgentTurn | dict[str, Any] | Unset = UNSET,
        insight: NewAgentInsight | dict[str, Any] | Unset = UNSET,
        assistant: NewAgentAssistant | dict[str, Any] | Unset = UNSET,
        background: NewAgentBackground | dict[str, Any] | Unset = UNSET,
        retention: NewAgentRetention | dict[str, Any] | Unset = UNSET,
        redaction: NewAgentRedaction | dict[str, Any] | Unset = UNSET,
    ) -> AgentShown:
        """Add an agent.

        It answers calls that are placed by its name; a route or a number leads others to it.
        """
        return await self._client.ask(
            _agents_add.request(
                body=NewAgent(
                    kind=kind,
                    name=name,
                    flow=flow,
                    prompt=prompt,
                    entry=entry,
                    voice=voice,
                    language=language,
                    stt=stt,
                    tts=tts,
                    llm=llm,
                    recording=recording,
                    tools=tools,
                    turn=NewAgentTurn.from_dict(turn)
                    if isinstance(turn, dict)
                    else turn,
                    insight=NewAgentInsight.from_dict(insight)
                    if isinstance(insight, dict)
                    else insight,
                    assistant=NewAgentAssistant.from_dict(assistant)
                    if isinstance(assistant, dict)
                    else assistant,
                    background=NewAgentBackground.from_dict(background)
                    if isinstance(background, dict)
                    else background,
                    retention=NewAgentRetention.from_dict(retention)
                    if isinstance(retention, dict)
                    else retention,
                    redaction=NewAgentRedaction.from_dict(redaction)
                    if isinstance(redaction, dict)
                    else redaction,
                ),
            ),
            _agents_add.read,
        )

    async def get(
        self,
        name: str,
    ) -> AgentShown:
        """One agent."""
        return await self._client.ask(
            _agent.request(
                name=name,
            ),
            _agent.read,
        )

    async def change(
        self,
        name: str,
        *,
        kind: AgentBodyKind,
        flow: str | Unset = "",
        prompt: str | Unset = "",
        entry: str | Unset = "",
        voice: str | Unset = "",
        language: str | Unset = "",
        stt: List[str] | Unset = UNSET,
        tts: List[str] | Unset = UNSET,
        llm: List[str] | Unset = UNSET,
        recording: bool | Unset = True,
        tools: List[str] | Unset = UNSET,
        turn: AgentBodyTurn | dict[str, Any] | Unset = UNSET,
        insight: AgentBodyInsight | dict[str, Any] | Unset = UNSET,
        assistant: AgentBodyAssistant | dict[str, Any] | Unset = UNSET,
        background: AgentBodyBackground | dict[str, Any] | Unset = UNSET,
        retention: AgentBodyRetention | dict[str, Any] | Unset = UNSET,
        redaction: AgentBodyRedaction | dict[str, Any] | Unset = UNSET,
    ) -> AgentShown:
        """Put this in the place of an agent of yours.

        It counts from the next call on. With If-Match and a version it is done only while that is the
        version.
        """
        return await self._client.ask(
            _agents_change.request(
                name=name,
                body=AgentBody(
                    kind=kind,
                    flow=flow,
                    prompt=prompt,
                    entry=entry,
                    voice=voice,
                    language=language,
                    stt=stt,
                    tts=tts,
                    llm=llm,
                    recording=recording,
                    tools=tools,
                    turn=AgentBodyTurn.from_dict(turn)
                    if isinstance(turn, dict)
                    else turn,
                    insight=AgentBodyInsight.from_dict(insight)
                    if isinstance(insight, dict)
                    else insight,
                    assistant=AgentBodyAssistant.from_dict(assistant)
                    if isinstance(assistant, dict)
                    else assistant,
                    background=AgentBodyBackground.from_dict(background)
                    if isinstance(background, dict)
                    else background,
                    retention=AgentBodyRetention.from_dict(retention)
                    if isinstance(retention, dict)
                    else retention,
                    redaction=AgentBodyRedaction.from_dict(redaction)
                    if isinstance(redaction, dict)
                    else redaction,
                ),
            ),
            _agents_change.read,
        )

    async def remove(
        self,
        name: str,
    ) -> None:
        """Remove an agent of yours that no route and no number leads to.

        Calls that it has go on to their end.
        """
        return await self._client.ask(
            _agents_remove.request(
                name=name,
            ),
            _agents_remove.read,
        )
