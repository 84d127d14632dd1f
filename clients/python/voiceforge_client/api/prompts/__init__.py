"""prompts"""

from __future__ import annotations

import datetime
from collections.abc import AsyncIterator, Iterator
from io import BytesIO
from typing import TYPE_CHECKING, Any, List, Literal, cast
from uuid import UUID

from ...models.new_prompt_wish import NewPromptWish
from ...models.page_prompt_shown import PagePromptShown
from ...models.problem_shown import ProblemShown
from ...models.prompt_shown import PromptShown
from ...models.prompt_wish import PromptWish
from ...models.prompts_add_files_body import PromptsAddFilesBody
from ...models.prompts_replace_files_body import PromptsReplaceFilesBody
from ...types import UNSET, File, FileTypes, ServerEvent, Unset
from . import prompt as _prompt
from . import prompts as _prompts
from . import prompts_add as _prompts_add
from . import prompts_audio as _prompts_audio
from . import prompts_remove as _prompts_remove
from . import prompts_replace as _prompts_replace

if TYPE_CHECKING:
    from ...client import AsyncVoiceForge, VoiceForge


class Prompts:
    def __init__(self, client: VoiceForge) -> None:
        self._client = client

    def list(
        self,
        *,
        limit: int | Unset = 50,
        cursor: str | Unset = "",
    ) -> PagePromptShown:
        """Your own sound files and the operator's, by name."""
        return self._client.ask(
            _prompts.request(
                limit=limit,
                cursor=cursor,
            ),
            _prompts.read,
        )

    def add(
        self,
        *,
        file: File,
        name: str,
        text: None | str | Unset = UNSET,
    ) -> PromptShown:
        """Add a sound file: as a form (`file`, `name`, `text`), as the body itself, or by its address.

        WAV, MP3, Ogg and what else `POST /api/stt` reads, of 3 minutes at most. Flows play it by a node
        `play`,
        assistants where a machine answers (`voicemail_prompt`).
        """
        return self._client.ask(
            _prompts_add.request(
                body=PromptsAddFilesBody(
                    file=file,
                    name=name,
                    text=text,
                ),
            ),
            _prompts_add.read,
        )

    def get(
        self,
        name: str,
    ) -> PromptShown:
        """One sound file; its audio is apart."""
        return self._client.ask(
            _prompt.request(
                name=name,
            ),
            _prompt.read,
        )

    def replace(
        self,
        name: str,
        *,
        file: File,
        text: None | str | Unset = UNSET,
    ) -> PromptShown:
        """Put another file in the place of a sound file of yours; handed in as one is added.

        It is played from the next time on. With If-Match and a version it is done only while that is the
        version.
        """
        return self._client.ask(
            _prompts_replace.request(
                name=name,
                body=PromptsReplaceFilesBody(
                    file=file,
                    text=text,
                ),
            ),
            _prompts_replace.read,
        )

    def remove(
        self,
        name: str,
        *,
        force: bool | Unset = False,
    ) -> None:
        """Remove a sound file of yours; 409 while a flow that calls run, or an agent, plays it, unless
        `force`.

        With `force`, their own words are said in its place, where they have any.
        """
        return self._client.ask(
            _prompts_remove.request(
                name=name,
                force=force,
            ),
            _prompts_remove.read,
        )

    def audio(
        self,
        name: str,
    ) -> bytes:
        """A sound file as it is played: WAV, 16-bit mono at 16 kHz.

        Parts of it by `Range` (RFC 9110, 14).
        """
        return self._client.ask(
            _prompts_audio.request(
                name=name,
            ),
            _prompts_audio.read,
        )

    def audio_stream(
        self,
        name: str,
    ) -> Iterator[bytes]:
        """A sound file as it is played: WAV, 16-bit mono at 16 kHz.

        Parts of it by `Range` (RFC 9110, 14).

        Piece by piece, as it comes.
        """
        return self._client.read_pieces(
            _prompts_audio.request(
                name=name,
            )
        )


class AsyncPrompts:
    def __init__(self, client: AsyncVoiceForge) -> None:
        self._client = client

    async def list(
        self,
        *,
        limit: int | Unset = 50,
        cursor: str | Unset = "",
    ) -> PagePromptShown:
        """Your own sound files and the operator's, by name."""
        return await self._client.ask(
            _prompts.request(
                limit=limit,
                cursor=cursor,
            ),
            _prompts.read,
        )

    async def add(
        self,
        *,
        file: File,
        name: str,
        text: None | str | Unset = UNSET,
    ) -> PromptShown:
        """Add a sound file: as a form (`file`, `name`, `text`), as the body itself, or by its address.

        WAV, MP3, Ogg and what else `POST /api/stt` reads, of 3 minutes at most. Flows play it by a node
        `play`,
        assistants where a machine answers (`voicemail_prompt`).
        """
        return await self._client.ask(
            _prompts_add.request(
                body=PromptsAddFilesBody(
                    file=file,
                    name=name,
                    text=text,
                ),
            ),
            _prompts_add.read,
        )

    async def get(
        self,
        name: str,
    ) -> PromptShown:
        """One sound file; its audio is apart."""
        return await self._client.ask(
            _prompt.request(
                name=name,
            ),
            _prompt.read,
        )

    async def replace(
        self,
        name: str,
        *,
        file: File,
        text: None | str | Unset = UNSET,
    ) -> PromptShown:
        """Put another file in the place of a sound file of yours; handed in as one is added.

        It is played from the next time on. With If-Match and a version it is done only while that is the
        version.
        """
        return await self._client.ask(
            _prompts_replace.request(
                name=name,
                body=PromptsReplaceFilesBody(
                    file=file,
                    text=text,
                ),
            ),
            _prompts_replace.read,
        )

    async def remove(
        self,
        name: str,
        *,
        force: bool | Unset = False,
    ) -> None:
        """Remove a sound file of yours; 409 while a flow that calls run, or an agent, plays it, unless
        `force`.

        With `force`, their own words are said in its place, where they have any.
        """
        return await self._client.ask(
            _prompts_remove.request(
                name=name,
                force=force,
            ),
            _prompts_remove.read,
        )

    async def audio(
        self,
        name: str,
    ) -> bytes:
        """A sound file as it is played: WAV, 16-bit mono at 16 kHz.

        Parts of it by `Range` (RFC 9110, 14).
        """
        return await self._client.ask(
            _prompts_audio.request(
                name=name,
            ),
            _prompts_audio.read,
        )

    def audio_stream(
        self,
        name: str,
    ) -> AsyncIterator[bytes]:
        """A sound file as it is played: WAV, 16-bit mono at 16 kHz.

        Parts of it by `Range` (RFC 9110, 14).

        Piece by piece, as it comes.
        """
        return self._client.read_pieces(
            _prompts_audio.request(
                name=name,
            )
        )
