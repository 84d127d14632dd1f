"""voices"""

from __future__ import annotations

import datetime
from collections.abc import AsyncIterator, Iterator
from typing import TYPE_CHECKING, Any, List, Literal, cast
from uuid import UUID

from ...models.gender import Gender, check_gender
from ...models.page_voice_shown import PageVoiceShown
from ...models.problem_shown import ProblemShown
from ...models.voice_shown import VoiceShown
from ...types import UNSET, File, ServerEvent, Unset
from . import voice as _voice
from . import voices as _voices
from . import voices_preview as _voices_preview

if TYPE_CHECKING:
    from ...client import AsyncVoiceForge, VoiceForge


class Voices:
    def __init__(self, client: VoiceForge) -> None:
        self._client = client

    def list(
        self,
        *,
        limit: int | Unset = 50,
        cursor: str | Unset = "",
        language: str | Unset = "",
        gender: Gender | None | Unset = UNSET,
        engine: str | Unset = "",
        ready: bool | None | Unset = UNSET,
        q: str | Unset = "",
    ) -> PageVoiceShown:
        """All voices, by language.

        143 in 33 languages and those that engines have by themselves. A voice is `ready` when some engine
        can
        speak it now, be it another than the one that it was made for.
        """
        return self._client.ask(
            _voices.request(
                limit=limit,
                cursor=cursor,
                language=language,
                gender=gender,
                engine=engine,
                ready=ready,
                q=q,
            ),
            _voices.read,
        )

    def get(
        self,
        id: str,
    ) -> VoiceShown:
        """One voice."""
        return self._client.ask(
            _voice.request(
                id=id,
            ),
            _voice.read,
        )

    def preview(
        self,
        id: str,
    ) -> bytes:
        """What a voice sounds like: a sentence in its own language.

        WAV, 16-bit, mono, 16 kHz. `X-Voice-Engine` says which engine spoke it, `X-Voice-Instead-Of` the one
        that
        it was made for where that is another. It is made once and kept; it counts for no usage. 503
        `voice_not_ready` when no engine can speak it: `detail.lacks` says what is missing.
        """
        return self._client.ask(
            _voices_preview.request(
                id=id,
            ),
            _voices_preview.read,
        )

    def preview_stream(
        self,
        id: str,
    ) -> Iterator[bytes]:
        """What a voice sounds like: a sentence in its own language.

        WAV, 16-bit, mono, 16 kHz. `X-Voice-Engine` says which engine spoke it, `X-Voice-Instead-Of` the one
        that
        it was made for where that is another. It is made once and kept; it counts for no usage. 503
        `voice_not_ready` when no engine can speak it: `detail.lacks` says what is missing.

        Piece by piece, as it comes.
        """
        return self._client.read_pieces(
            _voices_preview.request(
                id=id,
            )
        )


class AsyncVoices:
    def __init__(self, client: AsyncVoiceForge) -> None:
        self._client = client

    async def list(
        self,
        *,
        limit: int | Unset = 50,
        cursor: str | Unset = "",
        language: str | Unset = "",
        gender: Gender | None | Unset = UNSET,
        engine: str | Unset = "",
        ready: bool | None | Unset = UNSET,
        q: str | Unset = "",
    ) -> PageVoiceShown:
        """All voices, by language.

        143 in 33 languages and those that engines have by themselves. A voice is `ready` when some engine
        can
        speak it now, be it another than the one that it was made for.
        """
        return await self._client.ask(
            _voices.request(
                limit=limit,
                cursor=cursor,
                language=language,
                gender=gender,
                engine=engine,
                ready=ready,
                q=q,
            ),
            _voices.read,
        )

    async def get(
        self,
        id: str,
    ) -> VoiceShown:
        """One voice."""
        return await self._client.ask(
            _voice.request(
                id=id,
            ),
            _voice.read,
        )

    async def preview(
        self,
        id: str,
    ) -> bytes:
        """What a voice sounds like: a sentence in its own language.

        WAV, 16-bit, mono, 16 kHz. `X-Voice-Engine` says which engine spoke it, `X-Voice-Instead-Of` the one
        that
        it was made for where that is another. It is made once and kept; it counts for no usage. 503
        `voice_not_ready` when no engine can speak it: `detail.lacks` says what is missing.
        """
        return await self._client.ask(
            _voices_preview.request(
                id=id,
            ),
            _voices_preview.read,
        )

    def preview_stream(
        self,
        id: str,
    ) -> AsyncIterator[bytes]:
        """What a voice sounds like: a sentence in its own language.

        WAV, 16-bit, mono, 16 kHz. `X-Voice-Engine` says which engine spoke it, `X-Voice-Instead-Of` the one
        that
        it was made for where that is another. It is made once and kept; it counts for no usage. 503
        `voice_not_ready` when no engine can speak it: `detail.lacks` says what is missing.

        Piece by piece, as it comes.
        """
        return self._client.read_pieces(
            _voices_preview.request(
                id=id,
            )
        )
