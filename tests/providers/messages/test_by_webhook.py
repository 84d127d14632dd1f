"""From a provider's signed request to the answer that it is asked to send."""

from __future__ import annotations

import asyncpg

from providers.provider import WebhookRequest
from providers.zadarma.signature import SIGNED
from tests.providers.matrix import Feature, Who, shows
from tests.providers.messages.texting import OURS, THEIRS, shop
from tests.standins.zadarma.server import SECRET, message_result, notification


@shows(Who.ZADARMA, Feature.SMS_IN, Feature.SMS_OUT, Feature.FORGED, Feature.REPLAYED)
async def test_a_notification_that_proves_itself_is_answered_by_the_agent(pool: asyncpg.Pool) -> None:
    async with shop(pool) as made:
        provider = made.accounts.provider("main")
        assert provider is not None
        fields = {"event": "SMS", "result": message_result(THEIRS[1:], OURS[1:], "two loaves")}
        for secret, status in (("forged", 403), (SECRET, 200), (SECRET, 200)):
            body, headers = notification(secret, fields, SIGNED["SMS"])
            url = "https://voice.test/api/telephony/providers/main/webhooks/sms"
            answer = await provider.webhook(WebhookRequest("sms", "POST", url, headers, body))
            assert answer.status == status
            await made.settle()
        assert made.sent() == [(THEIRS[1:], "Hello from the shop.\nYou said two loaves. What else?")]


async def test_the_database_is_away_and_the_provider_tells_it_again(pool: asyncpg.Pool) -> None:
    async with shop(pool) as made:
        provider = made.accounts.provider("main")
        assert provider is not None
        fields = {"event": "SMS", "result": message_result(THEIRS[1:], OURS[1:], "hello")}
        body, headers = notification(SECRET, fields, SIGNED["SMS"])
        request = WebhookRequest("sms", "POST", "https://voice.test/hook", headers, body)
        await pool.execute("alter table provider_messages rename to away")
        try:
            failed = await _status(provider.webhook(request))
        finally:
            await pool.execute("alter table away rename to provider_messages")
        assert failed is None and await _status(provider.webhook(request)) == 200
        await made.settle()
        assert len(made.sent()) == 1


async def _status(asking: object) -> int | None:
    try:
        return int((await asking).status)  # type: ignore[misc]
    except asyncpg.PostgresError:
        return None
