"""sessions"""

from __future__ import annotations

import datetime
from collections.abc import AsyncIterator, Iterator
from typing import TYPE_CHECKING, Any, List, Literal, cast
from uuid import UUID

from ...models.kept_voice import KeptVoice
from ...models.new_session import NewSession
from ...models.new_session_about import NewSessionAbout
from ...models.new_session_interruption_sensitivity_type_0 import (
    NewSessionInterruptionSensitivityType0,
    check_new_session_interruption_sensitivity_type_0,
)
from ...models.new_session_mode import NewSessionMode, check_new_session_mode
from ...models.new_session_turns import NewSessionTurns, check_new_session_turns
from ...models.page_provider_voice import PageProviderVoice
from ...models.problem_shown import ProblemShown
from ...models.session_figures import SessionFigures
from ...models.session_shown import SessionShown
from ...models.session_started import SessionStarted
from ...models.session_transcript import SessionTranscript
from ...models.style import Style, check_style
from ...models.voice_of_key import VoiceOfKey
from ...models.voices_of_key import VoicesOfKey
from ...types import UNSET, File, ServerEvent, Unset
from . import session as _session
from . import sessions_analytics as _sessions_analytics
from . import sessions_end as _sessions_end
from . import sessions_erase as _sessions_erase
from . import sessions_keep_voice as _sessions_keep_voice
from . import sessions_my_voices as _sessions_my_voices
from . import sessions_remove_voice as _sessions_remove_voice
from . import sessions_start as _sessions_start
from . import sessions_transcript as _sessions_transcript
from . import sessions_voices as _sessions_voices

if TYPE_CHECKING:
    from ...client import AsyncVoiceForge, VoiceForge


class Sessions:
    def __init__(self, client: VoiceForge) -> None:
        self._client = client

    def start(
        self,
        *,
        agent: None | str | Unset = UNSET,
        flow: None | str | Unset = UNSET,
        system_prompt: None | str | Unset = UNSET,
        voice: str | Unset = "",
        language: Literal["auto"] | str | Unset = "",
        style: None | Style | Unset = UNSET,
        interruption_sensitivity: NewSessionInterruptionSensitivityType0
        | None
        | Unset = UNSET,
        mode: NewSessionMode | Unset = "hybrid",
        turns: NewSessionTurns | Unset = "hands_free",
        memory: int | Unset = 20,
        about: NewSessionAbout | dict[str, Any] | Unset = UNSET,
    ) -> SessionStarted:
        """Begin a session.

        Its visitor connects to `websocket` with the token, within ten minutes, and again within ten minutes
        after
        each conversation.
        """
        return self._client.ask(
            _sessions_start.request(
                body=NewSession(
                    agent=agent,
                    flow=flow,
                    system_prompt=system_prompt,
                    voice=voice,
                    language=language,
                    style=style,
                    interruption_sensitivity=interruption_sensitivity,
                    mode=mode,
                    turns=turns,
                    memory=memory,
                    about=NewSessionAbout.from_dict(about)
                    if isinstance(about, dict)
                    else about,
                ),
            ),
            _sessions_start.read,
        )

    def analytics(
        self,
        *,
        days: int | Unset = 30,
    ) -> SessionFigures:
        """Figures of one's own sessions; the operator's are of all."""
        return self._client.ask(
            _sessions_analytics.request(
                days=days,
            ),
            _sessions_analytics.read,
        )

    def my_voices(
        self,
    ) -> VoicesOfKey:
        """The voices that the key has kept for itself, the newest first."""
        return self._client.ask(_sessions_my_voices.request(), _sessions_my_voices.read)

    def keep_voice(
        self,
        voice: str,
        *,
        name: str | Unset = "",
    ) -> VoiceOfKey:
        """Keep a voice of the catalogue among one's own, under a name of one's own if one is given.

        Once more: under another name. Agents and sessions name it by its id, as before.
        """
        return self._client.ask(
            _sessions_keep_voice.request(
                voice=voice,
                body=KeptVoice(
                    name=name,
                ),
            ),
            _sessions_keep_voice.read,
        )

    def remove_voice(
        self,
        voice: str,
    ) -> None:
        """Give up a voice that the key has kept; the catalogue still has it."""
        return self._client.ask(
            _sessions_remove_voice.request(
                voice=voice,
            ),
            _sessions_remove_voice.read,
        )

    def voices(
        self,
        provider: str,
        *,
        limit: int | Unset = 50,
        cursor: str | Unset = "",
    ) -> PageProviderVoice:
        """The voices of one engine, by id; those that it speaks now or was made for."""
        return self._client.ask(
            _sessions_voices.request(
                provider=provider,
                limit=limit,
                cursor=cursor,
            ),
            _sessions_voices.read,
        )

    def get(
        self,
        id: UUID,
    ) -> SessionShown:
        """How a session stands."""
        return self._client.ask(
            _session.request(
                id=id,
            ),
            _session.read,
        )

    def erase(
        self,
        id: UUID,
    ) -> None:
        """Remove a session with all that is kept of its conversations: calls, transcripts, recordings, all
        else.

        Its visitors have no telephone number, by which others are erased. 409 while somebody talks in it:
        end it
        first; and where a file cannot be removed: its call stays then, and with it the session.
        """
        return self._client.ask(
            _sessions_erase.request(
                id=id,
            ),
            _sessions_erase.read,
        )

    def transcript(
        self,
        id: UUID,
    ) -> SessionTranscript:
        """What was said in all its conversations, in order."""
        return self._client.ask(
            _sessions_transcript.request(
                id=id,
            ),
            _sessions_transcript.read,
        )

    def end(
        self,
        id: UUID,
    ) -> SessionShown:
        """End a session for good, and the conversation that goes on in it. Once more changes nothing."""
        return self._client.ask(
            _sessions_end.request(
                id=id,
            ),
            _sessions_end.read,
        )


class AsyncSessions:
    def __init__(self, client: AsyncVoiceForge) -> None:
        self._client = client

    async def start(
        self,
        *,
        agent: None | str | Unset = UNSET,
        flow: None | str | Unset = UNSET,
        system_prompt: None | str | Unset = UNSET,
        voice: str | Unset = "",
        language: Literal["auto"] | str | Unset = "",
        style: None | Style | Unset = UNSET,
        interruption_sensitivity: NewSessionInterruptionSensitivityType0
        | None
        | Unset = UNSET,
        mode: NewSessionMode | Unset = "hybrid",
        turns: NewSessionTurns | Unset = "hands_free",
        memory: int | Unset = 20,
        about: NewSessionAbout | dict[str, Any] | Unset = UNSET,
    ) -> SessionStarted:
        """Begin a session.

        Its visitor connects to `websocket` with the token, within ten minutes, and again within ten minutes
        after
        each conversation.
        """
        return await self._client.ask(
            _sessions_start.request(
                body=NewSession(
                    agent=agent,
                    flow=flow,
                    system_prompt=system_prompt,
                    voice=voice,
                    language=language,
                    style=style,
                    interruption_sensitivity=interruption_sensitivity,
                    mode=mode,
                    turns=turns,
                    memory=memory,
                    about=NewSessionAbout.from_dict(about)
                    if isinstance(about, dict)
                    else about,
                ),
            ),
            _sessions_start.read,
        )

    async def analytics(
        self,
        *,
        days: int | Unset = 30,
    ) -> SessionFigures:
        """Figures of one's own sessions; the operator's are of all."""
        return await self._client.ask(
            _sessions_analytics.request(
                days=days,
            ),
            _sessions_analytics.read,
        )

    async def my_voices(
        self,
    ) -> VoicesOfKey:
        """The voices that the key has kept for itself, the newest first."""
        return await self._client.ask(
            _sessions_my_voices.request(), _sessions_my_voices.read
        )

    async def keep_voice(
        self,
        voice: str,
        *,
        name: str | Unset = "",
    ) -> VoiceOfKey:
        """Keep a voice of the catalogue among one's own, under a name of one's own if one is given.

        Once more: under another name. Agents and sessions name it by its id, as before.
        """
        return await self._client.ask(
            _sessions_keep_voice.request(
                voice=voice,
                body=KeptVoice(
                    name=name,
                ),
            ),
            _sessions_keep_voice.read,
        )

    async def remove_voice(
        self,
        voice: str,
    ) -> None:
        """Give up a voice that the key has kept; the catalogue still has it."""
        return await self._client.ask(
            _sessions_remove_voice.request(
                voice=voice,
            ),
            _sessions_remove_voice.read,
        )

    async def voices(
        self,
        provider: str,
        *,
        limit: int | Unset = 50,
        cursor: str | Unset = "",
    ) -> PageProviderVoice:
        """The voices of one engine, by id; those that it speaks now or was made for."""
        return await self._client.ask(
            _sessions_voices.request(
                provider=provider,
                limit=limit,
                cursor=cursor,
            ),
            _sessions_voices.read,
        )

    async def get(
        self,
        id: UUID,
    ) -> SessionShown:
        """How a session stands."""
        return await self._client.ask(
            _session.request(
                id=id,
            ),
            _session.read,
        )

    async def erase(
        self,
        id: UUID,
    ) -> None:
        """Remove a session with all that is kept of its conversations: calls, transcripts, recordings, all
        else.

        Its visitors have no telephone number, by which others are erased. 409 while somebody talks in it:
        end it
        first; and where a file cannot be removed: its call stays then, and with it the session.
        """
        return await self._client.ask(
            _sessions_erase.request(
                id=id,
            ),
            _sessions_erase.read,
        )

    async def transcript(
        self,
        id: UUID,
    ) -> SessionTranscript:
        """What was said in all its conversations, in order."""
        return await self._client.ask(
            _sessions_transcript.request(
                id=id,
            ),
            _sessions_transcript.read,
        )

    async def end(
        self,
        id: UUID,
    ) -> SessionShown:
        """End a session for good, and the conversation that goes on in it. Once more changes nothing."""
        return await self._client.ask(
            _sessions_end.request(
                id=id,
            ),
            _sessions_end.read,
        )
