"""messages"""

from __future__ import annotations

import datetime
from collections.abc import AsyncIterator, Iterator
from typing import TYPE_CHECKING, Any, List, Literal, cast
from uuid import UUID

from ...models.page_conversation_shown import PageConversationShown
from ...models.page_opt_out_shown import PageOptOutShown
from ...models.page_text_shown import PageTextShown
from ...models.problem_shown import ProblemShown
from ...models.senders_shown import SendersShown
from ...models.text_sent import TextSent
from ...models.text_wanted import TextWanted
from ...types import UNSET, File, ServerEvent, Unset
from . import messages as _messages
from . import messages_conversations as _messages_conversations
from . import messages_opt_outs as _messages_opt_outs
from . import messages_send as _messages_send
from . import messages_senders as _messages_senders

if TYPE_CHECKING:
    from ...client import AsyncVoiceForge, VoiceForge


class Messages:
    def __init__(self, client: VoiceForge) -> None:
        self._client = client

    def list(
        self,
        *,
        limit: int | Unset = 50,
        cursor: str | Unset = "",
        account: str | Unset = "",
        number: str | Unset = "",
        ours: str | Unset = "",
    ) -> PageTextShown:
        """Text messages, newest first. A key sees those of conversations that are its own: which it began by a
        text, or which its agents answer.
        """
        return self._client.ask(
            _messages.request(
                limit=limit,
                cursor=cursor,
                account=account,
                number=number,
                ours=ours,
            ),
            _messages.read,
        )

    def send(
        self,
        *,
        to: str,
        text: str,
        account: str | Unset = "",
        sender: str | Unset = "",
        agent: str | Unset = "",
        key: str | Unset = "",
    ) -> TextSent:
        """Send a text. 400 `no_sender`: it is no number of the account; 403: it may not go there; 409: whoever
        has the number wants none, no account can, or (`in_conversation`) another key's conversation with it
        by that sender is open; 429: as many as may have gone out (`texts.limits`).
        """
        return self._client.ask(
            _messages_send.request(
                body=TextWanted(
                    to=to,
                    text=text,
                    account=account,
                    sender=sender,
                    agent=agent,
                    key=key,
                ),
            ),
            _messages_send.read,
        )

    def opt_outs(
        self,
        *,
        limit: int | Unset = 50,
        cursor: str | Unset = "",
    ) -> PageOptOutShown:
        """Who wants no texts, by account and number. They alone can want them again, by writing START."""
        return self._client.ask(
            _messages_opt_outs.request(
                limit=limit,
                cursor=cursor,
            ),
            _messages_opt_outs.read,
        )

    def conversations(
        self,
        *,
        limit: int | Unset = 50,
        cursor: str | Unset = "",
        account: str | Unset = "",
        number: str | Unset = "",
    ) -> PageConversationShown:
        """Conversations by text, newest first. A key sees its own, as of messages."""
        return self._client.ask(
            _messages_conversations.request(
                limit=limit,
                cursor=cursor,
                account=account,
                number=number,
            ),
            _messages_conversations.read,
        )

    def senders(
        self,
    ) -> SendersShown:
        """Accounts by which whoever asks can send texts, with the numbers and names that these may go out by.
        A key is not shown numbers that another key's agent answers: it may not write by them.
        """
        return self._client.ask(_messages_senders.request(), _messages_senders.read)


class AsyncMessages:
    def __init__(self, client: AsyncVoiceForge) -> None:
        self._client = client

    async def list(
        self,
        *,
        limit: int | Unset = 50,
        cursor: str | Unset = "",
        account: str | Unset = "",
        number: str | Unset = "",
        ours: str | Unset = "",
    ) -> PageTextShown:
        """Text messages, newest first. A key sees those of conversations that are its own: which it began by a
        text, or which its agents answer.
        """
        return await self._client.ask(
            _messages.request(
                limit=limit,
                cursor=cursor,
                account=account,
                number=number,
                ours=ours,
            ),
            _messages.read,
        )

    async def send(
        self,
        *,
        to: str,
        text: str,
        account: str | Unset = "",
        sender: str | Unset = "",
        agent: str | Unset = "",
        key: str | Unset = "",
    ) -> TextSent:
        """Send a text. 400 `no_sender`: it is no number of the account; 403: it may not go there; 409: whoever
        has the number wants none, no account can, or (`in_conversation`) another key's conversation with it
        by that sender is open; 429: as many as may have gone out (`texts.limits`).
        """
        return await self._client.ask(
            _messages_send.request(
                body=TextWanted(
                    to=to,
                    text=text,
                    account=account,
                    sender=sender,
                    agent=agent,
                    key=key,
                ),
            ),
            _messages_send.read,
        )

    async def opt_outs(
        self,
        *,
        limit: int | Unset = 50,
        cursor: str | Unset = "",
    ) -> PageOptOutShown:
        """Who wants no texts, by account and number. They alone can want them again, by writing START."""
        return await self._client.ask(
            _messages_opt_outs.request(
                limit=limit,
                cursor=cursor,
            ),
            _messages_opt_outs.read,
        )

    async def conversations(
        self,
        *,
        limit: int | Unset = 50,
        cursor: str | Unset = "",
        account: str | Unset = "",
        number: str | Unset = "",
    ) -> PageConversationShown:
        """Conversations by text, newest first. A key sees its own, as of messages."""
        return await self._client.ask(
            _messages_conversations.request(
                limit=limit,
                cursor=cursor,
                account=account,
                number=number,
            ),
            _messages_conversations.read,
        )

    async def senders(
        self,
    ) -> SendersShown:
        """Accounts by which whoever asks can send texts, with the numbers and names that these may go out by.
        A key is not shown numbers that another key's agent answers: it may not write by them.
        """
        return await self._client.ask(
            _messages_senders.request(), _messages_senders.read
        )
