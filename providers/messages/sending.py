"""Text messages that go out by an account: whom they may go to, what is kept of them, and the provider asked.

A text is kept before anybody is asked to send it, and what may have gone out is never sent again.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from mediaserver.calls.texting import TextRefusedError, TextWhy
from mediaserver.errors import ConfigError, TelephonyError
from mediaserver.outbound.policy import OutboundPolicy
from mediaserver.settings.handing_over import TextCaps
from mediaserver.storage import opt_outs
from mediaserver.storage import provider_messages as table
from mediaserver.storage.digests import Digests
from mediaserver.storage.provider_messages import NewText
from mediaserver.storage.sql import Database
from providers.accounts.board import ProviderBoard
from providers.accounts.doors import SMS_STATUS, hook
from providers.accounts.served import ServedAccount
from providers.messages.belonging import check_free
from providers.messages.limits import SentLimits
from providers.messages.segments import parted, plain, segments
from providers.messages.senders import Senders
from providers.provider import Capability
from providers.retrying import retried
from sip.trunks.numbers import may_call

log = logging.getLogger(__name__)

MOST_SEGMENTS = 6
"""Of one text; longer answers are several. Ten are the most that carriers put together again."""
MOST_PARTS = 3
"""Of one answer."""
MOST_TEXT = 1600


NO_LIMITS: Mapping[Any, TextCaps] = {}
"""Of the operator's: the usual ones count."""


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A text for somebody."""

    to: str
    text: str
    account: str
    sender: str = ""
    agent: str = ""
    call_id: UUID | None = None
    owner: UUID | None = None
    key: str = ""


@dataclass(frozen=True, slots=True)
class Sent:
    """What was kept of it."""

    id: UUID
    ref: str
    account: str
    sender: str
    segments: int
    again: bool = False
    """It had gone out before: the same key."""


class TextSender:
    """Of one server."""

    def __init__(
        self,
        database: Database,
        board: ProviderBoard,
        policy: OutboundPolicy,
        digests: Digests,
        limits: Mapping[Any, TextCaps] = NO_LIMITS,
    ) -> None:
        self.senders = Senders()
        self.digests = digests
        self._database = database
        self._board = board
        self._policy = policy
        self._limits = SentLimits(database, limits)
        self._counting = asyncio.Lock()
        """Nobody is counted while another is between the count and the row that adds to it."""

    @property
    def able(self) -> list[ServedAccount]:
        """The accounts that can send texts, who is asked first before others."""
        return [
            each
            for each in sorted(
                self._board.accounts, key=lambda each: (each.account.settings.priority, each.account.name)
            )
            if Capability.SEND_MESSAGE in each.capabilities and each.account.settings.enabled
        ]

    async def account_by(self, to: str, wanted: str, sender: str) -> ServedAccount:
        """The account that a text to this number goes by, shown as `sender` (empty: as the account has it):
        the one that is wanted, else the first that may. Raises TextRefusedError."""
        chosen = self._chosen(to, wanted, other=not wanted)
        if not sender:
            return chosen[0]
        for served in chosen:
            if await self.senders.allows(served, sender):
                return served
        names = " or ".join(each.account.name for each in chosen[:3])
        raise TextRefusedError(
            f"{sender[:20]} is no number of the account {names}: name one that its provider lists, its "
            "`caller`, or add it to its `senders`",
            TextWhy.NO_SENDER,
        )

    def account_for(self, to: str, wanted: str) -> ServedAccount:
        """The account that a text to this number goes by: the wanted one, else the first that may. Raises
        TextRefusedError."""
        return self._chosen(to, wanted, other=True)[0]

    def _chosen(self, to: str, wanted: str, *, other: bool) -> list[ServedAccount]:
        """Raises TextRefusedError; so there is one at least."""
        able = self.able
        named = [each for each in able if each.account.name == wanted]
        if wanted and not other and not named:
            raise TextRefusedError(
                f"there is no account {wanted[:64]} that can send texts", TextWhy.NO_ACCOUNT
            )
        chosen = named + [each for each in able if each not in named] if other else named or able
        if not chosen:
            raise TextRefusedError("there is no account that can send texts", TextWhy.NO_ACCOUNT)
        against = [self.against(each, to) for each in chosen]
        if all(against):
            raise TextRefusedError(against[0], TextWhy.NOT_ALLOWED)
        return [each for each, why in zip(chosen, against, strict=True) if not why]

    def against(self, served: ServedAccount, to: str) -> str:
        """Why no text may go there by this account; empty when one may."""
        settings = served.account.settings
        if not to.startswith("+") or not to[1:].isdigit():
            return "it is no number in E.164, such as +4915112345678"
        if not may_call(settings, to):
            return f"no prefix of the account {served.account.name} allows this number"
        return self._policy.against(to, settings.prefixes)

    async def send(self, served: ServedAccount, outgoing: Outgoing, *, begins: bool = False) -> Sent:
        """Keep it, and have the provider send it. `begins`: it is no answer, so that a key's does not go
        where another's conversation is open. Raises TextRefusedError, also where the provider refuses;
        asyncpg errors."""
        account, to = served.account, outgoing.to
        if why := self.against(served, to):
            raise TextRefusedError(why, TextWhy.NOT_ALLOWED)
        text = plain(outgoing.text)
        if not text or len(text) > MOST_TEXT:
            raise TextRefusedError(f"a text has 1 to {MOST_TEXT} characters", TextWhy.EMPTY)
        if await opt_outs.opted_out(self._database, account.name, to, self.digests):
            raise TextRefusedError("whoever has this number wants no texts", TextWhy.OPTED_OUT)
        return await self._sent(served, replace(outgoing, text=text), begins=begins)

    async def refused(self, outgoing: Outgoing, why: str) -> None:
        """Keep what an agent wanted written and nobody was asked to send, with why: as failed, of no segment.
        It counts for no limit. Raises asyncpg errors."""
        made = await table.add(
            self._database,
            NewText(
                outgoing.account, "out", outgoing.to, outgoing.sender, plain(outgoing.text), 0, "queued",
                agent=outgoing.agent, call_id=outgoing.call_id, owner=outgoing.owner,
            ),
            self.digests,
        )  # fmt: skip
        if made is not None:
            await table.went(self._database, made, "failed", detail=why)

    async def notice(self, served: ServedAccount, outgoing: Outgoing, *, owed: bool = False) -> None:
        """What is said to who wants no texts any more, or wants them again: that this was understood.
        Carriers that say so themselves refuse it. `owed`: however many have gone out (`texts.limits`)."""
        try:
            if not self.against(served, outgoing.to):
                await self._sent(served, outgoing, limited=not owed)
        except TextRefusedError as error:
            log.info("no confirmation was sent by %s: %s", served.account.name, error)

    def parts(self, text: str) -> list[str]:
        """An answer as texts."""
        return parted(text, MOST_SEGMENTS, MOST_PARTS)

    async def _sent(
        self, served: ServedAccount, outgoing: Outgoing, *, limited: bool = True, begins: bool = False
    ) -> Sent:
        account, provider = served.account, served.provider
        if provider is None:
            raise TextRefusedError(f"the account {account.name} is not in use", TextWhy.NO_ACCOUNT)
        sender = outgoing.sender or account.settings.caller
        count = segments(outgoing.text)
        made = await self._counted(
            NewText(
                account.name, "out", outgoing.to, sender, outgoing.text, count, "queued",
                agent=outgoing.agent, call_id=outgoing.call_id, owner=outgoing.owner,
                key=outgoing.key or None,
            ),
            limited=limited, begins=begins,
        )  # fmt: skip
        if made is None:
            return await self._before(outgoing.key)
        try:
            status = hook(account, SMS_STATUS, text=made)
        except ConfigError:
            status = ""  # nobody can tell us what becomes of it
        release = served.borrow()
        try:
            ref = await retried(
                lambda: provider.send_message(outgoing.to, sender, outgoing.text, status),
                what="send a text", account=account.name,
            )  # fmt: skip
        except TelephonyError as error:
            # Of what may have gone out nothing else is known, and it is not sent again.
            state = "sent" if error.maybe else "failed"
            await table.went(self._database, made, state, detail=str(error))
            if error.maybe:
                return Sent(made, "", account.name, sender, count)
            raise TextRefusedError(str(error), TextWhy.FAILED) from None
        finally:
            release()
        await table.went(self._database, made, "sent", ref=ref)
        return Sent(made, ref, account.name, sender, count)

    async def _counted(self, new: NewText, *, limited: bool, begins: bool) -> UUID | None:
        """Its row; None where its key has one. Raises TextRefusedError: it may not go out for now."""
        async with self._counting:
            # What was sent already costs nothing to be told of again.
            if new.key is None or await table.of_key(self._database, new.key) is None:
                if begins and new.owner is not None:
                    await check_free(self._database, new.account, new.number, new.ours, new.owner)
                if limited:
                    await self._limits.check(new.account, new.owner)
            return await table.add(self._database, new, self.digests)

    async def _before(self, key: str) -> Sent:
        row = await table.of_key(self._database, key) if key else None
        if row is None:
            raise TextRefusedError("the text could not be kept, and was not sent", TextWhy.FAILED)
        if row["state"] == "failed":
            raise TextRefusedError(row["detail"] or "the provider refused it", TextWhy.FAILED)
        return Sent(row["id"], row["ref"], row["account"], row["ours"], row["segments"], again=True)
